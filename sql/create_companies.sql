\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(35);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SET LOCAL revyops.client_id = 2;
SELECT revyops_create_company('{"domain": "other.com"}') AS "hidden" \gset
SET LOCAL revyops.client_id = 1;

-- outcome shows a row of the result: of a company, its domain; of an error, all but the sentences, with a
-- domain in place of its id.
CREATE FUNCTION test.outcome(ordinal int, status int, company jsonb, errors jsonb) RETURNS text
	LANGUAGE sql AS $$
	SELECT concat_ws(' ', ordinal, status, company->>'domain',
		(SELECT string_agg(concat_ws(' ', e->>'pointer', e->>'code', 'existing ' || (SELECT domain FROM revyops.company WHERE id = (e->>'existing_id')::bigint),
				'duplicate of ' || (e->>'duplicate_of'), CASE WHEN e->>'message' = '' THEN 'without a message' END), ', ' ORDER BY n)
			FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n))) $$;
CREATE FUNCTION test.outcomes(items jsonb) RETURNS SETOF text
	LANGUAGE sql AS $$ SELECT test.outcome(r.ordinal, r.status, r.company, r.errors) FROM public.revyops_create_companies(items) r $$;
CREATE FUNCTION test.batch(VARIADIC domains text[]) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_agg(jsonb_build_object('domain', d) ORDER BY n) FROM unnest(domains) WITH ORDINALITY t(d, n) $$;
CREATE FUNCTION test.call(items jsonb, more text DEFAULT '') RETURNS text
	LANGUAGE sql AS $$ SELECT format('SELECT count(*) FROM public.revyops_create_companies(%L%s)', items, more) $$;

