# Who is calling, as far as it takes new connections: settings that come with
# the connection, and those planted before the library is loaded.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One'), revyops_create_client('Two');
CREATE ROLE plain LOGIN;
CREATE ROLE bound LOGIN;
CREATE ROLE granted LOGIN;
CREATE ROLE preloaded LOGIN;
GRANT EXECUTE ON FUNCTION revyops_create_contact TO plain, bound, granted, preloaded;
GRANT CREATE ON SCHEMA public TO plain;
CREATE DATABASE owned OWNER plain;
EOS
my $key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(2, 'x')");

# A call in a plain statement; %s is what comes before it.
my $n = 0;
sub call
{
	$n++;
	return "SELECT revyops_create_contact('{\"email\": \"n$n\@acme.com\"}')->>'email'";
}

# caller_is runs statements and then a call as a role, in a new connection, and
# expects the client that the call is made for, or 0: a 403.
sub caller_is
{
	my ($expected, $name, $role, $before, $options) = @_;
	local $ENV{PGOPTIONS} = $options;
	my $call = call();
	my ($rc, $out, $err) = $node->psql('postgres', ($before // '') . "\n\\set VERBOSITY verbose\n$call", on_error_stop => 0, extra_params => [ '-U', $role ]);
	local $ENV{PGOPTIONS} = undef;
	my $got = $node->safe_psql('postgres', "SELECT client_id FROM revyops.contact WHERE email = 'n$n\@acme.com'");

	if ($expected)
	{
		is($got, $expected, $name) or diag $err;
		return;
	}
	ok($err =~ /ERROR:  PT403: missing or invalid credentials\nDETAIL:  \[\{[^\n]*"code":"(missing|invalid)_credentials"/ && $got eq '', $name)
	  or diag "$err\n$out\n$got";
}

# ---- before the library is loaded
caller_is(0, 'nobody', 'plain');
caller_is(0, 'PGOPTIONS', 'plain', '', '-c revyops.client_id=1');
caller_is(0, 'SET', 'plain', 'SET revyops.client_id = 1;');
caller_is(0, 'SET LOCAL', 'plain', 'BEGIN; SET LOCAL revyops.client_id = 1;');
caller_is(0, 'set_config', 'plain', "SELECT set_config('revyops.client_id', '1', false);");
caller_is(0, 'PGOPTIONS and SET', 'plain', 'SET revyops.client_id = 1;', '-c revyops.client_id=1');
caller_is(0, 'SET in a savepoint', 'plain', "BEGIN; SAVEPOINT a; SET revyops.client_id = 1; RELEASE a;");
caller_is(0, 'a value that is no number', 'plain', "SET revyops.client_id = 'x';");
caller_is(0, 'loaded in between by a normalizer', 'plain', "SET revyops.client_id = 1; SELECT revyops_normalize_email('a\@b.co');");
caller_is(0, 'a function that carries the setting', 'plain',
	"CREATE FUNCTION carrier() RETURNS text LANGUAGE sql SET revyops.client_id = '1' AS \$\$ SELECT revyops_create_contact('{\"email\": \"carried\@acme.com\"}')->>'email' \$\$;
	 SELECT carrier();");
caller_is(0, 'ALTER ROLE of oneself', 'plain', 'ALTER ROLE plain SET revyops.client_id = 1; SET revyops.client_id = 1; ALTER ROLE plain SET revyops.client_id = 1;');
caller_is(0, 'and connecting again', 'plain');
my ($rc, $out, $err) = $node->psql('owned', "SET revyops.client_id = 1; ALTER DATABASE owned SET revyops.client_id = 1", extra_params => [ '-U', 'plain' ]);
like($err, qr/permission denied/, 'nor may the owner of a database set it there');

# ---- after
caller_is(0, 'SET once it is loaded', 'plain', "SELECT revyops_normalize_email('a\@b.co'); SET revyops.client_id = 1;");
caller_is(0, 'set_config once it is loaded', 'plain', "SELECT revyops_normalize_email('a\@b.co'); SELECT set_config('revyops.client_id', '1', false);");
caller_is(0, 'PGOPTIONS with session_preload_libraries', 'preloaded', '', '-c revyops.client_id=1');
$node->safe_psql('postgres', "ALTER ROLE preloaded SET session_preload_libraries = 'revyops'");
caller_is(0, 'PGOPTIONS where the library is loaded at once', 'preloaded', '', '-c revyops.client_id=1');
caller_is(0, 'SET where the library is loaded at once', 'preloaded', 'SET revyops.client_id = 1;');

# ---- who may
caller_is(1, 'a superuser\'s SET before loading', $node->safe_psql('postgres', 'SELECT current_user'), 'SET revyops.client_id = 1;');
caller_is(2, 'a superuser\'s PGOPTIONS', $node->safe_psql('postgres', 'SELECT current_user'), '', '-c revyops.client_id=2');
$node->safe_psql('postgres', 'GRANT SET ON PARAMETER revyops.client_id TO granted; ALTER ROLE bound SET revyops.client_id = 1');
caller_is(2, 'GRANT SET ON PARAMETER', 'granted', 'SET revyops.client_id = 2;');
caller_is(2, 'GRANT SET ON PARAMETER and PGOPTIONS', 'granted', '', '-c revyops.client_id=2');
caller_is(0, 'it is not sticky', 'granted', 'SET revyops.client_id = 2; RESET revyops.client_id;');
caller_is(0, 'nor is SET LOCAL', 'granted', 'BEGIN; SET LOCAL revyops.client_id = 2; COMMIT;');

# ---- a login bound to one client
caller_is(1, 'ALTER ROLE … SET', 'bound');
for my $try ('SET revyops.client_id = 2', 'SET LOCAL revyops.client_id = 2', 'RESET revyops.client_id', 'RESET ALL', 'DISCARD ALL',
	"SELECT set_config('revyops.client_id', '2', false)", 'ALTER ROLE bound SET revyops.client_id = 2', 'ALTER ROLE bound RESET revyops.client_id')
{
	caller_is(1, "bound: $try, once loaded", 'bound', "SELECT revyops_normalize_email('a\@b.co'); $try;");
}
caller_is(1, 'and bound it stays', 'bound');

# Before loading PostgreSQL lets a role overwrite the placeholder; what is
# dropped then must not become another client.
for my $try ('SET revyops.client_id = 2;', "SELECT set_config('revyops.client_id', '2', false);")
{
	my $call = call();
	$node->psql('postgres', "$try\n$call", on_error_stop => 0, extra_params => [ '-U', 'bound' ]);
	isnt($node->safe_psql('postgres', "SELECT client_id FROM revyops.contact WHERE email = 'n$n\@acme.com'"), '2', "bound: $try, before loading");
}
{
	local $ENV{PGOPTIONS} = '-c revyops.client_id=2';
	my $call = call();
	$node->psql('postgres', $call, extra_params => [ '-U', 'bound' ]);
	local $ENV{PGOPTIONS} = undef;
	isnt($node->safe_psql('postgres', "SELECT client_id FROM revyops.contact WHERE email = 'n$n\@acme.com'"), '2', 'bound: PGOPTIONS');
}

# ---- a key, which everyone may set
caller_is(2, 'revyops.api_key by SET before loading', 'plain', "SET revyops.api_key = '$key';");
caller_is(2, 'revyops.api_key by PGOPTIONS', 'plain', '', "-c revyops.api_key=$key");
caller_is(2, 'a key goes before a bound client', 'bound', "SET revyops.api_key = '$key';");
caller_is(0, 'a bad key before a bound client is a 403', 'bound', "SET revyops.api_key = 'nope';");
caller_is(2, 'the header', 'plain', "SELECT set_config('request.headers', '{\"x-api-key\": \"$key\"}', false);");
caller_is(0, 'a bad header before a good key', 'plain', "SET revyops.api_key = '$key'; SELECT set_config('request.headers', '{\"x-api-key\": \"nope\"}', false);");

# ---- what is not set does not stay: identity is read at each call
caller_is(0, 'a key of a transaction that is over', 'plain', "BEGIN; SET LOCAL revyops.api_key = '$key'; SELECT revyops_create_contact('{\"email\": \"within\@acme.com\"}'); COMMIT;");
caller_is(0, 'a header of a transaction that is over', 'plain', "BEGIN; SELECT set_config('request.headers', '{\"x-api-key\": \"$key\"}', true); COMMIT;");

# ---- with shared_preload_libraries
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'revyops'");
$node->restart;
{
	local $ENV{PGOPTIONS} = '-c revyops.client_id=1';
	($rc, $out, $err) = $node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'plain' ]);
	like($err, qr/permission denied to set parameter "revyops.client_id"/, 'PGOPTIONS are refused where the library is always loaded');
}
caller_is(0, 'SET where the library is always loaded', 'plain', 'SET revyops.client_id = 1;');
caller_is(1, 'ALTER ROLE … SET where the library is always loaded', 'bound', 'SET revyops.client_id = 2;');

is($node->safe_psql('postgres', "SELECT count(*) FROM revyops.contact WHERE email = 'carried\@acme.com'"), '0', 'no contact by the function that carried the setting');
done_testing();
