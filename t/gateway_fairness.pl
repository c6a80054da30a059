# Whose turn it is: one key against another, what each may have under way, and reading from a standby.
use strict;
use warnings;

use lib 't';

use gateway;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = gateway::node('main');
my @key = map { gateway::key($node, "Client $_") } 1 .. 3;
my $gateway = gateway->new($node);
my $path = $gateway->{socket};
my $session = gateway::session($node);
my $SERVICE = '{"detail": "Service unavailable, try again."}';

sub sql { return $node->safe_psql('postgres', $_[0]) }
sub get { my ($key, $id) = @_; return { key => $key, method => 'GET', uri => "/public/v2/contacts/$id" } }
sub create { my ($key, $name) = @_; return { key => $key, body => "{\"email\": \"$name\@acme.com\"}" } }

sub reload
{
	$gateway->write_settings(@_);
	$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
	$gateway->wait_for_connections;
}

# grown_refusals runs something, and gives how many were refused, by reason.
sub grown_refusals { my ($run) = @_; my $grown = $gateway->grown($run, map { "refused_total{reason=\"$_\"}" } qw(all key late down)); return { map { /"(\w+)"/ ? ($1 => $grown->{$_}) : () } keys %$grown } }

# A contact of each client, in an order that tells their ids; what is read of the first one's waits for a lock.
is(gateway::statuses(map { $gateway->ask(%{ create($key[$_], "one$_") }) } 0 .. 2), '201: 3', 'three keys that are known');
sql("CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN SET LOCAL lock_timeout = 0; PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END \$\$;
	CREATE TRIGGER wait AFTER INSERT OR UPDATE OR DELETE ON revyops.contact FOR EACH ROW EXECUTE FUNCTION wait();
	ALTER TABLE revyops.contact DISABLE TRIGGER wait");

# flood has the first key keep a lane busy with 1,000 requests, and another answered meanwhile.
sub flood
{
	my ($name, $lane, $one, $other, $status, $before, $after) = @_;
	$before->();
	my @flood = fcgi::start($path, map { $one->($_) } 1 .. 1000);
	my $running = $gateway->{settings}{"${lane}_connections"} // 4;
	gateway::blocked($node, $running - 1);
	$gateway->wait_for("waiting{lane=\"$lane\"}" => 1000 - $running + 1);
	is($gateway->ask(%$other)->{status}, $status, "$name: another key is answered while 1,000 of one wait");
	is(scalar(grep { $_->take_answer } @flood), 0, "$name: of which none is answered yet");
	$gateway->wait_for("waiting{lane=\"$lane\"}" => 1000 - $running + 1);
	$after->();
	return fcgi::answers(@flood);
}

# Deletions take the slow lane; what is locked is the first contact only.
my @got = flood('slow', 'slow', sub { return { key => $key[0], method => 'DELETE', uri => '/public/contacts/1' } }, { key => $key[1], method => 'DELETE', uri => '/public/contacts/2' }, 204,
	sub { $session->do('BEGIN; SELECT FROM revyops.contact WHERE id = 1 FOR UPDATE') }, sub { $session->do('ROLLBACK') });
is(gateway::statuses(@got), '204: 1, 404: 999', 'slow: they are carried out');

# What one key writes without packs.
reload(packs => 'off', write_connections => 4);
@got = flood('writing without packs', 'write', sub { return { key => $key[2], method => 'PATCH', uri => '/public/v2/contacts/3', body => '{"first_name": "x"}' } }, create($key[1], 'free'), 201,
	sub { $session->do('BEGIN; SELECT FROM revyops.contact WHERE id = 3 FOR UPDATE') }, sub { $session->do('ROLLBACK') });
is(gateway::statuses(@got), '200: 1000', 'writing without packs: they are carried out');
reload(packs => 'on', write_connections => 2);

# What keys write in packs: they take turns, so one is not behind all that another has waiting.
reload(pack_requests => 10);
sql('ALTER TABLE revyops.contact ENABLE TRIGGER wait');
$session->do('SELECT pg_advisory_lock(7)');
my @crowd = fcgi::start($path, map { create($key[0], "first$_") } 1 .. 2);
gateway::blocked($node, 2);
push @crowd, fcgi::start($path, map { create($key[0], "crowd$_") } 1 .. 300);
$gateway->wait_for('waiting{lane="write"}' => 300);
push @crowd, fcgi::start($path, create($key[1], 'alone'));
$gateway->wait_for('waiting{lane="write"}' => 301);
$session->do('SELECT pg_advisory_unlock(7)');
is(gateway::statuses(fcgi::answers(@crowd)), '201: 303', 'packs: all are carried out');
cmp_ok(sql("SELECT count(*) FROM revyops.contact WHERE id < (SELECT id FROM revyops.contact WHERE email = 'alone\@acme.com') AND email LIKE 'crowd%'"), '<', 30, 'packs: another key is not behind the 300 that one has waiting');
reload(pack_requests => 64, queue_timeout => 200);
$session->do('SELECT pg_advisory_lock(7)');
@crowd = fcgi::start($path, map { create($key[0], "late$_") } 1 .. 2);
gateway::blocked($node, 2);
my $late;
is_deeply(grown_refusals(sub { $late = $gateway->ask(%{ create($key[1], 'late') }) }), { all => 0, key => 0, late => 1, down => 0 }, 'queue_timeout: who waits longer is refused');
is_deeply([ $late->{status}, $late->{body}, $late->{headers}{'retry-after'} ], [ 503, $SERVICE, 1 ], 'with 503, to be tried again');
$session->do('SELECT pg_advisory_unlock(7)');
is(gateway::statuses(fcgi::answers(@crowd)), '201: 2', 'what runs goes on');
sql('ALTER TABLE revyops.contact DISABLE TRIGGER wait');
reload(queue_timeout => 5000);

# ---- bounds of a key
reload(key_requests => 10);
$session->do('BEGIN; SELECT FROM revyops.contact WHERE id = 3 FOR UPDATE');
my @held = fcgi::start($path, map { { key => $key[2], method => 'PATCH', uri => '/public/v2/contacts/3', body => '{"first_name": "x"}' } } 1 .. 10);
$gateway->wait_for(under_way => 10);
my $more;
is_deeply(grown_refusals(sub { $more = $gateway->ask(%{ create($key[2], 'more') }) }), { all => 0, key => 1, late => 0, down => 0 }, 'key_requests: one more is refused');
is_deeply($more, { id => 1, status => 503, body => $SERVICE, headers => { 'content-type' => 'application/json; charset=utf-8', 'cache-control' => 'no-store', 'retry-after' => 1 } }, 'with 503, to be tried again');
is($gateway->ask(%{ create($key[1], 'other') })->{status}, 201, 'another key is served');
$session->do('ROLLBACK');
is(gateway::statuses(fcgi::answers(@held)), '200: 10', 'the ten are carried out');
is($gateway->ask(%{ create($key[2], 'more') })->{status}, 201, 'and then one more');

# Bodies that are still to come count as they are announced.
reload(key_requests => 1024, key_octets => 1048576, octets => 2097152, body_octets => 1048576);
sub announced { my ($key, $length) = @_; return fcgi->connect($path)->send(fcgi::begin() . fcgi::stream(fcgi::PARAMS, fcgi::params(REQUEST_METHOD => 'POST', REQUEST_URI => '/public/v2/contacts', CONTENT_LENGTH => $length, HTTP_X_API_KEY => $key))) }
my @announced = announced($key[2], 1_000_000);
$gateway->wait_for(body_octets => 1_000_000);
is_deeply(grown_refusals(sub { $more = $gateway->ask(key => $key[2], body => ' ' x 100_000) }), { all => 0, key => 1, late => 0, down => 0 }, 'key_octets: a body too much is refused');
is_deeply([ @$more{qw(status body)} ], [ 503, $SERVICE ], 'with 503');
is($gateway->ask(%{ create($key[2], 'small') })->{status}, 201, 'a small one is not');
push @announced, announced($key[1], 1_000_000);
$gateway->wait_for(body_octets => 2_000_000);
is_deeply(grown_refusals(sub { $more = $gateway->ask(key => $key[0], body => ' ' x 100_000) }), { all => 1, key => 0, late => 0, down => 0 }, 'octets: a body too much of all is refused');
is_deeply([ @{ $gateway->ask(key => $key[0], body => ' ' x 1_048_577) }{qw(status body)} ], [ 413, '{"detail": "Request body too large."}' ], 'body_octets: one that is too large by itself is a 413');
$_->close for @announced;
$gateway->at_rest;
is($gateway->ask(%{ create($key[0], 'room') })->{status}, 201, 'they have gone, and there is room');

# ---- bounds of all
reload(waiting => 20, octets => 134217728, key_octets => 67108864);
$session->do('BEGIN; SELECT FROM revyops.contact WHERE id = 3 FOR UPDATE');
@held = fcgi::start($path, map { { key => $key[2], method => 'PATCH', uri => '/public/v2/contacts/3', body => '{"first_name": "y"}' } } 1 .. 20);
$gateway->wait_for(under_way => 20);
is_deeply(grown_refusals(sub { $more = $gateway->ask(%{ create($key[1], 'full') }) }), { all => 1, key => 0, late => 0, down => 0 }, 'waiting: one more is refused, whoever it is');
is_deeply([ $more->{status}, $more->{headers}{'retry-after'} ], [ 503, 1 ], 'with 503, to be tried again');
$session->do('ROLLBACK');
is(gateway::statuses(fcgi::answers(@held)), '200: 20', 'the twenty are carried out');

# ---- strangers
reload(waiting => 4096, key_requests => 30);
$session->do('BEGIN; LOCK TABLE revyops.api_key');
my @strangers = fcgi::start($path, map { create("rvo_stranger$_", 'x') } 1 .. 50);
$gateway->wait_for(under_way => 30);
my $known = fcgi->connect($path)->send(fcgi::request(%{ create($key[1], 'known') }));
$gateway->wait_for(under_way => 31);
$session->do('ROLLBACK');
is($known->answer->{status}, 201, 'keys that are not known: a known one is admitted beside them');
is(gateway::statuses(fcgi::answers(@strangers)), '403: 30, 503: 20', 'they share the bound of one');
is(gateway::statuses($gateway->together(map { create("rvo_stranger$_", 'x') } 1 .. 30)), '403: 30', 'none of them has become known');
$gateway->at_rest;

# A request that says no key, or one which can't be any, is a stranger's.
reload(key_requests => 3);
sub coming { my ($uri, @params) = @_; return fcgi->connect($path)->send(fcgi::begin() . fcgi::stream(fcgi::PARAMS, fcgi::params(REQUEST_METHOD => 'POST', REQUEST_URI => $uri, CONTENT_LENGTH => 1000, @params))) }
my $CONTACTS = '/public/v2/contacts';
is($gateway->ask(method => 'GET', uri => '/ready')->{status}, 200, 'the database is ready');
my @coming = (coming($CONTACTS, HTTP_AUTHORIZATION => 'Basic eDp5'), coming($CONTACTS, HTTP_X_API_KEY => "\t"), coming($CONTACTS));
$gateway->wait_for(under_way => 3);
is($gateway->ask(%{ create('rvo_stranger', 'x') })->{status}, 503, 'three without a key: a stranger is not admitted beside them');
is($gateway->ask(method => 'GET', uri => '/ready')->{status}, 200, 'who asks whether the database is ready is');
$_->close for @coming;
$gateway->at_rest;

# Where no key is asked for, whoever calls is the path: as it is, not what is before it, nor a key that is sent along.
my @hook = map { sql("SELECT revyops_create_webhook(1, 'instantly', 'test')") } 1 .. 2;
sub delivery { my ($uri, $key) = @_; return { key => $key, uri => $uri, body => '{"event_type": "email_sent", "timestamp": "2026-03-02T09:15:04.512Z", "campaign_id": "c-1", "lead_email": "hook@acme.com"}' } }
is(gateway::statuses($gateway->together(map { delivery($hook[0], "rvo_invented$_") } 1 .. 3)), '200: 3', 'deliveries are good, whatever key they have');
@coming = map { coming($CONTACTS, HTTP_X_API_KEY => "rvo_invented$_") } 1 .. 3;
$gateway->wait_for(under_way => 3);
is($gateway->ask(%{ create('rvo_invented1', 'x') })->{status}, 503, 'they have not proved these keys');
is($gateway->ask(%{ delivery($hook[0], 'rvo_invented1') })->{status}, 200, 'but the path: it is admitted beside strangers');
is($gateway->ask(%{ delivery($hook[1], $key[1]) })->{status}, 503, 'another, of which nothing was delivered, is not yet');
$_->close for @coming;
$gateway->at_rest;
@coming = (coming($hook[0]), coming("/api$hook[0]"), coming("$hook[0]?x=1", HTTP_X_API_KEY => $key[1]));
$gateway->wait_for(under_way => 3);
is_deeply([ map { $_->{status} } $gateway->ask(%{ delivery("/api$hook[0]", $key[2]) }), $gateway->ask(%{ delivery($hook[1], 'rvo_invented1') }), $gateway->ask(%{ create($key[1], 'beside') }) ], [ 503, 200, 201 ],
	'three of one path: no fourth is admitted, however it comes; the other path and a key are');
$_->close for @coming;
$gateway->at_rest;

reload(key_requests => 1024);

# ---- an answer that nobody reads, of more than the sockets take: half a megabyte
sql("SET revyops.client_id = 2; SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', 'wide' || i || '\@acme.com', 'contact_custom_fields_input',
	(SELECT jsonb_agg(jsonb_build_object('field_name', 'Note ' || f, 'field_value', repeat('x', 1000))) FROM generate_series(1, 5) f))) FROM generate_series(1, 100) i))");
