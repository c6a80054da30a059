# Requests that share a transaction: each gets its own answer, and waits for none of the others.
use strict;
use warnings;

use lib 't';

use gateway;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = gateway::node('main', 'deadlock_timeout = 100ms');
my $key = gateway::key($node, 'One');
my ($gateway, $packs, $running);	# with what, and how many write at once

sub sql { return $node->safe_psql('postgres', $_[0]) }
sub create { my ($email, %more) = @_; return { key => $key, body => '{' . join(', ', map { "\"$_->[0]\": \"$_->[1]\"" } [ email => "$email\@acme.com" ], map { [ $_ => $more{$_} ] } sort keys %more) . '}' } }
sub field { my ($answer, $name) = @_; return $answer->{body} =~ /"$name": ?"?([^",}]*)/ ? $1 : undef }

# together sends requests at once, all of them waiting before the first is begun: the connections for writing are
# kept busy until they are there.
sub together
{
	my @requests = @_;
	my $session = gateway::session($node);
	# a lock that no lock_timeout knows of
	sql("CREATE OR REPLACE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN SET LOCAL lock_timeout = 0; PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END';
		DROP TRIGGER IF EXISTS stop ON revyops.contact;
		CREATE TRIGGER stop AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.last_name = 'STOP') EXECUTE FUNCTION stop()");
	$session->do('SELECT pg_advisory_lock(7)');
	my @busy;
	for (1 .. $running)
	{
		push @busy, fcgi::start($gateway->{socket}, create('busy' . rand, last_name => 'STOP'));
		gateway::blocked($node, $_);
	}
	my @waiting = fcgi::start($gateway->{socket}, @requests);
	$gateway->wait_for('waiting{lane="write"}' => scalar grep { $packs || $_->{key} eq $key } @requests);
	my $start = time;
	$session->do('SELECT pg_advisory_unlock(7)');
	my @answers = fcgi::answers(@waiting);
	diag sprintf '%d requests: %.0f ms', scalar @requests, 1000 * (time - $start);
	is(gateway::statuses(fcgi::answers(@busy)), "201: $running", 'those that kept it busy are answered');
	return @answers;
}

# packed tells of requests that they shared transactions, or not: in so many, and so many of them undone.
sub packed
{
	my ($name, $run, $undone) = @_;
	my $grown = $gateway->grown($run, 'packs_total', 'packed_total', 'undone_total');
	return is_deeply($grown, { packs_total => 0, packed_total => 0, undone_total => 0 }, "$name: one by one") if !$packs;
	cmp_ok($grown->{packed_total}, '>', $grown->{packs_total}, "$name: several at once ($grown->{packed_total} in $grown->{packs_total})");
	is($grown->{undone_total}, $undone, "$name: $undone were undone") if defined $undone;
	return $grown;
}

sub all_sorts
{
	sql('TRUNCATE revyops.contact CASCADE');
	my @got;

	packed('one e-mail', sub { @got = together((create('same')) x 64) }, undef);
	is(gateway::statuses(@got), '201: 1, 409: 63', '64 at once of one e-mail: one is created');
	my ($id) = map { field($_, 'id') } grep { $_->{status} == 201 } @got;
	is_deeply([ grep { $_ != $id } map { $_->{status} == 409 ? field($_, 'existing_id') : () } @got ], [], 'the others are told which it is');
	is(sql("SELECT count(*) FROM revyops.contact WHERE email = 'same\@acme.com'"), '1', 'and it is there once');

	packed('different ones', sub { @got = together(map { create("own$_", first_name => "N$_") } 0 .. 63) }, 0);
	is_deeply([ map { [ $_->{status}, field($_, 'email'), field($_, 'first_name'), $_->{headers}{location} ] } @got ],
		[ map { [ 201, "own$_\@acme.com", "N$_", 'http://x/public/v2/contacts/' . field($got[$_], 'id') ] } 0 .. 63 ], '64 different: each its own answer');
	is(sql("SELECT string_agg(id::text, ' ' ORDER BY substring(email, 4, strpos(email, '\@') - 4)::int) FROM revyops.contact WHERE email LIKE 'own%'"),
		join(' ', map { field($_, 'id') } @got), 'and its own row');

	packed('mixed', sub { @got = together(map { my $i = $_; ({ key => $key, body => '{"email": ' }, create("mix$i"), { key => $key, body => '{"email": "nobody"}' }, create('own1'),
		{ key => 'rvo_none', body => '{"email": "x@acme.com"}' }, { %{ create("up$i") }, method => 'PUT' }) } 0 .. 9) }, 0);
	is_deeply([ map { $_->{status} } @got ], [ (400, 201, 400, 409, 403, 201) x 10 ], '201, 400, 403 and 409, creates and upserts, mixed');
	is(sql("SELECT count(*) FROM revyops.contact WHERE email ~ '^(mix|up|x|nobody)'"), '20', 'as many rows as there were 201');
}

