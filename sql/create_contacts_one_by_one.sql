\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(11);
-- Random batches over a few keys: each item of a batch has the verdict that it
-- gets if the items are created one after another; and a check foretells it.
SELECT test.two_clients() \gset
SET LOCAL revyops.client_id = 2;
SELECT revyops_create_company('{"domain": "other.com"}') AS "hidden" \gset
SELECT setseed(0.25) \gset hidden_

-- one_of draws.
CREATE FUNCTION test.one_of(VARIADIC choices text[]) RETURNS text
	LANGUAGE sql AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;

-- item draws a body; keys is how many e-mails and LinkedIn URLs there are.  "$own" stands
-- for the id of the caller's company; 1 is another client's.
CREATE FUNCTION test.item(keys int) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	n int := 1 + floor(random() * keys);
	-- often the same or the next one, so that there are long chains
	m int := CASE WHEN random() < 0.6 THEN n + floor(random() * 2) ELSE 1 + floor(random() * keys) END;
BEGIN
	IF random() < 0.06 THEN
		RETURN test.one_of('null', '7', '[]', '{}', '{"email": "nope"}', '{"linkedin_url": "in/1", "first_name": null, "company_id": 0}');
	END IF;
	RETURN jsonb_strip_nulls(jsonb_build_object(
		'email', CASE WHEN random() < 0.8 THEN format(test.one_of('%s@%s', ' %s@%s '), n,
			(ARRAY['acme.com', 'ACME.com', 'x.eu.acme.com', 'gmail.com', 'a.new.com', 'new.com'])[1 + n % 6]) END,
		'linkedin_url', CASE WHEN random() < 0.8 THEN format(test.one_of('in/%s', 'https://uk.linkedin.com/in/%s/'), m) END,
		'last_name', random()::text,
		'company_id', CASE WHEN random() < 0.3 THEN test.one_of('acme.com', 'a.b.acme.com', 'x.eu.acme.com', '$own', '$own',
			'1', '999999', 'unknown.com', 'other.com', 'Acme Inc', 'b.new.com', 'yahoo.com', ' ') END,
		'contact_custom_fields_input', CASE WHEN random() < 0.3 THEN jsonb_build_array(
			jsonb_build_object('field_name', 'A', 'field_value', n), jsonb_build_object('field_name', test.one_of('A', 'B', 'C'), 'field_value', m)) END));
END
$$;
CREATE FUNCTION test.batch(size int, keys int) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT coalesce(jsonb_agg(test.item(keys)), '[]') FROM generate_series(1, size) $$;

-- errors names a contact by what it has, in place of its id.
CREATE FUNCTION test.errors(entries jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_agg(CASE WHEN e ? 'existing_id' THEN e || jsonb_build_object('existing_id',
			(SELECT concat_ws(' ', email, linkedin_url, last_name) FROM revyops.contact WHERE client_id > 0 AND id = (e->>'existing_id')::bigint)) ELSE e END ORDER BY n)
	FROM jsonb_array_elements(entries) WITH ORDINALITY t(e, n) $$;

-- one_by_one creates items as a batch should, and tells what came of each.
CREATE FUNCTION test.one_by_one(items jsonb) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	outcomes jsonb := '[]';
	made jsonb := '{}';
	id text; item jsonb; n int; detail text; entries jsonb;
BEGIN
	FOR item, n IN SELECT * FROM jsonb_array_elements(items) WITH ORDINALITY LOOP
		BEGIN
			id := public.revyops_create_contact(item)->>'id';
			made := made || jsonb_build_object(id, n);
			outcomes := outcomes || jsonb_build_object('status', 201, 'errors', NULL);
		EXCEPTION WHEN SQLSTATE 'PT400' OR SQLSTATE 'PT401' OR SQLSTATE 'PT404' OR SQLSTATE 'PT409' THEN
			GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
			SELECT jsonb_agg(CASE WHEN made ? (e->>'existing_id') THEN e || jsonb_build_object('duplicate_of', made->(e->>'existing_id')) ELSE e END ORDER BY i)
				INTO entries FROM jsonb_array_elements(detail::jsonb) WITH ORDINALITY t(e, i);
			outcomes := outcomes || jsonb_build_object('status', right(SQLSTATE, 3)::int, 'errors', test.errors(entries));
		END;
	END LOOP;
	RETURN outcomes;
END
$$;
CREATE FUNCTION test.at_once(items jsonb) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	outcomes jsonb;
BEGIN
	-- the whole batch first: names are looked up when all is done
	SELECT jsonb_agg(t ORDER BY n) INTO outcomes
		FROM public.revyops_create_contacts(items) WITH ORDINALITY t (ordinal, status, contact, errors, n);
	RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('status', o->'status', 'errors', test.errors(nullif(o->'errors', 'null'))) ORDER BY n), '[]')
		FROM jsonb_array_elements(outcomes) WITH ORDINALITY t(o, n));
