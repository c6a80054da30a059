# Eight clients create contacts out of five e-mails and five LinkedIn URLs, roll
# half of them back and delete others: only 201 and 409 may come of it.  The same
# where contacts, and companies, take each other's keys.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');	# SQLSTATEs
$node->start;

# The outcomes are counted in sequences, which a rollback leaves alone.
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
DO $$ BEGIN
	PERFORM revyops_create_client('One');
	PERFORM set_config('revyops.client_id', '1', true);
	PERFORM revyops_create_company('{"domain": "acme.com"}');
END $$;
CREATE SEQUENCE n201;
CREATE SEQUENCE n404;
CREATE SEQUENCE n409;
CREATE FUNCTION try(call text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE call;
	PERFORM nextval('n201');
EXCEPTION WHEN SQLSTATE 'PT409' OR SQLSTATE 'PT404' THEN
	PERFORM nextval('n' || right(SQLSTATE, 3));
END
$$;
CREATE FUNCTION try_contact(e int, l int) RETURNS void LANGUAGE sql AS $$
	SELECT try(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', e || '@acme.com', 'linkedin_url', 'in/' || l))) $$;
CREATE FUNCTION try_with_company(e int) RETURNS void LANGUAGE sql AS $$
	SELECT try(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', e || '@beta.com', 'company_id', 'www.beta.com'))) $$;
-- What a caller with rights on the tables might do.  One at a time: two of them
-- would block each other without any help of ours.
CREATE FUNCTION drop_company() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(1);
	DELETE FROM revyops.contact WHERE company_id IS NOT NULL;
	DELETE FROM revyops.company WHERE domain = 'beta.com';
EXCEPTION WHEN foreign_key_violation THEN NULL;
END
$$;
EOS

# One call a transaction; the ones that hold their locks for a while roll back or commit.
my %scripts = (
	'create@4' => 'SELECT try_contact(:e, :l);',
	'hold and commit@1' => "BEGIN;\nSELECT try_contact(:e, :l);\nSELECT 1;\nCOMMIT;",
	'hold and roll back@2' => "BEGIN;\nSELECT try_contact(:e, :l);\nSELECT 1;\nROLLBACK;",
	'delete@3' => "DELETE FROM revyops.contact WHERE email = :e || '\@acme.com';");
my %files = map {
	(my $name = $_) =~ s/ /_/g;
	($name => "SET revyops.client_id = 1;\n\\set e random(1, 5)\n\\set l random(1, 5)\n$scripts{$_}\n") } keys %scripts;

$node->pgbench('-n -c 8 -j 2 -t 1500', 0, [qr/processed: 12000\/12000/], [qr/^$/], 'crossed keys: no error but 409', \%files);
my ($created, $taken) = split /\|/, $node->safe_psql('postgres', 'SELECT n201.last_value, n409.last_value FROM n201, n409');
cmp_ok($created, '>', 100, "201: $created");
cmp_ok($taken, '>', 100, "409: $taken");
is($node->safe_psql('postgres', 'SELECT count(*) - count(DISTINCT email), count(*) - count(DISTINCT linkedin_url) FROM revyops.contact'), '0|0', 'no key twice');

# a company that comes and goes while contacts are made with it
$node->pgbench('-n -c 8 -j 2 -t 1000', 0, [qr/processed: 8000\/8000/], [qr/^$/], 'a company that comes and goes: no error but 404 and 409', {
	'make_with_company@4' => "SET revyops.client_id = 1;\n\\set e random(1, 100000000)\nSELECT try_with_company(:e);\n",
	'come@2' => "SET revyops.client_id = 1;\nSELECT try('SELECT revyops_create_company(jsonb_build_object(''domain'', ''beta.com''))');\n",
	'go@2' => "SELECT drop_company();\n" });
cmp_ok($node->safe_psql('postgres', 'SELECT last_value FROM n404'), '>', 10, '404 among them');

# four of a kind, six keys
$node->safe_psql('postgres', <<'EOS');
SET revyops.client_id = 1;
SELECT revyops_set_client_setting(1, 'on_key_conflict', 'update');
CREATE FUNCTION contact_of(n int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT id FROM revyops.contact WHERE email = n || '@swap.com'), 0) $$;
CREATE FUNCTION company_of(n int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT id FROM revyops.company WHERE domain = 'swap' || n || '.com'), 0) $$;
SELECT revyops_create_contact(jsonb_build_object('email', n || '@swap.com')), revyops_create_contact(jsonb_build_object('email', n || '@upsert.com')),
	revyops_create_company(jsonb_build_object('domain', 'swap' || n || '.com')) FROM generate_series(1, 4) n;
EOS
my %swaps = (
	'contacts' => "format('SELECT revyops_update_contact(%s, %L)', contact_of(:n), jsonb_build_object('email', :other || '\@swap.com'))",
	'companies' => "format('SELECT revyops_update_company(%s, %L)', company_of(:n), jsonb_build_object('domain', 'swap' || :other || '.com'))",
	'contacts, by upsert' => "format('SELECT revyops_upsert_contact(%L)', jsonb_build_object('email', :n || '\@upsert.com', 'linkedin_url', 'in/swap' || :other))",
	'contacts, by upsert of two' => "format('SELECT revyops_upsert_contacts(%L)', jsonb_build_array("
	  . "jsonb_build_object('email', :n || '\@upsert.com', 'linkedin_url', 'in/swap' || :other), jsonb_build_object('email', :other || '\@upsert.com', 'linkedin_url', 'in/swap' || :n)))");
foreach my $what (sort keys %swaps)
{
	(my $name = $what) =~ s/\W+/_/g;
	$node->safe_psql('postgres', "SELECT setval('n201', 1), setval('n409', 1)");
	$node->pgbench('-n -c 8 -j 2 -t 500', 0, [qr/processed: 4000\/4000/], [qr/^$/], "$what take each other's keys: no error but 404 and 409",
		{ "swap_$name" => "SET revyops.client_id = 1;\n\\set n random(1, 6)\n\\set other random(1, 6)\nSELECT try($swaps{$what});\n" });
	my ($done, $taken) = split /\|/, $node->safe_psql('postgres', 'SELECT n201.last_value, n409.last_value FROM n201, n409');
	cmp_ok($done, '>', 100, "done: $done");
	cmp_ok($taken, '>', 100, "409: $taken") unless $what =~ /of two/;	# told by item
}
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) - count(DISTINCT email) FROM revyops.contact WHERE email IS NOT NULL), (SELECT count(*) - count(DISTINCT linkedin_url) FROM revyops.contact WHERE linkedin_url IS NOT NULL), (SELECT count(*) - count(DISTINCT domain) FROM revyops.company)'), '0|0|0', 'no key twice');
unlike(slurp_file($node->logfile), qr/deadlock|XX000|PANIC|TRAP|terminated by signal/, 'nothing else in the server\'s log');

done_testing();
