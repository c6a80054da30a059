# kill -9 while contacts are created: one by one, as batches, by imports.  The books
# are kept on this side: what was acknowledged is there afterwards, once and whole.
# REVYOPS_KILLS says how often, REVYOPS_SEED repeats a run.
use strict;
use warnings;

use IPC::Run;
use List::Util qw(min sum0);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use lib 't';
use page;

my $kills = $ENV{REVYOPS_KILLS} // 4;
my $seed = srand($ENV{REVYOPS_SEED} // time);
note "REVYOPS_SEED=$seed";

my $BATCH = 300;			# contacts a batch
my $ROWS = 3000;			# rows an import
my $IMPORT_BATCH = 200;		# rows a transaction of it

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\nrestart_after_crash = on");
$node->start;
# a contact's name decides all of it; every 25th row of an import is a duplicate or, every 50th, wrong
$node->safe_psql('postgres', <<"EOS");
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
CREATE FUNCTION body(name text) RETURNS jsonb LANGUAGE sql AS \$\$
	SELECT jsonb_build_object('email', name || '\@acme.com', 'linkedin_url', 'in/' || name, 'first_name', name, 'company_id', 1, 'contact_custom_fields_input',
		jsonb_build_array(jsonb_build_object('field_name', 'Kind', 'field_value', left(name, 1)), jsonb_build_object('field_name', 'No', 'field_value', name))) \$\$;
CREATE FUNCTION bodies(name text) RETURNS jsonb LANGUAGE sql AS \$\$
	SELECT jsonb_agg(body(name || '-' || i) ORDER BY i) FROM generate_series(1, $BATCH) i \$\$;
CREATE FUNCTION rows(name text) RETURNS TABLE (contact jsonb) LANGUAGE sql AS \$\$
	SELECT body(name || '-' || CASE WHEN i % 25 = 0 THEN i - 1 ELSE i END) || CASE WHEN i % 50 = 0 THEN '{"email": "nope"}' ELSE '{}' END::jsonb FROM generate_series(1, $ROWS) i \$\$;
CREATE VIEW half AS SELECT * FROM revyops.contact c, left(email, -9) AS own WHERE (own, linkedin_url, company_id, client_id,
		(SELECT string_agg((f->>'field_name') || '=' || (f->>'field_value'), ' ') FROM jsonb_array_elements(custom_fields) f))
	IS DISTINCT FROM (first_name, 'https://www.linkedin.com/in/' || own, 1, 1, format('Kind=%s No=%s', left(own, 1), own));
SET revyops.client_id = 1;
SELECT revyops_create_company('{"domain": "acme.com"}');
EOS

sub sql { return $node->safe_psql('postgres', $_[0]) }

# ---- the works: how a name is sent, and what of it must be there once it is acknowledged
my %statement = (
	single => sub { "SELECT '$_[0] ' || (c->>'id') FROM revyops_create_contact(body('$_[0]')) c;" },
	batch => sub { "SELECT '$_[0] ' || count(*) FROM revyops_create_contacts(bodies('$_[0]')) WHERE status = 201;" },
	import => sub { (my $view = $_[0]) =~ tr/-/_/; "CALL revyops_import_contacts('$view', $IMPORT_BATCH, '$_[0]');\nSELECT '$_[0] done';" });

# counts is what the first n rows of an import come to: seen, created, duplicates, failed.
sub counts
{
	my ($n) = @_;
	my ($failed, $both) = (int $n / 50, int $n / 25);
	return [ $n, $n - $both, $both - $failed, $failed ];
}

# names gives a writer more to do than it will get to.
my %many = (single => [ 's', 10000 ], batch => [ 'b', 300 ], import => [ 'm', 60 ]);
sub names
{
	my ($work, $own) = @_;
	my ($kind, $many) = @{ $many{$work} };
	return map { "$kind$own-$_" } 1 .. $many;
}

# writer starts a session that works off a list of names, and keeps its book.
sub writer
{
	my ($work, @names) = @_;
	my $writer = { work => $work, names => \@names, out => '', err => '' };

	sql(join '', map { (my $view = $_) =~ tr/-/_/; "CREATE VIEW $view AS SELECT * FROM rows('$_');" } @names) if $work eq 'import';
	# a file: who is killed does not take what is piped to him
	my $script = PostgreSQL::Test::Utils::tempdir_short() . '/statements';
	append_to_file($script, join "\n", '\set VERBOSITY terse', 'SET revyops.client_id = 1;', "SELECT 'pid ' || pg_backend_pid();", (map { $statement{$work}->($_) } @names), '');
	$writer->{harness} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, 'postgres' ],
		'<', $script, '>', \$writer->{out}, '2>', \$writer->{err}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $writer;
}

sub pid { return $_[0]{out} =~ /^pid (\d+)\n/ ? $1 : undef }

# acknowledged is what a writer has been answered, whole lines only: name and answer.
sub acknowledged
{
	my ($writer) = @_;
	return $writer->{out} =~ /^([a-z]\d+-\S+) (.*)\n/mg;
}

