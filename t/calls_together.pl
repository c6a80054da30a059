# Twelve clients make every single call that writes contacts, companies, their fields or settings, on six contacts and four companies:
# only what the reference lists comes of it, and next to no deadlock.  Upserts are in upsert_race.pl, batches in batch_race.pl:
# those may meet in one more easily.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');	# SQLSTATEs
$node->start;

# What was done is counted in sequences, which a rollback leaves alone.
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
CREATE FUNCTION try(function text, VARIADIC arguments text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT revyops_%s(%s)', function, (SELECT string_agg(quote_literal(a), ', ' ORDER BY n) FROM unnest(arguments) WITH ORDINALITY u (a, n)));
	PERFORM nextval('done_' || function);
EXCEPTION WHEN SQLSTATE 'PT301' OR SQLSTATE 'PT400' OR SQLSTATE 'PT404' OR SQLSTATE 'PT409' OR SQLSTATE 'PT422' THEN
	NULL;
END
$$;
CREATE FUNCTION contact(n int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT id FROM revyops.contact WHERE email = n || '@acme.com'), (SELECT id FROM revyops.contact WHERE linkedin_url = 'https://www.linkedin.com/in/' || n), 0) $$;
CREATE FUNCTION company(n int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT id FROM revyops.company WHERE domain = n || '.com'), 0) $$;
CREATE FUNCTION field(name int, value int) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('field_name', 'f' || name, 'field_value', value::text) $$;
CREATE FUNCTION field_of_contact(owner bigint, n int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT (f->>'id')::bigint FROM revyops.contact, jsonb_array_elements(custom_fields) f WHERE id = owner AND f->>'field_name' = 'f' || n), 0) $$;
CREATE FUNCTION field_of_company(owner bigint, n int) RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce((SELECT (f->>'id')::bigint FROM revyops.company, jsonb_array_elements(custom_fields) f WHERE id = owner AND f->>'field_name' = 'f' || n), 0) $$;
EOS

# function => calls, each with how often it is made
my %calls = (
	create_contact => {
		"jsonb_build_object('email', :e || '\@acme.com', 'linkedin_url', 'in/' || :o, 'contact_custom_fields', jsonb_build_array(field(:f, :v)))::text" => 4,
		"jsonb_build_object('email', :e || '\@acme.com', 'company_id', :c || '.com')::text" => 4,
		"jsonb_build_object('email', :e || '\@acme.com', 'company_id', :c || '.com')::text, 'NESTED', :v::text" => 2 },
	update_contact => {
		"contact(:e)::text, jsonb_build_object('email', :o || '\@acme.com')::text" => 4,
		"contact(:e)::text, jsonb_build_object('linkedin_url', 'in/' || :o)::text" => 4,
		"contact(:e)::text, jsonb_build_object('company_id', :c || '.com', 'contact_status', :v::text)::text" => 4,
		"contact(:e)::text, jsonb_build_object('company_id', null)::text" => 2,
		"contact(:e)::text, jsonb_build_object('contact_custom_fields', jsonb_build_array(field(:f, :v)))::text" => 4 },
	delete_contact => { "contact(:e)::text" => 3 },
	erase_contact => { "contact(:e)::text" => 1 },
	merge_contacts => { "contact(:e)::text, contact(:o)::text" => 4 },
	add_contact_custom_field => { "contact(:e)::text, field(:f, :v)::text" => 3 },
	update_contact_custom_field => { "contact(:e)::text, field_of_contact(contact(:e), :f)::text, field(:v % 4 + 1, :v)::text" => 3 },
	delete_contact_custom_field => { "contact(:e)::text, field_of_contact(contact(:e), :f)::text" => 3 },
	create_company => { "jsonb_build_object('domain', :c || '.com', 'company_custom_fields', jsonb_build_array(field(:f, :v)))::text" => 4 },
	update_company => {
		"company(:c)::text, jsonb_build_object('domain', (:v % 4 + 1) || '.com', 'company_status', :e::text)::text" => 8,
		"company(:c)::text, jsonb_build_object('company_custom_fields', jsonb_build_array(field(:f, :v)))::text" => 4 },
	merge_companies => { "company(:c)::text, company(:v % 4 + 1)::text" => 6 },
	add_company_domain => { "company(:c)::text, (ARRAY['x', '1', '2', '3'])[:v % 4 + 1] || '.com'" => 2 },
	remove_company_domain => { "company(:c)::text, (ARRAY['x', '1', '2', '3'])[:v % 4 + 1] || '.com'" => 2 },
	delete_company => { "company(:c)::text" => 1 },
	add_company_custom_field => { "company(:c)::text, field(:f, :v)::text" => 3 },
	update_company_custom_field => { "company(:c)::text, field_of_company(company(:c), :f)::text, field(:v % 4 + 1, :v)::text" => 3 },
	delete_company_custom_field => { "company(:c)::text, field_of_company(company(:c), :f)::text" => 3 },
	define_custom_field => { "'contact', 'f' || :f, 'text'" => 1, "'company', 'f' || :f, 'text'" => 1 },
	rename_custom_field => { "'contact', 'f' || :f, 'f' || :v" => 1, "'company', 'f' || :f, 'f' || :v" => 1 },
	remove_custom_field => { "'contact', 'f' || :f, (ARRAY['keep', 'delete'])[:v % 2 + 1]" => 1, "'company', 'f' || :f, (ARRAY['keep', 'delete'])[:v % 2 + 1]" => 1 },
	set_client_setting => { "'1', 'on_unknown_domain', (ARRAY['error', 'create'])[:v % 2 + 1]" => 1, "'1', 'infer_company', (ARRAY['off', 'on'])[:v % 2 + 1]" => 1, "'1', 'on_key_conflict', (ARRAY['error', 'update'])[:v % 2 + 1]" => 1 });

