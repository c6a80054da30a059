/* Contacts. */

CREATE SEQUENCE revyops.contact_id_seq;
CREATE TABLE revyops.contact (
	client_id					integer NOT NULL,
	id							bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.contact_id_seq'),
	email						text COLLATE "C"
								CONSTRAINT contact_email_canonical CHECK (revyops.is_canonical_email(email)),
	linkedin_url				text COLLATE "C"
								CONSTRAINT contact_linkedin_url_canonical CHECK (revyops.is_canonical_linkedin_url(linkedin_url)),
	first_name					text NOT NULL DEFAULT '',
	last_name					text NOT NULL DEFAULT '',
	company_id					bigint,
	origin						text NOT NULL DEFAULT '',
	contact_status				text NOT NULL DEFAULT '',
	previous_status				text,
	status_changed_at			timestamptz,
	first_campaign_email_sent	timestamptz,
	last_campaign_email_sent	timestamptz,
	last_reply_received			timestamptz,
	custom_fields				jsonb NOT NULL DEFAULT '[]'
								CONSTRAINT contact_custom_fields_array CHECK (pg_catalog.jsonb_typeof(custom_fields) = 'array'),
	updated_time				timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT contact_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT contact_email_key UNIQUE (email, client_id),
	CONSTRAINT contact_linkedin_url_key UNIQUE (linkedin_url, client_id),
	CONSTRAINT contact_texts_short CHECK (
		pg_catalog.octet_length(first_name) <= 1020 AND
		pg_catalog.octet_length(last_name) <= 1020 AND
		pg_catalog.octet_length(origin) <= 1020 AND
		pg_catalog.octet_length(contact_status) <= 1020 AND
		pg_catalog.octet_length(previous_status) <= 1020),
	CONSTRAINT contact_times_in_range CHECK (
		status_changed_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' AND
		first_campaign_email_sent BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' AND
		last_campaign_email_sent BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' AND
		last_reply_received BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' AND
		updated_time BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'),
	CONSTRAINT contact_identifier_required CHECK (email IS NOT NULL OR linkedin_url IS NOT NULL),
	CONSTRAINT contact_company_fkey FOREIGN KEY (client_id, company_id) REFERENCES revyops.company (client_id, id)
);
ALTER SEQUENCE revyops.contact_id_seq OWNED BY revyops.contact.id;
CREATE INDEX contact_id_idx ON revyops.contact (id) WHERE client_id > 0;
CREATE INDEX contact_company_id_idx ON revyops.contact (company_id, client_id, id);
CREATE INDEX contact_custom_fields_idx ON revyops.contact
	USING gin (revyops.custom_field_hashes(client_id, custom_fields)) WITH (gin_pending_list_limit = 256);

ALTER TABLE revyops.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.contact
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.contact', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.contact_id_seq', '');

COMMENT ON TABLE revyops.contact IS 'Contacts of the clients.';
COMMENT ON COLUMN revyops.contact.client_id IS 'The client that owns it.';
COMMENT ON COLUMN revyops.contact.id IS 'Id.';
COMMENT ON COLUMN revyops.contact.email IS 'Canonical e-mail address, unique within the client; null if none.';
COMMENT ON COLUMN revyops.contact.linkedin_url IS 'Canonical LinkedIn profile URL, unique within the client; null if none.';
COMMENT ON COLUMN revyops.contact.first_name IS 'First name, empty if none was given.';
COMMENT ON COLUMN revyops.contact.last_name IS 'Last name, empty if none was given.';
COMMENT ON COLUMN revyops.contact.company_id IS 'Company of the same client; null if none.';
COMMENT ON COLUMN revyops.contact.origin IS 'Where the contact came from, empty if not given.';
COMMENT ON COLUMN revyops.contact.contact_status IS 'Status, empty if none was given.';
COMMENT ON COLUMN revyops.contact.previous_status IS 'Status before the last change; null until one.';
COMMENT ON COLUMN revyops.contact.status_changed_at IS 'When the status changed last; null until then.';
COMMENT ON COLUMN revyops.contact.first_campaign_email_sent IS 'When the first campaign e-mail was sent; null if none.';
COMMENT ON COLUMN revyops.contact.last_campaign_email_sent IS 'When the last campaign e-mail was sent; null if none.';
COMMENT ON COLUMN revyops.contact.last_reply_received IS 'When the last reply came; null if none.';
COMMENT ON COLUMN revyops.contact.custom_fields IS 'Custom fields: [{id, field_name, field_value, updated_time}].';
COMMENT ON COLUMN revyops.contact.updated_time IS 'When the contact changed last.';
COMMENT ON SEQUENCE revyops.contact_id_seq IS 'Ids of contacts, of all clients together.';

CREATE FUNCTION @extschema@.revyops_create_contact(contact jsonb, structure text DEFAULT 'NESTED', idempotency_key text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_contact(jsonb, text, text) IS
'Adds a contact for the calling client, finds its company by id or domain, and returns it.';

CREATE FUNCTION @extschema@.revyops_create_contacts(contacts jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, contact jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_contacts(jsonb, text, text) IS
'Adds contacts for the calling client; one row for each, with what became of it.';

CREATE FUNCTION @extschema@.revyops_check_contacts(contacts jsonb)
	RETURNS TABLE (ordinal integer, status integer, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_check_contacts(jsonb) IS
'Tells what revyops_create_contacts would make of contacts; writes nothing.';

CREATE FUNCTION @extschema@.revyops_upsert_contact(contact jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_upsert_contact(jsonb, text) IS
'Changes the contact with the e-mail address or LinkedIn URL, or creates it, and returns it with a member created.';

CREATE FUNCTION @extschema@.revyops_upsert_contacts(contacts jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, contact jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_upsert_contacts(jsonb, text, text) IS
'Upserts contacts of the calling client as if one by one, and tells for each what came of it.';

CREATE FUNCTION @extschema@.revyops_get_contact(id bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_get_contact(bigint, text) IS
'Returns a contact of the calling client.';

CREATE FUNCTION @extschema@.revyops_list_contacts(domain text DEFAULT NULL, email text DEFAULT NULL, firstname text DEFAULT NULL, lastname text DEFAULT NULL, linkedin_url text DEFAULT NULL, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_list_contacts(text, text, text, text, text, integer, integer, text, text, text) IS
'Returns a page of the contacts of the calling client that fit, in the order of ids.';

CREATE FUNCTION @extschema@.revyops_lookup_contacts(field_name text, field_value text, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_lookup_contacts(text, text, integer, integer, text, text, text) IS
'Returns a page of the contacts of the calling client with this custom field.';

CREATE FUNCTION @extschema@.revyops_update_contact(id bigint, changes jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_update_contact(bigint, jsonb, text) IS
'Changes the members of a contact that are given, and returns it.';

CREATE FUNCTION @extschema@.revyops_delete_contact(id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_delete_contact(bigint) IS
'Deletes a contact.';

CREATE FUNCTION @extschema@.revyops_add_contact_custom_field(contact_id bigint, field jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_add_contact_custom_field(bigint, jsonb) IS
'Adds a custom field to a contact and returns the field.';

CREATE FUNCTION @extschema@.revyops_update_contact_custom_field(contact_id bigint, field_id bigint, changes jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_update_contact_custom_field(bigint, bigint, jsonb) IS
'Changes a custom field of a contact and returns the field.';

CREATE FUNCTION @extschema@.revyops_delete_contact_custom_field(contact_id bigint, field_id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_delete_contact_custom_field(bigint, bigint) IS
'Deletes a custom field of a contact.';
