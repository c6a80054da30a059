\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(19);
-- What a check says, and that it leaves nothing behind.  That it says what a create then
-- does is shown by random batches in create_contacts_one_by_one.
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_company('{"domain": "theirs.com"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_company('{"domain": "acme.com"}') \gset hidden_
SELECT revyops_create_contact('{"email": "jane@acme.com"}'), revyops_create_contact('{"linkedin_url": "in/joe"}') \gset hidden_

-- state is all that a check could leave: rows, their locks, sequences.
CREATE FUNCTION test.state() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', test.rows(), (SELECT string_agg(concat_ws(' ', ctid, xmin, xmax), ',' ORDER BY ctid) FROM revyops.company),
		(SELECT string_agg(concat_ws(' ', ctid, xmin, xmax), ',' ORDER BY ctid) FROM revyops.contact),
		(SELECT string_agg(concat_ws(' ', sequencename, last_value), ',' ORDER BY sequencename) FROM pg_sequences WHERE schemaname = 'revyops')) $$;
SELECT test.state() AS before \gset

-- whole answers
SELECT results_eq($$SELECT ordinal, status, test.settled(errors) FROM revyops_check_contacts('[
		{"email": "new@acme.com", "company_id": "mail.acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": 1}]},
		{"email": "nope", "first_name": null}, 7,
		{"email": "a@acme.com", "company_id": 1}, {"email": "a@acme.com", "company_id": 99}, {"email": "a@acme.com", "company_id": "theirs.com"},
		{"email": " JANE@acme.com", "linkedin_url": "https://uk.linkedin.com/in/Joe/"},
		{"email": "new@acme.com", "linkedin_url": "in/new"}, {"linkedin_url": "in/new", "company_id": 2}, {"email": "b@acme.com", "linkedin_url": "in/new"}]')$$,
	$$VALUES (1, 201, NULL),
		(2, 400, (jsonb '[{"pointer": "/email", "code": "invalid_email", "message": "Expected an e-mail address such as name@example.com."},
			{"pointer": "/first_name", "code": "null_not_allowed", "message": "This value may not be null."}]')::text),
		(3, 400, (jsonb '[{"pointer": "", "code": "not_an_object", "message": "Expected an object."}]')::text),
		(4, 401, (jsonb '[{"pointer": "/company_id", "code": "other_client", "message": "This belongs to another client."}]')::text),
		(5, 404, (jsonb '[{"pointer": "/company_id", "code": "not_found", "message": "There is none with this id, domain or address."}]')::text),
		(6, 404, (jsonb '[{"pointer": "/company_id", "code": "not_found", "message": "There is none with this id, domain or address."}]')::text),
		(7, 409, (jsonb '[{"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": 1},
			{"pointer": "/linkedin_url", "code": "already_exists", "message": "This value is already taken.", "existing_id": 2}]')::text),
		(8, 409, (jsonb '[{"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "duplicate_of": 1}]')::text),
		(9, 201, NULL),
		(10, 409, (jsonb '[{"pointer": "/linkedin_url", "code": "already_exists", "message": "This value is already taken.", "duplicate_of": 9}]')::text)$$,
	'every status');
SELECT is_empty($$SELECT * FROM revyops_check_contacts('[]')$$, 'an empty list');
SELECT is((SELECT string_agg(status::text, ' ') FROM revyops_check_contacts('[{"email": "x@acme.com"}]'), generate_series(1, 2)), '201 201', 'again and again');
SELECT results_eq($$SELECT status FROM revyops_check_contacts('[{"email": "x@acme.com"}, {"email": "x@acme.com"}]') LIMIT 1$$, ARRAY[201], 'a LIMIT');
SELECT is(test.state(), :'before', 'no row, no lock, no id was taken');

-- the kinds of error of a call
SELECT test.fails_400(format('SELECT count(*) FROM revyops_check_contacts(%s)', a), test.one('', 'not_an_array'), 'no array: ' || a)
FROM unnest(ARRAY['NULL', $$'{}'$$, $$'null'$$, $$'"x"'$$, $$'7'$$]) a;
SELECT set_config('revyops.client_id', '0', true) AS "hidden" \gset
SELECT test.fails_with($$SELECT count(*) FROM revyops_check_contacts('[]')$$, 'PT403', 'missing or invalid credentials', '[{"parameter": "X-API-Key", "code": "missing_credentials"}]', 'no identity');
SELECT set_config('revyops.client_id', '99', true) AS "hidden" \gset
SELECT test.fails_with($$SELECT count(*) FROM revyops_check_contacts('[]')$$, 'PT403', 'missing or invalid credentials', '[{"parameter": "X-API-Key", "code": "invalid_credentials"}]', 'nobody''s');

-- another client's contacts and companies are not there
SELECT set_config('revyops.client_id', '2', true) AS "hidden" \gset
SELECT results_eq($$SELECT status FROM revyops_check_contacts('[{"email": "jane@acme.com", "company_id": "theirs.com"}, {"email": "x@acme.com", "company_id": "acme.com"}]')$$, ARRAY[201, 404], 'another client');

-- what the calling statement sees
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset
SELECT is((SELECT status FROM revyops_create_contact('{"email": "same@acme.com"}') c, revyops_check_contacts(jsonb_build_array(jsonb_build_object('email', c->>'email')))), 201, 'a STABLE function sees what its statement does');
SELECT is((SELECT status FROM revyops_check_contacts('[{"email": "same@acme.com"}]')), 409, 'the next one sees the row');

-- plans, kept from when the tables were small, look each key up
INSERT INTO revyops.company (client_id, domain) SELECT 1, format('d%s.com', i) FROM generate_series(1, 20000) i;
INSERT INTO revyops.contact (client_id, email, linkedin_url) SELECT 1, format('e%s@acme.com', i), format('https://www.linkedin.com/in/e%s', i) FROM generate_series(1, 20000) i;
SELECT results_eq($$SELECT status FROM revyops_check_contacts('[{"email": "e7@acme.com"}, {"email": "f7@acme.com", "company_id": "x.d7.com"}]')$$, ARRAY[409, 201], 'a large table');
SELECT sum(seq_tup_read)::bigint AS read FROM pg_stat_xact_all_tables WHERE schemaname = 'revyops' AND relname IN ('contact', 'company') \gset
SELECT results_eq($$SELECT status FROM revyops_check_contacts('[{"email": "e7@acme.com"}, {"email": "f7@acme.com", "company_id": "x.d7.com"}, {"linkedin_url": "in/e8", "company_id": 3}]')$$, ARRAY[409, 201, 409], 'once more');
SELECT is((SELECT sum(seq_tup_read)::int FROM pg_stat_xact_all_tables WHERE schemaname = 'revyops' AND relname IN ('contact', 'company')), :read, 'without reading it');
SELECT cmp_ok((SELECT sum(idx_tup_fetch) FROM pg_stat_xact_all_tables WHERE schemaname = 'revyops' AND relname IN ('contact', 'company')), '<', 100::numeric, 'nor all of it by an index');

SELECT * FROM finish();
ROLLBACK;
