# What an import reads in a cell: the value that a human sees there.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION revyops');

# character gives the octets of a character.
sub character { my $character = chr hex $_[0]; utf8::encode($character); return $character }

# each line of the vectors: what the cell is of, the cell, and what is stored: null = nothing, "!" and a code = a fault
my %cases;
for my $line (grep { $_ ne '' && $_ !~ /^#/ } split /\n/, slurp_file('t/vectors/import_cells.tsv'))
{
	my ($member, $cell, $stored) = split /\t/, $line;
	s/\\([nrtv\\]|u\{[0-9a-f]+\})/$1 =~ m{^u.(.*).$} ? character($1) : { n => "\n", r => "\r", t => "\t", v => "\x0b", '\\' => '\\' }->{$1}/ge for $cell, $stored;
	push @{ $cases{$member} }, [ $cell, $stored ];
}

sub quoted { return "'" . ($_[0] =~ s/'/''/gr) . "'" }

# of each member an import of all its cells, each beside another key, by which its contact is found again
my %column = (email => 'email', linkedin_url => 'linkedin_url', company_id => 'company_id', first_name => 'first_name', contact_status => 'contact_status', field => '"Field"');
my %stored = (
	email => "coalesce(email, 'null')", linkedin_url => "coalesce(replace(linkedin_url, 'https://www.linkedin.com/', ''), 'null')", first_name => "coalesce(nullif(first_name, ''), 'null')",
	contact_status => "coalesce(nullif(contact_status, ''), 'null')",
	company_id => "coalesce((SELECT domain FROM revyops.company k WHERE k.id = c.company_id), 'null')", field => "coalesce(custom_fields->0->>'field_value', 'null')",
);
for my $member (sort keys %cases)
{
	my $key = $member eq 'email' ? 'linkedin_url' : 'email';
	my $client = $node->safe_psql('postgres', "SELECT revyops_create_client('x')");
	my $values = '';
	my $n = 0;
	$values .= ($n ? ', ' : '') . "(" . ($key eq 'email' ? "'n@{[ $n ]}\@key.example'" : "'in/key-$n'") . ', ' . quoted($_->[0]) . ')' and $n++ for @{ $cases{$member} };
	$node->safe_psql('postgres', "SELECT revyops_set_client_setting($client, 'on_unknown_domain', 'create'); CREATE TABLE of_$member ($key text, $column{$member} text); INSERT INTO of_$member VALUES $values;");
	$node->safe_psql('postgres', "SET client_min_messages = warning; SET revyops.client_id = $client; CALL revyops_import_contacts('of_$member')");
	my $which = $key eq 'email' ? "substring(email, '^n(\\d+)\@')" : "substring(linkedin_url, '-(\\d+)\$')";
	my %got = map { split /\|/, $_, 2 } split /\x1e\n?/, $node->safe_psql('postgres',
		"SELECT $which || '|' || $stored{$member} || E'\\x1e' FROM revyops.contact c WHERE client_id = $client
		UNION ALL SELECT ordinal - 1 || '|!' || (errors->0->>'code') || E'\\x1e' FROM revyops.import_reject WHERE client_id = $client");
	$n = 0;
	for my $case (@{ $cases{$member} })
	{
		is($got{$n} // 'not there', $case->[1], "$member: " . ($case->[0] =~ s/[\n\r]/ /gr));
		$n++;
	}
}
unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
