# Files that are imported while others are at the same contacts, or at the file itself: every contact
# once, every note once, and of a file that is changed while it is read an error.  And large ones, stopped.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use lib 't';
use patience;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
# who waits for a lock soon looks for a deadlock
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\ndeadlock_timeout = '20ms'\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION revyops');

sub sql { return $node->safe_psql('postgres', $_[0]) }
sub client { return sql("SELECT revyops_create_client('x')") }

# session is one of a client: its background_psql, with its process's number.
sub session
{
	my ($client) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query("\\set VERBOSITY verbose\nSET revyops.client_id = $client");
	$session->{server_pid} = $session->query('SELECT pg_backend_pid()');
	return $session;
}

# begin_call starts a statement and comes back at once.
sub begin_call
{
	my ($session, $statement) = @_;
	$session->{stderr} = '';
	$session->query_until(qr/begun/, "\\echo begun\n$statement;\n");
}

# end_call waits for its end and gives its errors, or the last line of its counts.
sub end_call
{
	my ($session) = @_;
	$session->query('SELECT 1');
	my @errors = $session->{stderr} =~ /(?:ERROR|FATAL|WARNING): +(.*)/g;
	my @counts = $session->{stderr} =~ /NOTICE: +00000: (?:import|check) \d+: (.*?);/g;
	return @errors ? join("\n", @errors) : $counts[-1] // 'nothing';
}

sub wait_until
{
	my ($condition) = @_;
	$node->poll_query_until('postgres', "SELECT $condition") or die "never: $condition";
}

sub wait_for_lock { wait_until("EXISTS (SELECT FROM pg_locks WHERE pid = $_[0]{server_pid} AND NOT granted)") }

# blocker holds up whoever comes to create a contact, until it is let go.
sub blocker
{
	my ($client, $email) = @_;
	my $blocker = session($client);
	$blocker->query("BEGIN; SELECT 1 FROM revyops_create_contact('{\"email\": \"$email\"}')");
	return $blocker;
}

sub let_go
{
	my ($blocker) = @_;
	$blocker->query('ROLLBACK');
	$blocker->quit;
}

sub contacts { return sql("SELECT count(*), count(DISTINCT email) FROM revyops.contact WHERE client_id = $_[0]") }

