# revyops-gateway in front of a node, for its tests.  REVYOPS_GATEWAY names another program than the one that was built.
package gateway;
use strict;
use warnings;

use IO::Socket::UNIX;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

use fcgi;
use patience;

our $program = $ENV{REVYOPS_GATEWAY} // 'gateway/revyops-gateway';

my @started;
END { local $?; $_->end('KILL') for @started }

# node makes a server with the extension and the gateway's login.
sub node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ], allows_streaming => 1);
	$node->append_conf('postgresql.conf', "$_\n") for 'max_connections = 60', @settings;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION revyops');
	$node->safe_psql('postgres', patience::file('roles.sql'));
	# what is held up on purpose may be so for long, on a busy machine; those that test time limits set their own
	$node->safe_psql('postgres', "ALTER ROLE revyops_gateway SET statement_timeout = '60s'");
	return $node;
}

# key makes a client, and gives a key of it.
sub key
{
	my ($node, $name) = @_;
	return $node->safe_psql('postgres', "SELECT revyops_create_api_key(revyops_create_client('$name'), 'test')");
}

sub database { my ($node) = @_; return "host='" . $node->host . "' port=" . $node->port . ' dbname=postgres user=revyops_gateway' }

# until_true asks until it is, or for as long as tests wait.
sub until_true
{
	my ($what, $condition) = @_;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while (time < $end)
	{
		my $is = $condition->();
		return $is if $is;
		usleep(10_000);
	}
	die "$what: it did not happen";
}

# new starts one, with settings that are not the standard ones, and waits until it has its connections.
sub new
{
	my ($class, $node, %settings) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $self = bless { dir => $dir, socket => "$dir/gateway.sock", node => $node,
		settings => { listen => "$dir/gateway.sock", metrics => "$dir/metrics.sock", database => database($node), queue_timeout => 60000, answer_timeout => 90000, batch_timeout => 60000, %settings } }, $class;
	$self->start;
	$self->wait_for_connections;
	return $self;
}

# write_settings writes the file of settings.
sub write_settings
{
	my ($self, %settings) = @_;
	$self->{settings} = { %{ $self->{settings} }, %settings };
	open my $file, '>', "$self->{dir}/gateway.conf" or die;
	print $file map { "$_ = $self->{settings}{$_}\n" } sort keys %{ $self->{settings} };
	close $file;
}

# start starts the program, and waits until it is ready.
sub start
{
	my ($self) = @_;
	$self->write_settings;
	$self->{log} = "$self->{dir}/log" . ++$self->{starts};
	append_to_file($self->{log}, '');
	$self->{harness} = IPC::Run::start([ $program, '--config', "$self->{dir}/gateway.conf" ], '<', \undef, '>>', $self->{log}, '2>&1');
	push @started, $self;
	$self->wait_for_log(qr/: ready$/m);
}

sub pid { my ($self) = @_; return $self->{harness}{KIDS}[0]{PID} }
sub signal { my ($self, $signal) = @_; kill $signal, $self->pid }

# end ends it, and returns how: an exit status, or a signal's name.
sub end
{
	my ($self, $signal) = @_;
	my $harness = delete $self->{harness} or return;
	$harness->signal($signal) if $signal;
	$harness->finish;
	my $result = $harness->full_result;
	return $result & 127 ? 'signal ' . ($result & 127) : $result >> 8;
}

sub log { my ($self) = @_; return slurp_file($self->{log}) }

# wait_for_log waits for lines that are not those of before.
sub wait_for_log
{
	my ($self, $pattern, $from) = @_;
	until_true("$pattern in " . $self->{log}, sub {
		substr($self->log, $from // 0) =~ $pattern or $self->{harness} && !$self->{harness}->pumpable && die 'the gateway ended: ' . $self->log });
}

# log_of runs something, and gives the lines that were written until one of a pattern was.
sub log_of
{
	my ($self, $run, $until) = @_;
	my $from = length $self->log;
	$run->();
	$self->wait_for_log($until, $from);
	return substr($self->log, $from) =~ s/^revyops-gateway: //mgr;
}

# metrics gives all numbers: name{labels} => value, names without their prefix.
sub metrics
{
	my ($self) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $self->{settings}{metrics}) or die "metrics: $!";
	print $socket "GET /metrics HTTP/1.0\r\n\r\n";
	local $/;
	my ($head, $body) = split /\r\n\r\n/, <$socket>, 2;
	return { map { /^revyops_gateway_(\S+) (\S+)$/ ? ($1 => $2) : () } split /\n/, $body };
}

# grown runs something, and gives by how much some numbers grew.
sub grown
{
	my ($self, $run, @names) = @_;
	my $before = $self->metrics;
	$run->();
	my $after = $self->metrics;
	return { map { $_ => $after->{$_} - $before->{$_} } @names };
}

# wait_for waits until some numbers are what they should be.
sub wait_for
{
	my ($self, %numbers) = @_;
	my $now;
	eval { until_true('metrics', sub { $now = eval { $self->metrics } or return 0; !grep { $now->{$_} != $numbers{$_} } keys %numbers }); 1 }
	  or die "metrics: " . join ', ', map { "$_ is " . ($now->{$_} // 'none') . ", not $numbers{$_}" } keys %numbers;
}

my %standard = (read => 4, write => 2, slow => 4, batch => 4);

# wait_for_connections waits until all lanes have all their connections.
sub wait_for_connections
{
	my ($self) = @_;
	$self->wait_for(map { ("connections{lane=\"$_\"}" => $self->{settings}{"${_}_connections"} // $standard{$_}) } keys %standard);
}

# at_rest waits until nothing is under way.
sub at_rest { my ($self) = @_; $self->wait_for(under_way => 0, body_octets => 0) }

sub ask { my ($self, %of) = @_; return fcgi::ask($self->{socket}, %of) }
sub together { my ($self, @requests) = @_; return fcgi::together($self->{socket}, @requests) }

# session opens a session of psql, for what is held while others wait.
sub session
{
	my ($node) = @_;
	my $self = bless { in => '', out => '' }, 'gateway::session';
	$self->{run} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, 'postgres' ],
		'<', \$self->{in}, '>', \$self->{out}, IPC::Run::timeout(10 * $PostgreSQL::Test::Utils::timeout_default));
	return $self;
}

# do has it carry out a statement, and gives what that says.
sub gateway::session::do
{
	my ($self, $statement) = @_;
	$self->{in} .= "$statement;\n\\echo done\n";
	$self->{run}->pump until $self->{out} =~ s/^done\n\z//m;
	my $said = $self->{out};
	$self->{out} = '';
	return $said;
}

# blocked waits until so many of the gateway's sessions wait for a lock.
sub blocked
{
	my ($node, $count) = @_;
	until_true("$count wait", sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'revyops_gateway'") == $count });
}

# statuses counts the statuses of answers: "409: 63, 201: 1"; none for those without an answer.
sub statuses
{
	my %count;
	$count{ $_ ? $_->{status} : 'none' }++ for @_;
	return join ', ', map { "$_: $count{$_}" } sort keys %count;
}

1;
