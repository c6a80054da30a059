# The gateway reads on a standby, and whoever says up to where sees what they have written: the standby's replay
# stands still where a test says so, and what the primary has, it does not.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use fcgi;
use gateway;

my $primary = gateway::node('primary', 'wal_keep_size = 64MB');
my $key = gateway::key($primary, 'One');
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# both, the standby first, as doc/operations.md has it
my $both = "host='" . $standby->host . ',' . $primary->host . "' port=" . $standby->port . ',' . $primary->port . ' dbname=postgres user=revyops_gateway';
my $gateway = gateway->new($primary, read_database => "$both target_session_attrs=prefer-standby", standby_timeout => 60000);
my $path = $gateway->{socket};
my $SERVICE = '{"detail": "Service unavailable, try again."}';

sub with { my ($position) = @_; return defined $position ? (headers => [ HTTP_X_REVYOPS_POSITION => $position ]) : () }
# create creates a contact, and gives its id and the position that its caller is told.
sub create
{
	my ($name, $position, $status) = @_;
	my $answer = $gateway->ask(key => $key, body => qq({"email": "$name\@example.com"}), with($position));
	is($answer->{status}, $status // 201, "$name: created, or not");
	return ($answer->{body} =~ /"id": (\d+)/ ? $1 : undef, $answer->{headers}{'x-revyops-position'});
}
sub get { my ($id, $position) = @_; return { key => $key, method => 'GET', uri => "/public/v2/contacts/$id", with($position) } }
sub status { my ($id, $position) = @_; return $gateway->ask(%{ get($id, $position) })->{status} }
sub replayed { $primary->wait_for_catchup($standby) }
sub pause { $standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()'); gateway::until_true('paused', sub { $standby->safe_psql('postgres', 'SELECT pg_get_wal_replay_pause_state()') eq 'paused' }) }
sub resume { $standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()') }

# ---- a position is told to who asks
my ($jane, $position) = create('jane', 'new');
like($position, qr/^[\w-]{96}$/, 'who asks by "new" is told a position');
is((create('plain'))[1], undef, 'who does not ask is told none');
like((create('jane', $position, 409))[1], qr/^[\w-]{96}$/, 'a refusal has one, too: what was in the way can be read');
my $listed = $gateway->ask(key => $key, method => 'GET', uri => '/public/v2/contacts', with('new'));
is_deeply([ $listed->{status}, $listed->{headers}{'x-revyops-position'} ], [ 200, undef ], 'a read is not: its caller keeps theirs');
isnt((create('other', 'new'))[1], $position, 'each has its own');

# ---- the standby is behind
replayed();
my $slow = 'answers_total{lane="slow",class="2xx"}';
my $grown = $gateway->grown(sub {
	pause();
	(my $id, $position) = create('late', $position);
	is(status($id), 404, 'without a position: the standby does not have it yet');
	is(status($id, 'new'), 404, 'nor by "new"');
	is(status($jane, $_), 200, 'what it has is read at once') for 'new', undef;
	my @held = fcgi::start($path, (get($id, $position)) x 9);
	$gateway->wait_for(held => 9, under_way => 9);
	is(status($jane), 200, 'nine wait for it, and take no connection');
	is($gateway->ask(key => $key, uri => '/public/v2/contacts', body => '{"email": "meanwhile@example.com"}')->{status}, 201, 'nor a writer\'s');
	is($gateway->metrics->{under_way}, 9, 'they wait still');
	resume();
	my @answers = fcgi::answers(@held);
	is(gateway::statuses(@answers), '200: 9', 'it has replayed it: they see it');
	is_deeply([ sort keys %{ $answers[0]{headers} } ], [ 'cache-control', 'content-type' ], 'and nothing of how they waited');
}, $slow);
is_deeply($grown, { $slow => 0 }, 'the primary was not asked');
replayed();
is(status($jane, $position), 200, 'a position that it has: at once');

# a search is a read, too
pause();
(my $id, $position) = create('sought', $position);
my ($search) = fcgi::start($path, { key => $key, uri => '/public/v2/contacts/search', body => '{"filters": [{"member": "email", "operator": "eq", "value": "sought@example.com"}]}', with($position) });
$gateway->wait_for(held => 1);
resume();
like($search->answer->{body}, qr/"sought\@example\.com"/, 'a search waits');

# what a 409 tells of was committed by somebody else: that is waited for as well
pause();
($id) = create('theirs');
my (undef, $refused) = create('theirs', 'new', 409);
my ($read) = fcgi::start($path, get($id, $refused));
$gateway->wait_for(held => 1);
resume();
is($read->answer->{status}, 200, 'after a 409: the contact that was in the way');

# ---- what a caller can send
my $ask = sub { my ($given) = @_; my $answer = $gateway->ask(%{ get($jane, $given) }); return [ @$answer{qw(status body)} ] };
my $invalid = [ 400, '{"detail": "Invalid request.", "errors": [{"parameter":"X-Revyops-Position","code":"invalid_position","message":"Expected new, or what an answer had in this header."}]}' ];
(my $changed = $position) =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/e;
is_deeply($ask->($_), $invalid, 'no position: ' . substr $_, 0, 20) for 'x', 'New', '0/3000148', substr($position, 0, 95), $changed, $position . 'AAAA', 'A' x 7000;
is_deeply($ask->(''), [ 200, $ask->(undef)->[1] ], 'an empty one is none');
is((create('any', 'x'))[1] =~ /^[\w-]{96}$/, 1, 'a writer may send what they like');

# ---- for too long
$gateway->write_settings(standby_timeout => 0);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
replayed();
pause();
($id, $position) = create('slow', $position);
is_deeply($gateway->grown(sub { is(status($id, $position), 200, 'standby_timeout is over: the primary answers') }, $slow, 'undone_total'), { $slow => 1, undone_total => 1 }, 'in the slow lane');
is(status($id), 404, 'while the standby still does not have it');

# a front that can't wait gives what it is told
my ($headers, $body) = map { $standby->safe_psql('postgres', "SELECT $_ FROM revyops_http.handle_read('GET', '/public/v2/contacts/$id', NULL, E'X-API-Key: $key\\nX-Revyops-Position: $position\\n', NULL) WHERE status = 503") } qw(headers body);
is($headers, "Retry-After: 1\nRevyops-Hold: 5 5000\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store\n", 'another front: a 503, and how long to wait');
is($body, $SERVICE, 'as any');
my $headers_of_postgrest = qq({"x-api-key": "$key", "x-revyops-method": "GET", "x-revyops-path": "/public/v2/contacts/$id", "x-revyops-position": "$position"});
is($standby->safe_psql('postgres', "SELECT set_config('request.headers', '$headers_of_postgrest', false) \\gset\nSELECT convert_from(revyops_http.postgrest_read(''), 'UTF8'), current_setting('response.status'), current_setting('response.headers')"),
	"$SERVICE|598|[{\"Retry-After\": \"1\"}, {\"Content-Type\": \"application/json; charset=utf-8\"}, {\"X-Revyops-Answer\": \"1\"}]", 'PostgREST: a 503, and no more, for it can not wait');
# nobody to ask but the standby
$gateway->write_settings(read_database => '', database => gateway::database($standby));
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
my $answer = $gateway->ask(%{ get($id, $position) });
is_deeply([ @$answer{qw(status body)}, $answer->{headers}{'retry-after'} ], [ 503, $SERVICE, 1 ], 'no primary: 503');
resume();

# ---- the standby goes
$gateway->write_settings(read_database => "$both target_session_attrs=prefer-standby", database => "$both target_session_attrs=read-write", standby_timeout => 60000);
$gateway->log_of(sub { $gateway->signal('HUP') }, qr/read again/);
$gateway->wait_for_connections;
replayed();
pause();
($id, $position) = create('gone', $position);
($read) = fcgi::start($path, get($id, $position));
$gateway->wait_for(held => 1);
$standby->stop('immediate');
is($read->answer->{status}, 200, 'the standby is gone: who waited is answered by the primary');
is(status($id), 200, 'and so are the others');
$standby->start;
$gateway->signal('HUP');
$gateway->wait_for_log(qr/read again/);
replayed();

# ---- a standby takes over: what it had is there
$gateway->wait_for_connections;
($id, $position) = create('kept', $position);
replayed();
# and what came after is not, which is lost with the old primary
$standby->safe_psql('postgres', "ALTER SYSTEM SET primary_conninfo = ''");
$standby->reload;
gateway::until_true('it receives nothing', sub { $standby->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_wal_receiver') == 0 });
my ($gone, $lost) = create('lost', $position);
$primary->stop('immediate');
$standby->promote;
gateway::until_true('it writes', sub { ($gateway->ask(key => $key, body => '{"email": "new@example.com"}') // { status => 0 })->{status} =~ /^(201|409)$/ });
is(status($id, $position), 200, 'a position of before the failover is one still');
my $is_lost = [ 410, '{"detail": "Position is lost.", "errors": [{"parameter":"X-Revyops-Position","code":"position_lost","message":"What was written up to there may be lost. Look for it, and begin with new."}]}' ];
is_deeply($ask->($lost), $is_lost, 'one that the standby had not got is refused');
is((create('after', $lost))[1] ne $lost, 1, 'a writer gets a new one');

# ---- a database that was restored from a dump has another key
$standby->safe_psql('postgres', "UPDATE revyops.secret SET secret = sha256(uuid_send(gen_random_uuid())) WHERE name = 'changes'");
is_deeply($ask->($position), $is_lost, 'another database');

is($gateway->end('TERM'), 0, 'the end');
unlike(slurp_file($_->logfile), qr/PANIC|TRAP|signal 11/, $_->name . ': nothing odd in the log') for $primary, $standby;
done_testing();
