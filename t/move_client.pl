# script/move-client: a client with rows in every table moves to another server while eight sessions write, and the move is
# killed again and again. In the end nothing is lost, nothing is there twice, and both servers have the same rows.
# REVYOPS_MOVE_CONTACTS: with so many contacts, beside (doc/moving-clients.md has what came of a million).
use strict;
use warnings;

use lib 't';

use every_table;
use IPC::Run;
use move;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $CONTACTS = $ENV{REVYOPS_MOVE_CONTACTS} // 500;
my $WRITERS = 8;
my $PAUSE = $ENV{REVYOPS_MOVE_PAUSE} // 0.1;

my $one = server('one', 1);
my $two = server('two', 2);
my %sequences = map { $_->name => $_->safe_psql('postgres', "SELECT string_agg(DISTINCT last_value::text, ' ') FROM pg_sequences WHERE schemaname = 'revyops'") } $one, $two;
is_deeply(\%sequences, { one => '1000000 1000000000000', two => '2000000 2000000000000' }, 'each server has its range of ids');

my @servers = ('--from', conninfo($one), '--to', conninfo($two));

# ---- what is refused, and by what
my $client = $one->safe_psql('postgres', "SELECT revyops_create_client('Onesecret')");
my $other = $one->safe_psql('postgres', "SELECT revyops_create_client('Twovisible')");
my $native = $two->safe_psql('postgres', "SELECT revyops_create_client('Native')");
is("$client $other $native", '1000001 1000002 2000001', 'clients of two ranges');
my $key = $one->safe_psql('postgres', "SELECT revyops_create_api_key($client, 'x')");
every_table::fill($one, $client, 'onesecret');
every_table::fill($one, $other, 'twovisible');
every_table::fill($two, $native, 'native');
$one->safe_psql('postgres', <<"END");
SET revyops.client_id = $client;
SELECT count(*) FROM generate_series(0, ($CONTACTS - 1) / 10000) part, LATERAL revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', format('c%s\@acme.com', i), 'first_name', 'Jane', 'contact_custom_fields_input',
	jsonb_build_array(jsonb_build_object('field_name', 'Industry', 'field_value', 'v' || i % 100), jsonb_build_object('field_name', 'Size', 'field_value', 's' || i)))) FROM generate_series(part * 10000 + 1, least(part * 10000 + 10000, $CONTACTS)) i)) c;
END
is_deeply(moves(@servers, 'x')->[0], 2, 'no client');
is_deeply(moves(@servers, '9999999999')->[0], 2, 'nor one of that number');
is_deeply(moves('--from', conninfo($one) . ' password=x', '--to', conninfo($two), $client), [ 1, "no passwords here, others can read arguments: use a password file\n" ], 'a password in an argument');
is_deeply(moves('--from', conninfo($one), '--to', conninfo($one), $client), [ 1, "--from and --to are the same server\n" ], 'the same server');
is_deeply(moves(@servers, $client), [ 1, "the servers have not the same secret for cursors: doc/moving-clients.md has how they get it\n" ], 'another secret');
{
	my $copy = block('sh', 'psql -Xq');
	local $ENV{PGSERVICEFILE} = PostgreSQL::Test::Utils::tempdir() . '/service';
	append_to_file($ENV{PGSERVICEFILE}, join "", map { '[' . $_->name . "]\nhost=" . $_->host . "\nport=" . $_->port . "\ndbname=postgres\n" } $one, $two);
	is(system('bash', '-c', "set -eo pipefail; $copy"), 0, 'the secret is copied as the page says');
}
is_deeply(moves(@servers, $client), [ 1, "an agency's webhook leads to client $client: end that first (revyops_route_webhook_account with null)\n" ], 'a route of an agency');
$one->safe_psql('postgres', "SELECT revyops_route_webhook_account(agency_id, platform, account, NULL) FROM revyops.webhook_account WHERE client_id = $client");
is_deeply(moves(@servers, 77), [ 1, "the old server has no client 77\n" ], 'an unknown client');
$two->safe_psql('postgres', "INSERT INTO revyops.client (id, name) VALUES ($other, 'Somebody')");
is_deeply(moves(@servers, $other), [ 1, "an agency's webhook leads to client $other: end that first (revyops_route_webhook_account with null)\n" ], 'another route');
$one->safe_psql('postgres', "DELETE FROM revyops.webhook_account WHERE client_id = $other");
is_deeply(moves(@servers, $other), [ 1, "the new server has a client $other: each server needs its own range of ids\n" ], 'the id is taken');
$two->safe_psql('postgres', "DELETE FROM revyops.client WHERE id = $other");
$one->safe_psql('postgres', 'CREATE TABLE revyops.forgotten (id integer PRIMARY KEY, client_id integer)');
is_deeply(moves(@servers, $client), [ 1, "the extension is not the same on both servers: 1.0 and 1.0\n" ], 'another table');
$two->safe_psql('postgres', 'CREATE TABLE revyops.forgotten (id integer PRIMARY KEY, client_id integer)');
is_deeply(moves(@servers, $client), [ 1, "the schema revyops has a table of which this script doesn't know how it is moved\n" ], 'a table that is forgotten');
$_->safe_psql('postgres', 'DROP TABLE revyops.forgotten') for $one, $two;
is_deeply(moves(@servers, '--delete', $client), [ 1, "client $client is not moved\n" ], 'not moved yet');

