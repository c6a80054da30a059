\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(14);
-- revyops_stats: what each client has, exact where that is little, and estimated where it is much.

SELECT is((SELECT count(*) FROM public.revyops_stats), 0::bigint, 'no client, no row');
INSERT INTO revyops.client (id, name) VALUES (101, 'Few'), (102, 'Some'), (103, 'Many'), (104, 'None');
CREATE FUNCTION fill(client integer, n integer) RETURNS void LANGUAGE sql AS
	$$INSERT INTO revyops.contact (client_id, email) SELECT client, client || 'i' || i || '@example.com' FROM generate_series(1, n) i$$;
DO 'BEGIN PERFORM fill(101, 3), fill(102, 10000), fill(103, 10001); END';
INSERT INTO revyops.company (client_id, domain) SELECT 101, 'd' || i || '.com' FROM generate_series(1, 2) i;
INSERT INTO revyops.email (client_id, contact_id, email_type, email_timestamp, origin) SELECT 101, min(id), 'sent', now(), 'x' FROM revyops.contact WHERE client_id = 101;
INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, expires_at, revoked_at)
	SELECT 'p' || i, sha256('x'), 101, 'k', CASE i WHEN 1 THEN now() - interval '1 s' WHEN 2 THEN now() + interval '1 day' END, CASE i WHEN 3 THEN now() END FROM generate_series(1, 4) i;
INSERT INTO revyops.import_job (client_id, source, finished) VALUES (101, 'a', NULL), (101, 'b', now()), (101, 'c', now());
CREATE FUNCTION told(client integer) RETURNS text LANGUAGE sql AS $$SELECT (s.*)::text FROM public.revyops_stats s WHERE client_id = client$$;
SELECT is(told(101), '(101,Few,3,f,2,f,1,f,2,2,1,,,,,,)', 'all of it');
SELECT is(told(102), '(102,Some,10000,f,0,f,0,f,0,0,0,,,,,,)', 'exact up to 10,000');
SELECT is(told(103), '(103,Many,10001,t,0,f,0,f,0,0,0,,,,,,)', 'more, before ANALYZE');
SELECT is(told(104), '(104,None,0,f,0,f,0,f,0,0,0,,,,,,)', 'nothing');
INSERT INTO revyops.contact (client_id, email) SELECT 103, 'more' || i || '@example.com' FROM generate_series(1, 19999) i;
ANALYZE revyops.contact;
SELECT ok(abs(contacts - 30000) < 1500 AND contacts_estimated, 'more than 10,000: what ANALYZE found') FROM public.revyops_stats WHERE client_id = 103;
INSERT INTO revyops.contact (client_id, email) SELECT 103, 'most' || i || '@example.com' FROM generate_series(1, 10000) i;
ANALYZE revyops.contact;
SELECT ok(abs(contacts - 40000) < 2000 AND contacts_estimated, 'so many are not counted at all') FROM public.revyops_stats WHERE client_id = 103;
SELECT is(told(102), '(102,Some,10000,f,0,f,0,f,0,0,0,,,,,,)', 'others are');

-- No table of records is read as a whole, however common a client is.
CREATE FUNCTION whole() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) SELECT * FROM public.revyops_stats';
END $$;
SELECT is_empty('SELECT w FROM whole() w WHERE w ~ ''Seq Scan on (contact|company|email)''', 'by the primary keys');

-- Who may read it sees what they may see.
CREATE ROLE stats_tenant;
CREATE ROLE stats_nobody;
GRANT USAGE ON SCHEMA revyops TO stats_tenant, stats_nobody;
GRANT SELECT ON public.revyops_stats TO stats_tenant, stats_nobody;
GRANT SELECT ON revyops.client, revyops.contact, revyops.company, revyops.email, revyops.api_key, revyops.import_job TO stats_tenant;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO stats_tenant;
SET LOCAL revyops.client_id = 101;
CREATE FUNCTION as_role(name text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
	PERFORM set_config('role', name, true);
	EXECUTE 'SELECT string_agg(x, '' '') FROM (' || statement || ') t (x)' INTO found;
	PERFORM set_config('role', 'none', true);
	RETURN found;
EXCEPTION WHEN insufficient_privilege THEN
	PERFORM set_config('role', 'none', true);
	RETURN SQLERRM;
END $$;
SELECT is(as_role('stats_tenant', 'SELECT s::text FROM public.revyops_stats s'), '(101,Few,3,f,2,f,1,f,2,2,1,,,,,,)', 'a client sees its own row');
SELECT is(as_role('stats_nobody', 'SELECT s::text FROM public.revyops_stats s'), 'permission denied for table client', 'and nothing without rights on the tables');
RESET revyops.client_id;
SELECT is(as_role('stats_tenant', 'SELECT s::text FROM public.revyops_stats s'), NULL, 'nobody sees no row');
SELECT is(as_role('stats_nobody', 'SELECT o::text FROM revyops.create_outcomes(101) o'), 'permission denied for function current_client_id', 'counts are not for everybody');
SELECT is((SELECT o::text FROM revyops.create_outcomes(NULL) o), '(,,,,,)', 'nothing is counted without shared_preload_libraries');
SELECT * FROM finish();
ROLLBACK;
