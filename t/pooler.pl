# Who is calling behind pgbouncer: what each way of saying so does in each of its modes, for imports, too.
# Each login has a single connection to the server, so that whatever stays there is met by the next client.
use strict;
use warnings;

use lib 't';

use pooler;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
CREATE ROLE shared LOGIN;
CREATE ROLE bound LOGIN;
ALTER ROLE bound SET revyops.client_id = 1;
CREATE ROLE serves LOGIN;
GRANT SET ON PARAMETER revyops.client_id TO serves;
GRANT EXECUTE ON FUNCTION revyops_create_contact TO shared, bound, serves;
GRANT EXECUTE ON PROCEDURE revyops_import_contacts TO shared, bound, serves;
CREATE TABLE source AS SELECT i, NULL::text AS email FROM generate_series(1, 3) i;
ANALYZE source;
CREATE VIEW emails AS SELECT email FROM source ORDER BY i;
GRANT SELECT ON emails TO shared, bound, serves;
EOS
my @key = (undef, map { $node->safe_psql('postgres', "SELECT revyops_create_api_key($_, 'x')") } 1, 2);
my $pooler = pooler->new($node, [ 'shared', 'bound', 'serves' ]);
my @sessions;

# sessions gives two clients of a login.
sub sessions
{
	my @new = map { $pooler->session(@_) } 1, 2;
	push @sessions, @new;
	return @new;
}

# says runs statements and returns what comes back, errors with SQLSTATE and DETAIL, what a code means in words left out.
sub says
{
	my ($session, $statements) = @_;
	$session->{stderr} = '';
	my $out = $session->query($statements);
	my @told = grep { !/: columns$|^DETAIL: +[a-z_]+: "/ } $session->{stderr} =~ /((?:ERROR|WARNING|DETAIL|NOTICE): .*)/g;
	return join("\n", $out eq '' ? () : $out, @told) =~ s/,"message":"[^"]+"//gr =~ s/import \d+: //gr =~ s/[\d,]+ rows\/s/N rows\/s/gr;
}

