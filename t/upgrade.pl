# An upgrade ends where a new installation begins: every frozen version in the tree is
# created, filled, updated, and its catalogue compared with that of the newest.  The
# comparison itself is tried on versions that are made up here.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use page;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);

# the server looks for scripts here first; the library is the one under test
my $destdir = PostgreSQL::Test::Utils::tempdir;
my ($share, $lib) = map { (run_command([ 'pg_config', $_ ]))[0] } '--sharedir', '--pkglibdir';
my $extension = "$destdir$share/extension";
my ($stage) = slurp_file($node->data_dir . '/postgresql.conf') =~ /^extension_(?:destdir = '|control_path = '(?=.*\Q$share\E:))(.*?)(?:\Q$share\E:.*)?'/m;
system_or_bail('mkdir', '-p', $extension, "$destdir$lib");
system_or_bail('cp', ($stage // '') . "$lib/revyops.so", "$destdir$lib");
$node->append_conf('postgresql.conf', $node->pg_version < 18 ? "extension_destdir = '$destdir'" :
	"extension_control_path = '$destdir$share:\$system'\ndynamic_library_path = '$destdir$lib:\$libdir'");
$node->start;

my $control = slurp_file('revyops.control');
my ($newest) = $control =~ /^default_version = '(.*)'/m;
my @bases = grep { !/--.*--/ } glob 'revyops--*.sql';
system_or_bail('cp', (glob 'revyops--*.sql'), $extension);
default_version($newest);

sub default_version
{
	my ($version) = @_;
	unlink "$extension/revyops.control";
	append_to_file("$extension/revyops.control", $control =~ s/^default_version = .*/default_version = '$version'/mr);
}

# catalogue tells all that the extension has in a database, a line for each thing.
my $catalogue = <<'EOS';
SET search_path = pg_catalog;
WITH extension AS (SELECT * FROM pg_extension WHERE extname = 'revyops'),
	member AS (SELECT classid, objid FROM pg_depend, extension WHERE refclassid = 'pg_extension'::regclass AND refobjid = extension.oid AND deptype = 'e'),
	relation AS (SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN member ON classid = 'pg_class'::regclass AND objid = c.oid),
	thing (line) AS (
	SELECT concat_ws(' ', 'member', pg_describe_object(classid, objid, 0), 'comment', obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid))) FROM member
	UNION ALL SELECT concat_ws(' ', 'initial privileges', pg_describe_object(classoid, objoid, objsubid), (SELECT array_agg(a ORDER BY a::text) FROM unnest(initprivs) a)) FROM pg_init_privs i JOIN member ON (classid, objid) = (classoid, objoid)
	UNION ALL SELECT concat_ws(' ', 'function', replace(pg_get_functiondef(p.oid), E'\n', ' '), prorows, procost, (SELECT array_agg(a ORDER BY a::text) FROM unnest(proacl) a)) FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
	UNION ALL SELECT concat_ws(' ', 'relation', name, relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions, (SELECT array_agg(a ORDER BY a::text) FROM unnest(relacl) a), pg_get_viewdef(CASE WHEN relkind = 'v' THEN oid END)) FROM relation
	UNION ALL SELECT concat_ws(' ', 'column', name, row_number() OVER (PARTITION BY name ORDER BY attnum), attname, format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attidentity, attgenerated, attacl,
		pg_get_expr(adbin, adrelid), 'comment', col_description(attrelid, attnum)) FROM relation r JOIN pg_attribute a ON attrelid = r.oid AND attnum > 0 AND NOT attisdropped LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum) WHERE relkind <> 'S'
	UNION ALL SELECT concat_ws(' ', 'sequence', name, to_jsonb(s) - 'seqrelid', (SELECT pg_describe_object(refclassid, refobjid, refobjsubid) FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND deptype = 'a')) FROM relation r JOIN pg_sequence s ON seqrelid = r.oid
	UNION ALL SELECT concat_ws(' ', 'constraint', name, conname, pg_get_constraintdef(c.oid), convalidated) FROM relation r JOIN pg_constraint c ON conrelid = r.oid
	UNION ALL SELECT concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid) FROM relation r JOIN pg_index ON indrelid = r.oid
	UNION ALL SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), tgenabled) FROM relation r JOIN pg_trigger t ON tgrelid = r.oid WHERE NOT tgisinternal
	UNION ALL SELECT concat_ws(' ', 'policy', name, polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid)) FROM relation r JOIN pg_policy ON polrelid = r.oid
	UNION ALL SELECT concat_ws(' ', 'event trigger', evtname, evtevent, evttags, evtfoid::regproc, evtenabled) FROM pg_event_trigger t JOIN member ON classid = 'pg_event_trigger'::regclass AND objid = t.oid
	UNION ALL SELECT concat_ws(' ', 'schema', nspname, (SELECT array_agg(a ORDER BY a::text) FROM unnest(nspacl) a)) FROM pg_namespace n JOIN member ON classid = 'pg_namespace'::regclass AND objid = n.oid
	UNION ALL SELECT concat_ws(' ', 'dumped', t::regclass, c) FROM extension, unnest(extconfig, extcondition) u(t, c)
	UNION ALL SELECT concat_ws(' ', 'extension', extrelocatable, extnamespace::regnamespace, (SELECT string_agg(pg_describe_object(refclassid, refobjid, 0), ', ' ORDER BY pg_describe_object(refclassid, refobjid, 0)) FROM pg_depend WHERE classid = 'pg_extension'::regclass AND objid = extension.oid)) FROM extension)
