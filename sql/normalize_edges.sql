\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(107);

CREATE TABLE test.edge (n serial, kind text, value text, canonical text, error text, about text);

-- NULL canonical and NULL error: no value
INSERT INTO test.edge (kind, value, canonical, error, about) VALUES
	('email', E'\u00a0\u3000\u2003jane@acme.com\u2028\u1680', 'jane@acme.com', NULL, 'Unicode white space at both ends'),
	('email', E'\u00a0\u3000\u2003', NULL, NULL, 'Unicode white space alone'),
	('email', E'\u200b \ufeffjane@acme.com\u200d', 'jane@acme.com', NULL, 'what is not to be seen at both ends'),
	('email', E'\u200b\u2060', NULL, NULL, 'what is not to be seen alone'),
	('email', E'jane\u200b@acme.com', NULL, 'invalid_email', 'zero width space before the @'),
	('email', E'ja\u00a0ne@acme.com', NULL, 'invalid_email', 'no-break space inside'),
	('email', 'jané@acme.com', NULL, 'invalid_email', 'letters beyond ASCII before the @'),
	('email', 'jane@ACME。com', 'jane@acme.com', NULL, 'ideographic full stop in the domain'),
	('email', 'jane@ａｃｍｅ.com', 'jane@acme.com', NULL, 'full width letters in the domain'),
	('email', 'jane@XN--BCHER-KVA.example', 'jane@xn--bcher-kva.example', NULL, 'A-label in upper case'),
	('email', E'jane@bu\u0308cher.example', 'jane@xn--bcher-kva.example', NULL, 'decomposed accent in the domain'),
	('email', 'jane@xn--a.example', NULL, 'invalid_email', 'A-label that is no punycode'),
	('email', 'jane@xn--.example', NULL, 'invalid_email', 'A-label without a label'),
	('email', 'jane@xn--acme-.example', NULL, 'invalid_email', 'A-label of plain ASCII'),
	('email', 'jane@straße.example', 'jane@xn--strae-oqa.example', NULL, 'sharp s is kept (non-transitional)'),
	('email', 'jane@acme.com..', NULL, 'invalid_email', 'two root dots'),
	('email', 'jane@.acme.com', NULL, 'invalid_email', 'domain with a leading dot'),
	('email', 'jane@acme_b.com', NULL, 'invalid_email', 'underscore in the domain'),
	('email', 'jane@acme.com:25', NULL, 'invalid_email', 'port'),
	('email', 'jane@acme.com/', NULL, 'invalid_email', 'slash after the domain'),
	('email', 'jane@' || repeat('a', 63) || '.com', 'jane@' || repeat('a', 63) || '.com', NULL, 'label of 63'),
	('email', 'jane@' || repeat('a', 64) || '.com', NULL, 'invalid_email', 'label of 64'),
	('email', E'jane@acme.com\nx', NULL, 'invalid_email', 'line feed inside'),
	('email', E'jane\x7f@acme.com', NULL, 'invalid_email', 'DEL'),
	('email', '!#$%&''*+-/=?^_`{|}~@acme.com', '!#$%&''*+-/=?^_`{|}~@acme.com', NULL, 'every sign allowed before the @'),
	('email', 'jane@acme.com ,', NULL, 'invalid_email', 'trailing comma'),
	('email', '@', NULL, 'invalid_email', 'the @ alone'),
	('email', repeat('@', 1048576), NULL, 'invalid_email', '1 MiB of @'),
	('email', repeat('a', 1048576), NULL, 'invalid_email', '1 MiB of a'),
	('email', 'jane@' || repeat('a.', 524288) || 'com', NULL, 'invalid_email', '1 MiB of labels'),
	('email', 'jane@' || repeat('ü.', 349525) || 'com', NULL, 'invalid_email', '1 MiB of U-labels'),
	('email', repeat(' ', 1048576), NULL, NULL, '1 MiB of spaces'),
	('email', repeat(' ', 1048576) || 'jane@acme.com' || repeat(E'\u3000', 349525), 'jane@acme.com', NULL, 'an address in 2 MiB of white space'),

	('domain', E'\u3000acme.com\u00a0', 'acme.com', NULL, 'Unicode white space at both ends'),
	('domain', 'www.com', 'www.com', NULL, 'www.com is a name of its own'),
	('domain', 'www.www.acme.com', 'acme.com', NULL, 'www. twice'),
	('domain', 'WWW.Acme.COM', 'acme.com', NULL, 'www. in upper case'),
	('domain', 'www.acme.com.', 'acme.com', NULL, 'www. and root dot'),
	('domain', 'www2.acme.com', 'www2.acme.com', NULL, 'www2. stays'),
	('domain', 'wwwacme.com', 'wwwacme.com', NULL, 'www without a dot stays'),
	('domain', 'www.co.uk', 'www.co.uk', NULL, 'www under a public suffix is a name of its own'),
	('domain', 'com', NULL, 'invalid_domain', 'a top level domain'),
	('domain', 'co.uk.', NULL, 'invalid_domain', 'a public suffix with root dot'),
	('domain', 'CO.UK', NULL, 'invalid_domain', 'a public suffix in upper case'),
	('domain', 'https://co.uk/x', NULL, 'invalid_domain', 'a public suffix in a URL'),
	('domain', 'jane@co.uk', NULL, 'invalid_domain', 'a public suffix in an e-mail address'),
	('domain', 'XN--BCHER-KVA.Example', 'xn--bcher-kva.example', NULL, 'A-label in upper case'),
	('domain', 'xn--a.example', NULL, 'invalid_domain', 'A-label that is no punycode'),
	('domain', 'xn--acme-.example', NULL, 'invalid_domain', 'A-label of plain ASCII'),
	('domain', 'acme。com', 'acme.com', NULL, 'ideographic full stop'),
	('domain', E'bu\u0308cher.example', 'xn--bcher-kva.example', NULL, 'decomposed accent'),
	('domain', 'HTTPS://user:pw@www.ACME.com:443?x#y', 'acme.com', NULL, 'URL with user and port'),
	('domain', 'acme.com?x=a/b@c', 'acme.com', NULL, 'bare domain with a query'),
	('domain', 'https://u:p@w;x,y@acme.com/', 'acme.com', NULL, 'URL with all kinds of signs in user information'),
	('domain', 'acme.com, joe@rival.com', NULL, 'invalid_domain', 'a domain and an address'),
	('domain', 'acme.com;joe@rival.com', NULL, 'invalid_domain', 'without a blank'),
	('domain', 'jane@acme.com joe@rival.com', NULL, 'invalid_domain', 'two addresses'),
	('domain', 'Acme Inc. (Jane Doe) @rival.com', NULL, 'invalid_domain', 'a text in front of an @'),
	('domain', E'http://acme.com\\@rival.com', NULL, 'invalid_domain', 'a backslash, which browsers take for a slash'),
	('domain', 'acme.com/a b@rival.com', 'acme.com', NULL, 'an @ in the path'),
	('domain', 'http://', NULL, 'invalid_domain', 'scheme alone'),
	('domain', '@', NULL, 'invalid_domain', 'the @ alone'),
	('domain', '.', NULL, 'invalid_domain', 'the root'),
	('domain', 'www.', NULL, 'invalid_domain', 'www. alone'),
	('domain', '0x7f.1', NULL, 'invalid_domain', 'address in another notation'),
	('domain', E'acme.com\nevil.com', NULL, 'invalid_domain', 'line feed inside'),
	('domain', 'acme.c*m', NULL, 'invalid_domain', 'asterisk'),
	('domain', rpad('', 249, repeat('a', 62) || '.') || '.com', rpad('', 249, repeat('a', 62) || '.') || '.com', NULL, 'domain of 253 octets'),
	('domain', rpad('', 250, repeat('a', 61) || '.') || '.com', NULL, 'invalid_domain', 'domain of 254 octets'),
	('domain', repeat('a', 1048576), NULL, 'invalid_domain', '1 MiB of a'),
	('domain', repeat('www.', 262144) || 'acme.com', NULL, 'invalid_domain', '1 MiB of www.'),
	('domain', repeat('@', 1048576) || 'acme.com', 'acme.com', NULL, '1 MiB of @ before it'),
	('domain', 'https://acme.com/' || repeat('/', 1048576), 'acme.com', NULL, 'URL of 1 MiB'),

	('linkedin_url', E'\u00a0linkedin.com/in/jane\u3000', 'https://www.linkedin.com/in/jane', NULL, 'Unicode white space at both ends'),
	('linkedin_url', 'https://www.linkedin.com/in/JOS%c3%a9', 'https://www.linkedin.com/in/jos%C3%A9', NULL, 'percent form in lower case hex'),
	('linkedin_url', E'https://www.linkedin.com/in/jose\u0301', 'https://www.linkedin.com/in/jos%C3%A9', NULL, 'decomposed accent'),
	('linkedin_url', 'https://www.linkedin.com/in/jose%CC%81', 'https://www.linkedin.com/in/jos%C3%A9', NULL, 'decomposed accent in percent form'),
	('linkedin_url', E'in/\u212aim', 'https://www.linkedin.com/in/kim', NULL, 'kelvin sign'),
	('linkedin_url', 'https://www.linkedin.com/in/%E2%84%AAim', 'https://www.linkedin.com/in/kim', NULL, 'kelvin sign in percent form'),
	('linkedin_url', 'https://www.linkedin.com/in/%6Aane', 'https://www.linkedin.com/in/jane', NULL, 'plain letter in percent form'),
	('linkedin_url', 'https://www.linkedin.com/in/jane%2', NULL, 'invalid_linkedin_url', 'cut percent form'),
	('linkedin_url', 'https://www.linkedin.com/in/jane%zz', NULL, 'invalid_linkedin_url', 'percent form of no number'),
	('linkedin_url', 'https://www.linkedin.com/in/jane%ff', NULL, 'invalid_linkedin_url', 'percent form of no UTF-8'),
	('linkedin_url', 'https://www.linkedin.com/in/jane%00', NULL, 'invalid_linkedin_url', 'percent form of NUL'),
	('linkedin_url', 'https://www.linkedin.com/in/a%2Fb', NULL, 'invalid_linkedin_url', 'slash in percent form'),
	('linkedin_url', 'https://www.linkedin.com/in/..', NULL, 'invalid_linkedin_url', 'dots only'),
	('linkedin_url', 'https://www.linkedin.com/in/%2e%2e/jane', NULL, 'invalid_linkedin_url', 'dots in percent form'),
	('linkedin_url', 'https://www.linkedin.com/in//jane', 'https://www.linkedin.com/in/jane', NULL, 'a slash too many'),
	('linkedin_url', E'\u202ahttps://www.linkedin.com/in/jane\u202c', 'https://www.linkedin.com/in/jane', NULL, 'an embedding of direction around'),
	('linkedin_url', E'in/jane\u200b/?trk=x', 'https://www.linkedin.com/in/jane', NULL, 'zero width space behind the slug'),
	('linkedin_url', 'in/%E2%80%8Bjane%EF%BB%BF', 'https://www.linkedin.com/in/jane', NULL, 'the same in percent form'),
	('linkedin_url', 'in/%E2%80%8B', NULL, 'invalid_linkedin_url', 'slug of what is not to be seen'),
	('linkedin_url', 'in/a%E2%80%8Db', 'https://www.linkedin.com/in/ab', NULL, 'a joiner inside'),
	('linkedin_url', 'https://www.linkedin.com/in/jane doe', NULL, 'invalid_linkedin_url', 'space in the slug'),
	('linkedin_url', 'https://www.linkedin.com/in/%20', NULL, 'invalid_linkedin_url', 'slug of a space'),
	('linkedin_url', 'ftp://www.linkedin.com/in/jane', NULL, 'invalid_linkedin_url', 'another scheme'),
	('linkedin_url', 'https://evil.example/?u=linkedin.com/in/jane', NULL, 'invalid_linkedin_url', 'another host'),
	('linkedin_url', 'https://evil.example\linkedin.com/in/jane', NULL, 'invalid_linkedin_url', 'backslash'),
	('linkedin_url', 'https://www.linkedin.com@evil.example/in/jane', NULL, 'invalid_linkedin_url', 'LinkedIn as user name'),
	('linkedin_url', 'https://www.linkedin.com/pub/Jane-Doe/1/2/3', 'https://www.linkedin.com/in/jane-doe-0030021', NULL, 'old form, the last two parts filled up to three digits'),
	('linkedin_url', 'https://www.linkedin.com/pub/jane-doe/a7/576', NULL, 'invalid_linkedin_url', 'old form with a part missing'),
	('linkedin_url', 'in/' || repeat('a', 1048576), NULL, 'invalid_linkedin_url', '1 MiB slug'),
	('linkedin_url', 'in/' || repeat('%', 1048576), NULL, 'invalid_linkedin_url', '1 MiB of %'),
	('linkedin_url', 'in/jane?' || repeat('%', 1048576), 'https://www.linkedin.com/in/jane', NULL, '1 MiB query');

