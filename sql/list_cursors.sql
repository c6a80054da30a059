\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(93);
SELECT test.two_clients() \gset
SELECT revyops_create_api_key(1, 'master', NULL, 'master') AS master \gset
-- 2,000 contacts of two clients in turn: 1,000 are the caller's, of whom every second has Half, every tenth Tenth,
-- every 500th Rare.  A name has 900 of them, a company 800.  200 companies each; in the master lists, two rows with one id.
INSERT INTO revyops.company (client_id, id, domain, name, custom_fields)
	SELECT 1 + i % 2, i, format('c%s.com', i / 2), 'Acme',
		jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'industry', 'field_value', (i / 2 % 2)::text, 'updated_time', 'x'))
	FROM generate_series(2, 401) i;
INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name, last_name, company_id, custom_fields)
	SELECT 1 + i % 2, i, format('c%s@acme.com', i / 2), format('https://www.linkedin.com/in/c%s', i), CASE WHEN i > 202 THEN 'Jane' ELSE '' END, 'Doe', CASE WHEN i <= 1601 THEN 2 + i % 2 END,
		jsonb_build_array(jsonb_build_object('id', i, 'field_name', 'Half', 'field_value', (i / 2 % 2)::text, 'updated_time', 'x'),
			jsonb_build_object('id', i, 'field_name', 'Tenth', 'field_value', (i / 2 % 10)::text, 'updated_time', 'x'),
			jsonb_build_object('id', i, 'field_name', 'Rare', 'field_value', (i / 2 % 500)::text, 'updated_time', 'x'))
	FROM generate_series(2, 2001) i;
INSERT INTO revyops.contact (client_id, id, email) VALUES (2, 2000, 'twin@acme.com');
INSERT INTO revyops.company (client_id, id, domain) VALUES (2, 400, 'twin.com');

