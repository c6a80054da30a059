# Built among the sources and elsewhere: the same files are installed, objects follow the headers, and the tests
# run. That among the sources is script/test's own.
use strict;
use warnings;

use Cwd;
use File::Spec::Functions qw(abs2rel);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $sources = getcwd;
my $elsewhere = PostgreSQL::Test::Utils::tempdir;
my $near = abs2rel($sources, $elsewhere);
# by whole names, as Debian's pg_buildext does, and by short ones
my @outside = ('-C', $elsewhere, '-f', "$sources/Makefile", "VPATH=$sources");
my @outside_near = ('-C', $elsewhere, '-f', "$near/Makefile", "VPATH=$near");

# make expects it to succeed; what it printed
sub make
{
	my @arguments = @_;
	my $ok = IPC::Run::run([ 'make', '-s', @arguments ], '>', \my $out, '2>&1');
	ok($ok, "make @arguments") or diag $out;
	return $out;
}

sub lines_of { return [ sort split /\n/, shift ]; }

sub files
{
	my ($directory, $condition) = (@_, '');
	return lines_of(scalar qx(find $directory -type f $condition -printf '%P\n'));
}

# what make would compile, had a header changed
sub remade { return lines_of(join "\n", make('-n', '-W', @_) =~ / -o (src\/\S+\.(?:o|bc)) /g); }

# What was built among the sources goes along, but for one folder: the rules are the same for all.
PostgreSQL::Test::Utils::system_or_bail('sh', '-c', "find src -path src/base -prune -o \\( -name '*.o' -o -name '*.bc' \\) -print0 |" .
	  " tar --null -T - -cf - | tar -mxf - -C '$elsewhere'");
make(@outside, '-j2', 'COPT=-O0 -Wno-cpp');
is_deeply(files("$elsewhere/src/base"), files("$sources/src/base", q(! -name '*.[ch]')), 'one folder is built there');
make('install', "DESTDIR=$elsewhere/a");
make(@outside, 'install', "DESTDIR=$elsewhere/b");
my $installed = files("$elsewhere/a");
is(scalar(grep { m{/(revyops\.so|revyops\.control|revyops--1\.0\.sql)$} } @$installed), 3, 'library, control file, script');
is(scalar(grep { m{/doc/} } @$installed), 0, 'no file that another extension may have, too');
is_deeply(files("$elsewhere/b"), $installed, 'the same files');

my @objects = map { s/\.c$//r } split /\n/, qx(find src -name '*.c');
my @kinds = ((grep { m{/bitcode/} } @$installed) ? ('o', 'bc') : ('o'));
my $all = [ sort map { my $object = $_; map { "$object.$_" } @kinds } @objects ];
my ($header) = split /\n/, qx(find src -name 'text.h');
is(make('-n'), '', 'nothing is left to do');
is(make('-n', @outside_near), '', 'nor elsewhere');
is_deeply(remade($header), $all, 'a header is changed: all objects');
is_deeply(remade("$sources/$header", @outside), $all, 'all elsewhere');
is_deeply(remade("$near/$header", @outside_near), $all, 'all by the short name');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
{
	local @ENV{ 'PGHOST', 'PGPORT' } = ($node->host, $node->port);
	make(@outside, 'installcheck', 'REGRESS=normalize', 'ISOLATION=change_status');
}
ok(-f "$elsewhere/results/normalize.out", 'the result lies where it was built');

PostgreSQL::Test::Utils::system_or_bail('rm', '-r', "$elsewhere/a", "$elsewhere/b");
make(@outside, 'clean');
ok(-x "$sources/gateway/revyops-gateway", 'what was built among the sources stays');
is_deeply(files($elsewhere), [], 'nothing is left of it');
done_testing();
