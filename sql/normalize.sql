\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
\set email `cat "$PG_ABS_SRCDIR/t/vectors/email.jsonl"`
\set linkedin_url `cat "$PG_ABS_SRCDIR/t/vectors/linkedin_url.jsonl"`
\set linkedin_spellings `cat "$PG_ABS_SRCDIR/t/vectors/linkedin_spellings.jsonl"`
\set domain `cat "$PG_ABS_SRCDIR/t/vectors/domain.jsonl"`
SELECT plan(170);

CREATE TABLE test.vector AS
	SELECT 'email' AS kind, n, line FROM test.lines(:'email')
	UNION ALL SELECT 'linkedin_url', n, line FROM test.lines(:'linkedin_url')
	UNION ALL SELECT 'domain', n, line FROM test.lines(:'domain')
	UNION ALL SELECT 'linkedin_url', 100 + n, line FROM test.lines(:'linkedin_spellings');

-- every line of the vectors
SELECT CASE WHEN line ? 'error'
	THEN test.fails_code(call, 'PT400', 'invalid request', line->>'error', kind || ' ' || coalesce((line->'in')::text, ''))
	ELSE is(test.try(call), jsonb_build_object('value', line->'out'), kind || ' ' || (line->'in')::text) END
FROM (SELECT *, format('SELECT revyops_normalize_%s(%L)', kind, line->>'in') AS call FROM test.vector
	ORDER BY kind, n) v;

-- the same lines seen by what the CHECK constraints call
SELECT is(count(*), 0::bigint, 'the canonical form normalizes to itself')
FROM test.vector,
	LATERAL (SELECT format('SELECT revyops_normalize_%s(%L)', kind, line->>'out') AS call) c
WHERE line->>'out' IS NOT NULL AND test.try(call) <> jsonb_build_object('value', line->'out');

SELECT is(count(*), 0::bigint, 'is_canonical_* is true for the canonical form')
FROM test.vector,
	LATERAL (SELECT format('SELECT revyops.is_canonical_%s(%L)', kind, line->>'out') AS call) c
WHERE line->>'out' IS NOT NULL AND test.try(call) <> '{"value": "true"}';

SELECT is(count(*), 0::bigint, 'is_canonical_* is false for every other input, without an error')
FROM test.vector,
	LATERAL (SELECT format('SELECT revyops.is_canonical_%s(%L)', kind, line->>'in') AS call) c
WHERE line->>'in' IS NOT NULL AND line->>'in' IS DISTINCT FROM line->>'out'
	AND (line->>'in') NOT IN ('www.acme.co.uk', 'co.uk')	-- see raw_writes.sql
	AND test.try(call) <> '{"value": "false"}';

SELECT is(count(DISTINCT (kind, test.try(call))), 3::bigint, 'an error is the same whatever the input')
FROM test.vector,
	LATERAL (SELECT format('SELECT revyops_normalize_%s(%L)', kind, line->>'in') AS call) c
WHERE line ? 'error';

SELECT is(ARRAY(SELECT concat(proname, ' ', provolatile, proparallel) FROM pg_proc
		WHERE proname IN ('revyops_normalize_email', 'revyops_normalize_linkedin_url', 'revyops_normalize_domain')
		ORDER BY proname),
	ARRAY['revyops_normalize_domain is', 'revyops_normalize_email is', 'revyops_normalize_linkedin_url is'],
	'the normalizers are immutable and parallel safe');
SELECT is(revyops_normalize_domain(NULL), NULL::text, 'no domain');
SELECT is(revyops_normalize_domain(E' \t '), NULL::text, 'blank domain');
SELECT is(revyops_normalize_linkedin_url(E' \n '), NULL::text, 'blank LinkedIn URL');

SELECT * FROM finish();
ROLLBACK;
