\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(61);
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_contact('{"email": "a@acme.com", "linkedin_url": "in/a"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset
SELECT is(contacts_merged, false, 'nobody has merged') FROM revyops.client WHERE id = 1;

-- k is kept, and has an e-mail address and a LinkedIn URL; a and b were others
SELECT revyops_create_contact('{"email": "k@acme.com", "linkedin_url": "in/k", "first_name": "K"}')->>'id' AS k, revyops_create_contact('{"email": "a@acme.com", "linkedin_url": "in/a"}')->>'id' AS a,
	revyops_create_contact('{"email": "b@acme.com"}')->>'id' AS b, revyops_create_contact('{"email": "x@acme.com", "linkedin_url": "in/x"}')->>'id' AS x \gset
SELECT revyops_merge_contacts(:b, :a), revyops_merge_contacts(:k, :b) \gset hidden_
-- b took a's LinkedIn URL, and lost it with its own address
SELECT is((SELECT jsonb_agg(jsonb_build_array(id, email, linkedin_url) ORDER BY id) FROM revyops.contact WHERE client_id = 1),
	jsonb_build_array(jsonb_build_array(:k, 'k@acme.com', 'https://www.linkedin.com/in/k'), jsonb_build_array(:x, 'x@acme.com', 'https://www.linkedin.com/in/x')), 'who is left');
SELECT is(contacts_merged, true, 'it is noted that the client merges') FROM revyops.client WHERE id = 1;
SELECT is(contacts_merged, false, 'of that one only') FROM revyops.client WHERE id = 2;

CREATE FUNCTION test.taken(VARIADIC pairs text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(jsonb_build_object('pointer', '/' || pairs[i], 'code', 'already_exists', 'existing_id', pairs[i + 1]::int) ORDER BY i) FROM generate_series(1, cardinality(pairs), 2) i $$;
CREATE FUNCTION test.is_taken(body text, expected jsonb, description text) RETURNS text LANGUAGE sql AS $$
	SELECT test.fails_with(format('SELECT revyops_create_contact(%L)', body), 'PT409', 'contact already exists', expected, description) $$;
CREATE FUNCTION test.contacts() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', id, split_part(email, '@', 1), right(linkedin_url, 1)), ', ' ORDER BY id) FROM revyops.contact WHERE client_id = 1 $$;
CREATE TABLE test.got (contact jsonb);
SELECT test.contacts() AS before \gset

-- a create
SELECT test.is_taken('{"email": "A@acme.com"}', test.taken('email', :'k'), 'create: the address of the first');
SELECT test.is_taken('{"email": "b@acme.com"}', test.taken('email', :'k'), 'create: of the second');
SELECT test.is_taken('{"linkedin_url": "in/a"}', test.taken('linkedin_url', :'k'), 'create: the LinkedIn URL');
SELECT test.is_taken('{"email": "a@acme.com", "linkedin_url": "in/a"}', test.taken('email', :'k', 'linkedin_url', :'k'), 'create: both');
SELECT test.is_taken('{"email": "a@acme.com", "linkedin_url": "in/k"}', test.taken('email', :'k', 'linkedin_url', :'k'), 'create: one that led there, and one that it has');
SELECT test.is_taken('{"email": "x@acme.com", "linkedin_url": "in/a"}', test.taken('email', :'x', 'linkedin_url', :'k'), 'create: one of another');
SELECT test.is_taken('{"email": "a@acme.com", "linkedin_url": "in/new"}', test.taken('email', :'k'), 'create: one that is nobody''s');
SELECT is(test.contacts(), :'before', 'create: nothing is left');
SELECT is(revyops_create_contact('{"email": "free@acme.com"}')->>'email', 'free@acme.com', 'create: another address');
SELECT revyops_delete_contact(id) AS "hidden" FROM revyops.contact WHERE email = 'free@acme.com' \gset

-- many, and a check of many
CREATE FUNCTION test.faults(errors jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', e->>'pointer', e->>'existing_id', e->>'duplicate_of'), ', ' ORDER BY n) FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n) $$;
\set items '[{"email": "a@acme.com"}, {"email": "n1@acme.com"}, {"email": "b@acme.com", "linkedin_url": "in/n2"}, {"email": "n2@acme.com", "linkedin_url": "in/n2"}, {"linkedin_url": "in/a"}, {"email": "x@acme.com", "linkedin_url": "in/a"}, {"email": "n1@acme.com", "linkedin_url": "in/a"}]'
SELECT is(array_to_string(ARRAY(SELECT concat_ws(' ', status, test.faults(errors)) FROM revyops_check_contacts(:'items')), '; '),
	format('409 /email %1$s; 201; 409 /email %1$s; 201; 409 /linkedin_url %1$s; 409 /email %2$s, /linkedin_url %1$s; 409 /email 2, /linkedin_url %1$s', :k, :x), 'a check');
SELECT is(test.contacts(), :'before', 'a check: nothing is written');
SELECT is(regexp_replace(array_to_string(ARRAY(SELECT concat_ws(' ', status, test.faults(errors)) FROM revyops_create_contacts(:'items')), '; '), '\d+ 2,', 'ID 2,'),
	format('409 /email %1$s; 201; 409 /email %1$s; 201; 409 /linkedin_url %1$s; 409 /email %2$s, /linkedin_url %1$s; 409 /email ID 2, /linkedin_url %1$s', :k, :x), 'many');
SELECT test.fails_with($$INSERT INTO test.got SELECT contact FROM revyops_create_contacts('[{"email": "n3@acme.com"}, {"email": "a@acme.com"}]', 'NESTED', 'atomic')$$, 'PT409', 'contact already exists',
	jsonb_build_array(test.taken('email', :'k')->0 || '{"ordinal": 2}'), 'many: atomic');
SELECT count(revyops_delete_contact(id)::text) AS "hidden" FROM revyops.contact WHERE email LIKE 'n_@acme.com' \gset

-- an upsert finds the kept one and leaves its keys alone
SELECT is(revyops_upsert_contact('{"email": "a@acme.com", "first_name": "A"}', 'FLAT') - 'updated_time' - 'contact_custom_fields' - 'status_changed_at' - 'previous_status' - 'first_campaign_email_sent' - 'last_campaign_email_sent' - 'last_reply_received',
	jsonb_build_object('id', :k, 'email', 'k@acme.com', 'linkedin_url', 'https://www.linkedin.com/in/k', 'first_name', 'A', 'last_name', '', 'origin', '', 'contact_status', '', 'created', false), 'upsert: by the address');
SELECT is(revyops_upsert_contact('{"linkedin_url": "in/a", "first_name": "L"}')->>'first_name', 'L', 'upsert: by the LinkedIn URL');
SELECT is(revyops_upsert_contact('{"email": "b@acme.com", "linkedin_url": "in/k", "first_name": "M"}')->>'id', :'k', 'upsert: by one that led there and one that it has');
SELECT is(revyops_upsert_contact('{"email": "b@acme.com", "linkedin_url": "in/a", "first_name": "N"}')->>'id', :'k', 'upsert: by two that led there');
SELECT test.fails_with($$SELECT revyops_upsert_contact('{"email": "x@acme.com", "linkedin_url": "in/a"}')$$, 'PT409', 'contact already exists', test.taken('email', :'x', 'linkedin_url', :'k'), 'upsert: of two contacts');
SELECT is(test.contacts(), :'before', 'upsert: keys are as they were');
SELECT is(regexp_replace(array_to_string(ARRAY(SELECT concat_ws(' ', status, coalesce(test.faults(errors), concat_ws(' ', contact->>'id', contact->>'email', contact->>'first_name'))) FROM revyops_upsert_contacts(
	'[{"email": "a@acme.com", "first_name": "1"}, {"linkedin_url": "in/a", "first_name": "2"}, {"email": "b@acme.com", "linkedin_url": "in/k", "first_name": "3"}, {"email": "x@acme.com", "linkedin_url": "in/a"}, {"email": "new@acme.com"}, {"email": "k@acme.com", "last_name": "4"}, {"email": "b@acme.com", "linkedin_url": "in/a"}]')), '; '), '\d+ (new@acme.com) ?', 'ID \1'),
	format('200 %1$s k@acme.com 1; 200 %1$s k@acme.com 2; 200 %1$s k@acme.com 3; 409 /email %2$s, /linkedin_url %1$s; 201 ID new@acme.com; 200 %1$s k@acme.com 3; 200 %1$s k@acme.com 3', :k, :x), 'upserts');
SELECT revyops_delete_contact(id) AS "hidden" FROM revyops.contact WHERE email = 'new@acme.com' \gset
SELECT is(test.contacts(), :'before', 'upserts: keys are as they were');
SELECT is(first_name || last_name, '34', 'upserts: and it is written') FROM revyops.contact WHERE id = :k;
-- a key that only leads there is no conflict; another beside it, which nobody has, is
SELECT test.fails_with($$SELECT revyops_upsert_contact('{"email": "a@acme.com", "linkedin_url": "in/new"}')$$, 'PT409', 'contact already exists', jsonb_set(test.taken('email', :'k', 'linkedin_url', :'k'), '{1,code}', '"key_conflict"'), 'upsert: one that leads there, and one that differs');
SELECT is((SELECT string_agg(concat_ws(' ', status, errors->0->>'code', errors->1->>'code', test.faults(errors)), '; ' ORDER BY ordinal) FROM revyops_upsert_contacts('[{"email": "a@acme.com", "linkedin_url": "in/new"}, {"email": "new@acme.com", "linkedin_url": "in/a"}]')),
	format('409 already_exists key_conflict /email %1$s, /linkedin_url %1$s; 409 key_conflict already_exists /email %1$s, /linkedin_url %1$s', :k), 'upserts: the same');
SELECT is(test.contacts(), :'before', 'upserts: keys are as they were');
SELECT is(count(*)::int, 2, 'upserts: and nobody is new') FROM revyops.contact WHERE client_id = 1;
-- a key that the kept one lacks
SELECT revyops_update_contact(:k, '{"linkedin_url": null}') AS "hidden" \gset
SELECT is(revyops_upsert_contact('{"linkedin_url": "in/a"}')->'linkedin_url', NULL, 'upsert: it does not get the LinkedIn URL that led there');
SELECT is(revyops_upsert_contact('{"email": "a@acme.com", "linkedin_url": "in/k"}')->>'linkedin_url', 'https://www.linkedin.com/in/k', 'upsert: one that is nobody''s it gets');
SELECT is(test.contacts(), :'before', 'upsert: keys are as they were');

-- filters
CREATE FUNCTION test.ids(page json) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s of %s', coalesce((SELECT string_agg(c->>'id', ' ' ORDER BY n) FROM json_array_elements(page->'results') WITH ORDINALITY t(c, n)), '-'), page->'count') $$;
SELECT is(test.ids(revyops_list_contacts(email => 'A@acme.com')), :'k' || ' of 1', 'filter: email');
SELECT is(test.ids(revyops_list_contacts(linkedin_url => 'in/a')), :'k' || ' of 1', 'filter: linkedin_url');
SELECT is(test.ids(revyops_list_contacts(email => 'b@acme.com', linkedin_url => 'in/a')), :'k' || ' of 1', 'filter: both');
SELECT is(test.ids(revyops_list_contacts(email => 'k@acme.com', linkedin_url => 'in/a')), :'k' || ' of 1', 'filter: one that it has, and one that led there');
SELECT is(test.ids(revyops_list_contacts(email => 'a@acme.com', linkedin_url => 'in/k')), :'k' || ' of 1', 'filter: the other way round');
SELECT is(test.ids(revyops_list_contacts(email => 'x@acme.com', linkedin_url => 'in/a')), '- of 0', 'filter: of two contacts');
SELECT is(test.ids(revyops_list_contacts(email => 'a@acme.com', lastname => '4')), :'k' || ' of 1', 'filter: with another that fits');
SELECT is(test.ids(revyops_list_contacts(email => 'a@acme.com', lastname => '5')), '- of 0', 'filter: with another that does not');
SELECT is(test.ids(revyops_list_contacts(email => 'nobody@acme.com')), '- of 0', 'filter: nobody''s');


-- the master list; its function over HTTP is called as a front does
SELECT set_config('test.master', revyops_create_api_key(1, 'master', NULL, 'master'), true) AS "hidden" \gset
CREATE FUNCTION test.master(query text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT string_agg(concat_ws(' ', c->>'client_id', c->>'id'), ', ' ORDER BY n) FROM json_array_elements(body::json->'results') WITH ORDINALITY t(c, n)), '-') || ' of ' || (body::json->>'count')
	FROM revyops_http.handle('GET', '/public/v2/contacts-master-list', query, 'X-API-Key: ' || current_setting('test.master'), NULL) $$;
SELECT is(test.master('email=a@acme.com'), format('2 1, 1 %s of 2', :k), 'master list: email, of whom it is and of whom it leads to') WHERE :k > 1;
SELECT is(test.master('linkedin_url=in/a'), format('2 1, 1 %s of 2', :k), 'master list: linkedin_url') WHERE :k > 1;
SELECT is(test.master('email=b@acme.com&linkedin_url=in/k'), format('1 %s of 1', :k), 'master list: both');
SELECT is(test.master('email=a@acme.com&linkedin_url=in/x'), '- of 0', 'master list: of two contacts');
SELECT is(test.master('email=x@acme.com&domain=acme.com'), '- of 0', 'master list: with another condition');

-- a change may take the key; then it is that contact's
SELECT is(revyops_update_contact(:x, '{"email": "a@acme.com"}')->>'email', 'a@acme.com', 'a change takes the address');
SELECT test.is_taken('{"email": "a@acme.com"}', test.taken('email', :'x'), 'and it is that contact''s: a create');
SELECT is(revyops_upsert_contact('{"email": "a@acme.com", "first_name": "X"}')->>'id', :'x', 'an upsert');
SELECT is(test.ids(revyops_list_contacts(email => 'a@acme.com')), :'x' || ' of 1', 'a filter');
SELECT is((SELECT string_agg(contact->>'id', ' ') FROM revyops_upsert_contacts('[{"email": "a@acme.com"}, {"email": "b@acme.com"}]')), format('%s %s', :x, :k), 'upserts');
SELECT is(revyops_update_contact(:k, '{"linkedin_url": "in/a"}')->>'linkedin_url', 'https://www.linkedin.com/in/a', 'the kept one may take one, too');
SELECT is(revyops_update_contact(:k, '{"linkedin_url": "in/k"}')->>'linkedin_url', 'https://www.linkedin.com/in/k', 'and give it back');
SELECT revyops_update_contact(:x, '{"email": "x@acme.com"}') AS "hidden" \gset
SELECT test.is_taken('{"email": "a@acme.com"}', test.taken('email', :'k'), 'a key that was given back leads to the kept one again');

-- other clients, deletion and erasure
SELECT set_config('revyops.client_id', '2', true) AS "hidden" \gset
SELECT is(revyops_create_contact('{"email": "b@acme.com"}')->>'email', 'b@acme.com', 'another client''s keys are its own');
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset
SELECT revyops_merge_contacts(:x, (revyops_create_contact('{"email": "y@acme.com", "linkedin_url": "in/y"}')->>'id')::int) AS "hidden" \gset
SELECT is(revyops_export_contact(:x)->'merged_contacts'->0->>'email', 'y@acme.com', 'an export has the key');
SELECT is(revyops_erase_contact(:x)->>'merged_contacts', '1', 'an erasure forgets it');
SELECT is(revyops_create_contact('{"email": "y@acme.com", "linkedin_url": "in/y"}')->>'email', 'y@acme.com', 'and it is free');
SELECT revyops_delete_contact(:k) AS "hidden" \gset
SELECT is(revyops_create_contact('{"email": "a@acme.com", "linkedin_url": "in/a"}')->>'email', 'a@acme.com', 'so it is when the kept one is deleted');
-- two who had the same address, and were merged in one transaction: the later had it last, whatever the ids
SELECT revyops_create_contact('{"email": "c@turn.com"}')->>'id' AS c, revyops_create_contact('{"email": "turn@turn.com"}')->>'id' AS b, revyops_create_contact('{"email": "a@turn.com"}')->>'id' AS a, revyops_create_contact('{"email": "d@turn.com"}')->>'id' AS d \gset
SELECT revyops_merge_contacts(:a, :b) \gset hidden_
SELECT revyops_update_contact(:c, '{"email": "turn@turn.com"}') \gset hidden_
SELECT revyops_merge_contacts(:d, :c) \gset hidden_
SELECT is(revyops_upsert_contact('{"email": "turn@turn.com"}')->>'id', :'d', 'of two who had an address the later leads on');

SELECT * FROM finish();
ROLLBACK;
