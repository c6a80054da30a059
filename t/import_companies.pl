# Companies from a table and from a large object: the same as by revyops_import_company_csv
# (sql/import_companies.sql), in batches that are committed, with the caller's rights.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
CREATE ROLE importer LOGIN;
ALTER ROLE importer SET revyops.client_id = 1;
CREATE SCHEMA importer AUTHORIZATION importer;
GRANT EXECUTE ON PROCEDURE revyops_import_companies, revyops_import_company_file TO importer;
GRANT EXECUTE ON FUNCTION revyops_import_status, revyops_import_report TO importer;
CREATE TABLE secret AS SELECT 'secret.example' AS domain;
EOS

sub sql { return $node->safe_psql('postgres', $_[0]) }

# says runs statements in psql as the importer: what comes back, errors and counts; rates left out.
sub says
{
	my ($statements) = @_;
	my (undef, $out, $err) = $node->psql('postgres', "\\set VERBOSITY terse\n$statements", extra_params => [ '-U', 'importer' ], on_error_stop => 0);
	return join("\n", grep { $_ ne '' } $out, grep { $_ ne 'columns' } map { s/^NOTICE: +((?:import|check) \d+: )?//r =~ s/[\d,]+ rows\/s/N rows\/s/r } $err =~ /((?:ERROR|FATAL|NOTICE): .*)/g);
}

sub companies
{
	my ($condition) = @_;
	return sql("SELECT domain, name, company_status, (SELECT string_agg(concat(f->>'field_name', '=', f->>'field_value'), ';') FROM jsonb_array_elements(custom_fields) f) FROM revyops.company WHERE client_id = 1 AND $condition ORDER BY id");
}

# ---- a table
is(says(<<'EOS'), "2 of about 5 rows: 2 created, 0 duplicates, 0 failed; N rows/s\n4 of about 5 rows: 3 created, 0 duplicates, 1 failed, 1 value changed; N rows/s\n5 rows: 3 created, 1 duplicate, 1 failed, 1 value changed; N rows/s", 'a table, in batches');
CREATE TABLE importer.staging AS SELECT * FROM (VALUES ('Acme', 'https://www.acme.example/', 100), ('Globex', 'globex.example', NULL), ('Page', 'facebook.com/acme', 1), ('More', 'a.example, b.example', 2),
	('Acme', 'ACME.example', 3)) v ("Account Name", "Website", "Employees");
ANALYZE importer.staging;
CALL revyops_import_companies('importer.staging', 2);
EOS
is(companies('true'), "acme.example|Acme||Employees=100\nglobex.example|Globex||\na.example|More||Employees=2", 'the companies');
is(says('SELECT * FROM revyops_import_report()'), "Account Name,Website,Employees,import_line,import_outcome,import_faults\nPage,facebook.com/acme,1,3,rejected,/domain: invalid_domain\nMore,\"a.example, b.example\",2,4,changed,\"domain: more_values (a.example, b.example)\"", 'the report');
is(sql("SELECT line, ordinal, status, errors->0->>'code', source_row FROM revyops.import_reject"), '|3|400|invalid_domain|{"Website": "facebook.com/acme", "Employees": 1, "Account Name": "Page"}', 'the reject');
like(says('SELECT revyops_import_status()'), qr/^import 1 of importer\.staging \[#{20}\] 100 %, 5 rows: 3 created, 1 duplicate, 1 failed, 1 value changed; [\d,]+ rows\/s; finished$/, 'the status');
is(says("CALL revyops_import_companies('importer.staging', mode => 'upsert', on_fault => 'drop_value', columns => '{\"Employees\": \"Size\"}')"), '5 rows: 0 created, 4 updated, 1 failed, 1 value changed; N rows/s', 'upsert');
is(companies("domain = 'acme.example'"), 'acme.example|Acme||Employees=100;Size=3', 'what an upsert leaves');
is(says("CALL revyops_import_companies('importer.staging', mode => 'check')"), '5 rows: 0 created, 4 duplicates, 1 failed; N rows/s', 'check');
is(says("CREATE TABLE importer.bodies AS SELECT jsonb_build_object('domain', d, 'name', d, 'company_status', 's') AS company FROM unnest(ARRAY['body.example', 'linktr.ee/x']) d; CALL revyops_import_companies('importer.bodies')"),
	'2 rows: 1 created, 0 duplicates, 1 failed; N rows/s', 'whole bodies');
is(companies("domain = 'body.example'"), 'body.example|body.example|s|', 'the company of a body');
is(says("CREATE TABLE importer.no_key AS SELECT 'x' AS email; CALL revyops_import_companies('importer.no_key')"), 'ERROR:  invalid request', 'a table without a domain');
is(says("CALL revyops_import_companies('secret')"), 'ERROR:  permission denied for table secret', 'somebody else\'s table');
is(says("BEGIN; CALL revyops_import_companies('importer.staging'); ROLLBACK"), 'ERROR:  revyops_import_companies cannot run inside a transaction block', 'in a transaction');

# ---- a file
my $file = $node->basedir . '/companies.csv';
open(my $out, '>', $file) or die "$file: $!";
print $out "sep=;\r\nName der Firma;Webseite;Branche\r\n";
printf $out "\"Firma \xc4 %d\";http://www.firma%d.example/;Maschinen\r\n", $_, $_ for 1 .. 2500;
print $out "\"Gmail\";gmail.com;x\r\nOhne;;x\r\n\r\nZu;viel.example;x;y\r\nFirma 7;FIRMA7.example;x\r\n";
close($out);
is(says("\\lo_import '$file'\nCALL revyops_import_company_file(:LASTOID, batch_size => 1000)") =~ s/of about [\d,]+/of about N/gr, "1,000 of about N rows: 1,000 created, 0 duplicates, 0 failed; N rows/s\n2,000 of about N rows: 2,000 created, 0 duplicates, 0 failed; N rows/s\n"
	. '2,505 rows: 2,500 created, 1 duplicate, 4 failed; N rows/s', 'a large object, in batches');
is(companies("domain = 'firma2500.example'"), 'firma2500.example|Firma Ä 2500||Branche=Maschinen', 'the last company');
is(sql("SELECT line, status, errors->0->>'pointer', errors->0->>'code' FROM revyops.import_reject WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY ordinal"), "2503|400|/domain|invalid_domain\n2504|400|/domain|required\n2505|400||blank_row\n2506|400||ragged_row", 'the rejects');
is(says('CALL revyops_import_company_file(1)'), 'ERROR:  large object 1 does not exist', 'no large object');
is(says('CALL revyops_import_company_file(NULL)'), 'ERROR:  invalid request', 'NULL');
is(sql('SELECT entity, source = \'csv\', count(*) FROM revyops.import_job GROUP BY 1, 2'), 'company|f|5', 'jobs of companies');
is(sql('SELECT count(*) FROM revyops.company WHERE client_id <> 1'), '0', 'nothing came to another client');

# ---- companies and their other domains
sql("SET revyops.client_id = 1; SELECT revyops_add_company_domain(id, 'other.example') FROM revyops.company WHERE domain = 'acme.example'");
is(says("CREATE TABLE importer.other AS SELECT 'other.example' AS domain, 'Other' AS name; CALL revyops_import_companies('importer.other')"), '1 rows: 0 created, 1 duplicate, 0 failed; N rows/s', 'another domain of a company that is there');
is(says("CALL revyops_import_companies('importer.other', mode => 'check')"), '1 rows: 0 created, 1 duplicate, 0 failed; N rows/s', 'checked');
is(says("CALL revyops_import_companies('importer.other', mode => 'upsert')"), '1 rows: 0 created, 1 updated, 0 failed; N rows/s', 'upserted');
is(companies("domain IN ('acme.example', 'other.example')"), 'acme.example|Other||Employees=100;Size=3', 'it is that company that has the name');

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
