# nginx and what is behind it, the gateway or PostgREST, as they are shipped, in front of a node, for the tests of what
# goes over HTTP to a server of their own. To be used before PostgreSQL::Test::Utils, which forgets the environment.
package stack;
use strict;
use warnings;

# where script/server has the PostgREST that was fetched, if that is another user's
my $postgrest;
BEGIN
{
	($postgrest) = grep { defined && -x } $ENV{POSTGREST}, defined $ENV{PGHOST} ? "$ENV{PGHOST}/../bin/postgrest" : undef;
}
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

use patience;

my @stacks;
END { local $?; $_->stop for @stacks }

# new starts them, and waits until they answer: front is gateway or postgrest, whose roles the node has. They go to the
# host and port that are given, else to the node; settings are added to those of the front.
sub new
{
	my ($class, $node, %how) = @_;
	my $front = $how{front} // 'postgrest';
	$front eq 'gateway' or $postgrest or die 'POSTGREST names no program';
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $self = bless { dir => $dir, port => $port, url => "http://127.0.0.1:$port" }, $class;

	for my $file ($front eq 'gateway' ? 'nginx.conf' : map { "postgrest/$_" } qw(nginx.conf nginx-endpoint.inc postgrest.conf))
	{
		append_to_file("$dir/" . $file =~ s/.*\///r, patience::file($file) =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/r);
	}
	append_to_file("$dir/gateway.conf", "listen = gateway.sock\ndatabase = user=revyops_gateway\nanswer_timeout = @{[ 15000 * patience::FACTOR ]}\nbatch_timeout = @{[ 14000 * patience::FACTOR ]}\n") if $front eq 'gateway';
	append_to_file("$dir/$front.conf", $how{settings} // '');
	my $middle = $front eq 'gateway' ? [ "$ENV{TESTDIR}/gateway/revyops-gateway", '--config', 'gateway.conf' ] : [ $postgrest, 'postgrest.conf' ];
	for my $server ($middle, [ 'nginx', '-p', $dir, '-c', 'nginx.conf', '-e', 'stderr' ])
	{
		local %ENV = (%ENV, PGHOST => $how{host} // $node->host, PGPORT => $how{port} // $node->port, PGDATABASE => 'postgres', PATH => "$ENV{PATH}:/usr/sbin");
		push @{ $self->{servers} }, IPC::Run::start($server, '<', \undef, '>', "$dir/log" . @{ $self->{servers} // [] }, '2>&1', init => sub { chdir $dir });
	}
	push @stacks, $self;
	$self->{$front} = $self->{servers}[0];
	for (1 .. 20 * $PostgreSQL::Test::Utils::timeout_default)
	{
		# a wrong key: without one nginx says so by itself
		return $self if (run_command([ 'curl', '-s', '-m', '30', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'X-API-Key: -', '-d', '{}', "$self->{url}/public/v2/contacts" ]))[0] eq '403';
		usleep(50_000);
	}
	die 'the HTTP stack does not come up: ' . $self->log;
}

sub stop
{
	my ($self) = @_;
	my $servers = delete $self->{servers} or return;
	$_->signal('TERM'), $_->finish for @$servers;
}

# wait_for_log waits until one of them has written something.
sub wait_for_log
{
	my ($self, $pattern) = @_;
	for (1 .. 20 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if $self->log =~ $pattern;
		usleep(50_000);
	}
	die "not in the log: $pattern";
}

# log gives what both have written.
sub log
{
	my ($self) = @_;
	return join '', map { slurp_file($_) } glob("$self->{dir}/log*");
}

1;
