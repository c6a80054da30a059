\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(172);

-- deliver sends a body to a path, as a front does, and shows status and body of the answer.
CREATE FUNCTION test.deliver(path text, body bytea, headers text DEFAULT '', query text DEFAULT '') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('status', h.status, 'body', h.body::jsonb) FROM revyops_http.handle('POST', path, query, headers, body) h $$;
CREATE FUNCTION test.deliver(path text, body text, headers text DEFAULT '', query text DEFAULT '') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT test.deliver(path, convert_to(body, 'UTF8'), headers, query) $$;
CREATE FUNCTION test.taken(processed int, duplicates int, ignored int, errors jsonb DEFAULT '[]') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('status', 200, 'body', jsonb_build_object('processed', processed, 'duplicates', duplicates, 'ignored', ignored, 'errors', errors)) $$;
CREATE FUNCTION test.failed(status int, detail text, errors jsonb) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('status', status, 'body', jsonb_build_object('detail', detail, 'errors', errors)) $$;
CREATE FUNCTION test.unauthorized(place text, kind text DEFAULT 'parameter') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT test.failed(401, 'Invalid signature.', jsonb_build_array(jsonb_build_object(kind, place, 'code', 'invalid_signature', 'message', 'The delivery does not show the secret that this webhook expects.'))) $$;
CREATE FUNCTION test.unknown() RETURNS jsonb
	LANGUAGE sql AS $$ SELECT test.failed(404, 'Webhook not found.', '[{"parameter":"token","code":"not_found","message":"There is none with this id, domain or address."}]') $$;

SELECT public.revyops_create_client('One') AS one, public.revyops_create_client('Two') AS two \gset
SELECT public.revyops_create_webhook(:one, 'instantly', 'first') AS instantly, public.revyops_create_webhook(:one, ' Instantly', 'second') AS again,
	public.revyops_create_webhook(:one, 'smartlead', 's') AS smartlead, public.revyops_create_webhook(:one, 'plusvibe', 'p') AS plusvibe,
	public.revyops_create_webhook(:one, 'hubspot', 'h') AS hubspot, public.revyops_create_webhook(:one, 'lemlist', 'l') AS lemlist \gset

SELECT matches(:'instantly'::text, '^/public/instantly-webhook/[0-9a-f]{64}$', 'a path with a token of 256 bits');
SELECT isnt(:'instantly'::text, :'again'::text, 'and of each webhook its own');
SELECT is(count(*), 0::bigint, 'which is stored nowhere') FROM revyops.webhook w WHERE w::text LIKE '%' || right(:'instantly', 64) || '%';
SELECT is(w.token_sha256, sha256(convert_to(right(:'instantly', 64), 'UTF8')), 'but as a hash') FROM revyops.webhook w WHERE id = 1;

-- ---- deliveries
\set sent '{"event_type": "email_sent", "timestamp": "2026-03-02T09:15:04.512Z", "campaign_id": "c-1", "campaign_name": "Spring", "lead_email": "Ada@example.com", "email_account": "kim@mail.example.net", "firstName": "Ada"}'
\set bounced '{"event_type": "email_bounced", "timestamp": "2026-03-02T09:15:04.512Z", "campaign_id": "c-1", "lead_email": "Ada@example.com"}'
SELECT is(test.deliver(:'instantly', :'sent'), test.taken(1, 0, 0), 'a delivery');
SELECT is(test.deliver(:'instantly', :'sent'), test.taken(0, 1, 0), 'again');
SELECT is(test.deliver('/api' || :'again', :'sent'), test.taken(0, 1, 0), 'by another token, below /api');
SELECT is(test.deliver(:'instantly', '[' || :'bounced' || ', ' || :'sent' || ', {"event_type": "email_opened", "lead_email": "ada@example.com"}, 7, {"event_type": "email_sent", "timestamp": "2026-03-02T09:15:04.512Z"}]'), test.taken(1, 1, 3),
	'an array item by item: one of the same time but another kind is another; an opened e-mail, no object, nobody');
SELECT is(test.deliver(:'instantly', '[]'), test.taken(0, 0, 0), 'nothing');
SELECT is(test.deliver(:'instantly', '{}'), test.taken(0, 0, 1), 'an object without a kind');
SELECT is(test.deliver(:'instantly', :'sent', E'Content-Type: text/plain\nX-API-Key: nobody\n'), test.taken(0, 1, 0), 'of any content type; a key counts for nothing');
SELECT is(to_jsonb(c), '{"client_id": 1, "email": "ada@example.com", "first_name": "Ada", "contact_status": "Bounced", "first_campaign_email_sent": "2026-03-02T09:15:04.512+00:00", "origin": "instantly"}', 'what it made')
FROM (SELECT client_id, email, first_name, contact_status, first_campaign_email_sent, origin FROM revyops.contact) c;
SELECT is(to_jsonb(c), '{"platform": "instantly", "campaign_id": "c-1", "campaign_name": "Spring", "sent": 1, "bounced": 1}', 'and counted') FROM (SELECT platform, campaign_id, campaign_name, sent, bounced FROM revyops.campaign) c;

-- ---- who is not let in
SELECT is(test.deliver('/public/instantly-webhook/' || repeat('0', 64), :'sent'), test.unknown(), 'a token that nobody has');
SELECT is(test.deliver('/public/instantly-webhook/' || :one, :'sent'), test.unknown(), 'the id of a client is no token');
SELECT is(test.deliver('/public/smartlead-webhook/' || right(:'instantly', 64), :'sent'), test.unknown(), 'the token of another platform');
SELECT is(test.deliver('/public/global-instantly-webhook/' || right(:'instantly', 64), :'sent'), test.unknown(), 'a client''s token at an agency''s path');
SELECT is(test.deliver('/public/mailchimp-webhook/' || right(:'instantly', 64), :'sent'), test.unknown(), 'a platform that there is not');
SELECT is(test.deliver(:'instantly' || '/', :'sent'), '{"status": 404, "body": {"detail": "Not found."}}', 'a path that there is not');
SELECT is((SELECT jsonb_build_object('status', status, 'headers', headers) FROM revyops_http.handle('GET', :'instantly', '', '', NULL)), '{"status": 405, "headers": "Allow: POST\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store\n"}', 'it is sent to by POST only');
SELECT is(test.deliver(:'instantly', :'sent', E'Content-Encoding: gzip\n')->'status', '415', 'a compressed body');

