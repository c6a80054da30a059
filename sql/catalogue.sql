\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(22);
-- What the extension made, looked at as a whole.  Each query expects no row.
CREATE VIEW test.function AS
	SELECT p.*, n.nspname, p.oid::regprocedure::text AS signature,
		p.proname IN ('revyops_normalize_email', 'revyops_normalize_linkedin_url', 'revyops_normalize_domain',
			'is_canonical_email', 'is_canonical_linkedin_url', 'is_canonical_domain', 'custom_field_hashes', 'import_header_key', 'create_outcomes') AS pure
	FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'revyops';
CREATE VIEW test.relation AS
	SELECT c.*, c.oid::regclass::text AS name
	FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'revyops';

CREATE VIEW test.event_trigger AS
	SELECT t.* FROM pg_event_trigger t JOIN pg_depend d ON d.classid = 'pg_event_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'revyops';

SELECT cmp_ok(count(*), '>=', 14::bigint, 'there are functions to look at') FROM test.function;
SELECT set_eq('SELECT name, relkind::text FROM test.relation', $$VALUES ('revyops.client', 'r'), ('revyops.api_key', 'r'), ('revyops.secret', 'r'),
	('revyops.company', 'r'), ('revyops.contact', 'r'), ('revyops.client_id_seq', 'S'), ('revyops.company_id_seq', 'S'),
	('revyops.contact_id_seq', 'S'), ('revyops.custom_field_id_seq', 'S'),
	('revyops.merged_contact', 'r'), ('revyops.company_domain', 'r'), ('revyops.merged_company', 'r'), ('revyops.import_job', 'r'), ('revyops.import_reject', 'r'), ('revyops.idempotency_key', 'r'), ('revyops.import_job_id_seq', 'S'),
	('revyops.custom_field_definition', 'r'), ('revyops.custom_field_seen', 'r'), ('revyops.free_mail_domain', 'r'), ('revyops.free_mail_exception', 'r'),
	('revyops.company_host', 'r'), ('revyops.company_host_exception', 'r'), ('revyops.import_alias', 'r'), ('revyops.import_note', 'r'),
	('revyops.email', 'r'), ('revyops.email_id_seq', 'S'), ('revyops.contact_status_history', 'r'), ('revyops.contact_status_history_id_seq', 'S'),
	('revyops.campaign', 'r'), ('revyops.campaign_id_seq', 'S'), ('revyops.campaign_contact', 'r'), ('revyops.contact_activity', 'r'), ('revyops.event_key', 'r'), ('revyops.event_salt', 'r'),
	('revyops.change', 'r'), ('revyops.change_id_seq', 'S'), ('revyops.change_feed', 'r'),
	('revyops.webhook_object', 'r'), ('revyops.agency', 'r'), ('revyops.agency_id_seq', 'S'), ('revyops.webhook', 'r'), ('revyops.webhook_id_seq', 'S'),
	('revyops.webhook_account', 'r'), ('revyops.webhook_count', 'r'), ('revyops.webhook_ring', 'r'), ('revyops.webhook_ring_id_seq', 'S'),
	('revyops.do_not_contact_salt', 'r'), ('revyops.do_not_contact', 'r'), ('revyops.do_not_contact_id_seq', 'S'), ('revyops_stats', 'v')$$, 'tables, sequences and views');

SELECT is_empty($$SELECT name FROM test.relation WHERE relkind IN ('r', 'p', 'S', 'm')
	AND oid <> ALL (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'revyops') AND name NOT IN ('revyops.secret', 'revyops.change', 'revyops.change_feed')$$,
	'no table or sequence that pg_dump would leave out, but the secret and what has numbers of transactions');
SELECT is_empty($$SELECT signature FROM test.function WHERE NOT pure
	AND has_function_privilege('public', oid, 'EXECUTE')$$, 'no function open to PUBLIC');
SELECT is_empty($$SELECT signature FROM test.function WHERE pure
	AND NOT has_function_privilege('public', oid, 'EXECUTE')$$, 'but the pure ones, which run with the rights of who writes a row or reads a view');
SELECT is_empty($$SELECT name FROM test.relation, aclexplode(relacl) a WHERE a.grantee = 0
	UNION ALL SELECT nspname FROM pg_namespace, aclexplode(nspacl) a WHERE nspname IN ('revyops', 'revyops_http') AND a.grantee = 0$$,
	'no table, sequence or schema open to PUBLIC');
SELECT is_empty($$SELECT signature FROM test.function
	WHERE prokind = 'f' AND (prosecdef OR proname LIKE 'revyops\_%' OR nspname = 'revyops_http')
	AND coalesce(array_position(proconfig, 'search_path=pg_catalog, pg_temp'), 0) = 0$$, 'no API function without search_path');
