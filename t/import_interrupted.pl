# An import that is broken off: what others see of it meanwhile, what it leaves,
# and that calling it again finishes the rest.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use lib 't';
use patience;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\nrestart_after_crash = on\nremove_temp_files_after_crash = on");
$node->start;
# 25 rows in batches of 10, one of them wrong in each of the first two
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
CREATE TABLE source AS SELECT CASE WHEN i IN (5, 15) THEN 'nope' ELSE 'i' || i || '@acme.com' END AS email, i AS "N" FROM generate_series(1, 25) i;
ANALYZE source;
EOS

# says runs statements in a session and returns what comes back, errors as SQLSTATE and message; rates left out.
sub says
{
	my ($session, $statements) = @_;
	$session->{stderr} = '';
	my $out = $session->query($statements);
	return join("\n", grep { $_ ne '' } $out, told($session));
}

sub told
{
	my ($session) = @_;
	return map { s/[\d,]+ rows\/s/N rows\/s/r } grep { $_ ne 'columns' } $session->{stderr} =~ /(?:ERROR|FATAL|NOTICE): +(?:00000: import \d+: )?(.*)/g;
}

sub session
{
	my ($client) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	says($session, "\\set VERBOSITY verbose\nSET revyops.client_id = $client");
	return $session;
}

sub sql { return $node->safe_psql('postgres', $_[0]) }

# begin_import starts an import that comes to wait for a contact somebody else is about to create, in its second batch.
sub begin_import
{
	my ($client) = @_;
	my $blocker = session($client);
	my $session = session($client);
	my $pid = says($session, 'SELECT pg_backend_pid()');

	says($blocker, "BEGIN; SELECT 1 FROM revyops_create_contact('{\"email\": \"i13\@acme.com\"}')");
	$session->{stderr} = '';
	$session->query_until(qr/begun/, "\\echo begun\nCALL revyops_import_contacts('source', 10);\n");
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the import did not wait';
	return ($session, $blocker, $pid);
}

# jobs are the counts of a client's imports, oldest first.
sub jobs
{
	my ($client) = @_;
	return sql("SELECT rows_seen, created, duplicates, failed, estimated_total, finished IS NOT NULL FROM revyops.import_job WHERE client_id = $client ORDER BY id");
}

sub rejects
{
	my ($client) = @_;
	return sql("SELECT string_agg(ordinal || ' ' || (source_row->>'N') || ' ' || status || ' ' || (errors->0->>'code'), ', ' ORDER BY job, ordinal) FROM revyops.import_reject WHERE client_id = $client");
}

sub contacts
{
	my ($client) = @_;
	return sql("SELECT string_agg(substr(email, 2, length(email) - 10), ' ' ORDER BY id) FROM revyops.contact WHERE client_id = $client");
}

sub status
{
	my ($client) = @_;
	return sql("SET revyops.client_id = $client; SELECT regexp_replace(regexp_replace(regexp_replace(revyops_import_status(), '^import \\d+', 'import N'), '[\\d,]+ rows/s', 'N rows/s'), '\\d+ s left', 'N s left')");
}

my $first = join(' ', grep { $_ != 5 } 1 .. 10);
my $seen = 'import N of public.source [########............]  40 %, 10 of about 25 rows: 9 created, 0 duplicates, 1 failed; N rows/s';

