\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(65);
SELECT test.two_clients() \gset
SELECT set_config('revyops.client_id', '2', true), revyops_create_company('{"domain": "theirs.com"}'), revyops_create_contact('{"email": "theirs@acme.com"}') \gset hidden_
SELECT set_config('revyops.client_id', '1', true), revyops_create_company('{"domain": "acme.com"}'), revyops_create_company('{"domain": "beta.com"}') \gset hidden_
CREATE FUNCTION test.now() RETURNS text LANGUAGE sql AS $$ SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
-- new makes a contact long ago and gives its id.
CREATE FUNCTION test.new(body jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	made bigint := public.revyops_create_contact(body)->>'id';
BEGIN
	UPDATE revyops.contact SET updated_time = '2020-01-01 00:00:00+00', custom_fields = (SELECT coalesce(jsonb_agg(f || '{"updated_time": "2020-01-01T00:00:00.000000Z"}'), '[]') FROM jsonb_array_elements(custom_fields) f)
	WHERE id = made;
	RETURN made;
END
$$;
-- merged shows the columns of a contact after a merge with another, made of these bodies and columns.
CREATE FUNCTION test.merged(keep jsonb, other jsonb, columns text DEFAULT '') RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	a bigint := test.new(keep);
	b bigint := test.new(other);
	answer jsonb;
	kept revyops.contact;
BEGIN
	IF columns <> '' THEN
		EXECUTE format('UPDATE revyops.contact SET (%s) = (SELECT %1$s FROM jsonb_populate_record(NULL::revyops.contact, CASE id WHEN $1 THEN $3 ELSE $4 END)) WHERE id IN ($1, $2)', columns)
			USING a, b, keep, other;
	END IF;
	answer := public.revyops_merge_contacts(a, b);
	SELECT * INTO kept FROM revyops.contact WHERE id = a;
	IF answer IS DISTINCT FROM public.revyops_update_contact(a, '{}') THEN
		RAISE 'the answer % is not the contact', answer;
	END IF;
	DELETE FROM revyops.contact WHERE id = a;
	RETURN jsonb_strip_nulls(to_jsonb(kept) - '{client_id,id,updated_time,custom_fields}'::text[]);
END
$$;

-- a whole answer, and what is left
SELECT test.new('{"linkedin_url": "in/jane", "first_name": "Jane", "contact_custom_fields_input": [{"field_name": "A", "field_value": "keep"}, {"field_name": "B", "field_value": "b"}]}') AS keep,
	test.new('{"email": "Jane@acme.com", "linkedin_url": "in/jane-2", "first_name": "J.", "last_name": "Doe", "company_id": "beta.com", "origin": "clay", "contact_status": "Active",
		"contact_custom_fields_input": [{"field_name": "C", "field_value": "c"}, {"field_name": "A", "field_value": "other"}]}') AS other \gset
SELECT is(revyops_merge_contacts(:keep, :other), (jsonb '{"id": 2, "email": "jane@acme.com", "linkedin_url": "https://www.linkedin.com/in/jane", "first_name": "Jane", "last_name": "Doe", "company_id": 3, "origin": "clay",
	"contact_status": "Active", "previous_status": null, "status_changed_at": null, "first_campaign_email_sent": null, "last_campaign_email_sent": null, "last_reply_received": null,
	"contact_custom_fields": [{"id": 1, "field_name": "A", "field_value": "keep", "updated_time": "2020-01-01T00:00:00.000000Z"}, {"id": 2, "field_name": "B", "field_value": "b", "updated_time": "2020-01-01T00:00:00.000000Z"},
		{"id": 3, "field_name": "C", "field_value": "c", "updated_time": "2020-01-01T00:00:00.000000Z"}]}') || jsonb_build_object('updated_time', test.now()), 'filled');
SELECT is(revyops_get_contact(2), revyops_update_contact(2, '{}'), 'and stored');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM revyops.contact), '1 2', 'the other is gone');
SELECT is((SELECT jsonb_agg(to_jsonb(m) || jsonb_build_object('merged_time', merged_time BETWEEN now() AND clock_timestamp())) FROM revyops.merged_contact m), jsonb_build_array(jsonb_build_object('client_id', 1, 'id', 3, 'kept_id', 2, 'email', 'jane@acme.com', 'linkedin_url', 'https://www.linkedin.com/in/jane-2', 'merged_time', true)), 'and noted');
SELECT is(revyops_lookup_contacts('C', 'c')->'results'->0->>'id', '2', 'the index on custom fields has what came');
SELECT is(revyops_list_contacts(email => 'jane@acme.com', domain => 'beta.com')->'results'->0->>'id', '2', 'the e-mail leads to the kept one');
SELECT test.fails_with($$SELECT revyops_create_contact('{"linkedin_url": "in/jane-2"}')$$, 'PT409', 'contact already exists', '[{"pointer": "/linkedin_url", "code": "already_exists", "existing_id": 2}]', 'a key that was not needed leads to the kept one');
SELECT is(revyops_merge_contacts(2, test.new('{"email": "jane-3@acme.com"}'), 'FLAT')->'contact_custom_fields', '{"A": "keep", "B": "b", "C": "c"}', 'FLAT');
DELETE FROM revyops.contact WHERE id = 2;

