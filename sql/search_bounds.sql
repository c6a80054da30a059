\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- How far a search looks, which index it takes, and what it counts.
SELECT plan(66);
SELECT test.two_clients() \gset
-- 120,001 contacts of the caller; the last has a name of its own, every 20,000th is Rare, every third Third, all but the last are of company 1 or 2.
INSERT INTO revyops.company (client_id, id, domain) VALUES (1, 1, 'acme.com'), (1, 2, 'beta.com');
ALTER TABLE revyops.contact DISABLE TRIGGER ALL;		-- the companies are there
INSERT INTO revyops.contact (client_id, id, email, first_name, last_name, company_id, custom_fields)
	SELECT 1, i, format('c%s@acme.com', i), CASE i WHEN 120001 THEN 'Last' ELSE 'Jane' END, CASE i % 20000 WHEN 0 THEN 'Rare' WHEN 1 THEN 'Ra' ELSE 'Doe' END, CASE WHEN i <= 110000 THEN 1 WHEN i <= 120000 THEN 2 END,
		CASE i % 3 WHEN 0 THEN '[{"id": 1, "field_name": "Third", "field_value": "x", "updated_time": "x"}]' WHEN 1 THEN format('[{"id": 1, "field_name": "Third", "field_value": "%s", "updated_time": "x"}]', i % 100)::jsonb ELSE '[]' END
	FROM generate_series(1, 120001) i;
ALTER TABLE revyops.contact ENABLE TRIGGER ALL;
ANALYZE revyops.contact;

