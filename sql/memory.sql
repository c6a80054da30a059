\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- No call leaves memory behind that its transaction does not take along: two hundred more, and the
-- backend holds what it held before.
SELECT test.two_clients() \gset
SET LOCAL revyops.client_id = 2;
SELECT revyops_create_contact('{"email": "jane@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}')->>'id' AS jane \gset
SELECT revyops_create_api_key(2, 'x') AS key \gset
SELECT set_config('revyops.client_id', '0', true), set_config('test.key', 'X-API-Key: ' || :'key', true), set_config('request.headers', json_build_object('x-api-key', :'key',
	'x-revyops-method', 'POST', 'x-revyops-path', '/public/v2/contacts')::text, true) \gset hidden_
SELECT set_config('test.jane', :'jane', true) \gset hidden_

-- held is what the backend holds beyond a transaction, in octets; the table of its locks apart.
-- From 18 on a context names all above it by number.
SELECT current_setting('server_version_num')::int >= 180000 AS has_path \gset
\if :has_path
CREATE VIEW test.contexts AS WITH c AS MATERIALIZED (SELECT * FROM pg_backend_memory_contexts)
	SELECT c.name, p.name AS parent, c.used_bytes FROM c LEFT JOIN c p ON p.path = c.path[:c.level - 1];
\else
CREATE VIEW test.contexts AS SELECT name, parent, used_bytes FROM pg_backend_memory_contexts;
\endif
CREATE FUNCTION test.held() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(used_bytes)::bigint FROM test.contexts
	WHERE name = 'TopMemoryContext' OR (parent IN ('TopMemoryContext', 'CacheMemoryContext')
		AND name NOT IN ('TopTransactionContext', 'TopPortalContext', 'MessageContext', 'ErrorContext', 'LOCALLOCK hash')) $$;

-- grown runs a statement with numbers from 1 on, and tells by how much 200 of them made the backend grow.
CREATE FUNCTION test.grown(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint;
	n int;
BEGIN
	FOR n IN 1 .. 300 LOOP
		BEGIN
			EXECUTE replace(statement, '$n', n::text);
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE NOT LIKE 'PT%' THEN
				RAISE;
			END IF;
		END;
		IF n = 100 THEN
			before := test.held();
		END IF;
	END LOOP;
	RETURN test.held() - before;
END
$$;

CREATE TEMPORARY TABLE calls (call text);
INSERT INTO calls VALUES
	($$revyops_create_contact('{"email": "m$n@acme.com", "linkedin_url": "in/m$n", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}')$$),
	($$revyops_create_contact('{"email": "jane@acme.com"}')$$),
	($$revyops_create_contact('{"email": "nobody", "linkedin_url": "in/"}')$$),
	($$revyops_create_company('{"domain": "münchen$n.com"}')$$),
	($$revyops_upsert_contact('{"email": "jane@acme.com", "first_name": "$n"}')$$),
	($$revyops_update_contact($jane, '{"last_name": "$n", "contact_custom_fields": [{"field_name": "A", "field_value": "$n"}]}')$$),
	($$revyops_get_contact($jane)$$),
	($$revyops_list_contacts(page_size => 5)$$),
	($$revyops_list_contacts(email => 'jane@acme.com')$$),
	($$revyops_lookup_contacts('A', '1', page_size => 5)$$),
	($$revyops_search_contacts('{"filters": [{"custom_field": "A", "operator": "eq", "value": $n}, {"member": "last_name", "operator": "ne", "value": "$n"}], "page_size": 5}')$$),
	($$revyops_search_contacts('{"filters": [{"member": "id", "operator": "in", "value": [1, "$n"]}], "sort": {"member": "last_name"}}')$$),
	($$revyops_normalize_email('Jane@mail.bücher.example.com')$$),
	($$revyops_normalize_domain('https://www.bücher.co.uk/a')$$),
	($$revyops_normalize_linkedin_url('uk.linkedin.com/pub/jane/1/2/3')$$),
	($$count(*) FROM revyops_create_contacts('[{"email": "b$n@acme.com"}, {"email": "B$n@acme.com"}, {"email": "x"}]')$$),
	($$count(*) FROM revyops_upsert_contacts('[{"email": "jane@acme.com", "first_name": "$n"}, {"email": "u$n@acme.com"}]')$$),
	($$count(*) FROM revyops_check_contacts('[{"email": "jane@acme.com"}, {"email": "c$n@acme.com"}]')$$),
	($$revyops_http.postgrest('{"email": "h$n@acme.com"}')$$),
	($$revyops_http.postgrest('{"email": ')$$),
	($$revyops_http.handle('POST', '/public/v2/contacts', 'structure=FLAT', current_setting('test.key'), '{"email": "g$n@acme.com"}')$$),
	($$revyops_http.handle_shared('POST', '/public/v2/contacts', '', current_setting('test.key'), '{"email": "s$n@acme.com"}')$$),
	($$revyops_http.handle('POST', '/public/v2/contacts/batch', '', current_setting('test.key'), '{"contacts": [{"email": "i$n@acme.com"}, {"email": "jane@acme.com"}]}')$$),
	($$revyops_http.handle_read('GET', '/public/v2/contacts/$jane', '', current_setting('test.key'), NULL)$$),
	($$revyops_http.handle('GET', '/public/v2/$n', '', '', NULL)$$),
	($$count(*) FROM revyops_http.endpoints()$$);
-- what measures keeps its own plans
SELECT test.grown('SELECT $n') \gset hidden_
SELECT plan((SELECT count(*) FROM calls)::int + 1);
SELECT cmp_ok(test.grown('SELECT ' || replace(call, '$jane', current_setting('test.jane'))), '<', 2048::bigint, split_part(call, '$n', 1)) FROM calls;

-- a trigger that searches, each time in another form: a plan that loses its place is freed, though a statement is running around it
CREATE FUNCTION test.search_again() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
BEGIN
	PERFORM revyops_search_contacts(jsonb_build_object('page_size', 1, 'filters', (SELECT jsonb_agg(jsonb_build_object('member', 'id', 'value', 5,
		'operator', CASE WHEN (current_setting('test.form')::int >> i) % 2 = 0 THEN 'ge' ELSE 'gt' END)) FROM generate_series(0, 8) i)));
	RETURN NULL;
END
$$;
CREATE TRIGGER search_again AFTER UPDATE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.search_again();
SET LOCAL revyops.client_id = 2;
SELECT cmp_ok(test.grown(replace($$SELECT set_config('test.form', '$n', true), revyops_update_contact($jane, '{"last_name": "form $n"}')$$, '$jane', current_setting('test.jane'))), '<', 2000000::bigint, 'searches in a trigger');
SELECT finish();
ROLLBACK;
