\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(61);
-- The tables are the user's: what he changes about them holds for the API at
-- once, also in a session that has used it before.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "warm@acme.com", "company_id": "acme.com"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "warm2@acme.com", "company_id": 1}') AS "hidden" \gset

CREATE FUNCTION test.create(email text, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT test.try(format('SELECT revyops_create_contact(%L)->>''email''', jsonb_build_object('email', email) || more)) $$;
CREATE FUNCTION test.created(email text) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('value', email) $$;

-- columns
SAVEPOINT columns;
ALTER TABLE revyops.contact ADD COLUMN note text NOT NULL DEFAULT 'x', ADD COLUMN at timestamptz DEFAULT now();
SELECT is(test.create('default@acme.com'), test.created('default@acme.com'), 'a new column with a default');
SELECT is((SELECT note || (at IS NOT NULL) FROM revyops.contact WHERE email = 'default@acme.com'), 'xtrue', 'has it');
ALTER TABLE revyops.contact ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
SELECT is(test.create('identity@acme.com'), test.created('identity@acme.com'), 'a new identity column');
SELECT is((SELECT number IS NOT NULL FROM revyops.contact WHERE email = 'identity@acme.com'), true, 'has its number');
ALTER TABLE revyops.contact ADD COLUMN full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED;
SELECT is(test.create('generated@acme.com', '{"first_name": "A", "last_name": "B"}'), test.created('generated@acme.com'), 'a new generated column');
SELECT is((SELECT full_name FROM revyops.contact WHERE email = 'generated@acme.com'), 'A B', 'is computed');
ALTER TABLE revyops.contact DROP COLUMN note, DROP COLUMN full_name, DROP COLUMN number, DROP COLUMN at;
SELECT is(test.create('dropped@acme.com'), test.created('dropped@acme.com'), 'and all of them dropped');
ROLLBACK TO columns;

-- constraints and indexes
ALTER TABLE revyops.contact ADD CONSTRAINT own CHECK (origin <> 'nowhere');
SELECT is(test.create('check@acme.com', '{"origin": "nowhere"}')->>'sqlstate', '23514', 'a new constraint');
ALTER TABLE revyops.contact DROP CONSTRAINT own;
SELECT is(test.create('check@acme.com', '{"origin": "nowhere"}'), test.created('check@acme.com'), 'and dropped');
CREATE INDEX own ON revyops.contact (lower(last_name)) WHERE last_name <> '';
SELECT is(test.create('index@acme.com', '{"last_name": "LEE"}'), test.created('index@acme.com'), 'a new index');
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM revyops.contact WHERE lower(last_name) = 'lee' AND last_name <> ''), 1::bigint, 'holds the row');
RESET enable_seqscan;
ALTER INDEX revyops.company_domain_key RENAME TO own_domain;
ALTER INDEX revyops.company_pkey RENAME TO own_pkey;
ALTER INDEX revyops.contact_email_key RENAME TO own_email;
SELECT is(test.create('renamed@acme.com', '{"company_id": "acme.com"}'), test.created('renamed@acme.com'), 'indexes under another name');
SELECT is(test.create('renamed2@acme.com', '{"company_id": 1}'), test.created('renamed2@acme.com'), 'the primary key under another name');
SELECT is(test.create('RENAMED@acme.com')->>'sqlstate', 'PT409', 'and duplicates are still found');

-- types
SAVEPOINT types;
ALTER TABLE revyops.contact ALTER contact_status TYPE varchar(10);
SELECT is(test.create('short@acme.com', '{"contact_status": "ten octets"}'), test.created('short@acme.com'), 'a column that became shorter');
SELECT is(test.create('long@acme.com', '{"contact_status": "eleven here"}')->>'sqlstate', '22001', 'does not take more than that');
CREATE DOMAIN test.status AS text CHECK (VALUE <> 'bad');
ALTER TABLE revyops.contact ALTER contact_status TYPE test.status;
SELECT is(test.create('good@acme.com', '{"contact_status": "good"}'), test.created('good@acme.com'), 'a column that became a domain''s');
SELECT is(test.create('bad@acme.com', '{"contact_status": "bad"}')->>'sqlstate', '23514', 'has its constraint');
CREATE DOMAIN test.defaulted AS text DEFAULT 'of the domain';
ALTER TABLE revyops.contact ADD COLUMN note test.defaulted;
SELECT is(test.create('defaulted@acme.com'), test.created('defaulted@acme.com'), 'a new column of a domain with a default');
SELECT is((SELECT note::text FROM revyops.contact WHERE email = 'defaulted@acme.com'), 'of the domain', 'has it');
CREATE DOMAIN test.required AS text NOT NULL;
ALTER TABLE revyops.contact DROP COLUMN note, ADD COLUMN note test.required DEFAULT 'x';
SELECT is(test.create('required@acme.com'), test.created('required@acme.com'), 'a new column of a domain that is not null');
ALTER TABLE revyops.contact ALTER note DROP DEFAULT;
SELECT is(test.create('missing@acme.com')->>'sqlstate', '23502', 'needs its default');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email IN ('long@acme.com', 'bad@acme.com', 'missing@acme.com')), 0::bigint, 'what was refused is not there');
ROLLBACK TO types;

