\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Parameters of a list that nobody knows: what was meant as a condition is a 400, what else is ignored is told.
SELECT plan(191);
SELECT test.two_clients() \gset
SELECT set_config('test.key', revyops_create_api_key(1, 'x', NULL, 'master'), true) AS hidden \gset
SELECT count(*) AS hidden FROM revyops_create_contacts('[{"email": "jane@acme.com", "first_name": "Jane", "last_name": "Doe"}, {"email": "joe@acme.com", "first_name": "Joe", "last_name": "Doe"}]') \gset

-- asked is the answer in short: its status, how many entries there are, each fault with what is near, and the headers.
CREATE FUNCTION test.asked(path text, query text, headers text DEFAULT '', method text DEFAULT 'GET', body text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', a.status, CASE jsonb_typeof(b) WHEN 'array' THEN jsonb_array_length(b)::text ELSE b->>'count' END,
		(SELECT string_agg(concat_ws(' ', e->>'parameter', e->>'code', e->>'nearest'), ', ' ORDER BY n) FROM jsonb_array_elements(CASE jsonb_typeof(b) WHEN 'object' THEN b->'errors' END) WITH ORDINALITY t(e, n)),
		'[' || (SELECT string_agg(h, ', ') FROM string_to_table(a.headers, E'\n') h WHERE h ~ '^(X-Revyops-Unknown|Preference)') || ']')
	FROM revyops_http.handle_read(method, path, query, 'X-API-Key: ' || current_setting('test.key') || E'\n' || headers, convert_to(asked.body, 'UTF8')) a, LATERAL (SELECT a.body::jsonb) t(b) $$;
