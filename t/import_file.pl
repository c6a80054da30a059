# Files as they are: the exports of t/files, a large object read with its reader's rights, a break in
# the middle and the rest after it, and memory that does not grow with the file.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use patience;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\nwork_mem = '1MB'");
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
CREATE ROLE importer LOGIN;
CREATE ROLE stranger LOGIN;
GRANT EXECUTE ON PROCEDURE revyops_import_file, revyops_import_company_file TO importer, stranger;
GRANT SET ON PARAMETER revyops.client_id TO importer, stranger;
GRANT EXECUTE ON FUNCTION revyops_import_status, revyops_import_report, revyops_import_csv TO importer;
EOS

sub sql { return $node->safe_psql('postgres', $_[0]) }

# client makes a client that wants companies made, and returns its id.
sub client
{
	my $client = sql("SELECT revyops_create_client('One')");
	sql("SELECT revyops_set_client_setting($client, 'on_unknown_domain', 'create')");
	return $client;
}

# says runs statements in psql, as a role, for a client: what comes back, and what is told; rates left out.
sub says
{
	my ($role, $client, $statements) = @_;
	my (undef, $out, $err) = $node->psql('postgres', "\\set VERBOSITY terse\nSET revyops.client_id = $client;\n$statements", extra_params => [ '-U', $role ], on_error_stop => 0);
	return join("\n", grep { $_ ne '' } $out, map { s/[\d,]+ rows\/s/N rows\/s/r } $err =~ /((?:ERROR|FATAL|NOTICE): .*)/g);
}

# ---- each export as it is, in two lines
my %expected = (
	apollo => '4 rows: 4 created, 0 duplicates, 0 failed, 2 values changed',
	clay => '3 rows: 3 created, 0 duplicates, 0 failed, 3 values changed',
	excel_de => '1 rows: 1 created, 0 duplicates, 0 failed',
	hubspot => '3 rows: 2 created, 0 duplicates, 1 failed',
	pandas => '3 rows: 2 created, 0 duplicates, 1 failed, 3 values changed',
	salesforce => '2 rows: 2 created, 0 duplicates, 0 failed, 1 value changed',
	salesnav => '2 rows: 2 created, 0 duplicates, 0 failed, 1 value changed',
	wipe => '1 rows: 1 created, 0 duplicates, 0 failed');
my %contacts = (
	apollo => "jane.doe\@acme.example|https://www.linkedin.com/in/jane-doe-1|Jane|Doe|acme.example\n|https://www.linkedin.com/in/joe-bloggs|Joe|Bloggs|acme.example\n"
	  . "ann\@globex.example||Ann|Other|\nbob\@initech.example|https://www.linkedin.com/in/bob-roe|Bob|Roe|",
	clay => "jane.clay\@acme.example|https://www.linkedin.com/in/jane-clay|Jane|Doe|acme.example\n|https://www.linkedin.com/in/joe-clay|||\n|https://www.linkedin.com/in/al-clay|||",
	excel_de => 'juergen@acme.example||Jürgen|Groß|acme.example',
	hubspot => "jane\@hub.example|https://www.linkedin.com/in/jane-hub|Jane|Doe|hub.example\njoe\@hub.example||Joe||hub.example",
	pandas => "pd1\@acme.example||Jane||\npd2\@acme.example||||",
	salesforce => "jane.sf\@acme.example.invalid|https://www.linkedin.com/in/jane-sf|Jane|Doe|acme.example\nmueller\@acme.example|||Müller|acme.example",
	salesnav => "|https://www.linkedin.com/in/ACwAAAbCdEfGhIjKlMnOpQrStUvWxYz0123456A|Jane|Doe 🚀|\n|https://www.linkedin.com/in/ACwAAAbCdEfGhIjKlMnOpQrStUvWxYz0123456a|Joan|Roe|",
	wipe => 'wipe@acme.example||||');
for my $name (sort keys %expected)
{
	my $client = client();
	my $said = says('importer', $client, "\\lo_import 't/files/$name.csv'\nCALL revyops_import_file(:LASTOID, on_fault => 'drop_value');");

	like($said, qr/NOTICE:  import \d+: \Q$expected{$name}\E; N rows\/s$/, "$name: the counts");
	is(sql("SELECT email, linkedin_url, first_name, last_name, (SELECT domain FROM revyops.company WHERE id = company_id) FROM revyops.contact WHERE client_id = $client ORDER BY id"),
		$contacts{$name}, "$name: the contacts");
	note(sql("SELECT member, value, code FROM revyops.import_note WHERE client_id = $client ORDER BY number"));
	is(sql("SELECT rows_seen = created + updated_rows + duplicates + failed FROM revyops.import_job WHERE client_id = $client"), 't', "$name: each row is counted once");
}

