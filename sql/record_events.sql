\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(89);
SELECT test.two_clients() \gset

-- state is what events made of a contact
CREATE FUNCTION test.state(address text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', contact_status, coalesce(previous_status, 'NULL'), to_char(status_changed_at, 'DD'), to_char(first_campaign_email_sent, 'DD'),
		to_char(last_campaign_email_sent, 'DD'), to_char(last_reply_received, 'DD')) FROM revyops.contact WHERE email = address AND client_id = 1 $$;
CREATE FUNCTION test.history(address text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', to_char(h.changed_at, 'DD'), h.contact_status, h.previous_status, h.source), ', ' ORDER BY h.changed_at, h.id)
	FROM revyops.contact_status_history h JOIN revyops.contact c ON c.id = h.contact_id WHERE c.email = address $$;
CREATE FUNCTION test.on_day(day integer, event jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT revyops_record_event(jsonb_build_object('at', format('2026-03-%s0T00:00:00Z', day)) || event) $$;

-- one
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": " Ada@Acme.com", "at": "2026-03-10T10:00:00.5+01:00", "platform": "instantly", "campaign_id": "c1",
	"campaign_name": "Spring", "agent_email": "Kim@mail.com", "subject": " Hi ", "body_text": " a\nb ", "body_html": "<p>", "message_id": "<1@x>",
	"first_name": "Ada", "last_name": "Byron", "linkedin_url": "in/ada", "custom": {"Role": "Head", "Size": 12, "VIP": true, "Nothing": "", "Bad": ["x"]}}'),
	'{"email_id": 1, "duplicate": false, "contact_id": 1}', 'an event of nobody who is known');
SELECT is((SELECT to_jsonb(c) - '{updated_time, custom_fields}'::text[] FROM revyops.contact c), '{"client_id": 1, "id": 1, "email": "ada@acme.com",
	"linkedin_url": "https://www.linkedin.com/in/ada", "first_name": "Ada", "last_name": "Byron", "company_id": null, "origin": "instantly", "contact_status": "", "previous_status": null,
	"status_changed_at": null, "first_campaign_email_sent": "2026-03-10T09:00:00.5+00:00", "last_campaign_email_sent": "2026-03-10T09:00:00.5+00:00", "last_reply_received": null}', 'makes a contact');
SELECT is((SELECT string_agg(f->>'field_name' || '=' || (f->>'field_value'), ' ' ORDER BY f->>'field_name') FROM revyops.contact, jsonb_array_elements(custom_fields) f), 'Role=Head Size=12 VIP=true', 'with custom fields');
SELECT is((SELECT to_jsonb(e) - 'updated_time' FROM revyops.email e), '{"client_id": 1, "id": 1, "contact_id": 1, "email_type": "sent", "origin": "instantly", "email_timestamp": "2026-03-10T09:00:00.5+00:00",
	"contact_email": "ada@acme.com", "agent_email": "kim@mail.com", "subject": "Hi", "body_text": " a\nb ", "body_html": "<p>", "campaign_id": "c1", "campaign_name": "Spring", "interested": null,
	"interest_noted": false, "message_id": "<1@x>", "custom_fields": []}', 'and an e-mail');
SELECT is((SELECT to_jsonb(k) FROM revyops.campaign k), '{"client_id": 1, "id": 1, "platform": "instantly", "campaign_id": "c1", "campaign_name": "Spring", "named_at": "2026-03-10T09:00:00.5+00:00",
	"contacts": 1, "contacts_replied": 0, "contacts_interested": 0, "sent": 1, "replied": 0, "auto_replied": 0, "bounced": 0, "unsubscribed": 0,
	"first_event_at": "2026-03-10T09:00:00.5+00:00", "last_event_at": "2026-03-10T09:00:00.5+00:00"}', 'and a campaign');
SELECT is((SELECT array[octet_length(salt)] FROM revyops.event_salt), '{32}', 'a client has a salt of its own');

-- again
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "at": "2026-03-10T09:00:00.5Z", "platform": "instantly", "campaign_id": "c1", "subject": "Hi there", "last_name": "Other"}'),
	'{"email_id": 1, "duplicate": true, "contact_id": 1}', 'the same in another zone');
