\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(57);
-- What the owner changes about the tables holds for batches at once, also in a
-- session that has made some before.  Many a change is a reason to insert the
-- rows as a set.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset
SELECT revyops_create_company('{"domain": "beta.com"}') AS "hidden" \gset
SELECT count(*) AS hidden FROM revyops_create_contacts('[{"email": "warm@acme.com", "company_id": "acme.com"}, {"email": "warm2@acme.com", "company_id": 1}]') \gset

-- batch makes one of names: e-mails, of which "warm" is there.  More are other members, the same for all.
CREATE FUNCTION test.batch(names text, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_agg(jsonb_build_object('email', n || '@acme.com') || more ORDER BY i) FROM string_to_table(names, ' ') WITH ORDINALITY t(n, i) $$;
CREATE FUNCTION test.create(items jsonb, mode text DEFAULT 'partial') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT test.try(format('SELECT string_agg(status::text, '' '' ORDER BY ordinal) FROM public.revyops_create_contacts(%L, mode => %L)', items, mode)) $$;
CREATE FUNCTION test.statuses(statuses text) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('value', statuses) $$;
CREATE FUNCTION test.error(state text, message text) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('sqlstate', state, 'message', message, 'detail', '') $$;
-- there are contacts whose name begins so
CREATE FUNCTION test.there(start text) RETURNS text
	LANGUAGE sql AS $$ SELECT coalesce(string_agg(split_part(email, '@', 1), ' ' ORDER BY email), 'none') FROM revyops.contact WHERE email LIKE start || '%' $$;

-- columns
SAVEPOINT columns;
ALTER TABLE revyops.contact ADD COLUMN note text NOT NULL DEFAULT 'x', ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY,
	ADD COLUMN full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED;
SELECT is(test.create(test.batch('column1 warm column2 column1', '{"first_name": "A", "last_name": "B"}')), test.statuses('201 409 201 409'), 'new columns with a default, an identity, an expression');
SELECT is((SELECT string_agg(concat_ws(' ', note, full_name), ', ') || ' ' || count(DISTINCT number) FROM revyops.contact WHERE email LIKE 'column%'), 'x A B, x A B 2', 'have them');
ALTER TABLE revyops.contact DROP COLUMN note, DROP COLUMN full_name, DROP COLUMN number;
SELECT is(test.create(test.batch('dropped1 warm dropped2')), test.statuses('201 409 201'), 'and all of them dropped');
ROLLBACK TO columns;

-- constraints and indexes
SAVEPOINT constraints;
ALTER TABLE revyops.contact ADD CONSTRAINT own CHECK (origin <> 'nowhere');
SELECT is(test.create(test.batch('check1 check2') || test.batch('check3', '{"origin": "nowhere"}'))->>'sqlstate', '23514', 'a new constraint');
SELECT is(test.there('check'), 'none', 'leaves no row of the batch');
SELECT is(test.create(test.batch('check1 check2')), test.statuses('201 201'), 'and does not stand in the way of others');
ALTER TABLE revyops.contact DROP CONSTRAINT own;
SELECT is(test.create(test.batch('check1 check2') || test.batch('check3', '{"origin": "nowhere"}')), test.statuses('409 409 201'), 'and dropped');
CREATE INDEX own ON revyops.contact (lower(last_name)) WHERE last_name <> '';
SELECT is(test.create(test.batch('index1', '{"last_name": "LEE"}') || test.batch('index2') || test.batch('index3 index4', '{"last_name": "Lee"}')), test.statuses('201 201 201 201'), 'a new index');
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM revyops.contact WHERE lower(last_name) = 'lee' AND last_name <> ''), 3::bigint, 'holds the rows');
RESET enable_seqscan;
DROP INDEX revyops.own;
SELECT is(test.create(test.batch('index5 index5', '{"last_name": "LEE"}')), test.statuses('201 409'), 'and dropped');
CREATE UNIQUE INDEX own ON revyops.contact (last_name) WHERE last_name LIKE 'only%';
SELECT is(test.create(test.batch('unique1', '{"last_name": "only one"}') || test.batch('unique2', '{"last_name": "only two"}') || test.batch('unique3')), test.statuses('201 201 201'), 'a new unique index');
SELECT is(test.create(test.batch('unique4') || test.batch('unique5', '{"last_name": "only one"}')),
	test.error('23505', 'duplicate key value violates unique constraint "own"')
		|| '{"leaks": "owncontactrevyops", "detail": "Key (last_name)=(only one) already exists."}', 'that is in the way');
