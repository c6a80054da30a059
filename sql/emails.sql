\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(158);
-- E-mails to and from contacts: what is taken, shown, listed, changed and deleted.
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_contact('{"email": "theirs@acme.com"}'), revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 1}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_contact('{"email": "jane@acme.com"}'), revyops_create_contact('{"email": "max@acme.com"}'), revyops_create_contact('{"linkedin_url": "in/lin"}') \gset hidden_
CREATE FUNCTION test.ids(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s: %s of %s, %s by %s', coalesce((SELECT string_agg(c->>'id', ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n)), '-'),
		page->>'current_page', page->>'total_pages', page->>'count', page->>'page_size') $$;
CREATE FUNCTION test.now() RETURNS text LANGUAGE sql AS $$ SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
CREATE FUNCTION test.emails() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM revyops.email $$;

-- create
SELECT is(revyops_create_email('{"email_type": " replied ", "origin": "smartlead", "email_timestamp": "2026-03-01T10:00:00+02:00", "contact_email": " JANE@Acme.com", "agent_email": "Agent@Ours.com", "subject": " Re: Hello ",
	"body_text": " Hi,\r\n\tyes \u000c", "body_html": "<p>Hi</p>\n", "campaign_id": "77", "campaign_name": "Spring", "interested": true, "custom_fields": [{"field_name": "Score", "field_value": 7}], "id": 99, "updated_time": "x"}'),
	jsonb_build_object('updated_time', test.now(), 'custom_fields', jsonb_build_array(jsonb_build_object('id', 1, 'field_name', 'Score', 'field_value', '7', 'updated_time', test.now()))) || jsonb '{"id": 2, "email_type": "replied", "origin": "smartlead", "email_timestamp": "2026-03-01T08:00:00.000000Z",
	"contact_email": "jane@acme.com", "contact_id": 2, "agent_email": "agent@ours.com", "subject": "Re: Hello", "body_text": " Hi,\r\n\tyes \u000c", "body_html": "<p>Hi</p>\n", "campaign_id": "77", "campaign_name": "Spring", "interested": true}', 'all members');
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": "3", "subject": " ", "body_text": "", "campaign_id": null, "interested": null, "email_timestamp": null, "agent_email": "", "custom_fields": {}}', 'FLAT'), jsonb_build_object('updated_time', test.now()) || jsonb '{"id": 3, "email_type": "sent", "origin": "api", "email_timestamp": null, "contact_email": "max@acme.com", "contact_id": 3,
	"agent_email": null, "subject": null, "body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": null, "custom_fields": {}}', 'as few as can be: the address is the contact''s');
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 4, "email_timestamp": "2026-02-01"}')->'contact_email', 'null', 'of a contact without an address');
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 4, "contact_email": "lin@acme.com", "interested": " False", "email_timestamp": ""}') - '{id,updated_time}'::text[], '{"email_type": "sent", "origin": "api", "email_timestamp": null, "contact_email": "lin@acme.com", "contact_id": 4,
	"agent_email": null, "subject": null, "body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": false, "custom_fields": []}', 'who was written to at one nobody has; a form''s texts');
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 2, "contact_email": "jane@acme.com"}')->>'id', '6', 'by both');

-- what a contact can't be
SELECT test.fails_with(format('SELECT revyops_create_email(jsonb ''{"email_type": "sent", "origin": "api"}'' || %L)', body), state, message, detail, body) FROM (VALUES
	('{}', 'PT404', 'contact not found', test.one('/contact_id', 'required')),
	('{"contact_id": null, "contact_email": " "}', 'PT404', 'contact not found', test.one('/contact_id', 'required')),
	('{"contact_id": 99}', 'PT404', 'contact not found', test.one('/contact_id', 'not_found')),
	('{"contact_id": 99, "contact_email": "jane@acme.com"}', 'PT404', 'contact not found', test.one('/contact_id', 'not_found')),
	('{"contact_id": 1}', 'PT401', 'contact does not belong to this client', test.one('/contact_id', 'other_client')),
	('{"contact_email": "nobody@acme.com"}', 'PT404', 'contact not found', test.one('/contact_email', 'not_found')),
	('{"contact_email": "theirs@acme.com"}', 'PT404', 'contact not found', test.one('/contact_email', 'not_found')),
	('{"contact_id": 2, "contact_email": "max@acme.com"}', 'PT400', 'invalid request', test.one('/contact_email', 'key_conflict')),
	('{"contact_id": 2, "contact_email": "nobody@acme.com"}', 'PT400', 'invalid request', test.one('/contact_email', 'key_conflict')),
	('{"contact_id": 4, "contact_email": "max@acme.com"}', 'PT400', 'invalid request', test.one('/contact_email', 'key_conflict'))) v(body, state, message, detail);