SELECT is(test.asked('/public/v2/contacts', query), expected, format('contacts: %s', query)) FROM (VALUES
	-- conditions, also by the names of the members
	('firstname=Jane', '200 1'), ('first_name=Jane', '200 1'), ('last_name=Doe&first_name=Joe', '200 1'), ('lastname=x&last_name=Doe', '200 2'), ('last_name=Doe&lastname=x', '200 0'),
	('client_id=77', '200 2'), ('page=1&page_size=5&structure=FLAT&count=exact&domain=&email=&linkedin_url=', '200 2'), ('', '200 2'), ('&&', '200 2'),
	-- nearly conditions
	('emial=x', '400 emial unknown_parameter ["email"]'), ('Email=x', '400 Email unknown_parameter ["email"]'), ('e-mail=x', '400 e-mail unknown_parameter ["email"]'), ('mail=x', '400 mail unknown_parameter ["email"]'),
	('email[]=x', '400 email[] unknown_parameter ["email"]'), ('email%5B%5D=x', '400 email[] unknown_parameter ["email"]'), ('email[contains]=x', '400 email[contains] unknown_parameter ["email"]'),
	('filter[email]=x', '400 filter[email] unknown_parameter ["email"]'), ('filter%5Bemial%5D=x', '400 filter[emial] unknown_parameter ["email"]'), ('email.eq=x', '400 email.eq unknown_parameter ["email"]'),
	('email__icontains=x', '400 email__icontains unknown_parameter ["email"]'), ('first_name__eq=x', '400 first_name__eq unknown_parameter ["first_name"]'),
	('firstName=x', '400 firstName unknown_parameter ["firstname"]'), ('First+Name=x', '400 First Name unknown_parameter ["first_name"]'), ('lastnam=x', '400 lastnam unknown_parameter ["lastname"]'), ('domian=x', '400 domian unknown_parameter ["domain"]'),
	('linkedin=x', '400 linkedin unknown_parameter ["linkedin_url"]'), ('linkedinUrl=x', '400 linkedinUrl unknown_parameter ["linkedin_url"]'), ('linkedin_url%20=x', '400 linkedin_url  unknown_parameter ["linkedin_url"]'),
	-- words of a condition, however a client joins them
	('emailAddress=x', '400 emailAddress unknown_parameter ["email"]'), ('email-contains=x', '400 email-contains unknown_parameter ["email"]'), ('email%20contains=x', '400 email contains unknown_parameter ["email"]'), ('email:eq=x', '400 email:eq unknown_parameter ["email"]'),
	('workEmail=x', '400 workEmail unknown_parameter ["email"]'), ('companyDomain=x', '400 companyDomain unknown_parameter ["domain"]'), ('amp;email=x', '400 amp;email unknown_parameter ["email"]'), ('linkedin_profile=x', '400 linkedin_profile unknown_parameter ["linkedin_url"]'),
	('linkedinProfileUrl=x', '400 linkedinProfileUrl unknown_parameter ["linkedin_url"]'), ('contact_id=5', '400 contact_id unknown_parameter []'), ('contactPhone=x', '400 contactPhone unknown_parameter []'), ('updatedAfter=x', '400 updatedAfter unknown_parameter []'),
	('pageSize=1&perPage=2&utmCampaign=x&cacheBuster=1&requestId=x', '200 2 [X-Revyops-Unknown-Parameters: pageSize, perPage, utmCampaign, cacheBuster, requestId]'),
	-- the nearest of the conditions that are near
	('lastName=x', '400 lastName unknown_parameter ["lastname"]'), ('lastname[]=x', '400 lastname[] unknown_parameter ["lastname"]'), ('lastname__contains=x', '400 lastname__contains unknown_parameter ["lastname"]'),
	('filter[last_name]=x', '400 filter[last_name] unknown_parameter ["last_name"]'), ('contact_last_name=x', '400 contact_last_name unknown_parameter ["last_name"]'), ('LAST-NAME=x', '400 LAST-NAME unknown_parameter ["last_name"]'), ('fristname=x', '400 fristname unknown_parameter ["firstname"]'),
	-- a word of a condition, or its last word behind others
	('name=x', '400 name unknown_parameter ["first_name"]'), ('last=x', '400 last unknown_parameter ["last_name"]'), ('full_name=x', '400 full_name unknown_parameter ["first_name"]'),
	('familyName[eq]=x', '400 familyName[eq] unknown_parameter ["first_name"]'), ('last_id=1&next_url=x', '200 2 [X-Revyops-Unknown-Parameters: last_id, next_url]'),
	-- members that are no conditions, and nearly members
	('contact_status=x', '400 contact_status unknown_parameter []'), ('contact_statuz=x', '400 contact_statuz unknown_parameter []'), ('status=x', '400 status unknown_parameter []'), ('company_id=1', '400 company_id unknown_parameter []'),
	('companyId=1', '400 companyId unknown_parameter []'), ('company=1', '400 company unknown_parameter []'), ('id=1', '400 id unknown_parameter []'), ('ids=1', '400 ids unknown_parameter []'), ('origin=x', '400 origin unknown_parameter []'),
	('updated_time=x', '400 updated_time unknown_parameter []'), ('contact_custom_fields=x', '400 contact_custom_fields unknown_parameter []'), ('custom_fields=x', '400 custom_fields unknown_parameter []'),
	-- all faults at once, each name once
	('emial=x&page=0&emial=y&contact_status=x&utm=1', '400 emial unknown_parameter ["email"], contact_status unknown_parameter [], page invalid_number'),
	-- what proxies, browsers and other APIs have
	('limit=1&offset=2', '200 2 [X-Revyops-Unknown-Parameters: limit, offset]'), ('utm_source=x&utm_campaign=y&_=1&fbclid=z&gclid=z', '200 2 [X-Revyops-Unknown-Parameters: utm_source, utm_campaign, _, fbclid, gclid]'),
	('sort=x&order=y&q=z&t=1&v=1&ts=1&time=1&date=1&per_page=1&pageSize=1&Page=2&api_key=x&created=1', '200 2 [X-Revyops-Unknown-Parameters: sort, order, q, t, v, ts, time, date, per_page, pageSize, Page, api_key, created]'),
	('page[size]=1&page%5Bnumber%5D=2', '200 2 [X-Revyops-Unknown-Parameters: page%5Bsize%5D, page%5Bnumber%5D]'),
	('x&x=1&x=2', '200 2 [X-Revyops-Unknown-Parameters: x]'), ('=1', '200 2 [X-Revyops-Unknown-Parameters: ""]'), ('a%00b=1&%FF=1&%zz=1', '200 2 [X-Revyops-Unknown-Parameters: a%2500b, %25FF, %25zz]'), ('%C3%BC=1&a%0Ab=1&[=1&.=1&__=1', '200 2 [X-Revyops-Unknown-Parameters: %C3%BC, a%0Ab, %5B, %2E, __]'),
	('"%22\=1', '200 2 [X-Revyops-Unknown-Parameters: %22%22%5C]'), ('field_name=x', '400 field_name unknown_parameter ["first_name"]'), ('work_email=x', '400 work_email unknown_parameter ["email"]')) v(query, expected);
