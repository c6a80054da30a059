\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- One request in, one answer out, as a front would call it.  A setting makes nobody the caller here.
SELECT plan(269);
SELECT test.two_clients() \gset
SELECT revyops_create_api_key(1, 'x') AS key, revyops_create_api_key(1, 'x', NULL, 'master') AS master, revyops_create_api_key(2, 'x') AS other \gset
SELECT set_config('test.key', :'key', true), set_config('test.master', :'master', true), set_config('test.other', :'other', true) \gset hidden_
SELECT count(*) AS hidden FROM revyops_create_contacts('[{"email": "jane@acme.com"}, {"email": "joe@acme.com"}]') \gset

-- told is an answer on one line: status, detail, faults, what is shown, and in brackets the headers that not every answer has.
CREATE FUNCTION test.told(status integer, headers text, body text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN headers ~ '^([A-Za-z-]+: [ -~]*\n)+$' AND headers ~ '(^|\n)Cache-Control: no-store\n$' AND (body = '' OR headers ~ 'Content-Type: application/json; charset=utf-8\nCache') THEN
		concat_ws(' ', status, j->>'detail',
			(SELECT string_agg(concat_ws(' ', coalesce(e->>'pointer', e->>'parameter'), e->>'code'), ', ') FROM jsonb_array_elements(j->'errors') e),
			'id ' || (j->>'id'), 'count ' || (j->>'count'), 'created ' || (j->'summary'->>'created'),
			nullif('[' || (SELECT string_agg(h, ', ') FROM string_to_table(headers, E'\n') h WHERE h !~ '^(Content-Type: |Cache-Control: |$)') || ']', '[]'))
		ELSE format('wrong headers %L or body %L', headers, body) END
	FROM (SELECT nullif(body, '')::jsonb) b(j) $$;
-- In a request K, M and O are keys: of client 1, the same as a master key, and of client 2.
CREATE FUNCTION test.with_keys(headers text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(replace(replace(headers, '{K}', current_setting('test.key')), '{M}', current_setting('test.master')), '{O}', current_setting('test.other')) $$;
CREATE FUNCTION test.ask(request text, headers text DEFAULT 'X-API-Key: {K}', body text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT test.told(a.status, a.headers, a.body)
	FROM revyops_http.handle(split_part(request, ' ', 1), substring(request FROM '^\S* ([^?]*)'), coalesce(substring(request FROM '\?(.*)$'), ''), test.with_keys(headers), convert_to(body, 'UTF8')) a $$;

CREATE FUNCTION test.shown(value text) RETURNS text LANGUAGE sql AS $$ SELECT left(to_json(value)::text, 100) $$;

-- ---- the whole of an answer
SELECT is(a::text, e, d) FROM (VALUES
	(revyops_http.handle('GET', '/public/v2/contacts/9', '', 'X-API-Key: ' || :'key', ''), $$(404,"Content-Type: application/json; charset=utf-8
Cache-Control: no-store
","{""detail"": ""Contact not found."", ""errors"": [{""parameter"":""id"",""code"":""not_found"",""message"":""There is none with this id, domain or address.""}]}")$$, 'an error'),
	(revyops_http.handle('GET', '/nowhere', '', '', ''), $$(404,"Content-Type: application/json; charset=utf-8
Cache-Control: no-store
","{""detail"": ""Not found.""}")$$, 'no route'),
	(revyops_http.handle('DELETE', '/public/contacts/2', '', 'X-API-Key: ' || :'key', ''), $$(204,"Cache-Control: no-store
","")$$, 'no body')) t(a, e, d);

-- ---- paths, octet by octet
SELECT is(test.ask('GET ' || path), '404 Not found.', 'no path: ' || test.shown(path)) FROM unnest(ARRAY['', '/', '*', '/public', '/public/', '/public/v2/contacts/', '/public/v2/Contacts', '/PUBLIC/v2/contacts', '/public//v2/contacts',
	'/public/v2/./contacts', '/public/v2/contact', '/public/v2/contactss', 'public/v2/contacts', '/public/v2/%63ontacts', '/public/v2/contacts%0A', E'/public/v2/contacts\n', E'/public/v2/contacts\r\n', '/public/v2/contacts ',
	'/public/v2/contacts;a', '/public/v2/contacts#a', '/public/v2/contacts/', '/public/v2/contacts/x', '/public/v2/contacts/-1', '/public/v2/contacts/+1', '/public/v2/contacts/1/', E'/public/v2/contacts/1\n', '/public/v2/contacts/1%0A', '/public/v2/contacts/١',
	'/public/v2/contacts/{id}', '/public/v2/contacts/1/2', '/public/contacts/1/custom-fields/', '/public/contacts/1/custom-fields/x', '/public/contacts//custom-fields', '/public/v2/contacts/1/custom-fields/', 'http://x/public/v2/contacts', '/rpc/handle']) path;
SELECT is(test.ask('DELETE /public/contacts/1' || coalesce(tail, '')), '404 Not found.', 'deletes nothing: ' || test.shown(tail)) FROM unnest(ARRAY[E'\n', '%0A', '%20', ' ', '/', ',2']) tail;
SELECT is(test.ask('GET /public/v2/contacts/' || id), e, 'id ' || test.shown(id)) FROM (VALUES ('1', '200 id 1'), ('0001', '200 id 1'), ('0', '404 Contact not found. id not_found'), ('9223372036854775807', '404 Contact not found. id not_found'),
	('9223372036854775809', '404 Contact not found. id not_found'), (repeat('1', 1000), '404 Contact not found. id not_found')) t(id, e);
SELECT is(test.ask('PATCH /public/contacts/1/custom-fields/7', body => '{"field_value": "x"}'), '404 Custom field not found. field_id not_found', 'both ids of a path');

-- ---- methods
SELECT is(test.ask(method || ' ' || path), format('405 Method not allowed. [Allow: %s]', allow), format('%L of %s', method, path)) FROM (VALUES ('DELETE', '/public/v2/contacts', 'GET, HEAD, POST, PUT'), ('get', '/public/v2/contacts', 'GET, HEAD, POST, PUT'),
	('', '/public/v2/contacts/1', 'GET, HEAD, PATCH, DELETE'), ('OPTIONS', '/public/contacts/1', 'GET, HEAD, PATCH, DELETE'), ('GET', '/public/v2/companies/batch', 'POST, PUT'), ('GETS', '/public/companies-master-list', 'GET, HEAD')) t(method, path, allow);
SELECT is(test.ask('HEAD ' || path, headers), answer, 'HEAD ' || path) FROM (VALUES ('/public/v2/contacts', 'X-API-Key: {K}', '200 [X-Revyops-Count: exact]'), ('/public/v2/contacts/1', 'X-API-Key: {K}', '200'), ('/public/v2/contacts/9', 'X-API-Key: {K}', '404'),
	('/public/v2/contacts', '', '403'), ('/public/v2/contacts/batch', 'X-API-Key: {K}', '405 [Allow: POST, PUT]'), ('/public/v2/nothing', 'X-API-Key: {K}', '404')) t(path, headers, answer);
SELECT is(h.headers, g.headers, 'HEAD has the headers of GET') FROM revyops_http.handle('HEAD', '/public/v2/contacts/1', '', 'X-API-Key: ' || :'key', '') h, revyops_http.handle('GET', '/public/v2/contacts/1', '', 'X-API-Key: ' || :'key', '') g;

-- ---- the query
SELECT is(test.ask('GET /public/v2/contacts?' || query), e, 'query ' || test.shown(query)) FROM (VALUES ('', '200 count 1 [X-Revyops-Count: exact]'), ('email=joe%40acme.com', '200 count 0 [X-Revyops-Count: exact]'), ('email=jane%40acme.com', '200 count 1 [X-Revyops-Count: exact]'), ('?', '200 count 1 [X-Revyops-Count: exact, X-Revyops-Unknown-Parameters: %3F]'),
	('email=ä', '200 count 0 [X-Revyops-Count: exact]'), ('ä=1', '200 count 1 [X-Revyops-Count: exact, X-Revyops-Unknown-Parameters: %C3%A4]'), (E'email=a\n', '400 Invalid request. query malformed_query'), (E'\t', '400 Invalid request. query malformed_query'), (E'email=a\x7f', '400 Invalid request. query malformed_query'), ('email=%ff', '400 Invalid request. email malformed_query'), ('structure=x', '400 Invalid request. structure invalid_structure')) t(query, e);

-- ---- the body: its type and size, before who sends it
SELECT is(test.ask('POST /public/v2/contacts', concat_ws(E'\n', 'X-API-Key: nope', 'Content-Type: ' || type), '{'), e, 'content type ' || coalesce(test.shown(type), 'missing')) FROM (VALUES (NULL, '403 Missing or invalid credentials. X-API-Key invalid_credentials'), ('', '403 Missing or invalid credentials. X-API-Key invalid_credentials'),
	('application/json', '403 Missing or invalid credentials. X-API-Key invalid_credentials'), (E'Application/JSON\t; charset="UTF-8"', '403 Missing or invalid credentials. X-API-Key invalid_credentials'), ('multipart/form-data', '403 Missing or invalid credentials. X-API-Key invalid_credentials'),
	('application/x-www-form-urlencoded;a', '403 Missing or invalid credentials. X-API-Key invalid_credentials'), ('text/plain', '415 Unsupported media type. Content-Type unsupported_media_type'), ('; charset=utf-8', '415 Unsupported media type. Content-Type unsupported_media_type'), ('application/jsonx', '415 Unsupported media type. Content-Type unsupported_media_type'),
	('application/json, text/plain', '415 Unsupported media type. Content-Type unsupported_media_type'), ('application/json; a=ä', '415 Unsupported media type. Content-Type unsupported_media_type')) t(type, e);
SELECT is(test.ask(request, E'X-API-Key: nope\nContent-Type: text/plain\nContent-Encoding' || encoding, '{'), '415 Unsupported media type. Content-Encoding unsupported_encoding [Accept-Encoding: identity]', request || ' Content-Encoding' || test.shown(encoding)) FROM (VALUES ('POST /public/v2/contacts', ': gzip'), ('PUT /public/v2/contacts', ':GZIP'),
	('PATCH /public/v2/contacts/1', ': identity, br'), ('POST /public/v2/contacts/batch', ': identity;q=1'), ('POST /public/v2/companies', ': ä'), ('POST /public/v2/companies', E': identity\ncontent-ENCODING: zstd'), ('POST /public/v2/companies', ': ' || repeat('identity,', 1000) || 'x')) t(request, encoding);
SELECT is(test.ask('POST /public/v2/contacts', E'X-API-Key: nope\nContent-Encoding' || encoding, '{'), '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'not encoded: ' || test.shown(encoding)) FROM unnest(ARRAY[':', ': identity', ': Identity', ': identity, IDENTITY', ': ,,identity ,', E': identity\nContent-Encoding:']) encoding;
SELECT is(test.ask('GET /public/v2/contacts', E'X-API-Key: {K}\nContent-Encoding: gzip\nContent-Type: text/ä', repeat('x', 2000000)), '200 count 1 [X-Revyops-Count: exact]', 'where no body is taken nobody looks at it');
SELECT is(test.ask('POST /public/v2/' || path, 'X-API-Key: nope', repeat(' ', octets)), e, path || ', ' || octets) FROM (VALUES ('contacts', 1048576, '403 Missing or invalid credentials. X-API-Key invalid_credentials'), ('contacts', 1048577, '413 Request body too large.  too_large'),
	('contacts/batch', 16777216, '403 Missing or invalid credentials. X-API-Key invalid_credentials'), ('contacts/batch', 16777217, '413 Request body too large.  too_large')) t(path, octets, e);

-- ---- who is calling
SELECT is(test.ask('GET /public/v2/contacts', headers), e, d) FROM (VALUES
	('', '403 Missing or invalid credentials. X-API-Key missing_credentials', 'no key, although revyops.client_id is set'),
	(E'X-API-Key:\nAuthorization: \n', '403 Missing or invalid credentials. X-API-Key missing_credentials', 'empty headers are no key'),
	('x-API-key:{K}', '200 count 1 [X-Revyops-Count: exact]', 'the name in any case, the value with or without a space'), (E'X-API-Key: \t {K}\t ', '200 count 1 [X-Revyops-Count: exact]', 'or several'),
	('X-Master-API-Key: {O}', '200 count 0 [X-Revyops-Count: exact]', 'X-Master-API-Key'), ('Authorization: Bearer {O}', '200 count 0 [X-Revyops-Count: exact]', 'Bearer'), ('authorization: bEARER   {O}', '200 count 0 [X-Revyops-Count: exact]', 'bearer'),
	(E'X-API-Key: {O}\nX-API-Key: {K}', '200 count 0 [X-Revyops-Count: exact]', 'of two keys the first counts'), (E'X-API-Key: nope\nX-API-Key: {K}', '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'even if it is wrong'),
	(E'Authorization: Bearer nope\nX-Master-API-Key: nope\nX-API-Key: {O}', '200 count 0 [X-Revyops-Count: exact]', 'X-API-Key comes first'), (E'Authorization: Bearer nope\nX-Master-API-Key: {O}', '200 count 0 [X-Revyops-Count: exact]', 'then X-Master-API-Key'), (E'X-API-Key: \nX-Master-API-Key: {O}', '200 count 0 [X-Revyops-Count: exact]', 'an empty one is passed over'),
	('Authorization: Basic {K}', '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'another scheme'), ('Authorization: Bearer', '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'a scheme alone'), ('Authorization: {K}', '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'no scheme'),
	('X-API-Key: {K} {K}', '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'a key with a space'), (E'X-API-Key: {K}\r', '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'a key with a carriage return'), ('X-API-Key : {K}', '403 Missing or invalid credentials. X-API-Key missing_credentials', 'a name with a space'),
	(E'X-API-Key {K}\nx\n:\n\n: {K}', '403 Missing or invalid credentials. X-API-Key missing_credentials', 'lines that are no header'), ('X-API-Key: ' || repeat('k', 100000), '403 Missing or invalid credentials. X-API-Key invalid_credentials', 'a long key')) t(headers, e, d);
SELECT is(test.ask('GET /public/contacts-master-list/1', 'X-API-Key: {' || k || '}'), e, 'a master list for ' || k) FROM (VALUES ('K', '403 Missing or invalid credentials. X-API-Key master_key_required'), ('M', '200 id 1')) t(k, e);

-- ---- headers of several lines
SELECT is(test.ask('POST /public/v2/contacts', concat_ws(E'\n', 'X-API-Key: {K}', lines), '{"email": "p' || n || '@acme.com", "nmae": 1}'), e, 'preferences: ' || test.shown(lines)) FROM (VALUES
	(1, 'Prefer: handling=strict', '400 Invalid request. /nmae unknown_member [Preference-Applied: handling=strict]'), (2, E'Prefer: respond-async\nprefer: handling=strict', '400 Invalid request. /nmae unknown_member [Preference-Applied: handling=strict]'),
	(3, E'Prefer: a="b\nPrefer: c", handling=strict', '400 Invalid request. /nmae unknown_member [Preference-Applied: handling=strict]'), (4, E'Prefer:\nPrefer: handling=lenient\nPrefer: handling=strict', '201 id 3 [Location: /public/v2/contacts/3, X-Revyops-Unknown-Members: nmae, Preference-Applied: handling=lenient]'),
	(5, E'Prefer: ä\nPrefer: handling=strict', '201 id 4 [Location: /public/v2/contacts/4, X-Revyops-Unknown-Members: nmae]'), (6, 'Prefer: handling=strict, ' || repeat('x', 300), '201 id 5 [Location: /public/v2/contacts/5, X-Revyops-Unknown-Members: nmae]')) t(n, lines, e);
SELECT is(test.ask('POST /public/v2/contacts', concat_ws(E'\n', 'X-API-Key: {K}', lines), '{"email": "once@acme.com"}'), e, 'idempotency keys: ' || test.shown(lines)) FROM (VALUES
	(E'Idempotency-Key: k\nIdempotency-Key: k', '400 Invalid request. Idempotency-Key invalid_idempotency_key'), (E'Idempotency-Key: k\nIdempotency-Key:', '400 Invalid request. Idempotency-Key invalid_idempotency_key'), (E'Idempotency-Key:\nidempotency-key: k', '400 Invalid request. Idempotency-Key invalid_idempotency_key'),
	('Idempotency-Key: ä', '400 Invalid request. Idempotency-Key invalid_idempotency_key'), ('Idempotency-Key: ' || repeat('k', 256), '400 Invalid request. Idempotency-Key invalid_idempotency_key'), ('Idempotency-Key: ' || repeat('k', 255), '201 id 6 [Location: /public/v2/contacts/6]'),
	('idempotency-key:' || repeat('k', 255), '201 id 6 [Location: /public/v2/contacts/6, Idempotent-Replayed: true]'), ('Idempotency-Key:', '409 Contact already exists. /email already_exists')) t(lines, e);
-- nginx joins several lines by ", ", from 1.23 on.
SELECT is(test.ask('POST /public/v2/contacts', 'X-API-Key: {K}' || E'\nIdempotency-Key: ' || key, '{"email": "nope"}'), e, 'idempotency keys: ' || key) FROM (VALUES
	('k, k', '400 Invalid request. Idempotency-Key invalid_idempotency_key'), (', k', '400 Invalid request. Idempotency-Key invalid_idempotency_key'), ('k,', '400 Invalid request. Idempotency-Key invalid_idempotency_key'), ('k,k', '400 Invalid request. /email invalid_email'), (',k', '400 Invalid request. /email invalid_email')) t(key, e);
SELECT is(test.ask('POST /public/contacts', E'X-API-Key: {K}\nIdempotency-Key: ' || repeat('k', 255), '{"email": "once@acme.com"}'), '422 Idempotency key was used for another request. Idempotency-Key key_reused', 'a key is of a method and a path');
SELECT is(test.ask('PUT /public/v2/contacts', E'X-API-Key: {K}\nIdempotency-Key: \t', '{"email": "once@acme.com"}'), '200 id 6', 'where it counts for nothing it is not looked at');

-- ---- what a caller sends ends no header
SELECT is(test.ask('POST /public/v2/contacts', body => jsonb_build_object('email', 'i' || n || '@acme.com', name, 1)::text), format('201 id %s [Location: /public/v2/contacts/%1$s, X-Revyops-Unknown-Members: %s]', 7 + n, told), 'a member ' || test.shown(name)) FROM (VALUES
	(1, E'a\r\nSet-Cookie: b=c\r\n\r\n<p>', 'a%0D%0ASet-Cookie%3A%20b%3Dc%0D%0A%0D%0A%3Cp%3E'), (2, 'ä": {}', '%C3%A4%22%3A%20%7B%7D'), (3, E'\n', '%0A'), (4, '', '""')) t(n, name, told);
SELECT is((SELECT headers FROM revyops_http.handle(E'GET\r\nX: y', E'/public/v2/contacts\r\nX: y', E'\r\nX: y', E'X-API-Key: \r\nX: y', '')), E'Content-Type: application/json; charset=utf-8\nCache-Control: no-store\n', 'nothing of a request is told in a header');

-- ---- merged, upserted, created, in batches
SELECT is(test.ask(request, body => body), e, request) FROM (VALUES ('POST /public/v2/contacts/1/merge', '{"other_id": 4}', '200 id 1'), ('GET /public/v2/contacts/4', '', '301 Contact was merged. id merged [Location: /public/v2/contacts/1]'), ('GET /public/contacts/4', '', '301 Contact was merged. id merged [Location: /public/contacts/1]'),
	('PUT /public/v2/contacts', '{"email": "put@acme.com"}', '201 id 12 [Location: /public/v2/contacts/12]'), ('PUT /public/v2/contacts', '{"email": "put@acme.com", "linkedin_url": "in/put"}', '200 id 12'),
	('PUT /public/v2/contacts', '{"email": "other@acme.com", "linkedin_url": "in/put"}', '409 Contact already exists. /email key_conflict, /linkedin_url already_exists'), ('POST /public/companies', '{"domain": "new.com"}', '201 id 1 [Location: /public/companies/1]'),
	('POST /public/contacts/1/custom-fields', '{"field_name": "a", "field_value": "b"}', '200 id 1'), ('POST /public/v2/contacts/batch', '{"contacts": [{"email": "b@acme.com"}, {"email": "put@acme.com"}]}', '200 created 1'), ('PUT /public/v2/contacts/batch?structure=FLAT', '{"contacts": []}', '200 created 0'), ('POST /public/v2/contacts/batch', '{', '400 Invalid request.  malformed_body')) t(request, body, e);

-- ---- NULL is what was not sent
SELECT is(test.told(a.status, a.headers, a.body), e, d) FROM (VALUES (NULL, NULL, NULL, NULL, NULL, '404 Not found.', 'nothing but NULL'), (NULL, '/public/v2/contacts', NULL, NULL, NULL, '405 Method not allowed. [Allow: GET, HEAD, POST, PUT]', 'no method'),
	('GET', '/public/v2/contacts', NULL, NULL, NULL, '403 Missing or invalid credentials. X-API-Key missing_credentials', 'no headers'), ('GET', '/public/v2/contacts/2', NULL, 'X-API-Key: {K}', NULL, '404 Contact not found. id not_found', 'no query'),
	('POST', '/public/v2/contacts', '', 'X-API-Key: {K}', NULL, '400 Invalid request.  malformed_body', 'no body'), ('POST', '/public/v2/contacts', '', E'X-API-Key: {K}\nContent-Type: application/x-www-form-urlencoded', NULL, '400 Invalid request.  identifier_required', 'an empty form')) v(method, path, query, headers, body, e, d),
	revyops_http.handle(method, path, query, test.with_keys(v.headers), v.body::bytea) a;

-- ---- what only reads
SELECT is(h::text, g::text, 'handle_read is handle: ' || path) FROM unnest(ARRAY['/public/v2/contacts', '/public/v2/contacts/1', '/public/v2/contacts/batch', '/nowhere']) path,
	revyops_http.handle_read('GET', path, '', 'X-API-Key: ' || :'key', '') h, revyops_http.handle('GET', path, '', 'X-API-Key: ' || :'key', '') g;
SET LOCAL client_min_messages = error;
SELECT is(test.told(a.status, a.headers, a.body), '500 Internal server error.', 'and carries out nothing that writes') FROM revyops_http.handle_read('POST', '/public/v2/contacts', '', 'X-API-Key: ' || :'key', '{"email": "read@acme.com"}') a;
SELECT is((SELECT count(*) FROM revyops.contact WHERE email = 'read@acme.com'), 0::bigint, 'so that nothing is written');
SELECT is(count(*) FILTER (WHERE reads_only), count(*) FILTER (WHERE method = 'GET' OR path ~ '/(search|check)$'), 'those are the GETs, the searches and the checks') FROM revyops_http.endpoints();

-- ---- as PostgREST asks: by request.headers, and with settings for an answer
CREATE FUNCTION test.postgrest(headers jsonb, body text DEFAULT '', function text DEFAULT 'postgrest') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	octets bytea;
	answer json;
BEGIN
	PERFORM set_config('request.headers', test.with_keys(headers::text), true);
	EXECUTE format('SELECT revyops_http.%I($1)', function) INTO octets USING convert_to(body, 'UTF8');
	answer := nullif(convert_from(octets, 'UTF8'), '');
	RETURN concat_ws(' ', current_setting('response.status'), answer->>'detail', answer->>'id',
		replace(current_setting('response.headers'), '{"Content-Type": "application/json; charset=utf-8"}', 'JSON'));
END
$$;
SELECT is(test.postgrest(headers, body, function), e, d) FROM (VALUES
	('{"x-revyops-method": "GET", "x-revyops-path": "/public/v2/contacts/1", "x-api-key": "{K}"}'::jsonb, '', 'postgrest_read', '200 1 [JSON, {"X-Revyops-Answer": "1"}]', 'a request'),
	('{"x-revyops-method": "POST", "x-revyops-path": "/public/v2/contacts", "x-api-key": "{K}", "x-revyops-query": "structure=FLAT", "x-revyops-content-type": "application/x-www-form-urlencoded", "x-revyops-prefer": "handling=lenient", "x-revyops-idempotency-key": "k2"}', 'email=pg@acme.com&"=1', 'postgrest',
		'201 14 [{"Location": "/public/v2/contacts/14"}, {"X-Revyops-Unknown-Members": "%22"}, {"Preference-Applied": "handling=lenient"}, JSON, {"X-Revyops-Answer": "1"}]', 'and all that it can have'),
	('{"x-revyops-method": "POST", "x-revyops-path": "/public/v2/contacts", "x-api-key": "{K}", "x-revyops-content-encoding": "identity, gzip"}', '{', 'postgrest', '415 Unsupported media type. [{"Accept-Encoding": "identity"}, JSON, {"X-Revyops-Answer": "1"}]', 'an encoded body'),
	('{"x-revyops-method": "POST", "x-revyops-path": "/public/v2/contacts", "x-api-key": "{K}", "x-revyops-content-encoding": "identity"}', '{', 'postgrest', '400 Invalid request. [JSON, {"X-Revyops-Answer": "1"}]', 'one that is not'),
	('{"x-revyops-method": "DELETE", "x-revyops-path": "/public/v2/companies"}', '', 'postgrest', '405 Method not allowed. [{"Allow": "GET, HEAD, POST, PUT"}, JSON, {"X-Revyops-Answer": "1"}]', 'a method that is not there'),
	('{"x-api-key": "{K}"}', '', 'postgrest', '404 Not found. [JSON, {"X-Revyops-Answer": "1"}]', 'no path'),
	('{"x-revyops-method": "GET", "x-revyops-path": "/public/v2/contacts"}', '', 'postgrest_read', '403 Missing or invalid credentials. [JSON, {"X-Revyops-Answer": "1"}]', 'no key'),
	('["GET"]', '', 'postgrest', '404 Not found. [JSON, {"X-Revyops-Answer": "1"}]', 'headers that are none'),
	('{"x-revyops-method": "GET", "x-revyops-path": "/key-check", "x-api-key": "{K}"}', '', 'postgrest_read', '204 [{"X-Revyops-Answer": "1"}]', 'a good key'),
	('{"x-revyops-method": "GET", "x-revyops-path": "/key-check", "x-api-key": "nope"}', '', 'postgrest_read', '403 Missing or invalid credentials. [JSON, {"X-Revyops-Answer": "1"}]', 'a wrong key'),
	('{"x-revyops-method": "GET", "x-revyops-path": "/key-check"}', '', 'postgrest_read', '403 Missing or invalid credentials. [JSON, {"X-Revyops-Answer": "1"}]', 'no key to check')) t(headers, body, function, e, d);
SELECT set_config('request.headers', '', true) AS hidden \gset
SELECT is(convert_from(revyops_http.postgrest(NULL), 'UTF8'), '{"detail": "Not found."}', 'no headers at all');

-- a server that only reads is a front's matter
CREATE FUNCTION test.read_only(request text, body text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('transaction_read_only', 'on', true); RETURN test.ask(request, body => body); EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SELECT is(test.read_only('POST /public/v2/contacts', '{"email": "ro@acme.com"}'), '25006', 'a write that the server does not take is raised');
SELECT is(test.read_only('POST /public/v2/contacts', '{"email": "ro@"}') ~ '^400', true, 'what is wrong is wrong there, too');

-- a status that PostgREST would take for a lost server
CREATE FUNCTION test.raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'secret' USING ERRCODE = NEW.last_name; END $$;
CREATE TRIGGER own_raise AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.origin = 'raise') EXECUTE FUNCTION test.raise();
\set document '{"email": "r@acme.com", "origin": "raise", "last_name": "40001"}'
SELECT is(test.ask('POST /public/v2/contacts', body => :'document'), '503 Service unavailable, try again. [Retry-After: 1]', 'for a front it is 503');
SELECT is(test.postgrest('{"x-revyops-method": "POST", "x-revyops-path": "/public/v2/contacts", "x-api-key": "{K}"}', :'document'), '598 Service unavailable, try again. [{"Retry-After": "1"}, JSON, {"X-Revyops-Answer": "1"}]', 'for PostgREST 598');

-- ---- the address that callers know: in front of the paths of links, but not of what is kept
SELECT is(test.ask('GET /public/v2/contacts/4', E'X-API-Key: {K}\n' || line), format('301 Contact was merged. id merged [Location: %s/public/v2/contacts/1]', base), 'base: ' || test.shown(line)) FROM (VALUES
	('X-Revyops-Base: https://api.example.com', 'https://api.example.com'), ('x-revyops-base:http://localhost:8080/a/b', 'http://localhost:8080/a/b'), ('X-Revyops-Base: https://[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'), ('X-Revyops-Base: https://' || repeat('a', 504), 'https://' || repeat('a', 504)),
	('X-Revyops-Base:', ''), ('X-Revyops-Base: /', ''), ('X-Revyops-Base: https://', ''), ('X-Revyops-Base: https:///a', ''), ('X-Revyops-Base: https://:443', ''), ('X-Revyops-Base: https://api.example.com/', ''), ('X-Revyops-Base: //api.example.com', ''), ('X-Revyops-Base: api.example.com', ''),
	('X-Revyops-Base: ftp://api.example.com', ''), ('X-Revyops-Base: javascript:alert(1)', ''), ('X-Revyops-Base: https://a b', ''), ('X-Revyops-Base: https://a"b', ''), ('X-Revyops-Base: https://a''b', ''), ('X-Revyops-Base: https://a\b', ''), ('X-Revyops-Base: https://a?b', ''), ('X-Revyops-Base: https://a#b', ''),
	(E'X-Revyops-Base: https://a\r', ''), (E'X-Revyops-Base: https://a\tb', ''), (E'X-Revyops-Base: https://a\x7f', ''), ('X-Revyops-Base: https://ä.example.com', ''), ('X-Revyops-Base: https://' || repeat('a', 505), '')) t(line, base);
SELECT is(substring(a.body::json->>'next' FROM '^.*after='), 'https://api.example.com/public/v2/contacts?a=1&page_size=1&after=', 'base: next') FROM revyops_http.handle('GET', '/public/v2/contacts', 'a=1&page_size=1', test.with_keys(E'X-API-Key: {K}\nX-Revyops-Base: https://api.example.com'), '') a;
SELECT is(test.ask('POST /public/v2/contacts', E'X-API-Key: {K}\nIdempotency-Key: base\nX-Revyops-Base: ' || base, '{"email": "base@acme.com", "colour": 1}'), format('201 id 17 [Location: %s/public/v2/contacts/17, X-Revyops-Unknown-Members: colour%s]', base, replayed), 'base: a create, through ' || base) FROM (VALUES ('https://one.example.com', ''), ('https://two.example.com:8443/x', ', Idempotent-Replayed: true'), ('', ', Idempotent-Replayed: true')) t(base, replayed);
SELECT is((SELECT headers FROM revyops.idempotency_key WHERE key = 'base'), E'Location: /public/v2/contacts/17\nX-Revyops-Unknown-Members: colour\n', 'base: nothing of it is kept');
SELECT is(test.postgrest(jsonb_build_object('x-revyops-method', 'GET', 'x-revyops-path', '/public/v2/contacts/4', 'x-api-key', '{K}', 'x-revyops-base', base)), format('301 Contact was merged. [{"Location": "%s/public/v2/contacts/1"}, JSON, {"X-Revyops-Answer": "1"}]', told), 'base, for PostgREST: ' || base) FROM (VALUES ('https://api.example.com', 'https://api.example.com'), ('https://a b', '')) t(base, told);

-- ---- the same with /api in front
SELECT is(test.ask(request, E'X-API-Key: {K}\nX-Revyops-Base: ' || base, body), e, request || ', base ' || base) FROM (VALUES ('GET /api/public/v2/contacts/1', '', '', '200 id 1'), ('PATCH /api/public/contacts/1/custom-fields/7', '', '{"field_value": "x"}', '404 Custom field not found. field_id not_found'),
	('GET /api/public/contacts/4', '', '', '301 Contact was merged. id merged [Location: /api/public/contacts/1]'), ('GET /api/public/v2/contacts/4', 'https://api.example.com', '', '301 Contact was merged. id merged [Location: https://api.example.com/api/public/v2/contacts/1]'),
	('POST /api/public/companies', '', '{"domain": "api.com"}', '201 id 2 [Location: /api/public/companies/2]'), ('DELETE /api/public/v2/contacts', '', '', '405 Method not allowed. [Allow: GET, HEAD, POST, PUT]'), ('POST /api/public/v2/contacts/batch', '', '{', '400 Invalid request.  malformed_body')) t(request, base, body, e);
SELECT is(test.ask('GET ' || path), '404 Not found.', 'no path: ' || path) FROM unnest(ARRAY['/api', '/api/', '/api/public', '/api/public/', '/api/v2/contacts', '/API/public/v2/contacts', '/api//public/v2/contacts', '/api/api/public/v2/contacts', '/apis/public/v2/contacts', '/public/api/v2/contacts', 'api/public/v2/contacts', '/api/public/v2/nothing']) path;
SELECT is(substring(a.body::json->>'next' FROM '^.*after='), base || '/api/public/v2/contacts?page_size=1&after=', 'next, base ' || base) FROM unnest(ARRAY['', 'https://api.example.com/x']) base, revyops_http.handle('GET', '/api/public/v2/contacts', 'page_size=1', test.with_keys(E'X-API-Key: {K}\nX-Revyops-Base: ' || base), '') a;
SELECT is(test.ask('POST /api/public/v2/contacts', E'X-API-Key: {K}\nIdempotency-Key: base', '{"email": "base@acme.com", "colour": 1}'), '201 id 17 [Location: /api/public/v2/contacts/17, X-Revyops-Unknown-Members: colour, Idempotent-Replayed: true]', 'it is the same endpoint');

-- ---- v2 deletes, and changes single custom fields, as v1 does
SELECT (regexp_match(test.ask('POST /public/v2/' || kind, body => body), 'id (\d+)'))[1] AS id FROM (VALUES ('contacts', '{"email": "v2@acme.com"}')) t(kind, body) \gset contact_
SELECT (regexp_match(test.ask('POST /public/v2/' || kind, body => body), 'id (\d+)'))[1] AS id FROM (VALUES ('companies', '{"domain": "v2.com"}')) t(kind, body) \gset company_
SELECT is(regexp_replace(test.ask(method || ' /public/v2/' || kind || path, body => body), 'id \d+', 'id'), e, method || ' /public/v2/' || kind || ': ' || d) FROM (VALUES ('contacts/' || :contact_id, '200 id'), ('companies/' || :company_id, '201 id')) k(kind, added),
	LATERAL (VALUES (1, 'POST', '/custom-fields', '{"field_name": "a", "field_value": "1"}', added, 'a field'), (2, 'POST', '/custom-fields', '{"field_name": "a", "field_value": "2"}', '409 Custom field already exists. /field_name already_exists', 'a name that is taken'),
	(3, 'DELETE', '/custom-fields/0', '', '404 Custom field not found. field_id not_found', 'no such field'), (4, 'DELETE', '', '', '204', 'it is gone'), (5, 'GET', '', '', format('404 %s not found. id not_found', CASE WHEN kind ~ '^contacts' THEN 'Contact' ELSE 'Company' END), 'and not found')) t(n, method, path, body, e, d);

-- ---- whether the database answers: for whoever asks
SELECT is(test.ask(request, headers), e, d) FROM (VALUES ('GET /ready', '', '200', 'ready'), ('GET /ready?a=b', 'X-API-Key: nope', '200', 'nobody looks at a key'), ('HEAD /ready', '', '200', 'HEAD'), ('POST /ready', '', '405 Method not allowed. [Allow: GET, HEAD]', 'POST'),
	('GET /ready/', '', '404 Not found.', 'another path'), ('GET /api/ready', '', '404 Not found.', 'which is not a public one')) t(request, headers, e, d);
SELECT is(a.body, '{"status": "ready"}', 'what it says') FROM revyops_http.handle_read('GET', '/ready', '', '', '') a;
SELECT is(test.postgrest('{"x-revyops-method": "GET", "x-revyops-path": "/ready"}', '', 'postgrest_read'), '200 [JSON, {"X-Revyops-Answer": "1"}]', 'for PostgREST');

-- ---- who waits for changes is asked for again; 'now' would be another place then
SELECT revyops_set_client_setting(1, 'changes', 'on') \gset hidden_
SELECT a.body::jsonb->>'cursor' AS cursor FROM revyops_http.handle_read('GET', '/public/v2/changes', 'after=now', test.with_keys('X-API-Key: {K}'), '') a \gset
SELECT is(test.ask('GET /public/v2/changes?wait=20' || query), e, 'waiting' || query_name) FROM (VALUES
	('&after=' || :'cursor', '200 [Revyops-Hold: 500 20000]', ' behind a cursor'), ('&after=now', '200', ' behind now'), ('', '200 [Revyops-Hold: 500 20000]', '')) t(query, e, query_name);

DELETE FROM revyops.secret;
SELECT is(test.ask('GET /ready', ''), '500 Internal server error.', 'a database that lacks something is not');

SELECT * FROM finish();
ROLLBACK;
