\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Pages of the rows that the index on custom fields finds, without a plan and by one, are those of the table.
SELECT plan(49);
SELECT test.two_clients() \gset
SELECT set_config('test.key', revyops_create_api_key(1, 'x'), true) AS hidden \gset
-- 6,000 contacts of the caller, of 1.5 kB, whose ids are in no order of the table; 3,000 of each Shade. The other client has the same ids.
ALTER TABLE revyops.contact DISABLE TRIGGER ALL;
CREATE FUNCTION test.fields(i integer, name text, value text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_array(jsonb_build_object('id', 3 * i + 1, 'field_name', name, 'field_value', value, 'updated_time', 'x'),
		jsonb_build_object('id', 3 * i + 2, 'field_name', 'Serial', 'field_value', i::text, 'updated_time', 'x'),
		jsonb_build_object('id', 3 * i + 3, 'field_name', 'Fill', 'field_value', (SELECT string_agg(md5((i * 40 + n)::text), '') FROM generate_series(1, 40) n), 'updated_time', 'x')) $$;
INSERT INTO revyops.contact (client_id, id, email, last_name, custom_fields)
	SELECT client_id, 1 + i * 7919 % 6007, format('c%s@acme.com', i), 'Doe', test.fields(i, CASE WHEN i % 4 = 1 THEN 'shade' ELSE 'Shade' END, CASE i % 2 WHEN 0 THEN 'blue' ELSE 'red' END)
	FROM generate_series(1, 6000) i, (VALUES (1), (2)) c(client_id);
ALTER TABLE revyops.contact ENABLE TRIGGER ALL;

-- shown is what a page of the caller shows: the count, and the ids
CREATE FUNCTION test.shown(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page json;
BEGIN
	EXECUTE 'SELECT ' || call INTO page;
	RETURN page->>'count' || ': ' || coalesce((SELECT string_agg(r->>'id', ',' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(r, n)), 'none');
END
$$;
-- fitting is what it should: so many of those that fit, behind so many
CREATE FUNCTION test.fitting(name text, value text, size integer, behind integer, descending boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
	WITH fits AS (SELECT id FROM revyops.contact WHERE client_id = 1
		AND custom_fields @> jsonb_build_array(jsonb_build_object('field_name', name, 'field_value', value)))
	SELECT (SELECT count(*) FROM fits) || ': ' || coalesce(string_agg(id::text, ',' ORDER BY CASE WHEN descending THEN -id ELSE id END), 'none')
	FROM (SELECT id FROM fits ORDER BY CASE WHEN descending THEN -id ELSE id END LIMIT size OFFSET behind) f $$;
-- both asks for it without a plan and by one
CREATE FUNCTION test.both(call text, expected text, description text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	FOR way IN REVERSE 1..0 LOOP
		PERFORM set_config('revyops.short_way', way::text, true);
		RETURN NEXT public.is(test.shown(call), expected, format('%s, short way %s', description, way));
	END LOOP;
	PERFORM set_config('revyops.short_way', 'on', true);
END
$$;
CREATE FUNCTION test.searched(name text, value text, descending boolean) RETURNS text LANGUAGE sql AS $$
	SELECT format('revyops_search_contacts(%L)', jsonb_build_object('filters', jsonb_build_array(jsonb_build_object('custom_field', name, 'operator', 'eq', 'value', value)),
		'sort', jsonb_build_object('member', 'id', 'direction', CASE WHEN descending THEN 'desc' ELSE 'asc' END))) $$;

SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'the first page');
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'', page => 2, page_size => 7)', test.fitting('Shade', 'blue', 7, 7), 'a small one');
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'', page => 30)', test.fitting('Shade', 'blue', 100, 2900), 'the last one');
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'', page => 31)', test.fitting('Shade', 'blue', 100, 3000), 'one behind it');
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'', page => 2147483647)', test.fitting('Shade', 'blue', 0, 0), 'one far behind it');
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'', page => 11, count => ''exact'')', test.fitting('Shade', 'blue', 100, 1000), 'counted exactly');
SELECT test.both('revyops_lookup_contacts(''shade'', ''red'')', test.fitting('shade', 'red', 100, 0), 'a name that others write otherwise');
SELECT test.both('revyops_lookup_contacts(''Serial'', ''4711'')', test.fitting('Serial', '4711', 100, 0), 'one row');
SELECT test.both('revyops_lookup_contacts(''Serial'', ''none'')', '0: none', 'no row');
SELECT test.both(test.searched('Shade', 'blue', false), test.fitting('Shade', 'blue', 100, 0), 'a search');
SELECT test.both(test.searched('Shade', 'blue', true), test.fitting('Shade', 'blue', 100, 0, true), 'from the end');

