\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(30);
-- The names and values of a record's custom fields have 256 KiB at most, however they got there.
SELECT test.two_clients() \gset

-- fields makes so many of 2,500 octets: 104 have 260,000, and 2,144 are left
CREATE FUNCTION test.fields(n int, start text DEFAULT 'f') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_agg(jsonb_build_object('field_name', rpad(start || i || '-', 10, 'x'), 'field_value', repeat('v', 2490)) ORDER BY i) FROM generate_series(1, n) i $$;
-- field makes one of so many octets, six of them its name
CREATE FUNCTION test.field(octets int, name text DEFAULT 'little') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('field_name', name, 'field_value', repeat('v', octets - 6)) $$;
CREATE FUNCTION test.large(call text, what jsonb, pointer text, actual int, description text) RETURNS text
	LANGUAGE sql AS $$ SELECT test.fails_400(format(call, what), jsonb_build_array(jsonb_build_object('pointer', pointer, 'code', 'too_large', 'limit', 262144, 'actual', actual)), description) $$;
-- octets is how many a contact or company has
CREATE FUNCTION test.octets(fields jsonb) RETURNS bigint
	LANGUAGE sql AS $$ SELECT sum(octet_length(f->>'field_name') + octet_length(f->>'field_value')) FROM jsonb_array_elements(fields) f $$;
CREATE FUNCTION test.contact(id bigint) RETURNS bigint
	LANGUAGE sql AS $$ SELECT test.octets(custom_fields) FROM revyops.contact c WHERE c.id = contact.id $$;
CREATE FUNCTION test.company(id bigint) RETURNS bigint
	LANGUAGE sql AS $$ SELECT test.octets(custom_fields) FROM revyops.company c WHERE c.id = company.id $$;

-- contacts
SELECT revyops_create_contact(jsonb_build_object('email', 'full@acme.com', 'contact_custom_fields_input', test.fields(104) || test.field(2144)))->>'id' AS contact \gset
SELECT is(test.contact(:contact), 262144::bigint, 'a contact with as much as it may have');
SELECT test.large('SELECT revyops_create_contact(%L)', jsonb_build_object('email', 'b@acme.com', 'contact_custom_fields_input', test.fields(104) || test.field(2145)), '/contact_custom_fields_input', 262145, 'an octet more');
SELECT test.large('SELECT revyops_create_contact(%L)', jsonb_build_object('email', 'b@acme.com', 'contact_custom_fields_input', test.fields(104) || jsonb_build_object('field_name', 'little', 'field_value', repeat('é', 1070))), '/contact_custom_fields_input', 262146, 'octets count, not characters');
SELECT is((SELECT jsonb_agg(jsonb_build_array(status, errors->0->'code', errors->0->'pointer', jsonb_array_length(errors)) ORDER BY ordinal) FROM revyops_create_contacts(jsonb_build_array(
		jsonb_build_object('email', 'b@acme.com', 'contact_custom_fields_input', test.fields(106)), '{"email": "c@acme.com"}'::jsonb))),
	'[[400, "too_large", "/contact_custom_fields_input", 1], [201, null, null, null]]', 'in a batch it is the item alone');
SELECT test.large(format('SELECT revyops_update_contact(%s, %%L)', :contact), jsonb_build_object('contact_custom_fields', jsonb_build_array(test.field(2145))), '/contact_custom_fields', 262145, 'a value that is longer');
SELECT test.large(format('SELECT revyops_update_contact(%s, %%L)', :contact), jsonb_build_object('contact_custom_fields', jsonb_build_array(test.field(7, 'second'))), '/contact_custom_fields', 262151, 'one more, by a change');
SELECT test.large(format('SELECT revyops_update_contact(%s, %%L)', :contact), jsonb_build_object('contact_custom_fields_input', jsonb_build_array(test.field(7, 'second'))), '/contact_custom_fields_input', 262151, 'in the other list');
SELECT test.large(format('SELECT revyops_update_contact(%s, %%L)', :contact), jsonb_build_object('contact_custom_fields', test.fields(106, 'g')), '/contact_custom_fields', 265000, 'a list that nothing has room for');
SELECT test.large('SELECT revyops_upsert_contact(%L)', jsonb_build_object('email', 'full@acme.com', 'contact_custom_fields', jsonb_build_array(test.field(7, 'second'))), '/contact_custom_fields', 262151, 'an upsert of one that is there');
SELECT test.large('SELECT revyops_upsert_contact(%L)', jsonb_build_object('email', 'new@acme.com', 'contact_custom_fields', test.fields(60), 'contact_custom_fields_input', test.fields(60, 'g')), '/contact_custom_fields_input', 300000, 'of one that is not, by two lists');
SELECT is((SELECT jsonb_agg(jsonb_build_array(status, errors->0->'code', errors->0->'pointer') ORDER BY ordinal) FROM revyops_upsert_contacts(jsonb_build_array(
		jsonb_build_object('email', 'full@acme.com', 'contact_custom_fields', jsonb_build_array(test.field(7, 'second'))), '{"email": "full@acme.com", "origin": "x"}'::jsonb,
		jsonb_build_object('email', 'n@acme.com', 'contact_custom_fields', test.fields(60)), jsonb_build_object('email', 'n@acme.com', 'contact_custom_fields', test.fields(60, 'g'))))),
	'[[400, "too_large", "/contact_custom_fields"], [200, null, null], [201, null, null], [400, "too_large", "/contact_custom_fields"]]', 'of many, step by step');
