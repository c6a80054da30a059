/* What sending platforms tell. */

CREATE FUNCTION @extschema@.revyops_read_webhook(platform text, body bytea) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_read_webhook(text, bytea) IS
'Shows the events that a delivery of a sending platform becomes, as an array, and writes nothing.';

/* HubSpot tells of contacts by their ids there; what it says of their addresses is kept. */
CREATE TABLE revyops.webhook_object (
	client_id		integer NOT NULL,
	account			text COLLATE "C" NOT NULL CHECK (pg_catalog.octet_length(account) <= 1020),
	object_id		text COLLATE "C" NOT NULL CHECK (pg_catalog.octet_length(object_id) <= 1020),
	email			text COLLATE "C" NOT NULL,
	noted_at		timestamptz NOT NULL,
	CONSTRAINT webhook_object_pkey PRIMARY KEY (client_id, account, object_id)
);

ALTER TABLE revyops.webhook_object ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.webhook_object', '');

COMMENT ON TABLE revyops.webhook_object IS 'Addresses of contacts that a platform knows by an id: HubSpot.';
COMMENT ON COLUMN revyops.webhook_object.client_id IS 'The client that it was told to.';
COMMENT ON COLUMN revyops.webhook_object.account IS 'The account at the platform; empty if it was not told.';
COMMENT ON COLUMN revyops.webhook_object.object_id IS 'The id there.';
COMMENT ON COLUMN revyops.webhook_object.email IS 'Canonical e-mail address.';
COMMENT ON COLUMN revyops.webhook_object.noted_at IS 'When the address was so, by what the platform said.';
