# script/move-client, and the commands of its page, where somebody is wrong about a server, or a server is gone: nothing that
# is anybody's is lost, no client is served twice, and what is said leads on.
use strict;
use warnings;

use lib 't';

use every_table;
use move;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $one = server('one', 1);
my $two = server('two', 2);
my $three = server('three', 3);
my %servers = map { $_->name => [ '--from', conninfo($one), '--to', conninfo($_) ] } $two, $three;
my $dir = PostgreSQL::Test::Utils::tempdir();
sub services { my (%port) = @_; unlink "$dir/service"; append_to_file("$dir/service", join "", map { '[' . $_->name . "]\nhost=" . $_->host . "\nport=" . ($port{ $_->name } // $_->port) . "\ndbname=postgres\n" } $one, $two) }
$ENV{PGSERVICEFILE} = "$dir/service";

# ---- the page's commands, where a server can't be reached: port 1 is nobody's
my $secret = "SELECT encode(secret, 'hex') FROM revyops.secret WHERE name = 'cursor'";
my $had = $two->safe_psql('postgres', $secret);
services(one => 1);
system('bash', '-c', block('sh', 'psql -Xq') . ' 2>/dev/null');
is($two->safe_psql('postgres', $secret), $had, 'a secret that can\'t be read takes nobody\'s away');
services();
is(system('bash', '-c', block('sh', 'psql -Xq')), 0, 'it is copied');
is($two->safe_psql('postgres', $secret), $one->safe_psql('postgres', $secret), 'and is that of the old server');
$three->safe_psql('postgres', "UPDATE revyops.secret SET secret = '\\x" . $one->safe_psql('postgres', $secret) . "' WHERE name = 'cursor'");
append_to_file("$dir/servers.map", "rvo_0123456789ab gateway_two;\n");
append_to_file("$dir/nginx", "#!/bin/sh\necho told >>'$dir/told'\n");
chmod 0755, "$dir/nginx";
services(two => 1);
isnt(system('bash', '-c', "cd $dir; PATH=$dir:\$PATH; " . block('sh', 'psql -XAt service=two') =~ s/^psql/psql 2>\/dev\/null/r), 0, 'a map that can\'t be made is an error');
is(slurp_file("$dir/servers.map"), "rvo_0123456789ab gateway_two;\n", 'and the old one stays');
ok(!-e "$dir/told", 'of which nginx is not told');

# ---- passwords
my $client = $one->safe_psql('postgres', "SELECT revyops_create_client('Onesecret')");
for my $password ('password=x', 'password =x', "password\t= 'x y'")
{
	is_deeply(moves('--from', conninfo($one), '--to', conninfo($two) . " $password", $client), [ 1, "no passwords here, others can read arguments: use a password file\n" ], "not in an argument: $password");
}

# ---- the new server has another client of that id
every_table::fill($one, $client, 'onesecret');
$one->safe_psql('postgres', 'DELETE FROM revyops.webhook_account');
my $taken = "the new server has another client $client: each server needs its own range of ids\n";
$two->safe_psql('postgres', "INSERT INTO revyops.client (id, name) VALUES ($client, 'Somebody')");
every_table::fill($two, $client, 'twovisible');
my $theirs = "SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM (SELECT c::text FROM revyops.contact c WHERE client_id = $client UNION ALL SELECT k::text FROM revyops.client k UNION ALL SELECT w::text FROM revyops.webhook w) t";
for my $state (qw(moving moved))
{
	$two->safe_psql('postgres', "SELECT revyops_set_client_state($client, '$state')");
	my $before = $two->safe_psql('postgres', $theirs);
	is_deeply(moves(@{ $servers{two} }, $client), [ 1, $taken ], "which is $state: not moved there");
	is_deeply(moves(@{ $servers{two} }, '--abort', $client), [ 1, $taken ], "which is $state: nothing to abort there");
	is($two->safe_psql('postgres', $theirs), $before, 'it has what it had');
}
$two->safe_psql('postgres', "SET session_replication_role = replica; DELETE FROM revyops.webhook_account; DELETE FROM revyops.client WHERE id = $client; " .
	join '', map { "DELETE FROM revyops.$_ WHERE client_id = $client;" } split /\n/, $two->safe_psql('postgres', "SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attname = 'client_id' WHERE relnamespace = 'revyops'::regnamespace AND relkind = 'r'"));

# ---- killed while it is held, and then sent somewhere else: it may be served at the new server by now
my $state = "SELECT state FROM revyops.client WHERE id = $client";
like(killed(qr/^move-client: holding/m, @{ $servers{two} }, $client), qr/^move-client: holding/m, 'killed');
$one->safe_psql('postgres', "SELECT revyops_set_client_state($client, 'moving')");
my $elsewhere = "client $client is on its way to another server than --to: doc/moving-clients.md has what to do if that one is lost\n";
is_deeply(moves(@{ $servers{three} }, $client), [ 1, $elsewhere ], 'it goes nowhere else');
is_deeply(moves(@{ $servers{three} }, '--abort', $client), [ 1, $elsewhere ], 'nor is it served again');
is($one->safe_psql('postgres', $state), 'moving', 'it is still held');
is($three->safe_psql('postgres', $state), '', 'the other server has not heard of it');

# ---- what is kept for a day is over, there
$one->safe_psql('postgres', "SELECT revyops_set_client_state($client, 'active'); UPDATE revyops.idempotency_key SET created_time = created_time - interval '25 hours' WHERE client_id = $client");
$two->poll_query_until('postgres', "SELECT created_time < now() - interval '1 day' FROM revyops.idempotency_key WHERE client_id = $client") or die 'not followed';
is($two->safe_psql('postgres', 'SELECT revyops_expire()'), '1', 'an answer that is kept no longer');
my $moved = moves(@{ $servers{two} }, $client);
is($moved->[0], 0, 'is missed by nobody: moved') or diag $moved->[1];

# ---- the schema has a table that the script doesn't know: it does not say that all is deleted, and leave it
my $forgotten = "the schema revyops has a table of which this script doesn't know how it is moved\n";
$one->safe_psql('postgres', 'CREATE TABLE revyops.forgotten (id integer PRIMARY KEY, client_id integer)');
is_deeply(moves(@{ $servers{two} }, "--$_", $client), [ 1, $forgotten ], "not to $_") for qw(delete abort);
$one->safe_psql('postgres', 'DROP TABLE revyops.forgotten');
is(moves(@{ $servers{two} }, '--delete', $client)->[0], 0, 'deleted');

# ---- the old server has given up what the new one has not read
my $second = $one->safe_psql('postgres', "SELECT revyops_create_client('Second')");
like(killed(qr/^move-client: following/m, @{ $servers{two} }, $second), qr/^move-client: following/m, 'another one is killed');
$two->safe_psql('postgres', "ALTER SUBSCRIPTION revyops_move_$second DISABLE");
$one->poll_query_until('postgres', 'SELECT NOT bool_or(active) FROM pg_replication_slots') or die 'still followed';
$one->safe_psql('postgres', $_) for "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", 'SELECT pg_reload_conf()';
$one->safe_psql('postgres', 'SELECT pg_logical_emit_message(false, $$x$$, $$x$$); SELECT pg_switch_wal(); CHECKPOINT') for 1 .. 4;
is($one->safe_psql('postgres', 'SELECT wal_status FROM pg_replication_slots'), 'lost', 'the slot is lost');
is_deeply(moves(@{ $servers{two} }, $second), [ 1, "following client $second\nthe old server has lost its replication slot: run this with --abort, and then again\n" ], 'which is said');
is_deeply(moves(@{ $servers{two} }, '--abort', $second), [ 0, "client $second stays where it is\n" ], 'aborted');

$one->safe_psql('postgres', $_) for 'ALTER SYSTEM RESET max_slot_wal_keep_size', 'SELECT pg_reload_conf()';

# ---- the new server is lost
like(killed(qr/^move-client: following/m, @{ $servers{two} }, $second), qr/^move-client: following/m, 'killed once more');
$one->safe_psql('postgres', "SELECT revyops_set_client_state($second, 'moving')");
$two->stop('immediate');
$one->poll_query_until('postgres', 'SELECT NOT bool_or(active) FROM pg_replication_slots') or die 'still followed';
isnt(moves(@{ $servers{two} }, '--abort', $second)->[0], 0, 'nobody can ask it');
$one->safe_psql('postgres', block('sql', '-- the client that was on its way') =~ s/\\set client 7/\\set client $second/r) for 1 .. 2;
is($one->safe_psql('postgres', "SELECT state, (SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_replication_slots) FROM revyops.client WHERE id = $second"), 'active|0|0', 'as the page says: it is served, and nothing is left');
is(moves(@{ $servers{three} }, $second)->[0], 0, 'and it may move elsewhere');

# ---- a password that is nowhere: nobody is asked, least of all who sends the statements
$three->safe_psql('postgres', "CREATE ROLE asked SUPERUSER LOGIN PASSWORD 'x'");
my $hba = slurp_file($three->data_dir . '/pg_hba.conf');
unlink $three->data_dir . '/pg_hba.conf';
append_to_file($three->data_dir . '/pg_hba.conf', "local all asked scram-sha-256\n$hba");
$three->reload;
$three->poll_query_until('postgres', "SELECT 'asked' = ANY (user_name) FROM pg_hba_file_rules ORDER BY line_number LIMIT 1") or die 'not read';
my $asked = conninfo($three) . ' user=asked';
my $unanswered = 'connection to server on socket ".*" failed: fe_sendauth: no password supplied\n';
like(moves('--from', $asked, '--to', conninfo($one), $second)->[1], qr/^another move of client $second is under way, or: psql: error: $unanswered\z/, 'of the old server');
like(moves('--from', conninfo($one), '--to', $asked, $second)->[1], qr/^psql: error: $unanswered\z/, 'of the new server');
done_testing();
