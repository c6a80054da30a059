# Events of few contacts in few campaigns, random ones, are recorded in the order in which they were made, one
# call each; then shuffled, split anyhow, repeated, by four sessions at once, and with the merge of two contacts
# in between.  What is there in the end is the same each time, but for ids and the time of the last change.
#
#   REVYOPS_EVENT_SEED=1        what the random events are made by; a run prints its own
#   REVYOPS_EVENT_ROUNDS=6      how many random histories
use strict;
use warnings;

use IPC::Run;
use JSON::PP;
use List::Util qw(shuffle);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{REVYOPS_EVENT_SEED} // int(rand(1_000_000_000));
my $rounds = $ENV{REVYOPS_EVENT_ROUNDS} // 6;
my $json = JSON::PP->new->canonical;
diag "REVYOPS_EVENT_SEED=$seed";
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;

CREATE FUNCTION merge() RETURNS void LANGUAGE sql AS $$
	SELECT revyops_merge_contacts(keep.id, other.id) FROM revyops.contact keep, revyops.contact other
	WHERE (keep.email, other.email) = ('kept@x.com', 'gone@x.com') AND keep.client_id = current_setting('revyops.client_id')::integer AND other.client_id = keep.client_id $$;

-- client makes a client with contacts that are there before: two that are one by now, if merged, and one that has unsubscribed
CREATE FUNCTION client(merged boolean) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	client integer := revyops_create_client('One');
BEGIN
	PERFORM set_config('revyops.client_id', client::text, true);
	PERFORM revyops_create_company('{"domain": "acme.com"}'), revyops_create_company('{"domain": "beta.com"}');
	PERFORM revyops_create_contact('{"email": "old@x.com", "first_name": "Old", "contact_status": "Active", "linkedin_url": "in/old"}'),
		revyops_create_contact('{"email": "out@x.com", "contact_status": "UNSUBSCRIBED"}'),
		revyops_create_contact('{"email": "hard@x.com", "contact_status": "bounced", "last_name": "Hard"}');
	PERFORM revyops_create_contact('{"email": "kept@x.com"}'), revyops_create_contact('{"email": "gone@x.com", "contact_status": "Lead"}');
	IF merged THEN
		PERFORM merge();
	END IF;
	RETURN client;
END
$$;

