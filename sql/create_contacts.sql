\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(95);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SELECT revyops_create_company('{"domain": "eu.acme.com"}') AS "hidden" \gset
SET LOCAL revyops.client_id = 2;
SELECT revyops_create_company('{"domain": "other.com"}') AS "hidden" \gset
SET LOCAL revyops.client_id = 1;

-- outcome shows a row of the result: of a contact, its keys and company; of an error, all but the sentences,
-- with keys in place of ids.
CREATE FUNCTION test.outcome(ordinal int, status int, contact jsonb, errors jsonb) RETURNS text
	LANGUAGE sql AS $$
	SELECT concat_ws(' ', ordinal, status, contact->>'email', contact->>'linkedin_url', 'company ' || (contact->>'company_id'),
		(SELECT string_agg(concat_ws(' ', e->>'pointer', e->>'code', 'existing ' || (SELECT coalesce(email, linkedin_url) FROM revyops.contact WHERE id = (e->>'existing_id')::bigint), 'duplicate of ' || (e->>'duplicate_of'),
				CASE WHEN e->>'message' = '' THEN 'without a message' END), ', ' ORDER BY n)
			FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n))) $$;
-- outcomes are those of a batch, a line each.
CREATE FUNCTION test.outcomes(items jsonb) RETURNS SETOF text
	LANGUAGE sql AS $$ SELECT test.outcome(r.ordinal, r.status, r.contact, r.errors) FROM public.revyops_create_contacts(items) r $$;