-- whole answers
SELECT results_eq($$SELECT ordinal, status, test.settled(company), test.settled(errors) FROM revyops_create_companies('[
		{"domain": "https://www.Beta.com/about", "name": " Beta ", "company_status": "Active",
			"company_custom_fields": [{"field_name": " Industry ", "field_value": " SaaS "}, {"field_name": "Size", "field_value": 87}]},
		{"domain": "co.uk"},
		{"domain": "gamma.com"}]')$$,
	$$VALUES (1, 201, (jsonb '{"id": 3, "domain": "beta.com", "name": "Beta", "company_status": "Active",
			"previous_status": null, "status_changed_at": null, "updated_time": "TIME",
			"company_custom_fields": [{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "TIME"},
				{"id": 2, "field_name": "Size", "field_value": "87", "updated_time": "TIME"}]}')::text, NULL),
		(2, 400, NULL, (jsonb '[{"pointer": "/domain", "code": "invalid_domain", "message": "Expected a company''s own domain such as example.com."}]')::text),
		(3, 201, (jsonb '{"id": 4, "domain": "gamma.com", "name": "", "company_status": "",
			"previous_status": null, "status_changed_at": null, "updated_time": "TIME", "company_custom_fields": []}')::text, NULL)$$,
	'NESTED and partial are the defaults');
SELECT results_eq($$SELECT company->'company_custom_fields' FROM revyops_create_companies(structure => 'FLAT', mode => 'partial', companies => '[
		{"domain": "flat.com", "company_custom_fields": [{"field_name": "Size", "field_value": "87"}]}, {"domain": "flat2.com"}]')$$,
	ARRAY['{"Size": "87"}'::jsonb, '{}'], 'FLAT, and arguments by name');
SELECT row_eq($$SELECT client_id, domain, name, company_status, previous_status, status_changed_at, updated_time, jsonb_array_length(custom_fields) FROM revyops.company WHERE id = 3$$,
	ROW(1, 'beta.com'::text COLLATE "C", 'Beta'::text, 'Active'::text, NULL::text, NULL::timestamptz, now(), 2), 'the row');

-- every status at once, in the order of input
SELECT results_eq($$SELECT test.outcomes('[{"domain": "z.com"}, {"domain": "a.com"}, {"domain": "www.ACME.com"}, {"domain": "x@A.com"}, {"domain": "other.com"}, null, [], {}, {"domain": " "},
		{"name": 7, "domain": "b.com"}, {"domain": "sub.acme.com"}, {"domain": "http://a.com"}, {"domain": "y.com"}]')$$,
	ARRAY['1 201 z.com', '2 201 a.com', '3 409 /domain already_exists existing acme.com', '4 409 /domain already_exists existing a.com duplicate of 2', '5 201 other.com',
		'6 400  not_an_object', '7 400  not_an_object', '8 400 /domain required', '9 400 /domain required', '10 400 /name not_a_string', '11 201 sub.acme.com',
		'12 409 /domain already_exists existing a.com duplicate of 2', '13 201 y.com'],
	'every status in one batch');
SELECT is((SELECT string_agg(client_id::text, ' ' ORDER BY client_id) FROM revyops.company WHERE domain = 'other.com'), '1 2', 'two clients may have the same domain');
SELECT is((SELECT jsonb_agg(errors) FROM revyops_create_companies(test.batch('bücher.example', 'XN--bcher-kva.example', 'acme.com'))),
	jsonb_build_array(NULL, jsonb_build_array(jsonb_build_object('pointer', '/domain', 'code', 'already_exists', 'message', 'This value is already taken.',
			'existing_id', currval('revyops.company_id_seq') - 1, 'duplicate_of', 1)),
		'[{"pointer": "/domain", "code": "already_exists", "message": "This value is already taken.", "existing_id": 1}]'::jsonb), 'whole entries');
SELECT is_empty($$SELECT * FROM revyops_create_companies('[]')$$, 'an empty array');
SELECT is_empty($$SELECT * FROM revyops_create_companies('[]', mode => 'atomic')$$, 'an empty array, atomic');

-- all or nothing
CREATE TABLE test.before AS SELECT test.rows();
SELECT test.fails_with(test.call(items, ', mode => ''atomic'''), state, message, detail, 'atomic: ' || description) FROM (VALUES
	(test.batch('t1.com', 'nope', 't2.com'), 'PT400', 'invalid request', '[{"ordinal": 2, "pointer": "/domain", "code": "invalid_domain"}]'::jsonb, 'an invalid one'),
	(test.batch('t1.com', 'acme.com'), 'PT409', 'company already exists', '[{"ordinal": 2, "pointer": "/domain", "code": "already_exists", "existing_id": 1}]', 'a company that is there'),
	(test.batch('t1.com', 't2.com', 'T1.com', 't1.com'), 'PT409', 'company already exists', '[{"ordinal": 3, "pointer": "/domain", "code": "already_exists", "duplicate_of": 1},
		{"ordinal": 4, "pointer": "/domain", "code": "already_exists", "duplicate_of": 1}]', 'duplicates of an earlier one'),
	(test.batch('acme.com', 't1.com') || '[{"domain": "t2.com", "name": null, "company_custom_fields": [{"field_name": "A", "field_value": []}]}]', 'PT400', 'invalid request',
		'[{"ordinal": 1, "pointer": "/domain", "code": "already_exists", "existing_id": 1}, {"ordinal": 3, "pointer": "/name", "code": "null_not_allowed"},
		{"ordinal": 3, "pointer": "/company_custom_fields/0/field_value", "code": "not_a_string"}]', '400 before 409, and the faults of all')) t(items, state, message, detail, description);
SELECT is(test.rows(), (SELECT rows FROM test.before), 'atomic: no fault left a row');
SELECT results_eq($$SELECT test.outcome(r.ordinal, r.status, r.company, r.errors) FROM revyops_create_companies(test.batch('t2.com', 't1.com'), mode => 'atomic') r$$,
	ARRAY['1 201 t2.com', '2 201 t1.com'], 'atomic: all of them');
SELECT is((SELECT count(*) FROM revyops.company WHERE domain IN ('t1.com', 't2.com')), 2::bigint, 'are there');

-- the call itself
CREATE TABLE test.before_calls AS SELECT test.rows();
SELECT test.fails_400('SELECT revyops_create_companies(NULL)', test.one('', 'not_an_array'), 'companies NULL');
SELECT test.fails_400(test.call(items::jsonb), test.one('', 'not_an_array'), 'no array: ' || items) FROM unnest(ARRAY['null', '{}', '7']) items;
SELECT test.fails_400('SELECT revyops_create_companies(''{}'', NULL, NULL)',
	'[{"parameter": "structure", "code": "invalid_structure"}, {"parameter": "mode", "code": "invalid_mode"}, {"pointer": "", "code": "not_an_array"}]', 'all faults of the arguments at once');
RESET revyops.client_id;
SELECT test.fails_code('SELECT revyops_create_companies(NULL, NULL, NULL)', 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');
SET LOCAL revyops.client_id = 1;
SELECT is(test.rows(), (SELECT rows FROM test.before_calls), 'no error left a row');
SELECT results_eq($$SELECT status FROM revyops_create_companies(test.batch('v1.com', 'v2.com', 'v3.com')) LIMIT 1$$, ARRAY[201], 'LIMIT 1');
SELECT is((SELECT count(*) FROM revyops.company WHERE domain LIKE 'v_.com'), 3::bigint, 'creates all of them');
SELECT results_eq($$SELECT b, ordinal, status FROM unnest(ARRAY['w1.com', 'w2.com', 'W1.com']) b, LATERAL revyops_create_companies(test.batch(b))$$,
	$$VALUES ('w1.com', 1, 201), ('w2.com', 1, 201), ('W1.com', 1, 409)$$, 'LATERAL: a batch for each row');

-- then contacts of them, in one statement
SELECT results_eq($$WITH made AS MATERIALIZED (SELECT company FROM revyops_create_companies(test.batch('x1.com', 'x2.com')))
	SELECT c.contact->>'email', c.contact->'company_id' = ids->(c.ordinal - 1) FROM (SELECT jsonb_agg(company->'id') AS ids,
			jsonb_agg(jsonb_build_object('email', 'a@' || (company->>'domain'), 'company_id', 'mail.' || (company->>'domain'))) AS list FROM made) l,
		LATERAL revyops_create_contacts(list) c$$,
	$$VALUES ('a@x1.com', true), ('a@x2.com', true)$$, 'companies, and contacts of them in the same statement');

-- ids
INSERT INTO revyops.company (client_id, id, domain) SELECT 1, last_value + i, format('copied%s.com', i) FROM revyops.company_id_seq, generate_series(1, 5) i;
SELECT results_eq($$SELECT test.outcomes(test.batch('y1.com', 'y2.com', 'y1.com', 'y3.com', 'copied1.com'))$$,
	ARRAY['1 201 y1.com', '2 201 y2.com', '3 409 /domain already_exists existing y1.com duplicate of 1', '4 201 y3.com', '5 409 /domain already_exists existing copied1.com'],
	'ids that are taken are passed over');

-- more than are worked on at once
CREATE TABLE test.many AS SELECT * FROM revyops_create_companies((SELECT jsonb_agg(jsonb_build_object('domain', CASE WHEN i % 5000 = 7 THEN 'many7.com' WHEN i = 10001 THEN 'acme.com' ELSE format('many%s.com', i) END) ORDER BY i)
	FROM generate_series(1, 10100) i)) WITH ORDINALITY t(ordinal, status, company, errors, n);
SELECT is((SELECT bool_and(ordinal = n) || ' ' || count(*) FILTER (WHERE status = 201) FROM test.many), 'true 10097', 'many: each in its place');
SELECT results_eq($$SELECT test.outcome(ordinal, status, NULL, errors) FROM test.many WHERE status <> 201 ORDER BY n$$,
	ARRAY['5007 409 /domain already_exists existing many7.com duplicate of 7', '10001 409 /domain already_exists existing acme.com', '10007 409 /domain already_exists existing many7.com duplicate of 7'],
	'many: duplicates of those that were created long before');
SELECT is((SELECT count(*) FROM test.many m JOIN revyops.company c ON c.client_id = 1 AND c.id = (m.company->>'id')::bigint AND c.domain = m.company->>'domain'), 10097::bigint, 'many: every answer has its row');

-- as a set: with the triggers a row is not inserted by the short way
CREATE FUNCTION test.trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.name = 'skipped' THEN RETURN NULL; END IF;
	IF NEW.name = 'refused' THEN RAISE 'refused'; END IF;
	NEW.name := 'trigger';
	RETURN NEW;
END
$$;
CREATE TRIGGER own BEFORE INSERT ON revyops.company FOR EACH ROW EXECUTE FUNCTION test.trigger();
SELECT results_eq($$SELECT test.outcomes(test.batch('ab.com', 'aa.com', 'AB.com', 'nope', 'acme.com', 'ac.com'))$$,
	ARRAY['1 201 ab.com', '2 201 aa.com', '3 409 /domain already_exists existing ab.com duplicate of 1', '4 400 /domain invalid_domain', '5 409 /domain already_exists existing acme.com', '6 201 ac.com'],
	'with a BEFORE ROW trigger');
SELECT is((SELECT string_agg(domain || ' ' || name, ', ' ORDER BY domain) FROM revyops.company WHERE domain ~ '^a[abc].com'), 'aa.com trigger, ab.com trigger, ac.com trigger', 'that changes each row');
SELECT is(test.try(test.call('[{"domain": "ad.com"}, {"domain": "ae.com", "name": "refused"}]')), '{"sqlstate": "P0001", "message": "refused", "detail": ""}', 'that raises');
SELECT is(test.try(test.call('[{"domain": "ad.com"}, {"domain": "ae.com", "name": "skipped"}]')),
	'{"sqlstate": "XX000", "message": "revyops: a company was not inserted, and its domain does not explain it", "detail": ""}', 'that skips a row');
SELECT is((SELECT count(*) FROM revyops.company WHERE domain IN ('ad.com', 'ae.com')), 0::bigint, 'and left no row');

SELECT * FROM finish();
ROLLBACK;
