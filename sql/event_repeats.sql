\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(43);
SELECT test.two_clients() \gset

-- again tells whether an event of the test had been recorded
CREATE FUNCTION test.again(event jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT (revyops_record_event('{"kind": "sent", "at": "2026-03-10T00:00:00Z"}'::jsonb || event)->>'duplicate')::boolean $$;

-- by id
SELECT revyops_create_contact('{"email": "one@x.com"}'), revyops_create_contact('{"linkedin_url": "in/two"}'), revyops_create_contact('{"email": "three@x.com"}') \g /dev/null
SELECT is(array[test.again('{"contact_id": 1, "external_id": "a"}'), test.again('{"contact_id": 2, "external_id": "a"}')], '{f,f}', 'events by the ids of two');
SELECT is(array[test.again('{"contact_id": 1, "external_id": "a"}'), test.again('{"contact_id": 2, "external_id": "a"}'), test.again('{"contact_email": "one@x.com", "external_id": "a"}')], '{t,t,t}', 'come again');
SELECT test.again('{"contact_email": "one@x.com", "external_id": "b"}') \g /dev/null
SELECT is(test.again('{"contact_id": 1, "external_id": "b"}'), true, 'by id what was by address');
SELECT revyops_update_contact(1, '{"email": "uno@x.com"}'), revyops_update_contact(2, '{"email": "two@x.com"}') \g /dev/null
SELECT is(array[test.again('{"contact_id": 1, "external_id": "a"}'), test.again('{"contact_id": 2, "external_id": "a"}'), test.again('{"contact_id": 1, "external_id": "b"}')], '{t,t,t}', 'they have other addresses');
SELECT is(array[test.again('{"contact_email": "two@x.com", "external_id": "a"}'), test.again('{"contact_email": "uno@x.com", "external_id": "a"}')], '{t,t}', 'and are known by these once they came by id');
SELECT test.again('{"contact_email": "three@x.com", "external_id": "c"}') \g /dev/null
SELECT revyops_merge_contacts(1, 2), revyops_merge_contacts(1, 3) \g /dev/null
SELECT is(array[test.again('{"contact_id": 2, "external_id": "a"}'), test.again('{"contact_id": 3, "external_id": "c"}'), test.again('{"contact_id": 1, "external_id": "c"}')], '{t,t,t}', 'they are one by now');
SELECT is((SELECT string_agg(concat_ws(' ', contact_email, n), ', ' ORDER BY contact_email) FROM (SELECT contact_email, count(*) AS n FROM revyops.email GROUP BY 1) e), 'one@x.com 2, three@x.com 1, 1', 'an e-mail each');
SELECT is((SELECT string_agg(status::text, ' ' ORDER BY ordinal) FROM revyops_record_events('[{"kind": "sent", "contact_id": 1, "external_id": "d", "campaign_id": "A"}, {"kind": "sent", "contact_email": "uno@x.com", "external_id": "d", "campaign_id": "B"},
	{"kind": "sent", "contact_id": 3, "external_id": "d", "campaign_id": "B"}, {"kind": "sent", "contact_email": "three@x.com", "external_id": "d"}]')), '201 200 200 200', 'in one call');
SELECT is((SELECT string_agg(concat_ws(' ', campaign_id, sent), ', ' ORDER BY campaign_id) FROM revyops.campaign), 'A 1, B 1', 'counted once by each campaign');

-- the do-not-contact list
CREATE FUNCTION test.listed() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', email, reason, to_char(since, 'DD')), ', ' ORDER BY email, reason) FROM revyops.do_not_contact WHERE removed_at IS NULL $$;
SELECT test.again('{"kind": "unsubscribed", "contact_email": "off@x.com", "external_id": "u"}'), test.again('{"kind": "unsubscribed", "contact_email": "stay@x.com", "external_id": "u"}') \g /dev/null
SELECT revyops_unsuppress('off@x.com', 'unsubscribed', 'she asked', force => true) \g /dev/null
SELECT test.again('{"kind": "unsubscribed", "contact_email": "off@x.com", "external_id": "u", "at": "2026-03-05T00:00:00Z"}'), test.again('{"kind": "unsubscribed", "contact_email": "stay@x.com", "external_id": "u", "at": "2026-03-05T00:00:00Z"}') \g /dev/null
SELECT is(test.listed(), 'stay@x.com unsubscribed 05', 'what comes again puts nobody back on the list');
SELECT test.again('{"kind": "unsubscribed", "contact_email": "off@x.com", "external_id": "v"}') \g /dev/null
SELECT is(test.listed(), 'off@x.com unsubscribed 10, stay@x.com unsubscribed 05', 'what is new does');

-- that somebody is not to be contacted may be said by any delivery of an event, the first or a later one
CREATE FUNCTION test.off() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', email, reason, to_char(since, 'DD')), ', ' ORDER BY email, reason) FROM revyops.do_not_contact WHERE removed_at IS NULL AND email LIKE '%@off.com' $$;
CREATE FUNCTION test.say(address text, said jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT test.again(jsonb '{"kind": "replied", "external_id": "s", "suppress": true}' || jsonb_build_object('contact_email', address) || said) $$;
SELECT test.say('early@off.com', '{}'), test.say('early@off.com', '{"suppress": false}'), test.say('later@off.com', '{"suppress": false}'), test.say('later@off.com', '{"label": "Do not contact"}') \g /dev/null
SELECT is(test.off(), 'early@off.com manual 10, later@off.com manual 10', 'in whatever order');
SELECT is((SELECT string_agg(concat_ws(' ', status, email_id IS NOT NULL), ', ' ORDER BY ordinal) FROM revyops_record_events('[
	{"kind": "bounced", "contact_email": "once@off.com", "external_id": "s", "at": "2026-03-12"}, {"kind": "bounced", "contact_email": "once@off.com", "external_id": "s", "at": "2026-03-14", "suppress": true},
	{"kind": "bounced", "contact_email": "once@off.com", "external_id": "s", "at": "2026-03-13", "suppress": true}]')), '201 t, 200 t, 200 t', 'in one call');
SELECT is(test.off(), 'early@off.com manual 10, later@off.com manual 10, once@off.com bounced 12, once@off.com manual 13', 'since the earliest that said so');
SELECT revyops_unsuppress(address, 'manual', 'back') FROM unnest('{early@off.com,later@off.com}'::text[]) address \g /dev/null
SELECT test.say('early@off.com', '{}'), test.say('later@off.com', '{}'), test.say('later@off.com', '{"at": "2026-03-01"}'), test.say('once@off.com', '{"kind": "bounced", "at": "2026-03-11"}') \g /dev/null
SELECT is(test.off(), 'once@off.com bounced 11, once@off.com manual 11', 'but once');
SELECT revyops_create_contact('{"email": "id@off.com"}')->>'id' AS off \gset
SELECT test.again(jsonb_build_object('contact_id', :off, 'external_id', 's') || said) FROM (VALUES (1, jsonb '{}'), (2, '{"suppress": true, "at": null}')) v(number, said) ORDER BY number \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', reason, since = now()), ', ') FROM revyops.do_not_contact WHERE email = 'id@off.com'), 'manual t', 'by id, without a time');
SELECT revyops_unsuppress('id@off.com', 'manual', 'back'), revyops_update_contact(:off, '{"email": "new@off.com"}') \g /dev/null
SELECT test.again(jsonb_build_object('contact_id', :off, 'external_id', 's', 'suppress', true)), test.again('{"contact_email": "id@off.com", "external_id": "s", "suppress": true}') \g /dev/null
SELECT is(test.off(), 'once@off.com bounced 11, once@off.com manual 11', 'nor does the address matter that the contact has by then');

-- what is told of e-mails
CREATE FUNCTION test.told() RETURNS text LANGUAGE sql AS $$
	WITH gone AS (DELETE FROM revyops.change RETURNING *)
	SELECT string_agg(concat_ws(' ', subject, kind), ', ' ORDER BY subject, kind) FROM gone JOIN revyops.email e ON e.id = record_id WHERE entity = 'email' $$;
SELECT revyops_set_client_setting(1, 'changes', 'on') \g /dev/null
SELECT test.again('{"kind": "replied", "contact_email": "w@x.com", "external_id": "1", "subject": "r1"}') \g /dev/null
SELECT is(test.told(), 'r1 created', 'a reply');
SELECT test.again('{"kind": "interest", "contact_email": "w@x.com", "external_id": "1", "interested": true}') \g /dev/null
SELECT is(test.told(), 'r1 updated', 'is that of somebody who is interested');
SELECT test.again('{"kind": "replied", "contact_email": "w@x.com", "external_id": "2", "subject": "r2", "at": "2026-03-11T00:00:00Z"}') \g /dev/null
SELECT is(test.told(), 'r1 updated, r2 created, r2 updated', 'and a later one shows it');
SELECT revyops_merge_contacts(1, (SELECT id FROM revyops.contact WHERE email = 'w@x.com')) \g /dev/null
SELECT is(test.told(), 'r1 updated, r2 updated', 'a merge moves both');

-- their times go on, here after somebody who began later
CREATE FUNCTION test.later(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE revyops.email SET updated_time = now() + interval '1 microsecond';
	EXECUTE statement;
	RETURN (SELECT string_agg(subject, ' ' ORDER BY subject) FROM revyops.email WHERE updated_time > now() + interval '1 microsecond') || (SELECT count(*) FROM revyops.email WHERE updated_time <= now());
END $$;
SELECT test.again('{"kind": "replied", "contact_email": "t@x.com", "external_id": "1", "subject": "t1"}') \g /dev/null
SELECT is(test.later($$SELECT test.again('{"kind": "replied", "contact_email": "t@x.com", "external_id": "1", "message_id": "<1@x>"}')$$), 't10', 'an event that comes again');
SELECT is(test.later($$SELECT test.again('{"kind": "interest", "contact_email": "t@x.com", "external_id": "1", "interested": true}')$$), 't10', 'an interest');
SELECT is(test.later($$SELECT revyops_merge_contacts(1, (SELECT id FROM revyops.contact WHERE email = 't@x.com'))$$), 't10', 'a merge');

-- one e-mail under the addresses of two who were merged
SELECT revyops_create_contact('{"email": "kept@x.com"}')->>'id' AS keep, revyops_create_contact('{"email": "merged@x.com"}')->>'id' AS other \gset
SELECT revyops_merge_contacts(:keep, :other) \g /dev/null
SELECT revyops_record_event(jsonb_build_object('kind', 'sent', 'contact_id', :keep, 'external_id', 'both', 'at', '2026-03-10T00:00:00Z'))->>'email_id' AS both \gset
SELECT is((SELECT string_agg(concat_ws(' ', status, email_id = :both), ', ' ORDER BY ordinal) FROM revyops_record_events('[
	{"kind": "sent", "contact_email": "kept@x.com", "external_id": "both", "subject": "of both"}, {"kind": "sent", "contact_email": "merged@x.com", "external_id": "both", "message_id": "<both@x>"}]')), '200 t, 200 t', 'events by both in one call');
SELECT is((SELECT string_agg(concat_ws(' ', subject, message_id), ', ') FROM revyops.email WHERE subject = 'of both' OR message_id = '<both@x>' OR id = :both), 'of both <both@x>', 'the e-mail has what either says');

-- by the id of a contact that was merged: what is said of its address
SELECT revyops_create_contact('{"email": "good@ids.com"}')->>'id' AS good, revyops_create_contact('{"email": "dead@ids.com"}')->>'id' AS dead, revyops_create_contact('{"linkedin_url": "in/nowhere"}')->>'id' AS nowhere \gset
SELECT revyops_merge_contacts(:good, :dead), revyops_merge_contacts(:good, :nowhere) \g /dev/null
CREATE FUNCTION test.of_id(id bigint, said jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r jsonb := revyops_record_event(said || jsonb_build_object('contact_id', id, 'at', '2026-03-10'));
BEGIN
	RETURN concat_ws(' ', r->>'contact_id', (SELECT contact_email FROM revyops.email e WHERE e.id = (r->>'email_id')::bigint));
END $$;
CREATE FUNCTION test.ids_off() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', email, reason), ', ' ORDER BY email, reason) FROM revyops.do_not_contact WHERE email LIKE '%@ids.com' $$;
SELECT is(array[test.of_id(:dead, '{"kind": "bounced", "external_id": "1"}'), test.of_id(:good, '{"kind": "sent", "external_id": "1"}'), test.of_id(:nowhere, '{"kind": "sent", "external_id": "2"}'), test.of_id(:dead, '{"kind": "sent", "contact_email": "said@ids.com", "external_id": "3"}')],
	array[:good || ' dead@ids.com', :good || ' good@ids.com', :good || ' good@ids.com', :good || ' said@ids.com'], 'is of the kept one, with the address that the id had');
SELECT is(test.ids_off(), 'dead@ids.com bounced', 'which is the one that takes no e-mail');
SELECT revyops_create_contact('{"linkedin_url": "in/next"}')->>'id' AS next \gset
SELECT revyops_update_contact(:next, '{"email": "dead@ids.com"}'), revyops_create_contact('{"email": "better@ids.com"}')->>'id' AS better \gset hidden_
SELECT revyops_merge_contacts(:hidden_better, :good) \g /dev/null
SELECT is(array[test.of_id(:dead, '{"kind": "unsubscribed", "external_id": "4"}'), test.of_id(:good, '{"kind": "bounced", "external_id": "5"}'), test.ids_off()],
	array[:hidden_better || '', :hidden_better || ' good@ids.com', 'dead@ids.com bounced, dead@ids.com unsubscribed, good@ids.com bounced'], 'also if others have the address by now, and the kept one was merged itself');

-- who is not to come back
SELECT revyops_create_contact('{"email": "gone@x.com"}') \g /dev/null
SELECT revyops_erase_contact((SELECT id FROM revyops.contact WHERE email = 'gone@x.com'), true) \g /dev/null
CREATE FUNCTION test.held(address text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', (SELECT count(*) FROM revyops.contact WHERE email = address), (SELECT count(*) FROM revyops.email WHERE contact_email = address), (SELECT count(*) FROM revyops.do_not_contact WHERE email = address)) $$;
SELECT is(revyops_record_event('{"kind": "replied", "contact_email": "gone@x.com", "external_id": "late", "campaign_id": "E", "first_name": "Gone", "interested": true}'), '{"email_id": null, "duplicate": false, "contact_id": null}', 'an event of somebody whose data was erased');
SELECT is(revyops_record_event('{"kind": "replied", "contact_email": "gone@x.com", "external_id": "late", "campaign_id": "E"}'), '{"email_id": null, "duplicate": true, "contact_id": null}', 'again');
SELECT test.again('{"kind": "unsubscribed", "contact_email": "gone@x.com", "campaign_id": "E"}') \g /dev/null
SELECT is(test.held('gone@x.com'), '0 0 0', 'makes nothing that has the address');
SELECT is((SELECT concat_ws(' ', replied, unsubscribed, contacts, contacts_interested) FROM revyops.campaign WHERE campaign_id = 'E'), '1 1 0 0', 'its campaign counts it');
SELECT revyops_create_contact('{"linkedin_url": "in/beside"}')->>'id' AS beside \gset
SELECT is((SELECT string_agg(status::text, ' ') FROM revyops_record_events(jsonb_build_array(jsonb_build_object('kind', 'replied', 'contact_id', :beside, 'contact_email', 'gone@x.com', 'external_id', 'beside', 'subject', 'of gone'),
	jsonb_build_object('kind', 'replied', 'contact_id', :beside, 'contact_email', 'other@x.com', 'external_id', 'beside', 'subject', 'of other')))), '201 201', 'their address beside the id of another contact');
SELECT is((SELECT string_agg(concat_ws(' ', subject, contact_email), ', ' ORDER BY subject) FROM revyops.email WHERE contact_id = :beside), 'of gone, of other other@x.com', 'is kept nowhere');
SELECT test.again('{"kind": "sent", "contact_email": "off@x.com", "external_id": "w"}') \g /dev/null
SELECT revyops_suppress('{"email": "no@x.com"}'), revyops_suppress('{"domain": "never.com"}'), revyops_set_client_setting(1, 'on_do_not_contact', 'error') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', status, contact_id IS NOT NULL), ', ' ORDER BY ordinal) FROM revyops_record_events('[{"kind": "sent", "contact_email": "no@x.com", "external_id": "x", "campaign_id": "F"}, {"kind": "sent", "contact_email": "a@never.com", "external_id": "x", "campaign_id": "F"},
	{"kind": "sent", "contact_email": "off@x.com", "external_id": "x", "campaign_id": "F"}, {"kind": "sent", "contact_email": "yes@x.com", "external_id": "x", "campaign_id": "F"}]')), '201 f, 201 f, 201 t, 201 t', 'whom the client refuses gets no contact');
SELECT is((SELECT concat_ws(' ', sent, contacts) FROM revyops.campaign WHERE campaign_id = 'F'), '4 2', 'and is counted');

-- one whose time only one of two deliveries has
SELECT revyops_record_event(event || jsonb_build_object('contact_email', address)) FROM (VALUES ('first@x.com', 1, jsonb '{}'), ('first@x.com', 2, '{"at": "2026-03-01"}'), ('second@x.com', 3, '{"at": "2026-03-01"}'), ('second@x.com', 4, '{}')) v(address, number, said),
	LATERAL (SELECT said || '{"kind": "replied", "external_id": "timeless"}' AS event) e ORDER BY number \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', email, CASE last_reply_received WHEN now() THEN 'now' ELSE to_char(last_reply_received, 'YYYY-MM-DD') END), ', ' ORDER BY email) FROM revyops.contact WHERE email ~ '^(first|second)@'),
	'first@x.com now, second@x.com 2026-03-01', 'that of the call stays if it comes first');

-- an id is of one platform: the e-mails of two are two
SELECT is((SELECT string_agg(status::text, ' ' ORDER BY ordinal) FROM revyops_record_events((SELECT jsonb_agg(jsonb '{"kind": "sent", "contact_email": "ids@x.com", "external_id": 5}' || said ORDER BY n) FROM (VALUES
	(1, jsonb '{"platform": "emailbison", "subject": "Bison", "at": "2026-03-01"}'), (2, '{"platform": "mailer", "subject": "Another", "at": "2026-03-02"}'), (3, '{"subject": "Nobody''s", "at": "2026-03-03"}'),
	(4, '{"platform": "emailbison", "message_id": "<b@x>"}'), (5, '{"platform": "mailer", "message_id": "<m@x>"}'), (6, '{"message_id": "<n@x>"}')) v(n, said)))), '201 201 201 200 200 200', 'one id of two platforms, and of none');
SELECT is((SELECT string_agg(concat_ws(' ', nullif(origin, ''), subject, message_id, to_char(email_timestamp, 'DD')), ', ' ORDER BY email_timestamp) FROM revyops.email WHERE contact_email = 'ids@x.com'),
	'emailbison Bison <b@x> 01, mailer Another <m@x> 02, Nobody''s <n@x> 03', 'what comes again is added to its own e-mail');
-- Keys of a call are looked up by a hash of 32 bits with a secret, so that nobody can say which two have one. Of 280,000 some nine pairs do; once in 10,000 runs none does.
SELECT revyops_create_contact('{"email": "many@x.com"}')->>'id' AS many \gset
INSERT INTO revyops.merged_contact (client_id, id, kept_id, email) SELECT 1, 100000 + i, :many, format('many%s@x.com', i) FROM generate_series(1, 699) i;
SELECT count(*) AS before FROM revyops.event_key \gset
SELECT is((SELECT string_agg(concat_ws(' ', status, n), ', ' ORDER BY status) FROM (SELECT status, count(*) AS n FROM revyops_record_events((SELECT jsonb_agg(jsonb_build_object('kind', 'sent',
	'contact_id', :many, 'external_id', 'many ' || i)) FROM generate_series(1, 200) i)) GROUP BY 1) t), '201 200', 'events with 1,400 keys each: none is taken for another one');
SELECT is((SELECT count(*) - :before FROM revyops.event_key), 280000::bigint, 'and each has all of its keys');

-- as many as can be
SELECT test.fails_400($$SELECT count(*) FROM revyops_record_events((SELECT jsonb_agg(NULL::text) FROM generate_series(1, 1000001)))$$, '[{"pointer": "", "code": "too_many", "limit": 1000000, "actual": 1000001}]', 'more than a million in a call');
SELECT * FROM finish();
ROLLBACK;