-- contact is a body of an e-mail and a LinkedIn URL.
CREATE FUNCTION test.contact(email text, linkedin_url text DEFAULT NULL, company_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_strip_nulls(jsonb_build_object('email', email || '@acme.com', 'linkedin_url', 'in/' || linkedin_url, 'company_id', company_id)) $$;
-- batch makes one of "e1 l1, e2 -, - l2".
CREATE FUNCTION test.batch(keys text) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_agg(test.contact(nullif(k[1], '-'), nullif(k[2], '-')) ORDER BY n)
	FROM string_to_table(keys, ', ') WITH ORDINALITY t(item, n), string_to_array(item, ' ') k $$;
-- duplicates gives statuses and, for each 409, whose keys they are, by ordinal; "!" is a row that was there before.
CREATE FUNCTION test.duplicates(keys text) RETURNS text
	LANGUAGE sql AS $$
	SELECT string_agg(status || coalesce((SELECT string_agg(' ' || substr(e->>'pointer', 2, 1) || coalesce(e->>'duplicate_of', '!'), '' ORDER BY i)
			FROM jsonb_array_elements(errors) WITH ORDINALITY u(e, i)), ''), ', ' ORDER BY n)
	FROM public.revyops_create_contacts(test.batch(keys)) WITH ORDINALITY t(ordinal, status, contact, errors, n) $$;
-- call is a statement for test.try and its like.
CREATE FUNCTION test.call(items jsonb, more text DEFAULT '') RETURNS text
	LANGUAGE sql AS $$ SELECT format('SELECT count(*) FROM public.revyops_create_contacts(%L%s)', items, more) $$;

-- whole answers
SELECT results_eq($$SELECT ordinal, status, test.settled(contact), test.settled(errors) FROM revyops_create_contacts('[
		{"email": "Jane@ACME.com", "linkedin_url": "linkedin.com/in/Jane", "first_name": " Jane ", "last_name": "Doe", "company_id": 1, "origin": "clay", "contact_status": "Active",
			"contact_custom_fields_input": [{"field_name": " Industry ", "field_value": " SaaS "}, {"field_name": "Score", "field_value": 87}]},
		{"email": "nope"},
		{"linkedin_url": "in/plain", "email": null}]')$$,
	$$VALUES (1, 201, (jsonb '{"id": 1, "email": "jane@acme.com", "linkedin_url": "https://www.linkedin.com/in/jane",
			"first_name": "Jane", "last_name": "Doe", "company_id": 1, "origin": "clay", "contact_status": "Active",
			"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
			"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
			"contact_custom_fields": [{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "TIME"},
				{"id": 2, "field_name": "Score", "field_value": "87", "updated_time": "TIME"}]}')::text, NULL),
		(2, 400, NULL, (jsonb '[{"pointer": "/email", "code": "invalid_email", "message": "Expected an e-mail address such as name@example.com."}]')::text),
		(3, 201, (jsonb '{"id": 2, "linkedin_url": "https://www.linkedin.com/in/plain", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
			"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
			"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": []}')::text, NULL)$$,
	'NESTED and partial are the defaults');
SELECT results_eq($$SELECT test.settled(contact) FROM revyops_create_contacts('[{"email": "flat@acme.com",
			"contact_custom_fields_input": [{"field_name": "Score", "field_value": "87"}, {"field_name": "Industry", "field_value": "SaaS"}]},
		{"email": "flat2@acme.com"}]', 'FLAT')$$,
	$$VALUES ((jsonb '{"id": 3, "email": "flat@acme.com", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
			"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
			"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
			"contact_custom_fields": {"Industry": "SaaS", "Score": "87"}}')::text),
		((jsonb '{"id": 4, "email": "flat2@acme.com", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
			"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
			"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": {}}')::text)$$,
	'FLAT');
SELECT is((SELECT jsonb_agg(contact->'contact_custom_fields') FROM revyops_create_contacts(mode => 'partial', structure => 'FLAT', contacts => '[{"email": "named@acme.com"}]')),
	'[{}]', 'arguments by name');
SELECT row_eq($$SELECT client_id, email, linkedin_url, first_name, last_name, company_id, origin, contact_status, previous_status,
		status_changed_at, first_campaign_email_sent, last_campaign_email_sent, last_reply_received
		FROM revyops.contact WHERE id = 1$$,
	ROW(1, 'jane@acme.com'::text COLLATE "C", 'https://www.linkedin.com/in/jane'::text COLLATE "C", 'Jane'::text, 'Doe'::text, 1::bigint, 'clay'::text, 'Active'::text,
		NULL::text, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz),
	'the row holds the canonical forms');
SELECT is((SELECT test.settled(custom_fields) FROM revyops.contact WHERE id = 1),
	(jsonb '[{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "TIME"}, {"id": 2, "field_name": "Score", "field_value": "87", "updated_time": "TIME"}]')::text,
	'and the custom fields');
SELECT is((SELECT count(DISTINCT updated_time) || ' ' || bool_and(updated_time = now()) FROM revyops.contact), '1 true', 'updated_time of all rows is the time of the transaction');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email = 'nope'), 0::bigint, 'what has a fault is not there');

-- every status at once, in the order of input
SELECT results_eq($$SELECT test.outcomes('[{"email": "z@acme.com", "company_id": 1}, {"email": "a@acme.com", "company_id": "x.eu.acme.com"}, {"email": "b@acme.com", "company_id": 3},
		{"email": "c@acme.com", "company_id": 99}, {"email": "d@acme.com", "company_id": "www.unknown.com"}, {"email": "JANE@acme.com"}, {"email": "A@acme.com"},
		{"first_name": 7, "email": "e@acme.com", "company_id": "Acme Inc"}, {"email": "f@acme.com", "company_id": "other.com"}, {"email": "y@acme.com", "company_id": "jane@www.acme.com"}]')$$,
	ARRAY['1 201 z@acme.com company 1', '2 201 a@acme.com company 2', '3 401 /company_id other_client', '4 404 /company_id not_found', '5 404 /company_id not_found',
		'6 409 /email already_exists existing jane@acme.com', '7 409 /email already_exists existing a@acme.com duplicate of 2',
		'8 400 /first_name not_a_string, /company_id invalid_company', '9 404 /company_id not_found', '10 201 y@acme.com company 1'],
	'every status in one batch');
SELECT results_eq($$SELECT test.outcomes('[{"email": "e1@acme.com", "company_id": "1"}, {"email": "e2@acme.com", "company_id": " WWW.acme.com."}, {"email": "e3@acme.com", "company_id": 1.0},
		{"email": "e4@acme.com", "company_id": "2"}, {"email": "e5@acme.com", "company_id": "eu.acme.com"}, {"email": "e6@acme.com", "company_id": ""}, {"email": "e7@acme.com", "company_id": null},
		{"email": "e8@acme.com", "company_id": "a.b.c.acme.com"}, {"email": "e9@acme.com", "company_id": "com"}, {"email": "e10@acme.com", "company_id": "3"}, {"email": "e11@acme.com", "company_id": 9223372036854775807}]')$$,
	ARRAY['1 201 e1@acme.com company 1', '2 201 e2@acme.com company 1', '3 201 e3@acme.com company 1', '4 201 e4@acme.com company 2', '5 201 e5@acme.com company 2', '6 201 e6@acme.com', '7 201 e7@acme.com',
		'8 201 e8@acme.com company 1', '9 400 /company_id invalid_company', '10 401 /company_id other_client', '11 404 /company_id not_found'],
	'companies by id, domain and parent domain in one batch');
SET LOCAL revyops.client_id = 2;
SELECT results_eq($$SELECT test.outcomes('[{"email": "jane@acme.com", "company_id": 3}, {"email": "jane2@acme.com", "company_id": 1}, {"email": "jane3@acme.com", "company_id": "acme.com"}]')$$,
	ARRAY['1 201 jane@acme.com company 3', '2 401 /company_id other_client', '3 404 /company_id not_found'], 'another client has companies and contacts of its own');
SET LOCAL revyops.client_id = 1;
SELECT is((SELECT string_agg(client_id || ' ' || company_id, ', ' ORDER BY client_id) FROM revyops.contact WHERE email = 'jane@acme.com'), '1 1, 2 3', 'one row each');

-- no objects
SELECT results_eq($$SELECT test.outcomes('[null, 7, "x", true, [], [{"email": "in@acme.com"}], {}, {"email": "between@acme.com"}, null]')$$,
	ARRAY['1 400  not_an_object', '2 400  not_an_object', '3 400  not_an_object', '4 400  not_an_object', '5 400  not_an_object', '6 400  not_an_object', '7 400  identifier_required',
		'8 201 between@acme.com', '9 400  not_an_object'], 'items that are no objects');
SELECT is_empty($$SELECT * FROM revyops_create_contacts('[]')$$, 'an empty array');
SELECT is_empty($$SELECT * FROM revyops_create_contacts('[]', mode => 'atomic')$$, 'an empty array, atomic');
SELECT results_eq($$SELECT test.outcomes('[{"email": "nope", "linkedin_url": "linkedin.com/company/x", "last_name": null, "origin": 1, "company_id": -1,
		"contact_custom_fields_input": [{"field_name": "A"}, {"field_name": "A", "field_value": "1"}, 7]}]')$$,
	ARRAY['1 400 /email invalid_email, /linkedin_url invalid_linkedin_url, /last_name null_not_allowed, /company_id invalid_company, /origin not_a_string, /contact_custom_fields_input/0/field_value required, /contact_custom_fields_input/1/field_name duplicate, /contact_custom_fields_input/2 not_an_object'],
	'all faults of an item, with pointers into the item');
SELECT is((SELECT errors - 0 FROM revyops_create_contacts(jsonb_build_array(jsonb_build_object('email', 'l@acme.com', 'first_name', repeat('é', 256)))) r WHERE r.errors->0->>'limit' = '255' AND r.errors->0->>'actual' = '256'), '[]', 'limit and actual of too_long');

-- duplicates; e is /email, l /linkedin_url
SELECT is(test.duplicates(batch), outcome, format('%s: %s', description, batch)) FROM (VALUES
	('an e-mail', 'a1 -, a1 -, A1 -', '201, 409 e1, 409 e1'),
	('a LinkedIn URL', '- b1, b2 B1, - b1', '201, 409 l1, 409 l1'),
	('both', 'c1 c1, C1 c1, c1 c1', '201, 409 e1 l1, 409 e1 l1'),
	('one key each of two', 'd1 d1, d2 d2, d1 d2, d2 d1', '201, 201, 409 e1 l2, 409 e2 l1'),
	('behind one that loses', 'f1 f1, f2 f1, f2 -', '201, 409 l1, 201'),
	('behind one that loses, twice', 'g1 g1, g2 g1, g2 g2, g3 g2, g3 -', '201, 409 l1, 201, 409 l3, 201'),
	('the last one crosses', 'h1 h1, h1 h2, h3 h2, h3 h1', '201, 409 e1, 201, 409 e3 l1'),
	('a zigzag', 'i1 -, i1 i2, i3 i2, i3 i4, i5 i4, i5 i6, i7 i6, i7 -', '201, 409 e1, 201, 409 e3, 201, 409 e5, 201, 409 e7'),
	('a zigzag backwards', 'j7 -, j7 j6, j5 j6, j5 j4, j3 j4, j3 j2, j1 j2, j1 -', '201, 409 e1, 201, 409 e3, 201, 409 e5, 201, 409 e7'),
	('of what is there', 'jane -, - jane, jane jane, JANE other', '409 e!, 409 l!, 409 e! l!, 409 e!'),
	('of what is there, and of an earlier one', 'k1 k1, jane k1, k1 jane', '201, 409 e! l1, 409 e1 l!'),
	('behind one that loses to what is there', 'm1 jane, m1 -, m1 m2, - m2', '409 l!, 201, 409 e2, 201'),
	('behind two that lose', 'n1 jane, jane n2, n1 n2, n1 -, - n2', '409 l!, 409 e!, 201, 409 e3, 409 l3'),
	('a zigzag behind one that loses', 'jane o1, o2 o1, o2 o3, o4 o3, o4 o5, - o5', '409 e!, 201, 409 e2, 201, 409 e4, 201'),
	('of what is there, and of one that had to wait', 'p1 jane, p1 -, p1 jane', '409 l!, 201, 409 e2 l!'),
	('before one that has its other key', 'jane q1, q1 q1, q1 q2, - q2', '409 e!, 201, 409 e2, 201')) t(description, batch, outcome);
SELECT results_eq($$SELECT test.outcomes(test.batch('r1 r1, jane r1, r1 jane'))$$,
	ARRAY['1 201 r1@acme.com https://www.linkedin.com/in/r1',
		'2 409 /email already_exists existing jane@acme.com, /linkedin_url already_exists existing r1@acme.com duplicate of 1',
		'3 409 /email already_exists existing r1@acme.com duplicate of 1, /linkedin_url already_exists existing jane@acme.com'],
	'a duplicate of two has an entry for each, with its id');

SELECT is((SELECT jsonb_agg(errors) FROM revyops_create_contacts('[{"email": "s@acme.com"}, {"email": "S@acme.com"}, {"email": "jane@acme.com"}]')),
	jsonb_build_array(NULL, jsonb_build_array(jsonb_build_object('pointer', '/email', 'code', 'already_exists', 'message', 'This value is already taken.',
			'existing_id', currval('revyops.contact_id_seq') - 1, 'duplicate_of', 1)),
		'[{"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": 1}]'::jsonb), 'whole entries');

-- all or nothing
CREATE TABLE test.before AS SELECT test.rows();
CREATE FUNCTION test.atomic_fails(items jsonb, state text, message text, detail jsonb, description text) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT test.fails_with(test.call(items, ', mode => ''atomic'''), state, message, detail, 'atomic: ' || description);
END
$$;
SELECT test.atomic_fails('[{"email": "t1@acme.com"}, {"email": "nope"}, {"linkedin_url": "in/t2"}]', 'PT400', 'invalid request',
	'[{"ordinal": 2, "pointer": "/email", "code": "invalid_email"}]', 'an invalid one');
SELECT test.atomic_fails('[null, {"email": "t1@acme.com"}, {"first_name": "x"}]', 'PT400', 'invalid request',
	'[{"ordinal": 1, "pointer": "", "code": "not_an_object"}, {"ordinal": 3, "pointer": "", "code": "identifier_required"}]', 'no objects');
SELECT test.atomic_fails('[{"email": "t1@acme.com", "company_id": 3}]', 'PT401', 'company does not belong to this client',
	'[{"ordinal": 1, "pointer": "/company_id", "code": "other_client"}]', 'another client''s company');
SELECT test.atomic_fails('[{"email": "t1@acme.com", "company_id": 1}, {"email": "t2@acme.com", "company_id": "unknown.com"}]', 'PT404', 'company not found',
	'[{"ordinal": 2, "pointer": "/company_id", "code": "not_found"}]', 'an unknown company');
SELECT test.atomic_fails('[{"email": "t1@acme.com"}, {"email": "JANE@acme.com", "linkedin_url": "in/jane"}]', 'PT409', 'contact already exists',
	'[{"ordinal": 2, "pointer": "/email", "code": "already_exists", "existing_id": 1}, {"ordinal": 2, "pointer": "/linkedin_url", "code": "already_exists", "existing_id": 1}]', 'a contact that is there');
SELECT test.atomic_fails('[{"email": "t1@acme.com", "linkedin_url": "in/t1"}, {"email": "T1@acme.com"}, {"email": "t2@acme.com", "linkedin_url": "in/t1"}, {"email": "t2@acme.com"}]',
	'PT409', 'contact already exists', '[{"ordinal": 2, "pointer": "/email", "code": "already_exists", "duplicate_of": 1},
	{"ordinal": 3, "pointer": "/linkedin_url", "code": "already_exists", "duplicate_of": 1}]', 'duplicates of an earlier one');
SELECT test.atomic_fails('[{"email": "jane@acme.com"}, {"email": "t1@acme.com", "company_id": 3}, {"email": "t1@acme.com", "company_id": 99}, {"email": "t1@acme.com"},
		{"email": "t1@acme.com", "linkedin_url": "in/jane"}]', 'PT401', 'company does not belong to this client',
	'[{"ordinal": 1, "pointer": "/email", "code": "already_exists", "existing_id": 1}, {"ordinal": 2, "pointer": "/company_id", "code": "other_client"},
	{"ordinal": 3, "pointer": "/company_id", "code": "not_found"}, {"ordinal": 5, "pointer": "/email", "code": "already_exists", "duplicate_of": 4},
	{"ordinal": 5, "pointer": "/linkedin_url", "code": "already_exists", "existing_id": 1}]', '401 before 404 and 409, and the faults of all');
