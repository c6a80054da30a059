\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Lists in forms: however a client writes them, no entry is lost without a word. And addresses in them.
SELECT plan(59);
SELECT test.two_clients() \gset
SELECT set_config('test.key', revyops_create_api_key(1, 'x'), true) AS hidden \gset

-- sent is the answer to a form in short: its status, the custom fields or what the batch created, the faults, and what is told.
CREATE FUNCTION test.sent(method text, path text, form text, type text DEFAULT 'application/x-www-form-urlencoded') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', a.status, b->>'contact_custom_fields', (SELECT string_agg(r->'contact'->>'email', ',') FROM jsonb_array_elements(b->'results') r),
		(SELECT string_agg(concat_ws(' ', coalesce(e->>'pointer', e->>'parameter'), e->>'code'), ', ' ORDER BY n) FROM jsonb_array_elements(b->'errors') WITH ORDINALITY t(e, n)),
		'[' || (SELECT string_agg(h, ', ') FROM string_to_table(a.headers, E'\n') h WHERE h ~ '^X-Revyops-Unknown') || ']')
	FROM revyops_http.handle(method, path, 'structure=FLAT', 'X-API-Key: ' || current_setting('test.key') || E'\nContent-Type: ' || type, convert_to(form, 'UTF8')) a, LATERAL (SELECT a.body::jsonb) t(b) $$;

SELECT is(test.sent('PUT', '/public/v2/contacts', 'email=f' || n || '@acme.com&' || replace(form, 'L', 'contact_custom_fields_input')), expected, form) FROM (VALUES
	-- with numbers, as before
	(1, 'L[0]field_name=A&L[0]field_value=1&L[7].field_name=B&L[7].field_value=2', '201 {"A": "1", "B": "2"}'),
	(2, 'L=[{"field_name":"A","field_value":1}]', '201 {"A": "1"}'),
	(3, 'L[A]=1&L[B]=2', '201 {"A": "1", "B": "2"}'),
	-- without numbers
	(4, 'L[][field_name]=A&L[][field_value]=1', '201 {"A": "1"}'),
	(5, 'L[][field_name]=A&L[][field_value]=1&L[][field_name]=B&L[][field_value]=2', '201 {"A": "1", "B": "2"}'),
	(6, 'L[].field_value=1&L[].field_name=A&L[]field_value=2&L[]field_name=B', '201 {"A": "1", "B": "2"}'),
	(7, 'L[][field_name]=A&L[][field_value]=1&L[][field_value]=2', '400 /contact_custom_fields_input/1/field_name required'),
	(8, 'L[]={"field_name":"A","field_value":"1"}&L[]={"field_name":"B","field_value":"2"}', '201 {"A": "1", "B": "2"}'),
	(9, 'L[]=A', '400 /contact_custom_fields_input/0 not_an_object'),
	(10, 'L[3][field_name]=C&L[3][field_value]=3&L[][field_name]=A&L[][field_value]=1&L[B]=2', '201 {"A": "1", "B": "2", "C": "3"}'),
	-- the members of one entry are no names of fields
	(11, 'L[field_name]=A&L[field_value]=1', '201 {"A": "1"}'),
	(12, 'L[field_name]=A&L[field_value]=1&L[field_name]=B&L[field_value]=2', '201 {"A": "1", "B": "2"}'),
	(13, 'L[field_name]=A', '400 /contact_custom_fields_input/0/field_value required'),
	-- given several times
	(14, 'L=[{"field_name":"A","field_value":"1"}]&L=[{"field_name":"B","field_value":"2"},{"field_name":"C","field_value":"3"}]', '201 {"A": "1", "B": "2", "C": "3"}'),
	(15, 'L={"field_name":"A","field_value":"1"}&L={"field_name":"B","field_value":"2"}', '201 {"A": "1", "B": "2"}'),
	(16, 'L=[{"field_name":"A","field_value":"1"}]&L[0][field_name]=B&L[0][field_value]=2', '201 {"A": "1", "B": "2"}'),
	(17, 'L=[{"field_name":"A","field_value":"1"}]&L=[{"field_name":"A","field_value":"2"}]', '400 /contact_custom_fields_input/1/field_name duplicate'),
	(18, 'L=[{"field_name":"A","field_value":"1"}]&L=', '201 {"A": "1"}'),
	(19, 'L=[]&L=[]', '201 {}'),
	(20, 'L={"field_name":"A","field_value":"1"}', '201 {"A": "1"}'),
	(24, 'L={"field_name":"A","field_value":"1"}&L[][field_name]=B&L[][field_value]=2', '201 {"A": "1", "B": "2"}'),
	(25, 'L[][field_name]=B&L[][field_value]=2&L[]={"field_name":"A","field_value":"1"}', '201 {"A": "1", "B": "2"}'),
	(26, 'L[opt_in_email]=not+yet', '201 {"opt_in_email": "not yet"}'),
	(22, 'L={"field_name":"A"}', '400 /contact_custom_fields_input/0/field_value required'),
	(23, 'L={"A":"1"}', '201 {"A": "1"}'),
	(21, 'L=[{"field_name":"A","field_value":"1"}]&L=nope', '400 /contact_custom_fields_input/1 not_an_object')) t(n, form, expected);