SELECT is((SELECT concat_ws(' ', subject, sent, last_name, (SELECT count(*) FROM revyops.email)) FROM revyops.email e, revyops.campaign, revyops.contact), 'Hi there 1 Byron 1', 'counts once, and what says more is kept');
SELECT is(revyops_record_event('{"kind": "bounced", "contact_email": "ada@acme.com", "at": "2026-03-10T09:00:00.5Z", "platform": "instantly", "campaign_id": "c1"}')->>'duplicate', 'false', 'another kind at that moment is another event');
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "at": "2026-03-10T09:00:00.5Z", "campaign_id": "c2"}')->>'duplicate', 'false', 'so is another campaign');
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "at": "2026-03-10T09:00:00.5Z", "campaign_id": "c1", "external_id": 7}')->>'duplicate', 'false', 'and one with an id');
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "external_id": "7"}')->>'duplicate', 'true', 'whose time is then no matter');
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "external_id": "7", "campaign_id": "c3", "at": "2026-03-09T00:00:00Z"}')->>'duplicate', 'true', 'nor its campaign');
SELECT is((SELECT string_agg(concat_ws(' ', platform, campaign_id, sent, bounced, contacts), ', ' ORDER BY id) FROM revyops.campaign), 'instantly c1 1 1 1,  c2 1 0 1,  c1 1 0 1,  c3 1 0 1', 'each campaign that is named counts it');
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "external_id": "7", "campaign_id": "c3"}')->>'duplicate', 'true', 'once');
SELECT is((SELECT sent FROM revyops.campaign WHERE campaign_id = 'c3'), 1::bigint, 'indeed');
SELECT set_config('revyops.client_id', '2', true) \g /dev/null
SELECT is(revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "external_id": "7"}')->>'duplicate', 'false', 'another client knows nothing of it');
SELECT set_config('revyops.client_id', '1', true) \g /dev/null
SELECT is((SELECT count(DISTINCT key) = count(*) FROM revyops.event_key), true, 'and has other keys');

-- dates and status
CREATE TEMP TABLE s AS SELECT revyops_create_contact('{"email": "s@x.com", "contact_status": "Active"}');
SELECT test.on_day(2, '{"kind": "sent", "contact_email": "s@x.com"}'), test.on_day(1, '{"kind": "sent", "contact_email": "s@x.com"}'), test.on_day(2, '{"kind": "replied", "contact_email": "s@x.com"}') \g /dev/null
SELECT is(test.state('s@x.com'), 'Active NULL 10 20 20', 'the first and the last');
SELECT is(test.on_day(3, '{"kind": "auto_replied", "contact_email": "s@x.com"}')->>'duplicate', 'false', 'an automatic reply');
SELECT is(test.state('s@x.com'), 'Active NULL 10 20 20', 'is no reply');
SELECT test.on_day(2, '{"kind": "bounced", "contact_email": "s@x.com"}') \g /dev/null
SELECT is(test.state('s@x.com'), 'Bounced Active 20 10 20 20', 'a bounce');
SELECT test.on_day(3, '{"kind": "bounced", "contact_email": "s@x.com"}'), test.on_day(1, '{"kind": "bounced", "contact_email": "s@x.com"}') \g /dev/null
SELECT is(test.state('s@x.com'), 'Bounced Active 10 10 20 20', 'the earliest counts');
SELECT test.on_day(2, '{"kind": "unsubscribed", "contact_email": "s@x.com"}') \g /dev/null
SELECT is(test.state('s@x.com'), 'Unsubscribed Bounced 20 10 20 20', 'an unsubscription is more');
SELECT is(test.history('s@x.com'), '10 Bounced Active event, 20 Unsubscribed Bounced event', 'the history');
SELECT revyops_update_contact((SELECT id FROM revyops.contact WHERE email = 's@x.com'), '{"contact_status": "Back"}') \g /dev/null
SELECT is(test.on_day(2, '{"kind": "unsubscribed", "contact_email": "s@x.com"}')->>'duplicate', 'true', 'after somebody has changed the status');
SELECT matches(test.state('s@x.com'), '^Back Unsubscribed', 'what was recorded before does not come again');
SELECT test.on_day(1, '{"kind": "unsubscribed", "contact_email": "s@x.com"}') \g /dev/null
SELECT is(test.state('s@x.com'), 'Unsubscribed Back 10 10 20 20', 'what is new does');
SELECT test.on_day(1, '{"kind": "bounced", "contact_email": "z@x.com"}') \g /dev/null
SELECT revyops_update_contact((SELECT id FROM revyops.contact WHERE email = 'z@x.com'), '{"contact_status": "Back"}') \g /dev/null
SELECT test.on_day(2, '{"kind": "unsubscribed", "contact_email": "z@x.com"}'), test.on_day(1, '{"kind": "bounced", "contact_email": "z@x.com"}') \g /dev/null
SELECT is(test.state('z@x.com'), 'Unsubscribed Back 20', 'nor does it beside what is new');
SELECT revyops_create_contact('{"email": "u@x.com", "contact_status": "unsubscribed"}') \g /dev/null
SELECT test.on_day(1, '{"kind": "unsubscribed", "contact_email": "u@x.com"}'), test.on_day(1, '{"kind": "bounced", "contact_email": "u@x.com"}') \g /dev/null
SELECT is(concat_ws('/', test.state('u@x.com'), test.history('u@x.com')), 'unsubscribed NULL', 'a status that has the rank stays');

