\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(42);
SELECT test.two_clients() \gset

CREATE FUNCTION test.create(company text) RETURNS text
	LANGUAGE sql AS $$ SELECT format('SELECT public.revyops_create_company(%L)', company) $$;
CREATE FUNCTION test.fields(list jsonb) RETURNS text
	LANGUAGE sql AS $$ SELECT test.create(jsonb_build_object('domain', 'f.com', 'company_custom_fields', list)::text) $$;

-- whole answers
SELECT is(test.settled(revyops_create_company('{"domain": "https://www.ACME.com/about", "name": " Acme ", "company_status": "Active",
		"company_custom_fields": [{"field_name": "Size", "field_value": 50}, {"field_name": "Area", "field_value": "EU"}]}')),
	(jsonb '{"id": 1, "domain": "acme.com", "name": "Acme", "company_status": "Active", "previous_status": null,
		"status_changed_at": null, "updated_time": "TIME",
		"company_custom_fields": [{"id": 1, "field_name": "Size", "field_value": "50", "updated_time": "TIME"},
			{"id": 2, "field_name": "Area", "field_value": "EU", "updated_time": "TIME"}]}')::text, 'NESTED is the default');
SELECT is(test.settled(revyops_create_company('{"domain": "bücher.example", "company_custom_fields": [{"field_name": "Size", "field_value": "50"}]}', 'FLAT')),
	(jsonb '{"id": 2, "domain": "xn--bcher-kva.example", "name": "", "company_status": "", "previous_status": null,
		"status_changed_at": null, "updated_time": "TIME", "company_custom_fields": {"Size": "50"}}')::text, 'FLAT');
SELECT is(revyops_create_company('{"domain": "three.com"}', 'FLAT')->'company_custom_fields', '{}', 'FLAT without custom fields');
SELECT is(revyops_create_company(structure => 'NESTED', company => '{"domain": "four.com", "id": 77, "previous_status": "x", "colour": "blue"}') - 'updated_time',
	'{"id": 4, "domain": "four.com", "name": "", "company_status": "", "previous_status": null, "status_changed_at": null, "company_custom_fields": []}',
	'arguments by name; read-only and unknown members are ignored');
SELECT matches(revyops_create_company('{"domain": "time.com"}')->>'updated_time', '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$', 'updated_time');
SELECT row_eq('SELECT client_id, domain, name, company_status, previous_status, status_changed_at, updated_time FROM revyops.company WHERE id = 1',
	ROW(1, 'acme.com'::text COLLATE "C", 'Acme'::text, 'Active'::text, NULL::text, NULL::timestamptz, now()), 'the row');
SELECT revyops_create_company('{"domain": "mail.acme.com"}')->'id' AS sub \gset
SELECT is(:sub, 6, 'a sub-domain is a domain of its own');
SET LOCAL revyops.client_id = 2;
SELECT is(revyops_create_company('{"domain": "acme.com"}')->>'domain', 'acme.com', 'another client may have the same domain');
SET LOCAL revyops.client_id = 1;
SELECT is(revyops_create_company('{"domain": "github.io"}')->>'domain', 'github.io', 'a suffix that is some company''s own');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "a@b.co", "company_id": "acme.github.io"}')$$, 'PT404', 'company not found', test.one('/company_id', 'not_found'), 'which is no parent of its customers'' names');
CREATE TABLE test.before AS SELECT test.rows();

-- arguments
SELECT test.fails_400('SELECT revyops_create_company(NULL)', test.one('', 'not_an_object'), 'company NULL');
SELECT test.fails_400(test.create('[{"domain": "f.com"}]'), test.one('', 'not_an_object'), 'an array');
SELECT test.fails_400(test.create('null'), test.one('', 'not_an_object'), 'JSON null');
SELECT test.fails_code(format('SELECT revyops_create_company(%L, %L)', '{"domain": "f.com"}', s), 'PT400', 'invalid request', 'invalid_structure', 'structure ' || coalesce(s, 'NULL'))
FROM unnest(ARRAY[NULL, 'flat']) s;

-- the domain
SELECT test.fails_400(test.create(b), test.one('/domain', 'required'), 'no domain: ' || b)
FROM unnest(ARRAY['{}', '{"domain": ""}', '{"domain": " \t"}', '{"domain": "\u3000"}']) b;
SELECT test.fails_400(test.create('{"domain": 7}'), test.one('/domain', 'not_a_string'), 'domain a number');
SELECT test.fails_400(test.create(format('{"domain": "%s"}', d)), test.one('/domain', 'invalid_domain'), 'domain ' || left(d, 20))
FROM unnest(ARRAY['acme', 'co.uk', 'ac me.com', '10.0.0.1']) d;
SELECT test.fails_400(test.create(jsonb_build_object('domain', repeat('a', 1048576))::text), test.one('/domain', 'invalid_domain'), 'domain of 1 MiB');

-- the other strings
SELECT test.fails_400(test.create(format('{"domain": "f.com", "%s": null}', m)), test.one('/' || m, 'null_not_allowed'), m || ' null')
FROM unnest(ARRAY['name', 'company_status']) m;
SELECT test.fails_400(test.create(format('{"domain": "f.com", "%s": "%s"}', m, repeat('é', 256))),
	jsonb_build_array(jsonb_build_object('pointer', '/' || m, 'code', 'too_long', 'limit', 255, 'actual', 256)), m || ' of 256 characters')
FROM unnest(ARRAY['name', 'company_status']) m;
SELECT test.fails_400(test.create('{"domain": "f.com", "name": "a\u0001b"}'), test.one('/name', 'control_character'), 'control character');

-- custom fields
SELECT test.fails_400(test.fields('true'), test.one('/company_custom_fields', 'not_an_array'), 'custom fields a boolean');
SELECT test.fails_400(test.fields('[{"field_name": "A", "field_value": "1"}, {"field_name": "A", "field_value": "1"}]'),
	test.one('/company_custom_fields/1/field_name', 'duplicate'), 'custom field named twice');
SELECT test.fails_400(test.fields((SELECT jsonb_agg(jsonb_build_object('field_name', i, 'field_value', '')) FROM generate_series(1, 1001) i)),
	'[{"pointer": "/company_custom_fields", "code": "too_many", "limit": 1000, "actual": 1001}]', '1,001 custom fields');
SELECT test.fails_400(test.create('{"company_custom_fields": [{"field_value": "x"}], "company_status": 1, "name": 1, "domain": "x"}'),
	test.one('/domain', 'invalid_domain') || test.one('/name', 'not_a_string') || test.one('/company_status', 'not_a_string')
	|| test.one('/company_custom_fields/0/field_name', 'required'), 'all faults at once');

-- taken
SELECT test.fails_with(test.create(format('{"domain": "%s"}', d)), 'PT409', 'company already exists',
	'[{"pointer": "/domain", "code": "already_exists", "existing_id": 1}]', 'taken: ' || d)
FROM unnest(ARRAY['acme.com', ' WWW.ACME.COM. ', 'http://acme.com:80/x', 'jane@acme.com']) d;
SELECT test.fails_with(test.create('{"domain": "BÜCHER.example"}'), 'PT409', 'company already exists',
	'[{"pointer": "/domain", "code": "already_exists", "existing_id": 2}]', 'taken: another form of an A-label');
SELECT test.fails_400(test.create('{"domain": "acme.com", "name": 7}'), test.one('/name', 'not_a_string'), '400 before 409');
RESET revyops.client_id;
SELECT test.fails_code(test.create('{"domain": "co.uk"}'), 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');
SELECT is(test.rows(), (SELECT rows FROM test.before), 'no error left a row');

SELECT * FROM finish();
ROLLBACK;