SELECT is(test.asked('/public/v2/companies', query), expected, format('companies: %s', query)) FROM (VALUES
	('name=x', '200 0'), ('nam=x', '400 nam unknown_parameter ["name"]'), ('names[]=x', '400 names[] unknown_parameter ["name"]'), ('Name=x', '400 Name unknown_parameter ["name"]'), ('Industry=x', '400 Industry unknown_parameter ["industry"]'),
	('companyName=x', '400 companyName unknown_parameter ["name"]'), ('company_id=1', '400 company_id unknown_parameter []'),
	('company_name=x', '400 company_name unknown_parameter ["name"]'), ('companyname=x', '200 0 [X-Revyops-Unknown-Parameters: companyname]'), ('game=x&date=x&time=x', '200 0 [X-Revyops-Unknown-Parameters: game, date, time]'), ('email=x', '200 0 [X-Revyops-Unknown-Parameters: email]')) v(query, expected);
SELECT is(test.asked(path, query), expected, format('%s: %s', path, query)) FROM (VALUES
	-- look-ups
	('/public/v2/contacts/lookup-by-custom-field', 'field_name=a&field_value=b&limit=1', '200 0 [X-Revyops-Unknown-Parameters: limit]'),
	('/public/v2/contacts/lookup-by-custom-field', 'fieldName=a&value=b', '400 fieldName unknown_parameter ["field_name"], value unknown_parameter ["field_value"], field_name required, field_value required'),
	('/public/v2/contacts/lookup-by-custom-field', 'name=a&field_value=b', '400 name unknown_parameter ["field_name"], field_name required'),
	('/public/v2/contacts/lookup-by-custom-field', 'field_name=a&field_value=b&email=c', '400 email unknown_parameter []'),
	('/public/v2/companies/lookup-by-custom-field', 'field_name=a&field_value=b&name=c', '400 name unknown_parameter ["field_name"]'),
	('/public/v2/emails', 'utm_campaign=x', '200 0 [X-Revyops-Unknown-Parameters: utm_campaign]'),
	-- v1, which has no pages
	('/public/contacts', 'page=1&limit=5', '200 2 [X-Revyops-Unknown-Parameters: page, limit]'), ('/public/contacts', 'first_name=Jane', '200 1'), ('/public/contacts', 'emial=x', '400 emial unknown_parameter ["email"]'),
	('/public/contacts/lookup-by-custom-field', 'field_name=a&field_value=b&structure=FLAT', '200 0 [X-Revyops-Unknown-Parameters: structure]'), ('/public/companies', 'nam=x', '400 nam unknown_parameter ["name"]'),
	-- master lists
	('/public/v2/contacts-master-list', 'emial=x', '400 emial unknown_parameter ["email"]'), ('/public/v2/contacts-master-list', 'client_id=9&x=1', '200 2 [X-Revyops-Unknown-Parameters: client_id, x]'), ('/public/companies-master-list', 'domian=x', '400 domian unknown_parameter ["domain"]'),
	('/public/contacts-master-list', 'client_id=9', '200 2 [X-Revyops-Unknown-Parameters: client_id]'), ('/public/v2/companies-master-list/lookup-by-custom-field', 'field_name=a&field_value=b&page=1&client_id=9', '200 0 [X-Revyops-Unknown-Parameters: client_id]'),
	-- one is asked for by its path
	('/public/v2/contacts/1', 'emial=x', '200')) v(path, query, expected);