# creates has a session create a contact, between other statements; returns the client that got it, or what it is told.
my $n = 0;
sub creates
{
	my ($session, $before, $after, $more) = @_;
	my $email = 'n' . ++$n . '@acme.com';
	my $said = says($session, ($before // '') . "SELECT revyops_create_contact('{\"email\": \"$email\"" . ($more // '') . "}')->>'email';" . ($after // ''));
	my $client = $node->safe_psql('postgres', "SELECT client_id FROM revyops.contact WHERE email = '$email'");
	return $client ne '' && $said eq $email ? $client : $said . ($client ne '' ? "\nfor client $client" : '');
}

# in_transaction is creates within a transaction of its own.
sub in_transaction
{
	my ($session, $before, $more) = @_;
	return creates($session, "BEGIN; $before;", 'COMMIT', $more);
}

# header says who is calling as PostgREST does.
sub header { return "SELECT set_config('request.headers', '{\"x-api-key\": \"$_[0]\"}', true) AS headers \\gset\n" }

# psql_says runs a statement in a psql of its own, which may fail to connect; returns what comes back or the first error.
sub psql_says
{
	my ($database, $user, $statement) = @_;
	my ($out, $err) = run_command([ 'psql', '-XAtq', $pooler->connection($user), '-c', $statement, $database ]);
	return $err =~ /((?:FATAL|ERROR): .*)/ ? $1 : $out;
}

sub pid { return says($_[0], 'SELECT pg_backend_pid()') }

# new_connection has the pooler drop its connections, and waits until they are gone.
sub new_connection
{
	$pooler->admin('RECONNECT');
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE usename IN ('shared', 'bound', 'serves'))") or die 'the old connections stay';
}

my ($missing, $invalid) = map { "ERROR:  PT403: missing or invalid credentials\nDETAIL:  [{\"parameter\":\"X-API-Key\",\"code\":\"${_}_credentials\"}]" } 'missing', 'invalid';
my $denied = 'ERROR:  42501: permission denied to set parameter "revyops.client_id"';
my $two_on_one = 'two clients have one connection';

# ---- a key in the header, for a transaction
my ($a, $b) = sessions('shared');
is(pid($a), pid($b), "a header: $two_on_one");
is(in_transaction($$_[0], header($key[$$_[1]])), $$_[1], "a header: the key of client $$_[1]") for [ $a, 1 ], [ $b, 2 ], [ $a, 2 ], [ $b, 1 ];
is(creates($_), $missing, 'a header: none') for $b, $a;
is(in_transaction($a, header($key[1]) . 'SELECT 1/0'), "ERROR:  22012: division by zero\nERROR:  25P02: current transaction is aborted, commands ignored until end of transaction block", 'a header: in a transaction that fails');
is(creates($b), $missing, 'a header: nothing stays of it');
is(in_transaction($a, header('rvo_x')), $invalid, 'a header: a key that is none');
is(in_transaction($b, header($key[2])), 2, 'a header: and the next client goes on');
is(says($b, "SELECT current_setting('request.headers'), current_setting('revyops.api_key')"), '|', 'a header: nothing stays');

# ---- a key in a setting, for a transaction and for the session
is(in_transaction($a, "SET LOCAL revyops.api_key = '$key[1]'"), 1, 'SET LOCAL api_key');
is(creates($b), $missing, 'SET LOCAL api_key: nothing stays');
is(creates($a, "SET revyops.api_key = '$key[1]';"), 1, 'SET api_key');
is(creates($b), 1, 'SET api_key: the next client has it, who set nothing');
is(creates($b, 'RESET revyops.api_key;'), $missing, 'SET api_key: until it is reset');
is(says($a, 'SET revyops.handling = strict'), '', 'SET handling');
my $strict = "ERROR:  PT400: invalid request\nDETAIL:  [{\"pointer\":\"/nope\",\"code\":\"unknown_member\",\"nearest\":[]}]";
is(in_transaction($b, "SET LOCAL revyops.api_key = '$key[1]'", ', "nope": 1'), $strict, 'SET handling: the next client has it');
is(says($b, 'RESET revyops.handling'), '', 'SET handling: until it is reset');
is(creates($b, "SET LOCAL revyops.api_key = '$key[1]';"), "WARNING:  25P01: SET LOCAL can only be used in transaction blocks\n$missing", 'SET LOCAL outside a transaction block does nothing');

# ---- a login that is bound to a client
new_connection();
($a, $b) = sessions('bound');
is(says($a, "SELECT set_config('revyops.client_id', '2', false)"), '2', 'a bound login: before the library is loaded the server lets it say so');
is(creates($b), "n$n\@acme.com\nWARNING:  42501: permission denied to set parameter \"revyops.client_id\"\nfor client 1", 'a bound login: it is dropped then');
is(pid($a), pid($b), "a bound login: $two_on_one");
for my $try ('SET revyops.client_id = 2', 'BEGIN; SET LOCAL revyops.client_id = 2', 'RESET revyops.client_id', "SELECT set_config('revyops.client_id', '2', true)", 'ALTER ROLE bound SET revyops.client_id = 2')
{
	is(says($a, $try), $denied, "a bound login: $try");
	$a->query('ROLLBACK');
	is(creates($b), 1, "a bound login: not after $try");
}
is(creates($b, "$_;"), 1, "a bound login: $_") for 'RESET ALL', 'DISCARD ALL';
$node->safe_psql('postgres', 'ALTER ROLE bound SET revyops.client_id = 2');
is(creates($a), 1, 'a login that is bound anew: the old client');
my $new = $pooler->session('bound');
push @sessions, $new;
is(creates($new), 1, 'a login that is bound anew: for who connects to the pooler now, too');
$pooler->admin('RECONNECT');
is(creates($a), 2, 'a login that is bound anew: the new client after RECONNECT');

# ---- the options of a connection
{
	local $ENV{PGOPTIONS} = '-c revyops.client_id=2';
	my $unsupported = $pooler->{version} < 1.20 ? 'unsupported startup parameter: options' : 'unsupported startup parameter in options: revyops.client_id';
	is(psql_says($_, 'bound', 'SELECT 1'), "FATAL:  $unsupported", "PGOPTIONS, database $_") for 'postgres', 'session', 'statement';
}

# ---- a login that may be any client
new_connection();
($a, $b) = sessions('serves');
is(in_transaction($$_[0], "SET LOCAL revyops.client_id = $$_[1]"), $$_[1], "SET LOCAL client_id: $$_[1]") for [ $a, 1 ], [ $b, 2 ], [ $a, 2 ], [ $b, 1 ];
is(pid($a), pid($b), "SET LOCAL client_id: $two_on_one");
is(creates($a), $missing, 'SET LOCAL client_id: gone after COMMIT');
is(in_transaction($a, 'SET LOCAL revyops.client_id = 1; SELECT 1/0'), "ERROR:  22012: division by zero\nERROR:  25P02: current transaction is aborted, commands ignored until end of transaction block", 'SET LOCAL client_id: in a transaction that fails');
is(creates($b), $missing, 'SET LOCAL client_id: gone after an error');
is(creates($a, 'SET revyops.client_id = 2;'), 2, 'SET client_id');
is(creates($b), 2, 'SET client_id: the next client has it, who set nothing');
is(creates($b, 'RESET revyops.client_id;'), $missing, 'SET client_id: until it is reset');

# ---- imports
# imports_as has a session run a statement with an import of new rows; returns the client that got them all, or what it is told.
sub imports_as
{
	my ($session, $statement) = @_;
	$node->safe_psql('postgres', 'UPDATE source SET email = \'i' . ++$n . "_' || i || '\@acme.com'");
	my $said = says($session, $statement);
	my $got = $node->safe_psql('postgres', "SELECT client_id, count(*) FROM revyops.contact WHERE email LIKE 'i${n}\\_%' GROUP BY 1");
	my $three = join("\n", map({ "NOTICE:  00000: $_ of about 3 rows: $_ created, 0 duplicates, 0 failed; N rows/s" } 1 .. 3), 'NOTICE:  00000: 3 rows: 3 created, 0 duplicates, 0 failed; N rows/s');
	return $said eq $three && $got =~ /^(\d+)\|3$/ ? $1 : "$said$got";
}
my $call = "CALL revyops_import_contacts('emails', 1);";
new_connection();
is(imports_as($$_[0], "DO \$\$ BEGIN SET LOCAL revyops.client_id = $$_[1]; $call END \$\$"), $$_[1], "an import after SET LOCAL in a DO block: client $$_[1]") for [ $a, 1 ], [ $b, 2 ], [ $a, 2 ];
is(imports_as($b, $call), $missing, 'an import after SET LOCAL in a DO block: nothing stays');
my $in_block = 'ERROR:  25001: revyops_import_contacts cannot run inside a transaction block';
is(imports_as($a, "BEGIN; SET LOCAL revyops.client_id = 1; $call"), $in_block, 'an import after SET LOCAL in a transaction block');
$a->query('ROLLBACK');
is(imports_as($$_[0], "DO \$\$ BEGIN SET LOCAL revyops.api_key = '$key[$$_[1]]'; $call END \$\$"), $$_[1], "an import with a key in a DO block: client $$_[1]") for [ $a, 1 ], [ $b, 2 ];
is(imports_as($a, $call), $missing, 'an import with a key in a DO block: nothing stays');
($a, $b) = sessions('bound');
is(imports_as($_, $call), 2, 'an import of a bound login') for $a, $b;

# ---- session mode: a SET is good until the client leaves; then the pooler discards it
my $first = $pooler->session('serves', 'session');
my $pid = pid($first);
is(creates($first, 'SET revyops.client_id = 1;'), 1, 'session mode: SET');
is(creates($first), 1, 'session mode: it stays for this client');
is(imports_as($first, $call), 1, 'session mode: an import');
$first->quit;
my $second = $pooler->session('serves', 'session');
is(pid($second), $pid, 'session mode: the next client has its connection');
is(creates($second), $missing, 'session mode: and nothing of what it set');
$second->quit;

# ---- statement mode: no transactions, so no SET LOCAL but in a DO block
($a, $b) = sessions('bound', 'statement');
is(creates($a), 2, 'statement mode: a bound login');
is(imports_as($b, $call), 2, 'statement mode: its import');
($a, $b) = sessions('serves', 'statement');
is(imports_as($a, "DO \$\$ BEGIN SET LOCAL revyops.client_id = 1; $call END \$\$"), 1, 'statement mode: an import after SET LOCAL in a DO block');
is(creates($b), $missing, 'statement mode: nothing stays');
is(psql_says('statement', 'serves', 'BEGIN'), 'FATAL:  transaction blocks not allowed in statement pooling mode', 'statement mode: no transaction block');

# ---- prepared statements of the protocol: of a driver, each client of which names its first one alike
my $script = "$pooler->{dir}/script";
append_to_file($script, "SELECT 1;\n");
sub prepares
{
	my ($out, $err) = run_command([ 'pgbench', '-n', '-t', 1, '-M', 'prepared', '-f', $script, $pooler->connection('shared'), 'postgres' ]);
	return ($err =~ /(ERROR: .*)/, $out =~ /(number of transactions actually processed: .*)/)[0];
}
my ($done, $exists) = ('number of transactions actually processed: 1/1', qr/^ERROR:  prepared statement "P\w*_0" already exists$/);
# by max_prepared_statements; before 1.21 there is no such thing
for my $kept ($pooler->{version} < 1.21 ? 0 : (0, 200))
{
	$pooler->admin("SET max_prepared_statements = $kept") if $pooler->{version} >= 1.21;
	new_connection();
	is(prepares(), $done, "prepared statements, $kept kept: the first client");
	$kept ? is(prepares(), $done, "prepared statements, $kept kept: the next one") : like(prepares(), $exists, "prepared statements, $kept kept: the next one");
}

# ---- server_reset_query_always: nothing stays, whatever was set
$pooler->admin('SET server_reset_query_always = 1');
new_connection();
($a, $b) = sessions('serves');
is(pid($a), pid($b), "server_reset_query_always: $two_on_one");
is(creates($a, 'SET revyops.client_id = 1;'), $missing, 'server_reset_query_always: a SET is gone in the next statement');
is(in_transaction($a, 'SET revyops.client_id = 1'), 1, 'server_reset_query_always: and good for its transaction');
is(creates($b), $missing, 'server_reset_query_always: not for the next client');
is(in_transaction($a, "SET revyops.api_key = '$key[1]'; SET revyops.handling = strict"), 1, 'server_reset_query_always: a key, and handling');
is(in_transaction($b, "SET LOCAL revyops.client_id = 2", ', "nope": 1'), "n$n\@acme.com\nNOTICE:  00000: unknown members were ignored\nDETAIL:  Ignored: \"nope\".\nfor client 2", 'server_reset_query_always: neither is there for the next');
is(imports_as($b, "DO \$\$ BEGIN SET LOCAL revyops.client_id = 2; $call END \$\$"), 2, 'server_reset_query_always: an import after SET LOCAL in a DO block');

$_->quit for @sessions;
$pooler->stop;
unlike($pooler->log, qr/rvo_/, 'no key in the log of pgbouncer');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