SELECT line FROM thing ORDER BY line COLLATE "C";
EOS
sub catalogue { return split /\n/, $node->safe_psql($_[0], $catalogue) }

# differences gives the lines that only one of two databases has.
sub differences
{
	my ($one, $other) = @_;
	my (%one, %other);
	$one{$_} = 1 for catalogue($one);
	$other{$_} = 1 for catalogue($other);
	return join "\n", (map { "- $_" } grep { !$other{$_} } sort keys %one), (map { "+ $_" } grep { !$one{$_} } sort keys %other);
}

# database makes one with the extension in a version.
sub database
{
	my ($name, $version) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE \"$name\"");
	$node->safe_psql($name, "CREATE EXTENSION revyops VERSION '$version'");
	return $name;
}

# upgraded makes a database with the extension in a version, fills it, updates it as the page
# says, and looks at what is in it.
sub upgraded
{
	my ($name, $version) = @_;
	my $db = database($name, $version);
	my $key = $node->safe_psql($db, "SELECT revyops_create_api_key(revyops_create_client('One'), 'x')");

	$node->safe_psql($db, <<"EOS");
SET revyops.client_id = 1;
SELECT revyops_create_company('{"domain": "acme.com", "company_custom_fields": [{"field_name": "A", "field_value": "1"}]}');
SELECT revyops_create_contact(jsonb_build_object('email', format('c%s\@acme.com', i), 'linkedin_url', format('in/c%s', i), 'company_id', 'acme.com',
	'contact_custom_fields_input', '[{"field_name": "A", "field_value": "1"}]'::jsonb)) FROM generate_series(1, 10) i;
CREATE TABLE staging AS SELECT unnest(ARRAY['i1\@acme.com', 'nope']) AS email;
CALL revyops_import_contacts('staging');
SELECT revyops_import_csv('Email\ni2\@acme.com; x\@acme.com');
CREATE TABLE was (name text, line jsonb);
SELECT format('INSERT INTO was SELECT %L, to_jsonb(t) FROM %1\$s t', t::regclass) FROM pg_extension, unnest(extconfig) t JOIN pg_class c ON c.oid = t WHERE extname = 'revyops' AND relkind = 'r' \\gexec
EOS
	page::follow($node, 'Upgrade', 'sql', 1, database => $db);
	# by the columns that there were
	my $lost = $node->safe_psql($db, q{SELECT string_agg(format('(SELECT line FROM was WHERE name = %1$L EXCEPT SELECT (SELECT jsonb_object_agg(k, to_jsonb(t)->k) FROM unnest(%2$L::text[]) k) FROM %1$s t)',
		name, columns), ' UNION ALL ') FROM (SELECT DISTINCT ON (name) name, ARRAY(SELECT jsonb_object_keys(line)) AS columns FROM was) w});
	is($node->safe_psql($db, $lost), '', "$name: every row is as it was");
	cmp_ok($node->safe_psql($db, 'SELECT count(*) FROM was'), '>=', 16, "$name: there are rows");
	is($node->safe_psql($db, "SET revyops.api_key = '$key'; SELECT revyops_create_contact('{\"email\": \"new\@acme.com\", \"company_id\": \"acme.com\"}')->'company_id'"), '1', "$name: the key opens, work goes on");
	my ($rc, $out, $err) = $node->psql($db, "SET revyops.api_key = '$key'; SELECT revyops_create_contact('{\"email\": \"C7\@acme.com\"}')");
	like($err, qr/contact already exists/, "$name: duplicates are refused");
	return $db;
}

