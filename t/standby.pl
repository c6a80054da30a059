# Reading on a standby: every reader answers there as on the primary, by SQL and
# over HTTP, and a writer is refused.
use strict;
use warnings;

# what script/test started, whose binary the servers' user may run
my $beside;
BEGIN { $beside = defined $ENV{PGHOST} ? "$ENV{PGHOST}/../bin/postgrest" : '' }

use IO::Socket::UNIX;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use lib 't';
use page;
use patience;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$primary->start;
$primary->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
SET revyops.client_id = 1;
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme", "company_custom_fields": [{"field_name": "industry", "field_value": "SaaS"}]}');
SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "first_name": "Jane", "last_name": "Lee", "company_id": 1, "contact_custom_fields_input": [{"field_name": "industry", "field_value": "SaaS"}]}');
SELECT revyops_define_custom_field('contact', 'field of acme.com', 'text');
CREATE TABLE staging AS SELECT 'jim@acme.com' AS email;
CALL revyops_import_contacts('staging');
EOS
$primary->safe_psql('postgres', <<'EOS');
SET revyops.client_id = 1;
SELECT revyops_create_contact('{"email": "old@acme.com"}'), revyops_merge_contacts(1, 3);
SELECT revyops_suppress('{"email": "gone@acme.com"}');
SELECT revyops_record_event('{"kind": "sent", "contact_email": "jane@acme.com", "campaign_id": "acme.com", "campaign_name": "acme.com", "at": "2026-03-01T00:00:00Z"}');
SELECT revyops_create_webhook(1, 'smartlead', 'acme.com'), revyops_create_agency('acme.com');
SET revyops.client_id = 2;
SELECT revyops_create_contact('{"email": "joe@acme.com"}');
CREATE ROLE tenant LOGIN;
GRANT USAGE ON SCHEMA revyops TO tenant;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO tenant;
GRANT SELECT ON revyops.contact TO tenant;
EOS
my $key = $primary->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'acme.com', NULL, 'master')");
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

my $identify = "\\set VERBOSITY verbose\nSET revyops.api_key = '$key';\n";

# answers is what a statement gives, or the SQLSTATE and message of its error.
sub answers
{
	my ($node, $statement) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "$identify$statement");
	return $err =~ /ERROR:  (.*)/ ? $1 : $out;
}