-- numbers as ids, which some programs write with a fraction of nothing
SELECT is(jsonb_build_array(test.on_day(1, '{"kind": "sent", "contact_email": "id@x.com", "external_id": 120, "campaign_id": 7}')->'duplicate', test.on_day(1, '{"kind": "sent", "contact_email": "id@x.com", "external_id": 120.0, "campaign_id": 7.00}')->'duplicate',
	test.on_day(1, '{"kind": "sent", "contact_email": "id@x.com", "external_id": "120", "campaign_id": "7"}')->'duplicate'), '[false, true, true]', 'are the same id');
SELECT is((SELECT string_agg(concat_ws(' ', campaign_id, sent), ', ') FROM revyops.campaign WHERE campaign_id LIKE '7%'), '7 1', 'and campaign');
SELECT test.fails_400(format('SELECT test.on_day(1, %L)', jsonb '{"kind": "sent", "contact_email": "id@x.com"}' || jsonb_build_object(member, id)), test.one('/' || member, 'not_a_string'), member || ' ' || id) FROM (VALUES
	('external_id', jsonb '120.5'), ('external_id', '1e-3'), ('campaign_id', '7.5'), ('campaign_id', '-0.10'), ('campaign_id', 'true')) v(member, id);

-- what is empty
SELECT revyops_create_contact('{"email": "f@x.com", "first_name": "Given"}') \g /dev/null
SELECT test.on_day(2, '{"kind": "sent", "contact_email": "f@x.com", "first_name": "Event", "last_name": "Second", "platform": "lemlist", "custom": {"A": "2"}}') \g /dev/null
SELECT is((SELECT concat_ws(' ', first_name, last_name, origin, custom_fields->0->>'field_value') FROM revyops.contact WHERE email = 'f@x.com'), 'Given Second  2', 'is filled');
SELECT test.on_day(3, '{"kind": "sent", "contact_email": "f@x.com", "last_name": "Third", "custom": {"A": "3"}}'), test.on_day(1, '{"kind": "sent", "contact_email": "f@x.com", "last_name": "First", "custom": {"A": "1"}}') \g /dev/null
SELECT is((SELECT concat_ws(' ', last_name, custom_fields->0->>'field_value') FROM revyops.contact WHERE email = 'f@x.com'), 'First 1', 'by the earliest event');
SELECT revyops_update_contact((SELECT id FROM revyops.contact WHERE email = 'f@x.com'), '{"last_name": "Mine"}') \g /dev/null
SELECT revyops_record_event('{"kind": "sent", "contact_email": "f@x.com", "last_name": "Zeroth", "at": "2026-01-01"}') \g /dev/null
SELECT is((SELECT last_name FROM revyops.contact WHERE email = 'f@x.com'), 'Mine', 'what the API wrote stays');
SELECT test.on_day(1, '{"kind": "replied", "contact_email": "f@x.com", "linkedin_url": "in/ada"}') \g /dev/null
SELECT is((SELECT linkedin_url FROM revyops.contact WHERE email = 'f@x.com'), NULL, 'another contact''s LinkedIn URL is left out');
SELECT revyops_create_company('{"domain": "acme.com"}') \g /dev/null
SELECT test.on_day(1, '{"kind": "replied", "contact_email": "f@x.com", "company": "www.acme.com", "external_id": "company"}') \g /dev/null
SELECT is((SELECT company_id FROM revyops.contact WHERE email = 'f@x.com'), 1::bigint, 'the company of a domain');
SELECT revyops_define_custom_field('contact', 'Points', 'number') \g /dev/null
SELECT test.on_day(1, '{"kind": "bounced", "contact_email": "p@x.com", "custom": {"Points": "many", "Other": "x"}}') \g /dev/null
SELECT is((SELECT concat_ws(' ', contact_status, custom_fields->0->>'field_name', jsonb_array_length(custom_fields)) FROM revyops.contact WHERE email = 'p@x.com'), 'Bounced Other 1', 'a value that a definition does not allow is left out');