SELECT is(test.there('unique'), 'unique1 unique2 unique3', 'leaves no row of the batch');
DROP INDEX revyops.own;
SELECT is(test.create(test.batch('unique4') || test.batch('unique5', '{"last_name": "only one"}')), test.statuses('201 201'), 'and dropped');
ALTER INDEX revyops.company_domain_key RENAME TO own_domain;
ALTER INDEX revyops.contact_email_key RENAME TO own_email;
SELECT is(test.create(test.batch('renamed warm renamed', '{"company_id": "acme.com"}')), test.statuses('201 409 409'), 'indexes under another name');
ROLLBACK TO constraints;

-- foreign keys
SAVEPOINT keys;
CREATE TABLE test.origin (name text COLLATE "C" PRIMARY KEY);
INSERT INTO test.origin VALUES (''), ('clay');
ALTER TABLE revyops.contact ADD CONSTRAINT own FOREIGN KEY (origin) REFERENCES test.origin;
SELECT is(test.create(test.batch('key1 key2 warm', '{"origin": "clay", "company_id": 1}') || test.batch('key3 key4', '{"company_id": 2}')), test.statuses('201 201 409 201 201'), 'a foreign key of the owner''s');
SELECT is(test.create(test.batch('key5 key6', '{"origin": "clay", "company_id": 1}') || test.batch('key7', '{"origin": "elsewhere", "company_id": 1}') || test.batch('key8', '{"origin": "clay", "company_id": 1}'))->>'sqlstate',
	'23503', 'that one of many breaks');
SELECT is(test.there('key'), 'key1 key2 key3 key4', 'leaves no row of the batch');
ALTER TABLE revyops.contact ALTER CONSTRAINT own DEFERRABLE INITIALLY DEFERRED;
SAVEPOINT deferred;
SELECT is(test.create(test.batch('late1 late2', '{"origin": "clay", "company_id": 1}') || test.batch('late3', '{"origin": "elsewhere", "company_id": 1}')), test.statuses('201 201 201'), 'deferred, says nothing');
SELECT is(test.try('SET CONSTRAINTS ALL IMMEDIATE')->>'sqlstate', '23503', 'until its time');
ROLLBACK TO deferred;
ALTER TABLE revyops.contact DROP CONSTRAINT own;
SELECT is(test.create(test.batch('key9', '{"origin": "elsewhere"}')), test.statuses('201'), 'and dropped');
ALTER TABLE revyops.contact ALTER CONSTRAINT contact_company_fkey DEFERRABLE INITIALLY DEFERRED;
SELECT is(test.create(test.batch('own1 own2', '{"company_id": 1}') || test.batch('own3', '{"company_id": 99}')), test.statuses('201 201 404'), 'our own, deferred');
SELECT is(test.try('SET CONSTRAINTS ALL IMMEDIATE'), '{"value": null}', 'holds');
ALTER TABLE revyops.contact DROP CONSTRAINT contact_company_fkey;
SELECT is(test.create(test.batch('own4 own5', '{"company_id": 1}') || test.batch('own6', '{"company_id": 99}')), test.statuses('201 201 404'), 'and dropped');
ROLLBACK TO keys;

-- the foreign key is asked for each company, whatever the order
SELECT is(test.create((SELECT jsonb_agg(jsonb_build_object('email', format('many%s@acme.com', i), 'company_id', (ARRAY[1, 2, NULL])[1 + i % 3])) FROM generate_series(1, 9) i), 'atomic'), test.statuses('201 201 201 201 201 201 201 201 201'), 'many of two companies');
SELECT is((SELECT string_agg(concat_ws(' ', c.company_id, n), ', ' ORDER BY c.company_id) FROM (SELECT company_id, count(*) AS n FROM revyops.contact WHERE email LIKE 'many%' GROUP BY 1) c), '1 3, 2 3, 3', 'have theirs');

-- AFTER triggers
CREATE TABLE test.log (n serial, entry text);
CREATE FUNCTION test.log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO test.log (entry) VALUES (concat_ws(' ', TG_WHEN, TG_LEVEL, split_part(NEW.email, '@', 1)));
	IF TG_WHEN = 'BEFORE' THEN NEW.origin := 'trigger'; END IF;
	RETURN NEW;
