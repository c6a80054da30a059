# Back to a moment, by the commands of doc/operations.md: what was created before it
# is there, what came after isn't, and work goes on.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use page;

my ($archive, $base) = map { PostgreSQL::Test::Utils::tempdir } 1 .. 2;
my $old = PostgreSQL::Test::Cluster->new('old');
$old->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$old->start;
page::follow($old, 'Point in time', 'sh', 1, archive => $archive);
$old->restart;
$old->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
SELECT revyops_set_client_setting(1, 'changes', 'on');
CREATE TABLE staging AS SELECT 'i' || i || '@acme.com' AS email, i AS "N" FROM generate_series(1, 1000) i;
EOS
my $key = $old->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'x')");
my $client = "SET revyops.api_key = '$key';";

# create makes a contact with a field and gives both ids.
sub create
{
	my ($node, $email) = @_;
	return $node->safe_psql('postgres', "$client SELECT c->>'id', c->'contact_custom_fields'->0->>'id' FROM revyops_create_contact('{\"email\": \"$email\", \"company_id\": \"acme.com\", \"contact_custom_fields_input\": [{\"field_name\": \"A\", \"field_value\": \"1\"}]}') c");
}

my $everything = "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM revyops.contact t";
$old->safe_psql('postgres', "$client SELECT revyops_create_company('{\"domain\": \"acme.com\"}')");
create($old, 'before_the_copy@acme.com');
page::follow($old, 'Point in time', 'sh', 2, base => $base);
create($old, 'after_the_copy@acme.com');
$old->safe_psql('postgres', "$client CALL revyops_import_contacts('staging', 100)");
create($old, 'last@acme.com');
my ($rows, $moment) = map { $old->safe_psql('postgres', $_) } $everything, 'SELECT clock_timestamp()';
create($old, 'too_late@acme.com');
$old->safe_psql('postgres', "SELECT revyops_set_client_setting(1, 'changes', '$_')") for 'off', 'on';
my $cursor = $old->safe_psql('postgres', "$client SELECT revyops_changes('now')->>'cursor'");
$old->safe_psql('postgres', "UPDATE revyops.contact SET last_name = 'changed too late'; SELECT revyops_revoke_api_key(prefix) FROM revyops.api_key");

my $segment = $old->safe_psql('postgres', 'SELECT pg_walfile_name(pg_switch_wal())');
$old->poll_query_until('postgres', "SELECT last_archived_wal >= '$segment' FROM pg_stat_archiver") or die 'the log did not get into the archive';
$old->stop;

my $new = PostgreSQL::Test::Cluster->new('new');
mkdir $new->data_dir, 0700 or die;
page::follow($old, 'Point in time', 'sh', 3, archive => $archive, base => $base, data => $new->data_dir, moment => $moment);
$new->append_conf('postgresql.conf', 'port = ' . $new->port . "\nunix_socket_directories = '" . $new->host . "'");
$new->start;
$new->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'it does not take writes';

page::follow($new, 'Point in time', 'sh', 4, archive => $archive, data => $new->data_dir);
ok(-f "$archive/00000002.history", 'a second try gets another timeline');

my $emails = "SELECT string_agg(email, ' ' ORDER BY id) FROM revyops.contact WHERE email !~ '^i[0-9]'";
is($new->safe_psql('postgres', $emails), 'before_the_copy@acme.com after_the_copy@acme.com last@acme.com', 'what was created before the moment, nothing later');
is($new->safe_psql('postgres', $everything), $rows, 'as it was then');
is($new->safe_psql('postgres', 'SELECT rows_seen, created, finished IS NOT NULL, (SELECT count(*) FROM revyops.contact WHERE email ~ \'^i[0-9]\') FROM revyops.import_job'), '1000|1000|t|1000', 'the import, all of it');
my ($id, $field) = split /\|/, create($new, 'too_late@acme.com');
is($new->safe_psql('postgres', "SELECT $id > max(c.id), $field > max((f->>'id')::bigint) FROM revyops.contact c, jsonb_array_elements(custom_fields) f WHERE c.id <> $id"), 't|t', 'the key opens, ids go on behind all others');
my ($rc, $out, $err) = $new->psql('postgres', "$client SELECT revyops_create_contact('{\"email\": \"last\@acme.com\"}')");
like($err, qr/contact already exists/, 'a duplicate is refused');
($rc, $out, $err) = $new->psql('postgres', "$client SELECT revyops_changes('$cursor')");
like($err, qr/cursor has expired/, 'who followed the changes of later is told to begin anew');
like((page::follow($new, 'Crash', 'sql', 1))[0], qr/^\n{10,}$/, 'indexes agree with their tables');
is($new->safe_psql('postgres', 'SHOW archive_mode'), 'off', 'the old server\'s archive is left alone');
unlike(slurp_file($new->logfile), qr/PANIC|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
