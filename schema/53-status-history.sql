/* What statuses contacts had, and since when. */

CREATE SEQUENCE revyops.contact_status_history_id_seq;
CREATE TABLE revyops.contact_status_history (
	client_id		integer NOT NULL,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.contact_status_history_id_seq'),
	contact_id		bigint NOT NULL,
	changed_at		timestamptz NOT NULL,
	contact_status	text NOT NULL,
	previous_status	text,
	source			text NOT NULL CHECK (source IN ('api', 'event')),
	CONSTRAINT contact_status_history_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT contact_status_history_contact_fkey FOREIGN KEY (client_id, contact_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE
);
ALTER SEQUENCE revyops.contact_status_history_id_seq OWNED BY revyops.contact_status_history.id;
CREATE INDEX contact_status_history_contact_id_idx ON revyops.contact_status_history (contact_id, client_id, changed_at, id);

ALTER TABLE revyops.contact_status_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.contact_status_history FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.contact_status_history', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.contact_status_history_id_seq', '');

COMMENT ON TABLE revyops.contact_status_history IS 'Changes of the status of contacts.';
COMMENT ON COLUMN revyops.contact_status_history.client_id IS 'The client that owns the contact.';
COMMENT ON COLUMN revyops.contact_status_history.id IS 'Id.';
COMMENT ON COLUMN revyops.contact_status_history.contact_id IS 'The contact.';
COMMENT ON COLUMN revyops.contact_status_history.changed_at IS 'When the status changed; of an event, the time of the event.';
COMMENT ON COLUMN revyops.contact_status_history.contact_status IS 'The status since then.';
COMMENT ON COLUMN revyops.contact_status_history.previous_status IS 'The status before, as far as who changed it knew; null if not.';
COMMENT ON COLUMN revyops.contact_status_history.source IS 'api: somebody set it; event: a bounce or an unsubscription did.';
COMMENT ON SEQUENCE revyops.contact_status_history_id_seq IS 'Ids of these changes, of all clients together.';

CREATE FUNCTION @extschema@.revyops_contact_status_history(contact_id bigint, page integer DEFAULT 1, page_size integer DEFAULT 100) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_contact_status_history(bigint, integer, integer) IS
'Returns a page of the changes of a contact''s status, the newest first.';
