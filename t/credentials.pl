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
	is($later->safe_psql('postgres', 'SHOW auto_explain.log_parameter_max_length', extra_params => [ '-U', 'revyops_authenticator' ]), '0', 'and the setting holds once it is loaded');
	is($later->safe_psql('postgres', 'SHOW auto_explain.log_parameter_max_length'), '-1', 'for that login');
	$later->safe_psql('postgres', 'CREATE ROLE maker CREATEROLE; CREATE ROLE app; GRANT app TO maker WITH ADMIN OPTION');
	my ($rc, $out, $err) = $later->psql('postgres', 'SET ROLE maker; ALTER ROLE app SET auto_explain.log_parameter_max_length = 0');
	like($err, qr/^psql:<stdin>:1: ERROR:  permission denied to set parameter "auto_explain.log_parameter_max_length"$/m, 'who is no superuser may not set it');
	$later->stop;
}

# new_key makes a key; the word of its secret that nobody may see is from its 18th character on.
my %secret;
sub new_key
{
	my ($name, @more) = @_;
	my $key = $node->safe_psql('postgres', 'SELECT revyops_create_api_key(' . join(', ', 1, "'$name'", @more) . ')');
	$secret{$name} = substr($key, 17);
	return $key;
}
$node->safe_psql('postgres', "SELECT revyops_create_client('One')");
my $key = new_key('live');
my $second = new_key('second');
my $master = new_key('master', 'NULL', "'master'");
my $revoked = new_key('revoked');
my $expired = new_key('expired', "now() + interval '1 hour'");
$node->safe_psql('postgres', "SELECT revyops_revoke_api_key('@{[ substr($revoked, 0, 16) ]}')");
$node->safe_psql('postgres', "UPDATE revyops.api_key SET expires_at = now() WHERE prefix = '@{[ substr($expired, 0, 16) ]}'");

# ---- the stack as it is shipped, on this server
my $stack = stack->new($node);

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

answers(201, 'X-API-Key', $contacts, '{"email": "a@acme.com"}', "X-API-Key: $key");
answers(201, 'Bearer', $contacts, '{"email": "b@acme.com"}', "Authorization: Bearer $second");
answers(409, 'a duplicate', $contacts, '{"email": "a@acme.com"}', "X-API-Key: $key");
answers(400, 'a bad body', $contacts, '{', "X-API-Key: $key");
answers(403, 'a revoked key', $contacts, '{"email": "c@acme.com"}', "X-API-Key: $revoked");
answers(403, 'an expired key', $contacts, '{"email": "c@acme.com"}', "X-API-Key: $expired");
answers(403, 'the start of one, the secret of another', $contacts, '{"email": "c@acme.com"}', 'X-API-Key: ' . substr($key, 0, 17) . substr($second, 17));
answers(404, 'a company that is none', $contacts, '{"email": "c@acme.com", "company_id": 99}', "X-API-Key: $key");
answers(200, 'a list, the key in the query as well', "$contacts?api_key=$key&email=$second", undef, "X-API-Key: $key");
answers(200, 'a batch', "$contacts/batch", '{"contacts": [{"email": "d@acme.com"}, {"email": "nope"}]}', "X-API-Key: $key");
answers(200, 'a master list', '/public/v2/contacts-master-list', undef, "X-Master-API-Key: $master");
answers(404, 'no path of ours', "/$key", '{}', "X-API-Key: $key");
answers(405, 'no method of its', "$contacts/batch?$key", undef, "X-API-Key: $key");

# A request that waits is in pg_stat_activity; cancelled, it is an error in the log.
my $blocker = $node->background_psql('postgres');
$blocker->query_safe('BEGIN; LOCK TABLE revyops.contact IN ACCESS EXCLUSIVE MODE');
my ($command, $file) = curl($contacts, '{"email": "e@acme.com"}', "X-API-Key: $key");
my $out = '';
my $waiting = IPC::Run::start($command, '>', \$out);
my $waits = q(FROM pg_stat_activity WHERE usename = 'revyops_authenticator' AND wait_event_type = 'Lock');
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT $waits)") or die 'the request did not wait';
my $activity = $node->safe_psql('postgres', 'SELECT * FROM pg_stat_activity');
like($activity, qr/"postgrest"/, 'pg_stat_activity shows the request');
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) $waits");
$waiting->finish;
like($out, qr/ 500$/, 'which is cancelled');
$blocker->query_safe('ROLLBACK');
$blocker->quit;

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
	unlike($node->safe_psql('postgres', 'SELECT * FROM pg_settings; SHOW ALL; SELECT * FROM pg_file_settings; SELECT * FROM pg_stat_activity'), qr/$secret{second}/, 'and is among no settings that are shown');
}

# ---- nothing of it was written down
sub has_no_secret
{
	my ($text, $name) = @_;
	cmp_ok(length $text, '>', 200, "$name: there is something to look at");
	ok(index($text, $secret{$_}) < 0, "$name: not the key \"$_\"") for sort keys %secret;
}
my $log = slurp_file($node->logfile);
like($log, qr/"postgrest".*set_config\('request\.headers'|set_config\('request\.headers'.*"postgrest"/s, 'the log has the calls');
like($log, qr/Query Text: .*("postgrest"|set_config)/, 'and what auto_explain adds');
like($log, qr/canceling statement due to user request/, 'and the error');
has_no_secret($log, 'the server\'s log');
has_no_secret($activity, 'pg_stat_activity');
has_no_secret($node->safe_psql('postgres', 'SELECT * FROM pg_stat_statements'), 'pg_stat_statements');
has_no_secret(($node->safe_psql('postgres', 'SELECT * FROM revyops.api_key')) . (run_command([ 'pg_dumpall', '-h', $node->host, '-p', $node->port ]))[0], 'a dump of all');
unlike($stack->log, qr/$secret{$_}/, "nginx and PostgREST: not the key \"$_\"") for sort keys %secret;

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
		my ($old, $new) = map { new_key("$how $level $_", 'NULL') } 1, 2;
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
