# What a page or a batch takes stays with the backend: the next one has no page fault for each 4 kB of it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no /proc/self/stat here' unless -r '/proc/self/stat';

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', q(CREATE EXTENSION revyops; SELECT revyops_create_client('x'); ALTER DATABASE postgres SET revyops.client_id = 1));
$node->safe_psql('postgres', q(SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', i || '@acme.com', 'contact_custom_fields_input',
	(SELECT jsonb_agg(jsonb_build_object('field_name', 'Field ' || f, 'field_value', repeat('x', 20))) FROM generate_series(1, 10) f))) FROM generate_series(1, 5000) i));
CREATE TABLE again AS SELECT email, 'x' AS "City" FROM revyops.contact));

# faults are those that a new session has in ten runs of a statement, after three.
sub faults
{
	my ($statement) = @_;
	my $count = q(SELECT 'faults ' || split_part(pg_read_file('/proc/self/stat'), ' ', 10););
	my $said = $node->safe_psql('postgres', join "\n", ($statement) x 3, $count, ($statement) x 10, $count);
	my ($before, $after) = $said =~ /^faults (\d+)$/mg;
	return $after - $before;
}

cmp_ok(length $node->safe_psql('postgres', 'SELECT revyops_list_contacts()'), '>', 100_000, 'a page that is large');
cmp_ok(faults('SELECT revyops_list_contacts();'), '<', 100, 'ten of them: fewer faults than one has pages of memory');
cmp_ok(faults(q(CALL revyops_import_contacts('again');)), '<', 2000, 'ten imports of 5,000 duplicates: fewer than one has');
done_testing();
