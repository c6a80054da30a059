# Importing much in one session takes no more memory than importing little.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "work_mem = '1MB'");
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
-- every tenth row has a fault, every tenth is a duplicate of the one before
CREATE VIEW few AS SELECT CASE WHEN i % 10 = 0 THEN 'nope' ELSE format('i%s@acme.com', i - (i % 10 = 2)::int) END AS email,
	'Lee ' || i AS last_name, repeat('x', 50) AS "Notes", i AS "Score" FROM generate_series(1, 50000) i;
CREATE VIEW many AS SELECT CASE WHEN i % 10 = 0 THEN 'nope' ELSE format('i%s@beta.io', i - (i % 10 = 2)::int) END AS email,
	'Lee ' || i AS last_name, repeat('x', 50) AS "Notes", i AS "Score" FROM generate_series(1, 200000) i;
EOS

my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('SET revyops.client_id = 1');
my $pid = $session->query_safe('SELECT pg_backend_pid()');

# kept is what the session's contexts hold, and what the system has given it apart from shared memory: in KiB.
sub kept
{
	$session->{stderr} = '';
	my $contexts = $session->query_safe('SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts');
	my ($anonymous) = slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+)/m;
	return (int $contexts, $anonymous);
}

sub imported
{
	my ($source) = @_;
	$session->{stderr} = '';
	$session->query("CALL revyops_import_contacts('$source', 5000)");
	my @counts = $session->{stderr} =~ /NOTICE: +import \d+: (.*?);/g;
	unlike($session->{stderr}, qr/ERROR|FATAL/, "$source: no error");
	return $counts[-1];
}

is(imported('few'), '50,000 rows: 40,000 created, 5,000 duplicates, 5,000 failed', 'few: the counts');
my ($contexts, $anonymous) = kept();
is(imported('many'), '200,000 rows: 160,000 created, 20,000 duplicates, 20,000 failed', 'many: the counts');
my ($contexts_later, $anonymous_later) = kept();
note("contexts $contexts and $contexts_later KiB, anonymous memory $anonymous and $anonymous_later KiB");
# some plans are made later than others, and the allocator keeps what a batch took; 1 KiB a row would be 195 MiB
cmp_ok($contexts_later - $contexts, '<', 512, 'no context is left over from 40 batches');
cmp_ok($anonymous_later - $anonymous, '<', 48 * 1024, 'the process did not grow with the rows');
$session->quit;
done_testing();
