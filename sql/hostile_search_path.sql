\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(45);
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') AS "hidden" \gset

-- A caller who may make objects of his own plants what an unqualified name in
-- the library, in a plan or in a constraint could find.
CREATE ROLE revyops_test_plain;
CREATE SCHEMA evil AUTHORIZATION revyops_test_plain;
GRANT USAGE ON SCHEMA test TO revyops_test_plain;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO revyops_test_plain;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO revyops_test_plain;
SET LOCAL ROLE revyops_test_plain;

CREATE FUNCTION evil.trap() RETURNS boolean
	LANGUAGE plpgsql AS $$ BEGIN RAISE 'planted code was called'; END $$;
DO $$
DECLARE
	t text;
	f text;
	o text;
BEGIN
	FOREACH t IN ARRAY ARRAY['text', 'bigint', 'integer', 'jsonb', 'bytea', 'timestamptz'] LOOP
		EXECUTE format('CREATE FUNCTION evil.trap(%1$s, %1$s) RETURNS boolean LANGUAGE plpgsql AS %2$L', t, 'BEGIN RAISE ''planted operator was called''; END');
		FOREACH o IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>='] LOOP
			EXECUTE format('CREATE OPERATOR evil.%1$s (LEFTARG = %2$s, RIGHTARG = %2$s, FUNCTION = evil.trap)', o, t);
		END LOOP;
	END LOOP;
	CREATE FUNCTION evil.trap(bigint[], bigint[]) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''planted operator was called''; END';
	CREATE OPERATOR evil.&& (LEFTARG = bigint[], RIGHTARG = bigint[], FUNCTION = evil.trap);
	CREATE OPERATOR evil.@> (LEFTARG = bigint[], RIGHTARG = bigint[], FUNCTION = evil.trap);
	CREATE OPERATOR evil.@> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = evil.trap);
	CREATE FUNCTION evil.trap(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''planted operator was called''; END';
	CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = evil.trap);
	FOREACH f IN ARRAY ARRAY['now() RETURNS timestamptz', 'clock_timestamp() RETURNS timestamptz', 'nextval(text) RETURNS bigint', 'nextval(regclass) RETURNS bigint',
		'octet_length(text) RETURNS integer', 'jsonb_typeof(jsonb) RETURNS text', 'jsonb_array_elements(jsonb) RETURNS SETOF jsonb', 'sha256(bytea) RETURNS bytea',
		'lower(text) RETURNS text', 'unnest(anyarray) RETURNS SETOF anyelement', 'coalesce_(text) RETURNS text', 'set_config(text, text, boolean) RETURNS text',
		'current_setting(text, boolean) RETURNS text', 'current_setting(text) RETURNS text', 'count(bigint) RETURNS bigint',
		'is_canonical_email(text) RETURNS boolean', 'mentions(jsonb, text[]) RETURNS boolean', 'octets_mention(bytea, text[]) RETURNS boolean', 'array_agg(text) RETURNS text[]', 'jsonb_agg(jsonb) RETURNS jsonb', 'to_char(timestamp, text) RETURNS text', 'is_canonical_domain(text) RETURNS boolean', 'custom_field_hashes(integer, jsonb) RETURNS bigint[]',
		'revyops_normalize_email(text) RETURNS text', 'revyops_normalize_linkedin_url(text) RETURNS text', 'revyops_normalize_domain(text) RETURNS text',
		'revyops_create_contact(jsonb, text, text) RETURNS jsonb', 'revyops_create_company(jsonb, text, text) RETURNS jsonb', 'revyops_create_client(text) RETURNS integer'] LOOP
		EXECUTE format('CREATE FUNCTION evil.%s LANGUAGE plpgsql AS %L', f, 'BEGIN RAISE ''planted function was called''; END');
	END LOOP;
END
$$;
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.trap());
CREATE DOMAIN evil.jsonb AS pg_catalog.jsonb CHECK (evil.trap());
CREATE DOMAIN evil.int8 AS pg_catalog.int8 CHECK (evil.trap());
CREATE DOMAIN evil.int4 AS pg_catalog.int4 CHECK (evil.trap());
CREATE DOMAIN evil.timestamptz AS pg_catalog.timestamptz CHECK (evil.trap());
RESET ROLE;

