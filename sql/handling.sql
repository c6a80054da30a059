\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(47);
-- Members of a body that nobody knows: ignored with a NOTICE, or (strict) a fault.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset hidden_

SELECT is(current_setting('revyops.handling'), 'lenient', 'who says nothing is lenient');
SET LOCAL client_min_messages = notice;
SELECT is(revyops_create_contact('{"email": "a@acme.com", "e_mail": "x", "colour \"\\": 1}')->>'email', 'a@acme.com', 'they are ignored, with a NOTICE');
SELECT is(revyops_create_contact('{"email": "b@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1", "Field-Type": "x"}]}')->>'email', 'b@acme.com', 'also within a list');
SELECT is(revyops_update_contact(1, '{"Firstname": "x"}')->>'email', 'a@acme.com', 'of a change');
SELECT is(revyops_add_contact_custom_field(1, '{"field_name": "B", "field_value": "1", "x": 1}')->>'field_name', 'B', 'of one custom field');
SELECT is(revyops_update_contact_custom_field(1, (revyops_add_contact_custom_field(1, '{"field_name": "C", "field_value": "1"}')->>'id')::bigint, '{"field_value": "2", "y": 1}')->>'field_value', '2', 'of its change');
SELECT is(revyops_upsert_contact('{"email": "u@acme.com", "Firstname": "x"}')->>'created', 'true', 'of an upsert that creates');
SELECT is(revyops_upsert_contact('{"email": "u@acme.com", "Lastname": "x"}')->>'created', 'false', 'and of one that changes');
SELECT is(revyops_create_company('{"domain": "b.com", "Name ": "x"}')->>'domain', 'b.com', 'of a company');
SELECT is(revyops_update_company(1, '{"website": "x"}')->>'domain', 'acme.com', 'of its change');
SELECT is((SELECT array_agg(status ORDER BY ordinal) FROM revyops_create_contacts('[{"email": "c@acme.com", "x": 1}, {"email": "bad", "y": 1}, {"email": "d@acme.com", "x": 2, "lastname": 3}]')), '{201,400,201}', 'of a batch: one NOTICE');
SELECT is((SELECT array_agg(status ORDER BY ordinal) FROM revyops_upsert_contacts('[{"email": "c@acme.com", "z": 1}, {"email": "u2@acme.com", "x": 2}]')), '{200,201}', 'of upserts');
SELECT is((SELECT array_agg(status) FROM revyops_create_companies('[{"domain": "c.com", "z": 1}]')), '{201}', 'of companies');
SELECT is(revyops_add_company_custom_field(1, '{"field_name": "B", "field_value": "1", "x": 1}')->>'field_name', 'B', 'of one custom field of a company');
SELECT is(revyops_update_company_custom_field(1, (revyops_add_company_custom_field(1, '{"field_name": "C", "field_value": "1"}')->>'id')::bigint, '{"field_value": "2", "y": 1}')->>'field_value', '2', 'of its change');
SELECT is((SELECT array_agg(status) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('n%s@acme.com', i), format('member %s', chr(96 + i)), i)) FROM generate_series(1, 22) i))), array_fill(201, '{22}'), 'it names twenty');
SELECT is(revyops_create_contact(jsonb_build_object('email', 'e@acme.com', repeat('ö', 200), 1))->>'email', 'e@acme.com', 'a long name is cut');
SELECT is(revyops_create_contact(revyops_get_contact(1) || '{"email": "f@acme.com"}')->>'email', 'f@acme.com', 'what an answer has is known');
SELECT is(revyops_create_company(revyops_get_company(1) || '{"domain": "f.com"}')->>'domain', 'f.com', 'of companies, too');
SELECT is(revyops_update_contact(2, revyops_get_contact(2))->>'email', 'b@acme.com', 'and in a change');

-- on errors, too
SELECT test.fails_400(format('SELECT revyops_%s(%L)', f, c), jsonb_build_array(jsonb_build_object('pointer', '', 'code', 'identifier_required') || nearest), f || ' ' || c) FROM (VALUES
	('create_contact', '{"e-mail": "a@acme.com"}', '{}'::jsonb), ('create_contact', '{"contact": {"email": "a@acme.com", "linkedin_url": 1}}', '{"nearest": ["/contact/email", "/contact/linkedin_url"]}'),
	('upsert_contact', '{"contacts": [{"email": "a@acme.com"}, {"linkedin_url": "x"}]}', '{"nearest": ["/contacts/0/email"]}'), ('create_contact', '{"a/\"b": {"email": 1}, "contact_custom_fields": {"email": 1}, "x": [], "y": ["email"], "z": [[{"email": 1}]]}', '{"nearest": ["/a~1\"b/email"]}'),
	('create_contact', '{"a": {"email": 1, "linkedin_url": 1}, "b": {"email": 1, "linkedin_url": 1}}', '{"nearest": ["/a/email", "/a/linkedin_url", "/b/email"]}')) v(f, c, nearest);