# ---- what must be equal
my @tables = split /\n/, $one->safe_psql('postgres', "SELECT relname FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1");
my %left_out = map { $_ => 1 } qw(change change_feed secret agency webhook_account free_mail_domain free_mail_exception company_host company_host_exception import_alias);
my %filter = (client => 'id', map { $_ => 'webhook_id' } qw(webhook_count webhook_ring));
sub rows
{
	my ($node, $id, @of) = @_;
	my $column = sub { $filter{ $_[0] } // 'client_id' };
	my $is = sub { $_[0] =~ /^webhook_(count|ring)$/ ? "IN (SELECT h.id FROM revyops.webhook h WHERE h.client_id = $id)" : "= $id" };
	return { map { $_ => $node->safe_psql('postgres', "SELECT " . ($_ eq 'client' ? "to_jsonb(t) - 'state'" : 't') . "::text FROM revyops.$_ t WHERE " . $column->($_) . ' ' . $is->($_) . ' ORDER BY 1') } @of };
}
sub counted { my ($rows) = @_; return { map { $_ => scalar(my @lines = split /\n/, $rows->{$_}) } keys %$rows } }
my @moved = grep { !$left_out{$_} } @tables;
my $before = rows($one, $client, @moved);
is_deeply([ grep { $before->{$_} eq '' } @moved ], [], 'the client has rows in every table');
my $others = [ rows($one, $other, @moved), rows($two, $native, @moved) ];
my ($next, $changes) = split /\n/, $one->safe_psql('postgres', "SET revyops.client_id = $client; SELECT revyops_list_contacts(page_size => 1)->>'next'; SELECT revyops_changes('now')->>'cursor'");

# ---- those who write all the time: each notes what it was answered, in the same transaction
$one->safe_psql('postgres', <<'EOS');
CREATE TABLE answer (writer integer, number integer, email text, id text);
CREATE PROCEDURE write_on(writer integer, pause double precision) LANGUAGE plpgsql AS $$
DECLARE
	address text;
	answered text;
BEGIN
	FOR number IN 1 .. 1000000 LOOP
		address := format('w%s-%s@acme.com', writer, number);
		BEGIN
			answered := revyops_create_contact(jsonb_build_object('email', address, 'contact_custom_fields_input', '[{"field_name": "Industry", "field_value": "x"}]'::jsonb))->>'id';
			IF number % 3 = 0 THEN
				PERFORM revyops_update_contact(answered::bigint, '{"first_name": "Jane"}');
			ELSIF number % 10 = 1 THEN
				PERFORM revyops_delete_contact(answered::bigint);
				answered := 'deleted';
			END IF;
		EXCEPTION WHEN OTHERS THEN
			answered := SQLERRM;
		END;
		INSERT INTO answer VALUES (writer, number, address, answered);
		COMMIT;
		EXIT WHEN answered = 'client was moved';
		PERFORM pg_sleep(pause);
	END LOOP;
END
$$;
EOS
my @writers;
for my $writer (1 .. $WRITERS)
{
	push @writers, IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', $one->host, '-p', $one->port, 'postgres', '-c', "SET revyops.client_id = $client", '-c', "CALL write_on($writer, $PAUSE)" ], '<', \undef, '>&', \my $said);
}
END { local $?; $_->kill_kill for @writers }
my $started = time;

# ---- killed, and run again
my $said = '';
for my $when (qr/^move-client: copying/m, 100 + int rand 500, qr/^move-client: following/m, qr/^move-client: holding/m, qr/^move-client: comparing/m, qr/^move-client: .* is served/m)
{
	$said = killed($when, @servers, $client);
	diag "killed at $when: " . join ', ', split /\n/, $said =~ s/^move-client: //mgr;
}
unlike($said, qr/is moved/, 'not done yet');
my $end = moves(@servers, $client);
is($end->[0], 0, 'in the end it is moved');
diag $end->[1];
$_->finish for @writers;
is(scalar(grep { $_->result } @writers), 0, 'those who wrote have been told');
diag $one->safe_psql('postgres', "SELECT format('%s written, %s refused, %s s', count(*) FILTER (WHERE id ~ '^(\\d+|deleted)\$'), count(*) FILTER (WHERE id !~ '^(\\d+|deleted)\$'), @{[ time - $started ]}) FROM answer");
is($one->safe_psql('postgres', "SELECT string_agg(DISTINCT id, ', ' ORDER BY id) FROM answer WHERE id !~ '^(\\d+|deleted)\$'"), 'client is being moved, client was moved', 'nobody was told anything else');

# ---- nothing lost, nothing twice, nothing else
my $after = rows($two, $client, @moved);
my @webhooks = qw(webhook webhook_count webhook_ring);
is_deeply($after, { %{ rows($one, $client, @moved) }, map { $_ => $before->{$_} } @webhooks }, 'every row is the same');
is_deeply(counted(rows($one, $client, @webhooks)), { map { $_ => 0 } @webhooks }, 'but webhooks are at one server only');
$one->safe_psql('postgres', "COPY (SELECT email, id FROM answer WHERE id ~ '^\\d+\$') TO '" . $one->basedir . "/answers'");
$two->safe_psql('postgres', "CREATE TABLE answer (email text, id bigint); COPY answer FROM '" . $one->basedir . "/answers'");
is($two->safe_psql('postgres', "SELECT count(*) FROM (SELECT id, email FROM answer EXCEPT SELECT id, email FROM revyops.contact WHERE client_id = $client) s"), '0', 'every contact that was answered is there');
is($two->safe_psql('postgres', "SELECT count(*) FROM revyops.contact WHERE client_id = $client AND email ~ '^w\\d+-' AND id NOT IN (SELECT id FROM answer)"), '0', 'and no other');
cmp_ok($two->safe_psql('postgres', 'SELECT count(*) FROM answer'), '>', 0, 'there were such');
is_deeply([ rows($one, $other, @moved), rows($two, $native, @moved) ], $others, 'others have what they had');
is($one->safe_psql('postgres', "SELECT (SELECT count(*) FROM pg_publication) || ' ' || (SELECT count(*) FROM pg_replication_slots)"), '0 0', 'nothing is left of the replication at the old server');
is($two->safe_psql('postgres', 'SELECT count(*) FROM pg_subscription'), '0', 'nor at the new one');

# ---- it goes on there
sub try { my ($node, $statement) = @_; my ($rc, $out, $err) = $node->psql('postgres', "SET revyops.api_key = '$key'; $statement"); return $rc == 0 ? $out : $err =~ /ERROR:  (.*)/ ? $1 : $err }
my $create = "SELECT revyops_create_contact('{\"email\": \"new\@acme.com\", \"contact_custom_fields_input\": [{\"field_name\": \"Industry\", \"field_value\": \"x\"}]}')->>'id'";
is(try($one, $create), 'client was moved', 'the old server says so');
my $created = try($two, $create);
like($created, qr/^2\d{12}$/, 'the new one gives ids of its own range');
like(try($two, 'SELECT revyops_list_contacts(after => \'' . $next . '\')->>\'next\''), qr/^[\w-]+$/, 'a cursor leads on');
is(try($two, "SELECT revyops_changes('$changes')"), 'cursor has expired', 'one of the change feed has ended');
my $stayed = try($two, "SELECT revyops_changes('now')->>'cursor'");
is(try($two, "SELECT revyops_changes('$stayed')->>'has_more'"), 'false', 'the new server gives others');
is(try($two, 'SELECT revyops_create_contact(\'{"email": "again@onesecret.example", "first_name": "onesecret"}\', \'NESTED\', \'onesecret\')->>\'id\''), $one->safe_psql('postgres', "SELECT body::jsonb->>'id' FROM revyops.idempotency_key WHERE client_id = $client AND key = 'onesecret'"), 'an answer that was kept is given again');
is_deeply(moves(@servers, $client), [ 0, "client $client is moved\n" ], 'run once more: nothing to do');
is_deeply(moves(@servers, '--abort', $client), [ 1, "the new server serves client $client already\n" ], 'it is too late to abort');

# ---- the old server's rows
is_deeply(moves(@servers, '--delete', $client), [ 0, "client $client is deleted at the old server\n" ], 'deleted there');
is_deeply(counted(rows($one, $client, @moved, 'change', 'change_feed')), { (map { $_ => 0 } @moved, 'change', 'change_feed'), client => 1, api_key => counted($before)->{api_key} }, 'but the client and its keys');
is(try($one, $create), 'client was moved', 'who comes there is told');
is_deeply(moves(@servers, '--delete', $client), [ 0, "client $client is deleted at the old server\n" ], 'and once more');

# ---- and back again, with a change of mind
my @back = ('--from', conninfo($two), '--to', conninfo($one));
killed(qr/^move-client: holding/m, @back, $client);
is_deeply(moves(@back, '--abort', $client), [ 0, "client $client stays where it is\n" ], 'aborted');
is_deeply(counted(rows($one, $client, @moved, 'change', 'change_feed')), { map { $_ => 0 } @moved, 'change', 'change_feed' }, 'nothing is left at the old server');
is(try($two, 'SELECT revyops_update_contact(' . $created . ', \'{"first_name": "x"}\')->>\'first_name\''), 'x', 'and it is written');
my $webhooks = rows($two, $client, @webhooks);
my $marker = PostgreSQL::Test::Utils::tempdir() . '/switched';
is(moves(@back, '--switched', "echo switched >>$marker", $client)->[0], 0, 'moved back');
is(slurp_file($marker), "switched\n", 'the front was told');
is_deeply(rows($one, $client, @moved), { %{ rows($two, $client, @moved) }, %$webhooks }, 'every row is the same');
like(try($one, 'SELECT revyops_create_contact(\'{"email": "newer@acme.com"}\')->>\'id\''), qr/^1\d{12}$/, 'ids go on in the range of the server');
is($one->safe_psql('postgres', "SELECT count(*) - count(DISTINCT f->>'id') FROM revyops.contact, jsonb_array_elements(custom_fields) f WHERE client_id = $client"), '0', 'no two custom fields have one id');

# ---- once more, where rows differ at the end: a trigger that the new server's owner has
$two->safe_psql('postgres', <<'EOS');
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.last_name := ''spoiled''; RETURN NEW; END';
CREATE TRIGGER spoil BEFORE INSERT ON revyops.contact FOR EACH ROW WHEN (NEW.email = 'newer@acme.com') EXECUTE FUNCTION spoil();
ALTER TABLE revyops.contact ENABLE ALWAYS TRIGGER spoil;
EOS
my $spoiled = moves(@servers, $client);
is($spoiled->[0], 1, 'rows differ');
like($spoiled->[1], qr/^the rows are not the same, writes go on at the old server: < contact \d+ -?\d+;> contact \d+ -?\d+;$/m, 'which is said');
is(try($one, 'SELECT revyops_create_contact(\'{"email": "newest@acme.com"}\')->>\'email\''), 'newest@acme.com', 'and writes go on');
is(moves(@servers, '--abort', $client)->[0], 0, 'aborted');
$two->safe_psql('postgres', 'DROP TRIGGER spoil ON revyops.contact');

# ---- an import, which is a procedure, and so in no other test of what is refused
$one->safe_psql('postgres', "SELECT revyops_set_client_state($client, 'moving')");
is(try($one, "CALL revyops_import_contacts('onesecret')"), 'client is being moved', 'an import');
is($one->safe_psql('postgres', "SELECT count(*) FROM revyops.import_job WHERE client_id = $client"), counted($before)->{import_job}, 'which leaves no job');
$one->safe_psql('postgres', "SELECT revyops_set_client_state($client, 'active')");

# ---- and where both servers have the same range: ids that were given are not given again
my $last = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'revyops' AND sequencename IN ('contact_id_seq', 'custom_field_id_seq', 'email_id_seq') ORDER BY 1";
$two->safe_psql('postgres', "SELECT setval(format('revyops.%I', sequencename), 1000000000001) FROM ($last) s");
is(moves(@servers, $client)->[0], 0, 'moved again');
is(try($two, "SELECT revyops_changes('$stayed')"), 'cursor has expired', 'a cursor of its first stay there has ended');
is($two->safe_psql('postgres', $last), $one->safe_psql('postgres', $last), 'its sequences are as far as those of the old server');
done_testing();
