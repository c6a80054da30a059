\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Hosts that name no company: which company a contact gets by a website or an address, by whichever way it comes.
SELECT plan(48);
SELECT test.two_clients() \gset hidden_
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create'), revyops_set_client_setting(1, 'infer_company', 'on') \g /dev/null

-- What each gives where no company is there: the domain that is made, or none.  website: company_id, else an address.
CREATE TEMPORARY TABLE vector (n serial, kind text, website text, address text, made text);
INSERT INTO vector (kind, website, made) VALUES
	('page', 'https://www.linkedin.com/company/acme', NULL), ('page', 'http://linkedin.com/in/ann', NULL), ('page', 'instagram.com', NULL), ('page', 'de.linkedin.com/in/ann', NULL),
	('page', 'facebook.com/acme', NULL), ('page', 'm.facebook.com', NULL), ('page', 'instagram.com/acme/', NULL), ('page', 'x.com/acme', NULL), ('page', 'twitter.com/acme', NULL),
	('page', 'youtube.com/@acme', NULL), ('page', 'tiktok.com/@acme', NULL), ('page', 'xing.com/pages/acme', NULL), ('page', 'github.com/acme', NULL), ('page', 'acme.medium.com', NULL),
	('page', 'https://sites.google.com/view/acme', NULL), ('page', 'sites.google.com', NULL), ('page', 'docs.google.com/document/d/1', NULL), ('page', 'linktr.ee/acme', NULL),
	('page', 'bit.ly/3xyz', NULL), ('page', 'tinyurl.com/acme', NULL), ('page', 'en.wikipedia.org/wiki/Acme', NULL), ('page', 'crunchbase.com/organization/acme', NULL), ('page', 'goo.gl/maps/x', NULL),
	('page below a company''s host', 'cloud.google.com/sites', 'google.com'),
	('platform', 'etsy.com/shop/acme', NULL), ('platform', 'acme.etsy.com', NULL), ('platform', 'etsy.com', 'etsy.com'), ('platform', 'https://www.dropbox.com/?from=mail#top', 'dropbox.com'),
	('portal', 'https://www.google.com/maps/search/?api=1&query=Ada', NULL), ('portal', 'google.de/search?q=ada', NULL), ('portal', 'bing.com/maps?cp=1', NULL), ('portal', 'https://www.google.com/?q=ada', 'google.com'), ('portal', 'google.co.uk', 'google.co.uk'),
	('portal', 'about.google.com/products', 'google.com'), ('page', 'maps.google.fr/?cid=1', NULL), ('page', 'https://maps.google.com/?cid=1', NULL), ('page', 'https://maps.app.goo.gl/x', NULL), ('page', 'g.page/ada', NULL),
	('platform', 'app.apollo.io/#/x', NULL), ('platform', 'apollo.io/', 'apollo.io'),
	('suffix', 'contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'), ('suffix', 'https://fabrikam.sharepoint.com/sites/x', 'fabrikam.sharepoint.com'), ('suffix', 'onmicrosoft.com', NULL),
	('suffix', 'sharepoint.com/x', NULL), ('suffix', 'shop.acme.atlassian.net', 'acme.atlassian.net'), ('suffix', 'acme.my.salesforce.com', 'acme.my.salesforce.com'), ('suffix', 'na1.lightning.force.com', 'na1.lightning.force.com'),
	('suffix', 'www.acme.notion.site', 'acme.notion.site'), ('suffix', 'www.www.webflow.io', NULL), ('suffix', 'a.www.webflow.io', NULL), ('suffix, by libpsl', 'acme.myshopify.com', 'acme.myshopify.com'), ('suffix, by libpsl', 'myshopify.com', NULL),
	('provider', 'acme.zendesk.com/hc/en', 'acme.zendesk.com'), ('provider', 'zendesk.com/pricing', 'zendesk.com'), ('provider', 'slack.com', 'slack.com'), ('provider', 'acme.enterprise.slack.com', 'acme.enterprise.slack.com'), ('provider', 'login.acme.okta.com', 'acme.okta.com'),
	('page', 'ameblo.jp/ada', NULL), ('page', 'https://lin.ee/x', NULL), ('page', 'heylink.me/ada', NULL), ('page', 'app.acuityscheduling.com/schedule.php?owner=1', NULL), ('page', 'phf.tbe.taleo.net/x', NULL),
	('platform', 'note.com/ada', NULL), ('platform', 'peraichi.com/landing_pages/view/ada', NULL), ('platform', 'wantedly.com/companies/ada', NULL), ('platform', 'societe.com/societe/ada-1.html', NULL),
	('platform', 'ada.blog12.fc2.com', NULL), ('platform', 'planity.com/ada', NULL), ('platform', 'societe.com', 'societe.com'),
	('provider', 'boulangerie.e-monsite.com', 'boulangerie.e-monsite.com'), ('provider', 'http://www.garage.e-monsite.com/pages/x.html', 'garage.e-monsite.com'), ('provider', 'e-monsite.com', 'e-monsite.com'),
	('provider', 'ada.webnode.fr', 'ada.webnode.fr'), ('provider', 'ada.webnode.com.br', 'ada.webnode.com.br'), ('provider', 'ada.systeme.io/x', 'ada.systeme.io'), ('provider', 'ada.canalblog.com', 'ada.canalblog.com'),
	('provider', 'ada.acuityscheduling.com', 'ada.acuityscheduling.com'), ('provider', 'ada.gupy.io', 'ada.gupy.io'),
	('suffix', 'ada.pagesperso-orange.fr', 'ada.pagesperso-orange.fr'), ('suffix', 'pagesperso-orange.fr/ada', NULL), ('suffix', 'ada.blog.fc2.com', 'ada.blog.fc2.com'), ('suffix', 'ada.negocio.site', 'ada.negocio.site'),
	('suffix', 'ada.localinfo.jp', 'ada.localinfo.jp'), ('suffix', 'ada.eatbu.com/menu', 'ada.eatbu.com'), ('suffix', 'ada.home.blog', 'ada.home.blog'), ('suffix', 'ada.taleo.net', 'ada.taleo.net'),
	('company below a suffix''s host', 'salesforce.com', 'salesforce.com'),
	('mail', 'hey.com', NULL), ('mail', 'mail.tutanota.com', NULL), ('mail', 'privaterelay.appleid.com', NULL),
	('top-level domain', 'n.a', NULL), ('top-level domain', 'initech.c0m', NULL), ('top-level domain', 'http://acme.con/x', NULL), ('top-level domain', 'a.b.acme.internal', NULL), ('top-level domain', 'acme.local', NULL),
	('top-level domain', 'acme.invalid', NULL), ('top-level domain', 'acme.localhost', NULL), ('top-level domain', 'acme.example', 'acme.example'), ('top-level domain', 'mail.acme.test', 'acme.test'),
	('top-level domain', 'пример.рф', 'xn--e1afmkfd.xn--p1ai'), ('top-level domain', 'acme.com.ck', 'acme.com.ck'), ('top-level domain', 'acme.museum', 'acme.museum'),
	('company', 'https://www.acme.com/about/us?x=1', 'acme.com'), ('company', 'notlinkedin.com/in/ann', 'notlinkedin.com'), ('company', 'linkedin.com.acme.org/x', 'acme.org');
