# The rules for domains come with the system. What an older one wrote and this one doesn't is found by the commands of
# doc/operations.md, can be read, and can be changed to something else.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use page;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
SET revyops.client_id = 1;
SELECT revyops_create_company('{"domain": "bücher.example"}');
SELECT revyops_create_contact('{"email": "ann@bücher.example"}'), revyops_create_contact('{"email": "bob@acme.com"}');
INSERT INTO revyops.free_mail_exception VALUES (revyops_normalize_domain('münze.example'));
INSERT INTO revyops.company_host_exception VALUES (revyops_normalize_domain('höfe.example'), 'page');
EOS
# An A-label that no library has ever written stands for one that this one writes no more. What has it got in before its rules changed.
my %check = (company => [ 'company_domain_canonical', 'is_canonical_domain(domain)' ], contact => [ 'contact_email_canonical', 'is_canonical_email(email)' ],
	free_mail_exception => [ 'free_mail_exception_domain_canonical', 'is_canonical_domain(domain)' ],
	company_host_exception => [ 'company_host_exception_host_canonical', 'is_canonical_domain(host)' ]);
is($node->safe_psql('postgres', "SELECT revyops.is_canonical_domain('xn--a.example'), revyops.is_canonical_domain('xn--bcher-kva.example')"), 'f|t', 'a name that is not written like that, and one that is');
$node->safe_psql('postgres', join '', map { "ALTER TABLE revyops.$_ DROP CONSTRAINT $check{$_}[0];\n" } keys %check);
$node->safe_psql('postgres', <<'EOS');
INSERT INTO revyops.company (client_id, domain) VALUES (1, 'www2.xn--a.example');
INSERT INTO revyops.contact (client_id, email, linkedin_url) VALUES (1, 'cid@xn--a.example', NULL), (1, NULL, revyops_normalize_linkedin_url('in/dan'));
INSERT INTO revyops.free_mail_exception VALUES ('xn--a.example');
INSERT INTO revyops.company_host_exception VALUES ('xn--a.host.example', 'page');
EOS
$node->safe_psql('postgres', join '', map { "ALTER TABLE revyops.$_ ADD CONSTRAINT $check{$_}[0] CHECK (revyops.$check{$_}[1]) NOT VALID;\n" } keys %check);

my $heading = 'Domains after an upgrade of the system';
my ($found) = page::follow($node, $heading, 'sql', 1);
my ($company, $contact) = $found =~ /^company\|1\|(\d+)\|.*\ncontact\|1\|(\d+)\|/;
is($found, "company|1|$company|www2.xn--a.example\ncontact|1|$contact|cid\@xn--a.example\nfree-mail exception|||xn--a.example\nhost exception|||xn--a.host.example\n", 'it finds each of them and nothing else');
my $names = PostgreSQL::Test::Utils::tempdir . '/names';
page::follow($node, $heading, 'sh', 1, names => $names);
is(join('', sort split /^/m, slurp_file($names)), "www2.xn--a.example\nxn--a.example\nxn--a.host.example\nxn--bcher-kva.example\nxn--hfe-sna.example\nxn--mnze-0ra.example\n", 'the names to ask about');
($found) = page::follow($node, $heading, 'sh', 2, names => $names);
like($found, qr/^-+\n www2\.xn--a\.example\n xn--a\.example\n xn--a\.host\.example\n\(3 rows\)\n/m, 'and those that are wrong');

# ---- what becomes of them
my $as = 'SET revyops.client_id = 1; SELECT ';
is($node->safe_psql('postgres', "${as}revyops_get_contact($contact)->>'email'"), 'cid@xn--a.example', 'one can be read');
my ($rc, $out, $err) = $node->psql('postgres', "${as}revyops_update_contact($contact, '{\"first_name\": \"Cid\"}')");
like($err, qr/ERROR:  new row for relation "contact" violates check constraint "contact_email_canonical"/, 'not changed, as long as it has the address');
is($node->safe_psql('postgres', "${as}revyops_update_contact($contact, '{\"email\": \"cid\@acme.com\", \"first_name\": \"Cid\"}')->>'email'"), 'cid@acme.com', 'given another');
is($node->safe_psql('postgres', "${as}revyops_update_company($company, '{\"domain\": \"acme.example\"}')->>'domain'"), 'acme.example', 'a company, too');
$node->safe_psql('postgres', "DELETE FROM revyops.free_mail_exception WHERE domain = 'xn--a.example'; DELETE FROM revyops.company_host_exception WHERE host = 'xn--a.host.example'");
($found) = page::follow($node, $heading, 'sql', 1);
is($found, '', 'and nothing is found any more');
$node->safe_psql('postgres', join '', map { "ALTER TABLE revyops.$_ VALIDATE CONSTRAINT $check{$_}[0];\n" } keys %check);
done_testing();
