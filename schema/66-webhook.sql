/* What sending platforms tell. */

CREATE FUNCTION @extschema@.revyops_read_webhook(platform text, body bytea) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_read_webhook(text, bytea) IS
'Shows the events that a delivery of a sending platform becomes, as an array, and writes nothing.';

/* HubSpot tells of contacts by their ids there; what it says of their addresses is kept, with those before: an event is of the address of its time. */
CREATE TABLE revyops.webhook_object (
	client_id		integer NOT NULL,
	account			text COLLATE "C" NOT NULL CHECK (pg_catalog.octet_length(account) <= 1020),
	object_id		text COLLATE "C" NOT NULL CHECK (pg_catalog.octet_length(object_id) <= 1020),
	email			text COLLATE "C" NOT NULL,
	noted_at		timestamptz NOT NULL,
	CONSTRAINT webhook_object_pkey PRIMARY KEY (client_id, account, object_id, noted_at)
);

ALTER TABLE revyops.webhook_object ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_object', '');

COMMENT ON TABLE revyops.webhook_object IS 'Addresses of contacts that a platform knows by an id: HubSpot.';
COMMENT ON COLUMN revyops.webhook_object.client_id IS 'The client that it was told to.';
COMMENT ON COLUMN revyops.webhook_object.account IS 'The account at the platform; empty if it was not told.';
COMMENT ON COLUMN revyops.webhook_object.object_id IS 'The id there.';
COMMENT ON COLUMN revyops.webhook_object.email IS 'Canonical e-mail address.';
COMMENT ON COLUMN revyops.webhook_object.noted_at IS 'Since when the address was so, by what the platform said.';

/* Who has clients: an agency, whose accounts at platforms are shared by several. */
CREATE SEQUENCE revyops.agency_id_seq AS integer;
CREATE TABLE revyops.agency (
	id				integer PRIMARY KEY DEFAULT pg_catalog.nextval('revyops.agency_id_seq'),
	name			text NOT NULL CHECK (name <> ''),
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now()
);
ALTER SEQUENCE revyops.agency_id_seq OWNED BY revyops.agency.id;

ALTER TABLE revyops.agency ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.agency', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.agency_id_seq', '');

COMMENT ON TABLE revyops.agency IS 'Agencies: whoever has an account at a platform that several clients share.';
COMMENT ON COLUMN revyops.agency.id IS 'Id.';
COMMENT ON COLUMN revyops.agency.name IS 'Name, for people.';
COMMENT ON COLUMN revyops.agency.created_time IS 'When it was added.';
COMMENT ON SEQUENCE revyops.agency_id_seq IS 'Ids of agencies.';

/* A secret stands as it is: HMAC needs it. */
CREATE SEQUENCE revyops.webhook_id_seq AS integer;
CREATE TABLE revyops.webhook (
	id				integer PRIMARY KEY DEFAULT pg_catalog.nextval('revyops.webhook_id_seq'),
	client_id		integer REFERENCES revyops.client,
	agency_id		integer REFERENCES revyops.agency,
	platform		text COLLATE "C" NOT NULL,
	name			text NOT NULL,
	token_sha256	bytea NOT NULL UNIQUE CHECK (pg_catalog.octet_length(token_sha256) = 32),
	verify			text NOT NULL DEFAULT 'none' CHECK (verify IN ('none', 'header', 'body', 'hmac', 'hubspot')),
	secret			text,
	header			text,
	ring_size		integer NOT NULL DEFAULT 0 CHECK (ring_size BETWEEN 0 AND 100),
	labels			jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(labels) = 'object'),
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	revoked_at		timestamptz,
	CONSTRAINT webhook_has_one_owner CHECK ((client_id IS NULL) <> (agency_id IS NULL)),
	CONSTRAINT webhook_has_secret CHECK (verify = 'none' OR secret IS NOT NULL)
);
ALTER SEQUENCE revyops.webhook_id_seq OWNED BY revyops.webhook.id;

ALTER TABLE revyops.webhook ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.webhook', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_id_seq', '');

