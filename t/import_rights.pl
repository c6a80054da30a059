# revyops_import_contacts reads with the caller's rights and writes with the
# owner's: neither lends the other anything.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');	# SQLSTATEs
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
SET revyops.client_id = 2;
SELECT revyops_create_contact('{"email": "taken@acme.com"}');
CREATE ROLE app LOGIN;
ALTER ROLE app SET revyops.client_id = 2;
GRANT EXECUTE ON PROCEDURE revyops_import_contacts TO app;
GRANT EXECUTE ON FUNCTION revyops_import_status TO app;
CREATE SCHEMA app AUTHORIZATION app;
CREATE TABLE secret AS SELECT 'secret@acme.com' AS email;
CREATE TABLE open AS SELECT 'open@acme.com' AS email;
GRANT SELECT ON open TO app;
CREATE TABLE some_columns AS SELECT 'some@acme.com' AS email, 1 AS hidden;
GRANT SELECT (email) ON some_columns TO app;
CREATE TABLE rows_of AS SELECT * FROM (VALUES ('mine@acme.com', 'app'), ('yours@acme.com', 'postgres')) v(email, owner);
GRANT SELECT ON rows_of TO app;
ALTER TABLE rows_of ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON rows_of USING (owner = current_user);
EOS

# says runs statements in a session and returns what comes back, errors as SQLSTATE and message; rates left out.
sub says
{
	my ($session, $statements) = @_;
	$session->{stderr} = '';
	my $out = $session->query($statements);
	my @told = grep { $_ ne 'columns' } $session->{stderr} =~ /(?:ERROR|FATAL|NOTICE): +(?:00000: import \d+: )?(.*)/g;
	return join("\n", grep { $_ ne '' } $out, @told) =~ s/[\d,]+ rows\/s/N rows\/s/gr;
}

sub session
{
	my ($user) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', $user ]);
	says($session, "\\set VERBOSITY verbose\nSET search_path = app, public");
	return $session;
}

# jobs are the imports so far: client, source, rows seen and created.
sub jobs
{
	return $node->safe_psql('postgres', 'SELECT client_id, source, rows_seen, created, finished IS NOT NULL FROM revyops.import_job ORDER BY id');
}

sub emails
{
	return $node->safe_psql('postgres', "SELECT string_agg(client_id || ' ' || email, ', ' ORDER BY id) FROM revyops.contact WHERE email <> 'taken\@acme.com'") =~ s/\@acme\.com//gr;
}

my $app = session('app');
my $one = '1 rows: 1 created, 0 duplicates, 0 failed; N rows/s';