-- by cursors, to the end
CREATE FUNCTION test.walk(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page json;
	next text;
	ids text := '';
	pages integer := 0;
BEGIN
	LOOP
		EXECUTE 'SELECT ' || format(call, quote_nullable(next)) INTO page;
		ids := ids || (SELECT string_agg(',' || (r->>'id'), '' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(r, n));
		pages := pages + 1;
		next := page->>'next';
		EXIT WHEN next IS NULL OR pages > 100;
	END LOOP;
	RETURN format('%s pages, %s: %s', pages, page->>'count', substr(ids, 2));
END
$$;
SELECT is(test.walk('revyops_lookup_contacts(''Shade'', ''blue'', after => %s)'), '30 pages, ' || test.fitting('Shade', 'blue', 3000, 0), 'a walk');

-- where the index's rows are so many that it has only their pages
SET LOCAL work_mem = '64kB';
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'with little memory');
RESET work_mem;

-- rows that were changed, in place or not, and rows that are gone
UPDATE revyops.contact SET last_name = 'Roe' WHERE id % 5 = 0;
UPDATE revyops.contact SET custom_fields = custom_fields || '[{"id": 1, "field_name": "More", "field_value": "x", "updated_time": "x"}]' WHERE id % 5 = 1;
UPDATE revyops.contact SET custom_fields = '[]' WHERE id % 5 = 2;
DELETE FROM revyops.contact WHERE id % 5 = 3;
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'after changes');
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'', page => 18)', test.fitting('Shade', 'blue', 100, 1700), 'and their last page');
SELECT test.both('revyops_lookup_contacts(''More'', ''x'')', test.fitting('More', 'x', 100, 0), 'what was added');

-- values that are alike, and entries that are no fields
UPDATE revyops.contact SET custom_fields = '["Odd", 1, null, [{"field_name": "Odd", "field_value": "x"}], {"field_name": "Odd"}, {"field_name": "Odd", "field_value": 1}, {"field_name": "Odd", "field_value": "x", "more": {}}]'
	WHERE id IN (5, 10);
SELECT test.both('revyops_lookup_contacts(''Odd'', ''x'')', '2: 5,10', 'among entries that are none');

-- what an owner did to the table or the index: only a plan knows of it
SAVEPOINT whole;
DROP INDEX revyops.contact_custom_fields_idx;
CREATE INDEX contact_custom_fields_idx ON revyops.contact USING gin (revyops.custom_field_hashes(client_id, custom_fields)) WHERE id > 3000;
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'an index of some rows');
ROLLBACK TO whole;
DROP INDEX revyops.contact_custom_fields_idx;
CREATE INDEX contact_custom_fields_idx ON revyops.contact USING gin (revyops.custom_field_hashes(client_id, COALESCE(custom_fields, '[]')));
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'one of another expression');
ROLLBACK TO whole;
DROP INDEX revyops.contact_custom_fields_idx;
CREATE INDEX contact_custom_fields_idx ON revyops.contact USING gin ((ARRAY[id]));
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'one of other numbers');
ROLLBACK TO whole;
DROP INDEX revyops.contact_custom_fields_idx;
ALTER TABLE revyops.contact ADD COLUMN tags bigint[] NOT NULL DEFAULT '{}';
CREATE INDEX contact_custom_fields_idx ON revyops.contact USING gin (tags, revyops.custom_field_hashes(client_id, custom_fields));
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'one with another column in front');
ROLLBACK TO whole;
DROP INDEX revyops.contact_custom_fields_idx;
CREATE TABLE revyops.contact_custom_fields_idx (id bigint);
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'a table of that name');
ROLLBACK TO whole;
ALTER TABLE revyops.contact RENAME TO contact_all;
CREATE VIEW revyops.contact AS SELECT * FROM revyops.contact_all WHERE id % 7 > 0;
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'a view in place of the table');
ROLLBACK TO whole;
ALTER TABLE revyops.contact RENAME TO contact_before;
CREATE TABLE revyops.contact (LIKE revyops.contact_before INCLUDING ALL);
INSERT INTO revyops.contact SELECT * FROM revyops.contact_before WHERE id % 7 > 0;
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'a copy in its place');
ROLLBACK TO whole;
CREATE TABLE test.old_contact () INHERITS (revyops.contact);
WITH moved AS (DELETE FROM revyops.contact WHERE client_id = 1 AND id < 1000 RETURNING *) INSERT INTO test.old_contact SELECT * FROM moved;
SELECT test.both('revyops_lookup_contacts(''Shade'', ''blue'')', test.fitting('Shade', 'blue', 100, 0), 'rows in a table that inherits');
SELECT * FROM finish();
ROLLBACK;