-- functions in constraints
SAVEPOINT functions;
CREATE FUNCTION test.ok(revyops.contact) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN $1.origin <> 'bad'; END $$;
ALTER TABLE revyops.contact ADD CONSTRAINT own CHECK (test.ok(contact.*));
SELECT is(test.create(e), test.created(e), 'a constraint on the row, ' || e) FROM unnest(ARRAY['row1@acme.com', 'row2@acme.com', 'row3@acme.com']) e;
SELECT is(test.create('row4@acme.com', '{"origin": "bad"}')->>'sqlstate', '23514', 'refuses');
SELECT is(test.create('row5@acme.com'), test.created('row5@acme.com'), 'and takes again');
ALTER TABLE revyops.contact DROP CONSTRAINT own;
-- search_path keeps the planner from inlining it
CREATE FUNCTION test.positive(o text) RETURNS boolean LANGUAGE sql SET search_path = '' AS 'SELECT o::int > 0';
ALTER TABLE revyops.contact ADD CONSTRAINT own CHECK (test.positive(origin)) NOT VALID;
-- called in the transaction itself, not in a subtransaction as test.create does
SELECT is(revyops_create_contact('{"email": "sql1@acme.com", "origin": "1"}')->>'email', 'sql1@acme.com', 'a constraint with an SQL function');
SELECT is(test.create('sqlx@acme.com', '{"origin": "x"}')->>'sqlstate', '22P02', 'that fails');
SELECT is(test.create('sql2@acme.com', '{"origin": "2"}'), test.created('sql2@acme.com'), 'goes on');
SELECT is(test.create('sql-@acme.com', '{"origin": "-1"}')->>'sqlstate', '23514', 'and refuses');
SELECT is((SELECT string_agg(email || ' ' || origin, ', ' ORDER BY id) FROM revyops.contact WHERE email LIKE 'sql%'), 'sql1@acme.com 1, sql2@acme.com 2', 'each with its own value');
ALTER TABLE revyops.contact DROP CONSTRAINT own;
CREATE DOMAIN test.label AS text;
ALTER TABLE revyops.contact ADD CONSTRAINT own CHECK (origin::test.label IS NOT NULL);
SELECT is(test.create('label@acme.com', '{"origin": "bad"}'), test.created('label@acme.com'), 'a constraint with a domain');
ALTER DOMAIN test.label ADD CHECK (VALUE <> 'bad');
SELECT is(test.create('label2@acme.com', '{"origin": "bad"}')->>'sqlstate', '23514', 'that changed');
ROLLBACK TO functions;

-- rows and tables
SAVEPOINT rows;
INSERT INTO revyops.contact (client_id, id, email) SELECT 1, last_value + i, format('ahead%s@acme.com', i) FROM revyops.contact_id_seq, generate_series(1, 3) i;
SELECT is(test.create('behind@acme.com'), test.created('behind@acme.com'), 'ids that are taken are passed over');
INSERT INTO revyops.company (client_id, id, domain) SELECT 1, last_value + i, format('ahead%s.com', i) FROM revyops.company_id_seq, generate_series(1, 3) i;
SELECT is(test.try($$SELECT revyops_create_company('{"domain": "behind.com"}')->>'domain'$$), test.created('behind.com'), 'those of companies too');
ROLLBACK TO rows;
ALTER TABLE revyops.company RENAME TO company_table;
CREATE VIEW revyops.company AS SELECT * FROM revyops.company_table;
SELECT is(test.create('view@acme.com', '{"company_id": "acme.com"}'), test.created('view@acme.com'), 'a view in place of a table, by domain');
SELECT is(test.create('view2@acme.com', '{"company_id": 1}'), test.created('view2@acme.com'), 'by id');
SELECT is((SELECT count(*) FROM revyops.contact WHERE email LIKE 'view%' AND company_id = 1), 2::bigint, 'both have the company');
ROLLBACK TO rows;

-- triggers
CREATE TABLE test.log (entry text);
CREATE FUNCTION test.log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO test.log VALUES (concat_ws(' ', TG_WHEN, TG_LEVEL, NEW.email));
	IF TG_WHEN = 'BEFORE' THEN NEW.origin := 'trigger'; END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER own_after AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.log();
