# A dump holds everything and loads into a new cluster, where work goes on:
# keys open, ids go on from where they were, duplicates are refused.  In every
# format, and by the commands of doc/operations.md.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use page;

my @utf8 = (extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $old = PostgreSQL::Test::Cluster->new('old');
$old->init(@utf8);
$old->start;
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(@utf8);
$new->start;

# All rows of all tables, each on a line of its own.
my $everything = join(' UNION ALL ',
	map { "SELECT '$_', t::text FROM revyops.$_ t" } qw(client api_key company contact merged_contact company_domain merged_company import_job import_reject import_note idempotency_key custom_field_definition custom_field_seen free_mail_domain free_mail_exception company_host company_host_exception import_alias do_not_contact_salt do_not_contact contact_status_history))
  . ' ORDER BY 1, 2';
my $policies = "SELECT tablename, policyname, roles, cmd, qual, with_check, relrowsecurity FROM pg_policies, pg_class WHERE oid = format('%I.%I', schemaname, tablename)::regclass ORDER BY 1, 2";
my $sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'revyops' ORDER BY 1";

# fill makes a database with the extension in a schema, and gives a key of its client.
sub fill
{
	my ($db, $schema) = @_;
	$old->safe_psql('postgres', "CREATE DATABASE $db");
	$old->safe_psql($db, "CREATE SCHEMA IF NOT EXISTS $schema; CREATE EXTENSION revyops SCHEMA $schema");
	my $key = $old->safe_psql($db, "SELECT $schema.revyops_create_api_key($schema.revyops_create_client('One'), 'x')");
	$old->safe_psql($db, <<"EOS");
SELECT $schema.revyops_create_client('Two');
SELECT $schema.revyops_revoke_api_key(left($schema.revyops_create_api_key(2, 'y'), 16));
SET revyops.client_id = 1;
SELECT $schema.revyops_create_company('{"domain": "acme.com", "company_custom_fields": [{"field_name": "A", "field_value": "1"}]}');
SELECT $schema.revyops_create_contact(jsonb_build_object('email', format('c%s\@acme.com', i), 'linkedin_url', format('in/josé-%s', i),
	'company_id', 'acme.com', 'contact_custom_fields_input', '[{"field_name": "Näme", "field_value": "line\\u00a0\\"quoted\\" \\\\ \\t🙂"}]'::jsonb))
	FROM generate_series(1, 100) i;
SELECT $schema.revyops_create_company('{"domain": "kept.com"}', 'FLAT', 'a key');
INSERT INTO revyops.company (client_id, domain) VALUES (1, 'co.uk');	-- became a public suffix since
SELECT $schema.revyops_merge_contacts(1, 99), $schema.revyops_merge_contacts(100, 1), $schema.revyops_merge_contacts(100, 98);
SET revyops.client_id = 2;
SELECT $schema.revyops_set_client_setting(2, 'changes', 'on');
SELECT $schema.revyops_create_contact('{"email": "c1\@acme.com"}');
SELECT $schema.revyops_upsert_contact('{"email": "c1\@acme.com", "contact_status": "Warm"}');
INSERT INTO revyops.free_mail_exception VALUES ('gmail.com', false), ('isp.com', true);
INSERT INTO revyops.company_host_exception VALUES ('linkedin.com', 'company'), ('portal.com', 'suffix');
INSERT INTO revyops.import_alias (entity, header, member) VALUES ('contact', 'E-mail', NULL), ('contact', 'Our Mail', 'email');
SELECT $schema.revyops_define_custom_field('contact', 'Score', 'number'), $schema.revyops_define_custom_field('company', 'Size', 'choice', '{"choices": ["S", "L"]}');
SELECT $schema.revyops_create_contact('{"email": "fields\@acme.com", "contact_custom_fields_input": [{"field_name": "Seen", "field_value": "1.0"}, {"field_name": "Score", "field_value": "1.0"}]}');
SELECT $schema.revyops_set_client_setting(2, 'on_unknown_domain', 'create'), $schema.revyops_set_client_setting(2, 'infer_company', 'on');
CREATE TABLE staging AS SELECT email, "Näme" FROM (VALUES ('c1\@acme.com', NULL), ('nope', E'line\n"quoted"'), ('c2\@acme.com', 'x'), (NULL, 'y')) v(email, "Näme");
CALL $schema.revyops_import_contacts('staging', 3);
SET revyops.client_id = 1;
CALL $schema.revyops_import_contacts('staging');
SELECT $schema.revyops_suppress('{"email": "gone\@acme.com", "reason": "unsubscribed", "note": "line\\n\\"quoted\\""}'), $schema.revyops_suppress('{"domain": "rival.com", "subdomains": true}'),
	$schema.revyops_suppress('{"email": "erased\@acme.com", "reason": "erased"}'), $schema.revyops_suppress('{"email": "back\@acme.com"}'), $schema.revyops_unsuppress('back\@acme.com', 'manual', 'asked');
SELECT $schema.revyops_import_csv(convert_to(E'email,Notes\nimp\@acme.com; x\@acme.com,"line\n""quoted"""\nnope,ü', 'UTF8'), mode => 'check');
EOS
	return $key;
}

# goes_on looks at a restored database.
sub goes_on
{
	my ($name, $db, $schema, $key, $target) = @_;
	my $create = "SELECT $schema.revyops_create_contact";

	is($new->safe_psql($target, $everything), $old->safe_psql($db, $everything), "$name: every row is there");
	is($new->safe_psql($target, $policies), $old->safe_psql($db, $policies), "$name: so are the policies");
	is($new->safe_psql($target, $sequences), $old->safe_psql($db, $sequences), "$name: sequences stand where they stood");
	is($new->safe_psql($target, "SET revyops.api_key = '$key'; $create('{\"email\": \"new\@acme.com\", \"company_id\": \"acme.com\",
		\"contact_custom_fields_input\": [{\"field_name\": \"A\", \"field_value\": \"1\"}]}') #>> '{}'::text[] ~ '\"id\": 105,.*\"id\": 201,'"),
		't', "$name: the key opens, ids go on");
	my ($rc, $out, $err) = $new->psql($target, "SET revyops.api_key = '$key'; $create('{\"email\": \"C7\@acme.com\", \"linkedin_url\": \"in/josé-8\"}')", on_error_stop => 1);
	like($err, qr/contact already exists.*"existing_id":7\}.*"existing_id":8\}/s, "$name: duplicates are refused");
	(undef, undef, $err) = $new->psql($target, "SET revyops.api_key = '$key'; SELECT $schema.revyops_get_contact(99)");
	like($err, qr/contact was merged.*"merged_into":100\}\]/s, "$name: old ids lead where they led");
	is($new->safe_psql($target, "SET revyops.api_key = '$key'; SELECT count(*) FROM revyops.merged_contact; SELECT $schema.revyops_delete_contact(100); SELECT count(*) FROM revyops.merged_contact"), "3\n\n0", "$name: and go with the contact");
	my $again = "SET revyops.client_id = 1; SELECT $schema.revyops_create_company('{\"domain\": \"kept.com\"}', 'FLAT', 'a key')";
	is($new->safe_psql($target, $again), $old->safe_psql($db, $again), "$name: what is asked for again gets the answer of before");
	is($new->safe_psql($target, "SELECT count(*) FROM revyops.api_key WHERE revoked_at IS NOT NULL"), '1', "$name: a revoked key stays revoked");
	is($new->safe_psql($target, "SET revyops.api_key = '$key'; SELECT $schema.revyops_create_company('{\"domain\": \"beta.com\"}')->'id'"), '5', "$name: so do the ids of companies");
	is($new->safe_psql($target, "SET revyops.client_id = 2; CALL $schema.revyops_import_contacts('staging'); SELECT job, min(id), count(*) FROM revyops.import_reject r JOIN revyops.import_job j ON (r.client_id, r.job) = (j.client_id, j.id) GROUP BY 1 ORDER BY 1"),
		"1|1|2\n2|2|2\n3|3|1\n4|4|2", "$name: jobs have their rejects, a new one its own id");
	is($new->safe_psql($target, "SET revyops.client_id = 2; SELECT count($schema.revyops_create_contact(jsonb_build_object('email', 'x\@' || d))) FROM unnest('{gmail.com,isp.com,gmx.de,firm.com}'::text[]) d; SELECT string_agg(domain, ' ' ORDER BY domain) FROM revyops.company WHERE client_id = 2"),
		"4\nacme.com firm.com gmail.com", "$name: settings hold, and what the owner says of free-mail domains");
	is($new->safe_psql($target, "SET revyops.client_id = 1; SELECT string_agg(concat_ws(' ', do_not_contact, reasons), ', ' ORDER BY ordinal) FROM $schema.revyops_check_do_not_contact('{gone\@acme.com,x\@y.rival.com,erased\@acme.com,back\@acme.com}'); SELECT $schema.revyops_create_contact('{\"email\": \"erased\@acme.com\"}')->>'contact_status'; SELECT ($schema.revyops_suppress('{\"email\": \"later\@acme.com\"}')->'id')"),
		"t {unsubscribed}, t {manual}, t {erased}, f\nUnsubscribed\n5", "$name: who is not to be contacted, also where only a hash is left");
	# the key of cursors is this database's own
	is($new->safe_psql($target, 'SELECT name, secret FROM revyops.secret') eq $old->safe_psql($db, 'SELECT name, secret FROM revyops.secret'), '', "$name: another key of cursors");
	is($new->safe_psql($target, q(SELECT string_agg(name, ' ' ORDER BY name) FROM revyops.secret)), 'changes cursor', "$name: but ones of the same names");
	my $next = $old->safe_psql($db, "SET revyops.client_id = 1; SELECT $schema.revyops_list_contacts(page_size => 1)->>'next'");
	($rc, $out, $err) = $new->psql($target, "SET revyops.client_id = 1; SELECT $schema.revyops_list_contacts(after => '$next')");
	like($err, qr/invalid request.*"invalid_cursor"/s, "$name: cursors end");
	is($new->safe_psql($target, "SELECT $schema.revyops_create_client('Three')"), '3', "$name: and of clients");
}

