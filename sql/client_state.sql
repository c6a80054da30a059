\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(133);
-- Clients that are being moved to another server, or were: what is refused of them.
SELECT test.two_clients() \gset
SELECT revyops_create_api_key(1, 'x') AS key, revyops_create_contact('{"email": "jane@acme.com"}')->>'id' AS contact, revyops_create_company('{"domain": "acme.com"}')->>'id' AS company,
	regexp_replace(revyops_create_webhook(1, 'neutral', 'x'), '^.*/', '') AS token \gset
SELECT revyops_set_webhook_ring(1, 10) AS "ring" \gset hidden_
SELECT revyops_create_agency('Agency') AS agency \gset
CREATE VIEW test.state AS SELECT string_agg(state, ' ' ORDER BY id) AS states FROM revyops.client;
-- state tries to give client 1 another state, and shows both clients' after it
CREATE FUNCTION test.state(state text) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	PERFORM public.revyops_set_client_state(1, state);
	RETURN (SELECT states FROM test.state);
END
$$;

-- ---------------------------------------------------------------- the function
SELECT is(states, 'active active', 'how clients start') FROM test.state;
SELECT test.fails_400('SELECT revyops_set_client_state(NULL, NULL)', '[{"parameter": "client_id", "code": "required"}, {"parameter": "state", "code": "invalid_client_state"}]', 'NULL');
SELECT test.fails_400($$SELECT revyops_set_client_state(1, 'Moving')$$, '[{"parameter": "state", "code": "invalid_client_state"}]', 'a state that is none');
SELECT test.fails_with($$SELECT revyops_set_client_state(7, 'moving')$$, 'PT404', 'client not found', '[{"parameter": "client_id", "code": "not_found"}]', 'an unknown client');
SELECT test.fails_400($$SELECT revyops_set_client_state(1, 'moved')$$, '[{"parameter": "state", "code": "invalid_client_state"}]', 'moved before moving');
SELECT is(test.state(state), expected, 'to ' || state || n)
	FROM (VALUES (1, 'active', 'active active'), (2, 'moving', 'moving active'), (3, 'moving', 'moving active'), (4, 'active', 'active active'), (5, 'moving', 'moving active'), (6, 'moved', 'moved active'), (7, 'moved', 'moved active')) v(n, state, expected);
SELECT test.fails_400($$SELECT revyops_set_client_state(1, 'moving')$$, '[{"parameter": "state", "code": "invalid_client_state"}]', 'moving after moved');
SELECT is(test.state('active'), 'active active', 'but active');
SELECT throws_ok($$UPDATE revyops.client SET state = 'x'$$, '23514', NULL, 'no other state is stored');

-- ---------------------------------------------------------------- moving: functions
-- tried calls every function of the extension that changes data of its caller, without arguments
CREATE FUNCTION test.tried() RETURNS TABLE (name text, answer text)
	LANGUAGE plpgsql AS $$
DECLARE
	got jsonb;
	nargs integer;
BEGIN
	FOR name, nargs IN SELECT p.proname, p.pronargs FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		WHERE p.proname LIKE 'revyops\_%' AND p.prosecdef AND p.provolatile = 'v' ORDER BY 1
	LOOP
		got := test.try(format('SELECT public.%I(%s)', name, concat_ws(', ', VARIADIC array_fill('NULL'::text, ARRAY[nargs]))));
		answer := concat_ws(' ', got->>'sqlstate', got->>'message', (SELECT string_agg(concat_ws('=', e->>'parameter', e->>'code'), ',') FROM jsonb_array_elements(CASE WHEN got->>'detail' ~ '^\[' THEN (got->>'detail')::jsonb END) e));
		RETURN NEXT;
	END LOOP;
END
$$;
CREATE VIEW test.administrative AS SELECT unnest(ARRAY['revyops_create_client', 'revyops_create_api_key', 'revyops_revoke_api_key', 'revyops_set_client_setting', 'revyops_set_client_state', 'revyops_expire', 'revyops_trim_changes',
	'revyops_enable_text_search', 'revyops_create_agency', 'revyops_create_webhook', 'revyops_create_agency_webhook', 'revyops_route_webhook_account', 'revyops_set_webhook_secret', 'revyops_set_webhook_labels', 'revyops_set_webhook_ring', 'revyops_revoke_webhook']) AS name;