SELECT test.atomic_fails('[{"email": "jane@acme.com"}, {"email": "t1@acme.com", "company_id": 99}]', 'PT404', 'company not found',
	'[{"ordinal": 1, "pointer": "/email", "code": "already_exists", "existing_id": 1}, {"ordinal": 2, "pointer": "/company_id", "code": "not_found"}]', '404 before 409');
SELECT test.atomic_fails('[{"email": "t1@acme.com", "company_id": 3}, {"email": "jane@acme.com"}, {"linkedin_url": "x", "contact_custom_fields_input": [{"field_name": "A", "field_value": null}]}]', 'PT400', 'invalid request',
	'[{"ordinal": 1, "pointer": "/company_id", "code": "other_client"}, {"ordinal": 2, "pointer": "/email", "code": "already_exists", "existing_id": 1},
	{"ordinal": 3, "pointer": "/linkedin_url", "code": "invalid_linkedin_url"}, {"ordinal": 3, "pointer": "/contact_custom_fields_input/0/field_value", "code": "null_not_allowed"}]', '400 before all');
SELECT is(test.rows(), (SELECT rows FROM test.before), 'atomic: no fault left a row');
SELECT results_eq($$SELECT test.outcome(r.ordinal, r.status, r.contact, r.errors) FROM revyops_create_contacts('[{"email": "t2@acme.com"}, {"email": "t1@acme.com", "company_id": "acme.com"}]', mode => 'atomic') r$$,
	ARRAY['1 201 t2@acme.com', '2 201 t1@acme.com company 1'], 'atomic: all of them');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email IN ('t1@acme.com', 't2@acme.com')), 2::bigint, 'are there');

