\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Companies upserted, one and many: by their domain, with what a change has.
SELECT plan(35);
SELECT test.two_clients() \gset hidden_
CREATE FUNCTION test.shown(company jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', company->>'id', company->>'domain', quote_literal(company->>'name'), quote_literal(company->>'company_status'), quote_nullable(company->>'previous_status'),
		(SELECT string_agg(concat_ws('=', f->>'field_name', f->>'field_value'), ',') FROM jsonb_array_elements(company->'company_custom_fields') f), company->>'created') $$;
CREATE FUNCTION test.one(company text) RETURNS text LANGUAGE sql AS $$ SELECT test.shown(public.revyops_upsert_company(company::jsonb)) $$;
CREATE FUNCTION test.many(companies text, mode text DEFAULT 'partial') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', status, (SELECT string_agg(concat_ws(' ', e->>'pointer', e->>'code'), ', ') FROM jsonb_array_elements(errors) e), test.shown(company)), E'\n' ORDER BY ordinal) FROM public.revyops_upsert_companies(companies::jsonb, 'NESTED', mode) $$;

-- ---- one
SELECT is(test.one('{"domain": "acme.com", "name": "Acme", "company_custom_fields": [{"field_name": "a", "field_value": "1"}]}'), '1 acme.com ''Acme'' '''' NULL a=1 true', 'a new one');
SELECT is(test.one('{"domain": "https://www.ACME.com/x", "company_status": "Lead", "company_custom_fields": [{"field_name": "b", "field_value": 2}]}'), '1 acme.com ''Acme'' ''Lead'' '''' a=1,b=2 false', 'one that is there, by any spelling: what is not given stays');
SELECT is(test.one('{"domain": "acme.com", "name": "", "company_custom_fields": [{"field_name": "a", "field_value": null}]}'), '1 acme.com '''' ''Lead'' '''' b=2 false', 'a blank is given, a null field goes');
SELECT is((revyops_upsert_company('{"domain": "acme.com"}', 'FLAT'))->'company_custom_fields', '{"b": "2"}', 'FLAT');
SELECT is(test.settled(revyops_upsert_company('{"domain": "acme.com"}') - 'created'), test.settled(revyops_get_company(1)), 'nothing to change');
SELECT is((SELECT max(id) FROM revyops.company), 1::bigint, 'costs no id');
SELECT set_config('revyops.client_id', '2', true) \g /dev/null
SELECT is(test.one('{"domain": "acme.com"}'), '2 acme.com '''' '''' NULL true', 'another client''s is another');
SELECT set_config('revyops.client_id', '1', true) \g /dev/null
SELECT test.fails_400(format('SELECT public.revyops_upsert_company(%L)', body), detail::jsonb, coalesce(body, 'NULL')) FROM (VALUES
	(NULL, '[{"pointer": "", "code": "not_an_object"}]'), ('[]', '[{"pointer": "", "code": "not_an_object"}]'), ('{}', '[{"pointer": "/domain", "code": "required"}]'), ('{"domain": null}', '[{"pointer": "/domain", "code": "required"}]'), ('{"domain": " "}', '[{"pointer": "/domain", "code": "required"}]'),
	('{"domain": "co.uk", "name": 7, "company_custom_fields": [{"field_name": ""}]}', '[{"pointer": "/domain", "code": "invalid_domain"}, {"pointer": "/name", "code": "not_a_string"}, {"pointer": "/company_custom_fields/0/field_name", "code": "required"}, {"pointer": "/company_custom_fields/0/field_value", "code": "required"}]')) t(body, detail);
SELECT test.fails_400($$SELECT public.revyops_upsert_company('{"domain": "x"}', 'flat')$$, '[{"parameter": "structure", "code": "invalid_structure"}, {"pointer": "/domain", "code": "invalid_domain"}]', 'structure');
SELECT test.fails_400(format('SELECT public.revyops_upsert_company(%L)', jsonb_build_object('domain', domain, 'company_custom_fields', (SELECT jsonb_agg(jsonb_build_object('field_name', 'n' || n, 'field_value', '1')) FROM generate_series(1, 1000) n))), '[{"pointer": "/company_custom_fields", "code": "too_many", "limit": 1000, "actual": 1001}]', 'too many fields with those that are there') FROM (VALUES ('acme.com')) t(domain);
SELECT is(test.settled(revyops_get_company(1) - 'updated_time'), test.settled(revyops_upsert_company('{"domain": "acme.com"}') - 'created' - 'updated_time'), 'nothing is written');
SET LOCAL revyops.handling = 'strict';
SELECT test.fails_400($$SELECT public.revyops_upsert_company('{"domain": "new.com", "nmae": "x"}')$$, '[{"pointer": "/nmae", "code": "unknown_member", "nearest": ["name"]}]', 'strict');
RESET revyops.handling;

