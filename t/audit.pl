# An extension that hooks into the check of rights sees what our functions read and write: pgaudit logs it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($lib) = run_command([ 'pg_config', '--pkglibdir' ]);
plan skip_all => 'needs pgaudit' unless -e "$lib/pgaudit.so";

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', <<END);
shared_preload_libraries = 'pgaudit'
pgaudit.log_relation = on
pgaudit.log_parameter = off
END
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION pgaudit; CREATE EXTENSION revyops; SELECT revyops_create_client('audited')");

# audited CLASS STATEMENT: what was logged of our tables by one session that calls, each line once
sub audited
{
	my ($class, $statement) = @_;
	my $from = -s $node->logfile;
	$node->safe_psql('postgres', "SET pgaudit.log = '$class'; SET revyops.client_id = 1; $statement");
	my %seen;
	return [ sort grep { !$seen{$_}++ } slurp_file($node->logfile, $from) =~ /AUDIT: SESSION,\d+,\d+,(\w+,\w+,TABLE,revyops\.\w+),/g ];
}

my $contact = q({"email": "jane@acme.com", "company_id": "acme.com"});
is_deeply(audited('write', qq(SELECT revyops_create_company('{"domain": "acme.com"}'))), [ 'WRITE,INSERT,TABLE,revyops.company' ], 'a company');
is_deeply(audited('write', "SELECT revyops_create_contact('$contact')"), [ 'WRITE,INSERT,TABLE,revyops.contact' ], 'a contact');
is_deeply(audited('read', "SELECT revyops_create_contact('" . $contact =~ s/jane/joe/r . "')"),
	[ map { "READ,SELECT,TABLE,revyops.$_" } 'client', 'company' ], 'what a create reads');
is_deeply(audited('write', "SELECT * FROM revyops_create_contacts('[{\"email\": \"a\@acme.com\"}, {\"email\": \"b\@acme.com\"}]')"), [ 'WRITE,INSERT,TABLE,revyops.contact' ], 'a batch');
is_deeply(audited('none', "SELECT revyops_create_contact('{\"email\": \"c\@acme.com\"}')"), [], 'nothing that was not asked for');
is($node->safe_psql('postgres', 'SELECT string_agg(email, \' \' ORDER BY id) FROM revyops.contact'), 'jane@acme.com joe@acme.com a@acme.com b@acme.com c@acme.com', 'all were made');
done_testing();