SELECT is(test.contact(:contact), 262144::bigint, 'nothing of that was written');
SELECT test.large(format('SELECT revyops_add_contact_custom_field(%s, %%L)', :contact), test.field(7, 'second'), '', 262151, 'a field added');
SELECT (SELECT f->>'id' FROM jsonb_array_elements(custom_fields) f WHERE f->>'field_name' = 'little') AS field FROM revyops.contact WHERE id = :contact \gset
SELECT test.large(format('SELECT revyops_update_contact_custom_field(%s, %s, %%L)', :contact, :field), jsonb_build_object('field_value', repeat('v', 2139)), '', 262145, 'its value changed');
SELECT test.large(format('SELECT revyops_update_contact_custom_field(%s, %s, %%L)', :contact, :field), jsonb_build_object('field_name', 'littles'), '', 262145, 'its name changed');
SELECT is(revyops_update_contact(:contact, '{"first_name": "Jane", "contact_custom_fields": [{"field_name": "little", "field_value": "v"}]}')->>'first_name', 'Jane', 'less is always possible');
SELECT revyops_update_contact(:contact, jsonb_build_object('contact_custom_fields', jsonb_build_array(test.field(2144))))->>'id' AS hidden \gset

-- merges
SELECT revyops_create_contact(jsonb_build_object('email', 'other@acme.com', 'contact_custom_fields_input', jsonb_build_array(test.field(7, 'second'))))->>'id' AS other \gset
SELECT test.fails_400(format('SELECT revyops_merge_contacts(%s, %s)', :contact, :other), '[{"parameter": "other", "code": "too_large", "limit": 262144, "actual": 262151}]', 'a merge');
SELECT test.fails_400(format('SELECT revyops_merge_contacts(%s, %s)', :other, :contact), '[{"parameter": "other", "code": "too_large", "limit": 262144, "actual": 262151}]', 'the other way round');

-- names of all
SELECT revyops_define_custom_field('contact', 'little', 'text') AS hidden \gset
SELECT test.fails_400($$SELECT revyops_rename_custom_field('contact', 'little', 'littles')$$, '[{"parameter": "new_name", "code": "too_large"}]', 'a longer name for a field of all');
SELECT is(revyops_rename_custom_field('contact', 'little', 'Little'), 1::bigint, 'another');
SELECT is(test.contact(:contact), 262144::bigint, 'which is as long');

-- companies
SELECT revyops_create_company(jsonb_build_object('domain', 'full.com', 'company_custom_fields', test.fields(104) || test.field(2144)))->>'id' AS company \gset
SELECT is(test.company(:company), 262144::bigint, 'a company with as much as it may have');
SELECT test.large('SELECT revyops_create_company(%L)', jsonb_build_object('domain', 'b.com', 'company_custom_fields', test.fields(104) || test.field(2145)), '/company_custom_fields', 262145, 'an octet more');
SELECT is((SELECT jsonb_agg(jsonb_build_array(status, errors->0->'code') ORDER BY ordinal) FROM revyops_create_companies(jsonb_build_array(jsonb_build_object('domain', 'b.com', 'company_custom_fields', test.fields(106)), '{"domain": "c.com"}'::jsonb))),
	'[[400, "too_large"], [201, null]]', 'in a batch');
SELECT test.large(format('SELECT revyops_update_company(%s, %%L)', :company), jsonb_build_object('company_custom_fields', jsonb_build_array(test.field(7, 'second'))), '/company_custom_fields', 262151, 'a change');
SELECT test.large(format('SELECT revyops_add_company_custom_field(%s, %%L)', :company), test.field(7, 'second'), '', 262151, 'a field added');
SELECT (SELECT f->>'id' FROM jsonb_array_elements(custom_fields) f WHERE f->>'field_name' = 'little') AS field FROM revyops.company WHERE id = :company \gset
SELECT test.large(format('SELECT revyops_update_company_custom_field(%s, %s, %%L)', :company, :field), jsonb_build_object('field_value', repeat('v', 2139)), '', 262145, 'its value changed');
SELECT is(test.company(:company), 262144::bigint, 'nothing of that was written');

-- faults
SELECT is((SELECT jsonb_build_array(count(*), count(*) FILTER (WHERE e->>'code' = 'required'), (array_agg(e - 'message' ORDER BY n DESC))[1]) FROM jsonb_array_elements(
		(test.try(format('SELECT revyops_create_contacts(%L, mode => ''atomic'')', (SELECT jsonb_agg(jsonb_build_object('email', i || '@x.com', 'contact_custom_fields_input', '[{"field_value": ""}, {"field_value": ""}, {"field_value": ""}]'::jsonb)) FROM generate_series(1, 1000) i)))->>'detail')::jsonb)
		WITH ORDINALITY t(e, n)),
	'[1002, 1001, {"pointer": "", "code": "more_faults", "more": 1999}]', 'of 3,000 faults some 1,000 are told, and the others counted');
SELECT is((SELECT jsonb_agg(jsonb_build_array(n, told, more) ORDER BY n) FROM (SELECT count(*) AS n, jsonb_array_length(errors) AS told, errors->-1->'more' AS more FROM revyops_create_contacts(
		(SELECT jsonb_agg(jsonb_build_object('email', i || '@x.com', 'contact_custom_fields_input', '[{"field_value": ""}, {"field_value": ""}, {"field_value": ""}]'::jsonb)) FROM generate_series(1, 1000) i)) GROUP BY 2, 3) AS t),
	'[[333, 3, null], [667, 3, 1]]', 'each item of a batch tells of two at least');
SELECT finish();
ROLLBACK;