-- told is a page in short: which ids, the count, and what leads on; and how many scans of an index it took
CREATE FUNCTION test.told(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s: %s %s%s', coalesce((SELECT string_agg(c->>'id', ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n)), '-'), CASE page->>'count_exact' WHEN 'true' THEN '' ELSE '<= ' END || (page->>'count'), CASE page->>'complete' WHEN 'true' THEN 'complete' ELSE 'incomplete' END, CASE WHEN page->>'next' IS NULL THEN ', end' ELSE '' END) $$;
CREATE FUNCTION test.search(query jsonb) RETURNS text LANGUAGE sql AS $$ SELECT test.told(revyops_search_contacts(query)) $$;
CREATE FUNCTION test.after(query jsonb) RETURNS text LANGUAGE sql AS $$ SELECT test.search(query || jsonb_build_object('after', revyops_search_contacts(query)->>'next')) $$;
CREATE FUNCTION test.scans(query jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before jsonb;
	now jsonb;
BEGIN
	SELECT jsonb_object_agg(relname, pg_stat_get_xact_numscans(oid)) INTO before FROM pg_class WHERE relname LIKE 'contact\_%' AND relkind = 'i';
	PERFORM revyops_search_contacts(query);
	SELECT jsonb_object_agg(relname, pg_stat_get_xact_numscans(oid)) INTO now FROM pg_class WHERE relname LIKE 'contact\_%' AND relkind = 'i';
	RETURN (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_each(now) WHERE value IS DISTINCT FROM before->key);
END
$$;

SELECT is(test.search(query), expected, query::text) FROM (VALUES
	('{"page_size": 2}'::jsonb, '1 2: <= 120001 complete'), ('{"page_size": 2, "count": "exact"}', '1 2: 120001 complete'), ('{"page_size": 2, "sort": {"member": "id", "direction": "desc"}}', '120001 120000: <= 120001 complete'),
	-- nothing that fits within the bound: the page ends there, and the next goes on
	('{"filters": [{"member": "first_name", "operator": "eq", "value": "Last"}]}', '-: <= 20001 incomplete'), ('{"filters": [{"member": "first_name", "operator": "eq", "value": "Last"}], "count": "exact"}', '-: 1 incomplete'),
	('{"filters": [{"member": "first_name", "operator": "eq", "value": "Last"}], "sort": {"member": "id", "direction": "desc"}}', '120001: <= 20002 incomplete'),
	('{"filters": [{"member": "last_name", "operator": "eq", "value": "Rare"}]}', '20000 40000 60000 80000 100000: <= 20006 incomplete'), ('{"filters": [{"member": "last_name", "operator": "eq", "value": "Rare"}], "page_size": 2}', '20000 40000: <= 80003 complete'),
	('{"filters": [{"member": "last_name", "operator": "eq", "value": "Rare"}], "page_size": 2, "count": "exact"}', '20000 40000: 6 complete'),
	-- of a company: exact where its rows are few
	('{"filters": [{"member": "company_id", "operator": "eq", "value": 2}], "page_size": 2}', '110001 110002: 10000 complete'), ('{"filters": [{"member": "company_id", "operator": "eq", "value": 1}], "page_size": 2}', '1 2: <= 120001 complete'),
	('{"filters": [{"member": "company_id", "operator": "eq", "value": 2}, {"member": "last_name", "operator": "eq", "value": "Rare"}]}', '120000: 1 complete, end'),
	-- by an index
	('{"filters": [{"member": "email", "operator": "eq", "value": "c120001@acme.com"}]}', '120001: 1 complete, end'), ('{"filters": [{"member": "email", "operator": "in", "value": ["c120001@acme.com", "c7@acme.com"]}, {"member": "first_name", "operator": "eq", "value": "Last"}]}', '120001: 1 complete, end'),
	('{"filters": [{"custom_field": "Third", "operator": "eq", "value": 77}], "page_size": 2}', '277 577: 400 complete'), ('{"filters": [{"custom_field": "Third", "operator": "eq", "value": "x"}], "page_size": 2}', '3 6: <= 119997 complete'), ('{"filters": [{"custom_field": "Third", "operator": "eq", "value": "x"}], "page_size": 2, "count": "exact"}', '3 6: 40000 complete'),
	('{"filters": [{"custom_field": "Third", "operator": "eq", "value": "x"}], "page_size": 2, "sort": {"member": "email", "direction": "desc"}}', '9 99: 40000 complete'), ('{"filters": [{"member": "company_id", "operator": "eq", "value": 2}], "page_size": 2, "sort": {"member": "email"}}', '110001 110002: 10000 complete')) v(query, expected);
SELECT is(test.after(query), expected, 'behind: ' || query::text) FROM (VALUES
	('{"filters": [{"member": "first_name", "operator": "eq", "value": "Last"}]}'::jsonb, '120001: 1 complete, end'), ('{"filters": [{"member": "last_name", "operator": "eq", "value": "Rare"}]}', '120000: 6 complete, end'), ('{"filters": [{"member": "first_name", "operator": "eq", "value": "Last"}], "sort": {"member": "id", "direction": "desc"}}', '-: 1 complete, end'),
	('{"filters": [{"custom_field": "Third", "operator": "eq", "value": "x"}], "page_size": 2}', '9 12: <= 119997 complete'), ('{"page_size": 2, "count": "exact"}', '3 4: 120001 complete')) v(query, expected);
SELECT is(test.search(jsonb_build_object('filters', (SELECT jsonb_agg(jsonb_build_object('member', 'last_name', 'operator', 'eq', 'value', 'Rare')) FROM generate_series(1, 20)))), '20000: <= 100002 incomplete', 'of twenty conditions a fifth of the rows');
-- in another order all must be looked at
SELECT test.fails_400(format('SELECT revyops_search_contacts(%L)', query), '[{"pointer": "/sort", "code": "too_broad", "limit": 100000, "actual": 100001}]', query) FROM unnest(ARRAY['{"sort": {"member": "email"}}', '{"filters": [{"member": "company_id", "operator": "eq", "value": 1}, {"member": "last_name", "operator": "eq", "value": "Rare"}], "sort": {"member": "email"}}']) query;

-- which index serves what
SELECT is(test.scans(query), expected, query::text || ' by ' || expected) FROM (VALUES ('{"filters": [{"member": "email", "operator": "eq", "value": "c7@acme.com"}]}'::jsonb, 'contact_email_key'), ('{"filters": [{"custom_field": "Third", "operator": "eq", "value": "77"}]}', 'contact_custom_fields_idx, contact_pkey'),
	('{"filters": [{"custom_field": "Third", "operator": "eq", "value": "x"}]}', 'contact_pkey'), ('{"filters": [{"member": "company_id", "operator": "eq", "value": 2}]}', 'contact_company_id_idx'), ('{"filters": [{"member": "email", "operator": "contains", "value": "c77777"}]}', 'contact_pkey'),
	('{"filters": [{"any": [{"member": "email", "operator": "eq", "value": "c7@acme.com"}]}]}', 'contact_email_key')) v(query, expected);
-- what no more rows have than a page is read at once, by a key or an id as a get does it
UPDATE revyops.contact SET custom_fields = '[{"id": 1, "field_name": "Few", "field_value": "x", "updated_time": "x"}]' WHERE id IN (7, 70, 700);
SELECT is(test.search(query), expected, 'few: ' || query::text) FROM (VALUES
	('{"filters": [{"custom_field": "Few", "operator": "eq", "value": "x"}], "page_size": 3}'::jsonb, '7 70 700: 3 complete, end'), ('{"filters": [{"custom_field": "Few", "operator": "eq", "value": "x"}], "page_size": 2}', '7 70: 3 complete'),
	('{"filters": [{"custom_field": "Few", "operator": "in", "value": ["x", "y"]}], "sort": {"member": "email"}, "page_size": 3}', '700 70 7: 3 complete, end'), ('{"filters": [{"custom_field": "Few", "operator": "eq", "value": "y"}]}', '-: 0 complete, end'),
	('{"filters": [{"member": "id", "operator": "eq", "value": 70}]}', '70: 1 complete, end'), ('{"filters": [{"member": "email", "operator": "eq", "value": "nobody@acme.com"}], "count": "exact"}', '-: 0 complete, end'),
	('{"filters": [{"member": "linkedin_url", "operator": "eq", "value": "in/nobody"}]}', '-: 0 complete, end'), ('{"filters": [{"member": "id", "operator": "eq", "value": 70}, {"member": "last_name", "operator": "eq", "value": "Rare"}]}', '-: 0 complete, end')) v(query, expected);
SELECT is(test.after('{"filters": [{"custom_field": "Few", "operator": "eq", "value": "x"}], "page_size": 2}'), '700: 3 complete, end', 'and the page behind');
SELECT is(test.scans('{"filters": [{"custom_field": "Few", "operator": "eq", "value": "x"}], "page_size": 3}'), 'contact_custom_fields_idx', 'few are read once');
SELECT is(revyops_search_companies('{"filters": [{"member": "domain", "operator": "eq", "value": "Beta.com"}]}')->'results'->0->>'id', '2', 'a company by its domain');

-- a page ends with its octets, whichever way it is read: of 40 with 252 kB each, 32 have 8 MiB as they are shown; a list ends there, too
SET LOCAL revyops.client_id = 2;
INSERT INTO revyops.company (client_id, id, domain, name, custom_fields) SELECT 2, 200000 + i, format('large%s.com', i), 'Large', f FROM generate_series(1, 40) i,
	(SELECT jsonb_agg(jsonb_build_object('id', n, 'field_name', 'f' || n, 'field_value', repeat('x', 2500), 'updated_time', '')) || '[{"id": 1, "field_name": "Size", "field_value": "L", "updated_time": ""}]' AS f FROM generate_series(1, 100) n) s;
INSERT INTO revyops.contact (client_id, id, email, company_id, custom_fields) SELECT 2, id, 'x@' || domain, id, custom_fields FROM revyops.company WHERE client_id = 2;
CREATE FUNCTION test.parts(call text, query jsonb, OUT parts text) LANGUAGE plpgsql AS $$
DECLARE
	page json;
	ids bigint[] := '{}';
	shown bigint[];
BEGIN
	LOOP
		EXECUTE format('SELECT %s($1)', call) INTO page USING query || CASE WHEN page IS NULL THEN '{}' ELSE jsonb_build_object('after', page->>'next') END;
		shown := ARRAY(SELECT (c->>'id')::bigint FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n) ORDER BY n);
		ids := ids || shown;
		parts := concat_ws(', ', parts, format('%s of %s%s', cardinality(shown), page->>'count', CASE WHEN octet_length(page::text) > 9 * 1048576 THEN ' too long' ELSE '' END));
		EXIT WHEN page->>'next' IS NULL OR cardinality(ids) > 100;
	END LOOP;
	parts := format('%s: %s', (SELECT count(DISTINCT i) FROM unnest(ids) i), parts);
END
$$;
SELECT is(test.parts('revyops_search_' || what, query), expected, what || ' page by page: ' || left(query::text, 120)) FROM (VALUES
	('contacts', '{}'::jsonb, '40: 32 of 40, 8 of 40'), ('contacts', '{"sort": {"member": "id", "direction": "desc"}}', '40: 32 of 40, 8 of 40'), ('contacts', '{"sort": {"member": "email"}}', '40: 32 of 40, 8 of 40'), ('contacts', '{"page_size": 32}', '40: 32 of 40, 8 of 40'),
	('contacts', '{"page_size": 20}', '40: 20 of 40, 20 of 40'), ('contacts', '{"filters": [{"custom_field": "Size", "operator": "eq", "value": "L"}]}', '40: 32 of 40, 8 of 40'), ('contacts', '{"filters": [{"custom_field": "Size", "operator": "eq", "value": "L"}], "sort": {"member": "email"}}', '40: 32 of 40, 8 of 40'),
	('contacts', '{"filters": [{"custom_field": "Size", "operator": "eq", "value": "L"}, {"member": "email", "operator": "contains", "value": "@large"}], "count": "exact"}', '40: 32 of 40, 8 of 40'),
	('contacts', jsonb_build_object('filters', (SELECT jsonb_build_array(jsonb_build_object('member', 'id', 'operator', 'in', 'value', jsonb_agg(200000 + i))) FROM generate_series(1, 40) i)), '40: 32 of 40, 8 of 40'),
	('companies', '{}', '40: 32 of 40, 8 of 40'), ('companies', '{"filters": [{"custom_field": "Size", "operator": "eq", "value": "L"}]}', '40: 32 of 40, 8 of 40')) v(what, query, expected);
SELECT is(json_array_length(revyops_list_contacts()->'results'), 32, 'a list');
SET LOCAL revyops.client_id = 1;

-- trigrams
SELECT throws_ok('SELECT revyops_enable_text_search()', '55000', 'extension pg_trgm is not there', 'without the extension');
CREATE SCHEMA "Trigrams";
CREATE EXTENSION pg_trgm SCHEMA "Trigrams";
SELECT lives_ok('SELECT revyops_enable_text_search()', 'the indexes are made');
SELECT lives_ok('SELECT revyops_enable_text_search()', 'or are there');
SELECT is(test.scans(query), expected, query::text || ' by ' || expected) FROM (VALUES ('{"filters": [{"member": "email", "operator": "contains", "value": "C77777"}]}'::jsonb, 'contact_pkey, contact_text_search_idx'), ('{"filters": [{"member": "last_name", "operator": "starts_with", "value": "rar"}]}', 'contact_pkey, contact_text_search_idx'),
	('{"filters": [{"member": "email", "operator": "contains", "value": "c7"}]}', 'contact_pkey'), ('{"filters": [{"member": "email", "operator": "contains", "value": "acme"}]}', 'contact_pkey')) v(query, expected);
SELECT is(test.search('{"filters": [{"member": "last_name", "operator": "starts_with", "value": "rar"}]}'), '20000 40000 60000 80000 100000 120000: 6 complete, end', 'and finds the same');
SELECT is(test.search('{"filters": [{"member": "email", "operator": "contains", "value": "C7777"}], "page_size": 2}'), '7777 77770: 11 complete', 'and counts');
-- many forms: plans are dropped and made again
SELECT is((SELECT count(DISTINCT revyops_search_contacts(jsonb_build_object('page_size', 1, 'filters', (SELECT jsonb_agg(jsonb_build_object('member', 'id', 'operator', CASE WHEN (n >> i) % 2 = 0 THEN 'ge' ELSE 'gt' END, 'value', 5)) FROM generate_series(0, 7) i)))->'results'->0->>'id') FROM generate_series(0, 255) n), 2::bigint, '256 forms of search');
SELECT * FROM finish();
ROLLBACK;
