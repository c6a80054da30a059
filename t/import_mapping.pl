# Which column of an import is which member: by the names that programs give, by the owner's aliases, and
# what becomes of columns of one member.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION revyops');

sub sql { return $node->safe_psql('postgres', $_[0]) }

my $client;
my $n = 0;

# import makes a client, imports a table of texts, and gives the counts, or the error and its DETAIL.
sub import
{
	my ($headers, @rows) = @_;
	my $table = 'source_' . $n++;
	my $columns = join ', ', map { '"' . s/"/""/gr . '" text' } @$headers;
	my $values = join ', ', map { '(' . join(', ', map { defined $_ ? "'" . s/'/''/gr . "'" : 'NULL' } @$_) . ')' } @rows;
	$client = sql("SELECT revyops_create_client('x')");
	sql("SELECT revyops_set_client_setting($client, 'on_unknown_domain', 'create')");
	my ($rc, $out, $err) = $node->psql('postgres', "CREATE TABLE $table ($columns); INSERT INTO $table VALUES $values; SET revyops.client_id = $client; CALL revyops_import_contacts('$table')");
	return $1 if $err =~ /ERROR:  .*\nDETAIL:  (.*)/;
	return $err unless $err =~ /.*rows: (\d+) created, (\d+) duplicates?, (\d+) failed/s;
	return "$1 $2 $3";
}

# contacts are those that the last import made: members, then custom fields.
sub contacts
{
	return sql("SELECT concat_ws('|', coalesce(email, '-'), coalesce(linkedin_url, '-'), first_name, last_name, coalesce((SELECT concat_ws(' ', domain, nullif(name, '')) FROM revyops.company k WHERE k.id = c.company_id), '-'),
		(SELECT string_agg((f->>'field_name') || '=' || (f->>'field_value'), ', ' ORDER BY o) FROM jsonb_array_elements(custom_fields) WITH ORDINALITY t(f, o)))
		FROM revyops.contact c WHERE client_id = $client ORDER BY id");
}

my $in = 'https://www.linkedin.com/in/';

# ---- the table of aliases
is(sql("SELECT count(*) > 900, count(*) FILTER (WHERE NOT shipped), count(*) FILTER (WHERE member IS NULL AND header !~ '^(Unnamed: 0|import_(line|outcome|faults))\$') FROM revyops.import_alias"), 't|0|0', 'there is a list');
is(sql("SELECT string_agg(DISTINCT entity || ' ' || member, ', ' ORDER BY entity || ' ' || member) FROM revyops.import_alias"),
	'company domain, company name, contact User Email, contact company_id, contact company_name, contact email, contact first_name, contact last_name, contact linkedin_url', 'of members that there are, and of those of others');
is(sql("SELECT string_agg(header, ', ') FROM revyops.import_alias WHERE key <> revyops.import_header_key(key)"), '', 'a key is its own');
for my $case ([ 'E-mail 1 - Value', 'email1value' ], [ 'ＥＭＡＩＬ', 'email' ], [ "Pre\xcc\x81nom", 'prénom' ], [ "a-\xcc\x87", "\xc8\xa7" ], [ "Te\xe2\x84\x9dm", 'term' ], [ ' # Employees', 'employees' ], [ '❌ ⚠️', '' ], [ 'メールアドレス', 'メールアドレス' ], [ 'first_name', 'firstname' ], [ 'İ', "i\xcc\x87" ])
{
	my ($header, $key) = @$case;
	is(sql("SELECT revyops.import_header_key('$header')"), $key, "the key of $header");
}

# ---- what programs call their columns
my $csv_of_linkedin = [ 'First Name', 'Last Name', 'URL', 'Email Address', 'Company', 'Position', 'Connected On' ];
for my $case (
	[ 'Apollo', [ 'First Name', 'Last Name', 'Title', 'Company Name', 'Email', 'Contact Owner', 'Account Owner', 'Person Linkedin Url', 'Website', 'Company Linkedin Url' ],
		[ 'Jane', 'Doe', 'CEO', 'Acme Inc', 'jane@acme.example', 'rep@us.example', 'boss@us.example', 'http://www.linkedin.com/in/jane', 'acme.example', 'http://www.linkedin.com/company/acme' ],
		"jane\@acme.example|${in}jane|Jane|Doe|acme.example Acme Inc|Title=CEO, Contact Owner=rep\@us.example, Account Owner=boss\@us.example, Company Linkedin Url=http://www.linkedin.com/company/acme" ],
	[ 'HubSpot', [ "\xef\xbb\xbfRecord ID", 'First Name', 'Last Name', 'Email', 'Contact owner', 'Company Name', 'Website URL', 'LinkedIn URL', 'Additional email addresses' ],
		[ '901', 'Jane', 'Doe', 'jane@hub.example', 'x@us.example', 'Hub Ltd', 'hub.example', 'linkedin.com/in/jane-hub', 'jd@hub.example' ],
		"jane\@hub.example|${in}jane-hub|Jane|Doe|hub.example Hub Ltd|Record ID=901, Contact owner=x\@us.example, Additional email addresses=jd\@hub.example" ],
	[ 'Salesforce', [ 'ID', 'FIRSTNAME', 'LASTNAME', 'ACCOUNTID', 'ACCOUNT.NAME', 'ACCOUNT.WEBSITE', 'TITLE', 'EMAIL', 'LINKEDIN__C' ],
		[ '003XX', 'Jane', 'Doe', '', 'Acme', 'www.acme.example', '', 'jane@sf.example', "${in}jane-sf/" ], "jane\@sf.example|${in}jane-sf|Jane|Doe|acme.example Acme|ID=003XX" ],
	[ 'Salesforce reports', [ 'First Name', 'Last Name', 'Account Name', 'Email', 'Account Owner', 'Website' ],
		[ 'Jane', 'Doe', 'Acme', 'j@sf.example', 'Rep', 'acme.example' ], "j\@sf.example|-|Jane|Doe|acme.example Acme|Account Owner=Rep" ],
	[ 'Sales Navigator', [ 'profileUrl', 'fullName', 'firstName', 'lastName', 'companyName', 'companyId', 'companyUrl', 'linkedInProfileUrl', 'defaultProfileUrl' ],
		[ 'https://www.linkedin.com/sales/lead/ACwAAAbCdEfGhIjKlMnOpQrStUvWxYz0123456A,NAME_SEARCH,Ab1C', 'Jane Doe', 'Jane', 'Doe', 'Acme', '1234', 'https://www.linkedin.com/sales/company/1234', '', '' ],
		"-|${in}ACwAAAbCdEfGhIjKlMnOpQrStUvWxYz0123456A|Jane|Doe|-|fullName=Jane Doe, companyName=Acme, companyId=1234, companyUrl=https://www.linkedin.com/sales/company/1234" ],
	[ 'Clay', [ 'Find people', 'Name', 'First Name', 'LinkedIn Profile', 'Company Domain', 'Work Email', 'Work Email (2)', 'Job Title' ],
		[ '★ Jane', 'Jane Doe', 'Jane', "${in}jane-clay", 'acme.example', 'jane@clay.example', '', 'CTO' ], "jane\@clay.example|${in}jane-clay|Jane||acme.example|Find people=★ Jane, Name=Jane Doe, Job Title=CTO" ],
	[ 'Google', [ 'First Name', 'Last Name', 'Organization Name', 'E-mail 1 - Label', 'E-mail 1 - Value', 'E-mail 2 - Value', 'Labels' ],
		[ 'Jane', 'Doe', 'Acme', '* Work', 'jane@g.example', 'jane@home.example', '* myContacts' ], 'jane@g.example|-|Jane|Doe|-|Organization Name=Acme, E-mail 1 - Label=* Work, E-mail 2 - Value=jane@home.example, Labels=* myContacts' ],
	[ 'Google, the old form', [ 'Name', 'Given Name', 'Family Name', 'E-mail 1 - Type', 'E-mail 1 - Value', 'Organization 1 - Name' ],
		[ 'Jane Doe', 'Jane', 'Doe', '*', 'jane@g.example', '' ], 'jane@g.example|-|Jane|Doe|-|Name=Jane Doe, E-mail 1 - Type=*' ],
	[ 'Outlook', [ 'Title', 'First Name', 'Last Name', 'Company', 'E-mail Address', 'E-mail 2 Address', 'Web Page', "Manager's Name" ],
		[ 'Dr', 'Jane', 'Doe', 'Acme', 'jane@o.example', '', 'http://www.acme.example/', 'Max' ], "jane\@o.example|-|Jane|Doe|acme.example Acme|Title=Dr, Manager's Name=Max" ],
	[ 'Outlook, Japanese', [ '名', '姓', '電子メール アドレス', 'Web ページ' ], [ 'Jane', 'Doe', 'jane@o.example', 'http://www.acme.example/' ], "jane\@o.example|-|Jane|Doe|acme.example" ],
	[ 'Outlook, Polish', [ 'Imię', 'Nazwisko', 'Adres 2 e-mail', 'Strona sieci Web' ], [ 'Jane', 'Doe', 'jane@o.example', 'http://www.acme.example/' ], "jane\@o.example|-|Jane|Doe|acme.example" ],
	[ 'LinkedIn, Chinese', [ '名字', '姓氏', '邮箱地址' ], [ 'Jane', 'Doe', 'jane@o.example' ], "jane\@o.example|-|Jane|Doe|-" ],
	[ 'LinkedIn Connections', $csv_of_linkedin, [ 'Jane', 'Doe', "${in}jane-li", '', 'Acme', 'CEO', '12 Mar 2024' ], "-|${in}jane-li|Jane|Doe|-|Company=Acme, Position=CEO, Connected On=12 Mar 2024" ],
	[ 'a URL of another file', [ 'Email', 'URL' ], [ 'jane@u.example', 'https://blog.example/jane' ], 'jane@u.example|-|||-|URL=https://blog.example/jane' ],
	[ 'Outlook in German', [ 'Anrede', 'Vorname', 'Nachname', 'Firma', 'E-Mail-Adresse', 'Webseite' ], [ 'Frau', 'Jane', 'Doe', 'Acme GmbH', 'jane@de.example', 'www.acme.example' ], 'jane@de.example|-|Jane|Doe|acme.example Acme GmbH|Anrede=Frau' ],
	[ 'Name beside Vorname', [ 'Vorname', 'Name', 'E-Mail' ], [ 'Jane', 'Doe', 'jane@de.example' ], 'jane@de.example|-|Jane|Doe|-' ],
	[ 'Name beside both', [ 'Name', 'Vorname', 'Nachname', 'E-Mail' ], [ 'Jane Doe', 'Jane', '', 'jane@de.example' ], 'jane@de.example|-|Jane||-|Name=Jane Doe' ],
	[ 'French', [ 'Prénom', 'Nom', 'Adresse e-mail', "Nom de l'entreprise", 'Site web', 'Profil LinkedIn' ], [ 'Zoé', 'Doe', 'zoe@fr.example', 'Acme SA', 'acme.example', 'in/zoe' ], "zoe\@fr.example|${in}zoe|Zoé|Doe|acme.example Acme SA" ],
	[ 'Spanish', [ 'Nombre', 'Apellidos', 'Correo electrónico', 'Nombre de la empresa', 'Página web' ], [ 'José', 'Díaz', 'jose@es.example', 'Acme SL', 'acme.example' ], 'jose@es.example|-|José|Díaz|acme.example Acme SL' ],
	[ 'Pipedrive', [ 'Person - Name', 'Person - First name', 'Person - Email - Work', 'Person - Organization' ], [ 'Jane Doe', 'Jane', 'jane@pd.example', 'Acme' ], 'jane@pd.example|-|Jane||-|Person - Name=Jane Doe, Person - Organization=Acme' ],
	[ "others' addresses", [ 'Email', 'Referrer email', 'Company email', 'Manager email', 'Assistant email', 'Owner Email', 'Email Status' ], [ '', 'a@x.example', 'b@x.example', 'c@x.example', 'd@x.example', 'e@x.example', 'x' ], '' ],
	[ 'Dux-Soup', [ 'Profile', 'Degree', 'First Name', 'Last Name', 'Company', 'CompanyProfile', 'CompanyWebsite', 'Email', 'SalesProfile', 'PublicProfile' ],
		[ "${in}jane-dux", '2', 'Jane', 'Doe', 'Acme', 'https://www.linkedin.com/company/acme', 'acme.example', '', '', '' ],
		"-|${in}jane-dux|Jane|Doe|acme.example Acme|Degree=2, CompanyProfile=https://www.linkedin.com/company/acme" ],
	[ 'Pipedrive in German', [ 'Person - Vorname', 'Person - E-Mail - Arbeit', 'Organization - Name' ], [ 'Jane', 'jane@pd.example', '' ], 'jane@pd.example|-|Jane||-' ],
	[ 'LinkedIn in German', [ 'Vorname', 'Nachname', 'URL', 'E-Mail-Adresse', 'Vernetzt am' ], [ 'Jane', 'Doe', "${in}jane-de", '', '12. März 2024' ], "-|${in}jane-de|Jane|Doe|-|Vernetzt am=12. März 2024" ],
	[ 'GetProspect', [ 'First name', 'Email', 'Company name', 'Company URL', 'Company LinkedIn URL' ], [ 'Jane', 'jane@gp.example', 'Acme', 'https://acme.example', 'https://www.linkedin.com/company/acme' ],
		'jane@gp.example|-|Jane||acme.example Acme|Company LinkedIn URL=https://www.linkedin.com/company/acme' ],
	[ 'a profile of another kind', [ 'Email', 'Profile' ], [ 'jane@u.example', 'Marketing' ], 'jane@u.example|-|||-|Profile=Marketing' ],
	[ 'Calendly', [ 'User Name', 'User Email', 'Invitee First Name', 'Invitee Last Name', 'Invitee Email' ], [ 'Rep', 'rep@us.example', 'Jane', 'Doe', 'jane@c.example' ], 'jane@c.example|-|Jane|Doe|-|User Name=Rep, User Email=rep@us.example' ],
	[ 'users', [ 'user_email' ], [ 'jane@c.example' ], 'jane@c.example|-|||-' ],
	[ 'La Growth Machine', [ 'Lead first name', 'Lead last name', 'Lead pro email', 'Lead perso email', 'Lead company name', 'Lead company website' ],
		[ 'Jane', 'Doe', '', 'jane@l.example', 'Acme', 'acme.example' ], 'jane@l.example|-|Jane|Doe|acme.example Acme' ],
	[ 'RocketReach', [ 'First Name', 'Current Employer', 'Recommended Email', 'Work Emails', 'LinkedIn' ], [ 'Jane', 'Acme', '', 'jane@r.example', '' ], 'jane@r.example|-|Jane||-|Current Employer=Acme' ],
	[ 'a form', [ 'What is your first name?', "What's your work email?", 'What is your LinkedIn profile?', 'What company do you work for?' ], [ 'Jane', 'jane@f.example', 'in/jane-f', '' ], "jane\@f.example|${in}jane-f|Jane||-" ],
	[ 'Attio', [ 'Name > First name', 'Name > Last name', 'Email addresses', 'Company > Name', 'Company > Domains' ], [ 'Jane', 'Doe', 'jane@a.example', 'Acme', 'acme.example' ], 'jane@a.example|-|Jane|Doe|acme.example Acme' ],
	[ 'Outlook in Spanish', [ 'Nombre', 'Apellidos', 'Organización', 'Dirección de correo electrónico', 'Dirección del correo electrónico 2' ], [ 'José', 'Díaz', '', '', 'jose@o.example' ], 'jose@o.example|-|José|Díaz|-' ],
	[ 'Seamless', [ 'Contact Full Name', 'First Name', 'Last Name', 'Company Name', 'Company Name - Cleaned', 'Website', 'Primary Email', 'Contact LI Profile URL', 'Email 1', 'Email 1 Validation', 'Company LI Profile Url' ],
		[ 'Jane Doe', 'Jane', 'Doe', '', 'Acme', 'acme.example', '', "${in}jane-se", 'jane@se.example', 'Valid', 'https://www.linkedin.com/company/acme' ],
		"jane\@se.example|${in}jane-se|Jane|Doe|acme.example Acme|Contact Full Name=Jane Doe, Email 1 Validation=Valid, Company LI Profile Url=https://www.linkedin.com/company/acme" ],
	[ 'Salesgenie', [ 'Company Name', 'Executive First Name', 'Executive Last Name', 'Email', 'Website' ], [ 'Acme', 'Jane', 'Doe', 'jane@sg.example', 'acme.example' ], 'jane@sg.example|-|Jane|Doe|acme.example Acme' ],
	[ "HubSpot's API, flattened", [ 'id', 'properties.email', 'properties.firstname', 'properties.lastname', 'properties.company', 'properties.website', 'properties.hs_linkedin_url' ],
		[ '1', 'jane@hs.example', 'Jane', 'Doe', 'Acme', 'acme.example', 'linkedin.com/in/jane-hs' ], "jane\@hs.example|${in}jane-hs|Jane|Doe|acme.example Acme" ],
	[ 'Eventbrite', [ 'Attendee First Name', 'Attendee Surname', 'Attendee Email', 'Buyer Email' ], [ 'Jane', 'Doe', 'jane@ev.example', 'max@ev.example' ], 'jane@ev.example|-|Jane|Doe|-|Buyer Email=max@ev.example' ],
	[ "an id of another system's company", [ 'email', 'Company ID', 'companyId' ], [ 'a@x.example', '1', '2' ], 'a@x.example|-|||-|Company ID=1, companyId=2' ],
	)
{
	my ($name, $headers, $row, $contact) = @$case;
	is(import($headers, $row), $contact ne '' ? '1 0 0' : '0 0 1', "$name: a row");
	is(contacts(), $contact, "$name: its contact");
}

# ---- several columns of one member
is(import([ 'Email', 'Work Email', 'Personal Email' ], [ 'a@x.example', 'A@X.example', 'p@x.example' ], [ '', 'nobody', 'b@x.example' ], [ 'nobody', '', 'c@x.example' ], [ 'N/A', '', '' ]), '3 0 1', 'several columns of addresses');
is(contacts(), "a\@x.example|-|||-|Personal Email=p\@x.example\nb\@x.example|-|||-|Work Email=nobody\nc\@x.example|-|||-", 'the first valid one, the others are custom fields');
is(import([ 'E-Mail', 'email' ], [ 'second@x.example', 'first@x.example' ]), '1 0 0', 'a column named as the member');
is(contacts(), 'first@x.example|-|||-|E-Mail=second@x.example', 'counts before the others');
is(import([ 'Website', 'Company Domain', 'Email' ], [ 'not one', 'acme.example', 'a@x.example' ], [ '12', '', 'b@x.example' ]), '2 0 0', 'several columns of a company');
is(contacts(), "a\@x.example|-|||acme.example\nb\@x.example|-|||-", 'a valid one; a number is none where it need not be ours');

# a number of a table is as the same text of a file: an id only where the column says so
$client = sql("SELECT revyops_create_client('x')");
my $company = sql("SET revyops.client_id = $client; SELECT revyops_create_company('{\"domain\": \"ours.example\"}')->>'id'");
sql("CREATE TABLE numbers (email text, \"Website\" int, \"Company Domain\" numeric); INSERT INTO numbers VALUES ('a\@x.example', $company, NULL), ('b\@x.example', NULL, $company)");
sql("CREATE TABLE ids (email text, company_id int); INSERT INTO ids VALUES ('c\@x.example', $company)");
sql("CREATE TABLE said (email text, \"Website\" int); INSERT INTO said VALUES ('d\@x.example', $company)");
sql("SET client_min_messages = warning; SET revyops.client_id = $client; CALL revyops_import_contacts('numbers', on_fault => 'drop_value'); CALL revyops_import_contacts('ids'); CALL revyops_import_contacts('said', columns => '{\"Website\": \"company_id\"}')");
is(contacts(), "a\@x.example|-|||-\nb\@x.example|-|||-\nc\@x.example|-|||ours.example\nd\@x.example|-|||ours.example", 'a number that an alias makes a company is no id');
is(sql("SELECT concat_ws(' ', ordinal, member, value, code) FROM revyops.import_note WHERE client_id = $client ORDER BY job, number"), "1 company_id $company invalid_company\n2 company_id $company invalid_company", 'and noted');

is(import([ 'Mail', 'Mail (2)', 'Mail (3)', 'Mail (40)', 'Note', 'Note (2)', 'Score (2)', '(2)' ], [ '', 'nobody', '', 'd@x.example', 'a', 'b', 'c', 'd' ]), '1 0 0', 'columns of one name');
is(contacts(), 'd@x.example|-|||-|Mail (2)=nobody, Note=a, Note (2)=b, Score (2)=c, (2)=d', 'are all what the first one is');

# ---- refused at once
is(import([ 'Name', 'Mail an', 'My LinkedIn contact' ], [ 'x', 'y', 'z' ]) =~ s/"message":"[^"]*",//r, '[{"parameter":"columns","code":"no_key_column","nearest":["Mail an","My LinkedIn contact"]}]', 'a source in which nobody could be found: near columns');
is(import([ 'emial', 'x' ], [ 'x', 'y' ]) =~ s/"message":"[^"]*",//r, '[{"parameter":"columns","code":"no_key_column","nearest":["emial"]}]', 'a typing error');
is(import([ 'a', 'b' ], [ 'x', 'y' ]) =~ s/"message":"[^"]*",//r, '[{"parameter":"columns","code":"no_key_column","nearest":[]}]', 'none');
is(sql("SELECT count(*) FROM revyops.import_job WHERE client_id = $client"), '0', 'no job');

# ---- the owner's aliases
sql("INSERT INTO revyops.import_alias (entity, header, member) VALUES ('contact', 'Kontaktweg', 'email'), ('contact', 'Secondary e-mail', NULL), ('contact', 'Job Title', 'Title'), ('company', 'Email', 'name')");
is(import([ 'KONTAKTWEG', 'Secondary Email', 'job_title' ], [ 'a@x.example', 'gone@x.example', 'CEO' ]), '1 0 0', "the owner's aliases");
is(contacts(), 'a@x.example|-|||-|Title=CEO', 'a member, left out, a custom field of another name');
for my $case ([ "('person', 'x', 'email')", 'import_alias_entity_check' ], [ "('contact', '?!', 'email')", 'import_alias_header_has_key' ], [ "('contact', 'kontakt-weg', 'email')", 'import_alias_pkey' ])
{
	my ($row, $constraint) = @$case;
	my ($rc, $out, $err) = $node->psql('postgres', "INSERT INTO revyops.import_alias (entity, header, member) VALUES $row");
	like($err, qr/"$constraint"/, "an alias that is none: $row");
}

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
