\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(41);
-- Which changes are noted for those who follow them; that each is told once, t/changes.pl tests.
SELECT test.two_clients() \gset
-- noted shows what was noted since it was last asked.
CREATE FUNCTION test.noted() RETURNS text
	LANGUAGE sql AS $$
	WITH gone AS (DELETE FROM revyops.change RETURNING *)
	SELECT string_agg(concat_ws(' ', client_id, entity, record_id, kind, members, 'into ' || merged_into), '; ' ORDER BY id) FROM gone $$;
CREATE FUNCTION test.noted_after(statement text) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	got jsonb := test.try(statement);
BEGIN
	RETURN concat_ws(': ', got->>'sqlstate', test.noted());
END
$$;

SELECT revyops_create_contact('{"email": "a@example.com"}') \gset hidden_
SELECT is(test.noted_after($$SELECT revyops_create_contact('{"email": "b@example.com"}')$$), '', 'nothing is noted unless the client wants it');
SELECT revyops_set_client_setting(1, 'changes', 'on') \gset hidden_

-- ---------------------------------------------------------------- contacts
SELECT is(test.noted_after($$SELECT revyops_create_contact('{"email": "c@example.com", "contact_status": "New"}')$$), '1 contact 3 created', 'a contact is created');
SELECT is(test.noted_after($$SELECT revyops_create_contact('{"email": "c@example.com"}')$$), 'PT409', 'a duplicate is not');
SELECT is(test.noted_after($$SELECT revyops_update_contact(3, '{"first_name": "C", "contact_status": "New", "contact_custom_fields": [{"field_name": "f", "field_value": "1"}]}')$$),
	'1 contact 3 updated {first_name,contact_custom_fields}', 'a change, and which members are others');
SELECT is(test.noted_after($$SELECT revyops_update_contact(3, '{"first_name": "C"}')$$), '', 'a change that makes no difference');
SELECT is(test.noted_after($$SELECT revyops_update_contact(3, '{"email": "a@example.com"}')$$), 'PT409', 'one to a key that is taken');
SELECT is(test.noted_after($$SELECT revyops_update_contact(3, '{"email": "d@example.com", "contact_status": "Old"}')$$), '1 contact 3 updated {email,contact_status}', 'another key and status');
SELECT is(test.noted_after($$SELECT revyops_update_contact_custom_field(3, 1, '{"field_value": "2"}')$$), '1 contact 3 updated {contact_custom_fields}', 'one custom field');
SELECT is(test.noted_after($$SELECT revyops_upsert_contact('{"email": "d@example.com", "last_name": "D"}')$$), '1 contact 3 updated {last_name}', 'an upsert that finds a contact');
SELECT is(test.noted_after($$SELECT revyops_upsert_contact('{"email": "d@example.com", "linkedin_url": "https://www.linkedin.com/in/dd"}')$$), '1 contact 3 updated {linkedin_url}', 'one that gives it a key');
SELECT is(test.noted_after($$SELECT revyops_upsert_contact('{"email": "e@example.com"}')$$), '1 contact 5 created', 'an upsert that finds none');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_create_contacts('[{"email": "g@example.com"}, {"email": "e@example.com"}, {"email": "f@example.com"}, {"email": "G@example.com"}]')$$),
	'1 contact 6 created; 1 contact 8 created', 'a batch, without the duplicates');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_create_contacts('[{"email": "h@example.com"}, {"email": "nobody"}]', 'NESTED', 'atomic')$$), 'PT400', 'a batch that is undone');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_check_contacts('[{"email": "h@example.com"}]')$$), '', 'a check');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_upsert_contacts('[{"email": "g@example.com", "first_name": "G"}, {"email": "i@example.com"}, {"email": "i@example.com", "origin": "x"}, {"email": "e@example.com"},
	{"email": "g@example.com", "contact_status": "New"}]')$$), '1 contact 10 created; 1 contact 6 updated {first_name,contact_status}', 'a batch of upserts: each contact that is new or differs, once');
SELECT is(test.noted_after($$SELECT revyops_merge_contacts(3, 6)$$), '1 contact 6 merged into 3; 1 contact 3 updated', 'a merge that gives the kept one nothing');
SELECT is(test.noted_after($$SELECT revyops_merge_contacts(5, 3)$$),
	'1 contact 3 merged into 5; 1 contact 5 updated {linkedin_url,first_name,last_name,contact_status,contact_custom_fields}', 'one that does');
SELECT is(test.noted_after($$SELECT revyops_delete_contact(8)$$), '1 contact 8 deleted', 'a contact is deleted');
SELECT is(test.noted_after($$SELECT revyops_delete_contact(8)$$), 'PT404', 'once');
SELECT is(test.noted_after($$SELECT revyops_erase_contact(10)$$), '1 contact 10 erased', 'a contact is erased');

