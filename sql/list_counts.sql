\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(52);
SELECT test.two_clients() \gset
SELECT set_config('test.key', revyops_create_api_key(1, 'x', NULL, 'master'), true) AS hidden \gset
-- 31,000 contacts of the caller, who has the even ids, and 1,000 of another client between them.  All have one name, every second of
-- the caller's has Half, 10,000 have Bound, every 31st has Rare.  10,001 companies, all of one name and industry; contacts are of the first.
INSERT INTO revyops.company (client_id, id, domain, name, custom_fields)
	SELECT 1, 2 * i, format('c%s.com', i), 'Acme', '[{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "x"}]' FROM generate_series(1, 10001) i;
ALTER TABLE revyops.contact DISABLE TRIGGER ALL;		-- the company is there
INSERT INTO revyops.contact (client_id, id, email, last_name, company_id, custom_fields)
	SELECT 1, 2 * i, format('c%s@acme.com', i), 'Doe', CASE WHEN i > 15000 THEN 2 END,
		jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'All', 'field_value', 'x', 'updated_time', 'x'),
			jsonb_build_object('id', i, 'field_name', 'Half', 'field_value', (i % 2)::text, 'updated_time', 'x'),
			jsonb_build_object('id', i, 'field_name', 'Bound', 'field_value', (i % 31 < 10)::text, 'updated_time', 'x'),
			jsonb_build_object('id', i, 'field_name', 'Rare', 'field_value', (i % 31)::text, 'updated_time', 'x'))
	FROM generate_series(1, 31000) i;
INSERT INTO revyops.contact (client_id, id, email, last_name) SELECT 2, 62 * i + 1, format('c%s@acme.com', i), 'Doe' FROM generate_series(1, 1000) i;
ALTER TABLE revyops.contact ENABLE TRIGGER ALL;

-- get is an answer over HTTP: its count, what the header says of it, and the pages.
CREATE FUNCTION test.get(path text) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s %s, %s pages', substring(headers FROM 'X-Revyops-Count: (.*?)\n'), body::json->>'count', body::json->>'total_pages')
	FROM revyops_http.handle_read('GET', split_part(path, '?', 1), split_part(path, '?', 2), 'X-API-Key: ' || current_setting('test.key'), '') $$;
SELECT is(test.get(path), expected, path) FROM (VALUES
	('/public/v2/contacts', 'at-most 61900, 619 pages'),
	('/public/v2/contacts?count=exact', 'exact 31000, 310 pages'),
	('/public/v2/contacts?page_size=50', 'at-most 61950, 1239 pages'),
	('/public/v2/contacts?page=200', 'at-most 42000, 420 pages'),
	('/public/v2/contacts?page=211', 'at-most 40900, 409 pages'),
	('/public/v2/contacts?page=310', 'exact 31000, 310 pages'),
	('/public/v2/contacts?page=311', 'exact 31000, 310 pages'),
	('/public/v2/contacts?lastname=Doe', 'at-most 61900, 619 pages'),
	('/public/v2/contacts?lastname=Doe&count=exact', 'exact 31000, 310 pages'),
	('/public/v2/contacts?lastname=doe', 'exact 0, 0 pages'),
	('/public/v2/contacts?domain=c1.com', 'at-most 31900, 319 pages'),
	('/public/v2/contacts?domain=c1.com&lastname=Doe', 'at-most 31900, 319 pages'),
	('/public/v2/contacts?domain=c1.com&count=exact', 'exact 16000, 160 pages'),
	('/public/v2/contacts?email=c7@acme.com', 'exact 1, 1 pages'),
	('/public/v2/contacts?email=nobody', 'exact 0, 0 pages'),
	('/public/v2/contacts/lookup-by-custom-field?field_name=All&field_value=x', 'at-most 61900, 619 pages'),
	('/public/v2/contacts/lookup-by-custom-field?field_name=All&field_value=x&count=exact', 'exact 31000, 310 pages'),
	('/public/v2/contacts/lookup-by-custom-field?field_name=Half&field_value=1', 'at-most 61702, 618 pages'),
	('/public/v2/contacts/lookup-by-custom-field?field_name=Half&field_value=1&count=exact', 'exact 15500, 155 pages'),
	('/public/v2/contacts/lookup-by-custom-field?field_name=Bound&field_value=true', 'exact 10000, 100 pages'),
	('/public/v2/contacts/lookup-by-custom-field?field_name=Rare&field_value=7', 'exact 1000, 10 pages'),
	('/public/v2/companies', 'at-most 19902, 200 pages'),
	('/public/v2/companies?count=exact', 'exact 10001, 101 pages'),
	('/public/v2/companies?name=Acme', 'at-most 19902, 200 pages'),
	('/public/v2/companies?industry=SaaS', 'at-most 19902, 200 pages'),
	('/public/v2/companies?industry=SaaS&name=Acme', 'at-most 19902, 200 pages'),
	('/public/v2/companies?industry=SaaS&name=Acme&count=exact', 'exact 10001, 101 pages'),
	('/public/v2/companies?domain=c1.com', 'exact 1, 1 pages'),
	('/public/v2/contacts-master-list', 'at-most 61907, 620 pages'),
	('/public/v2/contacts-master-list?count=exact', 'exact 32000, 320 pages'),
	('/public/v2/contacts-master-list?lastname=Doe', 'at-most 61907, 620 pages'),
	('/public/v2/contacts-master-list?email=c7@acme.com', 'exact 2, 1 pages'),
	('/public/v2/contacts-master-list?domain=c1.com', 'at-most 31901, 320 pages'),
	('/public/v2/contacts-master-list/lookup-by-custom-field?field_name=Bound&field_value=true', 'exact 10000, 100 pages'),
	('/public/v2/companies-master-list', 'at-most 19902, 200 pages')) v(path, expected);
