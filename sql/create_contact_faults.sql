\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(101);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SET LOCAL revyops.client_id = 2;
SELECT revyops_create_company('{"domain": "other.com"}') AS "hidden" \gset
SET LOCAL revyops.client_id = 1;
SELECT revyops_create_contact('{"email": "one@acme.com", "linkedin_url": "in/one"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "two@acme.com", "linkedin_url": "in/two"}') AS "hidden" \gset
CREATE TABLE test.before AS SELECT test.rows();

CREATE FUNCTION test.create(contact text) RETURNS text
	LANGUAGE sql AS $$ SELECT format('SELECT public.revyops_create_contact(%L)', contact) $$;
CREATE FUNCTION test.fields(list jsonb) RETURNS text
	LANGUAGE sql AS $$ SELECT test.create(jsonb_build_object('email', 'f@acme.com', 'contact_custom_fields_input', list)::text) $$;

-- arguments
SELECT test.fails_400('SELECT revyops_create_contact(NULL)', test.one('', 'not_an_object'), 'contact NULL');
SELECT test.fails_400(test.create('"x"'), test.one('', 'not_an_object'), 'a string');
SELECT test.fails_400(test.create(to_jsonb(body)::text), test.one('', code), 'encoded twice: ' || body) FROM (VALUES ('{"email": "a@acme.com"}', 'json_in_string'), (E' \n[]', 'json_in_string'), ('{"email": "a@acme.com"', 'not_an_object'), ('"{}"', 'not_an_object'), (repeat('[', 100000), 'not_an_object'), ('', 'not_an_object')) v(body, code);
SELECT test.fails_400(test.create('{"email": "f@acme.com", "contact_custom_fields_input": ["{\"field_name\": \"A\"}", "A"]}'), test.one('/contact_custom_fields_input/0', 'json_in_string') || test.one('/contact_custom_fields_input/1', 'not_an_object'), 'an entry encoded twice');
SELECT test.fails_400(format('SELECT %s(%L)', f, '"{}"'), test.one('', 'json_in_string'), f) FROM unnest(ARRAY['revyops_upsert_contact', 'revyops_create_company', 'revyops_search_contacts', 'revyops_create_contacts', 'revyops_check_contacts']) f;
SELECT test.fails_400(format('SELECT revyops_%s_contact%s(1, %L)', verb, suffix, '"{}"'), test.one('', 'json_in_string'), verb || suffix) FROM (VALUES ('update', ''), ('add', '_custom_field')) v(verb, suffix);
SELECT is(array_agg(concat_ws(' ', status, errors #>> '{0,code}') ORDER BY ordinal), '{"400 json_in_string","400 not_an_object"}', 'items of a batch') FROM revyops_create_contacts('["{\"email\": \"a@acme.com\"}", "x"]');
SELECT test.fails_400(test.create('7'), test.one('', 'not_an_object'), 'a number');
SELECT test.fails_400(test.create('[]'), test.one('', 'not_an_object'), 'an empty array');
SELECT test.fails_400(test.create('{}'), test.one('', 'identifier_required'), 'an empty object');
SELECT test.fails_code(format('SELECT revyops_create_contact(%L, %L)', '{"email": "f@acme.com"}', s), 'PT400', 'invalid request', 'invalid_structure', 'structure ' || coalesce(s, 'NULL'))
FROM unnest(ARRAY[NULL, '', 'flat', 'nested', 'FLAT ', 'FLATT']) s;

-- identifiers
SELECT test.fails_400(test.create('{"email": 7}'), test.one('/email', 'not_a_string'), 'e-mail a number');
SELECT test.fails_400(test.create('{"email": ["a@acme.com"]}'), test.one('/email', 'not_a_string'), 'e-mail an array');
SELECT test.fails_400(test.create('{"email": "f@acme.com", "linkedin_url": false}'), test.one('/linkedin_url', 'not_a_string'), 'LinkedIn URL a boolean');
SELECT test.fails_400(test.create('{"email": "nope", "linkedin_url": "in/f"}'), test.one('/email', 'invalid_email'), 'one good identifier does not excuse the other');
SELECT test.fails_400(test.create(jsonb_build_object('email', repeat('a', 64) || '@' || repeat(repeat('b', 60) || '.', 3) || 'ccc.com')::text),
	'[{"pointer": "/email", "code": "too_long", "limit": 254, "actual": 255}]', 'e-mail of 255 octets');

-- the other strings
SELECT test.fails_400(test.create(format('{"email": "f@acme.com", "%s": null}', m)), test.one('/' || m, 'null_not_allowed'), m || ' null')
FROM unnest(ARRAY['first_name', 'last_name', 'origin', 'contact_status']) m;
SELECT test.fails_400(test.create(format('{"email": "f@acme.com", "%s": {"a": 1}}', m)), test.one('/' || m, 'not_a_string'), m || ' an object')
FROM unnest(ARRAY['first_name', 'last_name', 'origin', 'contact_status']) m;
SELECT test.fails_400(test.create(format('{"email": "f@acme.com", "%s": "%s"}', m, repeat('é', 256))),
	jsonb_build_array(jsonb_build_object('pointer', '/' || m, 'code', 'too_long', 'limit', 255, 'actual', 256)), m || ' of 256 characters')
FROM unnest(ARRAY['last_name', 'origin', 'contact_status']) m;
SELECT test.fails_400(test.create(format('{"email": "f@acme.com", "first_name": "a%sb"}', c)), test.one('/first_name', 'control_character'), 'control character ' || c)
FROM unnest(ARRAY['\u0001', '\u001f', '\u007f', '\u0085', '\u009f']) c;
SELECT test.fails_400(test.fields('[{"field_name": "a\u0001b", "field_value": "a\u0007b"}]'),
	'[{"pointer": "/contact_custom_fields_input/0/field_name", "code": "control_character"},
	  {"pointer": "/contact_custom_fields_input/0/field_value", "code": "control_character"}]', 'control characters in a custom field');

-- custom fields
SELECT test.fails_400(test.create('{"email": "f@acme.com", "contact_custom_fields_input": "[]"}'), test.one('/contact_custom_fields_input', 'json_in_string'), 'custom fields encoded twice');
SELECT test.fails_400(test.fields('["a", null, 1]'),
	test.one('/contact_custom_fields_input/0', 'not_an_object') || test.one('/contact_custom_fields_input/1', 'not_an_object') || test.one('/contact_custom_fields_input/2', 'not_an_object'),
	'custom fields that are no objects');
SELECT test.fails_400(test.fields('[{"field_name": null, "field_value": null}]'),
	test.one('/contact_custom_fields_input/0/field_name', 'null_not_allowed') || test.one('/contact_custom_fields_input/0/field_value', 'null_not_allowed'), 'a custom field of nulls');
SELECT test.fails_400(test.fields('[{"field_name": "a\nb", "field_value": "x"}]'), test.one('/contact_custom_fields_input/0/field_name', 'control_character'), 'a line break in a custom field''s name');
SELECT test.fails_400(test.fields('[{"field_name": 7, "field_value": []}]'),
	test.one('/contact_custom_fields_input/0/field_name', 'not_a_string') || test.one('/contact_custom_fields_input/0/field_value', 'not_a_string'),
	'a custom field''s name is a string, its value no array');
SELECT test.fails_400(test.fields(jsonb_build_array(jsonb_build_object('field_name', repeat('é', 256), 'field_value', repeat('é', 2501)))),
	'[{"pointer": "/contact_custom_fields_input/0/field_name", "code": "too_long", "limit": 255, "actual": 256},
	  {"pointer": "/contact_custom_fields_input/0/field_value", "code": "too_long", "limit": 2500, "actual": 2501}]', 'custom field name of 256 and value of 2,501 characters');
SELECT test.fails_400(test.fields('[{"field_name": "A", "field_value": "1"}, {"field_name": " A", "field_value": "2"}, {"field_name": "a", "field_value": "3"}, {"field_name": "A ", "field_value": "4"}]'),
	test.one('/contact_custom_fields_input/1/field_name', 'duplicate') || test.one('/contact_custom_fields_input/3/field_name', 'duplicate'),
	'names are compared after trimming, in exact case');
SELECT test.fails_400(test.fields((SELECT jsonb_agg(jsonb_build_object('field_name', i, 'field_value', '')) FROM generate_series(1, 1001) i)),
	'[{"pointer": "/contact_custom_fields_input", "code": "too_many", "limit": 1000, "actual": 1001}]', '1,001 custom fields');
SELECT test.fails_400(test.fields((SELECT jsonb_agg(jsonb_build_object('field_name', i)) FROM generate_series(1, 100000) i)),
	'[{"pointer": "/contact_custom_fields_input", "code": "too_many", "limit": 1000, "actual": 100000}]', '100,000 faulty custom fields');
SELECT test.fails_400(test.fields((SELECT jsonb_agg('{"field_name": "A", "field_value": "1"}'::jsonb) FROM generate_series(1, 1000) i)),
	(SELECT jsonb_agg(test.one(format('/contact_custom_fields_input/%s/field_name', i), 'duplicate')->0) FROM generate_series(1, 999) i), 'one name 1,000 times');

-- the order of faults is that of the contract, not of the body
SELECT test.fails_400(test.create('{"contact_status": 1, "contact_custom_fields_input": [7], "origin": 1, "company_id": {}, "last_name": 1, "first_name": 1, "linkedin_url": "x", "email": "x"}'),
	test.one('/email', 'invalid_email') || test.one('/linkedin_url', 'invalid_linkedin_url') || test.one('/first_name', 'not_a_string')
	|| test.one('/last_name', 'not_a_string') || test.one('/company_id', 'invalid_company') || test.one('/origin', 'not_a_string')
	|| test.one('/contact_status', 'not_a_string') || test.one('/contact_custom_fields_input/0', 'not_an_object'), 'all faults at once');

-- the company
SELECT test.fails_with(test.create('{"email": "f@acme.com", "company_id": 2}'), 'PT401', 'company does not belong to this client', test.one('/company_id', 'other_client'), 'a company of another client');
SELECT test.fails_with(test.create('{"email": "f@acme.com", "company_id": "2"}'), 'PT401', 'company does not belong to this client', test.one('/company_id', 'other_client'), 'the same as a string of digits');
SELECT test.fails_with(test.create('{"email": "f@acme.com", "company_id": "other.com"}'), 'PT404', 'company not found', test.one('/company_id', 'not_found'), 'a domain that only another client has');
SELECT test.fails_with(test.create('{"email": "f@acme.com", "company_id": 9223372036854775807}'), 'PT404', 'company not found', test.one('/company_id', 'not_found'), 'the largest id');
SELECT test.fails_with(test.create('{"email": "f@acme.com", "company_id": "www.com"}'), 'PT404', 'company not found', test.one('/company_id', 'not_found'), 'a parent that is a public suffix');
SELECT test.fails_400(test.create('{"email": "f@acme.com", "company_id": "99999999999999999999"}'), test.one('/company_id', 'invalid_company'), 'digits beyond 64 bits');
SELECT test.fails_400(test.create('{"email": "f@acme.com", "company_id": 0}'), test.one('/company_id', 'invalid_company'), 'company 0');
SELECT test.fails_400(test.create('{"email": "f@acme.com", "company_id": [1]}'), test.one('/company_id', 'invalid_company'), 'company an array');

-- taken keys
SELECT test.fails_with(test.create('{"email": "ONE@acme.com", "linkedin_url": "in/TWO/"}'), 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 1}, {"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 2}]', 'keys of two contacts: a merge case');
SELECT test.fails_with(test.create('{"email": "one@acme.com", "linkedin_url": "in/one"}'), 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 1}, {"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 1}]', 'both keys of one contact');
SELECT test.fails_with(test.create('{"email": "f@acme.com", "linkedin_url": "in/two"}'), 'PT409', 'contact already exists',
	'[{"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 2}]', 'the LinkedIn URL alone');

-- the order of checks
SELECT test.fails_400(test.create('{"email": "one@acme.com", "origin": 1, "company_id": 2}'), test.one('/origin', 'not_a_string'), '400 before 401');
SELECT test.fails_400(test.create('{"email": "one@acme.com", "origin": 1, "company_id": 99}'), test.one('/origin', 'not_a_string'), '400 before 404');
SELECT test.fails_with(test.create('{"email": "one@acme.com", "company_id": 2}'), 'PT401', 'company does not belong to this client', test.one('/company_id', 'other_client'), '401 before 409');
SELECT test.fails_with(test.create('{"email": "one@acme.com", "company_id": 99}'), 'PT404', 'company not found', test.one('/company_id', 'not_found'), '404 before 409');

SELECT is(test.rows(), (SELECT rows FROM test.before), 'no error left a row');

-- what must pass
SELECT is(revyops_create_contact(jsonb_build_object('email', 'thousand@acme.com', 'contact_custom_fields_input',
		(SELECT jsonb_agg(jsonb_build_object('field_name', 'f' || i, 'field_value', i)) FROM generate_series(1, 1000) i)), 'FLAT')->'contact_custom_fields'->>'f1000',
	'1000', '1,000 custom fields');
SELECT is(jsonb_array_length((SELECT custom_fields FROM revyops.contact WHERE email = 'thousand@acme.com')), 1000, 'and all of them there');
SELECT is(revyops_create_contact('{"email": "json@acme.com", "contact_custom_fields_input": [{"field_name": "a", "field_value": 87.50},
		{"field_name": "b", "field_value": true}, {"field_name": "c", "field_value": false}, {"field_name": "d", "field_value": 1e2},
		{"field_name": "e", "field_value": ""}, {"field_name": "f", "field_value": -1}]}', 'FLAT')->'contact_custom_fields',
	'{"a": "87.50", "b": "true", "c": "false", "d": "100", "e": "", "f": "-1"}', 'numbers and booleans keep the text that jsonb gives them; a value may be blank');
SELECT is(revyops_create_contact('{"email": "huge@acme.com", "contact_custom_fields_input": [{"field_name": "a", "field_value": 1e99}]}', 'FLAT')->'contact_custom_fields'->>'a',
	'1' || repeat('0', 99), 'a number of 100 digits');
SELECT is(revyops_create_contact(jsonb_build_object('email', 'digits@acme.com', 'contact_custom_fields_input', jsonb_build_array(jsonb_build_object('field_name', 'a', 'field_value', number))), 'FLAT')->'contact_custom_fields'->>'a',
	number::text, 'one of 2,500 digits that are there') FROM (SELECT repeat('9', 2500)::numeric) AS t (number);
SELECT test.fails_400(test.fields(format('[{"field_name": "a", "field_value": %s}]', repeat('9', 2501))::jsonb),
	'[{"pointer": "/contact_custom_fields_input/0/field_value", "code": "too_long", "limit": 2500, "actual": 2501}]', 'a number of 2,501 digits');
SELECT is((SELECT string_agg(format('%s %s', n, test.try(format('SELECT revyops_create_contact(%L)->>''email''', format('{"email": "%s@acme.com", "contact_custom_fields_input": [{"field_name": "n", "field_value": %s}]}', n, v)))
		#>> '{detail}'), E'\n' ORDER BY n) FROM unnest(ARRAY['9e99', '-9e98', '1e-98', '-1e-97', repeat('12', 100), '0.' || repeat('12', 100), '1.' || repeat('0', 98)]) WITH ORDINALITY t(v, n)),
	E'1 \n2 \n3 \n4 \n5 \n6 \n7 ', 'numbers of 100 characters, or of as many digits as they have characters');
SELECT test.fails_400(format($$SELECT revyops_create_contact('{"email": "a@acme.com", "contact_custom_fields_input": [{"field_name": "n", "field_value": %s}]}')$$, v),
	jsonb_build_array(jsonb_build_object('pointer', '/contact_custom_fields_input/0/field_value', 'code', 'too_long', 'limit', 100, 'actual', actual)), format('%s has %s characters, of which most are zeros', left(v, 20), actual))
FROM (VALUES ('1e100', 101), ('-9e99', 101), ('1e-99', 101), ('1e400', 401), ('9e2499', 2500), ('1e2500', 2501), ('99999e2496', 2501), ('1e131071', 131072), ('-9.5e131071', 131073), ('1e-16383', 16385), ('-123456e-16383', 16386), ('1' || repeat('0', 150), 151), ('1.' || repeat('0', 150), 152)) t(v, actual);
SELECT is(length(revyops_create_contact(jsonb_build_object('email', 'trimmed@acme.com', 'first_name', repeat(' ', 300) || repeat('🙂', 255) || E'\u3000\t\n'))->>'first_name'),
	255, 'white space at the ends does not count');
SELECT is(revyops_create_contact(('{"email": "deep@acme.com", "x": ' || repeat('[', 5000) || repeat(']', 5000) || '}')::jsonb)->>'email', 'deep@acme.com', 'deep JSON in an unknown member');
SELECT is(revyops_create_contact('{"email": "lines@acme.com", "contact_custom_fields_input": [{"field_name": "a", "field_value": " x\r\n\ty \n"}]}', 'FLAT')->'contact_custom_fields'->>'a',
	E'x\r\n\ty', 'line breaks and tabs within a value');
SELECT is(revyops_create_contact('{"email": "float@acme.com", "company_id": 1.0}')->'company_id', '1', 'a whole number written with a fraction is an id');
SELECT is(revyops_create_contact('{"email": "null@acme.com", "contact_custom_fields_input": [{"field_name": "a", "field_value": "b", "id": "x", "colour": {}}]}', 'FLAT')->'contact_custom_fields',
	'{"a": "b"}', 'unknown members of a custom field are ignored');
SELECT is(test.settled(revyops_create_contact('{"email": "case@acme.com", "Email": "nope", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}, {"field_name": "a", "field_value": "2"}]}', 'FLAT')->'contact_custom_fields'),
	'{"A": "1", "a": "2"}', 'names differ by case');

SELECT * FROM finish();
ROLLBACK;
