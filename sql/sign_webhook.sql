\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(15);
-- Signatures as Standard Webhooks has them; the first is the example of its libraries.
SELECT is(revyops_sign_webhook('msg_p5jXN8AQM9LWM0D4loKWxJek', to_timestamp(1614265330), '{"test": 2432232314}', ARRAY['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']),
	'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'the published example');
SELECT is(revyops_sign_webhook('msg_p5jXN8AQM9LWM0D4loKWxJek', to_timestamp(1614265330.999), '{"test": 2432232314}', ARRAY['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']),
	'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'without the prefix, and within the same second');
SELECT is(revyops_sign_webhook('msg_1', '1969-12-31 23:59:58.5+00', '', ARRAY[encode(decode(repeat('61', 24), 'hex'), 'base64')]), 'v1,QEBFKVkezap3iTaWCz8L/5fbwqTRB/3JCGLl+oUqhW0=', 'a time before 1970, and no body');
SELECT is(array_length(string_to_array(revyops_sign_webhook('m', now(), 'x', ARRAY[encode(decode(repeat('61', 24), 'hex'), 'base64'), replace(encode(decode(repeat('ff', 64), 'hex'), 'base64'), E'\n', '')]), ' '), 1), 2, 'a signature for each secret');
SELECT isnt(revyops_sign_webhook('m', now(), 'x', ARRAY[repeat('A', 32)]), revyops_sign_webhook('n', now(), 'x', ARRAY[repeat('A', 32)]), 'the id counts');
SELECT isnt(revyops_sign_webhook('m', now(), 'x', ARRAY[repeat('A', 32)]), revyops_sign_webhook('m', now() + interval '1 s', 'x', ARRAY[repeat('A', 32)]), 'the time counts');
SELECT isnt(revyops_sign_webhook('m', now(), 'x', ARRAY[repeat('A', 32)]), revyops_sign_webhook('m', now(), 'y', ARRAY[repeat('A', 32)]), 'the body counts');
SELECT isnt(revyops_sign_webhook('m', now(), 'x', ARRAY[repeat('A', 32)]), revyops_sign_webhook('m', now(), 'x', ARRAY[repeat('B', 32)]), 'the secret counts');
SELECT test.fails_400('SELECT revyops_sign_webhook(NULL, NULL, NULL, NULL)', '[{"parameter": "id", "code": "required"}, {"parameter": "at", "code": "required"}, {"parameter": "body", "code": "required"}, {"parameter": "secrets", "code": "required"}]', 'NULL');
SELECT test.fails_400($$SELECT revyops_sign_webhook('', 'infinity', '', '{}')$$, '[{"parameter": "id", "code": "required"}, {"parameter": "at", "code": "invalid_time"}, {"parameter": "secrets", "code": "required"}]', 'nothing');
SELECT test.fails_400(format('SELECT revyops_sign_webhook(%L, now(), %L, %L)', 'm', 'x', secrets), '[{"parameter": "secrets", "code": "invalid_secret"}]', 'a secret that is none: ' || left(secrets, 12))
	FROM (VALUES ('{NULL}'), ('{whsec_}'), ('{whsec_AAAA}'), ('{whsec_' || repeat('*', 32) || '}'), ('{' || repeat('A', 88) || '}')) v(secrets);

SELECT * FROM finish();
ROLLBACK;
