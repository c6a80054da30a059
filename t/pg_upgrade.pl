# pg_upgrade takes the extension along, its tables as files, and its guard with it: to a server of the same major,
# and from each older one that is installed with its headers, for which the extension is built here.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# older gives the pg_config of each older major that something can be built for.
sub older
{
	my ($major) = @_;
	return sort grep { m{/(\d+)/bin/} && $1 < $major && -x s/pg_config$/initdb/r && -e (run_command([ $_, '--pgxs' ]))[0] } glob '/usr/lib/postgresql/*/bin/pg_config';
}

# build makes the extension for another server, and gives the settings with which that one finds it.
sub build
{
	my ($pg_config) = @_;
	my ($tree, $stage) = map { PostgreSQL::Test::Utils::tempdir } 1, 2;
	my ($major, $lib, $share) = map { (run_command([ $pg_config, $_ ]))[0] } '--version', '--pkglibdir', '--sharedir';
	system_or_bail("tar --exclude=./tmp_check --exclude=./t --exclude='*.o' --exclude='*.so' -cf - . | tar -C '$tree' -xf -");
	system_or_bail('make', '-s', '-C', $tree, "PG_CONFIG=$pg_config", 'with_llvm=no', "DESTDIR=$stage", 'install');
	return ($major =~ / 1[5-7]\./ ? "extension_destdir = '$stage'" : "extension_control_path = '$stage$share:\$system'")
	  . "\ndynamic_library_path = '$stage$lib:\$libdir'";
}

# old_cluster makes one with data: of another server if its pg_config is given.
sub old_cluster
{
	my ($name, $pg_config) = @_;
	local %ENV = %ENV;
	delete $ENV{TEMP_CONFIG} if $pg_config;
	my $old = PostgreSQL::Test::Cluster->new($name, $pg_config ? (install_path => $pg_config =~ s{/bin/pg_config$}{}r) : ());
	$old->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$old->append_conf('postgresql.conf', build($pg_config)) if $pg_config;
	$old->start;
	$old->safe_psql('postgres', <<'EOS');
CREATE SCHEMA api;
CREATE EXTENSION revyops SCHEMA api;
SET search_path = public, api;
SELECT revyops_create_client(format('Client %s', i)) FROM generate_series(1, 3) i;
SELECT revyops_revoke_api_key(left(revyops_create_api_key(2, 'revoked'), 16));
SELECT revyops_set_client_setting(3, 'infer_company', 'on'), revyops_set_client_setting(1, 'changes', 'on');
CREATE ROLE tenant LOGIN;
ALTER ROLE tenant SET revyops.client_id = 2;
GRANT USAGE ON SCHEMA revyops, api TO tenant;
GRANT SELECT, UPDATE (first_name) ON revyops.contact TO tenant;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO tenant;
REVOKE EXECUTE ON FUNCTION revyops_create_contact(jsonb, text, text) FROM PUBLIC;
CREATE INDEX own ON revyops.contact (lower(last_name));
CREATE VIEW own_emails AS SELECT email FROM revyops.contact;
SET revyops.client_id = 1;
SELECT revyops_create_company('{"domain": "acme.com"}');
SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/josé", "company_id": "acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}', 'NESTED', 'a key');
SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('c%s@acme.com', i), 'last_name', format('L%s', i % 7))) FROM generate_series(1, 1000) i), mode => 'atomic');
SELECT revyops_merge_contacts(1, id) FROM revyops.contact WHERE email IN ('c10@acme.com', 'c11@acme.com');
SELECT revyops_delete_contact(id) FROM revyops.contact WHERE email = 'c12@acme.com';
SET revyops.client_id = 2;
SELECT revyops_define_custom_field('contact', 'Score', 'number');
SELECT revyops_create_contact('{"email": "jane@acme.com", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "1.0"}]}');
CREATE TABLE staging AS SELECT format('s%s@%s', i, CASE i % 10 WHEN 0 THEN 'nowhere' ELSE 'beta.com' END) AS email FROM generate_series(1, 100) i;
CALL revyops_import_contacts('staging', 30);
EOS
	return $old;
}

# state tells all that a cluster has of the extension, a line for each thing. What belongs to a newer server alone is left out: the
# right to MAINTAIN a table, row types as members of an extension.
my $state = <<'EOS';
SELECT format('SELECT %L, t::text FROM %s t ORDER BY 1, 2', oid::regclass, oid::regclass) FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind = 'r' ORDER BY oid::regclass::text
\gexec
SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE schemaname = 'revyops' ORDER BY 1, 2;
WITH member AS (SELECT classid, objid, pg_describe_object(classid, objid, 0) AS name FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'revyops') AND classid <> 'pg_type'::regclass)
SELECT regexp_replace(concat_ws(' ', name, coalesce(relacl, proacl, nspacl), 'initially', initprivs), '(=a?r?w?d?D?x?t?)m', '\1', 'g')
	FROM member LEFT JOIN pg_class c ON c.oid = objid AND classid = 'pg_class'::regclass LEFT JOIN pg_proc p ON p.oid = objid AND classid = 'pg_proc'::regclass
	LEFT JOIN pg_namespace n ON n.oid = objid AND classid = 'pg_namespace'::regclass LEFT JOIN pg_init_privs ON (classoid, objoid, objsubid) = (classid, objid, 0) ORDER BY 1;
