\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(27);
SELECT test.two_clients() \gset
-- 3,000 contacts of two clients in turn; of the caller's 1,500 every second has Half, every 500th Rare.
INSERT INTO revyops.company (client_id, id, domain) VALUES (1, 1, 'acme.com'), (2, 2, 'acme.com');
INSERT INTO revyops.contact (client_id, id, email, last_name, company_id, custom_fields)
	SELECT 1 + i % 2, i, format('c%s@acme.com', i), 'Doe', CASE WHEN i <= 2000 THEN 1 + i % 2 END,
		jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'Half', 'field_value', (i / 2 % 2)::text, 'updated_time', 'x'),
			jsonb_build_object('id', i, 'field_name', 'Rare', 'field_value', (i / 2 % 500)::text, 'updated_time', 'x'))
	FROM generate_series(1, 3000) i;

CREATE FUNCTION test.summary(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s to %s, %s of %s', page->'results'->0->'id', page->'results'->-1->'id', json_array_length(page->'results'), page->'count') $$;
-- what a caller gets who turns pages until the last
CREATE FUNCTION test.turn(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page json;
	n integer := 0;
	ids bigint[] := '{}';
BEGIN
	LOOP
		n := n + 1;
		EXECUTE format('SELECT %s', format(call, n)) INTO page;
		ids := ids || ARRAY(SELECT (c->>'id')::bigint FROM json_array_elements(page->'results') WITH ORDINALITY t(c, i) ORDER BY i);
		EXIT WHEN n >= (page->>'total_pages')::int;
	END LOOP;
	RETURN format('%s pages, %s contacts, %s, count %s', n, cardinality(ids), CASE WHEN ids = ARRAY(SELECT DISTINCT unnest(ids) ORDER BY 1) THEN 'in order' ELSE 'disordered' END, page->'count');
END
$$;

SELECT is(test.summary(revyops_list_contacts()), '2 to 200, 100 of 1500', 'counted to the end');
SELECT is(test.summary(revyops_list_contacts(page => 10)), '1802 to 2000, 100 of 1500', 'on every page');
SELECT is(test.summary(revyops_list_contacts(page => 15)), '2802 to 3000, 100 of 1500', 'the last page');
SELECT is(test.summary(revyops_list_contacts(page => 16)), ' to , 0 of 1500', 'behind it');
SELECT is(test.summary(revyops_list_contacts(page_size => 1)), '2 to 2, 1 of 1500', 'pages of one');
SELECT is(test.summary(revyops_list_contacts(lastname => 'Doe')), '2 to 200, 100 of 1500', 'by name');
SELECT is(test.summary(revyops_list_contacts(domain => 'acme.com')), '2 to 200, 100 of 1000', 'of a company');
SELECT is(test.summary(revyops_list_contacts(domain => 'acme.com', page_size => 10)), '2 to 20, 10 of 1000', 'of a company, pages of ten');
SELECT is(test.turn($$revyops_list_contacts(page => %s)$$), '15 pages, 1500 contacts, in order, count 1500', 'turning the pages of all');
SELECT is(test.turn($$revyops_list_contacts(lastname => 'Doe', page => %s, page_size => 7)$$), '215 pages, 1500 contacts, in order, count 1500', 'of a name');
SELECT is(test.turn($$revyops_list_contacts(domain => 'acme.com', page => %s, page_size => 30)$$), '34 pages, 1000 contacts, in order, count 1000', 'of a company');
SELECT is(test.turn($$revyops_lookup_contacts('Half', '1', page => %s, page_size => 30)$$), '25 pages, 750 contacts, in order, count 750', 'of a custom field');
SELECT is(test.summary(revyops_lookup_contacts('Rare', '7')), '14 to 2014, 3 of 3', 'a rare custom field');
SELECT is(test.summary(revyops_lookup_contacts('Half', '1')), '2 to 398, 100 of 750', 'a common one');
SELECT is(test.summary(revyops_lookup_contacts('Half', '1', page => 8)), '2802 to 2998, 50 of 750', 'its last page');

-- which index serves what, by plans as the functions make them
ANALYZE revyops.contact;
ANALYZE revyops.company;
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL enable_seqscan = off;
CREATE FUNCTION test.index_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found text;
BEGIN
	EXECUTE 'PREPARE statement AS ' || statement;
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) EXECUTE statement' || CASE WHEN statement LIKE '%$2%' THEN '(NULL, NULL)' ELSE '(NULL)' END LOOP
		found := concat_ws(' ', nullif(found, ''), substring(line FROM '(?:using|Index Scan on) (\w+_(?:pkey|idx|key))'), substring(line FROM 'Sort$'));
	END LOOP;
	DEALLOCATE statement;
	RETURN found;
END
$$;
SELECT is(test.index_of('SELECT email FROM revyops.' || t), i, t) FROM (VALUES
	('contact WHERE client_id = $1::int AND id = $2::bigint', 'contact_pkey'), ('contact WHERE id = $1::bigint AND client_id <> $2::int AND client_id > 0', 'contact_id_idx'),
	('contact WHERE client_id = $1::int ORDER BY id LIMIT 101', 'contact_pkey'),
	('contact WHERE client_id = $1::int AND company_id = $2::bigint ORDER BY id LIMIT 101', 'contact_company_id_idx'),
	('contact WHERE client_id = $1::int AND revyops.custom_field_hashes(client_id, custom_fields) && $2 AND revyops.custom_field_hashes(client_id, custom_fields) @> $2', 'contact_custom_fields_idx')) v(t, i);

-- more than the index is asked for
UPDATE revyops.contact SET custom_fields = jsonb_set(custom_fields, '{0,field_value}', '"2"') WHERE id > 500;
SELECT is(test.summary(revyops_lookup_contacts('Half', '2')), '502 to 700, 100 of 1250', 'nearly all');
SELECT is(test.turn($$revyops_lookup_contacts('Half', '2', page => %s)$$), '13 pages, 1250 contacts, in order, count 1250', 'turning their pages');
SELECT is(test.turn($$revyops_lookup_contacts('Half', '2', page => %s, page_size => 20)$$), '63 pages, 1250 contacts, in order, count 1250', 'and smaller ones');
SELECT is(test.summary(revyops_lookup_contacts('Half', '2', page => 99)), ' to , 0 of 1250', 'and behind them');

-- entries that are no fields, as only a direct write leaves them
UPDATE revyops.contact SET custom_fields = '[1, "x", {}, [], {"id": 1, "field_name": "a"}, {"id": "1", "field_name": "a", "field_value": "b", "updated_time": "x"}, {"id": 7, "field_name": "ok", "field_value": "b", "updated_time": "x"}]' WHERE id = 2;
SELECT is(revyops_get_contact(2)->'contact_custom_fields', '[{"id": 7, "field_name": "ok", "field_value": "b", "updated_time": "x"}]', 'what is no field is not shown');
SELECT is(test.summary(revyops_lookup_contacts('ok', 'b')), '2 to 2, 1 of 1', 'what is one is found');

-- what a reader sees is what its statement sees
CREATE FUNCTION test.change(email text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN UPDATE revyops.contact SET email = $1 WHERE id = 2; RETURN $1; END $$;
SELECT is((SELECT revyops_get_contact(2)->>'email' FROM (SELECT test.change('new@acme.com')) t(x) WHERE x = 'new@acme.com'), 'c2@acme.com', 'a reader sees what its statement sees');

SELECT * FROM finish();
ROLLBACK;