# ---- a header below a title that could be it: found by the aliases, which its reader may not see
my $titled = client();
like(says('importer', $titled, "SELECT lo_from_bytea(0, E'Leads,May\\nStand,2026\\nCorreo,Nota\\nann\@acme.example,x\\nal\@acme.example,y\\n') AS titled \\gset\nCALL revyops_import_file(:titled);"),
	qr/NOTICE:  import \d+: columns\nNOTICE:  .*2 rows: 2 created, 0 duplicates, 0 failed; N rows\/s$/s, 'a title above: the counts');
is(sql("SELECT string_agg(email, ' ' ORDER BY id) FROM revyops.contact WHERE client_id = $titled"), 'ann@acme.example al@acme.example', 'a title above: the contacts');
is(sql("SELECT columns FROM revyops.import_job WHERE client_id = $titled"), '{Correo,Nota}', 'a title above: the columns');

# ---- a large object that is made in the transaction of the CALL
my $uploading = client();
sql("CREATE PROCEDURE import_upload(data bytea) LANGUAGE plpgsql AS 'BEGIN CALL revyops_import_file(lo_from_bytea(0, data), unlink => true); END'; GRANT EXECUTE ON PROCEDURE import_upload TO importer");
like(says('importer', $uploading, "CALL import_upload(E'Email\\nup\@acme.example\\n')"), qr/^NOTICE:  import (\d+): columns\nNOTICE:  import \1: 1 rows: 1 created, 0 duplicates, 0 failed; N rows\/s$/, 'a large object of the same transaction');

# ---- rights
my $client = client();
my ($loid) = says('importer', $client, "\\lo_import 't/files/wipe.csv'\n\\echo :LASTOID") =~ /(\d+)$/;
is(says('stranger', $client, "CALL revyops_import_file($loid);"), "ERROR:  permission denied for large object $loid", 'somebody else\'s large object');
is(says('importer', $client, 'BEGIN; CALL revyops_import_file(1);'), 'ERROR:  revyops_import_file cannot run inside a transaction block', 'in a transaction block');
is(says('importer', $client, 'CALL revyops_import_file(1);'), 'ERROR:  large object 1 does not exist', 'none');
like(says('importer', $client, 'CALL revyops_import_file(NULL);'), qr/^ERROR: +invalid request$/, 'NULL');
my (undef, undef, $refused) = $node->psql('postgres', "SET revyops.client_id = $client;\nCALL revyops_import_file($loid, mode => 'x', encoding => 'x', delimiter => 'xx', batch_size => 0);", on_error_stop => 0);
my ($detail) = $refused =~ /^DETAIL:  (.*)$/m;
is_deeply([ $detail =~ /"(?:parameter|code)":"(.*?)"/g ], [ delimiter => 'invalid_delimiter', encoding => 'unknown_encoding', batch_size => 'invalid_batch_size', mode => 'invalid_mode' ], 'all that is wrong with the file and the options');
is(sql('SELECT count(*) FROM revyops.contact WHERE client_id = ' . $client), '0', 'nothing was written');

# ---- unlink
sub is_there { return sql("SELECT count(*) FROM pg_largeobject_metadata WHERE oid = $loid") }
says('importer', $client, "CALL revyops_import_file($loid, mode => 'check', unlink => true);");
is(is_there(), '1', 'a check deletes no file');
sql("GRANT SELECT ON LARGE OBJECT $loid TO stranger");
is(says('stranger', $client, "CALL revyops_import_file($loid, unlink => true);"), "ERROR:  must be owner of large object $loid", 'who may only read it may not delete it');
is(sql('SELECT count(*) FROM revyops.import_job WHERE mode <> \'check\' AND client_id = ' . $client), '0', 'and finds out before anything is in');
like(says('importer', $client, "CALL revyops_import_file($loid, unlink => true);"), qr/1 rows: 1 created, 0 duplicates, 0 failed; N rows\/s$/, 'its owner');
is(is_there(), '0', 'may');

