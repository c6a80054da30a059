\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- deliveries.jsonl: forms that documents and programs of others show, beside those of the contract
\set lines `cat "$PG_ABS_SRCDIR/t/vectors/webhooks.jsonl" "$PG_ABS_SRCDIR/t/vectors/deliveries.jsonl"`
SELECT plan(280);

-- A client that knows the contact 4501 of HubSpot by its custom field, as it may.
SELECT set_config('revyops.client_id', public.revyops_create_client('Webhooks')::text, true) \g /dev/null
SELECT public.revyops_create_contact('{"email": "dora@example.com", "contact_custom_fields_input": [{"field_name": "hubspot_id", "field_value": "4501"}]}') \g /dev/null

-- like cuts got to the members that the events of a vector name, its notes apart.
CREATE FUNCTION test.like(got jsonb, expected jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg((SELECT coalesce(jsonb_object_agg(k, g->k) FILTER (WHERE g ? k), '{}') FROM jsonb_object_keys(coalesce(expected->(n::int - 1), g)) k) ORDER BY n), '[]')
	FROM jsonb_array_elements(got) WITH ORDINALITY t(g, n) $$;

SELECT is(test.like(public.revyops_read_webhook(v->>'platform', convert_to((v->'payload')::text, 'UTF8')), e.events), e.events, concat_ws(': ', v->>'platform', v->>'case'))
FROM (SELECT line::jsonb AS v FROM regexp_split_to_table(:'lines', '\n') line WHERE line <> '') vectors,
	LATERAL (SELECT coalesce(jsonb_agg(event - 'note' ORDER BY n), '[]') AS events FROM jsonb_array_elements(v->'events') WITH ORDINALITY t(event, n)) e;

-- read reads a body that is given as text.
CREATE FUNCTION test.read(platform text, body text) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT public.revyops_read_webhook(platform, convert_to(body, 'UTF8')) $$;

-- ---- Instantly
SELECT is(test.read('instantly', '{"event_type": "reply_received", "timestamp": "2026-03-02 09:15:04", "Lead_Email": " Ada.Byron@Example.com ", "campaign_id": 17,
	"First_name": "Ada", "Company_name": "Engine Works", "Role": "Head", "Plants": 3, "Note": "-", "Site": "", "workspace": "w", "email_id": "e-1", "reply_text": " Hi\n", "tags": ["a"]}'),
	'[{"kind": "replied", "contact_email": "ada.byron@example.com", "at": "2026-03-02T09:15:04Z", "campaign_id": "17", "external_id": "e-1", "first_name": "Ada",
	"company": "Engine Works", "custom": {"Role": "Head", "Plants": "3"}, "body_text": "Hi"}]', 'Instantly: names in any case, a number as id, a time without a zone, variables without what is the platform''s own');
SELECT is(test.read('Instantly', '{"event_type": "EMAIL_BOUNCED", "timestamp": 1772448000, "lead": {"email": "gone@example.com"}}'),
	'[{"kind": "bounced", "contact_email": "gone@example.com", "at": "2026-03-02T10:40:00Z"}]', 'Instantly: the address in lead.email, seconds since 1970, another case');
SELECT is(test.read('instantly', '[{"event_type": "lead_closed", "timestamp": 1772448000500, "email": "a@example.com"}, {"event_type": "lead_out_of_office", "timestamp": "1772448000", "email": "b@example.com"},
	{"event_type": "My own label", "timestamp": "1772448000", "email": "c@example.com"}, {"event_type": "lead_wrong_person", "email": "d@example.com"}, 5, null, "x", [{"event_type": "email_sent", "email": "e@example.com"}], {}]'),
	'[{"kind": "interest", "contact_email": "a@example.com", "at": "2026-03-02T10:40:00.500Z", "interested": true, "label": "lead_closed"},
	{"kind": "interest", "contact_email": "b@example.com", "at": "2026-03-02T10:40:00Z", "label": "lead_out_of_office"},
	{"kind": "interest", "contact_email": "d@example.com", "at": null, "interested": false, "label": "lead_wrong_person"}]',
	'Instantly: an array item by item, times as numbers and texts of them, a label that somebody made is no event');
