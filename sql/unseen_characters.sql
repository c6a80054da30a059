\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(48);
SELECT test.two_clients() \gset

-- What is not to be seen has no place at the ends of a string: unseen has every such character, and one of ASCII.
CREATE TABLE test.unseen AS SELECT chr(c) AS c, to_hex(c) AS hex FROM unnest(
	ARRAY[x'85'::int, x'a0'::int, x'ad'::int, x'34f'::int, x'61c'::int, x'115f'::int, x'1160'::int, x'1680'::int, x'17b4'::int, x'17b5'::int, x'180e'::int, x'2800'::int, x'3000'::int, x'3164'::int,
		x'feff'::int, x'ffa0'::int, x'fff9'::int, x'fffa'::int, x'fffb'::int, x'1bca0'::int, x'1bca3'::int, x'1d173'::int, x'1d17a'::int, x'e0001'::int, 32]
	|| ARRAY(SELECT * FROM generate_series(x'2000'::int, x'200f'::int)) || ARRAY(SELECT * FROM generate_series(x'2028'::int, x'202f'::int))
	|| ARRAY(SELECT * FROM generate_series(x'205f'::int, x'206f'::int))) c;
CREATE TABLE test.seen AS SELECT chr(c) AS c, to_hex(c) AS hex FROM unnest(
	ARRAY[x'ae'::int, x'301'::int, x'600'::int, x'115e'::int, x'1161'::int, x'180d'::int, x'1681'::int, x'2010'::int, x'2027'::int, x'2030'::int, x'205e'::int, x'2070'::int, x'27ff'::int, x'2801'::int, x'3001'::int, x'fe0f'::int, x'feef'::int,
		x'fffc'::int, x'1d17b'::int, x'e0067'::int, x'e007f'::int, x'e0100'::int]) c;
-- wrap puts all of them, in any order, around a text
CREATE FUNCTION test.wrap(inner_text text) RETURNS text LANGUAGE sql AS $$
	SELECT (SELECT string_agg(c, '' ORDER BY c COLLATE "C") FROM test.unseen) || inner_text || (SELECT string_agg(c, '' ORDER BY md5(c)) FROM test.unseen) $$;
SELECT is(string_agg(hex, ' ' ORDER BY hex) FILTER (WHERE revyops_normalize_email(c || 'j@acme.com') IS DISTINCT FROM 'j@acme.com'), NULL, 'before an e-mail address')
FROM test.unseen;
SELECT is(string_agg(hex, ' ' ORDER BY hex) FILTER (WHERE revyops_normalize_domain(c || 'acme.com' || c) IS DISTINCT FROM 'acme.com'), NULL, 'around a domain')
FROM test.unseen;
SELECT is(string_agg(hex, ' ' ORDER BY hex) FILTER (WHERE revyops_normalize_linkedin_url(c || 'in/jane' || c) IS DISTINCT FROM 'https://www.linkedin.com/in/jane'), NULL, 'around a LinkedIn URL')
FROM test.unseen;
SELECT is(string_agg(hex, ' ' ORDER BY hex) FILTER (WHERE revyops_normalize_linkedin_url('https://www.linkedin.com/in/' || c || 'jane' || c || '/x') IS DISTINCT FROM 'https://www.linkedin.com/in/jane'), NULL, 'around the slug of one')
FROM test.unseen;
SELECT is(string_agg(hex, ' ' ORDER BY hex) FILTER (WHERE revyops_normalize_linkedin_url(replace('in/Ljos%C3%A9L?x', 'L', regexp_replace(encode(convert_to(c, 'UTF8'), 'hex'), '..', '%\&', 'g'))) IS DISTINCT FROM 'https://www.linkedin.com/in/jos%C3%A9'), NULL, 'in percent form')
FROM test.unseen;
SELECT is(revyops_normalize_linkedin_url(U&'in/jane%20\3164%0A/'), 'https://www.linkedin.com/in/jane', 'several');
SELECT is(revyops_normalize_linkedin_url(U&'in/jane\3164\+0e007f/'), 'https://www.linkedin.com/in/jane', 'before a format character');
SELECT test.fails_400(format('SELECT revyops_normalize_linkedin_url(%L)', 'in/' || slug), '[{"parameter": "linkedin_url", "code": "invalid_linkedin_url"}]', description)
FROM (VALUES ('%20%E3%85%A4/', 'alone they are no slug')) t(slug, description);

-- every string of a contact and a company
SELECT revyops_create_company(jsonb_build_object('domain', test.wrap('acme.com'), 'name', test.wrap('Acme'), 'company_status', test.wrap('Active'),
	'company_custom_fields', jsonb_build_array(jsonb_build_object('field_name', test.wrap('Size'), 'field_value', test.wrap('5'))))) AS company \gset