-- faults, in the order of members
SELECT test.fails_400('SELECT revyops_create_email(NULL, NULL)', '[{"parameter": "structure", "code": "invalid_structure"}, {"pointer": "", "code": "not_an_object"}]', 'NULL');
SELECT test.fails_400('SELECT revyops_create_email(''[]'')', test.one('', 'not_an_object'), 'no object');
SELECT test.fails_400('SELECT revyops_create_email(''{}'')', '[{"pointer": "/email_type", "code": "required"}, {"pointer": "/origin", "code": "required"}]', 'what must be there');
SELECT test.fails_400('SELECT revyops_create_email(''{"email_type": null, "origin": "\t"}'')', '[{"pointer": "/email_type", "code": "null_not_allowed"}, {"pointer": "/origin", "code": "required"}]', 'neither null nor blank');
SELECT test.fails_400($$SELECT revyops_create_email('{"email_type": 1, "origin": {}, "email_timestamp": 5, "contact_email": "x", "contact_id": "x", "agent_email": 1, "subject": [], "body_text": 1, "body_html": true, "campaign_id": 7, "campaign_name": {}, "interested": "yes", "custom_fields": [1]}')$$,
	'[{"pointer": "/email_type", "code": "not_a_string"}, {"pointer": "/origin", "code": "not_a_string"}, {"pointer": "/email_timestamp", "code": "invalid_time"}, {"pointer": "/contact_email", "code": "invalid_email"}, {"pointer": "/contact_id", "code": "invalid_number"},
	{"pointer": "/agent_email", "code": "not_a_string"}, {"pointer": "/subject", "code": "not_a_string"}, {"pointer": "/body_text", "code": "not_a_string"}, {"pointer": "/body_html", "code": "not_a_string"}, {"pointer": "/campaign_id", "code": "not_a_string"},
	{"pointer": "/campaign_name", "code": "not_a_string"}, {"pointer": "/interested", "code": "not_a_boolean"}, {"pointer": "/custom_fields/0", "code": "not_an_object"}]', 'wrong types');