# ---- one of many that fails
my %status = (XX000 => 500, 40001 => 503, '40P01' => 503, 57014 => 503, 55000 => 500);
sub one_that_fails
{
	sql("CREATE OR REPLACE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE NOTICE '%', NEW.email; RAISE 'boom' USING ERRCODE = NEW.last_name; END \$\$;
		CREATE TRIGGER boom AFTER INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.first_name = 'BOOM') EXECUTE FUNCTION boom()");
	for my $state (sort keys %status)
	{
		my @got;
		packed($state, sub { @got = together(map { create("$state-$_", $_ == 7 ? (first_name => 'BOOM', last_name => $state) : ()) } 0 .. 31) }, $state eq '57014' || $state =~ /^40/ ? undef : 0);
		my $that = splice @got, 7, 1;
		is_deeply([ @$that{qw(status body)} ], [ $status{$state}, $status{$state} == 500 ? '{"detail": "Internal server error."}' : '{"detail": "Service unavailable, try again."}' ], "one of 32 raises $state: it gets $status{$state}");
		is(gateway::statuses(@got), '201: 31', 'the others are created');
		is(sql("SELECT count(*) FROM revyops.contact WHERE email LIKE lower('$state-%')"), '31', 'they are there, and it is not');
	}
	sql('DROP TRIGGER boom ON revyops.contact');
	unlike($gateway->log, qr/acme|boom/i, 'nothing of a request is in the log');
}

# ---- a trigger that fails at COMMIT
sub one_that_fails_late
{
	sql("CREATE OR REPLACE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE 'late' USING ERRCODE = 'XX000'; END \$\$;
		CREATE CONSTRAINT TRIGGER late AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.first_name = 'LATE') EXECUTE FUNCTION late()");
	my @got;
	packed('a deferred trigger', sub { @got = together(map { create("late$_", $_ == 7 ? (first_name => 'LATE') : ()) } 0 .. 15) }, 0);
	my $that = splice @got, 7, 1;
	is_deeply([ $that->{status}, gateway::statuses(@got) ], [ 500, '201: 15' ], 'one of 16 that a deferred trigger refuses');
	sql('DROP TRIGGER late ON revyops.contact');
}

# ---- many with crossed keys
sub crossed
{
	my (@got, %count);
	my @bodies = map { { key => $key, body => "{\"email\": \"r$_\@acme.com\", \"linkedin_url\": \"in/r" . ($_ * 7) % 400 . '"}' } } 0 .. 399;
	packed('crossed keys', sub { @got = together(map { ($bodies[$_], $bodies[ 399 - $_ ]) } 0 .. 399) }, undef);
	is(gateway::statuses(@got), '201: 400, 409: 400', '800 with crossed keys: each is created once');
	is(sql("SELECT count(*) FROM revyops.contact WHERE email ~ '^r[0-9]'"), '400', 'and is there once');
}

