# CREATE EXTENSION: where it puts things, where it refuses, and that dropping
# it leaves nothing.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

# fails gives what a statement is refused with.
sub fails
{
	my ($db, $statement, @options) = @_;
	my ($rc, $out, $err) = $node->psql($db, $statement, on_error_stop => 1, @options);
	isnt($rc, 0, "refused: $statement");
	return $err;
}

# ---- another encoding
$node->safe_psql('postgres', "CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
my $err = fails('latin1', 'CREATE EXTENSION revyops');
like($err, qr/ERROR:  revyops needs a database with encoding UTF8\nDETAIL:  The encoding of this database is LATIN1\./, 'a clear message');
is($node->safe_psql('latin1', "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^revyops'"), '0', 'and nothing left');

# ---- the default schema
$node->safe_psql('postgres', 'CREATE DATABASE plain');
my $stdout = $node->safe_psql('plain', "LISTEN pgrst;\nCREATE EXTENSION revyops;\n");
unlike($stdout, qr/Asynchronous notification/, 'nobody is notified: roles.sql tells PostgREST to read the schema again');

my $functions = "SELECT string_agg(DISTINCT nspname, ' ') FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE proname LIKE 'revyops\\_%'";
my $tables = "SELECT string_agg(DISTINCT nspname, ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname IN ('client', 'api_key', 'company', 'contact')";
is($node->safe_psql('plain', $functions), 'public', 'functions in the first schema of the search path');
is($node->safe_psql('plain', $tables), 'revyops', 'tables in revyops');
like(fails('plain', 'ALTER EXTENSION revyops SET SCHEMA pg_temp'), qr/does not support SET SCHEMA/, 'it does not move');
like(fails('plain', 'CREATE EXTENSION revyops'), qr/already exists/, 'it does not come twice');

# ---- a schema of its own
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE SCHEMA api; CREATE EXTENSION revyops SCHEMA api');
is($node->safe_psql('other', $functions), 'api', 'functions in the schema that was named');
is($node->safe_psql('other', $tables), 'revyops', 'tables in revyops all the same');
is($node->safe_psql('other', "SELECT string_agg(concat_ws(' ', kind, name), ', ') FROM (
		SELECT relkind::text AS kind, relname AS name FROM pg_class WHERE relnamespace = 'api'::regnamespace
		UNION ALL SELECT 'type', typname FROM pg_type WHERE typnamespace = 'api'::regnamespace AND typrelid = 0 AND typelem = 0) x"),
	'v revyops_stats', 'the API schema holds the API and nothing else');
is($node->safe_psql('other', <<'EOS'), "1\n1\nacme.com\njane\@acme.com", 'a user\'s first minutes');
SELECT api.revyops_create_client('One');
SET revyops.client_id = 1;
SHOW revyops.client_id;
SELECT api.revyops_create_company('{"domain": "acme.com"}')->>'domain';
SELECT api.revyops_create_contact('{"email": "jane@acme.com", "company_id": "acme.com"}', 'FLAT')->>'email';
EOS

# ---- a schema where the user has functions, and somebody an operator that fits better
$node->safe_psql('postgres', 'CREATE DATABASE shared');
$node->safe_psql('shared', <<'EOS');
CREATE SCHEMA api;
CREATE FUNCTION api.revyops_create_client(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION api.trap(oid, regclass) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'planted operator was called'; END $$;
CREATE OPERATOR api.= (LEFTARG = oid, RIGHTARG = regclass, FUNCTION = api.trap);
CREATE EXTENSION revyops SCHEMA api;
EOS
is($node->safe_psql('shared', <<'EOS'), <<'EOS' =~ s/\n$//r, 'of the functions there PUBLIC may call the user\'s, and the pure ones');
SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE') ORDER BY proname
EOS
api.revyops_create_client(integer)
api.revyops_normalize_domain(text)
api.revyops_normalize_email(text)
api.revyops_normalize_linkedin_url(text)
api.trap(oid,regclass)
EOS

# ---- away with it
$node->safe_psql('other', 'TRUNCATE revyops.client CASCADE; DROP EXTENSION revyops; DROP SCHEMA api');
is($node->safe_psql('other', "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname !~ '^(pg_|information_schema)'"),
	'0', 'DROP EXTENSION leaves no relation');
is($node->safe_psql('other', "SELECT count(*) FROM pg_namespace WHERE nspname ~ 'revyops'"), '0', 'and no schema');
is($node->safe_psql('other', "CREATE EXTENSION revyops; SELECT revyops_create_client('Again')"), '1', 'and it can come again');

# ---- who may
$node->safe_psql('postgres', 'CREATE DATABASE denied; CREATE ROLE plain LOGIN; GRANT CREATE ON DATABASE denied TO plain');
like(fails('denied', 'CREATE EXTENSION revyops', extra_params => [ '-U', 'plain' ]), qr/permission denied to create extension "revyops"/, 'a plain role may not create it');

# ---- the script on its own
my ($share) = run_command([ 'pg_config', '--sharedir' ]);
my $destdir = $node->safe_psql('postgres', "SELECT coalesce(current_setting('extension_destdir', true), current_setting('extension_control_path', true), '')") =~ s/\Q$share\E:.*|^\$system$//r;
my ($rc, $out, $msg) = $node->psql('denied', "\\i $destdir$share/extension/revyops--1.0.sql");
is($out, 'Use "CREATE EXTENSION revyops" to load this file.', 'the script refuses psql');

done_testing();
