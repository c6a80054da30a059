# Who an import is for: what the settings say when it is called, through all its
# transactions, also if they say it by SET LOCAL.
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
CREATE ROLE plain LOGIN;
CREATE ROLE bound LOGIN;
ALTER ROLE bound SET revyops.client_id = 2;
CREATE ROLE serves LOGIN;
GRANT SET ON PARAMETER revyops.client_id TO serves;
GRANT EXECUTE ON PROCEDURE revyops_import_contacts TO plain, bound, serves;
CREATE TABLE source AS SELECT i, NULL::text AS email FROM generate_series(1, 3) i;
ANALYZE source;
CREATE VIEW emails AS SELECT email FROM source ORDER BY i;
CREATE TABLE bodies AS SELECT jsonb_build_object('email', 'body' || i || '@acme.com', 'nope', i) AS contact FROM generate_series(1, 2) i;
ANALYZE bodies;
GRANT SELECT ON source, emails, bodies TO plain, bound, serves;
-- The owner's triggers note who calls, and whether the API shows them the contact.
CREATE TABLE seen (trigger name, client_id integer, email text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
	shown jsonb;
BEGIN
	BEGIN
		shown := revyops_get_contact(NEW.id);
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END;
	INSERT INTO seen VALUES (TG_NAME, revyops.current_client_id(), shown->>'email');
	RETURN NULL;
END
$$;
CREATE TRIGGER own_see AFTER INSERT ON revyops.contact FOR EACH ROW EXECUTE FUNCTION see();
CREATE CONSTRAINT TRIGGER own_see_late AFTER INSERT ON revyops.contact DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION see();
EOS
my ($key_1, $key_2, $revoked) = map { $node->safe_psql('postgres', "SELECT revyops_create_api_key($_, 'x')") } 1, 2, 1;
$node->safe_psql('postgres', "SELECT revyops_revoke_api_key('@{[ substr($revoked, 0, 16) ]}')");

# says runs statements in a session and returns what comes back, errors with SQLSTATE and DETAIL; rates and
# what a code means in words left out.
sub says
{
	my ($session, $statements) = @_;
	$session->{stderr} = '';
	return told($session, $session->query($statements));
}
sub told
{
	my ($session, $out) = @_;
	my @told = grep { !/: columns$|^DETAIL: +[\w ]+: "/ } $session->{stderr} =~ /((?:ERROR|NOTICE|DETAIL): .*)/g;	# what they are is t/import_mapping.pl's
	return join("\n", $out eq '' ? () : $out, @told) =~ s/import \d+: |,"message":"[^"]+"//gr =~ s/[\d,]+ rows\/s/N rows\/s/gr;
}

my $imported = join("\n", map({ "NOTICE:  00000: $_ of about 3 rows: $_ created, 0 duplicates, 0 failed; N rows/s" } 1 .. 3),
	'NOTICE:  00000: 3 rows: 3 created, 0 duplicates, 0 failed; N rows/s');
my ($missing, $invalid) = map { "ERROR:  PT403: missing or invalid credentials\nDETAIL:  [{\"parameter\":\"X-API-Key\",\"code\":\"${_}_credentials\"}]" } 'missing', 'invalid';
my $no_right = 'ERROR:  42501: permission denied to set parameter "revyops.client_id"';
# what somebody is told who is known
my $known = "ERROR:  PT400: invalid request\nDETAIL:  [{\"parameter\":\"source\",\"code\":\"required\"}]";
my $round = 0;

# session_of connects as a role, with the library loaded or not yet.
sub session_of
{
	my ($user, $loaded) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', $user ]);
	$session->query_safe('\set VERBOSITY verbose');
	$session->query_safe("SELECT revyops_normalize_email('a\@b.co')") if $loaded;
	return $session;
}

# new_emails makes the rows of the source new ones.
sub new_emails
{
	$round++;
	$node->safe_psql('postgres', "UPDATE source SET email = 'n${round}_' || i || '\@acme.com'");
}

# belong tells whose the contacts of this round and their jobs are, and whom triggers took for the caller.
my $jobs = 0;
sub belong
{
	my $new = $node->safe_psql('postgres', <<"EOS");
SELECT 'contacts', client_id, count(*), NULL FROM revyops.contact WHERE email LIKE 'n${round}\\_%' GROUP BY 2
UNION ALL SELECT 'job', client_id, rows_seen, finished IS NOT NULL FROM revyops.import_job WHERE id > $jobs
UNION ALL SELECT trigger, client_id, count(*), NULL FROM seen WHERE email LIKE 'n${round}\\_%' GROUP BY 1, 2 ORDER BY 1, 2
EOS
	$jobs = $node->safe_psql('postgres', 'SELECT coalesce(max(id), 0) FROM revyops.import_job');
	return $new;
}

# whole is what belong tells of an import of all three rows.
sub whole { return join "\n", map { my ($what, $said) = @$_; "$what|$_[0]|3|$said" } [ contacts => '' ], [ job => 't' ], [ own_see => '' ], [ own_see_late => '' ] }

# imports runs statements and then an import in one DO block; expects what it says, the client of all
# contacts and of the job (none: there are none), and what the session is told afterwards.
sub imports
{
	my ($name, $user, $before, $said, $client, $after, %way) = @_;
	my $source = $way{source} // 'emails';
	for my $loaded (0, 1)
	{
		my $session = session_of($user, $loaded);
		my $when = $loaded ? 'the library is loaded' : 'the first statement';
		new_emails();
		is(says($session, "DO \$\$ BEGIN $before; CALL revyops_import_contacts('public.$source', 1); END \$\$"), $said, "$name, $when");
		is(belong(), defined $client ? whole($client) : '', "$name, $when: whose they are");
		is(says($session, 'CALL revyops_import_contacts(NULL)'), $after, "$name, $when: afterwards");
		$session->quit;
	}
}
sub header { return "PERFORM set_config('request.headers', '{\"x-api-key\": \"$_[0]\"}', true)" }

imports('SET LOCAL client_id by whom it is granted', 'serves', 'SET LOCAL revyops.client_id = 1', $imported, 1, $missing);
imports('SET LOCAL client_id of none', 'serves', 'SET LOCAL revyops.client_id = 99', $invalid, undef, $missing);
imports('SET LOCAL api_key', 'plain', "SET LOCAL revyops.api_key = '$key_1'", $imported, 1, $missing);
imports('a key in the header', 'plain', header($key_1), $imported, 1, $missing);
imports('a key in front of a client', 'serves', "SET LOCAL revyops.client_id = 1; SET LOCAL revyops.api_key = '$key_2'", $imported, 2, $missing);
imports('a header in front of a key', 'plain', header($key_1) . "; SET LOCAL revyops.api_key = '$key_2'", $imported, 1, $missing);
imports('a key in front of the role\'s client', 'bound', "SET LOCAL revyops.api_key = '$key_1'", $imported, 1, $known);
imports('nobody', 'plain', 'NULL', $missing, undef, $missing);
imports('a key that is none', 'serves', "SET LOCAL revyops.client_id = 1; SET LOCAL revyops.api_key = 'rvo_x'", $invalid, undef, $missing);
imports('a key that is revoked', 'bound', "SET LOCAL revyops.api_key = '$revoked'", $invalid, undef, $known);
imports('headers that can\'t be read', 'bound', "PERFORM set_config('request.headers', '{', true)", $invalid, undef, $known);

# ---- who may not set it: before the library is loaded the server takes it from anybody, and it is dropped then
for my $user ('plain', 'bound')
{
	my $session = session_of($user, 1);
	new_emails();
	is(says($session, "DO \$\$ BEGIN SET LOCAL revyops.client_id = 1; CALL revyops_import_contacts('public.emails'); END \$\$"), $no_right, "SET LOCAL client_id by $user");
	is(belong(), '', "SET LOCAL client_id by $user: nothing");
	$session->quit;
}
my $session = session_of('plain', 0);
new_emails();
is(says($session, "DO \$\$ BEGIN SET LOCAL revyops.client_id = 1; CALL revyops_import_contacts('public.emails'); END \$\$"), $missing, 'SET LOCAL client_id before the library is loaded');
is(belong(), '', 'SET LOCAL client_id before the library is loaded: nothing');
$session->quit;

# ---- a source can't turn an import over to somebody else
my $turn = "set_config('revyops.api_key', '$key_1', %s)";
$node->safe_psql('postgres', "CREATE VIEW turns_$_ AS SELECT CASE WHEN @{[ sprintf $turn, $_ ]} > '' THEN email END AS email FROM source ORDER BY i; GRANT SELECT ON turns_$_ TO bound") for 'true', 'false';
imports('a source that sets a key for the transaction', 'bound', 'NULL', $imported, 2, $known, source => 'turns_true');
imports('a source that sets a key for the session', 'bound', 'NULL', $imported, 2, $known, source => 'turns_false');

# ---- a procedure that takes the key as a parameter, which no statement's text has
$node->safe_psql('postgres', <<'EOS');
CREATE PROCEDURE import_for(key text, source regclass) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('revyops.api_key', key, true);
	CALL revyops_import_contacts(source, 1);
END
$$;
EOS
new_emails();
$session = session_of('plain', 0);
is(says($session, "CALL import_for('$key_2', 'emails')"), $imported, 'a procedure of one\'s own');
is(belong(), whole(2), 'a procedure of one\'s own: whose they are');
is(says($session, "SELECT current_setting('revyops.api_key')"), '', 'a procedure of one\'s own: nothing stays');

# ---- and how it is called: strict by SET LOCAL, too
my @strict = map { says($session, "DO \$\$ BEGIN SET LOCAL revyops.api_key = '$key_1'; SET LOCAL revyops.handling = $_; CALL revyops_import_contacts('bodies', 1); END \$\$") } 'strict', 'lenient';
is($strict[0], join("\n", (map { "NOTICE:  00000: $_ of about 2 rows: 0 created, 0 duplicates, $_ failed; N rows/s" } 1, 2), 'NOTICE:  00000: 2 rows: 0 created, 0 duplicates, 2 failed; N rows/s'), 'SET LOCAL handling = strict');
like($strict[1], qr/\nNOTICE:  00000: 2 rows: 2 created, 0 duplicates, 0 failed; N rows\/s$/, 'SET LOCAL handling = lenient');

# ---- a key that is revoked while an import waits
belong();
new_emails();
my $blocker = $node->background_psql('postgres');
$blocker->query_safe("SET revyops.client_id = 1; BEGIN; SELECT revyops_create_contact('{\"email\": \"n${round}_2\@acme.com\"}')");
my $pid = says($session, 'SELECT pg_backend_pid()');
$session->{stderr} = '';
$session->query_until(qr/begun/, "\\echo begun\nCALL import_for('$key_1', 'emails');\n");
$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the import did not wait';
$node->safe_psql('postgres', "SELECT revyops_revoke_api_key('@{[ substr($key_1, 0, 16) ]}')");
$blocker->query_safe('ROLLBACK');
is(told($session, $session->query("SELECT 'over'")), "over\nNOTICE:  00000: 1 of about 3 rows: 1 created, 0 duplicates, 0 failed; N rows/s\n$invalid", 'a key that is revoked on the way ends it');
is($node->safe_psql('postgres', 'SELECT count(*) FROM seen WHERE client_id IS NULL'), '0', 'no trigger saw nobody');
is(belong(), "contacts|1|1|\njob|1|1|f\nown_see|1|1|\nown_see_late|1|1|", 'a key that is revoked on the way: what was committed stays');
$_->quit for $session, $blocker;

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