SELECT test.fails_400(format('SELECT revyops_create_email(%L)', jsonb_build_object('email_type', 'sent', 'origin', 'api', member, value)), jsonb_build_array(jsonb_build_object('pointer', '/' || member, 'code', code) || more), concat_ws(' ', member, left(value #>> '{}', 30))) FROM (VALUES
	('email_timestamp', jsonb '"2026-03-01T10:00:00"', 'invalid_time', jsonb '{}'), ('email_timestamp', '"0001-01-01T00:00:00+01:00"', 'invalid_time', '{}'), ('email_timestamp', '"9999-12-31T23:30:00-01:00"', 'invalid_time', '{}'), ('email_timestamp', '"infinity"', 'invalid_time', '{}'),
	('contact_id', '0', 'invalid_number', '{}'), ('contact_id', '1.5', 'invalid_number', '{}'), ('contact_id', '1e400', 'invalid_number', '{}'), ('contact_id', '"99999999999999999999"', 'invalid_number', '{}'), ('contact_id', '[2]', 'invalid_number', '{}'),
	('email_type', to_jsonb(repeat('ä', 256)), 'too_long', '{"limit": 255, "actual": 256}'), ('subject', to_jsonb(repeat('ä', 1001)), 'too_long', '{"limit": 1000, "actual": 1001}'), ('campaign_id', to_jsonb(repeat('x', 256)), 'too_long', '{"limit": 255, "actual": 256}'),
	('campaign_name', '"a\nb"', 'control_character', '{}'), ('subject', '"a\u0007"', 'control_character', '{}'), ('interested', '1', 'not_a_boolean', '{}'), ('interested', '{}', 'not_a_boolean', '{}'),
	('body_text', to_jsonb(repeat('ä', 524289)), 'too_long', '{"limit": 1048576, "actual": 1048578}'), ('body_html', to_jsonb(repeat('x', 1048577)), 'too_long', '{"limit": 1048576, "actual": 1048577}')) v(member, value, code, more);
SELECT is(test.emails(), 6::bigint, 'nothing was left of what failed');
SELECT is(length(revyops_create_email(jsonb_build_object('email_type', repeat('ä', 255), 'origin', repeat('ä', 255), 'contact_id', 3, 'campaign_id', repeat('ä', 255), 'campaign_name', repeat('ä', 255), 'subject', repeat('ä', 1000), 'body_html', repeat('x', 1048576)))->>'body_html'), 1048576, 'as long as can be');

-- get
SELECT is(revyops_get_email(2)->>'subject', 'Re: Hello', 'get');
SELECT is(revyops_get_email(2, 'FLAT')->'custom_fields', '{"Score": "7"}', 'get, FLAT');
SELECT test.fails_with('SELECT revyops_get_email(99)', 'PT404', 'e-mail not found', '[{"parameter": "id", "code": "not_found"}]', 'get none');
SELECT test.fails_with('SELECT revyops_get_email(1)', 'PT401', 'e-mail does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'get another client''s');
SELECT test.fails_400('SELECT revyops_get_email(NULL, NULL)', '[{"parameter": "id", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}]', 'get NULL');

-- lists: 2 and 6 are Jane's, 3 and 7 Max's, 4 and 5 Lin's
SELECT is(test.ids(revyops_list_emails()), '2 3 4 5 6 7: 1 of 1, 6 by 100', 'all, by id');
SELECT is((revyops_list_emails(structure => 'FLAT')->'results'->0)::jsonb, revyops_get_email(2, 'FLAT'), 'an entry is what get returns');
SELECT is(test.ids(revyops_list_emails(page => p, page_size => 4)), expected, format('page %s of four', p)) FROM (VALUES (1, '2 3 4 5: 1 of 2, 6 by 4'), (2, '6 7: 2 of 2, 6 by 4'), (3, '-: 3 of 2, 6 by 4')) v(p, expected);
SELECT is(test.ids(revyops_list_emails(c, e, o, s, i)), expected || ' by 100', concat_ws(' ', c, e, o, s, i)) FROM (VALUES
	(' 77 ', NULL, NULL, NULL, NULL::bigint, '2: 1 of 1, 1'), (NULL, 'Max@acme.com', NULL, NULL, NULL, '3 7: 1 of 1, 2'), (NULL, NULL, 'api', NULL, NULL, '3 4 5 6: 1 of 1, 4'), (NULL, NULL, NULL, 'Re: Hello', NULL, '2: 1 of 1, 1'), (NULL, NULL, NULL, NULL, 4, '4 5: 1 of 1, 2'),
	('77', 'jane@acme.com', 'smartlead', 'Re: Hello', 2, '2: 1 of 1, 1'), ('77', 'max@acme.com', NULL, NULL, NULL, '-: 1 of 0, 0'), (NULL, 'lin@acme.com', NULL, NULL, 2, '-: 1 of 0, 0'), (NULL, 'no address', NULL, NULL, NULL, '-: 1 of 0, 0'), (NULL, 'theirs@acme.com', NULL, NULL, 1, '-: 1 of 0, 0'), ('', ' ', '', '', NULL, '2 3 4 5 6 7: 1 of 1, 6')) v(c, e, o, s, i, expected);
SELECT is(test.ids(revyops_list_emails(after => revyops_list_emails(contact_id => 4, page_size => 1)->>'next', page_size => 1, contact_id => 4)), '5: 2 of 2, 2 by 1', 'a cursor of a contact''s');
SELECT is(test.ids(revyops_list_emails(after => revyops_list_emails(origin => 'api', page_size => 3)->>'next', page_size => 3, origin => 'api')), '6: 2 of 2, 4 by 3', 'a cursor of an origin''s');
SELECT test.fails_400(format('SELECT revyops_list_emails(after => %L)', revyops_list_emails(contact_id => 4, page_size => 1)->>'next'), '[{"parameter": "after", "code": "invalid_cursor"}]', 'a cursor of another list');
SELECT test.fails_400('SELECT revyops_list_emails(page => 0, page_size => NULL, structure => NULL, contact_id => -1)', '[{"parameter": "page", "code": "invalid_number"}, {"parameter": "page_size", "code": "invalid_number"}, {"parameter": "structure", "code": "invalid_structure"}, {"parameter": "contact_id", "code": "invalid_number"}]', 'faults of a list');

-- the thread of a contact: by time, then id; those without a time last
SELECT count(revyops_create_email(jsonb_build_object('email_type', 'sent', 'origin', 'thread', 'contact_id', 2, 'email_timestamp', t))) FROM unnest('{2026-03-01T08:00:00Z,2025-01-01,NULL,2026-04-01}'::text[]) t \gset hidden_
SELECT is(test.ids(revyops_list_contact_emails(2)), '9 2 8 11 6 10: 1 of 1, 6 by 100', 'in order');
SELECT is((revyops_list_contact_emails(2, structure => 'FLAT')->'results'->1)::jsonb, revyops_get_email(2, 'FLAT'), 'an entry is what get returns');
SELECT is(test.ids(revyops_list_contact_emails(2, p, 2)), expected, format('page %s of two', p)) FROM (VALUES (1, '9 2: 1 of 3, 6 by 2'), (2, '8 11: 2 of 3, 6 by 2'), (3, '6 10: 3 of 3, 6 by 2'), (4, '-: 4 of 3, 6 by 2')) v(p, expected);
WITH RECURSIVE page(n, page) AS (SELECT 1, revyops_list_contact_emails(2, page_size => 1) UNION ALL SELECT n + 1, revyops_list_contact_emails(2, page_size => 1, after => page->>'next') FROM page WHERE page->>'next' IS NOT NULL AND n < 9)
SELECT is(string_agg(test.ids(page), ', ' ORDER BY n), '9: 1 of 6, 6 by 1, 2: 2 of 6, 6 by 1, 8: 3 of 6, 6 by 1, 11: 4 of 6, 6 by 1, 6: 5 of 6, 6 by 1, 10: 6 of 6, 6 by 1', 'by cursors') FROM page;
SELECT is(test.ids(revyops_list_contact_emails(4, count => 'exact')), '4 5: 1 of 1, 2 by 100', 'counted exactly');
SELECT revyops_list_contact_emails(2, page_size => 1)->>'next' AS next \gset
UPDATE revyops.email SET email_timestamp = '2027-01-01' WHERE id = 9;
SELECT is(test.ids(revyops_list_contact_emails(2, page_size => 2, after => :'next')), '2 8: 2 of 4, 6 by 2', 'a cursor holds its place though its e-mail moved');
SELECT test.fails_400(format('SELECT revyops_list_contact_emails(3, after => %L)', :'next'), '[{"parameter": "after", "code": "invalid_cursor"}]', 'a cursor of another contact');
SELECT test.fails_with(format('SELECT revyops_list_contact_emails(%s)', id), state, message, jsonb_build_array(jsonb_build_object('parameter', parameter, 'code', code)), 'the thread of ' || id) FROM (VALUES ('NULL', 'PT400', 'invalid request', 'contact_id', 'required'), ('99', 'PT404', 'contact not found', 'contact_id', 'not_found'), ('1', 'PT401', 'contact does not belong to this client', 'contact_id', 'other_client')) v(id, state, message, parameter, code);

-- one custom field
CREATE FUNCTION test.item(id bigint, name text, value text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('id', id, 'field_name', name, 'field_value', value, 'updated_time', test.now()) $$;
SELECT is(revyops_add_email_custom_field(2, '{"field_name": " Size ", "field_value": 7, "id": 1}'), test.item(2, 'Size', '7'), 'add');
SELECT is(revyops_update_email_custom_field(2, 2, '{"field_value": "8", "field_name": "Head count"}'), test.item(2, 'Head count', '8'), 'change');
SELECT is(revyops_get_email(2, 'FLAT')->'custom_fields', '{"Score": "7", "Head count": "8"}', 'the e-mail has it');
SELECT is(revyops_get_email(2) - '{custom_fields,updated_time}'::text[], jsonb '{"id": 2, "email_type": "replied", "origin": "smartlead", "email_timestamp": "2026-03-01T08:00:00.000000Z",
	"contact_email": "jane@acme.com", "contact_id": 2, "agent_email": "agent@ours.com", "subject": "Re: Hello", "body_text": " Hi,\r\n\tyes \u000c", "body_html": "<p>Hi</p>\n", "campaign_id": "77", "campaign_name": "Spring", "interested": true}', 'and all else as it was');
SELECT is(revyops_delete_email_custom_field(2, 2)::text, '', 'delete');
SELECT is(revyops_get_email(2, 'FLAT')->'custom_fields', '{"Score": "7"}', 'and it is gone');
SELECT test.fails_with(format('SELECT revyops_%s', call), state, message, detail, call) FROM (VALUES
	('add_email_custom_field(NULL, NULL)', 'PT400', 'invalid request', '[{"parameter": "email_id", "code": "required"}, {"pointer": "", "code": "not_an_object"}]'::jsonb),
	('add_email_custom_field(2, ''{"field_name": "Score", "field_value": "x"}'')', 'PT409', 'custom field already exists', '[{"pointer": "/field_name", "code": "already_exists", "existing_id": 1}]'),
	('add_email_custom_field(99, ''{"field_name": "x", "field_value": "x"}'')', 'PT404', 'e-mail not found', '[{"parameter": "email_id", "code": "not_found"}]'),
	('add_email_custom_field(1, ''{"field_name": "x", "field_value": "x"}'')', 'PT401', 'e-mail does not belong to this client', '[{"parameter": "email_id", "code": "other_client"}]'),
	('update_email_custom_field(3, 1, ''{}'')', 'PT404', 'custom field not found', '[{"parameter": "field_id", "code": "not_found"}]'),
	('delete_email_custom_field(3, 1)', 'PT404', 'custom field not found', '[{"parameter": "field_id", "code": "not_found"}]')) v(call, state, message, detail);

-- definitions are of e-mails alone
SELECT revyops_define_custom_field('email', 'Score', 'number') \gset hidden_
SELECT test.fails_400($$SELECT revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 2, "custom_fields": [{"field_name": "Score", "field_value": "many"}]}')$$, '[{"pointer": "/custom_fields/0/field_value", "code": "invalid_value", "type": "number"}]', 'a value that does not fit');
SELECT is(revyops_update_contact(2, '{"contact_custom_fields": {"Score": "many"}}', 'FLAT')->'contact_custom_fields', '{"Score": "many"}', 'which a contact may have');
SELECT is((SELECT string_agg(concat_ws(' ', name, state, type), ', ' ORDER BY name) FROM revyops_list_custom_fields('email')), 'Score defined number', 'listed');
SELECT is(revyops_rename_custom_field('email', 'Score', 'Points'), 1::bigint, 'renamed');
SELECT is(revyops_get_email(2, 'FLAT')->'custom_fields', '{"Points": "7"}', 'with its values');
SELECT is(revyops_remove_custom_field('email', 'Points', 'delete'), 1::bigint, 'removed, with its values');

-- delete
SELECT is(revyops_delete_email(6)::text, '', 'delete one');
SELECT test.fails_with('SELECT revyops_delete_email(6)', 'PT404', 'e-mail not found', '[{"parameter": "id", "code": "not_found"}]', 'it is gone');
SELECT test.fails_with('SELECT revyops_delete_email(1)', 'PT401', 'e-mail does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'another client''s');
SELECT test.fails_400('SELECT revyops_delete_email(NULL)', '[{"parameter": "id", "code": "required"}]', 'NULL');

-- many
SELECT is((SELECT jsonb_agg(jsonb_build_array(ordinal, status, email->'id', email->'contact_id', email->'interested', email->'custom_fields', (SELECT jsonb_agg(e - 'message') FROM jsonb_array_elements(errors) e)) ORDER BY ordinal) FROM revyops_create_emails('[
	{"email_type": "sent", "origin": "many", "contact_id": 3, "interested": true, "custom_fields": {"A": "1"}}, {"email_type": "sent", "origin": "many", "contact_email": "jane@acme.com"}, 5, {"email_type": "sent", "origin": "many", "contact_id": 99}, {"email_type": "sent", "origin": "many", "contact_id": 1},
	{"email_type": "sent", "origin": "many", "contact_id": 2, "contact_email": "max@acme.com"}, {"email_type": "sent", "origin": "many"}, {"email_type": "sent", "contact_id": 2}, {"email_type": "sent", "origin": "many", "contact_email": "jane@acme.com", "interested": false}]', 'FLAT')),
	'[[1, 201, 12, 3, true, {"A": "1"}, null], [2, 201, 13, 2, null, {}, null], [3, 400, null, null, null, null, [{"code": "not_an_object", "pointer": ""}]], [4, 404, null, null, null, null, [{"code": "not_found", "pointer": "/contact_id"}]], [5, 401, null, null, null, null, [{"code": "other_client", "pointer": "/contact_id"}]],
	[6, 400, null, null, null, null, [{"code": "key_conflict", "pointer": "/contact_email"}]], [7, 404, null, null, null, null, [{"code": "required", "pointer": "/contact_id"}]], [8, 400, null, null, null, null, [{"code": "required", "pointer": "/origin"}]], [9, 201, 14, 2, false, {}, null]]', 'each with what became of it');
SELECT is(test.ids(revyops_list_emails(origin => 'many')), '12 13 14: 1 of 1, 3 by 100', 'stored');
SELECT test.fails_with($$SELECT count(*) FROM revyops_create_emails('[{"email_type": "sent", "origin": "none", "contact_id": 2}, {"email_type": "sent", "origin": "none", "contact_id": 99}]', mode => 'atomic')$$, 'PT404', 'contact not found', '[{"ordinal": 2, "pointer": "/contact_id", "code": "not_found"}]', 'all or none');
SELECT is(test.ids(revyops_list_emails(origin => 'none')), '-: 1 of 0, 0 by 100', 'none');
SELECT is((SELECT count(*) FROM revyops_create_emails('[]')), 0::bigint, 'no e-mails');

-- an answer is kept under an idempotency key
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "once", "contact_id": 2}', idempotency_key => 'k'), revyops_create_email('{"email_type": "sent", "origin": "once", "contact_id": 2}', idempotency_key => 'k'), 'the same answer');
SELECT is(test.ids(revyops_list_emails(origin => 'once')), '16: 1 of 1, 1 by 100', 'of one e-mail');

-- interest: the newest e-mail with that address and subject; what is said of it holds, whatever events say
SELECT count(revyops_create_email(jsonb_build_object('email_type', 'replied', 'origin', 'interest', 'contact_id', 2, 'subject', 'Offer', 'email_timestamp', t))) FROM unnest('{2026-05-02,2026-05-03,2026-05-01,NULL}'::text[]) t \gset hidden_
UPDATE revyops.email SET interested = true, interest_noted = true, updated_time = '2020-01-01' WHERE id = 18;
SELECT revyops_set_email_interested('JANE@acme.com', ' Offer ') AS answer \gset
SELECT is(:'answer'::jsonb, jsonb_build_object('found', 1, 'email', revyops_get_email(18)), 'the newest');
SELECT is((SELECT concat_ws(' ', interested, interest_noted, updated_time = now()) FROM revyops.email WHERE id = 18), 't f t', 'it is said of the e-mail now');
UPDATE revyops.email SET updated_time = '2020-01-01' WHERE id = 18;
SELECT is(revyops_set_email_interested('jane@acme.com', 'Offer', 'Interested')->'email'->>'updated_time', '2020-01-01T00:00:00.000000Z', 'once more: nothing to do');
SELECT is((revyops_set_email_interested('jane@acme.com', 'Offer', d)->'email'->>'interested')::boolean, expected, 'disposition ' || coalesce(d, 'NULL')) FROM (VALUES ('Not Interested', false), ('meeting_booked', true), ('NOT_INTERESTED', false), (NULL, true), ('do-not-contact', false), ('', true), ('wrong person', false), (repeat('x', 100), true), ('false', false), (' ', true)) v(d, expected);
SELECT is(revyops_set_email_interested('max@acme.com', '')->'email'->>'id', '12', 'one without a subject');
SELECT is(revyops_set_email_interested(e, 'Offer'), '{"found": 0, "email": null}', 'nothing with ' || e) FROM unnest('{nobody@acme.com,max@acme.com,theirs@acme.com}'::text[]) e;
SELECT test.fails_400(format('SELECT revyops_set_email_interested(%L, %L)', e, s), expected, concat_ws(' ', 'interest', e, s)) FROM (VALUES (NULL, NULL, jsonb '[{"parameter": "email", "code": "required"}, {"parameter": "subject", "code": "required"}]'), (' ', 'x', '[{"parameter": "email", "code": "required"}]'), ('x', 'x', '[{"parameter": "email", "code": "invalid_email"}]')) v(e, s, expected);

-- what was merged, and deleted
SELECT revyops_merge_contacts(2, 3) \gset hidden_
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM revyops.email WHERE contact_id = 2), '2 3 7 8 9 10 11 12 13 14 16 17 18 19 20', 'a merge moves them');
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "merged", "contact_id": 3}') - '{id,updated_time}'::text[], revyops_create_email('{"email_type": "sent", "origin": "merged", "contact_id": 2}') - '{id,updated_time}'::text[], 'a merged id leads to the one that was kept');
SELECT is(revyops_create_email('{"email_type": "sent", "origin": "merged", "contact_email": "max@acme.com"}') ->> 'contact_id', '2', 'so does a merged address');
SELECT is(revyops_create_email(jsonb_build_object('email_type', 'sent', 'origin', 'merged', 'contact_id', i, 'contact_email', 'max@acme.com')) ->> 'contact_email', 'max@acme.com', 'both, with ' || i) FROM unnest('{2,3}'::int[]) i;
SELECT is(test.ids(revyops_list_emails(contact_id => 3)), test.ids(revyops_list_emails(contact_id => 2)), 'a list by the merged id');
SELECT test.fails_with('SELECT revyops_list_contact_emails(3)', 'PT301', 'contact was merged', '[{"parameter": "contact_id", "code": "merged", "merged_into": 2}]', 'the thread of a merged one');
SELECT is(revyops_set_email_interested('max@acme.com', 'Offer')->'email'->>'id', '18', 'interest by a merged address');
SELECT revyops_delete_contact(2) \gset hidden_
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM revyops.email), '1 4 5', 'a contact''s go with it');
SELECT test.fails_with($$SELECT revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 3}')$$, 'PT404', 'contact not found', test.one('/contact_id', 'not_found'), 'and the merged id leads nowhere');

