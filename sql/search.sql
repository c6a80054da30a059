\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(166);
SELECT test.two_clients() \gset
-- 60 contacts of the caller, and one of another client.
INSERT INTO revyops.company (client_id, id, domain, name, company_status, custom_fields) VALUES (1, 1, 'acme.com', 'Acme', 'Lead', '[{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "x"}]'),
	(1, 2, 'xn--bcher-kva.example', 'Bücher 100%', '', '[]'), (1, 3, 'beta.co.uk', 'Beta_1', 'Won', '[{"id": 1, "field_name": "Industry", "field_value": "Roofing", "updated_time": "x"}]'), (2, 4, 'acme.com', 'Acme', '', '[]');
INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name, last_name, company_id, origin, contact_status, previous_status, status_changed_at, last_reply_received, custom_fields, updated_time)
	SELECT 1, i, CASE WHEN i % 10 <> 0 THEN format('c%s@acme.com', i) END, CASE WHEN i % 10 = 0 OR i % 7 = 0 THEN format('https://www.linkedin.com/in/c%s', i) END,
		(ARRAY['Jane', 'Joe', '', 'Zoë', 'o''Neil', '50%_\x'])[1 + i % 6], CASE WHEN i % 4 = 0 THEN '' ELSE 'Doe' || i % 5 END, CASE WHEN i % 3 > 0 THEN i % 3 END, 'web', (ARRAY['Active', 'Bounced', ''])[1 + i % 3],
		CASE WHEN i % 15 = 0 THEN '' WHEN i % 5 = 0 THEN 'Lead' END, CASE WHEN i % 5 = 0 THEN '2026-01-01 00:00+00'::timestamptz + i * interval '1 day' END, CASE WHEN i % 9 = 0 THEN '2026-03-01 12:00+00'::timestamptz - i * interval '1 hour' END,
		jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'Score', 'field_value', CASE WHEN i % 6 = 0 THEN 'n/a' ELSE (i * 1.5)::text END, 'updated_time', 'x'), jsonb_build_object('id', 100 + i, 'field_name', 'Since', 'field_value', to_char('2026-01-01'::date + i, 'YYYY-MM-DD'), 'updated_time', 'x'))
			|| CASE WHEN i % 2 = 0 THEN jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'Kind', 'field_value', (ARRAY['A', 'b', 'true'])[1 + i % 3], 'updated_time', 'x')) ELSE '[]' END
			|| CASE WHEN i % 20 = 0 THEN jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'Empty', 'field_value', '', 'updated_time', 'x')) ELSE '[]' END,
		'2026-05-01 00:00+00'::timestamptz + (i * 37 % 60) * interval '1 hour'
	FROM generate_series(1, 60) i;
INSERT INTO revyops.contact (client_id, id, email) VALUES (2, 61, 'c1@acme.com');

-- found expects the contacts that a condition on the table gives, in its order, in one page and in pages of seven, each going on from the one before
CREATE FUNCTION test.walk(query jsonb, size integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page json;
	ids text := '';
	n integer := 0;
	after text;
BEGIN
	LOOP
		page := revyops_search_contacts(query || jsonb_build_object('page_size', size) || CASE WHEN after IS NULL THEN '{}' ELSE jsonb_build_object('after', after) END);
		ids := concat_ws(' ', nullif(ids, ''), (SELECT string_agg(c->>'id', ' ' ORDER BY i) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, i)));
		n := n + 1;
		after := page->>'next';
		EXIT WHEN after IS NULL OR n > 20;
	END LOOP;
	RETURN format('%s in %s, %s %s %s', ids, n, page->'count', page->'count_exact', page->'complete');