SELECT set_eq('SELECT nspname || $$.$$ || proname FROM test.function WHERE prosecdef', ARRAY[
	'public.revyops_create_client', 'public.revyops_create_api_key', 'public.revyops_list_api_keys', 'public.revyops_revoke_api_key', 'public.revyops_set_client_setting', 'public.revyops_set_client_state',
	'public.revyops_define_custom_field', 'public.revyops_rename_custom_field', 'public.revyops_remove_custom_field', 'public.revyops_list_custom_fields',
	'public.revyops_record_event', 'public.revyops_record_events', 'public.revyops_get_campaign', 'public.revyops_list_campaigns', 'public.revyops_list_campaign_contacts', 'public.revyops_create_companies', 'public.revyops_create_contacts', 'public.revyops_upsert_contact', 'public.revyops_upsert_contacts', 'public.revyops_check_contacts', 'public.revyops_upsert_company', 'public.revyops_upsert_companies',
	'public.revyops_merge_companies', 'public.revyops_list_company_domains', 'public.revyops_add_company_domain', 'public.revyops_remove_company_domain',
	'public.revyops_changes', 'public.revyops_trim_changes', 'public.revyops_contact_status_history',
	'public.revyops_expire', 'public.revyops_import_status', 'public.revyops_import_csv', 'public.revyops_import_company_csv', 'public.revyops_import_report', 'revyops.current_client_id', 'revyops.import_begin', 'revyops.import_write', 'revyops.import_note',
	'public.revyops_create_company', 'public.revyops_get_company', 'public.revyops_list_companies', 'public.revyops_lookup_companies',
	'public.revyops_update_company', 'public.revyops_delete_company',
	'public.revyops_add_company_custom_field', 'public.revyops_update_company_custom_field', 'public.revyops_delete_company_custom_field',
	'public.revyops_search_contacts', 'public.revyops_search_companies', 'public.revyops_enable_text_search',
	'public.revyops_create_email', 'public.revyops_create_emails', 'public.revyops_get_email', 'public.revyops_list_emails', 'public.revyops_list_contact_emails', 'public.revyops_delete_email', 'public.revyops_set_email_interested',
	'public.revyops_add_email_custom_field', 'public.revyops_update_email_custom_field', 'public.revyops_delete_email_custom_field',
	'public.revyops_create_contact', 'public.revyops_get_contact', 'public.revyops_list_contacts', 'public.revyops_lookup_contacts',
	'public.revyops_update_contact', 'public.revyops_delete_contact', 'public.revyops_merge_contacts', 'public.revyops_export_contact', 'public.revyops_erase_contact',
	'public.revyops_add_contact_custom_field', 'public.revyops_update_contact_custom_field', 'public.revyops_delete_contact_custom_field',
	'public.revyops_read_webhook', 'public.revyops_create_agency', 'public.revyops_create_webhook', 'public.revyops_create_agency_webhook', 'public.revyops_route_webhook_account',
	'public.revyops_set_webhook_secret', 'public.revyops_set_webhook_labels', 'public.revyops_list_webhooks', 'public.revyops_revoke_webhook', 'public.revyops_webhook_status', 'public.revyops_set_webhook_ring', 'public.revyops_webhook_ring',
	'public.revyops_suppress', 'public.revyops_suppress_many', 'public.revyops_suppress_csv', 'public.revyops_unsuppress',
	'public.revyops_check_do_not_contact', 'public.revyops_is_do_not_contact', 'public.revyops_list_do_not_contact',
	'revyops_http.handle', 'revyops_http.handle_read', 'revyops_http.handle_shared', 'revyops_http.postgrest', 'revyops_http.postgrest_read'], 'SECURITY DEFINER is what touches tables, and nothing else');
SELECT is_empty('SELECT nspname, proname FROM test.function GROUP BY 1, 2 HAVING count(*) > 1', 'no overloaded name');
SELECT set_eq($$SELECT proname::text FROM test.function WHERE provolatile = 's'$$,
	$$SELECT proname::text FROM test.function WHERE prosecdef AND proname ~ '(^revyops_(get|list|lookup|search|check|is|export|read)_|^revyops_(import_report|changes|contact_status_history|webhook_status|webhook_ring)$|^(handle|postgrest)_read$|^current_client_id$)'$$, 'STABLE is what only reads, and nothing else');
SELECT is_empty($$SELECT signature FROM test.function WHERE proisstrict AND (proname LIKE 'revyops\_%' OR nspname = 'revyops_http')$$, 'no API function is STRICT');
SELECT is_empty($$SELECT signature FROM test.function WHERE proname LIKE 'revyops\_%' AND nspname <> 'public'
	UNION ALL SELECT signature FROM test.function WHERE proname NOT LIKE 'revyops\_%' AND nspname = 'public'$$, 'the API''s schema holds the API');
SELECT is_empty($$SELECT signature FROM test.function WHERE nspname <> 'revyops_http' AND pronargs > 0
	AND (proargnames IS NULL OR '' = ANY (proargnames))$$, 'no parameter without a name');
SELECT is_empty($$
	SELECT signature FROM test.function WHERE obj_description(oid, 'pg_proc') IS NULL
	UNION ALL SELECT name FROM test.relation WHERE obj_description(oid, 'pg_class') IS NULL
	UNION ALL SELECT r.name || '.' || a.attname FROM test.relation r JOIN pg_attribute a ON a.attrelid = r.oid
		WHERE r.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND col_description(r.oid, a.attnum) IS NULL
	UNION ALL SELECT nspname FROM pg_namespace n WHERE nspname IN ('revyops', 'revyops_http') AND obj_description(n.oid, 'pg_namespace') IS NULL
	UNION ALL SELECT evtname FROM test.event_trigger t WHERE obj_description(t.oid, 'pg_event_trigger') IS NULL$$,
	'nothing without a comment');
