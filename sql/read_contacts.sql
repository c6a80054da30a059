\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(59);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "first_name": "Jane", "last_name": "Doe", "company_id": 1, "origin": "clay", "contact_status": "Active",
	"contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}, {"field_name": "Score", "field_value": 87}]}') AS "hidden" \gset
SELECT revyops_create_contact('{"linkedin_url": "in/joe", "first_name": "Joe", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}]}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "max@other.org", "last_name": "Doe", "contact_custom_fields_input": [{"field_name": "Empty", "field_value": ""}]}') AS "hidden" \gset
UPDATE revyops.contact SET first_campaign_email_sent = '2026-01-02 03:04:05+00', last_campaign_email_sent = '2026-02-03 04:05:06.5+00', last_reply_received = '2026-03-04 05:06:07+00' WHERE id = 2;

-- get: whole answers
SELECT is(test.settled(revyops_get_contact(1)), (jsonb '{"id": 1, "email": "jane@acme.com", "linkedin_url": "https://www.linkedin.com/in/jane",
	"first_name": "Jane", "last_name": "Doe", "company_id": 1, "origin": "clay", "contact_status": "Active",
	"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null,
	"last_campaign_email_sent": null, "last_reply_received": null, "updated_time": "TIME",
	"contact_custom_fields": [{"id": 1, "field_name": "Industry", "field_value": "SaaS", "updated_time": "TIME"},
		{"id": 2, "field_name": "Score", "field_value": "87", "updated_time": "TIME"}]}')::text, 'get, NESTED');
SELECT is(revyops_get_contact(2, 'FLAT') - 'updated_time', '{"id": 2, "email": null, "linkedin_url": "https://www.linkedin.com/in/joe",
	"first_name": "Joe", "last_name": "", "company_id": null, "origin": "", "contact_status": "",
	"previous_status": null, "status_changed_at": null, "first_campaign_email_sent": "2026-01-02T03:04:05.000000Z",
	"last_campaign_email_sent": "2026-02-03T04:05:06.500000Z", "last_reply_received": "2026-03-04T05:06:07.000000Z",
	"contact_custom_fields": {"Industry": "SaaS"}}', 'get, FLAT: what has no value is null');
SELECT is(revyops_get_contact(structure => 'FLAT', id => 3)->'contact_custom_fields', '{"Empty": ""}', 'get, arguments by name');
SELECT is(revyops_get_contact(1)->'updated_time', revyops_create_contact('{"email": "time@acme.com"}')->'updated_time', 'the same time as a create');
SELECT revyops_delete_contact(4) \gset

-- get: errors
SELECT test.fails_with(format('SELECT revyops_get_contact(%s)', i), 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]', 'no contact ' || i)
FROM unnest(ARRAY['99', '0', '-1', '9223372036854775807']) i;
SELECT test.fails_400('SELECT revyops_get_contact(NULL, NULL)', '[{"parameter": "id", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}]', 'get NULL');
SELECT test.fails_400($$SELECT revyops_get_contact(99, 'flat')$$, '[{"parameter": "structure", "code": "invalid_structure"}]', '400 comes before 404');
SET LOCAL revyops.client_id = 2;
SELECT test.fails_with('SELECT revyops_get_contact(1)', 'PT401', 'contact does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'another client''s contact');
SELECT is(revyops_list_contacts()::jsonb, '{"next": null, "count": 0, "results": [], "page_size": 100, "total_pages": 0, "current_page": 1}', 'another client''s list');
SELECT is(revyops_list_contacts(email => 'jane@acme.com')->>'count', '0', 'another client''s e-mail');
SELECT is(revyops_list_contacts(linkedin_url => 'in/jane')->>'count', '0', 'another client''s LinkedIn URL');
SELECT is(revyops_list_contacts(domain => 'acme.com')->>'count', '0', 'another client''s domain');
SELECT is(revyops_lookup_contacts('Industry', 'SaaS')->>'count', '0', 'another client''s custom field');
SET LOCAL revyops.client_id = 0;
SELECT test.fails_with(call, 'PT403', 'missing or invalid credentials', '[{"parameter": "X-API-Key", "code": "missing_credentials"}]', '403: ' || call)
FROM unnest(ARRAY['SELECT revyops_get_contact(NULL)', 'SELECT revyops_list_contacts(page => 0)', 'SELECT revyops_lookup_contacts(NULL, NULL)']) call;
SET LOCAL revyops.client_id = 1;

-- list: ids tells which contacts, and the rest of the envelope
CREATE FUNCTION test.ids(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s: %s of %s, %s by %s', coalesce((SELECT string_agg(c->>'id', ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n)), '-'),
		page->'current_page', page->'total_pages', page->'count', page->'page_size') $$;
SELECT is(test.ids(revyops_list_contacts()), '1 2 3: 1 of 1, 3 by 100', 'all, by id');
SELECT is((revyops_list_contacts(structure => 'FLAT')->'results'->0)::jsonb, revyops_get_contact(1, 'FLAT'), 'an entry is what get returns');
SELECT is(test.ids(revyops_list_contacts(page => p, page_size => 2)), expected, format('page %s of two', p))
FROM (VALUES (1, '1 2: 1 of 2, 3 by 2'), (2, '3: 2 of 2, 3 by 2'), (3, '-: 3 of 2, 3 by 2'), (2147483647, '-: 2147483647 of 2, 3 by 2')) v(p, expected);
SELECT is(test.ids(revyops_list_contacts(page => 3)), '-: 3 of 1, 3 by 100', 'far behind the last page');
SELECT is(test.ids(revyops_list_contacts(page_size => 3)), '1 2 3: 1 of 1, 3 by 3', 'a page that is just full');
SELECT is(test.ids(revyops_list_contacts(page_size => 1000)), '1 2 3: 1 of 1, 3 by 100', 'a page has at most 100');
SELECT test.fails_400(format('SELECT revyops_list_contacts(page => %L, page_size => %L)', p, p), '[{"parameter": "page", "code": "invalid_number"}, {"parameter": "page_size", "code": "invalid_number"}]', 'page ' || coalesce(p::text, 'NULL'))
FROM unnest(ARRAY[0, -1, NULL]) p;

SELECT is(revyops_list_contacts(page => 2, page_size => 2)::text, jsonb_build_object('next', NULL, 'count', 3, 'total_pages', 2, 'current_page', 2, 'page_size', 2, 'results', jsonb_build_array(revyops_get_contact(3)))::text, 'a page is written as jsonb shows it');
SELECT revyops_update_contact(3, jsonb_build_object('origin', E'"quoted" \\ \u00fc\t')) AS hidden \gset
SELECT is(revyops_list_contacts(email => 'max@other.org')->'results'->0->>'origin', E'"quoted" \\ \u00fc', 'what JSON escapes');

-- list: filters
SELECT is(test.ids(revyops_list_contacts(email => e)), expected, 'e-mail ' || quote_literal(e))
FROM (VALUES (' Jane@ACME.com ', '1: 1 of 1, 1 by 100'), ('jane@', '-: 1 of 0, 0 by 100'), ('nobody@acme.com', '-: 1 of 0, 0 by 100'), (' ', '1 2 3: 1 of 1, 3 by 100')) v(e, expected);
SELECT is(test.ids(revyops_list_contacts(linkedin_url => 'linkedin.com/in/Joe/')), '2: 1 of 1, 1 by 100', 'LinkedIn URL');
SELECT is(test.ids(revyops_list_contacts(domain => 'https://www.ACME.com/')), '1: 1 of 1, 1 by 100', 'domain of the company');
SELECT is(test.ids(revyops_list_contacts(domain => 'mail.acme.com')), '-: 1 of 0, 0 by 100', 'a domain is not its parent''s');
SELECT is(test.ids(revyops_list_contacts(domain => 'acme.com', page => 2)), '-: 2 of 1, 1 by 100', 'behind the last page of a domain');
SELECT is(test.ids(revyops_list_contacts(email => 'jane@acme.com', page => 2)), '-: 2 of 1, 1 by 100', 'behind the last page of an e-mail');
SELECT is(test.ids(revyops_list_contacts(lastname => ' Doe ')), '1 3: 1 of 1, 2 by 100', 'last name');
SELECT is(test.ids(revyops_list_contacts(lastname => 'doe')), '-: 1 of 0, 0 by 100', 'names are compared as they are');
SELECT is(test.ids(revyops_list_contacts(firstname => 'Jane', lastname => 'Doe')), '1: 1 of 1, 1 by 100', 'first and last name');
SELECT is(test.ids(revyops_list_contacts(email => 'jane@acme.com', linkedin_url => 'in/jane', domain => 'acme.com', firstname => 'Jane', lastname => 'Doe')), '1: 1 of 1, 1 by 100', 'all at once');
SELECT is(test.ids(revyops_list_contacts('acme.com', 'max@other.org')), '-: 1 of 0, 0 by 100', 'of another domain');
SELECT is(test.ids(revyops_list_contacts(email => 'jane@acme.com', linkedin_url => 'in/joe')), '-: 1 of 0, 0 by 100', 'two keys of two contacts');
SELECT is(test.ids(revyops_list_contacts(email => 'jane@acme.com', lastname => 'Roe')), '-: 1 of 0, 0 by 100', 'the e-mail of another name');
SELECT is(test.ids(revyops_list_contacts(domain => 'acme.com', lastname => 'Roe')), '-: 1 of 0, 0 by 100', 'the domain of another name');

-- lookup
SELECT is(test.ids(revyops_lookup_contacts(n, v)), expected, format('custom field %s = %s', n, quote_literal(v)))
FROM (VALUES ('Industry', 'SaaS', '1 2: 1 of 1, 2 by 100'), (' Score ', ' 87 ', '1: 1 of 1, 1 by 100'), ('Empty', '', '3: 1 of 1, 1 by 100'),
	('industry', 'SaaS', '-: 1 of 0, 0 by 100'), ('Score', '8', '-: 1 of 0, 0 by 100'), ('Score', 'SaaS', '-: 1 of 0, 0 by 100')) v(n, v, expected);
SELECT is(test.ids(revyops_lookup_contacts('Industry', 'SaaS', 2, 1, 'FLAT')), '2: 2 of 2, 2 by 1', 'the second page of a lookup');
SELECT test.fails_400('SELECT revyops_lookup_contacts(NULL, NULL, 0, 0, NULL)', '[{"parameter": "page", "code": "invalid_number"}, {"parameter": "page_size", "code": "invalid_number"}, {"parameter": "structure", "code": "invalid_structure"}, {"parameter": "field_name", "code": "required"}, {"parameter": "field_value", "code": "required"}]', 'every fault of a lookup');

-- what JSON escapes, at every place among others, and what is next to it in value: a list as text is what jsonb says
INSERT INTO revyops.contact (client_id, email, origin)
	SELECT 2, format('c%s@acme.com', row_number() OVER ()), repeat('x', before) || c || repeat('y', behind)
	FROM generate_series(0, 9) before, unnest(ARRAY[0, 3, 8]) behind, unnest(ARRAY[E'\x01', E'\x1f', ' ', '!', '"', '#', '[', '\', ']', E'\x7f', 'ü', '€', '']) c;
SELECT set_config('revyops.client_id', '2', true) AS hidden \gset
SELECT is((SELECT array_agg(r->>'origin' ORDER BY (r->>'id')::bigint) FROM generate_series(1, 4) n, jsonb_array_elements(revyops_list_contacts(page => n)::jsonb->'results') r),
	(SELECT array_agg(origin ORDER BY id) FROM revyops.contact WHERE client_id = 2), 'all that is escaped');

SELECT * FROM finish();
ROLLBACK;