-- ---- bodies that can't be read
SELECT is(test.deliver(:'instantly', 'hello'), test.failed(400, 'Invalid request.', '[{"pointer":"","code":"malformed_body","message":"The body could not be read as its content type says.","line":1,"column":1}]'), 'no JSON');
SELECT is(test.deliver(:'instantly', '""'), test.failed(400, 'Invalid request.', '[{"pointer":"","code":"not_an_object","message":"Expected an object."}]'), 'no object');
SELECT is((SELECT status FROM revyops_http.handle('POST', :'instantly', '', '', NULL)), 400, 'no body');
SELECT is(count(*), 0::bigint, 'no body is kept unless that is asked for') FROM revyops.webhook_ring;
SELECT public.revyops_set_webhook_ring(1, 2) \g /dev/null
SELECT public.revyops_set_webhook_secret(1, 'header', 'open sesame', 'X-Our-Secret') \g /dev/null
SELECT test.deliver(:'instantly', body, E'x-our-secret: open sesame\n') FROM unnest(ARRAY['gone', '{"my_Secret" : "a\"b", "lead_email": "ada@example.com", "x": "open sesame"', repeat('x', 70000)]) body \g /dev/null
SELECT is((SELECT jsonb_agg(jsonb_build_array(octets, length(body), left(convert_from(body, 'UTF8'), 80), errors->0->'code')) FROM public.revyops_webhook_ring(1)),
	('[[70000, 65536, "' || repeat('x', 80) || '", "malformed_body"], [74, 74, "{\"my_Secret\" : \"****\", \"lead_email\": \"ada@example.com\", \"x\": \"***********\"", "malformed_body"]]')::jsonb,
	'the last two, the newest first, cut, without secrets');
-- what cannot be read has its quotes anywhere, and may be no JSON at all
SELECT public.revyops_set_webhook_ring(1, 20) \g /dev/null
CREATE TABLE test.kept AS SELECT * FROM (VALUES
	(1, E'{"a": 1,\n"secret_key"\t:\n\t"s3cr3t",\r\n"b": 2', E'{"a": 1,\n"secret_key"\t:\n\t"******",\r\n"b": 2'),
	(2, '{"a": "x"y", "secret_key": "s3cr3t", "b": "z"', '{"a": "x"y", "secret_key": "******", "b": "z"'),
	(3, 'event=x&secret_key=s3cr3t&b=2', 'event=x&secret_key=******&b=2'),
	(4, $${'apiToken': 's3c"r3t', 'b': 2}$$, $${'apiToken': '*******', 'b': 2}$$),
	(5, '{"secret": 123456, "b": 2', '{"secret": ******, "b": 2'),
	(6, '"{\"secret\": \"s3cr3t\", \"b\": 2}', '"{\"secret\": \"******\", \"b\": 2}'),
	(7, '<hook><secret>s3cr3t</secret><b>2</b></hook>', '<hook><secret>******</secret><b>2</b></hook>'),
	(8, '{"PASSWORD" => "s3c\"r3t", "b" => 2}', '{"PASSWORD" => "********", "b" => 2}'),
	(9, '{"url": "https://x.example/?token=s3cr3t&b=2", "text": "no secret here", "tokens": [1, 2], "secret": "", "signature": "s3cr3t', '{"url": "https://x.example/?token=******&b=2", "text": "no secret here", "tokens": [1, 2], "secret": "", "signature": "******'),
	(10, '{"b": 2, "secret":', '{"b": 2, "secret":')) AS t (n, body, kept);
SELECT test.deliver(:'instantly', body, E'x-our-secret: open sesame\n') FROM test.kept ORDER BY n \g /dev/null
SELECT is(convert_from(r.body, 'UTF8'), k.kept, 'without the secret: body ' || k.n)
	FROM test.kept k JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM revyops.webhook_ring WHERE errors->0->>'code' = 'malformed_body' AND octets <> 70000 AND octets <> 74) r USING (n) ORDER BY n;
DELETE FROM revyops.webhook_ring WHERE octets NOT IN (70000, 74);
SELECT public.revyops_set_webhook_ring(1, 1) \g /dev/null
SELECT is((SELECT array_agg(octets) FROM public.revyops_webhook_ring(1)), '{70000}', 'fewer are kept from the moment that it is said');

-- ---- what a platform checks itself
SELECT is(test.deliver(:'instantly', :'sent', E'X-Our-Secret: open sesame\n'), test.taken(0, 1, 0), 'a header that is the secret');
SELECT is(test.deliver(:'instantly', :'sent', E'X-Our-Secret: open sesam\n'), test.unauthorized('X-Our-Secret'), 'one that is not');
SELECT is(test.deliver(:'instantly', :'sent'), test.unauthorized('X-Our-Secret'), 'none');
SELECT is(test.deliver(:'again', :'sent'), test.taken(0, 1, 0), 'the check is of one webhook');

SELECT public.revyops_set_webhook_secret(3, 'body', 'abcd') \g /dev/null
\set reply '{"event_type": "EMAIL_REPLY", "event_timestamp": "2026-03-03T07:30:12+00:00", "sl_lead_email": "gus@example.com", "message_id": "<r@x>", "secret_key": "abcd"}'
SELECT is(test.deliver(:'smartlead', :'reply'), test.taken(1, 0, 0), 'Smartlead: the secret in the body');
SELECT is(test.deliver(:'smartlead', replace(:'reply', 'abcd', 'abce')), test.unauthorized('/secret_key', 'pointer'), 'another');
SELECT is(test.deliver(:'smartlead', '[{"headers": {}, "body": ' || :'reply' || '}]'), test.taken(0, 1, 0), 'the secret in a body that a program in between sent on');
SELECT is(test.deliver(:'smartlead', '[{"secret_key": "abcd", "body": ' || replace(:'reply', 'abcd', 'abce') || '}]'), test.unauthorized('/secret_key', 'pointer'), 'not beside it');
SELECT is(test.deliver(:'smartlead', '[]'), test.unauthorized('/secret_key', 'pointer'), 'none');