END
$$;
CREATE FUNCTION test.found(query jsonb, rows text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ids text;
	n integer;
BEGIN
	EXECUTE format('SELECT coalesce(string_agg(id::text, '' '' ORDER BY n), ''''), count(*) FROM (SELECT id, row_number() OVER () AS n FROM (SELECT id FROM revyops.contact WHERE client_id = 1 AND %s) x) t', CASE WHEN rows ~ 'ORDER BY' THEN rows ELSE rows || ' ORDER BY id' END) INTO ids, n;
	RETURN public.is(concat_ws(E'\n', test.walk(query, 100), test.walk(query, 7)), concat_ws(E'\n', format('%s in 1, %s true true', ids, n), format('%s in %s, %s true true', ids, greatest((n + 6) / 7, 1), n)), query::text);
END
$$;
CREATE FUNCTION test.all_found() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT test.found(jsonb_build_object('filters', jsonb_build_array(filter::jsonb)), rows) FROM (VALUES
	('{"member": "email", "operator": "eq", "value": " C7@ACME.com "}', 'email = ''c7@acme.com'''), ('{"member": "email", "operator": "ne", "value": "c7@acme.com"}', 'email IS DISTINCT FROM ''c7@acme.com'''),
	('{"member": "email", "operator": "in", "value": ["c7@acme.com", "c60@acme.com", "C9@acme.com", "nobody@acme.com"]}', 'id IN (7, 9)'), ('{"member": "email", "operator": "exists", "value": false}', 'email IS NULL'), ('{"member": "email", "operator": "exists"}', 'email IS NOT NULL'),
	('{"member": "email", "operator": "starts_with", "value": "C1"}', 'email ~ ''^c1'''), ('{"member": "email", "operator": "contains", "value": "5@ac"}', 'email ~ ''5@ac'''), ('{"member": "email", "operator": "lt", "value": "c2"}', 'email < ''c2'''), ('{"member": "email", "operator": "ge", "value": "c58@acme.com"}', 'email >= ''c58@acme.com'''),
	('{"member": "linkedin_url", "operator": "eq", "value": "linkedin.com/in/C7/"}', 'id = 7'), ('{"member": "linkedin_url", "operator": "contains", "value": "/in/c4"}', 'linkedin_url ~ ''/in/c4'''),
	('{"member": "first_name", "operator": "eq", "value": "Jane"}', 'first_name = ''Jane'''), ('{"member": "first_name", "operator": "eq", "value": "jane"}', 'false'), ('{"member": "first_name", "operator": "eq", "value": ""}', 'first_name = '''''), ('{"member": "first_name", "operator": "exists"}', 'first_name <> '''''), ('{"member": "first_name", "operator": "exists", "value": false}', 'first_name = '''''),
	('{"member": "first_name", "operator": "contains", "value": "O"}', 'first_name ILIKE ''%o%'''), ('{"member": "first_name", "operator": "contains", "value": "%"}', 'first_name LIKE ''%\%%'''), ('{"member": "first_name", "operator": "contains", "value": "_\\"}', 'first_name LIKE ''50%'''), ('{"member": "first_name", "operator": "starts_with", "value": "zoË"}', 'first_name = ''Zoë'''), ('{"member": "first_name", "operator": "starts_with", "value": "o''"}', 'first_name LIKE ''o%'''),
	('{"member": "first_name", "operator": "in", "value": ["Joe", "Zoë"]}', 'first_name IN (''Joe'', ''Zoë'')'), ('{"member": "last_name", "operator": "gt", "value": "Doe3"}', 'last_name > ''Doe3'''), ('{"member": "last_name", "operator": "le", "value": "Doe1"}', 'last_name <= ''Doe1'''), ('{"member": "origin", "operator": "ne", "value": "web"}', 'false'), ('{"member": "contact_status", "operator": "eq", "value": "Active"}', 'contact_status = ''Active'''),
	('{"member": "previous_status", "operator": "exists"}', 'previous_status <> '''''), ('{"member": "previous_status", "operator": "exists", "value": false}', 'previous_status IS NULL OR previous_status = '''''), ('{"member": "previous_status", "operator": "ne", "value": "Lead"}', 'previous_status IS DISTINCT FROM ''Lead'''), ('{"custom_field": "Empty", "operator": "exists"}', 'id % 20 = 0'),
	('{"member": "company_id", "operator": "eq", "value": 1}', 'company_id = 1'), ('{"member": "company_id", "operator": "ne", "value": "1"}', 'company_id IS DISTINCT FROM 1'), ('{"member": "company_id", "operator": "in", "value": [1, 2]}', 'company_id IS NOT NULL'), ('{"member": "company_id", "operator": "exists", "value": false}', 'company_id IS NULL'), ('{"member": "company_id", "operator": "eq", "value": 4}', 'false'),
	('{"member": "id", "operator": "eq", "value": 61}', 'false'), ('{"member": "id", "operator": "in", "value": [5, "3", 61, 9]}', 'id IN (3, 5, 9)'), ('{"member": "id", "operator": "gt", "value": 55}', 'id > 55'), ('{"member": "id", "operator": "gt", "value": 0}', 'true'), ('{"member": "id", "operator": "le", "value": "0"}', 'false'), ('{"member": "id", "operator": "exists"}', 'true'),
	('{"member": "updated_time", "operator": "ge", "value": "2026-05-02T10:00:00Z"}', 'updated_time >= ''2026-05-02 10:00+00'''), ('{"member": "updated_time", "operator": "lt", "value": "2026-05-02"}', 'updated_time < ''2026-05-02 00:00+00'''), ('{"member": "updated_time", "operator": "eq", "value": "2026-05-02 12:00+02:00"}', 'updated_time = ''2026-05-02 10:00+00'''),
	('{"member": "updated_time", "operator": "in", "value": ["2026-05-02T10:00:00.000Z", "2026-05-02t09:00z"]}', 'updated_time IN (''2026-05-02 10:00+00'', ''2026-05-02 09:00+00'')'), ('{"member": "status_changed_at", "operator": "exists", "value": false}', 'status_changed_at IS NULL'), ('{"member": "last_reply_received", "operator": "gt", "value": "2026-02-28T00:00-0500"}', 'last_reply_received > ''2026-02-28 05:00+00'''), ('{"member": "first_campaign_email_sent", "operator": "exists"}', 'false'),
	('{"custom_field": "Kind", "operator": "eq", "value": "A"}', 'id % 6 = 0'), ('{"custom_field": "kind", "operator": "eq", "value": "A"}', 'false'), ('{"custom_field": "Kind", "operator": "eq", "value": true}', 'id % 2 = 0 AND id % 3 = 2'), ('{"custom_field": "Kind", "operator": "ne", "value": "A"}', 'id % 6 <> 0'), ('{"custom_field": "Kind", "operator": "in", "value": ["A", "b", "c"]}', 'id % 2 = 0 AND id % 3 < 2'), ('{"custom_field": "Kind", "operator": "exists", "value": false}', 'id % 2 = 1'), ('{"custom_field": "Kind", "operator": "exists"}', 'id % 2 = 0'),
	('{"custom_field": "Kind", "operator": "contains", "value": "B"}', 'id % 2 = 0 AND id % 3 = 1'), ('{"custom_field": "Score", "operator": "gt", "value": 80}', 'id % 6 <> 0 AND id * 1.5 > 80'), ('{"custom_field": "Score", "operator": "le", "value": 3e0}', 'id % 6 <> 0 AND id <= 2'), ('{"custom_field": "Score", "operator": "gt", "value": "80"}', '(SELECT f->>''field_value'' FROM jsonb_array_elements(custom_fields) f WHERE f->>''field_name'' = ''Score'') COLLATE "C" > ''80'''), ('{"custom_field": "Score", "operator": "eq", "value": 15.0}', 'id = 10'),
	('{"custom_field": "Since", "operator": "ge", "value": "2026-02-20"}', 'id >= 50'), ('{"any": [{"member": "id", "operator": "eq", "value": 3}, {"member": "email", "operator": "eq", "value": "c7@acme.com"}, {"custom_field": "Kind", "operator": "eq", "value": "A"}]}', 'id IN (3, 7) OR id % 6 = 0')) v(filter, rows) $$;