SELECT is(test.sent('PUT', '/public/v2/contacts', 'email=g@acme.com&contact_custom_fields_input[2147480000][field_name]=A'), '400  malformed_body', 'a number that none can have');
SELECT is(test.sent('PUT', '/public/v2/contacts', E'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nm@acme.com\r\n--b\r\nContent-Disposition: form-data; name="contact_custom_fields"\r\nContent-Type: application/json\r\n\r\n{"field_name":"A","field_value":"1"}\r\n--b\r\nContent-Disposition: form-data; name="contact_custom_fields"\r\nContent-Type: application/json\r\n\r\n{"field_name":"B","field_value":"2"}\r\n--b--', 'multipart/form-data; boundary=b'),
	'201 {"A": "1", "B": "2"}', 'a part for each entry, as clients of OpenAPI send an array');
SELECT is(test.sent('POST', '/public/v2/contacts/batch', form), expected, 'a batch: ' || form) FROM (VALUES
	('contacts={"email":"b5@acme.com"}&contacts[][email]=b6@acme.com', '200 b5@acme.com,b6@acme.com'),
	('contacts[][email]=b1@acme.com&contacts[][email]=b2@acme.com', '200 b1@acme.com,b2@acme.com'),
	('contacts=[{"email":"b3@acme.com"}]&contacts=[{"email":"b4@acme.com"}]', '200 b3@acme.com,b4@acme.com')) t(form, expected);

-- a + that was not encoded
SELECT is((SELECT jsonb_agg(b->'email') FROM revyops_http.handle('PUT', '/public/v2/contacts', '', 'X-API-Key: ' || current_setting('test.key') || E'\nContent-Type: application/x-www-form-urlencoded', convert_to(form, 'UTF8')) a, LATERAL (SELECT a.body::jsonb) t(b)), to_jsonb(ARRAY[expected]), form) FROM (VALUES
	('email=jane+news@acme.com', 'jane+news@acme.com'), ('email=%2Bjoe@acme.com', '+joe@acme.com'), ('email=jane%2Bnews%40acme.com', 'jane+news@acme.com'), ('email=+joe@acme.com+', 'joe@acme.com'), ('email=++jim+a+b@acme.com', 'jim+a+b@acme.com')) t(form, expected);
SELECT is(test.sent('POST', '/public/v2/contacts/batch', 'contacts[0][email]=ann+x@acme.com&contacts[1].email=bob+y@acme.com'), '200 ann+x@acme.com,bob+y@acme.com', 'in a batch');
SELECT is(test.sent('PUT', '/public/v2/contacts', 'email=ja%20ne@acme.com'), '400 /email invalid_email', 'a blank that was encoded is one');
SELECT is((SELECT jsonb_build_array(b->'first_name', b->'email') FROM revyops_http.handle('PUT', '/public/v2/contacts', '', 'X-API-Key: ' || current_setting('test.key') || E'\nContent-Type: application/x-www-form-urlencoded', 'email=zoe%40acme.com&first_name=Zoe+Ann') a, LATERAL (SELECT a.body::jsonb) t(b)), '["Zoe Ann", "zoe@acme.com"]', 'elsewhere it is a blank');