SELECT public.revyops_set_webhook_secret(4, 'hmac', 'key') \g /dev/null
\set marked '{"webhook_event": "LEAD_MARKED_AS_INTERESTED", "email": "tess@example.com", "label": "INTERESTED", "latest_message": "Yes"}'
CREATE FUNCTION test.xor(octets bytea, pad bytea) RETURNS bytea
	LANGUAGE sql AS $$ SELECT string_agg(set_byte('\x00', 0, get_byte(octets, n) # get_byte(pad, 0)), '' ORDER BY n) FROM generate_series(0, length(octets) - 1) n $$;
CREATE FUNCTION test.hmac(key text, message text) RETURNS bytea
	LANGUAGE sql AS $$
	SELECT sha256(test.xor(k, '\x5c') || sha256(test.xor(k, '\x36') || convert_to(message, 'UTF8')))
	FROM (SELECT convert_to(key, 'UTF8') || decode(repeat('00', 64 - length(key)), 'hex') AS k) s $$;
SELECT is(encode(test.hmac('Jefe', 'what do ya want for nothing?'), 'hex'), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'the HMAC of this test is that of RFC 4231');
SELECT is(test.deliver(:'plusvibe', :'marked', 'X-Signature: ' || signature || E'\n'), test.taken(1, 0, 0), 'PlusVibe: the HMAC of the body') FROM (SELECT encode(test.hmac('key', :'marked'), 'hex') AS signature) s;
SELECT is(test.deliver(:'plusvibe', :'marked', 'x-plusvibe-signature: sha256=' || upper(signature) || E'\n'), test.taken(0, 1, 0), 'in another form; without a time it is known by what it says') FROM (SELECT encode(test.hmac('key', :'marked'), 'hex') AS signature) s;
SELECT is(test.deliver(:'plusvibe', :'marked', E'X-Webhook-Signature: \nX-PlusVibe-Signature: 00\nX-Signature: SHA256=' || signature || E'\n'), test.taken(0, 1, 0), 'in base64; what others wrote into the headers beside it is no matter') FROM (SELECT encode(test.hmac('key', :'marked'), 'base64') AS signature) s;
SELECT is(test.deliver(:'plusvibe', :'marked' || ' ', 'X-Signature: ' || signature || E'\n'), test.unauthorized('X-Webhook-Signature'), 'of another body') FROM (SELECT encode(test.hmac('key', :'marked'), 'hex') AS signature) s;
SELECT is(test.deliver(:'plusvibe', :'marked', E'X-Signature: 00\n'), test.unauthorized('X-Webhook-Signature'), 'no HMAC');

SELECT public.revyops_set_webhook_secret(5, 'hubspot', 'app secret') \g /dev/null
\set optout '[{"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 78, "propertyName": "email", "propertyValue": "Dora@example.com", "occurredAt": 1772449500000}, {"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 78, "propertyName": "hs_email_optout", "propertyValue": "true", "occurredAt": 1772449600000}, {"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 79, "propertyName": "hs_email_optout", "propertyValue": "true", "occurredAt": 1772449600000}]'
-- signed makes the headers that HubSpot sends, so long ago, for a body at a path.
CREATE FUNCTION test.signed(uri text, body text, ago interval) RETURNS text
	LANGUAGE sql AS $$
	SELECT format(E'X-Revyops-Base: https://crm.example.com\nX-HubSpot-Request-Timestamp: %s\nX-HubSpot-Signature-v3: %s\n', t, encode(test.hmac('app secret', 'POST' || uri || body || t), 'base64'))
	FROM (SELECT (extract(epoch FROM clock_timestamp() - ago) * 1000)::bigint::text AS t) s $$;
SELECT is(test.deliver(:'hubspot', :'optout', test.signed('https://crm.example.com' || :'hubspot', :'optout', '1 minute')), test.taken(1, 0, 2), 'HubSpot: signed; an address, an opt-out, one of a contact that nobody knows');
SELECT is(test.deliver('/api' || :'hubspot', :'optout', test.signed('https://crm.example.com/api' || :'hubspot' || '?a=%20b', :'optout', '1 minute'), 'a=%20b'), test.taken(0, 1, 2), 'at a longer path, with a query');
SELECT is(test.deliver(:'hubspot', :'optout', test.signed('https://crm.example.com' || :'hubspot' || '?a=%20b:/?@!$''()*,;%zz%2', :'optout', '1 minute'), 'a=%20b%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B%zz%2'), test.taken(0, 1, 2), 'with escapes that HubSpot undoes before it signs');
SELECT is(test.deliver(:'hubspot', :'optout', test.signed('https://crm.example.com' || :'hubspot' || '?a= b', :'optout', '1 minute'), 'a=%20b'), test.unauthorized('X-HubSpot-Signature-v3'), 'and no others');
SELECT is(test.deliver(:'hubspot', :'optout', test.signed('https://crm.example.com' || :'hubspot', :'optout', '6 minutes')), test.unauthorized('X-HubSpot-Signature-v3'), 'six minutes ago');
SELECT is(test.deliver(:'hubspot', :'optout', test.signed('https://crm.example.com' || :'hubspot', :'optout', '-6 minutes')), test.unauthorized('X-HubSpot-Signature-v3'), 'in six minutes');
SELECT is(test.deliver(:'hubspot', :'optout', test.signed('https://other.example.com' || :'hubspot', :'optout', '1 minute')), test.unauthorized('X-HubSpot-Signature-v3'), 'for another site');
SELECT is(test.deliver(:'hubspot', :'optout', replace(test.signed('https://crm.example.com' || :'hubspot', :'optout', '1 minute'), 'https://crm', 'crm')), test.unauthorized('X-HubSpot-Signature-v3'), 'where the front does not say where it is');
SELECT public.revyops_set_webhook_secret(5, 'none') \g /dev/null
SELECT is(test.deliver(:'hubspot', '[{"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 78, "propertyName": "hs_email_last_send_date", "propertyValue": "1772449700000"}]'), test.taken(1, 0, 0), 'HubSpot: a contact by its id, of whose address an earlier delivery told');
SELECT is((SELECT email || ' ' || contact_status || ' ' || to_char(last_campaign_email_sent, 'YYYY-MM-DD HH24:MI:SS') FROM revyops.contact WHERE email LIKE 'dora%'), 'dora@example.com Unsubscribed 2026-03-02 11:08:20', 'it is that contact''s');
SELECT is(test.deliver(:'lemlist', '{"type": "emailsSent", "_id": "act_1", "leadEmail": "y@example.com", "secret": "whatever"}'), test.taken(1, 0, 0), 'a secret that is not asked for is no matter');

-- ---- several labels of one reply
SELECT public.revyops_set_webhook_secret(4, 'none') \g /dev/null
SELECT is(test.deliver(:'plusvibe', format('[{"webhook_event": "LEAD_MARKED_AS_INTERESTED", "email": "two@example.com", "camp_id": "c", "replied_date": "%1$s"}, {"webhook_event": "LEAD_MARKED_AS_MEETING_BOOKED", "email": "two@example.com", "camp_id": "c", "replied_date": "%1$s"},
	{"webhook_event": "LEAD_MARKED_AS_INTERESTED", "email": "two@example.com", "camp_id": "c", "replied_date": "%1$s"}]', '2026-03-03T06:00:00Z')), test.taken(2, 1, 0), 'are several events, each once');

-- ---- a first send that is the last one, too
SELECT is(test.deliver(:'hubspot', '[{"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 78, "propertyName": "hs_email_first_send_date", "propertyValue": "1772449700000"},
	{"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 78, "propertyName": "hs_email_first_send_date", "propertyValue": "1772440000000"}]'), test.taken(1, 1, 0), 'is one; one before all others is told so');
SELECT is((SELECT to_char(first_campaign_email_sent, 'HH24:MI:SS') || ' ' || to_char(last_campaign_email_sent, 'HH24:MI:SS') FROM revyops.contact WHERE email LIKE 'dora%'), '08:26:40 11:08:20', 'and gives the first date');

-- ---- ids are read alike where an address is told and where it is looked for
CREATE FUNCTION test.told(account text, id text, name text, value text) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('subscriptionType', 'contact.propertyChange', 'portalId', account, 'objectId', id, 'propertyName', name, 'propertyValue', value, 'occurredAt', 1772442904000) $$;
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.told('9', repeat('x', 1001), 'email', 'long@example.com'), test.told(repeat('x', 1100), '80', 'email', 'eighty@example.com'), test.told('9', e'a\tb', 'email', 'tab@example.com'))::text),
	test.taken(0, 0, 3), 'HubSpot: addresses, with ids that are too long or have a control character');
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.told('9', repeat('x', 1001), 'hs_email_last_send_date', '1772449700000'), test.told(repeat('y', 1001), '80', 'hs_email_last_send_date', '1772449700000'), test.told('9', e'a\tb', 'hs_email_last_send_date', '1772449700000'))::text),
	test.taken(2, 0, 1), 'events with such: an object''s that is too long is none, an account''s is not told');
SELECT is((SELECT jsonb_agg(jsonb_build_array(account, object_id, email) ORDER BY email) FROM revyops.webhook_object WHERE email !~ '^dora'), '[["", "80", "eighty@example.com"], ["9", "a b", "tab@example.com"]]', 'what is kept of them');

-- ---- of addresses that HubSpot tells, an event is of the one that its time had, in whatever order all is told
CREATE FUNCTION test.change(id int, name text, value text, at text) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT test.told('5', id::text, name, value) || jsonb_build_object('occurredAt', (extract(epoch FROM at::timestamptz) * 1000)::bigint) $$;
-- happened makes what HubSpot tells of an object: its address, a bounce, an address that is mended, another, and both once more; the letters name them.
CREATE FUNCTION test.happened(id int, letters text) RETURNS text
	LANGUAGE sql AS $$
	SELECT jsonb_agg(CASE letter
		WHEN 'e' THEN test.change(id, 'email', format('old%s@mend.com', id), '2026-03-01Z')
		WHEN 'b' THEN test.change(id, 'hs_email_hard_bounce_reason_enum', 'UNKNOWN_USER', '2026-03-02Z')
		WHEN 'm' THEN test.change(id, 'email', format('mid%s@mend.com', id), '2026-03-03Z')
		WHEN 'o' THEN test.change(id, 'hs_email_optout', 'true', '2026-03-04Z')
		WHEN 'n' THEN test.change(id, 'email', format('new%s@mend.com', id), '2026-03-05Z')
		WHEN 's' THEN test.change(id, 'hs_email_last_send_date', '1772841600000', '2026-03-07Z') END ORDER BY n)::text
	FROM regexp_split_to_table(letters, '') WITH ORDINALITY t (letter, n) $$;
CREATE FUNCTION test.mended(id int) RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', split_part(email, '@', 1), nullif(contact_status, '')), ', ' ORDER BY email) FROM revyops.contact WHERE email ~ format('^...%s@mend.com', mended.id) $$;
-- delivered delivers these, and shows whom it made.
CREATE FUNCTION test.delivered(path text, id int, VARIADIC bodies text[]) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	letters text;
BEGIN
	FOREACH letters IN ARRAY bodies LOOP
		PERFORM test.deliver(path, test.happened(id, letters));
	END LOOP;
	RETURN test.mended(id);
END
$$;
SELECT is(test.delivered(:'hubspot', 101, 'e', 'b', 'm', 'o', 'n', 's'), 'mid101 Unsubscribed, new101, old101 Bounced', 'as it happens');
SELECT is(test.delivered(:'hubspot', 102, 'e', 'm', 'n', 's', 'o', 'b'), 'mid102 Unsubscribed, new102, old102 Bounced', 'late');
SELECT is(test.delivered(:'hubspot', 103, 'n', 'e', 'm', 's', 'o', 'b'), 'mid103 Unsubscribed, new103, old103 Bounced', 'addresses in another order');
SELECT is(test.delivered(:'hubspot', 104, 'sobnme'), 'mid104 Unsubscribed, new104, old104 Bounced', 'in one delivery');
SELECT is(test.delivered(:'hubspot', 105, 'e', 'bnsmo'), 'mid105 Unsubscribed, new105, old105 Bounced', 'partly in one before');
SELECT is(test.delivered(:'hubspot', 101, 'nobsem', 'b', 'o'), 'mid101 Unsubscribed, new101, old101 Bounced', 'again');
SELECT is(test.deliver(:'hubspot', test.happened(101, 'bos')), test.taken(0, 3, 0), 'which is nothing new');
SELECT is(test.deliver(:'hubspot', test.happened(106, 'nb')), test.taken(0, 0, 2), 'a bounce before the first address that is known is nobody''s');
SELECT is(test.delivered(:'hubspot', 106, 'o', 'b'), 'new106 Unsubscribed', 'what a person said before is theirs');
SELECT is((SELECT string_agg(split_part(email, '@', 1), ' ' ORDER BY email) FROM revyops.do_not_contact WHERE email LIKE '%@mend.com' AND reason = 'bounced'), 'old101 old102 old103 old104 old105', 'what is not to be written to');
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.change(107, 'email', 'A@mend.com', '2026-03-01Z'), test.change(107, 'email', 'a@mend.com', '2026-03-03Z'), test.change(107, 'hs_email_bad_address', 'true', '2026-03-02Z'))::text), test.taken(1, 0, 2), 'an address that is told twice');
SELECT set_config('revyops.client_id', :'one', true) \g /dev/null
SELECT is((SELECT jsonb_agg(concat_ws(' ', e->>'kind', e->>'contact_email')) FROM jsonb_array_elements(public.revyops_read_webhook('hubspot', convert_to(test.happened(id, letters), 'UTF8'))) e), shown, 'is shown so: ' || letters)
FROM (VALUES (101, 'bos', '["bounced old101@mend.com", "unsubscribed mid101@mend.com", "sent new101@mend.com"]'::jsonb), (106, 'bos', '["unsubscribed new106@mend.com", "sent new106@mend.com"]'), (108, 'ebomn', '["bounced old108@mend.com", "unsubscribed mid108@mend.com"]'), (108, 'mbo', '["unsubscribed mid108@mend.com"]')) v (id, letters, shown);
SELECT public.revyops_create_contact('{"email": "field@mend.com", "contact_custom_fields_input": [{"field_name": "hubspot_id", "field_value": "109"}]}') \g /dev/null
SELECT is(test.deliver(:'hubspot', test.happened(109, 'b')), test.taken(1, 0, 0), 'one of whose address HubSpot told nothing is the contact''s that has its id');
SELECT set_config('revyops.client_id', '0', true) \g /dev/null

