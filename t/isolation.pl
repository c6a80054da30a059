# A tenant's role goes for another client's rows: every table, every function, every
# setting.  All that client 1 has says "onesecret" somewhere, so whatever shows it shows
# the word; what was changed shows in a checksum.  Tables and functions are those of the
# catalogue: one that is new fails here until it has data, or arguments, to be tried with.
# Who the caller is by settings of a connection, function by function, is in t/identity.pl.
use strict;
use warnings;

use lib 't';

use every_table;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use kept_psql;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "statement_timeout = '60s'");
$node->start;

# Tables without a column for the client.
my %shared = map { $_ => 1 } qw(agency webhook_count webhook_ring secret free_mail_domain free_mail_exception company_host company_host_exception import_alias);
# Tables without a policy: nobody but the owner sees a row of them.
my %closed = map { $_ => 1 } qw(idempotency_key do_not_contact_salt contact_activity event_key event_salt change_feed webhook webhook_object webhook_account agency webhook_count webhook_ring secret free_mail_domain free_mail_exception company_host company_host_exception import_alias);

# ---- the clients
$node->safe_psql('postgres', 'CREATE EXTENSION revyops');
my $key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(revyops_create_client('Onesecret'), 'onesecret')");
my $master = $node->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'onesecret', NULL, 'master')");
my ($revoked, $expired) = split /\n/, $node->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'onesecret') FROM generate_series(1, 2)");
$node->safe_psql('postgres', "SELECT revyops_revoke_api_key(left('$revoked', 16)); UPDATE revyops.api_key SET expires_at = created_time WHERE prefix = left('$expired', 16)");
my $own_key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(revyops_create_client('Twovisible'), 'twovisible')");
every_table::fill($node, @$_) for [ 1, 'onesecret' ], [ 2, 'twovisible' ];
$node->safe_psql('postgres', 'ANALYZE');
my ($email, $campaign) = map { $node->safe_psql('postgres', "SELECT max(id) FROM revyops.$_ WHERE client_id = 1") } qw(email campaign);
my ($company, $contact, $field, $job) = map { $node->safe_psql('postgres', "SELECT $_") } 'max(id) FROM revyops.company WHERE client_id = 1',
	'max(id) FROM revyops.contact WHERE client_id = 1', "max(custom_fields->0->>'id') FROM revyops.contact WHERE client_id = 1", 'max(id) FROM revyops.import_job WHERE client_id = 1';

# somebody's file
my $file = $node->safe_psql('postgres', q(SELECT lo_from_bytea(0, 'Email,onesecret'::bytea)));
my $after = $node->safe_psql('postgres', q(SET revyops.client_id = 1; SELECT revyops_list_contacts(page_size => 1)->>'next'));

# ---- the roles: one as documented, one that got more, and one without any
open my $page, '<', 'doc/reference.md' or die;
my $reference = do { local $/; <$page> };
my ($grants) = $reference =~ /^A login for client 7:\n\n```sql\n(.*?)```/ms or die 'no grants in the reference';
my @administrative = qw(revyops_set_client_setting revyops_set_client_state revyops_create_client revyops_create_api_key revyops_list_api_keys revyops_revoke_api_key revyops_expire revyops_enable_text_search revyops_distribute revyops_distribute_again revyops_trim_changes revyops_reset_stats revyops_create_agency revyops_create_webhook revyops_create_agency_webhook
	revyops_route_webhook_account revyops_set_webhook_secret revyops_set_webhook_labels revyops_set_webhook_ring revyops_list_webhooks revyops_revoke_webhook revyops_webhook_status revyops_webhook_ring);
$node->safe_psql('postgres', $grants =~ s/client_id = 7/client_id = 2/r);
$node->safe_psql('postgres', <<'END');
CREATE ROLE generous LOGIN;
CREATE ROLE nobody LOGIN;
ALTER ROLE generous SET revyops.client_id = 2;
GRANT USAGE ON SCHEMA revyops TO generous, nobody;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO generous, nobody;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA revyops TO generous;
GRANT SELECT ON ALL TABLES IN SCHEMA revyops TO nobody;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA revyops TO generous;
GRANT USAGE ON SCHEMA revyops_http TO tenant;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA revyops_http TO tenant;
CREATE SCHEMA tenant AUTHORIZATION tenant;
CREATE SCHEMA generous AUTHORIZATION generous;
END
$node->safe_psql('postgres', "GRANT EXECUTE ON ROUTINE $_ TO tenant") for split /\n/, $node->safe_psql('postgres', <<"END");
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
WHERE p.proname LIKE 'revyops\\_%' AND p.proname <> ALL ('{@{[ join ',', @administrative ]}}')
END

# ---- what must stay as it is
my @tables = split /\n/, $node->safe_psql('postgres', "SELECT relname FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1");
my %column = map { $_ => $_ eq 'client' ? 'id' : 'client_id' } @tables;
my @clients = grep { !$shared{$_} } @tables;
my $checksum = 'SELECT md5(string_agg(x, chr(10) ORDER BY x)) FROM (' . join(' UNION ALL ', map {
	"SELECT '$_' || t::text FROM revyops.$_ t" . ($shared{$_} ? '' : " WHERE $column{$_} = 1") } @tables) . ') s(x)';
