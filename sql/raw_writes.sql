\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(56);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset

-- violates gives SQLSTATE and name of the constraint that stops a statement.
CREATE FUNCTION test.violates(statement text) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	EXECUTE statement;
	RETURN 'nothing';
EXCEPTION WHEN integrity_constraint_violation THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
	RETURN SQLSTATE || ' ' || name;
END
$$;
CREATE FUNCTION test.insert(column_name text, value text) RETURNS text
	LANGUAGE sql AS $$ SELECT format('INSERT INTO revyops.contact (client_id, %I) VALUES (1, %L)', column_name, value) $$;

SELECT is(test.violates(test.insert('email', v)), '23514 contact_email_canonical', 'INSERT of e-mail ' || quote_literal(v))
FROM unnest(ARRAY['Jane@acme.com', ' jane@acme.com', 'jane@acme.com.', 'jane@bücher.example', 'jane', '', ' ']) v;
SELECT is(test.violates(test.insert('linkedin_url', v)), '23514 contact_linkedin_url_canonical', 'INSERT of LinkedIn URL ' || quote_literal(v))
FROM unnest(ARRAY['in/jane', 'https://www.linkedin.com/in/Jane', 'https://www.linkedin.com/in/jane/', 'https://www.linkedin.com/in/jos%c3%a9', 'https://www.linkedin.com/in/josé', '']) v;
SELECT is(test.violates(format('INSERT INTO revyops.company (client_id, domain) VALUES (1, %L)', v)), '23514 company_domain_canonical', 'INSERT of domain ' || quote_literal(v))
FROM unnest(ARRAY['ACME.com', 'beta.com.', 'bücher.example', 'https://beta.com', 'beta', '', 'www.beta.com']) v;
-- Whether a domain is a public suffix is not asked: the list changes, and a dump must load.
SELECT is(test.violates(format('INSERT INTO revyops.company (client_id, domain) VALUES (1, %L)', v)), 'nothing', 'INSERT of domain ' || quote_literal(v))
FROM unnest(ARRAY['co.uk', 'www.com', 'www.co.uk']) v;
SELECT is(test.violates($$COPY revyops.contact (client_id, email) FROM PROGRAM 'echo 1,Jane@acme.com' (FORMAT csv)$$), '23514 contact_email_canonical', 'COPY of an e-mail');
SELECT is(test.violates($$COPY revyops.contact (client_id, linkedin_url) FROM PROGRAM 'echo 1,in/jane' (FORMAT csv)$$), '23514 contact_linkedin_url_canonical', 'COPY of a LinkedIn URL');
SELECT is(test.violates($$COPY revyops.company (client_id, domain) FROM PROGRAM 'echo 1,https://beta.com' (FORMAT csv)$$), '23514 company_domain_canonical', 'COPY of a domain');
SELECT is(test.violates('INSERT INTO revyops.contact (client_id) VALUES (1)'), '23514 contact_identifier_required', 'a contact without an identifier');
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email, company_id) VALUES (2, 'a@acme.com', 1)$$), '23503 contact_company_fkey', 'a company of another client');
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email, custom_fields) VALUES (1, 'a@acme.com', '{}')$$), '23514 contact_custom_fields_array', 'custom fields that are no array');
-- What a page could not show would be nobody's page, that of all clients included.
SELECT is(test.violates(format('INSERT INTO revyops.%s (client_id, %s, %I) VALUES (1, %L, %L)',
		t, CASE t WHEN 'contact' THEN 'email' ELSE 'domain' END, c, CASE t WHEN 'contact' THEN 'b@acme.com' ELSE 'b.com' END, v)),
	'23514 ' || t || '_times_in_range', format('%s of %s: %s', c, t, v))
FROM (VALUES ('contact', 'status_changed_at'), ('contact', 'first_campaign_email_sent'), ('contact', 'last_campaign_email_sent'),
		('contact', 'last_reply_received'), ('contact', 'updated_time'), ('company', 'status_changed_at'), ('company', 'updated_time')) t (t, c),
	unnest(ARRAY['infinity', '0044-03-15 BC']) v;
SELECT is(test.violates(format('INSERT INTO revyops.%s (client_id, %s, %I) VALUES (1, %L, %L)',
		t, CASE t WHEN 'contact' THEN 'email' ELSE 'domain' END, c, CASE t WHEN 'contact' THEN 'b@acme.com' ELSE 'b.com' END, repeat('a', 1021))),
	'23514 ' || t || '_texts_short', format('%s of %s: 1,021 octets', c, t))
FROM (VALUES ('contact', 'first_name'), ('contact', 'last_name'), ('contact', 'origin'), ('contact', 'contact_status'), ('contact', 'previous_status'),
		('company', 'name'), ('company', 'company_status'), ('company', 'previous_status')) t (t, c);
SELECT is(test.violates(format($$INSERT INTO revyops.contact (client_id, email, first_name, previous_status) VALUES (1, 'long@acme.com', %L, repeat('a', 1020))$$, repeat('🙂', 255))), 'nothing', 'texts of 1,020 octets');
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email, last_reply_received) VALUES (1, 'first@acme.com', '0001-01-01 00:00:00+00'), (1, 'last@acme.com', '9999-12-31 23:59:59.999999+00')$$), 'nothing', 'the first and the last time');
DELETE FROM revyops.contact;
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email, company_id) VALUES (1, 'a@acme.com', 1)$$), 'nothing', 'a canonical row passes');
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email) VALUES (1, 'a@acme.com')$$), '23505 contact_email_key', 'but once');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "A@acme.com"}')$$, 'PT409', 'contact already exists',
	jsonb_build_array(jsonb_build_object('pointer', '/email', 'code', 'already_exists', 'existing_id', (SELECT id FROM revyops.contact))), 'a raw row counts for the API');

SELECT * FROM finish();
ROLLBACK;
