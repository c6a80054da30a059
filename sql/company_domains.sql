\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- Companies with more than one domain, and companies that are merged: whatever a domain names is the one company.
SELECT plan(73);
SELECT test.two_clients() \gset hidden_
SELECT revyops_create_company(jsonb_build_object('domain', d, 'name', n, 'company_status', s, 'company_custom_fields', f)) FROM (VALUES ('acme.com', 'Acme', '', '[{"field_name": "a", "field_value": "1"}]'::jsonb), ('acme.de', 'Acme GmbH', 'Lead', '[{"field_name": "a", "field_value": "2"}, {"field_name": "b", "field_value": "3"}]'), ('beta.com', '', '', '[]')) c(d, n, s, f) \g /dev/null
SELECT revyops_create_contacts('[{"email": "a@x.com", "company_id": "acme.com"}, {"email": "b@x.com", "company_id": "acme.de"}, {"email": "c@x.com", "company_id": "acme.de"}]') \g /dev/null
CREATE FUNCTION test.domains(company bigint) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', domain, nullif(readable_domain, domain), CASE WHEN is_first THEN 'first' END), ', ') FROM public.revyops_list_company_domains(company) $$;
CREATE FUNCTION test.company_of(contact jsonb) RETURNS text LANGUAGE sql AS $$ SELECT contact->>'company_id' $$;
CREATE FUNCTION test.statuses(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	EXECUTE format('SELECT string_agg(concat_ws('' '', r->>''status'', coalesce(r->''contact''->>''company_id'', r->''company''->>''id''), r->''errors''->0->>''pointer'', r->''errors''->0->>''existing_id''), '', '' ORDER BY (r->>''ordinal'')::int) FROM %s t, to_jsonb(t) r', statement) INTO told;
	RETURN told;
END
$$;

-- ---- adding and removing
SELECT is(test.domains(1), 'acme.com first', 'one domain');
SELECT revyops_add_company_domain(1, 'https://www.ACME.org/about'), revyops_add_company_domain(1, 'bücher.example') \g /dev/null
SELECT is(test.domains(1), 'acme.com first, acme.org, xn--bcher-kva.example bücher.example', 'others, in canonical form, and as people write them');
SELECT lives_ok($$SELECT revyops_add_company_domain(1, 'acme.org'), revyops_add_company_domain(1, 'acme.com')$$, 'what it has already');
SELECT is(test.domains(1), 'acme.com first, acme.org, xn--bcher-kva.example bücher.example', 'is not added');
SELECT test.fails_with($$SELECT public.revyops_add_company_domain(1, 'acme.de')$$, 'PT409', 'company already exists', '[{"parameter": "domain", "code": "already_exists", "existing_id": 2}]', 'the first of another');
SELECT test.fails_with($$SELECT public.revyops_add_company_domain(3, 'acme.org')$$, 'PT409', 'company already exists', '[{"parameter": "domain", "code": "already_exists", "existing_id": 1}]', 'another of another');
SELECT test.fails_400(format('SELECT public.%s', call), detail::jsonb, call) FROM (VALUES ('revyops_add_company_domain(NULL, NULL)', '[{"parameter": "company_id", "code": "required"}, {"parameter": "domain", "code": "required"}]'), ($$revyops_add_company_domain(1, 'co.uk')$$, '[{"parameter": "domain", "code": "invalid_domain"}]'), ($$revyops_add_company_domain(1, ' ')$$, '[{"parameter": "domain", "code": "required"}]'),
	($$revyops_remove_company_domain(NULL, 'x')$$, '[{"parameter": "company_id", "code": "required"}, {"parameter": "domain", "code": "invalid_domain"}]'), ('revyops_list_company_domains(NULL)', '[{"parameter": "company_id", "code": "required"}]')) t(call, detail);
SELECT test.fails_with(format('SELECT public.%s', call), 'PT404', 'company not found', '[{"parameter": "company_id", "code": "not_found"}]', call) FROM unnest(ARRAY[$$revyops_add_company_domain(9, 'x.com')$$, $$revyops_remove_company_domain(9, 'x.com')$$, 'revyops_list_company_domains(9)']) call;
SELECT test.fails_with(format($$SELECT public.revyops_remove_company_domain(1, '%s')$$, domain), 'PT404', 'domain not found', '[{"parameter": "domain", "code": "not_found"}]', domain || ': not one beside the first') FROM unnest(ARRAY['acme.com', 'acme.de', 'nobody.com']) domain;
SELECT revyops_remove_company_domain(1, 'bücher.example') \g /dev/null
SELECT is(test.domains(1), 'acme.com first, acme.org', 'removed');
SELECT set_config('revyops.client_id', '2', true) \g /dev/null
SELECT test.fails_with(format('SELECT public.%s', call), 'PT401', 'company does not belong to this client', '[{"parameter": "company_id", "code": "other_client"}]', 'another client: ' || call) FROM unnest(ARRAY[$$revyops_add_company_domain(1, 'x.com')$$, $$revyops_remove_company_domain(1, 'acme.org')$$, 'revyops_list_company_domains(1)']) call;
SELECT is(revyops_create_company('{"domain": "acme.org"}')->>'domain', 'acme.org', 'a domain is of one client');
SELECT set_config('revyops.client_id', '1', true) \g /dev/null

-- ---- who names it finds the company
SELECT is(test.company_of(revyops_create_contact('{"email": "d@x.com", "company_id": "acme.org"}')), '1', 'a create');
SELECT is(test.company_of(revyops_create_contact('{"email": "e@x.com", "company_id": "mail.acme.org"}')), '1', 'by a name below it');
SELECT is(test.company_of(revyops_update_contact(2, '{"company_id": "acme.org"}')), '1', 'an update');
SELECT is(test.company_of(revyops_update_contact(2, '{"company_id": "acme.de"}')), '2', 'and back');
SELECT is(test.company_of(revyops_upsert_contact('{"email": "f@x.com", "company_id": "acme.org"}')), '1', 'an upsert');
SELECT is(test.statuses($$public.revyops_create_contacts('[{"email": "g@x.com", "company_id": "acme.org"}, {"email": "h@x.com", "company_id": "x.acme.org"}, {"email": "i@x.com", "company_id": "acme.de"}, {"email": "j@x.com", "company_id": "nobody.com"}]')$$), '201 1, 201 1, 201 2, 404 /company_id', 'a batch');
SELECT is(test.statuses($$public.revyops_check_contacts('[{"email": "k@x.com", "company_id": "acme.org"}, {"email": "l@x.com", "company_id": "nobody.com"}]')$$), '201, 404 /company_id', 'a check');
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create'), revyops_set_client_setting(1, 'infer_company', 'on') \g /dev/null
SELECT is(test.company_of(revyops_create_contact('{"email": "m@acme.org"}')), '1', 'an address, and none is made');
SELECT is(test.statuses($$public.revyops_create_contacts('[{"email": "n@acme.org"}, {"email": "o@sub.acme.org"}]')$$), '201 1, 201 1', 'addresses of many');
SELECT is((SELECT count(*) FROM revyops.company WHERE client_id = 1), 3::bigint, 'none was made');
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'error'), revyops_set_client_setting(1, 'infer_company', 'off') \g /dev/null
SELECT is((revyops_list_contacts(domain => 'acme.org')->>'count') || (revyops_list_contacts(domain => 'acme.com')->>'count'), '99', 'a list of its contacts');
SELECT is(revyops_list_companies(domain => 'acme.org')->'results'->0->>'id', '1', 'a list of companies');

