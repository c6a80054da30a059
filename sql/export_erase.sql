\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(81);
-- All that is held about a person: an export shows it, and after an erasure it is nowhere to be found.
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_contact('{"email": "erika@person.org", "first_name": "Erika"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_company('{"domain": "acme.com", "name": "Acme"}'), revyops_create_contact('{"email": "next@acme.com", "last_name": "Next"}') \gset hidden_
SELECT revyops_create_contact('{"email": "erika@person.org", "linkedin_url": "in/erika-m", "first_name": "Erika", "last_name": "Mustermann", "company_id": 1, "origin": "fair", "contact_status": "Active",
	"contact_custom_fields_input": [{"field_name": "Hobby", "field_value": "Falconry"}]}'),
	revyops_create_contact('{"email": "alt@person.net", "linkedin_url": "in/alt-m", "contact_custom_fields_input": [{"field_name": "Nick", "field_value": "Rikchen"}]}'),
	revyops_create_contact('{"email": "older@person.net"}') \gset hidden_
SELECT revyops_merge_contacts(4, 5), revyops_merge_contacts(3, 4) \gset hidden_
-- e-mails: of the contact, of one that was merged, of another contact to an address of the person; of others
SELECT revyops_create_email('{"email_type": "replied", "origin": "smartlead", "contact_id": 3, "email_timestamp": "2026-01-02T03:04:05Z", "subject": "Hobbies", "body_text": "Falconry", "interested": true, "campaign_id": "7", "custom_fields": {"Mood": "Rowone"}}'),
	revyops_create_email('{"email_type": "sent", "origin": "api", "contact_email": "alt@person.net"}'), revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 2}') \gset hidden_
INSERT INTO revyops.email (client_id, contact_id, email_type, contact_email, message_id, updated_time) VALUES (1, 2, 'sent', 'older@person.net', '<m@x>', now()), (2, 1, 'sent', 'erika@person.org', NULL, now());
-- rejected rows: of the person, in whatever column and form; of others, with something in common; of another client
INSERT INTO revyops.import_job (client_id, id, source) VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 3, 'c');
INSERT INTO revyops.import_job (client_id, id, source, entity) VALUES (1, 4, 'd', 'company');
INSERT INTO revyops.import_reject (client_id, job, ordinal, source_row, status, errors) VALUES
	(1, 2, 2, '{"Work mail": "older@person.net", "x": "Rowthree"}', 400, '[]'),
	(1, 1, 1, '{"email": " Erika@PERSON.org ", "first_name": "Rowone", "company_id": "nowhere.com"}', 404, '[{"pointer": "/company_id", "code": "not_found"}]'),
	(1, 1, 2, '{"email": "next@person.org", "first_name": "Kim"}', 404, '[]'),
	(1, 1, 3, '{"email": null, "linkedin_url": "https://de.linkedin.com/in/Erika-M/?x=y", "last_name": "Rowtwo"}', 400, '[]'),
	(1, 2, 1, '{"contact": {"emails": [1, ["alt@person.net"]], "first_name": "Nested"}}', 400, '[]'),
	(1, 2, 3, '{"email": "rika@person.org", "linkedin_url": "in/m", "y": [null, true, 1, {}]}', 400, '[]'),
	(2, 3, 1, '{"email": "erika@person.org"}', 404, '[]');
-- values that were changed: of the contact's row; of a row that mentions them, in all its notes; of a company with the same id; of others
INSERT INTO revyops.import_note (client_id, job, number, ordinal, line, record_id, member, value, code, source_row) VALUES
	(1, 1, 1, 9, NULL, 3, 'Hobby', 'Rowone', 'too_long', '{"email": "long gone"}'), (1, 2, 1, 4, 7, NULL, 'email', 'Erika <ERIKA@person.org>', 'cleaned', '{"E": "x"}'),
	(1, 2, 2, 4, 7, NULL, 'Notes', 'Rowtwo', 'too_long', NULL), (1, 4, 1, 1, 2, 3, 'name', 'Acme', 'cleaned', '{"name": "Acme"}'),
	(1, 2, 3, 5, 8, 2, 'Notes', 'x', 'too_long', '{"email": "next@acme.com"}'), (2, 3, 1, 1, 2, 3, 'email', 'erika@person.org;', 'cleaned', '{"email": "erika@person.org;"}');

