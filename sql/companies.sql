\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(62);
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_company('{"domain": "theirs.com"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true),
	revyops_create_company('{"domain": "acme.com", "name": "Acme", "company_status": "Lead", "company_custom_fields": [{"field_name": "industry", "field_value": "SaaS"}, {"field_name": "Size", "field_value": 5}]}'),
	revyops_create_company('{"domain": "beta.com", "name": "Beta", "company_custom_fields": [{"field_name": "industry", "field_value": "SaaS"}]}'),
	revyops_create_company('{"domain": "gamma.com", "name": "Acme"}') \gset hidden_
CREATE FUNCTION test.ids(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s: %s of %s, %s by %s', coalesce((SELECT string_agg(c->>'id', ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n)), '-'),
		page->'current_page', page->'total_pages', page->'count', page->'page_size') $$;
CREATE FUNCTION test.now() RETURNS text LANGUAGE sql AS $$ SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- get
SELECT is(test.settled(revyops_get_company(2)), (jsonb '{"id": 2, "domain": "acme.com", "name": "Acme", "company_status": "Lead", "previous_status": null, "status_changed_at": null, "updated_time": "TIME",
	"company_custom_fields": [{"id": 1, "field_name": "industry", "field_value": "SaaS", "updated_time": "TIME"}, {"id": 2, "field_name": "Size", "field_value": "5", "updated_time": "TIME"}]}')::text, 'get, NESTED');
SELECT is(revyops_get_company(2, 'FLAT')->'company_custom_fields', '{"Size": "5", "industry": "SaaS"}', 'get, FLAT');
SELECT test.fails_with('SELECT revyops_get_company(99)', 'PT404', 'company not found', '[{"parameter": "id", "code": "not_found"}]', 'get none');
SELECT test.fails_with('SELECT revyops_get_company(1)', 'PT401', 'company does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'get another client''s');
SELECT test.fails_400('SELECT revyops_get_company(NULL, NULL)', '[{"parameter": "id", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}]', 'get NULL');

-- list and lookup
SELECT is(test.ids(revyops_list_companies()), '2 3 4: 1 of 1, 3 by 100', 'all, by id');
SELECT is((revyops_list_companies(structure => 'FLAT')->'results'->0)::jsonb, revyops_get_company(2, 'FLAT'), 'an entry is what get returns');
SELECT is(test.ids(revyops_list_companies(page => p, page_size => 2)), expected, format('page %s of two', p))
FROM (VALUES (1, '2 3: 1 of 2, 3 by 2'), (2, '4: 2 of 2, 3 by 2'), (3, '-: 3 of 2, 3 by 2')) v(p, expected);
SELECT is(test.ids(revyops_list_companies(domain => d)), expected, 'domain ' || d)
FROM (VALUES ('WWW.Acme.com', '2: 1 of 1, 1 by 100'), ('x@beta.com', '3: 1 of 1, 1 by 100'), ('theirs.com', '-: 1 of 0, 0 by 100'), ('co.uk', '-: 1 of 0, 0 by 100'), ('no domain', '-: 1 of 0, 0 by 100')) v(d, expected);
SELECT is(test.ids(revyops_list_companies(domain => 'acme.com', page => 2)), '-: 2 of 1, 1 by 100', 'behind the last page of a domain');
SELECT is(test.ids(revyops_list_companies(name => ' Acme ')), '2 4: 1 of 1, 2 by 100', 'name');
SELECT is(test.ids(revyops_list_companies(domain => 'acme.com', name => 'Beta')), '-: 1 of 0, 0 by 100', 'domain and another''s name');
SELECT is(test.ids(revyops_list_companies(industry => 'SaaS')), '2 3: 1 of 1, 2 by 100', 'industry is the custom field of that name');
SELECT is(test.ids(revyops_list_companies(industry => 'SaaS', name => 'Acme', domain => 'acme.com')), '2: 1 of 1, 1 by 100', 'all at once');
SELECT is(test.ids(revyops_lookup_companies('Size', '5')), '2: 1 of 1, 1 by 100', 'lookup');
SELECT is(test.ids(revyops_lookup_companies('industry', 'SaaS', 2, 1, 'FLAT')), '3: 2 of 2, 2 by 1', 'its second page');
SELECT test.fails_400('SELECT revyops_list_companies(page => 0, page_size => NULL, structure => NULL)', '[{"parameter": "page", "code": "invalid_number"}, {"parameter": "page_size", "code": "invalid_number"}, {"parameter": "structure", "code": "invalid_structure"}]', 'faults of a list');
SELECT test.fails_400('SELECT revyops_lookup_companies(NULL, NULL)', '[{"parameter": "field_name", "code": "required"}, {"parameter": "field_value", "code": "required"}]', 'faults of a lookup');

-- update
UPDATE revyops.company SET updated_time = '2020-01-01 00:00:00+00' WHERE id = 2;
SELECT is(revyops_update_company(2, c)->>'updated_time', '2020-01-01T00:00:00.000000Z', 'nothing to do: ' || c::text)
FROM unnest(ARRAY['{}', '{"domain": "www.acme.com", "name": "Acme ", "company_status": "Lead", "company_custom_fields": [{"field_name": "Size", "field_value": "5"}]}']::jsonb[]) c;
SELECT is(revyops_update_company(2, '{"name": "ACME", "company_status": "Won", "domain": "https://acme.org/", "company_custom_fields": [{"field_name": "Size", "field_value": null}, {"field_name": "New", "field_value": "x"}]}', 'FLAT'),
	jsonb_build_object('id', 2, 'name', 'ACME', 'domain', 'acme.org', 'updated_time', test.now(), 'company_status', 'Won', 'previous_status', 'Lead', 'status_changed_at', test.now(), 'company_custom_fields', '{"New": "x", "industry": "SaaS"}'::jsonb), 'everything');
SELECT is(revyops_get_company(2, 'FLAT'), revyops_update_company(2, '{}', 'FLAT'), 'and it is so');
SELECT test.fails_400(format('SELECT revyops_update_company(2, %L)', b), test.one('/domain', 'required'), 'not without a domain: ' || b) FROM unnest(ARRAY['{"domain": null}', '{"domain": " "}']) b;
SELECT test.fails_400('SELECT revyops_update_company(NULL, NULL, NULL)', '[{"parameter": "id", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}, {"pointer": "", "code": "not_an_object"}]', 'update NULL');
SELECT test.fails_with($$SELECT revyops_update_company(2, '{"domain": "beta.com"}')$$, 'PT409', 'company already exists', '[{"pointer": "/domain", "code": "already_exists", "existing_id": 3}]', 'a domain that is taken, and by whom');
SELECT is(revyops_update_company(4, '{"domain": "theirs.com"}')->>'domain', 'theirs.com', 'another client''s is not');
SELECT test.fails_with($$SELECT revyops_update_company(1, '{"domain": "beta.com"}')$$, 'PT401', 'company does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'update another client''s');
SELECT test.fails_with($$SELECT revyops_update_company(99, '{}')$$, 'PT404', 'company not found', '[{"parameter": "id", "code": "not_found"}]', 'update none');

-- one custom field, of a company and of a contact alike
SELECT revyops_create_contact('{"email": "jane@acme.com", "company_id": 2, "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}'), revyops_create_contact('{"email": "max@acme.com", "company_id": 2}') \gset hidden_
CREATE FUNCTION test.item(id bigint, name text, value text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('id', id, 'field_name', name, 'field_value', value, 'updated_time', test.now()) $$;
SELECT is(revyops_add_company_custom_field(3, '{"field_name": " Size ", "field_value": 7, "id": 1}'), test.item(6, 'Size', '7'), 'add');
SELECT is(revyops_update_company_custom_field(3, 6, '{"field_value": "8"}'), test.item(6, 'Size', '8'), 'another value');
SELECT is(revyops_update_company_custom_field(3, 6, '{"field_name": "Head count"}'), test.item(6, 'Head count', '8'), 'another name');
SELECT is(revyops_update_company_custom_field(3, 6, '{}'), test.item(6, 'Head count', '8'), 'no change');
SELECT is(revyops_get_company(3)->'company_custom_fields'->1, test.item(6, 'Head count', '8'), 'the company has it');
SELECT is(revyops_delete_company_custom_field(3, 6)::text, '', 'delete');
SELECT is(revyops_get_company(3, 'FLAT')->'company_custom_fields', '{"industry": "SaaS"}', 'and it is gone');
SELECT is(revyops_add_contact_custom_field(2, '{"field_name": "B", "field_value": ""}')->>'field_value', '', 'of a contact: add');
SELECT is(revyops_update_contact_custom_field(1, 5, '{"field_name": "Z", "field_value": true}'), test.item(5, 'Z', 'true'), 'change');
SELECT is(revyops_lookup_contacts('Z', 'true')->'results'->0->>'id', '1', 'the index has it');
SELECT revyops_delete_contact_custom_field(1, 5) \gset hidden_
SELECT is(revyops_get_contact(1)->'contact_custom_fields', '[]', 'delete');
SELECT test.fails_with(format('SELECT revyops_%s', call), state, message, detail, call) FROM (VALUES
	('add_company_custom_field(NULL, NULL)', 'PT400', 'invalid request', '[{"parameter": "company_id", "code": "required"}, {"pointer": "", "code": "not_an_object"}]'::jsonb),
	('add_contact_custom_field(99, ''{"field_name": " "}'')', 'PT400', 'invalid request', '[{"pointer": "/field_name", "code": "required"}, {"pointer": "/field_value", "code": "required"}]'),
	('update_contact_custom_field(1, NULL, ''{"field_name": null, "field_value": null}'')', 'PT400', 'invalid request', '[{"parameter": "field_id", "code": "required"}, {"pointer": "/field_name", "code": "null_not_allowed"}, {"pointer": "/field_value", "code": "null_not_allowed"}]'),
	('delete_company_custom_field(NULL, NULL)', 'PT400', 'invalid request', '[{"parameter": "company_id", "code": "required"}, {"parameter": "field_id", "code": "required"}]'),
	('add_company_custom_field(3, ''{"field_name": "industry", "field_value": "x"}'')', 'PT409', 'custom field already exists', '[{"pointer": "/field_name", "code": "already_exists", "existing_id": 3}]'),
	('add_company_custom_field(99, ''{"field_name": "x", "field_value": "x"}'')', 'PT404', 'company not found', '[{"parameter": "company_id", "code": "not_found"}]'),
	('add_company_custom_field(1, ''{"field_name": "x", "field_value": "x"}'')', 'PT401', 'company does not belong to this client', '[{"parameter": "company_id", "code": "other_client"}]'),
	('update_company_custom_field(3, 1, ''{}'')', 'PT404', 'custom field not found', '[{"parameter": "field_id", "code": "not_found"}]'),
	('delete_company_custom_field(2, 3)', 'PT404', 'custom field not found', '[{"parameter": "field_id", "code": "not_found"}]'),
	('delete_contact_custom_field(99, 1)', 'PT404', 'contact not found', '[{"parameter": "contact_id", "code": "not_found"}]')) v(call, state, message, detail);

-- delete
SELECT test.fails_400('SELECT revyops_delete_company(NULL)', '[{"parameter": "id", "code": "required"}]', 'delete NULL');
SELECT test.fails_with('SELECT revyops_delete_company(1)', 'PT401', 'company does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'delete another client''s');
SELECT test.fails_with('SELECT revyops_delete_company(99)', 'PT404', 'company not found', '[{"parameter": "id", "code": "not_found"}]', 'delete none');
UPDATE revyops.contact SET updated_time = '2020-01-01 00:00:00+00';
SELECT is(revyops_delete_company(2)::text, '', 'delete');
SELECT is((SELECT string_agg(format('%s %s %s', email, coalesce(company_id::text, '-'), updated_time = now()), ', ' ORDER BY id) FROM revyops.contact), 'jane@acme.com - t, max@acme.com - t', 'its contacts are without one');
SELECT is(test.ids(revyops_list_companies()), '3 4: 1 of 1, 2 by 100', 'the others are there');

SELECT * FROM finish();
ROLLBACK;
