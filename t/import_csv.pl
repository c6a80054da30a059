# From a table to contacts, by the statements of doc/import.md as they stand there, on the messy file that
# bench/batch/make_csv writes.  What the page says of files is in t/import_page.pl.
use strict;
use warnings;

use File::Temp;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use document;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION revyops; SELECT revyops_create_client('One'), revyops_create_client('Two')");
for my $client (2, 1)
{
	$node->safe_psql('postgres', "SET revyops.client_id = $client; SELECT count(*) FROM revyops_create_companies('[{\"domain\": \"acme.com\"}, {\"domain\": \"beta.io\"}, {\"domain\": \"xn--bcher-kva.example\"}, {\"domain\": \"contoso.co.uk\"}]') WHERE status = 201");
}

# the file, and what must become of its rows
my $make_csv = 'bench/batch/make_csv';
my $dir = File::Temp::tempdir(CLEANUP => 1);
my ($csv) = run_command([ $^X, $make_csv ]);
my ($again) = run_command([ $^X, $make_csv ]);
is(length $csv > 1_000_000 && $again, $csv, 'the file is large, and the same each time');
open my $file, '>', "$dir/contacts.csv" or die;
print $file "$csv\n";
close $file;
my @verdicts = split /\n/, (run_command([ $^X, $make_csv, '--verdicts' ]))[0];
my (%rows, %faults, %codes, $rejects);
for my $i (1 .. @verdicts)
{
	my ($status, $faults) = $verdicts[$i - 1] =~ /^(\d+) ?(.*)$/;

	$rows{$faults eq '' ? $status : "rejected $status"}++;
	next if $faults eq '';
	$rejects .= "$i|$status|$faults\n";
	$faults{"$status|$_"}++ for map { s/ /|/r } split /, /, $faults;
}
chomp $rejects;
my $failed = $rows{'rejected 400'} + $rows{'rejected 404'} + $rows{'rejected 409'};
ok(@verdicts >= 10_000, 'rows: 10,000 and more');
cmp_ok($rows{$_}, '>', 100, "rows: many of status $_") for 201, 409, 'rejected 400', 'rejected 404', 'rejected 409';
my $changed = 113;

# the page's statements, by their heading
my %page = document::blocks('doc/import.md', 'sql');
my ($once, $table, $load, $count, $rest, $several, $watch_it, $report) = ('Once, as an administrator', 'Once, for rows of a table', 'Load and import, as the role', 'Count what was rejected',
	'Again, after a break', 'A login of several clients', 'Watch, from another session of the role', 'What was rejected, and what was changed');
ok(exists $page{$_}, "the page has: $_") for $once, $table, $load, $count, $rest, $several, $watch_it, $report;

# follow types a part of the page, or only its first block, and gives what psql says, errors last; rates left out.
sub follow
{
	my ($heading, $user, $only_first) = @_;
	my $statements = join '', $only_first ? $page{$heading}[0] : @{ $page{$heading} };
	my ($out, $err);
	my $ok = IPC::Run::run([ 'sh', '-c', 'cd "$0" && exec psql -XAtq -v ON_ERROR_STOP=1 -U "$1"', $dir, $user ], '<', \$statements, '>', \$out, '2>', \$err,
		init => sub { @ENV{ 'PGHOST', 'PGPORT', 'PGDATABASE', 'PGCLIENTENCODING' } = ($node->host, $node->port, 'postgres', 'UTF8') });
	ok($ok, "$heading: psql goes through") or diag $err;
	return "$out$err" =~ s/[\d,]+ rows\/s/N rows\/s/gr;
}

# with_commas writes a number as the import does
sub with_commas { return scalar reverse((reverse $_[0]) =~ s/(\d{3})(?=\d)/$1,/gr) }

