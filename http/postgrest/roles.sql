-- The two roles PostgREST needs. Run as superuser in the database that has the extension:
--   psql -f http/postgrest/roles.sql
-- May be run again, and must be after ALTER EXTENSION ... UPDATE: a new function needs the grant.

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'revyops_authenticator') THEN
		CREATE ROLE revyops_authenticator;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'revyops_anon') THEN
		CREATE ROLE revyops_anon;
	END IF;
END
$$;

-- The login. No password: it comes by peer and pg_ident, see http/README.md.
-- 22 connections: two PostgREST (the old and the new during a restart) of db-pool + 1.
ALTER ROLE revyops_authenticator LOGIN NOINHERIT CONNECTION LIMIT 22
	NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- What a request runs as.
ALTER ROLE revyops_anon NOLOGIN
	NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

GRANT revyops_anon TO revyops_authenticator;

-- PostgREST applies settings of the login only. Less than nginx's proxy_read_timeout.
ALTER ROLE revyops_authenticator SET statement_timeout = '5s';
ALTER ROLE revyops_authenticator SET idle_in_transaction_session_timeout = '10s';
-- The request's headers, and with them the API key, are a statement parameter.
ALTER ROLE revyops_authenticator SET log_parameter_max_length = 0;
ALTER ROLE revyops_authenticator SET log_parameter_max_length_on_error = 0;
-- auto_explain has a limit of its own from 16 on. It needn't be loaded; before 16, if it is, there is no such name.
SELECT pg_catalog.current_setting('server_version_num')::int >= 160000 AS "explains_parameters" \gset
\if :explains_parameters
ALTER ROLE revyops_authenticator SET auto_explain.log_parameter_max_length = 0;
\endif
-- A plan for these very parameters has them as constants, and auto_explain.log_verbose shows them.
ALTER ROLE revyops_authenticator SET plan_cache_mode = 'force_generic_plan';

GRANT USAGE ON SCHEMA revyops_http TO revyops_anon;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA revyops_http TO revyops_anon;

COMMIT;

NOTIFY pgrst, 'reload schema';