SELECT test.fails_400($$SELECT revyops_update_contact(1, '{"email": "bad", "Email": 1}')$$, test.one('/email', 'invalid_email'), 'of a change');
SELECT test.fails_400($$SELECT revyops_add_contact_custom_field(1, '{"field_name": "Z", "value": 1}')$$, test.one('/field_value', 'required'), 'of a custom field');
SELECT test.fails_400($$SELECT revyops_create_company('{"Domain": "x.com"}')$$, test.one('/domain', 'required'), 'of a company');
SELECT test.fails_400($$SELECT count(*) FROM revyops_create_contacts('[{"Email": "x@acme.com"}]', mode => 'atomic')$$, '[{"pointer": "", "code": "identifier_required", "ordinal": 1}]', 'of an atomic batch');

SET LOCAL revyops.handling = strict;
SELECT test.fails_400(format('SELECT revyops_create_contact(%L)', contact), errors, what) FROM (VALUES
	('{"email": "bad", "e_mail": "x", "colour": 1}'::jsonb, '[{"pointer": "/email", "code": "invalid_email"}, {"pointer": "/colour", "code": "unknown_member", "nearest": []}, {"pointer": "/e_mail", "code": "unknown_member", "nearest": ["email"]}]'::jsonb, 'strict: a fault each, with the nearest'),
	('{"email": "g@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}, {"field_name": "B", "field_value": "1", "field_valeu": "2"}]}', '[{"pointer": "/contact_custom_fields_input/1/field_valeu", "code": "unknown_member", "nearest": ["field_value", "field_name"]}]', 'strict: within a list'),
	('{"email": "g@acme.com", "contact_custom_fields_input": [{"field_name": "A", "value": "1"}]}', '[{"pointer": "/contact_custom_fields_input/0/field_value", "code": "required"}, {"pointer": "/contact_custom_fields_input/0/value", "code": "unknown_member", "nearest": []}]', 'strict: in place of another'),
	('{"email": "g@acme.com", "": 1, "a/b~c\"\\": 1, "\n": 1}', '[{"pointer": "/", "code": "unknown_member", "nearest": []}, {"pointer": "/\n", "code": "unknown_member", "nearest": []}, {"pointer": "/a~1b~0c\"\\", "code": "unknown_member", "nearest": []}]', 'strict: the pointer is escaped'),
	(jsonb_build_object('email', 'g@acme.com', repeat('ö', 200), 1), jsonb_build_array(jsonb_build_object('pointer', '/' || repeat('ö', 127) || '...', 'code', 'unknown_member', 'nearest', '[]'::jsonb)), 'strict: and bounded'),
	('{"email": "g@acme.com", "Email": "x", "EMAIL": "x", "frist_name": "x", "company": 1}', '[{"pointer": "/EMAIL", "code": "unknown_member", "nearest": ["email"]}, {"pointer": "/Email", "code": "unknown_member", "nearest": ["email"]},
		{"pointer": "/company", "code": "unknown_member", "nearest": []}, {"pointer": "/frist_name", "code": "unknown_member", "nearest": ["first_name", "last_name"]}]', 'strict: what is near')) v(contact, errors, what);
SELECT is(jsonb_array_length((test.try(format('SELECT revyops_create_contact(%L)', (SELECT jsonb_object_agg('m' || i, 1) FROM generate_series(1, 200) i) || '{"email": "g@acme.com"}'))->>'detail')::jsonb), 100, 'strict: at most a hundred');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email = 'g@acme.com'), 0::bigint, 'nothing was created');
SELECT test.fails_400($$SELECT revyops_update_contact(1, '{"Firstname": "x"}')$$, '[{"pointer": "/Firstname", "code": "unknown_member", "nearest": ["first_name"]}]', 'strict: a change');
SELECT test.fails_400($$SELECT revyops_update_contact_custom_field(1, 101, '{"value": "x"}')$$, '[{"pointer": "/value", "code": "unknown_member", "nearest": []}]', 'strict: one custom field');
SELECT test.fails_400($$SELECT revyops_create_company('{"domain": "g.com", "Name ": "x"}')$$, '[{"pointer": "/Name ", "code": "unknown_member", "nearest": ["name"]}]', 'strict: a company');
SELECT test.fails_400($$SELECT revyops_update_company(1, '{"website": "x"}')$$, '[{"pointer": "/website", "code": "unknown_member", "nearest": []}]', 'strict: its change');
SELECT is((SELECT string_agg(concat_ws(' ', status, errors #>> '{0,pointer}'), ', ' ORDER BY ordinal) FROM revyops_create_contacts('[{"email": "g@acme.com", "x": 1}, {"email": "h@acme.com"}]')), '400 /x, 201', 'strict: the item of a batch');
SELECT test.fails_400($$SELECT count(*) FROM revyops_create_companies('[{"domain": "g.com", "x": 1}]', mode => 'atomic')$$, '[{"pointer": "/x", "code": "unknown_member", "nearest": [], "ordinal": 1}]', 'strict: an atomic batch');
SELECT is(revyops_update_contact(2, revyops_get_contact(2))->>'email', 'b@acme.com', 'strict: what an answer has is known');
SELECT is(revyops_create_company(revyops_get_company(1) || '{"domain": "i.com"}')->>'domain', 'i.com', 'strict: of companies, too');
SELECT throws_ok('SET revyops.handling = harsh', '22023', NULL, 'there is no third way');
SELECT throws_ok('SET revyops.handlings = strict', '42602', NULL, 'nor another setting');

SELECT * FROM finish();
ROLLBACK;
