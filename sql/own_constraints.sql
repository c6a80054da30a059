\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(33);
-- The tables are the user's: constraints and columns of the kinds that came with PostgreSQL 18. An older server gets
-- what comes to the same there: no constraint for one that is not enforced, a stored column for a virtual one,
-- an exclusion constraint for a key WITHOUT OVERLAPS, no old row for a NOT NULL that is not valid.
SELECT current_setting('server_version_num')::int >= 180000 AS "is_18" \gset
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset

-- creates has a contact made in every way, and tells what came of each and how many rows there are then.
CREATE FUNCTION test.creates(name text, more jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	call text;
	came text := '';
	i int := 0;
BEGIN
	FOREACH call IN ARRAY ARRAY['SELECT revyops_create_contact(%L)', 'SELECT count(*) FROM revyops_create_contacts(jsonb_build_array(%L::jsonb))',
		'SELECT revyops_upsert_contact(%L)', 'SELECT count(*) FROM revyops_upsert_contacts(jsonb_build_array(%L::jsonb))']
	LOOP
		i := i + 1;
		came := came || coalesce(test.try(format(call, jsonb_build_object('email', format('%s%s@acme.com', name, i)) || more))->>'sqlstate', 'ok') || ' ';
	END LOOP;
	RETURN came || (SELECT count(*) FROM revyops.contact WHERE email LIKE name || '%');
END
$$;
-- Each is tried twice. Contacts of the bare table are inserted without the executor's start, those of a table
-- with a default that we don't know, by its plan.
CREATE FUNCTION test.by_plan() RETURNS void LANGUAGE sql AS $$ ALTER TABLE revyops.contact ADD COLUMN own_default text DEFAULT 'x' $$;
SELECT is(test.creates('warm'), 'ok ok ok ok 4', 'nothing special');

-- a CHECK that is not enforced, between two that are
SAVEPOINT enforced;
ALTER TABLE revyops.contact ADD CONSTRAINT own_a CHECK (origin <> 'a'), ADD CONSTRAINT own_c CHECK (origin <> 'c');
\if :is_18
ALTER TABLE revyops.contact ADD CONSTRAINT own_b CHECK (origin <> 'b') NOT ENFORCED;
\endif
SELECT is(test.creates('bare-' || o, jsonb_build_object('origin', o)), e, 'a CHECK that is not enforced, ' || o)
	FROM (VALUES ('a', '23514 23514 23514 23514 0'), ('b', 'ok ok ok ok 4'), ('c', '23514 23514 23514 23514 0'), ('d', 'ok ok ok ok 4')) t(o, e);
SELECT is(test.try($$SELECT revyops_update_contact(1, '{"origin": "b"}')->>'origin'$$), '{"value": "b"}', 'a change to what it does not want');
SELECT is(test.try($$SELECT revyops_update_contact(1, '{"last_name": "B"}')->>'last_name'$$), '{"value": "B"}', 'and of a row that is so');
SELECT test.by_plan() \gset
SELECT is(test.creates('plan-' || o, jsonb_build_object('origin', o)), e, 'by the plan, ' || o)
	FROM (VALUES ('a', '23514 23514 23514 23514 0'), ('b', 'ok ok ok ok 4'), ('c', '23514 23514 23514 23514 0')) t(o, e);
ALTER TABLE revyops.contact DROP COLUMN own_default;
\if :is_18
ALTER TABLE revyops.contact DROP CONSTRAINT own_b;
\endif
ALTER TABLE revyops.contact ADD CONSTRAINT own_b CHECK (origin <> 'b') NOT VALID;
SELECT is(test.creates('now', '{"origin": "b"}'), '23514 23514 23514 23514 0', 'the same one, enforced');
ROLLBACK TO enforced;

-- a foreign key that is not enforced, and stands before ours: company 3 is no client
SAVEPOINT refers;
\if :is_18
ALTER TABLE revyops.contact ADD CONSTRAINT a_own FOREIGN KEY (company_id) REFERENCES revyops.client NOT ENFORCED;
\endif
SELECT count(revyops_create_company(jsonb_build_object('domain', format('c%s.com', i)))) AS "hidden" FROM generate_series(2, 3) i \gset
SELECT is(test.creates('refer', '{"company_id": 3}'), 'ok ok ok ok 4', 'a foreign key that is not enforced');
SELECT is(test.creates('missing', '{"company_id": 4}'), 'PT404 ok PT404 ok 0', 'ours beside it');
ROLLBACK TO refers;

-- a virtual generated column
SAVEPOINT generated;
\if :is_18
ALTER TABLE revyops.contact ADD COLUMN own_name text GENERATED ALWAYS AS (first_name || '-' || last_name) VIRTUAL;
\else
ALTER TABLE revyops.contact ADD COLUMN own_name text GENERATED ALWAYS AS (first_name || '-' || last_name) STORED;
\endif
SELECT is(test.creates('virtual', '{"first_name": "A", "last_name": "B"}'), 'ok ok ok ok 4', 'a virtual generated column');
SELECT is((SELECT string_agg(own_name, ' ') FROM revyops.contact WHERE email LIKE 'virtual%'), 'A-B A-B A-B A-B', 'is computed');
SELECT id AS "virtual" FROM revyops.contact WHERE email = 'virtual1@acme.com' \gset
SELECT is(revyops_update_contact(:virtual, '{"last_name": "C"}')->>'last_name', 'C', 'a change');
SELECT is((SELECT own_name FROM revyops.contact WHERE id = :virtual), 'A-C', 'is followed');
SELECT is(revyops_get_contact(:virtual)->>'last_name', 'C', 'a get');
ALTER TABLE revyops.contact ADD CONSTRAINT own_short CHECK (own_name <> 'No-Body');
SELECT is(test.creates('checked', '{"first_name": "A", "last_name": "B"}'), 'ok ok ok ok 4', 'with a CHECK on it');
SELECT is(test.creates('refused', '{"first_name": "No", "last_name": "Body"}'), '23514 23514 23514 23514 0', 'which refuses');
SELECT is(test.try($$SELECT revyops_update_contact(1, '{"first_name": "No", "last_name": "Body"}')$$)->>'sqlstate', '23514', 'a change, too');
\if :is_18
ALTER TABLE revyops.contact ADD COLUMN own_company bigint GENERATED ALWAYS AS (company_id + 1) VIRTUAL;
UPDATE revyops.contact SET company_id = 1;
ALTER TABLE revyops.contact ALTER own_company SET NOT NULL;
\else
ALTER TABLE revyops.contact ADD COLUMN own_company bigint GENERATED ALWAYS AS (company_id + 1) STORED;
UPDATE revyops.contact SET company_id = 1;
ALTER TABLE revyops.contact ALTER own_company SET NOT NULL;
\endif
SELECT is(test.creates('whole', '{"company_id": 1}'), 'ok ok ok ok 4', 'one that is NOT NULL');
SELECT is(test.creates('null'), '23502 23502 23502 23502 0', 'which refuses');
SELECT is((SELECT string_agg(own_company::text, ' ') FROM revyops.contact WHERE email LIKE 'whole%'), '2 2 2 2', 'and is computed');
ROLLBACK TO generated;

-- a key WITHOUT OVERLAPS: by the plan, since nothing of ours is a range; without values in it, by the short way
SAVEPOINT periods;
ALTER TABLE revyops.contact ADD COLUMN own_desk int4range, ADD COLUMN own_time tsrange;
\if :is_18
ALTER TABLE revyops.contact ADD CONSTRAINT own_period UNIQUE (own_desk, own_time WITHOUT OVERLAPS);
\else
ALTER TABLE revyops.contact ADD CONSTRAINT own_period EXCLUDE USING gist (own_desk WITH =, own_time WITH &&);
\endif
SELECT is(test.creates('nowhen'), 'ok ok ok ok 4', 'a key WITHOUT OVERLAPS');
SELECT is(test.creates('nowhen'), 'PT409 ok ok ok 4', 'and duplicates are still found');
ALTER TABLE revyops.contact ALTER own_desk SET DEFAULT '[1,2)', ALTER own_time SET DEFAULT '[2030-01-01,2030-02-01)';
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "first@acme.com"}')->>'email'$$), '{"value": "first@acme.com"}', 'the first of a time');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "second@acme.com"}')$$) - 'detail',
	'{"sqlstate": "23P01", "leaks": "own_periodcontactrevyops", "message": "conflicting key value violates exclusion constraint \"own_period\""}', 'the second');
SELECT is(test.creates('first'), '23P01 23P01 23P01 23P01 1', 'in every way');
ROLLBACK TO periods;
ALTER TABLE revyops.contact ADD CONSTRAINT own_near EXCLUDE USING gist (int8range(company_id, company_id + 1) WITH &&) WHERE (origin = 'one');
SELECT is(test.creates('near', '{"company_id": 1, "origin": "one"}'), 'ok 23P01 23P01 23P01 1', 'an exclusion constraint on an expression');
ROLLBACK TO periods;

-- a NOT NULL that old rows break
\if :is_18
ALTER TABLE revyops.contact ADD CONSTRAINT own_company NOT NULL company_id NOT VALID;
\else
DELETE FROM revyops.contact;
ALTER TABLE revyops.contact ALTER company_id SET NOT NULL;
\endif
SELECT is(test.creates('with', '{"company_id": 1}'), 'ok ok ok ok 4', 'a NOT NULL that is not valid');
SELECT is(test.creates('without'), '23502 23502 23502 23502 0', 'holds for new rows');
SELECT test.by_plan() \gset
SELECT is(test.creates('planned'), '23502 23502 23502 23502 0', 'by the plan, too');

SELECT * FROM finish();
ROLLBACK;