INSERT INTO vector (kind, address, made) VALUES
	('page', 'ann@linkedin.com', 'linkedin.com'), ('page', 'ann@eu.linkedin.com', 'linkedin.com'), ('page', 'ann@facebook.com', NULL),
	('platform', 'ann@mail.etsy.com', 'etsy.com'), ('portal', 'ann@bing.com', 'bing.com'),
	('suffix', 'ann@contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'), ('suffix', 'ann@mail.contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'), ('suffix', 'ann@contoso.mail.onmicrosoft.com', 'contoso.mail.onmicrosoft.com'),
	('suffix', 'ann@onmicrosoft.com', NULL), ('provider', 'ann@okta.com', 'okta.com'), ('provider', 'help@acme.zendesk.com', 'acme.zendesk.com'),
	('mail', 'x7y@privaterelay.appleid.com', NULL), ('mail', 'x7y@appleid.com', NULL), ('mail', 'x7y@mozmail.com', NULL), ('mail', 'x7y@ann.mozmail.com', NULL), ('mail', 'x7y@relay.firefox.com', NULL), ('mail', 'ann@firefox.com', NULL), ('mail', 'ann@hey.com', NULL),
	('mail', 'ann@tutanota.com', NULL), ('mail', 'ann@tuta.io', NULL), ('mail', 'ann@duck.com', NULL), ('mail', 'x7y@simplelogin.com', NULL), ('mail', 'x7y@slmail.me', NULL), ('mail', 'x7y@ann.anonaddy.com', NULL), ('mail', 'ann@fastmail.uk', NULL), ('mail', 'ann@pm.me', NULL),
	('mail', 'reply+x@reply.github.com', NULL), ('mail', '1+ann@users.noreply.github.com', NULL), ('mail', 'ann@github.com', 'github.com'), ('mail', 'x7y@marketplace.amazon.co.uk', NULL), ('mail', 'x7y@members.ebay.de', NULL), ('mail', 'x7y@sale.craigslist.org', NULL),
	('mail', 'x7y@group.calendar.google.com', NULL), ('mail', 'ann@google.com', 'google.com'),
	('top-level domain', 'ann@initech.c0m', NULL), ('top-level domain', 'ann@n.a', NULL), ('top-level domain', 'ann@acme.local', NULL), ('top-level domain', 'ann@mail.acme.example', 'acme.example');

