\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(23);
-- An id that another client has: told from one that nobody has, or not.
SELECT test.two_clients() \gset
SET LOCAL revyops.client_id = 2;
SELECT revyops_create_company('{"domain": "two.com"}')->>'id' AS o \gset
SELECT revyops_create_contact('{"email": "a@two.com"}')->>'id' AS c \gset
SET LOCAL revyops.client_id = 1;
SELECT revyops_create_contact('{"email": "a@one.com"}')->>'id' AS own \gset

-- Calls with an id of client 2, or with one of nobody.
CREATE FUNCTION test.calls(company bigint, contact bigint) RETURNS TABLE (call text, failure text, place text)
	LANGUAGE sql AS $$ VALUES
	(format('revyops_get_contact(%s)', contact), 'contact', '{"parameter": "id"}'),
	(format('revyops_update_contact(%s, ''{"first_name": "X"}'')', contact), 'contact', '{"parameter": "id"}'),
	(format('revyops_delete_contact(%s)', contact), 'contact', '{"parameter": "id"}'),
	(format('revyops_export_contact(%s)', contact), 'contact', '{"parameter": "id"}'),
	(format('revyops_get_company(%s)', company), 'company', '{"parameter": "id"}'),
	(format('revyops_list_company_domains(%s)', company), 'company', '{"parameter": "company_id"}'),
	(format('revyops_create_contact(''{"email": "b@one.com", "company_id": %s}'')', company), 'company', '{"pointer": "/company_id"}'),
	(format('revyops_update_contact(%s, ''{"company_id": %s}'')', (SELECT id FROM revyops.contact WHERE email = 'a@one.com'), company), 'company', '{"pointer": "/company_id"}') $$;
CREATE FUNCTION test.batches(company bigint) RETURNS text[]
	LANGUAGE sql AS $$
	SELECT ARRAY[(SELECT concat(status, ' ', errors) FROM public.revyops_create_contacts(jsonb_build_array(jsonb_build_object('email', 'c@one.com', 'company_id', company)))),
		(SELECT concat(status, ' ', errors) FROM public.revyops_check_contacts(jsonb_build_array(jsonb_build_object('email', 'c@one.com', 'company_id', company)))),
		(SELECT concat(status, ' ', errors) FROM public.revyops_upsert_contacts(jsonb_build_array(jsonb_build_object('email', 'c@one.com', 'company_id', company))))] $$;

SELECT test.fails_with('SELECT public.' || call, 'PT401', failure || ' does not belong to this client', jsonb_build_array(place::jsonb || '{"code": "other_client"}'), 'tell: ' || call)
	FROM test.calls(:o, :c);
SELECT is(test.batches(:o), array_fill('401 [{"code": "other_client", "message": "This belongs to another client.", "pointer": "/company_id"}]'::text, '{3}'), 'tell: batches');
SELECT revyops_set_client_setting(1, 'foreign_ids', 'hide') \g /dev/null
SELECT test.fails_with('SELECT public.' || call, 'PT404', failure || ' not found', jsonb_build_array(place::jsonb || '{"code": "not_found"}'), 'hide: ' || call)
	FROM test.calls(:o, :c);
SELECT is(test.batches(:o), array_fill('404 [{"code": "not_found", "message": "There is none with this id, domain or address.", "pointer": "/company_id"}]'::text, '{3}'), 'hide: batches');
SELECT is(test.try('SELECT public.revyops_get_contact(' || :c || ')'), replace(test.try('SELECT public.revyops_get_contact(' || :c + 1000000 || ')')::text, '1000000', '')::jsonb, 'as one that nobody has');
SELECT is((revyops_get_contact(:own)->>'email'), 'a@one.com', 'its own are there');
SET LOCAL revyops.client_id = 2;
SELECT test.fails_with(format('SELECT revyops_get_contact(%s)', :own), 'PT401', 'contact does not belong to this client', '[{"parameter": "id", "code": "other_client"}]', 'the setting is that of the client who asks');
SELECT is((SELECT foreign_ids FROM revyops.client WHERE id = 2), 'tell', 'which tells by default');
SELECT test.fails_400($$SELECT revyops_set_client_setting(2, 'foreign_ids', 'no')$$, '[{"parameter": "value", "code": "invalid_option", "allowed": ["hide", "tell"]}]', 'another value');

SELECT * FROM finish();
ROLLBACK;
