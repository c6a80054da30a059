# API keys: in no log and no view, however much the server writes down; two live at
# once while one takes over from the other; one that is revoked or expired ends with
# the next statement, whatever snapshot its transaction holds.
use strict;
use warnings;

use lib 't';

use stack;
use patience;
use File::Temp;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', <<'END');
shared_preload_libraries = 'pg_stat_statements, auto_explain'
pg_stat_statements.track = all
log_statement = all
log_min_duration_statement = 0
log_duration = on
log_error_verbosity = verbose
log_min_error_statement = debug5
log_connections = on
log_disconnections = on
log_lock_waits = on
deadlock_timeout = 10ms
auto_explain.log_min_duration = 0
auto_explain.log_analyze = on
auto_explain.log_verbose = on
auto_explain.log_settings = on
auto_explain.log_nested_statements = on
auto_explain.log_triggers = on
END
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION revyops; CREATE EXTENSION pg_stat_statements');
# auto_explain writes parameters down from 16 on
my $explains = $node->pg_version >= 16;
my @quiet = ('log_parameter_max_length=0', 'log_parameter_max_length_on_error=0', $explains ? 'auto_explain.log_parameter_max_length=0' : ());
my $settings = q(SELECT unnest(rolconfig) FROM pg_roles WHERE rolname = ');
for my $name (qw(roles postgrest/roles own-postgrest))
{
	my ($login, $db, @more) = $name =~ /roles/ ? ($name eq 'roles' ? 'revyops_gateway' : 'revyops_authenticator', 'postgres', "idle_in_transaction_session_timeout=@{[ 10 * patience::FACTOR ]}s") : ('authenticator', 'own');
	$node->safe_psql('postgres', 'CREATE DATABASE own') if $db eq 'own';
	$node->command_ok([ 'sh', '-c', "script/patient http/$name.sql | psql -X -q $db" ], "$name.sql: goes through");
	is($node->safe_psql('postgres', "$settings$login' ORDER BY 1"), join("\n", sort @quiet, @more, 'plan_cache_mode=force_generic_plan', "statement_timeout=@{[ 5 * patience::FACTOR ]}s"), "$name.sql: the login's settings");
}
SKIP:
{
	skip 'auto_explain does not write parameters down before PostgreSQL 16', 4 unless $explains;

	# A server that loads it later, or for a session only, knows no such name when roles.sql runs.
	my $later = PostgreSQL::Test::Cluster->new('later');
	$later->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	$later->start;
	$later->safe_psql('postgres', 'CREATE EXTENSION revyops');
	$later->command_ok([ 'psql', '-X', '-q', '-f', 'http/roles.sql', 'postgres' ], 'a server without auto_explain: goes through');
	$later->append_conf('postgresql.conf', "session_preload_libraries = 'auto_explain'");
	$later->reload;
	is($later->safe_psql('postgres', 'SHOW auto_explain.log_parameter_max_length', extra_params => [ '-U', 'revyops_gateway' ]), '0', 'and the setting holds once it is loaded');
	is($later->safe_psql('postgres', 'SHOW auto_explain.log_parameter_max_length'), '-1', 'for that login');
	$later->safe_psql('postgres', 'CREATE ROLE maker CREATEROLE; CREATE ROLE app; GRANT app TO maker WITH ADMIN OPTION');
	my ($rc, $out, $err) = $later->psql('postgres', 'SET ROLE maker; ALTER ROLE app SET auto_explain.log_parameter_max_length = 0');
	like($err, qr/^psql:<stdin>:1: ERROR:  permission denied to set parameter "auto_explain.log_parameter_max_length"$/m, 'who is no superuser may not set it');
	$later->stop;
}

# new_key makes a key of a client, the first one if none is named; the word of its secret that nobody may see is from
# its 18th character on.
my %secret;
sub new_key
{
	my ($name, $client, @more) = @_;
	my $key = $node->safe_psql('postgres', 'SELECT revyops_create_api_key(' . join(', ', $client // 1, "'$name'", @more) . ')');
	$secret{$name} = substr($key, 17);
	return $key;
}

# ---- the stacks as they are shipped, on this server, each with a client of its own
my ($stack, %log, %activity);

# curl is told headers by a file: arguments are for all to see.
sub curl
{
	my ($path, $body, @headers) = @_;
	my $file = File::Temp->new;
	print $file join('', map { "$_\n" } 'Content-Type: application/json', @headers);
	close $file;
	return [ 'curl', '-s', '-m', '30', '-H', "\@$file", '-w', ' %{http_code}', (defined $body ? ('-d', $body) : ()), "$stack->{url}$path" ], $file;
}
sub answers
{
	my ($status, $name, @call) = @_;
	my ($command, $file) = curl(@call);
	my ($out) = run_command($command);
	like($out, qr/ $status$/, "$name: $status");
	return $out;
}
my $contacts = '/public/v2/contacts';

# breaks_off has a request wait: it is in pg_stat_activity then. What happens to it there is an error in the log.
sub breaks_off
{
	my ($front, $login, $function, $status, $key) = @_;
	my $blocker = $node->background_psql('postgres');
	$blocker->query_safe('BEGIN; LOCK TABLE revyops.contact IN ACCESS EXCLUSIVE MODE');
	my ($command, $file) = curl($contacts, '{"email": "e@acme.com"}', "X-API-Key: $key");
	my $out = '';
	my $waiting = IPC::Run::start($command, '>', \$out);
	my $waits = "FROM pg_stat_activity WHERE usename = '$login' AND wait_event_type = 'Lock'";
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT $waits)") or die 'the request did not wait';
	$activity{$front} .= $node->safe_psql('postgres', 'SELECT * FROM pg_stat_activity');
	$node->safe_psql('postgres', "SELECT $function(pid) $waits");
	$waiting->finish;
	like($out, qr/ $status$/, "$front: a request that waits, $function: $status");
	$blocker->query_safe('ROLLBACK');
	$blocker->quit;
}

# through sends requests of all kinds through a front, for a client of its own; returns a key of that.
sub through
{
	my ($front, $login) = @_;
	my $client = $node->safe_psql('postgres', "SELECT revyops_create_client('$front')");
	my $key = new_key("$front, live", $client);
	my $second = new_key("$front, second", $client);
	my $master = new_key("$front, master", $client, 'NULL', "'master'");
	my $revoked = new_key("$front, revoked", $client);
	my $expired = new_key("$front, expired", $client, "now() + interval '1 hour'");
	$node->safe_psql('postgres', "SELECT revyops_revoke_api_key('@{[ substr($revoked, 0, 16) ]}')");
	$node->safe_psql('postgres', "UPDATE revyops.api_key SET expires_at = now() WHERE prefix = '@{[ substr($expired, 0, 16) ]}'");
	$stack = stack->new($node, front => $front);

	answers(201, "$front: X-API-Key", $contacts, '{"email": "a@acme.com"}', "X-API-Key: $key");
	answers(201, "$front: Bearer", $contacts, '{"email": "b@acme.com"}', "Authorization: Bearer $second");
	answers(409, "$front: a duplicate", $contacts, '{"email": "a@acme.com"}', "X-API-Key: $key");
	answers(400, "$front: a bad body", $contacts, '{', "X-API-Key: $key");
	answers(403, "$front: a revoked key", $contacts, '{"email": "c@acme.com"}', "X-API-Key: $revoked");
	answers(403, "$front: an expired key", $contacts, '{"email": "c@acme.com"}', "X-API-Key: $expired");
	answers(403, "$front: the start of one, the secret of another", $contacts, '{"email": "c@acme.com"}', 'X-API-Key: ' . substr($key, 0, 17) . substr($second, 17));
	answers(404, "$front: a company that is none", $contacts, '{"email": "c@acme.com", "company_id": 99}', "X-API-Key: $key");
	answers(200, "$front: a list, the key in the query as well", "$contacts?api_key=$key&email=$second", undef, "X-API-Key: $key");
	answers(200, "$front: a batch", "$contacts/batch", '{"contacts": [{"email": "d@acme.com"}, {"email": "nope"}]}', "X-API-Key: $key");
	answers(200, "$front: a master list", '/public/v2/contacts-master-list', undef, "X-Master-API-Key: $master");
	answers(404, "$front: no path of ours", "/$key", '{}', "X-API-Key: $key");
	answers(405, "$front: no method of its", "$contacts/batch?$key", undef, "X-API-Key: $key");
	breaks_off($front, $login, 'pg_cancel_backend', 503, $key);
	# a fault behind the functions, whose message has the row
	$node->safe_psql('postgres', "ALTER TABLE revyops.contact ADD CONSTRAINT no_boom CHECK (first_name <> 'BOOM')");
	answers(500, "$front: a fault", $contacts, '{"email": "f@acme.com", "first_name": "BOOM"}', "X-API-Key: $key");
	$node->safe_psql('postgres', 'ALTER TABLE revyops.contact DROP CONSTRAINT no_boom');
	breaks_off($front, $login, 'pg_terminate_backend', 503, $key);
	return $key, $second;
}
my ($key, $second) = through('postgrest', 'revyops_authenticator');
$log{postgrest} = $stack->log;
$stack->stop;
my ($gateway_key) = through('gateway', 'revyops_gateway');

# What else the gateway writes down: statements that it may not, settings that are none, a server that is not there.
for my $function (qw(handle handle_shared handle_read))
{
	$node->safe_psql('postgres', "REVOKE EXECUTE ON FUNCTION revyops_http.$function FROM revyops_gateway");
}
answers(503, 'gateway: no right to call', $contacts, '{"email": "g@acme.com"}', "X-API-Key: $gateway_key");
$node->safe_psql('postgres', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA revyops_http TO revyops_gateway');
append_to_file("$stack->{dir}/gateway.conf", "no_setting = $gateway_key\n");
$stack->{gateway}->signal('HUP');
$stack->wait_for_log(qr/the settings stay as they were/);
$node->stop('fast');
answers(503, 'gateway: no database', $contacts, '{"email": "h@acme.com"}', "X-API-Key: $gateway_key");
$node->start;
$stack->wait_for_log(qr/connection of lane slow: up again/);
$log{gateway} = $stack->log;
# ---- SQL callers: a parameter, or the options of the connection
$node->safe_psql('postgres', join '', "CREATE ROLE app LOGIN;\n", map { "ALTER ROLE app SET $_;\n" } @quiet, 'plan_cache_mode=force_generic_plan');
$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA revyops TO app;
GRANT SELECT ON revyops.contact TO app;
GRANT EXECUTE ON FUNCTION revyops.current_client_id(), revyops_get_contact(bigint, text) TO app;
END
my $script = "$stack->{dir}/script";
append_to_file($script, "SELECT set_config('revyops.api_key', :key, false);\nSELECT 1 / count(*) FROM revyops.contact WHERE email = 'a\@acme.com';\nSELECT 1 / :zero, :key;\n");
my ($stdout, $stderr) = run_command([ 'pgbench', '-n', '-t', '1', '-M', 'extended', '-U', 'app', '-h', $node->host, '-p', $node->port, '-D', "key=$key", '-D', 'zero=0', '-f', $script, 'postgres' ]);
like($stderr, qr/command 2 aborted.*division by zero|aborted in command 2 .*division by zero/s, 'a key as parameter opens, and the third statement fails');
{
	local $ENV{PGOPTIONS} = "-c revyops.api_key=$second";
	is($node->safe_psql('postgres', 'SELECT count(*) FROM revyops.contact', extra_params => [ '-U', 'app' ]), '3', 'a key in the options of the connection opens');
	unlike($node->safe_psql('postgres', 'SELECT * FROM pg_settings; SHOW ALL; SELECT * FROM pg_file_settings; SELECT * FROM pg_stat_activity'), qr/$secret{'postgrest, second'}/, 'and is among no settings that are shown');
}

# ---- nothing of it was written down
sub has_no_secret
{
	my ($text, $name) = @_;
	cmp_ok(length $text, '>', 200, "$name: there is something to look at");
	ok(index($text, $secret{$_}) < 0, "$name: not the key \"$_\"") for sort keys %secret;
}
my $log = slurp_file($node->logfile);
like($log, qr/"postgrest".*set_config\('request\.headers'|set_config\('request\.headers'.*"postgrest"/s, 'the log has the calls of PostgREST');
like($log, qr/Query Text: .*("postgrest"|set_config)/, 'and what auto_explain adds');
for my $function (qw(handle handle_shared handle_read))
{
	my $call = qr/SELECT status, headers, body FROM revyops_http\.$function\(\$1, \$2, \$3, \$4, \$5\)/;
	like($log, qr/LOG:  \S+ execute \w+: $call/, "the log has the calls of the gateway, $function");
	like($log, qr/Query Text: $call/, 'and what auto_explain adds');
}
like($log, qr/$_/, "and the error: $_") for 'canceling statement due to user request', 'terminating connection due to administrator command', 'violates check constraint "no_boom"', 'permission denied for function';
like($log{gateway}, qr/^revyops-gateway: $_/m, "the gateway's log: $_") for 'lane (?:write|slow): SQLSTATE 57014, 1 requests', 'lane (?:write|slow): SQLSTATE 57P01, 1 requests', 'lane write: SQLSTATE 42501, 1 requests',
	'connection of lane slow: lost: ', 'connection of lane slow: up again', 'gateway.conf, line \d+: no setting';
has_no_secret($log, "the server's log");
has_no_secret($log{$_}, "nginx and $_") for sort keys %log;
like($activity{postgrest}, qr/"postgrest"/, 'pg_stat_activity shows the request by PostgREST');
like($activity{gateway}, qr/revyops_http\.handle/, 'and that by the gateway');
has_no_secret($activity{$_}, "pg_stat_activity, $_") for sort keys %activity;
has_no_secret($node->safe_psql('postgres', 'SELECT * FROM pg_stat_statements'), 'pg_stat_statements');
has_no_secret(($node->safe_psql('postgres', 'SELECT * FROM revyops.api_key')) . (run_command([ 'pg_dumpall', '-h', $node->host, '-p', $node->port ]))[0], 'a dump of all');

# A statement that has a key in its text is written down: what is looked for would be found.
$node->safe_psql('postgres', "SET revyops.api_key = 'rvo_written_down'");
like(slurp_file($node->logfile), qr/statement: SET revyops.api_key = 'rvo_written_down'/, 'a SET is in the log');
like($node->safe_psql('postgres', 'SELECT query FROM pg_stat_statements'), $node->pg_version < 18 ? qr/rvo_written_down/ : qr/SET revyops.api_key = \$1/, 'and in pg_stat_statements');

# ---- one key takes over from another, and ends at once
my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'app' ]);
sub sees
{
	my ($expected, $name) = @_;
	$session->{stderr} = '';
	my $got = $session->query('SELECT count(*) FROM revyops.contact');
	my $call = $session->query("SELECT revyops_get_contact(1)->>'email'");
	is($got, $expected ? 3 : 0, "$name: rows");
	$expected ? is($call, 'a@acme.com', "$name: a call") : like($session->{stderr}, qr/ERROR:  missing or invalid credentials\n/, "$name: a call");
}
# In a block a failed call takes the transaction along, so it is tried in a savepoint.
$session->query('\set ON_ERROR_ROLLBACK on');
my $set = sub { $session->query("SET revyops.api_key = '$_[0]'") };
my $end = {
	revoked => sub { $node->safe_psql('postgres', "SELECT revyops_revoke_api_key('@{[ substr($_[0], 0, 16) ]}')") },
	expired => sub { $node->safe_psql('postgres', "UPDATE revyops.api_key SET expires_at = created_time WHERE prefix = '@{[ substr($_[0], 0, 16) ]}'") },
};
for my $how (qw(revoked expired))
{
	for my $level ('', 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
	{
		my ($old, $new) = map { new_key("$how $level $_", 1, 'NULL') } 1, 2;
		my $name = ($level || 'no transaction') . ", $how";

		$set->($new);
		sees(1, "$name, the new key");
		$set->($old);
		$session->query("BEGIN ISOLATION LEVEL $level") if $level;
		sees(1, "$name, the old key");
		my $newest = new_key("$how $level 3");
		$end->{$how}->($old);
		sees(0, "$name, the old key when it has ended");
		$session->query("SET LOCAL revyops.api_key = '$new'"), sees(1, "$name, the new key in the same transaction") if $level;
		$session->query("SET LOCAL revyops.api_key = '$newest'"), sees(1, "$name, one that is newer than the snapshot") if $level;
		$session->query('COMMIT') if $level;
		sees(0, "$name, the old key when the transaction is over");
		$set->($new);
		sees(1, "$name, the new key lives on");
	}
}
$session->quit;

done_testing();
