# What one client sends or sets does not choose the path of another: whose backend it gets, whose rows are in
# the same index, whose idempotency key is in the same table.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
CREATE EXTENSION pageinspect;
SELECT revyops_create_client('One'), revyops_create_client('Two');
SET revyops.client_id = 1;
SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', 'u' || i || '@x.example', 'linkedin_url', 'in/u' || i, 'contact_custom_fields_input',
	jsonb_build_array(jsonb_build_object('field_name', 'Number', 'field_value', i)))) FROM generate_series(1, 5000) AS i));
SELECT count(*) FROM revyops_create_companies((SELECT jsonb_agg(jsonb_build_object('domain', 'c' || i || '.example')) FROM generate_series(1, 3000) AS i));
CREATE TABLE chosen AS SELECT id FROM revyops.contact WHERE email = 'u4000@x.example';
-- read counts the rows that this transaction has taken from tables of the extension
CREATE FUNCTION read() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_all_tables WHERE schemaname = 'revyops' $$;
EOS

# ---------------------------------------------------------------- plans that are kept
# Settings that make every path but the worst dear, in a transaction that is over; then whose turn is next.
my %calls = (
	'a contact by its id' => "revyops_get_contact((SELECT id FROM chosen))",
	'by an e-mail address' => "revyops_list_contacts(email => 'u4000\@x.example')",
	'by a LinkedIn URL' => "revyops_list_contacts(linkedin_url => 'in/u4000')",
	'by a custom field' => "revyops_lookup_contacts('Number', '4000')",
	'a company' => "revyops_list_companies(domain => 'c2000.example')",
	'a create' => "revyops_create_contact('{\"email\": \"new\@x.example\", \"company_id\": \"c2000.example\"}')",
	'one that is taken' => "revyops_create_contact('{\"email\": \"u4000\@x.example\"}')",
	'an upsert' => "revyops_upsert_contact('{\"email\": \"u4000\@x.example\", \"last_name\": \"x\"}')",
	'a change' => "revyops_update_contact((SELECT id FROM chosen), '{\"last_name\": \"x\"}')",
	'a batch' => "count(*) FROM revyops_create_contacts('[{\"email\": \"new\@x.example\", \"company_id\": \"c2000.example\"}, {\"email\": \"u4000\@x.example\"}]')",
	'an upsert of many' => "count(*) FROM revyops_upsert_contacts('[{\"email\": \"new\@x.example\", \"company_id\": \"c2000.example\"}, {\"email\": \"u4000\@x.example\", \"last_name\": \"x\"}]')");
my %poisons = (
	costs => 'SET LOCAL random_page_cost = 1e15; SET LOCAL cpu_index_tuple_cost = 1e15; SET LOCAL cpu_tuple_cost = 0; SET LOCAL seq_page_cost = 0; SET LOCAL cpu_operator_cost = 0;',
	paths => 'SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_material = off; SET LOCAL enable_sort = off;',
	others => "SET LOCAL work_mem = '64kB'; SET LOCAL hash_mem_multiplier = 1; SET LOCAL effective_cache_size = '8kB'; SET LOCAL join_collapse_limit = 1; SET LOCAL from_collapse_limit = 1; SET LOCAL jit = on; SET LOCAL jit_above_cost = 0; SET LOCAL plan_cache_mode = force_custom_plan;");
# rows_read is how many rows a call reads in a backend that somebody has used before
sub rows_read
{
	my ($call, $poison) = @_;
	my $try = "DO \$\$ BEGIN PERFORM $call; EXCEPTION WHEN SQLSTATE 'PT409' THEN NULL; END \$\$;";
	return $node->safe_psql('postgres', "SET revyops.client_id = 1;\nBEGIN;\n$poison\n$try\nROLLBACK;\nBEGIN;\nSELECT read() AS before \\gset\n$try\nSELECT read() - :before;\nROLLBACK;");
}
for my $what (sort keys %calls)
{
	my $usual = rows_read($calls{$what}, '');
	is(join(' ', map { rows_read($calls{$what}, $poisons{$_}) } sort keys %poisons), join(' ', ($usual) x 3), "$what: reads $usual rows whatever somebody had set before");
}
is($node->safe_psql('postgres', <<'EOS'), 'off 64kB 17', 'the settings are the session\'s again, within the transaction, too');
SET revyops.client_id = 1;
BEGIN;
SET LOCAL enable_indexscan = off;
SET LOCAL work_mem = '64kB';
SET LOCAL random_page_cost = 17;
DO $$ BEGIN PERFORM revyops_list_contacts(); END $$;
SELECT concat_ws(' ', current_setting('enable_indexscan'), current_setting('work_mem'), current_setting('random_page_cost'));
EOS