END
$$;
CREATE FUNCTION test.logged() RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(entry, ', ' ORDER BY n), 'none') FROM test.log $$;
SAVEPOINT triggers;
CREATE TRIGGER own_after AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.log();
SELECT is(test.create(test.batch('after3 after1 warm after1 after2', '{"company_id": 1}')), test.statuses('201 201 409 409 201'), 'an AFTER ROW trigger');
SELECT is(test.logged(), 'AFTER ROW after1, AFTER ROW after2, AFTER ROW after3', 'runs once for each row, in the order of keys');
CREATE FUNCTION test.look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO test.log (entry) VALUES ((SELECT count(*) FROM revyops.contact WHERE email LIKE 'look%'));
	RETURN NEW;
END
$$;
TRUNCATE test.log;
CREATE TRIGGER own_look AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.email LIKE 'look%') EXECUTE FUNCTION test.look();
DROP TRIGGER own_after ON revyops.contact;
SELECT is(test.create(test.batch('look1 look2 look3')), test.statuses('201 201 201'), 'an AFTER ROW trigger that looks');
SELECT is(test.logged(), '3, 3, 3', 'sees all rows of the batch');
CREATE FUNCTION test.copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.email NOT LIKE '%+%' THEN
		PERFORM public.revyops_create_contacts(jsonb_build_array(jsonb_build_object('email', replace(NEW.email, '@', '+copy@'), 'company_id', NEW.company_id),
			jsonb_build_object('email', NEW.email), jsonb_build_object('email', replace(NEW.email, '@', '+copy2@'), 'company_id', 2)));
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER own_copy AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.copy();
SELECT is(test.create(test.batch('call1 call2 warm', '{"company_id": 1}')), test.statuses('201 201 409'), 'an AFTER ROW trigger that creates others, in a batch');
SELECT is((SELECT string_agg(split_part(email, '@', 1) || ' ' || company_id, ', ' ORDER BY email) FROM revyops.contact WHERE email LIKE 'call%'),
	'call1+copy2 2, call1+copy 1, call1 1, call2+copy2 2, call2+copy 1, call2 1', 'all are there');
SELECT is(test.create(test.batch('call1+copy call3 call3+copy')), test.statuses('409 201 201'), 'one that it creates first');
DROP TRIGGER own_copy ON revyops.contact;
CREATE FUNCTION test.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
CREATE TRIGGER own_refuse AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.email LIKE 'refused%') EXECUTE FUNCTION test.refuse();
SELECT is(test.create(test.batch('ref1 refused ref2')), test.error('P0001', 'refused'), 'an AFTER ROW trigger that raises');
SELECT is(test.create(test.batch('ref2 ref3')), test.statuses('201 201'), 'does so for one row only');
SELECT is(test.there('ref'), 'ref2 ref3', 'and that batch left no row');
ROLLBACK TO triggers;