SELECT CASE WHEN error IS NOT NULL
	THEN test.fails_code(call, 'PT400', 'invalid request', error, kind || ': ' || about)
	ELSE is(test.try(call), jsonb_build_object('value', canonical), kind || ': ' || about) END
FROM (SELECT *, format('SELECT revyops_normalize_%s(%L)', kind, value) AS call FROM test.edge ORDER BY n) e;

-- A value that is accepted is accepted again as it was stored, whatever it is:
-- otherwise a create would fall over its own CHECK.
INSERT INTO test.edge (kind, value)
	SELECT 'email', repeat('a', 64) || '@' || rpad('', 189 + i - 4, repeat('b', 60) || '.') || '.com' FROM generate_series(-1, 1) i
	UNION ALL SELECT 'domain', label || '.example' FROM unnest(ARRAY['💩', 'i❤', '☃', 'ﬁ', 'ſ', 'K', 'ς', 'ǆ', '٣', 'a‍b', 'a·b', 'İ', 'faß', 'xn--ls8h', 'xn--zca', 'xn--i-7iq', 'Ω', 'a--b', 'ab--c', 'أهلا', '한국']) label
	UNION ALL SELECT 'linkedin_url', format('linkedin.com/pub/%s/a7/576/b50', repeat('a', i)) FROM generate_series(80, 210, 1) i
	UNION ALL SELECT 'linkedin_url', 'in/' || repeat(c, i) FROM unnest(ARRAY['a', 'é', '李', '🙂', E'e\u0301', 'ﬁ', 'İ', 'É', 'Å', '가']) c, generate_series(90, 210, 5) i
	UNION ALL SELECT 'linkedin_url', 'in/' || chr(i) FROM generate_series(33, 800) i
	UNION ALL SELECT 'email', chr(i) || '@acme.com' FROM generate_series(33, 255) i
	UNION ALL SELECT 'domain', 'a' || chr(i) || 'b.com' FROM generate_series(33, 800) i
	-- whatever NFC makes something else of
	UNION ALL SELECT kind, replace(form, '*', chr(i)) FROM (VALUES ('linkedin_url', 'in/*im'), ('email', 'a@*.com'), ('domain', '*.com')) t (kind, form),
		generate_series(801, 200000) i WHERE i NOT BETWEEN 55296 AND 57343 AND normalize(chr(i)) <> chr(i);

