# What happens to the gateway's requests when PostgreSQL, their callers or the gateway itself go away.
use strict;
use warnings;

use lib 't';

use gateway;
use List::Util qw(sum);
use POSIX qw(WNOHANG);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = gateway::node('main');
my $key = gateway::key($node, 'One');
my $gateway = gateway->new($node);
my $SERVICE = '{"detail": "Service unavailable, try again."}';

sub sql { return $node->safe_psql('postgres', $_[0]) }
sub create { my ($name) = @_; return { key => $key, body => "{\"email\": \"$name\@acme.com\"}" } }
sub there { my ($name) = @_; return sql("SELECT count(*) FROM revyops.contact WHERE email ~ '^$name\[0-9]*\@'") }
sub get { my ($id) = @_; return { key => $key, method => 'GET', uri => "/public/v2/contacts/" . ($id // 1) } }
sub answer { my ($answer) = @_; return $answer && [ @$answer{qw(status body)}, $answer->{headers}{'retry-after'} ] }

# comes_back waits until a request is carried out again.
sub comes_back
{
	my ($what, $request) = @_;
	gateway::until_true("$what: it serves again", sub { ($gateway->ask(%{ $request // get() }) // { status => 0 })->{status} < 300 });
	pass("$what: it is back by itself");
}

# The body of a function that a trigger runs; it waits where the last name says so.
sql("CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN SET LOCAL lock_timeout = 0; PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END \$\$;
	CREATE TRIGGER wait AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.email LIKE 'wait%') EXECUTE FUNCTION wait()");
is($gateway->ask(%{ create('one') })->{status}, 201, 'it serves');

# ---- PostgreSQL restarted under load
# under_load runs something while 32 connections create, and balances the books.
sub under_load
{
	my ($name, $run) = @_;
	my ($number, $created, $going, %sent, %status) = (0, 0, 1);
	my $next = sub { my ($connection) = @_; $connection->{name} = "$name" . ++$number; $sent{ $connection->{name} } = 'none'; return $connection->send(fcgi::request(%{ create($connection->{name}) })) };
	my @connections = map { $next->(fcgi->connect($gateway->{socket})) } 1 .. 32;
	my $ran = 0;
	fcgi::drive(\@connections, sub {
		my ($connection, $answer) = @_;
		$sent{ $connection->{name} } = $answer->{status} if $answer;
		$status{ $answer ? $answer->{status} : 'none' }++;
		$created++ if $answer && $answer->{status} == 201;
		# while it runs they go on; and 1,000 more when it has
		$ran ||= $run->() if $created >= 300;
		$created = 300 if $ran > 1 && waitpid($ran, WNOHANG) == 0;
		$going = 0 if $created >= 1300;
		return undef unless $going;
		$connection = fcgi->connect($gateway->{socket}) // die 'nobody listens' unless $answer;
		return $next->($connection);
	}, 4 * $PostgreSQL::Test::Utils::timeout_default);
	diag "$name: " . join ', ', map { "$_: $status{$_}" } sort keys %status;
	is_deeply([ sort keys %status ], [ 201, $status{503} ? 503 : () ], "$name: 201 and 503, nothing else");
	my %row = map { $_ => 1 } split /\n/, sql("SELECT split_part(email, '\@', 1) FROM revyops.contact WHERE email ~ '^$name\[0-9]'");
	is_deeply([ grep { $sent{$_} eq '201' && !$row{$_} } sort keys %sent ], [], "$name: every 201 is a row");
	is_deeply([ grep { !exists $sent{$_} } sort keys %row ], [], "$name: every row is a request's");
	$gateway->at_rest;
	$gateway->wait_for_connections;
}

# restart restarts the server meanwhile.
sub restart
{
	my ($mode) = @_;
	my $pid = fork // die;
	return $pid if $pid;
	open STDOUT, '>', '/dev/null';
	exec 'pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-m', $mode, '-w', 'restart';
}

under_load('fast', sub { restart('fast') });
under_load('immediate', sub { restart('immediate') });
under_load('terminated', sub { sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'revyops_gateway'"); 1 });
under_load('reload', sub { $gateway->signal('HUP') });

# ---- one backend
my $session = gateway::session($node);
my $terminate = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'revyops_gateway' AND state = 'active'";
$session->do('SELECT pg_advisory_lock(7)');
my $grown = $gateway->grown(sub {
	my ($write) = fcgi::start($gateway->{socket}, create('wait'));
	gateway::blocked($node, 1);
	is(sql($terminate), 1, 'the backend of a write is terminated');
	is_deeply(answer($write->answer), [ 503, $SERVICE, 1 ], 'it is a 503');
}, 'unknown_total');
is_deeply($grown, { unknown_total => 1 }, 'that may have been carried out, as far as the gateway knows');
is(there('wait'), 0, 'it was not');
$session->do('SELECT pg_advisory_unlock(7)');
$gateway->wait_for_connections;

$session->do('BEGIN; LOCK TABLE revyops.contact');
$grown = $gateway->grown(sub {
	my ($read) = fcgi::start($gateway->{socket}, get());
	gateway::blocked($node, 1);
	is(sql($terminate), 1, 'the backend of a read is terminated');
	gateway::blocked($node, 1);
	$session->do('ROLLBACK');
	is($read->answer->{status}, 200, 'it is repeated');
}, 'unknown_total');
is_deeply($grown, { unknown_total => 0 }, 'nothing is unknown');
$gateway->wait_for_connections;

# ---- a statement that takes too long
sql("ALTER ROLE revyops_gateway SET statement_timeout = '200ms'");
$gateway->signal('HUP');
$gateway->wait_for_log(qr/read again/);
$gateway->wait_for_connections;
$session->do('BEGIN; LOCK TABLE revyops.contact');
is_deeply([ map { answer($_) } $gateway->together(get(), create('late'), { %{ get() }, method => 'DELETE', uri => '/public/contacts/1' }) ], [ ([ 503, $SERVICE, 1 ]) x 3 ], 'statement_timeout: a read, a write, and one that may not share');
$session->do('ROLLBACK');
sql("ALTER ROLE revyops_gateway SET statement_timeout = '60s'");
$gateway->signal('HUP');

# ---- a server that only reads
sql('ALTER ROLE revyops_gateway SET default_transaction_read_only = on');
sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'revyops_gateway'");
$gateway->wait_for_connections;
is_deeply(answer($gateway->ask(%{ create('readonly') })), [ 503, $SERVICE, 1 ], 'a server that only reads: a write is a 503');
is($gateway->ask(%{ get() })->{status}, 200, 'a read is answered');
is(gateway::statuses($gateway->together(map { create("readonly$_") } 1 .. 20)), '503: 20', 'twenty writes at once, likewise');
# as with a standby that is promoted: nobody tells the sessions
sql('ALTER ROLE revyops_gateway RESET default_transaction_read_only');
comes_back('a server that writes again', create('writes'));

# ---- a server without room
$gateway->wait_for_connections;
sql('ALTER ROLE revyops_gateway CONNECTION LIMIT 13');
sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'revyops_gateway'");
gateway::until_true('13 connections', sub { my $now = $gateway->metrics; 13 == sum(map { $now->{"connections{lane=\"$_\"}"} } qw(read write slow batch)) });
is(gateway::statuses($gateway->together((get()) x 20)), '200: 20', 'one connection less than it wants: it reads');
is(gateway::statuses($gateway->together(map { create("room$_") } 1 .. 20)), '201: 20', 'and writes');
sql('ALTER ROLE revyops_gateway CONNECTION LIMIT 32');
$gateway->wait_for_connections;

# ---- callers that go
$session->do('SELECT pg_advisory_lock(7)');
$grown = $gateway->grown(sub {
	my @running = fcgi::start($gateway->{socket}, create('wait1'));
	gateway::blocked($node, 1);
	push @running, fcgi::start($gateway->{socket}, create('wait2'));
	gateway::blocked($node, 2);
	my @waiting = fcgi::start($gateway->{socket}, map { create("left$_") } 1 .. 3);
	$gateway->wait_for('waiting{lane="write"}' => 3);
	$_->close for @running, @waiting;
	$gateway->wait_for('waiting{lane="write"}' => 0, under_way => 2);
	$session->do('SELECT pg_advisory_unlock(7)');
	$gateway->at_rest;
}, 'gone_total', 'unknown_total');
is_deeply($grown, { gone_total => 5, unknown_total => 0 }, 'five callers that went');
is(there('wait') . there('left'), '20', 'what ran is carried out, what waited is not');

# ---- a server that stands still
my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
my @stopped = ($postmaster, split ' ', slurp_file("/proc/$postmaster/task/$postmaster/children"));
$gateway->write_settings(answer_timeout => 500, queue_timeout => 1500);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
@stopped = ($postmaster, split ' ', slurp_file("/proc/$postmaster/task/$postmaster/children"));
kill 'STOP', @stopped;
$grown = $gateway->grown(sub {
	is_deeply([ map { answer($_) } $gateway->together(create('still'), get()) ], [ ([ 503, $SERVICE, 1 ]) x 2 ], 'a server that stands still: 503 after answer_timeout');
}, 'unknown_total');
is_deeply($grown, { unknown_total => 1 }, 'the end of the write is unknown');
is(gateway::statuses($gateway->together((create('still')) x 100)), '503: 100', '100 more, likewise, or after queue_timeout');
kill 'CONT', @stopped;
comes_back('a server that goes on', create('moves'));
$gateway->wait_for_connections;

# ---- a synchronous standby that is gone
sub sync_waits { my ($count) = @_; gateway::until_true("$count wait for the standby", sub { $count == sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") }) }
$gateway->write_settings(answer_timeout => 3000, queue_timeout => 60000);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
$node->reload;
# the server's processes learn of it one after another
my $early = 0;
gateway::until_true('a commit waits', sub { $gateway->ask(%{ create('early' . ++$early) })->{status} == 503 });
my $once = { %{ create('sync') }, headers => [ HTTP_IDEMPOTENCY_KEY => 'sync' ] };
$grown = $gateway->grown(sub {
	my ($write) = fcgi::start($gateway->{socket}, $once);
	sync_waits(1);
	is($gateway->ask(%{ get() })->{status}, 200, 'a commit waits for a standby that is gone: reads go on');
	is_deeply(answer($write->answer), [ 503, $SERVICE, 1 ], 'it is a 503 after answer_timeout');
}, 'unknown_total');
is_deeply($grown, { unknown_total => 1 }, 'its end is unknown');
sync_waits(0);
is(there('sync'), 1, 'the session waits no more: the contact is there, on this server');
is(gateway::statuses($gateway->together(map { create("sync$_") } 1 .. 6)), '503: 6', 'the next ones, likewise');
sync_waits(0);
sql('ALTER SYSTEM RESET synchronous_standby_names');
$node->reload;
gateway::until_true('none is', sub { sql('SHOW synchronous_standby_names') eq '' });
is($gateway->ask(%$once)->{status}, 201, 'without the standby: repeated with its Idempotency-Key, it has its answer');
$gateway->write_settings(answer_timeout => 500, queue_timeout => 1500);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;

# ---- a server that is away for long
$node->stop;
my $from = length $gateway->log;
is_deeply(answer($gateway->ask(%{ create('away') })), [ 503, $SERVICE, 1 ], 'no server: 503 after queue_timeout');
$grown = $gateway->grown(sub {
	gateway::until_true('down', sub { $gateway->ask(%{ create('away') })->{status} == 503 && $gateway->metrics->{'refused_total{reason="down"}'} > 0 });
}, 'refused_total{reason="late"}');
my $late = $gateway->metrics->{'refused_total{reason="late"}'};
is(gateway::statuses($gateway->together((create('away'), get()) x 20)), '503: 40', 'away for long: 503');
is($gateway->metrics->{'refused_total{reason="late"}'}, $late, 'without waiting');
$node->start;
comes_back('a server that was away', create('backagain'));
$gateway->wait_for_connections;
unlike($gateway->log, qr/acme|rvo_/, 'nothing of a request is in the log');

# ---- the end of the gateway
$gateway->write_settings(answer_timeout => 90000, queue_timeout => 60000);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
$session = gateway::session($node);
$session->do('SELECT pg_advisory_lock(7)');
my $idle = fcgi->connect($gateway->{socket});
my @running = fcgi::start($gateway->{socket}, create('wait3'));
gateway::blocked($node, 1);
push @running, fcgi::start($gateway->{socket}, create('wait4'));
gateway::blocked($node, 2);
push @running, fcgi::start($gateway->{socket}, map { create("last$_") } 1 .. 10);
$gateway->wait_for('waiting{lane="write"}' => 10);
$gateway->signal('TERM');
ok($idle->is_closed, 'SIGTERM: a connection without a request is closed');
is(fcgi->connect($gateway->{socket}), undef, 'a new one is refused');
$session->do('SELECT pg_advisory_unlock(7)');
is(gateway::statuses(fcgi::answers(@running)), '201: 12', 'what is under way, or waits, is answered');
is(scalar(grep { $_->is_closed } @running), 12, 'and its connection is closed then, which does not wait for drain_timeout');
is($gateway->end, 0, 'and it ends well');

$gateway->start;
$gateway->wait_for_connections;
$gateway->write_settings(drain_timeout => 100);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
$session->do('SELECT pg_advisory_lock(7)');
@running = fcgi::start($gateway->{socket}, create('wait5'));
gateway::blocked($node, 1);
is($gateway->end('TERM'), 0, 'SIGTERM with what takes longer than drain_timeout: it ends well');
is_deeply(answer($running[0]->answer), [ 503, $SERVICE, 1 ], 'and answers 503');
$session->do('SELECT pg_advisory_unlock(7)');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|signal 11|rvo_/, 'nothing odd, and no key, in the server\'s log');
done_testing();