COMMENT ON TABLE revyops.webhook IS 'Paths that platforms send to; a client or an agency may have several for one platform.';
COMMENT ON COLUMN revyops.webhook.id IS 'Id.';
COMMENT ON COLUMN revyops.webhook.client_id IS 'The client whose contacts it is about; null if it is an agency''s.';
COMMENT ON COLUMN revyops.webhook.agency_id IS 'The agency, whose clients share it; null if it is a client''s.';
COMMENT ON COLUMN revyops.webhook.platform IS 'The platform that sends: instantly, smartlead, emailbison, plusvibe, lemlist, hubspot or neutral.';
COMMENT ON COLUMN revyops.webhook.name IS 'Name, for people.';
COMMENT ON COLUMN revyops.webhook.token_sha256 IS 'SHA-256 of the token at the end of its path.';
COMMENT ON COLUMN revyops.webhook.verify IS 'How deliveries are checked beside the token: none, header, body, hmac or hubspot.';
COMMENT ON COLUMN revyops.webhook.secret IS 'The secret that they are checked by, as it is; null if they are not.';
COMMENT ON COLUMN revyops.webhook.header IS 'The header that is looked at; null for the usual ones.';
COMMENT ON COLUMN revyops.webhook.ring_size IS 'How many of the last bodies that could not be read are kept.';
COMMENT ON COLUMN revyops.webhook.labels IS 'Custom labels of the platform, and what they mean for interest: true, false, or null for neither.';
COMMENT ON COLUMN revyops.webhook.created_time IS 'When it was added.';
COMMENT ON COLUMN revyops.webhook.revoked_at IS 'When it was revoked; null if it was not.';
COMMENT ON SEQUENCE revyops.webhook_id_seq IS 'Ids of webhooks.';

CREATE TABLE revyops.webhook_account (
	agency_id		integer NOT NULL REFERENCES revyops.agency,
	platform		text COLLATE "C" NOT NULL,
	account			text COLLATE "C" NOT NULL CHECK (account <> '' AND pg_catalog.octet_length(account) <= 1020),
	client_id		integer REFERENCES revyops.client,
	CONSTRAINT webhook_account_pkey PRIMARY KEY (agency_id, platform, account)
);

ALTER TABLE revyops.webhook_account ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_account', '');

COMMENT ON TABLE revyops.webhook_account IS 'Which client an account at a platform is of, where an agency has the webhook.';
COMMENT ON COLUMN revyops.webhook_account.agency_id IS 'The agency.';
COMMENT ON COLUMN revyops.webhook_account.platform IS 'The platform.';
COMMENT ON COLUMN revyops.webhook_account.account IS 'What the platform calls the account in deliveries: a workspace, a team, a client.';
COMMENT ON COLUMN revyops.webhook_account.client_id IS 'The client; null if it is nobody''s.';

CREATE TABLE revyops.webhook_count (
	webhook_id		integer NOT NULL REFERENCES revyops.webhook ON DELETE CASCADE,
	outcome			text COLLATE "C" NOT NULL,
	kind			text COLLATE "C" NOT NULL,
	count			bigint NOT NULL,
	last_time		timestamptz NOT NULL,
	CONSTRAINT webhook_count_pkey PRIMARY KEY (webhook_id, outcome, kind)
) WITH (fillfactor = 50);

ALTER TABLE revyops.webhook_count ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_count', '');

COMMENT ON TABLE revyops.webhook_count IS 'What became of deliveries.';
COMMENT ON COLUMN revyops.webhook_count.webhook_id IS 'The webhook.';
COMMENT ON COLUMN revyops.webhook_count.outcome IS 'delivery, unauthorized or unreadable; of what is in one: processed, duplicate, ignored, unrouted or error.';
COMMENT ON COLUMN revyops.webhook_count.kind IS 'The kind of event, of what is ignored as the platform calls it; empty for deliveries, and for kinds beyond the first 200.';
COMMENT ON COLUMN revyops.webhook_count.count IS 'How many.';
COMMENT ON COLUMN revyops.webhook_count.last_time IS 'When the last came.';

CREATE SEQUENCE revyops.webhook_ring_id_seq;
CREATE TABLE revyops.webhook_ring (
	webhook_id		integer NOT NULL REFERENCES revyops.webhook ON DELETE CASCADE,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.webhook_ring_id_seq'),
	received_at		timestamptz NOT NULL DEFAULT pg_catalog.now(),
	octets			integer NOT NULL,
	errors			jsonb NOT NULL,
	body			bytea NOT NULL CHECK (pg_catalog.octet_length(body) <= 65536),
	CONSTRAINT webhook_ring_pkey PRIMARY KEY (webhook_id, id)
);
ALTER SEQUENCE revyops.webhook_ring_id_seq OWNED BY revyops.webhook_ring.id;

