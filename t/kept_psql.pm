# A psql that is kept from script to script: what a script leaves in its session ends with it, and thousands of them don't
# wait for as many programs and connections to start.
package kept_psql;
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;

# What psql says when a script begins and when it is through, on both of its ways out.
my $begin = '-- the script begins --';
my $end = '-- the script has ended --';

sub new
{
	my ($class, $node, $database) = @_;
	return bless { command => [ 'psql', '-XAtq', '-d', $node->connstr($database) ] }, $class;
}

# start_program: the first time, and after a script that took the connection along
sub start_program
{
	my ($self) = @_;
	@$self{qw(in out err)} = ('', '', '');
	$self->{timer} = IPC::Run::timer($PostgreSQL::Test::Utils::timeout_default);
	$self->{program} = IPC::Run::start($self->{command}, '<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err}, $self->{timer});
}

# said: what a role is shown by a script, and what it is told of errors, in a session as one finds it. That of the script
# before is used if it was the same role's: a connection takes longer here than most scripts.
sub said
{
	my ($self, $role, $script) = @_;
	my $same = $self->{program} && $self->{role} eq $role;
	my @said = $self->said_after($same ? "ROLLBACK;\nDISCARD ALL;" : "\\connect - $role", $script);
	$self->{role} = $role;
	return @said;
}

# said_anew: in a connection of its own, for what is done to settings may outlive DISCARD ALL, and is not to be trusted
sub said_anew
{
	my ($self, $role, $script) = @_;
	my @said = $self->said_after("\\connect - $role", $script);
	$self->{role} = '';
	return @said;
}

# said_after: what is said before the script begins is not part of it
sub said_after
{
	my ($self, $before, $script) = @_;
	$self->start_program unless $self->{program};
	@$self{qw(out err)} = ('', '');
	# a semicolon behind the data of a COPY would be a statement of its own
	$script .= ';' unless $script =~ /(?:;|\n\\\.)\s*\z/;
	# what a script leaves in psql, as the data of a COPY that was refused, goes, too
	$self->{in} .= "\\r\n$before\n\\echo $begin\n\\warn $begin\n$script\n\\echo $end\n\\warn $end\n";
	$self->{timer}->start;
	while (grep { $self->{$_} !~ /^\Q$end\E\n/m } qw(out err))
	{
		die "psql did not end: $script" if $self->{timer}->is_expired;
		next if $self->{program}->pumpable && eval { $self->{program}->pump; 1 };
		eval { $self->{program}->finish };
		delete $self->{program};
		last;
	}
	# without one, a test that expects to see nothing would see nothing
	die "no connection, or not a clean one: $self->{err}" if $self->{err} =~ /\\connect: |not connected|\bERROR: .*^\Q$begin\E$/ms || grep { $self->{$_} !~ /^\Q$begin\E\n/m } qw(out err);
	return map { s/\A.*?^\Q$begin\E\n//msr =~ s/^\Q$end\E\n//mr =~ s/\n\z//r } @$self{qw(out err)};
}

sub quit
{
	my ($self) = @_;
	return unless $self->{program};
	$self->{in} .= "\\q\n";
	$self->{program}->finish;
	delete $self->{program};
}

1;
