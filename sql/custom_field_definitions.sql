\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(232);
-- Definitions of custom fields: what they let pass, in which form, and what becomes of values.
SELECT test.two_clients() \gset
CREATE FUNCTION test.run(statement text) RETURNS text
	LANGUAGE plpgsql AS $$ DECLARE value text; BEGIN EXECUTE statement INTO value; RETURN value; END $$;
-- listed shows what revyops_list_custom_fields does, without times.
CREATE FUNCTION test.listed(entity text) RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', name, state, type, nullif(options, '{}')), ', ' ORDER BY name) FROM revyops_list_custom_fields(entity) $$;
-- fields are those of a contact or company of client 1.
CREATE FUNCTION test.fields(custom_fields jsonb) RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(concat(f->>'field_name', '=', f->>'field_value'), ', ' ORDER BY n) FROM jsonb_array_elements(custom_fields) WITH ORDINALITY t(f, n) $$;
CREATE FUNCTION test.field(name text, value jsonb) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('field_name', name, 'field_value', value)) $$;
-- write creates a contact with one field and gives its stored value, or the fault.
CREATE FUNCTION test.write(name text, value jsonb) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	got jsonb := test.try(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', random() || '@x.com', 'contact_custom_fields_input', test.field(name, value))));
BEGIN
	RETURN CASE WHEN got ? 'value' THEN (got->>'value')::jsonb #>> '{contact_custom_fields,0,field_value}'
		ELSE (got->>'detail')::jsonb #>> '{0,code}' END;
END
$$;

-- ---------------------------------------------------------------- defining
SELECT is(test.write('Score', '"much"'), 'much', 'without a definition anything goes');
SELECT is(test.listed('contact'), NULL, 'and nothing is recorded');
SELECT is(test.try(format('SELECT revyops_define_custom_field(%L, %L, %L, %L)', 'contact', name, type, options)), '{"value": ""}', type)
	FROM (VALUES (' Score ', 'number', NULL), ('Note', 'text', '{}'), ('Active', 'boolean', NULL), ('Since', 'date', NULL), ('Site', 'url', NULL),
		('Size', 'choice', '{"choices": [" small ", "Large", "Übergroß"], "more": 1}')) v(name, type, options);
SELECT is(test.listed('contact'), 'Active defined boolean, Note defined text, Score defined number, Since defined date, Site defined url, '
	'Size defined choice {"choices": ["small", "Large", "Übergroß"]}', 'they are listed');
SELECT is(test.listed('company'), NULL, 'companies have none of it');
SELECT is((SELECT array_agg(pg_typeof(t)::text) FROM (SELECT created_time FROM revyops_list_custom_fields('contact') LIMIT 1) l(t)), '{"timestamp with time zone"}', 'with their time');
SET LOCAL revyops.client_id = 2;
SELECT is(test.listed('contact'), NULL, 'nor has another client');
SELECT is(test.write('Score', '"much"'), 'much', 'whose values are its own');
SET LOCAL revyops.client_id = 1;
SELECT test.fails_400('SELECT revyops_define_custom_field(NULL, NULL, NULL)', '[{"parameter": "entity", "code": "required"}, {"parameter": "name", "code": "required"}, {"parameter": "type", "code": "required"}]', 'NULL');
SELECT test.fails_400($$SELECT revyops_define_custom_field('deal', repeat('x', 256), 'Number')$$, '[{"parameter": "entity", "code": "invalid_option", "allowed": ["contact", "company", "email"]},
	{"parameter": "name", "code": "too_long", "limit": 255, "actual": 256}, {"parameter": "type", "code": "invalid_option", "allowed": ["text", "number", "boolean", "date", "url", "choice"]}]', 'all faults at once');
SELECT test.fails_400(format('SELECT revyops_define_custom_field(%L, %L, %L, %L)', 'contact', 'X', type, options), jsonb_build_array(jsonb_build_object('parameter', 'options', 'code', code)), code || ' ' || options)
	FROM (VALUES ('choice', NULL, 'required'), ('choice', '{}', 'required'), ('choice', '[]', 'required'), ('choice', '{"choices": []}', 'required'), ('choice', '{"choices": "a"}', 'not_an_array'),
		('choice', '{"choices": [1]}', 'not_a_string'), ('choice', '{"choices": ["a", " A"]}', 'duplicate'), ('choice', '{"choices": [" "]}', 'required'),
		('number', '[]', 'not_an_object'), ('number', '{"choices": ["a"]}', 'options_not_allowed')) v(type, options, code);
SELECT test.fails_400(format('SELECT revyops_define_custom_field(%L, %L, %L, %L)', 'contact', 'X', 'choice', jsonb_build_object('choices', jsonb_build_array(repeat('x', 256)))), '[{"parameter": "options", "code": "too_long"}]', 'too long a choice');

-- ---------------------------------------------------------------- values
SELECT is(test.write(name, value), wanted, format('%s: %s', name, value)) FROM (VALUES
	('Score', '1.50'::jsonb, '1.5'), ('Score', '"+007"', '7'), ('Score', '" 15e-1 "', '1.5'), ('Score', '1e3', '1000'), ('Score', '"-0.0"', '0'), ('Score', '".5"', '0.5'), ('Score', '"5."', '5'),
	('Score', '"-12345678901234567890.10"', '-12345678901234567890.1'), ('Score', '"1,5"', 'invalid_value'), ('Score', '"1e1000"', 'invalid_value'), ('Score', '"1e99"', '1' || repeat('0', 99)), ('Score', '"1e100"', 'invalid_value'), ('Score', '"1e999"', 'invalid_value'), ('Score', to_jsonb(repeat('12', 500)), repeat('12', 500)), ('Score', '"."', 'invalid_value'),
	('Score', '"1e"', 'invalid_value'), ('Score', '"NaN"', 'invalid_value'), ('Score', '"Infinity"', 'invalid_value'), ('Score', '"0x10"', 'invalid_value'), ('Score', '"1 2"', 'invalid_value'), ('Score', 'true', 'invalid_value'), ('Score', '""', ''),
	('Active', 'true', 'true'), ('Active', '"YES"', 'true'), ('Active', '"off"', 'false'), ('Active', '0', 'false'), ('Active', '"2"', 'invalid_value'), ('Active', '" "', ''),
	('Since', '"2026-02-28"', '2026-02-28'), ('Since', '" 2024-02-29 "', '2024-02-29'), ('Since', '"2026-02-29"', 'invalid_value'), ('Since', '"2026-13-01"', 'invalid_value'), ('Since', '"0000-01-01"', 'invalid_value'),
	('Since', '"2026-1-5"', '2026-01-05'), ('Since', '"2026/11/29"', '2026-11-29'), ('Since', '"2024/2/29"', '2024-02-29'), ('Since', '"2026-11-29T23:30:00-08:00"', '2026-11-29'), ('Since', '"2026-11-29 10:00"', '2026-11-29'), ('Since', '"2026-11-29T10:00:00.123456789Z"', '2026-11-29'),
	('Since', '"2026-11-29 10:00:00 +0100"', '2026-11-29'), ('Since', '"2026/1/5 10:00"', '2026-01-05'), ('Since', '"12 Mar 2024"', '2024-03-12'), ('Since', '"Mar 12, 2024"', '2024-03-12'), ('Since', '"1 SEPTEMBER 2024"', '2024-09-01'), ('Since', '"Sept. 1 2024"', '2024-09-01'), ('Since', '"29  feb.  2024"', '2024-02-29'), ('Since', '"May 5, 2024"', '2024-05-05'),
	('Since', '"29-Nov-2026"', '2026-11-29'), ('Since', '"5-march-2024"', '2024-03-05'), ('Since', '"Sun, 29 Nov 2026"', '2026-11-29'), ('Since', '"Sunday, November 29th, 2026"', '2026-11-29'), ('Since', '"1st May 2024"', '2024-05-01'), ('Since', '"29 Nov, 2026"', '2026-11-29'),
	('Since', '"Sun, 29 Nov 2026 23:30:00 GMT"', '2026-11-29'), ('Since', '"Sun Nov 29 2026 10:00:00 GMT+0100 (Central European Standard Time)"', '2026-11-29'), ('Since', '"Nov 29, 2026 10:00 PM"', '2026-11-29'), ('Since', '"12 Mar 2024 10:00"', '2024-03-12'), ('Since', '"Nov 29, 2026, 9:05:00 am"', '2026-11-29'),
	('Since', '"2026-11-29 10:00:00 UTC"', '2026-11-29'), ('Since', '"2026-11-29 1:00 PM"', '2026-11-29'), ('Since', '"29-Nov-26"', 'invalid_value'), ('Since', '"Noday, 29 Nov 2026"', 'invalid_value'), ('Since', '"29xx Nov 2026"', 'invalid_value'), ('Since', '"29-Nov 2026"', 'invalid_value'),
	('Since', '"Nov 29, 2026 25:00"', 'invalid_value'), ('Since', '"Nov 29, 2026 10:00 XM"', 'invalid_value'), ('Since', '"Nov 29, 2026 10:00 UTC)"', 'invalid_value'), ('Since', '"Sun Nov 29 2026 10:00:00 GMT+0100 (x"', 'invalid_value'), ('Since', '"Sun, 30 Feb 2026"', 'invalid_value'), ('Since', '"2026-11-29 13:00 PM"', 'invalid_value'),
	('Since', '"29/11/2026"', 'invalid_value'), ('Since', '"11/29/2026"', 'invalid_value'), ('Since', '"29.11.2026"', 'invalid_value'), ('Since', '"26-11-29"', 'invalid_value'), ('Since', '"2026-11/29"', 'invalid_value'), ('Since', '"2026-11"', 'invalid_value'), ('Since', '"20261129"', 'invalid_value'), ('Since', '"2026-011-5"', 'invalid_value'), ('Since', '"1764410400"', 'invalid_value'), ('Since', '1764410400', 'invalid_value'),
	('Since', '"2026-11-29T25:00"', 'invalid_value'), ('Since', '"2026-11-29T10:00x"', 'invalid_value'), ('Since', '"2026-11-29T10:00 "', '2026-11-29'), ('Since', '"2026-11-29 T10:00"', 'invalid_value'), ('Since', '"2026-02-29T10:00Z"', 'invalid_value'), ('Since', '"30 Feb 2024"', 'invalid_value'), ('Since', '"12 Mrz 2024"', 'invalid_value'), ('Since', '"12 Marc 2024"', 'invalid_value'),
	('Since', '"12 Mar 24"', 'invalid_value'), ('Since', '"Mar 2024"', 'invalid_value'), ('Since', '"12Mar2024"', 'invalid_value'), ('Since', '"12 Mar 20245"', 'invalid_value'), ('Since', '"2026-"', 'invalid_value'), ('Since', '"Mar"', 'invalid_value'), ('Since', '"12 "', 'invalid_value'),
	('Since', '"2026-01-01T00"', 'invalid_value'), ('Since', '"infinity"', 'invalid_value'), ('Since', '"-026-01-01"', 'invalid_value'),
	('Site', '" HTTPS://WWW.Acme.COM/Path?Q=1#F "', 'https://www.acme.com/Path?Q=1#F'), ('Site', '"http://bücher.example:8080/ü"', 'http://xn--bcher-kva.example:8080/ü'), ('Site', '"http://acme.com"', 'http://acme.com'), ('Site', '"http://acme.com?x"', 'http://acme.com?x'),
	('Site', '"acme.com"', 'invalid_value'), ('Site', '"ftp://acme.com"', 'invalid_value'), ('Site', '"http://"', 'invalid_value'), ('Site', '"http://localhost"', 'invalid_value'), ('Site', '"http://a:b@acme.com"', 'invalid_value'),
	('Site', '"http://acme.com/a b"', 'invalid_value'), ('Site', '"http://acme.com:x/"', 'invalid_value'), ('Site', '"javascript:alert(1)//http://acme.com"', 'invalid_value'),
	('Size', '"small"', 'small'), ('Size', '"LARGE"', 'Large'), ('Size', '"übergroß"', 'invalid_value'), ('Size', '"Übergroß"', 'Übergroß'), ('Size', '"smal"', 'invalid_value'),
	('Note', '"  any\tthing  "', E'any\tthing'), ('Note', '1.50', '1.50')) v(name, value, wanted);
SELECT test.fails_400($$SELECT revyops_create_contact('{"email": "bad", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "x"}, {"field_name": "Note", "field_value": null}, {"field_name": "Size", "field_value": "\"?"}]}')$$,
	'[{"pointer": "/email", "code": "invalid_email"}, {"pointer": "/contact_custom_fields_input/0/field_value", "code": "invalid_value", "type": "number"},
	{"pointer": "/contact_custom_fields_input/1/field_value", "code": "null_not_allowed"},
	{"pointer": "/contact_custom_fields_input/2/field_value", "code": "invalid_value", "type": "choice", "choices": ["small", "Large", "Übergroß"]}]', 'faults in their order, with type and choices');
-- A URL of so many characters; six more in canonical form.
CREATE FUNCTION test.url(length int) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT to_jsonb(rpad('http://ü.com/', length, 'a')) $$;
SELECT is(test.write('Site', test.url(2494)), rpad('http://xn--tda.com/', 2500, 'a'), 'a canonical form as long as may be');
SELECT test.fails_400(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', 'u@x.com', 'contact_custom_fields_input', test.field('Site', test.url(length)))),
	jsonb_build_array(jsonb_build_object('pointer', '/contact_custom_fields_input/0/field_value', 'code', 'too_long', 'limit', 2500, 'actual', actual)), 'and longer: ' || actual)
	FROM (VALUES (2495, 2501), (2500, 2506), (2501, 2501)) v(length, actual);
SELECT revyops_create_contact(jsonb_build_object('email', 'w@x.com', 'contact_custom_fields_input', test.field('Note', test.url(2500)))) #>> '{contact_custom_fields,0,id}' AS note \gset
SELECT test.fails_400(format('SELECT revyops_update_contact_custom_field(%s, %s, %L)', id, :note, '{"field_name": "Site"}'), '[{"pointer": "/field_value", "code": "too_long", "limit": 2500, "actual": 2506}]', 'also for what becomes one')
	FROM revyops.contact WHERE email = 'w@x.com';

-- where values are written
SELECT is(revyops_create_contact('{"email": "a@x.com", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "1.0"}, {"field_name": "Free", "field_value": "1.0"}]}')->'id' IS NOT NULL, true, 'a contact');
SELECT is((SELECT test.fields(custom_fields) FROM revyops.contact WHERE email = 'a@x.com'), 'Score=1, Free=1.0', 'what is stored is canonical');
SELECT id AS a FROM revyops.contact WHERE email = 'a@x.com' \gset
SELECT is(test.listed('contact') ~ 'Free seen,', true, 'a name without a definition is recorded for review');
SELECT is(test.fields(revyops_update_contact(:a, '{"contact_custom_fields": [{"field_name": "Score", "field_value": "2.50"}, {"field_name": "Later", "field_value": "x"}]}')->'contact_custom_fields'), 'Score=2.5, Free=1.0, Later=x', 'a change');
SELECT is(test.listed('contact') ~ 'Later seen,', true, 'records names as well');
SELECT test.fails_400(format('SELECT revyops_update_contact(%s, %L)', :a, '{"contact_custom_fields": [{"field_name": "Score", "field_value": "x"}], "contact_custom_fields_input": [{"field_name": "Since", "field_value": "x"}]}'),
	'[{"pointer": "/contact_custom_fields/0/field_value", "code": "invalid_value", "type": "number"}, {"pointer": "/contact_custom_fields_input/0/field_value", "code": "invalid_value", "type": "date"}]', 'and has faults');
SELECT is(revyops_add_contact_custom_field(:a, '{"field_name": "Active", "field_value": "yes"}')->>'field_value', 'true', 'adding one');
SELECT test.fails_400(format('SELECT revyops_add_contact_custom_field(%s, %L)', :a, '{"field_name": "Since", "field_value": "x"}'), '[{"pointer": "/field_value", "code": "invalid_value", "type": "date"}]', 'and its faults');
SELECT (custom_fields->0->>'id') AS score, (custom_fields->1->>'id') AS free FROM revyops.contact WHERE id = :a \gset
SELECT is(revyops_update_contact_custom_field(:a, :score, '{"field_value": "7.0"}')->>'field_value', '7', 'changing a value');
SELECT test.fails_400(format('SELECT revyops_update_contact_custom_field(%s, %s, %L)', :a, :score, '{"field_value": "x"}'), '[{"pointer": "/field_value", "code": "invalid_value", "type": "number"}]', 'to one that does not fit the name');
SELECT is(revyops_update_contact_custom_field(:a, :free, '{"field_value": "x"}')->>'field_value', 'x', 'a field that is not defined');
SELECT test.fails_400(format('SELECT revyops_update_contact_custom_field(%s, %s, %L)', :a, :free, '{"field_name": "Since"}'), '[{"pointer": "/field_value", "code": "invalid_value", "type": "date"}]', 'a name that the value does not fit');
SELECT set_eq($$SELECT ordinal, status, test.fields(contact->'contact_custom_fields'), errors #>> '{0,type}' FROM revyops_create_contacts('[
	{"email": "b1@x.com", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "3.0"}, {"field_name": "Batch", "field_value": 1}]},
	{"email": "b2@x.com", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "x"}, {"field_name": "Lost", "field_value": 1}]},
	{"email": "a@x.com", "contact_custom_fields_input": [{"field_name": "Lost", "field_value": 1}]}]')$$,
	$$VALUES (1, 201, 'Score=3, Batch=1', NULL), (2, 400, NULL, 'number'), (3, 409, NULL, NULL)$$, 'a batch');
SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM revyops_list_custom_fields('contact') WHERE state = 'seen'), 'Batch Free Later', 'records what was written');

-- companies
SELECT revyops_define_custom_field('company', 'Staff', 'number') AS "hidden" \gset hidden_
SELECT is(test.fields(revyops_create_company('{"domain": "acme.com", "company_custom_fields": [{"field_name": "Staff", "field_value": "010"}, {"field_name": "Score", "field_value": "x"}]}')->'company_custom_fields'), 'Staff=10, Score=x', 'a company');
SELECT is(test.listed('company'), 'Score seen, Staff defined number', 'has its own');
SELECT test.fails_400($$SELECT revyops_update_company(1, '{"company_custom_fields": [{"field_name": "Staff", "field_value": "x"}]}')$$, '[{"pointer": "/company_custom_fields/0/field_value", "code": "invalid_value", "type": "number"}]', 'in a change');
SELECT test.fails_400($$SELECT revyops_add_company_custom_field(1, '{"field_name": "Staff", "field_value": "x"}')$$, '[{"pointer": "/field_value", "code": "invalid_value", "type": "number"}]', 'one by one');
SELECT is((SELECT string_agg(concat_ws(' ', status, test.fields(company->'company_custom_fields'), errors #>> '{0,type}'), ', ' ORDER BY ordinal) FROM revyops_create_companies('[{"domain": "b.com", "company_custom_fields": [{"field_name": "Staff", "field_value": "1.0"}]},
	{"domain": "c.com", "company_custom_fields": [{"field_name": "Staff", "field_value": "x"}]}]')), '201 Staff=1, 400 number', 'in a batch');

-- ---------------------------------------------------------------- strict
SELECT revyops_set_client_setting(1, 'custom_fields', 'strict') AS "hidden" \gset hidden_
SELECT test.fails_400($$SELECT revyops_create_contact('{"email": "s@x.com", "contact_custom_fields_input": [{"field_name": "score", "field_value": "1"}, {"field_name": "Zzzzzz", "field_value": "1"}, {"field_name": "Sizes", "field_value": "x"}, {"field_name": "Size", "field_value": "small"}]}')$$,
	'[{"pointer": "/contact_custom_fields_input/0/field_name", "code": "unknown_field", "nearest": ["Score"]}, {"pointer": "/contact_custom_fields_input/1/field_name", "code": "unknown_field", "nearest": []},
	{"pointer": "/contact_custom_fields_input/2/field_name", "code": "unknown_field", "nearest": ["Size", "Site"]}]', 'an undefined name is a fault, with the nearest');
SELECT test.fails_400(format('SELECT revyops_update_contact(%s, %L)', :a, '{"contact_custom_fields": [{"field_name": "Free", "field_value": "y"}]}'), '[{"pointer": "/contact_custom_fields/0/field_name", "code": "unknown_field", "nearest": []}]', 'also one that was written before');
SELECT is(test.fields(revyops_update_contact(:a, '{"first_name": "x", "contact_custom_fields": [{"field_name": "Later", "field_value": null}]}')->'contact_custom_fields'), 'Score=7, Free=x, Active=true', 'which can be taken away, or stay');
SELECT test.fails_400($$SELECT revyops_create_company('{"domain": "s.com", "company_custom_fields": [{"field_name": "\"Staf\\", "field_value": "1"}]}')$$, '[{"pointer": "/company_custom_fields/0/field_name", "code": "unknown_field", "nearest": ["Staff"]}]', 'companies, too');
SELECT test.fails_400(format('SELECT revyops_add_contact_custom_field(%s, %L)', :a, '{"field_name": "Nope", "field_value": "x"}'), '[{"pointer": "/field_name", "code": "unknown_field", "nearest": ["Note"]}]', 'and one by one');
SELECT is((SELECT string_agg(concat_ws(' ', status, errors #>> '{0,code}'), ', ' ORDER BY ordinal) FROM revyops_create_contacts('[{"email": "s1@x.com", "contact_custom_fields_input": [{"field_name": "Note", "field_value": "1"}]}, {"email": "s2@x.com", "contact_custom_fields_input": [{"field_name": "note", "field_value": "1"}]}]')), '201, 400 unknown_field', 'in a batch');
SET LOCAL revyops.client_id = 2;
SELECT revyops_set_client_setting(2, 'custom_fields', 'strict') AS "hidden" \gset hidden_
SELECT is(test.write('Score', '1'), 'unknown_field', 'a strict client without definitions has no field');
SET LOCAL revyops.client_id = 1;
SELECT revyops_set_client_setting(1, 'custom_fields', 'flexible') AS "hidden" \gset hidden_

-- ---------------------------------------------------------------- changing, renaming, removing
SELECT revyops_define_custom_field('contact', 'Note', 'number') AS "hidden" \gset hidden_
SELECT is(test.write('Note', '"x"'), 'invalid_value', 'another type counts from now on');
SELECT revyops_create_contact('{"email": "c@x.com", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "1"}, {"field_name": "Both", "field_value": "1"}]}') AS "hidden" \gset hidden_
SELECT test.fails_with($$SELECT revyops_rename_custom_field('contact', 'Score', 'Both')$$, 'PT409', 'custom field already exists',
	(SELECT jsonb_build_array(jsonb_build_object('parameter', 'new_name', 'code', 'already_exists', 'rows', 1, 'existing_id', id)) FROM revyops.contact WHERE email = 'c@x.com'), 'a name that stands beside the old one');
SELECT test.fails_with($$SELECT revyops_rename_custom_field('contact', 'Score', 'Note')$$, 'PT409', 'custom field already exists', '[{"parameter": "new_name", "code": "already_exists"}]', 'a name that is defined');
SELECT test.fails_with($$SELECT revyops_rename_custom_field('contact', 'Nobody', 'Note')$$, 'PT404', 'custom field not found', '[{"parameter": "name", "code": "not_found"}]', 'an unknown one');
SELECT test.fails_400($$SELECT revyops_rename_custom_field('contact', NULL, '')$$, '[{"parameter": "name", "code": "required"}, {"parameter": "new_name", "code": "required"}]', 'no names');
SELECT jsonb_agg(jsonb_build_array(id, custom_fields) ORDER BY id) AS others FROM revyops.contact WHERE client_id = 2 \gset
UPDATE revyops.contact SET updated_time = '2026-01-01', custom_fields = replace(custom_fields::text, custom_fields #>> '{0,updated_time}', '2026-01-01T00:00:00.000000Z')::jsonb WHERE id = :a;
SELECT is((SELECT count(*) FROM revyops.contact WHERE client_id = 1 AND custom_fields @> '[{"field_name": "Score"}]'), revyops_rename_custom_field('contact', 'Score', 'Points'), 'renaming tells how many values there were');
SELECT is((SELECT test.fields(custom_fields) FROM revyops.contact WHERE id = :a), 'Points=7, Free=x, Active=true', 'and they are renamed in place');
SELECT is((SELECT concat_ws(' ', updated_time = now(), custom_fields #>> '{0,id}' = :'score', (custom_fields #>> '{0,updated_time}')::timestamptz = now(), custom_fields #>> '{1,updated_time}') FROM revyops.contact WHERE id = :a), 't t t 2026-01-01T00:00:00.000000Z', 'with a new time, and the id that they had');
SELECT is((SELECT jsonb_agg(jsonb_build_array(id, custom_fields) ORDER BY id) FROM revyops.contact WHERE client_id = 2), :'others'::jsonb, 'another client''s stay');
SELECT is(test.write('Points', '"x"'), 'invalid_value', 'the type goes with the name');
SELECT is(jsonb_array_length(revyops_lookup_contacts('Points', '7')::jsonb->'results'), 2, 'they are found by the new name');
SELECT is(revyops_rename_custom_field('contact', 'Free', 'Liberty'), 1::bigint, 'a recorded name can be renamed as well');
SELECT is((SELECT test.fields(custom_fields) FROM revyops.contact WHERE id = :a), 'Points=7, Liberty=x, Active=true', 'with its values');
SELECT is(test.listed('contact') ~ 'Liberty seen' AND test.listed('contact') !~ 'Free', true, 'and stays recorded');
SELECT ctid AS place FROM revyops.contact WHERE id = :a \gset
SELECT is(revyops_rename_custom_field('contact', 'Liberty', 'Liberty'), 0::bigint, 'to the same name');
SELECT is(revyops_rename_custom_field('contact', 'Points', 'Points'), 0::bigint, 'as a defined one');
SELECT is((SELECT ctid FROM revyops.contact WHERE id = :a), :'place', 'nothing is written');
SELECT test.fails_with($$SELECT revyops_rename_custom_field('contact', 'Nobody', 'Nobody')$$, 'PT404', 'custom field not found', '[{"parameter": "name", "code": "not_found"}]', 'unless it is unknown');
SELECT is(revyops_remove_custom_field('contact', 'Liberty'), 0::bigint, 'forgetting a recorded name');
SELECT is(test.fields(revyops_update_contact(:a, '{"first_name": "Jo", "contact_custom_fields": [{"field_name": "Points", "field_value": "8"}, {"field_name": "Liberty", "field_value": "x"}]}')->'contact_custom_fields'), 'Points=8, Liberty=x, Active=true', 'a value that stays');
SELECT is((SELECT test.fields(contact->'contact_custom_fields') FROM revyops_upsert_contacts('[{"email": "a@x.com", "contact_custom_fields": [{"field_name": "Points", "field_value": "7"}]}]')), 'Points=7, Liberty=x, Active=true', 'when others change');
SELECT is(test.listed('contact') !~ 'Liberty', true, 'does not bring it back');
SELECT is(test.fields(revyops_update_contact(:a, '{"contact_custom_fields": [{"field_name": "Liberty", "field_value": "y"}]}')->'contact_custom_fields'), 'Points=7, Liberty=y, Active=true', 'writing it');
SELECT is(test.listed('contact') ~ 'Liberty seen', true, 'does');
SELECT is(revyops_remove_custom_field('contact', 'Active'), 0::bigint, 'removing a definition');
SELECT is((SELECT test.fields(custom_fields) FROM revyops.contact WHERE id = :a), 'Points=7, Liberty=y, Active=true', 'leaves the values');
SELECT is(test.write('Active', '"perhaps"'), 'perhaps', 'which may now be anything');
SELECT is((SELECT count(*) FROM revyops.contact WHERE client_id = 1 AND custom_fields @> '[{"field_name": "Points"}]'), revyops_remove_custom_field('contact', 'Points', 'delete'), 'or takes them along');
SELECT is((SELECT test.fields(custom_fields) FROM revyops.contact WHERE id = :a), 'Liberty=y, Active=true', 'and only those');
SELECT is(test.settled((SELECT jsonb_agg(custom_fields) FROM revyops.contact WHERE email = 'b1@x.com') #> '{0}') ~ 'Batch', true, 'other fields of a row stay');
SELECT is(revyops_remove_custom_field('company', 'Staff', 'delete'), 2::bigint, 'of companies');
SELECT is((SELECT custom_fields FROM revyops.company WHERE domain = 'b.com'), '[]', 'the last one leaves an empty list');
SELECT test.fails_with($$SELECT revyops_remove_custom_field('contact', 'Points')$$, 'PT404', 'custom field not found', '[{"parameter": "name", "code": "not_found"}]', 'it is gone');
SELECT test.fails_400($$SELECT revyops_remove_custom_field('contact', 'Note', 'drop')$$, '[{"parameter": "mode", "code": "invalid_option", "allowed": ["delete", "keep"]}]', 'a mode that is none');
SELECT test.fails_400($$SELECT * FROM revyops_list_custom_fields(NULL)$$, '[{"parameter": "entity", "code": "required"}]', 'a list of what');

-- a search for a value that is no text is one for what is written of it
SELECT revyops_define_custom_field('contact', name, type, options::jsonb), revyops_define_custom_field('company', name, type, options::jsonb) FROM (VALUES ('Rank', 'number', NULL), ('Agreed', 'boolean', NULL), ('Answer', 'choice', '{"choices": ["TRUE", "2"]}')) v(name, type, options) \g /dev/null
SELECT count(*) AS hidden FROM revyops_create_contacts('[{"email": "rank1@x.com", "contact_custom_fields_input": [{"field_name": "Rank", "field_value": 15.0}, {"field_name": "Agreed", "field_value": 1}, {"field_name": "Free", "field_value": 15.0}]},
	{"email": "rank2@x.com", "contact_custom_fields_input": [{"field_name": "Rank", "field_value": 1.50e1}, {"field_name": "Answer", "field_value": true}]}, {"email": "rank3@x.com", "contact_custom_fields_input": [{"field_name": "Rank", "field_value": 7}]}]') \gset
SELECT count(*) AS hidden FROM revyops_create_companies('[{"domain": "rank.com", "company_custom_fields": [{"field_name": "Rank", "field_value": 15.0}]}]') \gset
CREATE FUNCTION test.found(field text, operator text, value jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s: %s', page->>'count', (SELECT string_agg(split_part(r->>'email', '@', 1), ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(r, n)))
	FROM revyops_search_contacts(jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('member', 'email', 'operator', 'starts_with', 'value', 'rank'), jsonb_build_object('custom_field', field, 'operator', operator, 'value', value)))) page $$;
SELECT is(test.found(field, operator, value::jsonb), expected, concat_ws(' ', field, operator, value)) FROM (VALUES
	('Rank', 'eq', '15.0', '2: rank1 rank2'), ('Rank', 'eq', '15', '2: rank1 rank2'), ('Rank', 'eq', '"15"', '2: rank1 rank2'), ('Rank', 'eq', '"15.0"', '0: '), ('Rank', 'in', '[15.00, 7.0, "x"]', '3: rank1 rank2 rank3'), ('Rank', 'in', '["15.0", 7.0]', '1: rank3'),
	('Rank', 'ne', '15.0', '1: rank3'), ('Rank', 'ge', '15.0', '2: rank1 rank2'), ('Rank', 'lt', '15.0', '1: rank3'), ('Rank', 'contains', '"5"', '2: rank1 rank2'), ('Agreed', 'eq', '1', '1: rank1'), ('Agreed', 'eq', 'true', '1: rank1'), ('Agreed', 'eq', '3', '0: '), ('Answer', 'eq', 'true', '1: rank2'),
	('Free', 'eq', '15.0', '1: rank1'), ('Free', 'eq', '15', '0: ')) v(field, operator, value, expected);
SELECT is(revyops_search_companies('{"filters": [{"any": [{"custom_field": "Rank", "operator": "eq", "value": 15.0}, {"member": "domain", "operator": "eq", "value": "none.com"}]}]}')->'results'->0->>'domain', 'rank.com', 'a company, by one of several');
SET LOCAL revyops.client_id = 2;
SELECT is(test.found('Rank', 'eq', '15.0'), '0: ', 'another client');
SET LOCAL revyops.client_id = 1;

-- who may
SET LOCAL revyops.client_id = 0;
SELECT test.fails_code(statement, 'PT403', 'missing or invalid credentials', 'missing_credentials', statement) FROM unnest(ARRAY[
	$$SELECT revyops_define_custom_field('contact', 'X', 'text')$$, $$SELECT revyops_rename_custom_field('contact', 'X', 'Y')$$,
	$$SELECT revyops_remove_custom_field('contact', 'X')$$, $$SELECT * FROM revyops_list_custom_fields('contact')$$]) statement;

SELECT * FROM finish();
ROLLBACK;
