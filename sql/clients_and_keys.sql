\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(59);

-- clients
SELECT is(revyops_create_client('Acme Agency'), 1, 'the first client');
SELECT is(revyops_create_client(name => ' Two '), 2, 'the second, by name of the argument');
SELECT is((SELECT string_agg(id || name, ',' ORDER BY id) FROM revyops.client), '1Acme Agency,2Two', 'their rows');
SELECT test.fails_code(format('SELECT revyops_create_client(%L)', n), 'PT400', 'invalid request', 'required', 'client without a name: ' || coalesce(quote_literal(n), 'NULL'))
FROM unnest(ARRAY[NULL, '', ' ', E'\u3000\t']) n;
SELECT test.fails_code(format('SELECT revyops_create_client(%L)', repeat('é', 256)), 'PT400', 'invalid request', 'too_long', 'client name of 256 characters');
SELECT test.fails_code(format('SELECT revyops_create_client(%L)', E'a\x01b'), 'PT400', 'invalid request', 'control_character', 'client name with a control character');

-- keys
SELECT revyops_create_api_key(1, 'Zapier') AS first \gset
SELECT matches(:'first'::text, '^rvo_[0-9a-f]{12}_[0-9a-f]{64}$', 'a key is rvo_, a public prefix and 256 bits');
SELECT row_eq('SELECT prefix, secret_sha256, client_id, name, expires_at, revoked_at FROM revyops.api_key',
	ROW(left(:'first', 16) COLLATE "C", sha256(convert_to(:'first', 'UTF8')), 1, 'Zapier'::text, NULL::timestamptz, NULL::timestamptz), 'stored is its SHA-256');
SELECT is((SELECT count(*) FROM revyops.api_key k WHERE strpos(k::text, substr(:'first', 18)) > 0), 0::bigint, 'the secret itself is nowhere');
SELECT revyops_create_api_key(1, 'Clay', now() + interval '1 hour') AS second \gset
SELECT revyops_create_api_key(expires_at => NULL, name => 'Two', client_id => 2) AS third \gset
SELECT is((SELECT count(DISTINCT k) FROM (SELECT revyops_create_api_key(1, 'many') k FROM generate_series(1, 200)) s), 200::bigint, '200 keys, all different');
SELECT is((SELECT expires_at FROM revyops.api_key WHERE prefix = left(:'second', 16)), now() + interval '1 hour', 'expires_at');
SELECT test.fails_code(format('SELECT revyops_create_api_key(%L, %L)', c, n), 'PT400', 'invalid request', 'required', format('key for %s named %s', coalesce(c::text, 'NULL'), coalesce(quote_literal(n), 'NULL')))
FROM (VALUES (NULL::int, 'x'), (1, NULL), (1, ''), (1, E' \t')) v(c, n);
SELECT test.fails_code(format('SELECT revyops_create_api_key(1, %L)', repeat('é', 256)), 'PT400', 'invalid request', 'too_long', 'key name of 256 characters');
SELECT test.fails_code($$SELECT revyops_create_api_key(1, 'x', now() - interval '1 second')$$, 'PT400', 'invalid request', 'expired', 'a key that has expired already');
SELECT test.fails_code(format('SELECT revyops_create_api_key(%s, %L)', c, 'x'), 'PT404', 'client not found', 'not_found', 'a key for client ' || c)
FROM unnest(ARRAY[99, 0, -1]) c;

-- whose call is it
CREATE FUNCTION test.client_of(key text) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	got jsonb;
	body jsonb := jsonb_build_object('email', format('k%s@acme.com', nextval('test.serial')));
BEGIN
	PERFORM set_config('revyops.api_key', key, true);
	got := test.try(format('SELECT revyops_create_contact(%L)', body));
	IF got ? 'value' THEN
		RETURN (SELECT client_id FROM revyops.contact WHERE email = body->>'email');
	END IF;
	RETURN concat_ws(' ', got->>'sqlstate', got->>'message', (got->>'detail')::jsonb->0->>'code');