# functions gives the names of the extension's functions of a volatility that match.
sub functions
{
	my ($volatility, $match) = @_;
	return split /\n/, $primary->safe_psql('postgres', "SELECT proname FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND deptype = 'e'
		WHERE provolatile = '$volatility' AND prosecdef AND pronamespace::regnamespace::text || '.' || proname ~ '$match' ORDER BY 1");
}

# ---- readers by SQL, in sessions whose library has made no plan yet
my %reads = (
	revyops_get_contact => [ '1', "1, 'FLAT'" ],
	revyops_list_contacts => [ '', "email => 'jane\@acme.com'", "linkedin_url => 'in/jane'", "domain => 'acme.com', page_size => 1", "firstname => 'Jane', lastname => 'Lee'" ],
	revyops_lookup_contacts => [ "'industry', 'SaaS'" ],
	revyops_search_contacts => [ q('{}'), q('{"filters": [{"member": "email", "operator": "contains", "value": "acme"}], "sort": {"member": "email"}}') ],
	revyops_search_companies => [ q('{"filters": [{"custom_field": "industry", "operator": "eq", "value": "SaaS"}]}') ],
	revyops_get_company => ['1'],
	revyops_list_companies => [ '', "domain => 'acme.com'", "name => 'Acme', industry => 'SaaS'" ],
	revyops_lookup_companies => [ "'industry', 'SaaS'" ],
	revyops_list_company_domains => ['1'],
	revyops_list_custom_fields => [ "'contact'" ],
	revyops_export_contact => ['1'],
	revyops_check_do_not_contact => [ q('{gone@acme.com,x@acme.com}') ],
	revyops_list_do_not_contact => [ '', q(address => 'gone@acme.com') ],
	revyops_get_email => ['1'],
	revyops_list_emails => [ '', q(contact_email => 'jane@acme.com') ],
	revyops_list_contact_emails => ['1'],
	revyops_get_campaign => ['1'],
	revyops_list_campaigns => [''],
	revyops_list_campaign_contacts => ['1'],
	revyops_read_webhook => [ q('lemlist', '{"_id": "a", "type": "emailsSent", "leadEmail": "jane@acme.com"}') ],
	revyops_list_webhooks => ['1'],
	revyops_webhook_status => [''],
	revyops_list_api_keys => ['1'],
	revyops_import_report => [ '', "1, 'rejected'" ]);
is_deeply([ sort(keys %reads, qw(revyops_changes revyops_check_contacts revyops_contact_status_history revyops_is_do_not_contact revyops_webhook_ring)) ], [ functions('s', '^public\.') ], 'readers: all are tried');
for my $function (sort keys %reads)
{
	for my $arguments (@{ $reads{$function} })
	{
		my $read = "SELECT $function($arguments)";
		my $answer = answers($standby, $read);
		like($answer, qr/acme\.com|^email,import_line,/, "$read: has an answer");
		is($answer, answers($primary, $read), "$read: the primary's");
	}
}
# t/changes.pl has what a standby tells; here the feed is off
is(answers($_, 'SELECT revyops_changes()'), 'PT409: changes are not noted', 'revyops_changes: at the ' . $_->name) for $primary, $standby;
is(answers($standby, 'SELECT revyops_contact_status_history(1)'), '{"next": null, "count": 0, "results": [], "page_size": 100, "total_pages": 0, "current_page": 1}', 'revyops_contact_status_history');
# locks no company, which a standby would refuse, and takes no id
my $check = "SELECT string_agg(concat_ws(' ', status, errors->0->>'pointer', errors->0->>'existing_id', errors->0->>'duplicate_of'), ', ' ORDER BY ordinal)
	FROM revyops_check_contacts('[{\"email\": \"new\@acme.com\", \"company_id\": \"mail.acme.com\"}, {\"email\": \"NEW\@acme.com\"}, {\"linkedin_url\": \"in/jane\"}, {\"email\": \"x\@acme.com\", \"company_id\": 1}, {\"email\": \"y\@acme.com\", \"company_id\": 9}, {}]')";
is(answers($standby, $check), '201, 409 /email 1, 409 /linkedin_url 1, 201, 404 /company_id, 400 ', 'revyops_check_contacts');
is(answers($standby, "SELECT revyops_is_do_not_contact('gone\@acme.com'), revyops_is_do_not_contact('x\@acme.com')"), 't|f', 'revyops_is_do_not_contact');
is(answers($standby, 'SELECT count(*) FROM revyops_webhook_ring(1)'), '0', 'revyops_webhook_ring');
is(answers($standby, 'SELECT revyops_import_status() ~ \'1 rows?: 1 created, .*finished$\''), 't', 'revyops_import_status');
# one of client 2 that waits in its first batch for somebody else's contact; a standby can't tell whether it is running
{
	my ($blocker, $importer) = map { $primary->background_psql('postgres') } 1 .. 2;
	my $key_of_two = $primary->safe_psql('postgres', "SELECT revyops_create_api_key(2, 'import')");
	my $status = sub { return $_[0]->safe_psql('postgres', "SET revyops.api_key = '$key_of_two'; SELECT regexp_replace(regexp_replace(revyops_import_status(), '^import \\d+', 'import N'), '[\\d,]+ rows/s', 'N rows/s')") };
	my $counts = 'import N of public.of_two [#######.............]  35 %, 7 of about 20 rows: 7 created, 0 duplicates, 0 failed; N rows/s';

	$primary->safe_psql('postgres', "CREATE TABLE of_two AS SELECT 'i' || i || '\@acme.com' AS email FROM generate_series(1, 20) i; ANALYZE of_two");
	$blocker->query_safe("SET revyops.client_id = 2; BEGIN; SELECT 1 FROM revyops_create_contact('{\"email\": \"i13\@acme.com\"}')");
	$importer->query_until(qr/begun/, "SET revyops.client_id = 2;\n\\echo begun\nCALL revyops_import_contacts('of_two', 7);\n");
	$primary->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query ~ 'of_two' AND wait_event_type = 'Lock')") or die 'the import did not wait';
	# not only because it was busy a moment ago
	$primary->safe_psql('postgres', "UPDATE revyops.import_job SET updated = updated - interval '1 hour', rows_per_second = 0");
	$primary->wait_for_catchup($standby);
	is($status->($standby), "$counts; not finished", 'revyops_import_status: an import that runs on the primary');
	is($status->($primary), $counts, 'which knows that it does');
	$primary->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^CALL .*of_two'");
	eval { $importer->quit };
	$primary->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query ~ '^CALL .*of_two')") or die 'the import did not end';
	is($status->($standby), "$counts; not finished", 'or was interrupted there');
	is($status->($primary), "$counts; interrupted", 'which the primary knows');
	$blocker->query_safe('ROLLBACK');
	$blocker->quit;
}
is(answers($standby, "SET revyops.api_key = 'nope'; SELECT revyops_get_contact(1)"), 'PT403: missing or invalid credentials', 'a wrong key');
is(answers($standby, 'SELECT revyops_get_contact(77)'), 'PT404: contact not found', 'no such contact');

