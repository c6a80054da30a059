/*
 * What became of records, for those who follow it.  No foreign key to client: all
 * changes of a client would lock its row.  Neither table is dumped: elsewhere the
 * numbers of transactions say nothing.  The sequence is, so that ids go on.
 */

CREATE SEQUENCE revyops.change_id_seq;
CREATE TABLE revyops.change (
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.change_id_seq'),
	xid				xid8 NOT NULL,
	record_id		bigint NOT NULL,
	merged_into		bigint,
	changed_at		timestamptz NOT NULL,
	client_id		integer NOT NULL,
	entity			text COLLATE "C" NOT NULL,
	kind			text COLLATE "C" NOT NULL CHECK (kind IN ('created', 'updated', 'deleted', 'merged', 'erased')),
	members			text[],
	CONSTRAINT change_pkey PRIMARY KEY (client_id, id)
);
ALTER SEQUENCE revyops.change_id_seq OWNED BY revyops.change.id;
CREATE INDEX change_xid_idx ON revyops.change (client_id, xid);

ALTER TABLE revyops.change ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.change FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.change_id_seq', '');

COMMENT ON TABLE revyops.change IS 'What became of records, of clients that want it noted. Not dumped.';
COMMENT ON COLUMN revyops.change.id IS 'Id; of one record, the later change has the higher one.';
COMMENT ON COLUMN revyops.change.xid IS 'The transaction that made it.';
COMMENT ON COLUMN revyops.change.record_id IS 'The record.';
COMMENT ON COLUMN revyops.change.merged_into IS 'The record that it was merged into; null if it was not.';
COMMENT ON COLUMN revyops.change.changed_at IS 'When that transaction began.';
COMMENT ON COLUMN revyops.change.client_id IS 'The client that owns the record.';
COMMENT ON COLUMN revyops.change.entity IS 'What the record is: contact, company, email.';
COMMENT ON COLUMN revyops.change.kind IS 'What became of it: created, updated, deleted, merged, erased.';
COMMENT ON COLUMN revyops.change.members IS 'Of updated, the members that are others than before; null if it is not known which.';
COMMENT ON SEQUENCE revyops.change_id_seq IS 'Ids of changes, of all clients together.';

CREATE TABLE revyops.change_feed (
	client_id		integer NOT NULL,
	generation		bigint NOT NULL,
	trimmed_before	xid8 NOT NULL DEFAULT '0',
	CONSTRAINT change_feed_pkey PRIMARY KEY (client_id)
);

ALTER TABLE revyops.change_feed ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE revyops.change_feed IS 'From where on the changes of clients are complete. Not dumped.';
COMMENT ON COLUMN revyops.change_feed.client_id IS 'The client.';
COMMENT ON COLUMN revyops.change_feed.generation IS 'Another one since changes are noted again: cursors of before end.';
COMMENT ON COLUMN revyops.change_feed.trimmed_before IS 'Changes of transactions before this one were deleted.';

CREATE FUNCTION @extschema@.revyops_changes(after text DEFAULT NULL, "limit" integer DEFAULT 100) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_changes(text, integer) IS
'Returns what became of records since the cursor of the last call, and the next cursor.';

CREATE FUNCTION @extschema@.revyops_trim_changes(before timestamptz, client_id integer DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_trim_changes(timestamptz, integer) IS
'Deletes changes from before a time, of a client or of all, and returns how many.';

/* Pure: whoever sends what revyops_changes tells can sign it. */
CREATE FUNCTION @extschema@.revyops_sign_webhook(id text, at timestamptz, body text, secrets text[]) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.revyops_sign_webhook(text, timestamptz, text, text[]) IS
'Returns the header webhook-signature of a message, as Standard Webhooks has it: a signature for each secret.';