-- ---- no other company gets it
SELECT test.fails_with($$SELECT public.revyops_create_company('{"domain": "acme.org"}')$$, 'PT409', 'company already exists', '[{"pointer": "/domain", "code": "already_exists", "existing_id": 1}]', 'a create');
SELECT is(test.statuses($$public.revyops_create_companies('[{"domain": "acme.org"}, {"domain": "gamma.com"}, {"domain": "acme.com"}, {"domain": "acme.org"}]')$$), '409 /domain 1, 201 5, 409 /domain 1, 409 /domain 1', 'a batch');
SELECT test.fails_with($$SELECT public.revyops_update_company(3, '{"domain": "acme.org"}')$$, 'PT409', 'company already exists', '[{"pointer": "/domain", "code": "already_exists", "existing_id": 1}]', 'an update');
SELECT is(revyops_upsert_company('{"domain": "acme.org", "name": "Acme Inc"}') - 'updated_time', '{"id": 1, "name": "Acme Inc", "domain": "acme.com", "created": false, "company_status": "", "previous_status": null, "status_changed_at": null, "company_custom_fields": [{"id": 1, "field_name": "a", "field_value": "1", "updated_time": "TIME"}]}'::jsonb || jsonb_build_object('company_custom_fields', revyops_get_company(1)->'company_custom_fields'), 'an upsert changes the company, not its first domain');
SELECT is(test.statuses($$public.revyops_upsert_companies('[{"domain": "acme.org", "name": "Acme"}, {"domain": "acme.com", "company_status": ""}, {"domain": "delta.com"}]')$$), '200 1, 200 1, 201 7', 'upserts of many');
SELECT is(test.domains(1), 'acme.com first, acme.org', 'its domains are as they were');