-- BEFORE and STATEMENT triggers
CREATE TRIGGER own_before BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.log();
SELECT is(test.create(test.batch('before3 before1 warm before1 before2', '{"company_id": 1}') || '[null]' || test.batch('before4', '{"company_id": 99}')), test.statuses('201 201 409 409 201 400 404'), 'a BEFORE ROW trigger');
SELECT is((SELECT string_agg(concat_ws(' ', split_part(email, '@', 1), origin, company_id), ', ' ORDER BY email) FROM revyops.contact WHERE email LIKE 'before%'), 'before1 trigger 1, before2 trigger 1, before3 trigger 1', 'changes each row');
SELECT is((SELECT string_agg(concat_ws(' ', ordinal, contact->>'email', contact->'company_id', contact#>>'{contact_custom_fields,0,field_value}', errors->0->>'code', errors->0->>'duplicate_of'), ', ')
		FROM revyops_create_contacts('[{"email": "before9@acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]},
			{"email": "before9@acme.com"}, {"linkedin_url": "in/before", "company_id": "beta.com"}, {"email": "before8@acme.com", "linkedin_url": "in/before"}, {"email": "before8@acme.com"}]')),
	'1 before9@acme.com 1, 2 already_exists 1, 3 2, 4 already_exists 3, 5 before8@acme.com', 'and answers are those of each');
SELECT is((SELECT string_agg(concat_ws(' ', email, linkedin_url, company_id, custom_fields#>>'{0,field_value}'), ', ' ORDER BY id) FROM revyops.contact WHERE email ~ 'before[89]' OR linkedin_url LIKE '%before'),
	'before9@acme.com 1, https://www.linkedin.com/in/before 2, before8@acme.com', 'and so are rows');
SELECT is(test.create(test.batch('before7 before7'), 'atomic') - 'detail', '{"sqlstate": "PT409", "message": "contact already exists"}', 'atomic');
INSERT INTO revyops.contact (client_id, id, email) SELECT 1, last_value + i, format('ahead%s@acme.com', i) FROM revyops.contact_id_seq, generate_series(1, 5) i;
SELECT is(test.create(test.batch('behind1 behind2 behind1')), test.statuses('201 201 409'), 'ids that are taken are passed over');
SELECT is(test.create((SELECT jsonb_agg(jsonb_build_object('email', format('set%s@acme.com', i % 10500))) FROM generate_series(1, 10600) i), 'atomic')#>>'{sqlstate}', 'PT409', 'many');
SELECT is((SELECT count(*) FILTER (WHERE status = 201) || ' ' || count(*) FILTER (WHERE errors @> '[{"code": "already_exists"}]' AND errors->0->'duplicate_of' = to_jsonb(ordinal - 10100))
		FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('set%s@acme.com', i % 10100)) ORDER BY i) FROM generate_series(1, 10200) i))), '10100 100', 'many, partial');
CREATE FUNCTION test.choose() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.last_name = 'refused' THEN RAISE 'refused'; END IF;
	IF NEW.last_name = 'skipped' THEN RETURN NULL; END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER own_choose BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.choose();
SELECT is(test.create(test.batch('choose1 choose2') || test.batch('choose3', '{"last_name": "refused"}')), test.error('P0001', 'refused'), 'a BEFORE ROW trigger that raises');
SELECT is(test.create(test.batch('choose1 choose2') || test.batch('choose3', '{"last_name": "skipped"}')),
	test.error('XX000', 'revyops: a contact was not inserted, and no key explains it'), 'a BEFORE ROW trigger that skips one');
SELECT is(test.create(test.batch('choose1 choose2', '{"last_name": "skipped"}')),
	test.error('XX000', 'revyops: a contact was not inserted, and no key explains it'), 'a BEFORE ROW trigger that skips all');
SELECT is(test.there('choose'), 'none', 'none of these left a row');
SELECT is(test.create(test.batch('choose1') || test.batch('warm', '{"last_name": "skipped"}')), test.statuses('201 409'), 'who is a duplicate all the same, is one');
DROP TRIGGER own_before ON revyops.contact;
DROP TRIGGER own_choose ON revyops.contact;
TRUNCATE test.log;
CREATE FUNCTION test.log_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO test.log (entry) SELECT coalesce(string_agg(split_part(email, '@', 1), ' ' ORDER BY email), 'no row') FROM made;
	RETURN NULL;
END
$$;
CREATE TRIGGER own_table AFTER INSERT ON revyops.contact REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION test.log_table();
SELECT is(test.create(test.batch('table1 warm table2 table1 table3')), test.statuses('201 409 201 409 201'), 'a STATEMENT trigger with a transition table');
SELECT is(test.logged(), 'table1 table2 table3', 'has the rows that were inserted');
DROP TRIGGER own_table ON revyops.contact;
SELECT is(test.create(test.batch('without1 without2 without1')), test.statuses('201 201 409'), 'triggers dropped');
SELECT is(test.logged(), 'table1 table2 table3', 'no longer run');

-- tables
ALTER TABLE revyops.company RENAME TO company_table;
CREATE VIEW revyops.company AS SELECT * FROM revyops.company_table;
SELECT is(test.create(test.batch('view1 view2 warm', '{"company_id": "mail.acme.com"}') || test.batch('view3', '{"company_id": 1}') || test.batch('view4', '{"company_id": 99}')), test.statuses('201 201 409 201 404'), 'a view in place of the companies'' table');
SELECT is((SELECT string_agg(company_id::text, ' ') FROM revyops.contact WHERE email LIKE 'view%'), '1 1 1', 'has them');

-- the extension itself
TRUNCATE revyops.client CASCADE;
DROP EXTENSION revyops CASCADE;
CREATE EXTENSION revyops;
SELECT is(revyops_create_client('One'), 1, 'dropped and created again');
SELECT is(test.create(test.batch('again1 again2 again1')), test.statuses('201 201 409'), 'in the same session');

SELECT * FROM finish();
ROLLBACK;
