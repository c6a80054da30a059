# script/move-client, and the commands of its page, where somebody is wrong about a server, or a server is gone: nothing that
# is anybody's is lost, no client is served twice, and what is said leads on.
use strict;
use warnings;

use lib 't';

use every_table;
use move;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $one = server('one', 1);
my $two = server('two', 2);
my $three = server('three', 3);
my %servers = map { $_->name => [ '--from', conninfo($one), '--to', conninfo($_) ] } $two, $three;
my $dir = PostgreSQL::Test::Utils::tempdir();
sub services { my (%port) = @_; unlink "$dir/service"; append_to_file("$dir/service", join "", map { '[' . $_->name . "]\nhost=" . $_->host . "\nport=" . ($port{ $_->name } // $_->port) . "\ndbname=postgres\n" } $one, $two) }
$ENV{PGSERVICEFILE} = "$dir/service";

# ---- the page's commands, where a server can't be reached: port 1 is nobody's
my $secret = "SELECT encode(secret, 'hex') FROM revyops.secret WHERE name = 'cursor'";
my $had = $two->safe_psql('postgres', $secret);
services(one => 1);
system('bash', '-c', block('sh', 'psql -Xq') . ' 2>/dev/null');
is($two->safe_psql('postgres', $secret), $had, 'a secret that can\'t be read takes nobody\'s away');
services();
is(system('bash', '-c', block('sh', 'psql -Xq')), 0, 'it is copied');
is($two->safe_psql('postgres', $secret), $one->safe_psql('postgres', $secret), 'and is that of the old server');
$three->safe_psql('postgres', "UPDATE revyops.secret SET secret = '\\x" . $one->safe_psql('postgres', $secret) . "' WHERE name = 'cursor'");
append_to_file("$dir/servers.map", "rvo_0123456789ab gateway_two;\n");
append_to_file("$dir/nginx", "#!/bin/sh\necho told >>'$dir/told'\n");
chmod 0755, "$dir/nginx";
services(two => 1);
isnt(system('bash', '-c', "cd $dir; PATH=$dir:\$PATH; " . block('sh', 'psql -XAt service=two') =~ s/^psql/psql 2>\/dev\/null/r), 0, 'a map that can\'t be made is an error');
is(slurp_file("$dir/servers.map"), "rvo_0123456789ab gateway_two;\n", 'and the old one stays');
ok(!-e "$dir/told", 'of which nginx is not told');
done_testing();
