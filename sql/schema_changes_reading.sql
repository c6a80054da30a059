\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(27);
-- The tables are the user's: columns of another type, columns that may be null, and
-- rules. What can't go on is an error, in a session that has used the tables before.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com", "company_status": "New"}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "jane@acme.com", "first_name": "Jane", "contact_status": "New", "company_id": 1}') AS "hidden" \gset
SELECT revyops_create_contact('{"email": "joe@acme.com", "origin": "list"}') AS "hidden" \gset
CREATE FUNCTION test.members(contact jsonb, VARIADIC names text[]) RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(coalesce(contact->>n, 'null'), ' ') FROM unnest(names) n $$;
SELECT is(test.members(revyops_get_contact(1), 'email', 'first_name', 'contact_status'), 'jane@acme.com Jane New', 'before');
SELECT is((SELECT string_agg(test.members(c, 'email', 'contact_status'), ', ') FROM jsonb_array_elements((revyops_list_contacts()->'results')::jsonb) c), 'jane@acme.com New, joe@acme.com ', 'the list');

-- types
SAVEPOINT types;
ALTER TABLE revyops.contact DROP CONSTRAINT contact_texts_short;
CREATE TYPE test.status AS ENUM ('', 'New', 'Active');
ALTER TABLE revyops.contact ALTER contact_status DROP DEFAULT, ALTER contact_status TYPE test.status USING contact_status::test.status;
ALTER TABLE revyops.contact ALTER contact_status SET DEFAULT '', ALTER previous_status TYPE test.status USING previous_status::test.status;
SELECT is(test.members(revyops_get_contact(1), 'email', 'contact_status', 'previous_status'), 'jane@acme.com New null', 'an enumeration: get');
SELECT is((SELECT string_agg(test.members(c, 'email', 'contact_status'), ', ') FROM jsonb_array_elements((revyops_list_contacts()->'results')::jsonb) c), 'jane@acme.com New, joe@acme.com ', 'list');
SELECT is(test.try($$SELECT revyops_update_contact(1, '{"contact_status": "Active"}')$$)->>'sqlstate', '42804', 'update');
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "new@acme.com"}')$$)->>'sqlstate', '42804', 'create');
ALTER TABLE revyops.company DROP CONSTRAINT company_texts_short, ALTER company_status DROP DEFAULT, ALTER company_status TYPE integer USING length(company_status);
SELECT is(test.members(revyops_get_company(1), 'domain', 'company_status'), 'acme.com 3', 'a number: get');
SELECT is((SELECT string_agg(test.members(c, 'domain', 'company_status'), ', ') FROM jsonb_array_elements((revyops_list_companies()->'results')::jsonb) c), 'acme.com 3', 'list');
ALTER TABLE revyops.contact ALTER last_reply_received TYPE date USING '2026-11-28'::date, ALTER first_name TYPE char(6);
SELECT is(test.members(revyops_get_contact(1), 'first_name', 'last_reply_received'), 'Jane 2026-11-28T00:00:00.000000Z', 'a date, a char(n): get');
ALTER TABLE revyops.contact DROP CONSTRAINT contact_times_in_range, ALTER last_reply_received TYPE boolean USING true;
SELECT is(test.try('SELECT revyops_get_contact(1)')->>'sqlstate', '42846', 'what is no time at all');
ROLLBACK TO types;