my $before = $node->safe_psql('postgres', $checksum);
for my $table (@clients)
{
	isnt($node->safe_psql('postgres', "SELECT count(*) FROM revyops.$table WHERE $column{$table} = 1"), '0', "client 1 has rows in $table");
	isnt($node->safe_psql('postgres', "SELECT count(*) FROM revyops.$table WHERE $column{$table} = 2"), '0', "and so has client 2");
}

# seen returns all that a role gets to see of statements, in a session that has nothing of those before; seen_anew, in a
# connection of their own.
my $psql = kept_psql->new($node, 'postgres');
my $tried = 0;
sub seen
{
	my ($role, $statements) = @_;
	$tried++;
	return join "\n", $psql->said($role, $statements);
}
sub seen_anew
{
	my ($role, $statements) = @_;
	$tried++;
	return join "\n", $psql->said_anew($role, $statements);
}

# shows_nothing expects that none of client 1's is in it.
sub shows_nothing
{
	my ($role, $statements, $name) = @_;
	my $seen = seen($role, $statements);
	unlike($seen, qr/onesecret|\Q@{[ substr($key, 4, 12) ]}\E|division by zero|terminated|server closed/i, "$role: $name");
	return $seen;
}

sub unchanged
{
	my ($name) = @_;
	is($node->safe_psql('postgres', $checksum), $before, "$name: client 1's rows are as they were");
}