CREATE FUNCTION test.is_stable(kind text, value text) RETURNS boolean
	LANGUAGE plpgsql AS $$
DECLARE
	once jsonb := test.try(format('SELECT revyops_normalize_%s(%L)', kind, value));
BEGIN
	IF once ? 'value' THEN
		RETURN once->>'value' IS NULL
			OR test.try(format('SELECT revyops_normalize_%s(%L)', kind, once->>'value')) = once
			AND test.try(format('SELECT revyops.is_canonical_%s(%L)', kind, once->>'value')) = '{"value": "true"}';
	END IF;
	RETURN once->>'sqlstate' = 'PT400'
		AND (test.try(format('SELECT revyops.is_canonical_%s(%L)', kind, value)) = '{"value": "false"}');
END
$$;
SELECT is(ARRAY(SELECT format('%s: %s… (%s characters)', kind, left(value, 20), length(value)) FROM test.edge WHERE NOT test.is_stable(kind, value) ORDER BY n LIMIT 5),
	ARRAY[]::text[], 'what is accepted is accepted again in its canonical form, and nothing else is canonical');

-- the limits of an e-mail address
SELECT is(length(revyops_normalize_email(repeat('a', 64) || '@' || rpad('', 185, repeat('b', 60) || '.') || '.com')),
	254, 'e-mail of 254 octets');
SELECT test.fails_400(format('SELECT revyops_normalize_email(%L)', repeat('a', 64) || '@' || rpad('', 186, repeat('b', 60) || '.') || '.com'),
	'[{"parameter": "email", "code": "too_long", "limit": 254, "actual": 255}]', 'e-mail of 255 octets');

SELECT * FROM finish();
ROLLBACK;
