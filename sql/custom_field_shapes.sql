\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(32);
SELECT test.two_clients() \gset
SET LOCAL revyops.handling = strict;

-- flat shows the custom fields that an answer has
CREATE FUNCTION test.flat(answer jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws('=', f->>'field_name', f->>'field_value'), ' ' ORDER BY n), '-')
	FROM jsonb_array_elements(coalesce(answer->'contact_custom_fields', answer->'company_custom_fields')) WITH ORDINALITY t(f, n) $$;
-- every way creates one of a body: it returns the fields, or the errors
CREATE SEQUENCE test.serial;
CREATE FUNCTION test.ways(body jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	way text;
	got jsonb;
	seen text[] := '{}';
BEGIN
	FOREACH way IN ARRAY ARRAY['SELECT revyops_create_contact(%L)', 'SELECT revyops_upsert_contact(%L)',
		'SELECT coalesce(contact, errors) FROM revyops_create_contacts(jsonb_build_array(%L::jsonb))', 'SELECT coalesce(contact, errors) FROM revyops_upsert_contacts(jsonb_build_array(%L::jsonb))']
	LOOP
		got := test.try(format(way, jsonb_build_object('email', nextval('test.serial') || '@acme.com') || body));
		got := coalesce(got->'detail', got->'value');
		IF jsonb_typeof((got#>>'{}')::jsonb) = 'array' THEN
			seen := seen || (SELECT string_agg(concat_ws(' ', e->>'pointer', e->>'code'), ', ' ORDER BY n) FROM jsonb_array_elements((got#>>'{}')::jsonb) WITH ORDINALITY t(e, n));
		ELSE
			seen := seen || test.flat((got#>>'{}')::jsonb);
		END IF;
	END LOOP;
	RETURN (SELECT string_agg(DISTINCT s, ' | ' ORDER BY s) FROM unnest(seen) s);
END
$$;
SELECT is(test.ways(body), seen, about) FROM (VALUES
	(jsonb '{"contact_custom_fields": [{"field_name": "A", "field_value": 1}, {"field_name": "B", "field_value": "x"}]}', 'A=1 B=x', 'the list of a change'),
	('{"contact_custom_fields_input": [{"field_name": "A", "field_value": 1}, {"field_name": "B", "field_value": "x"}]}', 'A=1 B=x', 'the list of a create'),
	('{"contact_custom_fields": [{"field_name": "A", "field_value": 1}, {"field_name": "B", "field_value": 2}], "contact_custom_fields_input": [{"field_name": "C", "field_value": 4}, {"field_name": "B", "field_value": 3}]}',
		'A=1 B=3 C=4', 'both: by name, the second one''s value counts'),
	('{"contact_custom_fields": {"Industry": "SaaS", "A": 1.50, "Ok": true}}', 'A=1.50 Ok=true Industry=SaaS', 'an object of names and values'),
	('{"contact_custom_fields_input": {"Industry": "SaaS"}}', '/contact_custom_fields_input not_an_array | Industry=SaaS', 'the other member of a create is a list; an upsert takes both'),
	('{"contact_custom_fields": {"A": 1, "B": 2}, "contact_custom_fields_input": [{"field_name": "B", "field_value": 3}]}', 'A=1 B=3', 'an object and a list'),
	('{"contact_custom_fields": {}, "contact_custom_fields_input": []}', '-', 'empty ones'),
	('{"contact_custom_fields": {}, "contact_custom_fields_input": [{"field_name": "A", "field_value": 1}]}', 'A=1', 'an empty object and a list'),
	('{"contact_custom_fields": {" A ": " x "}}', 'A=x', 'names and values are trimmed'),
	('{"contact_custom_fields": {"field_name": "x"}}', 'field_name=x', 'a name is any'),
	('{"contact_custom_fields": {"field_name": "A", "field_value": "x"}}', '/contact_custom_fields not_an_array', 'an entry without its list'),
	('{"contact_custom_fields": {"": 1, "a/b~\"c": [], "D": {}, "A": 1, " A": 2, "L": "\u0001"}}',
		'/contact_custom_fields/ required, /contact_custom_fields/D not_a_string, /contact_custom_fields/L control_character, /contact_custom_fields/ A duplicate, /contact_custom_fields/a~1b~0"c not_a_string', 'every fault has its place'),
	('{"contact_custom_fields_input": "x"}', '/contact_custom_fields_input not_an_array', 'a string is no list'),
	('{"contact_custom_fields_input": null}', '/contact_custom_fields_input null_not_allowed', 'nor is null')
) v(body, seen, about);
SELECT test.fails_400(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', 'x@acme.com', 'contact_custom_fields', (SELECT jsonb_object_agg('n' || i, i) FROM generate_series(1, 1001) i))),
	'[{"pointer": "/contact_custom_fields", "code": "too_many", "limit": 1000, "actual": 1001}]', 'a thousand at most');
SELECT test.fails_400(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', 'x@acme.com', 'contact_custom_fields', '{"A": 1}'::jsonb, 'contact_custom_fields_input', (SELECT jsonb_agg(jsonb_build_object('field_name', 'n' || i, 'field_value', i)) FROM generate_series(1, 1000) i))),
	'[{"pointer": "/contact_custom_fields_input", "code": "too_many", "limit": 1000, "actual": 1001}]', 'in both together');
SELECT test.fails_400($$SELECT revyops_create_contact('{"email": "x@acme.com", "contact_custom_fields": [{"field_name": "A"}, 7], "contact_custom_fields_input": [{"field_name": "B", "field_value": null}]}')$$,
	'[{"pointer": "/contact_custom_fields_input/0/field_value", "code": "null_not_allowed"}, {"pointer": "/contact_custom_fields/0/field_value", "code": "required"}, {"pointer": "/contact_custom_fields/1", "code": "not_an_object"}]', 'a create: null is no value, and both are looked at');
SELECT is(test.flat(revyops_create_contact(jsonb_build_object('email', 'typed' || jsonb_typeof(v) || '@acme.com', 'contact_custom_fields', v))), '-', 'a create: ' || v::text || ' in the member that is a string in the contract is not looked at')
FROM unnest(ARRAY['"ignored"', 'null', '7']::jsonb[]) v;

-- an answer can be sent back
SELECT revyops_create_contact('{"email": "back@acme.com", "first_name": "Back", "contact_custom_fields": {"A": "1", "B": "x"}}', 'FLAT') AS flat \gset
SELECT is(jsonb :'flat'->'contact_custom_fields', '{"A": "1", "B": "x"}', 'FLAT');
SELECT is(revyops_update_contact((jsonb :'flat'->>'id')::int, :'flat', 'FLAT'), :'flat', 'a change to what was read changes nothing');
SELECT is(revyops_upsert_contact(:'flat', 'FLAT'), jsonb :'flat' || '{"created": false}', 'nor does an upsert');
SELECT is(test.flat(revyops_create_contact(jsonb :'flat' || '{"email": "copy@acme.com"}')), 'A=1 B=x', 'a create copies it');
SELECT is(test.flat(revyops_create_contact(revyops_get_contact((jsonb :'flat'->>'id')::int) || '{"email": "copy2@acme.com", "linkedin_url": null}')), 'A=1 B=x', 'NESTED, too');
SELECT is(test.flat(revyops_update_contact((jsonb :'flat'->>'id')::int, '{"contact_custom_fields": {"A": null, "C": 3}, "contact_custom_fields_input": {"B": "y", "None": null}}')), 'B=y C=3', 'a change: null takes a field away');

-- companies
SELECT is(test.flat(revyops_create_company('{"domain": "acme.com", "company_custom_fields": {"Size": 5, "Ok": false}}')), 'Ok=false Size=5', 'a company');
SELECT is(test.flat(revyops_update_company(1, '{"company_custom_fields": {"Ok": null, "New": "x"}}')), 'Size=5 New=x', 'a company: a change');
SELECT is(revyops_update_company(1, revyops_get_company(1, 'FLAT'), 'FLAT'), revyops_get_company(1, 'FLAT'), 'a company: what was read is sent back');
SELECT is(test.flat(company), 'Size=7', 'a company: of a batch') FROM revyops_create_companies('[{"domain": "other.com", "company_custom_fields": {"Size": 7}}]');

-- definitions hold
SELECT revyops_define_custom_field('contact', 'Score', 'number') AS defined, revyops_set_client_setting(1, 'custom_fields', 'strict') AS set \gset
SELECT is(test.ways('{"contact_custom_fields": {"Score": "1.50"}}'), 'Score=1.5', 'a definition gives the canonical form');
SELECT is(test.ways('{"contact_custom_fields": {"Score": "x", "score": 1}}'), '/contact_custom_fields/Score invalid_value, /contact_custom_fields/score unknown_field', 'and its faults have their place');
SELECT * FROM finish();
ROLLBACK;
