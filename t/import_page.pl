# Files to contacts, by the statements of doc/import.md as they stand there, on the exports of t/files.  What the page says of
# tables is in t/import_csv.pl.
use strict;
use warnings;

use File::Copy;
use File::Temp;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use document;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', "CREATE EXTENSION revyops; SELECT revyops_create_client('One')");
my $dir = File::Temp::tempdir(CLEANUP => 1);
copy($_, $dir) or die for glob 't/files/*.csv';
my %page = document::blocks('doc/import.md', 'sql');
my %shown = document::blocks('doc/import.md', '');
my %ran;

sub sql { return $node->safe_psql('postgres', $_[0]) }

# connected is where a program finds the server.
sub connected { @ENV{ 'PGHOST', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGCLIENTENCODING' } = ($node->host, $node->port, 'postgres', $_[0], 'UTF8') }

# follow types a block of a part of the page, and gives what psql says, errors last; rates left out.
sub follow
{
	my ($heading, $block, $user) = @_;
	my ($out, $err);

	$ran{"$heading $block"} = 1;
	my $ok = IPC::Run::run([ 'sh', '-c', 'cd "$0" && exec psql -XAtq -v ON_ERROR_STOP=1', $dir ], '<', \$page{$heading}[$block], '>', \$out, '2>', \$err, init => sub { connected($user // 'importer') });
	ok($ok, "$heading: psql goes through") or diag $err;
	return "$out$err" =~ s/[\d,]+ rows\/s/N rows\/s/gr;
}

# counted is what the last line for an import says.
sub counted { return $_[0] =~ /NOTICE:  (?:import|check) \d+: ([^\n]*); N rows\/s\n\z/ ? $1 : $_[0] }

# contacts shows contacts: members, the company, custom fields.
sub contacts
{
	my ($condition) = @_;
	return sql("SELECT concat_ws('|', coalesce(email, '-'), coalesce(linkedin_url, '-'), first_name, last_name, coalesce((SELECT concat_ws(' ', domain, nullif(name, '')) FROM revyops.company k WHERE k.id = c.company_id), '-'),
		(SELECT string_agg((f->>'field_name') || '=' || (f->>'field_value'), ', ' ORDER BY o) FROM jsonb_array_elements(custom_fields) WITH ORDINALITY t(f, o)))
		FROM revyops.contact c WHERE $condition ORDER BY id");
}

# looks_like tells whether each line that the page shows is in what was said, up to an ellipsis; numbers of imports and rates aside.
sub looks_like
{
	my ($said, $page, $name) = @_;
	my $plain = sub { return $_[0] =~ s/(import|check) \d+/$1 N/r =~ s/[\d,N]+ rows\/s/N rows\/s/r };
	my @said = map { $plain->($_) } split /\n/, $said;

	for my $line (grep { $_ ne '…' } split /\n/, $page)
	{
		my $start = $plain->($line) =~ s/, ….*//r;
		ok((grep { $line =~ /…/ ? index($_, $start) == 0 : $_ eq $start } @said) > 0, "$name shows: $line");
	}
}

# whoever runs the tests is the superuser
my $me = sql('SELECT current_user');
is(follow('Once, as an administrator', 0, $me), "\n", 'once, as an administrator');

# ---- the file in two lines, and what the page shows of it
my $said = follow('A file in two lines', 0);
looks_like($said, $shown{'A file in two lines'}[0], 'two lines: the page');
is(counted($said), '4 rows: 4 created, 0 duplicates, 0 failed, 2 values changed', 'two lines: the counts');
$said = follow('A file in two lines', 1);
like($said, qr/NOTICE:  check 2: 3 rows: 2 created, 0 duplicates, 1 failed; N rows\/s\n/, 'hubspot.csv: a check');
is(counted($said), '3 rows: 2 created, 0 duplicates, 1 failed', 'hubspot.csv: and the same as an import');
is(sql('SELECT count(*) FROM pg_largeobject_metadata'), '0', 'the files are gone then');
ok(length($page{'A file in two lines'}[0] =~ s/^\\lo_import.*\n//r) < 120, 'two lines: so much is typed');

# ---- a check
my $before = sql('SELECT count(*) FROM revyops.contact');
$said = follow('Check it first', 0);
looks_like($said, $shown{'Check it first'}[0], 'check: the page');
is(sql('SELECT count(*) FROM revyops.contact'), $before, 'check: no contact');

# ---- each export
my %counted = (
	HubSpot => '3 rows: 0 created, 2 duplicates, 1 failed',
	Salesforce => '2 rows: 2 created, 0 duplicates, 0 failed, 1 value changed',
	'Sales Navigator, by a scraper' => '2 rows: 2 created, 0 duplicates, 0 failed, 1 value changed',
	Clay => '3 rows: 3 created, 0 duplicates, 0 failed, 3 values changed',
	'Google Contacts' => '3 rows: 2 created, 0 duplicates, 1 failed, 1 value changed',
	Outlook => '2 rows: 2 created, 0 duplicates, 0 failed, 1 value changed',
	'LinkedIn Connections' => '3 rows: 2 created, 0 duplicates, 1 failed',
	Excel => '1 rows: 1 created, 0 duplicates, 0 failed',
	pandas => '3 rows: 2 created, 0 duplicates, 1 failed, 2 values changed');
is(counted(follow($_, 0)), $counted{$_}, $_) for sort keys %counted;
my $in = 'https://www.linkedin.com/in/';
is(contacts("email ~ 'kite|lind'"), "grace\@kite.example|-|Grace|Okoro|kite.example Kite & Co|Organization Title=Head of Sales, Labels=* myContacts, E-mail 1 - Label=* Work, E-mail 2 - Label=Home, "
	. "E-mail 2 - Value=grace.okoro\@home.example, Phone 1 - Label=Mobile, Phone 1 - Value=+1 555 0111, Website 1 - Label=Work\n"
	. "hugo\@lind.example|-|Hugo|Lind|-|Notes=Met in Oslo.\nCall in May., Labels=Conference ::: * myContacts, E-mail 1 - Label=*", 'Google Contacts: the contacts');
is(contacts("email ~ 'lumen|harbour'"), "ines\@lumen.example|-|Inès|Moreau|lumen.example Lumen|Title=Dr., Job Title=CTO, Business City=Lyon, E-mail Type=SMTP, "
	. "E-mail Display Name=Inès Moreau (ines\@lumen.example), Notes=First line\r\nSecond line\nkofi\@harbour.example|-|Kofi|Mensah|-|Company=Harbour Ltd, E-mail Type=EX, E-mail Display Name=Kofi Mensah, E-mail 2 Type=SMTP", 'Outlook: the contacts');
is(contacts("linkedin_url ~ 'fjord|vela'"), "-|${in}lena-fjord-1a2b3c|Lena|Fjord|-|Company=Fjord Analytics, Position=Founder, CEO, Connected On=12 Mar 2024\n"
	. "marco\@vela.example|${in}marco-vela|Marco|Vela|-|Company=Vela, Position=Engineer, Connected On=03 Jan 2023", 'LinkedIn Connections: the contacts');
is(contacts("email ~ '^(juergen|pd.)\@'"), "juergen\@acme.example|-|Jürgen|Groß|acme.example Acme Inc|Umsatz=1.234,50\npd1\@acme.example|-|Jane||acme.example Acme Inc|score=87.0\npd2\@acme.example|-|||-|score=NaN", 'Excel and pandas: the contacts');
is(sql("SELECT string_agg(member || ' ' || value || ' ' || code, E'\\n' ORDER BY n.job, number) FROM revyops.import_note n WHERE value ~ '^/o=|:::'"),
	"email hugo\@lind.example ::: hugo.lind\@home.example more_values\nemail /o=ExchangeLabs/ou=Group/cn=Recipients/cn=kofi invalid_email", 'what is noted of them');

# ---- companies
is(counted(follow('Companies', 0)), '3 rows: 0 created, 2 updated, 1 failed', 'companies: the counts');
is(sql("SELECT concat_ws('|', domain, name, (SELECT string_agg((f->>'field_name') || '=' || (f->>'field_value'), ', ' ORDER BY o) FROM jsonb_array_elements(custom_fields) WITH ORDINALITY t(f, o))) FROM revyops.company WHERE domain ~ 'kite|lumen' ORDER BY 1"),
	"kite.example|Kite & Co|Industry=Logistics, # Employees=42, Company Linkedin Url=http://www.linkedin.com/company/kite-co\nlumen.example|Lumen|Industry=Energy, # Employees=7", 'companies: what is there');

# ---- columns
is(counted(follow('What a column means', 0)), '3 rows: 0 created, 3 duplicates, 0 failed', 'columns: the counts');
is(sql('SELECT mapping FROM revyops.import_job ORDER BY id DESC LIMIT 1'), '{"Name": "Name", "Location": "Location", "Job Title": "Title", "Last Name": "last_name", "First Name": "first_name", "Work Email": "email", "Find people": null, '
	. '"Enrich Person": null, "Company Domain": "company_id", "Work Email (2)": "email", "LinkedIn Profile": "linkedin_url", "Company Table Data": "Company Table Data"}', 'columns: the mapping');
is(follow('What a column means', 1, $me), '', 'aliases');
is(sql("SET revyops.client_id = 1; SELECT revyops_import_csv(convert_to(E'Interne Notiz;KONTAKTWEG\\nx;alias\@acme.example\\n', 'UTF8'))->'mapping'"), '{"KONTAKTWEG": "email", "Interne Notiz": null}', 'aliases: they count');

# ---- the report, put right, and in again
sub spurt { open(my $file, '>', $_[0]) or die; print $file $_[1]; close($file) }
spurt("$dir/mine.csv", "Email,First Name,Website\nwrong,Ann,acme.example\nright\@acme.example,Bob,nowhere\n");
my ($report, $again) = $page{'What was rejected, and what was changed'}[0] =~ /report/ ? (0, 1) : die;
$page{mine} = [ "\\lo_import mine.csv\nCALL revyops_import_file(:LASTOID, on_fault => 'drop_value');" ];
is(counted(follow('mine', 0)), '2 rows: 1 created, 0 duplicates, 1 failed, 1 value changed', 'a file with faults');
is(follow('What was rejected, and what was changed', $report), '', 'the report goes to a file');
my $text = slurp_file("$dir/report.csv");
is($text, "Email,First Name,Website,import_line,import_outcome,import_faults\nwrong,Ann,acme.example,2,rejected,/email: invalid_email\nright\@acme.example,Bob,nowhere,3,changed,company_id: invalid_company (nowhere)\n", 'the report: the rows as they were, and what is wrong with them');
spurt("$dir/report.csv", $text =~ s/^wrong,/ann\@acme.example,/mr =~ s/Bob,nowhere/Bob,acme.example/r);
is(counted(follow('What was rejected, and what was changed', $again)), '2 rows: 1 created, 1 updated, 0 failed', 'put right, both are in');
is(contacts("email ~ '^(ann|right)\@acme'"), "right\@acme.example|-|Bob||acme.example Acme Inc\nann\@acme.example|-|Ann||acme.example Acme Inc", 'as they are now, without the columns that the report added');

# ---- from a program
SKIP:
{
	my %python = document::blocks('doc/import.md', 'python');
	my ($out, $err);
	skip 'there is no python3-psycopg', 1 unless IPC::Run::run([ '/usr/bin/python3', '-c', 'import psycopg' ], '2>', \$err);
	spurt("$dir/program.py", "import psycopg\nconnection = psycopg.connect('', autocommit=True)\n$python{'From a program'}[0]");
	IPC::Run::run([ 'sh', '-c', 'cd "$0" && exec /usr/bin/python3 program.py', $dir ], '>', \$out, '2>', \$err, init => sub { connected('importer') });
	is("$out$err", "0 created, 0 failed; linkedin_url []\n", 'from a program');
}

# ---- all of the page was run, here or in t/import_csv.pl
my %elsewhere = map { $_ => 1 } 'Watch, from another session of the role', 'Once, for rows of a table', 'Load and import, as the role', 'Count what was rejected', 'Again, after a break', 'A login of several clients';
is_deeply([ grep { !$ran{$_} } map { my $h = $_; map { "$h $_" } 0 .. $#{ $page{$h} } } grep { !$elsewhere{$_} } sort keys %page ], [], 'nothing on the page was left out');
unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000/, 'nothing odd in the server\'s log');
done_testing();