my %scripts;
foreach my $function (sort keys %calls)
{
	$node->safe_psql('postgres', "CREATE SEQUENCE done_$function MINVALUE 0");
	my $n = 0;
	$scripts{"$function$n\@$calls{$function}{$_}"} = join "\n", 'SET revyops.client_id = 1;',
	  '\set e random(1, 6)', '\set o random(1, 6)', '\set c random(1, 4)', '\set f random(1, 4)', '\set v random(1, 8)',
	  "SELECT try('$function', $_);\n" and $n++ foreach sort keys %{ $calls{$function} };
}
# deadlocks: makes 24,000 calls, and returns what the server logged of those that a deadlock ended
sub deadlocks
{
	my ($round) = @_;
	my $before = -s $node->logfile;
	my %scripts_of_round = map { s/^/$round/r => $scripts{$_} } keys %scripts;
	$node->pgbench('-n -c 12 -j 2 -t 2000', 0, [qr/processed: \d+\/24000/], [qr/^$/], "$round: no client was broken off", \%scripts_of_round);
	my $log = slurp_file($node->logfile, $before);
	my @deadlocks = $log =~ /^[^\n]*ERROR:  40P01: .*?(?=^[^\t\n]*STATEMENT: )/msg;
	diag($_) foreach @deadlocks;
	unlike($log, qr/ERROR:  (?!40P01)|PANIC|TRAP|terminated by signal/, "$round: no error but 301, 400, 404, 409 and 422");
	return @deadlocks;
}

# One of 1,500,000 calls was seen to end so, on a busy machine; by which two locks is not known.  Before they were
# mended, one of 15,000 was.
ok(!deadlocks('first') || !deadlocks('second'), 'no deadlocks twice');

foreach my $function (sort keys %calls)
{
	cmp_ok($node->safe_psql('postgres', "SELECT last_value FROM done_$function"), '>', 10, "$function was done");
}
is($node->safe_psql('postgres', <<'EOS'), '0|0|0', 'no key twice');
SELECT (SELECT count(email) - count(DISTINCT email) FROM revyops.contact), (SELECT count(linkedin_url) - count(DISTINCT linkedin_url) FROM revyops.contact),
	(SELECT count(*) - count(DISTINCT domain) FROM revyops.company)
EOS
is($node->safe_psql('postgres', <<'EOS'), '0', 'no name of a custom field twice');
SELECT count(*) FROM (SELECT custom_fields FROM revyops.contact UNION ALL SELECT custom_fields FROM revyops.company) c
WHERE (SELECT count(DISTINCT f->>'field_name') <> count(*) FROM jsonb_array_elements(custom_fields) f)
EOS
is($node->safe_psql('postgres', <<'EOS'), '0', 'old ids lead to contacts, and are none');
SELECT count(*) FROM revyops.merged_contact WHERE id IN (SELECT id FROM revyops.contact) OR kept_id NOT IN (SELECT id FROM revyops.contact)
EOS
done_testing();
