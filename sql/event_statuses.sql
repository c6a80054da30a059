\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- What the history of a contact's status has of events: the changes that there were, and no other.
SELECT plan(20);
SELECT set_config('revyops.client_id', public.revyops_create_client('History')::text, true) \g /dev/null

-- tell records bounces ("B3": of day 3) and unsubscriptions of a contact; shown is its history then, the oldest first, by day.
CREATE FUNCTION test.tell(address text, events text[]) RETURNS bigint
	LANGUAGE sql AS $$
	SELECT count(public.revyops_record_event(jsonb_build_object('kind', CASE left(e, 1) WHEN 'B' THEN 'bounced' ELSE 'unsubscribed' END, 'contact_email', address,
		'at', format('2026-03-0%sT00:00:00Z', right(e, 1))))) FROM unnest(events) e $$;
CREATE FUNCTION test.shown(contact bigint) RETURNS text
	LANGUAGE sql AS $$
	SELECT string_agg(format('%s %s after %s', CASE WHEN e->>'source' = 'event' THEN to_char((e->>'changed_at')::timestamptz, 'FMDD') ELSE 'api' END,
		e->>'contact_status', e->>'previous_status'), ', ' ORDER BY n DESC)
	FROM json_array_elements(public.revyops_contact_status_history(contact)->'results') WITH ORDINALITY t(e, n) $$;
CREATE FUNCTION test.made(status text DEFAULT 'Active') RETURNS bigint
	LANGUAGE sql AS $$
	SELECT (public.revyops_create_contact(jsonb_build_object('email', gen_random_uuid() || '@example.com', 'contact_status', status))->>'id')::bigint $$;
CREATE FUNCTION test.history(events text[], status text DEFAULT 'Active') RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	made bigint := test.made(status);
BEGIN
	PERFORM test.tell(email, events) FROM revyops.contact WHERE id = made;
	RETURN test.shown(made);
END
$$;
-- the same in one call
CREATE FUNCTION test.together(events text[]) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	made bigint := test.made();
BEGIN
	PERFORM public.revyops_record_events((SELECT jsonb_agg(jsonb_build_object('kind', CASE left(e, 1) WHEN 'B' THEN 'bounced' ELSE 'unsubscribed' END, 'contact_id', made,
		'at', format('2026-03-0%sT00:00:00Z', right(e, 1)))) FROM unnest(events) e));
	RETURN test.shown(made);
END
$$;

SELECT unnest(ARRAY[is(test.history(events), history, events::text), is(test.together(events), history, events::text || ' together')])
FROM (VALUES
	('{B1}'::text[], '1 Bounced after Active'),
	('{B1,U2}', '1 Bounced after Active, 2 Unsubscribed after Bounced'),
	('{U2,B1}', '1 Bounced after Active, 2 Unsubscribed after Bounced'),
	('{U1,B2}', '1 Unsubscribed after Active'),
	('{B2,U1}', '1 Unsubscribed after Active'),
	('{B1,U1}', '1 Unsubscribed after Active'),
	('{B3,U2,B1}', '1 Bounced after Active, 2 Unsubscribed after Bounced')) v (events, history);
SELECT is(test.history('{U1,B2}', 'Bounced'), '1 Unsubscribed after Bounced', 'of who had bounced');
SELECT is(test.history('{U1,B2}', 'Unsubscribed'), NULL, 'of who had unsubscribed');

-- ---- a caller in between, and an event of before that comes late
SELECT test.made() AS contact \gset
SELECT test.tell(email, '{B2}'), public.revyops_update_contact(id, '{"contact_status": "Active"}'), test.tell(email, '{B1}') FROM revyops.contact WHERE id = :contact \g /dev/null
SELECT is(test.shown(:contact), '1 Bounced after Active, 2 Bounced after Active, api Active after Bounced', 'no status is its own');

-- ---- two contacts that are one
CREATE FUNCTION test.merged(kept text[], other text[]) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	a bigint := test.made();
	b bigint := test.made();
BEGIN
	PERFORM test.tell(email, CASE id WHEN a THEN kept ELSE other END) FROM revyops.contact WHERE id IN (a, b);
	PERFORM public.revyops_merge_contacts(a, b);
	RETURN test.shown(a);
END
$$;
SELECT is(test.merged('{U1}', '{B2}'), '1 Unsubscribed after Active', 'one had unsubscribed before the other bounced');
SELECT is(test.merged('{B2}', '{U1}'), '1 Unsubscribed after Active', 'the other way round');
SELECT is(test.merged('{B1}', '{U2}'), '1 Bounced after Active, 2 Unsubscribed after Bounced', 'or after it');

SELECT * FROM finish();
ROLLBACK;
