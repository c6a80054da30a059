# What the owner of the tables may do to them, without being a superuser, ends calls with an
# error at worst: rules and constraints whose functions call the API again, unique keys that are
# dropped, columns of other types, and strange members of the extension.  The server goes on.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nlog_error_verbosity = verbose");
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE ROLE tables_owner LOGIN;
CREATE DATABASE template_of_all;
EOS
$node->safe_psql('template_of_all', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
SET revyops.client_id = 1;
SELECT revyops_create_contact('{"email": "a@x.example"}'), revyops_create_contact('{"email": "b@x.example"}');
SELECT revyops_create_company('{"domain": "acme.com"}');
CREATE TABLE webhook_path AS SELECT revyops_create_webhook(1, 'instantly', 'x') AS path;
ALTER TABLE revyops.webhook OWNER TO tables_owner;
ALTER TABLE revyops.contact OWNER TO tables_owner;
ALTER TABLE revyops.company OWNER TO tables_owner;
GRANT USAGE, CREATE ON SCHEMA revyops TO tables_owner;
GRANT CREATE ON DATABASE template_of_all TO tables_owner;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO tables_owner;
CREATE SCHEMA my AUTHORIZATION tables_owner;
GRANT USAGE ON SCHEMA my TO public;
EOS

my $ncases = 0;

# new_database makes one for a case; after a crash the server is awaited.
sub new_database
{
	my ($template) = @_;
	my $db = "case" . ++$ncases;

	$node->poll_query_until("postgres", "SELECT true");
	$node->safe_psql("postgres", "CREATE DATABASE $db TEMPLATE $template");
	return $db;
}

# answers runs statements in a database of their own, in one session with all rights that the owner gives, and
# returns what it says: rows, and errors by their SQLSTATE.
sub answers
{
	my ($before, $statements) = @_;
	my $db = new_database("template_of_all");
	my ($out, $err);

	$node->safe_psql("postgres", "ALTER DATABASE $db SET revyops.client_id = 1");
	$node->safe_psql($db, "SET ROLE tables_owner;\n$before") if $before;
	$node->psql($db, "\\set VERBOSITY sqlstate\n$statements", stdout => \$out, stderr => \$err, on_error_stop => 0);
	$err =~ s/^psql:\S* //mg;
	return "$out|" . join(" ", grep { defined } $err =~ /^(?:ERROR: +)(\w+)|(server closed the connection)/mg);
}

# A rule that calls us back, and catches what it is told.
my $rule = <<'EOS';
CREATE FUNCTION my.g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
CREATE FUNCTION my.f(i bigint) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF i = 1 THEN
		BEGIN
			PERFORM public.CALL;
		EXCEPTION WHEN OTHERS THEN PERFORM my.g();
		END;
		PERFORM my.g() + 1;
	END IF;
	RETURN 1;
END $$;
EOS
(my $deletes = $rule) =~ s/CALL/revyops_delete_contact(2)/;
is(answers("$deletes CREATE RULE r AS ON DELETE TO revyops.contact DO INSTEAD SELECT my.f(old.id)",
		"SELECT revyops_delete_contact(1);\nSELECT revyops_delete_contact(1);\nDROP RULE r ON revyops.contact;\nSELECT revyops_delete_contact(2);\nSELECT email FROM revyops.contact"),
	"\na\@x.example|55000 55000", 'a rule that deletes within a deletion, and is dropped again');
(my $updates = $rule) =~ s/CALL/revyops_update_contact(2, '{"last_name": "x"}')/;
is(answers("$updates CREATE RULE r AS ON UPDATE TO revyops.contact DO INSTEAD SELECT my.f(old.id)",
		"SELECT revyops_update_contact(1, '{\"last_name\": \"x\"}');\nDROP RULE r ON revyops.contact;\nSELECT revyops_update_contact(2, '{\"last_name\": \"x\"}')->'last_name'"),
	'"x"|55000', 'one that changes within a change');

# Labels of a webhook that are no object, or null.
for ([ 'DROP NOT NULL', 'NULL', 'that are null' ], [ 'SET NOT NULL', q('[1, 2]'), 'that are an array' ], [ 'SET NOT NULL', q('7'), 'that are a number' ])
{
	my ($null, $labels, $name) = @$_;
	is(answers("ALTER TABLE revyops.webhook ALTER labels $null; ALTER TABLE revyops.webhook DROP CONSTRAINT webhook_labels_check; UPDATE revyops.webhook SET labels = $labels",
			"SELECT status, body FROM revyops_http.handle('POST', (SELECT path FROM webhook_path), '', '', convert_to('{\"event_type\": \"Hot\", \"lead_email\": \"a\@x.example\"}', 'UTF8'))"),
		'200|{"processed": 0, "duplicates": 0, "ignored": 1, "errors": []}|', "labels of a webhook $name");
}

# A constraint without a column is evaluated while the plan is read.
is(answers(<<'EOS', "SELECT revyops_create_contact('{\"email\": \"c\@x.example\"}')->'email';\nSELECT revyops_create_contact('{\"email\": \"d\@x.example\"}')->'email';\nSELECT count(*) FROM revyops.contact"), "\"c\@x.example\"\n\"d\@x.example\"\n4|", 'a constraint that creates, and makes plans anew');
CREATE FUNCTION my.noise() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('my.depth', true) = '1' THEN RETURN true; END IF;
	PERFORM set_config('my.depth', '1', true);
	CREATE OR REPLACE FUNCTION my.other() RETURNS int LANGUAGE sql AS 'SELECT 1';
	BEGIN
		PERFORM public.revyops_create_contact('{"email": "again@x.example"}');
		RAISE EXCEPTION 'undone';
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	CREATE OR REPLACE FUNCTION my.other() RETURNS int LANGUAGE sql AS 'SELECT 2';
	PERFORM set_config('my.depth', '', true);
	RETURN true;
END $$;
CREATE FUNCTION my.check(i int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN my.noise(); END $$;
ALTER TABLE revyops.contact ADD CONSTRAINT again CHECK (my.check(1)) NOT VALID;
EOS

# Many with one key.
my $many = <<'EOS';
ALTER TABLE revyops.contact DROP CONSTRAINT contact_email_key;
CREATE INDEX ON revyops.contact (email, client_id);
INSERT INTO revyops.contact (client_id, email) SELECT 1, 'dup@x.example' FROM generate_series(1, 20000);
EOS
is(answers($many, "SELECT status FROM revyops_upsert_contacts('[{\"email\": \"dup\@x.example\", \"last_name\": \"x\"}]');\nSELECT count(*) FROM revyops.contact WHERE last_name = 'x'"),
	"200\n1|", 'an upsert of a batch finds one of 20,000');
is(answers($many, "SELECT status FROM revyops_create_contacts('[{\"email\": \"dup\@x.example\"}]');\nSELECT status FROM revyops_check_contacts('[{\"email\": \"dup\@x.example\"}]');\nSELECT revyops_create_contact('{\"email\": \"dup\@x.example\"}')->'email'"),
	'201
"dup@x.example"|21000', 'without the key a create is one more, and a check can\'t say who has it');

# Columns that hold their texts in another way.
is(answers("ALTER TABLE revyops.company DROP CONSTRAINT company_domain_canonical; ALTER TABLE revyops.company ALTER domain TYPE name COLLATE \"C\"",
		"SELECT status FROM revyops_create_contacts('[{\"email\": \"c\@x.example\", \"company_id\": \"acme.com\"}]')"), '201|', 'a domain that is a name');

# Members of the extension that are called as its tables are.
for my $kind (['VIEW', 'AS SELECT 1 AS x'], ['MATERIALIZED VIEW', 'AS SELECT 1 AS x'], ['SEQUENCE', ''], ['TABLE', '(x int) PARTITION BY LIST (x)'], ['TABLE', 'AS SELECT 1 AS x'])
{
	my $db = 'case' . ++$ncases;
	my ($out, $err);
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->psql($db, "CREATE EXTENSION revyops; CREATE SCHEMA z; CREATE $kind->[0] z.contact $kind->[1]; ALTER EXTENSION revyops ADD $kind->[0] z.contact; DROP EXTENSION revyops;\nSELECT count(*) FROM pg_extension WHERE extname = 'revyops'",
		stdout => \$out, stderr => \$err, on_error_stop => 0);
	is("$out|$err", '0|', "DROP EXTENSION with $kind->[0] z.contact $kind->[1] in it");
}

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process has crashed');
done_testing();
