\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(6);
-- A request whose statement has no time left is answered like others that may be tried again; a cancel is not.
SELECT test.two_clients() \gset
SELECT revyops_create_api_key(1, 'x') AS key \gset
CREATE FUNCTION test.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$;
CREATE TRIGGER wait AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.first_name = 'wait') EXECUTE FUNCTION test.wait();
CREATE FUNCTION test.cancel() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE query_canceled; END $$;
CREATE TRIGGER cancel AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.first_name = 'cancel') EXECUTE FUNCTION test.cancel();
SAVEPOINT before;
SET LOCAL statement_timeout = 200;
SET LOCAL client_min_messages = error;
SELECT is(status || ' ' || headers || body, E'503 Retry-After: 1\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store\n{"detail": "Service unavailable, try again."}', 'handle')
	FROM revyops_http.handle('POST', '/public/v2/contacts', '', 'X-API-Key: ' || :'key', '{"email": "a@x.example", "first_name": "wait"}');
SELECT is(status || ' ' || headers || body, E'503 Retry-After: 1\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store\n{"detail": "Service unavailable, try again."}', 'handle_shared')
	FROM revyops_http.handle_shared('POST', '/public/v2/contacts', '', 'X-API-Key: ' || :'key', '{"email": "a@x.example", "first_name": "wait"}');
SELECT is(status, 503, 'a batch')
	FROM revyops_http.handle('POST', '/public/v2/contacts/batch', '', 'X-API-Key: ' || :'key', '{"contacts": [{"email": "b@x.example"}, {"email": "a@x.example", "first_name": "wait"}]}');
SELECT is(status, 503, 'an upsert of many, within subtransactions of its own')
	FROM revyops_http.handle('PUT', '/public/v2/contacts/batch', '', 'X-API-Key: ' || :'key', '{"contacts": [{"email": "b@x.example"}, {"email": "a@x.example", "first_name": "wait"}]}');
SET LOCAL statement_timeout = 0;
SELECT is((SELECT count(*) FROM revyops.contact), 0::bigint, 'nothing is left of them');
CREATE FUNCTION test.cancelled(headers text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT status FROM revyops_http.handle('POST', '/public/v2/contacts', '', headers, '{"email": "a@x.example", "first_name": "cancel"}'));
EXCEPTION WHEN query_canceled THEN RETURN SQLSTATE;
END $$;
SELECT is(test.cancelled('X-API-Key: ' || :'key'), '57014', 'any other order to stop is raised again');
SELECT finish();
ROLLBACK;