SELECT is(test.read('instantly', '{"event_type": "email_sent", "timestamp": "2026-03-02T09:15:04.512Z", "campaign_name": "No address"}'), '[]', 'an event of nobody is none');
SELECT is(test.read('instantly', '{"event_type": "email_sent", "timestamp": "soon", "lead_email": "not an address", "email": "ada@example.com"}'),
	'[{"kind": "sent", "contact_email": "ada@example.com", "at": null}]', 'what is no address is passed by, what is no time is none');
SELECT is(test.read('instantly', jsonb_build_object('event_type', 'email_sent', 'lead_email', 'ada@example.com', 'timestamp', '2026-03-02T09:15:04+02:00',
		'Long', repeat('ä', 2600), repeat('n', 300), 'x', 'website', 'https://example.com', 'linkedin', 'https://linkedin.com/in/Ada-Byron/')::text),
	jsonb_build_array(jsonb_build_object('kind', 'sent', 'contact_email', 'ada@example.com', 'at', '2026-03-02T09:15:04+02:00', 'linkedin_url', 'https://www.linkedin.com/in/ada-byron',
		'custom', jsonb_build_object('Long', repeat('ä', 2500), 'website', 'https://example.com'))), 'variables have 2,500 characters, names that none can have are left out');

SELECT is((SELECT jsonb_build_array(min(key), max(key), count(*)) FROM jsonb_object_keys(test.read('instantly', (SELECT (jsonb_object_agg('v' || n, n) || '{"event_type": "email_sent", "lead_email": "ada@example.com"}')::text FROM generate_series(100, 399) n))->0->'custom') key),
	'["v100", "v299", 200]', 'of an event there are 200');
SELECT is(test.read('instantly', '[{"event_type": "email_sent", "lead_email": "ada@example.com", "step": 1e10000, "variant": -1e-10000, "Plants": ' || repeat('9', 5000) || '}, {"event_type": "email_sent", "lead_email": "eve@example.com"}]'),
	'[{"at": null, "kind": "sent", "contact_email": "ada@example.com"}, {"at": null, "kind": "sent", "contact_email": "eve@example.com"}]', 'a number that can''t be held is none');
SELECT is(test.read('instantly', '{"event_type": "email_sent", "lead_email": "Postmaster@example.com", "email": "mailer-daemon@example.com"}'), '[]', 'a mail system is nobody');

-- ---- Smartlead
SELECT is(test.read('smartlead', '{"event": "EMAIL_REPLIED", "timestamp": "2026-03-02T10:00:05Z", "campaign_id": 7, "lead": {"email": "Eve@Example.com", "first_name": "Eve", "last_name": "-", "company_name": "Stone", "custom_fields": {"plants": 4, "deep": {"no": 1}}},
	"reply": {"message_id": "<r@x>", "body": "<p>Yes</p>", "subject": "Re"}, "from_email": "Kim <KIM@mail.example.net>"}'),
	'[{"kind": "replied", "contact_email": "eve@example.com", "at": "2026-03-02T10:00:05Z", "campaign_id": "7", "external_id": "<r@x>", "message_id": "<r@x>", "first_name": "Eve", "company": "Stone", "custom": {"plants": "4"},
	"body_html": "<p>Yes</p>", "subject": "Re", "agent_email": "kim@mail.example.net"}]', 'Smartlead: the nested form');
SELECT is(test.read('smartlead', '{"event_type": "EMAIL_REPLY", "event_timestamp": "2026-03-03T07:30:12+00:00", "leadCorrespondence": {"targetLeadEmail": "gus@example.com", "replyReceivedFrom": "boss@example.com"}, "to_email": "boss@example.com", "to_name": "The Boss", "from_email": "kim@mail.example.net", "message_id": "<r-2@x>"}'),
	'[{"kind": "replied", "contact_email": "gus@example.com", "at": "2026-03-03T07:30:12+00:00", "external_id": "<r-2@x>", "message_id": "<r-2@x>", "agent_email": "kim@mail.example.net"}]', 'Smartlead: a colleague answers for the lead');