# breaks_off begins an import, lets something end it, and looks at what is left and whether another finishes it.
sub breaks_off
{
	my ($name, $end, @expected) = @_;
	my $client = sql("SELECT revyops_create_client('$name')");
	my ($session, $blocker, $pid) = begin_import($client);

	is(jobs($client), '10|9|0|1|25|f', "$name: others see the job while it waits");
	is(rejects($client), '5 5 400 invalid_email', "$name: and its rejects");
	is(contacts($client), $first, "$name: and its contacts");
	# not only because it was busy a moment ago
	sql("UPDATE revyops.import_job SET updated = updated - interval '1 hour' WHERE client_id = $client");
	is(status($client), "$seen; N s left", "$name: the status tells that it is running");

	$end->($pid, $session);
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid AND state = 'active')") or die 'the import did not end';
	is(status($client), "$seen; interrupted", "$name: the status tells that it is not any more");
	if (@expected)
	{
		is(says($session, "SELECT 'alive'"), 'alive', "$name: the session goes on");
		is(join("\n", told($session)), '', "$name: nothing comes behind");
		is(says($session, 'SELECT (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_locks WHERE locktype = \'object\' AND pid = pg_backend_pid() AND classid IN (\'revyops.client\'::regclass, \'revyops.import_job\'::regclass))'), '0|0', "$name: nothing of it is held on to");
		says($blocker, 'ROLLBACK');
		$blocker->quit;
	}
	else
	{
		eval { $_->quit } for $session, $blocker;	# whose servers may be gone
		$session = session($client);
	}
	is(jobs($client), '10|9|0|1|25|f', "$name: the first batch is kept");
	is(rejects($client), '5 5 400 invalid_email', "$name: the batch in flight left no rejects");
	is(contacts($client), $first, "$name: nor contacts");

	is(says($session, "CALL revyops_import_contacts('source', 10)"),
		"10 of about 25 rows: 0 created, 9 duplicates, 1 failed; N rows/s\n20 of about 25 rows: 9 created, 9 duplicates, 2 failed; N rows/s\n25 rows: 14 created, 9 duplicates, 2 failed; N rows/s", "$name: another call finishes the rest");
	is(jobs($client), "10|9|0|1|25|f\n25|14|9|2|25|t", "$name: as a job of its own");
	is(rejects($client), '5 5 400 invalid_email, 5 5 400 invalid_email, 15 15 400 invalid_email', "$name: with rejects of its own");
	is(contacts($client), join(' ', grep { $_ % 10 != 5 || $_ == 25 } 1 .. 25), "$name: every contact once");
	like(status($client), qr/^import N of public\.source \[#{20}\] 100 %, 25 rows: 14 created, 9 duplicates, 2 failed; N rows\/s; finished$/, "$name: the status tells the last one");
	$session->quit;
}

# eventually waits for something that no query can tell.
sub eventually
{
	my ($what, $happened) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if $happened->();
		usleep(100_000);
	}
	die "$what did not happen";
}

sub kill_backend
{
	kill 'KILL', $_[0];
	eventually('recovery', sub { $node->psql('postgres', 'SELECT 1') == 0 });
}

sub kill_postmaster
{
	my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	$node->kill9;
	eventually('its end', sub { !kill 0, $postmaster });
	# its children hold the shared memory for a moment
	eventually('a start', sub { $node->start(fail_ok => 1) });
}

my $line = '10 of about 25 rows: 9 created, 0 duplicates, 1 failed; N rows/s';

# ends_with is the end of an import that is told to its caller as an error.
sub ends_with
{
	my ($name, $error, $end) = @_;
	breaks_off($name, sub {
		my ($pid, $session) = @_;
		$end->($pid);
		$session->query('SELECT 1');
		is(join("\n", told($session)), "$line\n$error", "$name: the caller is told");
		$session->{stderr} = '';
	}, 1);
}
ends_with('cancelled', '57014: canceling statement due to user request', sub { sql("SELECT pg_cancel_backend($_[0])") });
breaks_off('terminated', sub { sql("SELECT pg_terminate_backend($_[0])") });
breaks_off('backend killed', \&kill_backend);
breaks_off('postmaster killed', \&kill_postmaster);

# ---- without anybody's doing
my $client = sql("SELECT revyops_create_client('timeouts')");
my ($session, $blocker);
for my $case ([ 'statement_timeout', '57014: canceling statement due to statement timeout' ], [ 'lock_timeout', '55P03: canceling statement due to lock timeout' ])
{
	my ($setting, $error) = @$case;
	$client = sql("SELECT revyops_create_client('$setting')");
	($session, $blocker) = (session($client), session($client));
	says($blocker, "BEGIN; SELECT 1 FROM revyops_create_contact('{\"email\": \"i13\@acme.com\"}')");
	is(says($session, "SET $setting = @{[ 500 * patience::FACTOR ]}; CALL revyops_import_contacts('source', 10)"), "$line\n$error", "$setting: ends it");
	says($blocker, 'COMMIT');
	is(jobs($client), '10|9|0|1|25|f', "$setting: the first batch is kept");
	is(says($session, "RESET $setting; CALL revyops_import_contacts('source', 100)"), '25 rows: 13 created, 10 duplicates, 2 failed; N rows/s', "$setting: another call finishes the rest");
	$_->quit for $session, $blocker;
}

