# How creates end, counted in shared memory: which count as what, for whom they are shown, at once, and until when.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'revyops'");
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two'), revyops_set_client_setting(1, 'on_do_not_contact', 'error');
CREATE ROLE tenant LOGIN;
CREATE ROLE watcher LOGIN BYPASSRLS;
GRANT USAGE ON SCHEMA revyops TO tenant, watcher;
GRANT SELECT ON revyops_stats, revyops.client, revyops.contact, revyops.company, revyops.email, revyops.api_key, revyops.import_job TO tenant, watcher;
GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO tenant;
ALTER ROLE tenant SET revyops.client_id = 2;
CREATE TABLE staged (email text);
INSERT INTO staged VALUES ('i1@acme.com'), ('i1@acme.com'), ('no address'), ('i2@acme.com');
EOS

my $columns = 'creates_done, creates_invalid, creates_company_not_found, creates_duplicate, creates_suppressed';

# counts CLIENT [ROLE]: its counts, as a role sees them
sub counts
{
	my ($client, $role) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "SELECT $columns FROM revyops_stats WHERE client_id = $client", extra_params => [ '-U', $role // $node->safe_psql('postgres', 'SELECT current_user') ]);
	return $rc == 0 ? $out : $err;
}

# calls CLIENT STATEMENT: as a client; its error is its own affair
sub calls
{
	my ($client, $statement) = @_;
	local $ENV{PGOPTIONS} = "-c client_min_messages=error";
	$node->psql('postgres', "SET revyops.client_id = $client; $statement");
}

is(counts(1), '0|0|0|0|0', 'nothing so far');
calls(1, q[SELECT revyops_create_contact('{"email": "a@acme.com"}')]);
is(counts(1), '1|0|0|0|0', 'a contact that is created');
calls(1, q[SELECT revyops_create_contact('{"email": "nobody"}')]);
is(counts(1), '1|1|0|0|0', 'a body with a fault');
calls(1, q[SELECT revyops_create_contact('{"email": "b@acme.com", "company_id": 77}')]);
is(counts(1), '1|1|1|0|0', 'a company that is not there');
calls(1, q[SELECT revyops_create_contact('{"email": "A@acme.com"}')]);
is(counts(1), '1|1|1|1|0', 'a duplicate');
calls(1, q[SELECT revyops_suppress('{"email": "never@acme.com", "reason": "manual"}')]);
calls(1, q[SELECT revyops_create_contact('{"email": "never@acme.com"}')]);
is(counts(1), '1|1|1|1|1', 'one that is not to be contacted');
is(counts(2), '0|0|0|0|0', 'another client\'s are its own');

calls(2, q[SELECT count(*) FROM revyops_create_contacts('[{"email": "a@acme.com"}, {"email": "x"}, {"email": "a@acme.com"}, {"email": "c@acme.com", "company_id": 77}]')]);
is(counts(2), '1|1|1|1|0', 'the items of a batch');
calls(2, q[SELECT count(*) FROM revyops_create_contacts('[{"email": "d@acme.com"}, {"email": "x"}]', mode => 'atomic')]);
is(counts(2), '1|2|1|1|0', 'of one that one fault undoes, the faults');
calls(2, q[SELECT count(*) FROM revyops_create_contacts('[{"email": "d@acme.com"}, {"email": "e@acme.com"}]', mode => 'atomic')]);
is(counts(2), '3|2|1|1|0', 'of one that is done, all');
calls(2, q[CALL revyops_import_contacts('staged')]);
is(counts(2), '5|3|1|2|0', 'the rows of an import');
calls(2, q[SELECT status FROM revyops_http.handle('POST', '/public/v2/contacts', '', '{}'::jsonb, '{"email": "a@acme.com"}')]);

my $before = counts(2);
calls(2, q[SELECT revyops_upsert_contact('{"email": "u@acme.com"}')]);
calls(2, q[SELECT count(*) FROM revyops_upsert_contacts('[{"email": "u2@acme.com"}, {"email": "x"}]')]);
calls(2, q[SELECT count(*) FROM revyops_check_contacts('[{"email": "u3@acme.com"}, {"email": "x"}]')]);
calls(2, q[SELECT revyops_create_company('{"domain": "acme.com"}')]);
calls(2, q[SELECT count(*) FROM revyops_create_companies('[{"domain": "acme.org"}, {"domain": "x"}]')]);
is(counts(2), $before, 'upserts, checks and companies are not counted');

# ---- who sees them
is(counts(2, 'tenant'), $before, 'a client sees its own');
is($node->safe_psql('postgres', 'SELECT o::text FROM revyops.create_outcomes(1) o', extra_params => [ '-U', 'tenant' ]), '(,,,,,)', 'and nobody else\'s');
is(counts(1, 'watcher'), '1|1|1|1|1', 'who sees all rows sees all counts');
my ($rc, $out, $err) = $node->psql('postgres', 'SELECT revyops_reset_stats()', extra_params => [ '-U', 'tenant' ]);
like($err, qr/permission denied for function revyops_reset_stats/, 'a client can\'t reset them');

# ---- transactions, and many at once
calls(1, q[BEGIN; SELECT revyops_create_contact('{"email": "gone@acme.com"}'); ROLLBACK]);
is(counts(1), '2|1|1|1|1', 'one that is rolled back counts all the same');
my $script = $node->basedir . '/create.pgbench';
append_to_file($script, "SELECT count(*) FROM revyops_create_contacts(jsonb_build_array('{\"email\": \"all\@acme.com\"}'::jsonb, '{\"email\": 1}'::jsonb));\n");
$node->safe_psql('postgres', "SELECT revyops_create_client('client ' || i) FROM generate_series(3, 10) i");
{
	local $ENV{PGOPTIONS} = '-c revyops.client_id=3';
	$node->command_ok([ 'pgbench', '-n', '-c', 8, '-j', 2, '-t', 100, '-f', $script, 'postgres' ], '800 calls of eight sessions');
}
is(counts(3), '1|800|0|799|0', 'none is lost');

# ---- until when
my $since = 'SELECT creates_since FROM revyops_stats WHERE client_id = 1';
my $first = $node->safe_psql('postgres', $since);
$node->safe_psql('postgres', 'SELECT revyops_reset_stats()');
is(counts(1) . ' ' . counts(3), '0|0|0|0|0 0|0|0|0|0', 'a reset begins anew');
is($node->safe_psql('postgres', "SELECT ($since) > '$first'"), 't', 'and says when');
calls(1, q[SELECT revyops_create_contact('{"email": "later@acme.com"}')]);
$node->restart;
is(counts(1), '0|0|0|0|0', 'a restart as well');

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
calls(1, q[SELECT revyops_create_contact('{"email": "unseen@acme.com"}')]);
is(counts(1), '||||', 'without shared_preload_libraries nothing is counted');
is($node->safe_psql('postgres', 'SELECT revyops_reset_stats()'), '', 'and nothing to reset');
done_testing();