-- members one by one: what is there stays, what is blank is filled
SELECT is(test.merged('{"email": "a@acme.com"}', '{"email": "b@acme.com"}')->>'email', 'a@acme.com', 'e-mail stays');
SELECT is(test.merged('{"email": "a@acme.com", "linkedin_url": "in/a"}', '{"linkedin_url": "in/b"}')->>'linkedin_url', 'https://www.linkedin.com/in/a', 'LinkedIn URL stays');
SELECT is(test.merged('{"email": "a@acme.com"}', '{"linkedin_url": "in/b"}') ->> 'linkedin_url', 'https://www.linkedin.com/in/b', 'LinkedIn URL is filled');
SELECT is(test.merged(jsonb_build_object('email', 'a@acme.com', m, a), jsonb_build_object('email', 'b@acme.com', m, b))->>m, expected, format('%s: "%s" and "%s"', m, a, b))
FROM unnest(ARRAY['first_name', 'last_name', 'origin', 'contact_status']) m, (VALUES ('a', 'b', 'a'), ('', 'b', 'b'), ('a', '', 'a'), ('', '', '')) v(a, b, expected);
SELECT is(test.merged(jsonb_build_object('email', 'a@acme.com', 'company_id', a), jsonb_build_object('email', 'b@acme.com', 'company_id', b))->'company_id', expected, format('company: %s and %s', a, b))
FROM (VALUES (2, 3, '2'::jsonb), (NULL, 3, '3'), (2, NULL, '2'), (NULL, NULL, NULL)) v(a, b, expected);

-- the status goes with its history
SELECT is(test.merged(a || '{"email": "a@acme.com"}', b || '{"email": "b@acme.com"}', 'contact_status, previous_status, status_changed_at') - 'email' - '{origin,first_name,last_name}'::text[], expected, description)
FROM (VALUES (jsonb '{"contact_status": "", "previous_status": "x", "status_changed_at": "2020-01-01T00:00:00+00:00"}', jsonb '{"contact_status": "Active", "previous_status": "New", "status_changed_at": "2021-01-01T00:00:00+00:00"}',
		jsonb '{"contact_status": "Active", "previous_status": "New", "status_changed_at": "2021-01-01T00:00:00+00:00"}', 'all three'),
	('{"contact_status": ""}', '{"contact_status": "Active"}', '{"contact_status": "Active"}', 'one without a history'),
	('{"contact_status": "Old"}', '{"contact_status": "Active", "previous_status": "New", "status_changed_at": "2021-01-01T00:00:00+00:00"}', '{"contact_status": "Old"}', 'none of them'),
	('{"contact_status": "", "previous_status": "x", "status_changed_at": "2020-01-01T00:00:00+00:00"}', '{"contact_status": "", "previous_status": "New", "status_changed_at": "2021-01-01T00:00:00+00:00"}',
		'{"contact_status": "", "previous_status": "x", "status_changed_at": "2020-01-01T00:00:00+00:00"}', 'no status: what was stays')) v(a, b, expected, description);