SELECT attrelid::regclass, attname, attacl FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid::regclass::text ~ '^revyops' ORDER BY 1, 2;
SELECT evtname, evtevent, evttags, evtfoid::regproc, evtenabled FROM pg_event_trigger;
SELECT tablename, policyname, roles, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2;
SELECT setrole::regrole, setconfig FROM pg_db_role_setting ORDER BY 1;
SELECT pg_get_indexdef('revyops.own'::regclass), count(*), min(email) FROM own_emails;
SET revyops.client_id = 1;
SELECT api.revyops_list_contacts(page_size => 100), api.revyops_get_contact(1), api.revyops_export_contact(1);
SELECT api.revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/josé", "company_id": "acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}', 'NESTED', 'a key');
EOS

# differences gives the lines that only one of two texts has.
sub differences
{
	my ($was, $is) = @_;
	my %count;
	$count{"- $_"}++ for split /\n/, $was;
	--$count{"- $_"} >= 0 or $count{"+ $_"}++ for split /\n/, $is;
	return join "\n", grep { $count{$_} > 0 } sort keys %count;
}

sub upgrade
{
	my ($name, $old) = @_;
	my ($cursor, $key, $place) = split /\n/, $old->safe_psql('postgres', q(SET revyops.client_id = 1; SELECT api.revyops_list_contacts(page_size => 10)->>'next'; SELECT api.revyops_create_api_key(1, 'x'); SELECT api.revyops_changes('now')->>'cursor'));
	my $next = "SET revyops.client_id = 1; SELECT api.revyops_list_contacts(page_size => 10, after => '$cursor')";
	my ($was, $followed) = map { $old->safe_psql('postgres', $_) } $state, $next;
	cmp_ok(length $was, '>', 200_000, "$name: there is something to look at");
	$old->stop;

	my $new = PostgreSQL::Test::Cluster->new($name =~ s/\W/_/gr);
	my ($bindir) = run_command([ 'pg_config', '--bindir' ]);
	my $oldbin = $old->install_path ? $old->install_path . '/bin' : $bindir;
	# from 18 on checksums are the default
	$new->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8', $new->pg_version >= 18 && $old->pg_version < 18 ? '--no-data-checksums' : () ]);
	command_ok([ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $oldbin, '-B', $bindir, '-s', $new->host, '-p', $old->port, '-P', $new->port ], "$name: pg_upgrade");
	$new->start;
	is(differences($was, $new->safe_psql('postgres', $state)), '', "$name: rows, sequences, members, privileges, event trigger, policies, settings and answers are the same");
	is($new->safe_psql('postgres', $next), $followed, "$name: a cursor goes on");
	is($new->safe_psql('postgres', 'SELECT count(*), min(client_id) FROM revyops.contact', extra_params => [ '-U', 'tenant' ]), '91|2', "$name: a role sees its client's rows");
	is($new->safe_psql('postgres', "SET revyops.api_key = '$key'; SELECT api.revyops_create_contact('{\"email\": \"new\@acme.com\"}')->'id'"), '1093', "$name: the key opens, ids go on");
	is($new->safe_psql('postgres', "SET revyops.api_key = '$key'; SELECT string_agg(concat_ws(' ', c->>'type', c->>'subject'), ', ') FROM jsonb_array_elements(api.revyops_changes('$place')->'changes') c"), 'contact.created 1093', "$name: who follows changes goes on");
	my ($rc, $out, $err) = $new->psql('postgres', "SET revyops.api_key = '$key'; SELECT api.revyops_create_contact('{\"email\": \"C7\@acme.com\"}')");
	like($err, qr/contact already exists.*"existing_id":8\}/s, "$name: duplicates are refused");
	(undef, undef, $err) = $new->psql('postgres', 'DROP EXTENSION revyops CASCADE');
	like($err, qr/cannot drop extension revyops because it has data/, "$name: it still keeps the data");
	is($new->safe_psql('postgres', q(CREATE EXTENSION amcheck; SELECT count(bt_index_check(indexrelid, true)) > 20 FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam WHERE relnamespace = 'revyops'::regnamespace AND amname = 'btree')), 't', "$name: indexes agree with the tables");
	$new->stop;
}

my $same = old_cluster('old');
my $major = $same->pg_version->major;
my @older = older($major);
# pg_upgrade writes to where it is; the extension is built from here
my @from = ([ "$major to $major", $same ], map { m{/(\d+)/bin/} ? [ "$1 to $major", old_cluster("old$1", $_) ] : () } @older);
chdir $PostgreSQL::Test::Utils::tmp_check;
upgrade(@$_) for @from;
SKIP:
{
	skip "no older major than $major is installed with its headers, to upgrade from", 1 unless @older;
	pass("from @older");
}
done_testing();