-- ---- what was so once may be so again
CREATE FUNCTION test.standing(address text) RETURNS text
	LANGUAGE sql AS $$ SELECT concat_ws(', ', (SELECT contact_status FROM revyops.contact WHERE email = address),
		(SELECT string_agg(reason || ' ' || to_char(since, 'MM-DD'), ', ' ORDER BY reason) FROM revyops.do_not_contact WHERE email = address AND removed_at IS NULL)) $$;
SELECT set_config('revyops.client_id', :'one', true) \g /dev/null
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.change(110, 'email', 'twice@mend.com', '2026-03-01Z'), test.change(110, 'hs_email_hard_bounce_reason_enum', 'UNKNOWN_USER', '2026-03-02Z'), test.change(110, 'hs_email_optout', 'true', '2026-03-03Z'))::text), test.taken(2, 0, 1), 'HubSpot: a bounce, an opt-out');
SELECT public.revyops_unsuppress('twice@mend.com', reason, 'mended', force => true) FROM unnest('{bounced,unsubscribed}'::text[]) reason \g /dev/null
SELECT public.revyops_update_contact((SELECT id FROM revyops.contact WHERE email = 'twice@mend.com'), '{"contact_status": "Back"}') \g /dev/null
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.change(110, 'hs_email_hard_bounce_reason_enum', 'UNKNOWN_USER', '2026-03-02Z'), test.change(110, 'hs_email_optout', 'true', '2026-03-03Z'))::text), test.taken(0, 2, 0), 'told again');
SELECT is(test.standing('twice@mend.com'), 'Back', 'they are nothing new');
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.change(110, 'hs_email_hard_bounce_reason_enum', 'UNKNOWN_USER', '2026-04-02Z'))::text), test.taken(1, 0, 0), 'with the same reason at another time');
SELECT is(test.standing('twice@mend.com'), 'Bounced, bounced 04-02', 'it is another bounce');
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.change(110, 'hs_email_optout', 'true', '2026-04-03Z'), test.change(110, 'hs_email_optout', 'true', '2026-04-03Z'))::text), test.taken(1, 1, 0), 'likewise an opt-out, once');
SELECT is(test.standing('twice@mend.com'), 'Unsubscribed, bounced 04-02, unsubscribed 04-03', 'by which they are off the list no more');
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.change(110, 'hs_email_last_send_date', '1775300000000', '2026-04-04Z'), test.change(110, 'hs_email_last_send_date', '1775300000000', '2026-04-05Z'))::text), test.taken(1, 1, 0), 'one e-mail is told at two times');
SELECT set_config('revyops.client_id', '0', true) \g /dev/null

