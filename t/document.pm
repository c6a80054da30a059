# The statements of a page of doc/, by the headings under which they stand.
package document;
use strict;
use warnings;

use PostgreSQL::Test::Utils;

# blocks gives, for each heading of a page, its blocks of code in one language, in their order.
sub blocks
{
	my ($page, $language) = @_;
	my (%blocks, $heading);

	for my $part (split /^(?=#{2,3} |```)/m, slurp_file($page))
	{
		$heading = $1 if $part =~ /^#{2,3} (.*)/;
		push @{ $blocks{$heading} }, $1 if $part =~ /^```\Q$language\E\n(.+)/s;
	}
	return %blocks;
}

1;
