\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(21);
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
CREATE TRIGGER own_before BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.log();
SELECT is(test.create('before@acme.com'), test.created('before@acme.com'), 'a BEFORE ROW trigger');
SELECT is((SELECT origin FROM revyops.contact WHERE email = 'before@acme.com'), 'trigger', 'changes the row');
CREATE TRIGGER own_statement AFTER INSERT ON revyops.contact FOR EACH STATEMENT EXECUTE FUNCTION test.log();
SELECT is(test.create('statement@acme.com'), test.created('statement@acme.com'), 'a STATEMENT trigger');
SELECT is((SELECT string_agg(entry, ', ') FROM test.log),
	'AFTER ROW after@acme.com, BEFORE ROW before@acme.com, AFTER ROW before@acme.com, BEFORE ROW statement@acme.com, AFTER ROW statement@acme.com, AFTER STATEMENT', 'all of them ran');

-- the extension itself
DROP EXTENSION revyops CASCADE;
CREATE EXTENSION revyops;
SELECT is(revyops_create_client('One'), 1, 'dropped and created again');
SELECT is(test.create('again@acme.com'), test.created('again@acme.com'), 'in the same session');

SELECT * FROM finish();
ROLLBACK;