for my $case ([ 'plain', 'public' ], [ 'other', 'api' ])
{
	my ($db, $schema) = @$case;
	my $key = fill($db, $schema);
	my $file = "$PostgreSQL::Test::Utils::tmp_check/$db";

	$old->command_ok([ 'pg_dump', '--file', "$file.sql", $db ], "schema $schema: pg_dump");
	$new->safe_psql('postgres', "CREATE DATABASE ${db}_sql; CREATE DATABASE ${db}_fc; CREATE DATABASE ${db}_parallel");
	$new->command_ok([ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$file.sql", "${db}_sql" ], "schema $schema: psql loads it");
	goes_on("schema $schema, SQL", $db, $schema, $key, "${db}_sql");

	$old->command_ok([ 'pg_dump', '-Fc', '--file', "$file.dump", $db ], "schema $schema: pg_dump -Fc");
	$new->command_ok([ 'pg_restore', '--exit-on-error', '--dbname', "${db}_fc", "$file.dump" ], "schema $schema: pg_restore loads it");
	goes_on("schema $schema, custom format", $db, $schema, $key, "${db}_fc");
	# what the page says of parallel jobs
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	$new->command_ok([ 'pg_restore', '--exit-on-error', '-j', '4', '--dbname', "${db}_parallel", "$file.dump" ], "schema $schema: pg_restore -j loads it");
	delete local $ENV{PGOPTIONS};
	goes_on("schema $schema, parallel", $db, $schema, $key, "${db}_parallel");
}

# ---- as the page says: a role for it, a directory written and read by several connections
my $backup = PostgreSQL::Test::Utils::tempdir;
my $key = fill('revyops', 'api');
$old->safe_psql('revyops', <<'EOS');
CREATE ROLE app LOGIN;
GRANT USAGE ON SCHEMA api TO app;
GRANT EXECUTE ON FUNCTION api.revyops_create_contact TO app;
ALTER ROLE app SET revyops.client_id = 2;
CREATE ROLE any_client LOGIN;
GRANT SET ON PARAMETER revyops.client_id TO any_client;
EOS
# a file of an import, which the role can't read
$old->safe_psql('revyops', "SELECT lo_from_bytea(0, 'email')");
page::follow($old, 'Backup', 'sql', 1);
page::follow($old, 'Backup', 'sh', 1, backup => $backup);
for my $write ('DELETE FROM revyops.contact', "SELECT nextval('revyops.contact_id_seq')", "SELECT api.revyops_create_client('x')")
{
	my ($rc, $out, $err) = $old->psql('revyops', $write, extra_params => [ '-U', 'backup' ]);
	like($err, qr/permission denied/, "by the page: the role does not write: $write");
}
my (undef, $told) = page::follow($new, 'Restore', 'sh', 1, backup => $backup);
is(join("\n", grep { !/role "\w+" already exists$/ } split /\n/, $told), '', 'by the page: nothing else is told');
goes_on('by the page', 'revyops', 'api', $key, 'revyops');
is($new->safe_psql('revyops', q{SELECT api.revyops_create_contact('{"email": "app@acme.com"}')->'email'}, extra_params => [ '-U', 'app' ]), '"app@acme.com"', 'by the page: a role that is bound to a client creates');
is($new->safe_psql('revyops', 'SET revyops.client_id = 1; SHOW revyops.client_id', extra_params => [ '-U', 'any_client' ]), '1', 'by the page: one may choose its client');

# ---- by a database's owner who is no superuser
$key = fill('owned', 'public');
$old->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-U', 'backup', '--file', "$backup/owned/revyops", 'owned' ], 'owner: pg_dump') if mkdir "$backup/owned";
$new->safe_psql('postgres', 'ALTER DATABASE revyops RENAME TO restored');
page::follow($new, 'Restore without a superuser', 'sql', 1);
page::follow($new, 'Restore without a superuser', 'sh', 1, backup => "$backup/owned");
goes_on('owner', 'owned', 'public', $key, 'revyops');

# ---- with what the owner has added to the tables
fill('columns', 'public');
my $columns = "$PostgreSQL::Test::Utils::tmp_check/columns.sql";
my $additions = "$PostgreSQL::Test::Utils::tmp_check/additions.sql";
append_to_file($columns, "ALTER TABLE revyops.contact ADD COLUMN note text DEFAULT 'none';\n");
append_to_file($additions, <<'EOS');
ALTER TABLE revyops.contact ADD CONSTRAINT own_check CHECK (note <> 'bad');
CREATE INDEX own_index ON revyops.contact (note, client_id);
CREATE STATISTICS own.own_statistics ON note, first_name FROM revyops.contact;
CREATE TRIGGER own_trigger BEFORE INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION own.mark();
CREATE RULE own_rule AS ON DELETE TO revyops.free_mail_domain WHERE false DO INSTEAD NOTHING;
CREATE POLICY own_policy ON revyops.contact FOR SELECT USING (note = 'shared');
EOS
$old->safe_psql('columns', <<'EOS');
CREATE SCHEMA own;
CREATE FUNCTION own.mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'marked'; RETURN NEW; END $$;
EOS
$old->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $columns, '-f', $additions, 'columns' ], 'additions: made');
$old->safe_psql('columns', "UPDATE revyops.contact SET note = 'kept' WHERE client_id = 1; GRANT SELECT (note) ON revyops.contact TO app");
# functions of another owner
my $owners = "SELECT string_agg(oid::regprocedure || ' ' || proowner::regrole, ', ' ORDER BY oid::regprocedure::text) FROM pg_proc WHERE proowner <> 10";
$_->safe_psql('postgres', 'CREATE ROLE "limited ""one"""') for $old, $new;
$old->safe_psql('columns', 'ALTER FUNCTION revyops_create_contact OWNER TO "limited ""one"""; ALTER PROCEDURE revyops_import_file OWNER TO "limited ""one""";');
$old->safe_psql('postgres', 'ALTER DATABASE revyops RENAME TO dumped; ALTER DATABASE columns RENAME TO revyops');
page::follow($old, 'Backup', 'sh', 2, additions => $additions);
$old->safe_psql('postgres', 'ALTER DATABASE revyops RENAME TO columns; ALTER DATABASE dumped RENAME TO revyops');
mkdir "$backup/columns" or die;
$old->command_ok([ 'pg_dump', '-Fd', '-j', '2', '--file', "$backup/columns/revyops", 'columns' ], 'additions: pg_dump -Fd');
$old->command_ok([ 'pg_dump', '-Fc', '--file', "$backup/columns.dump", 'columns' ], 'additions: pg_dump -Fc');
$old->command_ok([ 'pg_dump', '--file', "$backup/columns.sql", 'columns' ], 'additions: pg_dump');

