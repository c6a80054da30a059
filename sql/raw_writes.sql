\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(32);
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
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email, company_id) VALUES (1, 'a@acme.com', 1)$$), 'nothing', 'a canonical row passes');
SELECT is(test.violates($$INSERT INTO revyops.contact (client_id, email) VALUES (1, 'a@acme.com')$$), '23505 contact_email_key', 'but once');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "A@acme.com"}')$$, 'PT409', 'contact already exists',
	jsonb_build_array(jsonb_build_object('pointer', '/email', 'code', 'already_exists', 'existing_id', (SELECT id FROM revyops.contact))), 'a raw row counts for the API');

SELECT * FROM finish();
ROLLBACK;