# books are the sums over a client's jobs, and whether the notes that are there are as many as they say.
sub books
{
	return sql("SELECT sum(rows_seen), sum(created), sum(duplicates), sum(failed), sum(notes), sum(notes) = (SELECT count(*) FROM revyops.import_note n WHERE n.client_id = $_[0]),
		sum(failed) = (SELECT count(*) FROM revyops.import_reject n WHERE n.client_id = $_[0]) FROM revyops.import_job WHERE client_id = $_[0]");
}

# rows is a file: each row has two addresses, so each that is taken has a note; one in ten is wrong.
sub rows
{
	my ($from, $to) = @_;
	return "Email,Notes\n" . join('', map { ($_ % 10 ? "p$_\@acme.example; q$_\@acme.example" : "nope$_") . ',' . ('x' x 40) . "\n" } $from .. $to);
}

sub large_object
{
	my ($content) = @_;
	my $file = $node->basedir . '/content';
	open(my $out, '>:raw', $file) or die "$file: $!";
	print $out $content;
	close($out);
	return sql("\\lo_import '$file'\n\\echo :LASTOID") =~ s/.*?(\d+)$/$1/sr;
}

# ---- two files that overlap, both held up in the middle of what they have in common
my $client = client();
my ($one, $two) = (large_object(rows(1, 4000)), large_object(rows(2001, 6000)));
my @importers = map { session($client) } 1 .. 2;
my $blocker = blocker($client, 'p3001@acme.example');
begin_call($importers[0], "CALL revyops_import_file($one, batch_size => 700)");
begin_call($importers[1], "CALL revyops_import_file($two, batch_size => 600)");
wait_for_lock($_) for @importers;
let_go($blocker);
like(end_call($_), qr/^4,000 rows: [\d,]+ created, [\d,]+ duplicates?, 400 failed, [\d,]+ values changed$/, 'two files that overlap: no error') for @importers;
is(contacts($client), '5400|5400', 'two files that overlap: every contact once');
is(books($client), '8000|5400|1800|800|5400|t|t', 'two files that overlap: the books balance, a note for each contact');

# ---- a deadlock, and what is told again is told once
$client = client();
$_->quit for @importers;
@importers = map { session($client) } 1 .. 2;
my @holders = map { blocker($client, "$_\@acme.example") } 'a2', 'b2';
my @files = ("Email,LinkedIn URL\na1\@acme.example; x\@acme.example,in/two\nnope,\na2\@acme.example,\na3\@acme.example; y\@acme.example,in/one\n", "Email,LinkedIn URL\nb1\@acme.example; x\@acme.example,in/one\nnope,\nb2\@acme.example,\nb3\@acme.example; y\@acme.example,in/two\n");
my $deadlocks = sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'");
for my $i (0, 1)
{
	begin_call($importers[$i], "CALL revyops_import_file(" . large_object($files[$i]) . ')');
	wait_for_lock($importers[$i]);
}
let_go($_) for @holders;
is_deeply([ sort map { end_call($_) } @importers ], [ '4 rows: 1 created, 0 duplicates, 3 failed', '4 rows: 3 created, 0 duplicates, 1 failed, 2 values changed' ], 'a deadlock: one gives way and finds the other\'s contacts');
is(books($client), '8|4|0|4|2|t|t', 'a deadlock: what was told before it is not told again');
$_->query('SELECT pg_stat_force_next_flush()') for @importers;
is(sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'") - $deadlocks, 1, 'a deadlock: there was one');

# ---- a check beside the import of the same file
$client = client();
$_->quit for @importers;
@importers = map { session($client) } 1 .. 2;
$blocker = blocker($client, 'p2501@acme.example');
begin_call($importers[0], "CALL revyops_import_file($one, batch_size => 1000)");
wait_for_lock($importers[0]);
is(end_call(do { begin_call($importers[1], "CALL revyops_import_file($one, mode => 'check', batch_size => 1000)"); $importers[1] }),
	'4,000 rows: 1,800 created, 1,800 duplicates, 400 failed, 1,800 values changed', 'a check beside the import: waits for nobody, and goes by what is committed');
let_go($blocker);
is(end_call($importers[0]), '4,000 rows: 3,600 created, 0 duplicates, 400 failed, 3,600 values changed', 'a check beside the import: the import has all');
is(contacts($client), '3600|3600', 'a check beside the import: the check has made none');
$_->quit for @importers;

# ---- the file changes while it is read: the import waits in its second batch, with 64 KiB of the file read ahead
my $content = rows(1, 4000);
for my $case (
	[ 'deleted', "SELECT lo_unlink(LO)", qr/^42704: large object LO does not exist$/ ],
	[ 'replaced', "SELECT lo_unlink(LO); SELECT lo_from_bytea(LO, convert_to(repeat(E'z\@acme.example,y\\n', 10000), 'UTF8'))", qr/^55000: large object LO was changed while it was being imported$/ ],
	[ 'written to', "SELECT lo_put(LO, 200000, 'z\@acme.example')", qr/^55000: large object LO was changed while it was being imported$/ ],
	[ 'written to, and frozen', "SELECT lo_put(LO, 200000, 'z\@acme.example'); VACUUM (FREEZE) pg_largeobject", qr/^55000: large object LO was changed while it was being imported$/ ],
	[ 'cut off', "BEGIN; SELECT lo_truncate(lo_open(LO, x'60000'::int), 150000); COMMIT", qr/^55000: large object LO was changed while it was being imported$/ ],
	[ 'longer', "SELECT lo_put(LO, @{[ length $content ]}, E'z\@acme.example,y\\n')", qr/^55000: large object LO was changed while it was being imported$/ ],
	[ 'another\'s now', "ALTER LARGE OBJECT LO OWNER TO other", undef ],
	[ 'written to where it was read', "SELECT lo_put(LO, 20, 'z\@acme.example')", undef ],
	[ 'frozen', 'VACUUM (FREEZE, FULL) pg_largeobject', undef ])
{
	my ($name, $statement, $error) = @$case;
	my $oid = large_object($content);
	$client = client();
	sql('CREATE ROLE other') if $name =~ /^another/;
	my $importer = session($client);
	$blocker = blocker($client, 'p501@acme.example');
	begin_call($importer, "CALL revyops_import_file($oid, batch_size => 500)");
	wait_for_lock($importer);
	sql($statement =~ s/LO/$oid/gr);
	let_go($blocker);
	if (defined $error)
	{
		$error =~ s/LO/$oid/;
		like(end_call($importer), qr/$error/, "$name: an error");
		like(contacts($client), qr/^(\d+)\|\1$/, "$name: what is in is whole");
		is(sql("SELECT count(*) FROM revyops.contact WHERE client_id = $client AND email !~ '^p\\d+\@acme[.]example\$'"), '0', "$name: nothing of another file");
		is(sql("SELECT finished IS NULL, created = (SELECT count(*) FROM revyops.contact WHERE client_id = $client), created > 0 FROM revyops.import_job WHERE client_id = $client"), 't|t|t', "$name: the job tells what is in");
	}
	else
	{
		is(end_call($importer), '4,000 rows: 3,600 created, 0 duplicates, 400 failed, 3,600 values changed', "$name: goes on");
	}
	$importer->quit;
}

# a transaction that had begun before the import, and commits in the middle
{
	my $oid = large_object($content);
	$client = client();
	my $importer = session($client);
	my $writer = session($client);
	$writer->query("BEGIN; SELECT lo_put($oid, 200000, 'z\@acme.example')");
	$blocker = blocker($client, 'p501@acme.example');
	begin_call($importer, "CALL revyops_import_file($oid, batch_size => 500)");
	wait_for_lock($importer);
	$writer->query('COMMIT');
	let_go($blocker);
	is(end_call($importer), "55000: large object $oid was changed while it was being imported", 'written to before, committed in the middle: an error');
	is(end_call(do { begin_call($importer, "CALL revyops_import_file($oid, batch_size => 500)"); $importer }) =~ s/: .*//r, '4,000 rows', 'and again: all of it');
	$_->quit for $importer, $writer;
}

# ---- large ones, stopped: a record of 16 MiB without an end, quotes, and cells to clean
my $second = 1 * patience::FACTOR;
my %large = (
	'one record without a delimiter' => "Email\n\"" . ('x' x (16 * 1024 * 1024 - 8)),
	'quotes' => "Email,b\n" . ('"' x (16 * 1024 * 1024 - 8)),
	'cells to clean' => "Email,LinkedIn URL,Website\n" . join('', map { "\"" . ("x$_ y; " x 500) . "\",\"" . ('https://linkedin.com/x ' x 300) . "\",\"" . ('a b ' x 1500) . "\"\n" } 1 .. 900),
	'columns' => join(',', 'Email', map { "c$_" } 1 .. 1600) . "\n" . join('', map { 'x' . (',' x 1600) . "\n" } 1 .. 9000));
my $importer = session(client());
for my $name (sort keys %large)
{
	my $oid = large_object($large{$name});
	for my $call ("CALL revyops_import_file($oid)", "DO \$\$ BEGIN PERFORM revyops_import_csv(lo_get($oid)); END \$\$")
	{
		my $began = time();
		my $whole = end_call(do { begin_call($importer, $call); $importer });
		note(sprintf '%s: %.2f s: %s', $name, time() - $began, $whole);
		for my $timeout (5, 20, 80, 250)
		{
			$importer->query("SET statement_timeout = $timeout");
			$began = time();
			my $told = end_call(do { begin_call($importer, $call); $importer });
			cmp_ok(time() - $began, '<', $second, "$name: stopped within a second of $timeout ms") or diag $told;
			like($told, qr/^57014: canceling statement due to statement timeout|^[\d,]+ rows|^PT400|^nothing$/, "$name: by the timeout, unless it was done");
			$importer->query('SET statement_timeout = 0');
		}
		begin_call($importer, $call);
		sql("SELECT pg_cancel_backend($importer->{server_pid})");
		$began = time();
		end_call($importer);
		cmp_ok(time() - $began, '<', $second, "$name: canceled within a second");
	}
}
$importer->quit;

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000|WARNING/, 'nothing odd in the server\'s log');
done_testing();
