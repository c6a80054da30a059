-- The extension in a schema of its own, and what a PostgREST that exposes it needs.
-- Run once as superuser; the names of schema and roles are yours to choose.

\set ON_ERROR_STOP on
BEGIN;

CREATE SCHEMA api;
CREATE EXTENSION revyops SCHEMA api;

CREATE ROLE web_anon NOLOGIN;
CREATE ROLE authenticator LOGIN NOINHERIT CONNECTION LIMIT 22;
GRANT web_anon TO authenticator;
ALTER ROLE authenticator SET statement_timeout = '5s';
-- the request's headers hold the API key and are a statement parameter
ALTER ROLE authenticator SET log_parameter_max_length = 0;
ALTER ROLE authenticator SET log_parameter_max_length_on_error = 0;
-- auto_explain has a limit of its own from 16 on. It needn't be loaded; before 16, if it is, there is no such name.
SELECT pg_catalog.current_setting('server_version_num')::int >= 160000 AS "explains_parameters" \gset
\if :explains_parameters
ALTER ROLE authenticator SET auto_explain.log_parameter_max_length = 0;
\endif
-- A plan for these very parameters has them as constants, and auto_explain.log_verbose shows them.
ALTER ROLE authenticator SET plan_cache_mode = 'force_generic_plan';

-- These ask for a key. The functions that make clients and keys do not: no grant.
GRANT USAGE ON SCHEMA api TO web_anon;
GRANT EXECUTE ON FUNCTION
	api.revyops_create_contact(jsonb, text, text),
	api.revyops_create_contacts(jsonb, text, text),
	api.revyops_upsert_contact(jsonb, text),
	api.revyops_upsert_contacts(jsonb, text, text),
	api.revyops_check_contacts(jsonb),
	api.revyops_create_company(jsonb, text, text),
	api.revyops_create_companies(jsonb, text, text),
	api.revyops_upsert_company(jsonb, text),
	api.revyops_upsert_companies(jsonb, text, text),
	api.revyops_get_company(bigint, text),
	api.revyops_list_companies(text, text, text, integer, integer, text, text, text),
	api.revyops_lookup_companies(text, text, integer, integer, text, text, text),
	api.revyops_search_companies(jsonb),
	api.revyops_update_company(bigint, jsonb, text),
	api.revyops_merge_companies(bigint, bigint, text),
	api.revyops_list_company_domains(bigint),
	api.revyops_add_company_domain(bigint, text),
	api.revyops_remove_company_domain(bigint, text),
	api.revyops_delete_company(bigint),
	api.revyops_add_company_custom_field(bigint, jsonb),
	api.revyops_update_company_custom_field(bigint, bigint, jsonb),
	api.revyops_delete_company_custom_field(bigint, bigint),
	api.revyops_get_contact(bigint, text),
	api.revyops_list_contacts(text, text, text, text, text, integer, integer, text, text, text),
	api.revyops_lookup_contacts(text, text, integer, integer, text, text, text),
	api.revyops_search_contacts(jsonb),
	api.revyops_update_contact(bigint, jsonb, text),
	api.revyops_delete_contact(bigint),
	api.revyops_merge_contacts(bigint, bigint, text),
	api.revyops_add_contact_custom_field(bigint, jsonb),
	api.revyops_update_contact_custom_field(bigint, bigint, jsonb),
	api.revyops_delete_contact_custom_field(bigint, bigint)
	TO web_anon;

COMMIT;

NOTIFY pgrst, 'reload schema';
