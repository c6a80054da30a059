/* Imports. */

CREATE SEQUENCE revyops.import_job_id_seq;
CREATE TABLE revyops.import_job (
	client_id		integer NOT NULL REFERENCES revyops.client,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.import_job_id_seq'),
	source			text NOT NULL,
	started			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	updated			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	finished		timestamptz,
	mode			text NOT NULL DEFAULT 'create' CHECK (mode IN ('create', 'upsert')),
	rows_seen		bigint NOT NULL DEFAULT 0,
	created			bigint NOT NULL DEFAULT 0,
	updated_rows	bigint NOT NULL DEFAULT 0,
	duplicates		bigint NOT NULL DEFAULT 0,
	failed			bigint NOT NULL DEFAULT 0,
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
COMMENT ON COLUMN revyops.import_job.source IS 'Name of the table or view.';
COMMENT ON COLUMN revyops.import_job.started IS 'When it began.';
COMMENT ON COLUMN revyops.import_job.updated IS 'When its last batch was done.';
COMMENT ON COLUMN revyops.import_job.finished IS 'When it ended; null while it runs, or if it was broken off.';
COMMENT ON COLUMN revyops.import_job.rows_seen IS 'Rows read so far.';
COMMENT ON COLUMN revyops.import_job.mode IS 'create: rows become contacts; upsert: or change those that are there.';
COMMENT ON COLUMN revyops.import_job.created IS 'Rows that became contacts.';
COMMENT ON COLUMN revyops.import_job.updated_rows IS 'Rows whose contact was there and has what they say now; only with mode upsert.';
COMMENT ON COLUMN revyops.import_job.duplicates IS 'Rows whose e-mail address or LinkedIn URL a contact had already; only with mode create.';
COMMENT ON COLUMN revyops.import_job.failed IS 'Rows with faults: those in import_reject.';
COMMENT ON COLUMN revyops.import_job.rows_per_second IS 'Rows read a second, from the start to the last batch.';
COMMENT ON COLUMN revyops.import_job.estimated_total IS 'Rows that the planner expects; those read, once it has finished.';
COMMENT ON SEQUENCE revyops.import_job_id_seq IS 'Ids of imports, of all clients together.';

CREATE TABLE revyops.import_reject (
	client_id		integer NOT NULL,
	job				bigint NOT NULL,
	ordinal			bigint NOT NULL,
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
COMMENT ON COLUMN revyops.import_reject.source_row IS 'The row as it was read.';
COMMENT ON COLUMN revyops.import_reject.status IS 'Status that creating or upserting it alone would have had: 400, 401, 404 or (upsert) 409.';
COMMENT ON COLUMN revyops.import_reject.errors IS 'Entries of that error.';

/*
 * The import reads as its caller, and commits, so it has neither SECURITY
 * DEFINER nor SET; it writes through the three functions below.
 */
CREATE PROCEDURE @extschema@.revyops_import_contacts(source regclass, batch_size integer DEFAULT 10000, origin text DEFAULT NULL, mode text DEFAULT 'create')
	AS 'MODULE_PATHNAME' LANGUAGE c;
COMMENT ON PROCEDURE @extschema@.revyops_import_contacts(regclass, integer, text, text) IS
'Adds contacts from a table or view for the calling client, or changes them, and commits after each batch.';

CREATE FUNCTION revyops.import_begin(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_begin' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.import_begin(internal) IS
'Part of revyops_import_contacts: adds the job.';

CREATE FUNCTION revyops.import_write(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_write' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.import_write(internal) IS
'Part of revyops_import_contacts: adds the contacts of a batch.';

CREATE FUNCTION revyops.import_note(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_note' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.import_note(internal) IS
'Part of revyops_import_contacts: adds what a batch came to to the job, and its rejected rows.';

CREATE FUNCTION @extschema@.revyops_import_status(job bigint DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_import_status(bigint) IS
'One line on how far an import is, the last one of the calling client by default.';
