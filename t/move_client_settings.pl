# script/move-client between servers that show and read everything differently, end what takes long, and look for names
# where somebody has put others: the client arrives as it was.
use strict;
use warnings;

use lib 't';

use every_table;
use IPC::Run;
use move;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $one = server('one', 1, "timezone = 'Asia/Kathmandu'", "datestyle = 'SQL, DMY'", 'extra_float_digits = -3');
my $two = server('two', 2, "timezone = 'America/St_Johns'", "datestyle = 'German'", "bytea_output = 'escape'");
my @servers = ('--from', conninfo($one), '--to', conninfo($two));
{
	local $ENV{PGSERVICEFILE} = PostgreSQL::Test::Utils::tempdir() . '/service';
	append_to_file($ENV{PGSERVICEFILE}, join "", map { '[' . $_->name . "]\nhost=" . $_->host . "\nport=" . $_->port . "\ndbname=postgres\n" } $one, $two);
	is(system('bash', '-c', 'set -eo pipefail; ' . block('sh', 'psql -Xq')), 0, 'the secret is copied as the page says');
}
my $client = $one->safe_psql('postgres', q{SELECT revyops_create_client(E'Caf\u00e9 "O''Brien" \\\\ 7%, $1 :client')});
every_table::fill($one, $client, 'onesecret');
$one->safe_psql('postgres', "SELECT revyops_create_api_key($client, 'ends', '2030-02-01 03:04:05.678901+00')");
$one->safe_psql('postgres', "DELETE FROM revyops.webhook_account");

# ---- what the databases say
$one->safe_psql('postgres', <<'EOS');
ALTER DATABASE postgres SET client_encoding = 'LATIN1';
ALTER DATABASE postgres SET idle_session_timeout = '100ms';
EOS
$two->safe_psql('postgres', <<'EOS');
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.hash_record_extended(record, integer) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN 7; END';
CREATE FUNCTION hostile.count(integer) RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';
ALTER DATABASE postgres SET search_path = hostile, revyops, pg_catalog, public;
ALTER DATABASE postgres SET statement_timeout = '100ms';
ALTER DATABASE postgres SET lock_timeout = '50ms';
ALTER DATABASE postgres SET default_transaction_isolation = 'serializable';
ALTER DATABASE postgres SET default_transaction_read_only = on;
EOS

# ---- the first step there waits for somebody longer than that
my ($said, $holds) = ('', $two->background_psql('postgres', on_error_stop => 1));
$holds->query_safe("SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtext('revyops move-client step'), $client)");
my $script = IPC::Run::start([ 'script/move-client', @servers, $client ], '<', \undef, '>&', \$said, IPC::Run::timeout(5 * $PostgreSQL::Test::Utils::timeout_default));
my $waited = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE application_name = 'move-client' AND wait_event = 'advisory' AND now() - query_start > '200ms'";
while ($script->pumpable && $two->safe_psql('postgres', $waited) eq '0')
{
	$script->pump_nb;
	usleep(50_000);
}
is($one->safe_psql('template1', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = $client"), '1', 'nobody else can move it meanwhile');
$holds->quit;
my $is_moved = $script->finish;
$_->safe_psql('template1', 'ALTER DATABASE postgres RESET ALL') for $one, $two;
ok($is_moved, 'it is moved');
is($said =~ s/^move-client: |\d+(?= ms)//mgr, <<"END", 'in one go');
copying client $client
following client $client
holding client $client
comparing client $client
client $client is served by the new server
writes were refused for  ms
client $client is moved
END
my $show = 'SET client_encoding = UTF8; SET DateStyle = ISO; SET timezone = UTC; SET bytea_output = hex; ';
sub rows { my ($node, $what) = @_; return $node->safe_psql('postgres', $show . $what) }
is(rows($two, "SELECT name FROM revyops.client WHERE id = $client"), "Caf\xc3\xa9 \"O'Brien\" \\ 7%, \$1 :client", 'its name');
is(rows($two, "SELECT expires_at FROM revyops.api_key WHERE client_id = $client AND expires_at IS NOT NULL"), '2030-02-01 03:04:05.678901+00', 'when its key ends');
for my $table (qw(client api_key contact email idempotency_key do_not_contact))
{
	my $all = "SELECT pg_catalog.to_jsonb(t) - 'state' FROM revyops.$table t WHERE " . ($table eq 'client' ? 'id' : 'client_id') . " = $client ORDER BY 1";
	is(rows($two, $all), rows($one, $all), "$table is the same");
}
done_testing();