-- the call itself
CREATE TABLE test.before_calls AS SELECT test.rows();
SELECT test.fails_400('SELECT revyops_create_contacts(NULL)', test.one('', 'not_an_array'), 'contacts NULL');
SELECT test.fails_400(test.call(items::jsonb), test.one('', 'not_an_array'), 'no array: ' || items)
FROM unnest(ARRAY['null', '7', '"x"', 'true', '{}', '{"email": "u@acme.com"}']) items;
SELECT test.fails_code(test.call('[{"email": "u@acme.com"}]', format(', mode => %L', m)), 'PT400', 'invalid request', 'invalid_mode', 'mode ' || coalesce(m, 'NULL'))
FROM unnest(ARRAY[NULL, '', 'ATOMIC', 'atomic ', 'Partial']) m;
SELECT test.fails_400(test.call('[{"email": "u@acme.com"}]', ', mode => NULL'), '[{"parameter": "mode", "code": "invalid_mode"}]', 'mode is a parameter');
SELECT test.fails_400(test.call('[{"email": "u@acme.com"}]', ', NULL'), '[{"parameter": "structure", "code": "invalid_structure"}]', 'structure NULL');
SELECT test.fails_400('SELECT revyops_create_contacts(''{}'', ''flat'', ''x'')',
	'[{"parameter": "structure", "code": "invalid_structure"}, {"parameter": "mode", "code": "invalid_mode"}, {"pointer": "", "code": "not_an_array"}]', 'all of them at once');