-- interest
SELECT test.on_day(1, '{"kind": "replied", "contact_email": "i@x.com", "campaign_id": "k"}'), test.on_day(3, '{"kind": "interest", "contact_email": "i@x.com", "campaign_id": "k", "interested": true, "label": "Hot"}'),
	test.on_day(2, '{"kind": "interest", "contact_email": "i@x.com", "campaign_id": "k", "interested": false, "label": "Cold"}') \g /dev/null
CREATE FUNCTION test.interest(address text DEFAULT 'i@x.com') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', to_char(email_timestamp, 'DD'), interested, interest_noted), ', ' ORDER BY email_timestamp) FROM revyops.email WHERE contact_email = address $$;
SELECT is(test.interest(), '10 t t', 'is shown by the newest inbound e-mail');
SELECT test.on_day(2, '{"kind": "auto_replied", "contact_email": "i@x.com", "campaign_id": "k"}'), test.on_day(2, '{"kind": "replied", "contact_email": "i@x.com", "campaign_id": "l"}') \g /dev/null
SELECT is(test.interest(), '10 f, 20 t t, 20 f', 'and moves on');
SELECT is((SELECT concat_ws(' ', interested, interest_label, contacts_interested, p.replied, to_char(last_reply_at, 'DD')) FROM revyops.campaign_contact p JOIN revyops.campaign k ON k.id = p.campaign WHERE campaign_id = 'k'), 't Hot 1 1 10', 'the newest counts; an automatic reply is none in the campaign, either');
SELECT test.on_day(1, '{"kind": "interest", "contact_email": "n@x.com", "interested": true}') \g /dev/null
SELECT is((SELECT concat_ws(' ', contact_status, (SELECT count(*) FROM revyops.email WHERE contact_email = 'n@x.com')) FROM revyops.contact WHERE email = 'n@x.com'), ' 0', 'of somebody who was not known, and wrote nothing');
SELECT test.on_day(1, '{"kind": "replied", "contact_email": "n@x.com"}') \g /dev/null
SELECT is((SELECT interested FROM revyops.email WHERE contact_email = 'n@x.com'), true, 'until they do');
SELECT test.on_day(1, event), test.on_day(2, event || '{"interested": true}') FROM (VALUES (jsonb '{"kind": "replied", "contact_email": "o@x.com", "platform": "p", "campaign_id": "k"}')) v(event) \g /dev/null
SELECT revyops_delete_email((SELECT id FROM revyops.email WHERE contact_email = 'o@x.com' AND interested)) \g /dev/null
SELECT is(test.interest('o@x.com'), '10 f', 'if the e-mail that shows it is deleted, no other does');
SELECT revyops_record_event('{"kind": "replied", "contact_email": "o@x.com", "platform": "p", "campaign_id": "k", "at": "2026-03-05"}') \g /dev/null
SELECT is(test.interest('o@x.com'), '05 f, 10 t t', 'until the next reply is recorded, of whatever time');
SELECT revyops_create_email('{"email_type": "replied", "origin": "p", "campaign_id": "k", "contact_email": "o@x.com", "email_timestamp": "2026-03-25T00:00:00Z"}') \g /dev/null
SELECT is(test.interest('o@x.com'), '05 f, 10 t t, 25 f', 'nor does one that is added');
SELECT revyops_record_event('{"kind": "replied", "contact_email": "o@x.com", "platform": "p", "campaign_id": "k", "at": "2026-03-06"}') \g /dev/null
SELECT is(test.interest('o@x.com'), '05 f, 06 f, 10 f, 25 t t', 'until then');

