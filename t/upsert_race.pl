# A hundred sessions upsert at once: one e-mail makes one contact and no error;
# the same person by e-mail, by LinkedIn URL and by both ends in one contact, or in
# two and 409 for who names both.  Then batches and singles over the same keys.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "max_connections = 120\nlog_error_verbosity = verbose");
$node->start;

# The outcomes are counted in sequences, which a rollback leaves alone.
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
CREATE SEQUENCE n200;
CREATE SEQUENCE n201;
CREATE SEQUENCE n409;
CREATE FUNCTION upsert(body jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM nextval(CASE WHEN (revyops_upsert_contact(body)->>'created')::boolean THEN 'n201' ELSE 'n200' END);
EXCEPTION WHEN SQLSTATE 'PT409' THEN
	PERFORM nextval('n409');
END
$$;
CREATE FUNCTION upsert_batch(bodies jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT nextval('n' || status) FROM revyops_upsert_contacts(bodies) $$;
CREATE FUNCTION body(e int, l int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('email', nullif(e, 0) || '@acme.com', 'linkedin_url', 'in/' || nullif(l, 0), 'last_name', random()::text,
		'contact_custom_fields', jsonb_build_array(jsonb_build_object('field_name', 'f' || ceil(random() * 20), 'field_value', random()::text)))) $$;
CREATE PROCEDURE forget() LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE revyops.contact CASCADE;
	PERFORM setval('n200', 1, false), setval('n201', 1, false), setval('n409', 1, false);
END
$$;
EOS
my $set = "SET revyops.client_id = 1;\n";

# counts: how many 200, 201 and 409 there were
sub counts
{
	return map { $_ - 1 } split /\|/, $node->safe_psql('postgres', "SELECT nextval('n200'), nextval('n201'), nextval('n409')");
}

$node->pgbench('-n -c 100 -j 2 -t 1', 0, [qr/processed: 100\/100/], [qr/^$/], 'a hundred sessions, one e-mail: no error', { one_e_mail => "${set}SELECT upsert(body(1, 0));\n" });
is(join(' ', counts()), '99 1 0', 'one has created it, the others changed it');
is($node->safe_psql('postgres', 'SELECT count(*) FROM revyops.contact'), '1', 'one contact');

$node->safe_psql('postgres', 'CALL forget()');
$node->pgbench('-n -c 100 -j 2 -t 1', 0, [qr/processed: 100\/100/], [qr/^$/], 'a hundred batches, one e-mail: no error', { one_e_mail_in_batches => "${set}SELECT upsert_batch(jsonb_build_array(body(1, 0), body(1, 0)));\n" });
is(join(' ', counts()), '199 1 0', 'one has created it, the others changed it');

$node->safe_psql('postgres', 'CALL forget()');
$node->pgbench('-n -c 100 -j 2 -t 5', 0, [qr/processed: 500\/500/], [qr/^$/], 'e-mail, LinkedIn URL, both: no error but 409', {
	'by_email@1' => "${set}SELECT upsert(body(1, 0));\n", 'by_url@1' => "${set}SELECT upsert(body(0, 1));\n", 'by_both@1' => "${set}SELECT upsert(body(1, 1));\n" });
my ($changed, $created, $taken) = counts();
is($changed + $created + $taken, 500, "all answered: $changed changed, $created created, $taken 409");
is($node->safe_psql('postgres', 'SELECT count(*) FROM revyops.contact'), $created, 'as many contacts as were created');
ok($created == 1 ? $taken == 0 : $created == 2, 'one contact and no 409, or two');

unlike(slurp_file($node->logfile), qr/deadlock/, 'no deadlock so far');

# Many keys, upserts that move them about, as the client wants, and deletions.  Two that give their contacts each other's
# keys wait for each other, as two UPDATEs do: that is a deadlock, once in some ten thousand.
$node->safe_psql('postgres', 'CALL forget()');
$node->safe_psql('postgres', <<'EOS');
SELECT revyops_set_client_setting(1, 'on_key_conflict', 'update');
CREATE FUNCTION move(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
EXCEPTION WHEN deadlock_detected THEN
	NULL;
END
$$;
EOS
$node->pgbench('-n -c 8 -j 2 -t 800', 0, [qr/processed: 6400\/6400/], [qr/^$/], 'keys that move: no error but 409 and 40P01', {
	'move@6' => "${set}\\set e random(0, 5)\n\\set l random(1, 5)\nSELECT move(format('SELECT upsert(body(%s, %s))', :e, :l));\n",
	'single@2' => "${set}\\set e random(1, 5)\nSELECT move(format('SELECT upsert(body(%s, 0))', :e));\n",
	'batch@1' => "${set}\\set e random(1, 5)\nSELECT move(format('SELECT upsert_batch(jsonb_build_array(body(%s, 0)))', :e));\n",
	'delete@1' => "\\set e random(1, 5)\nSELECT move(format('DELETE FROM revyops.contact WHERE email = %L', :e || '\@acme.com'));\n" });
($changed, $created, $taken) = counts();
cmp_ok($_->[1], '>', 100, "$_->[0]: $_->[1]") for [ 200 => $changed ], [ 201 => $created ], [ 409 => $taken ];
is($node->safe_psql('postgres', 'SELECT count(*) - count(DISTINCT (coalesce(email, linkedin_url))) FROM revyops.contact'), '0', 'no key twice');
unlike(slurp_file($node->logfile), qr/XX000|PANIC|TRAP|terminated by signal/, 'nothing else in the server\'s log');

done_testing();
