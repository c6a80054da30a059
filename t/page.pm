# The commands of doc/operations.md, for the tests that do as it says.
package page;
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

# block gives the n-th block of a language under a heading of the page.
sub block
{
	my ($heading, $language, $n) = @_;
	my ($part) = grep { /^#+ \Q$heading\E\n/ } split /^(?=##)/m, slurp_file('doc/operations.md');
	die "the page has no part $heading" unless defined $part;
	my @blocks = $part =~ /^```$language\n(.*?)^```/gms;
	die "$heading has no $language number $n" unless defined $blocks[ $n - 1 ];
	return $blocks[ $n - 1 ];
}

# follow runs a block against a node: by psql, or by a shell that knows the variables.
sub follow
{
	my ($node, $heading, $language, $n, %variables) = @_;
	my $block = block($heading, $language, $n);
	my @command = $language eq 'sql' ? ('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1') : ('sh', '-e');
	my ($out, $err);
	my $ok = IPC::Run::run(\@command, '<', \$block, '>', \$out, '2>', \$err, init => sub {
		@ENV{ 'PGHOST', 'PGPORT', 'PGDATABASE' } = ($node->host, $node->port, $variables{database} // 'postgres');
		$ENV{$_} = $variables{$_} for keys %variables;
	});
	ok($ok, "$heading, $language $n: goes through") or diag $err;
	return ($out, $err);
}

1;