SELECT is(revyops_lookup_companies('industry', 'SaaS')->>'count', '0', 'a look-up compares the name as it is written');
SELECT is(headers ~ 'X-Revyops-Count', false, 'an array tells no count') FROM revyops_http.handle_read('GET', '/public/contacts', '', 'X-API-Key: ' || current_setting('test.key'), '');

-- whoever reads total_pages once, and the pages by their numbers, has all of them
CREATE FUNCTION test.page(call text, n integer) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	page json;
BEGIN
	EXECUTE format('SELECT %s', format(call, n)) INTO page;
	RETURN page;
END
$$;
CREATE FUNCTION test.turned(call text) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(DISTINCT id) FROM generate_series(1, (test.page(call, 1)->>'total_pages')::int) n, json_array_elements(test.page(call, n)->'results') c, LATERAL (SELECT c->>'id') i(id) $$;
SELECT is(test.turned('revyops_list_companies(page => %s)'), 10001::bigint, 'none is left out');

-- a cursor goes on with what was counted; what is found on the way to be wrong is put right
CREATE FUNCTION test.counted(page json) RETURNS text LANGUAGE sql AS $$ SELECT format('%s, %s pages', page->'count', page->'total_pages') $$;
SELECT revyops_list_companies()->>'next' AS most, revyops_list_companies(count => 'exact')->>'next' AS exact, revyops_list_companies(name => 'Acme', page => 100)->>'next' AS late \gset
SELECT is(test.counted(revyops_list_companies(after => :'most')), '19902, 200 pages', 'at most');
SELECT is(test.counted(revyops_list_companies(after => :'exact')), '10001, 101 pages', 'exactly');
SELECT is(test.counted(revyops_list_companies(after => :'most', count => 'exact')), '10001, 101 pages', 'exactly from here on');
SELECT is(test.counted(revyops_list_companies(name => 'Acme', after => :'late')), '10001, 101 pages', 'the end is the end');
DELETE FROM revyops.company WHERE id > 2000 AND id <> 20000;
SELECT is(test.counted(revyops_list_companies(after => :'exact')), '10001, 101 pages', 'what was counted is not counted again');
INSERT INTO revyops.company (client_id, id, domain, name) SELECT 1, i, format('d%s.com', i), 'Acme' FROM generate_series(20003, 20203) i;
SELECT is(test.counted(revyops_list_companies(name => 'Acme', after => :'late')), '10201, 103 pages', 'unless there are more');

-- what ANALYZE found to be common is not looked up in the index
ANALYZE revyops.contact;
CREATE FUNCTION test.scans(what text) RETURNS bigint LANGUAGE sql AS $$ SELECT pg_stat_get_xact_numscans(('revyops.' || what)::regclass) $$;
CREATE FUNCTION test.scans_of(call text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := test.scans(what);
	page json := test.page(call, NULL);
BEGIN
	RETURN format('%s in %s', page->'count', test.scans(what) - before);
END
$$;
SELECT is(test.scans_of('revyops_lookup_contacts(''All'', ''x'')', 'contact_custom_fields_idx'), '61900 in 0', 'common');
SELECT is(test.scans_of('revyops_lookup_contacts(''Rare'', ''7'')', 'contact_custom_fields_idx'), '1000 in 1', 'rare');
-- whatever the session says that an index may leave out
SELECT gin_clean_pending_list('revyops.contact_custom_fields_idx') >= 0 AS cleaned \gset
SET LOCAL gin_fuzzy_search_limit = 1;
SELECT is(test.counted(revyops_lookup_contacts('Rare', '8', count => 'exact')), '1000, 10 pages', 'gin_fuzzy_search_limit: no row is left out');
SELECT is(current_setting('gin_fuzzy_search_limit'), '1', 'and it is as it was');
RESET gin_fuzzy_search_limit;
-- an index of the owner's
CREATE INDEX own ON revyops.contact (last_name, client_id, id);
SELECT is(test.scans_of('revyops_list_contacts(lastname => ''Dow'')', 'own'), '0 in 1', 'a name by an index of the owner''s');

SELECT test.fails_400(format('SELECT revyops_list_contacts(count => %L)', wrong), '[{"parameter": "count", "code": "invalid_option", "allowed": ["exact"]}]', format('count %L', wrong)) FROM unnest(ARRAY['', 'Exact', 'none']) wrong;
SELECT * FROM finish();
ROLLBACK;
