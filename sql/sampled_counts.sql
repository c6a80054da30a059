\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- That more than 10,000 rows have a custom field is told by a look at some of them; up to there they are counted.
SELECT plan(45);
SELECT test.two_clients() \gset
SELECT set_config('test.key', revyops_create_api_key(1, 'x'), true) AS hidden \gset
-- 25,000 contacts of the caller, who has the even ids; the first 20,000 have Shade. Of Mixed one half is written otherwise; the index
-- has one hash for both. 20,000 companies are of one industry, however that is written.
ALTER TABLE revyops.contact DISABLE TRIGGER ALL;
INSERT INTO revyops.contact (client_id, id, email, custom_fields)
	SELECT 1, 2 * i, format('c%s@acme.com', i), CASE WHEN i <= 20000 THEN jsonb_build_array(
		jsonb_build_object('id', i, 'field_name', 'Shade', 'field_value', 'blue', 'updated_time', 'x'),
		jsonb_build_object('id', i, 'field_name', CASE WHEN i <= 10000 THEN 'Mixed' ELSE 'mixed' END, 'field_value', 'x', 'updated_time', 'x')) ELSE '[]' END
	FROM generate_series(1, 25000) i;
ALTER TABLE revyops.contact ENABLE TRIGGER ALL;
INSERT INTO revyops.company (client_id, id, domain, name, custom_fields)
	SELECT 1, 2 * i, format('c%s.com', i), CASE WHEN i <= 300 THEN 'Few' ELSE 'Many' END,
		jsonb_build_array(jsonb_build_object('id', i, 'field_name', CASE i % 2 WHEN 0 THEN 'Industry' ELSE 'industry' END, 'field_value', 'SaaS', 'updated_time', 'x'))
	FROM generate_series(1, 20000) i;
ANALYZE revyops.contact;
ANALYZE revyops.company;

