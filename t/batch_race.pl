# Clients create batches out of a few keys, in any order, and roll half of them
# back: each item ends with 201 or 409, and no key is there twice.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "log_error_verbosity = verbose\ndeadlock_timeout = 50ms");
$node->start;

# The outcomes are counted in sequences, which a rollback leaves alone.
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
DO $$ BEGIN
	PERFORM revyops_create_client('One');
END $$;
CREATE SEQUENCE n201;
CREATE SEQUENCE n409;
CREATE SEQUENCE n40p01;
-- emails and linkedin_urls are how many there are to choose from; 0 is none
CREATE FUNCTION batch(size int, emails int, linkedin_urls int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
		'email', CASE WHEN emails > 0 AND (linkedin_urls = 0 OR random() < 0.8) THEN floor(random() * emails) || '@acme.com' END,
		'linkedin_url', CASE WHEN linkedin_urls > 0 THEN 'in/' || floor(random() * linkedin_urls) END)))
	FROM generate_series(1, size) $$;
-- count_outcomes makes a batch; whatever ends it but a deadlock ends pgbench.
CREATE FUNCTION count_outcomes(items jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT status, errors FROM revyops_create_contacts(items) LOOP
		PERFORM nextval('n' || r.status);
		ASSERT r.status = 201 OR r.errors->0 ? 'existing_id', r.errors;
	END LOOP;
END
$$;
CREATE FUNCTION count_deadlocks(items jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM count_outcomes(items);
EXCEPTION WHEN deadlock_detected THEN
	PERFORM nextval('n40p01');
END
$$;
EOS

# script is a file of pgbench: a transaction around a call.
sub script
{
	my ($call, $end) = @_;
	return "SET revyops.client_id = 1;\nBEGIN;\nSELECT $call;\n$end;\n";
}

sub counts
{
	my ($created, $taken) = split /\|/, $node->safe_psql('postgres', 'SELECT n201.last_value, n409.last_value FROM n201, n409');
	cmp_ok($created, '>', 100, "$_[0], 201: $created");
	cmp_ok($taken, '>', 100, "$_[0], 409: $taken");
	is($node->safe_psql('postgres', 'SELECT count(email) - count(DISTINCT email), count(linkedin_url) - count(DISTINCT linkedin_url) FROM revyops.contact'), '0|0', "$_[0]: no key twice");
	$node->safe_psql('postgres', "SELECT setval('n201', 1), setval('n409', 1); DELETE FROM revyops.contact");
}

# One kind of key: whoever waits for whom, it is in one order.
for my $kind ([ 'e-mails', 400, 0 ], [ 'LinkedIn URLs', 0, 400 ])
{
	my ($name, @keys) = @$kind;
	my $call = sprintf 'count_outcomes(batch(20, %d, %d))', @keys;

	$node->pgbench('-n -c 6 -j 2 -t 60', 0, [qr/processed: 360\/360/], [qr/^$/], "$name: no error and no deadlock", {
		(lc $name) =~ tr/ /_/r . '_commit@1' => script($call, 'COMMIT'),
		(lc $name) =~ tr/ /_/r . '_roll_back@2' => script($call, 'ROLLBACK') });
	counts($name);
}
unlike(slurp_file($node->logfile), qr/40P01/, 'nor one in the log');

# Both kinds, and contacts that are deleted: e-mails and LinkedIn URLs have no common order.
$node->pgbench('-n -c 6 -j 2 -t 100', 0, [qr/processed: 600\/600/], [qr/^$/], 'both, crossed: no error but deadlocks', {
	'both_commit@2' => script('count_deadlocks(batch(10, 40, 40))', 'COMMIT'),
	'both_roll_back@2' => script('count_deadlocks(batch(10, 40, 40))', 'ROLLBACK'),
	'delete@2' => "DELETE FROM revyops.contact WHERE email LIKE floor(random() * 10) || '%';" });
counts('both, crossed');
note('deadlocks: ', $node->safe_psql('postgres', "SELECT last_value - (NOT is_called)::int FROM n40p01"));
unlike(slurp_file($node->logfile), qr/XX000|PANIC|TRAP|terminated by signal/, 'nothing else in the server\'s log');

done_testing();