END
$$;

-- checked tells what a check says of a batch; foretold, what it should say: nothing has an id yet.
CREATE FUNCTION test.checked(items jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('status', status, 'errors', test.errors(errors)) ORDER BY ordinal), '[]')
	FROM public.revyops_check_contacts(items) $$;
CREATE FUNCTION test.foretold(outcomes jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('status', o->'status', 'errors',
		(SELECT jsonb_agg(CASE WHEN e ? 'duplicate_of' THEN e - 'existing_id' ELSE e END ORDER BY i) FROM jsonb_array_elements(nullif(o->'errors', 'null')) WITH ORDINALITY u(e, i))) ORDER BY n), '[]')
	FROM jsonb_array_elements(outcomes) WITH ORDINALITY t(o, n) $$;

-- atomic tells what a batch comes to, if it is all or nothing.
CREATE FUNCTION test.atomic(items jsonb) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	outcome jsonb;
	detail text;
BEGIN
	SELECT jsonb_agg(status) INTO outcome FROM public.revyops_create_contacts(items, mode => 'atomic');
	RETURN coalesce(outcome, '[]');
EXCEPTION WHEN SQLSTATE 'PT400' OR SQLSTATE 'PT401' OR SQLSTATE 'PT404' OR SQLSTATE 'PT409' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN jsonb_build_object('sqlstate', SQLSTATE, 'errors', test.errors(detail::jsonb));
END
$$;

