/*
 * What events tell of contacts: campaigns and their counters, which events were
 * counted, and from what the status of a contact follows.
 */

CREATE SEQUENCE revyops.campaign_id_seq;
CREATE TABLE revyops.campaign (
	client_id			integer NOT NULL,
	id					bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.campaign_id_seq'),
	platform			text COLLATE "C" NOT NULL CHECK (pg_catalog.octet_length(platform) <= 1020),
	campaign_id			text COLLATE "C" NOT NULL CHECK (pg_catalog.octet_length(campaign_id) <= 1020),
	campaign_name		text CHECK (pg_catalog.octet_length(campaign_name) <= 1020),
	named_at			timestamptz,
	contacts			bigint NOT NULL DEFAULT 0,
	contacts_replied	bigint NOT NULL DEFAULT 0,
	contacts_interested	bigint NOT NULL DEFAULT 0,
	sent				bigint NOT NULL DEFAULT 0,
	replied				bigint NOT NULL DEFAULT 0,
	auto_replied		bigint NOT NULL DEFAULT 0,
	bounced				bigint NOT NULL DEFAULT 0,
	unsubscribed		bigint NOT NULL DEFAULT 0,
	first_event_at		timestamptz,
	last_event_at		timestamptz,
	CONSTRAINT campaign_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT campaign_campaign_id_key UNIQUE (campaign_id, platform, client_id)
);
ALTER SEQUENCE revyops.campaign_id_seq OWNED BY revyops.campaign.id;

ALTER TABLE revyops.campaign ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.campaign FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.campaign', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.campaign_id_seq', '');

COMMENT ON TABLE revyops.campaign IS 'Campaigns that events were of, with counters.';
COMMENT ON COLUMN revyops.campaign.client_id IS 'The client that owns it.';
COMMENT ON COLUMN revyops.campaign.id IS 'Id.';
COMMENT ON COLUMN revyops.campaign.platform IS 'The platform that it runs on, empty if not given.';
COMMENT ON COLUMN revyops.campaign.campaign_id IS 'The platform''s id of it.';
COMMENT ON COLUMN revyops.campaign.campaign_name IS 'Name, of the newest event that gave one; null if none did.';
COMMENT ON COLUMN revyops.campaign.named_at IS 'The time of that event.';
COMMENT ON COLUMN revyops.campaign.contacts IS 'Contacts that an event was of.';
COMMENT ON COLUMN revyops.campaign.contacts_replied IS 'Contacts that replied.';
COMMENT ON COLUMN revyops.campaign.contacts_interested IS 'Contacts that are interested.';
COMMENT ON COLUMN revyops.campaign.sent IS 'E-mails sent.';
COMMENT ON COLUMN revyops.campaign.replied IS 'Replies, without automatic ones.';
COMMENT ON COLUMN revyops.campaign.auto_replied IS 'Automatic replies.';
COMMENT ON COLUMN revyops.campaign.bounced IS 'E-mails that bounced.';
COMMENT ON COLUMN revyops.campaign.unsubscribed IS 'Times that somebody unsubscribed.';
COMMENT ON COLUMN revyops.campaign.first_event_at IS 'The earliest event.';
COMMENT ON COLUMN revyops.campaign.last_event_at IS 'The latest event.';
COMMENT ON SEQUENCE revyops.campaign_id_seq IS 'Ids of campaigns, of all clients together.';

