# The statements of the README, typed as they stand there into an empty database.
use strict;
use warnings;

use File::Temp;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;

my ($part) = slurp_file('README.md') =~ /^## SQL\n(.*?)^## /ms;
my $statements = join '', $part =~ /^```sql\n(.*?)^```/gms;
my ($out, $err);
my $dir = File::Temp::tempdir(CLEANUP => 1);
open(my $file, '>', "$dir/contacts.csv") or die;
print $file "Email,Title,Website\nann\@acme.com,CTO,nowhere\n";
close($file);
IPC::Run::run([ 'sh', '-c', 'cd "$0" && exec psql -XAtq -v VERBOSITY=verbose', $dir ], '<', \$statements, '>', \$out, '2>', \$err,
	init => sub { @ENV{ 'PGHOST', 'PGPORT', 'PGDATABASE' } = ($node->host, $node->port, 'postgres') });

is($err =~ s/^LOCATION:.*\n//mgr =~ s/[\d,]+ rows\/s/N rows\/s/gr,
	"ERROR:  PT409: contact already exists\nDETAIL:  [{\"pointer\":\"/email\",\"code\":\"already_exists\",\"message\":\"This value is already taken.\",\"existing_id\":1}]\n"
	. "NOTICE:  00000: import 1: columns\nDETAIL:  email: \"Email\"\ncompany_id: \"Website\"\ncustom fields: \"Title\"\n"
	. "NOTICE:  00000: import 1: 1 rows: 1 created, 0 duplicates, 0 failed, 1 value changed; N rows/s\n", 'the one error that it foretells');
# what a comment of the README says, or leads on to
like($out, qr/\A1\n/, 'the client');
like($out, qr/^https:\/\/www\.linkedin\.com\/in\/jane\n\{"id": 1, .*"email": "jane\@acme\.com".*\n\{"next" ?: ?null, ?"count" ?: ?1,.*(?:\n\{.*"email" ?: ?"jane\@acme\.com".*){2}\n\{"id": 1, .*"contact_status": "Active".*\n1\|jane\@acme\.com\|\[\{.*"SaaS".*\}\]\nrvo_\S+\n/m, 'reads and a change');
like($out, qr/^\{"id": 3, .*"created": true,.*\n1\|409\|.*"existing_id": 1.*\n\{"id": 1, .*"first_name": "Jane".*"linkedin_url": "https:\/\/www\.linkedin\.com\/in\/jane".*\n\{.*\}\|\{"emails": 0, "activity": 0, "contacts": 1, "campaigns": 0, "import_notes": 0, "kept_answers": 0, "platform_ids": 0, "do_not_contact": 0, "import_rejects": 0, "status_history": 1, "kept_deliveries": 0, "merged_contacts": 1\}\n\{"id": 4, /m, 'an upsert, a check, a merge, an erasure');
like($out, qr/^1\|201\|\{.*\n2\|409\|.*\n3\|400\|.*\nimport 1 of large object \d+ \[#{20}\] 100 %, 1 rows: 1 created, 0 duplicates, 0 failed, 1 value changed; [\d,]+ rows\/s; finished\n\z/m, 'a batch and an import');
is($node->safe_psql('postgres', 'SELECT email FROM revyops.contact ORDER BY id'), "jim\@acme.com\nann\@acme.com", 'what is left') or diag $out;
done_testing();