-- whose it is
SELECT is(test.on_day(1, '{"kind": "sent", "contact_id": 1, "external_id": "by id"}')->>'contact_id', '1', 'by id');
SELECT is(test.on_day(1, '{"kind": "sent", "contact_email": "ada@acme.com", "external_id": "by id"}')->>'duplicate', 'true', 'which is the same as by its address');
SELECT test.fails_with('SELECT test.on_day(1, ''{"kind": "sent", "contact_id": 999}'')', 'PT404', 'contact not found', test.one('/contact_id', 'not_found'), 'an id that there is not');
SELECT test.fails_with('SELECT test.on_day(1, ''{"kind": "sent", "contact_id": 2}'')', 'PT401', 'contact does not belong to this client', test.one('/contact_id', 'other_client'), 'another client''s');
SELECT revyops_create_contact('{"email": "m@x.com"}') \g /dev/null
SELECT revyops_merge_contacts(1, (SELECT id FROM revyops.contact WHERE email = 'm@x.com')) \g /dev/null
SELECT is(test.on_day(1, '{"kind": "sent", "contact_email": "m@x.com"}')->>'contact_id', '1', 'an address of somebody who was merged');
SELECT revyops_delete_contact((SELECT id FROM revyops.contact WHERE email = 's@x.com')) \g /dev/null
SELECT is(test.on_day(2, '{"kind": "sent", "contact_email": "s@x.com"}'), '{"email_id": null, "duplicate": true, "contact_id": null}', 'what comes again makes no contact that was deleted');
SELECT is(test.on_day(3, '{"kind": "sent", "contact_email": "s@x.com"}')->>'duplicate', 'false', 'what is new does');

-- an address like no address
SELECT test.on_day(1, '{"kind": "bounced", "contact_email": "#ann@x.com"}') \g /dev/null
SELECT is((SELECT concat_ws(' ', contact_email, reason) FROM revyops.email JOIN revyops.do_not_contact ON email = contact_email WHERE contact_email = '#ann@x.com'), '#ann@x.com bounced', 'an address may begin with a number sign');
SELECT revyops_create_contact('{"linkedin_url": "in/noaddress"}') \g /dev/null
SELECT test.on_day(1, jsonb_build_object('kind', 'bounced', 'contact_id', (SELECT id FROM revyops.contact WHERE linkedin_url LIKE '%/noaddress'))) \g /dev/null
SELECT is((SELECT concat_ws(' ', e.email_type, e.contact_email IS NULL, (SELECT count(*) FROM revyops.do_not_contact WHERE email LIKE '#%')) FROM revyops.email e JOIN revyops.contact c ON c.id = e.contact_id WHERE linkedin_url LIKE '%/noaddress'),
	'bounced t 1', 'who has none is on no list');