-- ---- an agency
SELECT public.revyops_create_agency('Agency') AS agency \gset
SELECT public.revyops_create_agency_webhook(:agency, 'emailbison', 'all') AS global \gset
SELECT matches(:'global'::text, '^/public/global-emailbison-webhook/[0-9a-f]{64}$', 'the path of an agency');
CREATE FUNCTION test.bison(workspace text, campaign text, id int) RETURNS text
	LANGUAGE sql AS $$ SELECT format('{"event": {"type": "EMAIL_SENT", "workspace_id": %s}, "data": {"lead": {"email": "olga@example.com"}, "campaign": {"id": %s}, "scheduled_email": {"id": %s, "sent_at": "2026-03-02T10:00:38Z"}}}', workspace, campaign, id) $$;
SELECT is(test.deliver(:'global', test.bison('7', '31', 1)), test.taken(0, 0, 1), 'nobody''s account');
SELECT public.revyops_route_webhook_account(:agency, 'emailbison', '7', :one), public.revyops_route_webhook_account(:agency, 'emailbison', '8', :two) \g /dev/null
SELECT is(test.deliver(:'global', '[' || concat_ws(',', test.bison('8', '32', 3), test.bison('7', '31', 1)) || ']'), test.taken(2, 0, 0), 'each item to the client of its account');
SELECT is(test.deliver(:'global', '[' || concat_ws(',', test.bison('9', '31', 4), test.bison('null', '32', 5), test.bison('null', '33', 6)) || ']'), test.taken(2, 0, 1), 'or else of its campaign, if one has it');
SELECT is((SELECT jsonb_agg(jsonb_build_array(client_id, campaign_id, sent) ORDER BY client_id) FROM revyops.campaign WHERE platform = 'emailbison'), format('[[%s, "31", 2], [%s, "32", 2]]', :one, :two)::jsonb, 'and only there');
SELECT test.deliver(:'global', test.bison('8', '31', 7)) \g /dev/null
SELECT is(test.deliver(:'global', test.bison('null', '31', 8)), test.taken(0, 0, 1), 'a campaign that two have is nobody''s');
SELECT public.revyops_route_webhook_account(:agency, 'emailbison', '7', NULL) \g /dev/null
SELECT is(test.deliver(:'global', test.bison('7', '39', 9)), test.taken(0, 0, 1), 'an account that is nobody''s by now');
SELECT is(test.deliver(:'global', test.bison('7', '32', 10)), test.taken(0, 0, 1), 'nor is it of the client that has its campaign');
SELECT public.revyops_route_webhook_account(:agency, 'emailbison', '7', :one), public.revyops_route_webhook_account(:agency, 'emailbison', '10', NULL) \g /dev/null
SELECT is(test.deliver(:'global', test.bison('7', '32', 10)), test.taken(1, 0, 0), 'until it is somebody''s');
SELECT is(test.deliver(:'global', test.bison('10', '33', 11)), test.taken(0, 0, 1), 'one that was nobody''s from the beginning');
SELECT public.revyops_route_webhook_account(:agency, 'emailbison', '7', NULL) \g /dev/null
SELECT public.revyops_create_client('Stranger') AS stranger, public.revyops_create_agency('Another') AS another \gset
SELECT public.revyops_create_agency_webhook(:another, 'emailbison', 'another') AS elsewhere, public.revyops_route_webhook_account(:another, 'emailbison', '9', :stranger) \gset
SELECT is(test.deliver(:'elsewhere', test.bison('9', '77', 20)), test.taken(1, 0, 0), 'another agency''s');
SELECT is(test.deliver(:'global', test.bison('null', '77', 21)), test.taken(0, 0, 1), 'a campaign of another agency''s client is nobody''s');
SELECT is(test.deliver(:'global', test.bison('9', '78', 22)), test.taken(0, 0, 1), 'nor is its account');
SELECT is(test.deliver(:'elsewhere', test.bison('8', '32', 23)), test.taken(0, 0, 1), 'and the other way round');

-- ---- what became of it
SELECT is(to_jsonb(s) - '{name, revoked_at, last_delivery, last_processed, last_error}'::text[], '{"webhook": 1, "client_id": 1, "agency_id": null, "platform": "instantly", "deliveries": 25, "processed": 2, "duplicates": 4, "ignored": 4, "unrouted": 0, "errors": 0, "unreadable": 16, "unauthorized": 2,
	"kinds": {"processed": {"sent": 1, "bounced": 1}, "duplicate": {"sent": 4}, "ignored": {"": 2, "email_opened": 1, "email_sent": 1}}}', 'the counters of a webhook'),
	ok(last_delivery = now() AND last_processed = now() AND last_error = now(), 'and its times')
