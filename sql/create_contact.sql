\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(26);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset

-- whole answers
SELECT is(test.settled(revyops_create_contact('{"email": "Jane@ACME.com", "linkedin_url": "linkedin.com/in/Jane",
		"first_name": " Jane ", "last_name": "Doe", "company_id": 1, "origin": "clay", "contact_status": "Active",
		"contact_custom_fields_input": [{"field_name": " Industry ", "field_value": " SaaS "}, {"field_name": "Score", "field_value": 87}]}')),
	(jsonb '{"id": 1, "email": "jane@acme.com", "linkedin_url": "https://www.linkedin.com/in/jane",
		"first_name": "Jane", "last_name": "Doe", "company_id": 1, "origin": "clay", "contact_status": "Active",
		"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
		"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": [{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "TIME"},
			{"id": 2, "field_name": "Score", "field_value": "87", "updated_time": "TIME"}]}')::text,
	'NESTED is the default: a list of id, updated_time, field_name, field_value');
SELECT is(test.settled(revyops_create_contact('{"email": "flat@acme.com",
		"contact_custom_fields_input": [{"field_name": "Score", "field_value": "87"}, {"field_name": "Industry", "field_value": "SaaS"}]}', 'FLAT')),
	(jsonb '{"id": 2, "email": "flat@acme.com", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
		"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
		"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": {"Industry": "SaaS", "Score": "87"}}')::text,
	'FLAT: one object; members without a value are left out');
SELECT is(revyops_create_contact('{"email": "flat2@acme.com"}', 'FLAT')->'contact_custom_fields', '{}', 'FLAT without custom fields');
SELECT is(revyops_create_contact('{"email": "nested@acme.com"}', 'NESTED')->'contact_custom_fields', '[]', 'NESTED without custom fields');
SELECT is(test.settled(revyops_create_contact(structure => 'FLAT', contact => '{"linkedin_url": "in/named", "email": null}') - 'id'),
	(jsonb '{"linkedin_url": "https://www.linkedin.com/in/named", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
		"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
		"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": {}}')::text,
	'arguments by name; a null e-mail is left out');

-- the row behind an answer
SELECT row_eq($$SELECT client_id, email, linkedin_url, first_name, last_name, company_id, origin, contact_status, previous_status,
		status_changed_at, first_campaign_email_sent, last_campaign_email_sent, last_reply_received
		FROM revyops.contact WHERE id = 1$$,
	ROW(1, 'jane@acme.com'::text COLLATE "C", 'https://www.linkedin.com/in/jane'::text COLLATE "C", 'Jane'::text, 'Doe'::text, 1::bigint, 'clay'::text, 'Active'::text,
		NULL::text, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz),
	'the row holds the canonical forms');
SELECT is((SELECT updated_time FROM revyops.contact WHERE id = 1), now(), 'updated_time of the row is the time of the transaction');

-- times
SET LOCAL TIME ZONE 'Asia/Kolkata';
SET LOCAL datestyle = 'German';
SELECT matches(revyops_create_contact('{"email": "time@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}')->>'updated_time',
	'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$', 'updated_time is ISO 8601 whatever DateStyle is');
SELECT is((revyops_create_contact('{"email": "time2@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}')#>>'{contact_custom_fields,0,updated_time}')::timestamptz,
	now(), 'updated_time of a custom field is in UTC whatever TimeZone is');
RESET TIME ZONE;
RESET datestyle;

-- the company: all of them are 1's acme.com, 2 or 3
SELECT revyops_create_company('{"domain": "eu.acme.com"}') AS "hidden" \gset
SELECT revyops_create_company('{"domain": "acme.co.uk"}') AS "hidden" \gset
CREATE SEQUENCE test.serial;
CREATE FUNCTION test.company_of(company_id jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT public.revyops_create_contact(jsonb_build_object('email', 'c' || nextval('test.serial') || '@acme.com', 'company_id', company_id))->'company_id' $$;
SELECT is(test.company_of(v::jsonb), '1', 'company_id ' || v) FROM unnest(ARRAY['1', '"1"', '" 1 "', '"001"', '"acme.com"', '" WWW.Acme.com. "',
	'"jane@acme.com"', '"x.y.acme.com"', '"https://blog.acme.com:8080/x"']) v;
SELECT is(test.company_of('"x.eu.acme.com"'), '2', 'the nearest parent wins');
SELECT is(test.company_of('"a.b.acme.co.uk"'), '3', 'parents up to the registrable domain');

-- two clients
SET LOCAL revyops.client_id = 2;
SELECT is(test.settled(revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane"}')->'email'), '"jane@acme.com"',
	'another client may have the same e-mail and LinkedIn URL');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email = 'jane@acme.com'), 2::bigint, 'one row each');
SET LOCAL revyops.client_id = 1;

-- a caller's transaction
CREATE TABLE test.log (entry text);
DO $$
BEGIN
	INSERT INTO test.log VALUES ('of the caller');
	PERFORM public.revyops_create_contact('{"email": "rolled.back@acme.com"}');
	PERFORM public.revyops_create_contact('{"email": "rolled.back@acme.com"}');
EXCEPTION WHEN SQLSTATE 'PT409' THEN NULL;
END
$$;
SELECT is((SELECT count(*) FROM test.log) + (SELECT count(*) FROM revyops.contact WHERE email = 'rolled.back@acme.com'), 0::bigint,
	'the caller''s rows and the contact are rolled back together');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "rolled.back@acme.com"}')->>'email'$$), '{"value": "rolled.back@acme.com"}',
	'a contact that was rolled back is not taken');

-- in a query over many rows
SELECT is(count(revyops_create_contact(jsonb_build_object('email', format('many%s@acme.com', i)))), 500::bigint, '500 contacts in one statement')
FROM generate_series(1, 500) i;
SELECT is((SELECT count(*) FROM revyops.contact WHERE email LIKE 'many%'), 500::bigint, 'and all of them there');

SELECT * FROM finish();
ROLLBACK;