-- by_id has events say by an id of whom they are, if they say id@
CREATE FUNCTION by_id(events jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_agg(CASE WHEN e->>'contact_email' = 'id@' THEN e - 'contact_email' || jsonb_build_object('contact_id',
		(SELECT id FROM revyops.contact WHERE email = 'old@x.com' AND client_id = current_setting('revyops.client_id')::integer)) ELSE e END ORDER BY n)
	FROM jsonb_array_elements(events) WITH ORDINALITY AS t (e, n) $$;

-- state is all that events make, in an order of its own
CREATE FUNCTION state(client integer) RETURNS jsonb LANGUAGE sql STABLE AS $$
	WITH c AS (SELECT * FROM revyops.contact WHERE client_id = client)
	SELECT jsonb_build_object(
		'contact', (SELECT jsonb_agg(to_jsonb(c) - '{client_id, id, updated_time, company_id, custom_fields, status_changed_at}'::text[]
			|| jsonb_build_object('company', (SELECT domain FROM revyops.company o WHERE o.client_id = client AND o.id = c.company_id),
				-- of a status that the API set, it is the time of the call
				'status_changed_at', CASE WHEN status_changed_at < '2026-06-01' THEN status_changed_at END,
				'fields', (SELECT jsonb_object_agg(f->>'field_name', f->>'field_value') FROM jsonb_array_elements(custom_fields) f)) ORDER BY email) FROM c),
		'activity', (SELECT jsonb_agg(to_jsonb(a) - '{client_id, contact_id, bounced_history, unsubscribed_history, filled}'::text[]
			|| jsonb_build_object('email', c.email, 'filled', (SELECT jsonb_object_agg(key, value - 'id') FROM jsonb_each(filled)),
				'bounced', (SELECT to_jsonb(h) - '{client_id, id, contact_id}'::text[] FROM revyops.contact_status_history h WHERE h.client_id = client AND h.id = bounced_history),
				'unsubscribed', (SELECT to_jsonb(h) - '{client_id, id, contact_id}'::text[] FROM revyops.contact_status_history h WHERE h.client_id = client AND h.id = unsubscribed_history)) ORDER BY c.email)
			FROM revyops.contact_activity a JOIN c ON c.id = a.contact_id
			WHERE a.client_id = client AND to_jsonb(a) - '{client_id, contact_id, filled}'::text[] <> '{}'),
		'history', (SELECT jsonb_agg(jsonb_build_array(c.email, h.changed_at, h.contact_status) ORDER BY c.email, h.changed_at, h.contact_status)
			FROM revyops.contact_status_history h JOIN c ON c.id = h.contact_id WHERE h.client_id = client AND h.source = 'event'),
		'campaign', (SELECT jsonb_agg(to_jsonb(k) - '{client_id, id}'::text[] ORDER BY platform, campaign_id) FROM revyops.campaign k WHERE client_id = client),
		'campaign_contact', (SELECT jsonb_agg(to_jsonb(p) - '{client_id, campaign, contact_id}'::text[]
			|| jsonb_build_object('email', c.email, 'platform', k.platform, 'campaign_id', k.campaign_id) ORDER BY c.email, k.platform, k.campaign_id)
			FROM revyops.campaign_contact p JOIN c ON c.id = p.contact_id JOIN revyops.campaign k ON k.client_id = client AND k.id = p.campaign WHERE p.client_id = client),
		'email', (SELECT jsonb_agg(e ORDER BY e) FROM (SELECT to_jsonb(e) - '{client_id, id, contact_id, updated_time, custom_fields}'::text[]
			|| jsonb_build_object('email', c.email) AS e FROM revyops.email e JOIN c ON c.id = e.contact_id WHERE e.client_id = client) e),
		'do_not_contact', (SELECT jsonb_agg(jsonb_build_array(email, reason, since) ORDER BY email, reason) FROM revyops.do_not_contact WHERE client_id = client),
		'keys', (SELECT count(DISTINCT email_id) FROM revyops.event_key WHERE client_id = client)) $$;
EOS

sub pick { return $_[ rand @_ ] }
sub maybe { my ($chance, @pairs) = @_; return rand() < $chance ? @pairs : () }

# Times are few, so that many are equal.
sub moment { return sprintf('2026-03-%02dT%02d:00:00Z', 1 + rand 4, rand 3) }

# The last is old@x.com by id.
my @addresses = qw(new@x.com other@x.com old@x.com out@x.com hard@x.com kept@x.com gone@x.com id@);

sub event
{
	my $address = pick(@addresses);
	my ($name) = $address =~ /(.*)@/;

	return {
		kind => pick(qw(sent sent replied auto_replied bounced unsubscribed interest)),
		contact_email => $address,
		at => moment(),
		maybe(0.6, external_id => pick(qw(1 2 3 4 5 6))),
		maybe(0.8, campaign_id => pick(qw(A B)), maybe(0.5, campaign_name => pick('Spring', 'Fall', 'Winter'))),
		maybe(0.7, platform => pick(qw(instantly lemlist))),
		maybe(0.3, first_name => pick('Ann', 'Anna', 'Annie')),
		maybe(0.3, last_name => pick('Lee', 'Leigh')),
		maybe(0.2, linkedin_url => "in/$name-" . pick(1, 2)),
		maybe(0.2, company => pick('acme.com', 'beta.com', 'nobody.com')),
		maybe(0.3, custom => { pick('Role', 'Size') => pick('1', '2', '3') }),
		maybe(0.2, suppress => JSON::PP::true),
		maybe(0.4, subject => pick('Hi', 'Re: Hi', 'Hello')),
		maybe(0.2, body_text => pick('short', 'a longer one', 'a second one')),
		maybe(0.2, message_id => pick('<1@x>', '<2@x>')),
		maybe(0.2, agent_email => pick('kim@m.com', 'pat@m.com')),
		maybe(0.3, interested => pick(JSON::PP::true, JSON::PP::false)), maybe(0.4, label => pick('yes', 'no', 'maybe'))
	};
}

# split LIST: into calls of a few
sub parts
{
	my @list = @_;
	my @parts;
	push @parts, [ splice @list, 0, 1 + rand(rand() < 0.3 ? 40 : 5) ] while @list;
	return @parts;
}

sub statement
{
	my ($client, $events) = @_;
	return "SET revyops.client_id = $client; SELECT count(*) FROM revyops_record_events(by_id(\$j\$" . $json->encode($events) . "\$j\$), 'atomic');\n";
}

sub state_after
{
	my ($client, @calls) = @_;
	$node->safe_psql('postgres', join('', map { statement($client, $_) } @calls)) if @calls;
	return $node->safe_psql('postgres', "SELECT jsonb_pretty(state($client))");
}

sub new_client { my ($merged) = @_; return $node->safe_psql('postgres', 'SELECT client(' . ($merged // 'true') . ')') }

for my $round (1 .. $rounds)
{
	my @events = map { event() } 1 .. 60 + rand 100;
	my $expected = state_after(new_client(), map { [$_] } @events);

	cmp_ok(length $expected, '>', 2000, "round $round: there is something to compare");
	is(state_after(new_client(), \@events), $expected, "round $round: all at once");
	is(state_after(new_client(), parts(shuffle @events)), $expected, "round $round: shuffled, and split anyhow") for 1 .. 3;
	is(state_after(new_client(), parts(shuffle @events, @events[ map { rand @events } 1 .. 50 ])), $expected, "round $round: some repeated");

	my $apart = new_client('false');
	my @halves = parts(shuffle @events);
	my @first = splice @halves, 0, @halves / 2;
	state_after($apart, @first);
	$node->safe_psql('postgres', "SET revyops.client_id = $apart; SELECT merge()");
	is(state_after($apart, @halves), $expected, "round $round: two contacts were merged in between");

	my $client = new_client();
	my $before = state_after($client, \@events);
	is(state_after($client, shuffle map { [$_] } @events), $before, "round $round: all again");

	$client = new_client();
	my @calls = parts(shuffle @events, @events[ map { rand @events } 1 .. 30 ]);
	my (@in, @out, @sessions);
	push @{ $in[ $_ % 4 ] }, statement($client, $calls[$_]) for 0 .. $#calls;
	for my $i (0 .. 3)
	{
		my $input = join '', @{ $in[$i] // [] };
		$out[$i] = '';
		push @sessions, IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ], '<', \$input, '>', \$out[$i], '2>&1');
	}
	$_->finish for @sessions;
	unlike(join('', @out), qr/ERROR/, "round $round: four sessions at once, without an error");
	is(state_after($client), $expected, "round $round: and with the same outcome");
}

done_testing();