-- nulls
SAVEPOINT nulls;
ALTER TABLE revyops.contact ALTER origin DROP NOT NULL, ALTER first_name DROP NOT NULL, ALTER contact_status DROP NOT NULL, ALTER custom_fields DROP NOT NULL;
UPDATE revyops.contact SET origin = NULL, first_name = NULL, contact_status = NULL, custom_fields = NULL;
SELECT is(test.members(revyops_get_contact(1), 'email', 'first_name', 'origin', 'contact_status', 'contact_custom_fields'), 'jane@acme.com null null null []', 'nulls: get');
SELECT is((SELECT string_agg(test.members(c, 'email', 'origin'), ', ') FROM jsonb_array_elements((revyops_list_contacts()->'results')::jsonb) c), 'jane@acme.com null, joe@acme.com null', 'list');
SELECT is(test.members(revyops_update_contact(1, '{"first_name": "J", "contact_status": "Active"}'), 'first_name', 'contact_status', 'previous_status'), 'J Active null', 'update');
ALTER TABLE revyops.client ALTER default_status DROP NOT NULL, ALTER on_unknown_domain DROP NOT NULL;
UPDATE revyops.client SET default_status = NULL, on_unknown_domain = NULL;
SELECT is(test.members(revyops_create_contact('{"email": "new@acme.com"}'), 'email', 'contact_status'), 'new@acme.com null', 'settings that are null');
ROLLBACK TO nulls;

-- rules
SAVEPOINT rules;
CREATE RULE keep AS ON DELETE TO revyops.contact DO INSTEAD NOTHING;
SELECT is(test.try('SELECT revyops_delete_contact(1)') - 'detail', '{"sqlstate": "55000", "message": "a rule does something else instead", "leaks": "Drop the rule, and use a trigger."}', 'a rule that deletes nothing');
CREATE RULE mark AS ON DELETE TO revyops.company DO INSTEAD UPDATE revyops.company SET company_status = 'deleted' WHERE id = OLD.id;
SELECT is(test.try('SELECT revyops_delete_company(1)') - 'detail' - 'leaks', '{"sqlstate": "55000", "message": "a rule does something else instead"}', 'a rule that marks');
SELECT is(test.members(revyops_get_company(1), 'domain', 'company_status'), 'acme.com New', 'and did not');
CREATE RULE none AS ON INSERT TO revyops.contact DO INSTEAD NOTHING;
SELECT is(test.try($$SELECT revyops_create_contact('{"email": "new@acme.com"}')$$) - 'detail' - 'leaks', '{"sqlstate": "55000", "message": "a rule does something else instead"}', 'a rule that inserts nothing');
DROP RULE none ON revyops.contact;
SELECT is(test.members(revyops_create_contact('{"email": "new@acme.com"}'), 'email'), 'new@acme.com', 'dropped');
CREATE RULE tell AS ON UPDATE TO revyops.contact DO INSTEAD NOTIFY own;
SELECT is(test.try($$SELECT revyops_update_contact(1, '{"first_name": "J"}')$$) - 'detail' - 'leaks', '{"sqlstate": "55000", "message": "a rule does something else instead"}', 'a rule that notifies');
DROP RULE tell ON revyops.contact;
CREATE TABLE test.log (entry text);
CREATE RULE log AS ON UPDATE TO revyops.contact DO ALSO INSERT INTO test.log VALUES (NEW.first_name);
SELECT is(test.members(revyops_update_contact(1, '{"first_name": "J"}'), 'first_name'), 'J', 'a rule that does something also');
SELECT is((SELECT string_agg(entry, ' ') FROM test.log), 'J', 'has done it');
SELECT is(test.try(statement), '{"sqlstate": "0A000", "message": "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules", "detail": ""}', 'but nothing is inserted: ' || statement)
	FROM unnest(ARRAY[$$SELECT revyops_create_contact('{"email": "last@acme.com"}')$$, $$SELECT revyops_upsert_contact('{"email": "last@acme.com"}')$$, $$SELECT count(*) FROM revyops_create_contacts('[{"email": "last@acme.com"}]')$$]) statement;
DROP RULE log ON revyops.contact;
SELECT is(test.members(revyops_create_contact('{"email": "last@acme.com"}'), 'email'), 'last@acme.com', 'until it is dropped');
ROLLBACK TO rules;
SELECT is(test.members(revyops_get_contact(1), 'email', 'first_name', 'contact_status'), 'jane@acme.com Jane New', 'all as it was');

SELECT * FROM finish();
ROLLBACK;
