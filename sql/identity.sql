\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(50);
-- Three clients, one for each source.  What only shows in a new connection
-- (PGOPTIONS, placeholders) is in t/identity.pl.
SELECT revyops_create_client('Header'), revyops_create_client('Key'), revyops_create_client('Setting') \gset
SELECT revyops_create_api_key(1, 'x') AS header_key \gset
SELECT revyops_create_api_key(2, 'x') AS setting_key \gset
SELECT revyops_create_api_key(2, 'x') AS revoked_key \gset
SELECT revyops_create_api_key(2, 'x', now() + interval '1 hour') AS expired_key \gset
SELECT revyops_revoke_api_key(left(:'revoked_key', 16)) \gset
UPDATE revyops.api_key SET expires_at = now() WHERE prefix = left(:'expired_key', 16);
CREATE SEQUENCE test.serial;

-- caller says which client a call is made for, or why for none.  NULL leaves a source out.
CREATE FUNCTION test.caller(headers text, api_key text, client_id text) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	got jsonb;
	contact text := jsonb_build_object('email', format('c%s@acme.com', nextval('test.serial')));
BEGIN
	PERFORM set_config('request.headers', coalesce(headers, ''), true),
		set_config('revyops.api_key', coalesce(api_key, ''), true),
		set_config('revyops.client_id', coalesce(client_id, '0'), true);
	got := test.try(format('SELECT public.revyops_create_contact(%L)', contact));
	IF got ? 'value' THEN
		RETURN (SELECT c.client_id FROM revyops.contact c WHERE email = contact::jsonb->>'email');
	END IF;
	RETURN concat_ws(' ', got->>'sqlstate', (got->>'detail')::jsonb->0->>'code');
END
$$;
SELECT format('{"x-api-key": "%s"}', :'header_key') AS header \gset

SELECT is(test.caller(:'header', :'setting_key', '3'), '1', 'the header decides first');
SELECT is(test.caller(NULL, :'setting_key', '3'), '2', 'then revyops.api_key');
SELECT is(test.caller(NULL, NULL, '3'), '3', 'then revyops.client_id');
SELECT is(test.caller(NULL, NULL, NULL), 'PT403 missing_credentials', 'no source at all');
SELECT is(test.caller('{}', NULL, NULL), 'PT403 missing_credentials', 'headers without a key');
SELECT is(test.caller('{"host": "x"}', :'setting_key', '3'), '2', 'headers without a key fall to revyops.api_key');
SELECT is(test.caller('{"host": "x"}', NULL, '3'), '3', 'and to revyops.client_id');
SELECT is(test.caller('{"host": {"x-api-key": "nested"}, "a": ["x-api-key"]}', NULL, '3'), '3', 'x-api-key deeper down is no header');

-- a bad source never falls through
SELECT is(test.caller(h, :'setting_key', '3'), 'PT403 invalid_credentials', 'bad header: ' || about)
FROM (VALUES ('{"x-api-key": "nope"}', 'no key'), ('{"x-api-key": ""}', 'empty'), ('{"x-api-key": "-"}', 'what nginx sends for an unusable one'),
	('{"x-api-key": null}', 'null'), ('{"x-api-key": 7}', 'a number'), ('{"x-api-key": ["x"]}', 'an array'), ('{"x-api-key": {}}', 'an object'),
	('{"x-api-key": "' || :'revoked_key' || '"}', 'revoked'), ('{"x-api-key": "' || :'expired_key' || '"}', 'expired'),
	('{"x-api-key": "' || upper(:'header_key') || '"}', 'upper case'), ('{"x-api-key": " ' || :'header_key' || '"}', 'a space before it'),
	('{"x-api-key": "\u0000"}', 'NUL'), ('{"x-api-key": "' || :'header_key' || '", "x-api-key": "nope"}', 'the last of two')) v(h, about);
SELECT is(left(test.caller(h, :'setting_key', '3'), 5), 'PT403', 'malformed headers: ' || translate(left(h, 30), E'\x01', '?'))
FROM unnest(ARRAY['nope', '{', '{"x-api-key"', '{"a": 1} x', '"x"', '[]', 'null', ' ', '{"host": "' || E'\x01' || '"}', repeat('[', 100000), repeat('{"a":', 100000)]) h;
SELECT is(test.caller(NULL, k, '3'), 'PT403 invalid_credentials', 'bad revyops.api_key: ' || about)
FROM (VALUES ('nope', 'no key'), (:'revoked_key', 'revoked'), (:'expired_key', 'expired'), (:'header_key' || 'x', 'longer')) v(k, about);
SELECT is(test.caller(NULL, NULL, c), 'PT403 invalid_credentials', 'unknown client ' || c) FROM unnest(ARRAY['99', '2147483647']) c;
SELECT is(test.rows(), '3 clients, 4 keys, 0 companies, 6 contacts', 'a refused call leaves nothing');

-- a plain role
CREATE ROLE revyops_test_plain;
GRANT EXECUTE ON FUNCTION revyops_create_contact(jsonb, text, text) TO revyops_test_plain;
SET LOCAL request.headers = '';
SET LOCAL revyops.api_key = '';
SET LOCAL revyops.client_id = 0;
GRANT USAGE ON SCHEMA test TO revyops_test_plain;
SET LOCAL ROLE revyops_test_plain;
\set denied '{"detail": "", "message": "permission denied to set parameter \\"revyops.client_id\\"", "sqlstate": "42501"}'
SELECT is(test.try('SET revyops.client_id = 3'), :'denied', 'a plain role cannot SET revyops.client_id');
SELECT is(test.try('SET LOCAL revyops.client_id = 3'), :'denied', 'nor SET LOCAL');
SELECT is(test.try($$SELECT set_config('revyops.client_id', '3', false)$$), :'denied', 'nor set_config');
SELECT is(test.try($$UPDATE pg_settings SET setting = '3' WHERE name = 'revyops.client_id'$$), :'denied', 'nor write to pg_settings');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "plain@acme.com"}')$$)->>'sqlstate', 'PT403', 'and is nobody');
SELECT is(test.try('SELECT count(*) FROM revyops.contact')->>'sqlstate', '42501', 'the tables are not open to it');
SELECT is(test.try($$SELECT revyops_create_client('x')$$)->>'sqlstate', '42501', 'nor is a function that was not granted');
RESET ROLE;
GRANT SET ON PARAMETER revyops.client_id TO revyops_test_plain;
SET LOCAL ROLE revyops_test_plain;
SELECT is(test.try('SET LOCAL revyops.client_id = 3'), '{"value": null}', 'GRANT SET ON PARAMETER lets it');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "plain@acme.com"}')->>'email'$$), '{"value": "plain@acme.com"}', 'and the call is made for that client');

-- ---- the first error of everybody says what to do
RESET ROLE;
CREATE FUNCTION test.hint() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	RETURN revyops_get_contact(1);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END
$$;
SET revyops.client_id = 0;
SET revyops.api_key = '';
SELECT set_config('request.headers', '', true) \g /dev/null
SELECT is(test.hint(), 'In SQL, set revyops.client_id or revyops.api_key for the session, or for the role by ALTER ROLE ... SET.', 'nobody is told how to be somebody');
SET revyops.client_id = 99;
SELECT is(test.hint(), '', 'who is somebody else is not');

SELECT * FROM finish();
ROLLBACK;