SELECT is((domain, name, company_status, custom_fields->0->>'field_name', custom_fields->0->>'field_value')::text, '(acme.com,Acme,Active,Size,5)', 'a company')
FROM revyops.company;
CREATE FUNCTION test.body(who text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('email', test.wrap(who || '@acme.com'), 'linkedin_url', test.wrap('in/' || who), 'first_name', test.wrap('Jane'), 'last_name', test.wrap('Doe'),
		'company_id', test.wrap('acme.com'), 'origin', test.wrap('clay'), 'contact_status', test.wrap('New'),
		'contact_custom_fields_input', jsonb_build_array(jsonb_build_object('field_name', test.wrap('Industry'), 'field_value', test.wrap('SaaS')))) $$;
CREATE FUNCTION test.stored(which bigint) RETURNS text LANGUAGE sql AS $$
	SELECT (email, linkedin_url, first_name, last_name, company_id, origin, contact_status, custom_fields->0->>'field_name', custom_fields->0->>'field_value')::text
	FROM revyops.contact WHERE id = which $$;
SELECT revyops_create_contact(test.body('one'))->'id' AS one, revyops_upsert_contact(test.body('two') - 'contact_custom_fields_input' ||
	jsonb_build_object('contact_custom_fields', test.body('two')->'contact_custom_fields_input'))->'id' AS two \gset
SELECT (contact->>'id') AS three FROM revyops_create_contacts(jsonb_build_array(test.body('three'))) \gset
SELECT is(test.stored(i), format('(%s@acme.com,https://www.linkedin.com/in/%1$s,Jane,Doe,1,clay,New,Industry,SaaS)', name), name)
FROM (VALUES (:one, 'one'), (:two, 'two'), (:three, 'three')) v(i, name);
SELECT test.fails_with(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', test.wrap('ONE@acme.com'))), 'PT409', 'contact already exists',
	jsonb_build_array(jsonb_build_object('pointer', '/email', 'code', 'already_exists', 'existing_id', :one)), 'a duplicate');
SELECT revyops_update_contact(:one, jsonb_build_object('first_name', test.wrap('Ann'), 'company_id', test.wrap('1'))) AS changed \gset
SELECT is(test.stored(:one), '(one@acme.com,https://www.linkedin.com/in/one,Ann,Doe,1,clay,New,Industry,SaaS)', 'a change, the company by its id');
SELECT test.fails_400(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', test.wrap(''), 'contact_custom_fields_input',
	jsonb_build_array(jsonb_build_object('field_name', test.wrap(''), 'field_value', '')))),
	'[{"pointer": "", "code": "identifier_required"}, {"pointer": "/contact_custom_fields_input/0/field_name", "code": "required"}]', 'nothing else is blank');

-- looking for them
CREATE FUNCTION test.ids(page json) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(c->>'id', ' '), '-') FROM json_array_elements(page->'results') c $$;
SELECT is(test.ids(revyops_list_contacts(email => test.wrap('two@acme.com'))), :'two', 'filter: email');
SELECT is(test.ids(revyops_list_contacts(linkedin_url => test.wrap('in/two'))), :'two', 'filter: linkedin_url');
SELECT is(test.ids(revyops_list_contacts(firstname => test.wrap('Ann'))), :'one', 'filter: firstname');
SELECT is(test.ids(revyops_list_contacts(lastname => test.wrap('Doe'), firstname => test.wrap('Ann'))), :'one', 'filter: lastname');
SELECT is(test.ids(revyops_list_contacts(domain => test.wrap('acme.com'), firstname => 'Ann')), :'one', 'filter: domain');
SELECT is(json_array_length(revyops_lookup_contacts(test.wrap('Industry'), test.wrap('SaaS'))->'results'), 3, 'a look-up');
SELECT is(json_array_length(revyops_list_companies(name => test.wrap('Acme'))->'results'), 1, 'filter: a company''s name');

-- Inside they stay, and what gives a neighbour its shape stays at the ends.
SELECT is(revyops_create_contact(jsonb_build_object('email', 'x' || hex || '@acme.com', 'first_name', c || 'a' || c, 'last_name', 'a' || c || 'b'))->>'first_name',
	c || 'a' || c, 'U+' || hex || ' stays') FROM test.seen;
SELECT is(revyops_create_contact('{"email": "joiner@acme.com", "first_name": "👩‍💻 Ann‍", "last_name": "🏴󠁧󠁢󠁥󠁮󠁧󠁿"}') - ARRAY['id', 'updated_time'] ->> 'first_name', '👩‍💻 Ann', 'a joiner inside');
SELECT is(last_name, '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'a flag made of tags') FROM revyops.contact WHERE email = 'joiner@acme.com';
SELECT is(revyops_create_contact(jsonb_build_object('email', 'inside@acme.com', 'first_name', ' a' || chr(x'200b'::int) || 'b '))->>'first_name', 'a' || chr(x'200b'::int) || 'b', 'a zero width space inside');
SELECT test.fails_400(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', 'c@acme.com', 'first_name', chr(1) || 'a', 'last_name', 'a' || chr(127), 'origin', chr(129) || 'a')),
	'[{"pointer": "/first_name", "code": "control_character"}, {"pointer": "/last_name", "code": "control_character"}, {"pointer": "/origin", "code": "control_character"}]', 'control characters are a fault as before');
SELECT * FROM finish();
ROLLBACK;
