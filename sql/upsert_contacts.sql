\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(25);
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_contact('{"email": "theirs@acme.com"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_company('{"domain": "acme.com"}'), revyops_create_contact('{"email": "jane@acme.com", "first_name": "Jane", "contact_status": "New",
	"contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}, {"field_name": "B", "field_value": "2"}]}'), revyops_create_contact('{"linkedin_url": "in/max"}') \gset hidden_
CREATE FUNCTION test.call(items jsonb, more text DEFAULT '') RETURNS text
	LANGUAGE sql AS $$ SELECT format('SELECT count(*) FROM public.revyops_upsert_contacts(%L%s)', items, more) $$;
-- states are the statuses of a batch, in its order.
CREATE FUNCTION test.states(items jsonb) RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(status::text, ' ' ORDER BY ordinal) FROM public.revyops_upsert_contacts(items) $$;
-- keys shows who there is.
CREATE FUNCTION test.keys() RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', id, split_part(email, '@', 1), regexp_replace(linkedin_url, '^.*/in/', 'in/')), ', ' ORDER BY id) FROM revyops.contact WHERE client_id = 1 $$;

-- whole answers: each item's contact as it leaves it
SELECT results_eq($$SELECT ordinal, status, test.settled(contact), test.settled(errors) FROM revyops_upsert_contacts('[
		{"email": "JANE@acme.com", "company_id": "acme.com", "contact_status": "Active", "contact_custom_fields": [{"field_name": "A", "field_value": null}], "contact_custom_fields_input": [{"field_name": "C", "field_value": 3}]},
		{"email": "new@acme.com", "contact_status": "New", "contact_custom_fields": [{"field_name": "X", "field_value": 1}]},
		{"email": "new@acme.com", "linkedin_url": "in/new", "contact_status": "Active", "contact_custom_fields": [{"field_name": "X", "field_value": 2}]},
		{"email": "jane@acme.com", "linkedin_url": "in/max"},
		{"email": "new@acme.com", "linkedin_url": "in/max"},
		{"email": "nope", "company_id": 0}]', 'FLAT')$$,
	$$VALUES (1, 200, (jsonb '{"id": 2, "email": "jane@acme.com", "first_name": "Jane", "last_name": "", "company_id": 1, "origin": "", "contact_status": "Active", "previous_status": "New", "status_changed_at": "TIME",
			"first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": {"B": "2", "C": "3"}}')::text, NULL),
		(2, 201, (jsonb '{"id": 4, "email": "new@acme.com", "first_name": "", "last_name": "", "origin": "", "contact_status": "New", "previous_status": null, "status_changed_at": null,
			"first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": {"X": "1"}}')::text, NULL),
		(3, 200, (jsonb '{"id": 4, "email": "new@acme.com", "linkedin_url": "https://www.linkedin.com/in/new", "first_name": "", "last_name": "", "origin": "", "contact_status": "Active", "previous_status": "New", "status_changed_at": "TIME",
			"first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": {"X": "2"}}')::text, NULL),
		(4, 409, NULL, (jsonb '[{"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": 2}, {"pointer": "/linkedin_url", "code": "already_exists", "message": "This value is already taken.", "existing_id": 3}]')::text),
		(5, 409, NULL, (jsonb '[{"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": 4, "duplicate_of": 2}, {"pointer": "/linkedin_url", "code": "already_exists", "message": "This value is already taken.", "existing_id": 3}]')::text),
		(6, 400, NULL, (jsonb '[{"pointer": "/email", "code": "invalid_email", "message": "Expected an e-mail address such as name@example.com."}, {"pointer": "/company_id", "code": "invalid_company", "message": "Expected the id or the domain of a company."}]')::text)$$,
	'NESTED apart, whole answers');
SELECT is(test.settled(revyops_get_contact(4)), (jsonb '{"id": 4, "email": "new@acme.com", "linkedin_url": "https://www.linkedin.com/in/new", "company_id": null, "first_name": "", "last_name": "", "origin": "", "contact_status": "Active", "previous_status": "New", "status_changed_at": "TIME",
	"first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": [{"id": 4, "field_name": "X", "field_value": "2", "updated_time": "TIME"}]}')::text, 'a new one that a later item changed, as a row');

-- nothing differs: nothing is written
SELECT array_agg(ctid ORDER BY id) AS places FROM revyops.contact \gset
SELECT is(test.states('[{"email": "jane@acme.com", "contact_status": "Active"}, {"linkedin_url": "in/max", "email": ""}, {"email": "new@acme.com", "contact_custom_fields": [{"field_name": "X", "field_value": "2"}]}]'), '200 200 200', 'as they were');
SELECT is((SELECT array_agg(ctid ORDER BY id) FROM revyops.contact), :'places'::tid[], 'nothing was written');

-- a key that differs from that of who was there, or of an earlier item
\set items '[{"email": "jane@acme.com", "linkedin_url": "in/j"}, {"email": "jane@acme.com", "linkedin_url": "in/bob", "last_name": "Bob"}, {"email": "d1@acme.com"}, {"email": "d1@acme.com", "linkedin_url": "in/d1"}, {"email": "d2@acme.com", "linkedin_url": "in/d1", "last_name": "D"}, {"email": "d2@acme.com"}, {"email": "d2@acme.com", "linkedin_url": "in/d2"}, {"email": "d3@acme.com", "linkedin_url": "in/d2"}]'
SELECT results_eq(format('SELECT ordinal, status, split_part(contact->>''email'', ''@'', 1), contact->>''last_name'', test.settled(errors) FROM revyops_upsert_contacts(%L)', :'items'), $$VALUES
	(1, 200, 'jane', '', NULL),
	(2, 409, NULL, NULL, (jsonb '[{"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": 2},
		{"pointer": "/linkedin_url", "code": "key_conflict", "message": "The contact that was found by the other key has another value here.", "existing_id": 2}]')::text),
	(3, 201, 'd1', '', NULL), (4, 200, 'd1', '', NULL),
	(5, 409, NULL, NULL, (jsonb '[{"pointer": "/email", "code": "key_conflict", "message": "The contact that was found by the other key has another value here.", "existing_id": 5, "duplicate_of": 3},
		{"pointer": "/linkedin_url", "code": "already_exists", "message": "This value is already taken.", "existing_id": 5, "duplicate_of": 3}]')::text),
	(6, 201, 'd2', '', NULL), (7, 200, 'd2', '', NULL),
	(8, 409, NULL, NULL, (jsonb '[{"pointer": "/email", "code": "key_conflict", "message": "The contact that was found by the other key has another value here.", "existing_id": 6, "duplicate_of": 6},
		{"pointer": "/linkedin_url", "code": "already_exists", "message": "This value is already taken.", "existing_id": 6, "duplicate_of": 6}]')::text)$$, 'a key that differs');
SELECT is(test.keys(), '2 jane in/j, 3 in/max, 4 new in/new, 5 d1 in/d1, 6 d2 in/d2', 'whose is what');
SELECT test.fails_with(test.call('[{"email": "d7@acme.com", "linkedin_url": "in/d7"}, {"email": "d7@acme.com", "linkedin_url": "in/d8"}, {"email": "d8@acme.com", "linkedin_url": "in/j"}]', ', mode => ''atomic'''), 'PT409', 'contact already exists',
	'[{"ordinal": 2, "pointer": "/email", "code": "already_exists", "duplicate_of": 1}, {"ordinal": 2, "pointer": "/linkedin_url", "code": "key_conflict", "duplicate_of": 1},
		{"ordinal": 3, "pointer": "/email", "code": "key_conflict", "existing_id": 2}, {"ordinal": 3, "pointer": "/linkedin_url", "code": "already_exists", "existing_id": 2}]', 'atomic: a key that differs');
SELECT revyops_set_client_setting(1, 'on_key_conflict', 'update') \g /dev/null
SELECT is(test.states('[{"email": "jane@acme.com", "linkedin_url": "in/j2"}, {"email": "d9@acme.com", "linkedin_url": "in/d1"}]'), '200 200', 'on_key_conflict = update');
SELECT is(test.keys(), '2 jane in/j2, 3 in/max, 4 new in/new, 5 d9 in/d1, 6 d2 in/d2', 'the keys that were given');
SELECT revyops_update_contact(2, '{"linkedin_url": null}'), revyops_delete_contact(5), revyops_delete_contact(6) \g /dev/null
SELECT setval('revyops.contact_id_seq', 4) \g /dev/null

-- keys that are given up and taken: written in rounds
SELECT is(test.states('[{"email": "k1@acme.com", "linkedin_url": "in/k1"}, {"email": "k2@acme.com", "linkedin_url": "in/k2"}]'), '201 201', 'two');
SELECT is(test.states('[{"linkedin_url": "in/k1", "email": "k3@acme.com"}, {"linkedin_url": "in/k2", "email": "k1@acme.com"}, {"linkedin_url": "in/k1", "email": "k2@acme.com"}]'), '200 200 200', 'they change e-mails');
SELECT is(test.keys(), '2 jane, 3 in/max, 4 new in/new, 5 k2 in/k1, 6 k1 in/k2', 'and have each other''s');
SELECT is(test.states('[{"linkedin_url": "in/k1", "email": "k4@acme.com"}, {"email": "k2@acme.com"}, {"email": "k2@acme.com", "linkedin_url": "in/k5"}, {"linkedin_url": "in/k1", "email": "k5@acme.com"}, {"email": "k4@acme.com"}]'), '200 201 200 200 201', 'keys given up are new ones'' then');
SELECT is(test.keys(), '2 jane, 3 in/max, 4 new in/new, 5 k5 in/k1, 6 k1 in/k2, 7 k2 in/k5, 8 k4', 'who has which');

-- arguments
SELECT is(test.states('[]'), NULL, 'no items');
SELECT is(test.states('[null, 7, {}]'), '400 400 400', 'items that are none');
SELECT test.fails_400('SELECT revyops_upsert_contacts(NULL)', test.one('', 'not_an_array'), 'contacts NULL');
SELECT test.fails_400('SELECT revyops_upsert_contacts(''[]'', ''x'', ''x'')', '[{"parameter": "structure", "code": "invalid_structure"}, {"parameter": "mode", "code": "invalid_mode"}]', 'structure and mode');
SELECT test.fails_with(test.call('[{"email": "at@acme.com"}, {"email": "at@acme.com", "linkedin_url": "in/max"}, {"email": "at2@acme.com", "company_id": "nobody.com"}]', ', mode => ''atomic'''), 'PT404', 'company not found',
	'[{"ordinal": 2, "pointer": "/email", "code": "already_exists", "duplicate_of": 1}, {"ordinal": 2, "pointer": "/linkedin_url", "code": "already_exists", "existing_id": 3}, {"ordinal": 3, "pointer": "/company_id", "code": "not_found"}]', 'atomic');
SELECT is(test.keys(), '2 jane, 3 in/max, 4 new in/new, 5 k5 in/k1, 6 k1 in/k2, 7 k2 in/k5, 8 k4', 'all of it is undone');
SAVEPOINT s;
SET LOCAL revyops.client_id = 2;
SELECT is(test.states('[{"email": "jane@acme.com"}]'), '201', 'the other client has his own');
SET LOCAL revyops.client_id = 0;
SELECT test.fails_code('SELECT revyops_upsert_contacts(NULL, NULL, NULL)', 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');
SET LOCAL revyops.client_id = 1;

-- over several chunks
SELECT is((SELECT string_agg(concat_ws(' ', status, n), ', ' ORDER BY status) FROM (SELECT status, count(*) AS n FROM revyops_upsert_contacts((SELECT jsonb_agg(jsonb_build_object('email', 'm' || i % 11000 || '@acme.com', 'last_name', i::text)) FROM generate_series(1, 22000) i)) GROUP BY 1) t), '200 11000, 201 11000', 'many');
SELECT is((SELECT count(*)::int FROM revyops.contact WHERE email ~ '^m\d' AND last_name::int > 11000), 11000, 'as the last item leaves them');

-- a trigger of the owner's
CREATE FUNCTION test.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE unique_violation USING MESSAGE = 'refused'; END $$;
CREATE TRIGGER own BEFORE UPDATE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.refuse();
SELECT is(test.try(test.call('[{"email": "jane@acme.com", "last_name": "x"}]')), '{"sqlstate": "23505", "message": "refused", "detail": ""}', 'a unique violation that no key explains');
SELECT * FROM finish();
ROLLBACK;