my @stopping = ('psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1');
my %loads = (
	'pg_restore' => [ 'pg_restore', '--exit-on-error', '--dbname', 'columns', "$backup/columns.dump" ],
	'psql' => [ @stopping, '--dbname', 'columns', '--file', "$backup/columns.sql" ]);
for my $by (sort keys %loads)
{
	$new->safe_psql('postgres', 'CREATE DATABASE columns');
	$new->command_fails_like($loads{$by}, qr/ERROR:  column "note" of relation "contact" does not exist/, "additions: $by into a new database stops");
	is($new->safe_psql('columns', 'SELECT count(*) FROM revyops.contact'), '0', "additions: $by, without a contact");
	$new->safe_psql('postgres', 'DROP DATABASE columns');

	$new->safe_psql('postgres', 'CREATE DATABASE columns');
	$new->command_ok([ @stopping, '-c', 'CREATE EXTENSION revyops', '-f', $columns, 'columns' ], 'additions: the columns first');
	$new->command_ok($loads{$by}, "additions: $by goes through");
	is($new->safe_psql('columns', $everything), $old->safe_psql('columns', $everything), "additions: $by, every row is there, and what is in the column");
	is($new->safe_psql('columns', "SELECT attacl FROM pg_attribute WHERE attrelid = 'revyops.contact'::regclass AND attname = 'note'"),
		$old->safe_psql('columns', "SELECT attacl FROM pg_attribute WHERE attrelid = 'revyops.contact'::regclass AND attname = 'note'"), "additions: $by, and who may read it");
	$new->safe_psql('postgres', 'DROP DATABASE columns');
}
my $added = join(' UNION ALL ', map { "SELECT $_" } 'conname FROM pg_constraint', 'relname FROM pg_class', 'stxname FROM pg_statistic_ext', 'tgname FROM pg_trigger', 'rulename FROM pg_rewrite', 'polname FROM pg_policy');
$added = "SELECT string_agg(name, ' ' ORDER BY name) FROM ($added) AS a (name) WHERE name ~ '^own_' AND name <> 'own_client'";
$new->safe_psql('postgres', 'ALTER DATABASE revyops RENAME TO restored_by_owner; CREATE DATABASE columns');
$new->command_ok([ @stopping, '-c', 'CREATE EXTENSION revyops', '-f', $columns, 'columns' ], 'additions: the columns alone');
$new->command_ok($loads{psql}, 'additions: and the dump');
is($new->safe_psql('columns', $added), '', 'additions: all else is not in a dump');
page::follow($new, 'Restore', 'sh', 2, backup => "$backup/columns", columns => $columns, additions => $additions);
is($new->safe_psql('revyops', $everything), $old->safe_psql('columns', $everything), 'additions: by the page, every row is there');
is($new->safe_psql('revyops', $added), 'own_check own_index own_policy own_rule own_statistics own_trigger', 'additions: and all that was added');
isnt($old->safe_psql('columns', $owners), '', 'additions: functions had another owner');
is($new->safe_psql('revyops', $owners), $old->safe_psql('columns', $owners), 'additions: and have that one again');
$new->safe_psql('revyops', 'ALTER FUNCTION revyops_create_contact OWNER TO CURRENT_USER');
is($new->safe_psql('revyops', q(SET revyops.client_id = 1; SELECT revyops_create_contact('{"email": "on@acme.com"}')->>'email'; SELECT note FROM revyops.contact WHERE email = 'on@acme.com')), "on\@acme.com\nmarked", 'additions: work goes on');

# a dump of a dump is the same dump
my ($first) = run_command([ 'pg_dump', '--data-only', '-h', $old->host, '-p', $old->port, 'plain' ]);
$new->safe_psql('postgres', 'CREATE DATABASE again');
$new->command_ok([ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', "$PostgreSQL::Test::Utils::tmp_check/plain.sql", 'again' ], 'load once more');
# \restrict and \unrestrict carry a random word
$first =~ s/^\\(un)?restrict \w+$//mg;
my ($second) = run_command([ 'pg_dump', '--data-only', '-h', $new->host, '-p', $new->port, 'again' ]);
$second =~ s/^\\(un)?restrict \w+$//mg;
is($second, $first, 'what was restored dumps to the same text');

done_testing();