-- ---- another first domain
SELECT is(revyops_update_company(1, '{"domain": "acme.org"}')->>'domain', 'acme.org', 'one of its own');
SELECT is(test.domains(1), 'acme.org first, acme.com', 'changes places with the first');
SELECT is(revyops_update_company(1, '{"domain": "acme.net"}')->>'domain', 'acme.net', 'a new one');
SELECT is(test.domains(1), 'acme.net first, acme.com', 'takes the place of the first');
SELECT is(revyops_update_company(1, '{"domain": "acme.com"}')->>'domain', 'acme.com', 'and back');
SELECT revyops_remove_company_domain(1, 'acme.net') \g /dev/null
SELECT is(test.domains(1), 'acme.com first', 'a company with one domain');

-- ---- merging
SELECT revyops_add_company_domain(2, 'acme.at') \g /dev/null
SELECT is(test.settled(revyops_merge_companies(1, 2) - 'company_custom_fields'), '{"id": 1, "name": "Acme", "domain": "acme.com", "updated_time": "TIME", "company_status": "Lead", "previous_status": null, "status_changed_at": null}', 'what the kept one lacks comes from the other');
SELECT is((SELECT string_agg(concat_ws('=', f->>'field_name', f->>'field_value'), ',') FROM jsonb_array_elements(revyops_get_company(1)->'company_custom_fields') f), 'a=1,b=3', 'fields, too');
SELECT is(test.domains(1), 'acme.com first, acme.at, acme.de', 'its domains are all of both');
SELECT is((SELECT string_agg(DISTINCT company_id::text, ',') FROM revyops.contact WHERE client_id = 1), '1', 'its contacts, too');
SELECT is(test.company_of(revyops_create_contact('{"email": "p@x.com", "company_id": "www.acme.de"}')), '1', 'the other''s domain leads to the kept one');
SELECT test.fails_with('SELECT public.revyops_get_company(2)', 'PT301', 'company was merged', '[{"parameter": "id", "code": "merged", "merged_into": 1}]', 'the other''s id, too');
SELECT test.fails_with($$SELECT public.revyops_update_company(2, '{}')$$, 'PT404', 'company not found', '[{"parameter": "id", "code": "not_found"}]', 'but not to be changed');
SELECT test.fails_with($$SELECT public.revyops_create_company('{"domain": "acme.de"}')$$, 'PT409', 'company already exists', '[{"pointer": "/domain", "code": "already_exists", "existing_id": 1}]', 'nobody gets the domain');
SELECT is(revyops_merge_companies(3, 1)->>'domain', 'beta.com', 'merged again');
SELECT is(test.domains(3), 'beta.com first, acme.at, acme.com, acme.de', 'all its domains');
SELECT test.fails_with(format('SELECT public.revyops_get_company(%s)', id), 'PT301', 'company was merged', '[{"parameter": "id", "code": "merged", "merged_into": 3}]', 'no chain: ' || id) FROM unnest(ARRAY[1, 2]) id;
SELECT is(test.company_of(revyops_create_contact('{"email": "q@x.com", "company_id": 2}')), '3', 'a contact that names one by its old id');
SELECT is(test.statuses($$public.revyops_create_contacts('[{"email": "r@x.com", "company_id": 1}, {"email": "s@x.com", "company_id": "2"}, {"email": "t@x.com", "company_id": 4}, {"email": "u@x.com", "company_id": 99}]')$$), '201 3, 201 3, 401 /company_id, 404 /company_id', 'a batch');
SELECT is(test.statuses($$public.revyops_check_contacts('[{"email": "v@x.com", "company_id": 1}, {"email": "w@x.com", "company_id": 99}]')$$), '201, 404 /company_id', 'a check');
SELECT test.fails_400(format('SELECT public.revyops_merge_companies(%s)', arguments), detail::jsonb, arguments) FROM (VALUES ('NULL, NULL', '[{"parameter": "keep", "code": "required"}, {"parameter": "other", "code": "required"}]'), ('3, 3', '[{"parameter": "other", "code": "same_company"}]'), ($$3, NULL, 'x'$$, '[{"parameter": "other", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}]')) t(arguments, detail);
SELECT test.fails_with(format('SELECT public.revyops_merge_companies(%s)', arguments), state, message, detail::jsonb, arguments) FROM (VALUES ('3, 9', 'PT404', 'company not found', '[{"parameter": "other", "code": "not_found"}]'), ('9, 3', 'PT404', 'company not found', '[{"parameter": "keep", "code": "not_found"}]'), ('3, 4', 'PT401', 'company does not belong to this client', '[{"parameter": "other", "code": "other_client"}]')) t(arguments, state, message, detail);