# answers counts the names that have been answered.
sub answers { return sum0(map { scalar(() = acknowledged($_)) / 2 } @_) }

# ---- the victims
# eventually waits for something that no query can tell.
sub eventually
{
	my ($what, $happened) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if $happened->();
		usleep(100_000);
	}
	die "$what did not happen";
}

# kill_postmaster ends the server's first process alone, or with all of its children.
sub kill_postmaster
{
	my ($with_children) = @_;
	my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	my @children = $with_children ? split ' ', slurp_file("/proc/$postmaster/task/$postmaster/children") : ();

	$node->kill9;
	kill 'KILL', @children;
	eventually('its end', sub { !kill 0, $postmaster });
}

my %kill = (
	backend => sub { kill 'KILL', pid($_[0]) or die 'it was gone' },
	postmaster => sub { kill_postmaster(0) },
	server => sub { kill_postmaster(1) });

# recover brings the server back; children of a dead postmaster hold its memory for a moment.
sub recover
{
	my ($victim) = @_;

	eventually('a start', sub { $node->start(fail_ok => 1) }) if $victim ne 'backend';
	$node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'it did not recover';
}

# ---- the books of all rounds: contacts acknowledged (with id, if it was told), and counted
my (%book, %total);
$total{$_} = 0 for qw(acknowledged lost doubled unanswered kept wrong);

# stored gives the contacts whose names begin with one: name => id.
sub stored
{
	my ($name) = @_;
	return map { split /\|/ } split /\n/, sql("SELECT left(email, -9), id FROM revyops.contact WHERE email ~ '^$name\[-\@]'");
}

