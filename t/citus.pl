# The tables spread over the machines of a Citus cluster: a coordinator, two workers, a third that
# comes later. The same calls are made on a server without it, and must answer the same.
# Citus is in no Debian: skipped where the server doesn't have it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @init = (extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
my $stock = PostgreSQL::Test::Cluster->new('stock');
$stock->init(@init);
$stock->start;
plan skip_all => 'no Citus here'
  if $stock->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'") eq '0';

sub machine
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(@init);
	my $host = $node->host;
	$node->append_conf('postgresql.conf', <<EOS);
shared_preload_libraries = 'citus'
citus.local_hostname = '$host'
citus.shard_count = 8
citus.node_conninfo = 'sslmode=disable'
max_prepared_transactions = 50
wal_level = logical
EOS
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
	return $node;
}

sub add_worker
{
	my ($coordinator, $worker) = @_;
	$coordinator->safe_psql('postgres', sprintf("SELECT citus_add_node('%s', %d)", $worker->host, $worker->port));
}

my $coordinator = machine('coordinator');
my @workers = map { machine("worker$_") } 1 .. 3;

sub sqlstate_of
{
	my ($node, $sql) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 1);
	return $err =~ /(?:ERROR|FATAL): +(\w{5}): ([^\n]*)/ ? "$1 $2" : '';
}

# ---------------------------------------------------------------- not yet a cluster
$coordinator->safe_psql('postgres', 'CREATE EXTENSION revyops');
is(sqlstate_of($coordinator, 'SELECT revyops_distribute()'), '55000 this is not the coordinator of a cluster', 'a machine alone is no cluster');
$stock->safe_psql('postgres', 'CREATE EXTENSION revyops');
is(sqlstate_of($stock, 'SELECT revyops_distribute()'), '55000 extension citus is not there', 'nor is one without Citus');
is(sqlstate_of($stock, 'CREATE ROLE plain; SET ROLE plain; SELECT revyops_distribute()'), '42501 permission denied for function revyops_distribute', 'the owner only');
is(sqlstate_of($stock, 'SET ROLE plain; SELECT revyops_distribute_again()'), '42501 permission denied for function revyops_distribute_again', 'for both');
$coordinator->safe_psql('postgres', sprintf("SELECT citus_set_coordinator_host('%s', %d)", $coordinator->host, $coordinator->port));
add_worker($coordinator, $_) for @workers[0, 1];