SELECT test.state('moving') AS "now" \gset hidden_
SELECT test.rows() AS before \gset
SELECT is_empty($$SELECT * FROM test.tried() WHERE name NOT IN (SELECT name FROM test.administrative) AND name <> 'revyops_import_status' AND answer <> 'PT503 client is being moved client_id=client_moving'$$, 'moving: every function that changes data is refused');
SELECT cmp_ok(count(*), '>=', 39::bigint, 'and there are such') FROM test.tried() WHERE answer = 'PT503 client is being moved client_id=client_moving';
SELECT test.fails_with(format('SELECT %s', call), 'PT503', 'client is being moved', '[{"parameter": "client_id", "code": "client_moving"}]', 'moving: ' || regexp_replace(call, 'rvo_[0-9a-f]+', 'rvo_'))
	FROM (VALUES ('revyops_create_contact(''{"email": "x@acme.com"}'')'), ('(SELECT status FROM revyops_create_contacts(''[{"email": "x@acme.com"}]''))'), ('revyops_import_csv(''Email'')'),
		('revyops_create_api_key(1, ''y'')'), ('revyops_revoke_api_key(''' || left(:'key', 16) || ''')'), ('revyops_set_client_setting(1, ''changes'', ''on'')'), ('revyops_create_webhook(1, ''neutral'', ''y'')'),
		('revyops_set_webhook_secret(1, ''none'')'), ('revyops_set_webhook_labels(1, ''{}'')'), ('revyops_set_webhook_ring(1, 5)'), ('revyops_revoke_webhook(1)'), ('revyops_route_webhook_account(' || :agency || ', ''neutral'', ''x'', 1)')) v(call);
SELECT is(test.rows(), :'before', 'and nothing was written');

-- ---------------------------------------------------------------- reads go on
SELECT is(test.try(format('SELECT %s', call)), jsonb_build_object('value', expected), 'moving: ' || regexp_replace(call, 'rvo_[0-9a-f]+', 'rvo_'))
	FROM (VALUES ('revyops_get_contact(' || :'contact' || ')->>''email''', 'jane@acme.com'), ('revyops_list_contacts()->''results''->0->>''email''', 'jane@acme.com'), ('(SELECT count(*) FROM revyops_list_api_keys(1))', '1'),
		('(SELECT status FROM revyops_check_contacts(''[{"email": "jane@acme.com"}]''))', '409'), ('revyops.current_client_id()', '1')) v(call, expected);
SELECT test.fails_with('SELECT revyops_changes()', 'PT409', 'changes are not noted', '[{"parameter": "changes", "code": "changes_off"}]', 'moving: the change feed is asked');

-- ---------------------------------------------------------------- over HTTP
CREATE FUNCTION test.http(method text, path text, body text, key text) RETURNS text
	LANGUAGE sql AS $$ SELECT concat_ws(' ', a.status, substring(a.headers FROM 'Retry-After: \d+'), (SELECT string_agg(e->>'code', ',') FROM jsonb_array_elements(a.body::jsonb->'errors') e))
	FROM revyops_http.handle(method, path, '', 'X-API-Key: ' || key || E'\nContent-Type: application/json', convert_to(body, 'UTF8')) a $$;
CREATE TABLE test.request AS SELECT * FROM (VALUES ('POST', '/public/v2/contacts', '{"email": "x@acme.com"}'), ('POST', '/public/v2/contacts/batch', '{"contacts": [{"email": "x@acme.com"}]}'),
	('PATCH', '/public/v2/contacts/' || :'contact', '{"first_name": "x"}'), ('DELETE', '/public/v2/contacts/' || :'contact', ''), ('POST', '/public/neutral-webhook/' || :'token', '{"unreadable"'),
	('GET', '/public/v2/contacts/' || :'contact', ''), ('POST', '/public/v2/contacts/search', '{}')) v(method, path, body);
