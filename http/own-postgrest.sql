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

-- These two ask for a key. The functions that make clients and keys do not: no grant.
GRANT USAGE ON SCHEMA api TO web_anon;
GRANT EXECUTE ON FUNCTION
	api.revyops_create_contact(jsonb, text),
	api.revyops_create_company(jsonb, text)
	TO web_anon;

COMMIT;

NOTIFY pgrst, 'reload schema';