SELECT is(test.read('smartlead', '{"event_type": "EMAIL_BOUNCE", "event_timestamp": "2026-03-02T10:00:05.123+00:00", "to_email": "eve@example.com", "is_sender_originated_bounce": true}'), '[]', 'Smartlead: the sender''s bounce is none');
SELECT is(test.read('smartlead', '{"event_type": "EMAIL_BOUNCE", "event_timestamp": "2026-03-02T10:00:05.123+00:00", "to_email": "eve@example.com", "to_name": "Eve van Stone", "message_id": "<sent@x>"}'),
	'[{"kind": "bounced", "contact_email": "eve@example.com", "at": "2026-03-02T10:00:05.123+00:00", "first_name": "Eve", "last_name": "van Stone"}]', 'Smartlead: the message id of what was sent is no id of the bounce');
SELECT is(test.read('smartlead', '[{"event_type": "LEAD_CATEGORY_UPDATED", "event_timestamp": "2026-03-03T08:00:00Z", "lead_email": "a@example.com", "lead_category": {"new_id": 9, "new_name": "Do Not Contact"}},
	{"event_type": "LEAD_CATEGORY_UPDATED", "event_timestamp": "2026-03-03T08:00:00Z", "lead_email": "b@example.com", "lead_category": {"new_id": 77, "new_name": "Call in spring"}},
	{"event_type": "LEAD_CATEGORY_UPDATED", "event_timestamp": "2026-03-03T08:00:00Z", "lead_email": "c@example.com", "category": "Meeting Booked"},
	{"event_type": "LEAD_CATEGORY_UPDATED", "event_timestamp": "2026-03-03T08:00:00Z", "lead_email": "d@example.com", "lead_category": {"new_id": null, "new_name": null}}]'),
	'[{"kind": "interest", "contact_email": "a@example.com", "at": "2026-03-03T08:00:00Z", "interested": false, "label": "Do Not Contact", "suppress": true},
	{"kind": "interest", "contact_email": "b@example.com", "at": "2026-03-03T08:00:00Z", "label": "Call in spring"},
	{"kind": "interest", "contact_email": "c@example.com", "at": "2026-03-03T08:00:00Z", "interested": true, "label": "Meeting Booked"}]', 'Smartlead: categories, and one that was taken away');
SELECT is(test.read('smartlead', '{"event_type": "EMAIL_REPLY", "secret_key": "secretkey", "event_timestamp": "2026-03-03T08:00:00Z", "to_email": "a@example.com"}'), '[]', 'Smartlead: a test of the hook is no event');

-- ---- EmailBison
SELECT is(test.read('emailbison', '{"event": {"type": "email bounced"}, "data": {"reply": {"id": 1, "from_email_address": "mailer-daemon@mx.example.net"}, "lead": {"email": "MAILER-DAEMON@mx.example.net"}}}'), '[]', 'EmailBison: a mail system is no contact');
SELECT is(test.read('emailbison', '{"event": {"type": "untracked_reply_received"}, "data": {"reply": {"id": 8, "from_email_address": "olga@example.com", "from_name": "Olga Reed", "automated_reply": true, "date_received": "2026-03-03T12:10:00.000000Z", "text_body": "Away", "raw_body": "MIME", "headers": {"x": "y"}}, "sender_email": {"email": "pat@mail.example.net"}}}'),
	'[{"kind": "auto_replied", "contact_email": "olga@example.com", "at": "2026-03-03T12:10:00.000000Z", "external_id": "8", "body_text": "Away", "agent_email": "pat@mail.example.net", "first_name": "Olga", "last_name": "Reed"}]', 'EmailBison: an automatic reply that no campaign knows');
SELECT is(test.read('emailbison', '{"event": {"type": "LEAD_REPLIED"}, "data": {"reply": {"id": 9, "type": "Bounced", "from_email_address": "mailer-daemon@x.example.net"}, "lead": {"email": "quin@example.com", "first_name": "-", "custom_variables": [{"name": "LinkedIn URL", "value": "https://www.linkedin.com/in/quin"}, {"name": "Size", "value": 12}, {"name": "website", "value": "-"}, {"value": "x"}, 7]}}}'),
	'[{"kind": "bounced", "contact_email": "quin@example.com", "at": null, "external_id": "9", "linkedin_url": "https://www.linkedin.com/in/quin", "custom": {"Size": "12"}}]', 'EmailBison: a reply of the mail system is a bounce; variables as a list');
