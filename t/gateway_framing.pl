# FastCGI as nginx doesn't speak it: the connection ends, and nothing else does.
use strict;
use warnings;

use lib 't';

use gateway;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = gateway::node('main');
my $key = gateway::key($node, 'One');
my $gateway = gateway->new($node);
my $path = $gateway->{socket};
my $counts = sub { return $node->safe_psql('postgres', 'SELECT count(*) FROM revyops.contact') };

sub create { my ($name, %of) = @_; return fcgi::request(key => $key, body => "{\"email\": \"$name\@acme.com\"}", %of) }

# works tells that a connection made now has its request carried out.
my $number = 0;
sub works { my $name = 'next' . ++$number; my $got = fcgi->connect($path)->send(create($name))->answer; return $got && $got->{status} == 201 && $got->{body} =~ /"email": "$name\@acme.com"/ }

# is_broken tells that octets end their connection, which is counted, and the next one works.
sub is_broken
{
	my ($name, $octets) = @_;
	my $closed;
	is_deeply($gateway->grown(sub { $closed = fcgi->connect($path)->send($octets)->is_closed }, 'broken_total', 'under_way'), { broken_total => 1, under_way => 0 }, "$name: is counted");
	ok($closed && works(), "$name: the connection ends, and the next one works");
}

# ---- as it should be
my $connection = fcgi->connect($path);
my @answers = map { $connection->send(create("kept$_"))->answer } 1 .. 3;
is_deeply([ map { [ @$_{qw(status id)}, $_->{body} =~ /"email": "(\w+)/ ] } @answers ], [ map { [ 201, 1, "kept$_" ] } 1 .. 3 ], 'three requests, one after the other, on a connection');
is_deeply($answers[0]{headers}, { 'content-type' => 'application/json; charset=utf-8', 'cache-control' => 'no-store', location => 'http://x/public/v2/contacts/1' }, 'their headers');
is($connection->send(create('other', id => 0x1234))->answer->{id}, 0x1234, 'a request of another number');
my $all = create('slowly');
$connection = fcgi->connect($path);
for (split //, substr $all, 0, -1)
{
	$connection->send($_);
	$gateway->metrics;		# so that the octet has been read
}
is($connection->send(substr $all, -1)->answer->{status}, 201, 'octet by octet');
my $body = '{"email": "padded@acme.com"}';
my $params = fcgi::params(REQUEST_METHOD => 'POST', REQUEST_URI => '/public/v2/contacts', CONTENT_LENGTH => length $body, HTTP_X_API_KEY => $key, HTTP_CONTENT_TYPE => 'application/json');
my $padded = fcgi::begin();
$padded .= fcgi::record(fcgi::PARAMS, $_, 1, 255) for split //, $params;
$padded .= fcgi::record(fcgi::PARAMS, '', 1, 7) . fcgi::record(fcgi::BODY, substr($body, 0, 9), 1, 1) . fcgi::record(fcgi::BODY, substr $body, 9) . fcgi::record(fcgi::BODY, '', 1, 9);
$connection = fcgi->connect($path)->send($padded);
is($connection->answer->{status}, 201, 'a record for each octet, with padding');
is($connection->send(create('behind'))->answer->{status}, 201, 'and one behind the padding');
$body = '{"email": "lengths@acme.com"}';
is(fcgi->connect($path)->send(fcgi::begin() . fcgi::stream(fcgi::PARAMS, fcgi::params(map { @$_ } [ CONTENT_LENGTH => '1000000000' ], [ REQUEST_METHOD => 'POST', REQUEST_URI => '/public/v2/contacts', HTTP_X_API_KEY => $key, HTTP_CONTENT_TYPE => 'application/json' ], [ CONTENT_LENGTH => sprintf '%010d', length $body ])) . fcgi::stream(fcgi::BODY, $body))->answer->{status}, 201, 'of two lengths the last counts');
$connection = fcgi->connect($path)->send(create('once', keep => 0));
is($connection->answer->{status}, 201, 'a request after which the connection is not kept');
ok($connection->is_closed, 'it is not');
my $got = $gateway->ask(method => 'GET', key => $key, uri => '/public/v2/contacts/1', headers => [ HTTP_X_LARGE => 'x' x 100_000 ]);
is($got->{status}, 200, '100 kB of parameters');
my $head = $gateway->ask(method => 'HEAD', key => $key, uri => '/public/v2/contacts/1');
is_deeply([ @$head{qw(status body)}, $head->{headers} ], [ 200, '', $got->{headers} ], 'HEAD has the headers of GET');
$node->safe_psql('postgres', "SET revyops.client_id = 1; SELECT count(revyops_create_contact(jsonb_build_object('email', format('many%s\@acme.com', i), 'contact_custom_fields_input',
	(SELECT jsonb_agg(jsonb_build_object('field_name', f::text, 'field_value', repeat('x', 200))) FROM generate_series(1, 10) f)))) FROM generate_series(1, 100) i");
$got = $gateway->ask(method => 'GET', key => $key, uri => '/public/v2/contacts?page_size=100');
is_deeply([ scalar(() = $got->{body} =~ /"email"/g), length $got->{body} > 200_000 ], [ 100, 1 ], 'an answer of many records');

# ---- as it should not be
my $post = sub { my (%of) = @_; return fcgi::begin() . fcgi::stream(fcgi::PARAMS, fcgi::params(REQUEST_METHOD => 'POST', REQUEST_URI => '/x', CONTENT_LENGTH => 3, %of)) };
my $before = $counts->();
my $broken = {
	'HTTP' => "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	'zeros' => "\0" x 8,
	'ones' => "\xff" x 8,
	'another version' => create('x') =~ s/\A\x01/\x02/r,
	'a request about the program' => fcgi::record(9, fcgi::params(FCGI_MAX_CONNS => ''), 0),
	'a type that is none' => fcgi::begin() . fcgi::record(12, ''),
	'another role' => fcgi::record(fcgi::BEGINS, pack 'nCx5', 2, 1),
	'a beginning that is too short' => fcgi::record(fcgi::BEGINS, "\0\1\1\0\0\0\0"),
	'parameters without a beginning' => fcgi::stream(fcgi::PARAMS, $params),
	'a body before the parameters' => fcgi::begin() . fcgi::stream(fcgi::BODY, 'x'),
	'two beginnings' => fcgi::begin() x 2,
	'a record of another request' => fcgi::begin() . fcgi::record(fcgi::PARAMS, $params, 2),
	'an abortion of nothing' => fcgi::record(fcgi::ABORT, ''),
	'an abortion with content' => fcgi::begin() . fcgi::record(fcgi::ABORT, 'x'),
	'parameters after their end' => $post->() . fcgi::record(fcgi::PARAMS, 'x'),
	'a body that is longer' => $post->() . fcgi::stream(fcgi::BODY, 'four'),
	'a body that is shorter' => $post->() . fcgi::stream(fcgi::BODY, 'tw'),
	'no body' => $post->() . fcgi::stream(fcgi::BODY, ''),
	'a length that is no number' => $post->(CONTENT_LENGTH => '3x'),
	'a length below nothing' => $post->(CONTENT_LENGTH => '-3'),
	'a length of 11 digits' => $post->(CONTENT_LENGTH => '00000000003'),
	'no method' => fcgi::begin() . fcgi::stream(fcgi::PARAMS, fcgi::params(REQUEST_URI => '/x')),
	'no path' => fcgi::begin() . fcgi::stream(fcgi::PARAMS, fcgi::params(REQUEST_METHOD => 'GET')),
	'no parameters' => fcgi::begin() . fcgi::stream(fcgi::PARAMS, ''),
	'a parameter that ends beyond' => fcgi::begin() . fcgi::stream(fcgi::PARAMS, $params . "\x03\x7fabc"),
	'a parameter of 2 GiB' => fcgi::begin() . fcgi::stream(fcgi::PARAMS, $params . "\xff\xff\xff\xff\xff\xff\xff\xff"),
	'129 kB of parameters' => fcgi::request(method => 'GET', key => $key, headers => [ HTTP_X_LARGE => 'x' x 132_000 ]),
	'parameters without an end' => fcgi::begin() . fcgi::record(fcgi::PARAMS, 'x' x 200_000),
};
is_broken($_, $broken->{$_}) for sort keys %$broken;
my $log = $gateway->log;
is(scalar(() = $log =~ /^revyops-gateway: a connection that is not FastCGI as nginx speaks it was closed$/mg), scalar keys %$broken, 'a line for each');
is($counts->() - $before, scalar keys %$broken, 'nothing but what was right was carried out');

# ---- requests on the heels of another
my $session = gateway::session($node);
$session->do('BEGIN; LOCK TABLE revyops.contact');
my $grown = $gateway->grown(sub {
	ok(fcgi->connect($path)->send(create('first') . create('second'))->is_closed, 'two requests at once end the connection');
	$gateway->at_rest;
}, 'gone_total', 'undone_total', 'broken_total');
$session->do('ROLLBACK');
is($node->safe_psql('postgres', "SELECT count(*) FROM revyops.contact WHERE email IN ('first\@acme.com', 'second\@acme.com')"), '0', 'the first one, which was locked out, is not repeated for nobody');
is_deeply($grown, { gone_total => 1, undone_total => 1, broken_total => 1 }, 'and its caller is counted as gone');

# ---- a request that is cut anywhere, or given up
my %parts = (create => create('cut'), read => fcgi::request(method => 'GET', uri => '/public/v2/contacts', key => $key), refused => create('cut', length => 99_999_999));
for my $what (sort keys %parts)
{
	my $octets = $parts{$what};
	$before = $counts->();
	# from where it is a request that somebody waits for
	my $gone = length($octets) - index($octets, fcgi::record(fcgi::PARAMS, '')) - 8;
	my $gone_before = $gateway->metrics->{gone_total};
	$grown = $gateway->grown(sub {
		fcgi->connect($path)->send(substr $octets, 0, $_)->close for 0 .. length($octets) - 1;
		$gateway->wait_for(gone_total => $gone_before + $gone);
	}, 'broken_total', 'under_way', 'body_octets');
	is_deeply($grown, { broken_total => 0, under_way => 0, body_octets => 0 }, "$what: cut anywhere, nothing of it stays");
	is($counts->(), $before, "$what: and nothing is carried out");
	ok(works(), "$what: the next one works");
}
$grown = $gateway->grown(sub {
	ok(fcgi->connect($path)->send($post->() . fcgi::record(fcgi::BODY, 'x') . fcgi::record(fcgi::ABORT, ''))->is_closed, 'a request that is given up ends its connection');
}, 'broken_total', 'gone_total', 'under_way');
is_deeply($grown, { broken_total => 0, gone_total => 1, under_way => 0 }, 'which is no breach');
is($gateway->end('TERM'), 0, 'it ends well');
done_testing();
