/* Imports. */

CREATE SEQUENCE revyops.import_job_id_seq;
CREATE TABLE revyops.import_job (
	client_id		integer NOT NULL REFERENCES revyops.client,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.import_job_id_seq'),
	entity			text NOT NULL DEFAULT 'contact' CHECK (entity IN ('contact', 'company')),
	source			text NOT NULL,
	started			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	updated			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	finished		timestamptz,
	mode			text NOT NULL DEFAULT 'create' CHECK (mode IN ('create', 'upsert', 'check')),
	on_fault		text NOT NULL DEFAULT 'reject' CHECK (on_fault IN ('reject', 'drop_value')),
	blanks			text NOT NULL DEFAULT 'keep' CHECK (blanks IN ('keep', 'clear')),
	columns			text[] NOT NULL DEFAULT '{}',
	mapping			jsonb NOT NULL DEFAULT '{}',
	rows_seen		bigint NOT NULL DEFAULT 0,
	created			bigint NOT NULL DEFAULT 0,
	updated_rows	bigint NOT NULL DEFAULT 0,
	duplicates		bigint NOT NULL DEFAULT 0,
	failed			bigint NOT NULL DEFAULT 0,
	notes			bigint NOT NULL DEFAULT 0,
	rows_per_second	double precision NOT NULL DEFAULT 0,
	estimated_total	bigint NOT NULL DEFAULT 0,
	CONSTRAINT import_job_pkey PRIMARY KEY (client_id, id)
);
ALTER SEQUENCE revyops.import_job_id_seq OWNED BY revyops.import_job.id;

ALTER TABLE revyops.import_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.import_job
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.import_job', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.import_job_id_seq', '');

COMMENT ON TABLE revyops.import_job IS 'Imports, under way and past; counted up with each batch.';
COMMENT ON COLUMN revyops.import_job.client_id IS 'The client that it is for.';
COMMENT ON COLUMN revyops.import_job.id IS 'Id.';
COMMENT ON COLUMN revyops.import_job.entity IS 'What its rows become: contact or company.';
COMMENT ON COLUMN revyops.import_job.source IS 'Name of the table or view; large object and its number; or csv.';
COMMENT ON COLUMN revyops.import_job.started IS 'When it began.';
COMMENT ON COLUMN revyops.import_job.updated IS 'When its last batch was done.';
COMMENT ON COLUMN revyops.import_job.finished IS 'When it ended; null while it runs, or if it was broken off.';
COMMENT ON COLUMN revyops.import_job.rows_seen IS 'Rows read so far.';
COMMENT ON COLUMN revyops.import_job.mode IS 'create: rows become contacts; upsert: or change those that are there; check: neither, but the job tells what create would do.';
COMMENT ON COLUMN revyops.import_job.on_fault IS 'reject: a row with a fault is rejected; drop_value: it does without values that have faults, if it can.';
COMMENT ON COLUMN revyops.import_job.blanks IS 'keep: a blank is nothing; clear: it empties what is there.';
COMMENT ON COLUMN revyops.import_job.columns IS 'The columns of the source, in its order.';
COMMENT ON COLUMN revyops.import_job.mapping IS 'What each column was taken for: a member, a custom field, or null if it was left out.';
COMMENT ON COLUMN revyops.import_job.created IS 'Rows that became contacts.';
COMMENT ON COLUMN revyops.import_job.updated_rows IS 'Rows whose contact was there and has what they say now; only with mode upsert.';
COMMENT ON COLUMN revyops.import_job.duplicates IS 'Rows whose e-mail address or LinkedIn URL a contact had already; only with mode create.';
COMMENT ON COLUMN revyops.import_job.failed IS 'Rows with faults: those in import_reject.';
COMMENT ON COLUMN revyops.import_job.notes IS 'Values that were changed or left out: those in import_note.';
COMMENT ON COLUMN revyops.import_job.rows_per_second IS 'Rows read a second, from the start to the last batch.';
COMMENT ON COLUMN revyops.import_job.estimated_total IS 'Rows that the planner expects; those read, once it has finished.';
COMMENT ON SEQUENCE revyops.import_job_id_seq IS 'Ids of imports, of all clients together.';

