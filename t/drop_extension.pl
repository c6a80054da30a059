# Whatever would drop the extension is refused while there is data, and goes
# through once there is none.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use page;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');
$node->start;
my $superuser = $node->safe_psql('postgres', 'CREATE ROLE second SUPERUSER LOGIN; SELECT current_user');

# refusal is what a statement is refused with, in a session that has not loaded the library.
sub refusal
{
	my ($db, $statement, @options) = @_;
	my ($rc, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\n$statement", on_error_stop => 1, @options);
	my ($error) = $err =~ /^(?:psql:\S* )?(ERROR: .*?)\n(?:CONTEXT|LOCATION):/ms;
	return $rc == 0 ? 'not refused' : $error;
}

sub has_data
{
	my ($table) = @_;
	return "ERROR:  2BP01: cannot drop extension revyops because it has data\nDETAIL:  Table revyops.$table has rows.\n"
	  . 'HINT:  Dump what is needed, then empty it: TRUNCATE revyops.client CASCADE.';
}

# ---- with nothing in it
$node->safe_psql('postgres', 'CREATE DATABASE emptied');
$node->safe_psql('emptied', 'CREATE SCHEMA api; CREATE EXTENSION revyops SCHEMA api; DROP EXTENSION revyops');
is($node->safe_psql('emptied', 'CREATE EXTENSION revyops SCHEMA api; DROP SCHEMA api CASCADE; SELECT count(*) FROM pg_extension WHERE extname = \'revyops\''), '0', 'without data it can be dropped, by itself or with its schema');
is($node->safe_psql('emptied', 'SELECT count(*) FROM pg_event_trigger'), '0', 'and leaves no event trigger');

# ---- with a client, and a contact
$node->safe_psql('emptied', <<"EOS");
CREATE SCHEMA api;
SET ROLE second;
CREATE EXTENSION revyops SCHEMA api;
RESET ROLE;
SELECT api.revyops_create_client('One');
CREATE VIEW api.emails AS SELECT email FROM revyops.contact;
EOS
my %ways = (
	'DROP EXTENSION' => 'DROP EXTENSION revyops CASCADE',
	'another name beside it' => 'DROP EXTENSION IF EXISTS hstore, revyops CASCADE',
	'the schema of the API' => 'DROP SCHEMA api CASCADE',
	'an extension it needs' => 'DROP EXTENSION plpgsql CASCADE',
	'its owner' => 'DROP OWNED BY second CASCADE',
	'as a replica' => "SET session_replication_role = replica;\nDROP EXTENSION revyops CASCADE",
	'in a function' => "DO \$\$ BEGIN DROP EXTENSION revyops CASCADE; END \$\$");
for my $name (sort keys %ways)
{
	is(refusal('emptied', $ways{$name}), has_data('client'), "a client: refused, $name");
}
like(refusal('emptied', 'DROP EXTENSION revyops'), qr/^ERROR:  2BP01: cannot drop extension revyops because other objects depend on it\nDETAIL:  view api\.emails depends on table revyops\.contact/, 'without CASCADE the server looks at other objects first');
like(refusal('emptied', 'DROP SCHEMA revyops CASCADE'), qr/^ERROR:  2BP01: cannot drop schema revyops because extension revyops requires it/, 'the server keeps the tables\' schema');
like(refusal('emptied', 'DROP TABLE revyops.contact CASCADE'), qr/^ERROR:  2BP01: cannot drop table revyops\.contact because extension revyops requires it/, 'and each table');
$node->safe_psql('emptied', "INSERT INTO revyops.contact (client_id, email) VALUES (7, 'nobodys\@acme.com'); DELETE FROM revyops.client");
is(refusal('emptied', 'DROP EXTENSION revyops CASCADE'), has_data('contact'), 'a contact of no client: refused');
is($node->safe_psql('emptied', 'SELECT email FROM api.emails'), 'nobodys@acme.com', 'everything is there');

# ---- what others are about to write
my $writer = $node->background_psql('emptied');
$node->safe_psql('emptied', 'DELETE FROM revyops.contact');
$writer->query_safe("BEGIN; SELECT api.revyops_create_client('Two')");
my $dropper = $node->background_psql('emptied', on_error_stop => 0);
my $pid = $dropper->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_backend_pid()');
$dropper->query_until(qr/begun/, "\\echo begun\nDROP EXTENSION revyops CASCADE;\n");
$node->poll_query_until('emptied', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the drop did not wait';
$writer->query_safe('COMMIT');
is($dropper->query('ROLLBACK; SELECT count(*) FROM revyops.client'), '1', 'a client that comes while the drop waits for it, with a snapshot from before: is there');
like($dropper->{stderr}, qr/cannot drop extension revyops because it has data/, 'and the drop refused');
$_->quit for $writer, $dropper;

# ---- other things go on
is($node->safe_psql('emptied', <<'EOS'), "t\n1", 'other schemas, extensions and tables named like ours can be dropped, ours rewritten');
CREATE SCHEMA other;
CREATE EXTENSION pgtap SCHEMA other;
CREATE TABLE other.client AS SELECT 1;
SELECT true FROM other.client;
DROP EXTENSION pgtap;
DROP SCHEMA other CASCADE;
VACUUM FULL revyops.client;
SELECT count(*) FROM revyops.client;
EOS

# ---- the way out: no table of a client's is forgotten, not one that is new either
$node->safe_psql('emptied', <<'EOS');
SELECT api.revyops_create_client('Full') AS client \gset
SET revyops.client_id = :client;
SELECT api.revyops_set_client_setting(:client, 'changes', 'on');
SELECT api.revyops_create_company('{"domain": "acme.com"}', 'FLAT', 'a key');
SELECT api.revyops_record_event('{"kind": "sent", "contact_email": "ada@acme.com", "at": "2026-03-10T10:00:00Z", "platform": "instantly", "campaign_id": "c1", "subject": "Hi"}');
INSERT INTO revyops.webhook_object VALUES (:client, '', '1', 'ada@acme.com', now());
CREATE TABLE api.before AS SELECT oid, relname, relfilenode FROM pg_class WHERE relnamespace = 'revyops'::regnamespace AND relkind = 'r'
	AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'client_id');
CREATE VIEW api.left_out AS SELECT COALESCE(string_agg(relname, ' ' ORDER BY relname COLLATE "C"), 'none') FROM api.before WHERE relfilenode = (SELECT c.relfilenode FROM pg_class c WHERE c.oid = before.oid);
CREATE VIEW api.filled AS SELECT COALESCE(string_agg(relname, ' ' ORDER BY relname COLLATE "C"), 'none') FROM api.before
	WHERE (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM revyops.%I', relname), false, true, '')))[1]::text <> '0';
EOS
my $without_key = 'campaign change change_feed event_key event_salt idempotency_key webhook_object';
is($node->safe_psql('emptied', 'BEGIN; TRUNCATE revyops.client CASCADE; TABLE api.left_out; TABLE api.filled'), "$without_key\n$without_key", 'of the clients alone: these have no key to them');
my ($truncate) = page::block('Removing', 'sql', 1) =~ /^(TRUNCATE .*?;)/s;
is($node->safe_psql('emptied', "$truncate TABLE api.left_out; TABLE api.filled; SELECT count(*) FROM revyops.client"), "none\nnone\n0", 'by the page: nothing of any client is left');
$node->safe_psql('emptied', "SELECT api.revyops_create_client('Last'); DROP VIEW api.left_out, api.filled; DROP TABLE api.before");
page::follow($node, 'Removing', 'sql', 1, database => 'emptied');
is($node->safe_psql('emptied', 'SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname ~ \'revyops\''), '0', 'emptied, it goes');
is($node->safe_psql('emptied', 'CREATE EXTENSION revyops SCHEMA api; SELECT api.revyops_create_client(\'Again\')'), '1', 'and can come again');

# ---- without the event trigger, which has the library loaded
my $drop = 'DROP EXTENSION revyops CASCADE';
my $disabled = "ALTER EVENT TRIGGER revyops_keep_data DISABLE;\n$drop";
my $loaded = "SELECT revyops_normalize_email('a\@acme.com');\n";
my @switched = ($disabled);
$node->safe_psql('postgres', "CREATE DATABASE revyops TEMPLATE template0 ENCODING 'UTF8'");
$node->safe_psql('revyops', "CREATE EXTENSION revyops; SELECT revyops_create_client('One')");
SKIP:
{
	skip 'the setting event_triggers came with PostgreSQL 17', 2 if $node->pg_version < 17;
	push @switched, "SET event_triggers = off;\n$drop";
	is(refusal('revyops', "SET event_triggers = off;\n$loaded$drop"), has_data('client'), 'event triggers off, a session that has called a function: refused');
	is(refusal('revyops', "SET event_triggers = off;\nBEGIN;\n$drop;\nROLLBACK"), 'not refused', 'one that has not: goes through, as the page says');
}
is(refusal('revyops', "$loaded$disabled"), has_data('client'), 'the event trigger disabled, a session that has called a function: refused');
page::follow($node, 'Removing', 'sql', 3);
is(refusal('revyops', $_), has_data('client'), "the library loaded with each session: refused, " . s/\n/ /r) for @switched;
$node->safe_psql('revyops', 'CREATE ROLE app LOGIN; ALTER ROLE app SET revyops.client_id = 1; GRANT USAGE ON SCHEMA revyops TO app; GRANT EXECUTE ON FUNCTION revyops.current_client_id() TO app');
is($node->safe_psql('revyops', 'SELECT revyops.current_client_id()', extra_params => [ '-U', 'app' ]), '1', 'and a role is its client as before');
is($node->safe_psql('revyops', "TRUNCATE revyops.client CASCADE; $drop; SELECT count(*) FROM pg_extension WHERE extname = 'revyops'"), '0', 'emptied, it goes');

# ---- without the library
$node->safe_psql('emptied', "UPDATE pg_proc SET probin = '\$libdir/gone' WHERE proname = 'keep_data'");
like(refusal('emptied', 'DROP EXTENSION revyops'), qr/could not access file "(?:\$libdir\/)?gone"/, 'a server without the library does not drop it');
page::follow($node, 'Removing', 'sql', 2, database => 'emptied');
is($node->safe_psql('emptied', 'SELECT count(*) FROM pg_extension WHERE extname = \'revyops\''), '0', 'unless the event trigger is disabled');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