-- who asks for all or nothing where imports are asked for it must not get a part
SELECT is((SELECT concat_ws(' ', a.status, a.body) FROM revyops_http.handle(method, path, 'mode=atomic&structure=FLAT', 'X-API-Key: ' || current_setting('test.key'), convert_to(format('{%s: [{}]}', to_json(list)), 'UTF8')) a),
	'400 {"detail": "Invalid request.", "errors": [{"parameter":"mode","code":"unknown_parameter","message":"There is no such parameter.","nearest":[]}]}', format('%s %s?mode=atomic', method, path)) FROM (VALUES
	('POST', '/public/v2/contacts/batch', 'contacts'), ('PUT', '/public/v2/contacts/batch', 'contacts'), ('PUT', '/public/v2/companies/batch', 'companies'), ('POST', '/public/v2/emails/batch', 'emails'),
	('POST', '/public/v2/events/batch', 'events'), ('POST', '/public/v2/do-not-contact/batch', 'entries')) v(method, path, list);

-- strictly
SELECT is(test.asked(path, query, E'Prefer: handling=' || handling || E'\n'), expected, format('%s: %s %s', handling, path, query)) FROM (VALUES
	('strict', '/public/v2/contacts', 'limit=1&utm_source=x', '400 limit unknown_parameter [], utm_source unknown_parameter [] [Preference-Applied: handling=strict]'), ('strict', '/public/v2/contacts', 'pageSize=1', '400 pageSize unknown_parameter ["page_size"] [Preference-Applied: handling=strict]'),
	('strict', '/public/v2/contacts', 'client_id=9&email=jane@acme.com', '200 1 [Preference-Applied: handling=strict]'), ('lenient', '/public/v2/contacts', 'limit=1', '200 2 [X-Revyops-Unknown-Parameters: limit, Preference-Applied: handling=lenient]'),
	('lenient', '/public/v2/contacts', 'emial=1', '400 emial unknown_parameter ["email"] [Preference-Applied: handling=lenient]'), ('strict', '/public/contacts', 'page=1', '400 page unknown_parameter [] [Preference-Applied: handling=strict]'),
	('strict', '/public/v2/contacts-master-list', 'client_id=9&page=1&page_size=5&structure=FLAT&count=exact', '400 client_id unknown_parameter [] [Preference-Applied: handling=strict]'), ('strict', '/public/companies-master-list', 'client_id=9', '400 client_id unknown_parameter [] [Preference-Applied: handling=strict]'),
	('strict', '/public/v2/contacts-master-list', 'clientId=9', '400 clientId unknown_parameter [] [Preference-Applied: handling=strict]'), ('strict', '/public/v2/contacts', 'clientId=9', '400 clientId unknown_parameter ["client_id"] [Preference-Applied: handling=strict]'),
	('strict', '/public/v2/contacts-master-list', 'pageSize=1', '400 pageSize unknown_parameter ["page_size"] [Preference-Applied: handling=strict]'),
	('strict', '/public/v2/contacts-master-list', 'limit=1', '400 limit unknown_parameter [] [Preference-Applied: handling=strict]'), ('strict', '/public/v2/contacts/1', 'limit=1', '200')) v(handling, path, query, expected);
SET LOCAL revyops.handling = strict;
SELECT is(test.asked('/public/v2/contacts', 'limit=1'), '400 limit unknown_parameter []', 'strict by the setting');
RESET revyops.handling;

