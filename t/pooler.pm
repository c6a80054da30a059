# A pgbouncer in front of a node, for the tests of what goes through one.
package pooler;
use strict;
use warnings;

use File::Temp;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

my @poolers;
END { local $?; $_->stop for @poolers }

# new starts one: each login has a single connection to the node, unless settings say otherwise.
# Its databases are those of the node, in transaction mode, and "session" and "statement": postgres in those modes.
sub new
{
	my ($class, $node, $logins, %settings) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $admin = (getpwuid $>)[0];
	my $self = bless { node => $node, dir => $dir, port => $port, admin => $admin, log => "$dir/log" }, $class;
	my $server = 'host=' . $node->host . ' port=' . $node->port;
	%settings = (
		listen_port => $port, unix_socket_dir => $dir, auth_type => 'trust', auth_file => "$dir/logins", admin_users => $admin,
		pool_mode => 'transaction', default_pool_size => 1, %settings);
	append_to_file("$dir/logins", join '', map { "\"$_\" \"\"\n" } $admin, @$logins);
	append_to_file("$dir/pgbouncer.ini", join "\n", '[databases]', "* = $server",
		map({ "$_ = $server dbname=postgres pool_mode=$_" } 'session', 'statement'),
		'[pgbouncer]', map({ "$_ = $settings{$_}" } sort keys %settings), '');
	$self->{process} = IPC::Run::start([ 'pgbouncer', "$dir/pgbouncer.ini" ], '<', \undef, '>', $self->{log}, '2>&1');
	push @poolers, $self;
	for (1 .. 20 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my $version = eval { $self->admin('SHOW VERSION') } // '';
		return $self if ($self->{version}) = $version =~ /PgBouncer (\d+\.\d+)/;
		usleep(50_000);
	}
	die 'pgbouncer does not come up: ' . $self->log;
}

# connection gives the options of psql and pgbench for a login.
sub connection
{
	my ($self, $user) = @_;
	return ('-h', $self->{dir}, '-p', $self->{port}, '-U', $user);
}

# session connects a psql that goes on after errors and shows their SQLSTATEs.
sub session
{
	my ($self, $user, $database) = @_;
	my $session = $self->{node}->background_psql('postgres', on_error_stop => 0,
		extra_params => [ '-d', "host=$self->{dir} port=$self->{port} dbname=" . ($database // 'postgres') . " user=$user" ]);
	$session->query_safe('\set VERBOSITY verbose');
	return $session;
}

# admin runs a command of the console.
sub admin
{
	my ($self, $command) = @_;
	my ($out, $err) = run_command([ 'psql', '-XAtq', $self->connection($self->{admin}), '-c', $command, 'pgbouncer' ]);
	die "pgbouncer, $command: $err" if $err ne '' && $err !~ /^(NOTICE|DEBUG)/;
	return $out;
}

sub log
{
	my ($self) = @_;
	return slurp_file($self->{log});
}

sub stop
{
	my ($self) = @_;
	my $process = delete $self->{process} or return;
	$process->signal('KILL');	# others wait for clients, or don't, by version
	$process->finish;
}

1;
