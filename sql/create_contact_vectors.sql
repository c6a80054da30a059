\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
\set lines `cat "$PG_ABS_SRCDIR/t/vectors/create_contact.jsonl"`
SELECT plan(156);

-- like cuts got to the members that a vector names.
CREATE FUNCTION test.like(got jsonb, members jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT coalesce(jsonb_object_agg(k, got->k) FILTER (WHERE got ? k), '{}') FROM jsonb_object_keys(members) k $$;

-- client makes a client of its own for a vector, with the company acme.com and what is given, and is it.
CREATE FUNCTION test.client(v jsonb) RETURNS int
	LANGUAGE plpgsql AS $$
DECLARE
	client int := public.revyops_create_client(v->>'name');
BEGIN
	PERFORM set_config('revyops.client_id', client::text, true);
	PERFORM public.revyops_create_company('{"domain": "acme.com"}');
	IF v ? 'given' THEN
		PERFORM public.revyops_create_contact(v->'given');
	END IF;
	RETURN client;
END
$$;

-- shown gives an outcome in the form of the vector.
CREATE FUNCTION test.shown(v jsonb, status jsonb, answer jsonb, errors jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_build_object('status', status)
		|| CASE WHEN v ? 'contact' AND answer IS NOT NULL THEN jsonb_build_object('contact', test.like(answer, v->'contact')) ELSE '{}' END
		|| CASE WHEN v ? 'absent' AND answer IS NOT NULL THEN jsonb_build_object('absent',
			(SELECT coalesce(jsonb_agg(m), '[]') FROM jsonb_array_elements_text(v->'absent') m WHERE NOT answer ? m)) ELSE '{}' END
		|| CASE WHEN v ? 'errors' AND errors IS NOT NULL THEN jsonb_build_object('errors',
			(SELECT jsonb_agg(test.like(e, coalesce(v->'errors'->(n::int - 1), '{"pointer": 0, "code": 0}')) ORDER BY n)
			 FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n))) ELSE '{}' END $$;

-- caught gives what test.try got in the form of the vector.
CREATE FUNCTION test.caught(v jsonb, got jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT CASE WHEN got ? 'value' THEN test.shown(v, '201', (got->>'value')::jsonb, NULL)
		WHEN got->>'sqlstate' ~ '^PT4\d\d$' THEN test.shown(v, to_jsonb(right(got->>'sqlstate', 3)::int), NULL, (got->>'detail')::jsonb)
		ELSE got END $$;

-- verdict runs a vector, by one way or another, and gives what came of it and how many rows there are then.
CREATE FUNCTION test.verdict(v jsonb, way text) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	client int := test.client(v);
	shown jsonb;
BEGIN
	CASE way
		WHEN 'single' THEN
			shown := test.caught(v, test.try(format('SELECT public.revyops_create_contact(%L)', v->'body')));
		WHEN 'atomic batch' THEN
			shown := test.caught(v, test.try(format('SELECT contact FROM public.revyops_create_contacts(%L, mode => ''atomic'')', jsonb_build_array(v->'body'))));
		WHEN 'batch' THEN
			SELECT test.shown(v, to_jsonb(r.status), r.contact, r.errors) INTO STRICT shown FROM public.revyops_create_contacts(jsonb_build_array(v->'body')) r;
	END CASE;
	RETURN shown || jsonb_build_object('rows', (SELECT count(*) FROM revyops.contact c WHERE c.client_id = client));
END
$$;

-- expected is what a vector says itself.
CREATE FUNCTION test.expected(v jsonb) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT v - '{name,body,given}'::text[] $$;
CREATE FUNCTION test.rows_of(v jsonb) RETURNS int
	LANGUAGE sql AS $$ SELECT (v ? 'given')::int + (v->>'status' = '201')::int $$;

CREATE TABLE test.vector AS SELECT n, line FROM test.lines(:'lines');
SELECT is(test.verdict(line, way), test.expected(line) || jsonb_build_object('rows', test.rows_of(line)), concat_ws(', ', nullif(way, 'single'), line->>'name'))
FROM test.vector, unnest(ARRAY['single', 'batch', 'atomic batch']) WITH ORDINALITY t(way, i) ORDER BY i, n;
SELECT is((SELECT count(*) FROM revyops.contact), (SELECT 3 * sum(test.rows_of(line)) FROM test.vector),
	'no call left a row with another client');

-- all of them in one batch; what one of them is given comes before it
SELECT test.client('{"name": "all"}') AS client \gset
CREATE TABLE test.item AS SELECT (row_number() OVER (ORDER BY n, given DESC))::int AS ordinal, n, line, given
	FROM test.vector, unnest(CASE WHEN line ? 'given' THEN ARRAY[true, false] ELSE ARRAY[false] END) given;
CREATE TABLE test.outcome AS SELECT * FROM revyops_create_contacts((SELECT jsonb_agg(CASE WHEN given THEN line->'given' ELSE line->'body' END ORDER BY ordinal) FROM test.item));
SELECT is(test.shown(line, to_jsonb(status), contact, errors), test.expected(line), 'among all, ' || (line->>'name'))
FROM test.item JOIN test.outcome USING (ordinal) WHERE NOT given ORDER BY n;
SELECT is((SELECT count(*) FROM revyops.contact WHERE client_id = :client), (SELECT sum(test.rows_of(line)) FROM test.vector), 'no other row is left');

-- and atomic: the faults of all
SELECT test.client('{"name": "all, atomic"}') AS client \gset
CREATE TABLE test.fault AS SELECT (e->>'ordinal')::int AS ordinal, jsonb_agg(e ORDER BY i) AS errors
	FROM (SELECT test.try(format('SELECT count(*) FROM revyops_create_contacts(%L, mode => ''atomic'')', (SELECT jsonb_agg(CASE WHEN given THEN line->'given' ELSE line->'body' END ORDER BY ordinal) FROM test.item))) AS got OFFSET 0) t,
		jsonb_array_elements((got->>'detail')::jsonb) WITH ORDINALITY u(e, i)
	WHERE got->>'sqlstate' = 'PT400' GROUP BY 1;
SELECT is((SELECT array_agg(ordinal ORDER BY ordinal) FROM test.fault), (SELECT array_agg(ordinal ORDER BY ordinal) FROM test.item WHERE NOT given AND line->>'status' <> '201'), 'atomic: those with faults');
SELECT is(test.shown(line, NULL, NULL, f.errors)->'errors', test.expected(line)->'errors', 'among all, atomic, ' || (line->>'name'))
FROM test.item JOIN test.fault f USING (ordinal) ORDER BY n;
SELECT is((SELECT count(*) FROM revyops.contact WHERE client_id = :client), 0::bigint, 'no row is left');

SELECT * FROM finish();
ROLLBACK;
