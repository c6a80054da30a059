# How long the tests wait: REVYOPS_PATIENCE times as long as they say.
package patience;
use strict;
use warnings;

use constant FACTOR => $ENV{REVYOPS_PATIENCE} || 1;

# file gives a configuration file of http/, as script/server would run it.
sub file
{
	my ($name) = @_;
	my $text = `script/patient 'http/$name'`;
	die "script/patient http/$name: $?" if $?;
	return $text;
}

1;