-- addresses of the do-not-contact list
SELECT revyops_suppress('{"email": "jane+x@acme.com"}'), revyops_suppress('{"email": "b+c@acme.com"}'), revyops_suppress('{"domain": "off.org"}') \gset hidden_
-- checked is what the list says of each address of a form, or the faults.
CREATE FUNCTION test.checked(form text, type text DEFAULT 'application/x-www-form-urlencoded') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', a.status, (SELECT string_agg(concat_ws(' ', r->>'address', coalesce(r->>'do_not_contact', 'null')), ', ' ORDER BY n) FROM jsonb_array_elements(b->'results') WITH ORDINALITY t(r, n)),
		(SELECT string_agg(concat_ws(' ', e->>'pointer', e->>'code'), ', ' ORDER BY n) FROM jsonb_array_elements(b->'errors') WITH ORDINALITY t(e, n)))
	FROM revyops_http.handle_read('POST', '/public/v2/do-not-contact/check', '', 'X-API-Key: ' || current_setting('test.key') || E'\nContent-Type: ' || type, convert_to(form, 'UTF8')) a, LATERAL (SELECT a.body::jsonb) t(b) $$;
SELECT is(test.checked(replace(form, 'L', 'addresses')), expected, 'check: ' || form) FROM (VALUES
	('L[]=jane+x@acme.com&L[]=j@acme.com', '200 jane+x@acme.com true, j@acme.com false'), ('L=jane+x@acme.com&L=b+c%40acme.com', '200 jane+x@acme.com true, b+c@acme.com true'),
	('L[0]=jane+x@acme.com&L[1]=@off.org', '200 jane+x@acme.com true, @off.org true'), ('L[]=jane%2Bx@acme.com', '200 jane+x@acme.com true'),
	('L[]=+jane+x@acme.com+', '200  jane+x@acme.com  true'), ('L[]=ja%20ne@acme.com', '200 ja ne@acme.com null'),
	('L=["jane+x@acme.com",+"b+c@acme.com"]', '200 jane+x@acme.com true, b+c@acme.com true'), ('L=%5B%22jane%2Bx%40acme.com%22%2C+%22b%2Bc%40acme.com%22%5D', '200 jane+x@acme.com true, b+c@acme.com true'),
	-- one is a list of one
	('L=jane+x@acme.com', '200 jane+x@acme.com true'), ('L=off.org', '200 off.org true'), ('L=123', '200 123 null'), ('L=a@acme.com,b+c@acme.com', '200 a@acme.com,b c@acme.com null'), ('L=', '400 /addresses required'), ('L={"a":1}', '400 /addresses not_an_array'),
	('L=["off.org"]&L=jane+x@acme.com', '200 off.org true, jane+x@acme.com true')) t(form, expected);
SELECT is(test.checked(E'--b\r\nContent-Disposition: form-data; name="addresses"\r\n\r\njane+x@acme.com\r\n--b--', 'multipart/form-data; boundary=b'), '200 jane+x@acme.com true', 'check: one in parts');
SELECT is(test.checked('address=' || repeat(',', 3)), '400 /addresses required', 'check: another name');
SELECT is(test.sent('POST', '/public/v2/do-not-contact/remove', 'address=jane+x@acme.com&reason=manual&note=asked+at+a+fair'), '200', 'remove');
SELECT is((SELECT removal_note FROM revyops.do_not_contact WHERE email = 'jane+x@acme.com'), 'asked at a fair', 'a note has blanks');
SELECT is(test.sent('PUT', '/public/v2/contacts', 'email=h1@acme.com&contact_custom_fields[address]=Main+St+1,+c/o+j@acme.com'), '201 {"address": "Main St 1, c/o j@acme.com"}', 'and so has a custom field of that name');

SELECT * FROM finish();
ROLLBACK;