-- temporary tables come first of all where pg_temp is not named
CREATE TEMPORARY TABLE client (id int, name pg_catalog.text);
CREATE TEMPORARY TABLE api_key (prefix pg_catalog.text, secret_sha256 bytea, client_id int, name pg_catalog.text, expires_at timestamptz, revoked_at timestamptz);
CREATE TEMPORARY TABLE company (LIKE revyops.company);
CREATE TEMPORARY TABLE contact (LIKE revyops.contact);
CREATE TEMPORARY TABLE merged_contact (LIKE revyops.merged_contact);
CREATE TEMPORARY TABLE import_reject (LIKE revyops.import_reject);
CREATE TEMPORARY TABLE import_job (LIKE revyops.import_job);
CREATE TEMPORARY TABLE import_note (LIKE revyops.import_note);
CREATE TEMPORARY TABLE import_alias (LIKE revyops.import_alias);
CREATE TEMPORARY TABLE company_host (LIKE revyops.company_host);
CREATE TEMPORARY TABLE pg_proc (oid oid);
CREATE TEMPORARY SEQUENCE contact_id_seq;
CREATE TEMPORARY SEQUENCE custom_field_id_seq;
INSERT INTO client VALUES (1, 'x');
GRANT ALL ON client, api_key, company, contact, merged_contact, import_reject, import_job, import_note, import_alias, company_host, contact_id_seq, custom_field_id_seq TO revyops_test_plain;

-- hostile runs a SELECT as the plain role, all of that in front.
CREATE FUNCTION test.hostile(statement text) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	value pg_catalog.text;
BEGIN
	SET LOCAL ROLE revyops_test_plain;
	SET LOCAL search_path = pg_temp, evil, pg_catalog, public;
	EXECUTE statement INTO value;
	SET LOCAL search_path = public, pg_catalog;
	RESET ROLE;
	RETURN jsonb_build_object('value', value);
EXCEPTION WHEN OTHERS THEN		-- which takes back role and path
	RETURN jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM);
END
$$;

-- the trap works: a name that is not qualified falls into it
SELECT is(test.hostile($$SELECT revyops_normalize_email('a@b.co')$$)->>'message', 'planted function was called', 'the planted function is found by its bare name');
SELECT is(test.hostile($$SELECT pg_catalog.int8 '1' = pg_catalog.int8 '1'$$)->>'message', 'planted operator was called', 'the planted operator too');

