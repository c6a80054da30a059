\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(25);
SELECT test.two_clients() \gset

SELECT count(*) FROM revyops_record_events('[
	{"kind": "sent", "contact_email": "a@x.com", "at": "2026-03-01", "campaign_id": "c1", "campaign_name": "Spring", "platform": "instantly", "first_name": "A"},
	{"kind": "sent", "contact_email": "a@x.com", "at": "2026-03-02", "campaign_id": "c1", "platform": "instantly"},
	{"kind": "sent", "contact_email": "b@x.com", "at": "2026-03-02", "campaign_id": "c1", "campaign_name": "Summer", "platform": "instantly"},
	{"kind": "sent", "contact_email": "c@x.com", "at": "2026-03-03", "campaign_id": "c1", "platform": "instantly"},
	{"kind": "bounced", "contact_email": "c@x.com", "at": "2026-03-03", "campaign_id": "c1", "platform": "instantly"},
	{"kind": "replied", "contact_email": "b@x.com", "at": "2026-03-04", "campaign_id": "c1", "platform": "instantly"},
	{"kind": "replied", "contact_email": "b@x.com", "at": "2026-03-05", "campaign_id": "c1", "platform": "instantly"},
	{"kind": "auto_replied", "contact_email": "a@x.com", "at": "2026-03-05", "campaign_id": "c1", "platform": "instantly"},
	{"kind": "interest", "contact_email": "b@x.com", "at": "2026-03-06", "campaign_id": "c1", "platform": "instantly", "interested": true, "label": "Hot"},
	{"kind": "unsubscribed", "contact_email": "a@x.com", "at": "2026-03-07", "campaign_id": "c1", "platform": "lemlist"},
	{"kind": "interest", "contact_email": "d@x.com", "at": "2026-03-08", "campaign_id": "c2"}]') \g /dev/null

SELECT is(revyops_get_campaign(1), '{"id": 1, "platform": "", "campaign_id": "c2", "campaign_name": null, "contacts": 1, "contacts_replied": 0, "contacts_interested": 0, "sent": 0, "replied": 0, "auto_replied": 0,
	"bounced": 0, "unsubscribed": 0, "reply_rate": 0, "interest_rate": 0, "bounce_rate": null, "unsubscribe_rate": 0, "first_event_at": "2026-03-08T00:00:00.000000Z", "last_event_at": "2026-03-08T00:00:00.000000Z"}', 'of an event that counts nothing');
SELECT is(revyops_get_campaign(2), '{"id": 2, "platform": "instantly", "campaign_id": "c1", "campaign_name": "Summer", "contacts": 3, "contacts_replied": 1, "contacts_interested": 1, "sent": 4, "replied": 2, "auto_replied": 1,
	"bounced": 1, "unsubscribed": 0, "reply_rate": 0.3333, "interest_rate": 0.3333, "bounce_rate": 0.25, "unsubscribe_rate": 0, "first_event_at": "2026-03-01T00:00:00.000000Z", "last_event_at": "2026-03-06T00:00:00.000000Z"}', 'counters and rates');
SELECT is((revyops_list_campaigns()::jsonb)->'results'->1, revyops_get_campaign(2), 'a list shows the same');
SELECT is((revyops_list_campaigns()::jsonb) - 'results', '{"next": null, "count": 3, "page_size": 100, "total_pages": 1, "current_page": 1}', 'of three');

CREATE FUNCTION test.campaigns(page json) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', page->>'count', page->>'current_page', page->>'total_pages', page->>'next' IS NOT NULL, (SELECT string_agg(coalesce(r->>'id', r->>'contact_id'), ',' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(r, n))) $$;
SELECT is(test.campaigns(revyops_list_campaigns(platform => 'lemlist')), '1 1 1 f 3', 'of a platform');
SELECT is(test.campaigns(revyops_list_campaigns(campaign_id => 'c1')), '2 1 1 f 2,3', 'by the platforms'' id');
SELECT is(test.campaigns(revyops_list_campaigns(platform => 'x')), '0 1 0 f', 'of none');
SELECT is(test.campaigns(revyops_list_campaigns(page => 2, page_size => 2)), '3 2 2 f 3', 'the second page');
SELECT is(test.campaigns(revyops_list_campaigns(page_size => 2)), '3 1 2 t 1,2', 'the first');
SELECT is(test.campaigns(revyops_list_campaigns(page_size => 2, after => revyops_list_campaigns(page_size => 2)->>'next')), '3 2 2 f 3', 'by its cursor');
SELECT test.fails_400($$SELECT revyops_list_campaigns(after => revyops_list_campaigns(page_size => 2)->>'next', platform => 'lemlist')$$, '[{"parameter": "after", "code": "invalid_cursor"}]', 'which is of that list');
SELECT test.fails_400($$SELECT revyops_list_campaigns(page => 0, page_size => 0, count => 'x')$$, '[{"parameter": "page", "code": "invalid_number"}, {"parameter": "page_size", "code": "invalid_number"}, {"parameter": "count", "code": "invalid_option", "allowed": ["exact"]}]', 'no page');
SELECT test.fails_with('SELECT revyops_get_campaign(9)', 'PT404', 'campaign not found', '[{"parameter": "id", "code": "not_found"}]', 'no campaign');
SELECT test.fails_400('SELECT revyops_get_campaign(NULL)', '[{"parameter": "id", "code": "required"}]', 'NULL');