-- kept answers: to a create of his, by an id; to one of a merged contact, by a key; of a batch, where others are too; of others; of a company;
-- of checked files, with the first rows, of others as well, and with a person among the names of columns
INSERT INTO revyops.idempotency_key (client_id, key, request_sha256, status, headers, body, created_time) SELECT c, k, sha256(''), s, NULL, b, '2026-01-02 03:04:05.678901+00' FROM (VALUES
	(1, 'one', 201, '{"id": 3, "email": "before@person.net", "contact_status": ""}'), (1, 'two', 201, '{"id": 99, "linkedin_url": "https://www.linkedin.com/in/alt-m", "contact_status": ""}'),
	(1, 'three', 201, '{"id": 5, "email": null, "first_name": "Rowone", "contact_status": ""}'),
	(1, 'batch', 200, '{"results": [{"index": 0, "status": 201, "contact": {"id": 2, "email": "next@acme.com", "contact_status": ""}}, {"index": 1, "status": 201, "contact": {"id": 98, "email": "erika@person.org", "contact_status": ""}},
		{"index": 2, "status": 409, "errors": [{"existing_id": 3}]}, {"index": 3, "status": 201, "contact": {"id": 4, "contact_status": ""}}], "summary": {}}'),
	(1, 'email', 201, '{"id": 1, "email_type": "sent", "contact_id": 4, "contact_email": null}'), (1, 'emails', 200, '{"results": [{"index": 0, "status": 201, "email": {"id": 3, "email_type": "sent", "contact_id": 2}}, {"index": 1, "status": 201, "email": {"id": 4, "email_type": "sent", "contact_id": 3}}], "summary": {}}'),
	(1, 'file', 200, '{"job": 1, "rows": 3, "mode": "check", "mapping": {"email": ["E"]}, "columns": ["E", "N"], "rejects": [], "preview": [["next@acme.com", "Next"], ["Erika <ERIKA@person.org>", "Rowone"], ["kim@acme.com", null], ["alt@person.net", "contact"]], "rejects_url": "/x"}'),
	(1, 'headless', 200, '{"job": 2, "rows": 1, "mode": "check", "columns": ["erika@person.org", "Rowtwo"], "preview": [["kim@acme.com", "Kim"]], "rejects_url": "/x"}'),
	(1, 'companies', 200, '{"results": [{"index": 0, "status": 201, "company": {"id": 8, "domain": "other.com"}}, {"index": 1, "status": 201, "company": {"id": 9, "domain": "acme.com", "name": "erika@person.org"}}], "summary": {}}'),
	(1, 'strangers', 200, '{"job": 3, "rows": 1, "mode": "check", "columns": ["E"], "preview": [["kim@acme.com"]], "rejects_url": "/x"}'), (1, 'imported', 200, '{"job": 3, "rows": 1, "mode": "create", "columns": ["E"], "rejects_url": "/x"}'),
	(1, 'other', 201, '{"id": 2, "email": "next@acme.com", "contact_status": ""}'), (1, 'company', 201, '{"id": 3, "domain": "acme.com", "company_status": ""}'),
	(2, 'one', 201, '{"id": 3, "email": "erika@person.org", "contact_status": ""}')) v(c, k, s, b);

-- entries of the do-not-contact list: of them, on it and removed; of others, whose note mentions them; of others
SELECT revyops_suppress('{"email": "erika@person.org", "reason": "unsubscribed", "note": "Rowone"}'), revyops_suppress('{"email": "alt@person.net", "reason": "bounced"}'), revyops_unsuppress('alt@person.net', 'bounced', 'Rowtwo'),
	revyops_suppress('{"email": "next@acme.com", "note": "works with Erika <erika@person.org>"}'), revyops_suppress('{"domain": "acme.com", "note": "All of it"}'), revyops_suppress('{"email": "older@person.net", "reason": "erased", "note": "Rowtwo"}') \gset hidden_
SELECT set_config('revyops.client_id', '2', true), revyops_suppress('{"email": "erika@person.org"}'), set_config('revyops.client_id', '1', true) \gset hidden_

-- traces names the tables that hold a text in a row that is not the second client's, and how many such rows there are.
CREATE FUNCTION test.traces() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t regclass;
	n bigint;
	found text;
BEGIN
	FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind = 'r'
			AND relname <> 'free_mail_domain' ORDER BY relname LOOP	-- that list comes with the extension
		EXECUTE format('SELECT count(*) FROM %s AS r WHERE to_jsonb(r)->>''client_id'' IS DISTINCT FROM ''2'''
			' AND r::text ~* ''erika|mustermann|person\.net|alt-m|falconry|rikchen|row(one|two|three)|nested''', t) INTO n;
		IF n > 0 THEN
			found := concat_ws(', ', found, format('%s %s', t, n));
		END IF;
	END LOOP;
	RETURN found;
END
$$;
SELECT is(test.traces(), 'revyops.contact 1, revyops.do_not_contact 3, revyops.email 3, revyops.idempotency_key 7, revyops.import_note 3, revyops.import_reject 4, revyops.merged_contact 2', 'what there is');

