# A request that waits for changes is held: no connection is taken meanwhile, its caller
# gets what came, and it ends with whoever ends it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use fcgi;
use gateway;

my $node = gateway::node('main');
my @key = map { gateway::key($node, "client $_") } 1 .. 2;
$node->safe_psql('postgres', "SELECT revyops_set_client_setting(1, 'changes', 'on'), revyops_set_client_setting(2, 'changes', 'on')");
my $gateway = gateway->new($node, read_connections => 1, key_requests => 20, waiting => 60);
my $path = $gateway->{socket};

sub changes { my ($k, $query) = @_; return { key => $k, method => 'GET', uri => "/public/v2/changes?$query" } }
sub cursor { my ($answer) = @_; return $answer->{body} =~ /"cursor": "([^"]+)"/ ? $1 : undef }
sub create { my ($k, $name) = @_; return $gateway->ask(key => $k, body => qq({"email": "$name\@example.com"}))->{status} }
# told is an answer in short: its status, and the types of its changes.
sub told { my ($answer) = @_; return join ' ', $answer->{status}, $answer->{body} =~ /"type": "([^"]+)"/g }

my $now = cursor($gateway->ask(%{ changes($key[0], 'after=now') }));
my $other = cursor($gateway->ask(%{ changes($key[1], 'after=now&wait=20') }));
ok(defined $now && defined $other, 'a cursor');
$gateway->wait_for(held => 0);

# ---- held, and told
my @held = fcgi::start($path, map { changes($key[0], "after=$now&wait=30") } 1 .. 5);
$gateway->wait_for(held => 5, under_way => 5);
is($gateway->ask(key => $key[0], method => 'GET', uri => '/public/v2/contacts')->{status}, 200, 'five are held; the one connection is free');
my @elsewhere = fcgi::start($path, changes($key[1], "after=$other&wait=30"));
$gateway->wait_for(held => 6);
is(create($key[0], 'a'), 201, 'something happens');
my @answers = fcgi::answers(@held);
is(join(', ', map { told($_) } @answers), join(', ', ('200 contact.created') x 5), 'each is told');
is_deeply([ sort keys %{ $answers[0]{headers} } ], [ 'cache-control', 'content-type' ], 'and not what the database told the gateway');
$gateway->wait_for(held => 1, under_way => 1);
$now = cursor($answers[0]);

# ---- in vain
is(told($gateway->ask(%{ changes($key[0], "after=$now&wait=1") })), '200', 'nothing happens: told so when the time is over');
is(told($gateway->ask(%{ changes($key[0], "after=$now&wait=0") })), '200', 'or at once');
is($gateway->ask(%{ changes($key[0], "after=$now&wait=$_") })->{status}, 400, "wait=$_") for -1, 31, 'x';
is(told($gateway->ask(%{ changes($key[0], 'wait=30') })), '200 contact.created', 'what is there is told without waiting');

# ---- bounds: half of what a key may have under way
my @many = fcgi::start($path, map { changes($key[0], "after=$now&wait=30") } 1 .. 10);
$gateway->wait_for(held => 11);
my $more = $gateway->ask(%{ changes($key[0], "after=$now&wait=30") });
is(told($more), '200', 'one more is answered at once');
is_deeply([ sort keys %{ $more->{headers} } ], [ 'cache-control', 'content-type' ], 'as any other');
is(create($key[0], 'b'), 201, 'the other half is there');
is(join(', ', map { told($_) } fcgi::answers(@many)), join(', ', ('200 contact.created') x 10), 'which ends all of them');

# ---- who goes
$_->close for @elsewhere;
$gateway->at_rest;
$gateway->wait_for(held => 0);
$now = cursor($gateway->ask(%{ changes($key[0], 'after=now') }));

# ---- a key that is revoked meanwhile, a database that is restarted
@held = fcgi::start($path, changes($key[0], "after=$now&wait=30"));
$gateway->wait_for(held => 1);
$node->restart;
$gateway->wait_for_connections;
is(create($key[0], 'c'), 201, 'the database was restarted');
is(join(', ', map { told($_) } fcgi::answers(@held)), '200 contact.created', 'who was held did not notice');
@held = fcgi::start($path, changes($key[1], "after=$other&wait=30"));
$gateway->wait_for(held => 1);
$node->safe_psql('postgres', 'SELECT revyops_revoke_api_key(prefix) FROM revyops_list_api_keys(2)');
is(join(', ', map { $_->{status} } fcgi::answers(@held)), '403', 'a key that is revoked is none any more');

# ---- the end
$now = cursor($gateway->ask(%{ changes($key[0], 'after=now') }));
@held = fcgi::start($path, map { changes($key[0], "after=$now&wait=30") } 1 .. 3);
$gateway->wait_for(held => 3);
$gateway->signal('TERM');
is(join(', ', map { told($_) } fcgi::answers(@held)), '200, 200, 200', 'SIGTERM: they are answered');
is($gateway->end, 0, 'and the gateway ends');

done_testing();
