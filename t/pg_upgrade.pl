# pg_upgrade takes the extension along, its tables as files, and its guard with it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($old, $new) = map { PostgreSQL::Test::Cluster->new($_) } 'old', 'new';
for my $node ($old, $new)
{
	$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
}
$old->start;
$old->safe_psql('postgres', <<'EOS');
CREATE SCHEMA api;
CREATE EXTENSION revyops SCHEMA api;
SELECT api.revyops_create_client('One');
SET revyops.client_id = 1;
SELECT api.revyops_create_company('{"domain": "acme.com"}');
SELECT api.revyops_create_contact('{"email": "jane@acme.com", "company_id": "acme.com", "contact_custom_fields_input": [{"field_name": "A", "field_value": "1"}]}');
EOS
my $key = $old->safe_psql('postgres', "SELECT api.revyops_create_api_key(1, 'x')");
my $state = "SELECT t::text FROM revyops.contact t UNION ALL SELECT concat_ws(' ', evtname, evtenabled, evtfoid::regproc) FROM pg_event_trigger UNION ALL SELECT pg_describe_object(classid, objid, 0) FROM pg_depend
	WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'revyops') AND deptype = 'e' ORDER BY 1";
my $was = $old->safe_psql('postgres', $state);
$old->stop;

my ($bindir) = run_command([ 'pg_config', '--bindir' ]);
chdir $PostgreSQL::Test::Utils::tmp_check;
command_ok([ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bindir, '-B', $bindir, '-s', $new->host, '-p', $old->port, '-P', $new->port ], 'pg_upgrade');
$new->start;
is($new->safe_psql('postgres', $state), $was, 'rows, members and event trigger are there');
is($new->safe_psql('postgres', "SET revyops.api_key = '$key'; SELECT api.revyops_create_contact('{\"email\": \"jim\@acme.com\"}')->'id'"), '2', 'the key opens, ids go on');
my ($rc, $out, $err) = $new->psql('postgres', 'DROP EXTENSION revyops');
like($err, qr/cannot drop extension revyops because it has data/, 'it still keeps the data');
done_testing();