CREATE TABLE revyops.import_reject (
	client_id		integer NOT NULL,
	job				bigint NOT NULL,
	ordinal			bigint NOT NULL,
	line			bigint,
	source_row		jsonb NOT NULL,
	status			integer NOT NULL,
	errors			jsonb NOT NULL,
	CONSTRAINT import_reject_pkey PRIMARY KEY (client_id, job, ordinal),
	CONSTRAINT import_reject_job_fkey FOREIGN KEY (client_id, job) REFERENCES revyops.import_job (client_id, id) ON DELETE CASCADE
);

ALTER TABLE revyops.import_reject ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.import_reject
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.import_reject', '');

COMMENT ON TABLE revyops.import_reject IS 'Rows of imports that have faults.';
COMMENT ON COLUMN revyops.import_reject.client_id IS 'The client that the import is for.';
COMMENT ON COLUMN revyops.import_reject.job IS 'The import.';
COMMENT ON COLUMN revyops.import_reject.ordinal IS 'Which row it was, in the order of reading, from 1.';
COMMENT ON COLUMN revyops.import_reject.line IS 'On which line of the file it begins, from 1; null if the source is no file.';
COMMENT ON COLUMN revyops.import_reject.source_row IS 'The row as it was read.';
COMMENT ON COLUMN revyops.import_reject.status IS 'Status that creating or upserting it alone would have had: 400, 401, 404, 422 or (upsert) 409.';
COMMENT ON COLUMN revyops.import_reject.errors IS 'Entries of that error.';

CREATE TABLE revyops.import_note (
	client_id		integer NOT NULL,
	job				bigint NOT NULL,
	number			bigint NOT NULL,
	ordinal			bigint NOT NULL,
	line			bigint,
	record_id		bigint,
	member			text NOT NULL,
	value			text NOT NULL,
	code			text NOT NULL,
	source_row		jsonb,
	CONSTRAINT import_note_pkey PRIMARY KEY (client_id, job, number),
	CONSTRAINT import_note_job_fkey FOREIGN KEY (client_id, job) REFERENCES revyops.import_job (client_id, id) ON DELETE CASCADE
);

ALTER TABLE revyops.import_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.import_note
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.import_note', '');

COMMENT ON TABLE revyops.import_note IS 'Values of imports that were changed or left out, of rows that were taken.';
COMMENT ON COLUMN revyops.import_note.client_id IS 'The client that the import is for.';
COMMENT ON COLUMN revyops.import_note.job IS 'The import.';
COMMENT ON COLUMN revyops.import_note.number IS 'Which of its notes it is, from 1.';
COMMENT ON COLUMN revyops.import_note.ordinal IS 'Which row it was, in the order of reading, from 1.';
COMMENT ON COLUMN revyops.import_note.line IS 'On which line of the file the row begins, from 1; null if the source is no file.';
COMMENT ON COLUMN revyops.import_note.record_id IS 'Id of the contact or company that the row became or changed; null in a check.';
COMMENT ON COLUMN revyops.import_note.member IS 'The member, or the name of the custom field.';
COMMENT ON COLUMN revyops.import_note.value IS 'What stood there.';
COMMENT ON COLUMN revyops.import_note.code IS 'Why: cleaned, more_values or placeholder, or the code of the fault for which it was left out.';
COMMENT ON COLUMN revyops.import_note.source_row IS 'The row as it was read, in the first of its notes.';

/*
 * The import reads as its caller, and commits, so it has neither SECURITY
 * DEFINER nor SET; it writes through the three functions below.
 */
CREATE PROCEDURE @extschema@.revyops_import_contacts(source regclass, batch_size integer DEFAULT 10000, origin text DEFAULT NULL, mode text DEFAULT 'create', on_fault text DEFAULT 'reject', blanks text DEFAULT 'keep', columns jsonb DEFAULT NULL)
	AS 'MODULE_PATHNAME' LANGUAGE c;