-- more than are counted: a list by contact, a thread, and pages further on
INSERT INTO revyops.email (client_id, contact_id, email_type, origin, contact_email, email_timestamp, campaign_id)
	SELECT 1, 4, 'sent', 'bulk', 'bulk@acme.com', CASE WHEN i % 3 > 0 THEN timestamptz '2026-01-01' + i * interval '1 s' END, '99' FROM generate_series(1, 10300) i;
CREATE FUNCTION test.counted(page json) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', page->>'count', json_array_length(page->'results'), page->>'next' IS NOT NULL) $$;
SELECT is(test.counted(page), expected, description) FROM (VALUES
	('exact, of a contact', revyops_list_emails(contact_id => 4, page_size => 10, count => 'exact'), '10302 10 t'), ('exact, of an address', revyops_list_emails(contact_email => 'bulk@acme.com', page_size => 10, count => 'exact'), '10300 10 t'),
	('exact, of a campaign', revyops_list_emails(campaign_id => '99', page_size => 10, count => 'exact'), '10300 10 t'), ('exact, of a thread', revyops_list_contact_emails(4, page_size => 10, count => 'exact'), '10302 10 t'),
	('the last page of a thread', revyops_list_contact_emails(4, page => 1031, page_size => 10, count => 'exact'), '10302 2 f'), ('behind it', revyops_list_contact_emails(4, page => 1032, page_size => 10, count => 'exact'), '10302 0 f'),
	('the last page of a contact', revyops_list_emails(contact_id => 4, page => 1031, page_size => 10), '10302 2 f'), ('few enough to be counted', revyops_list_emails(campaign_id => '99', origin => 'none'), '0 0 f')) v(description, page, expected);