-- body is the contact of a vector.
CREATE FUNCTION test.body(v vector) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('email', v.address, 'linkedin_url', 'in/vector-' || v.n, 'company_id', v.website)) $$;
-- wanted is what becomes of it: a status, and the company's domain.
CREATE FUNCTION test.wanted(v vector) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', CASE WHEN v.made IS NULL AND v.website IS NOT NULL THEN '404' ELSE '201' END, v.made) $$;
-- vanish takes everything away again.
CREATE FUNCTION test.vanish() RETURNS void LANGUAGE sql AS $$ DELETE FROM revyops.contact; DELETE FROM revyops.company; DELETE FROM revyops.company_domain $$;
-- single shows what becomes of one.
CREATE FUNCTION test.single(contact jsonb, statement text DEFAULT 'SELECT public.revyops_create_contact($1)') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made jsonb;
	detail text;
BEGIN
	EXECUTE statement INTO made USING contact;
	RETURN (SELECT concat_ws(' ', '201', o.domain) FROM revyops.contact c LEFT JOIN revyops.company o ON (o.client_id, o.id) = (c.client_id, c.company_id)
		WHERE c.id = (made->>'id')::bigint);
EXCEPTION WHEN SQLSTATE 'PT404' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN CASE WHEN detail::jsonb #- '{0,message}' #- '{0,ordinal}' = '[{"pointer": "/company_id", "code": "not_found"}]' AND SQLERRM = 'company not found' THEN '404' ELSE SQLERRM || detail END;
END
$$;
-- differences are the vectors of which something else became than is wanted.
CREATE FUNCTION test.differences(VARIADIC got text[]) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s: %s, wanted %s', v.kind, coalesce(v.website, v.address), got[v.n], test.wanted(v)), E'\n' ORDER BY v.n) FROM vector v WHERE got[v.n] IS DISTINCT FROM test.wanted(v) $$;
-- alone has each vector by itself, with no company there.
CREATE FUNCTION test.alone(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	got text[];
	v vector;
BEGIN
	FOR v IN SELECT * FROM vector ORDER BY n LOOP
		PERFORM test.vanish();
		got[v.n] := test.single(test.body(v), statement);
		IF EXISTS (SELECT FROM revyops.company WHERE domain IS DISTINCT FROM v.made) THEN
			got[v.n] := got[v.n] || ' and a company';
		END IF;
	END LOOP;
	PERFORM test.vanish();
	RETURN test.differences(VARIADIC got);
END
$$;
-- together has all in one call that returns rows of many.
CREATE FUNCTION test.together(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers jsonb;
	got text[];
BEGIN
	EXECUTE format('SELECT jsonb_agg(t ORDER BY ordinal) FROM (%s) t', statement) INTO answers USING (SELECT jsonb_agg(test.body(v) ORDER BY n) FROM vector v);
	SELECT array_agg(concat_ws(' ', a->>'status', (SELECT domain FROM revyops.company WHERE id = (a->'contact'->>'company_id')::bigint)) ORDER BY n)
		INTO got FROM jsonb_array_elements(answers) WITH ORDINALITY t(a, n);
	PERFORM test.vanish();
	RETURN test.differences(VARIADIC got);
END
$$;
SET LOCAL revyops.client_id = 1;

-- ---- no company is there
SELECT is(test.alone('SELECT public.revyops_create_contact($1)'), NULL, 'one');
SELECT is(test.alone('SELECT public.revyops_upsert_contact($1)'), NULL, 'an upsert');
SELECT is(test.alone('SELECT contact FROM public.revyops_create_contacts(jsonb_build_array($1), mode => ''atomic'')'), NULL, 'a batch of one');
SELECT is(test.together('SELECT * FROM public.revyops_create_contacts($1)'), NULL, 'a batch');
SELECT is(test.together('SELECT * FROM public.revyops_upsert_contacts($1)'), NULL, 'a batch of upserts');
SELECT is((SELECT string_agg(concat(v.website, v.address), ' ' ORDER BY v.n) FROM revyops_check_contacts((SELECT jsonb_agg(test.body(v) ORDER BY n) FROM vector v)) c JOIN vector v ON v.n = c.ordinal
	WHERE (c.status = 404) IS DISTINCT FROM (test.wanted(v) = '404')), NULL, 'a check');
SELECT test.vanish() \g /dev/null
SELECT revyops_create_api_key(1, 'http') AS key \gset
SELECT is((SELECT string_agg(format('%s: %s', coalesce(v.website, v.address), a.status), E'\n' ORDER BY v.n) FROM vector v,
	revyops_http.handle('POST', '/public/v2/contacts', '', E'Content-Type: application/json\nX-API-Key: ' || :'key', convert_to(test.body(v)::text, 'UTF8')) a
	WHERE a.status::text <> left(test.wanted(v), 3)), NULL, 'over HTTP');
SELECT set_eq('SELECT domain FROM revyops.company', 'SELECT DISTINCT made FROM vector WHERE made IS NOT NULL', 'and the companies that are there then');
SELECT test.vanish() \g /dev/null

-- ---- a company is there
-- found is what a contact gets of companies that are there, and nothing is made.
CREATE FUNCTION test.found(companies text[], website text, address text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	contact jsonb := jsonb_strip_nulls(jsonb_build_object('linkedin_url', 'in/x', 'company_id', website, 'email', address));
	single text;
	many text;
BEGIN
	PERFORM test.vanish(), public.revyops_set_client_setting(1, 'on_unknown_domain', 'error');
	PERFORM public.revyops_create_company(jsonb_build_object('domain', d)) FROM unnest(companies) d;
	single := test.single(contact);
	DELETE FROM revyops.contact;
	SELECT concat_ws(' ', status, o.domain) INTO many FROM public.revyops_create_contacts(jsonb_build_array(contact)) t LEFT JOIN revyops.company o ON o.id = (t.contact->>'company_id')::bigint;
	PERFORM test.vanish(), public.revyops_set_client_setting(1, 'on_unknown_domain', 'create');
	RETURN CASE WHEN single = many THEN single ELSE format('one: %s, many: %s', single, many) END;
END
$$;
SELECT is(test.found('{linkedin.com}', 'linkedin.com'), '201 linkedin.com', 'by its bare name');
SELECT is(test.found('{linkedin.com}', 'https://www.linkedin.com/'), '201 linkedin.com', 'or the address of its front page');
SELECT is(test.found('{linkedin.com}', 'https://www.linkedin.com/?trk=x/y'), '201 linkedin.com', 'with a query');
SELECT is(test.found('{linkedin.com}', 'https://www.linkedin.com/company/acme'), '404', 'but not by a page');
SELECT is(test.found('{linkedin.com}', 'de.linkedin.com'), '404', 'nor a name below it');
SELECT is(test.found('{linkedin.com}', NULL, 'ann@eu.linkedin.com'), '201 linkedin.com', 'an address is of its people');
SELECT is(test.found('{linkedin.com}', 'ann/x@linkedin.com'), '201 linkedin.com', 'a slash in an address is no page');
SELECT is(test.found('{acme.medium.com, medium.com}', 'https://acme.medium.com/about'), '201 acme.medium.com', 'a name below it that a company has');
SELECT is(test.found('{acme.medium.com, medium.com}', 'other.medium.com'), '404', 'and another');
SELECT is(test.found('{etsy.com}', 'etsy.com/shop/acme'), '404', 'a platform is found as little by a page');
SELECT is(test.found('{etsy.com}', 'etsy.com'), '201 etsy.com', 'but by its name');
SELECT is(test.found('{google.com}', 'google.com/maps/place/x'), '404', 'nor is a portal');
SELECT is(test.found('{google.com}', 'cloud.google.com/x'), '201 google.com', 'whose names are its own');
SELECT is(test.found('{google.com}', 'sites.google.com/view/acme'), '404', 'a page is none of the host above it');
SELECT is(test.found('{onmicrosoft.com}', 'contoso.onmicrosoft.com'), '404', 'a customer is not the provider');
SELECT is(test.found('{onmicrosoft.com}', NULL, 'ann@contoso.onmicrosoft.com'), '201', 'by an address, either');
SELECT is(test.found('{onmicrosoft.com}', 'onmicrosoft.com'), '201 onmicrosoft.com', 'which is found by its name');
SELECT is(test.found('{contoso.onmicrosoft.com}', NULL, 'ann@mail.contoso.onmicrosoft.com'), '201 contoso.onmicrosoft.com', 'a name below the customer''s is the customer''s');
SELECT is(test.found('{zendesk.com}', 'acme.zendesk.com'), '404', 'nor is it where the provider is a company');
SELECT is(test.found('{salesforce.com}', 'acme.my.salesforce.com'), '404', 'with a host two names below');
SELECT is(test.found('{zendesk.com}', NULL, 'ann@zendesk.com'), '201 zendesk.com', 'whose people have its own name');
SELECT is(test.found('{hey.com}', 'hey.com'), '201 hey.com', 'mail: by its name');
SELECT is(test.found('{hey.com}', NULL, 'ann@hey.com'), '201', 'but not by an address');
SELECT is(test.found('{acme.local}', NULL, 'ann@pc.acme.local'), '201 acme.local', 'a top-level domain that is none does not keep one from being found');
SELECT is(test.found('{acme.com}', 'https://blog.acme.com/2026/x'), '201 acme.com', 'others by pages as ever');

SELECT revyops_create_contact('{"email": "dup@acme.com"}') \g /dev/null
SELECT revyops_create_contact('{"linkedin_url": "in/four"}') \g /dev/null
CREATE TABLE test.answer AS SELECT * FROM revyops_create_contacts('[{"email": "dup@acme.com", "company_id": "made.com"}, {"email": "ann@linkedin.com"}, {"linkedin_url": "in/one", "company_id": "linkedin.com"},
	{"linkedin_url": "in/two", "company_id": "linkedin.com/in/two"}, {"linkedin_url": "in/four", "email": "ann@etsy.com"}, {"linkedin_url": "in/three", "company_id": "etsy.com"}]');
SELECT is((SELECT string_agg(concat_ws(' ', status, (SELECT domain FROM revyops.company WHERE id = (contact->>'company_id')::bigint)), ', ' ORDER BY ordinal) FROM test.answer),
	'409, 201 linkedin.com, 201 linkedin.com, 404, 409, 201 etsy.com', 'a company that another item makes is there');
CREATE TABLE test.settled AS SELECT * FROM revyops_create_contacts('[{"linkedin_url": "in/four", "email": "ann@github.com"}, {"linkedin_url": "in/five", "company_id": "github.com"}]');
SELECT is((SELECT string_agg(concat_ws(' ', status, (SELECT domain FROM revyops.company WHERE id = (contact->>'company_id')::bigint)), ', ' ORDER BY ordinal) FROM test.settled),
	'409, 201 github.com', 'and stays if that is a duplicate');
SELECT test.vanish() \g /dev/null

-- ---- changes, and companies themselves
SELECT revyops_create_contact('{"linkedin_url": "in/changed"}')->>'id' AS id \gset
SELECT test.fails_with(format('SELECT revyops_update_contact(%s, %L)', :id, '{"company_id": "facebook.com/acme"}'), 'PT404', 'company not found', '[{"pointer": "/company_id", "code": "not_found"}]', 'a change makes none, either');
SELECT is(revyops_update_contact(:id, '{"company_id": "acme.onmicrosoft.com"}')->'company_id' IS NOT NULL, true, 'or that of the customer');
SELECT is(revyops_create_company(jsonb_build_object('domain', domain))->>'domain', domain, 'whoever makes a company himself may: ' || domain) FROM unnest('{linkedin.com, onmicrosoft.com, hey.com, n.a}'::text[]) domain;
SELECT test.vanish() \g /dev/null

-- ---- what the owner says
INSERT INTO revyops.company_host_exception VALUES ('linkedin.com', 'company'), ('onmicrosoft.com', 'company'), ('corp.local', 'company'), ('portal.acme.com', 'suffix'), ('pages.acme.com', 'page'), ('x.com', 'platform'), ('www2.acme.com', 'provider'), ('acme.org', 'portal');
TRUNCATE vector RESTART IDENTITY;
INSERT INTO vector (kind, website, address, made) VALUES ('off the list', 'linkedin.com/company/acme', NULL, 'linkedin.com'), ('off the list', NULL, 'ann@contoso.onmicrosoft.com', 'onmicrosoft.com'),
	('a top-level domain', NULL, 'ann@pc.corp.local', 'corp.local'), ('another', NULL, 'ann@other.local', NULL), ('on it', 'eu.one.portal.acme.com/x', NULL, 'one.portal.acme.com'), ('on it', 'portal.acme.com', NULL, NULL),
	('on it', 'acme.com/x', NULL, 'acme.com'), ('on it', 'pages.acme.com/x', NULL, NULL), ('another kind', 'x.com', NULL, 'x.com'), ('another kind', 'x.com/acme', NULL, NULL), ('on it', 'one.www2.acme.com', NULL, 'one.www2.acme.com'), ('on it', 'www2.acme.com', NULL, 'acme.com'),
	('on it', 'acme.org/x', NULL, NULL), ('on it', 'eu.acme.org/x', NULL, 'acme.org');
SELECT is(test.alone('SELECT public.revyops_create_contact($1)'), NULL, 'the owner''s rows count first');
SELECT is(test.together('SELECT * FROM public.revyops_create_contacts($1)'), NULL, 'in a batch, too');
SELECT throws_ok($$INSERT INTO revyops.company_host_exception VALUES ('GMX.example', 'page')$$, '23514', NULL, 'in canonical form only');
SELECT throws_ok($$INSERT INTO revyops.company_host_exception VALUES ('gmx.example', 'nonsense')$$, '23514', NULL, 'and of a kind');

-- ---- the lists
SELECT is_empty('SELECT host FROM revyops.company_host WHERE NOT revyops.is_canonical_domain(host)', 'hosts are canonical');
SELECT set_eq('SELECT DISTINCT kind FROM revyops.company_host', '{page, platform, portal, suffix, provider}'::text[], 'of every kind');
SELECT is_empty($$SELECT host FROM revyops.company_host WHERE kind IN ('suffix', 'provider')
	AND EXISTS (SELECT FROM revyops.free_mail_domain WHERE host = domain OR host LIKE '%.' || domain)$$, 'no customer of a host is free mail');

SELECT * FROM finish();
ROLLBACK;