-- fetch gets a page: call is an expression with %s for the cursor, or a path of the master lists, which the link leads on.
CREATE FUNCTION test.fetch(call text, next text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	page json;
BEGIN
	IF call !~ '^/' THEN
		EXECUTE format('SELECT %s', format(call, quote_nullable(next))) INTO page;
		RETURN page;
	END IF;
	RETURN (SELECT body FROM revyops_http.handle_read('GET', substring(call FROM '[^?]*'), substring(coalesce(next, call) FROM '\?(.*)$'), 'X-API-Key: ' || current_setting('test.master'), NULL));
END
$$;
SELECT set_config('test.master', :'master', true) AS hidden \gset
-- walk goes from page to page, between which it runs a statement (%s: the last id shown), and tells how it was.
CREATE FUNCTION test.walk(call text, meanwhile text DEFAULT NULL, OUT ids bigint[], OUT pages integer, OUT sound boolean) LANGUAGE plpgsql AS $$
DECLARE
	page json;
	shown bigint[];
BEGIN
	ids := '{}';
	pages := 0;
	sound := true;
	LOOP
		page := test.fetch(call, page->>'next');
		pages := pages + 1;
		shown := ARRAY(SELECT (c->>'id')::bigint FROM json_array_elements(page->'results') WITH ORDINALITY t(c, i) ORDER BY i);
		ids := ids || shown;
		-- the numbers never say that it is over before it is, and then they are exact
		sound := sound AND (page->>'current_page')::int = pages AND (page->>'page_size')::int >= cardinality(shown)
			AND CASE WHEN page->>'next' IS NULL THEN (page->>'count')::int = cardinality(ids) AND (page->>'total_pages')::int = CASE cardinality(ids) WHEN 0 THEN 0 ELSE pages END
				ELSE (page->>'count')::int > cardinality(ids) AND (page->>'total_pages')::int > pages END;
		EXIT WHEN page->>'next' IS NULL OR pages > 200;
		IF meanwhile IS NOT NULL THEN
			EXECUTE format(meanwhile, shown[cardinality(shown)]);
		END IF;
	END LOOP;
END
$$;
-- all tells whether a walk shows the rows of a table that fit, in their order.
CREATE FUNCTION test.all(call text, rows text, expected_pages integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	walk record;
	expected bigint[];
BEGIN
	EXECUTE format('SELECT coalesce(array_agg(id ORDER BY id, client_id), ''{}'') FROM revyops.%s', rows) INTO expected;
	SELECT * INTO walk FROM test.walk(call);
	RETURN public.is(format('%s pages, %s, %s', walk.pages, walk.sound, walk.ids), format('%s pages, t, %s', expected_pages, expected), call);
END
$$;

SELECT test.all(call, rows, pages) FROM (VALUES
	('revyops_list_contacts(after => %s)', 'contact WHERE client_id = 1', 10),
	('revyops_list_contacts(after => %s, page_size => 7)', 'contact WHERE client_id = 1', 143),
	('revyops_list_contacts(after => %s, firstname => ''Jane'')', 'contact WHERE client_id = 1 AND first_name = ''Jane''', 9),
	('revyops_list_contacts(after => %s, firstname => ''Jane'', lastname => '' Doe '', page_size => 90)', 'contact WHERE client_id = 1 AND first_name = ''Jane''', 10),
	('revyops_list_contacts(after => %s, lastname => ''doe'')', 'contact WHERE false', 1),
	('revyops_list_contacts(after => %s, domain => ''c1.com'')', 'contact WHERE client_id = 1 AND company_id = 2', 8),
	('revyops_list_contacts(after => %s, domain => ''c1.com'', firstname => ''Jane'', page_size => 30)', 'contact WHERE client_id = 1 AND company_id = 2 AND first_name = ''Jane''', 24),
	('revyops_list_contacts(after => %s, domain => ''c2.com'')', 'contact WHERE false', 1),
	('revyops_list_contacts(after => %s, email => ''c7@acme.com'', page_size => 1)', 'contact WHERE client_id = 1 AND email = ''c7@acme.com''', 1),
	('revyops_list_contacts(after => %s, linkedin_url => ''in/c14'', page_size => 1)', 'contact WHERE id = 14', 1),
	('revyops_lookup_contacts(''Half'', ''1'', after => %s, page_size => 33)', 'contact WHERE client_id = 1 AND id / 2 % 2 = 1', 16),
	('revyops_lookup_contacts(''Tenth'', ''3'', after => %s, page_size => 9)', 'contact WHERE client_id = 1 AND id / 2 % 10 = 3', 12),
	('revyops_lookup_contacts(''Tenth'', ''3'', after => %s, page_size => 10)', 'contact WHERE client_id = 1 AND id / 2 % 10 = 3', 10),
	('revyops_lookup_contacts(''Rare'', ''7'', after => %s, page_size => 1)', 'contact WHERE client_id = 1 AND id / 2 % 500 = 7', 2),
	('revyops_lookup_contacts(''Rare'', ''none'', after => %s)', 'contact WHERE false', 1),
	('revyops_list_companies(after => %s, page_size => 11)', 'company WHERE client_id = 1', 19),
	('revyops_list_companies(after => %s, name => ''Acme'')', 'company WHERE client_id = 1', 2),
	('revyops_list_companies(after => %s, industry => ''1'', page_size => 13)', 'company WHERE client_id = 1 AND id / 2 % 2 = 1', 8),
	('revyops_list_companies(after => %s, domain => ''c7.com'', page_size => 1)', 'company WHERE client_id = 1 AND domain = ''c7.com''', 1),
	('revyops_lookup_companies(''industry'', ''1'', after => %s, page_size => 13)', 'company WHERE client_id = 1 AND id / 2 % 2 = 1', 8),
	('/public/v2/contacts-master-list?page_size=97', 'contact', 21),
	('/public/v2/contacts-master-list?page_size=1999', 'contact', 21),
	('/public/v2/contacts-master-list?page_size=31&firstname=Jane', 'contact WHERE first_name = ''Jane''', 59),
	('/public/v2/contacts-master-list?page_size=1&email=c7%40acme.com', 'contact WHERE email = ''c7@acme.com''', 2),
	('/public/v2/contacts-master-list?linkedin_url=in/c14', 'contact WHERE id = 14', 1),
	('/public/v2/contacts-master-list?page_size=70&domain=c1.com', 'contact WHERE company_id IN (2, 3)', 23),
	('/public/v2/contacts-master-list/lookup-by-custom-field?field_name=Half&field_value=1', 'contact WHERE id / 2 % 2 = 1 AND email <> ''twin@acme.com''', 10),
	('/public/v2/contacts-master-list/lookup-by-custom-field?field_name=Rare&field_value=7&page_size=3', 'contact WHERE id / 2 % 500 = 7', 2),
	('/public/v2/companies-master-list?page_size=3', 'company', 134),
	('/public/v2/companies-master-list?page_size=1&domain=c7.com', 'company WHERE domain = ''c7.com''', 2),
	('/public/v2/companies-master-list/lookup-by-custom-field?field_name=industry&field_value=1&page_size=99', 'company WHERE id / 2 % 2 = 1', 3)) v(call, rows, pages);

-- rows with one id are told apart by their client
SELECT is((SELECT string_agg(format('%s of %s', c->>'id', c->>'client_id'), ', ') FROM json_array_elements(test.fetch(path, '?page_size=3&after=' || substring(p->>'next' FROM 'after=(.*)'))->'results') c),
	format('%s of 2, %s of 2', last, last + 1), 'the second of two with one id: ' || path)
FROM (VALUES ('contacts', 2000), ('companies', 400)) t(what, last), LATERAL (SELECT format('/public/v2/%s-master-list', what)) f(path), LATERAL (SELECT test.fetch(path, '?page_size=1&page=' || CASE what WHEN 'contacts' THEN 1999 ELSE 399 END)) g(p);

-- while rows come and go
CREATE FUNCTION test.stable(call text, meanwhile text, fits text, gone text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint[];
	left_over bigint[];
	added bigint[];
	seen bigint[];
	result text;
BEGIN
	EXECUTE 'SELECT array_agg(id ORDER BY id) FROM revyops.contact WHERE client_id = 1 AND ' || fits INTO before;
	SELECT ids INTO seen FROM test.walk(call, meanwhile);
	EXECUTE 'SELECT array_agg(id ORDER BY id) FROM revyops.contact WHERE client_id = 1 AND ' || fits INTO left_over;
	-- in order and none twice; all that was there throughout, and all that came meanwhile; nothing else but what went later
	result := format('%s, %s, %s', seen = ARRAY(SELECT DISTINCT unnest(seen) ORDER BY 1), seen @> left_over, seen <@ (before || left_over));
	EXECUTE 'SELECT array_agg(id ORDER BY id) FROM revyops.contact WHERE client_id = 1 AND id > 2001' INTO added;
	result := result || format(', %s added, %s gone', cardinality(added), cardinality(before) - cardinality(ARRAY(SELECT unnest(before) INTERSECT SELECT unnest(left_over))));
	DELETE FROM revyops.contact WHERE id > 2001;
	RETURN public.is(result, 't, t, t, ' || gone, description);
END
$$;
CREATE FUNCTION test.add(half text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO revyops.contact (client_id, id, email, last_name, company_id, custom_fields) SELECT 1, n, n || '@new.com', 'Doe', 2, format('[{"id": 1, "field_name": "Half", "field_value": "%s", "updated_time": "x"}]', half)::jsonb FROM (SELECT max(id) + 1 AS n FROM revyops.contact) m WHERE n < 2011 $$;
SAVEPOINT whole;
SELECT test.stable(call, meanwhile, fits, gone, format('%s, %s', call, split_part(meanwhile, ' ', 1)))
FROM (VALUES ('revyops_list_contacts(after => %s, page_size => 50)', 'client_id = client_id'), ('revyops_list_contacts(after => %s, page_size => 50, lastname => ''Doe'')', 'last_name = ''Doe'''),
	('revyops_list_contacts(after => %s, page_size => 40, domain => ''c1.com'')', 'company_id = 2'),
	('revyops_lookup_contacts(''Half'', ''1'', after => %s, page_size => 25)', 'custom_fields @> ''[{"field_name": "Half", "field_value": "1"}]''')) c(call, fits),
	(VALUES ('SELECT test.add(''1'')', '9 added, 0 gone')) b(meanwhile, gone);
-- what is deleted: the row that the cursor is behind, the one before it, and the next
SELECT test.stable('revyops_list_contacts(after => %s, page_size => 50)', format('DELETE FROM revyops.contact WHERE client_id = 1 AND id = (SELECT %s FROM revyops.contact WHERE client_id = 1 AND id %s', split_part(which, ' ', 1), split_part(which, ' ', 2)) || ' %s)', 'client_id = client_id', gone, 'deleted between the pages: ' || which)
FROM (VALUES ('max(id) <=', ' added, 19 gone'), ('max(id) <', ' added, 19 gone'), ('min(id) >', ' added, 18 gone')) v(which, gone);
ROLLBACK TO whole;
SELECT test.stable('revyops_lookup_contacts(''Tenth'', ''3'', after => %s, page_size => 10)', 'DELETE FROM revyops.contact WHERE client_id = 1 AND id = %s', 'custom_fields @> ''[{"field_name": "Tenth", "field_value": "3"}]''', ' added, 9 gone', 'a rare field: deleted between the pages');
ROLLBACK TO whole;
-- a list that shrinks to nothing behind a cursor
SELECT revyops_list_contacts(page => 10, page_size => 99)->>'next' AS next,
	revyops_lookup_contacts('Tenth', '3', page_size => 50)->>'next' AS rare, revyops_lookup_contacts('Half', '1', page => 4)->>'next' AS common \gset
DELETE FROM revyops.contact WHERE client_id = 1 AND id > 1000;
SELECT is(p->'results' #>> '{}' || ': ' || concat_ws(', ', p->>'current_page', p->>'total_pages', p->>'count', coalesce(p->>'next', 'end')), expected, 'nothing left behind: ' || call)
FROM (VALUES ('revyops_list_contacts(after => %s)', :'next', '[]: 11, 10, 990, end'), ('revyops_lookup_contacts(''Tenth'', ''3'', after => %s)', :'rare', '[]: 2, 1, 50, end'), ('revyops_lookup_contacts(''Half'', ''1'', after => %s)', :'common', '[]: 5, 4, 400, end')) v(call, next, expected), test.fetch(call, next) p;
ROLLBACK TO whole;
-- a value that becomes common on the way, and one that no longer is
SELECT revyops_lookup_contacts('Rare', '7', page_size => 1)->>'next' AS rare, revyops_lookup_contacts('Half', '1')->>'next' AS common \gset
UPDATE revyops.contact SET custom_fields = '[{"id": 1, "field_name": "Rare", "field_value": "7", "updated_time": "x"}]' WHERE client_id = 1 AND id > 14;
SELECT is(coalesce((SELECT string_agg(c->>'id', ' ') FROM json_array_elements(p->'results') c), '-') || ': ' || concat_ws(', ', p->>'current_page', p->>'total_pages', p->>'count'), expected, 'what was ' || what)
FROM (VALUES ('rare', 'revyops_lookup_contacts(''Rare'', ''7'', page_size => 3, after => %s)', :'rare', '16 18 20: 2, 332, 994'), ('common', 'revyops_lookup_contacts(''Half'', ''1'', after => %s)', :'common', '-: 2, 1, 100')) v(what, call, next, expected), test.fetch(call, next) p;
ROLLBACK TO whole;
-- and where the rows that the index finds first are all before the place
SELECT revyops_lookup_contacts('Rare', '7', page_size => 1)->>'next' AS rare \gset
INSERT INTO revyops.contact (client_id, id, email, custom_fields) SELECT 1, -i, format('before%s@acme.com', i), '[{"id": 1, "field_name": "Rare", "field_value": "7", "updated_time": "x"}]' FROM generate_series(1, 10001) i;
WITH gone AS (DELETE FROM revyops.contact WHERE client_id = 1 AND id = 1014 RETURNING *) SELECT custom_fields AS last FROM gone \gset
INSERT INTO revyops.contact (client_id, id, email, custom_fields) VALUES (1, 1014, 'again@acme.com', :'last');
SELECT is((SELECT string_agg(c->>'id', ' ') FROM json_array_elements(revyops_lookup_contacts('Rare', '7', after => :'rare')->'results') c), '1014', 'what became common in front');
ROLLBACK TO whole;

-- what a cursor goes with, and what not
SELECT revyops_list_contacts(page_size => 3, lastname => 'Doe')->>'next' AS next, revyops_list_contacts(page_size => 3)->>'next' AS other, revyops_list_companies(page_size => 3)->>'next' AS company,
	revyops_lookup_companies('industry', '1', page_size => 3)->>'next' AS field, substring(test.fetch('/public/v2/contacts-master-list?lastname=Doe', NULL)->>'next' FROM 'after=(.*)') AS master \gset
CREATE FUNCTION test.ids(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s: %s of %s, %s', coalesce((SELECT string_agg(c->>'id', ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n)), '-'), page->'current_page', page->'total_pages', page->'count') $$;
CREATE FUNCTION test.refused(call text, description text) RETURNS text LANGUAGE sql AS $$
	SELECT test.fails_400('SELECT ' || call, '[{"parameter": "after", "code": "invalid_cursor"}]', description) $$;
SELECT matches(:'next'::text, '^[A-Za-z0-9_-]{76}$', 'a cursor can stand in a URL as it is');
SELECT is(test.ids(revyops_list_contacts(page_size => 3, lastname => 'Doe', after => :'next')), '8 10 12: 2 of 334, 1000', 'the next page');
SELECT is(revyops_list_contacts(page_size => 3, lastname => 'Doe', after => :'next')->'results'->0->>'id', revyops_list_contacts(page_size => 3, lastname => 'Doe', page => 2)->'results'->0->>'id', 'as by its number');
SELECT is(revyops_list_contacts(page_size => 3, lastname => 'Doe', after => :'next')->>'next', revyops_list_contacts(page_size => 3, lastname => 'Doe', page => 2)->>'next', 'which leads on to the same');
SELECT is(test.ids(revyops_list_contacts(page_size => 2, structure => 'FLAT', lastname => ' Doe ', firstname => ' ', after => :'next')), '8 10: 2 of 500, 1000', 'size, structure, white space and blank conditions may change');
SELECT is(revyops_list_contacts(page_size => 2, structure => 'FLAT', lastname => 'Doe', after => :'next')->'results'->0->'contact_custom_fields'->>'Half', '0', 'and the structure is the asked one');
SELECT is(test.ids(revyops_list_contacts(page_size => 3, page => 1, lastname => 'Doe', after => :'next')), '8 10 12: 2 of 334, 1000', 'page 1 is what it is without one');
SELECT is(test.ids(revyops_list_contacts(page_size => 2, after => NULL)), '2 4: 1 of 500, 1000', 'NULL is no cursor');
SELECT test.fails_400(format('SELECT revyops_list_contacts(page => 2, lastname => %L, after => %L)', 'Doe', :'next'), '[{"parameter": "page", "code": "ambiguous_page"}]', 'a number and a cursor');
SELECT test.fails_400('SELECT revyops_lookup_companies(NULL, NULL, 3, 0, NULL, '''')', '[{"parameter": "page", "code": "ambiguous_page"}, {"parameter": "page_size", "code": "invalid_number"}, {"parameter": "structure", "code": "invalid_structure"}, {"parameter": "field_name", "code": "required"}, {"parameter": "field_value", "code": "required"}, {"parameter": "after", "code": "invalid_cursor"}]', 'every fault at once');
SELECT test.refused(format(call, quote_literal(:'next')), 'not with other conditions: ' || call)
FROM unnest(ARRAY['revyops_list_contacts(after => %s)', 'revyops_list_contacts(lastname => ''doe'', after => %s)', 'revyops_list_contacts(firstname => ''Doe'', after => %s)',
	'revyops_list_contacts(lastname => ''Doe'', firstname => ''Jane'', after => %s)', 'revyops_list_contacts(lastname => ''Doe'', email => ''nobody'', after => %s)',
	'revyops_list_contacts(lastname => ''Doe'', domain => ''c1.com'', after => %s)', 'revyops_list_companies(name => ''Doe'', after => %s)', 'revyops_lookup_contacts(''last_name'', ''Doe'', after => %s)']) call;
SELECT test.refused(format('revyops_list_contacts(email => ''nobody'', after => %L)', :'other'), 'conditions that nobody fits are not none');
SELECT test.refused(format('revyops_list_contacts(after => %L)', :'company'), 'contacts are not companies');
SELECT test.refused(format('revyops_list_companies(after => %L)', :'other'), 'nor companies contacts');
SELECT test.refused(format('revyops_list_companies(industry => ''1'', after => %L)', :'field'), 'a look-up is not a list');
SELECT test.refused(format('revyops_lookup_companies(''industry1'', '''', after => %L)', :'field'), 'a name does not run into a value');
SELECT test.refused(format('revyops_list_contacts(lastname => ''Doe'', after => %L)', :'master'), 'a master list is not one of its clients''');
SELECT is(test.fetch('/public/v2/contacts-master-list?lastname=Doe&after=' || :'next', NULL)->'errors'->0->>'code', 'invalid_cursor', 'nor one of its clients'' a master list');
SET LOCAL revyops.client_id = 2;
SELECT test.refused(format('revyops_list_contacts(lastname => ''Doe'', after => %L)', :'next'), 'another client''s');
SET LOCAL revyops.client_id = 1;

-- every other character in every place
CREATE FUNCTION test.accepted(cursor text) RETURNS boolean LANGUAGE sql AS $$
	SELECT test.try(format('SELECT revyops_list_contacts(lastname => ''Doe'', page_size => 1, after => %L)->>''count''', cursor)) - 'message'
		IS DISTINCT FROM '{"sqlstate": "PT400", "detail": "[{\"parameter\":\"after\",\"code\":\"invalid_cursor\",\"message\":\"Expected the next of a page of this list, with the same conditions.\"}]"}' $$;
SELECT ok(test.accepted(:'next'), 'the cursor is good');
SELECT is((SELECT array_agg(i || c) FROM generate_series(1, 76) i, regexp_split_to_table('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= ', '') c
	WHERE c <> substr(:'next', i, 1) AND test.accepted(overlay(:'next' PLACING c FROM i FOR 1))), NULL::text[], 'and none that differs in a character');
SELECT is((SELECT array_agg(c) FROM unnest(ARRAY['', ' ', 'x', repeat('A', 76), repeat('_', 76), repeat('=', 76), left(:'next', 75), :'next' || 'A', :'next' || '=', :'next' || ' ', ' ' || :'next', upper(:'next'), reverse(:'next'), :'next' || :'next', repeat('ü', 32), repeat(:'next', 1000)]) c WHERE test.accepted(c)), NULL::text[], 'nor anything else');
-- a cursor in base64's own letters is not one more cursor
SELECT is((SELECT format('%s, %s', count(*) > 0, count(*) FILTER (WHERE test.accepted(next) AND NOT test.accepted(translate(next, '-_', '+/'))) = count(*)) FROM generate_series(1, 40) n,
	revyops_list_contacts(page => n, page_size => 1, lastname => 'Doe') p, LATERAL (SELECT p->>'next') l(next) WHERE next ~ '[-_]'), 't, t', 'nor the same in other letters');
UPDATE revyops.secret SET secret = sha256(secret);
SELECT ok(NOT test.accepted(:'next'), 'another secret ends it');
DELETE FROM revyops.secret;
SELECT test.fails_with('SELECT revyops_list_contacts()', 'XX000', 'revyops: revyops.secret has no key for cursors', '""', 'there must be one');
ROLLBACK TO whole;

-- who reads a page from a place reads the index from there on
ANALYZE revyops.contact;
ANALYZE revyops.company;
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL enable_seqscan = off;
CREATE FUNCTION test.scan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found text;
BEGIN
	EXECUTE 'PREPARE statement AS ' || statement;
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) EXECUTE statement(1, 1, NULL, 101)' LOOP
		found := concat_ws('; ', nullif(found, ''), substring(line FROM 'using (\w+)'), substring(line FROM 'Index Cond: (.*)$'), substring(line FROM '(?:Incremental )?Sort$'));
	END LOOP;
	DEALLOCATE statement;
	RETURN found;
END
$$;
SELECT is(test.scan('SELECT email FROM revyops.contact WHERE ' || rows), found, rows) FROM (VALUES
	('client_id = $1::int AND id > $2::bigint AND ($3::text IS NULL OR first_name = $3) ORDER BY id LIMIT $4', 'contact_pkey; ((client_id = $1) AND (id > $2))'),
	('client_id = $1::int AND company_id = $3::bigint AND id > $2::bigint ORDER BY id LIMIT $4', 'contact_company_id_idx; ((company_id = $3) AND (client_id = $1) AND (id > $2))'),
	('(id, client_id) > ($2::bigint, $1::int) AND client_id > 0 AND client_id NOT IN (SELECT id FROM revyops.client WHERE state = ''moved'') AND ($3::text IS NULL OR first_name = $3) ORDER BY id, client_id LIMIT $4',
		'Incremental Sort; contact_id_idx; (id >= $2); client_moved_idx')) v(rows, found);

-- what a condition leads to becomes another: a company's domain, a contact that is merged
SELECT setval('revyops.contact_id_seq', 3000), setval('revyops.company_id_seq', 3000) \gset hidden_
SELECT revyops_create_company('{"domain": "main.com"}')->>'id' AS company \gset
SELECT revyops_add_company_domain(:company, 'second.com') \gset hidden_
SELECT count(*) AS hidden FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('p%s@second.com', i), 'company_id', 'second.com')) FROM generate_series(1, 3) i)) \gset
SELECT revyops_create_contact('{"email": "a@kept.com"}')->>'id' AS contact \gset kept_
SELECT revyops_create_contact('{"email": "b@merged.com"}')->>'id' AS contact \gset merged_
SELECT count(revyops_create_email(jsonb_build_object('email_type', 'sent', 'origin', 'api', 'contact_id', :merged_contact, 'subject', i::text))) AS hidden FROM generate_series(1, 3) i \gset
CREATE FUNCTION test.shown(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s of %s, %s', (SELECT string_agg(coalesce(r->>'email', r->>'domain', r->>'subject'), ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(r, n)), page->>'count', CASE WHEN page->>'next' IS NULL THEN 'end' ELSE 'more' END) $$;
SELECT revyops_list_contacts(domain => ' Second.COM', page_size => 1)->>'next' AS contacts, revyops_list_contacts(domain => 'main.com', page_size => 1)->>'next' AS main,
	revyops_list_emails(contact_id => :merged_contact, page_size => 1)->>'next' AS emails \gset
SELECT is(test.shown(revyops_list_contacts(domain => 'second.com', page_size => 1, after => :'contacts')), 'p2@second.com of 3, more', 'by another domain of a company');
SELECT is(test.shown(revyops_list_emails(contact_id => :merged_contact, page_size => 1, after => :'emails')), '2 of 3, more', 'of a contact');
SELECT revyops_update_company(:company, '{"domain": "third.com"}'), revyops_merge_contacts(:kept_contact, :merged_contact) \gset hidden_
SELECT is(test.shown(revyops_list_contacts(domain => 'second.com', page_size => 1)), 'p1@second.com of 3, more', 'which leads to the same company');
SELECT is(test.shown(revyops_list_contacts(domain => 'second.com', after => :'contacts')), 'p2@second.com p3@second.com of 3, end', 'and so does the cursor');
SELECT is(test.shown(revyops_list_contacts(domain => 'second.com', after => revyops_list_contacts(domain => 'second.com', page_size => 1, after => :'contacts')->>'next')), 'p3@second.com of 3, end', 'to the last');
SELECT is(test.shown(revyops_list_emails(contact_id => :merged_contact, page_size => 1)), '1 of 3, more', 'a contact that was merged');
SELECT is(test.shown(revyops_list_emails(contact_id => :merged_contact, after => :'emails')), '2 3 of 3, end', 'and its cursor');
SELECT test.fails_400(format('SELECT revyops_list_contacts(domain => %L, after => %L)', domain, after), '[{"parameter": "after", "code": "invalid_cursor"}]', 'another condition: ' || domain)
FROM (VALUES ('third.com', :'contacts'), ('main.com', :'contacts'), ('second.com', :'main')) t(domain, after);
SELECT test.fails_400(format('SELECT revyops_list_emails(contact_id => %L, after => %L)', :kept_contact, :'emails'), '[{"parameter": "after", "code": "invalid_cursor"}]', 'the kept contact');

SELECT * FROM finish();
ROLLBACK;
