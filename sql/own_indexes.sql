\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(39);
-- The tables are the user's. What his own unique indexes and triggers say comes to the
-- caller as the server says it, whether or not keys of ours are written at the same time.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme"}') AS "hidden" \gset
SELECT revyops_create_company('{"domain": "beta.com", "name": "Beta"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "ann@acme.com", "first_name": "Ann"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "bob@acme.com", "first_name": "Bob"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "cid@acme.com"}') AS "hidden" \gset

-- all is what no refused call may change, and where one would show
CREATE FUNCTION test.all() RETURNS text LANGUAGE sql AS $$
	SELECT (SELECT string_agg(concat_ws(' ', id, email, linkedin_url, nullif(first_name, ''), company_id), ', ' ORDER BY id) FROM revyops.contact)
		|| '; ' || (SELECT string_agg(concat_ws(' ', id, domain, name), ', ' ORDER BY id) FROM revyops.company) $$;
-- refused expects a unique violation of the user's: message, and all that names the index
CREATE FUNCTION test.refused(statement text, index_name text, table_name text, description text, detail text DEFAULT NULL) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
DECLARE
	before text := test.all();
	got jsonb := test.try(statement);
BEGIN
	RETURN NEXT public.is(CASE WHEN detail IS NULL THEN got - 'detail' ELSE got END,
		jsonb_build_object('sqlstate', '23505', 'leaks', concat(index_name, table_name),
			'message', format('duplicate key value violates unique constraint "%s"', index_name))
		|| CASE WHEN detail IS NULL THEN '{}' ELSE jsonb_build_object('detail', detail) END, description);
	IF test.all() <> before THEN
		RETURN NEXT public.fail(description || ' left ' || test.all());
	END IF;
END
$$;

-- an index
CREATE UNIQUE INDEX own_u ON revyops.contact (client_id, first_name) WHERE first_name <> '';
CREATE UNIQUE INDEX own_name ON revyops.company (client_id, name) WHERE name <> '';
SELECT test.refused($$SELECT revyops_create_contact('{"email": "dan@acme.com", "first_name": "Ann"}')$$,
	'own_u', 'contactrevyops', 'a create', 'Key (client_id, first_name)=(1, Ann) already exists.');
SELECT test.refused($$SELECT revyops_update_contact(2, '{"first_name": "Ann"}')$$, 'own_u', 'contactrevyops', 'a change');
SELECT test.refused($$SELECT revyops_update_contact(2, '{"first_name": "Ann", "email": "bob2@acme.com"}')$$,
	'own_u', 'contactrevyops', 'a change of keys', 'Key (client_id, first_name)=(1, Ann) already exists.');
SELECT test.refused($$SELECT revyops_upsert_contact('{"email": "dan@acme.com", "first_name": "Ann"}')$$, 'own_u', 'contactrevyops', 'an upsert that creates');
SELECT test.refused($$SELECT revyops_upsert_contact('{"email": "bob@acme.com", "first_name": "Ann"}')$$, 'own_u', 'contactrevyops', 'an upsert that changes');
SELECT test.refused($$SELECT revyops_upsert_contact('{"email": "bob@acme.com", "linkedin_url": "in/bob", "first_name": "Ann"}')$$,
	'own_u', 'contactrevyops', 'an upsert that changes keys');
SELECT test.refused(format('SELECT count(*) FROM revyops_create_contacts(%L, mode => %L)', '[{"email": "eve@acme.com"}, {"email": "dan@acme.com", "first_name": "Ann"}]', m),
	'own_u', 'contactrevyops', 'a batch, ' || m) FROM unnest(ARRAY['partial', 'atomic']) m;
SELECT test.refused(format('SELECT count(*) FROM revyops_upsert_contacts(%L)', b), 'own_u', 'contactrevyops', 'a batch of upserts, ' || b)
	FROM unnest(ARRAY['[{"email": "eve@acme.com"}, {"email": "dan@acme.com", "first_name": "Ann"}]',
		'[{"email": "bob@acme.com", "first_name": "Ann"}]', '[{"email": "bob@acme.com", "linkedin_url": "in/bob", "first_name": "Ann"}]']) b;
SELECT test.refused($$SELECT revyops_create_company('{"domain": "gamma.com", "name": "Acme"}')$$, 'own_name', 'companyrevyops', 'a create of a company');
SELECT test.refused($$SELECT revyops_update_company(2, '{"name": "Acme"}')$$, 'own_name', 'companyrevyops', 'a change of a company');
SELECT test.refused($$SELECT revyops_update_company(2, '{"name": "Acme", "domain": "beta2.com"}')$$, 'own_name', 'companyrevyops', 'a change of its domain');
SELECT test.refused($$SELECT count(*) FROM revyops_create_companies('[{"domain": "gamma.com", "name": "Acme"}]')$$, 'own_name', 'companyrevyops', 'a batch of companies');

-- our own keys still are a conflict, whatever theirs are called and whatever else is taken
ALTER INDEX revyops.contact_email_key RENAME TO own_email;
ALTER INDEX revyops.company_domain_key RENAME TO own_domain;
SELECT test.fails_with($$SELECT revyops_create_contact('{"email": "bob@acme.com", "first_name": "Ann"}')$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 2}]', 'a create with both');
SELECT test.fails_with($$SELECT revyops_update_contact(3, '{"email": "bob@acme.com"}')$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 2}]', 'a change to a key that is taken');
SELECT test.fails_with($$SELECT revyops_update_contact(3, '{"email": "bob@acme.com", "first_name": "Ann"}')$$, 'PT409', 'contact already exists',
	'[{"pointer": "/email", "code": "already_exists", "existing_id": 2}]', 'a change with both');
