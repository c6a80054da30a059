/*
 * Contacts that were merged into others.  email and linkedin_url are those that it
 * had: by them the kept contact is found, unless a contact has them itself, and the
 * rest of what mentions the person.
 */

CREATE TABLE revyops.merged_contact (
	client_id		integer NOT NULL,
	id				bigint NOT NULL,
	kept_id			bigint NOT NULL,
	email			text COLLATE "C",
	linkedin_url	text COLLATE "C",
	merged_time		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	CONSTRAINT merged_contact_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT merged_contact_kept_fkey FOREIGN KEY (client_id, kept_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE
);
CREATE INDEX merged_contact_kept_id_idx ON revyops.merged_contact (kept_id, client_id);
CREATE INDEX merged_contact_email_idx ON revyops.merged_contact (email, client_id);
CREATE INDEX merged_contact_linkedin_url_idx ON revyops.merged_contact (linkedin_url, client_id);
CREATE INDEX merged_contact_id_idx ON revyops.merged_contact (id) WHERE client_id > 0;

ALTER TABLE revyops.merged_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.merged_contact FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.merged_contact', '');

COMMENT ON TABLE revyops.merged_contact IS 'Contacts that were merged into others.';
COMMENT ON COLUMN revyops.merged_contact.client_id IS 'The client that owned it.';
COMMENT ON COLUMN revyops.merged_contact.id IS 'The id that it had.';
COMMENT ON COLUMN revyops.merged_contact.kept_id IS 'The contact that was kept; never one that was merged itself.';
COMMENT ON COLUMN revyops.merged_contact.email IS 'The e-mail address that it had; null if none.';
COMMENT ON COLUMN revyops.merged_contact.linkedin_url IS 'The LinkedIn profile URL that it had; null if none.';
COMMENT ON COLUMN revyops.merged_contact.merged_time IS 'When it was merged, by the clock: not when the transaction began.';

CREATE FUNCTION @extschema@.revyops_merge_contacts(keep bigint, other bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_merge_contacts(bigint, bigint, text) IS
'Fills what one contact lacks from another, deletes that, and returns the first.';
