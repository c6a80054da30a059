\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(66);
-- What a client can set, and what it does to contacts that are made.
SELECT test.two_clients() \gset

-- ---------------------------------------------------------------- the function
SELECT is((SELECT to_jsonb(c) - 'created_time' FROM revyops.client c WHERE id = 1), '{"id": 1, "name": "One", "on_unknown_domain": "error",
	"on_key_conflict": "error", "infer_company": "off", "default_status": "", "default_origin": "", "custom_fields": "flexible", "foreign_ids": "tell",
	"contact_fields_defined": false, "company_fields_defined": false, "email_fields_defined": false, "contacts_merged": false, "changes": "off", "on_do_not_contact": "mark", "suppresses": false, "state": "active"}', 'how a client starts');
SELECT is(test.try(format('SELECT revyops_set_client_setting(1, %L, %L)', name, value)), '{"value": ""}', name || ' = ' || value)
	FROM (VALUES ('on_unknown_domain', 'create'), (' infer_company ', ' on '), ('default_status', ' New '), ('default_origin', 'Web'), ('custom_fields', 'strict'), ('on_key_conflict', 'update'), ('changes', 'on')) v(name, value);
SELECT is((SELECT to_jsonb(c) - 'created_time' FROM revyops.client c WHERE id = 1), '{"id": 1, "name": "One", "on_unknown_domain": "create",
	"on_key_conflict": "update", "infer_company": "on", "default_status": "New", "default_origin": "Web", "custom_fields": "strict", "foreign_ids": "tell",
	"contact_fields_defined": false, "company_fields_defined": false, "email_fields_defined": false, "contacts_merged": false, "changes": "on", "on_do_not_contact": "mark", "suppresses": false, "state": "active"}', 'all of it is in revyops.client');
SELECT is((SELECT to_jsonb(c) - 'created_time' FROM revyops.client c WHERE id = 2), '{"id": 2, "name": "Two", "on_unknown_domain": "error",
	"on_key_conflict": "error", "infer_company": "off", "default_status": "", "default_origin": "", "custom_fields": "flexible", "foreign_ids": "tell",
	"contact_fields_defined": false, "company_fields_defined": false, "email_fields_defined": false, "contacts_merged": false, "changes": "off", "on_do_not_contact": "mark", "suppresses": false, "state": "active"}', 'and nothing in another''s');
SELECT test.fails_400('SELECT revyops_set_client_setting(NULL, NULL, NULL)', '[{"parameter": "client_id", "code": "required"}, {"parameter": "name", "code": "required"}, {"parameter": "value", "code": "required"}]', 'NULL');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'infer_company', NULL)$$, '[{"parameter": "value", "code": "required"}]', 'NULL for a value');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'Default-state', 'x')$$, '[{"parameter": "name", "code": "unknown_setting", "nearest": ["default_status"]}]', 'an unknown name, and the nearest');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'colour', 'x')$$, '[{"parameter": "name", "code": "unknown_setting", "nearest": []}]', 'one that is near none');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'infer_company', 'true')$$, '[{"parameter": "value", "code": "invalid_option", "allowed": ["off", "on"]}]', 'a value that is none');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'on_key_conflict', 'create')$$, '[{"parameter": "value", "code": "invalid_option", "allowed": ["error", "update"]}]', 'a value of another setting');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'default_origin', repeat('x', 256))$$, '[{"parameter": "value", "code": "too_long", "limit": 255, "actual": 256}]', 'too long a text');
SELECT test.fails_400($$SELECT revyops_set_client_setting(1, 'default_status', E'a\x01')$$, '[{"parameter": "value", "code": "control_character"}]', 'a control character');
SELECT test.fails_with($$SELECT revyops_set_client_setting(7, 'infer_company', 'on')$$, 'PT404', 'client not found', '[{"parameter": "client_id", "code": "not_found"}]', 'an unknown client');

-- ---------------------------------------------------------------- defaults
CREATE FUNCTION test.set(VARIADIC settings text[]) RETURNS text
	LANGUAGE sql AS $$
	UPDATE revyops.client SET on_unknown_domain = 'error', infer_company = 'off', default_status = '', default_origin = '', custom_fields = 'flexible' WHERE id = 1;
	SELECT string_agg(revyops_set_client_setting(1, settings[i], settings[i + 1])::text, '') FROM generate_series(1, cardinality(settings), 2) i $$;
-- made shows what became of a contact: origin, status, and its company's domain.
CREATE FUNCTION test.made(contact jsonb) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	made jsonb := public.revyops_create_contact(contact);
BEGIN
	RETURN (SELECT format('%s|%s|%s', origin, contact_status, (SELECT domain FROM revyops.company o WHERE o.client_id = 1 AND o.id = company_id))
		FROM revyops.contact WHERE client_id = 1 AND id = (made->>'id')::bigint);
