\echo Use "CREATE EXTENSION revyops" to load this file. \quit

/*
 * revyops 1.0
 *
 * Tables live in schema revyops, the API functions in the extension's schema,
 * the raw-HTTP adapters in schema revyops_http.  doc/reference.md describes
 * every object; doc/decisions.md says why it is as it is.
 */

/* Texts are compared by bytes and read as UTF-8. */
DO $$
BEGIN
	IF pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.<>) 'UTF8' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = 'revyops needs a database with encoding UTF8',
			DETAIL = pg_catalog.format('The encoding of this database is %s.', pg_catalog.getdatabaseencoding());
	END IF;
END
$$;

CREATE SCHEMA revyops;
CREATE SCHEMA revyops_http;

/* ---------------------------------------------------------------- rules
 *
 * Pure functions that constraints and index expressions stand on.  They run
 * with the rights of whoever writes the row, so PUBLIC may execute them.
 */

CREATE FUNCTION @extschema@.revyops_normalize_email(email text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION @extschema@.revyops_normalize_linkedin_url(linkedin_url text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION @extschema@.revyops_normalize_domain(domain text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;

CREATE FUNCTION revyops.is_canonical_email(email text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_is_canonical_email'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION revyops.is_canonical_linkedin_url(linkedin_url text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_is_canonical_linkedin_url'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION revyops.is_canonical_domain(domain text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_is_canonical_domain'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION revyops.custom_field_hashes(client_id integer, custom_fields jsonb) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'revyops_custom_field_hashes'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;

/* What finds the documents that a person is mentioned in, for the owner only. */
CREATE FUNCTION revyops.mentions(document jsonb, keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_mentions'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;

/* ---------------------------------------------------------------- tables
 *
 * client_id is part of every primary, unique and foreign key below client and
 * api_key.  Apart from the primary keys an index starts with its selective
 * column: a generic plan made on an empty table picks any index that looks tied.
 * The indexes on id alone are for looking beyond one client.  Their condition,
 * which every row meets, keeps them from statements that don't state it: the
 * planner would read all clients in the order of ids to list one of them.
 */

CREATE SEQUENCE revyops.client_id_seq AS integer;
CREATE SEQUENCE revyops.company_id_seq;
CREATE SEQUENCE revyops.contact_id_seq;
CREATE SEQUENCE revyops.custom_field_id_seq CACHE 100;
CREATE SEQUENCE revyops.import_job_id_seq;

CREATE TABLE revyops.client (
	id				integer PRIMARY KEY DEFAULT pg_catalog.nextval('revyops.client_id_seq'),
	name			text NOT NULL CHECK (name <> ''),
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now()
);
ALTER SEQUENCE revyops.client_id_seq OWNED BY revyops.client.id;

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

/*
 * Random, and made anew wherever the extension is: a dump leaves it out, so that
 * nobody gets it with one.  244 bits of chance in a key of 256.
 */
CREATE TABLE revyops.secret (
	name			text COLLATE "C" PRIMARY KEY,
	secret			bytea NOT NULL CHECK (pg_catalog.octet_length(secret) = 32)
);
INSERT INTO revyops.secret
	SELECT 'cursor', pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) OPERATOR(pg_catalog.||) pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));

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
	CONSTRAINT company_domain_key UNIQUE (domain, client_id)
);
ALTER SEQUENCE revyops.company_id_seq OWNED BY revyops.company.id;
CREATE INDEX company_id_idx ON revyops.company (id) WHERE client_id > 0;
CREATE INDEX company_custom_fields_idx ON revyops.company
	USING gin (revyops.custom_field_hashes(client_id, custom_fields));

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
	CONSTRAINT contact_identifier_required CHECK (email IS NOT NULL OR linkedin_url IS NOT NULL),
	CONSTRAINT contact_company_fkey FOREIGN KEY (client_id, company_id) REFERENCES revyops.company (client_id, id)
);
ALTER SEQUENCE revyops.contact_id_seq OWNED BY revyops.contact.id;
CREATE INDEX contact_id_idx ON revyops.contact (id) WHERE client_id > 0;
CREATE INDEX contact_company_id_idx ON revyops.contact (company_id, client_id, id);
CREATE INDEX contact_custom_fields_idx ON revyops.contact
	USING gin (revyops.custom_field_hashes(client_id, custom_fields));

/* email and linkedin_url are those that it had: by them the rest of what mentions the person is found. */
CREATE TABLE revyops.merged_contact (
	client_id		integer NOT NULL,
	id				bigint NOT NULL,
	kept_id			bigint NOT NULL,
	email			text COLLATE "C",
	linkedin_url	text COLLATE "C",
	merged_time		timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT merged_contact_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT merged_contact_kept_fkey FOREIGN KEY (client_id, kept_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE
);
CREATE INDEX merged_contact_kept_id_idx ON revyops.merged_contact (kept_id, client_id);
CREATE INDEX merged_contact_id_idx ON revyops.merged_contact (id) WHERE client_id > 0;

CREATE TABLE revyops.import_job (
	client_id		integer NOT NULL REFERENCES revyops.client,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.import_job_id_seq'),
	source			text NOT NULL,
	started			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	updated			timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	finished		timestamptz,
	rows_seen		bigint NOT NULL DEFAULT 0,
	created			bigint NOT NULL DEFAULT 0,
	duplicates		bigint NOT NULL DEFAULT 0,
	failed			bigint NOT NULL DEFAULT 0,
	rows_per_second	double precision NOT NULL DEFAULT 0,
	estimated_total	bigint NOT NULL DEFAULT 0,
	CONSTRAINT import_job_pkey PRIMARY KEY (client_id, id)
);
ALTER SEQUENCE revyops.import_job_id_seq OWNED BY revyops.import_job.id;

CREATE TABLE revyops.import_reject (
	client_id		integer NOT NULL,
	job				bigint NOT NULL,
	ordinal			bigint NOT NULL,
	source_row		jsonb NOT NULL,
	status			integer NOT NULL,
	errors			jsonb NOT NULL,
	CONSTRAINT import_reject_pkey PRIMARY KEY (client_id, job, ordinal),
	CONSTRAINT import_reject_job_fkey FOREIGN KEY (client_id, job) REFERENCES revyops.import_job (client_id, id) ON DELETE CASCADE
);

/* No foreign key to client: all creates of a client would lock its row. */
CREATE TABLE revyops.idempotency_key (
	client_id		integer NOT NULL,
	key				text COLLATE "C" NOT NULL,
	request_sha256	bytea NOT NULL CHECK (pg_catalog.octet_length(request_sha256) = 32),
	status			integer NOT NULL,
	headers			text,
	body			text NOT NULL,
	created_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT idempotency_key_pkey PRIMARY KEY (client_id, key)
);
CREATE INDEX idempotency_key_created_time_idx ON revyops.idempotency_key (created_time);

/* ---------------------------------------------------------------- API
 *
 * None is STRICT: a NULL argument is a 400, not a silent NULL.  Plans are kept
 * for a backend's life, so none may be made for a table that is small just now:
 * hence enable_seqscan.
 */

CREATE FUNCTION @extschema@.revyops_create_client(name text) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_create_api_key(client_id integer, name text, expires_at timestamptz DEFAULT NULL, scope text DEFAULT 'client') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_revoke_api_key(prefix text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_create_company(company jsonb, structure text DEFAULT 'NESTED', idempotency_key text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_create_contact(contact jsonb, structure text DEFAULT 'NESTED', idempotency_key text DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_create_companies(companies jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, company jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_create_contacts(contacts jsonb, structure text DEFAULT 'NESTED', mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, contact jsonb, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_check_contacts(contacts jsonb)
	RETURNS TABLE (ordinal integer, status integer, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;

CREATE FUNCTION @extschema@.revyops_expire() RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;

/*
 * The import reads as its caller, and commits, so it has neither SECURITY
 * DEFINER nor SET; it writes through the three functions below.
 */
CREATE PROCEDURE @extschema@.revyops_import_contacts(source regclass, batch_size integer DEFAULT 10000, origin text DEFAULT NULL)
	AS 'MODULE_PATHNAME' LANGUAGE c;
CREATE FUNCTION @extschema@.revyops_import_status(job bigint DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops.import_begin(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_begin' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops.import_write(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_write' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops.import_note(import internal) RETURNS void
	AS 'MODULE_PATHNAME', 'revyops_import_note' LANGUAGE c VOLATILE STRICT SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;

CREATE FUNCTION @extschema@.revyops_get_company(id bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_list_companies(domain text DEFAULT NULL, name text DEFAULT NULL, industry text DEFAULT NULL, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_lookup_companies(field_name text, field_value text, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_update_company(id bigint, changes jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_delete_company(id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_add_company_custom_field(company_id bigint, field jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_update_company_custom_field(company_id bigint, field_id bigint, changes jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_delete_company_custom_field(company_id bigint, field_id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_get_contact(id bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_list_contacts(domain text DEFAULT NULL, email text DEFAULT NULL, firstname text DEFAULT NULL, lastname text DEFAULT NULL, linkedin_url text DEFAULT NULL, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_lookup_contacts(field_name text, field_value text, page integer DEFAULT 1, page_size integer DEFAULT 100, structure text DEFAULT 'NESTED', after text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_update_contact(id bigint, changes jsonb, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_delete_contact(id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_merge_contacts(keep bigint, other bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_export_contact(id bigint) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_erase_contact(id bigint) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_add_contact_custom_field(contact_id bigint, field jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_update_contact_custom_field(contact_id bigint, field_id bigint, changes jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION @extschema@.revyops_delete_contact_custom_field(contact_id bigint, field_id bigint) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;

/* ---------------------------------------------------------------- HTTP
 *
 * One adapter an endpoint.  Each takes the raw body; the content type, the
 * query string, the ids of the path and the key come from request.headers.
 * Those that only read are STABLE: PostgREST runs them read-only.
 */

CREATE FUNCTION revyops_http.companies_v2_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_field_add(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_field_add'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_field_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_field_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_field_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_field_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_master_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_master_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v1_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v1_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_merge(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_merge'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_create(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_create'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_field_add(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_field_add'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_field_update(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_field_update'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_field_delete(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_field_delete'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v2_master_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_master_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_master_list(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_master_list'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_master_get(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_master_get'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.contacts_v1_master_lookup(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v1_master_lookup'
	LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;

CREATE FUNCTION revyops_http.contacts_v2_batch(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_contacts_v2_batch'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
CREATE FUNCTION revyops_http.companies_v2_batch(bytea) RETURNS json
	AS 'MODULE_PATHNAME', 'revyops_http_companies_v2_batch'
	LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;

/* ---------------------------------------------------------------- keeping
 *
 * What can drop the extension: itself, its schema, its owner.  Always, since the
 * setting session_replication_role is no way round it.
 */

CREATE FUNCTION revyops.keep_data() RETURNS event_trigger
	AS 'MODULE_PATHNAME', 'revyops_keep_data' LANGUAGE c VOLATILE;
CREATE EVENT TRIGGER revyops_keep_data ON ddl_command_start
	WHEN TAG IN ('DROP EXTENSION', 'DROP SCHEMA', 'DROP OWNED')
	EXECUTE FUNCTION revyops.keep_data();
ALTER EVENT TRIGGER revyops_keep_data ENABLE ALWAYS;

/* ---------------------------------------------------------------- privileges */

REVOKE ALL ON FUNCTION
	@extschema@.revyops_create_client(text),
	@extschema@.revyops_create_api_key(integer, text, timestamptz, text),
	@extschema@.revyops_revoke_api_key(text),
	@extschema@.revyops_create_company(jsonb, text, text),
	@extschema@.revyops_create_contact(jsonb, text, text),
	@extschema@.revyops_create_companies(jsonb, text, text),
	@extschema@.revyops_create_contacts(jsonb, text, text),
	@extschema@.revyops_check_contacts(jsonb),
	@extschema@.revyops_expire(),
	@extschema@.revyops_import_status(bigint),
	revyops.mentions(jsonb, text[]),
	revyops.import_begin(internal),
	revyops.import_write(internal),
	revyops.import_note(internal),
	revyops.keep_data(),
	@extschema@.revyops_get_company(bigint, text),
	@extschema@.revyops_list_companies(text, text, text, integer, integer, text, text),
	@extschema@.revyops_lookup_companies(text, text, integer, integer, text, text),
	@extschema@.revyops_update_company(bigint, jsonb, text),
	@extschema@.revyops_delete_company(bigint),
	@extschema@.revyops_add_company_custom_field(bigint, jsonb),
	@extschema@.revyops_update_company_custom_field(bigint, bigint, jsonb),
	@extschema@.revyops_delete_company_custom_field(bigint, bigint),
	@extschema@.revyops_get_contact(bigint, text),
	@extschema@.revyops_list_contacts(text, text, text, text, text, integer, integer, text, text),
	@extschema@.revyops_lookup_contacts(text, text, integer, integer, text, text),
	@extschema@.revyops_update_contact(bigint, jsonb, text),
	@extschema@.revyops_delete_contact(bigint),
	@extschema@.revyops_merge_contacts(bigint, bigint, text),
	@extschema@.revyops_export_contact(bigint),
	@extschema@.revyops_erase_contact(bigint),
	@extschema@.revyops_add_contact_custom_field(bigint, jsonb),
	@extschema@.revyops_update_contact_custom_field(bigint, bigint, jsonb),
	@extschema@.revyops_delete_contact_custom_field(bigint, bigint),
	revyops_http.companies_v2_list(bytea),
	revyops_http.companies_v2_create(bytea),
	revyops_http.companies_v2_get(bytea),
	revyops_http.companies_v2_update(bytea),
	revyops_http.companies_v2_lookup(bytea),
	revyops_http.companies_v1_list(bytea),
	revyops_http.companies_v1_create(bytea),
	revyops_http.companies_v1_get(bytea),
	revyops_http.companies_v1_update(bytea),
	revyops_http.companies_v1_delete(bytea),
	revyops_http.companies_v1_field_add(bytea),
	revyops_http.companies_v1_field_update(bytea),
	revyops_http.companies_v1_field_delete(bytea),
	revyops_http.companies_v2_master_list(bytea),
	revyops_http.companies_v2_master_get(bytea),
	revyops_http.companies_v2_master_lookup(bytea),
	revyops_http.companies_v1_master_list(bytea),
	revyops_http.companies_v1_master_get(bytea),
	revyops_http.contacts_v2_list(bytea),
	revyops_http.contacts_v2_create(bytea),
	revyops_http.contacts_v2_get(bytea),
	revyops_http.contacts_v2_update(bytea),
	revyops_http.contacts_v2_merge(bytea),
	revyops_http.contacts_v2_lookup(bytea),
	revyops_http.contacts_v1_list(bytea),
	revyops_http.contacts_v1_create(bytea),
	revyops_http.contacts_v1_get(bytea),
	revyops_http.contacts_v1_update(bytea),
	revyops_http.contacts_v1_delete(bytea),
	revyops_http.contacts_v1_lookup(bytea),
	revyops_http.contacts_v1_field_add(bytea),
	revyops_http.contacts_v1_field_update(bytea),
	revyops_http.contacts_v1_field_delete(bytea),
	revyops_http.contacts_v2_master_list(bytea),
	revyops_http.contacts_v2_master_get(bytea),
	revyops_http.contacts_v2_master_lookup(bytea),
	revyops_http.contacts_v1_master_list(bytea),
	revyops_http.contacts_v1_master_get(bytea),
	revyops_http.contacts_v1_master_lookup(bytea),
	revyops_http.contacts_v2_batch(bytea),
	revyops_http.companies_v2_batch(bytea)
	FROM PUBLIC;
REVOKE ALL ON PROCEDURE @extschema@.revyops_import_contacts(regclass, integer, text) FROM PUBLIC;

/* ---------------------------------------------------------------- dump
 *
 * What is not named here, pg_dump leaves out without a word: revyops.secret, on purpose.
 */

SELECT pg_catalog.pg_extension_config_dump('revyops.client', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.client_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.api_key', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.company', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.company_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.contact', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.contact_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.custom_field_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.merged_contact', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.import_job', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.import_job_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.import_reject', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.idempotency_key', '');

/* ---------------------------------------------------------------- comments
 *
 * psql shows them (\df+, \d+), and so does PostgREST's own API page.
 */

COMMENT ON SCHEMA revyops IS 'Tables of the revyops contact database.';
COMMENT ON SCHEMA revyops_http IS 'What PostgREST calls: one function an endpoint, raw request body in, answer out.';

COMMENT ON FUNCTION @extschema@.revyops_create_client(text) IS
'Adds a client, the owner of contacts and companies, and returns its id.';
COMMENT ON FUNCTION @extschema@.revyops_create_api_key(integer, text, timestamptz, text) IS
'Adds an API key of a client and returns it: the only time that it is shown.';
COMMENT ON FUNCTION @extschema@.revyops_revoke_api_key(text) IS
'Ends the API key with this prefix; false if there is no unrevoked one.';
COMMENT ON FUNCTION @extschema@.revyops_create_company(jsonb, text, text) IS
'Adds a company for the calling client and returns it.';
COMMENT ON FUNCTION @extschema@.revyops_create_contact(jsonb, text, text) IS
'Adds a contact for the calling client, finds its company by id or domain, and returns it.';
COMMENT ON FUNCTION @extschema@.revyops_create_companies(jsonb, text, text) IS
'Adds companies for the calling client; one row for each, with what became of it.';
COMMENT ON FUNCTION @extschema@.revyops_create_contacts(jsonb, text, text) IS
'Adds contacts for the calling client; one row for each, with what became of it.';
COMMENT ON FUNCTION @extschema@.revyops_check_contacts(jsonb) IS
'Tells what revyops_create_contacts would make of contacts; writes nothing.';
COMMENT ON FUNCTION @extschema@.revyops_expire() IS
'Deletes what is kept for a time that is over: answers under idempotency keys after 24 hours. Returns how many they were.';
COMMENT ON PROCEDURE @extschema@.revyops_import_contacts(regclass, integer, text) IS
'Adds contacts from a table or view for the calling client, and commits after each batch.';
COMMENT ON FUNCTION @extschema@.revyops_import_status(bigint) IS
'One line on how far an import is, the last one of the calling client by default.';
COMMENT ON FUNCTION revyops.import_begin(internal) IS
'Part of revyops_import_contacts: adds the job.';
COMMENT ON FUNCTION revyops.import_write(internal) IS
'Part of revyops_import_contacts: adds the contacts of a batch.';
COMMENT ON FUNCTION revyops.import_note(internal) IS
'Part of revyops_import_contacts: adds what a batch came to to the job, and its rejected rows.';
COMMENT ON FUNCTION revyops.keep_data() IS
'Loads the library, which refuses to drop tables that have rows.';
COMMENT ON EVENT TRIGGER revyops_keep_data IS
'Has the library loaded before anything that can drop the extension.';
COMMENT ON FUNCTION @extschema@.revyops_get_company(bigint, text) IS
'Returns a company of the calling client.';
COMMENT ON FUNCTION @extschema@.revyops_list_companies(text, text, text, integer, integer, text, text) IS
'Returns a page of the companies of the calling client that fit, in the order of ids.';
COMMENT ON FUNCTION @extschema@.revyops_lookup_companies(text, text, integer, integer, text, text) IS
'Returns a page of the companies of the calling client with this custom field.';
COMMENT ON FUNCTION @extschema@.revyops_update_company(bigint, jsonb, text) IS
'Changes the members of a company that are given, and returns it.';
COMMENT ON FUNCTION @extschema@.revyops_delete_company(bigint) IS
'Deletes a company and leaves its contacts without one.';
COMMENT ON FUNCTION @extschema@.revyops_add_company_custom_field(bigint, jsonb) IS
'Adds a custom field to a company and returns the field.';
COMMENT ON FUNCTION @extschema@.revyops_update_company_custom_field(bigint, bigint, jsonb) IS
'Changes a custom field of a company and returns the field.';
COMMENT ON FUNCTION @extschema@.revyops_delete_company_custom_field(bigint, bigint) IS
'Deletes a custom field of a company.';
COMMENT ON FUNCTION @extschema@.revyops_get_contact(bigint, text) IS
'Returns a contact of the calling client.';
COMMENT ON FUNCTION @extschema@.revyops_list_contacts(text, text, text, text, text, integer, integer, text, text) IS
'Returns a page of the contacts of the calling client that fit, in the order of ids.';
COMMENT ON FUNCTION @extschema@.revyops_lookup_contacts(text, text, integer, integer, text, text) IS
'Returns a page of the contacts of the calling client with this custom field.';
COMMENT ON FUNCTION @extschema@.revyops_update_contact(bigint, jsonb, text) IS
'Changes the members of a contact that are given, and returns it.';
COMMENT ON FUNCTION @extschema@.revyops_delete_contact(bigint) IS
'Deletes a contact.';
COMMENT ON FUNCTION @extschema@.revyops_merge_contacts(bigint, bigint, text) IS
'Fills what one contact lacks from another, deletes that, and returns the first.';
COMMENT ON FUNCTION @extschema@.revyops_export_contact(bigint) IS
'Returns all that is held about the person of a contact.';
COMMENT ON FUNCTION @extschema@.revyops_erase_contact(bigint) IS
'Removes all that is held about the person of a contact, and returns how much that was.';
COMMENT ON FUNCTION @extschema@.revyops_add_contact_custom_field(bigint, jsonb) IS
'Adds a custom field to a contact and returns the field.';
COMMENT ON FUNCTION @extschema@.revyops_update_contact_custom_field(bigint, bigint, jsonb) IS
'Changes a custom field of a contact and returns the field.';
COMMENT ON FUNCTION @extschema@.revyops_delete_contact_custom_field(bigint, bigint) IS
'Deletes a custom field of a contact.';
COMMENT ON FUNCTION @extschema@.revyops_normalize_email(text) IS
'Canonical form of an e-mail address; NULL for blank, an error for an invalid one.';
COMMENT ON FUNCTION @extschema@.revyops_normalize_linkedin_url(text) IS
'Canonical form of the URL of a personal LinkedIn profile; NULL for blank, an error for an invalid one.';
COMMENT ON FUNCTION @extschema@.revyops_normalize_domain(text) IS
'Canonical domain of a bare domain, a URL or an e-mail address; NULL for blank, an error for an invalid one.';
COMMENT ON FUNCTION revyops.is_canonical_email(text) IS
'Whether an e-mail address is in the form that revyops_normalize_email gives.';
COMMENT ON FUNCTION revyops.is_canonical_linkedin_url(text) IS
'Whether a LinkedIn URL is in the form that revyops_normalize_linkedin_url gives.';
COMMENT ON FUNCTION revyops.is_canonical_domain(text) IS
'Whether a domain is written in canonical form: dotted, lower case, A-labels.';
COMMENT ON FUNCTION revyops.custom_field_hashes(integer, jsonb) IS
'One hash of (client, name, value) a custom field: what the index on custom fields holds.';
COMMENT ON FUNCTION revyops.mentions(jsonb, text[]) IS
'Whether a string in a document is one of these e-mail addresses and LinkedIn URLs, in any form.';
COMMENT ON FUNCTION revyops_http.companies_v2_list(bytea) IS
'GET /public/v2/companies: lists companies.';
COMMENT ON FUNCTION revyops_http.companies_v2_create(bytea) IS
'POST /public/v2/companies: creates a company.';
COMMENT ON FUNCTION revyops_http.companies_v2_get(bytea) IS
'GET /public/v2/companies/{id}: returns a company.';
COMMENT ON FUNCTION revyops_http.companies_v2_update(bytea) IS
'PATCH /public/v2/companies/{id}: changes a company.';
COMMENT ON FUNCTION revyops_http.companies_v2_lookup(bytea) IS
'GET /public/v2/companies/lookup-by-custom-field: lists companies with a custom field.';
COMMENT ON FUNCTION revyops_http.companies_v1_list(bytea) IS
'GET /public/companies: lists companies.';
COMMENT ON FUNCTION revyops_http.companies_v1_create(bytea) IS
'POST /public/companies: creates a company.';
COMMENT ON FUNCTION revyops_http.companies_v1_get(bytea) IS
'GET /public/companies/{id}: returns a company.';
COMMENT ON FUNCTION revyops_http.companies_v1_update(bytea) IS
'PATCH /public/companies/{id}: changes a company.';
COMMENT ON FUNCTION revyops_http.companies_v1_delete(bytea) IS
'DELETE /public/companies/{id}: deletes a company.';
COMMENT ON FUNCTION revyops_http.companies_v1_field_add(bytea) IS
'POST /public/companies/{id}/custom-fields: adds a custom field to a company.';
COMMENT ON FUNCTION revyops_http.companies_v1_field_update(bytea) IS
'PATCH /public/companies/{id}/custom-fields/{field_id}: changes a custom field of a company.';
COMMENT ON FUNCTION revyops_http.companies_v1_field_delete(bytea) IS
'DELETE /public/companies/{id}/custom-fields/{field_id}: deletes a custom field of a company.';
COMMENT ON FUNCTION revyops_http.companies_v2_master_list(bytea) IS
'GET /public/v2/companies-master-list: lists the companies of all clients.';
COMMENT ON FUNCTION revyops_http.companies_v2_master_get(bytea) IS
'GET /public/v2/companies-master-list/{id}: returns a company, whose ever it is.';
COMMENT ON FUNCTION revyops_http.companies_v2_master_lookup(bytea) IS
'GET /public/v2/companies-master-list/lookup-by-custom-field: lists the companies of all clients with a custom field.';
COMMENT ON FUNCTION revyops_http.companies_v1_master_list(bytea) IS
'GET /public/companies-master-list: lists the companies of all clients.';
COMMENT ON FUNCTION revyops_http.companies_v1_master_get(bytea) IS
'GET /public/companies-master-list/{id}: returns a company, whose ever it is.';
COMMENT ON FUNCTION revyops_http.contacts_v2_list(bytea) IS
'GET /public/v2/contacts: lists contacts.';
COMMENT ON FUNCTION revyops_http.contacts_v2_create(bytea) IS
'POST /public/v2/contacts: creates a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v2_get(bytea) IS
'GET /public/v2/contacts/{id}: returns a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v2_update(bytea) IS
'PATCH /public/v2/contacts/{id}: changes a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v2_merge(bytea) IS
'POST /public/v2/contacts/{id}/merge: merges another contact into this one.';
COMMENT ON FUNCTION revyops_http.contacts_v2_lookup(bytea) IS
'GET /public/v2/contacts/lookup-by-custom-field: lists contacts with a custom field.';
COMMENT ON FUNCTION revyops_http.contacts_v1_list(bytea) IS
'GET /public/contacts: lists contacts.';
COMMENT ON FUNCTION revyops_http.contacts_v1_create(bytea) IS
'POST /public/contacts: creates a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v1_get(bytea) IS
'GET /public/contacts/{id}: returns a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v1_update(bytea) IS
'PATCH /public/contacts/{id}: changes a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v1_delete(bytea) IS
'DELETE /public/contacts/{id}: deletes a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v1_lookup(bytea) IS
'GET /public/contacts/lookup-by-custom-field: lists contacts with a custom field.';
COMMENT ON FUNCTION revyops_http.contacts_v1_field_add(bytea) IS
'POST /public/contacts/{id}/custom-fields: adds a custom field to a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v1_field_update(bytea) IS
'PATCH /public/contacts/{id}/custom-fields/{field_id}: changes a custom field of a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v1_field_delete(bytea) IS
'DELETE /public/contacts/{id}/custom-fields/{field_id}: deletes a custom field of a contact.';
COMMENT ON FUNCTION revyops_http.contacts_v2_master_list(bytea) IS
'GET /public/v2/contacts-master-list: lists the contacts of all clients.';
COMMENT ON FUNCTION revyops_http.contacts_v2_master_get(bytea) IS
'GET /public/v2/contacts-master-list/{id}: returns a contact, whose ever it is.';
COMMENT ON FUNCTION revyops_http.contacts_v2_master_lookup(bytea) IS
'GET /public/v2/contacts-master-list/lookup-by-custom-field: lists the contacts of all clients with a custom field.';
COMMENT ON FUNCTION revyops_http.contacts_v1_master_list(bytea) IS
'GET /public/contacts-master-list: lists the contacts of all clients.';
COMMENT ON FUNCTION revyops_http.contacts_v1_master_get(bytea) IS
'GET /public/contacts-master-list/{id}: returns a contact, whose ever it is.';
COMMENT ON FUNCTION revyops_http.contacts_v1_master_lookup(bytea) IS
'GET /public/contacts-master-list/lookup-by-custom-field: lists the contacts of all clients with a custom field.';
COMMENT ON FUNCTION revyops_http.contacts_v2_batch(bytea) IS
'POST /public/v2/contacts/batch: creates contacts.';
COMMENT ON FUNCTION revyops_http.companies_v2_batch(bytea) IS
'POST /public/v2/companies/batch: creates companies.';

COMMENT ON SEQUENCE revyops.client_id_seq IS 'Ids of clients.';
COMMENT ON SEQUENCE revyops.company_id_seq IS 'Ids of companies, of all clients together.';
COMMENT ON SEQUENCE revyops.contact_id_seq IS 'Ids of contacts, of all clients together.';
COMMENT ON SEQUENCE revyops.custom_field_id_seq IS 'Ids of custom field values, of contacts and companies together.';
COMMENT ON SEQUENCE revyops.import_job_id_seq IS 'Ids of imports, of all clients together.';

COMMENT ON TABLE revyops.client IS 'Clients: whoever owns contacts and companies and sees nobody else''s.';
COMMENT ON COLUMN revyops.client.id IS 'Id, also the value of the setting revyops.client_id.';
COMMENT ON COLUMN revyops.client.name IS 'Name, for people.';
COMMENT ON COLUMN revyops.client.created_time IS 'When it was added.';

COMMENT ON TABLE revyops.api_key IS 'API keys, as hashes; a client may have several.';
COMMENT ON COLUMN revyops.api_key.prefix IS 'Public start of the key, by which it is found and revoked.';
COMMENT ON COLUMN revyops.api_key.secret_sha256 IS 'SHA-256 of the whole key.';
COMMENT ON COLUMN revyops.api_key.client_id IS 'The client that the key speaks for.';
COMMENT ON COLUMN revyops.api_key.name IS 'Name, for people.';
COMMENT ON COLUMN revyops.api_key.scope IS 'client: the client''s own; master: the master lists of all clients as well.';
COMMENT ON COLUMN revyops.api_key.created_time IS 'When it was added.';
COMMENT ON COLUMN revyops.api_key.expires_at IS 'From when it is no longer valid; null is never.';
COMMENT ON COLUMN revyops.api_key.revoked_at IS 'When it was revoked; null if it was not.';

COMMENT ON TABLE revyops.secret IS 'Keys that only this database has. Not dumped: a restore makes new ones.';
COMMENT ON COLUMN revyops.secret.name IS 'What it is for: cursor, the cursors of lists, which end when it changes.';
COMMENT ON COLUMN revyops.secret.secret IS 'The key, 32 random octets.';

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

COMMENT ON TABLE revyops.merged_contact IS 'Contacts that were merged into others.';
COMMENT ON COLUMN revyops.merged_contact.client_id IS 'The client that owned it.';
COMMENT ON COLUMN revyops.merged_contact.id IS 'The id that it had.';
COMMENT ON COLUMN revyops.merged_contact.kept_id IS 'The contact that was kept; never one that was merged itself.';
COMMENT ON COLUMN revyops.merged_contact.email IS 'The e-mail address that it had; null if none.';
COMMENT ON COLUMN revyops.merged_contact.linkedin_url IS 'The LinkedIn profile URL that it had; null if none.';
COMMENT ON COLUMN revyops.merged_contact.merged_time IS 'When it was merged.';

COMMENT ON TABLE revyops.import_job IS 'Imports, under way and past; counted up with each batch.';
COMMENT ON COLUMN revyops.import_job.client_id IS 'The client that it is for.';
COMMENT ON COLUMN revyops.import_job.id IS 'Id.';
COMMENT ON COLUMN revyops.import_job.source IS 'Name of the table or view.';
COMMENT ON COLUMN revyops.import_job.started IS 'When it began.';
COMMENT ON COLUMN revyops.import_job.updated IS 'When its last batch was done.';
COMMENT ON COLUMN revyops.import_job.finished IS 'When it ended; null while it runs, or if it was broken off.';
COMMENT ON COLUMN revyops.import_job.rows_seen IS 'Rows read so far.';
COMMENT ON COLUMN revyops.import_job.created IS 'Rows that became contacts.';
COMMENT ON COLUMN revyops.import_job.duplicates IS 'Rows whose e-mail address or LinkedIn URL a contact had already.';
COMMENT ON COLUMN revyops.import_job.failed IS 'Rows with faults: those in import_reject.';
COMMENT ON COLUMN revyops.import_job.rows_per_second IS 'Rows read a second, from the start to the last batch.';
COMMENT ON COLUMN revyops.import_job.estimated_total IS 'Rows that the planner expects; those read, once it has finished.';

COMMENT ON TABLE revyops.import_reject IS 'Rows of imports that have faults.';
COMMENT ON COLUMN revyops.import_reject.client_id IS 'The client that the import is for.';
COMMENT ON COLUMN revyops.import_reject.job IS 'The import.';
COMMENT ON COLUMN revyops.import_reject.ordinal IS 'Which row it was, in the order of reading, from 1.';
COMMENT ON COLUMN revyops.import_reject.source_row IS 'The row as it was read.';
COMMENT ON COLUMN revyops.import_reject.status IS 'Status that creating it alone would have had: 400, 401 or 404.';
COMMENT ON COLUMN revyops.import_reject.errors IS 'Entries of that error.';

COMMENT ON TABLE revyops.idempotency_key IS 'Answers to requests with an idempotency key, kept for 24 hours.';
COMMENT ON COLUMN revyops.idempotency_key.client_id IS 'The client that the request is of.';
COMMENT ON COLUMN revyops.idempotency_key.key IS 'The key, unique within the client.';
COMMENT ON COLUMN revyops.idempotency_key.request_sha256 IS 'SHA-256 of the request: function, structure and body.';
COMMENT ON COLUMN revyops.idempotency_key.status IS 'HTTP status of the answer.';
COMMENT ON COLUMN revyops.idempotency_key.headers IS 'Headers of the answer, as PostgREST takes them, without the brackets; null if it has none.';
COMMENT ON COLUMN revyops.idempotency_key.body IS 'Body of the answer.';
COMMENT ON COLUMN revyops.idempotency_key.created_time IS 'When the request was carried out.';

/* Tell a running PostgREST that there are new functions. */
NOTIFY pgrst, 'reload schema';
