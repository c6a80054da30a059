# revyops-notify: what it sends, how often, in which order, and where it goes on. The receiver is this test. REVYOPS_NOTIFY
# names another program than the one that was built.
use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use IO::Socket::INET;
use IPC::Run;
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use gateway;

my $program = $ENV{REVYOPS_NOTIFY} // 'notify/revyops-notify';
my $patience = $PostgreSQL::Test::Utils::timeout_default;
delete @ENV{ grep { /_proxy$/i || /^REVYOPS_NOTIFY/ } keys %ENV };

my $node = PostgreSQL::Test::Cluster->new('feed');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "log_statement = all\nlog_min_duration_statement = 0\nlog_error_verbosity = verbose");
$node->start;
sub sql { my ($statements) = @_; return $node->safe_psql('postgres', $statements) }
sub one { my ($statements) = @_; return sql("SET revyops.client_id = 1; $statements") }
sub create { my ($name) = @_; return one("SELECT revyops_create_contact('{\"email\": \"$name\@acme.com\"}')->>'id'") }
my $key = sql(<<'EOS');
CREATE EXTENSION revyops;
CREATE ROLE revyops_notify LOGIN;
GRANT EXECUTE ON FUNCTION revyops_changes(text, integer), revyops_sign_webhook(text, timestamptz, text, text[]) TO revyops_notify;
DO $$ BEGIN PERFORM revyops_create_client('One'); PERFORM revyops_set_client_setting(1, 'changes', 'on'); END $$;
SELECT revyops_create_api_key(1, 'notify');
EOS

# ---- the program
my @secrets = map { 'whsec_' . encode_base64($_ x 24, '') } 'a', "\xfe";
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $log = "$dir/log";
my $state = "$dir/state";
mkdir $state or die;
my $listener;
sub listen_on { my ($port) = @_; $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 10, ReuseAddr => 1) or die "listen: $!" }
listen_on(0);
my $port = $listener->sockport;
my %standard = (DATABASE => "host='" . $node->host . "' port=" . $node->port . ' dbname=postgres user=revyops_notify',
	KEY => $key, URL => "http://127.0.0.1:$port/hook?token=hunter2", SECRET => join(',', @secrets), STATE => $state, RETRY_MAX => 1);

# settings is the environment, with some that are not the standard ones; undef is none.
sub settings
{
	my %settings = (%standard, @_);
	return map { defined $settings{$_} ? ("REVYOPS_NOTIFY_$_" => $settings{$_}) : () } keys %settings;
}

