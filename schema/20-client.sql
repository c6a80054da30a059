/* Clients, their settings and API keys, and who is calling. */

/*
 * Who is calling, for the policies: NULL is nobody.  Not PARALLEL SAFE: whether a key
 * is still good is looked up by a snapshot of its own, which parallel queries can't take.
 */
CREATE FUNCTION revyops.current_client_id() RETURNS integer
	AS 'MODULE_PATHNAME', 'revyops_current_client_id' LANGUAGE c STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION revyops.current_client_id() IS
'Id of the calling client, NULL if nobody is; the row-level security of the tables asks it.';

CREATE SEQUENCE revyops.client_id_seq AS integer;
CREATE TABLE revyops.client (
	id					integer PRIMARY KEY DEFAULT pg_catalog.nextval('revyops.client_id_seq'),
	name				text NOT NULL CHECK (name <> ''),
	created_time		timestamptz NOT NULL DEFAULT pg_catalog.now(),
	on_unknown_domain	text NOT NULL DEFAULT 'error' CHECK (on_unknown_domain IN ('error', 'create')),
	on_key_conflict		text NOT NULL DEFAULT 'error' CHECK (on_key_conflict IN ('error', 'update')),
	infer_company		text NOT NULL DEFAULT 'off' CHECK (infer_company IN ('off', 'on')),
	default_status		text NOT NULL DEFAULT '' CHECK (pg_catalog.char_length(default_status) <= 255),
	default_origin		text NOT NULL DEFAULT '' CHECK (pg_catalog.char_length(default_origin) <= 255),
	custom_fields		text NOT NULL DEFAULT 'flexible' CHECK (custom_fields IN ('flexible', 'strict')),
	foreign_ids			text NOT NULL DEFAULT 'tell' CHECK (foreign_ids IN ('tell', 'hide')),
	contact_fields_defined	boolean NOT NULL DEFAULT false,
	company_fields_defined	boolean NOT NULL DEFAULT false,
	email_fields_defined	boolean NOT NULL DEFAULT false,
	contacts_merged			boolean NOT NULL DEFAULT false,
	changes				text NOT NULL DEFAULT 'off' CHECK (changes IN ('off', 'on')),
	on_do_not_contact		text NOT NULL DEFAULT 'mark' CHECK (on_do_not_contact IN ('mark', 'error', 'off')),
	suppresses				boolean NOT NULL DEFAULT false,
	state				text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'moving', 'moved'))
);
ALTER SEQUENCE revyops.client_id_seq OWNED BY revyops.client.id;
CREATE INDEX client_moved_idx ON revyops.client (id) WHERE state = 'moved';

ALTER TABLE revyops.client ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.client
	USING (id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.client', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.client_id_seq', '');

COMMENT ON TABLE revyops.client IS 'Clients: whoever owns contacts and companies and sees nobody else''s.';
COMMENT ON COLUMN revyops.client.id IS 'Id, also the value of the setting revyops.client_id.';
COMMENT ON COLUMN revyops.client.name IS 'Name, for people.';
COMMENT ON COLUMN revyops.client.created_time IS 'When it was added.';
COMMENT ON COLUMN revyops.client.on_unknown_domain IS 'error: a contact with a domain that no company has is refused; create: the company is made.';
COMMENT ON COLUMN revyops.client.on_key_conflict IS 'error: an upsert whose contact has another e-mail address or LinkedIn URL than it gives is refused; update: the contact gets the one given.';
COMMENT ON COLUMN revyops.client.infer_company IS 'on: a new contact without company_id gets the company of its e-mail address''s domain.';
COMMENT ON COLUMN revyops.client.default_status IS 'contact_status of a new contact that has none.';
COMMENT ON COLUMN revyops.client.default_origin IS 'origin of a new contact that has none.';
COMMENT ON COLUMN revyops.client.custom_fields IS 'strict: only defined custom fields are written; flexible: any.';
COMMENT ON COLUMN revyops.client.foreign_ids IS 'tell: an id that another client has is told from one that nobody has; hide: neither is there.';
COMMENT ON COLUMN revyops.client.contact_fields_defined IS 'Whether a custom field of contacts has ever been defined: until then none is looked up.';
COMMENT ON COLUMN revyops.client.company_fields_defined IS 'Whether one of companies has.';
COMMENT ON COLUMN revyops.client.email_fields_defined IS 'Whether one of e-mails has.';
COMMENT ON COLUMN revyops.client.contacts_merged IS 'Whether a contact has ever been merged: until then no key leads to another contact.';
COMMENT ON COLUMN revyops.client.changes IS 'on: changes of records are noted, for revyops_changes.';
COMMENT ON COLUMN revyops.client.on_do_not_contact IS 'What becomes of a new contact whose e-mail address is on the do-not-contact list. mark: its contact_status says so; error: it is refused; off: nothing.';
COMMENT ON COLUMN revyops.client.suppresses IS 'Whether an address has ever been on its do-not-contact list: until then none is looked up.';
COMMENT ON COLUMN revyops.client.state IS 'active: it is served here. moving: it is read only, since it is being moved to another server. moved: it is there, and refused here.';
COMMENT ON SEQUENCE revyops.client_id_seq IS 'Ids of clients.';