SELECT is_empty($$SELECT i.indexrelid::regclass FROM pg_index i JOIN test.relation r ON r.oid = i.indrelid
		JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
	WHERE a.attname = 'client_id' AND NOT i.indisprimary AND i.indexrelid::regclass::text NOT IN ('revyops.api_key_client_id_idx', 'revyops.change_xid_idx', 'revyops.do_not_contact_removed_id_idx')$$,
	'no index but the primary keys starts with client_id, where there is a column that selects more');
SELECT is_empty($$SELECT con.conname FROM pg_constraint con JOIN test.relation r ON r.oid = con.conrelid
	WHERE con.contype IN ('p', 'u', 'f') AND r.name NOT IN ('revyops.client', 'revyops.api_key', 'revyops.secret', 'revyops.free_mail_domain', 'revyops.free_mail_exception', 'revyops.company_host', 'revyops.company_host_exception', 'revyops.import_alias',
		'revyops.agency', 'revyops.webhook', 'revyops.webhook_account', 'revyops.webhook_count', 'revyops.webhook_ring')
	AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = con.conrelid AND a.attnum = ANY (con.conkey) AND a.attname = 'client_id')$$,
	'client_id is part of every key');
SELECT is_empty($$SELECT conname FROM pg_constraint con JOIN test.relation r ON r.oid = con.conrelid
	WHERE contype = 'f' AND (confdeltype NOT IN ('a', 'c') OR confupdtype NOT IN ('a', 'c'))$$, 'no foreign key that sets null');

-- Row-level security.  A table in schema revyops is of one of three kinds; a new one must be named here.
SELECT is_empty($$SELECT name FROM test.relation WHERE relkind IN ('r', 'p') AND NOT (relrowsecurity AND NOT relforcerowsecurity)$$,
	'row-level security on every table, which the owner passes by');
SELECT set_eq($$SELECT r.name, polname, polcmd, polpermissive, polroles::text, pg_get_expr(polqual, polrelid) AS using, pg_get_expr(polwithcheck, polrelid) AS check
	FROM test.relation r LEFT JOIN pg_policy ON polrelid = r.oid WHERE relkind IN ('r', 'p')$$, $$
	WITH policy(name, command, column_name) AS (VALUES
		-- a client reads and writes its own
		('company', '*', 'client_id'), ('contact', '*', 'client_id'), ('client', '*', 'id'),
		('import_job', '*', 'client_id'), ('import_reject', '*', 'client_id'), ('import_note', '*', 'client_id'), ('email', '*', 'client_id'),
		-- reads its own: who could write them could give himself a master key
		('api_key', 'r', 'client_id'),
		-- and what only merging writes
		('merged_contact', 'r', 'client_id'), ('company_domain', 'r', 'client_id'), ('merged_company', 'r', 'client_id'),
		-- and what is noted of changes
		('change', 'r', 'client_id'),
		-- and what only events write
		('contact_status_history', 'r', 'client_id'), ('campaign', 'r', 'client_id'), ('campaign_contact', 'r', 'client_id'),
		-- and what only the functions write, which keep more in step with it
		('do_not_contact', 'r', 'client_id'), ('custom_field_definition', 'r', 'client_id'), ('custom_field_seen', 'r', 'client_id'))
	SELECT 'revyops.' || name AS name, 'own_client'::name AS policy, command::"char" AS command, true AS permissive, '{0}' AS roles,
		format('(%s = ( SELECT revyops.current_client_id() AS current_client_id))', column_name) AS using, NULL AS check
	FROM policy
	-- sees nothing
	UNION ALL SELECT 'revyops.' || name, NULL, NULL, NULL, NULL, NULL, NULL FROM unnest('{idempotency_key, secret, do_not_contact_salt, change_feed, contact_activity, event_key, event_salt, webhook_object, agency, webhook, webhook_account, webhook_count, webhook_ring, free_mail_domain, free_mail_exception, company_host, company_host_exception, import_alias}'::text[]) name$$,
	'the policy of every table');
SELECT is((SELECT proparallel::text FROM test.function WHERE proname = 'current_client_id'), 'u', 'who is calling is not asked in parallel');

SELECT is_empty($$SELECT tgname FROM pg_trigger t JOIN test.relation r ON r.oid = t.tgrelid WHERE NOT tgisinternal$$, 'no trigger');
SELECT is(string_agg(concat_ws(' ', evtname, evtevent, evttags, evtfoid::regproc, evtenabled), ', '),
	'revyops_keep_data ddl_command_start {"DROP EXTENSION","DROP SCHEMA","DROP OWNED"} revyops.keep_data A',
	'an event trigger, always on, for what can drop the extension') FROM test.event_trigger;

SELECT * FROM finish();
ROLLBACK;
