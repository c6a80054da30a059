# revyops-gateway as a program: its settings, its sockets, and what the service manager gives and is told.
use strict;
use warnings;

use lib 't';

use gateway;
use Fcntl;
use IO::Socket::UNIX;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Socket;
use Test::More;

my $node = gateway::node('main');
my $key = gateway::key($node, 'One');
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $database = gateway::database($node);

# program runs it to its end: exit status, output, errors.
sub program
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');
	my $harness = IPC::Run::start([ $gateway::program, @arguments ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$harness->finish;
	return [ $harness->full_result >> 8, $out, $err ];
}

# with_file runs it with a file of settings.
my $files = 0;
sub with_file
{
	my ($text, @arguments) = @_;
	my $file = "$dir/conf" . ++$files;
	append_to_file($file, $text);
	my $got = program('--config', $file, @arguments);
	s/\Q$file\E/FILE/g for @$got;
	return $got;
}

# ---- what ends it at once
sub line { return "revyops-gateway: $_[0]\n" }

is_deeply(program('--version'), [ 0, "revyops-gateway 1.0\n", '' ], '--version');
is_deeply(program('--help'), [ 0, "usage: revyops-gateway [--config FILE] [--check | --version]\n", '' ], '--help');
is_deeply(program('more'), [ 2, '', "usage: revyops-gateway [--config FILE] [--check | --version]\n" ], 'an argument too many');
is_deeply(program('--config', "$dir/none"), [ 1, '', line("$dir/none: No such file or directory") ], 'a file that is not there');
is_deeply(program('--config', $dir), [ 1, '', line("$dir: Is a directory") ], 'a directory');
is_deeply(with_file("# a comment\n\nport = 5432\n"), [ 1, '', line('FILE, line 3: no setting') ], 'a name that is none');
is_deeply(with_file("waiting\n"), [ 1, '', line('FILE, line 1: no setting') ], 'a name without a value');
for my $number ('many', '', '0', '65537', '10x', '99999999999999999999')
{
	is_deeply(with_file("waiting = $number\n"), [ 1, '', line('waiting must be a number from 1 to 65536') ], "waiting = $number");
}
is_deeply(with_file("packs = yes\n"), [ 1, '', line('packs must be on or off') ], 'packs = yes');
is_deeply(with_file("packs = no\nwaiting = x\n"), [ 1, '', line('packs must be on or off') . line('waiting must be a number from 1 to 65536') ], 'two that are wrong: a line each');
my $secret = line('database: a password belongs in a file that PGPASSFILE names');
is_deeply(with_file("database = dbname=x password=hunter2\n"), [ 1, '', $secret ], 'a password');
is_deeply(with_file("database = postgresql://me:hunter2\@localhost/x\n"), [ 1, '', $secret ], 'a password in a URI');
is_deeply(with_file("read_database = dbname=x password=hunter2\n"), [ 1, '', $secret ], 'a password for reading');
is_deeply(with_file("database = dbname=x sslpassword=hunter2\n"), [ 1, '', $secret ], 'a password of a certificate\'s key');
is_deeply(with_file("database = hunter2 and more\n"), [ 1, '', line('database: not a connection string') ], 'what is no connection string');
is_deeply(with_file('listen = ' . 'x' x 108 . "\n"), [ 1, '', line('x' x 108 . ': longer than a socket\'s path can be') ], 'a path that is too long');
is_deeply(with_file("listen = $dir/none/sock\n"), [ 1, '', line("$dir/none/sock: No such file or directory") ], 'a directory that is not there');
append_to_file("$dir/file", 'mine');
is_deeply(with_file("listen = $dir/file\n"), [ 1, '', line("$dir/file: Address already in use") ], 'a file in the way stays');
is(slurp_file("$dir/file"), 'mine', 'and is what it was');

# ---- --check
my @shown = map { "$_\n" } 'listen = /run/revyops/gateway.sock', 'metrics = ', "database = $database", 'read_database = ', 'read_connections = 4', 'write_connections = 2',
  'slow_connections = 4', 'batch_connections = 4', 'packs = on', 'pack_requests = 64', 'pack_octets = 1048576', 'lock_timeout = 50', 'queue_timeout = 5000', 'standby_timeout = 1000', 'answer_timeout = 15000', 'batch_timeout = 14000',
  'waiting = 4096', 'key_requests = 1024', 'octets = 134217728', 'key_octets = 67108864', 'body_octets = 16777216', 'drain_timeout = 20000';
my $endpoints = $node->safe_psql('postgres', 'SELECT count(*) FROM revyops_http.endpoints()');
is_deeply(with_file("database = $database\n", '--check'), [ 0, join('', @shown, "# $endpoints endpoints\n"), '' ], '--check shows the settings, and finds the endpoints');
{
	local $ENV{REVYOPS_GATEWAY_PACKS} = 'off';
	local $ENV{REVYOPS_GATEWAY_WAITING} = '7';
	my @other = map { s/^(packs = ).*/${1}off/r =~ s/^(waiting = ).*/${1}7/r } @shown;
	is_deeply(with_file("database = $database\nwaiting = 8\npacks = on\n", '--check'), [ 0, join('', @other, "# $endpoints endpoints\n"), '' ], 'the environment counts more than the file');
	$ENV{REVYOPS_GATEWAY_WAITING} = 'x';
	is_deeply(with_file("waiting = 8\n"), [ 1, '', line('waiting must be a number from 1 to 65536') ], 'and is checked as well');
}
my $none = $database =~ s/dbname=postgres/dbname=none/r;
my $check = with_file("database = $none\n", '--check');
is_deeply([ $check->[0], $check->[1] =~ /^(# .*)\n\z/m, $check->[2] =~ s/connection to .* failed: /…: /r ], [ 1, '# 0 endpoints', line('database: …: FATAL:  database "none" does not exist') ],
	'--check without a database');

# ---- sockets
my $gateway = gateway->new($node);
my $created = $gateway->ask(key => $key, body => '{"email": "a@acme.com"}');
is($created->{status}, 201, 'it serves');
my ($mode) = map { $_ & 0777 } (stat $gateway->{socket})[2];
is(sprintf('%o', $mode), '660', 'the socket is for its owner and the group');
is_deeply(with_file("listen = $gateway->{socket}\n"), [ 1, '', line("$gateway->{socket}: somebody listens there already") ], 'a second one on the same path');
is($gateway->ask(method => 'GET', uri => '/ready')->{status}, 200, 'the first goes on');

# ---- SIGHUP
sub reload { my (%settings) = @_; $gateway->write_settings(%settings); return $gateway->log_of(sub { $gateway->signal('HUP') }, qr/settings .*\n/) }
is(reload(waiting => 'x'), "waiting must be a number from 1 to 65536\nthe settings stay as they were\n", 'a setting that is wrong');
is($gateway->ask(method => 'GET', uri => '/ready')->{status}, 200, 'it goes on');
is(reload(waiting => 4096, database => "$database password=x"), "database: a password belongs in a file that PGPASSFILE names\nthe settings stay as they were\n", 'a password');
is(reload(database => $database, read_connections => 2, write_connections => 3), "the settings were read again\n", 'settings that are right');
$gateway->wait_for_connections;
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'revyops_gateway'"), '13', 'it has as many connections as they say');
is(reload(read_connections => 4, body_octets => 1024), "the settings were read again\n", 'and again');
$gateway->wait_for_connections;
my $large = $gateway->ask(key => $key, body => '{"email": "a@acme.com", "first_name": "' . 'x' x 1024 . '"}');
is_deeply([ @$large{qw(status body)} ], [ 413, '{"detail": "Request body too large."}' ], 'they are in force');
is($gateway->end('TERM'), 0, 'SIGTERM ends it');
is($gateway->log =~ s/.*\n(?=.*\n\z)//sr, line('ended'), 'which it says');
ok(-S $gateway->{socket}, 'its socket\'s path stays');
$gateway->start;
$gateway->wait_for_connections;
is($gateway->ask(method => 'GET', uri => '/ready')->{status}, 200, 'and is replaced by the next one');
is($gateway->end('KILL'), 'signal 9', 'it is killed');
$gateway->start;
is($gateway->end('INT'), 0, 'the next one starts all the same, and SIGINT ends it');

# ---- a socket whose queue is full belongs to somebody
my $busy = "$dir/busy";
my $listener = IO::Socket::UNIX->new(Local => $busy, Listen => 1) or die;
my @waiting;
while (1)
{
	socket my $socket, PF_UNIX, SOCK_STREAM, 0;
	fcntl $socket, F_SETFL, O_NONBLOCK;
	connect($socket, pack_sockaddr_un($busy)) or last;
	push @waiting, $socket;
}
is_deeply(with_file("listen = $busy\n"), [ 1, '', line("$busy: Address already in use") ], 'a socket that has no room for one more');
ok(defined $listener->accept, 'it is still there');

# ---- the service manager
# Opens sockets like systemd, blocking, from descriptor 3 on, and becomes the program.
my $manager = <<'EOS';
use Fcntl; use IO::Socket::UNIX; use POSIX;
my ($program, $config, @sockets) = @ARGV;
my @open = map { IO::Socket::UNIX->new(Local => (split /=/)[1], Listen => 100) // die $! } @sockets;
my @high = map { fcntl $_, F_DUPFD, 100 } @open;
POSIX::dup2($high[$_], 3 + $_) for 0 .. $#high;
@ENV{qw(LISTEN_FDS LISTEN_PID LISTEN_FDNAMES)} = (scalar @sockets, $$, join ':', map { (split /=/)[0] } @sockets);
exec $program, '--config', $config;
EOS
my $notified = "$dir/notify";
my $notify = IO::Socket::UNIX->new(Local => $notified, Type => SOCK_DGRAM) or die;
sub notice { my $text = ''; local $SIG{ALRM} = sub { die 'nothing was said' }; alarm $PostgreSQL::Test::Utils::timeout_default; $notify->recv($text, 100); alarm 0; return $text }

$gateway->write_settings(listen => "$dir/not/here", metrics => '');
append_to_file("$dir/manager.log", '');
my $service;
{
	local $ENV{NOTIFY_SOCKET} = $notified;
	$service = IPC::Run::start([ $^X, '-e', $manager, $gateway::program, "$gateway->{dir}/gateway.conf", "metrics=$dir/m", "fastcgi=$dir/s" ], '<', \undef, '>>', "$dir/manager.log", '2>&1');
}
is(notice(), 'READY=1', 'the service manager is told that it is ready');
is(fcgi::ask("$dir/s", method => 'GET', uri => '/ready', keep => 0)->{status}, 200, 'a socket that was opened for it');
my @several = map { fcgi->connect("$dir/s") } 1 .. 3;
is(gateway::statuses(map { $_->send(fcgi::request(method => 'GET', uri => '/ready'))->answer } @several), '200: 3', 'several connections of it');
my $metrics = bless { settings => { metrics => "$dir/m" } }, 'gateway';
is($metrics->metrics->{'answers_total{lane="read",class="2xx"}'}, 4, 'and one for the metrics');
$service->signal('HUP');
is_deeply([ notice(), notice() ], [ 'RELOADING=1', 'READY=1' ], 'it is told of a reload');
$service->signal('TERM');
is(notice(), 'STOPPING=1', 'and of the end');
$service->finish;
is($service->full_result || 0, 0, 'which is a good one');
done_testing();