# ---- tables: reading
my $leak = <<'END';
CREATE FUNCTION leak(x text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'leaked %', x; RETURN true; END $$;
CREATE FUNCTION leak(x text, y text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'leaked % %', x, y; RETURN true; END $$;
CREATE FUNCTION leak(x jsonb, y jsonb) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'leaked % %', x, y; RETURN true; END $$;
CREATE OPERATOR <<< (FUNCTION = leak, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR = (FUNCTION = leak, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR @> (FUNCTION = leak, LEFTARG = jsonb, RIGHTARG = jsonb);
CREATE FUNCTION nobody_else() RETURNS integer LANGUAGE sql AS 'SELECT 1';
END
seen($_, "SET search_path = $_; $leak") for qw(tenant generous);
seen($_, "CREATE FUNCTION $_.current_client_id() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION $_.eq(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR $_.= (FUNCTION = $_.eq, LEFTARG = integer, RIGHTARG = integer)") for qw(tenant generous);
for my $role (qw(tenant generous))
{
	for my $table (@clients)
	{
		my ($t, $c) = ("revyops.$table", $column{$table});
		# of keys the documented grants give some columns
		my $columns = $role eq 'tenant' && $table eq 'api_key' ? 'prefix, client_id, name, scope' : '*';
		my $as_text = $columns eq '*' ? 't::text' : "concat($columns)";
		my $row = "(SELECT $columns FROM $t)";
		my $seen = shows_nothing($role, "SELECT $columns FROM $t", "$table: all of it");
		is($seen =~ /^2\||\|2\||twovisible/i ? 1 : 0, $closed{$table} ? 0 : 1, "$role: $table: but its own are there, if there is a policy");
		shows_nothing($role, $_->[1], "$table: $_->[0]") for (
			[ 'a condition', "SELECT $columns FROM $t WHERE $c = 1 OR true" ],
			[ 'COPY', "COPY $row TO STDOUT; COPY $t TO STDOUT" ],
			[ 'a sample', "SELECT $columns FROM ONLY $t TABLESAMPLE SYSTEM (100)" ],
			[ 'by place', "SELECT $columns FROM $t WHERE ctid = ANY (SELECT format('(%s,%s)', p, i)::tid FROM generate_series(0, 3) p, generate_series(1, 60) i)" ],
			[ 'division by zero', "SELECT $columns FROM $t WHERE $c = 1 AND 1 / ($c - 1) > 0" ],
			[ 'a cast that fails', "SELECT $columns FROM $t t WHERE CASE WHEN $c = 1 THEN ($as_text)::integer = 0 END" ],
			($columns eq '*' ? [ 'a cheap function that tells what it sees', "SET search_path = $role; SELECT 1 FROM $row t WHERE leak($as_text)" ] : ()),
			[ 'the same beside a condition', "SET search_path = $role; SELECT 1 FROM $t t WHERE leak($as_text) AND $c = 1" ],
			[ 'an operator', "SET search_path = $role; SELECT 1 FROM $t t WHERE $as_text OPERATOR($role.<<<) 'x' OR $as_text OPERATOR($role.=) 'x'" ],
			[ "an operator in place of PostgreSQL's", "SET search_path = $role, pg_catalog; SET enable_indexscan = off; SET enable_bitmapscan = off; SELECT $columns FROM $t t WHERE $c = 1 AND leak($as_text)" ],
			[ 'its own view', "SET search_path = $role; CREATE VIEW v AS SELECT $columns FROM $t; SELECT * FROM v; SELECT 1 FROM v WHERE leak(v::text); DROP VIEW v" ],
			[ 'its own barrier', "SET search_path = $role; CREATE VIEW v WITH (security_barrier) AS SELECT $columns FROM $t; SELECT * FROM v; DROP VIEW v" ],
			[ 'its own materialized view', "SET search_path = $role; CREATE MATERIALIZED VIEW v AS SELECT $columns FROM $t; REFRESH MATERIALIZED VIEW v; SELECT * FROM v; DROP MATERIALIZED VIEW v" ],
			[ 'a copy', "CREATE TABLE $role.c AS SELECT $columns FROM $t; SELECT * FROM $role.c; DROP TABLE $role.c" ],
			[ 'its own SECURITY DEFINER', "CREATE FUNCTION $role.f() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS \$\$ SELECT $as_text FROM $t t \$\$; SELECT $role.f(); DROP FUNCTION $role.f()" ],
			[ 'cursor, prepared statement', "BEGIN; DECLARE d CURSOR WITH HOLD FOR SELECT $columns FROM $t; FETCH ALL d; COMMIT; PREPARE p(integer) AS SELECT $columns FROM $t WHERE $c = \$1; EXECUTE p(1)" ],
			[ 'as XML', "SELECT query_to_xml('SELECT $columns FROM $t', true, false, ''), table_to_xml('$t', true, false, '')" ],
			($columns eq '*' ? [ 'locked, joined', "SELECT o.$c FROM $t o WHERE $c = 1 FOR UPDATE; SELECT * FROM (VALUES (1)) v(i) LEFT JOIN LATERAL $row t ON t.$c = v.i" ] : ()),
			[ 'EXPLAIN', "EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT $columns FROM $t WHERE $c = 1" ],
			[ 'row_security = off', "SET row_security = off; SELECT $columns FROM $t" ],
			[ 'in parallel', "SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SELECT $columns FROM $t" ]);
	}
	shows_nothing($role, "SELECT * FROM $_", $_) for "pg_stats WHERE schemaname <> 'pg_catalog'", qw(pg_stats_ext pg_stats_ext_exprs pg_statistic pg_stat_activity pg_prepared_statements pg_settings);
	shows_nothing($role, "SELECT schema_to_xml('revyops', true, false, ''), database_to_xml(true, false, '')", 'the schema as XML');
	is(seen($role, "SELECT count(*) FROM pg_stats WHERE schemaname = 'revyops'"), "0\n", "$role: no statistics of the tables");
}
is(seen('generous', "SELECT count(*) FROM revyops.$_"), "0\n", "rows for nobody: $_") for sort keys %shared;
is(seen('nobody', "SELECT count(*) FROM revyops.$_"), "0\n", "a role that is bound to no client: $_") for @tables;
like(seen('tenant', "SET search_path = tenant; SELECT 1 FROM revyops.contact WHERE leak(email)"), qr/leaked twovisible1\@/, 'the function that tells does so');
like(seen('tenant', 'SELECT secret_sha256 FROM revyops.api_key'), qr/permission denied for table api_key/, 'hashes are not among the documented grants');

# ---- tables: writing
for my $role (qw(generous tenant))
{
	for my $table (@clients)
	{
		my ($t, $c) = ("revyops.$table", $column{$table});
		my @columns = split /\n/, $node->safe_psql('postgres', "SELECT attname FROM pg_attribute WHERE attrelid = '$t'::regclass AND attnum > 0 AND NOT attisdropped");
		shows_nothing($role, "UPDATE $t SET $_ = $_ WHERE $c = 1 RETURNING *; UPDATE $t SET $_ = DEFAULT WHERE $c = 1", "$table: UPDATE of $_") for @columns;
		unlike(shows_nothing($role, "UPDATE $t SET $c = 1", "$table: own rows given away"), qr/UPDATE [1-9]/, "$role: $table: which does not work");
		shows_nothing($role, $_->[1], "$table: $_->[0]") for (
			[ 'DELETE', "DELETE FROM $t WHERE $c = 1 RETURNING *" ],
			[ 'DELETE of all', "BEGIN; DELETE FROM $t RETURNING *; ROLLBACK" ],
			[ 'INSERT of what is there', "INSERT INTO $t SELECT * FROM $t" ],
			[ 'INSERT of a row', "INSERT INTO $t ($c) VALUES (1)" ],
			[ 'COPY FROM', "COPY $t FROM STDIN;\n1\n\\.\n" ],
			[ 'MERGE, DELETE', "MERGE INTO $t t USING (VALUES (1)) v(i) ON t.$c = v.i WHEN MATCHED THEN DELETE" ],
			[ 'MERGE, UPDATE', "MERGE INTO $t t USING (VALUES (1)) v(i) ON t.$c = v.i WHEN MATCHED THEN UPDATE SET $c = 2" ]);
		for my $forbidden ("TRUNCATE $t", "TRUNCATE $t CASCADE", "ALTER TABLE $t DISABLE ROW LEVEL SECURITY", "ALTER TABLE $t NO FORCE ROW LEVEL SECURITY",
			"CREATE POLICY own ON $t USING (true)", "ALTER POLICY own_client ON $t USING (true)", "DROP POLICY own_client ON $t", "ALTER TABLE $t OWNER TO $role",
			"CREATE TRIGGER t BEFORE UPDATE ON $t EXECUTE FUNCTION suppress_redundant_updates_trigger()", "CREATE RULE r AS ON SELECT TO $t DO INSTEAD NOTHING",
			"CREATE TABLE $role.r (a integer, b bigint, FOREIGN KEY (a, b) REFERENCES $t)", "CREATE TABLE $role.r () INHERITS ($t)", "DROP TABLE $t", "VACUUM FULL $t", "GRANT SELECT ON $t TO PUBLIC",
			"CREATE INDEX ON $t ((1))", "CREATE STATISTICS $role.s ON $c, xmin FROM $t")
		{
			like(seen($role, "SET client_min_messages = warning; $forbidden"), qr/must be owner|permission denied|violates|only table or database owner can vacuum it|no privileges were granted|policy \S+ for table \S+ does not exist/i, "$role: $forbidden");
		}
		like(seen($role, "BEGIN; LOCK TABLE $t IN ACCESS EXCLUSIVE MODE"), qr/permission denied/, "$role: LOCK $table") if $role eq 'tenant';
	}
	like(seen($role, $_->[0]), $_->[1], "$role: $_->[0]") for (
		[ "INSERT INTO revyops.contact (client_id, email) VALUES (1, 'planted\@acme.com')", qr/new row violates row-level security policy for table "contact"/ ],
		[ "INSERT INTO revyops.company (client_id, domain) VALUES (1, 'planted.com')", qr/new row violates row-level security policy for table "company"/ ],
		[ "INSERT INTO revyops.contact (client_id, email) VALUES (1, 'onesecret1\@onesecret.example') ON CONFLICT DO NOTHING", qr/new row violates row-level security policy/ ],
		[ "INSERT INTO revyops.contact (client_id, email) VALUES (2, 'Planted\@acme.com')", qr/violates check constraint "contact_email_canonical"/ ],
		[ "INSERT INTO revyops.contact (client_id, linkedin_url) VALUES (2, 'in/planted')", qr/violates check constraint "contact_linkedin_url_canonical"/ ],
		[ 'INSERT INTO revyops.contact (client_id, first_name) VALUES (2, \'x\')', qr/violates check constraint "contact_identifier_required"/ ],
		[ "INSERT INTO revyops.company (client_id, domain) VALUES (2, 'Planted.com')", qr/violates check constraint "company_domain_canonical"/ ],
		[ "INSERT INTO revyops.contact (client_id, email) VALUES (99, 'planted\@acme.com')", qr/new row violates row-level security policy/ ],
		[ "INSERT INTO revyops.contact (client_id, email) VALUES (NULL, 'planted\@acme.com')", qr/violates row-level security policy|null value/ ],
		[ "INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, scope) VALUES ('rvo_000000000000', sha256('x'), 2, 'x', 'master')", qr/permission denied for table|violates row-level security policy/ ],
		[ "WITH u AS (UPDATE revyops.api_key SET scope = 'master', revoked_at = NULL RETURNING 1) SELECT 'keys ' || count(*) FROM u", qr/permission denied for table|^keys 0$/m ],
		[ "SELECT setval('revyops.contact_id_seq', 1)", qr/permission denied for sequence/ ],
		[ 'ALTER SEQUENCE revyops.contact_id_seq RESTART', qr/must be owner/ ],
		[ 'SELECT last_value FROM revyops.contact_id_seq', qr/permission denied for sequence/ ],
		[ "SELECT nextval('revyops.client_id_seq')", $role eq 'tenant' ? qr/permission denied for sequence/ : qr/^\d/ ],
		[ 'DROP EXTENSION revyops CASCADE', qr/must be owner/ ],
		[ "ALTER FUNCTION revyops.current_client_id() STABLE", qr/must be owner/ ],
		[ "CREATE OR REPLACE FUNCTION revyops.current_client_id() RETURNS integer LANGUAGE sql AS 'SELECT 1'", qr/permission denied for schema revyops/ ],
		[ "COPY (SELECT 1) TO PROGRAM 'cat'", qr/permission denied to COPY to or from an external program|must be superuser/ ]);
}
# a company that is there and one that is not are the same to him
my ($there, $nowhere) = map { seen('tenant', "INSERT INTO revyops.contact (client_id, email, company_id) VALUES (2, 'probe\@acme.com', $_)") } $company, 987654321;
like($there, qr/violates foreign key constraint "contact_company_fkey"/, 'a company of client 1');
is($there, $nowhere, 'and one of nobody look alike');
is(seen('tenant', "UPDATE revyops.contact SET company_id = $company WHERE first_name = 'twovisible'"), $nowhere, 'as they do to an UPDATE');
unchanged('tables');

# ---- functions: arguments that are client 1's
my $body = qq('{"email": "f%s\@acme.com", "domain": "f%s.com", "company_id": $company, "field_name": "A", "field_value": "x"}');
my %arguments = (
	revyops_create_company => [ qq('{"domain": "f1.com"}') ],
	revyops_create_contact => [ qq('{"email": "f1\@acme.com", "company_id": $company}'), qq('{"email": "f2\@acme.com", "company_id": "onesecret.example"}') ],
	revyops_create_companies => [ qq('[{"domain": "f2.com"}]') ],
	revyops_create_contacts => [ qq('[{"email": "f3\@acme.com", "company_id": $company}, {"email": "f4\@acme.com", "company_id": "onesecret.example"}]'), qq('[{"email": "f5\@acme.com", "company_id": $company}]', 'NESTED', 'atomic') ],
	revyops_upsert_contact => [ qq('{"email": "u1\@acme.com", "company_id": $company}'), q('{"email": "u3@acme.com", "company_id": "onesecret.example"}') ],
	revyops_upsert_contacts => [ qq('[{"email": "u2\@acme.com", "company_id": $company}, {"email": "u4\@acme.com", "company_id": "onesecret.example"}]') ],
	revyops_upsert_company => [ q('{"domain": "f5.com"}'), q('{"domain": "twovisible.example"}') ],
	revyops_upsert_companies => [ q('[{"domain": "f6.com"}, {"domain": "twovisible.example"}]') ],
	revyops_merge_companies => [ "(SELECT max(id) FROM revyops.company), $company", "$company, (SELECT max(id) FROM revyops.company)" ],
	revyops_list_company_domains => [ $company ],
	revyops_add_company_domain => [ "$company, 'f7.com'", "(SELECT max(id) FROM revyops.company), 'f8.com'" ],
	revyops_remove_company_domain => [ "$company, 'onesecret.example'" ],
	revyops_import_contacts => [ q('revyops.contact'), q('revyops.import_reject') ],
	revyops_import_companies => [ q('revyops.company') ],
	revyops_import_file => [ $file, 'NULL' ],
	revyops_import_company_file => [ $file ],
	revyops_import_csv => [ qq(convert_to(E'Email,company_id\\nf9\@acme.com,$company\\n', 'UTF8'), 'check', 'drop_value'), qq(convert_to(E'Email,company_id\\nf9\@acme.com,$company\\n', 'UTF8'), 'upsert') ],
	revyops_import_company_csv => [ q(convert_to(E'Website,Name\\nf9.com,F9\\n', 'UTF8'), 'upsert') ],
	revyops_import_status => [ $job ],
	revyops_import_report => [ $job, '' ],
	revyops_get_company => [ $company ],
	revyops_get_contact => [ $contact ],
	revyops_list_companies => [ '', q(domain => 'onesecret.example'), q(name => 'onesecret'), 'page => 2' ],
	revyops_list_contacts => [ '', q(domain => 'onesecret.example'), q(email => 'onesecret1@onesecret.example'), q(firstname => 'onesecret'), q(linkedin_url => 'in/onesecret1'), 'page => 2', qq(after => '$after') ],
	revyops_lookup_companies => [ q('A', 'onesecret') ],
	revyops_lookup_contacts => [ q('A', 'onesecret') ],
	revyops_search_companies => [ q('{}'), q('{"filters": [{"member": "domain", "operator": "contains", "value": "onesecret"}]}'), q('{"filters": [{"member": "domain", "operator": "eq", "value": "onesecret.example"}], "sort": {"member": "name"}}') ],
	revyops_search_contacts => [ q('{}'), qq('{"filters": [{"member": "company_id", "operator": "eq", "value": $company}]}'), qq('{"filters": [{"member": "id", "operator": "in", "value": [$contact]}]}'), q('{"filters": [{"custom_field": "A", "operator": "in", "value": ["onesecret"]}], "count": "exact"}'), qq('{"after": "$after"}') ],
	revyops_update_company => [ qq($company, '{"name": "x"}'), qq($company, '{"domain": "x.com", "company_custom_fields": [{"field_name": "A", "field_value": null}]}') ],
	revyops_update_contact => [ qq($contact, '{"first_name": "x"}'), qq((SELECT max(id) FROM revyops.contact), '{"company_id": $company}'), qq((SELECT max(id) FROM revyops.contact), '{"company_id": "onesecret.example"}') ],
	revyops_merge_contacts => [ "(SELECT max(id) FROM revyops.contact), $contact", "$contact, (SELECT max(id) FROM revyops.contact)", "(SELECT max(id) FROM revyops.contact), (SELECT max(id) FROM revyops.contact) + 1" ],
	revyops_export_contact => [ $contact, "(SELECT max(id) FROM revyops.contact)" ],
	revyops_erase_contact => [ $contact ],
	revyops_check_contacts => [ qq('[{"email": "onesecret1\@onesecret.example", "company_id": $company}, {"email": "f6\@acme.com", "company_id": "onesecret.example"}]') ],
	revyops_delete_company => [ $company ],
	revyops_delete_contact => [ $contact ],
	revyops_add_company_custom_field => [ qq($company, '{"field_name": "B", "field_value": "x"}') ],
	revyops_add_contact_custom_field => [ qq($contact, '{"field_name": "B", "field_value": "x"}') ],
	revyops_update_company_custom_field => [ qq($company, $field, '{"field_value": "x"}') ],
	revyops_update_contact_custom_field => [ qq($contact, $field, '{"field_value": "x"}'), qq((SELECT max(id) FROM revyops.contact), $field, '{"field_value": "x"}') ],
	revyops_delete_company_custom_field => [ "$company, $field" ],
	revyops_delete_contact_custom_field => [ "$contact, $field", "(SELECT max(id) FROM revyops.contact), $field" ],
	revyops_define_custom_field => [ q('contact', 'f', 'number') ],
	revyops_rename_custom_field => [ q('contact', 'onesecret', 'x'), q('contact', 'A', 'B') ],
	revyops_remove_custom_field => [ q('contact', 'onesecret', 'delete'), q('contact', 'A', 'delete') ],
	revyops_list_custom_fields => [ q('contact'), q('company') ],
	revyops_suppress => [ q('{"email": "both@list.example", "reason": "bounced"}'), q('{"email": "both@list.example"}') ],
	revyops_suppress_many => [ q('[{"email": "more@list.example"}, {"email": "off@list.example"}]') ],
	revyops_suppress_csv => [ q(E'csv@list.example\n') ],
	revyops_unsuppress => [ q('both@list.example', 'manual', 'x'), q('onesecret@list.example', 'complaint', 'x', true) ],
	revyops_check_do_not_contact => [ q('{both@list.example,off@list.example}') ],
	revyops_is_do_not_contact => [ q('onesecret@list.example') ],
	revyops_list_do_not_contact => [ '', 'removed => true', q(reason => 'manual') ],
	revyops_create_email => [ qq('{"email_type": "sent", "origin": "x", "contact_id": $contact}'), q('{"email_type": "sent", "origin": "x", "contact_email": "onesecret1@onesecret.example"}') ],
	revyops_create_emails => [ qq('[{"email_type": "sent", "origin": "x", "contact_id": $contact}]') ],
	revyops_get_email => [ $email ],
	revyops_list_emails => [ '', q(contact_email => 'seen@onesecret.example'), q(campaign_id => 'onesecret'), q(subject => 'onesecret'), "contact_id => $contact" ],
	revyops_list_contact_emails => [ $contact ],
	revyops_delete_email => [ $email ],
	revyops_set_email_interested => [ q('seen@onesecret.example', 'onesecret') ],
	revyops_add_email_custom_field => [ qq($email, '{"field_name": "B", "field_value": "x"}') ],
	revyops_update_email_custom_field => [ qq($email, $field, '{"field_value": "x"}') ],
	revyops_delete_email_custom_field => [ "$email, $field" ],
	revyops_record_event => [ qq('{"kind": "bounced", "contact_id": $contact, "at": "2026-01-01"}'), q('{"kind": "unsubscribed", "contact_email": "seen@twovisible.example", "campaign_id": "twovisible", "at": "2026-01-01"}') ],
	revyops_record_events => [ qq('[{"kind": "interest", "contact_id": $contact, "interested": true, "at": "2026-01-01"}]') ],
	revyops_get_campaign => [ $campaign ],
	revyops_list_campaigns => [ '' ],
	revyops_list_campaign_contacts => [ $campaign ],
	revyops_changes => [ '' ],
	revyops_contact_status_history => [ $contact, "(SELECT id FROM revyops.contact LIMIT 1)" ],
	revyops_sign_webhook => [ q('x', now(), 'x', '{}') ],
	revyops_read_webhook => [ q('hubspot', '[{"subscriptionType": "contact.propertyChange", "objectId": 1, "propertyName": "hs_email_optout", "propertyValue": "true"}]') ],
	current_client_id => [ '' ],
	# for administrators: no EXECUTE
	revyops_set_client_setting => [ q(1, 'default_status', 'x') ],
	revyops_set_client_state => [ q(1, 'moving') ],
	revyops_distribute => [ '' ], revyops_distribute_again => [ '' ],
	revyops_create_client => [ q('x') ],
	revyops_create_api_key => [ q(1, 'x') ],
	revyops_list_api_keys => [ '1' ],
	revyops_expire => [ '' ],
	revyops_enable_text_search => [ '' ],
	revyops_revoke_api_key => [ "left('$key', 16)" ],
	revyops_trim_changes => [ 'now()' ],
	revyops_reset_stats => [ '' ], create_outcomes => [ '1' ],
	revyops_create_agency => [ q('x') ], revyops_create_webhook => [ q(1, 'lemlist', 'x') ], revyops_create_agency_webhook => [ q(1, 'lemlist', 'x') ],
	revyops_route_webhook_account => [ q(1, 'lemlist', 'x', 2) ], revyops_set_webhook_secret => [ q(1, 'body', 'x') ], revyops_set_webhook_labels => [ q(1, '{}') ], revyops_set_webhook_ring => [ '1, 1' ],
	revyops_list_webhooks => [ '1', '' ], revyops_revoke_webhook => [ '1' ], revyops_webhook_status => [ '' ], revyops_webhook_ring => [ '1' ],
	# without EXECUTE, and without a value for their argument
	keep_data => [ '' ], mentions => [ q('[]', '{}') ], octets_mention => [ q('', '{}') ], do_not_contact_digest => [ q('', 'x') ], has_custom_field => [ q('[]', 'A', 'x', false) ], custom_field => [ q('[]', 'A') ], custom_field_number => [ q('[]', 'A') ], import_begin => [ 'NULL' ], import_write => [ 'NULL' ], import_note => [ 'NULL' ],
	# requests, see below
	handle => [ q('GET', '/public/v2/contacts', 'page_size=1', '', '') ], handle_read => [ q('GET', '/public/v2/contacts', 'page_size=1', '', '') ], endpoints => [ '' ],
	handle_shared => [ q('POST', '/public/v2/contacts', '', '', '{"email": "f7@acme.com"}') ],
	postgrest => [ q('') ], postgrest_read => [ q('') ],
	# pure
	revyops_normalize_email => [ q('x@acme.com') ], revyops_normalize_linkedin_url => [ q('in/x') ], revyops_normalize_domain => [ q('acme.com') ],
	is_canonical_email => [ q('x') ], is_canonical_linkedin_url => [ q('x') ], is_canonical_domain => [ q('x') ], custom_field_hashes => [ q(1, '[{"field_name": "A", "field_value": "x"}]') ],
	import_header_key => [ q('E-mail 1') ],
);
my @functions = map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', <<'END');
SELECT nspname, proname, prokind FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
	JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'revyops' ORDER BY 1, 2
END
my $calls = 0;
for my $function (@functions)
{
	my ($schema, $name, $kind) = @$function;
	ok(exists $arguments{$name}, "there are arguments to try $name with");
	for my $arguments (@{ $arguments{$name} // [] })
	{
		my $call = ($kind eq 'p' ? 'CALL' : 'SELECT') . " $schema.$name($arguments)";
		my $seen = seen('tenant', $call);
		$calls++;
		unlike($seen, qr/onesecret|terminated|server closed/i, $call);
		like($seen, qr/permission denied for function/, "$name is not for tenants") if grep { $name eq $_ } @administrative;
	}
}
unchanged('functions');

# requests, with client 1's ids in their paths; there is one body for all
my %id = (companies => $company, contacts => $contact, emails => $email, campaigns => $campaign);
my @endpoints = map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', q(SELECT method, path, master FROM revyops_http.endpoints() WHERE path LIKE '/public/%'));
cmp_ok(scalar @endpoints, '>', 40, 'there are endpoints to try');
for my $endpoint (@endpoints)
{
	my ($method, $path, $master) = @$endpoint;
	$path =~ s/\{platform\}/hubspot/;
	my ($what) = $path =~ m{^/public/(?:v2/)?(companies|contacts|do-not-contact|emails|events|campaigns|changes|(?:global-)?\w+-webhook)\b};
	ok($what, "$path: of what there is data of") or next;
	my $name = "$method $path";
	$path =~ s/\{id\}/$id{$what}/;
	$path =~ s/\{token\}/onesecret/;
	$path =~ s/\{field_id\}/$field/;
	for my $query ('', 'domain=onesecret.example&field_name=A&field_value=onesecret', 'email=onesecret1@onesecret.example', 'name=onesecret&firstname=onesecret')
	{
		my $http = qq({"email": "h$calls\@acme.com", "domain": "h$calls.com", "company_id": $company, "first_name": "x", "name": "x", "field_name": "A", "field_value": "x", "other_id": $contact,
			"contact_custom_fields": [{"field_name": "A", "field_value": "x"}], "contacts": [{"email": "hb$calls\@acme.com", "company_id": $company}], "companies": [{"domain": "hb$calls.com"}]});
		$calls++;
		my $seen = shows_nothing('tenant', "SELECT * FROM revyops_http.handle('$method', '$path', '$query', 'X-API-Key: $own_key', convert_to('$http', 'UTF8'))", "$name, $query");
		like($seen, $master eq 't' ? qr/master_key_required/ : qr/^(?:2|4)\d\d\|/, "$name: " . ($master eq 't' ? 'not for clients' : 'answers'));
	}
	# no setting makes anybody the caller
	like(shows_nothing('tenant', "SELECT * FROM revyops_http.handle('$method', '$path', '', '', '{}')", "$name, without a key"), $what =~ /webhook/ ? qr/^404\|/ : qr/^403\|.*missing_credentials/s, "$name: asks for a key");
}
like(shows_nothing('tenant', q(SELECT * FROM revyops_http.handle('GET', '/ready', '', '', '')), '/ready'), qr/^200\|.*\{"status": "ready"\}$/s, 'what needs no key');
unchanged('requests');

# ---- settings
my $count = q(SELECT format('rows %s', count(*)) FROM revyops.contact WHERE client_id OPERATOR(pg_catalog.=) 1; SELECT DISTINCT first_name FROM revyops.contact);
for my $try (
	'SET revyops.client_id = 1', 'SET SESSION revyops.client_id = 1', "SELECT set_config('revyops.client_id', '1', false)", 'SET revyops.client_id TO DEFAULT', 'RESET revyops.client_id', 'RESET ALL', 'DISCARD ALL',
	"SELECT revyops_normalize_email('a\@b.co'); SET revyops.client_id = 1", "SELECT revyops_normalize_email('a\@b.co'); SELECT set_config('revyops.client_id', '1', false)", "LOAD 'revyops'; SET revyops.client_id = 1",
	'ALTER ROLE tenant SET revyops.client_id = 1', 'ALTER DATABASE postgres SET revyops.client_id = 1', 'ALTER SYSTEM SET revyops.client_id = 1', "UPDATE pg_settings SET setting = '1' WHERE name = 'revyops.client_id'",
	'SET ROLE generous', 'SET SESSION AUTHORIZATION ' . $node->safe_psql('postgres', 'SELECT current_user'), 'SET ROLE ' . $node->safe_psql('postgres', 'SELECT current_user'), 'SET ROLE NONE', 'RESET SESSION AUTHORIZATION',
	"SET revyops.api_key = '$revoked'", "SET revyops.api_key = '$expired'", "SET revyops.api_key = '@{[ substr($key, 0, 17) . '0' x 64 ]}'", "SET revyops.api_key = '@{[ substr($key, 0, 16) ]}'", "SET revyops.api_key = '@{[ substr($key, 0, 17) . substr($own_key, 17) ]}'",
	(map { "SET request.headers = '{\"x-api-key\": \"$_\"}'" } $revoked, $expired, substr($key, 0, 17) . '0' x 64, '', '-', '1'), "SET request.headers = '{'", "SET request.headers = '{\"x-revyops-client\": \"1\"}'",
	"SET search_path = tenant, pg_catalog", "SET search_path = tenant; SET request.headers = ''", "CREATE FUNCTION tenant.as_one() RETURNS bigint LANGUAGE sql SET revyops.client_id = '1' AS 'SELECT count(*) FROM revyops.contact WHERE client_id = 1'; SELECT tenant.as_one()",
	"SET local_preload_libraries = 'revyops'", "SET session_replication_role = replica", "SET row_security = off", "SET ROLE pg_read_all_data")
{
	my $seen = seen_anew('tenant', "$try; $count");
	unlike($seen, qr/rows [1-9]|onesecret/, $try =~ s/rvo_\w+/rvo_…/r);
}
for my $options ('-c revyops.client_id=1', "-c revyops.api_key=$revoked", '-c row_security=off', '-c session_preload_libraries=revyops -c revyops.client_id=1', '-c role=generous -c revyops.client_id=1')
{
	local $ENV{PGOPTIONS} = $options;
	my ($rc, $out, $err) = $node->psql('postgres', $count, on_error_stop => 0, extra_params => [ '-U', 'tenant' ]);
	unlike("$out\n$err", qr/rows [1-9]|onesecret/, 'PGOPTIONS ' . $options =~ s/rvo_\w+/rvo_…/r);
}
# what does open, opens
like(seen('nobody', "SET revyops.api_key = '$key'; $count"), qr/^rows 53\nonesecret$/m, 'client 1\'s own key shows its rows');
like(seen('nobody', "SET revyops.api_key = '$master'; $count"), qr/^rows 53\nonesecret$/m, 'and a master key no more than them');
like(seen('nobody', "SET request.headers = '{\"x-api-key\": \"$key\"}'; $count"), qr/^rows 53\nonesecret$/m, 'as in a header');

# ---- the same key as client 1's is taken by nobody here
is(seen('tenant', "INSERT INTO revyops.contact (client_id, email, linkedin_url) SELECT 2, email, url FROM (VALUES ('onesecret1\@onesecret.example', 'https://www.linkedin.com/in/onesecret1')) v(email, url); SELECT count(*) FROM revyops.contact WHERE email = 'onesecret1\@onesecret.example'"), "1\n", 'what client 1 has, a tenant can have as well');
is(seen('tenant', "UPDATE revyops.contact SET email = 'onesecret2\@onesecret.example' WHERE email = 'onesecret1\@onesecret.example' RETURNING 1"), "1\n", 'and change to it');
is(seen('tenant', qq(SELECT revyops_create_$_->[0]('{"$_->[1]": "$_->[2]"}')->>'$_->[1]')), "$_->[2]\n", "revyops_create_$_->[0] as well")
	for ([ 'contact', 'email', 'onesecret3@onesecret.example' ], [ 'company', 'domain', 'onesecret.example' ]);

# ---- the index is used, whatever the policy adds
like(seen('tenant', "SET enable_seqscan = off; EXPLAIN (COSTS off) SELECT * FROM revyops.$_->[0] WHERE $_->[1] = '$_->[2]'"), qr/^Index Scan using $_->[3] on $_->[0]\n  Index Cond: \((?=.*\(client_id = (\$0|\(InitPlan (?:1|expr_1)\)\.col1)\))(?=.*\($_->[1] = '$_->[2]'::(text|bigint)\)).*\)\n  InitPlan (?:1|expr_1)(?: \(returns \$0\))?\n    ->  Result\n/, "index for $_->[1]")
	for ([ 'contact', 'email', 'a@acme.com', 'contact_email_key' ], [ 'contact', 'linkedin_url', 'x', 'contact_linkedin_url_key' ], [ 'company', 'domain', 'acme.com', 'company_domain_key' ]);
unchanged('all of it');
$psql->quit;
note("$tried scripts, $calls calls of functions, " . @tables . ' tables');
done_testing();