SELECT test.all_found();
SELECT test.found(query::jsonb, rows) FROM (VALUES
	('{}', 'true'), ('{"filters": [], "sort": null, "after": null, "count": "exact"}', 'true'), ('{"filters": null}', 'true'),
	('{"filters": [{"member": "company_id", "operator": "eq", "value": 2}, {"any": [{"member": "first_name", "operator": "eq", "value": "Joe"}, {"member": "last_name", "operator": "exists", "value": false}]}, {"member": "id", "operator": "lt", "value": 50}]}', 'company_id = 2 AND (first_name = ''Joe'' OR last_name = '''') AND id < 50'),
	('{"filters": [{"custom_field": "Kind", "operator": "eq", "value": "A"}, {"member": "id", "operator": "gt", "value": 20}]}', 'id % 6 = 0 AND id > 20')) v(query, rows);
-- every order, with and without an index; an empty text is no value
CREATE FUNCTION test.sorted() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT test.found(jsonb_build_object('sort', jsonb_build_object('member', m, 'direction', d), 'filters', f::jsonb), format('%s ORDER BY %s %s NULLS LAST, id%s', r, CASE WHEN m ~ 'name|origin|status$' THEN format('nullif(%I, '''')', m) ELSE m END, d, CASE WHEN m = 'id' THEN ' ' || d ELSE '' END))
	FROM unnest(ARRAY['id', 'email', 'linkedin_url', 'first_name', 'last_name', 'company_id', 'origin', 'contact_status', 'previous_status', 'status_changed_at', 'last_reply_received', 'first_campaign_email_sent', 'updated_time']) m, unnest(ARRAY['asc', 'desc']) d,
		(VALUES ('[]', 'true'), ('[{"custom_field": "Kind", "operator": "in", "value": ["A", "b"]}, {"member": "id", "operator": "gt", "value": 5}]', 'id % 2 = 0 AND id % 3 < 2 AND id > 5')) v(f, r) $$;