CREATE FUNCTION @extschema@.revyops_create_client(name text) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_client(text) IS
'Adds a client, the owner of contacts and companies, and returns its id.';

CREATE FUNCTION @extschema@.revyops_set_client_setting(client_id integer, name text, value text) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_set_client_setting(integer, text, text) IS
'Gives a setting of a client another value; they are columns of revyops.client.';

CREATE FUNCTION @extschema@.revyops_set_client_state(client_id integer, state text) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_set_client_state(integer, text) IS
'Says whether a client is served here: active, moving or moved. Waits until nobody is writing anything of it.';

CREATE TABLE revyops.api_key (
	prefix			text COLLATE "C" PRIMARY KEY,
	secret_sha256	bytea NOT NULL CHECK (pg_catalog.octet_length(secret_sha256) = 32),
	client_id		integer NOT NULL REFERENCES revyops.client,
	name			text NOT NULL,
	scope			text NOT NULL DEFAULT 'client' CHECK (scope IN ('client', 'master')),
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	expires_at		timestamptz,
	revoked_at		timestamptz
);
CREATE INDEX api_key_client_id_idx ON revyops.api_key (client_id);

ALTER TABLE revyops.api_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.api_key FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.api_key', '');

COMMENT ON TABLE revyops.api_key IS 'API keys, as hashes; a client may have several.';
COMMENT ON COLUMN revyops.api_key.prefix IS 'Public start of the key, by which it is found and revoked.';
COMMENT ON COLUMN revyops.api_key.secret_sha256 IS 'SHA-256 of the whole key.';
COMMENT ON COLUMN revyops.api_key.client_id IS 'The client that the key speaks for.';
COMMENT ON COLUMN revyops.api_key.name IS 'Name, for people.';
COMMENT ON COLUMN revyops.api_key.scope IS 'client: the client''s own; master: the master lists of all clients as well.';
COMMENT ON COLUMN revyops.api_key.created_time IS 'When it was added.';
COMMENT ON COLUMN revyops.api_key.expires_at IS 'From when it is no longer valid; null is never.';
COMMENT ON COLUMN revyops.api_key.revoked_at IS 'When it was revoked; null if it was not.';

CREATE FUNCTION @extschema@.revyops_create_api_key(client_id integer, name text, expires_at timestamptz DEFAULT NULL, scope text DEFAULT 'client') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_api_key(integer, text, timestamptz, text) IS
'Adds an API key of a client and returns it: the only time that it is shown.';

CREATE FUNCTION @extschema@.revyops_list_api_keys(client_id integer)
	RETURNS TABLE (prefix text, name text, scope text, created_time timestamptz, expires_at timestamptz, revoked_at timestamptz)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 10
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_list_api_keys(integer) IS
'Returns the API keys of a client, oldest first: their public prefixes and what became of them.';

CREATE FUNCTION @extschema@.revyops_revoke_api_key(prefix text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_revoke_api_key(text) IS
'Ends the API key with this prefix; false if there is no unrevoked one.';