COMMENT ON PROCEDURE @extschema@.revyops_import_contacts(regclass, integer, text, text, text, text, jsonb) IS
'Adds contacts from a table or view for the calling client, or changes them, and commits after each batch.';

CREATE PROCEDURE @extschema@.revyops_import_companies(source regclass, batch_size integer DEFAULT 10000, origin text DEFAULT NULL, mode text DEFAULT 'create', on_fault text DEFAULT 'reject', blanks text DEFAULT 'keep', columns jsonb DEFAULT NULL)
	AS 'MODULE_PATHNAME' LANGUAGE c;
COMMENT ON PROCEDURE @extschema@.revyops_import_companies(regclass, integer, text, text, text, text, jsonb) IS
'Adds companies from a table or view for the calling client, or changes them, and commits after each batch.';

CREATE PROCEDURE @extschema@.revyops_import_file(file oid, mode text DEFAULT 'create', on_fault text DEFAULT 'reject', blanks text DEFAULT 'keep', columns jsonb DEFAULT NULL, origin text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL, batch_size integer DEFAULT 10000, unlink boolean DEFAULT false, header_line integer DEFAULT NULL)
	AS 'MODULE_PATHNAME' LANGUAGE c;
COMMENT ON PROCEDURE @extschema@.revyops_import_file(oid, text, text, text, jsonb, text, text, text, integer, boolean, integer) IS
'Adds contacts from a CSV file that is a large object for the calling client, or changes them, and commits after each batch.';

CREATE PROCEDURE @extschema@.revyops_import_company_file(file oid, mode text DEFAULT 'create', on_fault text DEFAULT 'reject', blanks text DEFAULT 'keep', columns jsonb DEFAULT NULL, origin text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL, batch_size integer DEFAULT 10000, unlink boolean DEFAULT false, header_line integer DEFAULT NULL)
	AS 'MODULE_PATHNAME' LANGUAGE c;
COMMENT ON PROCEDURE @extschema@.revyops_import_company_file(oid, text, text, text, jsonb, text, text, text, integer, boolean, integer) IS
'Adds companies from a CSV file that is a large object for the calling client, or changes them, and commits after each batch.';

CREATE FUNCTION @extschema@.revyops_import_csv(content bytea, mode text DEFAULT 'create', on_fault text DEFAULT 'reject', blanks text DEFAULT 'keep', columns jsonb DEFAULT NULL, origin text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL, header_line integer DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_import_csv(bytea, text, text, text, jsonb, text, text, text, integer) IS
'Adds contacts from a CSV file of up to 16 MiB for the calling client, or changes them, in one transaction, and tells what came of it.';

CREATE FUNCTION @extschema@.revyops_import_company_csv(content bytea, mode text DEFAULT 'create', on_fault text DEFAULT 'reject', blanks text DEFAULT 'keep', columns jsonb DEFAULT NULL, origin text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL, header_line integer DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_import_company_csv(bytea, text, text, text, jsonb, text, text, text, integer) IS
'Adds companies from a CSV file of up to 16 MiB for the calling client, or changes them, in one transaction, and tells what came of it.';

CREATE FUNCTION revyops.import_begin(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_begin' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.import_begin(internal) IS
'Part of the import procedures: adds the job.';

CREATE FUNCTION revyops.import_write(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_write' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.import_write(internal) IS
'Part of the import procedures: writes a batch.';

CREATE FUNCTION revyops.import_note(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_note' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.import_note(internal) IS
'Part of the import procedures: adds what a batch came to to the job, and its rejected rows.';

CREATE FUNCTION @extschema@.revyops_import_status(job bigint DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_import_status(bigint) IS
'One line on how far an import is, the last one of the calling client by default.';

CREATE FUNCTION @extschema@.revyops_import_report(job bigint DEFAULT NULL, outcome text DEFAULT NULL) RETURNS SETOF text
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_import_report(bigint, text) IS
'Lines of CSV, the rows of an import that were rejected or changed, with the columns of its source; the last one of the calling client by default.';
