\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- company_name beside a contact's company: the name of one that is made, by whichever way; else it counts for nothing.
SELECT plan(24);
SELECT test.two_clients() \gset hidden_
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create'), revyops_set_client_setting(1, 'infer_company', 'on') \g /dev/null
-- companies shows those that were made by a statement, and of whom its contacts are.
CREATE FUNCTION test.made(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := (SELECT coalesce(max(id), 0) FROM revyops.company);
BEGIN
	EXECUTE statement;
	RETURN (SELECT string_agg(format('%s %L', domain, name), ', ' ORDER BY domain) FROM revyops.company WHERE id > before);
END
$$;
CREATE FUNCTION test.create(contact text) RETURNS text LANGUAGE sql AS $$ SELECT test.made(format('SELECT public.revyops_create_contact(%L)', contact)) $$;

-- ---- one
SELECT is(test.create('{"email": "a@a.com", "company_id": "acme.com", "company_name": "  Acme Inc. "}'), 'acme.com ''Acme Inc.''', 'a domain that no company has');
SELECT is(test.create('{"email": "b@a.com", "company_id": "acme.com", "company_name": "Other"}'), NULL, 'a company that is there');
SELECT is((SELECT name FROM revyops.company WHERE domain = 'acme.com'), 'Acme Inc.', 'keeps its name');
SELECT is(test.create('{"email": "c@www.inferred.com", "company_name": "Inferred"}'), 'inferred.com ''Inferred''', 'one that is inferred from the address');
SELECT is(test.create('{"email": "d@gmail.com", "company_name": "Mine"}'), NULL, 'a free-mail address makes none');
SELECT is(test.create('{"linkedin_url": "in/nobody", "company_name": "Nobody''s"}'), NULL, 'no company is named');
SELECT is(test.create('{"email": "e@a.com", "company_id": 1, "company_name": "By id"}'), NULL, 'a company that is named by id');
SELECT is(test.create('{"email": "f@blank.com", "company_name": " "}'), 'blank.com ''''', 'a blank name is none');
SELECT is(test.made($$SELECT public.revyops_upsert_contact('{"email": "g@upserted.com", "company_name": "Upserted"}')$$), 'upserted.com ''Upserted''', 'an upsert that creates, its company inferred');
SELECT is(test.made($$SELECT public.revyops_upsert_contact('{"email": "g@upserted.com", "company_id": "named.com", "company_name": "Named"}')$$), 'named.com ''Named''', 'an upsert that changes');
SELECT is(test.made($$SELECT public.revyops_update_contact(1, '{"company_id": "changed.com", "company_name": "Changed"}')$$), 'changed.com ''Changed''', 'an update');
SELECT is(test.settled(revyops_update_contact(1, '{"company_name": "Not a change"}')), test.settled(revyops_get_contact(1) - 'linkedin_url'), 'alone it changes nothing');

-- ---- many
SELECT is(test.made($$SELECT public.revyops_create_contacts('[{"email": "a@many.com"}, {"email": "b@sub.many.com", "company_name": "First"}, {"email": "c@many.com", "company_name": "Second"}, {"email": "d@acme.com", "company_name": "Third"}, {"email": "e@more.com", "company_id": "x.more.com", "company_name": "More"}]')$$),
	'many.com ''First'', more.com ''More''', 'a batch: the first who says one');
SELECT is(test.made($$SELECT public.revyops_upsert_contacts('[{"email": "a@upserts.com", "company_name": "Upserts"}, {"email": "a@many.com", "company_id": "again.com", "company_name": "Again"}]')$$), 'again.com ''Again'', upserts.com ''Upserts''', 'a batch of upserts');
SELECT is(test.made($$SELECT public.revyops_create_contacts('[{"email": "x", "company_id": "faulty.com", "company_name": "Faulty"}]')$$), NULL, 'an item with a fault makes none');
SELECT is(string_agg(status::text, ' '), '201 201', 'a check takes it') FROM revyops_check_contacts('[{"email": "a@check.com", "company_name": "Check"}, {"email": "b@check.com", "company_name": "Check"}]');
SELECT is((SELECT count(*) FROM revyops.company WHERE domain = 'check.com'), 0::bigint, 'and makes none');
SELECT is(test.made($$SELECT public.revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('p%s@d%s.com', n, n % 300), 'company_name', 'N' || n % 300)) FROM generate_series(1, 2500) n))$$),
	(SELECT string_agg(format('d%s.com %L', n, 'N' || n), ', ' ORDER BY format('d%s.com', n) COLLATE "C") FROM generate_series(0, 299) n), 'a large batch: each has its own');

-- ---- faults
SELECT test.fails_400(format('SELECT public.revyops_create_contact(%L)', jsonb_build_object('email', 'x@fault.com', 'company_name', name)), jsonb_build_array(jsonb_build_object('pointer', '/company_name', 'code', code) || more), code) FROM (VALUES
	('7'::jsonb, 'not_a_string', '{}'::jsonb), ('null', 'null_not_allowed', '{}'), (to_jsonb(repeat('x', 256)), 'too_long', '{"limit": 255, "actual": 256}'), (to_jsonb(E'a\tb'::text), 'control_character', '{}')) t(name, code, more);
SELECT set_config('revyops.handling', 'strict', true) \g /dev/null
SELECT is(test.create('{"email": "s@strict.com", "company_name": "Strict"}'), 'strict.com ''Strict''', 'it is a member that is known');
SELECT is(test.rows(), format('2 clients, 0 keys, %s companies, %s contacts', 311, 2515), 'nothing else is left');

SELECT * FROM finish();
ROLLBACK;
