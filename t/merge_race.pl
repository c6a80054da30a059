# Eight clients merge a dozen contacts in all directions, change, delete and erase
# them, and make them anew: nobody deadlocks, only 301, 404 and 409 come of it.
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
SELECT revyops_create_client('One');
CREATE SEQUENCE merged;
CREATE SEQUENCE n301;
CREATE SEQUENCE n404;
CREATE SEQUENCE n409;
CREATE FUNCTION try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE call INTO answer;
	RETURN answer;
EXCEPTION WHEN SQLSTATE 'PT409' OR SQLSTATE 'PT404' OR SQLSTATE 'PT301' THEN
	PERFORM nextval('n' || right(SQLSTATE, 3));
	RETURN NULL;
END
$$;
CREATE FUNCTION id_of(e int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT id FROM revyops.contact WHERE email = e || '@acme.com'), 0) $$;
CREATE FUNCTION make(e int) RETURNS text LANGUAGE sql AS $$
	SELECT try(format('SELECT revyops_create_contact(%L)', jsonb_build_object('email', e || '@acme.com', 'linkedin_url', 'in/' || e,
		'contact_custom_fields_input', jsonb_build_array(jsonb_build_object('field_name', 'f' || e, 'field_value', e))))) $$;
CREATE FUNCTION merge(e int, f int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	keep bigint := id_of(e);
	other bigint := id_of(f);
BEGIN
	IF keep <> other AND try(format('SELECT revyops_merge_contacts(%s, %s)', keep, other)) IS NOT NULL THEN
		PERFORM nextval('merged');
	END IF;
END
$$;
EOS
my $start = "SET revyops.client_id = 1;\n\\set e random(1, 12)\n\\set f random(1, 12)\n";
$node->pgbench('-n -c 8 -j 2 -t 1000', 0, [qr/processed: 8000\/8000/], [qr/^$/], 'no error but 301, 404 and 409', {
	'make@4' => "${start}SELECT make(:e);\n",
	'merge@6' => "${start}SELECT merge(:e, :f);\n",
	'change@2' => "${start}SELECT try(format('SELECT revyops_update_contact(%s, %L)', id_of(:e), jsonb_build_object('email', :f || '\@acme.com')));\n",
	'delete@1' => "${start}SELECT try(format('SELECT revyops_delete_contact(%s)', id_of(:e)));\n",
	'erase@1' => "${start}SELECT try(format('SELECT revyops_erase_contact(%s)', id_of(:e)));\n",
	'get@2' => "${start}SELECT try(format('SELECT revyops_export_contact(%s)', id_of(:e)));\n" });
cmp_ok($node->safe_psql('postgres', 'SELECT last_value FROM merged'), '>', 100, 'merges among them');
is($node->safe_psql('postgres', 'SELECT count(*) FROM revyops.merged_contact WHERE id IN (SELECT id FROM revyops.contact) OR kept_id NOT IN (SELECT id FROM revyops.contact)'), '0', 'old ids lead to contacts, and are none');
is($node->safe_psql('postgres', "SELECT count(*) FROM revyops.contact c WHERE (SELECT count(DISTINCT f->>'field_name') <> count(*) FROM jsonb_array_elements(custom_fields) f)"), '0', 'no name of a custom field twice');

# contacts get the company of what is merged into them, while it is deleted
$node->safe_psql('postgres', <<'EOS');
CREATE FUNCTION make_two(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	body jsonb := jsonb_build_object('email', n || '@beta.com');
BEGIN
	PERFORM try(format('SELECT revyops_create_contact(%L)', jsonb_build_object('linkedin_url', 'in/beta' || n)));
	RETURN try(format('SELECT revyops_create_contact(%L)', body || '{"company_id": "beta.com"}'));
END
$$;
EOS
my $own = "SET revyops.client_id = 1;\n\\set n :client_id + 10\n";
$node->pgbench('-n -c 8 -j 2 -t 600', 0, [qr/processed: 4800\/4800/], [qr/^$/], 'a company that goes: no error but 404 and 409', {
	'merge_with_company@4' => "${own}SELECT make_two(:n);\nSELECT try(format('SELECT revyops_merge_contacts(%s, %s)', (SELECT id FROM revyops.contact WHERE linkedin_url = 'https://www.linkedin.com/in/beta' || :n), coalesce((SELECT id FROM revyops.contact WHERE email = :n || '\@beta.com'), 0)));\n"
	  . "SELECT try(format('SELECT revyops_delete_contact(%s)', (SELECT id FROM revyops.contact WHERE linkedin_url = 'https://www.linkedin.com/in/beta' || :n)));\n",
	'come@2' => "${own}SELECT try('SELECT revyops_create_company(jsonb_build_object(''domain'', ''beta.com''))');\n",
	'go@2' => "${own}SELECT try(format('SELECT revyops_delete_company(%s)', coalesce((SELECT max(id) FROM revyops.company), 0)));\n" });
unlike(slurp_file($node->logfile), qr/deadlock|XX000|PANIC|TRAP|terminated by signal/, 'nothing else in the server\'s log');

done_testing();
