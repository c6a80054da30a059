\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(20);
-- What a client has set holds for upserts: for what is new as in a create, for what was there as in a change.
-- Each list of bodies is upserted one by one by client 1, and as a batch by client 2.
SELECT test.two_clients() \gset
SELECT string_agg(revyops_set_client_setting(c, name, value)::text, '') FROM generate_series(1, 2) c, (VALUES ('on_unknown_domain', 'create'), ('infer_company', 'on'),
	('default_status', 'New'), ('default_origin', 'Web')) v(name, value) \gset hidden_

-- shown is a client's contacts and companies, without ids.
CREATE FUNCTION test.shown(client integer) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' / ', (SELECT string_agg(concat_ws('|', coalesce(email, linkedin_url), first_name, origin, contact_status, coalesce(domain, '-'),
			(SELECT string_agg(concat(f->>'field_name', '=', f->>'field_value'), ',') FROM jsonb_array_elements(k.custom_fields) f)), ', ' ORDER BY k.id)
			FROM revyops.contact k LEFT JOIN revyops.company o ON (o.client_id, o.id) = (k.client_id, k.company_id) WHERE k.client_id = client),
		(SELECT string_agg(domain, ', ' ORDER BY domain COLLATE "C") FROM revyops.company WHERE client_id = client)) $$;
-- upserted upserts bodies by both ways, and tells their statuses and codes.
CREATE FUNCTION test.one(body jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	got jsonb := test.try(format('SELECT revyops_upsert_contact(%L)', body));
BEGIN
	RETURN CASE WHEN got ? 'value' THEN CASE WHEN (got->>'value')::jsonb->>'created' = 'true' THEN '201' ELSE '200' END
		ELSE concat_ws(' ', right(got->>'sqlstate', 3), (got->>'detail')::jsonb->0->>'pointer', (got->>'detail')::jsonb->0->>'code') END;
END
$$;
CREATE FUNCTION test.upserted(bodies jsonb, OUT singles text, OUT batch text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('revyops.client_id', '1', true);
	SELECT string_agg(test.one(b), ', ' ORDER BY n) INTO singles FROM jsonb_array_elements(bodies) WITH ORDINALITY e(b, n);
	PERFORM set_config('revyops.client_id', '2', true);
	SELECT string_agg(concat_ws(' ', status, errors->0->>'pointer', errors->0->>'code'), ', ' ORDER BY ordinal) INTO batch FROM public.revyops_upsert_contacts(bodies);
END
$$;
-- holds expects the statuses of both, and the rows of both.
CREATE FUNCTION test.holds(bodies jsonb, statuses text, rows text, name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	got record := test.upserted(bodies);
BEGIN
	RETURN NEXT public.is(got.singles, statuses, name || ': one by one');
	RETURN NEXT public.is(got.batch, statuses, name || ': a batch');
	RETURN NEXT public.is(test.shown(1), rows, name || ': rows');
	RETURN NEXT public.is(test.shown(2), rows, name || ': rows of the batch');
END
$$;

SELECT test.holds('[{"email": "a@mail.acme.com"}, {"email": "b@gmail.com"}, {"email": "c@acme.com", "contact_status": "Active", "origin": "x"}, {"linkedin_url": "in/d"}]',
	'201, 201, 201, 201', 'a@mail.acme.com||Web|New|acme.com, b@gmail.com||Web|New|-, c@acme.com||x|Active|acme.com, https://www.linkedin.com/in/d||Web|New|- / acme.com', 'new');
-- no company is inferred for who is there, nor left behind; a blank origin is blank
SELECT test.holds('[{"email": "a@mail.acme.com", "company_id": null, "origin": ""}, {"email": "e@beta.com", "linkedin_url": "in/d", "first_name": "D"}, {"email": "c@acme.com", "company_id": "gamma.com"}]',
	'200, 200, 200', 'a@mail.acme.com|||New|-, b@gmail.com||Web|New|-, c@acme.com||x|Active|gamma.com, e@beta.com|D|Web|New|- / acme.com, gamma.com', 'there already');
SELECT test.holds('[{"email": "f@acme.com", "company_id": "gmail.com"}, {"email": "a@mail.acme.com", "linkedin_url": "in/d", "company_id": "delta.com"},
	{"email": "x@acme.com", "linkedin_url": "in/d", "company_id": "epsilon.com"}]',
	'404 /company_id not_found, 409 /email already_exists, 409 /email key_conflict', 'a@mail.acme.com|||New|-, b@gmail.com||Web|New|-, c@acme.com||x|Active|gamma.com, e@beta.com|D|Web|New|- / acme.com, gamma.com', 'faults leave no company');

-- definitions, and names without one
SELECT string_agg(set_config('revyops.client_id', c::text, true) || revyops_define_custom_field('contact', 'Seats', 'number')::text, '') FROM generate_series(1, 2) c \gset hidden_
SELECT test.holds('[{"email": "a@mail.acme.com", "contact_custom_fields": [{"field_name": "Seats", "field_value": "007"}]}, {"email": "g@acme.com", "contact_custom_fields_input": [{"field_name": "Seats", "field_value": "many"}]},
	{"email": "b@gmail.com", "contact_custom_fields": [{"field_name": "Seat", "field_value": "1"}]}]',
	'200, 400 /contact_custom_fields_input/0/field_value invalid_value, 200',
	'a@mail.acme.com|||New|-|Seats=7, b@gmail.com||Web|New|-|Seat=1, c@acme.com||x|Active|gamma.com, e@beta.com|D|Web|New|- / acme.com, gamma.com', 'definitions');
SELECT is((SELECT string_agg(concat_ws(' ', client_id, name), ', ' ORDER BY client_id) FROM revyops.custom_field_seen), '1 Seat, 2 Seat', 'a new name is noted');

-- unknown members
SET LOCAL revyops.handling = 'strict';
SELECT is(test.upserted('[{"email": "a@mail.acme.com", "frist_name": "x"}]')::text, '("400 /frist_name unknown_member","400 /frist_name unknown_member")', 'an unknown member');
SELECT is(test.upserted('[{"email": "a@mail.acme.com", "id": 7, "created": true}]')::text, '("400 /created unknown_member","400 /created unknown_member")', 'a read-only one is known');
SELECT is(test.shown(1), test.shown(2), 'both are alike');
SELECT finish();
ROLLBACK;