reload(key_requests => 1);
my $page = { key => $key[1], method => 'GET', uri => '/public/v2/contacts' };
my $read = 'answers_total{lane="read",class="2xx"}';
my $answers = $gateway->metrics->{$read};
my $unread = fcgi->connect($path)->send(fcgi::request(%$page));
$gateway->wait_for($read => $answers + 1);
is($gateway->ask(%$page)->{status}, 503, 'an answer that nobody reads counts as a request under way');
my $whole = $unread->answer->{body};
$gateway->at_rest;
my $again = $gateway->ask(%$page);
is_deeply([ $again->{status}, $again->{body} eq $whole, length $whole > 400_000 ], [ 200, 1, 1 ], 'once it is read there is room, and it was whole');
reload(key_requests => 1024);

# ---- a standby for reading
my $standby;
$node->backup('copy');
$standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
reload(read_database => gateway::database($standby));
is($standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE usename = 'revyops_gateway'") . ' ' . sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'revyops_gateway'"), '4 10', 'read_database: four connections read on the standby');
is($gateway->ask(%{ create($key[1], 'primary') })->{status}, 201, 'writes go to the primary');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
my $created = $gateway->ask(%{ create($key[1], 'behind') });
my ($id) = $created->{body} =~ /"id": ?(\d+)/;
is($created->{status} . ' ' . $gateway->ask(%{ get($key[1], $id) })->{status}, '201 404', 'reads come from the standby, which is behind');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
gateway::until_true('replay', sub { $gateway->ask(%{ get($key[1], $id) })->{status} == 200 });
pass('and it comes after');
$node->stop;
is($gateway->ask(%{ get($key[1], $id) })->{status}, 200, 'the primary is away: reads are answered');
is($gateway->ask(%{ create($key[1], 'gone') })->{status}, 503, 'writes are not');
$standby->promote;
reload(database => gateway::database($standby));
is($gateway->ask(%{ create($key[1], 'promoted') })->{status}, 201, 'the standby is promoted: they are');
is($gateway->end('TERM'), 0, 'it ends well');
done_testing();