FROM public.revyops_webhook_status() s WHERE webhook = 1;
SELECT is((SELECT jsonb_build_array(agency_id, client_id, unrouted, kinds->'unrouted') FROM public.revyops_webhook_status() WHERE agency_id = :agency), '[1, null, 8, {"sent": 8}]', 'what is nobody''s is counted');
SELECT test.deliver(:'again', (SELECT jsonb_agg(jsonb_build_object('event_type', 'label ' || n, 'lead_email', 'ada@example.com')) FROM generate_series(1, 300) n)::text) \g /dev/null
SELECT is((SELECT jsonb_build_array(ignored, (SELECT count(*) FROM jsonb_object_keys(kinds->'ignored'))) FROM public.revyops_webhook_status() WHERE webhook = 2), '[300, 51]', 'of many kinds in a delivery the first are told apart');

SELECT count(test.deliver(:'again', (SELECT jsonb_agg(jsonb_build_object('event_type', format('label %s %s', i, n), 'lead_email', 'ada@example.com')) FROM generate_series(1, 50) n)::text)) FROM generate_series(1, 6) i \g /dev/null
SELECT is((SELECT jsonb_build_array(ignored, (SELECT count(*) FROM revyops.webhook_count WHERE webhook_id = 2)) FROM public.revyops_webhook_status() WHERE webhook = 2), '[600, 203]', 'and of many deliveries some 200');
SELECT is((SELECT jsonb_agg(jsonb_build_array(id, owner_client, owner_agency, platform, name, verify, ring_size, labels, revoked_at)) FROM public.revyops_list_webhooks(:one)),
	'[[1, 1, null, "instantly", "first", "header", 1, {}, null], [2, 1, null, "instantly", "second", "none", 0, {}, null], [3, 1, null, "smartlead", "s", "body", 0, {}, null], [4, 1, null, "plusvibe", "p", "none", 0, {}, null], [5, 1, null, "hubspot", "h", "none", 0, {}, null], [6, 1, null, "lemlist", "l", "none", 0, {}, null]]', 'the webhooks of a client');
SELECT is((SELECT array_agg(id) FROM public.revyops_list_webhooks(agency_id => :agency)), '{7}', 'of an agency');
SELECT ok(public.revyops_revoke_webhook(2), 'one is revoked');
SELECT ok(NOT public.revyops_revoke_webhook(2), 'once');
SELECT is(test.deliver(:'again', :'sent'), test.unknown(), 'a revoked token is none');
SELECT is((SELECT status FROM revyops_http.handle('POST', :'instantly', '', E'X-Our-Secret: open sesame\n', convert_to(:'sent', 'UTF8'))), 200, 'the other is one still');

-- ---- labels that somebody made
-- labelled sends a label to a path, and shows what is known then of the contact's interest.
CREATE FUNCTION test.labelled(path text, body text, minute int, label text, email text DEFAULT 'own@example.com') RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := test.deliver(path, replace(replace(replace(body, 'LABEL', label), 'TIME', format('2026-03-04T09:%s:00Z', to_char(minute, 'FM00'))), 'EMAIL', email), E'X-Our-Secret: open sesame\n')->'body';
BEGIN
	RETURN jsonb_build_array(answer->'processed', answer->'ignored',
		(SELECT jsonb_agg(jsonb_build_array(interested, interest_label)) FROM revyops.contact_activity JOIN revyops.contact c ON c.id = contact_id WHERE c.email = labelled.email));
END
$$;
\set label '{"event_type": "LABEL", "timestamp": "TIME", "lead_email": "EMAIL"}'
\set marked '{"webhook_event": "LEAD_MARKED_AS_LABEL", "email": "EMAIL", "replied_date": "TIME"}'
\set category '{"event_type": "LEAD_CATEGORY_UPDATED", "event_timestamp": "TIME", "lead_email": "EMAIL", "secret_key": "abcd", "lead_category": {"new_name": "LABEL"}}'
SELECT is(test.labelled(:'instantly', :'label', 1, 'Demo agreed'), '[0, 1, null]', 'one is ignored, as a new kind would be');
SELECT public.revyops_set_webhook_labels(1, '{"Demo agreed": true, "no-budget": false, "Später": null, "Interested": false, "lead_closed": null, "Email sent": false, "Email opened": true, "x.y": true}') \g /dev/null
SELECT is(test.labelled(:'instantly', :'label', 1, 'Demo agreed'), '[1, 0, [[true, "Demo agreed"]]]', 'one that is listed says what it is said to');
SELECT is(test.labelled(:'instantly', :'label', 2, 'No Budget'), '[1, 0, [[false, "No Budget"]]]', 'written in another way');
SELECT is(test.labelled(:'instantly', :'label', 3, 'Später'), '[1, 0, [[false, "No Budget"]]]', 'neither');
SELECT is(test.labelled(:'instantly', :'label', 4, 'X.Y'), '[1, 0, [[true, "X.Y"]]]', 'with a point in it');
SELECT is(test.labelled(:'instantly', :'label', 5, 'lead_not_interested'), '[1, 0, [[false, "lead_not_interested"]]]', 'the others say what they did');
SELECT is(test.labelled(:'instantly', :'label', 6, 'lead_interested'), '[1, 0, [[false, "lead_interested"]]]', 'unless they are listed, with what the platform puts before or without');
SELECT is(test.labelled(:'instantly', :'label', 7, 'lead_closed'), '[1, 0, [[false, "lead_interested"]]]', 'also as neither');
SELECT is(test.labelled(:'instantly', :'label', 8, 'Demo', 'new@example.com'), '[0, 1, null]', 'one that is like a part of what is listed is ignored');
SELECT is(test.labelled(:'instantly', :'label', 8, 'email_sent', 'new@example.com'), '[1, 0, [[null, null]]]', 'a kind of events is no label');
SELECT is(test.labelled(:'instantly', :'label', 8, 'email_opened', 'new@example.com'), '[0, 1, [[null, null]]]', 'nor is one that is ignored');
SELECT is(test.labelled(:'instantly', :'label', 8, repeat('-', 2000) || 'Demo agreed', 'new@example.com'), '[0, 1, [[null, null]]]', 'nor what is too long for one');
SELECT public.revyops_set_webhook_labels(3, '{"Hot lead": false}') \g /dev/null
SELECT is(test.labelled(:'plusvibe', :'marked', 9, 'HOT_LEAD', 'hot@example.com'), '[1, 0, [[null, "HOT_LEAD"]]]', 'of another webhook');
SELECT public.revyops_set_webhook_labels(4, '{"Hot lead": true}') \g /dev/null
SELECT is(test.labelled(:'plusvibe', :'marked', 10, 'HOT_LEAD', 'hot@example.com'), '[1, 0, [[true, "HOT_LEAD"]]]', 'PlusVibe: behind what it puts before');
SELECT is(test.labelled(:'smartlead', :'category', 11, 'Hot Lead', 'hot@example.com'), '[1, 0, [[false, "Hot Lead"]]]', 'Smartlead: a category');
SELECT is((SELECT labels FROM public.revyops_list_webhooks(:one) WHERE id = 4), '{"Hot lead": true}', 'they are listed');
SELECT public.revyops_set_webhook_labels(4, '{"Hot lead": null}') \g /dev/null
SELECT is(test.labelled(:'plusvibe', replace(:'marked', '"camp', '"label": "LEAD", "sentiment": "POSITIVE", "camp'), 10, 'HOT_LEAD', 'cold@example.com'), '[1, 0, [[null, "HOT_LEAD"]]]', 'neither, whatever stands beside it');
SELECT public.revyops_set_webhook_labels(4, '{}') \g /dev/null
SELECT is(test.labelled(:'plusvibe', :'marked', 12, 'HOT_LEAD', 'hot@example.com'), '[1, 0, [[false, "Hot Lead"]]]', 'until they are no more');
SELECT public.revyops_set_webhook_labels(4, (SELECT jsonb_object_agg('label ' || n, true) FROM generate_series(1, 100) n)) \g /dev/null
SELECT is((SELECT count(*) FROM public.revyops_list_webhooks(:one), jsonb_object_keys(labels) WHERE id = 4), 100::bigint, 'up to a hundred');
SELECT public.revyops_create_agency_webhook(:agency, 'instantly', 'all') AS shared, public.revyops_route_webhook_account(:agency, 'instantly', 'w', :one) \gset
SELECT public.revyops_set_webhook_labels(max(id), '{"Demo agreed": true}') FROM public.revyops_list_webhooks(agency_id => :agency) \g /dev/null
SELECT is(test.labelled(:'shared', replace(:'label', '"lead', '"workspace": "w", "lead'), 13, 'Demo agreed', 'shared@example.com'), '[1, 0, [[true, "Demo agreed"]]]', 'those of an agency are for all of its clients');