END
$$;
-- batch shows what became of each of many: status, its company's domain, or the first fault.
CREATE FUNCTION test.batch(contacts jsonb) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	results jsonb;
BEGIN
	SELECT jsonb_agg(t ORDER BY ordinal) INTO results FROM public.revyops_create_contacts(contacts) t;
	RETURN (SELECT string_agg(concat_ws(' ', r->>'status', (SELECT domain FROM revyops.company WHERE id = (r->'contact'->>'company_id')::bigint), r->'errors'->0->>'code'), ', ' ORDER BY n)
		FROM jsonb_array_elements(results) WITH ORDINALITY t(r, n));
END
$$;
-- companies are the client's.
CREATE FUNCTION test.companies() RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(domain, ' ' ORDER BY domain) FROM revyops.company WHERE client_id = 1 $$;
SET LOCAL revyops.client_id = 1;
SELECT test.set('default_status', 'New', 'default_origin', 'Web') AS "hidden" \gset hidden_
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset hidden_
SELECT is(test.made('{"email": "a@acme.com"}'), 'Web|New|', 'absent is the default');
SELECT is(test.made('{"email": "b@acme.com", "origin": " ", "contact_status": ""}'), 'Web|New|', 'and so is blank');
SELECT is(test.made('{"email": "c@acme.com", "origin": "Fair", "contact_status": "Old"}'), 'Fair|Old|', 'what is given counts');
SELECT is((SELECT string_agg(concat(contact->>'origin', '|', contact->>'contact_status'), ' ' ORDER BY ordinal) FROM revyops_create_contacts('[{"email": "d@acme.com"}, {"email": "e@acme.com", "origin": "Fair"}]')),
	'Web|New Fair|New', 'in a batch, too');
SELECT is((SELECT concat_ws('|', answer->>'origin', answer->>'contact_status') FROM revyops_update_contact(1, '{"origin": "", "contact_status": ""}') answer), '|', 'a change to blank is a change');
SELECT is(revyops_create_company('{"domain": "status.com"}')->>'company_status', '', 'a company has no default');
SELECT is(test.settled(revyops_create_contact('{"email": "f@acme.com"}', 'FLAT')), '{"id": 6, "email": "f@acme.com", "origin": "Web", "last_name": "", "first_name": "", "updated_time": "TIME",'
	' "contact_status": "New", "previous_status": null, "status_changed_at": null, "last_reply_received": null, "contact_custom_fields": {},'
	' "last_campaign_email_sent": null, "first_campaign_email_sent": null}', 'the answer has it, and it is no change of status');

-- ---------------------------------------------------------------- on_unknown_domain
SELECT test.set('on_unknown_domain', 'create') AS "hidden" \gset hidden_
SELECT is(test.companies(), 'acme.com status.com', 'before');
SELECT is(test.made('{"email": "1@x.com", "company_id": "https://shop.new.co.uk/a"}'), '||new.co.uk', 'a domain that no company has makes the one that is registered');
SELECT is((SELECT to_jsonb(c) - '{id,updated_time}'::text[] FROM revyops.company c WHERE domain = 'new.co.uk'), '{"client_id": 1, "domain": "new.co.uk", "name": "",
	"company_status": "", "previous_status": null, "status_changed_at": null, "custom_fields": []}', 'and nothing but its domain');
SELECT is(test.made('{"email": "2@x.com", "company_id": "eu.new.co.uk"}'), '||new.co.uk', 'the next one has the same');
SELECT is(test.made('{"email": "3@x.com", "company_id": "sub.acme.com"}'), '||acme.com', 'a company that is there is found as before');
SELECT is(test.made('{"email": "4@x.com", "company_id": "me.github.io"}'), '||me.github.io', 'a name below a private suffix is somebody''s');
SELECT test.fails_with(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', '5@x.com', 'company_id', domain)), 'PT404', 'company not found', test.one('/company_id', 'not_found'), what)
	FROM (VALUES ('gmail.com', 'a free-mail domain makes none'), ('mail.gmail.com', 'nor a name below it'), ('github.io', 'nor a private suffix'), ('a.www.github.io', 'nor what would be one without www.')) v(domain, what);
SELECT test.fails_400($$SELECT revyops_create_contact('{"email": "5@x.com", "company_id": "co.uk"}')$$, test.one('/company_id', 'invalid_company'), 'a public suffix is no domain');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "5@x.com", "company_id": 99}')$$, 'PT404', 'company not found', test.one('/company_id', 'not_found'), 'an id makes none');
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "1@x.com", "company_id": "gone.com"}')$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 7}]', 'a duplicate');
SELECT is(test.companies(), 'acme.com me.github.io new.co.uk status.com', 'leaves no company');
SELECT revyops_update_contact(1, '{"company_id": "moved.com"}') AS "hidden" \gset hidden_
SELECT is((SELECT domain FROM revyops.company o JOIN revyops.contact c ON c.company_id = o.id WHERE c.id = 1), 'moved.com', 'a change makes one as well');
SELECT is(test.batch('[{"email": "1@x.com", "company_id": "dup.com"}, {"email": "6@x.com", "company_id": "b.one.com"}, {"email": "7@x.com", "company_id": "one.com"},
		{"email": "2@x.com", "company_id": "one.com"}, {"email": "bad", "company_id": "bad.com"}, {"email": "8@x.com", "company_id": "gmail.com"},
		{"email": "9@x.com", "company_id": "w.acme.com"}, {"email": "6@x.com", "company_id": "twice.com"}]'),
	'409 already_exists, 201 one.com, 201 one.com, 409 already_exists, 400 invalid_email, 404 not_found, 201 acme.com, 409 already_exists', 'a batch makes them as well');
