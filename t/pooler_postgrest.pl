# The HTTP stack through pgbouncer in transaction mode, as doc/operations.md has it: many requests by two keys at
# once, each for its own client.
use strict;
use warnings;

use lib 't';

use stack;
use page;
use pooler;
use File::Temp;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION revyops; SELECT revyops_create_client('One'), revyops_create_client('Two')");
$node->command_ok([ 'sh', '-c', 'script/patient http/postgrest/roles.sql | psql -X -q postgres' ], 'the roles of PostgREST');
my @key = ('rvo_x', map { $node->safe_psql('postgres', "SELECT revyops_create_api_key($_, 'x')") } 1, 2);
my $pooler = pooler->new($node, ['revyops_authenticator'], default_pool_size => 3);
my $stack;

# requests sends bodies for clients, 10 at once; returns status and body of each.
sub requests
{
	my @requests = @_;
	my $dir = File::Temp::tempdir(CLEANUP => 1);
	my @parts;
	for my $i (0 .. $#requests)
	{
		my ($client, $body) = @{ $requests[$i] };
		my %options = (url => "$stack->{url}/public/v2/contacts", header => "X-API-Key: $key[$client]", json => $body =~ s/"/\\"/gr,
			output => "$dir/$i", 'write-out' => "$i %{http_code}\\n");
		push @parts, join('', map { "$_ = \"$options{$_}\"\n" } sort keys %options);
	}
	append_to_file("$dir/config", join("next\n", @parts));
	my ($out) = run_command([ 'curl', '-s', '--parallel', '--parallel-max', '10', '--config', "$dir/config" ]);
	my %status = map { split / / } split /\n/, $out;
	return map { ($status{$_} // 'none') . ' ' . (-e "$dir/$_" ? slurp_file("$dir/$_") : '') } 0 .. $#requests;
}

# rpc calls a function of PostgREST itself, past nginx, which lets no request without a key through.
sub rpc
{
	my ($function) = @_;
	my ($out) = run_command([ 'curl', '-s', '-w', ' %{http_code}', '--unix-socket', "$stack->{dir}/postgrest.sock", '-H', 'Content-Type: application/octet-stream',
		'-H', 'X-Revyops-Content-Type: application/json', '-H', 'X-Revyops-Method: POST', '-H', 'X-Revyops-Path: /public/v2/contacts', '-d', '{"email": "x@acme.com"}', "http://localhost/rpc/$function" ]);
	return $out =~ s/"message":"[^"]+"/"message":"…"/r;
}

# tries has two keys, and one that is none, used at once; and a function that is added.
sub tries
{
	my ($name, $settings) = @_;
	$stack = stack->new($node, host => $pooler->{dir}, port => $pooler->{port}, settings => $settings);
	$node->safe_psql('postgres', 'TRUNCATE revyops.contact CASCADE');

	my @answers = requests(map { [ 1 + $_ % 2, "{\"email\": \"c$_\@acme.com\"}" ] } 1 .. 60);
	is_deeply([ map { s/("id": )\d+/$1N/r =~ s/(acme\.com").*/$1/sr } @answers ], [ map { "201 {\"id\": N, \"email\": \"c$_\@acme.com\"" } 1 .. 60 ], "$name: 60 requests, 10 at once, are created");
	is($node->safe_psql('postgres', "SELECT client_id, count(*), bool_and(client_id = 1 + substring(email, '[0-9]+')::int % 2) FROM revyops.contact GROUP BY 1 ORDER BY 1"), "1|30|t\n2|30|t", "$name: each for the client of its key");

	my $forbidden = '403 {"detail": "Missing or invalid credentials.", "errors": [{"parameter":"X-API-Key","code":"invalid_credentials","message":"The API key or client is unknown, expired or revoked."}]}';
	@answers = requests(map { [ $_ % 3, "{\"email\": \"d$_\@acme.com\"}" ] } 1 .. 30);
	is_deeply([ @answers[ map { 3 * $_ - 1 } 1 .. 10 ] ], [ ($forbidden) x 10 ], "$name: one in three with a key that is none is refused");
	is($node->safe_psql('postgres', "SELECT client_id, count(*), bool_and(client_id = substring(email, '[0-9]+')::int % 3) FROM revyops.contact WHERE email LIKE 'd%' GROUP BY 1 ORDER BY 1"), "1|10|t\n2|10|t", "$name: the others are for the client of their key");
	is(rpc('postgrest'), '{"detail": "Missing or invalid credentials.", "errors": [{"parameter":"X-API-Key","code":"missing_credentials","message":"…"}]} 403', "$name: without a key, just after them");

	# it reads the catalog once more by itself if it was asked too early
	until_true(sub { my $log = $stack->log; (() = $log =~ /Starting PostgREST/g) == (() = $log =~ /Schema cache loaded/g) }) or die 'PostgREST goes on loading';
	$node->safe_psql('postgres', 'CREATE FUNCTION revyops_http.later(bytea) RETURNS json LANGUAGE sql RETURN \'"here"\'::json; GRANT EXECUTE ON FUNCTION revyops_http.later TO revyops_anon; NOTIFY pgrst, \'reload schema\'');
	like(rpc('later'), qr/"code":"PGRST202".* 404$/, "$name: a function that is added is not there by NOTIFY");
	$stack->{postgrest}->signal('USR1');
	ok(until_true(sub { rpc('later') eq '"here" 200' }), "$name: it is by SIGUSR1");
	$node->safe_psql('postgres', 'DROP FUNCTION revyops_http.later');

	unlike($stack->log . $pooler->log, qr/rvo_/, "$name: no key in any log");
	$stack->stop;
}

# until_true asks until it is, or for as long as tests wait.
sub until_true
{
	my ($condition) = @_;
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return 1 if $condition->();
		usleep(100_000);
	}
	return 0;
}

my $settings = page::block('Poolers', 'conf', 1);
my $keeps = $pooler->{version} >= 1.21;
$pooler->admin('SET max_prepared_statements = 0') if $keeps;
tries('the settings of the page', $settings);
if ($keeps)
{
	$pooler->admin('SET max_prepared_statements = 200');
	tries('prepared statements, which the pooler keeps', $settings =~ s/^db-prepared-statements.*\n//mr);
}
done_testing();