-- ---- whatever a delivery has, it is taken as it is shown
\set lines `cat "$PG_ABS_SRCDIR/t/vectors/webhooks.jsonl" "$PG_ABS_SRCDIR/t/vectors/deliveries.jsonl"`
SELECT public.revyops_create_client('Three') AS three \gset
SELECT set_config('revyops.client_id', :'three', true) \g /dev/null
SELECT public.revyops_create_contact('{"email": "dora@example.com", "contact_custom_fields_input": [{"field_name": "hubspot_id", "field_value": "4501"}]}') \g /dev/null
CREATE TABLE test.path AS SELECT platform, public.revyops_create_webhook(:three, platform, 'vectors') AS path FROM unnest('{instantly,smartlead,emailbison,plusvibe,lemlist,hubspot,neutral}'::text[]) platform;
SELECT is((SELECT jsonb_agg(jsonb_build_array(v->>'platform', v->>'case', taken)) FROM regexp_split_to_table(:'lines', '\n') line, LATERAL (SELECT line::jsonb AS v WHERE line <> '') vector,
		LATERAL (SELECT test.deliver((SELECT path FROM test.path WHERE platform = v->>'platform'), (v->'payload')::text) AS taken) delivered,
		LATERAL (SELECT jsonb_array_length(v->'events') AS events, CASE jsonb_typeof(sent) WHEN 'array' THEN jsonb_array_length(sent) ELSE 1 END AS items
			FROM (SELECT coalesce(jsonb_path_query_first(v->'payload', 'strict $.body ? (@.type() == "array")', silent => true),
				CASE WHEN jsonb_path_exists(v->'payload', 'strict $[0].body ? (@.type() == "array")', silent => true)
					THEN jsonb_path_query_array(v->'payload', 'strict $[*].body[*]') END, v->'payload') AS sent) s) expected
	WHERE taken#>>'{status}' <> '200' OR taken#>'{body,errors}' <> '[]' OR events <> (taken#>'{body,processed}')::int + (taken#>'{body,duplicates}')::int OR items <> events + (taken#>'{body,ignored}')::int),
	NULL, 'every delivery of the vectors');

-- ---- an id is of one platform, and of one account there where it is a number that others have as well
CREATE FUNCTION test.fifth(type text, workspace int) RETURNS text
	LANGUAGE sql AS $$ SELECT jsonb_build_object('event', jsonb_build_object('type', type, 'workspace_id', workspace), 'data', jsonb_build_object('lead', jsonb_build_object('email', 'five@mend.com'), 'scheduled_email', jsonb_build_object('id', 5, 'sent_at', '2026-03-02T10:00:38Z', 'email_subject', 'Of ' || workspace)))::text $$;
SELECT public.revyops_create_webhook(:two, 'emailbison', 'b') AS bison, public.revyops_create_webhook(:two, 'emailbison', 'b 2') AS bison2, public.revyops_create_webhook(:two, 'neutral', 'n') AS neutral, public.revyops_create_webhook(:two, 'hubspot', 'h') AS hub, public.revyops_create_webhook(:two, 'lemlist', 'l') AS lem \gset
SELECT is(test.deliver(:'bison', test.fifth('EMAIL_SENT', 1)), test.taken(1, 0, 0), 'EmailBison: e-mail 5');
SELECT is(test.deliver(:'bison2', test.fifth('LEAD_FIRST_CONTACTED', 1)), test.taken(0, 1, 0), 'told in another way, by another webhook');
SELECT is(test.deliver(:'bison', test.fifth('EMAIL_SENT', 2)), test.taken(1, 0, 0), 'that of another workspace');
SELECT is(test.deliver(:'neutral', jsonb_build_array(event, event || '{"account": "a"}', event || '{"account": "b"}', event || '{"account": "a"}', event || '{"portalId": "a"}', event || '{"portalId": "c"}')::text), test.taken(4, 2, 0), 'neutral: that of another platform, of its accounts, however these are called')
FROM (SELECT jsonb '{"kind": "sent", "email": "five@mend.com", "external_id": 5, "at": "2026-03-03T10:00:38Z", "subject": "Neutral"}' AS event) e;
SELECT is((SELECT string_agg(concat_ws(' ', origin, subject), ', ' ORDER BY origin, subject) FROM revyops.email WHERE contact_email = 'five@mend.com'), 'emailbison Of 1, emailbison Of 2, neutral Neutral, neutral Neutral, neutral Neutral, neutral Neutral', 'an e-mail each');
SELECT is(test.deliver(:'hub', jsonb_build_array(test.change(5, 'email', 'five@mend.com', '2026-03-01Z'), test.change(5, 'email', 'five@mend.com', '2026-03-01Z') || '{"portalId": 6}', event, event || '{"portalId": 6}', event)::text), test.taken(2, 1, 2), 'HubSpot: of two portals')
FROM (SELECT test.change(5, 'hs_email_last_send_date', '1775300000000', '2026-04-04Z') AS event) e;
SELECT is(test.deliver(:'lem', jsonb_build_array(event, event || '{"teamId": "t"}')::text), test.taken(1, 1, 0), 'lemlist: an id that nobody else has needs no account')
FROM (SELECT jsonb '{"type": "emailsSent", "_id": "act_5", "leadEmail": "five@mend.com"}' AS event) e;

-- ---- texts of more octets than characters
CREATE FUNCTION test.long(campaign_id text, number int, beside jsonb DEFAULT '{}') RETURNS text
	LANGUAGE sql AS $$ SELECT (jsonb_build_object('kind', 'sent', 'email', 'long@example.com', 'external_id', 'long ' || number, 'campaign_id', campaign_id) || beside)::text $$;
SELECT is(test.deliver(path, '[' || concat_ws(',', test.long(repeat('é', 200) || ' 1', 1), test.long(repeat('é', 200) || ' 2', 2),
		test.long(repeat('é', 255), 3, jsonb_build_object('campaign_name', repeat('ö', 256), 'body_text', repeat('é', 200000))), test.long(repeat('é', 256), 4), test.long(repeat('x', 256), 5)) || ']'), test.taken(5, 0, 0), 'are taken')
FROM test.path WHERE platform = 'neutral';
SELECT is((SELECT jsonb_agg(jsonb_build_array(length(campaign_id), right(campaign_id, 2), length(campaign_name), sent) ORDER BY campaign_id) FROM revyops.campaign WHERE campaign_id ~ '^(é|xx)'), '[[202, " 1", null, 1], [202, " 2", null, 1], [255, "éé", 255, 1]]',
	'an id of up to 255 characters is whole, a longer one is none, a name is cut behind so many');
SELECT is((SELECT jsonb_agg(jsonb_build_array(length(campaign_id), octet_length(body_text)) ORDER BY campaign_id) FROM revyops.email WHERE contact_email = 'long@example.com'), '[[202, null], [202, null], [255, 262144], [null, null], [null, null]]', 'as in e-mails; of a body octets count');

-- ---- what can't be set
SELECT is(test.try(statement), jsonb_build_object('sqlstate', 'PT' || status, 'message', message, 'detail', detail), statement)
FROM (VALUES
	('SELECT public.revyops_create_webhook(NULL, NULL, NULL)', 400, 'invalid request', '[{"parameter":"client_id","code":"required","message":"A value is required."},{"parameter":"platform","code":"required","message":"A value is required."},{"parameter":"name","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_create_webhook(99, ''lemlist'', ''x'')', 404, 'client not found', '[{"parameter":"client_id","code":"not_found","message":"There is none with this id, domain or address."}]'),
	('SELECT public.revyops_create_agency_webhook(99, ''lemlist'', ''x'')', 404, 'agency not found', '[{"parameter":"agency_id","code":"not_found","message":"There is none with this id, domain or address."}]'),
	('SELECT public.revyops_route_webhook_account(NULL, NULL, NULL, NULL)', 400, 'invalid request', '[{"parameter":"platform","code":"required","message":"A value is required."},{"parameter":"agency_id","code":"required","message":"A value is required."},{"parameter":"account","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_route_webhook_account(99, ''lemlist'', ''x'', NULL)', 404, 'agency not found', '[{"parameter":"agency_id","code":"not_found","message":"There is none with this id, domain or address."}]'),
	('SELECT public.revyops_route_webhook_account(1, ''lemlist'', ''x'', 99)', 404, 'client not found', '[{"parameter":"client_id","code":"not_found","message":"There is none with this id, domain or address."}]'),
	('SELECT public.revyops_route_webhook_account(1, ''lemlist'', '' '', 1)', 400, 'invalid request', '[{"parameter":"account","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_set_webhook_secret(99, ''none'')', 404, 'webhook not found', '[{"parameter":"webhook","code":"not_found","message":"There is none with this id, domain or address."}]'),
	('SELECT public.revyops_set_webhook_secret(1, ''body'', ''x'')', 400, 'invalid request', '[{"parameter":"verify","code":"invalid_option","message":"Expected one of the values that are allowed.","allowed":["none","header","hmac"]}]'),
	('SELECT public.revyops_set_webhook_secret(1, ''header'')', 400, 'invalid request', '[{"parameter":"secret","code":"required","message":"A value is required."},{"parameter":"header","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_set_webhook_labels(NULL, NULL)', 400, 'invalid request', '[{"parameter":"webhook","code":"required","message":"A value is required."},{"parameter":"labels","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_set_webhook_ring(NULL, NULL)', 400, 'invalid request', '[{"parameter":"webhook","code":"required","message":"A value is required."},{"parameter":"size","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_set_webhook_secret(NULL, NULL, NULL)', 400, 'invalid request', '[{"parameter":"webhook","code":"required","message":"A value is required."},{"parameter":"secret","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_set_webhook_labels(99, ''{}'')', 404, 'webhook not found', '[{"parameter":"webhook","code":"not_found","message":"There is none with this id, domain or address."}]'),
	('SELECT public.revyops_set_webhook_labels(1, NULL)', 400, 'invalid request', '[{"parameter":"labels","code":"required","message":"A value is required."}]'),
	('SELECT public.revyops_set_webhook_labels(1, ''[]'')', 400, 'invalid request', '[{"parameter":"labels","code":"not_an_object","message":"Expected an object."}]'),
	('SELECT public.revyops_set_webhook_labels(6, ''{"x": 1}'')', 400, 'invalid request', '[{"parameter":"webhook","code":"invalid_option","message":"Expected one of the values that are allowed.","allowed":["instantly","smartlead","plusvibe","hubspot","neutral"]},{"pointer":"/x","code":"not_a_boolean","message":"Expected true or false."}]'),
	('SELECT public.revyops_set_webhook_labels(1, ''{"No budget": false, "NoBudget": true}'')', 400, 'invalid request', '[{"pointer":"/No budget","code":"duplicate","message":"This name is given more than once."}]'),
	('SELECT public.revyops_set_webhook_labels(1, (SELECT jsonb_object_agg(''l'' || n, 1) FROM generate_series(1, 101) n))', 400, 'invalid request', '[{"parameter":"labels","code":"too_many","message":"There are too many entries.","limit":100,"actual":101}]'),
	('SELECT public.revyops_set_webhook_labels(1, ''7'')', 400, 'invalid request', '[{"parameter":"labels","code":"not_an_object","message":"Expected an object."}]'),
	('SELECT public.revyops_set_webhook_labels(1, jsonb_build_object('' -'', 1, ''a/b'', ''yes'', repeat(''é'', 256), true))', 400, 'invalid request', '[{"pointer":"/ -","code":"required","message":"A value is required."},{"pointer":"/ -","code":"not_a_boolean","message":"Expected true or false."},{"pointer":"/a~1b","code":"not_a_boolean","message":"Expected true or false."},{"pointer":"/' || repeat('é', 127) || '...","code":"too_long","message":"This value is too long.","limit":255,"actual":256}]'),
	('SELECT public.revyops_set_webhook_ring(1, 101)', 400, 'invalid request', '[{"parameter":"size","code":"too_many","message":"There are too many entries.","limit":100,"actual":101}]'),
	('SELECT public.revyops_webhook_ring(99)', 404, 'webhook not found', '[{"parameter":"webhook","code":"not_found","message":"There is none with this id, domain or address."}]')) AS t (statement, status, message, detail);

SELECT * FROM finish();
ROLLBACK;