-- ---------------------------------------------------------------- companies
SELECT is(test.noted_after($$SELECT revyops_create_company('{"domain": "one.example.com", "name": "One"}')$$), '1 company 1 created', 'a company is created');
SELECT is(test.noted_after($$SELECT revyops_update_company(1, '{"name": "Uno", "company_status": "Hot"}')$$), '1 company 1 updated {name,company_status}', 'and changed');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_upsert_companies('[{"domain": "one.example.com", "name": "One"}, {"domain": "two.example.com"}]')$$),
	'1 company 1 updated {name}; 1 company 2 created', 'a batch of upserts');
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create') \gset hidden_
SELECT is(test.noted_after($$SELECT revyops_create_contact('{"email": "j@three.example.org", "company_id": "three.example.org"}')$$), '1 company 3 created; 1 contact 11 created', 'a company that is made for a contact');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_create_contacts('[{"email": "k@four.example.net", "company_id": "four.example.net"}, {"email": "J@three.example.org", "company_id": "five.example.edu"}]')$$),
	'1 company 4 created; 1 company 5 created; 1 contact 12 created; 1 company 4 deleted', 'those of a batch; that of a duplicate is taken away again');
SELECT is(test.noted_after($$SELECT revyops_merge_companies(1, 3)$$),
	'1 contact 11 updated {company_id}; 1 company 3 merged into 1; 1 company 1 updated', 'a merge of companies, and their contacts');
SELECT is(test.noted_after($$SELECT revyops_delete_company(1)$$), '1 contact 11 updated {company_id}; 1 company 1 deleted', 'a company is deleted, and its contacts have none');

-- ---------------------------------------------------------------- custom fields
SELECT revyops_define_custom_field('contact', 'f', 'text') \gset hidden_
SELECT is(test.noted_after($$SELECT revyops_rename_custom_field('contact', 'f', 'g')$$), '1 contact 5 updated {contact_custom_fields}', 'a field is renamed in all contacts that have it');
SELECT is(test.noted_after($$SELECT revyops_remove_custom_field('contact', 'g', 'delete')$$), '1 contact 5 updated {contact_custom_fields}', 'and deleted');

-- ---------------------------------------------------------------- e-mails
SELECT is(test.noted_after($$SELECT revyops_create_email('{"email_type": "sent", "origin": "api", "contact_id": 5, "subject": "S"}')$$), '1 email 1 created', 'an e-mail is added');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_create_emails('[{"email_type": "sent", "origin": "api", "contact_id": 5}, {"email_type": "sent", "origin": "api", "contact_id": 99}]')$$), '1 email 2 created', 'those of a batch');
SELECT is(test.noted_after($$SELECT revyops_add_email_custom_field(1, '{"field_name": "f", "field_value": "1"}')$$), '1 email 1 updated {custom_fields}', 'a custom field');
SELECT is(test.noted_after($$SELECT revyops_set_email_interested('e@example.com', 'S')$$), '1 email 1 updated {interested}', 'interest');
SELECT is(test.noted_after($$SELECT revyops_set_email_interested('e@example.com', 'S')$$), '', 'that was known');
SELECT is(test.noted_after($$SELECT revyops_delete_email(1)$$), '1 email 1 deleted', 'an e-mail is deleted');

-- ---------------------------------------------------------------- events
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_record_events('[{"kind": "replied", "contact_email": "made@six.example.com", "at": "2026-01-02T00:00:00Z", "first_name": "M", "platform": "lemlist"},
	{"kind": "unsubscribed", "contact_email": "made@six.example.com", "at": "2026-01-03T00:00:00Z", "linkedin_url": "in/made"}]')$$),
	'1 contact 13 created; 1 email 3 created', 'a contact that events make is told of once');
SELECT is(test.noted_after($$SELECT count(*) FROM revyops_record_events('[{"kind": "replied", "contact_email": "made@six.example.com", "at": "2026-01-04T00:00:00Z", "last_name": "N"}]')$$),
	'1 email 4 created; 1 contact 13 updated {last_name,last_reply_received}', 'then it is changed');

-- ---------------------------------------------------------------- e-mails of others that go with a person
SELECT revyops_record_event('{"kind": "sent", "contact_email": "office@acme.com", "at": "2026-01-05", "platform": "p"}')->>'contact_id' AS bob \gset
SELECT revyops_update_contact(:bob, '{"email": "bob@acme.com"}'), revyops_create_email(jsonb_build_object('email_type', 'sent', 'origin', 'api', 'contact_id', :bob)), revyops_create_contact('{"email": "office@acme.com"}') \gset hidden_
SELECT revyops_create_email('{"email_type": "sent", "origin": "api", "contact_email": "office@acme.com"}'), test.noted() \gset hidden_
SELECT is(test.noted_after($$SELECT revyops_erase_contact((SELECT id FROM revyops.contact WHERE email = 'office@acme.com'))$$), '1 email 5 deleted; 1 contact 15 erased', 'an e-mail that has the address of who is erased, and is another contact''s');
SELECT is((SELECT array_agg(id) FROM revyops.email WHERE id >= 5), '{6}', 'the other one is there');

-- ---------------------------------------------------------------- the rows
SELECT revyops_update_contact(5, '{"first_name": "E"}') \gset hidden_
SELECT is((SELECT (xid, changed_at)::text FROM revyops.change), (pg_current_xact_id(), now())::text, 'a change has its transaction, and when that began');
SELECT revyops_set_client_setting(1, 'changes', 'off') \gset hidden_
DELETE FROM revyops.change;
SELECT is(test.noted_after($$SELECT revyops_update_contact(5, '{"first_name": "F"}')$$), '', 'nothing is noted any more');

SELECT * FROM finish();
ROLLBACK;