SELECT is(test.http(method, path, body, :'key'), '503 Retry-After: 3 client_moving', 'moving: ' || method || ' ' || regexp_replace(path, '[^/]{60,}|\d+$', ''))
	FROM test.request WHERE method <> 'GET' AND path !~ 'search';
SELECT is(test.http(method, path, body, :'key'), '200', 'moving: ' || method || ' ' || regexp_replace(path, '\d+$', ''))
	FROM test.request WHERE method = 'GET' OR path ~ 'search';
SELECT is((SELECT count(*) FROM revyops.webhook_ring), 0::bigint, 'and a delivery that cannot be read is not kept');
SET LOCAL revyops.client_id = 2;
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "x@acme.com"}')->>'email'$$), '{"value": "x@acme.com"}', 'another client goes on');
SET LOCAL revyops.client_id = 1;

-- ---------------------------------------------------------------- moved
SELECT test.state('moved') AS "now" \gset hidden_
SELECT is_empty($$SELECT * FROM test.tried() WHERE name NOT IN (SELECT name FROM test.administrative) AND name <> 'revyops_import_status' AND answer <> 'PT503 client was moved client_id=client_moved'$$, 'moved: every function that changes data is refused');
SELECT test.fails_with(format('SELECT %s', call), 'PT503', 'client was moved', '[{"parameter": "client_id", "code": "client_moved"}]', 'moved: ' || call)
	FROM (VALUES ('revyops_get_contact(' || :'contact' || ')'), ('revyops_list_contacts()'), ('(SELECT status FROM revyops_check_contacts(''[]''))'), ('revyops_changes()'), ('revyops_create_api_key(1, ''y'')')) v(call);
SELECT is(revyops.current_client_id(), NULL, 'moved: nobody, for row-level security');
SELECT is(test.http(method, path, body, :'key'), '503 Retry-After: 3 client_moved', 'moved: ' || method || ' ' || regexp_replace(path, '[^/]{60,}|\d+$', '')) FROM test.request;
SET LOCAL revyops.client_id = 0;
SELECT set_config('revyops.api_key', :'key', true) AS "set" \gset hidden_
SELECT test.fails_with(format('SELECT revyops_get_contact(%s)', :'contact'), 'PT503', 'client was moved', '[{"parameter": "client_id", "code": "client_moved"}]', 'moved: by a key');
SELECT test.state('active') AS "now" \gset hidden_
SELECT is(test.try(format('SELECT revyops_get_contact(%s)->>''email''', :'contact')), '{"value": "jane@acme.com"}', 'active again');

-- ---------------------------------------------------------------- master lists
-- both clients have the same domain, e-mail address, LinkedIn URL and custom fields, and records that were merged
SELECT set_config('revyops.api_key', '', true) AS "set" \gset hidden_
SELECT revyops_create_api_key(1, 'x', NULL, 'master') AS one, revyops_create_api_key(2, 'x', NULL, 'master') AS two, revyops_create_api_key(1, 'x') AS client \gset key_
DELETE FROM revyops.contact;
DELETE FROM revyops.company;
INSERT INTO revyops.company (client_id, id, domain, name, custom_fields)
	SELECT c, 10 * c, 'same.com', 'Same', '[{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "x"}]' FROM generate_series(1, 2) c;
INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name, company_id, custom_fields)
	SELECT c, 10 * c, 'jane@same.com', 'https://www.linkedin.com/in/jane', 'Jane', 10 * c, '[{"id": 1, "field_name": "Tier", "field_value": "1", "updated_time": "x"}]' FROM generate_series(1, 2) c;