SELECT cmp_ok((page->>'count')::bigint, '>=', 10300::bigint, 'no less than there are: ' || description) FROM (VALUES ('contact', revyops_list_emails(contact_id => 4)), ('address', revyops_list_emails(contact_email => 'bulk@acme.com')), ('campaign', revyops_list_emails(campaign_id => '99')), ('origin', revyops_list_emails(origin => 'bulk')),
	('contact and origin', revyops_list_emails(contact_id => 4, origin => 'bulk')), ('thread', revyops_list_contact_emails(4))) v(description, page);
WITH RECURSIVE page(n, page) AS (SELECT 1, revyops_list_contact_emails(4) UNION ALL SELECT n + 1, revyops_list_contact_emails(4, after => page->>'next') FROM page WHERE page->>'next' IS NOT NULL AND n < 200),
	shown AS (SELECT row_number() OVER (ORDER BY n, o) AS place, (e->>'id')::bigint AS id, n FROM page, json_array_elements(page->'results') WITH ORDINALITY t(e, o))
SELECT is((SELECT concat_ws(' ', count(*), max(n), bool_and(id = expected)) FROM shown JOIN (SELECT row_number() OVER (ORDER BY email_timestamp NULLS LAST, id) AS place, id AS expected FROM revyops.email WHERE contact_id = 4) e USING (place)), '10302 104 t', 'cursors go all the way, in order');

