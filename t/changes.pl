# Who follows the change feed is told each change that is committed once, and those of a
# record in their order: while eight clients change the same contacts in transactions
# that are long, rolled back, or have savepoints; on the primary and a standby by turns.
#
#   REVYOPS_CHANGES_SECONDS=5    for how long
use strict;
use warnings;

use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use patience;

my $seconds = $ENV{REVYOPS_CHANGES_SECONDS} || 5;
my $contacts = 12;
my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
# the 1 MB of a test's cluster is so little that a page, and with it the log, is written when another is read
$primary->append_conf('postgresql.conf', "max_prepared_transactions = 10\nlog_error_verbosity = verbose\nshared_buffers = 16MB");
$primary->start;

# A row of version is locked while its contact is changed, so n is the order in which the changes of
# a contact are committed; noted tells which change it was.
$primary->safe_psql('postgres', <<"EOS");
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
SELECT revyops_set_client_setting(1, 'changes', 'on'), revyops_set_client_setting(2, 'changes', 'on');
CREATE TABLE version AS SELECT i AS contact, 0 AS n FROM generate_series(1, $contacts) i;
CREATE TABLE noted (change bigint, contact int, n int);
CREATE FUNCTION change(c int) RETURNS void LANGUAGE plpgsql AS \$\$
DECLARE
	v int;
BEGIN
	UPDATE version SET n = n + 1 WHERE contact = c RETURNING n INTO v;
	PERFORM revyops_update_contact(c, jsonb_build_object('first_name', v::text));
	INSERT INTO noted VALUES ((SELECT max(id) FROM revyops.change WHERE record_id = c AND client_id = 1), c, v);
END
\$\$;
SET revyops.client_id = 1;
SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', i || '\@example.com')) FROM generate_series(1, $contacts) i));
EOS
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;

# ask is what a server answers, or the SQLSTATE and message of its error.
sub ask
{
	my ($node, $after, $limit, $client) = @_;
	my $argument = defined $after ? "'$after'" : 'NULL';
	my ($rc, $out, $err) = $node->psql('postgres', sprintf("\\set VERBOSITY verbose\nSET revyops.client_id = %d;\nSELECT revyops_changes(%s, %d)",
			$client || 1, $argument, $limit || 100));
	return $err =~ /ERROR:  (\S+): (.*)/ ? "$1 $2" : decode_json($out);
}

# ---- eight clients and a reader
my %scripts = (
	'one@4' => "SELECT change(:a);",
	'two@3' => "BEGIN;\nSELECT change(least(:a, :b));\nSELECT change(greatest(:a, :b));\nCOMMIT;",
	'undone@2' => "BEGIN;\nSELECT change(:a);\nROLLBACK;",
	'savepoint@2' => "BEGIN;\nSELECT change(:a);\nSAVEPOINT s;\nSELECT change(:a);\nROLLBACK TO s;\nSELECT change(:a);\nCOMMIT;",
	# its number is old when it gets the row
	'early@2' => "BEGIN;\nSELECT pg_current_xact_id();\n\\sleep :ms ms\nSELECT change(:a);\nCOMMIT;",
	'long@1' => "BEGIN;\nSELECT change(:a);\n\\sleep :ms ms\nCOMMIT;",
	'create@1' => "SELECT revyops_create_contact(jsonb_build_object('email', gen_random_uuid() || '\@example.com'));",
	'other client@1' => "SELECT set_config('revyops.client_id', '2', false);\nSELECT revyops_create_contact(jsonb_build_object('email', gen_random_uuid() || '\@example.com'));");