-- times
SELECT is(test.merged(a || '{"email": "a@acme.com"}', b || '{"email": "b@acme.com"}', 'first_campaign_email_sent, last_campaign_email_sent, last_reply_received') - '{email,origin,first_name,last_name,contact_status}'::text[], expected, description)
FROM (VALUES (jsonb '{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_campaign_email_sent": "2020-01-02T00:00:00+00:00", "last_reply_received": "2020-01-05T00:00:00+00:00"}',
		jsonb '{"first_campaign_email_sent": "2020-01-02T00:00:00+00:00", "last_campaign_email_sent": "2020-01-03T00:00:00+00:00", "last_reply_received": "2020-01-04T00:00:00+00:00"}',
		jsonb '{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_campaign_email_sent": "2020-01-03T00:00:00+00:00", "last_reply_received": "2020-01-05T00:00:00+00:00"}', 'earliest and latest'),
	('{"first_campaign_email_sent": "2020-01-02T00:00:00+00:00", "last_campaign_email_sent": "2020-01-03T00:00:00+00:00"}',
		'{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_campaign_email_sent": "2020-01-02T00:00:00+00:00"}',
		'{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_campaign_email_sent": "2020-01-03T00:00:00+00:00"}', 'the other way round'),
	('{}', '{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_campaign_email_sent": "2020-01-02T00:00:00+00:00", "last_reply_received": "2020-01-03T00:00:00+00:00"}',
		'{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_campaign_email_sent": "2020-01-02T00:00:00+00:00", "last_reply_received": "2020-01-03T00:00:00+00:00"}', 'those of the other'),
	('{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00"}', '{"last_reply_received": "2020-01-03T00:00:00+00:00"}', '{"first_campaign_email_sent": "2020-01-01T00:00:00+00:00", "last_reply_received": "2020-01-03T00:00:00+00:00"}', 'one of each'),
	('{}', '{}', '{}', 'none')) v(a, b, expected, description);
SELECT test.new('{"email": "kept@acme.com"}') AS times \gset
UPDATE revyops.contact SET first_campaign_email_sent = '2020-01-01 00:00:00+00', last_campaign_email_sent = '2020-01-02 00:00:00+00', last_reply_received = '2020-01-03 00:00:00+00' WHERE id = :times;
SELECT is(revyops_update_contact(:times, '{"first_name": "x"}')->>'first_name', 'x', 'a change');
SELECT row_eq(format('SELECT first_campaign_email_sent, last_campaign_email_sent, last_reply_received FROM revyops.contact WHERE id = %s', :times),
	ROW('2020-01-01 00:00:00+00'::timestamptz, '2020-01-02 00:00:00+00'::timestamptz, '2020-01-03 00:00:00+00'::timestamptz), 'leaves times alone');

-- chains: every old id leads to the one that is there
SELECT test.new('{"email": "a@acme.com"}') AS a, test.new('{"email": "b@acme.com"}') AS b, test.new('{"email": "c@acme.com"}') AS c, test.new('{"email": "d@acme.com"}') AS d \gset
SELECT revyops_merge_contacts(:b, :a), revyops_merge_contacts(:c, :b), revyops_merge_contacts(:d, :c) \gset hidden_
SELECT is((SELECT string_agg(concat_ws(' ', id, kept_id, email), ', ' ORDER BY id) FROM revyops.merged_contact), format('%s %s a@acme.com, %s %s b@acme.com, %s %s c@acme.com', :a, :d, :b, :d, :c, :d), 'chains are flat');
CREATE FUNCTION test.leads(old bigint, call text, kept bigint) RETURNS text LANGUAGE sql AS $$
	SELECT test.fails_with(format('SELECT %s', format(call, old)), 'PT301', 'contact was merged', jsonb_build_array(jsonb_build_object('parameter', 'id', 'code', 'merged', 'merged_into', kept)), call) $$;
SELECT test.leads(i, 'revyops_get_contact(%s)', :d) FROM unnest(ARRAY[:a, :b, :c]) i;
SELECT test.fails_with(format(s, :a), 'PT404', 'contact not found', e::jsonb, 'gone: ' || s)
FROM (VALUES ('SELECT revyops_update_contact(%s, ''{}'')', '[{"parameter": "id", "code": "not_found"}]'), ('SELECT revyops_delete_contact(%s)', '[{"parameter": "id", "code": "not_found"}]'),
	('SELECT revyops_add_contact_custom_field(%s, ''{"field_name": "A", "field_value": 1}'')', '[{"parameter": "contact_id", "code": "not_found"}]')) v(s, e);

