\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
\set lines `cat "$PG_ABS_SRCDIR/t/vectors/create_contact.jsonl"`
SELECT plan(34);

-- like cuts got to the members that a vector names.
CREATE FUNCTION test.like(got jsonb, members jsonb) RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT coalesce(jsonb_object_agg(k, got->k) FILTER (WHERE got ? k), '{}') FROM jsonb_object_keys(members) k $$;

-- verdict runs a vector as a client of its own, with the company acme.com, and
-- gives what came of it in the form of the vector.
CREATE FUNCTION test.verdict(v jsonb) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	client int := public.revyops_create_client(v->>'name');
	got jsonb;
	answer jsonb;
	verdict jsonb;
BEGIN
	PERFORM set_config('revyops.client_id', client::text, true);
	PERFORM public.revyops_create_company('{"domain": "acme.com"}');
	IF v ? 'given' THEN
		PERFORM public.revyops_create_contact(v->'given');
	END IF;
	got := test.try(format('SELECT public.revyops_create_contact(%L)', v->'body'));
	IF got ? 'value' THEN
		answer := got->'value'#>>'{}';
		verdict := jsonb_build_object('status', 201);
		IF v ? 'contact' THEN
			verdict := verdict || jsonb_build_object('contact', test.like(answer, v->'contact'));
		END IF;
		IF v ? 'absent' THEN
			verdict := verdict || jsonb_build_object('absent',
				(SELECT coalesce(jsonb_agg(m), '[]') FROM jsonb_array_elements_text(v->'absent') m WHERE NOT answer ? m));
		END IF;
	ELSE
		verdict := jsonb_build_object('status',
			CASE WHEN got->>'sqlstate' ~ '^PT4\d\d$' THEN to_jsonb(right(got->>'sqlstate', 3)::int) ELSE got END);
		IF v ? 'errors' THEN
			verdict := verdict || jsonb_build_object('errors',
				(SELECT jsonb_agg(test.like(e, coalesce(v->'errors'->(n::int - 1), '{"pointer": 0, "code": 0}')) ORDER BY n)
				 FROM jsonb_array_elements((got->>'detail')::jsonb) WITH ORDINALITY t(e, n)));
		END IF;
	END IF;
	RETURN verdict || jsonb_build_object('rows', (SELECT count(*) FROM revyops.contact c WHERE c.client_id = client));
END
$$;

SELECT is(test.verdict(line), (line - '{name,body,given}'::text[]) ||
		jsonb_build_object('rows', (line ? 'given')::int + (line->>'status' = '201')::int),
	line->>'name')
FROM test.lines(:'lines');

SELECT is((SELECT count(*) FROM revyops.contact), (SELECT sum((line ? 'given')::int + (line->>'status' = '201')::int) FROM test.lines(:'lines')),
	'no call left a row with another client');

SELECT * FROM finish();
ROLLBACK;