SELECT is(test.read('emailbison', '{"event": {"type": "lead_first_contacted"}, "data": {"scheduled_email": {"id": "77001", "sent_at": "2026-03-02T10:00:38.000000Z", "scheduled_date_local": "2026-03-02 11:00:00"}, "lead": {"email": "olga@example.com", "custom_variables": {"Size": "12"}}, "campaign": {"id": "31"}}}'),
	'[{"kind": "sent", "contact_email": "olga@example.com", "at": "2026-03-02T10:00:38.000000Z", "campaign_id": "31", "external_id": "77001", "custom": {"Size": "12"}}]', 'EmailBison: the first e-mail again, with its id; ids as texts, variables as an object');

-- ---- PlusVibe
SELECT is(test.read('plusvibe', jsonb_build_array(sample, sample || '{"workspace_name": "John Doe Workspace"}', sample || '{"lead_email": "jane@nonexistent-domain.com"}',
	sample || '{"bounce_type": "block"}', sample || '{"bounce_type": "sender"}', sample || '{"msg": "451 4.7.1 try again"}', sample || '{"msg": "4.2.2 mailbox full"}', sample || '{"msg": "550 4 of 5"}')::text),
	'[{"kind": "bounced", "contact_email": "wes@example.com", "at": "2026-03-02T11:00:40.668+00:00"}, {"kind": "bounced", "contact_email": "wes@example.com", "at": "2026-03-02T11:00:40.668+00:00", "body_text": "550 4 of 5"}]', 'PlusVibe: no bounce of the sender, none that passes, no sample')
FROM (VALUES ('{"webhook_event": "BOUNCED_EMAIL", "workspace_name": "Northwind", "date": "2026-03-02T11:00:40.668+00:00", "lead_email": "wes@example.com"}'::jsonb)) AS v (sample);
SELECT is(test.read('plusvibe', '[{"webhook_event": "LEAD_MARKED_AS_CALL_LATER", "email": "a@example.com", "sentiment": "POSITIVE"}, {"event": "LEAD_MARKED_AS_OUT_OF_OFFICE", "email": "b@example.com", "sentiment": "POSITIVE"},
	{"webhook_event": "LEAD_MARKED_AS_WRONG_PERSON", "data": {"email": "c@example.com"}, "actual_replied_from": "uma@mail.example.net"}, {"webhook_event": "FIRST_EMAIL_REPLIES", "from_email": "d@example.com", "label": "AUTOMATIC_REPLY", "last_email_id": "m-1"}, {"webhook_event": "SYSTEM_ALERT"}]'),
	'[{"kind": "interest", "contact_email": "a@example.com", "at": null, "interested": true, "label": "CALL_LATER"}, {"kind": "interest", "contact_email": "b@example.com", "at": null, "label": "OUT_OF_OFFICE"},
	{"kind": "interest", "contact_email": "c@example.com", "at": null, "interested": false, "label": "WRONG_PERSON"}, {"kind": "auto_replied", "contact_email": "d@example.com", "at": null, "external_id": "m-1"}]', 'PlusVibe: labels, sentiment, sparse forms');

-- ---- lemlist
SELECT is(test.read('lemlist', '[{"_id": "act_1", "type": "emailsSendFailed", "leadEmail": "a@example.com"}, {"_id": "act_2", "type": "interested", "leadEmail": "a@example.com"},
	{"_id": "act_3", "type": "emailsNotInterested", "createdAt": "2026-03-03T10:00:00.000Z", "to": [{"address": "b@example.com"}]}, {"_id": "act_4", "type": "emailsReplied", "createdAt": "2026-03-03T10:00:00.000Z", "to": ["c@example.com"], "fromEmail": "someone@example.com", "sendUserEmail": "abe@mail.example.net", "text": "<p>x</p>"}]'),
	'[{"kind": "interest", "contact_email": "b@example.com", "at": "2026-03-03T10:00:00.000Z", "external_id": "act_3", "interested": false},
	{"kind": "replied", "contact_email": "c@example.com", "at": "2026-03-03T10:00:00.000Z", "external_id": "act_4", "agent_email": "abe@mail.example.net", "body_html": "<p>x</p>"}]', 'lemlist: our own failures and states of leads are none; the address in to[0]');

