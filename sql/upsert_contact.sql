\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(45);
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_company('{"domain": "theirs.com"}'), revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_company('{"domain": "acme.com"}'), revyops_create_company('{"domain": "beta.com"}') \gset hidden_
CREATE FUNCTION test.contact(id bigint) RETURNS text LANGUAGE sql AS $$ SELECT test.settled(public.revyops_get_contact(id)) $$;
CREATE FUNCTION test.upsert(body jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT public.revyops_upsert_contact(body, 'FLAT') $$;

-- conflict is the DETAIL of two keys of contact 2, each with its code.
CREATE FUNCTION test.conflict(VARIADIC codes text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(jsonb_build_object('pointer', '/' || codes[i], 'code', codes[i + 1], 'existing_id', 2) ORDER BY i) FROM generate_series(1, cardinality(codes), 2) i $$;

-- new: contact 2
SELECT is(test.settled(revyops_upsert_contact('{"email": " Jane@ACME.com ", "linkedin_url": null, "first_name": " Jane ", "company_id": "www.acme.com", "contact_status": "Active",
		"contact_custom_fields": [{"field_name": "A", "field_value": 1}, {"field_name": "none", "field_value": null}, {"field_name": "B", "field_value": "x"}],
		"contact_custom_fields_input": [{"field_name": "B", "field_value": "2"}]}')),
	(jsonb '{"id": 2, "created": true, "email": "jane@acme.com", "first_name": "Jane", "last_name": "", "company_id": 2, "origin": "", "contact_status": "Active",
		"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": [{"id": 1, "field_name": "A", "field_value": "1", "updated_time": "TIME"}, {"id": 2, "field_name": "B", "field_value": "2", "updated_time": "TIME"}]}')::text,
	'a new one, the whole answer');
SELECT is(test.settled(revyops_upsert_contact('{"linkedin_url": "in/max"}', 'FLAT')),
	(jsonb '{"id": 3, "created": true, "linkedin_url": "https://www.linkedin.com/in/max", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
		"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": {}}')::text, 'a new one by its LinkedIn URL');
SELECT is((SELECT count(*)::int FROM revyops.contact WHERE client_id = 2), 1, 'the other client has his own');

-- nothing to do: it was made long ago
UPDATE revyops.contact SET updated_time = '2020-01-01 00:00:00+00' WHERE id = 2;
SELECT revyops_get_contact(2) AS before, ctid AS place FROM revyops.contact WHERE id = 2 \gset
SELECT is(revyops_upsert_contact(c), jsonb_strip_nulls(:'before'::jsonb) || '{"created": false, "previous_status": null, "status_changed_at": null, "last_reply_received": null, "last_campaign_email_sent": null, "first_campaign_email_sent": null}', 'as it was: ' || c::text)
FROM unnest(ARRAY['{"email": "JANE@acme.com"}', '{"email": "jane@acme.com", "linkedin_url": " ", "id": 99, "unknown": 1, "created": true}', '{"email": "jane@acme.com", "first_name": "Jane", "company_id": 2, "contact_status": "Active", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}, {"field_name": "none", "field_value": null}]}']::jsonb[]) c;
SELECT is((SELECT ctid FROM revyops.contact WHERE id = 2), :'place'::tid, 'nothing was written');
SELECT is(revyops_get_contact(2), :'before'::jsonb, 'nor another time');

-- what is given changes, the rest stays
SELECT is(test.settled(test.upsert('{"email": "jane@acme.com", "linkedin_url": "in/Jane", "last_name": "Doe", "company_id": 3, "origin": "clay", "contact_status": "Bounced",
		"contact_custom_fields": [{"field_name": "A", "field_value": null}, {"field_name": "C", "field_value": true}], "contact_custom_fields_input": [{"field_name": "B", "field_value": 3}]}')),
	(jsonb '{"id": 2, "created": false, "email": "jane@acme.com", "linkedin_url": "https://www.linkedin.com/in/jane", "first_name": "Jane", "last_name": "Doe", "company_id": 3, "origin": "clay", "contact_status": "Bounced",
		"previous_status": "Active", "status_changed_at": "TIME", "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": {"B": "3", "C": "true"}}')::text, 'members, the other key, status, custom fields');
SELECT is(test.contact(2), (jsonb '{"id": 2, "email": "jane@acme.com", "linkedin_url": "https://www.linkedin.com/in/jane", "first_name": "Jane", "last_name": "Doe", "company_id": 3, "origin": "clay", "contact_status": "Bounced",
		"previous_status": "Active", "status_changed_at": "TIME", "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": [{"id": 2, "field_name": "B", "field_value": "3", "updated_time": "TIME"}, {"id": 3, "field_name": "C", "field_value": "true", "updated_time": "TIME"}]}')::text, 'and the row has them');
SELECT is(test.upsert('{"linkedin_url": "in/jane"}')->>'email', 'jane@acme.com', 'found by the LinkedIn URL');

-- a key that differs: perhaps somebody else's
SELECT revyops_get_contact(2) AS before, ctid AS place FROM revyops.contact WHERE id = 2 \gset
SELECT test.fails_with(format('SELECT revyops_upsert_contact(%L)', body), 'PT409', 'contact already exists', test.conflict(VARIADIC entries), body) FROM (VALUES
	('{"email": "jane@acme.com", "linkedin_url": "in/bob", "first_name": "Bob"}', ARRAY['email', 'already_exists', 'linkedin_url', 'key_conflict']),
	('{"email": "bob@acme.com", "linkedin_url": "in/jane", "first_name": "Bob"}', ARRAY['email', 'key_conflict', 'linkedin_url', 'already_exists'])) v(body, entries);
SELECT is(revyops_get_contact(2), :'before'::jsonb, 'the contact is as it was');
SELECT is((SELECT ctid FROM revyops.contact WHERE id = 2), :'place'::tid, 'nothing was written');
SELECT test.fails_code($$SELECT revyops_upsert_contact('{"email": "jane@acme.com", "linkedin_url": "in/bob", "company_id": "nobody.com"}')$$, 'PT404', 'company not found', 'not_found', 'a company that is not there comes first');
SELECT is(test.upsert('{"email": "jane@acme.com", "linkedin_url": "https://uk.linkedin.com/in/JANE/"}')->>'id', '2', 'the same key, written in another way');
SELECT is(test.upsert('{"linkedin_url": "in/max", "email": "max@acme.com"}')->>'email', 'max@acme.com', 'who has none gets it');
SELECT test.fails_with($$SELECT revyops_upsert_contact('{"linkedin_url": "in/max", "email": "m@acme.com"}')$$, 'PT409', 'contact already exists', jsonb_build_array(
	'{"pointer": "/email", "code": "key_conflict", "existing_id": 3}'::jsonb, '{"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 3}'::jsonb), 'but not another then');
SELECT is(revyops_update_contact(3, '{"email": "m@acme.com"}')->>'email', 'm@acme.com', 'a change gives it one');
SELECT is(revyops_update_contact(3, '{"email": null}')->>'email', NULL, 'or takes it away');

-- who means it
SELECT revyops_set_client_setting(2, 'on_key_conflict', 'update') \g /dev/null
SELECT test.fails_with($$SELECT revyops_upsert_contact('{"linkedin_url": "in/jane", "email": "j@acme.com"}')$$, 'PT409', 'contact already exists', test.conflict('email', 'key_conflict', 'linkedin_url', 'already_exists'), 'what another client has set');
SELECT revyops_set_client_setting(1, 'on_key_conflict', 'update') \g /dev/null
SELECT is(test.upsert('{"linkedin_url": "in/jane", "email": "j@acme.com"}')->>'email', 'j@acme.com', 'on_key_conflict = update: another e-mail');
SELECT is(test.upsert('{"linkedin_url": "in/jane2", "email": "j@acme.com"}')->>'linkedin_url', 'https://www.linkedin.com/in/jane2', 'or the e-mail another LinkedIn URL');
SELECT is(test.upsert('{"email": "j@acme.com", "linkedin_url": null}')->>'linkedin_url', 'https://www.linkedin.com/in/jane2', 'null takes no key away');
SELECT ok(NOT test.upsert('{"email": "j@acme.com", "company_id": null}') ? 'company_id', 'but the company');
SELECT is(test.upsert('{"email": "j@acme.com", "first_name": " ", "contact_status": ""}') - 'updated_time' - 'status_changed_at', test.upsert('{"email": "j@acme.com"}') - 'updated_time' - 'status_changed_at' || '{"first_name": "", "contact_status": "", "previous_status": "Bounced"}', 'an empty text is a text');
SELECT is(test.upsert('{"email": "jane@acme.com"}')->'created', 'true', 'the old e-mail is free again');

-- two contacts
SELECT revyops_set_client_setting(1, 'on_key_conflict', 'error') \g /dev/null
SELECT test.fails_with('SELECT revyops_upsert_contact(''{"email": "j@acme.com", "linkedin_url": "in/max", "first_name": "no"}'')', 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 2}, {"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 3}]', 'keys of two contacts');
SELECT is(test.upsert('{"email": "j@acme.com"}')->>'first_name', '', 'nothing was written');

-- faults: those of a create
SELECT test.fails_400('SELECT revyops_upsert_contact(NULL)', test.one('', 'not_an_object'), 'NULL');
SELECT test.fails_400('SELECT revyops_upsert_contact(''[]'')', test.one('', 'not_an_object'), 'no object');
SELECT test.fails_400(format('SELECT revyops_upsert_contact(%L)', c), test.one('', 'identifier_required'), 'no key: ' || c) FROM unnest(ARRAY['{}', '{"email": null, "linkedin_url": " "}']) c;
SELECT test.fails_400('SELECT revyops_upsert_contact(''{"email": "nope", "linkedin_url": 1, "first_name": null, "company_id": 0, "origin": 7,
		"contact_custom_fields": [{"field_name": "A"}], "contact_custom_fields_input": 7}'', ''x'')',
	'[{"parameter": "structure", "code": "invalid_structure"}, {"pointer": "/email", "code": "invalid_email"}, {"pointer": "/linkedin_url", "code": "not_a_string"}, {"pointer": "/first_name", "code": "null_not_allowed"},
		{"pointer": "/company_id", "code": "invalid_company"}, {"pointer": "/origin", "code": "not_a_string"}, {"pointer": "/contact_custom_fields/0/field_value", "code": "required"},
		{"pointer": "/contact_custom_fields_input", "code": "not_an_array"}]', 'all faults at once');
SELECT test.fails_code(format('SELECT revyops_upsert_contact(%L)', jsonb_build_object('email', e, 'company_id', c)), state, message, code, format('%s: company %s', e, c))
FROM unnest(ARRAY['j@acme.com', 'new@acme.com']) e, (VALUES ('nobody.com', 'PT404', 'company not found', 'not_found'), ('99', 'PT404', 'company not found', 'not_found'), ('1', 'PT401', 'company does not belong to this client', 'other_client')) v(c, state, message, code);
SELECT test.fails_400(format('SELECT revyops_upsert_contact(%L)', jsonb_build_object('email', e, 'contact_custom_fields', (SELECT jsonb_agg(jsonb_build_object('field_name', 'f' || i, 'field_value', i)) FROM generate_series(1, 600) i),
		'contact_custom_fields_input', (SELECT jsonb_agg(jsonb_build_object('field_name', 'g' || i, 'field_value', i)) FROM generate_series(1, 600) i))),
	'[{"pointer": "/contact_custom_fields_input", "code": "too_many", "limit": 1000, "actual": 1200}]', 'both lists together: ' || e) FROM unnest(ARRAY['new2@acme.com', 'jane@acme.com']) e;
SET LOCAL revyops.client_id = 0;
SELECT test.fails_code('SELECT revyops_upsert_contact(NULL, NULL)', 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');

SELECT is(test.rows(), '2 clients, 0 keys, 3 companies, 4 contacts', 'what failed left no row');
SELECT * FROM finish();
ROLLBACK;