# counts is what is told of an import; of some rows the first name has a line break, which is made a space.
sub counts
{
	my ($rows, $created, $duplicates, $changed) = map { with_commas($_ // 0) } @_;
	return "$rows created, $created duplicates, $duplicates failed" . ($changed ? ", $changed values changed" : '');
}

# same_lines compares long texts, and shows no more than the first difference.
sub same_lines
{
	my ($got, $expected, $name) = @_;
	my @got = split /\n/, $got;
	my @expected = split /\n/, $expected;
	my ($at) = grep { ($got[$_] // '') ne ($expected[$_] // '') } 0 .. ($#got > $#expected ? $#got : $#expected);

	ok(!defined $at, $name) or diag 'got ' . ($got[$at] // 'nothing') . "\nexpected " . ($expected[$at] // 'nothing');
}

sub sql { return $node->safe_psql('postgres', $_[0]) }

# whoever runs the tests is the superuser
is(follow($once, sql('SELECT current_user')), "\n", "$once: nothing to tell");
is(follow($table, sql('SELECT current_user')), '', "$table: nothing to tell");
# the file has rows with companies that are not there
sql("SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'error')");

# ---- load and import
my $total = with_commas(scalar @verdicts);
my $said = follow($load, 'importer');
like($said, qr/^NOTICE: +import 1: columns\nDETAIL: +email: "email"\n(?:[^\n]+: "[^\n]*\n)*NOTICE: +import 1: 10,000 of about $total rows: [^\n]+\nNOTICE: +import 1: $total rows: \Q@{[ counts($rows{201}, $rows{409}, $failed, $changed) ]}\E; N rows\/s\n$/, "$load: a line for each batch, the counts are those of the file");
is(sql('SELECT client_id, source, rows_seen, created, duplicates, failed, finished IS NOT NULL FROM revyops.import_job'), join('|', 1, 'importer.staging_in_order', scalar @verdicts, $rows{201}, $rows{409}, $failed, 't'), 'the job');
is(sql('SELECT client_id, count(*), min(origin), max(origin) FROM revyops.contact GROUP BY 1'), "1|$rows{201}|csv|csv", 'contacts: as many as the file has');
my $errors = "(SELECT string_agg((e->>'pointer') || ' ' || (e->>'code'), ', ' ORDER BY n) FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n))";
same_lines(sql("SELECT ordinal, status, $errors FROM revyops.import_reject ORDER BY ordinal"), $rejects, 'rejects: each row of the file that has faults, and all of them');

# ---- hard rows: the file has them, and this is what they become
sub contact
{
	my ($email) = @_;
	return sql("SELECT linkedin_url, first_name, last_name, (SELECT domain FROM revyops.company WHERE id = company_id),
		(SELECT json_object_agg(f->>'field_name', f->>'field_value' ORDER BY o) FROM jsonb_array_elements(custom_fields) WITH ORDINALITY t(f, o))
		FROM revyops.contact WHERE email = '$email'");
}
my $slug = 'https://www.linkedin.com/in/person';
for my $case (
	[ 'IDN, letters of other scripts, a tab', "\nperson.1\@bücher.example,https://www.linkedin.com/in/person-1?utm=x,Ngọc,Müller,bücher.example,R&D,東京,tab\there\n",
		'person.1@xn--bcher-kva.example', "$slug-1|Ngọc|Müller|xn--bcher-kva.example|" . '{ "Job Title" : "R&D", "Städte" : "東京", "Notes" : "tab\there" }' ],
	[ 'line breaks and commas in quotes, no company', "\nperson.2\@Example.COM,https://de.linkedin.com/in/person-2?utm=x,Ольга,O'Brien,,\"Engineer\n(on leave)\",\"Frankfurt,\nMain\",\"a,b,,c\"\n",
		'person.2@example.com', "$slug-2|Ольга|O'Brien||" . '{ "Job Title" : "Engineer\n(on leave)", "Städte" : "Frankfurt,\nMain", "Notes" : "a,b,,c" }' ],
	)
{
	my ($name, $line, $email, $contact) = @$case;
	cmp_ok(index($csv, $line), '>', 0, "$name: is in the file");
	is(contact($email), $contact, "$name: is stored");
}
is(sql("SELECT count(*) FROM revyops.contact WHERE email ~ '[A-Z ]|[^[:ascii:]]' OR linkedin_url !~ '^https://www.linkedin.com/in/(person|only)-\\d+\$'"), '0', 'keys: all canonical');
is(sql("SELECT bool_or(f->>'field_value' = E'wants:\\n- \"a\"\\n- b'), bool_or(f->>'field_value' = '\"\"'), bool_or(f->>'field_value' = ''), bool_or(f->>'field_value' = E'line one\\nline two'), bool_or(f->>'field_value' ~ '^\\s|\\s\$')
	FROM revyops.contact, jsonb_array_elements(custom_fields) f"), 't|t|f|t|f', 'custom fields: quotes, line breaks; blanks that the file quotes are none; white space taken off');

# ---- watch: until it has told
my ($in, $out, $err) = ($page{$watch_it}[0], '', '');
my $watch = IPC::Run::start([ 'psql', '-XAtq', '-U', 'importer', '-h', $node->host, '-p', $node->port, 'postgres' ], '<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
$watch->pump until $out =~ /finished/ || !$watch->pumpable;
$watch->kill_kill;
like($out, qr/^import 1 of importer\.staging_in_order \[#{20}\] 100 %, $total rows: \Q@{[ counts($rows{201}, $rows{409}, $failed, $changed) ]}\E; [\d,]+ rows\/s; finished$/m, "$watch_it: a line on the whole") or diag $err;

# ---- rejects
my $expected = join('', sort map { "$_|$faults{$_}\n" } keys %faults);
is(join('', sort map { "$_\n" } split /\n/, follow($count, 'importer')), $expected, "$count: counted by status, pointer and code");
is(follow($report, 'importer', 1), '', "$report: goes to a file");
my @columns = ('id bigint', 'email text', 'linkedin_url text', 'first_name text', 'last_name text', 'company_id text', '"Job Title" text', '"Städte" text', '"Notes" text');
sql('CREATE TABLE seen (' . join(', ', @columns) . ', import_line bigint, import_outcome text, import_faults text)');
$node->safe_psql('postgres', "\\copy seen FROM '$dir/report.csv' WITH (FORMAT csv, HEADER match)");
my $told = "(SELECT string_agg(ltrim((e->>'pointer') || ': ', ': ') || (e->>'code'), '; ' ORDER BY n) FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n))";
is(sql("SELECT count(*) FROM (SELECT ordinal, $told FROM revyops.import_reject EXCEPT ALL SELECT import_line, import_faults FROM seen WHERE import_outcome = 'rejected') x"), '0', 'the report: all rejects, with their faults');
my $texts = "(SELECT jsonb_object_agg(key, coalesce(value, '')) FROM jsonb_each_text(source_row))";
is(sql("SELECT count(*) FROM seen WHERE import_outcome = 'rejected'"), $failed, 'the report: no other');
is(sql("SELECT count(*) FROM (SELECT $texts FROM (SELECT to_jsonb(seen) - '{import_line,import_outcome,import_faults}'::text[] FROM seen WHERE import_outcome = 'rejected') r (source_row)
	EXCEPT ALL SELECT $texts FROM revyops.import_reject) x"), '0', 'the report: rows as they were');
is(sql("SELECT count(*), count(DISTINCT import_faults) FROM seen WHERE import_outcome = 'changed' AND import_faults ~ E'^first_name: cleaned [(]Ann\nMarie[)]\$'"), "$changed|1", 'the report: what was changed');
is(sql('SELECT count(*) FROM seen WHERE id <> import_line'), '0', 'the report: their numbers are those of the file');

# ---- again
like(follow($rest, 'importer'), qr/import 2: $total rows: \Q@{[ counts(0, $rows{201} + $rows{409}, $failed) ]}\E; N rows\/s\n$/, "$rest: all that is there counts as duplicate");
is(sql('SELECT count(*) FROM revyops.contact'), $rows{201}, 'again: no contact more');
same_lines(sql("SELECT ordinal, status, $errors FROM revyops.import_reject WHERE job = 2 ORDER BY ordinal"), $rejects, 'again: the same rejects, of another job');

# ---- for another client, by SET LOCAL and by a key
sql('GRANT SET ON PARAMETER revyops.client_id TO importer');
like(follow($several, 'importer'), qr/import 3: $total rows: \Q@{[ counts($rows{201}, $rows{409}, $failed, $changed) ]}\E; N rows\/s\n$/, "$several: all of the file");
is(sql('SELECT client_id, count(*) FROM revyops.contact GROUP BY 1 ORDER BY 1'), "1|$rows{201}\n2|$rows{201}", "$several: the contacts are the other client's");
my (undef, undef, $by_key) = $node->psql('postgres', "CALL import_for('" . sql("SELECT revyops_create_api_key(2, 'x')") . "', 'staging_in_order')", extra_params => [ '-U', 'importer' ]);
like($by_key, qr/import 4: $total rows: 0 created, /, "$several: with a key, too");
is(sql('SELECT id, client_id, finished IS NOT NULL FROM revyops.import_job ORDER BY id'), "1|1|t\n2|1|t\n3|2|t\n4|2|t", "$several: and the jobs");

# ---- the role can do what the page says it can, and no more
for my $table (qw(contact company import_job import_reject))
{
	my ($rc, undef, $refused) = $node->psql('postgres', "SELECT * FROM revyops.$table", extra_params => [ '-U', 'importer' ]);
	like($refused, qr/permission denied for schema revyops/, "the role: no rights on revyops.$table");
}
# who watches is killed, which a slow server notices while it tells him
unlike(slurp_file($node->logfile), qr/PANIC|FATAL(?!:  connection to client lost)|TRAP|terminated by signal|XX000|WARNING/, 'nothing odd in the server\'s log');
done_testing();