-- times
SELECT revyops_record_event(jsonb_build_object('kind', 'replied', 'contact_email', 't@x.com', 'at', now() + interval '2 days')) \g /dev/null
SELECT is((SELECT last_reply_received FROM revyops.contact WHERE email = 't@x.com'), now(), 'a time that is not yet counts as that of the call');
SELECT is(revyops_record_event(jsonb_build_object('kind', 'replied', 'contact_email', 't@x.com', 'at', now() + interval '2 days'))->>'duplicate', 'true', 'but tells it from others');
SELECT test.fails_400($$SELECT revyops_record_event('{"kind": "sent", "contact_email": "t@x.com", "at": "0001-01-01T00:00:00+01:00"}')$$, test.one('/at', 'invalid_time'), 'before the year 1');
SELECT test.fails_400($$SELECT revyops_record_event('{"kind": "sent", "contact_email": "t@x.com", "at": "2026-03-01T00:00:00"}')$$, test.one('/at', 'invalid_time'), 'without a zone');
SELECT test.fails_400($$SELECT revyops_record_event('{"kind": "sent", "contact_email": "t@x.com"}')$$, test.one('/at', 'required'), 'neither time nor id');

-- faults
SELECT test.fails_400('SELECT revyops_record_event(NULL)', test.one('', 'not_an_object'), 'NULL');
SELECT test.fails_400(format('SELECT revyops_record_event(%L)', event), (SELECT jsonb_agg(jsonb_build_object('pointer', '/' || split_part(f, ' ', 1), 'code', split_part(f, ' ', 2)) ORDER BY n) FROM unnest(faults) WITH ORDINALITY t(f, n)), event) FROM (VALUES
	('{}', ARRAY['kind required', 'contact_email required', 'at required']), ('{"kind": "", "contact_email": null, "contact_id": " ", "at": "", "external_id": null}', ARRAY['kind required', 'contact_email required', 'at required']),
	('{"kind": "sent"}', ARRAY['contact_email required', 'at required']), ('{"kind": "sent", "first_name": 5}', ARRAY['contact_email required', 'at required', 'first_name not_a_string']),
	('{"kind": "sent", "contact_id": 0, "external_id": []}', ARRAY['contact_id invalid_number', 'external_id not_a_string']), ('{"kind": "sent", "contact_email": "x", "at": "yesterday"}', ARRAY['contact_email invalid_email', 'at invalid_time'])) v(event, faults);
SELECT test.fails_400(format('SELECT revyops_record_event(%L)', jsonb_build_object('kind', 'opened', 'contact_email', 'x', 'agent_email', 1, 'at', 5, 'custom', '[]'::jsonb, 'interested', 'yes', 'contact_id', 0,
	'campaign_name', repeat('x', 256), 'first_name', e'a\tb', 'linkedin_url', 'x y', 'suppress', 'no', 'subject', '{}'::jsonb)), '[
	{"pointer": "/kind", "code": "invalid_option", "allowed": ["sent", "replied", "auto_replied", "bounced", "unsubscribed", "interest"]}, {"pointer": "/contact_email", "code": "invalid_email"}, {"pointer": "/contact_id", "code": "invalid_number"},
	{"pointer": "/at", "code": "not_a_string"}, {"pointer": "/campaign_name", "code": "too_long", "limit": 255, "actual": 256}, {"pointer": "/agent_email", "code": "not_a_string"}, {"pointer": "/subject", "code": "not_a_string"}, {"pointer": "/interested", "code": "not_a_boolean"},
	{"pointer": "/suppress", "code": "not_a_boolean"}, {"pointer": "/first_name", "code": "control_character"}, {"pointer": "/linkedin_url", "code": "invalid_linkedin_url"}, {"pointer": "/custom", "code": "not_an_object"}]', 'all of them');
SELECT test.fails_400($$SELECT revyops_record_event('{"kind": "opened", "contact_email": "x", "at": "yesterday", "external_id": []}')$$, '[
	{"pointer": "/kind", "code": "invalid_option", "allowed": ["sent", "replied", "auto_replied", "bounced", "unsubscribed", "interest"]}, {"pointer": "/contact_email", "code": "invalid_email"}, {"pointer": "/at", "code": "invalid_time"}, {"pointer": "/external_id", "code": "not_a_string"}]', 'in the order of the documentation');