SELECT set_config('revyops.client_id', '2', true) AS "hidden" \gset
SELECT test.fails_with(format('SELECT revyops_get_contact(%s)', :a), 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]', 'another client sees no merged one');
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset
SELECT revyops_delete_contact(:d) AS "hidden" \gset
SELECT test.fails_with(format('SELECT revyops_get_contact(%s)', :a), 'PT404', 'contact not found', '[{"parameter": "id", "code": "not_found"}]', 'what led to a deleted one is gone');
SELECT is_empty(format('SELECT * FROM revyops.merged_contact WHERE kept_id = %s', :d), 'all of it');

-- errors; nothing is changed by them
SELECT test.new('{"email": "x@acme.com"}') AS x, test.new('{"email": "y@acme.com"}') AS y \gset
SELECT revyops_get_contact(:x) AS x_before \gset
SELECT test.fails_400('SELECT revyops_merge_contacts(NULL, NULL, NULL)', '[{"parameter": "keep", "code": "required"}, {"parameter": "other", "code": "required"}, {"parameter": "structure", "code": "invalid_structure"}]', 'NULL');
SELECT test.fails_400('SELECT revyops_merge_contacts(99, 99)', '[{"parameter": "other", "code": "same_contact"}]', 'with itself');
SELECT test.fails_with(format('SELECT revyops_merge_contacts(%s, %s)', k, o), s, m, jsonb_build_array(jsonb_build_object('parameter', p, 'code', c)), description)
FROM (VALUES (99999, :x, 'PT404', 'contact not found', 'keep', 'not_found', 'keep none'), (:x, 99999, 'PT404', 'contact not found', 'other', 'not_found', 'merge none'), (0, 99999, 'PT404', 'contact not found', 'keep', 'not_found', 'neither'),
	(1, :x, 'PT401', 'contact does not belong to this client', 'keep', 'other_client', 'keep another client''s'), (:x, 1, 'PT401', 'contact does not belong to this client', 'other', 'other_client', 'merge another client''s'),
	(:a, :x, 'PT404', 'contact not found', 'keep', 'not_found', 'keep a merged one')) v(k, o, s, m, p, c, description);
UPDATE revyops.contact SET custom_fields = (SELECT jsonb_agg(jsonb_build_object('id', 100000 * c.id + i, 'field_name', c.email || i, 'field_value', '', 'updated_time', '2020-01-01T00:00:00.000000Z')) FROM generate_series(1, 501) i) FROM revyops.contact c
WHERE c.id = contact.id AND c.id IN (:x, :y);
SELECT test.fails_400(format('SELECT revyops_merge_contacts(%s, %s)', :x, :y), '[{"parameter": "other", "code": "too_many", "limit": 1000, "actual": 1002}]', 'too many custom fields');
SELECT is(revyops_get_contact(:x) - 'contact_custom_fields', :'x_before'::jsonb - 'contact_custom_fields', 'the one that was to be kept is as it was');
SELECT set_config('revyops.client_id', '0', true) AS "hidden" \gset
SELECT test.fails_with('SELECT revyops_merge_contacts(1, 2)', 'PT403', 'missing or invalid credentials', '[{"parameter": "X-API-Key", "code": "missing_credentials"}]', 'no identity');
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset

-- merging, getting and deleting read no table of many rows
INSERT INTO revyops.contact (client_id, email) SELECT 1, format('e%s@acme.com', i) FROM generate_series(1, 5000) i;
INSERT INTO revyops.merged_contact (client_id, id, kept_id) SELECT 1, 1000000 + id, id FROM revyops.contact WHERE email LIKE 'e%';
SELECT sum(seq_tup_read) + sum(coalesce(idx_tup_fetch, 0)) AS read FROM pg_stat_xact_all_tables WHERE schemaname = 'revyops' \gset
SELECT revyops_merge_contacts(id, id + 1) FROM revyops.contact WHERE email = 'e7@acme.com' \gset hidden_
SELECT revyops_delete_contact(id) FROM revyops.contact WHERE email = 'e9@acme.com' \gset hidden_
SELECT is(test.try(format('SELECT revyops_get_contact(%s)', 1000000 + id))->>'sqlstate', 'PT301', 'one of many') FROM revyops.contact WHERE email = 'e11@acme.com';
SELECT cmp_ok(sum(seq_tup_read) + sum(coalesce(idx_tup_fetch, 0)) - :read, '<', 100::numeric, 'few rows were read') FROM pg_stat_xact_all_tables WHERE schemaname = 'revyops';

SELECT * FROM finish();
ROLLBACK;