# ---- requests, which read in a subtransaction
sub http
{
	my ($node, $function, $path, $query) = @_;
	my ($method, $body) = $path =~ /search$/ ? ('POST', '{}') : $path =~ /check$/ ? ('POST', '{"addresses": ["gone@acme.com"]}') : ('GET', '');
	return answers($node, "SELECT * FROM revyops_http.$function('$method', '$path', '$query', 'X-API-Key: $key', '$body')");
}
my @paths = split /\n/, $primary->safe_psql('postgres', "SELECT replace(path, '{id}', '1') FROM revyops_http.endpoints() WHERE reads_only AND path LIKE '/public/%'");
cmp_ok(scalar @paths, '>=', 20, 'paths to read: there are');
for my $path (@paths)
{
	my $query = $path =~ /lookup/ ? 'field_name=industry&field_value=SaaS' : '';
	my $answer = http($standby, 'handle_read', $path, $query);
	like($answer, $path =~ m{/import$} ? qr/\{"running": \[\]\}$/ : $path =~ m{/changes$} ? qr/^409\|/ : $path =~ m{/companies/imports/} ? qr/^404\|/ : $path =~ m{/imports/|/status-history$} ? qr/^200\|/ : qr/^200\|.*acme\.com/s, "$path: has an answer");
	is($answer, http($primary, 'handle', $path, $query), "$path: the primary's");
}

like(http($standby, 'handle_read', '/ready', ''), qr/^200\|.*\{"status": "ready"\}$/s, '/ready: it is');