# ---- while it reads, before the first batch
$client = sql("SELECT revyops_create_client('reading')");
($session, $blocker) = (session($client), session($client));
sql(<<'EOS');
CREATE VIEW held AS SELECT email, "N" FROM source WHERE "N" < 12 OR pg_advisory_xact_lock(1) IS NOT NULL;
CREATE VIEW breaks AS SELECT email, 1 / (12 - "N") AS "N" FROM source;
EOS
says($blocker, 'SELECT pg_advisory_lock(1)');
my $pid = says($session, 'SELECT pg_backend_pid()');
$session->{stderr} = '';
$session->query_until(qr/begun/, "\\echo begun\nCALL revyops_import_contacts('held', 10);\n");
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the import did not wait';
is(jobs($client), '', 'a source that keeps it waiting: there is no job yet');
sql("SELECT pg_cancel_backend($pid)");
$session->query('SELECT 1');
is(join("\n", told($session)), '57014: canceling statement due to user request', 'a source that keeps it waiting: a cancel is heard');
is(jobs($client) . contacts($client), '', 'a source that keeps it waiting: and leaves nothing');
is(says($session, "CALL revyops_import_contacts('breaks', 10)"), '22012: division by zero', 'a source that breaks at its twelfth row');
is(jobs($client) . contacts($client), '', 'a source that breaks: is read before anything is written');
says($blocker, 'SELECT pg_advisory_unlock(1)');
is(says($session, "CALL revyops_import_contacts('held', 100)"), '25 rows: 23 created, 0 duplicates, 2 failed; N rows/s', 'a source that waits no more');

# ---- a check that loses a deadlock over what it writes: it has seen the keys of the batch already
$client = sql("SELECT revyops_create_client('check')");
$_->quit for $session, $blocker;
($session, $blocker) = (session($client), session($client));
sql("CREATE TABLE checked AS SELECT CASE i WHEN 15 THEN 'nope' ELSE 'c' || i || '\@acme.com' END AS email FROM generate_series(1, 25) i");
$pid = says($session, "ANALYZE checked; SET deadlock_timeout = '@{[ 2 * patience::FACTOR ]}s'; SELECT pg_backend_pid()");
says($blocker, "SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE revyops.import_reject IN SHARE MODE");
$session->{stderr} = '';
$session->query_until(qr/begun/, "\\echo begun\nCALL revyops_import_contacts('checked', 10, mode => 'check');\n");
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the check did not wait';
says($blocker, 'LOCK TABLE revyops.contact IN ACCESS EXCLUSIVE MODE; COMMIT');
$session->query('SELECT 1');
is((told($session))[-1], '40P01: deadlock detected', 'a check that loses a deadlock: ends');
is(jobs($client), '10|10|0|0|25|f', 'a check that loses a deadlock: the first batch is told of');
like(says($session, "CALL revyops_import_contacts('checked', 10, mode => 'check')"), qr/25 rows: 24 created, 0 duplicates, 1 failed; N rows\/s$/, 'a check that loses a deadlock: again');
sql('DROP TABLE checked');

# ---- what others do to the source meanwhile
$client = sql("SELECT revyops_create_client('changes')");
($session, $blocker, $pid) = begin_import($client);
sql('ALTER TABLE source RENAME TO moved; CREATE TABLE source (email int); UPDATE moved SET email = \'changed@acme.com\'; DROP TABLE moved CASCADE');
says($blocker, 'COMMIT');
$session->query('SELECT 1');
is((told($session))[-1], '25 rows: 22 created, 1 duplicate, 2 failed; N rows/s', 'a source that is changed and dropped: the import goes on with what it was');
is(sql("SELECT string_agg(substr(email, 2, length(email) - 10), ' ' ORDER BY substr(email, 2, length(email) - 10)::int) FROM revyops.contact WHERE client_id = $client"), join(' ', grep { $_ % 10 != 5 || $_ == 25 } 1 .. 25), 'a source that is changed: no row of another time');
is(rejects($client), '5 5 400 invalid_email, 15 15 400 invalid_email', 'a source that is changed: its rejects are of the same');
$_->quit for $session, $blocker;

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|signal 11|XX000|WARNING:  (?!00000: terminating connection because of crash)/, 'nothing odd in the server\'s log');
done_testing();