-- blank is absent, as a form has it
SELECT revyops_create_contact('{"email": "blank@acme.com"}') \gset hidden_
SELECT is(revyops_create_email(jsonb '{"email_type": "sent", "origin": "blank", "contact_email": "blank@acme.com"}' || body) - '{id,updated_time}'::text[], revyops_create_email('{"email_type": "sent", "origin": "blank", "contact_email": "blank@acme.com"}') - '{id,updated_time}'::text[], body::text) FROM (VALUES
	(jsonb '{"contact_id": "", "custom_fields": ""}'), ('{"contact_id": " ", "custom_fields": null}'), ('{"contact_id": null, "custom_fields": "\t"}')) v(body);
SELECT test.fails_400($$SELECT revyops_create_email('{"email_type": "sent", "origin": "blank", "contact_id": 4, "custom_fields": "x"}')$$, test.one('/custom_fields', 'not_an_array'), 'any other text is no list');

-- an address of somebody who was erased, beside the id of a contact that has none, is not kept again
SELECT (revyops_create_contact('{"email": "gone@acme.com"}')->>'id')::bigint AS gone \gset
SELECT revyops_erase_contact(:gone, true) \gset hidden_
SELECT (revyops_create_contact('{"linkedin_url": "in/no-address"}')->>'id')::bigint AS without \gset
SELECT is(revyops_create_email(jsonb_build_object('contact_id', :without, 'contact_email', 'gone@acme.com', 'email_type', 'sent', 'origin', 'x'))->'contact_email', 'null', 'an erased address');
SELECT is((SELECT string_agg(email->>'contact_email', ' ' ORDER BY ordinal) FROM revyops_create_emails(jsonb_build_array(jsonb_build_object('contact_id', :without, 'contact_email', 'gone@acme.com', 'email_type', 'sent', 'origin', 'x'),
	jsonb_build_object('contact_id', :without, 'contact_email', 'free@acme.com', 'email_type', 'sent', 'origin', 'x')))), 'free@acme.com', 'of many');

SELECT * FROM finish();
ROLLBACK;