SELECT test.sorted();
SELECT test.found('{"sort": {"member": "last_name"}}', 'true ORDER BY nullif(last_name, ''''), id');

-- the whole of an answer
SELECT is(revyops_search_contacts('{"filters": [{"member": "id", "operator": "eq", "value": 5}], "structure": "FLAT"}')::jsonb, jsonb_build_object('next', NULL, 'count', 1, 'page_size', 100, 'count_exact', true, 'complete', true, 'results', jsonb_build_array(revyops_get_contact(5, 'FLAT'))), 'a page');
SELECT is(revyops_search_contacts('{"page_size": 1000}')::jsonb->'results'->0, revyops_get_contact(1), 'NESTED by itself');
SELECT is(revyops_search_companies(query)->'results' #>> '{}', (SELECT json_agg(revyops_get_company(id::bigint) ORDER BY n)::text FROM unnest(ids) WITH ORDINALITY t(id, n)), 'companies: ' || query::text) FROM (VALUES
	('{}'::jsonb, '{1,2,3}'::int[]), ('{"filters": [{"member": "domain", "operator": "eq", "value": "https://bücher.example/x"}]}', '{2}'), ('{"filters": [{"member": "name", "operator": "contains", "value": "0%"}]}', '{2}'), ('{"filters": [{"member": "name", "operator": "ne", "value": "Acme"}], "sort": {"member": "domain"}}', '{3,2}'),
	('{"filters": [{"custom_field": "Industry", "operator": "in", "value": ["SaaS", "Roofing"]}], "sort": {"member": "company_status", "direction": "desc"}}', '{3,1}'), ('{"sort": {"member": "company_status"}}', '{1,3,2}'), ('{"sort": {"member": "name", "direction": "desc"}}', '{2,3,1}'), ('{"filters": [{"member": "domain", "operator": "starts_with", "value": "ACME"}]}', '{1}')) v(query, ids);
SELECT is(revyops_search_companies('{"filters": [{"member": "id", "operator": "eq", "value": 4}]}')->>'count', '0', 'another client''s company');

-- what is wrong, all of it
SELECT test.fails_400(format('SELECT revyops_search_contacts(%L)', query), detail::jsonb, coalesce(left(query, 120), 'NULL')) FROM (VALUES
	(NULL, '[{"pointer": "", "code": "not_an_object"}]'), ('[]', '[{"pointer": "", "code": "not_an_object"}]'), ('"x"', '[{"pointer": "", "code": "not_an_object"}]'),
	('{"filter": [], "page": 1, "sort": {"by": "id"}}', '[{"pointer": "/page", "code": "unknown_member", "nearest": []}, {"pointer": "/filter", "code": "unknown_member", "nearest": ["filters"]}, {"pointer": "/sort/by", "code": "unknown_member", "nearest": []}, {"pointer": "/sort/member", "code": "required"}]'),
	('{"filters": "[{\"member\": \"email\"}]"}', '[{"pointer": "/filters", "code": "json_in_string"}]'),
	('{"filters": {}, "sort": [], "page_size": 0, "after": 7, "count": "all", "structure": "x"}', '[{"pointer": "/filters", "code": "not_an_array"}, {"pointer": "/sort", "code": "not_an_object"}, {"pointer": "/page_size", "code": "invalid_number"}, {"pointer": "/after", "code": "not_a_string"}, {"pointer": "/count", "code": "invalid_option", "allowed": ["exact"]}, {"pointer": "/structure", "code": "invalid_structure"}]'),
	('{"sort": {"member": "emial", "direction": "up"}, "structure": null}', '[{"pointer": "/sort/member", "code": "unknown_member", "nearest": ["email"]}, {"pointer": "/structure", "code": "invalid_structure"}]'), ('{"sort": {"member": "email", "direction": "up"}}', '[{"pointer": "/sort/direction", "code": "invalid_option", "allowed": ["asc", "desc"]}]'), ('{"sort": {"member": "contact_custom_fields"}}', '[{"pointer": "/sort/member", "code": "unknown_member", "nearest": []}]'),
	('{"filters": ["x", {}, {"member": "emial", "operator": "eq", "value": 1}, {"member": 7, "operator": "eq"}, {"member": "email", "operator": "like", "value": "x"}, {"member": "email"}, {"member": "email", "operator": null}]}',
		'[{"pointer": "/filters/0", "code": "not_an_object"}, {"pointer": "/filters/1/member", "code": "required"}, {"pointer": "/filters/2/member", "code": "unknown_member", "nearest": ["email"]}, {"pointer": "/filters/3/member", "code": "not_a_string"}, {"pointer": "/filters/4/operator", "code": "invalid_operator", "allowed": ["eq", "ne", "in", "contains", "starts_with", "lt", "le", "gt", "ge", "exists"]}, {"pointer": "/filters/5/operator", "code": "required"}, {"pointer": "/filters/6/operator", "code": "null_not_allowed"}]'),
	('{"filters": [{"member": "id", "operator": "contains", "value": "1"}, {"member": "updated_time", "operator": "starts_with", "value": "2026"}]}', '[{"pointer": "/filters/0/operator", "code": "invalid_operator", "allowed": ["eq", "ne", "in", "lt", "le", "gt", "ge", "exists"]}, {"pointer": "/filters/1/operator", "code": "invalid_operator", "allowed": ["eq", "ne", "in", "lt", "le", "gt", "ge", "exists"]}]'),
	('{"filters": [{"member": "first_name", "operator": "eq"}, {"member": "first_name", "operator": "eq", "value": null}, {"member": "first_name", "operator": "eq", "value": 1}, {"member": "first_name", "operator": "contains", "value": " "}, {"member": "first_name", "operator": "in", "value": "Jane"}, {"member": "first_name", "operator": "in", "value": []}, {"member": "first_name", "operator": "in", "value": ["x", 1, null]}, {"member": "first_name", "operator": "exists", "value": "yes"}]}',
		'[{"pointer": "/filters/0/value", "code": "required"}, {"pointer": "/filters/1/value", "code": "null_not_allowed"}, {"pointer": "/filters/2/value", "code": "not_a_string"}, {"pointer": "/filters/3/value", "code": "required"}, {"pointer": "/filters/4/value", "code": "not_an_array"}, {"pointer": "/filters/5/value", "code": "required"}, {"pointer": "/filters/6/value/1", "code": "not_a_string"}, {"pointer": "/filters/6/value/2", "code": "null_not_allowed"}, {"pointer": "/filters/7/value", "code": "not_a_boolean"}]'),
	('{"filters": [{"member": "email", "operator": "eq", "value": "jane"}, {"member": "email", "operator": "eq", "value": ""}, {"member": "linkedin_url", "operator": "in", "value": ["linkedin.com/company/x"]}, {"member": "company_id", "operator": "eq", "value": "acme.com"}, {"member": "id", "operator": "eq", "value": 1.5}, {"member": "id", "operator": "in", "value": [1, 0, [1]]}, {"member": "updated_time", "operator": "gt", "value": 7}]}',
		'[{"pointer": "/filters/0/value", "code": "invalid_email"}, {"pointer": "/filters/1/value", "code": "required"}, {"pointer": "/filters/2/value/0", "code": "invalid_linkedin_url"}, {"pointer": "/filters/3/value", "code": "invalid_number"}, {"pointer": "/filters/4/value", "code": "invalid_number"}, {"pointer": "/filters/5/value/1", "code": "invalid_number"}, {"pointer": "/filters/5/value/2", "code": "invalid_number"}, {"pointer": "/filters/6/value", "code": "invalid_time"}]'),
	('{"filters": [{"custom_field": "", "operator": "eq", "value": "x"}, {"custom_field": null, "operator": "eq", "value": "x"}, {"custom_field": "a", "member": "email", "operator": "eq", "value": "x"}, {"custom_field": "a", "operator": "eq", "value": {}}, {"custom_field": "a", "operator": "eq", "value": 1e3000}, {"custom_field": "a\u0001", "operator": "exists"}]}',
		'[{"pointer": "/filters/0/custom_field", "code": "required"}, {"pointer": "/filters/1/custom_field", "code": "null_not_allowed"}, {"pointer": "/filters/2/member", "code": "ambiguous_condition"}, {"pointer": "/filters/3/value", "code": "not_a_string"}, {"pointer": "/filters/4/value", "code": "too_long", "limit": 2500, "actual": 3001}, {"pointer": "/filters/5/custom_field", "code": "control_character"}]'),
	('{"filters": [{"any": []}, {"any": {}}, {"any": [{"any": []}]}, {"any": [{"member": "email", "operator": "exists"}], "or": []}, {"any": ["x"]}, {"member": "email", "operator": "exists", "valeu": true}]}',
		'[{"pointer": "/filters/0/any", "code": "required"}, {"pointer": "/filters/1/any", "code": "not_an_array"}, {"pointer": "/filters/2/any/0/any", "code": "too_deep"}, {"pointer": "/filters/3/or", "code": "unknown_member", "nearest": []}, {"pointer": "/filters/4/any/0", "code": "not_an_object"}, {"pointer": "/filters/5/valeu", "code": "unknown_member", "nearest": ["value"]}]'),
	((SELECT jsonb_build_object('filters', jsonb_agg('{"member": "id", "operator": "exists"}'::jsonb))::text FROM generate_series(1, 51)), '[{"pointer": "/filters", "code": "too_many", "limit": 50, "actual": 51}]'),
	((SELECT jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('any', jsonb_agg('{"member": "id", "operator": "exists"}'::jsonb)), '{}'::jsonb))::text FROM generate_series(1, 50)), '[{"pointer": "/filters", "code": "too_many", "limit": 50, "actual": 51}]'),
	((SELECT jsonb_build_object('filters', jsonb_build_array('{"member": "id", "operator": "eq", "value": 1}'::jsonb, jsonb_build_object('member', 'id', 'operator', 'in', 'value', jsonb_agg(i))))::text FROM generate_series(1, 500) i), '[{"pointer": "/filters/1/value", "code": "too_many", "limit": 500, "actual": 501}]'),
	(jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('member', 'origin', 'operator', 'eq', 'value', repeat('ä', 2501))))::text, '[{"pointer": "/filters/0/value", "code": "too_long", "limit": 2500, "actual": 2501}]')) v(query, detail);
SELECT is((SELECT array_agg(wrong) FROM unnest(ARRAY['', 'x', '2026', '2026-02-30', '2026-13-01', '2026-01-01T', '2026-01-01T10:00', '2026-01-01T10Z', '2026-01-01T24:00Z', '2026-01-01T10:60Z', '2026-01-01T10:00:60Z', '2026-01-01T10:00:00.Z', '2026-01-01T10:00:00.1234567890Z', '2026-01-01T10:00+16', '2026-01-01T10:00+1', '2026-01-01T10:00+01:6', '2026-01-01T10:00+01:60',
	'2026-01-01T10:00ZZ', '2026-01-01 10:00 Z', '0000-01-01', '-2026-01-01', '20260101', 'now', 'infinity', '2026-1-1']) wrong
	WHERE test.try(format('SELECT revyops_search_contacts(%L)', jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('member', 'updated_time', 'operator', 'eq', 'value', wrong)))))->>'detail' IS DISTINCT FROM '[{"pointer":"/filters/0/value","code":"invalid_time","message":"Expected a time such as 2026-11-25T09:30:00Z, or a day such as 2026-11-25."}]'), NULL::text[], 'what is no time');
SELECT is((SELECT array_agg(t.value) FROM (VALUES ('0001-01-01', '0001-01-01 00:00+00'::timestamptz), ('9999-12-31T23:59:59.999999-15:59', '10000-01-01 15:58:59.999999+00'), ('2024-02-29t00:00:00,5z', '2024-02-29 00:00:00.5+00'), ('2026-01-01T10:00:00.1234567Z', '2026-01-01 10:00:00.123456+00'), ('2026-01-01 10:00+0130', '2026-01-01 08:30+00'), ('2026-01-01T10:00-07', '2026-01-01 17:00+00')) t(value, expected),
	LATERAL (SELECT revyops_search_contacts(jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('member', 'status_changed_at', 'operator', o, 'value', value))))->>'count' = CASE (SELECT count(*) FROM revyops.contact WHERE client_id = 1 AND CASE o WHEN 'lt' THEN status_changed_at < expected ELSE status_changed_at >= expected END) WHEN 0 THEN '0' ELSE '12' END FROM unnest(ARRAY['lt', 'ge']) o) x(right_count) WHERE NOT right_count), NULL::text[], 'what is one');

-- cursors: for the same conditions and order, whoever asks
SELECT revyops_search_contacts('{"page_size": 2, "sort": {"member": "last_name"}}')->>'next' AS next, revyops_list_contacts(page_size => 2)->>'next' AS list, revyops_search_contacts('{"page_size": 2}')->>'next' AS by_id \gset
SELECT is(revyops_search_contacts(jsonb_build_object('page_size', 3, 'structure', 'FLAT', 'sort', '{"member": "last_name"}'::jsonb, 'after', :'next'))->'results'->0->>'id', '15', 'size and structure may change');
SELECT test.fails_400(format('SELECT revyops_search_%s(%L)', f, q::jsonb || jsonb_build_object('after', c)), '[{"pointer": "/after", "code": "invalid_cursor"}]', d) FROM (VALUES ('contacts', '{"sort": {"member": "first_name"}}', :'next', 'another order'), ('contacts', '{"sort": {"member": "last_name", "direction": "desc"}}', :'next', 'the other way round'),
	('contacts', '{}', :'list', 'that of a list'), ('companies', '{}', :'by_id', 'of companies'), ('contacts', '{"filters": [{"member": "id", "operator": "exists"}]}', :'by_id', 'other conditions'), ('contacts', '{}', '', 'empty'), ('contacts', '{}', repeat('A', 84), 'made up'), ('contacts', '{}', repeat('A', 20000), 'long'), ('contacts', '{}', :'by_id' || 'AAAA', 'longer')) v(f, q, c, d);
SELECT test.fails_400(format('SELECT revyops_list_contacts(after => %L)', :'by_id'), '[{"parameter": "after", "code": "invalid_cursor"}]', 'a list takes none of a search');
SET LOCAL revyops.client_id = 2;
SELECT test.fails_400(format('SELECT revyops_search_contacts(%L)', jsonb_build_object('after', :'by_id')), '[{"pointer": "/after", "code": "invalid_cursor"}]', 'another client''s');
SELECT is(revyops_search_contacts('{}')->'results'->0->>'id', '61', 'who has another contact');
RESET revyops.client_id;
SELECT test.fails_with('SELECT revyops_search_contacts(''{}'')', 'PT403', 'missing or invalid credentials', '[{"parameter": "X-API-Key", "code": "missing_credentials"}]', 'nobody');
SELECT * FROM finish();
ROLLBACK;