END
$$;
CREATE SEQUENCE test.serial;
\set refused 'PT403 missing or invalid credentials invalid_credentials'
SELECT is(test.client_of(:'first'), '1', 'the first key');
SELECT is(test.client_of(:'second'), '1', 'a second key of the same client');
SELECT is(test.client_of(:'third'), '2', 'a key of the other client');
SELECT is(test.client_of(k), :'refused', about) FROM (VALUES
	(left(:'first', -1) || CASE right(:'first', 1) WHEN '0' THEN '1' ELSE '0' END, 'another last digit'),
	(left(:'first', 17) || substr(:'third', 18), 'prefix of one key, secret of another'),
	(left(:'first', 16), 'prefix alone'),
	(left(:'first', 17), 'prefix without secret'),
	(:'first' || '0', 'one digit more'),
	(:'first' || ' ', 'a space more'),
	(upper(:'first'), 'upper case'),
	('rvo_000000000000_' || repeat('0', 64), 'unknown prefix'),
	('nope', 'no key at all'),
	(repeat('a', 1048576), '1 MiB'),
	(''' OR true --', 'SQL'),
	(' ', 'a space')) v(k, about);

-- expiry
UPDATE revyops.api_key SET expires_at = now() - interval '1 second' WHERE prefix = left(:'second', 16);
SELECT is(test.client_of(:'second'), :'refused', 'an expired key');
UPDATE revyops.api_key SET expires_at = 'infinity' WHERE prefix = left(:'second', 16);
SELECT is(test.client_of(:'second'), '1', 'a key that never expires');

-- revocation
SELECT is(revyops_revoke_api_key(left(:'first', 16)), true, 'revoke');
SELECT is((SELECT revoked_at FROM revyops.api_key WHERE prefix = left(:'first', 16)), now(), 'revoked_at');
SELECT is(revyops_revoke_api_key(prefix => left(:'first', 16)), false, 'revoke again');
SELECT is(revyops_revoke_api_key('rvo_000000000000'), false, 'revoke an unknown key');
SELECT test.fails_code(format('SELECT revyops_revoke_api_key(%L)', p), 'PT400', 'invalid request', 'required', 'revoke ' || coalesce(quote_literal(p), 'NULL'))
FROM unnest(ARRAY[NULL, '', ' ']) p;
SELECT is(test.client_of(:'first'), :'refused', 'a revoked key');
SELECT is(test.client_of(:'second'), '1', 'the client''s other key lives on');

-- scope
SELECT revyops_create_api_key(2, 'agency', NULL, 'master') AS master \gset
SELECT is((SELECT scope FROM revyops.api_key WHERE prefix = left(:'master', 16)), 'master', 'a master key');
SELECT is((SELECT scope FROM revyops.api_key WHERE prefix = left(:'third', 16)), 'client', 'a client''s key is the default');
SELECT is(test.client_of(:'master'), '2', 'a master key speaks for its client');
SELECT test.fails_400(format('SELECT revyops_create_api_key(1, %L, NULL, %L)', 'x', s), '[{"parameter": "scope", "code": "invalid_scope"}]', 'scope ' || coalesce(quote_literal(s), 'NULL'))
FROM unnest(ARRAY[NULL, '', 'Master']) s;

-- the list
SELECT revyops_create_client('Three') AS three \gset
SELECT revyops_create_api_key(:three, 'a') AS a \gset
SELECT revyops_create_api_key(:three, 'b', now() + interval '1 hour', 'master') AS b \gset
SELECT revyops_revoke_api_key(left(:'a', 16)) \gset
SELECT results_eq(format('SELECT * FROM revyops_list_api_keys(%s)', :three), format($$
	SELECT * FROM (VALUES (left(%L, 16), 'a'::text, 'client'::text, now(), NULL::timestamptz, now()), (left(%L, 16), 'b', 'master', now(), now() + interval '1 hour', NULL)) v(prefix)
	ORDER BY prefix COLLATE "C"$$, :'a', :'b'), 'the keys of a client: oldest first, and no hash');
SELECT is((SELECT count(*) FROM revyops_list_api_keys(1)), 202::bigint, 'all of them');
SELECT test.fails_400('SELECT revyops_list_api_keys(NULL)', '[{"parameter": "client_id", "code": "required"}]', 'the keys of NULL');
SELECT test.fails_code('SELECT revyops_list_api_keys(99)', 'PT404', 'client not found', 'not_found', 'the keys of an unknown client');

SELECT * FROM finish();
ROLLBACK;