SELECT is(test.create('after@acme.com'), test.created('after@acme.com'), 'an AFTER ROW trigger');
SAVEPOINT looking;
CREATE FUNCTION test.known(e text) RETURNS boolean LANGUAGE sql STABLE SET search_path = '' AS 'SELECT EXISTS (SELECT FROM revyops.contact WHERE email = e)';
CREATE FUNCTION test.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO test.log VALUES (test.known(NEW.email)); RETURN NEW; END $$;
TRUNCATE test.log;
CREATE TRIGGER own_look AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.look();
SELECT is(test.create('look@acme.com'), test.created('look@acme.com'), 'an AFTER ROW trigger that looks');
SELECT is((SELECT string_agg(entry, ', ') FROM test.log WHERE entry !~ 'AFTER'), 'true', 'sees the row');
CREATE FUNCTION test.copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.email NOT LIKE '%+%' THEN
		PERFORM public.revyops_create_contact(jsonb_build_object('email', replace(NEW.email, '@', '+copy@'), 'company_id', NEW.company_id));
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER own_copy AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.copy();
SELECT is(test.create('call@acme.com', '{"company_id": 1}'), test.created('call@acme.com'), 'an AFTER ROW trigger that creates another');
SELECT is((SELECT string_agg(email || ' ' || company_id, ', ' ORDER BY id) FROM revyops.contact WHERE email LIKE 'call%'), 'call@acme.com 1, call+copy@acme.com 1', 'both are there');
SELECT is(test.create('CALL@acme.com')->>'sqlstate', 'PT409', 'and duplicates are still found');
CREATE FUNCTION test.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE USING ERRCODE = 'PT409', MESSAGE = NEW.last_name, DETAIL = NEW.first_name; END $$;
CREATE TRIGGER own_refuse AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.origin = 'refused') EXECUTE FUNCTION test.refuse();
SELECT set_config('test.key', 'X-API-Key: ' || revyops_create_api_key(1, 'x'), true) AS hidden \gset
CREATE FUNCTION test.refused(message text, detail text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT body::jsonb || jsonb_build_object('status', status::text) FROM revyops_http.handle('POST', '/public/v2/contacts', '', current_setting('test.key'),
		convert_to(jsonb_build_object('email', 'refused@acme.com', 'origin', 'refused', 'last_name', message, 'first_name', detail)::text, 'UTF8')) $$;
SELECT is(test.refused(m, d), jsonb_build_object('status', '409', 'detail', a) || e, format('an AFTER ROW trigger that raises a conflict, message %L', m))
	FROM (VALUES ('not now', '', 'Not now.', '{}'::jsonb), ('"quoted" \ ärger', '[]', '"quoted" \ ärger.', '{"errors": []}'), ('ä', 'no JSON', 'ä.', '{}')) t(m, d, a, e);
SELECT is(jsonb_typeof(a->'detail') || ' ' || (a->>'status'), 'string 409', 'without a message') FROM test.refused('', '') a;
SELECT is((SELECT count(*) FROM revyops.contact WHERE email = 'refused@acme.com'), 0::bigint, 'refuses');
ROLLBACK TO looking;
CREATE TRIGGER own_before BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.log();
SELECT is(test.create('before@acme.com'), test.created('before@acme.com'), 'a BEFORE ROW trigger');
SELECT is((SELECT origin FROM revyops.contact WHERE email = 'before@acme.com'), 'trigger', 'changes the row');
CREATE TRIGGER own_statement AFTER INSERT ON revyops.contact FOR EACH STATEMENT EXECUTE FUNCTION test.log();
SELECT is(test.create('statement@acme.com'), test.created('statement@acme.com'), 'a STATEMENT trigger');
SELECT is((SELECT string_agg(entry, ', ') FROM test.log),
	'AFTER ROW after@acme.com, BEFORE ROW before@acme.com, AFTER ROW before@acme.com, BEFORE ROW statement@acme.com, AFTER ROW statement@acme.com, AFTER STATEMENT', 'all of them ran');

-- a sequence: which it is, is kept
SAVEPOINT sequences;
ALTER SEQUENCE revyops.contact_id_seq RENAME TO own_seq;
CREATE SEQUENCE revyops.contact_id_seq START 7000;
SELECT is(test.create('sequence@acme.com'), test.created('sequence@acme.com'), 'another sequence of that name');
SELECT is((SELECT id FROM revyops.contact WHERE email = 'sequence@acme.com'), 7000::bigint, 'gives the ids');
ROLLBACK TO sequences;
SELECT is(test.create('sequence@acme.com'), test.created('sequence@acme.com'), 'and when that is undone');
SELECT is((SELECT id < 7000 FROM revyops.contact WHERE email = 'sequence@acme.com'), true, 'the one before');

-- the extension itself
TRUNCATE revyops.client CASCADE;
DROP EXTENSION revyops CASCADE;
CREATE EXTENSION revyops;
SELECT is(revyops_create_client('One'), 1, 'dropped and created again');
SELECT is(test.create('again@acme.com'), test.created('again@acme.com'), 'in the same session');

SELECT * FROM finish();
ROLLBACK;
