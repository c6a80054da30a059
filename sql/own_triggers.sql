\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(37);
-- What triggers of the user's do to a row, and what a caller is told of it.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "ann@acme.com", "company_id": 1}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "bob@acme.com", "linkedin_url": "in/bob", "company_id": 1}') AS "hidden" \gset
CREATE FUNCTION test.all() RETURNS text LANGUAGE sql AS $$
	SELECT (SELECT string_agg(concat_ws(' ', id, email, linkedin_url, company_id, nullif(origin, '')), ', ' ORDER BY id) FROM revyops.contact)
		|| '; ' || (SELECT string_agg(concat_ws(' ', id, domain), ', ' ORDER BY id) FROM revyops.company)
		|| '; ' || (SELECT count(*) FROM revyops.merged_contact) $$;

-- A row that a trigger keeps from being written is told of, and nothing is left.
CREATE FUNCTION test.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER own_keep BEFORE INSERT OR UPDATE OR DELETE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.keep();
CREATE TRIGGER own_keep BEFORE INSERT OR UPDATE OR DELETE ON revyops.company FOR EACH ROW EXECUTE FUNCTION test.keep();
SELECT is(test.try(s), jsonb_build_object('sqlstate', 'XX000', 'message', 'revyops: ' || m, 'detail', ''), s) FROM (VALUES
	($$SELECT revyops_create_contact('{"email": "dan@acme.com"}')$$, 'a contact was not inserted, and no key explains it'),
	($$SELECT revyops_update_contact(2, '{"first_name": "Bob"}')$$, 'a locked contact was not updated'),
	($$SELECT revyops_update_contact(2, '{"email": "bob2@acme.com"}')$$, 'a locked contact was not updated'),
	($$SELECT revyops_upsert_contact('{"email": "dan@acme.com"}')$$, 'a contact was not inserted, and no key explains it'),
	($$SELECT count(*) FROM revyops_create_contacts('[{"email": "dan@acme.com"}]')$$, 'a contact was not inserted, and no key explains it'),
	($$SELECT count(*) FROM revyops_upsert_contacts('[{"email": "dan@acme.com"}]')$$, 'a contact was not inserted, and no key explains it'),
	($$SELECT revyops_create_company('{"domain": "beta.com"}')$$, 'a company was not inserted, and its domain does not explain it'),
	($$SELECT revyops_update_company(1, '{"domain": "beta.com"}')$$, 'a locked company was not updated')) t(s, m);
DROP TRIGGER own_keep ON revyops.contact;
DROP TRIGGER own_keep ON revyops.company;
CREATE TRIGGER own_keep BEFORE DELETE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.keep();
CREATE TRIGGER own_keep BEFORE DELETE ON revyops.company FOR EACH ROW EXECUTE FUNCTION test.keep();
SELECT is(test.try(s), jsonb_build_object('sqlstate', 'XX000', 'message', 'revyops: ' || m, 'detail', ''), s) FROM (VALUES
	($$SELECT revyops_delete_contact(2)$$, 'a locked contact was not deleted'),
	($$SELECT revyops_erase_contact(2)$$, 'a locked contact was not deleted'),
	($$SELECT revyops_merge_contacts(1, 2)$$, 'a locked contact was not deleted'),
	($$SELECT revyops_delete_company(1)$$, 'a locked company was not deleted')) t(s, m);
SELECT is(test.all(), '1 ann@acme.com 1, 2 bob@acme.com https://www.linkedin.com/in/bob 1; 1 acme.com; 0', 'nothing was changed');
SELECT test.fails_with(format('SELECT %s(9)', f), 'PT404', m, '[{"parameter": "id", "code": "not_found"}]', f || ' of what is not there')
	FROM (VALUES ('revyops_delete_contact', 'contact not found'), ('revyops_erase_contact', 'contact not found'), ('revyops_delete_company', 'company not found')) t(f, m);
DROP TRIGGER own_keep ON revyops.contact;
DROP TRIGGER own_keep ON revyops.company;

-- How a trigger runs.
CREATE TABLE test.ran (path text, seqscan text, who text);
CREATE FUNCTION test.look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO test.ran VALUES (current_setting('search_path'), current_setting('enable_seqscan'), current_user);
	IF TG_WHEN = 'BEFORE' THEN NEW.origin := 'trigger'; END IF;
	RETURN NEW;