# ---------------------------------------------------------------- the index on custom fields
# A load that is rolled back leaves what was to be sorted into the index to whoever comes next.
$node->safe_psql('postgres', <<'EOS');
SET revyops.client_id = 2;
SET gin_pending_list_limit = '1GB';
BEGIN;
SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', 'p' || i || '@x.example', 'contact_custom_fields_input',
	(SELECT jsonb_agg(jsonb_build_object('field_name', 'F' || j, 'field_value', i * 100 + j)) FROM generate_series(1, 50) AS j))) FROM generate_series(1, 2000) AS i));
SELECT count(*) FROM revyops_create_companies((SELECT jsonb_agg(jsonb_build_object('domain', 'p' || i || '.example', 'company_custom_fields',
	(SELECT jsonb_agg(jsonb_build_object('field_name', 'F' || j, 'field_value', i * 100 + j)) FROM generate_series(1, 50) AS j))) FROM generate_series(1, 2000) AS i));
ROLLBACK;
EOS
is($node->safe_psql('postgres', "SELECT count(*), bool_and((gin_metapage_info(get_raw_page('revyops.' || t || '_custom_fields_idx', 0))).n_pending_pages <= 256 / 8) FROM unnest(ARRAY['contact', 'company']) AS t"),
	'2|t', 'no more waits in the indexes than 256 kB, whatever a session sets');

# A value of client 2 that was computed to have the hash of one of client 1, by the hash that was before.
my $field = sub { my ($value) = @_; return "'[{\"field_name\": \"Industry\", \"field_value\": \"$value\"}]'" };
is($node->safe_psql('postgres', "SELECT revyops.custom_field_hashes(1, " . $field->('SaaS') . ") && revyops.custom_field_hashes(2, " . $field->('WSe|?!s1_4Mk;MKwrIlwn8RX') . ')'), 'f', 'a value with the hash of another client\'s');
is($node->safe_psql('postgres', <<'EOS'), 't', 'no two clients share a hash: it has the client\'s id');
SELECT bool_and((h >> 33) & 2147483647 = c) FROM unnest(ARRAY[1, 2, 77777, 2147483647]) AS c, generate_series(1, 1000) AS i,
	unnest(revyops.custom_field_hashes(c, jsonb_build_array(jsonb_build_object('field_name', 'F', 'field_value', i::text)))) AS h;
EOS

# ---------------------------------------------------------------- idempotency keys
# A key of client 2 that was computed to have the lock of a key of client 1, by the hash that was before.
is($node->safe_psql('postgres', <<'EOS'), '2', 'two clients\' keys have two locks');
BEGIN;
SET LOCAL revyops.client_id = 1;
DO $$ BEGIN PERFORM revyops_create_contact('{"email": "k@x.example"}', 'NESTED', 'order-1'); END $$;
SET LOCAL revyops.client_id = 2;
DO $$ BEGIN PERFORM revyops_create_contact('{"email": "k@x.example"}', 'NESTED', 'ky0d(Xb{5,j*lO_x!$TKRHo@'); END $$;
SELECT count(DISTINCT (objid, objsubid)) FROM pg_locks WHERE locktype = 'object' AND classid = 'revyops.idempotency_key'::regclass;
EOS
my @numbers;
for my $db ('one', 'two')
{
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	push @numbers, $node->safe_psql($db, <<'EOS');
CREATE EXTENSION revyops;
DO $$ BEGIN PERFORM revyops_create_client('One'); END $$;
SET revyops.client_id = 1;
BEGIN;
DO $$ BEGIN PERFORM revyops_create_contact('{"email": "k@x.example"}', 'NESTED', 'order-1'); END $$;
SELECT objid, objsubid FROM pg_locks WHERE locktype = 'object' AND classid = 'revyops.idempotency_key'::regclass;
EOS
}
isnt($numbers[0], $numbers[1], 'which a secret of the database decides');

done_testing();