# as PostgREST asks
is_deeply([ functions('s', '^revyops_http\.') ], [qw(handle_read postgrest_read)], 'what only reads');
for my $path (qw(/key-check /public/v2/contacts/1))
{
	my $ask = "SELECT set_config('request.headers', '{\"x-api-key\": \"$key\", \"x-revyops-method\": \"GET\", \"x-revyops-path\": \"$path\"}', false) \\gset\nSELECT convert_from(revyops_http.postgrest_read(''), 'UTF8') AS answer \\gset\nSELECT current_setting('response.status', true), :'answer'";
	my $answer = answers($standby, $ask);
	like($answer, $path eq '/key-check' ? qr/^\|$/ : qr/^\|\{"id": 1,.*acme\.com/, "$path: has an answer");
	is($answer, answers($primary, $ask), "$path: the primary's");
}

# ---- a role that reads the table
is($standby->safe_psql('postgres', "$identify SELECT email FROM revyops.contact ORDER BY id", extra_params => [ '-U', 'tenant' ]), "jane\@acme.com\njim\@acme.com", 'a role that reads the table: its client\'s rows');
is($standby->safe_psql('postgres', 'SELECT email FROM revyops.contact', extra_params => [ '-U', 'tenant' ]), '', 'and nobody\'s without a key');

# ---- cursors
# a cursor of the primary's leads on there, and the reverse: they share the key
for my $way ([ $primary, $standby ], [ $standby, $primary ], [ $standby, $standby ])
{
	my ($from, $to) = @$way;
	my $next = $from->safe_psql('postgres', "$identify SELECT revyops_list_contacts(page_size => 1)->>'next'");
	like($next, qr/^[\w-]{76}$/, $from->name . ' gives a cursor');
	is($to->safe_psql('postgres', "$identify SELECT p->'results'->0->>'email', p->>'next' IS NULL FROM revyops_list_contacts(after => '$next') p"), 'jim@acme.com|t', 'which leads on at the ' . $to->name);
}
my ($link) = http($standby, 'handle_read', '/public/v2/contacts-master-list', 'page_size=1') =~ /"next": "[^?"]*\?([^"]*)"/;
like(http($standby, 'handle_read', '/public/v2/contacts-master-list', $link), qr/jim\@acme\.com/, 'the link of a master list');

# ---- counts that a backend keeps while it sees the same rows
{
	my ($reader, $writer) = map { $_->background_psql('postgres') } $standby, $primary;
	my $ask = "SELECT revyops_list_contacts(page_size => 1)->>'count';";
	my $count = sub { $primary->wait_for_catchup($standby); return $reader->query_safe("$ask $ask") };
	$reader->query_safe("SET revyops.api_key = '$key'");
	is($count->(), "2\n2", 'a count, and once more');
	$writer->query_safe("BEGIN; INSERT INTO revyops.contact (client_id, id, email) VALUES (1, 1001, 'new\@acme.com')");
	$primary->safe_psql('postgres', 'CREATE TABLE later AS SELECT 1');
	is($count->(), "2\n2", 'while a contact is being added, and another transaction has ended');
	$writer->query_safe('COMMIT');
	is($count->(), "3\n3", 'as soon as it is there');
	$primary->safe_psql('postgres', 'DELETE FROM revyops.contact WHERE id = 1001; DROP TABLE later');
	is($count->(), "2\n2", 'and as soon as it is gone');
	$_->quit for $reader, $writer;
}

# ---- writers
$primary->safe_psql('postgres', 'CREATE EXTENSION pg_trgm');
$primary->wait_for_catchup($standby);
my %writes = (
	revyops_create_client => "'Three'",
	revyops_create_api_key => "1, 'y'",
	revyops_set_client_setting => "1, 'infer_company', 'on'",
	revyops_set_client_state => "1, 'moving'",
	revyops_define_custom_field => "'contact', 'x', 'text'",
	revyops_rename_custom_field => "'contact', 'field of acme.com', 'y'",
	revyops_remove_custom_field => "'contact', 'field of acme.com'",
	revyops_expire => '',
	revyops_trim_changes => 'now()',
	revyops_enable_text_search => '',
	revyops_revoke_api_key => "left('$key', 16)",
	revyops_create_contact => "'{\"email\": \"x\@acme.com\"}'",
	revyops_create_contacts => "'[{\"email\": \"x\@acme.com\"}]'",
	revyops_upsert_contact => "'{\"email\": \"x\@acme.com\"}'",
	revyops_upsert_contacts => "'[{\"email\": \"x\@acme.com\"}]'",
	revyops_update_contact => "1, '{\"first_name\": \"x\"}'",
	revyops_delete_contact => '1',
	revyops_merge_contacts => '1, 2',
	revyops_erase_contact => '1',
	revyops_suppress => "'{\"email\": \"x\@acme.com\"}'",
	revyops_suppress_many => "'[{\"email\": \"x\@acme.com\"}]'",
	revyops_suppress_csv => "'x\@acme.com'",
	revyops_unsuppress => "'gone\@acme.com', 'manual', 'x'",
	revyops_add_contact_custom_field => "1, '{\"field_name\": \"x\", \"field_value\": \"y\"}'",
	revyops_update_contact_custom_field => "1, 2, '{\"field_value\": \"y\"}'",
	revyops_delete_contact_custom_field => '1, 2',
	revyops_import_csv => "'email'",
	revyops_import_company_csv => "'domain'",
	revyops_create_company => "'{\"domain\": \"beta.com\"}'",
	revyops_create_companies => "'[{\"domain\": \"beta.com\"}]'",
	revyops_upsert_company => "'{\"domain\": \"beta.com\"}'",
	revyops_upsert_companies => "'[{\"domain\": \"beta.com\"}]'",
	revyops_merge_companies => '1, 2',
	revyops_add_company_domain => "1, 'beta.com'",
	revyops_remove_company_domain => "1, 'beta.com'",
	revyops_update_company => "1, '{\"name\": \"x\"}'",
	revyops_delete_company => '1',
	revyops_add_company_custom_field => "1, '{\"field_name\": \"x\", \"field_value\": \"y\"}'",
	revyops_update_company_custom_field => "1, 1, '{\"field_value\": \"y\"}'",
	revyops_delete_company_custom_field => '1, 1',
	revyops_create_email => "'{\"email_type\": \"sent\", \"origin\": \"x\", \"contact_id\": 1}'",
	revyops_create_emails => "'[{\"email_type\": \"sent\", \"origin\": \"x\", \"contact_id\": 1}]'",
	revyops_delete_email => '1',
	revyops_set_email_interested => "'jane\@acme.com', 'x'",
	revyops_add_email_custom_field => "1, '{\"field_name\": \"x\", \"field_value\": \"y\"}'",
	revyops_update_email_custom_field => "1, 1, '{\"field_value\": \"y\"}'",
	revyops_delete_email_custom_field => '1, 1',
	revyops_record_event => "'{\"kind\": \"sent\", \"at\": \"2026-03-01T00:00:00Z\", \"contact_email\": \"x\@acme.com\"}'",
	revyops_record_events => "'[{\"kind\": \"sent\", \"at\": \"2026-03-01T00:00:00Z\", \"contact_email\": \"x\@acme.com\"}]'",
	revyops_trim_changes => 'now()',
	revyops_create_agency => "'x'",
	revyops_create_agency_webhook => "1, 'lemlist', 'x'",
	revyops_create_webhook => "1, 'lemlist', 'x'",
	revyops_revoke_webhook => '1',
	revyops_route_webhook_account => "1, 'lemlist', 'x', 1",
	revyops_set_webhook_labels => "1, '{}'",
	revyops_set_webhook_ring => '1, 1',
	revyops_set_webhook_secret => "1, 'body', 'x'");
is_deeply([ sort keys %writes, 'revyops_import_status' ], [ functions('v', '^public\.') ], 'writers: all are tried');
like(answers($standby, "SELECT $_($writes{$_})"), qr/^25006: cannot .* (?:in a read-only transaction|during recovery)$/, "$_: refused") for sort keys %writes;
like(answers($standby, "CALL revyops_import_contacts('staging')"), qr/^25006: /, 'revyops_import_contacts: refused');
is(answers($standby, "SELECT revyops_create_contact('{\"email\": \"x\@acme.com\"}', idempotency_key => 'k')"), '25006: cannot execute INSERT during recovery', 'a create with a key: refused');

# ---- PostgREST there, with the shipped configuration and what the page adds to it
SKIP:
{
	my ($binary) = grep { -x } $ENV{POSTGREST} // '', $beside;
	skip 'no PostgREST', 5 unless defined $binary;
	my $directory = PostgreSQL::Test::Utils::tempdir_short;
	my $socket = "$directory/postgrest.sock";

	$primary->command_ok([ 'sh', '-c', 'script/patient http/postgrest/roles.sql | psql -Xq postgres' ], 'HTTP: roles');
	$primary->wait_for_catchup($standby);
	append_to_file("$directory/postgrest.conf", patience::file('postgrest/postgrest.conf') . page::block('Standby', 'conf', 1));
	my $log = '';
	my $postgrest = IPC::Run::start([ 'sh', '-c', 'cd "$0" && exec "$1" postgrest.conf', $directory, $binary ], '>&', \$log,
		init => sub { @ENV{ 'PGHOST', 'PGPORT', 'PGDATABASE' } = ($standby->host, $standby->port, 'postgres') });

	# request gives status and body; nothing while nobody listens
	my $request = sub {
		my ($function, $method, $path, $body) = @_;
		my $connection = IO::Socket::UNIX->new(Peer => $socket) or return '';
		print $connection "POST /rpc/$function HTTP/1.0\r\nHost: x\r\nX-Api-Key: $key\r\nX-Revyops-Method: $method\r\nX-Revyops-Path: $path\r\nX-Revyops-Content-Type: application/json\r\nContent-Type: application/octet-stream\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
		my $answer = join '', <$connection>;
		my ($status) = $answer =~ /^HTTP\/1\.\d (\d+)/;
		return ($status // '') . ' ' . ($answer =~ s/^.*?\r\n\r\n//sr);
	};
	my $tries = 10 * $PostgreSQL::Test::Utils::timeout_default;
	$postgrest->pump_nb, usleep(100_000) until $request->('postgrest_read', 'GET', '/public/v2/contacts/1', '') =~ /^200/ || !$tries--;
	like($request->('postgrest_read', 'GET', '/public/v2/contacts/1', ''), qr/^200 \{"id": 1,.*"jane\@acme\.com"/, 'HTTP: a contact');
	like($request->('postgrest_read', 'GET', '/public/contacts-master-list', ''), qr/^200 \[\{.*"jane\@acme\.com"/, 'HTTP: a list');
	is($request->('postgrest', 'POST', '/public/v2/contacts', '{"email": "x@acme.com"}'), '400 {"code":"0A000","details":null,"hint":null,"message":"cannot set transaction read-write mode during recovery"}', 'HTTP: a write is refused, by PostgREST');
	$postgrest->signal('TERM');
	eval { $postgrest->finish };
	unlike($log, qr/Listening for notifications/, 'HTTP: it does not try to listen for NOTIFY') or diag $log;
}

# ---- promoted, it takes over
$standby->promote;
like(answers($standby, "SELECT revyops_create_contact('{\"email\": \"new\@acme.com\"}')->'id'"), qr/^\d+$/, 'promoted: it creates');
like(answers($standby, "SELECT revyops_create_contact('{\"email\": \"Jane\@acme.com\"}')"), qr/^PT409: contact already exists$/, 'promoted: it refuses duplicates');
done_testing();
