\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(26);
-- Plans that were made while VACUUM had found the tables empty still fit when they have grown: what a call reads
-- does not depend on how many others there are.
SELECT test.two_clients() \gset
SET LOCAL client_min_messages = error;
UPDATE pg_class SET relpages = 0, reltuples = 0 WHERE relnamespace = 'revyops'::regnamespace;

-- read_by counts the entries that a query reads of all indexes of the schema.
CREATE FUNCTION test.entries_read() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(pg_stat_get_xact_tuples_returned(oid))::bigint FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind = 'i' $$;
CREATE FUNCTION test.read_by(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint := test.entries_read();
BEGIN
	EXECUTE query;
	RETURN test.entries_read() - before;
END
$$;

-- 300 calls of each kind, no more than 40 entries a call; one that goes through all contacts reads hundreds
SELECT cmp_ok(test.read_by(query), '<=', 300 * 40::bigint, query) FROM (VALUES
	($$SELECT count(revyops_create_company(jsonb_build_object('domain', format('c%s.com', i)))) FROM generate_series(1, 300) i$$),
	($$SELECT count(revyops_upsert_contact(jsonb_build_object('email', format('a%s@c%s.com', i, i), 'company_id', format('c%s.com', i)))) FROM generate_series(1, 300) i$$),
	($$SELECT count(revyops_upsert_contact(jsonb_build_object('email', format('a%s@c%s.com', i, i), 'linkedin_url', format('in/a%s', i)))) FROM generate_series(1, 300) i$$),
	($$SELECT count(test.try(format('SELECT revyops_create_contact(%L)', jsonb_build_object('linkedin_url', format('in/a%s', i))))) FROM generate_series(1, 300) i$$),
	($$SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('b%s@c%s.com', i, i))) FROM generate_series(1, 300) i))$$),
	($$SELECT count(*) FROM revyops_upsert_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('b%s@c%s.com', i, i), 'first_name', 'b', 'company_id', format('c%s.com', i))) FROM generate_series(1, 300) i))$$),
	($$SELECT count(*) FROM revyops_suppress_many((SELECT jsonb_agg(jsonb_build_object('email', format('n%s@c%s.com', i, i))) FROM generate_series(1, 300) i))$$),
	($$SELECT count(revyops_suppress(jsonb_build_object('email', format('m%s@c%s.com', i, i)))) FROM generate_series(1, 300) i$$),
	($$SELECT count(*) FROM revyops_check_do_not_contact((SELECT array_agg(format('n%s@c%s.com', i, i)) FROM generate_series(1, 300) i))$$),
	($$SELECT count(revyops_is_do_not_contact(format('n%s@c%s.com', i, i))) FROM generate_series(1, 300) i$$),
	($$SELECT count(revyops_list_do_not_contact(address => format('n%s@c%s.com', i, i))) FROM generate_series(1, 300) i$$),
	($$SELECT count(revyops_list_do_not_contact(removed => true)) FROM generate_series(1, 300) i$$),
	($$SELECT count(revyops_update_contact(id, '{"first_name": "a"}')) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_get_contact(id)) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_create_email(jsonb_build_object('email_type', 'sent', 'origin', 'o', 'contact_id', id))) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(*) FROM revyops_create_emails((SELECT jsonb_agg(jsonb_build_object('email_type', 'sent', 'origin', 'o', 'contact_email', email, 'campaign_id', email)) FROM revyops.contact WHERE email LIKE 'a%'))$$),
	($$SELECT count(revyops_list_emails(contact_id => id)) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_list_emails(contact_email => email)) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_list_emails(campaign_id => email)) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_list_emails(contact_id => id, campaign_id => email, subject => 'x')) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_list_contact_emails(id)) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_set_email_interested(email, '')) FROM revyops.contact WHERE email LIKE 'a%'$$),
	($$SELECT count(revyops_delete_email(id)::text) FROM revyops.email WHERE campaign_id IS NOT NULL$$),
	($$SELECT count(revyops_merge_contacts(a.id, b.id)) FROM revyops.contact a JOIN revyops.contact b ON a.email = 'a' || substr(b.email, 2) WHERE b.email LIKE 'b%'$$),
	($$SELECT count(revyops_delete_contact(id)::text) FROM revyops.contact$$)) v(query);

-- What users plan is planned by what the server knows.
CREATE FUNCTION test.planned_rows(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan #>> '{0,Plan,Plan Rows}';
END
$$;
SELECT cmp_ok(test.planned_rows('SELECT FROM revyops.company'), '<', 10000::numeric, 'EXPLAIN shows a small table');

SELECT * FROM finish();
ROLLBACK;