SELECT test.fails_400(test.call('[{"email": "nope"}, {"email": "u@acme.com"}]', ', ''flat'', ''atomic'''), '[{"parameter": "structure", "code": "invalid_structure"}]', 'and not those of the items');
RESET revyops.client_id;
SELECT test.fails_code('SELECT revyops_create_contacts(NULL, NULL, NULL)', 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');
SELECT test.fails_code('SELECT revyops_create_contacts(''[]'')', 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 without items');
SET LOCAL revyops.client_id = 7;
SELECT test.fails_code(test.call('[{"email": "u@acme.com"}]'), 'PT403', 'missing or invalid credentials', 'invalid_credentials', 'a client that does not exist');
SET LOCAL revyops.client_id = 1;
SELECT is(test.rows(), (SELECT rows FROM test.before_calls), 'no error left a row');

-- ways to call
SELECT results_eq($$SELECT ordinal FROM revyops_create_contacts(test.batch('v1 -, v2 -, v3 -')) LIMIT 1$$, ARRAY[1], 'LIMIT 1');
SELECT is((SELECT ordinal FROM revyops_create_contacts(test.batch('v4 -, v5 -, v6 -')) LIMIT 1), 1, 'LIMIT 1 in a sub-select');
SELECT ok(EXISTS (SELECT FROM revyops_create_contacts(test.batch('v7 -, v8 -, v9 -'))), 'EXISTS');
SELECT is((SELECT string_agg(email, ' ' ORDER BY email) FROM revyops.contact WHERE email LIKE 'v%'), (SELECT string_agg(format('v%s@acme.com', i), ' ') FROM generate_series(1, 9) i), 'create all of them');
SELECT results_eq($$SELECT n, ordinal, status FROM revyops_create_contacts(test.batch('w1 -, w1 -, w2 -')) WITH ORDINALITY t(ordinal, status, contact, errors, n)$$,
	$$VALUES (1::bigint, 1, 201), (2, 2, 409), (3, 3, 201)$$, 'WITH ORDINALITY');
SELECT results_eq($$SELECT b, ordinal, status FROM unnest(ARRAY['x1 -, x2 -', 'x2 -, x3 -', 'x3 -']) b, LATERAL revyops_create_contacts(test.batch(b))$$,
	$$VALUES ('x1 -, x2 -', 1, 201), ('x1 -, x2 -', 2, 201), ('x2 -, x3 -', 1, 409), ('x2 -, x3 -', 2, 201), ('x3 -', 1, 409)$$, 'LATERAL: a batch for each row');
SELECT results_eq($$SELECT (r).ordinal, (r).status FROM (SELECT revyops_create_contacts(test.batch('y1 -, y2 -, y1 -')) AS r OFFSET 0) t$$,
	$$VALUES (1, 201), (2, 201), (3, 409)$$, 'in the select list');
SELECT results_eq($$SELECT b, (r).ordinal, (r).status FROM (SELECT b, revyops_create_contacts(test.batch(b)) AS r FROM unnest(ARRAY['y1 -, y3 -', 'y4 -']) b OFFSET 0) t$$,
	$$VALUES ('y1 -, y3 -', 1, 409), ('y1 -, y3 -', 2, 201), ('y4 -', 1, 201)$$, 'in the select list, for each row');
SELECT results_eq($$SELECT a.ordinal, a.status, b.status FROM ROWS FROM (revyops_create_contacts(test.batch('z1 -, z2 -')), revyops_create_contacts(test.batch('z2 -, z3 -, z4 -')))
	AS a(ordinal, status, contact, errors, o2, s2, c2, e2), LATERAL (SELECT a.s2 AS status) b$$, $$VALUES (1, 201, 409), (2, 201, 201), (NULL, NULL, 201)$$, 'twice in ROWS FROM');
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM public.revyops_create_contacts(test.batch('aa1 -, aa2 -, aa3 -')) LOOP
		EXIT;
	END LOOP;
	PERFORM public.revyops_create_contacts(test.batch('ab1 -, ab1 -'));
	PERFORM public.revyops_create_contacts('[{"email": "ab1@acme.com"}, {"email": "ab2@acme.com"}]', mode => 'atomic');
EXCEPTION WHEN SQLSTATE 'PT409' THEN NULL;
END
$$;
SELECT is((SELECT count(*) FROM revyops.contact WHERE email LIKE 'a_1%'), 0::bigint, 'PL/pgSQL: an error undoes all since the block began');
SELECT is(test.duplicates('aa1 -, ab1 -, ab1 -, ab2 -'), '201, 201, 409 e2, 201', 'and what was undone is not taken');
PREPARE batch(jsonb) AS SELECT status FROM revyops_create_contacts($1);
SELECT results_eq(format('EXECUTE batch(%L)', test.batch(b)), s, 'prepared, ' || b)
FROM (VALUES ('ac1 -, ac1 -', ARRAY[201, 409]), ('ac1 -', ARRAY[409]), ('ac2 -', ARRAY[201])) t(b, s);
DECLARE c SCROLL CURSOR FOR SELECT ordinal, status FROM revyops_create_contacts(test.batch('ad1 -, ad2 -, ad1 -'));
SELECT results_eq('FETCH LAST FROM c', $$VALUES (3, 409)$$, 'a cursor');
SELECT results_eq('FETCH FIRST FROM c', $$VALUES (1, 201)$$, 'a cursor that goes back');

-- ids
INSERT INTO revyops.contact (client_id, id, email) SELECT 1, last_value + i, format('copied%s@acme.com', i) FROM revyops.contact_id_seq, generate_series(1, 5) i;
SELECT is(test.duplicates('ae1 -, ae2 -, ae3 ae3, ae4 ae3, ae4 -, ae5 -'), '201, 201, 201, 409 l3, 201, 201', 'ids that are taken are passed over');
INSERT INTO revyops.contact (client_id, id, email) SELECT 1, last_value + i * 2, format('copied%s@acme.com', i + 5) FROM revyops.contact_id_seq, generate_series(1, 4) i;
SELECT is(test.duplicates('af1 -, af1 af2, af3 af2, af3 af4, af5 af4, af5 -'), '201, 409 e1, 201, 409 e3, 201, 409 e5', 'every other id taken, and a zigzag');
INSERT INTO revyops.contact (client_id, id, email) SELECT 2, last_value + i, format('copied%s@acme.com', i) FROM revyops.contact_id_seq, generate_series(1, 3) i;
SELECT is(test.duplicates('ag1 -, ag1 -'), '201, 409 e1', 'another client''s ids are not in the way');
SAVEPOINT backwards;
ALTER SEQUENCE revyops.contact_id_seq INCREMENT -1;
SELECT is(test.duplicates('ah1 -, ah2 -, ah1 -, ah2 -, ah3 -'), '201, 201, 409 e1, 409 e2, 201', 'a sequence that counts down');
ROLLBACK TO backwards;
CREATE FUNCTION test.fields(fields int[]) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT coalesce(jsonb_agg(jsonb_build_object('field_name', 'F' || f, 'field_value', f)), '[]') FROM unnest(fields) f $$;
SELECT is((SELECT jsonb_agg(jsonb_path_query_array(contact, '$.contact_custom_fields[*].field_value')) FROM revyops_create_contacts((SELECT
		jsonb_agg(jsonb_build_object('email', format('ai%s@acme.com', i), 'contact_custom_fields_input', test.fields(ARRAY(SELECT generate_series(1, i % 4))))) FROM generate_series(1, 5) i))),
	'[["1"], ["1", "2"], ["1", "2", "3"], [], ["1"]]', 'each has its own custom fields');
SELECT is((SELECT count(*) || ' ' || count(DISTINCT f->'id') || ' ' || count(*) FILTER (WHERE (f->>'updated_time')::timestamptz = now())
		FROM revyops.contact, jsonb_array_elements(custom_fields) f WHERE email LIKE 'ai%'), '7 7 7', 'with ids of their own');

-- more than are worked on at once, with duplicates in another part
CREATE TABLE test.many AS SELECT * FROM revyops_create_contacts((SELECT
	jsonb_agg(CASE WHEN i % 5000 = 7 THEN '{"email": "many7@acme.com"}' WHEN i = 20003 THEN '{"email": "many20003@acme.com", "linkedin_url": "in/many5"}' WHEN i = 20004 THEN '{"email": "jane@acme.com", "linkedin_url": "in/many9999"}'
		WHEN i = 15000 THEN '{"email": "many15000@acme.com", "company_id": 3}' ELSE jsonb_build_object('email', format('many%s@acme.com', i), 'linkedin_url', 'in/many' || i, 'company_id', 'acme.com') END ORDER BY i)
	FROM generate_series(1, 25001) i)) WITH ORDINALITY t(ordinal, status, contact, errors, n);
SELECT is((SELECT bool_and(ordinal = n) || ' ' || count(*) FILTER (WHERE status = 201) FROM test.many), 'true 24994', 'many: each in its place');
SELECT results_eq($$SELECT test.outcome(ordinal, status, NULL, errors) FROM test.many WHERE status <> 201 ORDER BY n$$,
	ARRAY['5007 409 /email already_exists existing many7@acme.com duplicate of 7', '10007 409 /email already_exists existing many7@acme.com duplicate of 7', '15000 401 /company_id other_client',
		'15007 409 /email already_exists existing many7@acme.com duplicate of 7', '20003 409 /linkedin_url already_exists existing many5@acme.com duplicate of 5',
		'20004 409 /email already_exists existing jane@acme.com, /linkedin_url already_exists existing many9999@acme.com duplicate of 9999', '20007 409 /email already_exists existing many7@acme.com duplicate of 7'],
	'many: duplicates of those that were created long before');
SELECT is((SELECT count(*) FROM test.many m JOIN revyops.contact c ON c.client_id = 1 AND c.id = (m.contact->>'id')::bigint AND c.email = m.contact->>'email' AND c.company_id IS NOT DISTINCT FROM (m.contact->>'company_id')::bigint), 24994::bigint,
	'many: every answer has its row');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email LIKE 'many%'), 24994::bigint, 'many: and no other');