ALTER TABLE revyops.webhook_ring ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_ring', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_ring_id_seq', '');

COMMENT ON TABLE revyops.webhook_ring IS 'The last deliveries that could not be read, where a webhook keeps them.';
COMMENT ON COLUMN revyops.webhook_ring.webhook_id IS 'The webhook.';
COMMENT ON COLUMN revyops.webhook_ring.id IS 'Id, in the order of arrival.';
COMMENT ON COLUMN revyops.webhook_ring.received_at IS 'When it came.';
COMMENT ON COLUMN revyops.webhook_ring.octets IS 'How long the body was.';
COMMENT ON COLUMN revyops.webhook_ring.errors IS 'What was wrong.';
COMMENT ON COLUMN revyops.webhook_ring.body IS 'The first 64 KiB of the body, with asterisks for secrets.';
COMMENT ON SEQUENCE revyops.webhook_ring_id_seq IS 'Ids of kept deliveries, of all webhooks together.';

CREATE FUNCTION @extschema@.revyops_create_webhook(client_id integer, platform text, name text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_webhook(integer, text, text) IS
'Adds a webhook of a client and returns its path, with the token: the only time that it is shown.';

CREATE FUNCTION @extschema@.revyops_create_agency(name text) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_agency(text) IS
'Adds an agency, whose webhooks several clients share, and returns its id.';

CREATE FUNCTION @extschema@.revyops_create_agency_webhook(agency_id integer, platform text, name text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_agency_webhook(integer, text, text) IS
'Adds a webhook of an agency and returns its path, with the token: the only time that it is shown.';

CREATE FUNCTION @extschema@.revyops_route_webhook_account(agency_id integer, platform text, account text, client_id integer) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_route_webhook_account(integer, text, text, integer) IS
'Says which client an account at a platform is of; null for nobody''s, whose events are ignored.';

CREATE FUNCTION @extschema@.revyops_set_webhook_secret(webhook integer, verify text, secret text DEFAULT NULL, header text DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_set_webhook_secret(integer, text, text, text) IS
'Says how deliveries are checked beside the token: none, header, body, hmac or hubspot.';

CREATE FUNCTION @extschema@.revyops_list_webhooks(client_id integer DEFAULT NULL, agency_id integer DEFAULT NULL)
	RETURNS TABLE (id integer, owner_client integer, owner_agency integer, platform text, name text, verify text, ring_size integer, labels jsonb, created_time timestamptz, revoked_at timestamptz)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 10
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_list_webhooks(integer, integer) IS
'Returns the webhooks of a client or of an agency, or all, oldest first.';

CREATE FUNCTION @extschema@.revyops_revoke_webhook(webhook integer) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_revoke_webhook(integer) IS
'Ends a webhook; false if there is no unrevoked one.';

CREATE FUNCTION @extschema@.revyops_webhook_status()
	RETURNS TABLE (webhook integer, client_id integer, agency_id integer, platform text, name text, revoked_at timestamptz, deliveries bigint, processed bigint, duplicates bigint,
		ignored bigint, unrouted bigint, errors bigint, unreadable bigint, unauthorized bigint, kinds jsonb, last_delivery timestamptz, last_processed timestamptz, last_error timestamptz)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 10
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_webhook_status() IS
'Returns what became of the deliveries of each webhook.';

CREATE FUNCTION @extschema@.revyops_set_webhook_labels(webhook integer, labels jsonb) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_set_webhook_labels(integer, jsonb) IS
'Says what custom labels of the platform mean for interest: true, false, or null for neither.';

CREATE FUNCTION @extschema@.revyops_set_webhook_ring(webhook integer, size integer) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_set_webhook_ring(integer, integer) IS
'Says how many of the last deliveries that could not be read are kept: 0 to 100.';

CREATE FUNCTION @extschema@.revyops_webhook_ring(webhook integer)
	RETURNS TABLE (received_at timestamptz, octets integer, errors jsonb, body bytea)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 10
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_webhook_ring(integer) IS
'Returns the deliveries of a webhook that could not be read and were kept, newest first.';
