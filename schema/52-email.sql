/*
 * E-mails to and from contacts: what clients add themselves, and what events
 * make (54-activity.sql).
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
CREATE INDEX email_contact_id_idx ON revyops.email (contact_id, client_id, email_timestamp, id);

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