-- ---- HubSpot
SELECT is(test.read('hubspot', '[{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 77, "propertyName": "hs_email_optout", "propertyValue": "true", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_optout", "propertyValue": "true", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "email", "propertyValue": "old@example.com", "occurredAt": 1772448000000},
	{"subscriptionType": "object.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "email", "propertyValue": "New@example.com", "occurredAt": 1772449500000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "email", "propertyValue": "", "occurredAt": 1772449600000},
	{"subscriptionType": "contact.propertyChange", "portalId": 2, "objectId": 78, "propertyName": "hs_email_bad_address", "propertyValue": "true", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_optout", "propertyValue": "false", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_hard_bounce_reason_enum", "propertyValue": "", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_hard_bounce_reason_enum", "propertyValue": "UNKNOWN_USER", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_bounce", "propertyValue": "1", "occurredAt": 1772449000000},
	{"subscriptionType": "contact.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_first_send_date", "propertyValue": "1772449000000", "occurredAt": 1772449000000},
	{"subscriptionType": "company.propertyChange", "portalId": 1, "objectId": 78, "propertyName": "hs_email_last_send_date", "propertyValue": "1772449000000", "occurredAt": 1772449000000}]'),
	'[{"kind": "unsubscribed", "contact_email": "old@example.com", "at": "2026-03-02T10:56:40Z", "external_id": "78:hs_email_optout:true"},
	{"kind": "bounced", "contact_email": "old@example.com", "at": "2026-03-02T10:56:40Z", "external_id": "78:hs_email_hard_bounce_reason_enum:UNKNOWN_USER"},
	{"kind": "sent", "contact_email": "old@example.com", "at": "2026-03-02T10:56:40Z", "external_id": "78:hs_email_last_send_date:1772449000000"}]',
	'HubSpot: the address that the body tells of that time, of the same portal; whom nobody knows, what was taken back, counts and companies are none; a first send is the last one at that time');
SELECT is(test.read('hubspot', '{"event": "reply", "email": "Eli@example.com", "occurred_at": 1772449000000, "campaign_id": 5, "custom": {"a": true}}'),
	'[{"kind": "replied", "contact_email": "eli@example.com", "at": "2026-03-02T10:56:40Z", "campaign_id": "5", "custom": {"a": "true"}}]', 'HubSpot: the body of a workflow');
SELECT set_config('revyops.client_id', '0', true) \g /dev/null
SELECT is(test.read('hubspot', '[{"subscriptionType": "contact.propertyChange", "objectId": 4501, "propertyName": "hs_email_optout", "propertyValue": "true"}]'),
	'[{"kind": "unsubscribed", "object_id": "4501", "at": null, "external_id": "4501:hs_email_optout:true"}]', 'HubSpot: nobody knows a contact of nobody''s');

-- ---- the neutral body
SELECT is(test.read('neutral', '{"kind": "interest", "contact_email": "eli@example.com", "at": "2026-03-06T07:00:00.25-05:00", "interested": false, "label": "x", "external_id": 5}'),
	'[{"kind": "interest", "contact_email": "eli@example.com", "at": "2026-03-06T07:00:00.25-05:00", "interested": false, "label": "x", "external_id": "5"}]', 'the neutral body');
SELECT is(test.read('neutral', '[{"kind": "replied", "contact_email": "eli@example.com", "external_id": 6, "interested": true, "label": "Not interested", "suppress": true}, {"kind": "sent", "contact_email": "eli@example.com", "external_id": 7, "label": "Do Not Contact", "suppress": "false"}]'),
	'[{"kind": "replied", "contact_email": "eli@example.com", "at": null, "external_id": "6", "interested": true, "label": "Not interested", "suppress": true}, {"kind": "sent", "contact_email": "eli@example.com", "at": null, "external_id": "7", "label": "Do Not Contact"}]', 'what it says is taken as of any event');

