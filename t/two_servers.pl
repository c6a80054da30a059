# nginx in front of two servers, as http/two-servers.conf has it: each key, and each webhook, comes to its server. A client
# moves from one to the other while callers create contacts over HTTP and repeat what is 503: nothing is lost or doubled.
use strict;
use warnings;

use lib 't';

use gateway;
use HTTP::Tiny;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $CALLERS = 8;
my $page = slurp_file('doc/moving-clients.md');
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my (%node, %gateway);
for my $name (qw(one two))
{
	my $node = gateway::node($name, 'wal_level = logical', "wal_retrieve_retry_interval = '100ms'");
	my ($ranges) = $page =~ /^```sql\n(-- the number of this server.*?)```/ms or die;
	$node->safe_psql('postgres', $name eq 'one' ? $ranges =~ s/\\set server 2/\\set server 1/r : $ranges);
	$node{$name} = $node;
	$gateway{$name} = gateway->new($node);
	append_to_file("$dir/service", "[$name]\nhost=" . $node->host . "\nport=" . $node->port . "\ndbname=postgres\n");
}
$ENV{PGSERVICEFILE} = "$dir/service";
my ($secret) = $page =~ /^```sh\n(psql -Xq.*?)```/ms or die;
system('bash', '-c', "set -eo pipefail; $secret") == 0 or die;
my $client = $node{one}->safe_psql('postgres', "SELECT revyops_create_client('Mover')");
my %key = (mover => $node{one}->safe_psql('postgres', "SELECT revyops_create_api_key($client, 'x')"), stays => gateway::key($node{one}, 'Stays'), native => gateway::key($node{two}, 'Native'));
my %webhook = (mover => $node{one}->safe_psql('postgres', "SELECT revyops_create_webhook($client, 'neutral', 'x')"), native => $node{two}->safe_psql('postgres', "SELECT revyops_create_webhook(max(id), 'neutral', 'x') FROM revyops.client"));