SET LOCAL revyops.handling = 'strict';
SELECT test.fails_400(format('SELECT revyops_record_event(%L)', (SELECT jsonb_object_agg(name, NULL) FROM unnest('{kind,contact_email,contact_id,at,external_id,platform,campaign_id,campaign_name,agent_email,subject,message_id,body_text,body_html,interested,label,suppress,first_name,last_name,linkedin_url,company,custom,colour,campaing_id}'::text[]) name)), '[
	{"pointer": "/kind", "code": "required"}, {"pointer": "/contact_email", "code": "required"}, {"pointer": "/at", "code": "required"}, {"pointer": "/colour", "code": "unknown_member", "nearest": []}, {"pointer": "/campaing_id", "code": "unknown_member", "nearest": ["campaign_id"]}]', 'those that nobody knows, behind the others');
RESET revyops.handling;

-- what is blank says nothing
SELECT is(revyops_record_event(blank || jsonb_build_object('kind', 'replied', 'contact_email', 'blank@x.com', 'external_id', i)) - '{contact_id,email_id}'::text[], '{"duplicate": false}', 'as ' || coalesce(quote_literal(text), 'null'))
	FROM unnest(ARRAY[NULL, '', e' \t']) WITH ORDINALITY t(text, i), LATERAL (SELECT jsonb_object_agg(name, text) FROM unnest('{at,contact_id,platform,campaign_id,campaign_name,agent_email,subject,message_id,body_text,body_html,interested,label,suppress,first_name,last_name,linkedin_url,company,custom}'::text[]) name) b(blank);
