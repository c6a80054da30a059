/*
 * E-mails to and from contacts: what clients add themselves, and what events
 * make (54-activity.sql).  Those without a time come last in the thread of their contact.
 */

CREATE SEQUENCE revyops.email_id_seq;
CREATE TABLE revyops.email (
	client_id		integer NOT NULL,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.email_id_seq'),
	contact_id		bigint NOT NULL,
	email_type		text NOT NULL,
	origin			text NOT NULL DEFAULT '',
	email_timestamp	timestamptz,
	contact_email	text COLLATE "C",
	agent_email		text COLLATE "C",
	subject			text,
	body_text		text,
	body_html		text,
	campaign_id		text COLLATE "C",
	campaign_name	text,
	interested		boolean,
	interest_noted	boolean NOT NULL DEFAULT false,
	message_id		text COLLATE "C",
	custom_fields	jsonb NOT NULL DEFAULT '[]'
					CONSTRAINT email_custom_fields_array CHECK (pg_catalog.jsonb_typeof(custom_fields) = 'array'),
	updated_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT email_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT email_texts_short CHECK (
		pg_catalog.octet_length(email_type) <= 1020 AND
		pg_catalog.octet_length(origin) <= 1020 AND
		pg_catalog.octet_length(contact_email) <= 1020 AND
		pg_catalog.octet_length(agent_email) <= 1020 AND
		pg_catalog.octet_length(campaign_id) <= 1020 AND
		pg_catalog.octet_length(campaign_name) <= 1020),
	CONSTRAINT email_times_in_range CHECK (
		email_timestamp BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' AND
		updated_time BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'),
	CONSTRAINT email_contact_fkey FOREIGN KEY (client_id, contact_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE
);
ALTER SEQUENCE revyops.email_id_seq OWNED BY revyops.email.id;
CREATE INDEX email_id_idx ON revyops.email (id) WHERE client_id > 0;
CREATE INDEX email_thread_idx ON revyops.email (contact_id, client_id, COALESCE(email_timestamp, 'infinity'::timestamptz), id);
CREATE INDEX email_contact_email_idx ON revyops.email (contact_email, client_id, id) WHERE contact_email IS NOT NULL;
CREATE INDEX email_campaign_id_idx ON revyops.email (campaign_id, client_id, id) WHERE campaign_id IS NOT NULL;

ALTER TABLE revyops.email ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.email
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.email', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.email_id_seq', '');

COMMENT ON TABLE revyops.email IS 'E-mails to and from contacts.';
COMMENT ON COLUMN revyops.email.client_id IS 'The client that owns it.';
COMMENT ON COLUMN revyops.email.id IS 'Id.';
COMMENT ON COLUMN revyops.email.contact_id IS 'The contact whom it went to or came from.';
COMMENT ON COLUMN revyops.email.email_type IS 'What it is; of an event: sent, replied, auto_replied or bounced.';
COMMENT ON COLUMN revyops.email.origin IS 'Where it came from, of an event the platform; empty if not given.';
COMMENT ON COLUMN revyops.email.email_timestamp IS 'When it was sent or received; null if not given.';
COMMENT ON COLUMN revyops.email.contact_email IS 'Canonical e-mail address that it went to or came from; null if not given.';
COMMENT ON COLUMN revyops.email.agent_email IS 'Address of the mailbox on our side; null if not given.';
COMMENT ON COLUMN revyops.email.subject IS 'Subject; null if not given.';
COMMENT ON COLUMN revyops.email.body_text IS 'Body as plain text; null if not given.';
COMMENT ON COLUMN revyops.email.body_html IS 'Body as HTML; null if not given.';
COMMENT ON COLUMN revyops.email.campaign_id IS 'The platform''s id of the campaign; null if none.';
COMMENT ON COLUMN revyops.email.campaign_name IS 'Name of the campaign; null if not given.';
COMMENT ON COLUMN revyops.email.interested IS 'Whether the contact is interested; null if nobody said.';
COMMENT ON COLUMN revyops.email.interest_noted IS 'Whether interested was said by an event about the campaign, not of this e-mail.';
COMMENT ON COLUMN revyops.email.message_id IS 'Message-ID; null if not given.';
COMMENT ON COLUMN revyops.email.custom_fields IS 'Custom fields: [{id, field_name, field_value, updated_time}].';
COMMENT ON COLUMN revyops.email.updated_time IS 'When the e-mail changed last.';
COMMENT ON SEQUENCE revyops.email_id_seq IS 'Ids of e-mails, of all clients together.';

CREATE FUNCTION @extschema@.revyops_create_email(email jsonb, structure text DEFAULT 'NESTED', idempotency_key text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_email(jsonb, text, text) IS
'Adds an e-mail to or from a contact of the calling client, and returns it.';

CREATE FUNCTION @extschema@.revyops_create_emails(emails jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, email jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_emails(jsonb, text, text) IS
'Adds e-mails for the calling client; one row for each, with what became of it.';

CREATE FUNCTION @extschema@.revyops_get_email(id bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_get_email(bigint, text) IS
'Returns an e-mail of the calling client.';

CREATE FUNCTION @extschema@.revyops_list_emails(campaign_id text DEFAULT NULL, contact_email text DEFAULT NULL, origin text DEFAULT NULL, subject text DEFAULT NULL, contact_id bigint DEFAULT NULL, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_list_emails(text, text, text, text, bigint, integer, integer, text, text, text) IS
'Returns a page of the e-mails of the calling client that fit, in the order of ids.';

CREATE FUNCTION @extschema@.revyops_list_contact_emails(contact_id bigint, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_list_contact_emails(bigint, integer, integer, text, text, text) IS
'Returns a page of the e-mails to and from a contact of the calling client, in the order of their time.';

CREATE FUNCTION @extschema@.revyops_delete_email(id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_delete_email(bigint) IS
'Deletes an e-mail.';

CREATE FUNCTION @extschema@.revyops_set_email_interested(email text, subject text, disposition text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_set_email_interested(text, text, text) IS
'Notes of the newest e-mail with this address and subject that the contact is interested, or is not; returns it.';

CREATE FUNCTION @extschema@.revyops_add_email_custom_field(email_id bigint, field jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_add_email_custom_field(bigint, jsonb) IS
'Adds a custom field to an e-mail and returns the field.';

CREATE FUNCTION @extschema@.revyops_update_email_custom_field(email_id bigint, field_id bigint, changes jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_update_email_custom_field(bigint, bigint, jsonb) IS
'Changes a custom field of an e-mail and returns the field.';

CREATE FUNCTION @extschema@.revyops_delete_email_custom_field(email_id bigint, field_id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_delete_email_custom_field(bigint, bigint) IS
'Deletes a custom field of an e-mail.';
