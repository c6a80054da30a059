\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- What is kept of labels that say nothing of interest: the name, until something is known.
SELECT plan(17);
SELECT set_config('revyops.client_id', public.revyops_create_client('Labels')::text, true) \g /dev/null

-- said records what labels say, "day interested label" each, of a contact of its own, in this order, and shows what is known then: of no campaign and of one.
CREATE FUNCTION test.say(address text, said text[]) RETURNS bigint
	LANGUAGE sql AS $$
	SELECT count(public.revyops_record_event(jsonb_strip_nulls(jsonb_build_object('kind', 'interest', 'contact_email', address, 'at', '2026-03-0' || split_part(s, ' ', 1),
		'external_id', s, 'interested', CASE split_part(s, ' ', 2) WHEN '?' THEN NULL ELSE split_part(s, ' ', 2)::bool END, 'label', split_part(s, ' ', 3)) || campaign)))
	FROM unnest(said) s, (VALUES ('{}'::jsonb), ('{"kind": "replied", "campaign_id": "c"}')) v (campaign) $$;
CREATE FUNCTION test.known(address text) RETURNS text
	LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', to_char(at, 'FMDD'), coalesce(interested::text, '?'), label), ', ' ORDER BY place)
	FROM revyops.contact c, LATERAL (SELECT 1, interest_at, interested, interest_label FROM revyops.contact_activity a WHERE a.contact_id = c.id
		UNION ALL SELECT 2, interest_at, interested, interest_label FROM revyops.campaign_contact p WHERE p.contact_id = c.id) s (place, at, interested, label)
	WHERE email = address $$;
CREATE FUNCTION test.said(said text[]) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	address text := format('n%s@example.com', (SELECT count(*) FROM revyops.contact));
BEGIN
	PERFORM test.say(address, said);
	RETURN test.known(address);
END
$$;

SELECT is(test.said(said), known || ', ' || known, said::text)
FROM (VALUES
	('{"1 ? Autumn"}'::text[], '1 ? Autumn'),
	('{"1 ? Autumn","2 ? Spring"}', '2 ? Spring'), ('{"2 ? Spring","1 ? Autumn"}', '2 ? Spring'),
	('{"1 ? Autumn","1 ? Spring"}', '1 ? Spring'), ('{"1 ? Spring","1 ? Autumn"}', '1 ? Spring'),
	('{"1 true Yes","2 ? Autumn"}', '1 true Yes'), ('{"2 ? Autumn","1 true Yes"}', '1 true Yes'),
	('{"1 ? Autumn","2 false No"}', '2 false No'), ('{"2 false No","1 ? Autumn"}', '2 false No'),
	('{"1 true Yes","3 ? Autumn","2 false No"}', '2 false No'), ('{"3 ? Autumn","2 false No","1 true Yes"}', '2 false No'),
	('{"1 ? Z","1 true A"}', '1 true A')) v (said, known);
SELECT is((SELECT contacts_interested FROM revyops.campaign), 3::bigint, 'who is interested is counted') ;

-- ---- two contacts that are one
CREATE FUNCTION test.merged(kept text[], other text[]) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	n bigint := (SELECT max(id) FROM revyops.contact);
BEGIN
	PERFORM test.say(format('k%s@example.com', n), kept), test.say(format('o%s@example.com', n), other);
	PERFORM public.revyops_merge_contacts(k.id, o.id) FROM revyops.contact k, revyops.contact o WHERE k.email = format('k%s@example.com', n) AND o.email = format('o%s@example.com', n);
	RETURN test.known(format('k%s@example.com', n));
END
$$;
SELECT is(test.merged(kept, other), known || ', ' || known, format('merged: %s, %s', kept, other))
FROM (VALUES
	('{"1 true Yes"}'::text[], '{"2 ? Autumn"}'::text[], '1 true Yes'), ('{"2 ? Autumn"}', '{"1 true Yes"}', '1 true Yes'),
	('{"1 ? Autumn"}', '{"2 ? Spring"}', '2 ? Spring'), ('{"2 ? Spring"}', '{"1 ? Autumn"}', '2 ? Spring')) v (kept, other, known);

SELECT * FROM finish();
ROLLBACK;