# ---- one that others have locked
sub locked
{
	my $session = gateway::session($node);
	my $id = sql("SELECT id FROM revyops.contact WHERE email = 'own1\@acme.com'");
	my $change = sub { my ($name) = @_; return { key => $key, method => 'PATCH', uri => "/public/v2/contacts/$id", body => "{\"first_name\": \"$name\"}" } };
	my $undone = $gateway->metrics->{undone_total};
	my $grown = $gateway->grown(sub {
		$session->do("BEGIN; UPDATE revyops.contact SET first_name = 'held' WHERE id = $id");
		my @held = fcgi::start($gateway->{socket}, map { $change->("H$_") } 1 .. 2);
		my $start = time;
		my @got = $gateway->together(map { create("free$_") } 0 .. 29);
		diag sprintf 'others: %.0f ms', 1000 * (time - $start);
		is(gateway::statuses(@got), '201: 30', 'a row is locked: 30 others are created while it is');
		# the two wait each alone, not for one another's place
		gateway::until_true('both were undone', sub { $gateway->metrics->{undone_total} >= $undone + 2 }) if $packs;
		gateway::blocked($node, 2);
		is(gateway::statuses($gateway->together(map { create("free$_") } 30 .. 59)), '201: 30', 'and 30 more while they wait for it');
		is(scalar(grep { $_->take_answer } @held), 0, 'they are not answered yet');
		$session->do('COMMIT');
		is(gateway::statuses(fcgi::answers(@held)), '200: 2', 'they are carried out when it is free');
		like(sql("SELECT first_name FROM revyops.contact WHERE id = $id"), qr/^H[12]$/, 'as it shows');
	}, 'undone_total');
	is($grown->{undone_total}, 2, 'each was undone once, and repeated alone') if $packs;

	# and one that does not become free
	sql("ALTER ROLE revyops_gateway SET statement_timeout = '300ms'");
	$gateway->write_settings;
	$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
	$gateway->wait_for_connections;
	$session->do("BEGIN; UPDATE revyops.contact SET first_name = 'held' WHERE id = $id");
	my @held = $gateway->together(map { $change->("X$_") } 1 .. 6);
	is(gateway::statuses(@held), '503: 6', 'as long as it is not, 503 after statement_timeout');
	is_deeply([ @{ $held[0] }{qw(headers body)} ], [ { 'content-type' => 'application/json; charset=utf-8', 'cache-control' => 'no-store', 'retry-after' => 1 }, '{"detail": "Service unavailable, try again."}' ],
		'to be tried again');
	$session->do('ROLLBACK');
	is(gateway::statuses($gateway->together($change->('after'))), '200: 1', 'and then it is carried out');
	sql("ALTER ROLE revyops_gateway SET statement_timeout = '60s'");
}

# ---- a trigger that takes its time
sub slow
{
	$gateway->write_settings(answer_timeout => 4000 * patience::FACTOR, queue_timeout => 60000);
	$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
	$gateway->wait_for_connections;
	sql("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END';
		CREATE TRIGGER slow AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION slow()");
	my @got;
	packed('slow', sub { @got = together(map { create("slow$_") } 1 .. 64) }, 0);
	is(gateway::statuses(@got), '201: 64', 'a trigger takes its time: no pack takes longer than answer_timeout');
	sql('DROP TRIGGER slow ON revyops.contact; DROP FUNCTION slow()');
}

for my $switch ('on', 'off')
{
	$packs = $switch eq 'on';
	# without packs one that waits for a lock keeps a connection; of several, one is for other keys
	$running = $packs ? 2 : 7;
	$gateway = gateway->new($node, packs => $switch, write_connections => $packs ? 2 : 8);
	subtest "packs = $switch" => sub {
		all_sorts();
		one_that_fails();
		one_that_fails_late();
		crossed();
		locked();
		slow();
	};
	$gateway->at_rest;
	is($gateway->end('TERM'), 0, 'it ends well');
}
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|signal 11/, 'nothing odd in the server\'s log');
done_testing();