my @files;
for my $name (sort keys %scripts)
{
	(my $file = $name) =~ s/ /_/g;
	(my $weight = $file) =~ s/.*@//;
	$file = $primary->basedir . '/' . ($file =~ s/@.*//r) . '.sql';
	append_to_file($file, "SET revyops.client_id = 1;\n\\set a random(1, $contacts)\n\\set b random(1, $contacts)\n\\set ms random(1, 60)\n$scripts{$name}\n");
	push @files, '-f', "$file\@$weight";
}
my ($out, $err) = ('', '');
my $writers = IPC::Run::start([ 'pgbench', '-n', '-c', 8, '-j', 2, '-T', $seconds, '-h', $primary->host, '-p', $primary->port, @files, 'postgres' ],
	'<', \undef, '>', \$out, '2>', \$err);
my ($cursor, %times, %last, @disorder, %asked, $pages);
# read_on takes the next changes; false if there are none for now.
sub read_on
{
	my ($node, $limit) = @_;
	my $answer = ask($node, $cursor, $limit);
	if (!ref $answer)
	{
		$asked{$answer}++;
		return $answer =~ /^40001/;
	}
	$pages++;
	for my $change (@{ $answer->{changes} })
	{
		my $data = $change->{data};
		$times{ $data->{version} }++;
		push @disorder, "$data->{id}: $data->{version} after $last{$data->{id}}" if ($last{ $data->{id} } || 0) >= $data->{version};
		$last{ $data->{id} } = $data->{version};
	}
	$cursor = $answer->{cursor};
	return $answer->{has_more};
}
while ($writers->pump_nb || $writers->pumpable)
{
	read_on(int(rand(3)) ? $primary : $standby, 1 + int(rand(40)));
}
$writers->finish;
is($writers->result(0), 0, 'the writers have ended well') or diag $err;
1 while read_on($primary, 1000);
1 while read_on($primary, 1000);
my $all = $primary->safe_psql('postgres', 'SELECT string_agg(id::text, E\'\n\' ORDER BY id) FROM revyops.change WHERE client_id = 1');
my @told = sort { $a <=> $b } keys %times;
note sprintf('%d changes in %d pages, %d of other transactions; %s', scalar @told, $pages, scalar(grep { $_ > 0 } values %asked), join(', ', map { "$_: $asked{$_}" } keys %asked));
cmp_ok(scalar @told, '>', 100, 'there were changes');
ok(join("\n", @told) eq $all, 'all that were committed were told');
is_deeply([ grep { $times{$_} != 1 } @told ], [], 'each once');
is_deeply(\@disorder, [], 'those of a contact in their order');
is($primary->safe_psql('postgres', 'SELECT count(*) FROM noted a JOIN noted b USING (contact) WHERE a.n < b.n AND a.change >= b.change'), 0,
	'which is that of their commits');
is($primary->safe_psql('postgres', 'SELECT count(*) FROM noted a LEFT JOIN revyops.change c ON c.client_id = 1 AND c.id = a.change WHERE c.id IS NULL'), 0,
	'and there are all of them');
is_deeply([ grep { !/^40001/ } keys %asked ], [], 'nobody was refused');

# ---- a standby that is behind, and one that is ahead
$primary->wait_for_catchup($standby);
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
$primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(1)");
my $first = ask($primary, $cursor);
is(scalar @{ $first->{changes} }, 1, 'a change, told by the primary');
my $behind = ask($standby, $first->{cursor});
is_deeply($behind->{changes}, [], 'a standby that does not have it yet tells nothing');
my $again = ask($primary, $behind->{cursor});
is_deeply($again->{changes}, [], 'and its cursor does not go back');
my $page = do { $primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(1); SELECT change(2); SELECT change(3)"); ask($primary, $again->{cursor}, 1) };
is(ask($standby, $page->{cursor}), '40001 could not serialize access due to concurrent update', 'it can\'t go on in the middle of what it does not have');
$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
$primary->wait_for_catchup($standby);
is(join(' ', map { $_->{data}{id} } @{ ask($standby, $page->{cursor})->{changes} }), '2 3', 'but when it does');
$cursor = ask($primary, $page->{cursor})->{cursor};

# ---- prepared transactions
$primary->safe_psql('postgres', "SET revyops.client_id = 1; BEGIN; SELECT change(4); PREPARE TRANSACTION 'p'");
$primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(5)");
my $before = ask($primary, $cursor);
is(join(' ', map { $_->{data}{id} } @{ $before->{changes} }), '5', 'one that is prepared holds nobody up');
$primary->safe_psql('postgres', "COMMIT PREPARED 'p'");
is(join(' ', map { $_->{data}{id} } @{ ask($primary, $before->{cursor})->{changes} }), '4', 'and is told when it is committed');
$cursor = ask($primary, ask($primary, $before->{cursor})->{cursor})->{cursor};

# ---- one's own transaction
my $mine = $primary->safe_psql('postgres', <<"EOS");
SET revyops.client_id = 1;
BEGIN;
SELECT FROM change(6);
SELECT jsonb_array_length(a->'changes'), a->>'cursor' FROM revyops_changes('$cursor') a;
SELECT FROM change(7);
COMMIT;
EOS
my ($none, $own) = $mine =~ /(\d+)\|(\S+)/;
is($none, 0, 'what is not committed is not told, not even to who did it');
is(join(' ', map { $_->{data}{id} } @{ ask($primary, $own)->{changes} }), '6 7', 'but afterwards');
$cursor = ask($primary, $own)->{cursor};

# ---- cursors
like(ask($primary, 'now')->{cursor}, qr/^[\w-]+$/, 'a cursor is good for a URL');
is_deeply(ask($primary, 'now')->{changes}, [], 'from now on there is nothing yet');
is(ask($primary, $cursor, 10, 2), 'PT400 invalid request', 'another client\'s cursor');
is(ask($primary, substr($cursor, 0, -4) . 'AAAA'), 'PT400 invalid request', 'one that was bent');
is(ask($primary, $_), 'PT400 invalid request', "none: '$_'") for ('', 'then', 'A' x 64, 'A' x 100);
is(ask($primary, undef, $_), 'PT400 invalid request', "limit $_") for (-1, 1001);
is(length ask($primary, 'now')->{cursor}, length $cursor, 'its length tells nothing');

# ---- what is not on disk yet
# unflushed asks in a transaction whose log is not on disk: the cursor, and whether it still is not.
sub unflushed
{
	my ($after) = @_;
	my $answer = $primary->safe_psql('postgres', <<"EOS");
SET revyops.client_id = 1;
BEGIN;
INSERT INTO noted VALUES (0, 0, -1);
SELECT revyops_changes('$after')->>'cursor', pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn();
ROLLBACK;
EOS
	return split /\|/, $answer;
}
# somebody else may flush it, so it is tried more often
my @kept = map { my ($c, $still) = unflushed($cursor); $still eq 't' ? $c : () } 1 .. 5;
cmp_ok(scalar @kept, '>', 0, 'who is told nothing does not wait for the disk');
is_deeply([ grep { $_ ne $cursor } @kept ], [], 'and stays where they are');
$primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(1)");
my ($told, $not_flushed) = unflushed($cursor);
is($not_flushed, 'f', 'who is told something gets a cursor that a crash leaves right');
isnt($told, $cursor, 'another one');
$cursor = $told;

# ---- trimming
my $kept = ask($primary, undef, 1)->{cursor};
my $late = ask($primary, 'now')->{cursor};
is($primary->safe_psql('postgres', "SELECT revyops_trim_changes(now() - interval '1 day')"), 0, 'there is nothing so old');
is(ref ask($primary, $kept), 'HASH', 'and nobody misses any');
$primary->safe_psql('postgres', "SET revyops.client_id = 1; BEGIN; SELECT change(8); PREPARE TRANSACTION 'q'");
$primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(9)");
cmp_ok($primary->safe_psql('postgres', "SELECT revyops_trim_changes('infinity', 1)"), '>', 100, 'all before what is under way');
is(ask($primary, $kept), 'PT410 cursor has expired', 'who has not seen them is told so');
is(join(' ', map { $_->{data}{id} } @{ ask($primary, $late)->{changes} }), '9', 'who has goes on');
$primary->safe_psql('postgres', "COMMIT PREPARED 'q'");
is(join(' ', map { $_->{data}{id} } @{ ask($primary, undef)->{changes} }), '8 9', 'and who begins anew, with what is left');
is(ref ask($primary, 'now', 10, 2), 'HASH', 'the other client\'s are there');
cmp_ok(scalar @{ ask($primary, undef, 10, 2)->{changes} }, '>', 0, 'all of them');

# ---- off and on
my $off = ask($primary, 'now')->{cursor};
$primary->safe_psql('postgres', "SELECT revyops_set_client_setting(1, 'changes', 'on')");
is(ref ask($primary, $off), 'HASH', 'on once more is as before');
$primary->safe_psql('postgres', "SELECT revyops_set_client_setting(1, 'changes', 'off')");
is(ask($primary, $off), 'PT409 changes are not noted', 'off: there is nothing to follow');
$primary->safe_psql('postgres', "SELECT revyops_set_client_setting(1, 'changes', 'on')");
is(ask($primary, $off), 'PT410 cursor has expired', 'on again: what was in between is missing');

# ---- a dump, a crash, a standby that takes over
my $dumped = ask($primary, 'now')->{cursor};
$primary->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$primary->command_ok([ 'pg_dump', '-Fc', '-f', $primary->basedir . '/dump', $primary->connstr('postgres') ], 'a dump');
$primary->command_ok([ 'pg_restore', '-d', $primary->connstr('restored'), $primary->basedir . '/dump' ], 'is restored');
is($primary->safe_psql('restored', "SELECT count(*) FROM revyops.change"), 0, 'without changes');
is($primary->safe_psql('restored', "SET revyops.client_id = 1;\nSELECT FROM change(1);\nSELECT bool_and(id > (SELECT max(change) FROM noted WHERE n < 0) OR true) AND min(id) > 100 FROM revyops.change"), 't',
	'whose ids go on');
my ($rc, $text, $error) = $primary->psql('restored', "SET revyops.client_id = 1; SELECT revyops_changes('$dumped')");
like($error, qr/cursor has expired/, 'and a cursor of before has expired');
$primary->safe_psql('template1', 'CREATE DATABASE copied TEMPLATE postgres');
(undef, undef, $error) = $primary->psql('copied', "SET revyops.client_id = 1; SELECT revyops_changes('$dumped')");
like($error, qr/cursor has expired/, 'so it has in a copy of the database');

my $crashed = ask($primary, 'now')->{cursor};
$primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(1)");
$primary->stop('immediate');
$primary->start;
is(join(' ', map { $_->{data}{id} } @{ ask($primary, $crashed)->{changes} }), '1', 'after a crash a reader goes on');

my $taken = ask($primary, 'now')->{cursor};
$primary->wait_for_catchup($standby);
$standby->append_conf('postgresql.conf', "primary_conninfo = ''");
$standby->reload;
$standby->poll_query_until('postgres', 'SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)') or die 'the standby goes on receiving';
$primary->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(2)");
my $lost = ask($primary, 'now')->{cursor};
my $asked = ask($standby, $lost)->{cursor};
$primary->stop('immediate');
$standby->promote;
$standby->safe_psql('postgres', "SET revyops.client_id = 1; SELECT change(3)");
is(join(' ', map { $_->{data}{id} } @{ ask($standby, $taken)->{changes} }), '3', 'a standby takes over, and a reader goes on');
is(ask($standby, $lost), 'PT410 cursor has expired', 'one who was told what it had not got is told that');
is(ask($standby, $asked), 'PT410 cursor has expired', 'also if they asked it before it took over');

done_testing();