SELECT test.atomic_fails((SELECT jsonb_agg(CASE i WHEN 10500 THEN '{"email": "more3@acme.com"}' WHEN 4 THEN '{"email": "jane@acme.com"}' ELSE jsonb_build_object('email', format('more%s@acme.com', i)) END ORDER BY i) FROM generate_series(1, 10600) i),
	'PT409', 'contact already exists', '[{"ordinal": 4, "pointer": "/email", "code": "already_exists", "existing_id": 1}, {"ordinal": 10500, "pointer": "/email", "code": "already_exists", "duplicate_of": 3}]', 'the faults of many');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email LIKE 'more%'), 0::bigint, 'left no row');
SELECT results_eq($$SELECT test.outcome(r.ordinal, r.status, r.contact - 'email', r.errors) FROM revyops_create_contacts((SELECT
		jsonb_agg(jsonb_build_object('email', format('large%s@acme.com', i % 3), 'ignored', repeat('x', 3000000)) ORDER BY i) FROM generate_series(1, 7) i)) r$$,
	ARRAY['1 201', '2 201', '3 201'] || ARRAY(SELECT format('%s 409 /email already_exists existing large%s@acme.com duplicate of %s', i, i % 3, i - 3) FROM generate_series(4, 6) i)
		|| ARRAY['7 409 /email already_exists existing large1@acme.com duplicate of 1'], 'large bodies');

SELECT * FROM finish();
ROLLBACK;
