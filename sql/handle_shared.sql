\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Requests that share a transaction: each is as if it were alone in it, and what others are in the way of is given back.
-- Here they share that of the file; specs/share_transaction.spec has two at once.
SELECT plan(50);
SELECT test.two_clients() \gset hidden_
SELECT set_config('test.headers', 'X-API-Key: ' || revyops_create_api_key(1, 'x'), true) AS hidden \gset

-- A statement each, so that each sees what the one before has done.
CREATE FUNCTION test.told(status integer, headers text, body text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', status, j->>'detail', (SELECT string_agg(concat_ws(' ', coalesce(e->>'pointer', e->>'parameter'), e->>'code', e->>'existing_id'), ', ') FROM jsonb_array_elements(j->'errors') e), 'id ' || (j->>'id'),
		nullif('[' || (SELECT string_agg(h, ', ') FROM string_to_table(headers, E'\n') h WHERE h !~ '^(Content-Type: |Cache-Control: |$)') || ']', '[]'))
	FROM (SELECT nullif(body, '')::jsonb) b(j) $$;
CREATE FUNCTION test.shared(request text, body text, more text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN test.told(a.status, a.headers, a.body) FROM revyops_http.handle_shared(split_part(request, ' ', 1), split_part(split_part(request, ' ', 2), '?', 1), split_part(request, '?', 2), current_setting('test.headers') || E'\n' || more, convert_to(body, 'UTF8')) a;
END
$$;
CREATE FUNCTION test.alone(request text, body text, more text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN test.told(a.status, a.headers, a.body) FROM revyops_http.handle(split_part(request, ' ', 1), split_part(split_part(request, ' ', 2), '?', 1), split_part(request, '?', 2), current_setting('test.headers') || E'\n' || more, convert_to(body, 'UTF8')) a;
END
$$;

-- ---- which may share
SELECT results_eq('SELECT method, path FROM revyops_http.endpoints() WHERE may_share', $$VALUES
	('POST', '/public/v2/contacts'), ('PUT', '/public/v2/contacts'), ('PATCH', '/public/v2/contacts/{id}'), ('POST', '/public/v2/contacts/{id}/custom-fields'), ('PATCH', '/public/v2/contacts/{id}/custom-fields/{field_id}'), ('POST', '/public/contacts'), ('PATCH', '/public/contacts/{id}'),
	('POST', '/public/contacts/{id}/custom-fields'), ('PATCH', '/public/contacts/{id}/custom-fields/{field_id}'),
	('POST', '/public/v2/companies'), ('PUT', '/public/v2/companies'), ('PATCH', '/public/v2/companies/{id}'), ('POST', '/public/v2/companies/{id}/custom-fields'), ('PATCH', '/public/v2/companies/{id}/custom-fields/{field_id}'), ('POST', '/public/companies'), ('PATCH', '/public/companies/{id}'),
	('POST', '/public/companies/{id}/custom-fields'), ('PATCH', '/public/companies/{id}/custom-fields/{field_id}'),
	('POST', '/public/v2/emails'), ('POST', '/public/v2/emails/set-interested'), ('POST', '/public/v2/emails/{id}/custom-fields'), ('PATCH', '/public/v2/emails/{id}/custom-fields/{field_id}'),
	('POST', '/public/emails'), ('POST', '/public/emails/set-interested'), ('POST', '/public/emails/{id}/custom-fields'),
	('POST', '/public/v2/do-not-contact'), ('POST', '/public/v2/do-not-contact/remove')$$, 'single creates, upserts and changes may share');

-- ---- one after another, as by handle
SELECT is(test.shared(request, body, more), answer, request || ' ' || body) FROM (VALUES
	('POST /public/v2/companies', '{"domain": "acme.com"}', '', '201 id 1 [Location: /public/v2/companies/1]'), ('POST /public/companies', '{"domain": "beta.com"}', '', '201 id 2 [Location: /public/companies/2]'),
	('POST /public/v2/contacts', '{"email": "jane@acme.com", "company_id": "acme.com"}', '', '201 id 1 [Location: /public/v2/contacts/1]'), ('POST /public/contacts', '{"email": "joe@acme.com"}', '', '201 id 2 [Location: /public/contacts/2]'),
	('POST /public/v2/contacts', '{"email": "JANE@acme.com"}', '', '409 Contact already exists. /email already_exists 1'), ('POST /public/v2/contacts', '{"email": "nope"}', '', '400 Invalid request. /email invalid_email'), ('POST /public/v2/contacts', '{', '', '400 Invalid request.  malformed_body'),
	('PUT /public/v2/contacts', '{"email": "jane@acme.com", "first_name": "Jane"}', '', '200 id 1'), ('PUT /public/v2/contacts', '{"email": "jim@acme.com"}', 'Prefer: handling=strict', '201 id 4 [Location: /public/v2/contacts/4, Preference-Applied: handling=strict]'),
	('PATCH /public/v2/contacts/1', '{"email": "joe@acme.com"}', '', '409 Contact already exists. /email already_exists 2'), ('PATCH /public/contacts/2', '{"company_id": "beta.com"}', '', '200 id 2'), ('PATCH /public/v2/companies/2', '{"name": "Beta"}', '', '200 id 2'), ('PATCH /public/companies/9', '{}', '', '404 Company not found. id not_found'),
	('POST /public/contacts/1/custom-fields', '{"field_name": "a", "field_value": "1"}', '', '200 id 1'), ('PATCH /public/contacts/1/custom-fields/1', '{"field_value": "2"}', '', '200 id 1'), ('POST /public/contacts/1/custom-fields', '{"field_name": "a", "field_value": "3"}', '', '409 Custom field already exists. /field_name already_exists 1'),
	('POST /public/companies/1/custom-fields', '{"field_name": "a", "field_value": "1"}', '', '201 id 2'), ('PATCH /public/companies/1/custom-fields/2', '{"field_value": "2"}', '', '200 id 2')) t(request, body, more, answer);
SELECT is(string_agg(concat_ws(' ', id, email, first_name, company_id, custom_fields->0->>'field_value'), ', ' ORDER BY id), '1 jane@acme.com Jane 1 2, 2 joe@acme.com  2, 4 jim@acme.com ', 'contacts are what was answered') FROM revyops.contact;
SELECT is(string_agg(concat_ws(' ', id, domain, name, custom_fields->0->>'field_value'), ', ' ORDER BY id), '1 acme.com  2, 2 beta.com Beta', 'companies, too') FROM revyops.company;
SELECT is(a::text, $$(404,"Content-Type: application/json; charset=utf-8
Cache-Control: no-store
","{""detail"": ""Not found.""}")$$, 'what needs no transaction is answered as by handle') FROM revyops_http.handle_shared('GET', '/nowhere', '', '', '') a;

-- ---- idempotency keys: as with two calls of handle in one transaction
SELECT is(test.shared(request, body, 'Idempotency-Key: ' || key), answer, format('key %s: %s', key, body)) FROM (VALUES (1, 'POST /public/v2/contacts', 'k', '{"email": "once@acme.com"}', '201 id 5 [Location: /public/v2/contacts/5]'), (2, 'POST /public/v2/contacts', 'k', '{"email": "once@acme.com"}', '201 id 5 [Location: /public/v2/contacts/5, Idempotent-Replayed: true]'),
	(3, 'POST /public/v2/contacts', 'k', '{"email": "twice@acme.com"}', '422 Idempotency key was used for another request. Idempotency-Key key_reused'), (4, 'POST /public/v2/contacts', 'failed', '{"email": "nope"}', '400 Invalid request. /email invalid_email'), (5, 'POST /public/v2/contacts', 'failed', '{"email": "good@acme.com"}', '201 id 6 [Location: /public/v2/contacts/6]')) t(n, request, key, body, answer);
SELECT is(test.alone('POST /public/v2/contacts', '{"email": "once@acme.com"}', 'Idempotency-Key: k'), '201 id 5 [Location: /public/v2/contacts/5, Idempotent-Replayed: true]', 'handle finds what was kept');
SELECT is(test.alone('POST /public/v2/contacts', '{"email": "alone@acme.com"}', 'Idempotency-Key: alone'), '201 id 7 [Location: /public/v2/contacts/7]', 'handle keeps an answer');
SELECT is(test.shared('POST /public/v2/contacts', '{"email": "alone@acme.com"}', 'Idempotency-Key: alone'), '201 id 7 [Location: /public/v2/contacts/7, Idempotent-Replayed: true]', 'which is replayed in a shared transaction');

-- ---- errors: what others were in the way of, and any other
CREATE FUNCTION test.raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'secret' USING ERRCODE = NEW.last_name; END $$;
CREATE TRIGGER own_raise AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.origin = 'raise') EXECUTE FUNCTION test.raise();
CREATE CONSTRAINT TRIGGER own_late_raise AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.origin = 'late') EXECUTE FUNCTION test.raise();
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create') \g /dev/null
CREATE FUNCTION test.raising(state text, how text DEFAULT 'raise') RETURNS text LANGUAGE sql AS $$ SELECT format('{"email": "r@acme.com", "company_id": "gamma.com", "origin": "%s", "last_name": "%s", "colour": 1}', how, state) $$;
SELECT test.rows() AS before \gset
SELECT is(current_setting('lock_timeout'), '0', 'a lock is waited for as long as the transaction says');
-- No line is logged but that of the 500, which stands in the expected output.
\set VERBOSITY terse
SET LOCAL client_min_messages = log;
SELECT is(a::text, '(0,"","")', format('%s, %s: status 0 and nothing else', state, how)) FROM unnest(ARRAY['40001', '40P01', '55P03']) state, unnest(ARRAY['raise', 'late']) how,
	revyops_http.handle_shared('POST', '/public/v2/contacts', '', current_setting('test.headers') || E'\nPrefer: handling=lenient\nIdempotency-Key: again', convert_to(test.raising(state, how), 'UTF8')) a;
SELECT is(current_setting('lock_timeout'), '1ms', 'and from the first status 0 on hardly at all');
SELECT is(test.shared('POST /public/v2/contacts', test.raising('P0001')), '500 Internal server error.', 'any other error is an answer');
SELECT is(test.shared('GET /public/v2/contacts', ''), '0', 'what only reads may not share');
SELECT is(test.shared(request, body), '0', request || ' may not share') FROM (VALUES ('POST /public/v2/contacts/1/merge', '{"other_id": 2}'), ('DELETE /public/contacts/1', ''), ('DELETE /public/contacts/1/custom-fields/1', ''), ('POST /public/v2/contacts/batch', '{"contacts": [{"email": "b@acme.com"}]}'), ('PUT /public/v2/contacts/batch', '{"contacts": [{"email": "b@acme.com"}]}')) t(request, body);
SET LOCAL client_min_messages = warning;
SELECT is(test.rows(), :'before', 'nothing is left of any');
CREATE FUNCTION test.stopped() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN test.shared('POST /public/v2/contacts', test.raising('57014'));
EXCEPTION WHEN query_canceled THEN
	RETURN 'stopped: ' || SQLERRM;
END
$$;
SELECT is(test.stopped(), 'stopped: secret', 'an order to stop ends the statement');
SELECT is(test.alone('POST /public/v2/contacts', test.raising('55P03')), '503 Service unavailable, try again. [Retry-After: 1]', 'alone it is 503');
SELECT is(test.alone('POST /public/v2/contacts', '{"email": "r@acme.com"}', 'Idempotency-Key: again'), '201 id 17 [Location: /public/v2/contacts/17]', 'what was undone can be repeated, also under its key');
SELECT is(test.shared('POST /public/v2/contacts', '{"email": "last@acme.com"}'), '201 id 18 [Location: /public/v2/contacts/18]', 'the transaction goes on');

SELECT * FROM finish();
ROLLBACK;
