\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(54);
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_company('{"domain": "theirs.com"}'), revyops_create_contact('{"email": "theirs@acme.com"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_company('{"domain": "acme.com"}'), revyops_create_company('{"domain": "beta.com"}') \gset hidden_
SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "first_name": "Jane", "company_id": "acme.com", "contact_status": "Active",
	"contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}, {"field_name": "B", "field_value": "2"}]}'),
	revyops_create_contact('{"email": "max@acme.com", "linkedin_url": "in/max"}') \gset hidden_
-- the contact is 2; it was made long ago
UPDATE revyops.contact SET updated_time = '2020-01-01 00:00:00+00', custom_fields = (SELECT jsonb_agg(f || '{"updated_time": "2020-01-01T00:00:00.000000Z"}') FROM jsonb_array_elements(custom_fields) f) WHERE id = 2;
CREATE FUNCTION test.contact(id bigint) RETURNS text LANGUAGE sql AS $$ SELECT test.settled(public.revyops_get_contact(id)) $$;
CREATE FUNCTION test.now() RETURNS text LANGUAGE sql AS $$ SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
SELECT revyops_get_contact(2) AS before, ctid AS place FROM revyops.contact WHERE id = 2 \gset

-- nothing to do
SELECT is(revyops_update_contact(2, c), jsonb_strip_nulls(:'before'::jsonb - 'x') || '{"previous_status": null, "status_changed_at": null, "last_reply_received": null, "last_campaign_email_sent": null, "first_campaign_email_sent": null}', 'as it was: ' || c::text)
FROM unnest(ARRAY['{}', '{"unknown": 1, "id": 99, "updated_time": "x", "previous_status": "x", "client_id": 2}', '{"email": "JANE@acme.com", "first_name": " Jane ", "company_id": 2, "contact_status": "Active"}',
	'{"contact_custom_fields": [{"field_name": "A", "field_value": 1}, {"field_name": "none", "field_value": null}]}',
	'{"contact_custom_fields": [{"field_name": "A", "field_value": 2}, {"field_name": "none", "field_value": 1}], "contact_custom_fields_input": [{"field_name": "A", "field_value": 1}, {"field_name": "none", "field_value": null}]}']::jsonb[]) c;
SELECT is((SELECT ctid FROM revyops.contact WHERE id = 2), :'place'::tid, 'nothing was written');
SELECT is(revyops_get_contact(2), :'before'::jsonb, 'nor another time');

-- members
SELECT is(revyops_update_contact(2, '{"first_name": " Janet ", "origin": "clay"}') - 'contact_custom_fields', (:'before'::jsonb || jsonb_build_object('first_name', 'Janet', 'origin', 'clay', 'updated_time', test.now())) - 'contact_custom_fields', 'texts');
SELECT is(revyops_update_contact(2, '{"first_name": ""}')->>'first_name', '', 'an empty text');
SELECT is(revyops_update_contact(2, '{"email": "Janet@BETA.com", "linkedin_url": "in/Janet"}')->>'email', 'janet@beta.com', 'keys, in canonical form');
SELECT ok(NOT revyops_update_contact(2, '{"email": null}') ? 'email', 'null clears the e-mail');
SELECT is(revyops_update_contact(2, '{"email": "jane@acme.com", "linkedin_url": " "}') ? 'linkedin_url', false, 'blank clears the LinkedIn URL, as the other comes');
SELECT is(revyops_get_contact(2)->'linkedin_url', 'null', 'a read shows that as null');
SELECT is(revyops_update_contact(2, jsonb_build_object('company_id', c))->'company_id', expected, 'company ' || c::text) FROM (VALUES ('"mail.beta.com"'::jsonb, '3'::jsonb), ('2', '2'), ('"3"', '3')) v(c, expected);
SELECT ok(NOT revyops_update_contact(2, '{"company_id": null}') ? 'company_id', 'null takes the company away');

-- status
SELECT is(test.settled(revyops_update_contact(2, '{"contact_status": "Active"}')), test.settled(revyops_update_contact(2, '{}')), 'an equal status does nothing');
SELECT row_eq($$SELECT a->>'contact_status', a->>'previous_status', a->>'status_changed_at' FROM revyops_update_contact(2, '{"contact_status": "Bounced"}') a$$, ROW('Bounced'::text, 'Active'::text, test.now()), 'another one moves the old one');
SELECT row_eq($$SELECT contact_status, previous_status, status_changed_at FROM revyops.contact WHERE id = 2$$, ROW('Bounced'::text, 'Active'::text, now()), 'and the row has it');
UPDATE revyops.contact SET status_changed_at = '2020-01-01 00:00:00+00' WHERE id = 2;
SELECT is(revyops_update_contact(2, '{"contact_status": " Bounced "}')->>'status_changed_at', '2020-01-01T00:00:00.000000Z', 'an equal one keeps the time');
SELECT row_eq($$SELECT a->>'previous_status', a->>'status_changed_at' FROM revyops_update_contact(2, '{"contact_status": ""}') a$$, ROW('Bounced'::text, test.now()), 'to none');

-- custom fields
SELECT is(revyops_update_contact(2, '{"contact_custom_fields": [{"field_name": "B", "field_value": 3}, {"field_name": "C", "field_value": "new"}]}')->'contact_custom_fields',
	jsonb_build_array('{"id": 1, "field_name": "A", "field_value": "1", "updated_time": "2020-01-01T00:00:00.000000Z"}'::jsonb,
		jsonb_build_object('id', 2, 'field_name', 'B', 'field_value', '3', 'updated_time', test.now()),
		jsonb_build_object('id', 3, 'field_name', 'C', 'field_value', 'new', 'updated_time', test.now())), 'merged by name: kept, changed, added');
SELECT is(revyops_update_contact(2, '{"contact_custom_fields": [{"field_name": "A", "field_value": null}, {"field_name": "none", "field_value": null}]}', 'FLAT')->'contact_custom_fields', '{"B": "3", "C": "new"}', 'null takes one away');
SELECT is(revyops_update_contact(2, '{"contact_custom_fields_input": [{"field_name": "B", "field_value": "4"}]}', 'FLAT')->'contact_custom_fields', '{"B": "4", "C": "new"}', 'the name that a create has');
SELECT is(revyops_update_contact(2, '{"contact_custom_fields": [{"field_name": "B", "field_value": "5"}, {"field_name": "D", "field_value": "5"}], "contact_custom_fields_input": [{"field_name": "B", "field_value": "6"}]}', 'FLAT')->'contact_custom_fields', '{"B": "6", "C": "new", "D": "5"}', 'both: the input comes after');
SELECT is(revyops_update_contact(2, (revyops_get_contact(2)))->'contact_custom_fields', revyops_get_contact(2)->'contact_custom_fields', 'what was read may be sent back');
SELECT is(revyops_lookup_contacts('D', '5')->>'count', '1', 'the index has the new ones');
SELECT is(revyops_lookup_contacts('A', '1')->>'count', '0', 'and not the old ones');
SELECT test.fails_with(format('SELECT revyops_update_contact(2, %L)', jsonb_build_object('contact_custom_fields', (SELECT jsonb_agg(jsonb_build_object('field_name', 'f' || i, 'field_value', '')) FROM generate_series(1, 998) i))),
	'PT400', 'invalid request', '[{"pointer": "/contact_custom_fields", "code": "too_many", "limit": 1000, "actual": 1001}]', 'no more than a thousand with those that are there');

-- errors
SELECT test.fails_400('SELECT revyops_update_contact(NULL, NULL, NULL)', '[{"parameter": "id", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}, {"pointer": "", "code": "not_an_object"}]', 'NULL');
SELECT test.fails_400(format('SELECT revyops_update_contact(2, %L)', b), '[{"pointer": "", "code": "not_an_object"}]', 'no object: ' || b) FROM unnest(ARRAY['[]', '1', 'null', '"x"']) b;
SELECT test.fails_400($$SELECT revyops_update_contact(99, '{"email": "x", "linkedin_url": 1, "first_name": null, "last_name": 2, "company_id": "x", "origin": [], "contact_status": {}, "contact_custom_fields": [{"field_name": null}], "contact_custom_fields_input": 1}')$$,
	'[{"pointer": "/email", "code": "invalid_email"}, {"pointer": "/linkedin_url", "code": "not_a_string"}, {"pointer": "/first_name", "code": "null_not_allowed"}, {"pointer": "/last_name", "code": "not_a_string"},
	{"pointer": "/company_id", "code": "invalid_company"}, {"pointer": "/origin", "code": "not_a_string"}, {"pointer": "/contact_status", "code": "not_a_string"},
	{"pointer": "/contact_custom_fields/0/field_name", "code": "null_not_allowed"}, {"pointer": "/contact_custom_fields/0/field_value", "code": "required"}, {"pointer": "/contact_custom_fields_input", "code": "not_an_array"}]', 'every fault, and before 404');
SELECT test.fails_400($$SELECT revyops_update_contact(2, '{"email": null}')$$, test.one('', 'identifier_required'), 'not without any key');
SELECT test.fails_with(format('SELECT revyops_update_contact(%s, %L)', i, c), 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]', format('no contact %s: %s', i, c))
FROM (VALUES (99, '{}'), (0, '{}'), (99, '{"company_id": 99}')) v(i, c);
SELECT test.fails_with(format('SELECT revyops_update_contact(1, %L)', c), 'PT401', 'contact does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'another client''s: ' || c)
FROM unnest(ARRAY['{}', '{"company_id": 1}', '{"email": "max@acme.com"}']) c;
SELECT test.fails_with($$SELECT revyops_update_contact(2, '{"company_id": 1, "email": "max@acme.com"}')$$, 'PT401', 'company does not belong to this client', test.one('/company_id', 'other_client'), 'another client''s company, before 409');
SELECT test.fails_with($$SELECT revyops_update_contact(2, '{"company_id": "theirs.com"}')$$, 'PT404', 'company not found', test.one('/company_id', 'not_found'), 'another client''s domain');
SELECT test.fails_with($$SELECT revyops_update_contact(2, '{"email": "MAX@acme.com", "linkedin_url": "in/max", "first_name": "lost"}')$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 3}, {"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 3}]', 'keys that are taken, and by whom');
SELECT is(revyops_get_contact(2)->>'first_name', '', 'of that nothing was written');
SELECT is(revyops_update_contact(2, '{"email": "theirs@acme.com"}')->>'email', 'theirs@acme.com', 'another client''s e-mail is not taken');

SELECT is((SELECT revyops_update_contact((c->>'id')::bigint, '{"company_id": "beta.com"}')->'company_id' FROM revyops_create_contact('{"email": "fresh@acme.com"}') c), '3', 'a contact that the same statement made');
DELETE FROM revyops.contact WHERE email = 'fresh@acme.com';

-- delete
SELECT test.fails_400('SELECT revyops_delete_contact(NULL)', '[{"parameter": "id", "code": "required"}]', 'delete NULL');
SELECT test.fails_with('SELECT revyops_delete_contact(99)', 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]', 'delete none');
SELECT test.fails_with('SELECT revyops_delete_contact(1)', 'PT401', 'contact does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'delete another client''s');
SELECT is(revyops_delete_contact(2)::text, '', 'delete');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM revyops.contact), '1 3', 'that one, and no other');

SELECT * FROM finish();
ROLLBACK;
