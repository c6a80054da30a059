\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- What a delivery could never show is refused where it is said.
SELECT plan(45);
SELECT public.revyops_create_webhook(public.revyops_create_client('Secrets'), platform, 'x') AS path FROM unnest('{neutral,smartlead,hubspot}'::text[]) platform \g /dev/null

-- said tells what is wrong with a check of webhook 1: where, and the code; NULL for nothing.
CREATE FUNCTION test.said(verify text, secret text, header text DEFAULT NULL, webhook int DEFAULT 1) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	got jsonb := test.try(format('SELECT public.revyops_set_webhook_secret(%L, %L, %L, %L)', webhook, verify, secret, header));
BEGIN
	RETURN (SELECT string_agg(concat_ws(' ', e->>'parameter', e->>'code'), ', ' ORDER BY n) FROM jsonb_array_elements((got->>'detail')::jsonb) WITH ORDINALITY t(e, n));
END
$$;

SELECT is(test.said('header', 's', name), 'header invalid_header', 'no header of a secret: ' || name)
FROM unnest('{X_Our_Secret,_,X.Secret,"X Secret","X:",Schlüssel,Host,HOST,Content-Length,Content-Type,content-encoding,Transfer-Encoding,Connection,Keep-Alive,Proxy-Connection,Proxy-Authenticate,Proxy-Authorization,TE,Trailer,Upgrade,
	HTTP2-Settings,Expect,Via,Forwarded,X-Forwarded-For,X-Real-IP,X-API-Key,x-master-api-key,Idempotency-Key,Prefer,X-Revyops-Base}'::text[]) name;
SELECT is(test.said('hmac', 's', 'Host'), 'header invalid_header', 'nor of a signature');
SELECT is(test.said('header', 's', name), NULL, 'a header of a secret: ' || name) FROM unnest(ARRAY['X-Our-Secret', 'authorization', 'X-Signature', 'Hosts', repeat('x', 100)]) name;
SELECT is(test.said('header', 's', repeat('x', 101)), 'header invalid_header', 'one that is too long');

SELECT is(test.said('header', secret, 'X-Secret'), 'secret not_printable', 'no secret of a header: ' || quote_literal(secret)) FROM unnest(ARRAY['pässword', E'a\tb', E'a\nb', E'a\u007fb']) secret;
SELECT is(test.said('header', 'ä', 'X_Y'), 'secret not_printable, header invalid_header', 'both are told');

SELECT is(array_agg(test.said(verify, E'pässword\n1', NULL, webhook)), '{NULL,NULL,NULL}', 'what signs, or stands in JSON, may be any text')
FROM (VALUES ('hmac', 1), ('body', 2), ('hubspot', 3)) v (verify, webhook);
SELECT is(test.try($$SELECT public.revyops_set_webhook_secret(1, 'header', 'ä', 'Host')$$), jsonb_build_object('sqlstate', 'PT400', 'message', 'invalid request', 'detail',
	'[{"parameter":"secret","code":"not_printable","message":"Expected printable ASCII characters, as a header has them."},{"parameter":"header","code":"invalid_header","message":"Expected letters, digits and hyphens, and no header that HTTP, a proxy or this API has a use for."}]'), 'all of it');

SELECT * FROM finish();
ROLLBACK;