SELECT test.fails_with($$SELECT revyops_update_company(2, '{"domain": "acme.com", "name": "Acme"}')$$, 'PT409', 'company already exists',
	'[{"pointer": "/domain", "code": "already_exists", "existing_id": 1}]', 'a company with both');
DROP INDEX revyops.own_u, revyops.own_name;
ALTER TABLE revyops.contact ADD CONSTRAINT own_x EXCLUDE USING btree (lower(first_name) WITH =) WHERE (first_name <> '');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "dan@acme.com", "first_name": "ANN"}')$$) - 'detail',
	'{"sqlstate": "23P01", "leaks": "own_xcontactrevyops", "message": "conflicting key value violates exclusion constraint \"own_x\""}', 'an exclusion constraint');
ALTER TABLE revyops.contact DROP CONSTRAINT own_x, ADD CONSTRAINT own_late UNIQUE (last_name, id) DEFERRABLE;
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "dan@acme.com"}')$$) - 'leaks',
	'{"sqlstate": "55000", "detail": "", "message": "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters"}', 'a deferrable one is in the way of any create');
ALTER TABLE revyops.contact DROP CONSTRAINT own_late, ADD CONSTRAINT own_late EXCLUDE USING btree (lower(first_name) WITH =) WHERE (first_name <> '') DEFERRABLE;
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "dan@acme.com", "first_name": "ANN"}')$$) - 'leaks',
	'{"sqlstate": "55000", "detail": "", "message": "ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters"}', 'likewise one of exclusion');
SELECT is((SELECT count(*) FROM revyops.contact WHERE lower(first_name) = 'ann'), 1::bigint, 'no second row of it');
ALTER TABLE revyops.contact DROP CONSTRAINT own_late;

-- what is noted of a change is written without ON CONFLICT
SELECT revyops_set_client_setting(1, 'changes', 'on') AS "hidden" \gset
CREATE UNIQUE INDEX own_once ON revyops.change (record_id, kind);
SELECT is(revyops_update_contact(3, '{"last_name": "Once"}')->>'last_name', 'Once', 'a change that is noted');
SELECT test.refused($$SELECT revyops_update_contact(3, '{"last_name": "Twice"}')$$, 'own_once', 'changerevyops', 'one whose note meets another');
DROP INDEX revyops.own_once;
ALTER TABLE revyops.change ADD CONSTRAINT own_late UNIQUE (record_id, kind) DEFERRABLE;
SELECT test.refused($$SELECT revyops_update_contact(3, '{"last_name": "Twice"}')$$, 'own_late', 'changerevyops', 'one whose note meets a deferrable constraint');
SELECT is(test.try($$SELECT revyops_update_contact(2, '{"last_name": "Once"}')->>'last_name'$$), '{"value": "Once"}', 'which is in the way of no other');
SELECT is((SELECT string_agg(concat_ws(' ', entity, record_id, kind, members), ', ' ORDER BY id) FROM revyops.change),
	'contact 3 updated {last_name}, contact 2 updated {last_name}', 'and these are noted');
ALTER TABLE revyops.change DROP CONSTRAINT own_late;
SELECT revyops_set_client_setting(1, 'changes', 'off') AS "hidden" \gset
UPDATE revyops.contact SET last_name = '';

-- a trigger that writes what is there already
CREATE TABLE test.seen (client_id int, id bigint, PRIMARY KEY (client_id, id));
INSERT INTO test.seen VALUES (1, 2);
CREATE FUNCTION test.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO test.seen VALUES (1, 2); RETURN NEW; END $$;
CREATE TRIGGER own_see AFTER INSERT OR UPDATE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.see();
CREATE TRIGGER own_see AFTER INSERT OR UPDATE ON revyops.company FOR EACH ROW EXECUTE FUNCTION test.see();
SELECT test.refused(s, 'seen_pkey', 'seentest', 'a trigger, ' || s, 'Key (client_id, id)=(1, 2) already exists.') FROM unnest(ARRAY[
	$$SELECT revyops_create_contact('{"email": "dan@acme.com"}')$$,
	$$SELECT revyops_update_contact(2, '{"email": "bob2@acme.com"}')$$,
	$$SELECT revyops_upsert_contact('{"email": "dan@acme.com"}')$$,
	$$SELECT revyops_upsert_contact('{"email": "bob@acme.com", "linkedin_url": "in/bob"}')$$,
	$$SELECT count(*) FROM revyops_create_contacts('[{"email": "dan@acme.com"}]')$$,
	$$SELECT count(*) FROM revyops_upsert_contacts('[{"email": "dan@acme.com"}]')$$,
	$$SELECT count(*) FROM revyops_upsert_contacts('[{"email": "bob@acme.com", "linkedin_url": "in/bob"}]')$$,
	$$SELECT revyops_create_company('{"domain": "gamma.com"}')$$,
	$$SELECT revyops_update_company(2, '{"domain": "beta2.com"}')$$]) s;
DROP TRIGGER own_see ON revyops.contact;

-- one that raises it without saying of what
CREATE FUNCTION test.raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE unique_violation USING MESSAGE = 'not this one', DETAIL = NEW.email; END $$;
CREATE TRIGGER own_raise AFTER UPDATE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION test.raise();
SELECT is(test.try($$SELECT revyops_update_contact(2, '{"email": "bob2@acme.com"}')$$),
	'{"sqlstate": "23505", "message": "not this one", "detail": "bob2@acme.com"}', 'a trigger that raises one');
SELECT is(test.all(), '1 ann@acme.com Ann, 2 bob@acme.com Bob, 3 cid@acme.com; 1 acme.com Acme, 2 beta.com Beta', 'nothing was changed');

SELECT * FROM finish();
ROLLBACK;