CREATE TABLE revyops.campaign_contact (
	client_id		integer NOT NULL,
	campaign		bigint NOT NULL,
	contact_id		bigint NOT NULL,
	sent			integer NOT NULL DEFAULT 0,
	replied			integer NOT NULL DEFAULT 0,
	first_sent_at	timestamptz,
	last_sent_at	timestamptz,
	last_reply_at	timestamptz,
	bounced_at		timestamptz,
	unsubscribed_at	timestamptz,
	interested		boolean,
	interest_at		timestamptz,
	interest_label	text CHECK (pg_catalog.octet_length(interest_label) <= 1020),
	CONSTRAINT campaign_contact_pkey PRIMARY KEY (client_id, campaign, contact_id),
	CONSTRAINT campaign_contact_campaign_fkey FOREIGN KEY (client_id, campaign) REFERENCES revyops.campaign (client_id, id) ON DELETE CASCADE,
	CONSTRAINT campaign_contact_contact_fkey FOREIGN KEY (client_id, contact_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE
);
CREATE INDEX campaign_contact_contact_id_idx ON revyops.campaign_contact (contact_id, client_id);

ALTER TABLE revyops.campaign_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.campaign_contact FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.campaign_contact', '');

COMMENT ON TABLE revyops.campaign_contact IS 'The contacts of a campaign, and what is known of each there.';
COMMENT ON COLUMN revyops.campaign_contact.client_id IS 'The client that owns both.';
COMMENT ON COLUMN revyops.campaign_contact.campaign IS 'The campaign, by its id in revyops.campaign.';
COMMENT ON COLUMN revyops.campaign_contact.contact_id IS 'The contact.';
COMMENT ON COLUMN revyops.campaign_contact.sent IS 'E-mails sent.';
COMMENT ON COLUMN revyops.campaign_contact.replied IS 'Replies, without automatic ones.';
COMMENT ON COLUMN revyops.campaign_contact.first_sent_at IS 'When the first e-mail was sent; null if none.';
COMMENT ON COLUMN revyops.campaign_contact.last_sent_at IS 'When the last e-mail was sent; null if none.';
COMMENT ON COLUMN revyops.campaign_contact.last_reply_at IS 'When the last reply came; null if none.';
COMMENT ON COLUMN revyops.campaign_contact.bounced_at IS 'When an e-mail bounced first; null if none.';
COMMENT ON COLUMN revyops.campaign_contact.unsubscribed_at IS 'When they unsubscribed first; null if never.';
COMMENT ON COLUMN revyops.campaign_contact.interested IS 'Whether they are interested, by the newest event that said so; null if none did.';
COMMENT ON COLUMN revyops.campaign_contact.interest_at IS 'The time of that event, or of the newest that had a label only, if none said so.';
COMMENT ON COLUMN revyops.campaign_contact.interest_label IS 'What that event called it.';

CREATE TABLE revyops.contact_activity (
	client_id			integer NOT NULL,
	contact_id			bigint NOT NULL,
	bounced_at			timestamptz,
	unsubscribed_at		timestamptz,
	base_status			text,
	made_status			text,
	bounced_history		bigint,
	unsubscribed_history	bigint,
	filled				jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(filled) = 'object'),
	interested			boolean,
	interest_at			timestamptz,
	interest_label		text CHECK (pg_catalog.octet_length(interest_label) <= 1020),
	CONSTRAINT contact_activity_pkey PRIMARY KEY (client_id, contact_id),
	CONSTRAINT contact_activity_contact_fkey FOREIGN KEY (client_id, contact_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE
);

ALTER TABLE revyops.contact_activity ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.contact_activity', '');

COMMENT ON TABLE revyops.contact_activity IS 'From what the status that events gave a contact follows, whatever their order.';
COMMENT ON COLUMN revyops.contact_activity.client_id IS 'The client that owns the contact.';
COMMENT ON COLUMN revyops.contact_activity.contact_id IS 'The contact.';
COMMENT ON COLUMN revyops.contact_activity.bounced_at IS 'The earliest bounce since the base; null if none.';
COMMENT ON COLUMN revyops.contact_activity.unsubscribed_at IS 'When they unsubscribed first since the base; null if never.';
COMMENT ON COLUMN revyops.contact_activity.base_status IS 'The status before events changed it, or that somebody set after they had.';
COMMENT ON COLUMN revyops.contact_activity.made_status IS 'The status that events made of it; null if none did. Another status of the contact is a new base.';
COMMENT ON COLUMN revyops.contact_activity.bounced_history IS 'The row of the bounce in revyops.contact_status_history; null if none.';
COMMENT ON COLUMN revyops.contact_activity.unsubscribed_history IS 'The row of the unsubscription there; null if none.';
COMMENT ON COLUMN revyops.contact_activity.filled IS 'Empty members of the contact that events filled: {member: {at, value}}.';
COMMENT ON COLUMN revyops.contact_activity.interested IS 'Whether they are interested, by the newest event of no campaign that said so; null if none did.';
COMMENT ON COLUMN revyops.contact_activity.interest_at IS 'The time of that event, or of the newest that had a label only, if none said so.';
COMMENT ON COLUMN revyops.contact_activity.interest_label IS 'What that event called it.';

/*
 * With this the hashes of events begin, so that nobody without the database can
 * try addresses against them.  Dumped, for a restored database must know its
 * events again.
 */
CREATE TABLE revyops.event_salt (
	client_id	integer NOT NULL,
	salt		bytea NOT NULL DEFAULT pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) OPERATOR(pg_catalog.||) pg_catalog.uuid_send(pg_catalog.gen_random_uuid()))
				CHECK (pg_catalog.octet_length(salt) = 32),
	CONSTRAINT event_salt_pkey PRIMARY KEY (client_id)
);