END
$$;
SELECT is(current_setting('search_path') || ' ' || current_setting('enable_seqscan'), '"$user", public on', 'what the caller has set');
CREATE TRIGGER own_look AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.look();
CREATE ROLE own_app;
GRANT EXECUTE ON FUNCTION revyops_create_contact TO own_app;
SET LOCAL ROLE own_app;
SELECT revyops_create_contact('{"email": "dan@acme.com"}') AS "hidden" \gset
RESET ROLE;
SELECT is((SELECT string_agg(concat_ws(' ', path, seqscan, who = current_user), '; ') FROM test.ran), 'pg_catalog, pg_temp off t', 'a trigger has the functions'' settings, and their owner''s rights');
DROP TRIGGER own_look ON revyops.contact;
CREATE TABLE public.own_log (email text);
CREATE FUNCTION test.unqualified() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO own_log VALUES (NEW.email); RETURN NEW; END $$;
CREATE TRIGGER own_unqualified AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.unqualified();
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "eve@acme.com"}')$$), '{"sqlstate": "42P01", "message": "relation \"own_log\" does not exist", "detail": ""}', 'so it names tables with their schema');
ALTER FUNCTION test.unqualified() SET search_path = public;
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "eve@acme.com"}')->>'email'$$), '{"value": "eve@acme.com"}', 'or has a search_path of its own');
DROP TRIGGER own_unqualified ON revyops.contact;

-- What a BEFORE trigger writes is in the table, and not in the answer.
CREATE TRIGGER own_before BEFORE INSERT OR UPDATE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.look();
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "fay@acme.com", "origin": "caller"}')->>'origin'$$), '{"value": "caller"}', 'the answer to a create is what was sent');
SELECT is((SELECT origin FROM revyops.contact WHERE email = 'fay@acme.com'), 'trigger', 'the row is the trigger''s');
SELECT is(revyops_get_contact(id)->>'origin', 'trigger', 'and so is a get') FROM revyops.contact WHERE email = 'fay@acme.com';
SELECT is(test.try($$SELECT revyops_update_contact(1, '{"origin": "caller"}')->>'origin'$$), '{"value": "caller"}', 'the answer to a change too');
SELECT is((SELECT origin FROM revyops.contact WHERE id = 1), 'trigger', 'with the trigger''s row');
DROP TRIGGER own_before ON revyops.contact;

-- A batch of upserts writes contacts that are there by an INSERT, whose triggers fire and whose constraints hold.
CREATE TRIGGER own_before BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.look();
UPDATE revyops.contact SET origin = '';
SELECT is(test.try($$SELECT revyops_upsert_contact('{"email": "ann@acme.com", "first_name": "Ann"}')->>'created'$$), '{"value": "false"}', 'an upsert of one');
SELECT is((SELECT origin FROM revyops.contact WHERE id = 1), '', 'is an UPDATE');
SELECT is(test.try($$SELECT status FROM revyops_upsert_contacts('[{"email": "ann@acme.com", "last_name": "Lee"}]')$$), '{"value": "200"}', 'of many');
SELECT is((SELECT origin FROM revyops.contact WHERE id = 1), 'trigger', 'is an INSERT to a trigger');
DROP TRIGGER own_before ON revyops.contact;
ALTER TABLE revyops.contact ADD COLUMN note text;
UPDATE revyops.contact SET note = 'x';
ALTER TABLE revyops.contact ADD CONSTRAINT own CHECK (note IS NOT NULL);
SELECT is(test.try($$SELECT revyops_upsert_contact('{"email": "ann@acme.com", "first_name": "Amy"}')->>'created'$$), '{"value": "false"}', 'a constraint on a column of the user''s, one');
SELECT is(test.try($$SELECT status FROM revyops_upsert_contacts('[{"email": "ann@acme.com", "first_name": "Ada"}]')$$) - 'detail' - 'leaks',
	'{"sqlstate": "23514", "message": "new row for relation \"contact\" violates check constraint \"own\""}', 'and many');

-- Where foreign keys are off, what belongs to a record would stay.
ALTER TABLE revyops.contact DROP COLUMN note;
SELECT revyops_create_company('{"domain": "left.com"}')->'id' AS company \gset
SELECT revyops_create_contact('{"email": "left@left.com", "company_id": "left.com"}')->'id' AS contact \gset
SELECT revyops_create_contact('{"email": "other@left.com"}')->'id' AS other \gset
SET LOCAL session_replication_role = replica;
SELECT is(test.try(statement), '{"sqlstate": "55000", "message": "cannot delete contacts and companies while session_replication_role is replica",
	"detail": "No foreign key is followed then.", "leaks": "SET session_replication_role = origin."}', 'as a replica: ' || what)
FROM (VALUES ('a contact', format('SELECT revyops_delete_contact(%s)', :contact)), ('a person', format('SELECT revyops_erase_contact(%s)', :contact)),
	('a merge', format('SELECT revyops_merge_contacts(%s, %s)', :contact, :other)), ('a company', format('SELECT revyops_delete_company(%s)', :company))) v(what, statement);
SELECT is((SELECT count(*) FROM revyops.contact WHERE email LIKE '%@left.com' AND (company_id = :company) IS NOT FALSE), 2::bigint, 'and nothing is changed');
SET LOCAL session_replication_role = local;
SELECT is(test.try(format('SELECT revyops_delete_company(%s)', :company))->>'sqlstate', NULL, 'local is as origin');

SELECT * FROM finish();
ROLLBACK;