-- ---- over HTTP
SELECT revyops_create_api_key(1, 'x') AS key \gset
CREATE FUNCTION test.http(method text, path text, key text, content text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', a.status, substring(a.headers FROM 'Location: ([^\n]*)'), b->'errors'->0->>'code', b->>'domain') FROM revyops_http.handle(method, path, '', E'Content-Type: application/json\nX-API-Key: ' || key, convert_to(content, 'UTF8')) a, LATERAL (SELECT a.body::jsonb) j(b) $$;
SELECT is(test.http('POST', '/public/v2/companies/3/merge', :'key', '{"other_id": 5}'), '200 beta.com', 'a merge');
SELECT is(test.http('POST', '/public/v2/companies/3/merge', :'key', '{"other_id": 3}'), '400 same_company', 'the same');
SELECT is(test.http('GET', '/public/v2/companies/5', :'key'), '301 /public/v2/companies/3 merged', 'what was merged is elsewhere');
SELECT is(test.http('GET', '/public/companies/1', :'key'), '301 /public/companies/3 merged', 'in v1, too');

-- ---- a deletion takes all of it along
SELECT revyops_delete_company(3) \g /dev/null
SELECT is((SELECT count(*) FROM revyops.company_domain WHERE client_id = 1) + (SELECT count(*) FROM revyops.merged_company), 0::bigint, 'nothing is left');
SELECT is(revyops_create_company('{"domain": "acme.de"}')->>'domain', 'acme.de', 'the domain is free');

SELECT * FROM finish();
ROLLBACK;