# ---- nginx, as the page says
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $conf = patience::file('nginx.conf') =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/r;
$conf =~ s/    upstream gateway \{.*?\n    \}\n/    include two-servers.conf;\n/s or die 'no upstream';
$conf =~ s/(-webhook\/" \{.*?)fastcgi_pass gateway;/$1fastcgi_pass webhooks;\n            fastcgi_next_upstream http_404 non_idempotent;/s or die 'no webhooks';
$conf =~ s/fastcgi_pass gateway;/fastcgi_pass \$revyops_gateway;/g;
append_to_file("$dir/nginx.conf", $conf);
append_to_file("$dir/two-servers.conf", slurp_file('http/two-servers.conf') =~ s/unix:gateway-(one|two)\.sock/unix:$gateway{$1}{socket}/gr);
my ($switch) = $page =~ /^```sh\n(psql -XAt service=two.*?)```/ms or die 'no switch in the page';
$ENV{PATH} .= ':/usr/sbin';
sub switch { system('bash', '-c', "cd $dir && { $switch }") == 0 or die 'switch' }
{
	my ($map) = $switch =~ /\A(.*?\nmv [^\n]*) &&\n/s;
	system('bash', '-c', "cd $dir && $map") == 0 or die 'map';
}
my $nginx = IPC::Run::start([ 'nginx', '-p', $dir, '-c', 'nginx.conf', '-e', 'stderr' ], '<', \undef, '>', "$dir/nginx.log", '2>&1', init => sub { chdir $dir });
END { local $?; $nginx->signal('TERM'), $nginx->finish if $nginx }
my $http = sub { HTTP::Tiny->new(keep_alive => 0, no_proxy => [ '127.0.0.1' ], timeout => 60) };
sub call { my ($method, $path, $header, $body) = @_; return $http->()->request($method, "http://127.0.0.1:$port$path", { headers => { @$header, 'Content-Type' => 'application/json' }, defined $body ? (content => $body) : () }) }
sub create { my ($whose, $name) = @_; return call('POST', '/public/v2/contacts', [ 'X-API-Key' => $key{$whose} ], "{\"email\": \"$name\@acme.com\"}") }
gateway::until_true('nginx', sub { create('stays', 'up')->{status} =~ /^(201|409)/ });

sub emails { my ($name, $what) = @_; return $node{$name}->safe_psql('postgres', "SELECT coalesce(string_agg(email, ' ' ORDER BY email), '') FROM revyops.contact WHERE email ~ '^$what'") }
is(create('native', 'native')->{status}, 201, 'a client of the second server');
is(join(',', emails('one', 'native'), emails('two', 'native')), ',native@acme.com', 'is there');
is(call('GET', '/public/v2/contacts', [ Authorization => "Bearer $key{native}" ])->{status}, 200, 'by the other header');
is(call('POST', '/public/v2/contacts/batch', [ 'X-API-Key' => $key{native} ], '{"contacts": [{"email": "nativebatch@acme.com"}]}')->{status}, 200, 'a batch, whose key is asked for first');
is(emails('two', 'nativebatch'), 'nativebatch@acme.com', 'comes there, too');
is(call('GET', '/public/v2/contacts', [ 'X-API-Key' => 'nope' ])->{status}, 403, 'a key of nobody');
sub deliver { my ($whose, $name) = @_; return join ' ', map { $_->{status}, $_->{content} } call('POST', $webhook{$whose}, [], "[{\"kind\": \"sent\", \"contact_email\": \"$name\@acme.com\", \"campaign_id\": \"c\", \"at\": \"2026-03-01\"}]") }
# whichever server is asked first
my $deliveries = 0;
like(deliver($_, $_ . ++$deliveries), qr/^200 .*"processed": 1/, "delivery $deliveries, to $_") for qw(mover native mover native) x 2;
is(call('POST', $webhook{mover} =~ s/.{8}\z/00000000/r, [], '[]')->{status}, 404, 'one to nobody');

# one who reads what they have written
my $read = sub { my ($position) = @_; my $got = call('GET', '/public/v2/contacts', [ 'X-API-Key' => $key{mover}, 'X-Revyops-Position' => $position ]); return join ' ', $got->{status}, $got->{content} =~ /"code": ?"(\w+)"/ };
my $position = call('POST', '/public/v2/contacts', [ 'X-API-Key' => $key{mover}, 'X-Revyops-Position' => 'new' ], '{"email": "seen@acme.com"}')->{headers}{'x-revyops-position'};
is($read->($position), '200', 'a position');

# ---- the move, while callers create, and repeat what is 503
my @pids;
for my $caller (1 .. $CALLERS)
{
	my $pid = fork // die;
	push @pids, $pid;
	next if $pid;
	open my $file, '>', "$dir/caller$caller" or die;
	$file->autoflush;
	for (my $i = 1; !-e "$dir/end"; $i++)
	{
		my $name = "w$caller-$i";
		my ($got, $tries) = (undef, 0);
		do { usleep(50_000) if $tries++; $got = create('mover', $name) } while $got->{status} == 503 && $tries < 2000;
		my ($id) = $got->{content} =~ /"id": (\d+)/;
		print $file join(' ', $name, $got->{status}, $id // 0, $tries), "\n";
	}
	require POSIX;
	POSIX::_exit(0);
}
my $answered = sub { my ($least) = @_; gateway::until_true("$least answers", sub { !grep { my $file = "$dir/caller$_"; $least > (-e $file ? scalar(() = slurp_file($file) =~ /^w.* 201 /mg) : 0) } 1 .. $CALLERS }) };
$answered->(5);
append_to_file("$dir/switch", "cd $dir && { $switch }");
my $said = '';
IPC::Run::run([ 'script/move-client', '--from', 'service=one', '--to', 'service=two', '--source', 'host=' . $node{one}->host . ' port=' . $node{one}->port . ' dbname=postgres', '--switched', "bash $dir/switch", $client ], '<', \undef, '>&', \$said);
is($?, 0, 'moved') or diag $said;
diag grep { /refused/ } split /^/, $said;
my $before = scalar(() = join('', map { slurp_file("$dir/caller$_") } 1 .. $CALLERS) =~ /^w/mg);
$answered->(2 + int($before / $CALLERS));
gateway::until_true('some at the new server', sub { $node{two}->safe_psql('postgres', "SELECT count(*) FROM revyops.contact WHERE client_id = $client AND id > 2000000000000") > $CALLERS });
append_to_file("$dir/end", '');
waitpid $_, 0 for @pids;
my @answers = map { [ split ] } map { split /\n/, slurp_file("$dir/caller$_") } 1 .. $CALLERS;
is_deeply([ grep { $_->[1] != 201 } @answers ], [], 'every contact is created in the end');
cmp_ok(scalar(grep { $_->[3] > 1 } @answers), '>', 0, 'some only after a 503');
is($node{two}->safe_psql('postgres', "SELECT string_agg(split_part(email, '\@', 1) || ' ' || id, chr(10) ORDER BY email COLLATE \"C\") FROM revyops.contact WHERE client_id = $client AND email LIKE 'w%'"),
	join("\n", map { "$_->[0] $_->[2]" } sort { "$a->[0]\@" cmp "$b->[0]\@" } @answers), 'each is there, once, with the id that was told');
is($node{one}->safe_psql('postgres', "SELECT count(*) FROM revyops.contact WHERE client_id = $client AND id > 2000000000000"), '0', 'and the old server got nothing since');

# ---- afterwards
is(create('stays', 'after')->{status}, 201, 'who stays is served');
is(join(',', emails('one', 'after'), emails('two', 'after')), 'after@acme.com,', 'where they were');
like(deliver('mover', "late$_"), qr/^200 .*"processed": 1/, "delivery $_ comes to the new server") for 1 .. 4;
is($read->($position), '410 position_lost', 'a position is of the old server');
is($read->('new'), '200', 'it begins anew');

# ---- and back, by the same command: the map has what the second server says when the client has left it
$said = '';
IPC::Run::run([ 'script/move-client', '--from', 'service=two', '--to', 'service=one', '--source', 'host=' . $node{two}->host . ' port=' . $node{two}->port . ' dbname=postgres', '--switched', "bash $dir/switch", $client ], '<', \undef, '>&', \$said);
is($?, 0, 'moved back') or diag $said;
gateway::until_true('nginx has read its map', sub { create('mover', 'back')->{status} =~ /^(201|409)/ });
is(join(',', emails('one', 'back'), emails('two', 'back')), 'back@acme.com,', 'the client is served where it was');
is(create('native', 'nativeback')->{status}, 201, 'who is at the second server stays there');
unlike(slurp_file("$dir/nginx.log"), qr/rvo_[0-9a-f]{12}_/, 'no key in nginx\'s log');
done_testing();