# ---------------------------------------------------------------- the same calls
# Rows from before are moved.
my $secret = '\x' . '42' x 32;
for my $node ($stock, $coordinator)
{
	$node->safe_psql('postgres', <<EOS);
UPDATE revyops.secret SET secret = '$secret';
SELECT revyops_create_client('One'), revyops_create_client('Two');
SET revyops.client_id = 1;
SELECT revyops_create_contact('{"email": "before\@acme.com", "custom_fields": [{"field_name": "a", "field_value": "b"}]}');
SET revyops.client_id = 2;
SELECT revyops_create_contact('{"email": "two\@acme.com"}'), revyops_create_company('{"domain": "two.com"}');
EOS
}
$coordinator->safe_psql('postgres', 'SELECT revyops_distribute()');
is($coordinator->safe_psql('postgres', 'SELECT revyops_distribute()'), '', 'once more does nothing');
is( $coordinator->safe_psql('postgres', <<'EOS'), <<'EOS' =~ s/\n$//r, 'which tables lie where');
SELECT string_agg(relname, ' ' ORDER BY relname), coalesce(partmethod::text, '-')
FROM pg_class LEFT JOIN pg_dist_partition ON logicalrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = 'revyops'::regnamespace GROUP BY 2 ORDER BY 2;
EOS
agency company_host company_host_exception free_mail_domain free_mail_exception import_alias secret webhook webhook_account webhook_count webhook_ring|-
campaign campaign_contact change change_feed company company_domain contact contact_activity contact_status_history custom_field_definition custom_field_seen do_not_contact do_not_contact_salt email event_key event_salt idempotency_key import_job import_note import_reject merged_company merged_contact webhook_object|h
api_key client|n
EOS

my $source = <<'EOS';
CREATE TABLE people (email text, "First Name" text, company text);
INSERT INTO people SELECT 'p' || n || CASE WHEN n % 10 = 0 THEN '' ELSE '@people.com' END, 'N' || n, 'people.com' FROM generate_series(1, 40) AS n;
EOS
$_->safe_psql('postgres', $source) for $stock, $coordinator;

# A call a line. Errors are answers, too.
my @calls = split /\n/, <<'EOS';
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create')
SELECT revyops_set_client_setting(1, 'changes', 'on')
SELECT revyops_set_client_setting(1, 'nonsense', 'x')
SELECT revyops_get_contact(1)
SELECT revyops_get_contact(2)
SELECT revyops_get_contact(999)
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme", "custom_fields": [{"field_name": "size", "field_value": "10"}]}')
SELECT revyops_create_company('{"domain": "acme.com"}')
SELECT * FROM revyops_create_companies('[{"domain": "b.com"}, {"domain": "acme.com"}, {"domain": "b.com"}, {}]')
SELECT * FROM revyops_upsert_companies('[{"domain": "b.com", "name": "B"}, {"domain": "c.com"}]')
SELECT revyops_upsert_company('{"domain": "c.com", "name": "C"}')
SELECT revyops_get_company(2)
SELECT revyops_get_company(1)
SELECT revyops_list_companies()
SELECT revyops_list_companies(name => 'Acme', count => 'exact')
SELECT revyops_lookup_companies('size', '10')
SELECT revyops_update_company(2, '{"name": "Acme Inc", "company_status": "Client"}')
SELECT revyops_add_company_custom_field(2, '{"field_name": "city", "field_value": "Rome"}')
SELECT * FROM revyops_add_company_domain(2, 'acme.org')
SELECT * FROM revyops_list_company_domains(2)
SELECT revyops_merge_companies(2, 3)
SELECT revyops_create_contact('{"email": "Jane@acme.com", "first_name": "Jane", "last_name": "Doe", "domain": "acme.com", "custom_fields": [{"field_name": "role", "field_value": "CEO"}, {"field_name": "age", "field_value": "40"}]}')
SELECT revyops_create_contact('{"email": "jane@acme.com"}')
SELECT revyops_create_contact('{"email": "john@acme.org", "linkedin_url": "https://linkedin.com/in/john", "company_id": 3}')
SELECT revyops_create_contact('{"email": "x@acme.org", "company_id": 1}')
SELECT revyops_create_contact('{"email": "y@acme.org", "company_id": 999}')
SELECT revyops_create_contact('{"email": "nobody"}')
SELECT revyops_create_contact('{"email": "kept@acme.com"}', idempotency_key => 'k1')
SELECT revyops_create_contact('{"email": "kept@acme.com"}', idempotency_key => 'k1')
SELECT revyops_create_contact('{"email": "other@acme.com"}', idempotency_key => 'k1')
SELECT * FROM revyops_create_contacts('[{"email": "b1@new.com", "domain": "new.com"}, {"email": "jane@acme.com"}, {"email": "b1@new.com"}, {"email": "b2@acme.com", "company_id": 2}, {"email": "b3@acme.com", "company_id": 1}, {"email": "b4@acme.com", "company_id": 3}, {"linkedin_url": "linkedin.com/in/b5", "domain": "acme.org"}, {}]')
SELECT * FROM revyops_create_contacts('[{"email": "a1@new.com"}, {"email": "jane@acme.com"}]', mode => 'atomic')
SELECT * FROM revyops_check_contacts('[{"email": "free@new.com"}, {"email": "jane@acme.com"}, {"email": "q@acme.com", "company_id": 1}]')
SELECT revyops_upsert_contact('{"email": "jane@acme.com", "last_name": "Roe"}')
SELECT revyops_upsert_contact('{"email": "new1@acme.com", "last_name": "Roe"}')
SELECT * FROM revyops_upsert_contacts('[{"email": "jane@acme.com", "first_name": "J"}, {"email": "new2@acme.com"}, {"email": "jane@acme.com", "linkedin_url": "linkedin.com/in/john"}, {"email": "john@acme.org", "first_name": "John"}]')
SELECT revyops_get_contact(3, 'FLAT')
SELECT revyops_update_contact(3, '{"contact_status": "Active", "custom_fields": [{"field_name": "role", "field_value": "CTO"}]}')
SELECT revyops_update_contact(3, '{"email": "john@acme.org"}')
SELECT revyops_update_contact(2, '{"first_name": "X"}')
SELECT revyops_list_contacts(page_size => 3)
SELECT revyops_list_contacts(page_size => 3, page => 2)
SELECT revyops_list_contacts(after => revyops_list_contacts(page_size => 3) ->> 'next', page_size => 3)
SELECT revyops_list_contacts(email => 'jane@acme.com')
SELECT revyops_list_contacts(domain => 'acme.com', count => 'exact')
SELECT revyops_list_contacts(domain => 'acme.org', firstname => 'John')
SELECT revyops_list_contacts(lastname => 'Roe')
SELECT revyops_list_contacts(linkedin_url => 'linkedin.com/in/john')
SELECT revyops_lookup_contacts('role', 'CTO')
SELECT revyops_search_contacts('{"filters": [{"member": "last_name", "operator": "eq", "value": "Roe"}], "sort": {"member": "last_name"}}')
SELECT revyops_search_contacts('{"filters": [{"field": "position", "operator": "eq", "value": "CTO"}]}')
SELECT revyops_search_companies('{"filters": [{"member": "name", "operator": "contains", "value": "C"}]}')
SELECT revyops_define_custom_field('contact', 'age', 'number')
SELECT revyops_define_custom_field('contact', 'role', 'single_choice', '["CTO", "CEO"]')
SELECT revyops_rename_custom_field('contact', 'role', 'position')
SELECT * FROM revyops_list_custom_fields('contact')
SELECT revyops_remove_custom_field('contact', 'age', 'delete')
SELECT revyops_add_contact_custom_field(3, '{"field_name": "x", "field_value": "y"}')
SELECT revyops_contact_status_history(3)
SELECT revyops_merge_contacts(3, 4)
SELECT revyops_get_contact(4)
SELECT revyops_create_email('{"contact_email": "jane@acme.com", "subject": "Hello", "email_type": "sent", "origin": "Instantly"}')
SELECT * FROM revyops_create_emails('[{"contact_email": "jane@acme.com", "subject": "Re: Hello", "email_type": "replied"}, {"contact_id": 4, "subject": "old id"}, {"contact_id": 999}]')
SELECT revyops_set_email_interested('jane@acme.com', 'Re: Hello', 'interested')
SELECT revyops_list_emails()
SELECT revyops_list_contact_emails(3)
SELECT revyops_record_event('{"kind": "sent", "contact_email": "jane@acme.com", "campaign_id": "c1", "campaign_name": "One", "platform": "instantly", "at": "2026-01-02T03:04:05Z", "subject": "S"}')
SELECT * FROM revyops_record_events('[{"kind": "sent", "contact_email": "ev@acme.com", "campaign_id": "c1", "platform": "instantly", "at": "2026-01-02T03:04:05Z"}, {"kind": "replied", "contact_email": "ev@acme.com", "campaign_id": "c1", "platform": "instantly", "at": "2026-01-03T03:04:05Z", "subject": "Re"}, {"kind": "interested", "contact_email": "ev@acme.com", "campaign_id": "c1", "platform": "instantly", "at": "2026-01-03T03:05:05Z"}, {"kind": "bounced", "contact_email": "jane@acme.com", "campaign_id": "c1", "platform": "instantly", "at": "2026-01-04T03:04:05Z"}, {"kind": "nonsense"}]')
SELECT revyops_list_campaigns()
SELECT revyops_get_campaign(1)
SELECT revyops_list_campaign_contacts(1)
SELECT revyops_list_contacts(email => 'ev@acme.com')
SELECT revyops_create_companies('[{"domain": "moved.com"}, {"domain": "heir.com"}]')
SELECT revyops_record_event('{"kind": "sent", "contact_email": "fill@follow.com", "platform": "instantly", "at": "2026-03-20T00:00:00Z", "company": "moved.com", "custom": {"Old": "second", "Gone": "second"}}')
SELECT revyops_define_custom_field('contact', 'Old', 'text'), revyops_define_custom_field('contact', 'Gone', 'text')
SELECT revyops_rename_custom_field('contact', 'Old', 'New')
SELECT revyops_remove_custom_field('contact', 'Gone', 'delete')
SELECT revyops_merge_companies((revyops_list_companies(domain => 'heir.com') #>> '{results,0,id}')::bigint, (revyops_list_companies(domain => 'moved.com') #>> '{results,0,id}')::bigint)
SELECT filled FROM revyops.contact_activity WHERE client_id = 1 AND filled ? 'company_id'
SELECT revyops_record_event('{"kind": "sent", "contact_email": "fill@follow.com", "platform": "instantly", "at": "2026-03-10T00:00:00Z", "company": "acme.com", "custom": {"New": "first", "Gone": "first"}}')
SELECT revyops_list_contacts(email => 'fill@follow.com')
SELECT revyops_suppress('{"email": "no@acme.com", "reason": "manual", "note": "asked"}')
SELECT * FROM revyops_suppress_many('[{"domain": "never.com"}, {"email": "no@acme.com"}]')
SELECT revyops_create_contact('{"email": "a@never.com"}')
SELECT * FROM revyops_check_do_not_contact(ARRAY['no@acme.com', 'yes@acme.com', 'z@never.com'])
SELECT revyops_list_do_not_contact()
SELECT revyops_unsuppress('no@acme.com', 'manual', 'again', true)
CALL revyops_import_contacts('people', batch_size => 15)
SELECT revyops_import_status() - 'rows_per_second'
SELECT * FROM revyops_import_report()
SELECT revyops_import_csv(convert_to(E'email,domain\nf1@file.com,file.com\nbad,x\njane@acme.com,acme.com\n', 'UTF8'), mode => 'upsert', on_fault => 'drop_value')
SELECT revyops_import_company_csv(convert_to(E'domain,name\nimp.com,Imp\n', 'UTF8'))
SELECT revyops_create_client('Three')
SELECT revyops_create_webhook(3, 'instantly', 'w') IS NOT NULL
SELECT revyops_create_webhook(99, 'instantly', 'w') IS NOT NULL
SELECT revyops_create_agency('A')
SELECT revyops_create_agency_webhook(1, 'instantly', 'aw') IS NOT NULL
SELECT revyops_route_webhook_account(1, 'instantly', 'acc', 1)
SELECT revyops_webhook_status()
SELECT revyops_export_contact(3)
SELECT revyops_erase_contact(3)
SELECT revyops_export_contact(3)
SELECT revyops_delete_company(2)
SELECT revyops_delete_contact(5)
SELECT revyops_delete_contact(5)
SELECT jsonb_array_length(revyops_changes() -> 'changes')
SELECT revyops_trim_changes('2100-01-01')
SELECT revyops_expire()
SELECT revyops_http.handle('GET', '/public/v2/contacts/5', '', 'X-API-Key: none', '')
SELECT count(*), count(company_id), sum(jsonb_array_length(custom_fields)) FROM revyops.contact WHERE client_id = 1
SELECT count(*), min(domain), max(domain) FROM revyops.company WHERE client_id = 1
EOS

sub timeless { return $_[0] =~ s/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d)/TIME/gr }

# answers makes the calls in one session, each in a transaction of its own, and leaves out times.
sub answers
{
	my ($node) = @_;
	my $script = "\\set VERBOSITY verbose\n\\set SHOW_CONTEXT never\nSET revyops.client_id = 1;\n" . join '', map { "\\echo =====\n$_;\n" } @calls;
	IPC::Run::run([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$script, '>', \my $out, '2>&1');
	$out =~ s/^LOCATION:.*\n//mg;
	$out = timeless($out);
	$out =~ s/[\d,]+ rows\/s/N rows\/s/g;
	$out =~ s/^NOTICE: .*\d+ of about \d+ rows.*\n//mg;	# as often as there is time
	$out =~ s/^psql:\S+ //mg;
	my (undef, @answers) = split /=====\n/, $out;
	return @answers;
}

my @stock_answers = answers($stock);
my @answers = answers($coordinator);
is(scalar(@answers), scalar(@calls), 'as many answers as calls');
is($answers[$_], $stock_answers[$_], $calls[$_]) for 0 .. $#calls;
is($coordinator->safe_psql('postgres', "SELECT count(DISTINCT nodeport) FROM pg_dist_placement JOIN pg_dist_node USING (groupid) WHERE groupid > 0"), '2', 'on two machines');

# ---------------------------------------------------------------- lists of all clients
# Rows of six clients in turn, which have 0 and 1 by twos; the last two of them share an id.
my $many = <<'EOS';
SELECT revyops_create_client('More') FROM generate_series(4, 6);
INSERT INTO revyops.company (client_id, id, domain, custom_fields)
	SELECT 1 + n % 6, 1000000 + least(n, 23), format('m%s.com', n),
		jsonb_build_array(jsonb_build_object('id', n, 'field_name', 'industry', 'field_value', ((n + 1) / 2 % 2)::text, 'updated_time', 'x'))
	FROM generate_series(1, 24) AS n;
INSERT INTO revyops.contact (client_id, id, email, company_id, custom_fields)
	SELECT 1 + n % 6, 1000000 + least(n, 23), format('m%s@many.com', n), 1000000 + least(n, 23),
		jsonb_build_array(jsonb_build_object('id', n, 'field_name', 'industry', 'field_value', ((n + 1) / 2 % 2)::text, 'updated_time', 'x'))
	FROM generate_series(1, 24) AS n;
EOS
my %master;
for my $node ($stock, $coordinator)
{
	$node->safe_psql('postgres', $many);
	$master{ $node->name } = $node->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'master', NULL, 'master')");
}

# pages follows a master list to its end: all that it answers, without times, and the rows of it as client:id.
sub pages
{
	my ($node, $path, $query) = @_;
	my ($said, @rows) = ('');
	while (defined $query)
	{
		my $body = $node->safe_psql('postgres', "SELECT body FROM revyops_http.handle_read('GET', '/public/v2/$path', '$query', 'X-API-Key: $master{$node->name}', NULL)");
		push @rows, $node->safe_psql('postgres', "SELECT concat(r ->> 'client_id', ':', r ->> 'id') FROM json_array_elements(\$\$$body\$\$::json -> 'results') AS r");
		$query = $body =~ /"next": *"[^"?]*\?([^"]*)"/ ? $1 : undef;
		$said .= "$body\n";
	}
	return (timeless($said), join(' ', @rows) =~ s/\n/ /gr);
}
my $zeros = '4:1000003 5:1000004 2:1000007 3:1000008 6:1000011 1:1000012 4:1000015 5:1000016 2:1000019 3:1000020 1:1000023 6:1000023';
for my $what ('contacts', 'companies')
{
	for my $size (1, 5, 20)
	{
		my @look_up = ("$what-master-list/lookup-by-custom-field", "field_name=industry&field_value=0&page_size=$size");
		my ($said, $rows) = pages($coordinator, @look_up);
		is($rows, $zeros, "$what of all clients with a custom field, in the order of ids, by pages of $size");
		is($said, (pages($stock, @look_up))[0], 'as on one server');
	}
	for my $query ('page_size=9', 'page_size=3&domain=m7.com', 'page_size=4&count=exact', 'page_size=100')
	{
		is((pages($coordinator, "$what-master-list", $query))[0], (pages($stock, "$what-master-list", $query))[0], "$what of all clients, $query");
	}
}
for my $query ('email=m23%40many.com', 'email=jane%40acme.com', 'lastname=Roe')
{
	is((pages($coordinator, 'contacts-master-list', $query))[0], (pages($stock, 'contacts-master-list', $query))[0], "contacts of all clients, $query");
}
$coordinator->safe_psql('postgres', 'DELETE FROM revyops.contact WHERE id > 1000000; DELETE FROM revyops.company WHERE id > 1000000');

# ---------------------------------------------------------------- times
for my $style ('SQL, DMY', 'SQL, MDY', 'German', 'Postgres, DMY', 'ISO')
{
	my $set = "SET DateStyle = '$style'; SET TimeZone = 'Asia/Kolkata'; SET revyops.client_id = 1;";
	is( $coordinator->safe_psql('postgres', qq{$set SELECT revyops_upsert_contact('{"email": "time\@acme.com", "first_name": "$style"}') ->> 'first_name';
			SELECT abs(extract(epoch FROM updated_time - now())) < 60 FROM revyops.contact WHERE email = 'time\@acme.com' AND client_id = 1;
			SELECT revyops_create_email('{"contact_email": "time\@acme.com", "subject": "$style", "email_type": "sent", "origin": "instantly", "email_timestamp": "2026-02-05T10:00:00Z"}') ->> 'email_timestamp';
			SET TimeZone = 'UTC'; SET DateStyle = ISO;
			SELECT email_timestamp FROM revyops.email WHERE client_id = 1 AND subject = '$style'}),
		"$style\nt\n2026-02-05T10:00:00.000000Z\n2026-02-05 10:00:00+00", "times are right with DateStyle $style");
}

# ---------------------------------------------------------------- races
# Sessions that upsert, change and delete the same few contacts: whoever is in the way is told, in the API's words.
sub race
{
	my ($node, $isolation, $rounds) = @_;
	my (@sessions, @out);
	for my $i (0 .. 3)
	{
		my $input = "\\set VERBOSITY verbose\nSET revyops.client_id = 1; SET default_transaction_isolation = '$isolation';\n";
		srand($i + 1);
		for (1 .. $rounds)
		{
			my ($a, $b) = (int(rand(4)), int(rand(4)));
			$input .= qq{SELECT revyops_upsert_contact('{"email": "r$a\@race.com", "linkedin_url": "linkedin.com/in/race$b", "domain": "race$a.com"}') IS NULL;\n};
			$input .= qq{SELECT count(*) FROM revyops_upsert_contacts('[{"email": "r$b\@race.com", "first_name": "$_"}, {"email": "r$a\@race.com"}]');\n};
			$input .= qq{SELECT revyops_update_contact((revyops_list_contacts(email => 'r$a\@race.com') #>> '{results,0,id}')::bigint, '{"email": "r$b\@race.com"}') IS NULL;\n};
			$input .= qq{SELECT revyops_delete_company((revyops_list_companies(domain => 'race$b.com') #>> '{results,0,id}')::bigint);\n};
			$input .= qq{SELECT revyops_delete_contact((revyops_list_contacts(email => 'r$b\@race.com') #>> '{results,0,id}')::bigint);\n};
		}
		$out[$i] = '';
		push @sessions, IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$input, '>', \$out[$i], '2>&1');
	}
	$_->finish for @sessions;
	my %seen;
	$seen{$_}++ for join("\n", @out) =~ /ERROR: +(\w{5}): /g;
	note join ' ', map { "$_:$seen{$_}" } sort keys %seen;
	return join ' ', grep { !/^PT|^40001$|^40P01$/ } sort keys %seen;
}
is(race($coordinator, 'read committed', 25), '', 'races end in the words of the API');
is(race($coordinator, 'repeatable read', 25), '', 'also by snapshots');

# One key, taken by a transaction that another waits for on a worker: the error that ends the wait comes from there.
my $first = $coordinator->background_psql('postgres');
my $second = $coordinator->background_psql('postgres', on_error_stop => 0);
$first->query_safe(q{SET revyops.client_id = 1; BEGIN; SELECT revyops_create_contact('{"linkedin_url": "linkedin.com/in/taken"}') IS NULL});
$second->query_until(qr/begun/, qq{\\set VERBOSITY verbose\nSET revyops.client_id = 1;\n\\echo begun\nSELECT revyops_upsert_contact('{"email": "before\@acme.com", "linkedin_url": "linkedin.com/in/taken"}');\n});
$coordinator->poll_query_until('postgres', 'SELECT EXISTS (SELECT FROM citus_lock_waits)') or die 'nobody waits on a worker';
$first->query_safe('COMMIT');
$second->query('SELECT 1');
like($second->{stderr}, qr/ERROR:  PT409: /, 'a key that is taken meanwhile is a conflict');
$_->quit for $first, $second;
is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM (SELECT id FROM revyops.contact GROUP BY id HAVING count(*) > 1) AS twice'), '0', 'no id twice');

# ---------------------------------------------------------------- workers
for my $call ('revyops_get_contact(1)', q{revyops_create_contact('{"email": "w@acme.com"}')}, q{revyops_create_client('Three')}, 'revyops_list_contacts()', 'revyops_expire()')
{
	is(sqlstate_of($workers[0], "SET revyops.client_id = 1; SELECT $call"), '0A000 revyops must be called on the coordinator', "a worker says so: $call");
}
is(sqlstate_of($coordinator, 'SET revyops.client_id = 1; SELECT revyops_get_contact(id) FROM revyops.contact WHERE client_id = 1'),
	'0A000 revyops must be called on the coordinator', 'so does a call that Citus sends there');
is($_->safe_psql('postgres', "SELECT nextval('revyops.contact_id_seq') >> 48, nextval('revyops.custom_field_id_seq') >> 48"),
	$_ == $coordinator ? '0|0' : ($_ == $workers[0] ? '1|1' : '2|2'), 'new numbers of ' . $_->name) for $coordinator, @workers[0, 1];
is(sqlstate_of($workers[0], "SELECT nextval('revyops.client_id_seq')"), '2200H nextval: reached maximum value of sequence "client_id_seq" (2147483647)', 'clients have theirs from the coordinator alone');

# ---------------------------------------------------------------- row-level security
my $key = $coordinator->safe_psql('postgres', <<'EOS');
CREATE ROLE tenant LOGIN; CREATE ROLE keyed LOGIN;
ALTER ROLE tenant SET revyops.client_id = 1;
GRANT USAGE ON SCHEMA revyops TO tenant, keyed;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO tenant, keyed;
GRANT SELECT ON revyops.contact TO tenant, keyed;
GRANT SELECT ON revyops.client TO tenant, keyed;
SELECT revyops_distribute_again();
SELECT revyops_create_api_key(2, 'x');
EOS
$key =~ s/^\n//;
sub as_role
{
	my ($node, $role, $sql) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $role ]);
	return $err eq '' ? $out : $err;
}
my $theirs = 'SELECT DISTINCT client_id FROM revyops.contact; SELECT id FROM revyops.client';
is(as_role($coordinator, 'tenant', $theirs), "1\n1", 'a tenant sees its own rows');
is(as_role($coordinator, 'tenant', "SELECT count(*) FROM revyops.contact WHERE client_id = 2"), '0', 'and no others');
is(as_role($workers[1], 'tenant', $theirs), "1\n1", 'on a worker, too');
is(as_role($coordinator, 'keyed', $theirs), '', 'nobody sees none');
is(as_role($coordinator, 'keyed', "SET citus.propagate_set_commands = 'local'; BEGIN; SET LOCAL revyops.api_key = '$key'; $theirs; COMMIT"), "2\n2", 'a key is asked for on each machine');
is(as_role($coordinator, 'keyed', "SET citus.propagate_set_commands = 'local'; BEGIN; SET LOCAL revyops.api_key = '${key}x'; $theirs; COMMIT"), '', 'a wrong one opens nothing');
is(as_role($coordinator, 'keyed', "SET citus.propagate_set_commands = 'local'; BEGIN; SET LOCAL revyops.client_id = 2; $theirs; COMMIT") =~ /permission denied|^$/ ? '' : 'open', '', 'nor does a client that one gives oneself');
is(as_role($coordinator, 'tenant', "SET revyops.client_id = 2; $theirs") =~ /^2/m ? 'open' : '', '', 'nor one instead of one\'s own');

# ---------------------------------------------------------------- one more machine
my $rows = 'SELECT client_id, count(*), md5(string_agg(id::text || coalesce(email, \'\'), \',\' ORDER BY id)) FROM revyops.contact GROUP BY 1 ORDER BY 1';
my $before = $coordinator->safe_psql('postgres', $rows);
add_worker($coordinator, $workers[2]);
$coordinator->safe_psql('postgres', 'SELECT revyops_distribute_again(); SELECT rebalance_table_shards(shard_transfer_mode => \'block_writes\')');
is($coordinator->safe_psql('postgres', $rows), $before, 'rows that have moved are the same');
is($workers[2]->safe_psql('postgres', "SELECT nextval('revyops.contact_id_seq') >> 48"), '3', 'its numbers are its own');
is(as_role($workers[2], 'tenant', $theirs), "1\n1", 'its policies hold');
is($coordinator->safe_psql('postgres', q{SET revyops.client_id = 1; SELECT revyops_create_contact('{"email": "third@acme.com"}') ->> 'email'}), 'third@acme.com', 'calls go on');

# ---------------------------------------------------------------- no DROP while there is data
for my $drop ('DROP EXTENSION revyops', 'DROP EXTENSION revyops CASCADE', 'DROP SCHEMA public CASCADE', 'DROP SCHEMA revyops CASCADE')
{
	isnt(sqlstate_of($coordinator, $drop), '', "refused: $drop");
}
like(sqlstate_of($coordinator, 'DROP EXTENSION revyops CASCADE'), qr/^2BP01 cannot drop extension revyops because it has data/, 'because there is data');
isnt($coordinator->safe_psql('postgres', $rows), '', 'which is there');
$coordinator->safe_psql('postgres', 'TRUNCATE revyops.client CASCADE');
$coordinator->safe_psql('postgres', 'DROP EXTENSION revyops CASCADE');
is($_->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('revyops')"), '0', 'emptied, it goes from ' . $_->name) for $coordinator, @workers;

# Spread while it is empty: the coordinator's own tables never had a row.
$coordinator->safe_psql('postgres', 'CREATE EXTENSION revyops');
$coordinator->safe_psql('postgres', 'SELECT revyops_distribute()');
is($coordinator->safe_psql('postgres', q{SELECT revyops_create_client('Anew'); SET revyops.client_id = 1; SELECT revyops_create_contact('{"email": "anew@acme.com"}') ->> 'id'}), "1\n1", 'it can come again');
like(sqlstate_of($coordinator, 'DROP EXTENSION revyops CASCADE'), qr/^2BP01 cannot drop extension revyops because it has data/, 'what is on other machines only is data, too');
done_testing();