ALTER TABLE revyops.event_salt ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.event_salt', '');

COMMENT ON TABLE revyops.event_salt IS 'What the hashes of a client''s events begin with.';
COMMENT ON COLUMN revyops.event_salt.client_id IS 'The client that it is of.';
COMMENT ON COLUMN revyops.event_salt.salt IS 'Random, 32 octets.';

/* No foreign key to client: all events of a client would lock its row. */
CREATE TABLE revyops.event_key (
	client_id	integer NOT NULL,
	key			uuid NOT NULL,
	email_id	bigint,
	campaign	bigint,
	event_time	timestamptz NOT NULL,
	CONSTRAINT event_key_pkey PRIMARY KEY (client_id, key)
);

ALTER TABLE revyops.event_key ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.event_key', '');

COMMENT ON TABLE revyops.event_key IS 'Events that were recorded: one that comes again counts once.';
COMMENT ON COLUMN revyops.event_key.client_id IS 'The client that it is of.';
COMMENT ON COLUMN revyops.event_key.key IS 'Hash of address, kind, and what tells it from others of that kind; with a campaign behind these, where one that comes again names another; likewise that it says suppress.';
COMMENT ON COLUMN revyops.event_key.email_id IS 'The e-mail that it made; null if none.';
COMMENT ON COLUMN revyops.event_key.campaign IS 'The campaign that counted it, by its id in revyops.campaign; null if none.';
COMMENT ON COLUMN revyops.event_key.event_time IS 'When it happened.';

CREATE FUNCTION @extschema@.revyops_record_event(event jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_record_event(jsonb) IS
'Records what happened to an e-mail: finds or makes the contact, and has dates, status, campaign and e-mails follow.';

CREATE FUNCTION @extschema@.revyops_record_events(events jsonb, mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, contact_id bigint, email_id bigint, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_record_events(jsonb, text) IS
'Records many events; one row for each, with what became of it.';

CREATE FUNCTION @extschema@.revyops_get_campaign(id bigint) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_get_campaign(bigint) IS
'Returns a campaign of the calling client, with its counters and rates.';

CREATE FUNCTION @extschema@.revyops_list_campaigns(platform text DEFAULT NULL, campaign_id text DEFAULT NULL, page integer DEFAULT 1, page_size integer DEFAULT 100, after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_list_campaigns(text, text, integer, integer, text, text) IS
'Returns a page of the campaigns of the calling client, with their counters and rates.';

CREATE FUNCTION @extschema@.revyops_list_campaign_contacts(id bigint, page integer DEFAULT 1, page_size integer DEFAULT 100, after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_list_campaign_contacts(bigint, integer, integer, text, text) IS
'Returns a page of the contacts of a campaign, with what is known of each there.';
