/* Custom fields of contacts, companies and e-mails: their ids, their index, and which are defined. */

CREATE SEQUENCE revyops.custom_field_id_seq CACHE 100;
SELECT pg_catalog.pg_extension_config_dump('revyops.custom_field_id_seq', '');
COMMENT ON SEQUENCE revyops.custom_field_id_seq IS 'Ids of custom field values, of contacts, companies and e-mails together.';

CREATE FUNCTION revyops.custom_field_hashes(client_id integer, custom_fields jsonb) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'revyops_custom_field_hashes'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.custom_field_hashes(integer, jsonb) IS
'A number for each custom field, of the client''s id and a hash of name and value: what the index on custom fields holds.';

CREATE FUNCTION revyops.has_custom_field(custom_fields jsonb, name text, value text, any_case boolean) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_has_custom_field'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.has_custom_field(jsonb, text, text, boolean) IS
'Tells whether there is a custom field with this value and this name, of which ASCII case may not count.';

CREATE FUNCTION revyops.custom_field(custom_fields jsonb, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'revyops_custom_field'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.custom_field(jsonb, text) IS
'The value of a custom field; null if there is none.';

CREATE FUNCTION revyops.custom_field_number(custom_fields jsonb, name text) RETURNS numeric
	AS 'MODULE_PATHNAME', 'revyops_custom_field_number'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.custom_field_number(jsonb, text) IS
'The value of a custom field as a number; null if it is none.';

CREATE TABLE revyops.custom_field_definition (
	client_id		integer NOT NULL REFERENCES revyops.client,
	entity			text COLLATE "C" NOT NULL CHECK (entity IN ('contact', 'company', 'email')),
	name			text COLLATE "C" NOT NULL CHECK (name <> ''),
	type			text NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'url', 'choice')),
	options			jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(options) = 'object'),
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT custom_field_definition_pkey PRIMARY KEY (client_id, entity, name)
);

ALTER TABLE revyops.custom_field_definition ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.custom_field_definition FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.custom_field_definition', '');

COMMENT ON TABLE revyops.custom_field_definition IS 'Custom fields that clients have defined.';
COMMENT ON COLUMN revyops.custom_field_definition.client_id IS 'The client that owns it.';
COMMENT ON COLUMN revyops.custom_field_definition.entity IS 'Whose field it is: contact, company or email.';
COMMENT ON COLUMN revyops.custom_field_definition.name IS 'Name, as field_name has it.';
COMMENT ON COLUMN revyops.custom_field_definition.type IS 'Which values it may have.';
COMMENT ON COLUMN revyops.custom_field_definition.options IS 'choice: {"choices": [...]}; else {}.';
COMMENT ON COLUMN revyops.custom_field_definition.created_time IS 'When it was defined first.';

CREATE TABLE revyops.custom_field_seen (
	client_id		integer NOT NULL REFERENCES revyops.client,
	entity			text COLLATE "C" NOT NULL CHECK (entity IN ('contact', 'company', 'email')),
	name			text COLLATE "C" NOT NULL CHECK (name <> ''),
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT custom_field_seen_pkey PRIMARY KEY (client_id, entity, name)
);

ALTER TABLE revyops.custom_field_seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.custom_field_seen FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.custom_field_seen', '');

COMMENT ON TABLE revyops.custom_field_seen IS 'Names of custom fields that were written without a definition, for review.';
COMMENT ON COLUMN revyops.custom_field_seen.client_id IS 'The client that owns it.';
COMMENT ON COLUMN revyops.custom_field_seen.entity IS 'Whose field it is: contact, company or email.';
COMMENT ON COLUMN revyops.custom_field_seen.name IS 'Name.';
COMMENT ON COLUMN revyops.custom_field_seen.created_time IS 'When it was written first.';

CREATE FUNCTION @extschema@.revyops_define_custom_field(entity text, name text, type text, options jsonb DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_define_custom_field(text, text, text, jsonb) IS
'Defines a custom field of the calling client''s contacts, companies or e-mails, or changes its definition.';

CREATE FUNCTION @extschema@.revyops_rename_custom_field(entity text, name text, new_name text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_rename_custom_field(text, text, text) IS
'Renames a custom field of the calling client, with all values; returns how many there were.';

CREATE FUNCTION @extschema@.revyops_remove_custom_field(entity text, name text, mode text DEFAULT 'keep') RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_remove_custom_field(text, text, text) IS
'Ends the definition of a custom field of the calling client and keeps or deletes its values; returns how many were deleted.';

CREATE FUNCTION @extschema@.revyops_list_custom_fields(entity text)
	RETURNS TABLE (name text, state text, type text, options jsonb, created_time timestamptz)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 100
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_list_custom_fields(text) IS
'Lists the custom fields of the calling client that are defined, and names that were written without a definition.';
