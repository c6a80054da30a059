# Reading on a standby: every reader works there, and a writer is refused.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$primary->start;
$primary->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
SET revyops.client_id = 1;
SELECT revyops_create_company('{"domain": "acme.com", "company_custom_fields": [{"field_name": "industry", "field_value": "SaaS"}]}');
SELECT revyops_create_contact('{"email": "jane@acme.com", "linkedin_url": "in/jane", "company_id": 1, "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}');
EOS
my $key = $primary->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'x', NULL, 'master')");
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# the library has made no plan there yet
my $identify = "SET revyops.api_key = '$key';";
for my $read (
	"revyops_get_contact(1)->>'email'",
	"revyops_list_contacts()->'results'->0->>'email'",
	"revyops_list_contacts(email => 'jane\@acme.com')->'results'->0->>'email'",
	"revyops_list_contacts(linkedin_url => 'in/jane')->'results'->0->>'email'",
	"revyops_list_contacts(domain => 'acme.com', page_size => 1)->'results'->0->>'email'",
	"revyops_lookup_contacts('A', '1')->'results'->0->>'email'")
{
	is($standby->safe_psql('postgres', "$identify SELECT $read"), 'jane@acme.com', $read);
}
for my $read ("revyops_get_company(1)->>'domain'", "revyops_list_companies(name => '', industry => 'SaaS')->'results'->0->>'domain'", "revyops_lookup_companies('industry', 'SaaS')->'results'->0->>'domain'")
{
	is($standby->safe_psql('postgres', "$identify SELECT $read"), 'acme.com', $read);
}
# the adapters read in a subtransaction
my $headers = "SELECT set_config('request.headers', '{\"x-api-key\": \"$key\", \"x-revyops-id\": \"1\"}', false) \\gset";
for my $adapter (qw(contacts_v2_get contacts_v1_get contacts_v2_master_get))
{
	is($standby->safe_psql('postgres', "$headers\nSELECT revyops_http.$adapter('')->>'email'"), 'jane@acme.com', $adapter);
}
for my $adapter (qw(contacts_v1_list contacts_v1_master_list))
{
	is($standby->safe_psql('postgres', "$headers\nSELECT revyops_http.$adapter('')->0->>'email'"), 'jane@acme.com', $adapter);
}
# a cursor of the primary's leads on there, and the reverse: they share the key
$primary->safe_psql('postgres', "$identify SELECT revyops_create_contact('{\"email\": \"joe\@acme.com\"}')");
$primary->wait_for_catchup($standby);
for my $way ([ $primary, $standby ], [ $standby, $primary ], [ $standby, $standby ])
{
	my ($from, $to) = @$way;
	my $next = $from->safe_psql('postgres', "$identify SELECT revyops_list_contacts(page_size => 1)->>'next'");
	like($next, qr/^[\w-]{64}$/, $from->name . ' gives a cursor');
	is($to->safe_psql('postgres', "$identify SELECT p->'results'->0->>'email', p->>'next' IS NULL FROM revyops_list_contacts(after => '$next') p"), 'joe@acme.com|t', 'which leads on at the ' . $to->name);
}
my ($link) = $standby->safe_psql('postgres', "SELECT set_config('request.headers', '{\"x-api-key\": \"$key\", \"x-revyops-query\": \"page_size=1\"}', false) \\gset\nSELECT revyops_http.contacts_v2_master_list('')->>'next'") =~ /\?(.*)/;
is($standby->safe_psql('postgres', "SELECT set_config('request.headers', '{\"x-api-key\": \"$key\", \"x-revyops-query\": \"$link\"}', false) \\gset\nSELECT revyops_http.contacts_v2_master_list('')->'results'->0->>'email'"), 'joe@acme.com', 'the link of a master list');
for my $write ("revyops_create_contact('{\"email\": \"x\@acme.com\"}')", "revyops_update_contact(1, '{\"first_name\": \"x\"}')", "revyops_delete_contact(1)", "revyops_delete_company(1)")
{
	my ($rc, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$identify SELECT $write");
	like($err, qr/ERROR:  25006: /, $write);
}
my ($rc, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSET revyops.api_key = 'nope'; SELECT revyops_get_contact(1)");
like($err, qr/ERROR:  PT403: /, 'a wrong key');
done_testing();