# program runs it to its end: its status, what it prints, what it says.
sub program
{
	my ($settings, @arguments) = @_;
	my %environment = (%ENV, settings(%$settings));
	local %ENV = %environment;
	my ($out, $err) = ('', '');
	my $harness = IPC::Run::start([ $program, @arguments ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($patience));
	$harness->finish;
	$err =~ s/^revyops-notify: //mg;
	s/\Q$dir\E/DIR/g for $out, $err;
	return [ $harness->full_result >> 8, $out, $err ];
}

my $running;
END { local $?; $running->kill_kill if $running }
sub begin
{
	my %environment = (%ENV, settings(@_));
	local %ENV = %environment;
	append_to_file($log, '');
	$running = IPC::Run::start([ $program ], '<', \undef, '>>', $log, '2>&1');
}
sub pid { return $running->{KIDS}[0]{PID} }

# end waits for its end, after a signal if one is named: an exit status, or a signal's name.
sub end
{
	my ($signal) = @_;
	local $SIG{ALRM} = sub { die 'it does not end' };
	kill $signal, pid() if $signal;
	alarm $patience;
	$running->finish;
	alarm 0;
	my $result = $running->full_result;
	undef $running;
	return $result & 127 ? 'signal ' . ($result & 127) : $result >> 8;
}

# said waits for a line that was not there before.
my $read = 0;
sub said
{
	my ($pattern) = @_;
	gateway::until_true("$pattern", sub {
		substr(slurp_file($log), $read) =~ $pattern or return 0;
		$read += $+[0];
		return 1 });
	return 1;
}

# ---- the receiver
# request takes the next request, on a new connection, or on one that was kept.
sub request
{
	my ($socket) = @_;
	$listener->timeout($patience) if $listener;
	$socket //= $listener->accept // die 'no request came';
	local $/ = "\r\n\r\n";
	my ($first, @headers) = split /\r\n/, <$socket> // die 'the connection was closed';
	my %headers = map { my ($name, $value) = split /: /, $_, 2; (lc $name => $value) } @headers;
	read $socket, my $body, $headers{'content-length'};
	return { socket => $socket, first => $first, headers => \%headers, body => $body, id => $headers{'webhook-id'} };
}

sub answer
{
	my ($request, $status, %more) = @_;
	my ($body, $keep) = (delete $more{body} // '', delete $more{keep});
	my $head = join '', "HTTP/1.1 $status X\r\n", map { "$_: $more{$_}\r\n" } keys %more;
	local $SIG{PIPE} = 'IGNORE';
	print { $request->{socket} } $head . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
	$request->{socket}->flush;
	return $request->{socket} if $keep;
	close $request->{socket};
}
sub refuse { my ($request, $status, %more) = @_; answer($request, $status, Connection => 'close', %more); return said(qr/\Q$request->{id}\E: .*\n/) }
sub taken { my $request = request(); answer($request, 200, Connection => 'close'); return $request }

# signature is what Standard Webhooks says it is.
sub signature
{
	my ($request) = @_;
	my %headers = %{ $request->{headers} };
	return join ' ', map { 'v1,' . hmac_sha256_base64("$headers{'webhook-id'}.$headers{'webhook-timestamp'}.$request->{body}", decode_base64(s/^whsec_//r)) . '=' } @secrets;
}

# about says which change a request tells of.
sub about { my ($request) = @_; my $event = decode_json($request->{body}); return "$event->{type} $event->{subject}" }

# ---- settings
my $usage = "usage: revyops-notify [--begin | --check | --version | --help]\n";
is_deeply(program({}, '--version'), [ 0, "revyops-notify 1.0\n", '' ], '--version');
is_deeply(program({}, '--help'), [ 0, $usage, '' ], '--help');
is_deeply(program({}, $_), [ 2, '', $usage ], "argument '$_'") for '--more', 'x', '--';
is_deeply(program({}, '--check', 'x'), [ 2, '', $usage ], 'an argument too many');
my %what = (DATABASE => 'a connection string of libpq', KEY => 'an API key', URL => 'a URL with https:// or http://',
	SECRET => '24 to 64 octets in base64, several with commas in between', STATE => 'a directory', CA_FILE => 'a file of certificates',
	TIMEOUT => 'seconds from 1 to 600', RETRY_MAX => 'seconds from 1 to 86400', GIVE_UP => 'seconds from 1 to 31536000');
sub wrong { my ($name) = @_; return "REVYOPS_NOTIFY_$name must be $what{$name}\n" }
is_deeply(program({ map { $_ => undef } keys %standard }, '--check'), [ 1, '', wrong('URL') . wrong('SECRET') . wrong('STATE') ], 'no settings');
for my $case ([ DATABASE => 'dbname=x password=hunter2 more' ], [ DATABASE => '' ], [ KEY => 'rvo_x -c role=postgres' ], [ URL => 'ftp://x.example/' ], [ URL => 'x' ],
	[ SECRET => 'short' ], [ SECRET => 'whsec_' . '-' x 40 ], [ SECRET => 'x' x 1024 ], [ STATE => '' ], [ TIMEOUT => '0' ], [ TIMEOUT => '601' ], [ TIMEOUT => '1s' ], [ RETRY_MAX => '' ], [ GIVE_UP => '-1' ])
{
	is_deeply(program({ @$case }, '--check'), [ 1, '', wrong($case->[0]) ], "$case->[0] = " . substr($case->[1], 0, 30));
}
is_deeply(program({ STATE => "$dir/none" }, '--check'), [ 1, '', "DIR/none: No such file or directory\n" ], 'a directory that is not there');
is_deeply(program({ SECRET => 'A' x 100 }, '--check'), [ 1, '', "signature: invalid request (PT400)\n" ], 'a secret that is too long');
my $bent = $key =~ s/(.)\z/$1 eq 'A' ? 'B' : 'A'/er;
is_deeply(program({ KEY => $bent }, '--check'), [ 1, '', "feed: missing or invalid credentials (PT403)\n" ], 'a wrong key');
is_deeply(program({ KEY => undef }, '--check'), [ 1, '', "feed: missing or invalid credentials (PT403)\n" ], 'no key');
sql('ALTER ROLE revyops_notify SET revyops.client_id = 1');
is_deeply(program({ KEY => undef }, '--check'), [ 0, "position: none; --begin makes one\n", '' ], 'a login that is bound to the client');
sql('ALTER ROLE revyops_notify RESET ALL');
like(program({ DATABASE => 'host=/nowhere' }, '--check')->[2], qr{^signature: .*No such file or directory \(no answer\)\n\z}s, 'no database');

# ---- the position
create('before');
append_to_file("$state/position", '');
is_deeply(program({}), [ 1, '', "DIR/state/position: there is none; --begin makes one\n" ], 'an empty file is no position');
unlink "$state/position";
is_deeply(program({}), [ 1, '', "DIR/state/position: there is none; --begin makes one\n" ], 'without a position nothing begins');
is_deeply(program({}, '--check'), [ 0, "position: none; --begin makes one\n", '' ], '--check says so');
is_deeply(program({}, '--begin'), [ 0, '', '' ], '--begin makes one');
is_deeply(program({}, '--check'), [ 0, "position: good\n", '' ], 'which is good');
is_deeply([ map { $_ & 0777 } (stat "$state/position")[2] ], [ 0600 ], 'and nobody else\'s');
mkdir "$state/position.new" or die;
create('unsaved');
is_deeply(program({}), [ 1, '', "DIR/state/position: Is a directory\n" ], 'where none can be saved');
$listener->timeout(0.01);
is($listener->accept, undef, 'nothing is sent');
rmdir "$state/position.new" or die;

# ---- what is sent
begin();
said(qr/: ready\n/);
is_deeply(program({}), [ 1, '', "DIR/state: another one works there\n" ], 'a second one on the same position');
my $request = taken();
my $told = decode_json(one("SELECT revyops_changes(NULL, 1000)->'changes'->1"));
is($request->{first}, 'POST /hook?token=hunter2 HTTP/1.1', 'a POST to the URL');
(my $id = "$told->{id}_$told->{time}") =~ s/[-:.TZ]//g;
my $timestamp = $request->{headers}{'webhook-timestamp'};
is_deeply($request->{headers}, { host => "127.0.0.1:$port", 'user-agent' => 'revyops-notify/1.0', accept => '*/*', 'content-type' => 'application/json', 'content-length' => length $request->{body},
	'webhook-id' => $id, 'webhook-timestamp' => $timestamp, 'webhook-signature' => signature($request) }, 'the headers of Standard Webhooks, with a signature for each secret');
cmp_ok(abs($timestamp - time), '<', 300, 'at a time that receivers take');
is_deeply(decode_json($request->{body}), { %$told, timestamp => $told->{time} }, 'the change, as the feed tells it');
is(about($request), 'contact.created ' . one("SELECT id FROM revyops.contact WHERE email = 'unsaved\@acme.com'"), 'the one after --begin');

# ---- order
my ($a, $b) = map { create($_) } 'a', 'b';
taken() for 1 .. 2;
one("DO \$\$ BEGIN FOR i IN 1 .. 10 LOOP PERFORM revyops_update_contact($a, jsonb_build_object('first_name', 'n' || i)); PERFORM revyops_update_contact($b, jsonb_build_object('first_name', 'n' || i)); COMMIT; END LOOP; END \$\$");
one("SELECT revyops_delete_contact($a)");
my @order = map { decode_json(taken()->{body}) } 1 .. 21;
is_deeply([ map { delete $_->{timestamp}; $_ } @order ], decode_json(one("SELECT jsonb_path_query_array(revyops_changes(NULL, 1000), '\$.changes[4 to last]')")), 'all changes, in the order of the feed');

# ---- one that is not taken
my $c = create('c');
my $d = create('d');
my $refused = request();
refuse($refused, 500);
my $again = taken();
is_deeply([ @$again{qw(first id body)} ], [ @$refused{qw(first id body)} ], '500: the same again');
is($again->{headers}{'webhook-signature'}, signature($again), 'signed for its own time');
is(about(taken()), "contact.created $d", 'and then the next');
for my $case ([ 302, Location => "http://127.0.0.1:$port/other" ], [ 307, Location => '/other' ], [ 404 ])
{
	my ($status, %more) = @$case;
	create("refused$status");
	$refused = request();
	refuse($refused, $status, %more);
	$again = taken();
	is_deeply([ @$again{qw(first id)} ], [ @$refused{qw(first id)} ], "$status: the same again, at the same place");
}
create('slower');
$refused = request();
answer($refused, 429, Connection => 'close', 'Retry-After' => 2);
ok(said(qr/receiver: $refused->{id}: 429; again in 2000 ms\n/), '429 with Retry-After: it waits for that');
$again = taken();
is($again->{id}, $refused->{id}, 'and sends it again');
cmp_ok($again->{headers}{'webhook-timestamp'}, '>', $refused->{headers}{'webhook-timestamp'}, 'later');
create('large');
{
	my $socket = request()->{socket};
	local $SIG{PIPE} = 'IGNORE';
	my $all = print $socket "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" . 'x' x 50_000_000;
	ok(!$all, 'nobody reads an answer that is too long');
}
my $next = create('kept');
$request = request();
is(about($request), "contact.created $next", 'but it is one: the next');
my $kept = answer($request, 204, keep => 1);
$next = create('kept2');
$request = request($kept);
is(about($request), "contact.created $next", 'the next comes on the connection that was kept');
answer($request, 200, Connection => 'close');

# ---- ends and beginnings
create('under_way');
$request = request();
kill 'TERM', pid();
answer($request, 200, Connection => 'close');
is(end(), 0, 'SIGTERM ends it after the request under way');
my $e = create('e');
begin();
$request = request();
is(about($request), "contact.created $e", 'which was the last: the next start goes on with the next');
is(end('KILL'), 'signal 9', 'killed before an answer');
close $request->{socket};
begin();
$again = request();
is($again->{id}, $request->{id}, 'the same again');
unlink "$state/position.new";
system('mkfifo', "$state/position.new") == 0 or die;	# it can't save
answer($again, 200, Connection => 'close');
is(end('KILL'), 'signal 9', 'killed between an answer and saving');
unlink "$state/position.new";
begin();
is(taken()->{id}, $request->{id}, 'the same again, with the same id');
my $f = create('f');
is(about(taken()), "contact.created $f", 'and then the next');
close $listener;
undef $listener;
my $g = create('g');
ok(said(qr/receiver: \w+: Could(?:n't| not) connect to server; again in \d+ ms\n/), 'nobody listens');
listen_on($port);
is(about(taken()), "contact.created $g", 'somebody does');
my $h = create('h');
$refused = request();
$node->stop;
refuse($refused, 503, 'Retry-After' => 99999);
is(end('TERM'), 0, 'SIGTERM ends it while it waits');
like(slurp_file($log), qr/: 503; again in 3600000 ms\n/, 'for an hour at most');
begin();
said(qr/signature: .* \(no answer\)\n/);
$node->start;
is(about(taken()), "contact.created $h", 'the database comes later');
$node->restart;
my $i = create('i');
is(about(taken()), "contact.created $i", 'and is restarted');
said(qr/\z/);
$node->stop('immediate');
said(qr/feed: .*\n/);
$node->start;
my $j = create('j');
is(about(taken()), "contact.created $j", 'or crashes');

# ---- those who never take it
my $k = create('k');
answer(request(), 410, Connection => 'close');
is(end(), 4, '410: it ends');
ok(said(qr/receiver: \w+: given up; the position stays before it\n/), 'and says why');
begin(GIVE_UP => 1);
request() for 1 .. 2;
is(end(), 4, 'given up after a while');
begin();
is(about(taken()), "contact.created $k", 'the position has stayed');

# ---- a proxy, TLS
is(end('INT'), 0, 'SIGINT ends it, too');
{
	local $ENV{http_proxy} = "http://127.0.0.1:$port";
	begin(URL => 'http://receiver.example/hook');
	create('proxy');
	is(taken()->{first}, 'POST http://receiver.example/hook HTTP/1.1', 'through a proxy');
	is(end('TERM'), 0, 'ended');
}
SKIP:
{
	skip 'no openssl', 3 if system('openssl version >/dev/null 2>&1') != 0;
	run_log([ qw(openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout), "$dir/key", '-out', "$dir/certificate" ]) or die;
	my $free = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1, ReuseAddr => 1) or die;
	my $tls = $free->sockport;
	close $free;
	my ($in, $out) = ('', '');
	my $server = IPC::Run::start([ qw(openssl s_server -quiet -no_ign_eof -accept), "127.0.0.1:$tls", '-key', "$dir/key", '-cert', "$dir/certificate" ], '<', \$in, '>', \$out, '2>', '/dev/null', IPC::Run::timeout($patience));
	my $l = create('l');
	begin(URL => "https://127.0.0.1:$tls/hook");
	ok(said(qr/SSL peer certificate or SSH remote key was not OK; again/), 'a certificate that nobody knows');
	is(end('TERM'), 0, 'is not taken');
	begin(URL => "https://127.0.0.1:$tls/hook", CA_FILE => "$dir/certificate");
	$server->pump until $out =~ /"contact.created"/;
	like($out, qr{^POST /hook .*"subject": "$l"}s, 'one that is named is');
	is(end('KILL'), 'signal 9', 'ended');
	$server->kill_kill;
	begin();
	taken();
}

# ---- a feed that is gone
sql("SELECT revyops_set_client_setting(1, 'changes', 'off')");
is(end(), 1, 'the feed was switched off');
ok(said(qr/feed: changes are not noted \(PT409\)\n/), 'which it says');
sql("SELECT revyops_set_client_setting(1, 'changes', 'on')");
is_deeply(program({}), [ 3, '', "feed: cursor has expired (PT410)\n" ], 'changes are missing: it does not go on');
is_deeply(program({}, '--check'), [ 3, '', "feed: cursor has expired (PT410)\n" ], '--check says so, too');
is_deeply(program({}, '--begin'), [ 0, '', '' ], 'a new position');
begin();
my $m = create('m');
is(about(taken()), "contact.created $m", 'and on it goes');
is(end('TERM'), 0, 'to the end');

# ---- secrets
for my $secret ($key, @secrets, map { s/^whsec_//r } @secrets)
{
	is(index(slurp_file($node->logfile), $secret), -1, 'no secret in the server\'s log');
	is(index(slurp_file($log), $secret), -1, 'nor in its own');
}
unlike(slurp_file($log), qr/hunter2/, 'nor anything of the URL');
done_testing();