SELECT is(test.hostile($$SELECT public.revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "company_id": "acme.com",
	"contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}', 'FLAT')->'contact_custom_fields'$$), '{"value": "{\"A\": \"1\"}"}', 'create a contact');
SELECT is(test.hostile($$SELECT public.revyops_create_contact('{"email": "joe@acme.com", "company_id": 1}')->>'company_id'$$), '{"value": "1"}', 'with a company by id');
SELECT is(test.hostile($$SELECT public.revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane"}')$$)->>'sqlstate', 'PT409', 'create it again');
SELECT is(test.hostile($$SELECT public.revyops_create_contact('{"email": "jim@acme.com", "company_id": 99}')$$)->>'sqlstate', 'PT404', 'unknown company');
SELECT is(test.hostile($$SELECT public.revyops_create_company('{"domain": "www.beta.com", "company_custom_fields": [{"field_name": "A", "field_value": "1"}]}')->>'domain'$$), '{"value": "beta.com"}', 'create a company');
SELECT is(test.hostile($$SELECT public.revyops_create_client('Three')$$), '{"value": "3"}', 'create a client');
SELECT matches(test.hostile($$SELECT public.revyops_create_api_key(1, 'x')$$)->>'value', '^rvo_', 'create a key');
SELECT set_config('revyops.api_key', public.revyops_create_api_key(2, 'x'), true) AS "hidden" \gset
SELECT is(test.hostile($$SELECT public.revyops_create_contact('{"email": "jane@acme.com"}')->>'email'$$), '{"value": "jane@acme.com"}', 'a call with a key');
SELECT is(test.hostile($$SELECT public.revyops_normalize_email('JANE@acme.com') OPERATOR(pg_catalog.||) public.revyops_normalize_domain('www.acme.com') OPERATOR(pg_catalog.||) public.revyops_normalize_linkedin_url('in/jane')$$),
	'{"value": "jane@acme.comacme.comhttps://www.linkedin.com/in/jane"}', 'the normalizers');
SET LOCAL revyops.api_key = '';
SELECT is(test.hostile($$SELECT public.revyops_get_contact(1)->>'email'$$), '{"value": "jane@acme.com"}', 'get a contact');
SELECT is(test.hostile($$SELECT public.revyops_list_contacts(domain => 'acme.com', page_size => 1)->>'count'$$), '{"value": "2"}', 'list contacts of a company');
SELECT is(test.hostile($$SELECT public.revyops_list_contacts(firstname => '', page_size => 1)->>'count'$$), '{"value": "2"}', 'list contacts');
SELECT is(test.hostile($$SELECT public.revyops_lookup_contacts('A', '1')->>'count'$$), '{"value": "1"}', 'look contacts up');
SELECT is(test.hostile($$SELECT public.revyops_search_contacts('{"filters": [{"member": "email", "operator": "contains", "value": "ACME"}, {"custom_field": "A", "operator": "in", "value": ["1"]}, {"custom_field": "A", "operator": "ge", "value": 1}, {"any": [{"member": "first_name", "operator": "ne", "value": "x"}, {"member": "updated_time", "operator": "gt", "value": "2020-01-01"}]}], "sort": {"member": "last_name", "direction": "desc"}}')->>'count'$$), '{"value": "1"}', 'search contacts');
SELECT is(test.hostile($$SELECT public.revyops_search_companies('{"filters": [{"member": "id", "operator": "in", "value": [1, 2]}], "count": "exact"}')->>'count'$$)->>'value', '2', 'search companies');
SELECT is(test.hostile($$SELECT public.revyops_update_contact(2, '{"email": "jo@acme.com", "contact_custom_fields": [{"field_name": "B", "field_value": 1}]}', 'FLAT')->>'contact_custom_fields'$$), '{"value": "{\"B\": \"1\"}"}', 'update a contact');
SELECT is(test.hostile($$SELECT public.revyops_update_contact(2, '{"email": "jane@acme.com"}')$$)->>'sqlstate', 'PT409', 'to a taken e-mail');
SELECT is(test.hostile($$SELECT public.revyops_lookup_companies('A', '1')->'results'->0->>'domain'$$), '{"value": "beta.com"}', 'look companies up');
SELECT is(test.hostile($$SELECT public.revyops_delete_contact_custom_field(2, (public.revyops_get_contact(2)#>>'{contact_custom_fields,0,id}')::pg_catalog.int8)$$), '{"value": ""}', 'delete a custom field');
SELECT public.revyops_set_client_setting(1, 'on_key_conflict', 'update') AS "hidden" \gset
SELECT is(test.hostile($$SELECT public.revyops_upsert_contact('{"email": "jane@acme.com", "linkedin_url": "in/janet", "company_id": "www.acme.com"}')->>'created'$$), '{"value": "false"}', 'upsert a contact that is there');
SELECT is(test.hostile($$SELECT public.revyops_upsert_contact('{"email": "jane@acme.com", "linkedin_url": "in/jim"}')->>'created'$$), '{"value": "false"}', 'to another LinkedIn URL');
SELECT is(test.hostile($$SELECT pg_catalog.string_agg(status::pg_catalog.text, ' ') FROM public.revyops_upsert_contacts('[{"email": "jane@acme.com", "linkedin_url": "in/jane", "last_name": "x"}, {"email": "joe@acme.com", "contact_custom_fields": [{"field_name": "A", "field_value": null}]}, {"linkedin_url": "in/jane", "company_id": 1}]')$$), '{"value": "200 201 200"}', 'upsert contacts');
SELECT is(test.hostile($$SELECT pg_catalog.string_agg(status::pg_catalog.text, ' ' ORDER BY ordinal) FROM public.revyops_check_contacts('[{"email": "jane@acme.com"}, {"email": "new@acme.com", "company_id": "acme.com"}, {"email": "new@acme.com", "company_id": 1}]')$$), '{"value": "409 201 409"}', 'check contacts');
SELECT is(test.hostile($$SELECT public.revyops_merge_contacts(2, (public.revyops_create_contact('{"linkedin_url": "in/jo", "company_id": "acme.com"}')->>'id')::pg_catalog.int8)->>'linkedin_url'$$), '{"value": "https://www.linkedin.com/in/jo"}', 'merge contacts');
SELECT is(test.hostile(pg_catalog.format('SELECT public.revyops_get_contact(%s)', (SELECT id FROM revyops.merged_contact)))->>'sqlstate', 'PT301', 'get a merged one');
SELECT is(test.hostile($$SELECT public.revyops_export_contact(2)->'merged_contacts'->0->>'linkedin_url'$$), '{"value": "https://www.linkedin.com/in/jo"}', 'export a contact');
SELECT is(test.hostile($$SELECT public.revyops_erase_contact(2)$$)->>'value', '{"emails": 0, "activity": 0, "contacts": 1, "campaigns": 0, "import_notes": 0, "kept_answers": 0, "platform_ids": 0, "do_not_contact": 0, "import_rejects": 0, "status_history": 0, "kept_deliveries": 0, "merged_contacts": 1}', 'erase a contact');
SELECT is(test.hostile($$SELECT pg_catalog.string_agg(status::pg_catalog.text, ' ' ORDER BY ordinal) FROM public.revyops_record_events('[
	{"kind": "replied", "contact_email": "ev@acme.com", "at": "2026-03-01", "campaign_id": "c", "interested": true, "first_name": "E", "linkedin_url": "in/ev", "company": "acme.com", "custom": {"A": "1"}},
	{"kind": "bounced", "contact_email": "ev@acme.com", "at": "2026-03-02", "campaign_id": "c"}, {"kind": "unsubscribed", "contact_email": "ev@acme.com", "at": "2026-03-01", "campaign_id": "c"},
	{"kind": "replied", "contact_email": "ev@acme.com", "at": "2026-03-01", "campaign_id": "c", "subject": "again"}]')$$), '{"value": "201 201 201 200"}', 'record events');
SELECT is(test.hostile($$SELECT public.revyops_record_event('{"kind": "bounced", "contact_email": "ev@acme.com", "at": "2026-03-01", "campaign_id": "c"}')->>'duplicate'$$), '{"value": "false"}', 'an earlier bounce');
SELECT is(test.hostile($$SELECT pg_catalog.json_array_length(public.revyops_list_campaign_contacts((public.revyops_list_campaigns()->'results'->0->>'id')::pg_catalog.int8)->'results')$$), '{"value": "1"}', 'campaigns and their contacts');
SELECT is(test.hostile($$SELECT public.revyops_suppress('{"email": "off@acme.com", "reason": "bounced"}')->>'reason'$$), '{"value": "bounced"}', 'put an address on the do-not-contact list');
SELECT is(test.hostile($$SELECT pg_catalog.string_agg(status::pg_catalog.text, ' ' ORDER BY ordinal) FROM public.revyops_suppress_many('[{"domain": "rival.com"}, {"email": "off@acme.com", "reason": "bounced"}]')$$), '{"value": "201 200"}', 'many');
SELECT is(test.hostile($$SELECT public.revyops_suppress_csv(pg_catalog.decode('YUByaXZhbC5jb20K', 'base64'))->>'added'$$), '{"value": "1"}', 'a file');
SELECT is(test.hostile($$SELECT pg_catalog.string_agg(do_not_contact::pg_catalog.text, ' ' ORDER BY ordinal) FROM public.revyops_check_do_not_contact('{off@acme.com,x@rival.com,on@acme.com}')$$), '{"value": "true true false"}', 'ask about addresses');
SELECT is(test.hostile($$SELECT public.revyops_list_do_not_contact(address => 'rival.com')->>'count'$$), '{"value": "1"}', 'list them');
SELECT is(test.hostile($$SELECT public.revyops_unsuppress('off@acme.com', 'bounced', 'x')->>'removal_note'$$), '{"value": "x"}', 'and take one off');
SELECT is(test.hostile($$SELECT public.revyops_import_csv(pg_catalog.decode('RW1haWwsV2Vic2l0ZQppbXBAYWNtZS5jb207IHhAYWNtZS5jb20sYWNtZS5jb20Kbm9wZSwKamFuZUBhY21lLmNvbSw=', 'base64')) OPERATOR(pg_catalog.-) '{mapping,columns,rejects}'::pg_catalog.text[]$$)->>'value',
	'{"job": 1, "mode": "create", "rows": 3, "notes": 1, "failed": 1, "created": 1, "updated": 0, "encoding": "UTF8", "delimiter": ",", "duplicates": 1, "header_line": 1}', 'import a file');
SELECT is(test.hostile($$SELECT public.revyops_import_company_csv(pg_catalog.decode('V2Vic2l0ZSxOYW1lCnd3dy5nYW1tYS5jb207IGRlbHRhLmNvbSxHCmZhY2Vib29rLmNvbS94LEYKYmV0YS5jb20sQg==', 'base64'), mode => 'upsert', on_fault => 'drop_value') OPERATOR(pg_catalog.-) '{mapping,columns,rejects}'::pg_catalog.text[]$$)->>'value',
	'{"job": 2, "mode": "upsert", "rows": 3, "notes": 1, "failed": 1, "created": 1, "updated": 1, "encoding": "UTF8", "delimiter": ",", "duplicates": 0, "header_line": 1}', 'import a file of companies');
SELECT is(test.hostile($$SELECT pg_catalog.string_agg(r, '|') FROM public.revyops_import_report(1) r$$)->>'value', 'Email,Website,import_line,import_outcome,import_faults|imp@acme.com; x@acme.com,acme.com,2,changed,email: more_values (imp@acme.com; x@acme.com)|nope,,3,rejected,/email: invalid_email', 'what an import did');
SELECT matches(test.hostile($$SELECT public.revyops_import_status(2)$$)->>'value', '^import 2 of csv ', 'how far one is');
SELECT is((SELECT count(*) FROM pg_temp.import_job) + (SELECT count(*) FROM pg_temp.import_note), 0::bigint, 'nothing of that went into the temporary tables');
SELECT is((SELECT count(*) FROM pg_temp.contact) + (SELECT count(*) FROM pg_temp.merged_contact) + (SELECT count(*) FROM pg_temp.import_reject) + (SELECT count(*) FROM pg_temp.company) + (SELECT count(*) FROM pg_temp.api_key), 0::bigint, 'nothing went into the temporary tables');
SELECT is(test.rows(), '3 clients, 2 keys, 3 companies, 5 contacts', 'all of it into the real ones');

SELECT * FROM finish();
ROLLBACK;