# ---- what the tree has
my $new = database('new', $newest);
for my $base (@bases)
{
	my ($version) = $base =~ /^revyops--(.*)\.sql$/;
	next if $version eq $newest;
	is(differences(upgraded("from $version", $version), $new), '', "from $version: nothing differs from a new $newest");
}
for my $step (glob 'revyops--*--*.sql')
{
	my ($from) = $step =~ /^revyops--(.*)--/;
	ok(-e "revyops--$from.sql", "$step: the script of $from is kept");
}
ok(-e "revyops--$newest.sql", "$newest can be created without an upgrade");
is($node->safe_psql($new, "SELECT string_agg(source, ' ') FROM pg_extension_update_paths('revyops') WHERE target = '$newest' AND path IS NULL AND source ~ '^[0-9]'"), '', 'every version can be updated to the newest');

# ---- a version that is made up: each statement left out of its upgrade is a difference, in the
# line that is given; without a line, others stand on it
my @statements = (
	[ 'a table', 'CREATE TABLE revyops.extra (client_id integer NOT NULL REFERENCES revyops.client, id bigint DEFAULT 7, PRIMARY KEY (client_id, id));' ],
	[ 'its dump', "SELECT pg_catalog.pg_extension_config_dump('revyops.extra', '');", 'dumped revyops\.extra' ],
	[ 'its comment', "COMMENT ON TABLE revyops.extra IS 'Extra.';", 'member table revyops\.extra comment' ],
	[ 'an index', 'CREATE INDEX extra_idx ON revyops.extra (id) WHERE client_id > 0;', 'index CREATE INDEX extra_idx' ],
	[ 'row security', 'ALTER TABLE revyops.extra ENABLE ROW LEVEL SECURITY;', 'relation revyops\.extra r p t' ],
	[ 'a policy', 'CREATE POLICY own ON revyops.extra USING (client_id = 1);', 'policy revyops\.extra own' ],
	[ 'a sequence', 'CREATE SEQUENCE revyops.extra_seq CACHE 10;', 'sequence revyops\.extra_seq' ],
	[ 'a column', "ALTER TABLE revyops.contact ADD COLUMN extra text NOT NULL DEFAULT '';" ],
	[ 'its own comment', "COMMENT ON COLUMN revyops.contact.extra IS 'Extra.';", 'column revyops\.contact \d+ extra .*Extra\.' ],
	[ 'a check', "ALTER TABLE revyops.contact ADD CONSTRAINT contact_extra_short CHECK (pg_catalog.length(extra) < 10);", 'constraint revyops\.contact contact_extra_short' ],
	[ 'a function', "CREATE FUNCTION revyops.extra() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';" ],
	[ 'its privileges', 'REVOKE ALL ON FUNCTION revyops.extra() FROM PUBLIC;', 'initial privileges function revyops\.extra' ],
	[ 'a setting of a function', 'ALTER FUNCTION @extschema@.revyops_create_contact SET work_mem = \'8MB\';', 'function .*revyops_create_contact.*work_mem' ]);

# make_version writes the next version's own script, and an upgrade to it without one of the statements.
sub make_version
{
	my ($name, $without) = @_;
	append_to_file("$extension/revyops--$newest--$name.sql", join("\n", map { $statements[$_][1] } grep { $_ != $without } 0 .. $#statements));
}
append_to_file("$extension/revyops--next.sql", slurp_file("revyops--$newest.sql") . join("\n", map { $_->[1] } @statements));
my $next = database('next', 'next');
make_version('next', -1);
default_version('next');
is(differences(upgraded('to next', $newest), $next), '', 'a good upgrade: nothing differs');
isnt(differences($new, $next), '', 'without it much differs');
for my $i (0 .. $#statements)
{
	my ($what, $statement, $line) = @{ $statements[$i] };
	my $version = "without$i";

	next unless defined $line;
	make_version($version, $i);
	my $db = database($version, $newest);
	$node->safe_psql($db, "ALTER EXTENSION revyops UPDATE TO '$version'");
	like(differences($db, $next), qr/^\+ $line/m, "an upgrade without $what: is found out");
}

# ---- one that fails leaves the old version
append_to_file("$extension/revyops--$newest--broken.sql", "$statements[0][1]\nSELECT 1 / 0;");
my ($rc, $out, $err) = $node->psql($new, "ALTER EXTENSION revyops UPDATE TO 'broken'");
like($err, qr/division by zero/, 'an upgrade that fails');
is($node->safe_psql($new, "SELECT extversion, to_regclass('revyops.extra') IS NULL FROM pg_extension WHERE extname = 'revyops'"), "$newest|t", 'leaves the old version');
done_testing();