SELECT is((SELECT array_agg(DISTINCT to_jsonb(e) - '{id,updated_time,email_timestamp}'::text[]) FROM revyops.email e WHERE contact_email = 'blank@x.com'), (SELECT ARRAY[jsonb_build_object('contact_id', id) || '{"client_id": 1, "email_type": "replied", "origin": "", "contact_email": "blank@x.com", "agent_email": null, "subject": null,
	"body_text": null, "body_html": null, "campaign_id": null, "campaign_name": null, "interested": null, "interest_noted": false, "message_id": null, "custom_fields": []}'] FROM revyops.contact WHERE email = 'blank@x.com'), 'and is not kept');

-- what events filled goes along with a field that is renamed or removed, and with a company that is merged
SELECT revyops_create_company('{"domain": "moved.com"}')->>'id' AS moved, revyops_create_company('{"domain": "heir.com"}')->>'id' AS heir \gset
SELECT test.on_day(2, jsonb_build_object('kind', 'sent', 'contact_email', n || '@follow.com', 'company', 'moved.com', 'custom', '{"Old": "second", "Gone": "second"}'::jsonb)) FROM unnest(ARRAY['early', 'late', 'mine']) n \g /dev/null
UPDATE revyops.contact_activity SET filled = filled || '{"custom/New": {"at": "2026-03-30T00:00:00Z", "value": "a field that is gone"}}' WHERE contact_id = (SELECT id FROM revyops.contact WHERE email = 'late@follow.com');
SELECT revyops_define_custom_field('contact', 'Old', 'text'), revyops_define_custom_field('contact', 'Gone', 'text') \g /dev/null
SELECT revyops_rename_custom_field('contact', 'Old', 'New'), revyops_remove_custom_field('contact', 'Gone', 'delete'), revyops_merge_companies(:heir, :moved) \g /dev/null
SELECT results_eq($$SELECT jsonb_object_agg(key, value - '{at}'::text[]) FROM revyops.contact_activity, jsonb_each(filled) WHERE contact_id IN (SELECT id FROM revyops.contact WHERE email LIKE '%@follow.com') AND key <> 'origin' GROUP BY contact_id$$,
	format($$SELECT '{"custom/New": {"value": "second"}, "company_id": {"value": "moved.com", "id": %s}}'::jsonb FROM generate_series(1, 3)$$, :heir), 'what they filled');
SELECT revyops_update_contact(id, '{"contact_custom_fields_input": {"New": "mine", "Gone": "second"}, "company_id": null}') FROM revyops.contact WHERE email = 'mine@follow.com' \g /dev/null
SELECT test.on_day(CASE n WHEN 'late' THEN 3 ELSE 1 END, jsonb_build_object('kind', 'sent', 'contact_email', n || '@follow.com', 'company', 'acme.com', 'custom', '{"New": "other", "Gone": "other"}'::jsonb)) FROM unnest(ARRAY['early', 'late', 'mine']) n \g /dev/null
SELECT results_eq($$SELECT concat_ws(' ', split_part(email, '@', 1), domain, (SELECT string_agg(concat_ws('=', f->>'field_name', f->>'field_value'), ' ' ORDER BY f->>'field_name') FROM jsonb_array_elements(c.custom_fields) f)) COLLATE "default"
	FROM revyops.contact c JOIN revyops.company k ON k.id = c.company_id WHERE email LIKE '%@follow.com' ORDER BY c.id$$, ARRAY['early acme.com Gone=other New=other', 'late heir.com Gone=other New=second', 'mine acme.com Gone=second New=mine'],
	'an earlier event fills in its place, a later one does not, and what somebody wrote stays');

-- many
CREATE TEMP TABLE before AS SELECT test.rows() AS rows;
SELECT results_eq($$SELECT ordinal, status, contact_id IS NOT NULL, email_id IS NOT NULL, errors->0->>'code' FROM revyops_record_events('[
	{"kind": "sent", "contact_email": "x1@x.com", "at": "2026-03-01"}, {"kind": "sent", "contact_email": "X1@x.com", "at": "2026-03-01"}, {"kind": "sent", "contact_email": "x1"}, {"kind": "unsubscribed", "contact_email": "x2@x.com", "at": "2026-03-01"},
	{"kind": "sent", "contact_id": 999, "at": "2026-03-01"}, 5, null, "{}"]')$$, $$VALUES (1, 201, true, true, NULL), (2, 200, true, true, NULL), (3, 400, false, false, 'invalid_email'),
	(4, 201, true, false, NULL), (5, 404, false, false, 'not_found'), (6, 400, false, false, 'not_an_object'), (7, 400, false, false, 'not_an_object'), (8, 400, false, false, 'json_in_string')$$, 'each on its own');
SELECT test.fails_400($$SELECT count(*) FROM revyops_record_events('[{"kind": "sent", "contact_email": "y@x.com", "at": "2026-03-01"}, {"kind": "sent", "contact_email": "y", "at": "2026-03-01"}, {"at": "x"}]', 'atomic')$$,
	'[{"ordinal": 2, "pointer": "/contact_email", "code": "invalid_email"}, {"ordinal": 3, "pointer": "/kind", "code": "required"}, {"ordinal": 3, "pointer": "/contact_email", "code": "required"}, {"ordinal": 3, "pointer": "/at", "code": "invalid_time"}]', 'all or none');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email = 'y@x.com'), 0::bigint, 'none');
SELECT test.fails_400($$SELECT revyops_record_events('{}', 'x')$$, '[{"parameter": "mode", "code": "invalid_mode"}, {"pointer": "", "code": "not_an_array"}]', 'no list, and no mode');
SELECT is((SELECT string_agg(concat_ws(' ', status, n), ', ' ORDER BY status) FROM (SELECT status, count(*) AS n FROM revyops_record_events((SELECT jsonb_agg(jsonb_build_object('kind', 'sent', 'campaign_id', 'many',
	'contact_email', format('z%s@x.com', i % 3000), 'at', '2026-03-01'::timestamptz + i % 21000 * interval '1 second')) FROM generate_series(1, 25000) i)) GROUP BY 1) t), '200 4000, 201 21000', 'more than are worked on at once');
SELECT is((SELECT concat_ws(' ', sent, contacts) FROM revyops.campaign WHERE campaign_id = 'many'), '21000 3000', 'counted');
SELECT test.fails_code('SELECT revyops_record_event(NULL) FROM set_config(''revyops.client_id'', ''0'', true)', 'PT403', 'missing or invalid credentials', 'missing_credentials', '403 before 400');
SELECT * FROM finish();
ROLLBACK;