-- atomic_of tells it from what came of each.
CREATE FUNCTION test.atomic_of(outcomes jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT CASE WHEN bool_and((o->>'status')::int = 201) IS NOT false
		THEN coalesce(jsonb_agg(o->'status'), '[]')
		ELSE jsonb_build_object('sqlstate', 'PT' || min((o->>'status')::int) FILTER (WHERE (o->>'status')::int <> 201),
			'errors', (SELECT jsonb_agg(CASE WHEN e ? 'duplicate_of' THEN e - 'existing_id' ELSE e END || jsonb_build_object('ordinal', n) ORDER BY n, i)
				FROM jsonb_array_elements(outcomes) WITH ORDINALITY t(o, n), jsonb_array_elements(nullif(o->'errors', 'null')) WITH ORDINALITY u(e, i))) END
	FROM jsonb_array_elements(outcomes) o $$;

-- left_behind is what a client has, without ids and times.
CREATE FUNCTION test.left_behind(client int) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_build_object('companies', (SELECT jsonb_agg(domain ORDER BY domain) FROM revyops.company WHERE client_id = client), 'contacts', jsonb_agg(to_jsonb(t) ORDER BY t)) FROM (
		SELECT email, linkedin_url, last_name, domain, origin, contact_status,
			(SELECT string_agg(concat_ws(' ', f->>'field_name', f->>'field_value'), ', ' ORDER BY i) FROM jsonb_array_elements(c.custom_fields) WITH ORDINALITY u(f, i)) AS fields
		FROM revyops.contact c LEFT JOIN revyops.company o ON o.client_id = c.client_id AND o.id = c.company_id WHERE c.client_id = client) t $$;

CREATE TABLE test.seen (outcome jsonb);
CREATE TABLE test.setting (name text, value text);

-- client makes a client with companies and with contacts that were there before, and is it.
CREATE FUNCTION test.client(given jsonb, OUT id int, OUT own text)
	LANGUAGE plpgsql AS $$
BEGIN
	id := public.revyops_create_client('x');
	PERFORM public.revyops_set_client_setting(id, name, value) FROM test.setting;
	PERFORM set_config('revyops.client_id', id::text, true);
	own := public.revyops_create_company('{"domain": "acme.com"}')->>'id';
	PERFORM public.revyops_create_company('{"domain": "eu.acme.com"}');
	PERFORM test.one_by_one(given);
END
$$;

-- differences runs one batch in all ways; none is no row.
CREATE FUNCTION test.differences(items jsonb, given jsonb) RETURNS SETOF jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	single record; batch record; atomic record;
	expected jsonb; got jsonb; at_first jsonb; checked jsonb;
BEGIN
	single := test.client(given);
	expected := test.one_by_one(replace(items::text, '$own', single.own)::jsonb);
	INSERT INTO test.seen SELECT jsonb_array_elements(expected);

	batch := test.client(given);
	at_first := test.left_behind(batch.id);
	checked := test.checked(replace(items::text, '$own', batch.own)::jsonb);
	IF checked IS DISTINCT FROM test.foretold(expected) THEN
		RETURN NEXT jsonb_build_object('items', items, 'given', given, 'foretold', test.foretold(expected), 'checked', checked);
	ELSIF test.left_behind(batch.id) IS DISTINCT FROM at_first THEN
		RETURN NEXT jsonb_build_object('items', items, 'given', given, 'left behind by a check', test.left_behind(batch.id));
	END IF;
	got := test.at_once(replace(items::text, '$own', batch.own)::jsonb);
	IF got IS DISTINCT FROM expected THEN
		RETURN NEXT jsonb_build_object('items', items, 'given', given, 'one by one', expected, 'at once', got);
	ELSIF test.left_behind(batch.id) IS DISTINCT FROM test.left_behind(single.id) THEN
		RETURN NEXT jsonb_build_object('items', items, 'given', given, 'rows', test.left_behind(single.id), 'of a batch', test.left_behind(batch.id));
	END IF;

	atomic := test.client(given);
	at_first := test.left_behind(atomic.id);
	expected := test.atomic_of(expected);
	got := test.atomic(replace(items::text, '$own', atomic.own)::jsonb);
	IF got IS DISTINCT FROM expected THEN
		RETURN NEXT jsonb_build_object('items', items, 'given', given, 'atomic', expected, 'at once', got);
	ELSIF test.left_behind(atomic.id) IS DISTINCT FROM (CASE WHEN jsonb_typeof(expected) = 'array' THEN test.left_behind(single.id) ELSE at_first END) THEN
		RETURN NEXT jsonb_build_object('items', items, 'given', given, 'atomic', test.left_behind(atomic.id));
	END IF;
END
$$;
-- random_differences shows the shortest batch that makes a difference.
CREATE FUNCTION test.random_differences(batches int, max_size int, max_keys int, max_given int) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT d FROM (SELECT 1 + floor(random() * max_size)::int AS size, 1 + floor(random() * max_keys)::int AS keys, floor(random() * max_given)::int AS given
			FROM generate_series(1, batches) OFFSET 0) s,
		test.differences(test.batch(size, keys), test.batch(given, keys)) d
	ORDER BY length(d->>'items'), d LIMIT 1 $$;

SELECT is(test.random_differences(200, 30, 20, 4), NULL, '200 batches of up to 30');
SELECT is(test.random_differences(300, 6, 4, 3), NULL, '300 batches of up to 6');
SELECT is(test.random_differences(60, 40, 60, 2), NULL, '60 batches with long chains');

-- for clients that have changed their settings
INSERT INTO test.setting VALUES ('on_unknown_domain', 'create'), ('default_origin', 'Web'), ('default_status', 'New');
SELECT is(test.random_differences(150, 20, 12, 4), NULL, '150 batches of up to 20, where companies are made');
INSERT INTO test.setting VALUES ('infer_company', 'on');
SELECT is(test.random_differences(150, 20, 12, 4), NULL, '150 batches of up to 20, where companies are inferred as well');

-- as a set: with the trigger a row is not inserted by the short way
CREATE FUNCTION test.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER own BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.nothing();
SELECT is(test.random_differences(60, 30, 20, 4), NULL, '60 batches of up to 30, with a BEFORE ROW trigger');
SELECT is(test.random_differences(100, 6, 4, 3), NULL, '100 batches of up to 6, with a BEFORE ROW trigger');

-- a check goes on where a chunk of 10,000 ends
SELECT set_config('revyops.client_id', revyops_create_client('large')::text, true) AS "hidden" \gset
SELECT jsonb_agg(jsonb_build_object('email', format('%s@acme.com', i % 15000), 'linkedin_url', format('in/%s', i * 7 % 16000)) ORDER BY i) AS large FROM generate_series(1, 25000) i \gset
SELECT row_eq($$SELECT test.foretold(test.at_once(large)) = checked, jsonb_array_length(checked), (SELECT count(*) FROM jsonb_array_elements(checked) c WHERE c->>'status' = '201')
	FROM (SELECT large, test.checked(large) AS checked FROM (SELECT $$ || quote_literal(:'large') || $$::jsonb AS large) l OFFSET 0) c$$, ROW(true, 25000, 15000::bigint), '25,000');

-- all of it was there
SELECT is((SELECT string_agg(status, ' ' ORDER BY status) FROM (SELECT outcome->>'status' AS status FROM test.seen GROUP BY 1 HAVING count(*) > 50) t),
	'201 400 401 404 409', 'every status');
SELECT cmp_ok((SELECT count(*)::int FROM test.seen WHERE jsonb_path_exists(outcome, '$.errors[*] ? (exists(@.duplicate_of))')), '>', 500, 'duplicates within a batch');
SELECT cmp_ok((SELECT count(*)::int FROM test.seen WHERE jsonb_path_exists(outcome, '$.errors[*] ? (exists(@.existing_id) && !exists(@.duplicate_of))')), '>', 100, 'duplicates of what was there');

SELECT * FROM finish();
ROLLBACK;