-- ---- many
SELECT is(test.many('[{"domain": "acme.com", "name": "Acme"}, {"domain": "beta.com"}, {"domain": "x"}, {"domain": "beta.com", "name": "Beta", "company_custom_fields": [{"field_name": "a", "field_value": "1"}]}, {"domain": "acme.com", "company_status": "Won"}, {"domain": "beta.com", "company_custom_fields": [{"field_name": "a", "field_value": "2"}]}]'),
	E'200 1 acme.com ''Acme'' ''Lead'' '''' b=2\n201 3 beta.com '''' '''' NULL\n400 /domain invalid_domain NULL\n200 3 beta.com ''Beta'' '''' NULL a=1\n200 1 acme.com ''Acme'' ''Won'' ''Lead'' b=2\n200 3 beta.com ''Beta'' '''' NULL a=2', 'each is shown as it leaves its company');
SELECT is(string_agg(test.shown(revyops_get_company(id)), E'\n' ORDER BY id), E'1 acme.com ''Acme'' ''Won'' ''Lead'' b=2\n3 beta.com ''Beta'' '''' NULL a=2', 'which are as the last of them left them') FROM revyops.company WHERE client_id = 1;
SELECT is(test.many('[]'), NULL, 'none');
SELECT is(test.many('[{"domain": "acme.com"}, {"domain": "beta.com"}]'), E'200 1 acme.com ''Acme'' ''Won'' ''Lead'' b=2\n200 3 beta.com ''Beta'' '''' NULL a=2', 'nothing to change');
SELECT test.fails_400($$SELECT public.revyops_upsert_companies('[{"domain": "gamma.com"}, {"domain": "x"}, null]', 'NESTED', 'atomic')$$, '[{"ordinal": 2, "pointer": "/domain", "code": "invalid_domain"}, {"ordinal": 3, "pointer": "", "code": "not_an_object"}]', 'atomic: all or nothing');
SELECT is(test.many('[{"domain": "gamma.com"}, {"domain": "acme.com", "name": "A"}]', 'atomic'), E'201 5 gamma.com '''' '''' NULL\n200 1 acme.com ''A'' ''Won'' ''Lead'' b=2', 'atomic, and all is well');
SELECT test.fails_400(format('SELECT public.revyops_upsert_companies(%L, %L, %L)', items, structure, mode), detail::jsonb, 'arguments') FROM (VALUES ('{}', 'flat', 'x', '[{"parameter": "structure", "code": "invalid_structure"}, {"parameter": "mode", "code": "invalid_mode"}, {"pointer": "", "code": "not_an_array"}]'), (NULL, 'NESTED', 'partial', '[{"pointer": "", "code": "not_an_array"}]')) t(items, structure, mode, detail);
SELECT is((SELECT count(*) FILTER (WHERE status = 201) || ' ' || count(*) FILTER (WHERE status = 200) FROM revyops_upsert_companies((SELECT jsonb_agg(jsonb_build_object('domain', format('d%s.com', n % 1500), 'name', n::text)) FROM generate_series(1, 4500) n))), '1500 3000', 'a large batch');
SELECT is(count(*) || ' ' || count(DISTINCT domain) || ' ' || bool_and(name::int > 3000), '1500 1500 true', 'the last one counts') FROM revyops.company WHERE domain LIKE 'd%.com';
SELECT is((SELECT string_agg(concat_ws(' ', status, company->>'company_status', company->>'previous_status', company->>'status_changed_at' IS NOT NULL), ', ' ORDER BY ordinal)
	FROM revyops_upsert_companies('[{"domain": "status.com", "company_status": "Lead"}, {"domain": "status.com", "company_status": "Won"}]')), '201 Lead f, 200 Won Lead t', 'a status that changes in the call that made the company');
SELECT is((SELECT concat_ws(' ', company_status, previous_status, status_changed_at IS NOT NULL) FROM revyops.company WHERE domain = 'status.com'), 'Won Lead t', 'is stored as it is told');
SELECT set_config('revyops.client_id', '0', true) \g /dev/null
SELECT test.fails_code($$SELECT public.revyops_upsert_companies(NULL, NULL, NULL)$$, 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');
SELECT test.fails_code($$SELECT public.revyops_upsert_company(NULL, NULL)$$, 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400, one');

-- ---- over HTTP
SELECT revyops_create_api_key(1, 'x') AS key \gset
CREATE FUNCTION test.http(method text, path text, key text, content text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', a.status, substring(a.headers FROM 'Location: ([^\n]*)'), b->'errors'->0->>'code', b->'summary', b->'results'->0->>'status', b->'results'->0->'company'->>'domain', b->>'domain', b->>'created')
	FROM revyops_http.handle_shared(method, path, '', E'Content-Type: application/json\nX-API-Key: ' || key, convert_to(content, 'UTF8')) s, revyops_http.handle(method, path, '', E'Content-Type: application/json\nX-API-Key: ' || key, convert_to(content, 'UTF8')) a, LATERAL (SELECT a.body::jsonb) j(b) WHERE s.status IN (0, 201, 200, 400) $$;
SELECT is(a.status || ' ' || substring(a.headers FROM 'Location: ([^\n]*)'), '201 /public/v2/companies/1507', 'PUT: a new one') FROM revyops_http.handle('PUT', '/public/v2/companies', '', E'Content-Type: application/json\nX-API-Key: ' || :'key', '{"domain": "put.com"}') a;
SELECT is(test.http('PUT', '/public/v2/companies', :'key', '{"domain": "put.com", "name": "Put"}'), '200 put.com false', 'PUT: one that is there, alone and shared');
SELECT is(test.http('PUT', '/public/v2/companies', :'key', '{"domain": "x"}'), '400 invalid_domain', 'PUT: a fault');
SELECT is(test.http('PUT', '/public/v2/companies/batch', :'key', '{"companies": [{"domain": "put.com"}, {"domain": "batch.com"}, {"domain": "x"}]}'), '200 {"total": 3, "failed": 1, "created": 1, "updated": 1} 200 put.com', 'PUT: a batch');

SELECT * FROM finish();
ROLLBACK;
