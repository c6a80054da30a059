# Imports at the same time as each other and as single creates: every contact
# once, books that balance, and no error for anybody.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
# who waits for a lock soon looks for a deadlock
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\ndeadlock_timeout = '20ms'");
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
CREATE SEQUENCE n201;
CREATE SEQUENCE n409;
CREATE FUNCTION try_contact(i int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM revyops_create_contact(jsonb_build_object('email', format('I%s@acme.com', i)));
	PERFORM nextval('n201');
EXCEPTION WHEN SQLSTATE 'PT409' THEN
	PERFORM nextval('n409');
END
$$;
EOS

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub session
{
	my ($client) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe("SET revyops.client_id = $client");
	return $session;
}

sub client { return sql("SELECT revyops_create_client('x')") }

# begin_import starts an import and comes back at once.
sub begin_import
{
	my ($session, $arguments) = @_;
	$session->{stderr} = '';
	$session->query_until(qr/begun/, "\\echo begun\nCALL revyops_import_contacts($arguments);\n");
}

# end_import waits for its end and gives its errors, and the last line of its counts.
sub end_import
{
	my ($session) = @_;
	$session->query('SELECT 1');
	my @errors = $session->{stderr} =~ /((?:ERROR|FATAL|WARNING).*)/g;
	my @counts = $session->{stderr} =~ /NOTICE: +import \d+: (.*?);/g;
	return join("\n", @errors, $counts[-1] // 'nothing');
}

# waits until a session waits for another's lock
sub waits
{
	my ($session, $pid) = @_;
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'it did not wait';
}

sub deadlocks { return sql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'") }

sub contacts
{
	my ($client) = @_;
	return sql("SELECT count(*), count(DISTINCT email), count(DISTINCT linkedin_url) FROM revyops.contact WHERE client_id = $client");
}

sub jobs
{
	my ($client) = @_;
	return sql("SELECT sum(rows_seen), sum(created), sum(duplicates), sum(failed), bool_and(finished IS NOT NULL) FROM revyops.import_job WHERE client_id = $client");
}

# ---- two that have what the other wants: e-mails apart, profiles crossed.  Each
# is held up between its first and its last row until the other is there too.
my $client = client();
sql(<<'EOS');
CREATE TABLE crossed_a AS SELECT * FROM (VALUES ('a1@acme.com', 'in/two'), ('a2@acme.com', NULL), ('a3@acme.com', 'in/one')) v(email, linkedin_url);
CREATE TABLE crossed_b AS SELECT * FROM (VALUES ('b1@acme.com', 'in/one'), ('b2@acme.com', NULL), ('b3@acme.com', 'in/two')) v(email, linkedin_url);
EOS
my %importers = map { $_ => session($client) } 'a', 'b';
my %holders = map { $_ => session($client) } 'a', 'b';
my %pids = map { $_ => $importers{$_}->query_safe('SELECT pg_backend_pid()') } 'a', 'b';
my $before = deadlocks();
for my $side ('a', 'b')
{
	$holders{$side}->query_safe("BEGIN; SELECT 1 FROM revyops_create_contact('{\"email\": \"${side}2\@acme.com\"}')");
	begin_import($importers{$side}, "'crossed_$side'");
	waits($importers{$side}, $pids{$side});
}
$_->query_safe('ROLLBACK') for values %holders;
my @ends = sort map { end_import($_) } values %importers;
is_deeply(\@ends, [ '3 rows: 1 created, 0 duplicates, 2 failed', '3 rows: 3 created, 0 duplicates, 0 failed' ], 'a deadlock: one gives way and finds the other\'s contacts');
is(jobs($client), '6|4|0|2|t', 'a deadlock: both finish; a profile with another address is a reject');
is(contacts($client), '4|4|2', 'a deadlock: every contact once');
$_->query('SELECT pg_stat_force_next_flush()') for values %importers;
is(deadlocks() - $before, 1, 'a deadlock: there was one');
$_->quit for values %importers, values %holders;

# ---- files of the same contacts in opposite order
my $n = 6000;
sql(<<"EOS");
CREATE TABLE up AS SELECT format('i%s\@acme.com', i) AS email, format('in/p-%s', i) AS linkedin_url FROM generate_series(1, $n) i ORDER BY i;
CREATE TABLE down AS SELECT format('I%s\@ACME.com', i) AS email, format('https://www.linkedin.com/in/P-%s/', i) AS linkedin_url FROM generate_series(1, $n) i ORDER BY i DESC;
CREATE TABLE shuffled AS SELECT format('i%s\@acme.com', i) AS email, format('in/p-%s', (i * 7919) % $n + 1) AS linkedin_url FROM generate_series(1, $n) i ORDER BY (i * 3571) % $n;
ANALYZE up, down, shuffled;
EOS
for my $case ([ 'opposite order', 'up', 'down', 700 ], [ 'opposite order, in one batch', 'up', 'down', 10000 ], [ 'crossed keys', 'up', 'shuffled', 1500 ], [ 'the same file', 'shuffled', 'shuffled', 1000 ])
{
	my ($name, $a, $b, $size) = @$case;
	$client = client();
	# crossed keys are no conflicts here: every row is created, or a duplicate
	sql("SELECT revyops_set_client_setting($client, 'on_key_conflict', 'update')");
	my @importers = (session($client), session($client));
	begin_import($importers[0], "'$a', $size");
	begin_import($importers[1], "'$b', $size");
	@ends = map { end_import($_) } @importers;
	like($_, qr/^6,000 rows: [\d,]+ created, [\d,]+ duplicates?, 0 failed$/, "$name: no error") for @ends;
	my ($contacts) = split /\|/, contacts($client);
	is(contacts($client), "$contacts|$contacts|$contacts", "$name: no key twice");
	is($contacts, $n, "$name: every contact once") if $name ne 'crossed keys';
	is(jobs($client), join('|', 2 * $n, $contacts, 2 * $n - $contacts, 0, 't'), "$name: the books balance");
	is(sql("SELECT count(*) FROM (SELECT email FROM up UNION ALL SELECT email FROM shuffled) s WHERE NOT EXISTS (SELECT FROM revyops.contact c WHERE c.client_id = $client AND c.email = s.email)"), '0', "$name: nobody is missing") if $name ne 'crossed keys';
	$_->quit for @importers;
	note("$name: " . (deadlocks() - $before) . ' deadlocks so far');
}

# ---- into two clients
my @clients = (client(), client());
my @importers = map { session($_) } @clients;
begin_import($_, "'up', 1000") for @importers;
is(end_import($_), '6,000 rows: 6,000 created, 0 duplicates, 0 failed', 'into two clients: each has all') for @importers;
is(jobs($_) . ' ' . contacts($_), '6000|6000|0|0|t 6000|6000|6000', 'into two clients: and a job of its own') for @clients;
$_->quit for @importers;

# ---- beside single creates of the same contacts
$client = client();
my $importer = session($client);
begin_import($importer, "'up', 500");
$node->pgbench('-n -c 4 -j 2 -t 500', 0, [qr/processed: 2000\/2000/], [qr/^$/], 'beside single creates: no error but 409', {
	'try' => "SET revyops.client_id = $client;\n\\set i random(1, 9000)\nSELECT try_contact(:i);\n" });
like(end_import($importer), qr/^6,000 rows: [\d,]+ created, [\d,]+ duplicates?, 0 failed$/, 'beside single creates: no error in the import');
is(sql("SELECT count(*) = created + n201.last_value, count(*) FILTER (WHERE substr(email, 2, length(email) - 10)::int <= $n)
	FROM revyops.contact c, n201, (SELECT created FROM revyops.import_job WHERE client_id = $client) j WHERE c.client_id = $client GROUP BY created, n201.last_value"), "t|$n", 'beside single creates: every contact once, the books balance');
$importer->quit;

unlike(slurp_file($node->logfile), qr/ deadlock detected|PANIC|FATAL|TRAP|terminated by signal|XX000|WARNING/, 'nothing odd in the server\'s log');
done_testing();