-- export
SELECT is(test.settled(revyops_export_contact(3)), (jsonb '{
	"contact": {"id": 3, "client_id": "1", "email": "erika@person.org", "linkedin_url": "https://www.linkedin.com/in/erika-m", "first_name": "Erika", "last_name": "Mustermann", "company_id": 1, "origin": "fair", "contact_status": "Active",
		"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
		"contact_custom_fields": [{"id": 1, "field_name": "Hobby", "field_value": "Falconry", "updated_time": "TIME"}, {"id": 2, "field_name": "Nick", "field_value": "Rikchen", "updated_time": "TIME"}]},
	"company": {"id": 1, "domain": "acme.com", "name": "Acme"},
	"activity": [], "campaigns": [], "emails": [{"id": 1, "email_type": "replied", "origin": "smartlead", "email_timestamp": "TIME", "contact_email": "erika@person.org", "contact_id": 3, "agent_email": null, "subject": "Hobbies", "body_text": "Falconry", "body_html": null, "campaign_id": "7", "campaign_name": null, "interested": true, "message_id": null,
			"custom_fields": [{"id": 3, "field_name": "Mood", "field_value": "Rowone", "updated_time": "TIME"}], "updated_time": "TIME"},
		{"id": 2, "email_type": "sent", "origin": "api", "email_timestamp": null, "contact_email": "alt@person.net", "contact_id": 3, "agent_email": null, "subject": null, "body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": null, "message_id": null, "custom_fields": [], "updated_time": "TIME"},
		{"id": 4, "email_type": "sent", "origin": "", "email_timestamp": null, "contact_email": "older@person.net", "contact_id": 2, "agent_email": null, "subject": null, "body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": null, "message_id": "<m@x>", "custom_fields": [], "updated_time": "TIME"}],
	"status_history": [], "platform_ids": [], "kept_deliveries": [], "merged_contacts": [{"id": 4, "email": "alt@person.net", "linkedin_url": "https://www.linkedin.com/in/alt-m", "merged_time": "TIME"}, {"id": 5, "email": "older@person.net", "linkedin_url": null, "merged_time": "TIME"}],
	"import_notes": [{"job": 1, "ordinal": 9, "member": "Hobby", "value": "Rowone", "code": "too_long", "source_row": {"email": "long gone"}},
		{"job": 2, "ordinal": 4, "member": "email", "value": "Erika <ERIKA@person.org>", "code": "cleaned", "source_row": {"E": "x"}},
		{"job": 2, "ordinal": 4, "member": "Notes", "value": "Rowtwo", "code": "too_long", "source_row": null}],
	"do_not_contact": [{"id": 1, "email": "erika@person.org", "reason": "unsubscribed", "since": "TIME", "source": "api", "note": "Rowone", "removed_at": null, "removal_note": null},
		{"id": 2, "email": "alt@person.net", "reason": "bounced", "since": "TIME", "source": "api", "note": null, "removed_at": "TIME", "removal_note": "Rowtwo"},
		{"id": 3, "email": null, "reason": "manual", "since": "TIME", "source": "api", "note": "works with Erika <erika@person.org>", "removed_at": null, "removal_note": null},
		{"id": 5, "email": null, "reason": "erased", "since": "TIME", "source": "api", "note": null, "removed_at": null, "removal_note": null}],
	"import_rejects": [{"job": 1, "ordinal": 1, "source_row": {"email": " Erika@PERSON.org ", "first_name": "Rowone", "company_id": "nowhere.com"}, "status": 404, "errors": [{"pointer": "/company_id", "code": "not_found"}]},
		{"job": 1, "ordinal": 3, "source_row": {"email": null, "linkedin_url": "https://de.linkedin.com/in/Erika-M/?x=y", "last_name": "Rowtwo"}, "status": 400, "errors": []},
		{"job": 2, "ordinal": 1, "source_row": {"contact": {"emails": [1, ["alt@person.net"]], "first_name": "Nested"}}, "status": 400, "errors": []},
		{"job": 2, "ordinal": 2, "source_row": {"Work mail": "older@person.net", "x": "Rowthree"}, "status": 400, "errors": []}],
	"kept_answers": [{"key": "batch", "created_time": "TIME", "status": 200, "contacts": [{"id": 98, "email": "erika@person.org", "contact_status": ""}, {"id": 4, "contact_status": ""}]},
		{"key": "companies", "created_time": "TIME", "status": 200, "contacts": [{"index": 1, "status": 201, "company": {"id": 9, "domain": "acme.com", "name": "erika@person.org"}}]},
		{"key": "email", "created_time": "TIME", "status": 201, "contacts": [{"id": 1, "email_type": "sent", "contact_id": 4, "contact_email": null}]}, {"key": "emails", "created_time": "TIME", "status": 200, "contacts": [{"id": 4, "email_type": "sent", "contact_id": 3}]},
		{"key": "file", "created_time": "TIME", "status": 200, "contacts": [["Erika <ERIKA@person.org>", "Rowone"], ["alt@person.net", "contact"]]},
		{"key": "headless", "created_time": "TIME", "status": 200, "contacts": [{"job": 2, "rows": 1, "mode": "check", "columns": ["erika@person.org", "Rowtwo"], "rejects_url": "/x"}]},
		{"key": "one", "created_time": "TIME", "status": 201, "contacts": [{"id": 3, "email": "before@person.net", "contact_status": ""}]},
		{"key": "three", "created_time": "TIME", "status": 201, "contacts": [{"id": 5, "email": null, "first_name": "Rowone", "contact_status": ""}]},
		{"key": "two", "created_time": "TIME", "status": 201, "contacts": [{"id": 99, "linkedin_url": "https://www.linkedin.com/in/alt-m", "contact_status": ""}]}]}')::text, 'all of it');
SELECT is_empty($$SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'revyops.contact'::regclass AND a.attnum > 0 AND NOT a.attisdropped
	AND NOT revyops_export_contact(3)->'contact' ? CASE a.attname WHEN 'custom_fields' THEN 'contact_custom_fields' ELSE a.attname END$$, 'every column');
SELECT is_empty($$SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'revyops.email'::regclass AND a.attnum > 0 AND NOT a.attisdropped
	AND NOT revyops_export_contact(3)->'emails'->0 ? a.attname AND a.attname NOT IN ('client_id', 'interest_noted')$$, 'every column of an e-mail that is about the person');
SELECT is(test.settled(revyops_export_contact(2)), (jsonb '{"contact": {"id": 2, "client_id": "1", "email": "next@acme.com", "linkedin_url": null, "first_name": "", "last_name": "Next", "company_id": null, "origin": "", "contact_status": "",
	"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME", "contact_custom_fields": []},
	"activity": [], "campaigns": [], "status_history": [], "platform_ids": [], "kept_deliveries": [], "company": null, "merged_contacts": [], "do_not_contact": [{"id": 3, "email": "next@acme.com", "reason": "manual", "since": "TIME", "source": "api", "note": "works with Erika <erika@person.org>", "removed_at": null, "removal_note": null}], "emails": [{"id": 3, "email_type": "sent", "origin": "api", "email_timestamp": null, "contact_email": "next@acme.com", "contact_id": 2, "agent_email": null, "subject": null, "body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": null, "message_id": null, "custom_fields": [], "updated_time": "TIME"},
		{"id": 4, "email_type": "sent", "origin": "", "email_timestamp": null, "contact_email": "older@person.net", "contact_id": 2, "agent_email": null, "subject": null, "body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": null, "message_id": "<m@x>", "custom_fields": [], "updated_time": "TIME"}],
	"import_rejects": [], "import_notes": [{"job": 2, "ordinal": 5, "member": "Notes", "value": "x", "code": "too_long", "source_row": {"email": "next@acme.com"}}], "kept_answers": [{"key": "batch", "created_time": "TIME", "status": 200, "contacts": [{"id": 2, "email": "next@acme.com", "contact_status": ""}]},
		{"key": "emails", "created_time": "TIME", "status": 200, "contacts": [{"id": 3, "email_type": "sent", "contact_id": 2}]}, {"key": "file", "created_time": "TIME", "status": 200, "contacts": [["next@acme.com", "Next"]]}, {"key": "other", "created_time": "TIME", "status": 201, "contacts": [{"id": 2, "email": "next@acme.com", "contact_status": ""}]}]}')::text, 'of whom less is held');
SET LOCAL TIME ZONE 'Asia/Kathmandu';
SELECT is(revyops_export_contact(3)->'merged_contacts'->0->>'merged_time', (SELECT to_char(merged_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM revyops.merged_contact WHERE id = 4), 'times are in UTC');
SET LOCAL TIME ZONE 'UTC';

-- errors, of both
CREATE FUNCTION test.both(id text, state text, message text, detail jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT test.fails_with(format('SELECT revyops_%s_contact(%s)', f, id), state, message, detail, concat_ws(' ', f, id)) FROM unnest(ARRAY['export', 'erase']) f $$;
SELECT test.both('NULL', 'PT400', 'invalid request', '[{"parameter": "id", "code": "required"}]');
SELECT test.both('99', 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]');
SELECT test.both('1', 'PT401', 'contact does not belong to this client', '[{"parameter": "id", "code": "other_client"}]');
SELECT test.both('5', 'PT301', 'contact was merged', '[{"parameter": "id", "code": "merged", "merged_into": 3}]');
SELECT set_config('revyops.client_id', '0', true) AS "hidden" \gset
SELECT test.both('3', 'PT403', 'missing or invalid credentials', '[{"parameter": "X-API-Key", "code": "missing_credentials"}]');
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset
SELECT is(test.traces(), 'revyops.contact 1, revyops.do_not_contact 3, revyops.email 3, revyops.idempotency_key 7, revyops.import_note 3, revyops.import_reject 4, revyops.merged_contact 2', 'nothing of that erased anything');

-- erase
SELECT is(revyops_erase_contact(3), '{"activity": 0, "campaigns": 0, "status_history": 0, "emails": 3, "contacts": 1, "import_notes": 3, "kept_answers": 9, "do_not_contact": 3, "import_rejects": 4, "merged_contacts": 2, "platform_ids": 0, "kept_deliveries": 0}', 'erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, coalesce(email, domain, '#'), reason, quote_literal(note), removed_at IS NOT NULL), ', ' ORDER BY id) FROM revyops.do_not_contact WHERE client_id = 1),
	'1 # unsubscribed f, 3 next@acme.com manual f, 4 acme.com manual ''All of it'' f, 5 # erased f', 'hashes are left of what is on the do-not-contact list');
SELECT is((SELECT string_agg(concat_ws(' ', ordinal, do_not_contact, reasons), ', ' ORDER BY ordinal) FROM revyops_check_do_not_contact('{erika@person.org,alt@person.net,older@person.net}')), '1 t {unsubscribed}, 2 f, 3 t {erased}', 'by which it is known, and no others');
SELECT revyops_suppress('{"email": "erika@person.org", "note": "Rowone"}'), revyops_suppress('{"email": "erika@person.org", "reason": "unsubscribed", "note": "Rowone"}') \gset hidden_
SELECT is(test.traces(), NULL, 'no trace');
SELECT is(test.rows(), '2 clients, 0 keys, 1 companies, 2 contacts', 'the company and the others are there');
SELECT is((SELECT string_agg(concat_ws(' ', client_id, job, ordinal), ', ' ORDER BY client_id, job, ordinal) FROM revyops.import_reject), '1 1 2, 1 2 3, 2 3 1', 'and their rejected rows, and the other client''s');
SELECT is((SELECT string_agg(concat_ws(' ', client_id, job, number), ', ' ORDER BY client_id, job, number) FROM revyops.import_note), '1 2 3, 1 4 1, 2 3 1', 'and what was changed of theirs');
SELECT is((SELECT string_agg(concat_ws(' ', client_id, key), ', ' ORDER BY client_id, key) FROM revyops.idempotency_key), '1 company, 1 imported, 1 other, 1 strangers, 2 one', 'and answers about others');
SELECT test.both(i::text, 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]') FROM unnest(ARRAY[3, 4, 5]) i;
SELECT is(revyops_create_contact('{"email": "erika@person.org"}')->>'email', 'erika@person.org', 'she may come back');
SELECT is(revyops_erase_contact(2), '{"activity": 0, "campaigns": 0, "status_history": 0, "emails": 1, "contacts": 1, "import_notes": 1, "kept_answers": 1, "do_not_contact": 1, "import_rejects": 0, "merged_contacts": 0, "platform_ids": 0, "kept_deliveries": 0}', 'of whom less is held');
-- an erasure that keeps them off
SELECT revyops_create_contact('{"email": "keep@off.org"}'), revyops_create_contact('{"email": "off2@off.org"}') \gset hidden_
SELECT revyops_merge_contacts((SELECT id FROM revyops.contact WHERE email = 'keep@off.org'), (SELECT id FROM revyops.contact WHERE email = 'off2@off.org')) \gset hidden_
SELECT is(revyops_erase_contact((SELECT id FROM revyops.contact WHERE email = 'keep@off.org'), suppress => true), '{"activity": 0, "campaigns": 0, "status_history": 0, "emails": 0, "contacts": 1, "import_notes": 0, "kept_answers": 0, "do_not_contact": 0, "import_rejects": 0, "merged_contacts": 1, "platform_ids": 0, "kept_deliveries": 0}', 'with suppress');
SELECT is((SELECT string_agg(concat_ws(' ', ordinal, do_not_contact, reasons), ', ' ORDER BY ordinal) FROM revyops_check_do_not_contact('{keep@off.org,off2@off.org,off3@off.org}')), '1 t {erased}, 2 t {erased}, 3 f', 'all their addresses are kept off');

-- what a platform told of them, and deliveries that could not be read, in which an address may be
SELECT revyops_create_webhook(1, 'hubspot', 'h') AS hubspot, revyops_create_webhook(2, 'hubspot', 'h') AS others, revyops_create_agency('A') AS agency \gset
SELECT revyops_create_agency_webhook(:agency, 'lemlist', 'a') AS shared, revyops_set_webhook_ring(1, 5), revyops_set_webhook_ring(2, 5) \gset
SELECT revyops_set_webhook_ring(3, 5), revyops_route_webhook_account(:agency, 'lemlist', 'tea_1', 1) \gset hidden_
CREATE FUNCTION test.deliver(path text, body text) RETURNS int LANGUAGE sql AS $$ SELECT h.status FROM revyops_http.handle('POST', path, '', '', convert_to(body, 'UTF8')) h $$;
SELECT is((SELECT string_agg(test.deliver(path, body)::text, ' ') FROM unnest(ARRAY[:'hubspot', :'others', :'shared']) path,
	unnest(ARRAY['{"lead_email": "Ring@OFF.org", ', '{"lead_email": "someone@off.org", ', '[{"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 7, "propertyName": "email", "propertyValue": "ring@off.org", "occurredAt": 1772449500000},
		{"subscriptionType": "contact.propertyChange", "portalId": 9, "objectId": 8, "propertyName": "email", "propertyValue": "someone@off.org", "occurredAt": 1772449500000}]']) body), '400 400 200 400 400 200 400 400 200', 'deliveries to a client, to another, and to an agency of theirs');
SELECT revyops_create_contact('{"email": "ring@off.org"}')->>'id' AS ring \gset
SELECT is(jsonb_path_query_array(revyops_export_contact(:ring), '$.kept_deliveries[*].octets') || (revyops_export_contact(:ring)->'platform_ids' #- '{0,noted_at}'), '[31, 31, {"account": "9", "object_id": "7", "email": "ring@off.org"}]', 'what is kept of them');
SELECT is(jsonb_build_array(r->'kept_deliveries', r->'platform_ids'), '[2, 1]', 'is erased') FROM revyops_erase_contact(:ring) r;
SELECT is((SELECT string_agg(concat_ws(' ', webhook_id, octets), ', ' ORDER BY webhook_id, octets) FROM revyops.webhook_ring), '1 34, 2 31, 2 34, 3 34', 'and of no one else');
SELECT is((SELECT string_agg(concat_ws(' ', client_id, object_id), ', ' ORDER BY client_id, object_id) FROM revyops.webhook_object), '1 8, 2 7, 2 8', 'here, too');
SELECT test.deliver(:'hubspot', 'email=coded%40off.org&'), test.deliver(:'hubspot', '{"email": "Coded\u0040off.org", '), test.deliver(:'hubspot', 'email=coded%2640off.org&') \g /dev/null
SELECT revyops_create_contact('{"email": "coded@off.org"}')->>'id' AS coded \gset
SELECT is(jsonb_array_length(revyops_export_contact(:coded)->'kept_deliveries') || ' ' || (revyops_erase_contact(:coded)->>'kept_deliveries'), '2 2', 'as forms and JSON may write an address');

-- one that HubSpot mended: what it had before goes along, or it would be taken for theirs
CREATE FUNCTION test.told(id int, name text, value text, at bigint) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('subscriptionType', 'contact.propertyChange', 'portalId', 9, 'objectId', id, 'propertyName', name, 'propertyValue', value, 'occurredAt', at) $$;
SELECT test.deliver(path, jsonb_build_array(test.told(770, 'email', 'was@off.org', 1772442904000), test.told(770, 'email', 'is@off.org', 1772442905000), test.told(770, 'email', 'shall@off.org', 1772442906000), test.told(771, 'email', 'was@off.org', 1772442905000))::text) FROM unnest(ARRAY[:'hubspot', :'others']) path \g /dev/null
SELECT revyops_create_contact('{"email": "is@off.org"}')->>'id' AS mended \gset
SELECT is((SELECT jsonb_agg(o - '{account,noted_at}'::text[] ORDER BY n) FROM jsonb_array_elements(revyops_export_contact(:mended)->'platform_ids') WITH ORDINALITY t (o, n)), '[{"object_id": "770", "email": "was@off.org"}, {"object_id": "770", "email": "is@off.org"}]', 'with what the platform told before');
SELECT is(revyops_erase_contact(:mended)->'platform_ids', '2', 'is erased');
SELECT is((SELECT string_agg(concat_ws(' ', client_id, object_id, email), ', ' ORDER BY client_id, object_id, email) FROM revyops.webhook_object WHERE object_id ~ '77.'), '1 770 shall@off.org, 1 771 was@off.org, 2 770 is@off.org, 2 770 shall@off.org, 2 770 was@off.org, 2 771 was@off.org', 'but not what it told later, of another and to others');
DELETE FROM revyops.webhook_object WHERE object_id IN ('770', '771');

-- whom a platform tells of again after an erasure that keeps them off
SELECT is(test.deliver(:'hubspot', jsonb_build_array(test.told(777, 'email', 'told@off.org', 1772442904000), test.told(777, 'hs_email_last_send_date', '1772449700000', 1772449700000))::text), 200, 'a platform makes a contact');
SELECT is(jsonb_build_array(r->'contacts', r->'platform_ids'), '[1, 1]', 'that is erased') FROM revyops_erase_contact((SELECT id FROM revyops.contact WHERE email = 'told@off.org'), true) r;
SELECT is(test.deliver(path, jsonb_build_array(test.told(777, 'email', 'told@off.org', 1772542904000), test.told(778, 'email', 'untold@off.org', 1772542904000))::text), 200, 'it tells the address again, to one and to another client') FROM unnest(ARRAY[:'hubspot', :'others']) path;
SELECT is((SELECT string_agg(concat_ws(' ', client_id, object_id, email), ', ' ORDER BY client_id, object_id) FROM revyops.webhook_object WHERE object_id ~ '77.'), '1 778 untold@off.org, 2 777 told@off.org, 2 778 untold@off.org', 'which the one keeps no more');
SELECT is(count(*), 0::bigint, 'nor a contact of it') FROM revyops.contact WHERE client_id = 1 AND email = 'told@off.org';

-- what a string must be to mention somebody
SELECT is(revyops.mentions(document, '{jane@acme.com,https://www.linkedin.com/in/jane}'), expected, coalesce(document::text, 'NULL'))
FROM (VALUES (jsonb '"JANE@acme.com"', true), ('["in/Jane"]', true), ('{"a": {"b": [{"c": "www.linkedin.com/in/jane"}]}}', true), ('{"jane@acme.com": 1}', false), ('"Jane <jane@acme.com>"', true), ('["x@y.org; JANE@acme.com."]', true), ('"mary.jane@acme.com"', false), ('"jane@acme.com.au"', false),
	('"jane@acme.co"', false), ('["", " ", null, true, 1, {}, []]', false), (NULL, NULL)) v(document, expected);
SELECT is(revyops.mentions('"jane@acme.com"', keys), expected, coalesce(keys::text, 'NULL')) FROM (VALUES ('{}'::text[], false), ('{NULL}', false), ('{NULL,jane@acme.com}', true), (NULL, NULL)) v(keys, expected);

-- all that an import reads as the person is a mention of them, and so is an address in a longer text; a part of somebody else's key is none
SELECT is_empty($$SELECT text FROM unnest(ARRAY['Jane <x@bücher.example>', U&'Jane\00a0<x@b\00fccher.example>', 'x@bücher.example; y@z.example', U&'x@b.example\00a0(work)', U&'Jane Doe\00a0x@b.example', U&'\00a0x@xn--bcher-kva.example\00a0', '“x@b.example”', '«x@b.example»', '‘x@b.example’',
	'x@b.example...', '...x@b.example', 'x＠b.example', 'Jane <x@b。example>', 'x&#64;b.example', 'mailto:X%40b.example?a=b', 'Call x@b.example—now', '"x@b.example", y', 'x@b.example-', E'y@z.example\n''x@B.EXAMPLE''', '&lt;x@b.example&gt;', repeat('long ', 5000) || 'x@b.example!',
	'<https://www.linkedin.com/in/lj>', '"https://de.linkedin.com/in/LJ"', 'LinkedIn: linkedin.com/in/lj', 'https://linkedin.com/in/lj ; ', '<in/lj>', 'linkedin.com/in/ann; linkedin.com/in/lj', 'linkedin.com/in/ann/linkedin.com/in/lj', 'in/ann/in/lj', 'https://x.example/?u=https%3A%2F%2Fwww.linkedin.com%2Fin%2Flj&y=1', 'https:\/\/linkedin.com\/in\/lj', repeat('long; ', 5000) || 'linkedin.com/in/lj']) text
	WHERE NOT revyops.mentions(to_jsonb(text), '{x@xn--bcher-kva.example,x@b.example,https://www.linkedin.com/in/lj}')$$, 'as people write it');
SELECT is_empty($$SELECT text FROM unnest(ARRAY['jx@b.example', 'üx@b.example', 'o''x@b.example', 'o’x@b.example', 'a.x@b.example', 'x+y@b.example', 'x@b.example.au', 'x@b.examples', 'x@b.exampleü', 'x@b.example@c.example', 'x@b.example_old', 'x@bucher.example', '@', '＠b.example', 'x@', repeat('x@', 5000),
	'https://www.linkedin.com/in/lj-smith', 'linkedin.com/in/lj smith', 'see linkedin.com/in/lj for more', 'linkedin.com/in/ljü', 'linkedin.com/company/lj', 'linkedin.com/in/', 'in/lj…']) text
	WHERE revyops.mentions(to_jsonb(text), '{x@xn--bcher-kva.example,x@b.example,https://www.linkedin.com/in/lj}')$$, 'as it is somebody else''s');
SELECT setval('revyops.import_job_id_seq', 10) AS hidden \gset
SELECT revyops_create_contact('{"email": "jane@bücher.example"}')->>'id' AS jane,
	revyops_import_csv(convert_to(U&'Email;First Name;LinkedIn\000AJane <jane@b\00fccher.example>;Jane;http://nope.example/x\000A;;see\00a0jane@xn--bcher-kva.example\00a0\000A', 'UTF8')) \gset
SELECT is((SELECT jsonb_agg(r->'source_row') FROM jsonb_array_elements(revyops_export_contact(:jane)->'import_rejects') r),
	U&'[{"Email": "Jane <jane@b\00fccher.example>", "First Name": "Jane", "LinkedIn": "http://nope.example/x"}, {"Email": null, "First Name": null, "LinkedIn": "see\00a0jane@xn--bcher-kva.example\00a0"}]', 'rows of a file that were rejected');
SELECT is(revyops_erase_contact(:jane)->>'import_rejects', '2', 'are erased');

-- a key of a merged contact that is another's by now: a contact has it, or it was merged into another one later
SELECT revyops_create_contact('{"email": "jane@v.example"}')->>'id' AS a, revyops_create_contact('{"email": "sales@v.example", "linkedin_url": "in/sales-v"}')->>'id' AS b, revyops_create_contact('{"email": "own@v.example"}')->>'id' AS own, revyops_create_contact('{"linkedin_url": "in/bobv"}')->>'id' AS c,
	revyops_create_contact('{"email": "late@v.example"}')->>'id' AS d \gset
SELECT revyops_create_email(jsonb_build_object('email_type', 'sent', 'origin', 'api', 'contact_id', :b, 'contact_email', 'sales@v.example', 'subject', 'to Jane')), revyops_merge_contacts(:a, :b), revyops_merge_contacts(:a, :own), revyops_update_contact(:c, '{"email": "sales@v.example"}') \gset hidden_
SELECT revyops_record_event('{"kind": "replied", "contact_email": "sales@v.example", "at": "2026-01-02T00:00:00Z", "subject": "of Bob", "platform": "lemlist"}'), revyops_suppress('{"email": "sales@v.example", "note": "of Bob"}'), revyops_suppress('{"email": "own@v.example", "note": "of Jane"}'), revyops_suppress('{"email": "next@v.example", "note": "asked sales@v.example"}') \gset hidden_
INSERT INTO revyops.import_reject (client_id, job, ordinal, source_row, status, errors) VALUES (1, 1, 20, '{"email": "sales@v.example"}', 400, '[]'), (1, 1, 21, '{"email": "own@v.example"}', 400, '[]'), (1, 1, 22, '{"linkedin_url": "in/sales-v"}', 400, '[]');
CREATE FUNCTION test.held(id bigint) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(', ', (SELECT string_agg(m->>'subject', ', ' ORDER BY m->>'subject') FROM jsonb_array_elements(e->'emails') m), (SELECT string_agg(n->>'note', ', ' ORDER BY n->>'note') FROM jsonb_array_elements(e->'do_not_contact') n),
		(SELECT string_agg(r->>'ordinal', ', ' ORDER BY r->>'ordinal') FROM jsonb_array_elements(e->'import_rejects') r), (SELECT string_agg(m->>'email', ', ' ORDER BY m->>'email') FROM jsonb_array_elements(e->'merged_contacts') m)) FROM revyops_export_contact(id) e $$;
SELECT is(test.held(:a), 'to Jane, of Jane, 21, 22, own@v.example, sales@v.example', 'what is the kept contact''s');
SELECT is(revyops_update_contact(:c, '{"email": "bob@v.example"}')->>'email', 'bob@v.example', 'if it is given up again,');
SELECT is(test.held(:a), 'of Bob, to Jane, asked sales@v.example, of Bob, of Jane, 20, 21, 22, own@v.example, sales@v.example', 'it leads to the kept contact as before');
SELECT revyops_update_contact(:c, '{"email": "sales@v.example"}'), revyops_merge_contacts(:d, :c) \gset hidden_
UPDATE revyops.merged_contact SET merged_time = merged_time + interval '1 second' WHERE id = :c;
SELECT is(test.held(:a), 'to Jane, of Jane, 21, 22, own@v.example, sales@v.example', 'merged into another later');
SELECT is(jsonb_build_array(r->'emails', r->'do_not_contact', r->'import_rejects', r->'merged_contacts'), '[1, 1, 2, 2]', 'an erasure leaves the others alone') FROM revyops_erase_contact(:a, suppress => true) r;
SELECT is(test.held(:d), 'of Bob, asked sales@v.example, of Bob, 20, sales@v.example', 'who have all of theirs');
SELECT is((SELECT string_agg(concat_ws(' ', ordinal, do_not_contact, reasons), ', ' ORDER BY ordinal) FROM revyops_check_do_not_contact('{jane@v.example,own@v.example,sales@v.example}')), '1 t {erased}, 2 t {erased,manual}, 3 t {manual}', 'and is told of none of their addresses');

-- deliveries that could not be read: a key in them counts as in a text, not as a part of another's
SELECT revyops_create_contact('{"email": "ann@acme.co", "linkedin_url": "in/ann"}')->>'id' AS ann, revyops_set_webhook_ring(1, 20) \gset
SELECT test.deliver(:'hubspot', body) FROM unnest(ARRAY['{"email": "joann@acme.com", ', '{"url": "https://www.linkedin.com/in/ann-smith", ', '{"a": "ann@acme.co.uk", ', '{"email": "ann@acme.co", 1', '{"url": "https:\/\/linkedin.com\/in\/ann", 12']) body \g /dev/null
SELECT is(jsonb_path_query_array(revyops_export_contact(:ann), '$.kept_deliveries[*].octets'), '[26, 45]', 'of one who has keys that are a part of others''');
SELECT is(revyops_erase_contact(:ann)->>'kept_deliveries', '2', 'are erased');
SELECT is((SELECT string_agg(convert_from(body, 'UTF8'), '' ORDER BY id) FROM revyops.webhook_ring WHERE webhook_id = 1 AND convert_from(body, 'UTF8') ~ 'ann'), '{"email": "joann@acme.com", {"url": "https://www.linkedin.com/in/ann-smith", {"a": "ann@acme.co.uk", ', 'and others'' stay');
SELECT is_empty($$SELECT body FROM unnest(ARRAY['{"to": "Ann \u003cann@acme.co\u003e", ', '{"body": "Hi\nann@acme.co\r\n", ', '{"inner": "{\"body\": \"Hi\\nann@acme.co\", ', '{"inner": "{\\\"at\\\": \\\"ann\\u0040acme.co\\\"', 'name=Ann+%3Cann%40acme.co%3E&x=1', 'text=write+to+ann%40acme.co+now', 'email=ann@acme.co', 'payload=%7B%22to%22%3A%22ann\u0040acme.co%22',
	'<email>ann@acme.co</email>', '{"at": "ann@b\u00fccher.example", ', 'x=ann%40b%C3%BCcher.example', '{"u": "https:\/\/www.linkedin.com\/in\/ann", ', 'u=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fann&x=1', 'email=Ann+Tag%2Bx@acme.co;ann@acme.co', E'ann@acme.co\r\n']) body
	WHERE NOT revyops.octets_mention(convert_to(body, 'UTF8'), '{ann@acme.co,ann@xn--bcher-kva.example,https://www.linkedin.com/in/ann}')$$, 'what a delivery may be');
SELECT is_empty($$SELECT body FROM unnest(ARRAY['{"to": "joann@acme.co", ', '{"to": "x+ann@acme.co", ', 'to=jo%2Bann%40acme.co', '{"to": "ann@acme.com", ', '{"to": "Jo\u0061nn@acme.co", ', '{"u": "https:\/\/www.linkedin.com\/in\/ann-smith", ', 'u=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fann-smith&x=1', '\', '\u', '\u00', 'a=%', 'a=%4', '', '@', '/']::text[] || (repeat('\', 9999) || 'u0')) body
	WHERE revyops.octets_mention(convert_to(body, 'UTF8'), '{ann@acme.co,NULL,https://www.linkedin.com/in/ann}')
	UNION ALL SELECT 'octets' WHERE revyops.octets_mention('\x00ff40c3fe80c02fe29f', '{ann@acme.co,https://www.linkedin.com/in/ann}')$$, 'and what is somebody else''s, or nothing');

SELECT * FROM finish();
ROLLBACK;
