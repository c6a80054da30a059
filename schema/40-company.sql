/* Companies. */

CREATE SEQUENCE revyops.company_id_seq;
CREATE TABLE revyops.company (
	client_id			integer NOT NULL REFERENCES revyops.client,
	id					bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.company_id_seq'),
	domain				text COLLATE "C" NOT NULL
						CONSTRAINT company_domain_canonical CHECK (revyops.is_canonical_domain(domain)),
	name				text NOT NULL DEFAULT '',
	company_status		text NOT NULL DEFAULT '',
	previous_status		text,
	status_changed_at	timestamptz,
	custom_fields		jsonb NOT NULL DEFAULT '[]'
						CONSTRAINT company_custom_fields_array CHECK (pg_catalog.jsonb_typeof(custom_fields) = 'array'),
	updated_time		timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT company_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT company_domain_key UNIQUE (domain, client_id),
	-- 255 characters of four octets
	CONSTRAINT company_texts_short CHECK (
		pg_catalog.octet_length(name) <= 1020 AND
		pg_catalog.octet_length(company_status) <= 1020 AND
		pg_catalog.octet_length(previous_status) <= 1020),
	CONSTRAINT company_times_in_range CHECK (
		status_changed_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00' AND
		updated_time BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00')
);
ALTER SEQUENCE revyops.company_id_seq OWNED BY revyops.company.id;
CREATE INDEX company_id_idx ON revyops.company (id) WHERE client_id > 0;
CREATE INDEX company_custom_fields_idx ON revyops.company
	USING gin (revyops.custom_field_hashes(client_id, custom_fields)) WITH (gin_pending_list_limit = 256);

ALTER TABLE revyops.company ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.company
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.company', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.company_id_seq', '');

COMMENT ON TABLE revyops.company IS 'Companies of the clients.';
COMMENT ON COLUMN revyops.company.client_id IS 'The client that owns it.';
COMMENT ON COLUMN revyops.company.id IS 'Id.';
COMMENT ON COLUMN revyops.company.domain IS 'Canonical domain, unique within the client.';
COMMENT ON COLUMN revyops.company.name IS 'Name, empty if none was given.';
COMMENT ON COLUMN revyops.company.company_status IS 'Status, empty if none was given.';
COMMENT ON COLUMN revyops.company.previous_status IS 'Status before the last change; null until one.';
COMMENT ON COLUMN revyops.company.status_changed_at IS 'When the status changed last; null until then.';
COMMENT ON COLUMN revyops.company.custom_fields IS 'Custom fields: [{id, field_name, field_value, updated_time}].';
COMMENT ON COLUMN revyops.company.updated_time IS 'When the company changed last.';
COMMENT ON SEQUENCE revyops.company_id_seq IS 'Ids of companies, of all clients together.';

CREATE FUNCTION @extschema@.revyops_create_company(company jsonb, structure text DEFAULT 'NESTED', idempotency_key text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_company(jsonb, text, text) IS
'Adds a company for the calling client and returns it.';

CREATE FUNCTION @extschema@.revyops_create_companies(companies jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, company jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_create_companies(jsonb, text, text) IS
'Adds companies for the calling client; one row for each, with what became of it.';

CREATE FUNCTION @extschema@.revyops_upsert_company(company jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_upsert_company(jsonb, text) IS
'Changes the company with the domain, or creates it, and returns it with a member created.';

CREATE FUNCTION @extschema@.revyops_upsert_companies(companies jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, company jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_upsert_companies(jsonb, text, text) IS
'Upserts companies of the calling client as if one by one, and tells for each what came of it.';

CREATE FUNCTION @extschema@.revyops_get_company(id bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_get_company(bigint, text) IS
'Returns a company of the calling client.';

CREATE FUNCTION @extschema@.revyops_list_companies(domain text DEFAULT NULL, name text DEFAULT NULL, industry text DEFAULT NULL, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_list_companies(text, text, text, integer, integer, text, text, text) IS
'Returns a page of the companies of the calling client that fit, in the order of ids.';

CREATE FUNCTION @extschema@.revyops_lookup_companies(field_name text, field_value text, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_lookup_companies(text, text, integer, integer, text, text, text) IS
'Returns a page of the companies of the calling client with this custom field.';

CREATE FUNCTION @extschema@.revyops_update_company(id bigint, changes jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_update_company(bigint, jsonb, text) IS
'Changes the members of a company that are given, and returns it.';

CREATE FUNCTION @extschema@.revyops_delete_company(id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_delete_company(bigint) IS
'Deletes a company and leaves its contacts without one.';

CREATE FUNCTION @extschema@.revyops_add_company_custom_field(company_id bigint, field jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_add_company_custom_field(bigint, jsonb) IS
'Adds a custom field to a company and returns the field.';

CREATE FUNCTION @extschema@.revyops_update_company_custom_field(company_id bigint, field_id bigint, changes jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_update_company_custom_field(bigint, bigint, jsonb) IS
'Changes a custom field of a company and returns the field.';

CREATE FUNCTION @extschema@.revyops_delete_company_custom_field(company_id bigint, field_id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_delete_company_custom_field(bigint, bigint) IS
'Deletes a custom field of a company.';
