# Two servers between which script/move-client moves clients, for its tests.
package move;
use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);

our @EXPORT = qw(server conninfo block moves killed);

# block gives a block of commands of the page, by how it begins.
sub block
{
	my ($language, $begin) = @_;
	my ($text) = slurp_file('doc/moving-clients.md') =~ /^```$language\n(\Q$begin\E.*?)```/ms or die "no '$begin' in the page";
	return $text;
}

# server makes one that has the range of ids of a number, as the page says.
sub server
{
	my ($name, $number, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ], allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', join "\n", 'max_connections = 60', "wal_retrieve_retry_interval = '100ms'", @settings, '');
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION revyops');
	# each keeps on a server that has its range
	$node->safe_psql('postgres', block('sql', '-- the number of this server') =~ s/\\set server 2/\\set server $number/r) for 1 .. 2;
	return $node;
}

sub conninfo { my ($node) = @_; return 'host=' . $node->host . ' port=' . $node->port . ' dbname=postgres' }

# moves runs the script, and gives its exit status and what it said.
sub moves
{
	my (@arguments) = @_;
	my $said = '';
	IPC::Run::run([ 'script/move-client', @arguments ], '<', \undef, '>&', \$said, IPC::Run::timeout(5 * $PostgreSQL::Test::Utils::timeout_default));
	return [ $? >> 8, $said =~ s/^move-client: //mgr ];
}

# killed does the same, and kills it when it has said something; a number is milliseconds.
sub killed
{
	my ($when, @arguments) = @_;
	my $said = '';
	my $script = IPC::Run::start([ 'script/move-client', @arguments ], '<', \undef, '>&', \$said, IPC::Run::timeout(5 * $PostgreSQL::Test::Utils::timeout_default));
	if ($when =~ /^\d+$/) { usleep(1000 * $when) }
	else { $script->pump until $said =~ $when || !$script->pumpable }
	$script->signal('KILL');
	eval { $script->finish };
	return $said;
}

1;