# ---- what a plain role may read
is(says($app, "CALL revyops_import_contacts('secret')"), '42501: permission denied for table secret', 'a table without SELECT');
is(says($app, "CALL revyops_import_contacts('some_columns')"), '42501: permission denied for table some_columns', 'a table with SELECT on some columns');
is(says($app, "CALL revyops_import_contacts('revyops.contact')"), '42501: permission denied for schema revyops', 'the contacts of all');
is(says($app, "CALL revyops_import_contacts('revyops.contact'::regclass::oid)") =~ s/ at character.*//r, '42501: permission denied for schema revyops', 'the contacts of all, by cast');
is(says($app, 'CALL revyops_import_contacts(' . $node->safe_psql('postgres', "SELECT 'revyops.contact'::regclass::oid") . ')'), '42501: permission denied for schema revyops', 'the contacts of all, by oid');
is(says($app, "CREATE VIEW app.through AS SELECT * FROM public.secret; CALL revyops_import_contacts('through')"), '42501: permission denied for table secret', 'a view of the caller on it');
is(jobs(), '', 'no job was begun');
is(says($app, "CALL revyops_import_contacts('open', origin => 'app')"), $one, 'a table with SELECT');
is(says($app, "CREATE VIEW app.part AS SELECT email FROM public.some_columns; CALL revyops_import_contacts('part')"), $one, 'a view on what may be read');
is(says($app, "CALL revyops_import_contacts('rows_of')"), $one, 'row-level security: the rows of the caller');
is(emails(), '2 open, 2 some, 2 mine', 'all of it is the client\'s that the role is bound to');
is(jobs(), "2|public.open|1|1|t\n2|app.part|1|1|t\n2|public.rows_of|1|1|t", 'and so are the jobs');
like(says($app, 'SELECT revyops_import_status()'), qr/^import \d+ of public\.rows_of \[#{20}\] 100 %, $one; finished$/, 'the status is the client\'s');

# ---- what a plain role may not call
is(says($app, "SELECT revyops.import_$_(NULL)"), '42501: permission denied for schema revyops', "import_$_ is not for callers") for qw(begin write note);
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA revyops TO app');
# 15.18 finds the function first
like(says($app, "SELECT revyops.import_$_(NULL)"), qr/^(42883: function revyops\.import_$_\(unknown\) does not exist|0A000: cannot accept a value of type internal)$/, "import_$_: SQL has no value for its argument") for qw(begin write note);
is(says($app, 'SELECT count(*) FROM pg_proc WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = \'revyops\') AND proname ~ \'^import_(begin|write|note)$\' AND has_function_privilege(oid, \'EXECUTE\')'), '0', 'and none of them may be called');
is(says($app, "SELECT * FROM revyops.$_"), "42501: permission denied for table $_", "$_ is not readable") for qw(import_job import_reject);
is(says($app, "CALL revyops_import_contacts('revyops.contact')"), '42501: permission denied for table contact', 'nor are the contacts a source');
$node->safe_psql('postgres', 'REVOKE USAGE ON SCHEMA revyops FROM app; CREATE ROLE nobody LOGIN; ALTER ROLE nobody SET revyops.client_id = 2');
my $nobody = session('nobody');
is(says($nobody, "CALL revyops_import_contacts('open')"), '42501: permission denied for procedure revyops_import_contacts', 'a role without EXECUTE');
is(says($nobody, 'SELECT revyops_import_status()'), '42501: permission denied for function revyops_import_status', 'nor the status');
$nobody->quit;

# ---- code of the caller runs as the caller, wherever it stands
is(says($app, <<'EOS'), '', 'a view with functions of the caller');
CREATE TABLE app.seen (who name, session name, path text);
CREATE FUNCTION app.look(x text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	INSERT INTO app.seen VALUES (current_user, session_user, current_setting('search_path'));
	BEGIN
		PERFORM count(*) FROM revyops.contact;
		INSERT INTO app.seen VALUES ('broke in', session_user, '');
	EXCEPTION WHEN insufficient_privilege THEN NULL;
	END;
	RETURN x;
END $$;
CREATE VIEW app.hostile AS SELECT app.look(CASE WHEN i % 2 = 0 THEN 'nope' ELSE 'hostile' || i || '@acme.com' END) AS email, app.look('x') AS "A" FROM generate_series(1, 6) i;
CREATE DOMAIN app.watched AS text CHECK (app.look(VALUE) IS NOT NULL);
CREATE TYPE app.pair AS (a app.watched, b app.watched[]);
CREATE TABLE app.typed AS SELECT 'typed' || i || '@acme.com' AS email, ('a', ARRAY['b'])::app.pair AS pair, 'w'::app.watched AS watched FROM generate_series(1, 2) i UNION ALL SELECT 'nope', ('a', ARRAY['b'])::app.pair, 'w'::app.watched;
CREATE FUNCTION app.eq(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM app.look(''=''); RETURN $1 LIKE $2; END';
CREATE OPERATOR app.= (LEFTARG = text, RIGHTARG = text, FUNCTION = app.eq);
CREATE FUNCTION app.cat(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN app.look(concat($1, $2)); END';
CREATE OPERATOR app.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = app.cat);
CREATE FUNCTION app.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN PERFORM app.look(''clock''); RETURN now(); END';
CREATE FUNCTION app.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS 'BEGIN PERFORM app.look(''unnest''); END';
CREATE TEMP TABLE import_job (LIKE app.seen);
CREATE TEMP TABLE contact (LIKE app.seen);
CREATE TEMP TABLE pg_locks (LIKE app.seen);
DELETE FROM app.seen;
EOS
says($app, 'SET search_path = app, pg_temp, public, pg_catalog');
is(says($app, "CALL revyops_import_contacts('hostile', 2)"), join("\n", (map { "$_ of about 6 rows: @{[ $_ / 2 ]} created, 0 duplicates, @{[ $_ / 2 ]} failed; N rows/s" } 2, 4, 6), '6 rows: 3 created, 0 duplicates, 3 failed; N rows/s'), 'a view with functions of the caller: imported');
is(says($app, 'SELECT who, session, path, count(*) FROM app.seen GROUP BY 1, 2, 3'), 'app|app|app, pg_temp, public, pg_catalog|12', 'and each call of them was the caller\'s, with his search_path');
says($app, 'ANALYZE app.typed; DELETE FROM app.seen');
is(says($app, "CALL revyops_import_contacts('typed', 2)"), "2 of about 3 rows: 2 created, 0 duplicates, 0 failed; N rows/s\n3 rows: 2 created, 0 duplicates, 1 failed; N rows/s", 'types of the caller: imported');
is(says($app, 'SELECT DISTINCT who FROM app.seen'), '', 'types of the caller: nothing of them ran as another');
is($node->safe_psql('postgres', "SELECT source_row, status FROM revyops.import_reject ORDER BY job DESC LIMIT 1"), '{"pair": "(a,{b})", "email": "nope", "watched": "w"}|400', 'types of the caller: shown');
is($node->safe_psql('postgres', 'SELECT count(*) FROM revyops.contact WHERE client_id <> 2'), '0', 'nothing came to another client');

# a view may change the caller's settings, not who he is
is(says($app, "CREATE VIEW app.turns AS SELECT set_config('revyops.client_id', '1', false) || '\@acme.com' AS email; CALL revyops_import_contacts('turns')"), '42501: permission denied to set parameter "revyops.client_id"', 'a view that would be another client');
is(says($app, "CREATE FUNCTION app.up() RETURNS text LANGUAGE plpgsql AS 'BEGIN SET ROLE pg_execute_server_program; RETURN current_user; END'; CREATE VIEW app.rises AS SELECT app.up() AS email; CALL revyops_import_contacts('rises')") =~ s/\n.*//sr, '42501: permission denied to set role "pg_execute_server_program"', 'a view that would be another role');
is(says($app, "SELECT current_user, session_user, current_setting('search_path'), current_setting('enable_seqscan')"), 'app|app|app, pg_temp, public, pg_catalog|on', 'the session is as it was');

# an owner's view called by the caller: its tables with the owner's rights, its functions with the caller's
$node->safe_psql('postgres', "CREATE VIEW lent AS SELECT email, current_user::text AS who FROM secret; GRANT SELECT ON lent TO app");
is(says($app, "CALL revyops_import_contacts('public.lent')"), $one, 'a view of somebody else');
is($node->safe_psql('postgres', "SELECT custom_fields->0->>'field_value' FROM revyops.contact WHERE email = 'secret\@acme.com'"), 'app', 'read as the caller');

# ---- files: a large object is read with the caller's rights, at each piece
$node->safe_psql('postgres', <<'EOS');
CREATE ROLE filer LOGIN;
ALTER ROLE filer SET revyops.client_id = 2;
GRANT EXECUTE ON PROCEDURE revyops_import_file TO filer;
SELECT lo_from_bytea(70001, convert_to(E'Email,First Name\nowned@acme.com,Owned\n', 'UTF8'));
SELECT lo_from_bytea(70002, convert_to('Email,Notes' || E'\n' || (SELECT string_agg(format(E'f%s@acme.com,%s\n', i, repeat('x', 200)), '') FROM generate_series(1, 2000) i), 'UTF8'));
EOS
my $filer = session('filer');
is(says($filer, 'CALL revyops_import_file(70001)'), '42501: permission denied for large object 70001', 'somebody else\'s large object');
is(says($filer, 'CALL revyops_import_company_file(70001)'), '42501: permission denied for procedure revyops_import_company_file', 'a procedure without EXECUTE');
is(says($filer, "SELECT revyops_import_csv('Email')"), '42501: permission denied for function revyops_import_csv', 'a function without EXECUTE');
is(says($filer, "SELECT lo_from_bytea(70003, convert_to(E'Email,First Name\nmine1\@acme.com,Mine\n', 'UTF8')); CALL revyops_import_file(70003)"), "70003\n$one", 'the caller\'s own');
$node->safe_psql('postgres', 'GRANT UPDATE ON LARGE OBJECT 70001 TO filer');
is(says($filer, 'CALL revyops_import_file(70001)'), '42501: permission denied for large object 70001', 'UPDATE is no SELECT');
$node->safe_psql('postgres', 'GRANT SELECT ON LARGE OBJECT 70001, 70002 TO filer');
is(says($filer, 'CALL revyops_import_file(70001)'), $one, 'SELECT granted on it');
is(says($filer, "CREATE TEMP TABLE pg_largeobject (loid oid); CREATE TEMP TABLE import_note (x int); SET search_path = pg_temp, app, public, pg_catalog; CALL public.revyops_import_file(70003, mode => 'upsert')"), '1 rows: 0 created, 1 updated, 0 failed; N rows/s', 'names of the caller\'s are not looked at');
my $holder = $node->background_psql('postgres');
$holder->query_safe("SET revyops.client_id = 2; BEGIN; SELECT revyops_create_contact('{\"email\": \"f501\@acme.com\"}')");
my $filer_pid = says($filer, 'SELECT pg_backend_pid()');
$filer->{stderr} = '';
$filer->query_until(qr/begun/, "\\echo begun\nCALL public.revyops_import_file(70002, batch_size => 400);\n");
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $filer_pid AND NOT granted)") or die 'the import did not wait';
$node->safe_psql('postgres', 'REVOKE SELECT ON LARGE OBJECT 70002 FROM filer');
$holder->query_safe('ROLLBACK');
$holder->quit;
$filer->query('SELECT 1');
like($filer->{stderr}, qr/ERROR: +42501: permission denied for large object 70002/, 'SELECT revoked on the way: ends it');
is($node->safe_psql('postgres', "SELECT j.created BETWEEN 400 AND 1600, j.created = (SELECT count(*) FROM revyops.contact WHERE email LIKE 'f%\@acme.com'), finished IS NULL FROM revyops.import_job j ORDER BY id DESC LIMIT 1"), 't|t|t', 'what was done before stays');
$filer->quit;
is($node->safe_psql('postgres', "DELETE FROM revyops.contact WHERE email ~ '^(f[0-9]+|mine1|owned)\@'; SELECT count(*) FROM revyops.contact WHERE client_id <> 2"), '0', 'nothing came to another client');

# ---- identity by key, revoked on the way
my $key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'x')");
$node->safe_psql('postgres', "CREATE TABLE keyed AS SELECT 'k' || i || '\@acme.com' AS email FROM generate_series(1, 6) i; ANALYZE keyed; GRANT SELECT ON keyed TO app");
my $blocker = $node->background_psql('postgres');
$blocker->query_safe("SET revyops.client_id = 1; BEGIN; SELECT revyops_create_contact('{\"email\": \"k3\@acme.com\"}')");
my $pid = says($app, 'SELECT pg_backend_pid()');
says($app, "SET revyops.api_key = '$key'");
$app->{stderr} = '';
$app->query_until(qr/begun/, "\\echo begun\nCALL revyops_import_contacts('public.keyed', 2);\n");
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the import did not wait';
$node->safe_psql('postgres', "SELECT revyops_revoke_api_key(left('$key', 16))");
$blocker->query_safe('COMMIT');
$app->query('SELECT 1');
my @told = grep { $_ ne 'columns' } $app->{stderr} =~ /(?:ERROR|NOTICE): +(?:00000: import \d+: )?(.*)/g;
is(join("\n", @told) =~ s/[\d,]+ rows\/s/N rows\/s/gr, "2 of about 6 rows: 2 created, 0 duplicates, 0 failed; N rows/s\nPT403: missing or invalid credentials", 'a key that is revoked while an import waits: ends it');
is($node->safe_psql('postgres', "SELECT string_agg(email, ' ' ORDER BY email) FROM revyops.contact WHERE client_id = 1"), 'k1@acme.com k2@acme.com k3@acme.com', 'what was done before stays, the batch in flight does not');
is($node->safe_psql('postgres', 'SELECT rows_seen, created, duplicates, failed, finished IS NULL FROM revyops.import_job WHERE client_id = 1'), '2|2|0|0|t', 'and is what the job tells');
is(says($app, "CALL revyops_import_contacts('public.keyed')"), 'PT403: missing or invalid credentials', 'another try is refused');
is(says($app, "RESET revyops.api_key; CALL revyops_import_contacts('public.keyed')"), '6 rows: 6 created, 0 duplicates, 0 failed; N rows/s', 'without a key it is the role\'s client again');
is(says($app, "SET request.headers = '{\"x-api-key\": \"rvo_x\"}'; CALL revyops_import_contacts('public.keyed')"), 'PT403: missing or invalid credentials', 'a key that is none is no fall-through');
$app->quit;
$blocker->quit;

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000|WARNING/, 'nothing odd in the server\'s log');
done_testing();
