# Calls that are stopped while they wait: the session goes on as if they had
# never been made.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');	# SQLSTATEs
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION revyops; CREATE TABLE note (entry text)');
my $key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(revyops_create_client('One'), 'x')");
$node->safe_psql('postgres', "SET revyops.client_id = 1; SELECT revyops_create_company('{\"domain\": \"acme.com\"}')");

# says runs statements in a session and returns what comes back, errors as SQLSTATE and message.
sub says
{
	my ($session, $statements) = @_;
	$session->{stderr} = '';
	my $out = $session->query($statements);
	my @errors = $session->{stderr} =~ /(?:ERROR|FATAL): +(.*)/g;
	return join("\n", grep { $_ ne '' } $out, @errors);
}

# session connects as the client, for calls by SQL, alone or as a batch, or as HTTP requests.
my %settings = (
	'SQL' => 'SET revyops.client_id = 1',
	'batch' => 'SET revyops.client_id = 1',
	'HTTP' => '');
sub session
{
	my ($way) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	says($session, "\\set VERBOSITY verbose\n$settings{$way}");
	return $session;
}

my %functions = (
	'SQL' => "revyops_create_contact('%s')",
	'batch' => "(SELECT contact FROM revyops_create_contacts('[%s]'))",
	'HTTP' => "(SELECT body FROM revyops_http.handle('POST', '/public/v2/contacts', '', 'X-API-Key: $key', '%s'))");

# create is a call for a contact with a company.
sub create
{
	my ($way, $email) = @_;
	return sprintf($functions{$way}, "{\"email\": \"$email\", \"company_id\": \"acme.com\"}");
}

sub emails
{
	return $node->safe_psql('postgres', "SELECT string_agg(email, ' ' ORDER BY id) FROM revyops.contact WHERE email LIKE '$_[0]%'");
}

# ---- a timeout while a table that has changed is looked at anew
my $locker = $node->background_psql('postgres');
for my $way ('SQL', 'batch', 'HTTP')
{
	# EXCLUSIVE stops what writes and locks, not what reads
	for my $case ([ 'client', 'ACCESS EXCLUSIVE' ], [ 'client', 'EXCLUSIVE' ], [ 'company', 'ACCESS EXCLUSIVE' ], [ 'company', 'EXCLUSIVE' ], [ 'contact', 'ACCESS EXCLUSIVE' ], [ 'contact', 'EXCLUSIVE' ])
	{
		my ($table, $mode) = @$case;
		# an HTTP request's client is known by its key
		my $locked = $way eq 'HTTP' && $table eq 'client' ? 'api_key' : $table;
		my $read = $table eq 'client' && $mode eq 'EXCLUSIVE';
		my $name = "$way, table $locked in $mode mode";
		my $email = lc "timeout-$way-$locked-" . length $mode;
		my $session = session($way);

		says($session, 'SELECT ' . create($way, "$email$_\@acme.com")) for 1, 2;
		$locker->query_safe("ALTER TABLE revyops.$locked ADD COLUMN \"$email\" int");
		$locker->query_safe("BEGIN; LOCK TABLE revyops.$locked IN $mode MODE");
		says($session, "SET statement_timeout = '500ms'");
		is(says($session, 'SELECT ' . create($way, "${email}3\@acme.com") . "::jsonb->>'email'"),
			$read ? "${email}3\@acme.com" : $way eq 'HTTP' ? '' : '57014: canceling statement due to statement timeout', $read ? "$name: the call is made" : "$name: the call times out");
		$locker->query_safe('COMMIT');
		says($session, 'RESET statement_timeout');
		is(says($session, 'SELECT ' . create($way, "$email$_\@acme.com") . "::jsonb->>'email'"), "$email$_\@acme.com", "$name: a later call works") for 4 .. 6;
		is(emails($email), join(' ', map { "$email$_\@acme.com" } 1, 2, $read ? 3 : (), 4 .. 6), "$name: and is stored");
		$session->quit;
	}
}

# ---- a cancel that the caller catches
for my $way ('SQL', 'batch', 'HTTP')
{
	my $session = session($way);
	my $email = lc "cancel-$way";
	my $pid = $session->query_safe('SELECT pg_backend_pid()');

	$locker->query_safe("SET revyops.client_id = 1; BEGIN; SELECT revyops_create_contact('{\"email\": \"${email}1\@acme.com\"}')");
	$session->query_until(qr/begun/, "BEGIN;\nINSERT INTO note VALUES ('before $way');\n\\echo begun\n" . <<"EOS");
DO \$\$ BEGIN
	BEGIN
		PERFORM @{[ create($way, "${email}1\@acme.com") ]};
		INSERT INTO note VALUES ('not cancelled');
	EXCEPTION WHEN query_canceled THEN
		INSERT INTO note VALUES ('caught $way');
	END;
END \$\$;
EOS
	$node->poll_query_until('postgres', "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $pid AND NOT granted)") or die 'the call did not wait';
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	is(says($session, "SELECT 'alive'"), 'alive', "$way, caught cancel: the transaction goes on");
	is(says($session, 'SELECT ' . create($way, "${email}2\@acme.com") . "::jsonb->>'email'"), "${email}2\@acme.com", "$way, caught cancel: so do calls");
	is(says($session, "COMMIT; SELECT 'committed'"), 'committed', "$way, caught cancel: COMMIT");
	is($node->safe_psql('postgres', "SELECT string_agg(entry, ', ' ORDER BY entry) FROM note WHERE entry LIKE '%$way'"), "before $way, caught $way", "$way, caught cancel: everything else is stored");
	$locker->query_safe('ROLLBACK');
	is(emails($email), "${email}2\@acme.com", "$way, caught cancel: the cancelled contact is not");
	$session->quit;
}
$locker->quit;

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000|WARNING/, 'nothing odd in the server\'s log');
done_testing();
