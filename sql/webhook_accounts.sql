\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(13);

-- An agency whose account 1 is the first client's and 2 the second's.
SELECT public.revyops_create_client('One') AS one, public.revyops_create_client('Two') AS two, public.revyops_create_agency('Agency') AS agency \gset
SELECT public.revyops_create_agency_webhook(:agency, 'neutral', 'ours') AS neutral, public.revyops_create_agency_webhook(:agency, 'hubspot', 'portals') AS hubspot \gset
SELECT public.revyops_route_webhook_account(:agency, platform, '1', :one), public.revyops_route_webhook_account(:agency, platform, '2', :two) FROM unnest('{neutral,hubspot}'::text[]) platform \g /dev/null

-- whose delivers an e-mail that was sent, with these members beside, and tells the clients that have it then.
CREATE FUNCTION test.whose(path text, members jsonb) RETURNS text[]
	LANGUAGE plpgsql AS $$
DECLARE
	address text := format('n%s@example.com', (SELECT count(*) FROM revyops.contact));
	item jsonb := jsonb_build_object('event', 'sent', 'email', address, 'occurred_at', '2026-03-02T09:15:04Z') || members;
BEGIN
	PERFORM revyops_http.handle('POST', path, '', '', convert_to(item::text, 'UTF8'));
	RETURN ARRAY(SELECT c.name FROM revyops.contact JOIN revyops.client c ON c.id = client_id WHERE email = address);
END
$$;

SELECT is(test.whose(:'neutral', members), whose, members::text)
FROM (VALUES
	('{"account": "1"}'::jsonb, '{One}'::text[]),
	('{"account": 2}', '{Two}'),
	('{"account_id": 1}', '{One}'),
	('{"accountId": "2"}', '{Two}'),
	('{"portalId": 1}', '{One}'),
	('{"workspace": "2"}', '{Two}'),
	('{"workspace_id": 1}', '{One}'),
	('{"teamId": "2"}', '{Two}'),
	('{"account": "1", "account_id": "2", "portalId": "2", "workspace": "2"}', '{One}'),
	('{"client_id": 1}', '{}'),
	('{"account": "3", "account_id": "1"}', '{}')) v (members, whose);

-- a workflow of HubSpot
SELECT is(test.whose(:'hubspot', members), whose, 'HubSpot ' || members::text)
FROM (VALUES ('{"portalId": 1}'::jsonb, '{One}'::text[]), ('{"account": "2"}', '{Two}')) v (members, whose);

SELECT finish();
ROLLBACK;