-- counts of all that shows one, by a look at some or without
CREATE FUNCTION test.page(call text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	page json;
BEGIN
	EXECUTE 'SELECT ' || call INTO page;
	RETURN page;
END
$$;
CREATE FUNCTION test.told(call text) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s, %s shown, %s', coalesce(p->>'count_exact', '-'), json_array_length(p->'results'), p->>'count') FROM test.page(call) p $$;
CREATE FUNCTION test.both(call text, expected text, description text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	was text := current_setting('revyops.short_way');
BEGIN
	FOR way IN 0..1 LOOP
		PERFORM set_config('revyops.short_way', way::text, true);
		RETURN NEXT public.is(test.told(call), expected, format('%s, short way %s', description, way));
	END LOOP;
	PERFORM set_config('revyops.short_way', was, true);
END
$$;
SELECT test.both(call, expected, what) FROM (VALUES
	('revyops_lookup_contacts(''Shade'', ''blue'')', '-, 100 shown, 49900', 'a look-up of 20,000'),
	('revyops_lookup_contacts(''Shade'', ''blue'', page => 150)', '-, 100 shown, 35000', 'a page further on'),
	('revyops_lookup_contacts(''Shade'', ''blue'', page => 200)', '-, 100 shown, 20000', 'the last page'),
	('revyops_lookup_contacts(''Shade'', ''blue'', page => 201)', '-, 0 shown, 20000', 'and behind it'),
	('revyops_lookup_contacts(''Shade'', ''blue'', count => ''exact'')', '-, 100 shown, 20000', 'counted exactly'),
	('revyops_search_contacts(''{"filters": [{"custom_field": "Shade", "operator": "eq", "value": "blue"}]}'')', 'false, 100 shown, 49900', 'a search for 20,000'),
	('revyops_search_contacts(''{"filters": [{"custom_field": "Shade", "operator": "eq", "value": "blue"}, {"member": "id", "operator": "le", "value": 8000}]}'')', 'true, 100 shown, 4000', 'a search that something else narrows'),
	('revyops_search_contacts(''{"filters": [{"custom_field": "Shade", "operator": "eq", "value": "blue"}], "sort": {"member": "email"}}'')', 'true, 100 shown, 20000', 'a sorted search'),
	('revyops_lookup_contacts(''Mixed'', ''x'')', '-, 100 shown, 10000', 'a name that others write otherwise'),
	('revyops_search_contacts(''{"filters": [{"custom_field": "mixed", "operator": "eq", "value": "x"}]}'')', 'true, 100 shown, 10000', 'and the others'),
	('revyops_list_companies(industry => ''SaaS'')', '-, 100 shown, 39900', 'an industry, however it is written'),
	('revyops_list_companies(industry => ''SaaS'', name => ''Few'')', '-, 100 shown, 300', 'one that a name narrows'),
	('revyops_lookup_companies(''Industry'', ''SaaS'')', '-, 100 shown, 10000', 'a look-up of companies')) v(call, expected, what);

-- how few rows it takes: these are fetched by what the index on custom fields finds
CREATE FUNCTION test.fetched(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_stat_get_xact_tuples_fetched('revyops.contact'::regclass);
BEGIN
	PERFORM test.page(call);
	RETURN pg_stat_get_xact_tuples_fetched('revyops.contact'::regclass) - before;
END
$$;
SET LOCAL revyops.short_way = on;
SELECT cmp_ok(test.fetched('revyops_lookup_contacts(''Shade'', ''blue'')'), '<', 500::bigint, 'a look-up does not count');
SELECT cmp_ok(test.fetched('revyops_search_contacts(''{"filters": [{"custom_field": "Shade", "operator": "eq", "value": "blue"}]}'')'), '<', 500::bigint, 'a search neither');
SELECT cmp_ok(test.fetched('revyops_lookup_contacts(''Mixed'', ''x'')'), '>', 10000::bigint, 'others are counted');

-- what the index has of rows that are gone, or were not there yet, counts for nothing
SAVEPOINT whole;
CREATE FUNCTION test.left_over(n integer) RETURNS void LANGUAGE sql AS $$ DELETE FROM revyops.contact WHERE id > 2 * n AND id <= 40000 $$;
SELECT test.left_over(10001);
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', '-, 100 shown, 49900', '10,001 are left');
SELECT test.both('revyops_search_contacts(''{"filters": [{"custom_field": "Shade", "operator": "eq", "value": "blue"}]}'')', 'false, 100 shown, 49900', '10,001 are left to search');
SELECT test.left_over(10000);
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', '-, 100 shown, 10000', '10,000 are left');
SELECT test.both('revyops_search_contacts(''{"filters": [{"custom_field": "Shade", "operator": "eq", "value": "blue"}]}'')', 'true, 100 shown, 10000', '10,000 are left to search');
SELECT test.left_over(9999);
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', '-, 100 shown, 9999', '9,999 are left');
ROLLBACK TO whole;
-- a row that was changed is in the index twice
UPDATE revyops.contact SET custom_fields = custom_fields || '[{"id": 1, "field_name": "More", "field_value": "x", "updated_time": "x"}]' WHERE id <= 20000;
DELETE FROM revyops.contact WHERE id > 20000 AND id <= 40000;
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', '-, 100 shown, 10000', 'twice in the index');
ROLLBACK TO whole;

-- where only a plan may read the table
SET LOCAL revyops.short_way = off;
SELECT cmp_ok(test.fetched('revyops_lookup_contacts(''Shade'', ''blue'')'), '>', 10000::bigint, 'without the short way all are');
SET LOCAL revyops.short_way = on;
ALTER TABLE revyops.contact FORCE ROW LEVEL SECURITY;
SELECT is(test.told('revyops_lookup_contacts(''Shade'', ''blue'')'), '-, 100 shown, 49900', 'row-level security that holds for the owner, too');
ALTER TABLE revyops.contact NO FORCE ROW LEVEL SECURITY;
-- an index that is gone, or has something else
DROP INDEX revyops.contact_custom_fields_idx;
SELECT is(test.told('revyops_lookup_contacts(''Shade'', ''blue'')'), '-, 100 shown, 49900', 'without the index');
CREATE INDEX contact_custom_fields_idx ON revyops.contact (email);
ANALYZE revyops.contact;
SELECT is(test.told('revyops_lookup_contacts(''Shade'', ''blue'')'), '-, 100 shown, 49900', 'another index of that name');
SELECT * FROM finish();
ROLLBACK;