INSERT INTO revyops.merged_contact (client_id, id, kept_id, email) SELECT c, 10 * c + 1, 10 * c, 'old@same.com' FROM generate_series(1, 2) c;
INSERT INTO revyops.merged_company (client_id, id, kept_id, merged_time) SELECT c, 10 * c + 1, 10 * c, now() FROM generate_series(1, 2) c;
-- shown is the status, and the client of each record, or where a merged one is; and the count
CREATE FUNCTION test.shown(path text, key text) RETURNS text
	LANGUAGE sql AS $$
	SELECT concat_ws(' ', a.status, substring(a.headers FROM 'Location: (\S+)'), substring(a.headers FROM 'Retry-After: \d+'),
		(SELECT string_agg(e->>'client_id', ',' ORDER BY n) FROM jsonb_array_elements(CASE WHEN a.body::jsonb ? 'results' THEN a.body::jsonb->'results' WHEN jsonb_typeof(a.body::jsonb) = 'array' THEN a.body::jsonb ELSE jsonb_build_array(a.body::jsonb) END) WITH ORDINALITY t(e, n)),
		'of ' || (a.body::jsonb->>'count'), (SELECT string_agg(e->>'code', ',') FROM jsonb_array_elements(a.body::jsonb->'errors') e))
	FROM revyops_http.handle_read('GET', regexp_replace(path, '\?.*', ''), coalesce(substring(path FROM '\?(.*)'), ''), 'X-API-Key: ' || key, '') a $$;
CREATE TABLE test.master_list AS SELECT * FROM (VALUES
	('/public/v2/contacts-master-list', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?page_size=1&count=exact', '200 1 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?page=7', '200 of 2', '200 of 1'),
	('/public/v2/contacts-master-list?firstname=Jane', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?firstname=Jane&page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?email=jane@same.com', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?email=old@same.com&page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?linkedin_url=linkedin.com/in/jane', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list?domain=same.com&page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/contacts-master-list/lookup-by-custom-field?field_name=Tier&field_value=1', '200 1,2 of 2', '200 2 of 1'),
	('/public/contacts-master-list', '200 1,2', '200 2'),
	('/public/v2/contacts-master-list/10', '200 1', '404 not_found'),
	('/public/v2/contacts-master-list/11', '301 /public/v2/contacts-master-list/10 merged', '404 not_found'),
	('/public/v2/contacts-master-list/20', '200 2', '200 2'),
	('/public/v2/companies-master-list', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/companies-master-list?page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/companies-master-list?page=7', '200 of 2', '200 of 1'),
	('/public/v2/companies-master-list?name=Same&page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/companies-master-list?domain=same.com&page_size=1', '200 1 of 2', '200 2 of 1'),
	('/public/v2/companies-master-list?industry=SaaS', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/companies-master-list/lookup-by-custom-field?field_name=Industry&field_value=SaaS', '200 1,2 of 2', '200 2 of 1'),
	('/public/v2/companies-master-list/10', '200 1', '404 not_found'),
	('/public/v2/companies-master-list/11', '301 /public/v2/companies-master-list/10 merged', '404 not_found'),
	('/public/v2/companies-master-list/21', '301 /public/v2/companies-master-list/20 merged', '301 /public/v2/companies-master-list/20 merged')) v(path, of_both, of_two);
SELECT is(test.shown(path, :'key_one'), of_both, 'active: ' || path) FROM test.master_list;
SELECT test.state('moving') AS "now" \gset hidden_
SELECT is(test.shown(path, :'key_one'), of_both, 'moving: ' || path) FROM test.master_list WHERE path ~ '/contacts-master-list(/\d+)?$';
SELECT test.state('moved') AS "now" \gset hidden_
SELECT is(test.shown(path, :'key_two'), of_two, 'moved: ' || path) FROM test.master_list;
SELECT is(test.shown(path, :'key_one'), '503 Retry-After: 3 client_moved', 'moved, by its own master key: ' || path) FROM test.master_list WHERE path ~ '/v2/c.*-master-list(/\d+)?$';
SELECT is(test.shown('/public/v2/contacts-master-list', :'key_client'), '403 master_key_required', 'nor is another key of it a master key now');
SELECT test.state('active') AS "now" \gset hidden_
SELECT is(test.shown(path, :'key_two'), of_both, 'active again: ' || path) FROM test.master_list WHERE path ~ '/v2/c.*-master-list(/\d+)?$';

SELECT * FROM finish();
ROLLBACK;
