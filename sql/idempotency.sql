\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(38);
-- The argument idempotency_key: what is asked for again is done once, and answered the same.
SELECT revyops_create_client('One'), revyops_create_client('Two') \g /dev/null
SET revyops.client_id = 1;

CREATE FUNCTION test.kept() RETURNS TABLE (client_id integer, key text, status integer, headers text, body jsonb)
	LANGUAGE sql AS $$ SELECT client_id, key, status, headers, body::jsonb FROM revyops.idempotency_key ORDER BY 1, 2 $$;
CREATE FUNCTION test.reused(statement text, description text) RETURNS text
	LANGUAGE sql AS $$ SELECT test.fails_with(statement, 'PT422', 'idempotency key was used for another request',
		'[{"parameter": "idempotency_key", "code": "key_reused"}]', description) $$;
CREATE FUNCTION test.no_key(statement text, description text) RETURNS text
	LANGUAGE sql AS $$ SELECT test.fails_400(statement, '[{"parameter": "idempotency_key", "code": "invalid_idempotency_key"}]', description) $$;

-- contacts
CREATE TABLE test.first AS SELECT revyops_create_contact('{"email": "jane@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "\"1\"\n"}]}', 'FLAT', 'k') AS answer;
SELECT is(answer->>'id', '1', 'the first is carried out') FROM test.first;
SELECT is(revyops_create_contact('{"contact_custom_fields_input": [{"field_name": "A", "field_value": "\"1\"\n"}], "email": "jane@acme.com"}', 'FLAT', 'k'), answer, 'the same again gets the same answer') FROM test.first;
SELECT is(revyops_create_contact(idempotency_key => 'k', structure => 'FLAT', contact => '{"email": "jane@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "\"1\"\n"}]}'), answer, 'by name, too') FROM test.first;
SELECT is(test.rows(), '2 clients, 0 keys, 0 companies, 1 contacts', 'and does nothing');
SELECT results_eq('SELECT * FROM test.kept()', $$SELECT 1, 'k', 201, NULL::text, answer FROM test.first$$, 'what is kept');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "jane@acme.com"}')$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 1}]', 'without a key it is a duplicate');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "jane@acme.com"}', 'NESTED', NULL)$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 1}]', 'NULL is no key');

-- another request
SELECT test.reused($$SELECT revyops_create_contact('{"email": "max@acme.com"}', 'FLAT', 'k')$$, 'another body');
SELECT test.reused($$SELECT revyops_create_contact('{"email": "jane@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "\"1\"\n"}]}', 'NESTED', 'k')$$, 'another structure');
SELECT test.reused($$SELECT revyops_create_company('{"email": "jane@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "\"1\"\n"}]}', 'FLAT', 'k')$$, 'another function');
SELECT test.reused($$SELECT revyops_create_contact('{"email": "nope"}', 'FLAT', 'k')$$, 'a body with faults');
SELECT test.reused($$SELECT revyops_create_contact(NULL, 'FLAT', 'k')$$, 'no body');
SELECT test.reused($$SELECT revyops_create_contact('{}', NULL, 'k')$$, 'no structure');
SELECT is(revyops_create_contact('{"email": "max@acme.com"}', 'FLAT', 'K')->>'email', 'max@acme.com', 'case counts in a key');

-- another client
SET revyops.client_id = 2;
SELECT is(revyops_create_contact('{"email": "jane@acme.com"}', 'FLAT', 'k')->>'email', 'jane@acme.com', 'another client''s key is another key');
SET revyops.client_id = 1;
SELECT is(array_agg(client_id || ' ' || key), ARRAY['1 K', '1 k', '2 k'], 'keys are of clients') FROM test.kept();

-- failures
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "nope"}', 'NESTED', 'f')$$)->>'sqlstate', 'PT400', 'a body with faults');
SELECT is(test.try($$SELECT revyops_create_contact(NULL, 'NESTED', 'f')$$)->>'sqlstate', 'PT400', 'NULL');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "tom@acme.com"}', NULL, 'f')$$)->>'sqlstate', 'PT400', 'no structure');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "tom@acme.com", "company_id": "acme.com"}', 'NESTED', 'f')$$)->>'sqlstate', 'PT404', 'no such company');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "jane@acme.com"}', 'NESTED', 'f')$$)->>'sqlstate', 'PT409', 'a duplicate');
SELECT is(revyops_create_company('{"domain": "acme.com"}', 'NESTED', 'f')->>'domain', 'acme.com', 'leave the key free for any other request');

-- companies
CREATE TABLE test.company AS SELECT revyops_create_company('{"domain": "beta.com", "company_custom_fields": [{"field_name": "A", "field_value": "1"}]}', 'FLAT', 'c') AS answer;
SELECT is(revyops_create_company('{"domain": "beta.com", "company_custom_fields": [{"field_name": "A", "field_value": "1"}]}', 'FLAT', 'c'), answer, 'a company again') FROM test.company;
SELECT test.reused($$SELECT revyops_create_company('{"domain": "gamma.com"}', 'FLAT', 'c')$$, 'another company');

-- keys
SELECT test.no_key(format('SELECT revyops_create_contact(%L, %L, %L)', '{"email": "a@acme.com"}', 'NESTED', key), 'no key: ' || what)
	FROM (VALUES ('', 'empty'), (repeat('x', 256), '256 characters'), ('é', 'not ASCII'), (E'a\tb', 'a tab'), (E'\x7f', 'DEL')) v(key, what);
SELECT is((SELECT revyops_create_contact('{"email": "long@acme.com"}', 'NESTED', repeat('~', 255)))->>'email', 'long@acme.com', '255 characters');
SELECT is((SELECT revyops_create_contact('{"email": "space@acme.com"}', 'NESTED', ' '))->>'email', 'space@acme.com', 'a space');
SELECT is(test.try($$SET LOCAL revyops.client_id = 0; SELECT revyops_create_contact('{"email": "a@acme.com"}', 'NESTED', '')$$)->>'sqlstate', 'PT403', 'who is calling comes first');

-- one statement
SELECT results_eq($$SELECT count(DISTINCT revyops_create_contact(jsonb_build_object('email', 's' || i % 3 || '@acme.com'), 'NESTED', 's' || i % 3))::integer FROM generate_series(1, 9) i$$,
	'VALUES (3)', 'a statement sees what it has kept');

-- time
UPDATE revyops.idempotency_key SET created_time = now() - CASE key WHEN 'k' THEN interval '24 hours' ELSE interval '24 hours -1 us' END;
SELECT is(revyops_create_contact('{"contact_custom_fields_input": [{"field_name": "A", "field_value": "\"1\"\n"}], "email": "new@acme.com"}', 'FLAT', 'k')->>'email', 'new@acme.com', 'after 24 hours a key is new');
SELECT is((SELECT answer FROM test.company), revyops_create_company('{"domain": "beta.com", "company_custom_fields": [{"field_name": "A", "field_value": "1"}]}', 'FLAT', 'c'), 'but not before');
SELECT is(revyops_expire(), 1::bigint, 'revyops_expire takes what is older: the other client''s');
SELECT is(array_agg(DISTINCT client_id), ARRAY[1], 'and no more') FROM test.kept();
SELECT is(revyops_expire(), 0::bigint, 'there is no more');

SELECT * FROM finish();
ROLLBACK;