-- ---- hygiene
SELECT is(test.read('instantly', E'\ufeff{"event_type": "reply_received", "email": "a\\u0000da@example.com", "reply_text": "NUL \\u0000, not \\\\u0000, half \\ud83d, whole \\ud83d\\ude00", "firstName": "A\\u0007da"}'),
	jsonb_build_array(jsonb_build_object('kind', 'replied', 'contact_email', 'ada@example.com', 'at', NULL, 'first_name', 'A da', 'body_text', E'NUL , not \\u0000, half \ufffd, whole \U0001F600')), 'NUL is left out, half a character replaced, an escaped backslash stays');
SELECT is(public.revyops_read_webhook('instantly', '\x00'::bytea || convert_to('{"event_type": "reply_received", "email": "ada@example.com", "reply_text": "a', 'UTF8') || '\x00fffe41c3'::bytea || convert_to('"}', 'UTF8')),
	jsonb_build_array(jsonb_build_object('kind', 'replied', 'contact_email', 'ada@example.com', 'at', NULL, 'body_text', E'a\ufffd\ufffdA\ufffd')), 'octets that are no text are replaced');
SELECT is(event - 'body_html', '{"kind": "replied", "contact_email": "ada@example.com", "at": null, "cut": true}', 'a long body is cut, and that is told'),
	is(event->>'body_html', repeat('ä', 131072), 'to 256 KiB')
FROM (SELECT test.read('instantly', jsonb_build_object('event_type', 'reply_received', 'email', 'ada@example.com', 'reply_html', repeat('ä', 200000), 'history', jsonb_build_array(repeat('x', 400000)))::text)->0 AS event) s;

SELECT is(test.read('instantly', jsonb_build_object('event_type', 'email_sent', 'email', 'ada@example.com', 'campaign_id', repeat('ä', n))::text),
	jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('kind', 'sent', 'contact_email', 'ada@example.com', 'campaign_id', CASE WHEN n = 255 THEN repeat('ä', n) END)) || '{"at": null}'), 'the id of a campaign is whole or none: ' || n)
FROM unnest('{255,256}'::int[]) n;

-- ---- what can't be read
SELECT is(test.try(format('SELECT public.revyops_read_webhook(%L, %L)', platform, convert_to(body, 'UTF8'))),
	jsonb_build_object('sqlstate', 'PT400', 'message', 'invalid request', 'detail', detail), name)
FROM (VALUES
	('no JSON', 'instantly', E'{"a": 1,\n"b" 2}', '[{"pointer":"","code":"malformed_body","message":"The body could not be read as its content type says.","line":2,"column":5}]'),
	('nothing', 'instantly', '', '[{"pointer":"","code":"malformed_body","message":"The body could not be read as its content type says.","line":1,"column":1}]'),
	('a number', 'instantly', '5', '[{"pointer":"","code":"not_an_object","message":"Expected an object."}]'),
	('JSON in a string', 'instantly', '"{}"', '[{"pointer":"","code":"not_an_object","message":"Expected an object."}]'),
	('too deep', 'instantly', repeat('[', 65) || repeat(']', 65), '[{"pointer":"","code":"too_deep","message":"The body is nested too deeply."}]'),
	('too many items, sent on', 'instantly', '{"body": [{"event_type": "x"}' || repeat(',0', 10000) || ']}', '[{"pointer":"","code":"too_many","message":"There are too many entries.","limit":10000,"actual":10001}]'),
	('too many items', 'instantly', '[0' || repeat(',0', 10000) || ']', '[{"pointer":"","code":"too_many","message":"There are too many entries.","limit":10000,"actual":10001}]'),
	('an unknown platform', 'mailchimp', '{}', '[{"parameter":"platform","code":"invalid_option","message":"Expected one of the values that are allowed.","allowed":["instantly","smartlead","emailbison","plusvibe","lemlist","hubspot","neutral"]}]'),
	('no platform', ' ', '{}', '[{"parameter":"platform","code":"required","message":"A value is required."}]')) AS t (name, platform, body, detail);
SELECT is(test.try('SELECT public.revyops_read_webhook(NULL, NULL)'),
	jsonb_build_object('sqlstate', 'PT400', 'message', 'invalid request', 'detail', '[{"parameter":"platform","code":"required","message":"A value is required."},{"parameter":"body","code":"required","message":"A value is required."}]'), 'NULL');

SELECT * FROM finish();
ROLLBACK;