SELECT is(test.companies(), 'acme.com me.github.io moved.com new.co.uk one.com status.com', 'but none that no contact has');
SELECT test.fails_code($$SELECT count(*) FROM revyops_create_contacts('[{"email": "10@x.com", "company_id": "two.com"}, {"email": "1@x.com"}]', mode => 'atomic')$$,
	'PT409', 'contact already exists', 'already_exists', 'an atomic batch with a fault');
SELECT is(test.companies(), 'acme.com me.github.io moved.com new.co.uk one.com status.com', 'makes none');
SELECT revyops_create_company('{"domain": "sub.kept.com"}') AS "hidden" \gset hidden_
SELECT is(test.batch('[{"email": "1@x.com", "company_id": "sub.kept.com"}, {"email": "11@x.com", "company_id": "kept.com"}, {"email": "2@x.com", "company_id": "sub.kept.com"}]'),
	'409 already_exists, 201 kept.com, 409 already_exists', 'duplicates with a company that was there');
SELECT is(test.companies(), 'acme.com kept.com me.github.io moved.com new.co.uk one.com status.com sub.kept.com', 'leave that alone');

-- ---------------------------------------------------------------- infer_company
SELECT test.set('infer_company', 'on') AS "hidden" \gset hidden_
SELECT is(test.made('{"email": "20@acme.com"}'), '||acme.com', 'the company of the address''s domain');
SELECT is(test.made('{"email": "21@mail.eu.acme.com", "company_id": " "}'), '||acme.com', 'or of a parent; blank is absent');
SELECT is(test.made('{"email": "22@acme.com", "company_id": "one.com"}'), '||one.com', 'what is given counts');
SELECT is(test.made('{"email": "23@unknown.com"}'), '||', 'none there, none found');
SELECT is(test.made('{"linkedin_url": "in/24"}'), '||', 'no address');
SELECT revyops_create_company('{"domain": "gmail.com"}') AS "hidden" \gset hidden_
SELECT is(test.made('{"email": "25@gmail.com"}'), '||', 'everybody''s domain is nobody''s, be there such a company');
SELECT is(test.made('{"email": "26@x.com", "company_id": "gmail.com"}'), '||gmail.com', 'unless it is named');
SELECT is(test.batch('[{"email": "27@acme.com"}, {"email": "28@gmail.com"}, {"email": "29@a.sub.kept.com"}, {"email": "30@unknown.com"}, {"linkedin_url": "in/31"}, {"email": "32@x.com", "company_id": "kept.com"}]'),
	'201 acme.com, 201, 201 sub.kept.com, 201, 201, 201 kept.com', 'a batch finds the same');
SELECT is((SELECT answer->'company_id' FROM revyops_update_contact(6, '{"email": "f@one.com"}') answer), NULL, 'a change infers nothing');
SELECT test.set('infer_company', 'on', 'on_unknown_domain', 'create') AS "hidden" \gset hidden_
SELECT is(test.made('{"email": "40@a.fresh.com"}'), '||fresh.com', 'both: it is made');
SELECT is(test.made('{"email": "41@yahoo.co.uk"}'), '||', 'but not of a free-mail domain');
SELECT is(test.made('{"email": "42@github.io"}'), '||', 'nor of a suffix');
SELECT is(test.batch('[{"email": "43@b.more.com"}, {"email": "44@more.com"}, {"email": "45@yahoo.co.uk"}, {"email": "46@github.io"}]'),
	'201 more.com, 201 more.com, 201, 201', 'in a batch, too');

-- ---------------------------------------------------------------- the list of free-mail domains
SELECT cmp_ok((SELECT count(*) FROM revyops.free_mail_domain), '>', 14000::bigint, 'there is a list');
SELECT is_empty('SELECT domain FROM revyops.free_mail_domain WHERE NOT revyops.is_canonical_domain(domain)', 'in canonical form');
INSERT INTO revyops.free_mail_exception VALUES ('yahoo.co.uk', false), ('isp.com', true);
SELECT is(test.made('{"email": "50@yahoo.co.uk"}'), '||yahoo.co.uk', 'the owner can take a domain off the list');
SELECT is(test.made('{"email": "51@mail.isp.com"}'), '||', 'and put one on it');
SELECT is(test.batch('[{"email": "52@yahoo.co.uk"}, {"email": "53@isp.com"}]'),
	'201 yahoo.co.uk, 201', 'a batch sees it');
SELECT throws_ok($$INSERT INTO revyops.free_mail_exception VALUES ('GMX.example')$$, '23514', NULL, 'in canonical form only');

SELECT * FROM finish();
ROLLBACK;