# ---- a break in the middle, and again
$client = client();
my $file = $node->basedir . '/many.csv';
sub many
{
	my ($rows) = @_;
	open(my $out, '>', $file) or die "$file: $!";
	print $out "E-Mail;Vorname;Notiz\r\n";
	printf $out "person%d\@acme.com;\"Jörg \"\"%d\"\"\";\"%s\"\r\n", $_, $_, 'line one' . "\n" . 'x' x 50 for 1 .. $rows;
	close($out);
	my ($oid) = says('importer', $client, "\\lo_import '$file'\n\\echo :LASTOID") =~ /(\d+)$/;
	return $oid;
}
my $oid = many(5000);
my $blocker = $node->background_psql('postgres', on_error_stop => 0);
$blocker->query("SET revyops.client_id = $client; BEGIN; SELECT 1 FROM revyops_create_contact('{\"email\": \"person3200\@acme.com\"}')");
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $session->query('SELECT pg_backend_pid()');
$session->query("SET revyops.client_id = $client");
$session->query_until(qr/begun/, "\\echo begun\nCALL revyops_import_file($oid, batch_size => 500);\n");
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the import did not wait';
is(sql("SELECT count(*) FROM revyops.contact WHERE client_id = $client"), '3000', 'what is committed by then');
like(sql("SET revyops.client_id = $client; SELECT revyops_import_status()"), qr/^import \d+ of large object $oid \[#{11,12}\.{8,9}\]  \d\d %, 3,000 of about \d,\d\d\d rows: 3,000 created, 0 duplicates, 0 failed; [\d,]+ rows\/s; \d+ s left$/, 'the status goes by how much of the file was read');
sql("SELECT pg_terminate_backend($pid)");
$blocker->query('ROLLBACK');
$blocker->quit;
$session->{run}->finish;
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)") or die 'the import did not end';
like(says('importer', $client, "CALL revyops_import_file($oid);"), qr/NOTICE: +import \d+: 5,000 rows: 2,000 created, 3,000 duplicates, 0 failed; N rows\/s$/, 'again: the rest comes in, and nobody twice');
is(sql("SELECT count(*), count(DISTINCT email), count(DISTINCT first_name) FROM revyops.contact WHERE client_id = $client"), '5000|5000|5000', 'all are there');

# ---- memory
$session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe("SET revyops.client_id = $client");
$pid = $session->query_safe('SELECT pg_backend_pid()');

# kept is what the session's contexts hold, and what the system has given it apart from shared memory: in KiB.
sub kept
{
	$session->{stderr} = '';
	my $contexts = $session->query_safe('SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts');
	my ($anonymous) = slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m;
	return (int $contexts, $anonymous);
}
$oid = many(20_000);
$session->query("CALL revyops_import_file($oid, batch_size => 5000)");
my ($contexts, $anonymous) = kept();
$oid = many(100_000);
$session->query("CALL revyops_import_file($oid, batch_size => 5000)");
my ($contexts_later, $anonymous_later) = kept();
is(sql("SELECT created, duplicates, failed FROM revyops.import_job ORDER BY id DESC LIMIT 1"), '80000|20000|0', 'the larger file is in');
note("contexts $contexts and $contexts_later KiB, anonymous memory $anonymous and $anonymous_later KiB");
cmp_ok($contexts_later - $contexts, '<', 512, 'no context is left over from 20 batches');
cmp_ok($anonymous_later - $anonymous, '<', 24 * 1024, 'the process did not grow with the file');
$session->quit;

# ---- files and options that are made to take much memory or time
$session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe("SET revyops.client_id = $client");
$pid = $session->query_safe('SELECT pg_backend_pid()');

# peak is the most memory that the session has had apart from shared memory, about: in MiB.
sub peak
{
	my ($all) = slurp_file("/proc/$pid/status") =~ /^VmHWM:\s+(\d+)/m;
	return $all / 1024;
}
my $wide = "'email' || repeat(',', 9999) || E'\\n'";
my $csv = "convert_to($wide || (SELECT string_agg('wide' || i || E'\@acme.com\\n', '') FROM generate_series(1, 4000) i), 'UTF8')";
sql("SELECT lo_from_bytea(4711, $csv); ALTER LARGE OBJECT 4711 OWNER TO importer");
my @batches = says('importer', $client, "CALL revyops_import_file(4711, mode => 'check');") =~ /NOTICE: +check \d+: (.*? rows): /g;
is($batches[-1], '4,000 rows', 'short rows of 10,000 columns');
cmp_ok(scalar @batches, '>', 4, 'not all are held in memory at once');
$session->query_safe("SELECT revyops_import_csv($csv, mode => 'check')");
cmp_ok(peak(), '<', 400, 'nor by the function');
my $unknown = "(SELECT jsonb_object_agg('unknown' || i, NULL) FROM generate_series(1, 5000) i)";
(undef, undef, my $err) = $node->psql('postgres', "SET revyops.client_id = $client; SELECT revyops_import_csv(convert_to($wide || 'x', 'UTF8'), columns => $unknown)");
like($err, qr/"code":"more_faults",.*"more":4000}\]$/m, 'many columns that are not there: those that are not told are counted');
$session->{stderr} = '';
$session->query("SELECT revyops_import_csv(convert_to($wide || 'x', 'UTF8'), columns => $unknown)");
cmp_ok(peak(), '<', 400, 'they take no memory');
$session->{stderr} = '';
$session->query_safe("SET statement_timeout = '" . 10 * patience::FACTOR . "s'");
is($session->query_safe("SELECT revyops_import_csv(convert_to(E'linkedin_url\\n' || repeat(repeat('a|', 4000) || E'\\n', 200), 'UTF8'), mode => 'check', delimiter => ',')->'failed'"), '200', 'cells of many words');
is($session->query_safe("SELECT revyops_import_csv(convert_to('email,' || repeat('a\@', 500000) || E'\\nlast\@acme.com,1\\n', 'UTF8'), mode => 'check')->'rows'"), '1', 'a header of many at signs');
$session->quit;
done_testing();