SELECT is((revyops_list_campaign_contacts(2)::jsonb)->'results'->1, '{"contact_id": 2, "email": "b@x.com", "linkedin_url": null, "first_name": "", "last_name": "", "contact_status": "", "sent": 1, "replied": 2,
	"first_sent_at": "2026-03-02T00:00:00.000000Z", "last_sent_at": "2026-03-02T00:00:00.000000Z", "last_reply_at": "2026-03-05T00:00:00.000000Z", "bounced_at": null, "unsubscribed_at": null,
	"interested": true, "interest_at": "2026-03-06T00:00:00.000000Z", "interest_label": "Hot"}', 'a contact of a campaign');
SELECT is(test.campaigns(revyops_list_campaign_contacts(2)), '3 1 1 f 1,2,3', 'its contacts');
SELECT is(test.campaigns(revyops_list_campaign_contacts(2, page_size => 2, after => revyops_list_campaign_contacts(2, page_size => 2)->>'next')), '3 2 2 f 3', 'by pages');
SELECT test.fails_400($$SELECT revyops_list_campaign_contacts(3, after => revyops_list_campaign_contacts(2, page_size => 2)->>'next')$$, '[{"parameter": "after", "code": "invalid_cursor"}]', 'a cursor of another campaign');
SELECT test.fails_with('SELECT revyops_list_campaign_contacts(9)', 'PT404', 'campaign not found', '[{"parameter": "id", "code": "not_found"}]', 'of no campaign');
SELECT test.fails_400('SELECT revyops_list_campaign_contacts(NULL)', '[{"parameter": "id", "code": "required"}]', 'of NULL');

-- merging, export, erasure
SELECT revyops_merge_contacts(1, 2) \g /dev/null
SELECT is(revyops_get_campaign(2) - '{platform,campaign_id,campaign_name,first_event_at,last_event_at}'::text[], '{"id": 2, "contacts": 2, "contacts_replied": 1, "contacts_interested": 1, "sent": 4, "replied": 2, "auto_replied": 1, "bounced": 1,
	"unsubscribed": 0, "reply_rate": 0.5, "interest_rate": 0.5, "bounce_rate": 0.25, "unsubscribe_rate": 0}', 'two that are one');
SELECT is((SELECT jsonb_agg(c - 'interest_at') FROM jsonb_array_elements(revyops_export_contact(1)->'campaigns') c), '[{"platform": "instantly", "campaign_id": "c1", "campaign_name": "Summer", "sent": 3, "replied": 2,
	"first_sent_at": "2026-03-01T00:00:00.000000Z", "last_sent_at": "2026-03-02T00:00:00.000000Z", "last_reply_at": "2026-03-05T00:00:00.000000Z", "bounced_at": null, "unsubscribed_at": null, "interested": true, "interest_label": "Hot"},
	{"platform": "lemlist", "campaign_id": "c1", "campaign_name": null, "sent": 0, "replied": 0, "first_sent_at": null, "last_sent_at": null, "last_reply_at": null, "bounced_at": null,
	"unsubscribed_at": "2026-03-07T00:00:00.000000Z", "interested": null, "interest_label": null}]', 'are exported as one');
SELECT is(revyops_erase_contact(1)->'campaigns', '2', 'erased');
SELECT is((SELECT count(*) FROM revyops.campaign_contact WHERE contact_id = 1) + (SELECT count(*) FROM revyops.contact_activity WHERE contact_id = 1), 0::bigint, 'indeed');

SELECT set_config('revyops.client_id', '2', true) \g /dev/null
SELECT test.fails_with('SELECT revyops_get_campaign(2)', 'PT404', 'campaign not found', '[{"parameter": "id", "code": "not_found"}]', 'another client''s');
SELECT * FROM finish();
ROLLBACK;