-- many, and long ones
SELECT is(test.asked('/public/v2/contacts', (SELECT string_agg('p' || i, '&') FROM generate_series(1, 25) i)), '200 2 [X-Revyops-Unknown-Parameters: ' || (SELECT string_agg('p' || i, ', ') FROM generate_series(1, 20) i) || ', ...]', 'twenty names are told');
SELECT is(test.asked('/public/v2/contacts', (SELECT string_agg('p' || i, '&') FROM generate_series(1, 150) i) || '&emial=x'), '200 2 [X-Revyops-Unknown-Parameters: ' || (SELECT string_agg('p' || i, ', ') FROM generate_series(1, 20) i) || ', ...]', 'a hundred are looked at');
SELECT is(test.asked('/public/v2/contacts', repeat('x', 2000)), '200 2 [X-Revyops-Unknown-Parameters: ...]', 'a long one is not');
SELECT is(test.asked('/public/v2/contacts', 'email[' || repeat('x', 2000)), '400 email[' || repeat('x', 249) || '... unknown_parameter ["email"]', 'and cut');
-- lists of what is no record: members of what is shown, and conditions of other lists
SELECT count(*) AS hidden FROM revyops_record_events('[{"kind": "sent", "contact_email": "jane@acme.com", "at": "2026-03-01", "campaign_id": "c1", "platform": "instantly"}]') \gset
SELECT revyops_suppress('{"domain": "acme.com"}') AS hidden \gset
SELECT revyops_update_contact(1, '{"contact_status": "A"}'), revyops_update_contact(1, '{"contact_status": "B"}') \gset hidden_
SELECT is(test.asked(path, query), expected, format('%s: %s', path, query)) FROM (VALUES
	('/public/v2/campaigns/1/contacts', 'email=zzz@x.com', '400 email unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'emial=x', '400 emial unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'first_name=x', '400 first_name unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'contact_status=x', '400 contact_status unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'status=x', '400 status unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'contact_id=5', '400 contact_id unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'interested=true', '400 interested unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'intrested=true', '400 intrested unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'replied=1', '400 replied unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'sent=1', '400 sent unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'sent_after=x', '400 sent_after unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'lastSentAt=x', '400 lastSentAt unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'domain=x', '400 domain unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'campaign_id=c2', '400 campaign_id unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'company_id=1', '400 company_id unknown_parameter []'),
	('/public/v2/campaigns', 'id=999', '400 id unknown_parameter []'),
	('/public/v2/campaigns', 'name=zzz', '400 name unknown_parameter []'),
	('/public/v2/campaigns', 'sent=0', '400 sent unknown_parameter []'),
	('/public/v2/campaigns', 'contacts=5', '400 contacts unknown_parameter []'),
	('/public/v2/campaigns', 'bounced[gt]=1', '400 bounced[gt] unknown_parameter []'),
	('/public/v2/campaigns', 'first_event_at=x', '400 first_event_at unknown_parameter []'),
	('/public/v2/campaigns', 'campaign_name=x', '400 campaign_name unknown_parameter ["campaign_id"]'),
	('/public/v2/campaigns', 'Platform=x', '400 Platform unknown_parameter ["platform"]'),
	('/public/v2/do-not-contact', 'note=x', '400 note unknown_parameter []'),
	('/public/v2/do-not-contact', 'source=x', '400 source unknown_parameter []'),
	('/public/v2/do-not-contact', 'subdomains=true', '400 subdomains unknown_parameter []'),
	('/public/v2/do-not-contact', 'since=x', '400 since unknown_parameter []'),
	('/public/v2/do-not-contact', 'since_date=x', '400 since_date unknown_parameter []'),
	('/public/v2/do-not-contact', 'id=1', '400 id unknown_parameter []'),
	('/public/v2/do-not-contact', 'first_name=x', '400 first_name unknown_parameter []'),
	('/public/v2/do-not-contact', 'domain=zzz.com', '400 domain unknown_parameter ["address"]'),
	('/public/v2/do-not-contact', 'email=x@zzz.com', '400 email unknown_parameter ["address"]'),
	('/public/v2/do-not-contact', 'filter[domain]=x', '400 filter[domain] unknown_parameter ["address"]'),
	('/public/v2/do-not-contact', 'adress=x', '400 adress unknown_parameter ["address"]'),
	('/public/v2/do-not-contact', 'removed_at=x', '400 removed_at unknown_parameter ["removed"]'),
	('/public/v2/contacts/1/status-history', 'status=x', '400 status unknown_parameter []'),
	('/public/v2/contacts/1/status-history', 'contact_status=x', '400 contact_status unknown_parameter []'),
	('/public/v2/contacts/1/status-history', 'source=api', '400 source unknown_parameter []'),
	('/public/v2/contacts/1/status-history', 'changedAt=x', '400 changedAt unknown_parameter []'),
	('/public/v2/contacts/1/status-history', 'after=x', '400 after unknown_parameter ["page"]'),
	('/public/v2/changes', 'cursor=x', '400 cursor unknown_parameter ["after"]'),
	('/public/v2/changes', 'since=x', '400 since unknown_parameter ["after"]'),
	('/public/v2/changes', 'type=contact.created', '400 type unknown_parameter []'),
	('/public/v2/changes', 'subject=1', '400 subject unknown_parameter []'),
	('/public/v2/campaigns/1/contacts', 'limit=1&offset=2&sort=x&order=y&q=z&t=1&v=1&ts=1&time=1&date=1&size=1&nonce=1&per_page=1&pageSize=1&Page=2&page[size]=1&api_key=x&created=1&_=1&last_id=1&utm_source=x&utm_campaign=y&fbclid=z', '200 1 [X-Revyops-Unknown-Parameters: limit, offset, sort, order, q, t, v, ts, time, date, size, nonce, per_page, pageSize, Page, page%5Bsize%5D, api_key, created, _, last_id, ...]'),
	('/public/v2/campaigns', 'limit=1&offset=2&sort=x&order=y&q=z&t=1&v=1&ts=1&time=1&date=1&size=1&nonce=1&per_page=1&pageSize=1&Page=2&page[size]=1&api_key=x&created=1&_=1&last_id=1&utm_source=x&utm_campaign=y&fbclid=z', '200 1 [X-Revyops-Unknown-Parameters: limit, offset, sort, order, q, t, v, ts, time, date, size, nonce, per_page, pageSize, Page, page%5Bsize%5D, api_key, created, _, last_id, ...]'),
	('/public/v2/do-not-contact', 'limit=1&offset=2&sort=x&order=y&q=z&t=1&v=1&ts=1&time=1&date=1&size=1&nonce=1&per_page=1&pageSize=1&Page=2&page[size]=1&api_key=x&created=1&_=1&last_id=1&utm_source=x&utm_campaign=y&fbclid=z', '200 1 [X-Revyops-Unknown-Parameters: limit, offset, sort, order, q, t, v, ts, time, date, size, nonce, per_page, pageSize, Page, page%5Bsize%5D, api_key, created, _, last_id, ...]'),
	('/public/v2/contacts/1/status-history', 'limit=1&offset=2&sort=x&order=y&q=z&t=1&v=1&ts=1&time=1&date=1&size=1&nonce=1&per_page=1&pageSize=1&Page=2&page[size]=1&api_key=x&created=1&_=1&last_id=1&utm_source=x&utm_campaign=y&fbclid=z', '200 2 [X-Revyops-Unknown-Parameters: limit, offset, sort, order, q, t, v, ts, time, date, size, nonce, per_page, pageSize, Page, page%5Bsize%5D, api_key, created, _, last_id, ...]'),
	('/public/v2/campaigns', 'platform=instantly&page=1&client_id=9', '200 1'),
	('/public/v2/do-not-contact', 'address=acme.com&reason=&removed=false', '200 1'),
	('/public/v2/contacts/1/status-history', 'page=1&page_size=1&client_id=9', '200 2'),
	('/public/v2/contacts/1/status-history', 'zz=1', '200 2 [X-Revyops-Unknown-Parameters: zz]'),
	('/public/v2/contacts/1/status-history', 'zz=1&page=0&contact_id=2', '400 contact_id unknown_parameter [], page invalid_number')) v(path, query, expected);