# check_single: the contact of each name that was acknowledged, with the id that was told; of the next one, nothing or all.
sub check_single
{
	my ($writer, $stored) = @_;
	my %ids = acknowledged($writer);
	my @left = @{ $writer->{names} }[ scalar keys %ids .. $#{ $writer->{names} } ];
	my $next = shift @left;

	$book{$_} = $ids{$_} for keys %ids;
	$total{unanswered}++, $total{kept} += exists $stored->{$next};
	return grep({ ($stored->{$_} // 'none') ne $ids{$_} } keys %ids), grep { exists $stored->{$_} } @left;
}

# check_batch: all contacts of each batch that was acknowledged; of the next one, none or all.
sub check_batch
{
	my ($writer, $stored) = @_;
	my %counts = acknowledged($writer);
	my $done = keys %counts;
	my @wrong = grep { $counts{$_} != $BATCH } keys %counts;

	for my $i (0 .. $#{ $writer->{names} })
	{
		my $name = $writer->{names}[$i];
		my $there = grep { exists $stored->{"$name-$_"} } 1 .. $BATCH;

		$book{"$name-$_"} = undef for $i < $done ? 1 .. $BATCH : ();
		$total{unanswered} += $BATCH, $total{kept} += $there if $i == $done;
		push @wrong, "$name: $there" unless $there == $BATCH && $i <= $done || $there == 0 && $i >= $done;
	}
	return @wrong;
}

# check_import: each batch of an import that was acknowledged, and a batch more at most; the job's counts, its rejects and its contacts agree.
sub check_import
{
	my ($writer, $stored) = @_;
	my (%told, @wrong);

	while ($writer->{err} =~ /import (\d+): ([\d,]+)(?: of about [\d,]+)? rows: ([\d,]+) created, ([\d,]+) duplicates?, ([\d,]+) failed/g)
	{
		my ($job, @counts) = map { tr/,//dr } $1, $2, $3, $4, $5;
		$told{$job} = \@counts;
		push @wrong, "import $job told @counts" if "@counts" ne "@{ counts($counts[0]) }";
	}
	my %done = acknowledged($writer);
	my @jobs = map { [ split /\|/ ] } split /\n/, sql("SELECT id, translate(substr(source, 8), '_', '-'), finished IS NOT NULL, rows_seen, created, duplicates, failed,
		(SELECT count(*) FROM revyops.import_reject WHERE job = j.id) FROM revyops.import_job j WHERE source IN (" . join(', ', map { "'public." . tr/-/_/r . "'" } @{ $writer->{names} }) . ') ORDER BY id');
	for my $job (@jobs)
	{
		my ($id, $name, $finished, $seen, $created, $duplicates, $failed, $rejects) = @$job;
		my $told = $told{$id} // counts(0);
		my $there = grep { exists $stored->{"$name-$_"} } 1 .. $ROWS;

		push @wrong, "import $id: @$job, told @$told, $there contacts"
		  unless "$seen $created $duplicates $failed" eq "@{ counts($seen) }" && $rejects == $failed && $there == $created
		  && $seen >= $told->[0] && $seen <= $told->[0] + $IMPORT_BATCH && ($finished eq 't' || !$done{$name});	# the last full batch does not know that it is the last
		$book{"$name-$_"} = undef for grep { $_ % 25 } 1 .. $told->[0];
		$total{unanswered} += counts(min($told->[0] + $IMPORT_BATCH, $ROWS))->[1] - $told->[1] if $finished eq 'f' || $seen > $told->[0];
		$total{kept} += $created - $told->[1];
	}
	push @wrong, 'jobs: ' . @jobs unless @jobs == keys %done || @jobs == 1 + keys %done;
	return @wrong;
}
my %check = (single => \&check_single, batch => \&check_batch, import => \&check_import);

# agrees looks at the whole database: no half contact, no key twice, indexes that say what the tables say.
my $gin = "SELECT (SELECT count(*) FROM revyops.contact WHERE revyops.custom_field_hashes(client_id, custom_fields)
	@> revyops.custom_field_hashes(1, jsonb_build_array(jsonb_build_object('field_name', 'Kind', 'field_value', kind)))) FROM (VALUES ('s'), ('b'), ('m')) v(kind)";
sub agrees
{
	my ($name) = @_;
	is(sql('SELECT count(*) FROM half'), '0', "$name: none is half");
	is(sql('SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; SELECT count(*) - count(DISTINCT email), count(*) - count(DISTINCT linkedin_url), count(*) - count(DISTINCT id) FROM revyops.contact'),
		'0|0|0', "$name: no key and no id twice");
	# a line for each index, and none for a table that has something wrong
	like((page::follow($node, 'Crash', 'sql', 1))[0], qr/^\n{10,}$/, "$name: btrees have every row, tables are sound");
	is(sql("SET enable_seqscan = off; $gin"), sql("SET enable_bitmapscan = off; SET enable_indexscan = off; $gin"), "$name: the index on custom fields has every row");
}

my %whole = (single => 1, batch => $BATCH, import => counts($ROWS)->[1]);

# again sends what was under way once more, as a client would: it is refused as a duplicate or created, and then it is there once.
sub again
{
	my ($name, @writers) = @_;
	for my $writer (@writers)
	{
		my %done = acknowledged($writer);
		my $next = $writer->{names}[ scalar keys %done ];
		my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET revyops.client_id = 1;\n" . $statement{ $writer->{work} }->($next));
		my %stored = stored($next);

		ok($rc == 0 || $err =~ /ERROR:  PT409: contact already exists/, "$name, $writer->{work}: once more is created or a duplicate") or diag $err;
		is(scalar keys %stored, $whole{ $writer->{work} }, "$name, $writer->{work}: once more, and all of it is there");
		@book{ keys %stored } = values %stored;
	}
}

# ---- the rounds
my @works = qw(single batch import);
my @victims = qw(backend postmaster server);
for my $round (1 .. $kills)
{
	# nine rounds have every work with every victim
	my $work = $works[ ($round - 1) % 3 ];
	my $victim = $victims[ ($round - 1 + int(($round - 1) / 3)) % 3 ];
	my $name = "kill $round, $work, $victim";
	my $after = 5 + int rand 60;

	# besides two of the work, two that create one by one: their answers are the clock
	my @writers = map { writer($work, names($work, "$round-$_")) } 1, 2;
	my @clock = map { writer('single', names('single', "$round-$_")) } 3, 4;

	for my $writer (@writers, @clock)
	{
		$writer->{harness}->pump until pid($writer);
	}
	until (answers(@clock) >= $after || grep { answers($_) > @{ $_->{names} } - 3 } @writers, @clock)
	{
		$_->{harness}->pump_nb for @writers, $clock[1];
		$clock[0]{harness}->pump;
	}
	$kill{$victim}->($writers[ $round % 2 ]);
	for my $writer (@writers, @clock)
	{
		$writer->{harness}->finish;
		cmp_ok(answers($writer), '<', scalar @{ $writer->{names} }, "$name: a session was interrupted");
	}
	recover($victim);

	my @wrong;
	for my $writer (@writers, @clock)
	{
		my ($own) = $writer->{names}[0] =~ /^(.*)-/;
		my %stored = stored($own);

		push @wrong, $check{ $writer->{work} }->($writer, \%stored);
	}
	is_deeply(\@wrong, [], "$name: what was acknowledged is there, of the rest all or nothing");
	agrees($name);
	again($name, @writers, @clock);
}

# ---- at the end, all of it once more
my (%ids, %times);
for (split /\n/, sql('SELECT left(email, -9), id FROM revyops.contact'))
{
	my ($name, $id) = split /\|/;
	$ids{$name} = $id;
	$times{$name}++;
}
$total{acknowledged} = keys %book;
$total{lost} = grep { !exists $ids{$_} || defined $book{$_} && $book{$_} != $ids{$_} } keys %book;
$total{doubled} = grep { $times{$_} > 1 } keys %times;
$total{wrong} = grep { !exists $book{$_} } keys %ids;
is("$total{lost} lost, $total{doubled} doubled, $total{wrong} of nobody", '0 lost, 0 doubled, 0 of nobody', 'at the end: every acknowledged contact, once, and no other');
note "$kills kills: $total{acknowledged} contacts acknowledged, $total{lost} lost, $total{doubled} doubled; $total{unanswered} were under way, of which $total{kept} had been written";
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|signal 11|XX000/, 'nothing odd in the server\'s log');
done_testing();