SELECT is(test.asked('/public/v2/contacts/1/status-history', 'zz=1', E'Prefer: handling=strict\n'), '400 zz unknown_parameter [] [Preference-Applied: handling=strict]', 'strict: a contact''s statuses');
SELECT is(test.asked('/public/v2/contacts/1/status-history', 'page=1', E'Prefer: handling=strict\n'), '200 2 [Preference-Applied: handling=strict]', 'strict: a page of them');
-- a search has what it is asked for in its body
SELECT is(test.asked(format('/public/v2/%s/search', what), query, E'Content-Type: application/json\n', 'POST', '{}'), expected, format('search: %s?%s', what, query)) FROM (VALUES
	('contacts', 'after=x&page_size=1', '400 after unknown_parameter []'), ('contacts', 'page=2&page_size=1&count=exact', '200 2 [X-Revyops-Unknown-Parameters: page, page_size, count]'),
	('contacts', 'filters=[]&sort=id&count=exact', '400 filters unknown_parameter [], sort unknown_parameter []'), ('companies', 'filter=x', '400 filter unknown_parameter []'),
	('contacts', 'email=x', '400 email unknown_parameter []'), ('contacts', 'structure=FLAT&client_id=9', '200 2'), ('contacts', 'utm_source=x&q=y', '200 2 [X-Revyops-Unknown-Parameters: utm_source, q]')) v(what, query, expected);
SELECT * FROM finish();
ROLLBACK;
