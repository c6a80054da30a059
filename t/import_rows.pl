# What revyops_import_contacts makes of a row: the verdict of a single create,
# whichever way the row says it, and what its columns mean.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');	# SQLSTATEs
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
CREATE EXTENSION citext;
CREATE TABLE vector (n int, line jsonb);
CREATE TABLE verdict (n int, way text, verdict jsonb);

-- prepare makes the client that a vector is tried by.
CREATE FUNCTION prepare(i int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	vector jsonb := (SELECT line FROM vector WHERE n = i);
	client int := revyops_create_client(vector->>'name');
BEGIN
	PERFORM set_config('revyops.client_id', client::text, false);
	PERFORM revyops_create_company('{"domain": "acme.com"}');
	IF vector ? 'given' THEN
		PERFORM revyops_create_contact(vector->'given');
	END IF;
	RETURN client;
END
$$;

-- stored is what contacts a client has, but for what differs from create to create.
CREATE FUNCTION stored(client int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(to_jsonb(c) - '{client_id,id,updated_time}'::text[] || jsonb_build_object(
			'company_id', (SELECT domain FROM revyops.company WHERE id = c.company_id),
			'custom_fields', (SELECT jsonb_agg(field - '{id,updated_time}'::text[] ORDER BY o)
				FROM jsonb_array_elements(c.custom_fields) WITH ORDINALITY f(field, o))) ORDER BY id), '[]')
	FROM revyops.contact c WHERE client_id = client $$;

CREATE FUNCTION verdict_of_create(i int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	client int := prepare(i);
	verdict jsonb := '{"status": 201}';
	detail jsonb;
BEGIN
	BEGIN
		PERFORM revyops_create_contact((SELECT line->'body' FROM vector WHERE n = i));
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		verdict := jsonb_build_object('status', right(SQLSTATE, 3)::int);
		IF SQLSTATE <> 'PT409' THEN	-- the import counts those
			verdict := verdict || jsonb_build_object('errors', detail);
		END IF;
	END;
	RETURN verdict || jsonb_build_object('stored', stored(client));
END
$$;

-- verdict_of_import tells what became of the one row that a client has imported.
CREATE FUNCTION verdict_of_import(client int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE rows_seen::text || created || duplicates || failed
			WHEN '1100' THEN '{"status": 201}' WHEN '1010' THEN '{"status": 409}' WHEN '1001' THEN '{}' ELSE to_jsonb(job) END
		|| coalesce((SELECT jsonb_agg(jsonb_build_object('status', status, 'errors', errors)) FROM revyops.import_reject r
			WHERE (r.client_id, r.job, r.ordinal) = (job.client_id, job.id, 1))->0, '{}')
		|| jsonb_build_object('stored', stored(client))
	FROM revyops.import_job job WHERE client_id = client $$;

-- table_of says a body in columns.
CREATE FUNCTION table_of(body jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT 'CREATE TABLE one AS SELECT ' || string_agg(CASE jsonb_typeof(value)
		WHEN 'string' THEN format('%L::text AS %I', value#>>'{}', key)
		WHEN 'number' THEN format('%s::numeric AS %I', value, key)
		WHEN 'boolean' THEN format('%s::boolean AS %I', value, key)
		ELSE format('%L::jsonb AS %I', value, key) END, ', ')
	FROM jsonb_each(body) $$;
EOS

# ---- the vectors
my @vectors = grep { $_ ne '' } split /\n/, slurp_file('t/vectors/create_contact.jsonl');
s/\{(\d+) x ([^}]+)\}/$2 x $1/e for @vectors;
my $script = '';
for my $n (0 .. $#vectors)
{
	(my $line = $vectors[$n]) =~ s/'/''/g;
	$script .= "INSERT INTO vector VALUES ($n, '$line');\nINSERT INTO verdict VALUES ($n, 'create', verdict_of_create($n));\n";
	for my $way ('contact', 'columns')
	{
		# a body that is no object has no members to be columns; a table without a column of a key is refused as a whole
		$script .= "SELECT (jsonb_typeof(line->'body') = 'object' AND line->'body' ?| '{email,linkedin_url}') OR '$way' = 'contact' AS said, prepare($n) AS client FROM vector WHERE n = $n \\gset\n\\if :said\n";
		$script .= $way eq 'contact' ? "CREATE TABLE one AS SELECT line->'body' AS contact FROM vector WHERE n = $n;\n" : "SELECT table_of(line->'body') FROM vector WHERE n = $n \\gexec\n";
		$script .= "CALL revyops_import_contacts('one');\nDROP TABLE one;\nINSERT INTO verdict SELECT $n, '$way', verdict_of_import(:client);\n\\endif\n";
	}
}
$node->safe_psql('postgres', "SET client_min_messages = warning;\n$script");
is($node->safe_psql('postgres', 'SELECT way, count(*) FROM verdict GROUP BY 1 ORDER BY 1'), "columns|30\ncontact|33\ncreate|33", 'vectors: all are said as a body, and all but three in columns');
for my $n (0 .. $#vectors)
{
	my $name = $node->safe_psql('postgres', "SELECT line->>'name' FROM vector WHERE n = $n");
	my %verdicts = map { split /\|/, $_, 2 } split /\n/, $node->safe_psql('postgres', "SELECT way, verdict FROM verdict WHERE n = $n");

	# the one thing that columns say otherwise: who is no member is a custom field
	$verdicts{columns} =~ s/\Q[{"field_name": "favourite_colour", "field_value": "blue"}]\E/null/ if $name eq 'unknown members are ignored' && defined $verdicts{columns};
	is($node->safe_psql('postgres', "SELECT line->>'status' = verdict->>'status' FROM vector JOIN verdict USING (n) WHERE n = $n AND way = 'contact'"), 't', "$name: the vector's status");
	is($verdicts{$_}, $verdicts{create}, "$name: $_") for grep { defined $verdicts{$_} } 'contact', 'columns';
}

# ---- columns
my $client = 0;

# import makes a client, imports as it, and gives what it was told; the rate left out.
sub import
{
	my ($setup, $arguments, $settings) = @_;
	$client = $node->safe_psql('postgres', "SELECT revyops_create_client('x')");
	$node->safe_psql('postgres', "SET revyops.client_id = $client; SELECT revyops_create_company('{\"domain\": \"acme.com\"}')");
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY terse\nSET revyops.client_id = $client;\n" . ($settings // '') . "\nSET client_min_messages = warning;\n$setup;\nRESET client_min_messages;\nCALL revyops_import_contacts($arguments);");
	$err =~ s/^psql:\S+ //mg;
	$err =~ s/NOTICE:  import \d+: columns\n//g;	# what they are is t/import_mapping.pl's
	$err =~ s/NOTICE:  import \d+: //g;
	$err =~ s/[\d,]+ rows\/s/N rows\/s/g;
	return $err;
}

# fields are the custom fields of the contacts imported last, one a line.
sub notes { return $node->safe_psql('postgres', "SELECT ordinal, member, value, code FROM revyops.import_note WHERE client_id = $client ORDER BY number") }
sub fields
{
	return $node->safe_psql('postgres', "SELECT field->>'field_name', field->>'field_value' FROM revyops.contact, jsonb_array_elements(custom_fields) WITH ORDINALITY f(field, o) WHERE client_id = $client ORDER BY contact.id, o");
}

sub contacts
{
	return $node->safe_psql('postgres', "SELECT concat_ws('|', email, linkedin_url, first_name, last_name, company_id IS NOT NULL, origin, contact_status) FROM revyops.contact WHERE client_id = $client ORDER BY id");
}

# rejects are the rows rejected last, their errors as pointers and codes.
sub rejects
{
	return $node->safe_psql('postgres', "SELECT ordinal, source_row, status, (SELECT string_agg((e->>'pointer') || ' ' || (e->>'code'), ', ' ORDER BY n) FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n)) FROM revyops.import_reject WHERE client_id = $client ORDER BY job, ordinal");
}

my $one = '1 rows: 1 created, 0 duplicates, 0 failed; N rows/s';
my $types = <<'EOS';
CREATE TYPE mood AS ENUM ('sad', 'so "happy"');
CREATE DOMAIN name_of_us AS text CHECK (VALUE <> 'x');
CREATE DOMAIN name_of_ours AS name_of_us;
CREATE DOMAIN points AS numeric(8, 2);
CREATE TABLE types AS SELECT 'types@acme.com'::text AS email,
	(-7)::int2 AS int2, 7::int4 AS int4, 9223372036854775807::int8 AS int8, 1.50::numeric AS "numeric", 1e30::numeric AS big,
	'NaN'::numeric AS nan, '-Infinity'::numeric AS inf, 'Infinity'::float8 AS float_inf, 0.1::float8 AS float8, 1e-7::float4 AS float4, 1e300::float8 AS huge,
	true AS yes, false AS no,
	'2026-11-24'::date AS date, 'infinity'::date AS date_inf, '0044-03-15 BC'::date AS ides, '2026-11-24 10:11:12.5'::timestamp AS timestamp,
	'2026-11-24 10:11:12.5+01'::timestamptz AS timestamptz, 'infinity'::timestamptz AS timestamptz_inf, '10:11:12'::time AS time, '1 day 2 hours'::interval AS interval,
	'00000000-0000-0000-0000-00000000000A'::uuid AS uuid, ARRAY['a', 'b,c', NULL] AS texts, ARRAY[[1, 2], [3, 4]] AS ints, '{}'::int[] AS none,
	'{"a": 1}'::json#>'{a}' AS json, '"é\n"'::json AS json_string, 'true'::jsonb AS jsonb_bool, '"text"'::jsonb AS jsonb_string, '1.50'::jsonb AS jsonb_number,
	'sad'::mood AS enum, 'CiText'::citext AS citext, 'ch'::char(5) AS char, 'v'::varchar(9) AS varchar, 'n'::name AS name, '\x00ff'::bytea AS bytea,
	'ours'::name_of_ours AS of_domain, 2::points AS points, '10.0.0.1/8'::inet AS inet, int4range(1, 5) AS range, '(1,2)'::point AS point, 12.5::money AS money, '' AS empty, ' x ' AS trimmed
EOS
my $seen = <<'EOS';
int2|-7
int4|7
int8|9223372036854775807
numeric|1.50
big|1000000000000000000000000000000
nan|NaN
inf|-Infinity
float_inf|Infinity
float8|0.1
float4|0.0000001
huge|1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
yes|true
no|false
date|2026-11-24
date_inf|infinity
ides|0044-03-15 BC
timestamp|2026-11-24T10:11:12.5
timestamptz|2026-11-24T09:11:12.5+00:00
timestamptz_inf|infinity
time|10:11:12
interval|1 day 02:00:00
uuid|00000000-0000-0000-0000-00000000000a
texts|{a,"b,c",NULL}
ints|{{1,2},{3,4}}
none|{}
json|1
json_string|é
jsonb_bool|true
jsonb_string|text
jsonb_number|1.50
enum|sad
citext|CiText
char|ch
varchar|v
name|n
bytea|\x00ff
of_domain|ours
points|2.00
inet|10.0.0.1/8
range|[1,5)
point|(1,2)
money|$12.50
trimmed|x
EOS
chomp $seen;
is(import($types, "'types'", "SET timezone = 'UTC';"), $one, 'types: a row of many');
is(fields(), $seen, 'types: each value as JSON has it, or as the server prints it');
is(import('SELECT', "'types'", "SET timezone = 'Asia/Tokyo'; SET datestyle = 'German, DMY';"), $one, 'types: with another DateStyle and time zone');
$seen =~ s/2026-11-24T09:11:12.5\+00:00/2026-11-24T18:11:12.5+09:00/;
is(fields(), $seen, 'types: a time is the same instant, dates are the same texts');

is(import('CREATE TABLE containers AS SELECT NULL::text AS linkedin_url, \'c@acme.com\'::text AS email, \'{"a": [1, "x"]}\'::jsonb AS "A", \'[1]\'::json AS "B", \'null\'::jsonb AS "C"', "'containers'"),
	'1 rows: 0 created, 0 duplicates, 1 failed; N rows/s', 'types: objects, arrays and JSON null are no values');
is(rejects(), '1|{"A": {"a": [1, "x"]}, "B": [1], "C": null, "email": "c@acme.com", "linkedin_url": null}|400|/contact_custom_fields_input/0/field_value not_a_string, /contact_custom_fields_input/1/field_value not_a_string, /contact_custom_fields_input/2/field_value null_not_allowed', 'types: and are shown as what they are');

is(import('CREATE TABLE wrong AS SELECT 1 AS email, \'{"a": 1}\'::jsonb AS linkedin_url, true AS company_id, ARRAY[\'x\'] AS first_name, \'2026-11-24\'::date AS last_name, 2.5 AS origin', "'wrong'"),
	'1 rows: 0 created, 0 duplicates, 1 failed; N rows/s', 'members of other types: rejected');
is(rejects(), '1|{"email": 1, "origin": 2.5, "last_name": "2026-11-24", "company_id": true, "first_name": "{x}", "linkedin_url": {"a": 1}}|400|/email not_a_string, /linkedin_url not_a_string, /company_id invalid_company, /origin not_a_string', 'members of other types: what has a text is one');

# JSON that jsonb does not hold, as texts
is(import(q{CREATE TABLE odd_json AS SELECT 'u@acme.com' AS email, '"a\u0000b"'::json AS "Odd", NULL::text AS contact_custom_fields_input
	UNION ALL SELECT 'n@acme.com', '1e999999', NULL UNION ALL SELECT 'd@acme.com', (repeat('[', 1000) || repeat(']', 1000))::json, NULL UNION ALL SELECT 's@acme.com', '"\ud800"', NULL
	UNION ALL SELECT 'l@acme.com', '1e9', '[{"field_name": "A", "field_value": 1e999999}]' UNION ALL SELECT 'z@acme.com', '0', '[{"field_name": "A", "field_value": "\u0000"}]'}, "'odd_json'"),
	'6 rows: 4 created, 0 duplicates, 2 failed; N rows/s', 'JSON beyond jsonb: an import goes on');
is(fields(), join("\n", 'Odd|"a\u0000b"', 'Odd|1e999999', 'Odd|' . ('[' x 1000) . (']' x 1000), 'Odd|"\ud800"'), 'JSON beyond jsonb: stays a text');
is(rejects(), '5|{"Odd": 1000000000, "email": "l@acme.com", "contact_custom_fields_input": "[{\"field_name\": \"A\", \"field_value\": 1e999999}]"}|400|/contact_custom_fields_input not_an_array' . "\n"
	. '6|{"Odd": 0, "email": "z@acme.com", "contact_custom_fields_input": "[{\"field_name\": \"A\", \"field_value\": \"\\\\u0000\"}]"}|400|/contact_custom_fields_input not_an_array', 'JSON beyond jsonb: is no list of custom fields');

# ---- names of columns
is(import(q{CREATE TABLE names (gone int, email text, "Job Title" text, "Städte" text, "EMAIL" text, "qu""ote" text, "back\slash" text, "it's" text, "🙂" text, also_gone text,
	"double" int GENERATED ALWAYS AS (length(email) * 2) STORED, "Zaïre-é" text, id int, client_id int, updated_time text, previous_status int, status_changed_at jsonb, contact_custom_fields text, contact text, "tableoid " int, last_name text);
	INSERT INTO names VALUES (1, 'N@acme.com', 'CTO', 'Köln', 'upper', 'q', 'b', 'i', 's', 'g', DEFAULT, 'z', 99, 98, 'never', 97, '{}', 'no list', 'a text', 96, 'Lee');
	ALTER TABLE names DROP gone, DROP also_gone, ADD added text DEFAULT 'a'}, "'names'"), $one =~ s/failed/failed, 1 value changed/r, 'names: quotes, letters of all kinds, columns dropped, added and generated');
is(contacts(), 'n@acme.com||Lee|f||', 'names: members, read-only ones ignored');
is(fields(), "Job Title|CTO\nStädte|Köln\nEMAIL|upper\nqu\"ote|q\nback\\slash|b\nit's|i\n🙂|s\ndouble|20\nZaïre-é|z\nclient_id|98\ncontact|a text\ntableoid|96\nadded|a", 'names: the others are custom fields');
is(import(q{CREATE SCHEMA "Odd ""schema"""; CREATE TABLE "Odd ""schema"""."Tab'le" AS SELECT 'q@acme.com' AS email}, q{'"Odd ""schema"""."Tab''le"'}), $one, 'names: a table and a schema with quotes');
is($node->safe_psql('postgres', "SELECT source FROM revyops.import_job WHERE client_id = $client"), q{"Odd ""schema"""."Tab'le"}, 'names: are told as SQL has them');
is(import(q{CREATE TABLE blank_name AS SELECT 'b@acme.com' AS email, 1 AS " ", 2 AS " A", 3 AS "A" UNION ALL SELECT 'nobody', 1, 2, 3}, "'blank_name'"), '2 rows: 1 created, 0 duplicates, 1 failed; N rows/s', 'names: that are none, or the same without blanks');
is(fields(), "column 2|1\nA|2\nA (2)|3", 'names: are made unique');
is(rejects(), '2|{"A": 2, "A (2)": 3, "email": "nobody", "column 2": 1}|400|/email invalid_email', 'names: also where a row is shown');
is(import(qq{CREATE TABLE marked AS SELECT 'm\@acme.com' AS "\x{feff}email", 'Max' AS "first_name ", 'other' AS "email"}, "'marked'"), $one, 'names: a byte order mark or a blank is none of a member');
is(contacts(), "m\@acme.com|Max||f||", 'names: the first of two that are one is the member');
is(fields(), "email (2)|other", 'names: the other a custom field');

# ---- a body in one column, and what stands beside it
is(import(q{CREATE TABLE bodies AS SELECT 'ignored' AS first_name, contact::jsonb, 7 AS "Score" FROM (VALUES ('{"email": "b1@acme.com", "last_name": "Lee"}'), ('7'), (NULL), ('null'), ('{"email": "B1@acme.com"}'), ('{"email": "b2@acme.com", "origin": "own"}'), ('{"email": "b3@acme.com", "origin": null}'), ('{"email": "b4@acme.com", "origin": ""}')) v(contact)},
	"'bodies', origin => 'csv'"), '8 rows: 3 created, 1 duplicate, 4 failed; N rows/s', 'a body: nothing else counts');
is(contacts(), "b1\@acme.com||Lee|f|csv|\nb2\@acme.com|||f|own|\nb4\@acme.com|||f|csv|", 'a body: the default origin is for those that name none; blank is none');
is(rejects(), join("\n", '2|{"Score": 7, "contact": 7, "first_name": "ignored"}|400| not_an_object', map({ "$_|{\"Score\": 7, \"contact\": null, \"first_name\": \"ignored\"}|400| not_an_object" } 3, 4), '7|{"Score": 7, "contact": {"email": "b3@acme.com", "origin": null}, "first_name": "ignored"}|400|/origin null_not_allowed'), 'a body: what is none is rejected');
is(import(q{CREATE DOMAIN body AS jsonb; CREATE TABLE domain_bodies AS SELECT '{"email": "b1@acme.com"}'::body AS contact, 7 AS "Score"}, "'domain_bodies'"), $one, 'a body: of a domain over jsonb');
is(fields(), '', 'a body: no custom field of a column beside it');
is(import(q{CREATE TABLE json_bodies AS SELECT '{"email": "b1@acme.com"}'::json AS contact, 'b2@acme.com' AS email}, "'json_bodies'"), '1 rows: 0 created, 0 duplicates, 1 failed; N rows/s', 'a body: json is not jsonb');

# ---- upsert: rows change who is there; the default origin is for new ones, and two contacts are a reject
my $there = "SELECT revyops_create_contact('{\"email\": \"a\@acme.com\", \"last_name\": \"Old\", \"contact_status\": \"New\"}'), revyops_create_contact('{\"linkedin_url\": \"in/b\"}')";
is(import(qq{$there; CREATE TABLE upserts AS SELECT * FROM (VALUES ('A\@acme.com', NULL, 'New', NULL, 'Active', 1), ('c\@acme.com', NULL, 'Cee', NULL, NULL, 2), ('a\@acme.com', 'in/b', NULL, NULL, NULL, NULL),
	(NULL, 'in/b', NULL, 'own', NULL, NULL), ('c\@acme.com', 'in/c', NULL, NULL, NULL, 3), ('nope', NULL, NULL, NULL, NULL, NULL),
	('c\@acme.com', 'in/bob', 'Bob', NULL, NULL, NULL)) v(email, linkedin_url, last_name, origin, contact_status, "Score")},
	"'upserts', origin => 'csv', mode => 'upsert'", ''), '7 rows: 1 created, 3 updated, 3 failed; N rows/s', 'upsert: counts');
is(contacts(), "a\@acme.com||New|f||Active\nhttps://www.linkedin.com/in/b|||f|own|\nc\@acme.com|https://www.linkedin.com/in/c||Cee|f|csv|", 'upsert: contacts');
is(fields(), "Score|1\nScore|3", 'upsert: fields');
is(rejects() =~ s/\{[^}]*\}/ROW/gr, "3|ROW|409|/email already_exists, /linkedin_url already_exists\n6|ROW|400|/email invalid_email\n7|ROW|409|/email already_exists, /linkedin_url key_conflict", 'upsert: two contacts are a reject, and a key that differs');
is($node->safe_psql('postgres', "SELECT mode, rows_seen, created, updated_rows, duplicates, failed FROM revyops.import_job WHERE client_id = $client"), 'upsert|7|1|3|0|3', 'upsert: the job');
my $with_company = join ', ', map { "revyops_create_contact('{\"email\": \"$_\@acme.com\", \"last_name\": \"Lee\", \"company_id\": \"acme.com\"}')" } 'a', 'b';
is(import(qq{SELECT $with_company; CREATE TABLE upsert_blanks AS SELECT * FROM (VALUES ('a\@acme.com', ' ', ''), ('b\@acme.com', NULL, NULL)) v(email, last_name, company_id)},
	"'upsert_blanks', mode => 'upsert'", ''), '2 rows: 0 created, 2 updated, 0 failed; N rows/s', 'upsert: blanks');
is(contacts(), "a\@acme.com||Lee|t||\nb\@acme.com||Lee|t||", 'upsert: a blank text leaves a member and the company as they are, as NULL does');
like(import('SELECT 1', "'upserts', mode => 'x'"), qr/invalid request/, 'a mode that is none');
like(import('SELECT 1', "'upserts', mode => NULL"), qr/invalid request/, 'mode NULL');

# ---- lists of custom fields, and the default origin
for my $type ('jsonb', 'json', 'text', 'varchar')
{
	is(import(qq{CREATE TABLE list_$type AS SELECT 'l\@acme.com' AS email, 'x' AS "After", '[{"field_name": "A", "field_value": 1}, {"field_name": "B", "field_value": "2"}]'::$type AS contact_custom_fields_input, NULL AS "Not", 'own' AS origin
		UNION ALL SELECT 'l2\@acme.com', NULL, NULL, 'y', NULL UNION ALL SELECT 'l3\@acme.com', NULL, '[]', NULL, '' UNION ALL SELECT 'l4\@acme.com', 'x', '[{"field_name": "After", "field_value": "y"}]', NULL, ''
		UNION ALL SELECT 'l5\@acme.com', NULL, '{"a": 1}', NULL, ''}, "'list_$type', origin => ' default '"), '5 rows: 3 created, 0 duplicates, 2 failed; N rows/s', "a list as $type: beside columns");
	is(fields(), "A|1\nB|2\nAfter|x\nNot|y", "a list as $type: its fields come first");
	is(contacts(), "l\@acme.com|||f|own|\nl2\@acme.com|||f|default|\nl3\@acme.com|||f|default|", "a list as $type: the default origin is for NULL and blank");
	my $list = $type =~ /json/ ? sub { $_[0] } : sub { (my $text = $_[0]) =~ s/"/\\"/g; "\"$text\"" };
	is(rejects(), '4|{"Not": null, "After": "x", "email": "l4@acme.com", "origin": "", "contact_custom_fields_input": ' . $list->('[{"field_name": "After", "field_value": "y"}]') . "}|400|/contact_custom_fields_input/1/field_name duplicate\n"
		. '5|{"Not": null, "After": null, "email": "l5@acme.com", "origin": "", "contact_custom_fields_input": ' . $list->('{"a": 1}') . '}|400|/contact_custom_fields_input not_an_array', "a list as $type: faults");
}
is(import(q{CREATE TABLE objects AS SELECT 'o1@acme.com' AS email, '{"A": 1, "B": "x"}'::jsonb AS contact_custom_fields, 'c' AS "C", NULL AS contact_custom_fields_input
	UNION ALL SELECT 'o2@acme.com', '[{"field_name": "A", "field_value": 2}]', NULL, '[{"field_name": "A", "field_value": 3}]' UNION ALL SELECT 'o3@acme.com', '"ignored"', NULL, ' '}, "'objects'"), '3 rows: 3 created, 0 duplicates, 0 failed, 2 values changed; N rows/s', 'the other list: beside columns, and beside the first');
is(fields(), "A|1\nB|x\nC|c\nA|3", 'the other list: its fields, then those of columns, whose values count');
is(notes(), "2|A|2|duplicate\n3|contact_custom_fields|ignored|not_an_array", 'the other list: what gave way is noted, and what is no list');
is(import(q{CREATE TABLE text_objects AS SELECT 'o1@acme.com' AS email, '{"A": 1, "B": null}' AS contact_custom_fields_input, 'c' AS "A" UNION ALL SELECT 'o2@acme.com', '{"A": 1, "B": true}', NULL}, "'text_objects', mode => 'upsert'"), '2 rows: 2 created, 0 updated, 0 failed, 1 value changed; N rows/s', 'an object as text: an upsert takes it in either');
is(fields(), "A|c\nA|1\nB|true", 'an object as text: of a name twice the column counts');
is(notes(), '1|A|1|duplicate', 'an object as text: the other value is noted');
is(import(q{CREATE TABLE null_lists AS SELECT 'l@acme.com' AS email, 'null'::jsonb AS contact_custom_fields_input, 'null'::jsonb AS contact_custom_fields, 'x' AS "A" UNION ALL SELECT 'l2@acme.com', '7', 'true', 'y'}, "'null_lists', on_fault => 'drop_value'"), '2 rows: 2 created, 0 duplicates, 0 failed, 2 values changed; N rows/s', 'a list that is JSON null, a number, a boolean');
is(fields(), "A|x\nA|y", 'a list that is none takes no column along');
is(notes(), "2|contact_custom_fields|true|not_an_array\n2|contact_custom_fields_input|7|not_an_array", 'a list that is none is noted');
is(import(q{CREATE TABLE blank_list AS SELECT 'l@acme.com' AS email, '' AS contact_custom_fields_input, 'x' AS "A" UNION ALL SELECT 'l2@acme.com', E' \t', 'y' UNION ALL SELECT 'l3@acme.com', 'none', 'z'}, "'blank_list'"), '3 rows: 2 created, 0 duplicates, 1 failed; N rows/s', 'a list that is a blank text: is none');
is(fields(), "A|x\nA|y", 'a list that is a blank text: other columns count');
is(import(q{CREATE TABLE blanks AS SELECT ' B@acme.com ' AS email, '' AS linkedin_url, ' ' AS company_id, ' Ann ' AS first_name, NULL AS last_name UNION ALL SELECT '', ' ', NULL, '', ''}, "'blanks'"), '2 rows: 1 created, 0 duplicates, 1 failed; N rows/s', 'blanks: are no values, NULL is absent');
is(contacts(), 'b@acme.com|Ann||f||', 'blanks: white space is taken off') or diag contacts();
is(rejects(), '2|{"email": "", "last_name": "", "company_id": null, "first_name": "", "linkedin_url": " "}|400| identifier_required', 'blanks: identifiers');

# company_id as number, digits and domain
is(import(q{CREATE TABLE of_company AS SELECT 'c' || i || '@acme.com' AS email, c AS company_id FROM (VALUES (1, 'acme.com'), (2, 'https://www.acme.com/x'), (3, (SELECT max(id)::text FROM revyops.company)), (4, '1'), (5, 'unknown.example'), (6, '9999999999')) v(i, c)}, "'of_company'"), '6 rows: 3 created, 0 duplicates, 3 failed; N rows/s', 'companies: by domain and by digits');
is(rejects(), "4|{\"email\": \"c4\@acme.com\", \"company_id\": \"1\"}|401|/company_id other_client\n5|{\"email\": \"c5\@acme.com\", \"company_id\": \"unknown.example\"}|404|/company_id not_found\n6|{\"email\": \"c6\@acme.com\", \"company_id\": \"9999999999\"}|404|/company_id not_found", 'companies: of others, and that are none');
is(import(q{CREATE TABLE of_number AS SELECT 'c' || t || '@acme.com' AS email, (SELECT max(id) FROM revyops.company) AS company_id FROM generate_series(1, 2) t}, "'of_number'"), '2 rows: 2 created, 0 duplicates, 0 failed; N rows/s', 'companies: by number');
is(contacts(), "c1\@acme.com|||t||\nc2\@acme.com|||t||", 'companies: found');

# a name beside a company, where only the name is there it stays
is(import(q{CREATE TABLE named AS SELECT 'n' || n || '@acme.com' AS email, c AS company_id, 'Named ' || n AS "Company Name" FROM (VALUES (1, '"acme.com"'::jsonb), (2, 'null'), (3, NULL), (4, '""')) v(n, c)}, "'named'"),
	'4 rows: 4 created, 0 duplicates, 0 failed; N rows/s', 'companies: as JSON, with a name');
is(contacts(), "n1\@acme.com|||t||\nn2\@acme.com|||f||\nn3\@acme.com|||f||\nn4\@acme.com|||f||", 'companies: JSON\'s null is none');
is(fields(), "Company Name|Named 2\nCompany Name|Named 3\nCompany Name|Named 4", 'companies: a name without one is a custom field');

# ---- what can be read
my $row = "SELECT 'r' || i || '\@acme.com' AS email, i AS \"N\" FROM generate_series(1, 3) i";
my $three = '3 rows: 3 created, 0 duplicates, 0 failed; N rows/s';
is(import("CREATE VIEW a_view AS $row ORDER BY i DESC", "'a_view'"), $three, 'a view');
is(fields(), "N|3\nN|2\nN|1", 'a view: its order is kept');
is(import("CREATE MATERIALIZED VIEW stored_view AS $row", "'stored_view'"), $three, 'a materialized view');
is(import("CREATE TEMP TABLE temporary AS $row", "'temporary'"), $three, 'a temporary table');
is(import("CREATE TEMP TABLE dropped ON COMMIT DROP AS $row", "'dropped'"), "ERROR:  relation \"dropped\" does not exist at character 30", 'a temporary table that is gone');
is(import("CREATE UNLOGGED TABLE unlogged AS $row", "'unlogged'"), $three, 'an unlogged table');
is(import("CREATE TABLE parted (email text, \"N\" int) PARTITION BY LIST (\"N\"); CREATE TABLE part_1 (\"N\" int, gone int, email text); ALTER TABLE part_1 DROP gone; ALTER TABLE parted ATTACH PARTITION part_1 FOR VALUES IN (1); CREATE TABLE part_2 PARTITION OF parted DEFAULT; INSERT INTO parted $row", "'parted'"), $three, 'a partitioned table');
is(import("CREATE TABLE parent (email text, \"N\" int); CREATE TABLE child (more text) INHERITS (parent); INSERT INTO parent $row; INSERT INTO child VALUES ('child\@acme.com', 4, 'm')", "'parent'"), '4 rows: 4 created, 0 duplicates, 0 failed; N rows/s', 'a table with children');
is(import('CREATE TABLE empty (email text)', "'empty'"), '0 rows: 0 created, 0 duplicates, 0 failed; N rows/s', 'no rows');
like(import('CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT VALUES', "'no_columns'"), qr/^ERROR:  invalid request/, 'no columns');
is($node->safe_psql('postgres', "SELECT count(*) FROM revyops.import_job WHERE client_id = $client"), '0', 'no columns: no job');
is(import('CREATE TABLE wide AS SELECT ' . join(', ', "'w\@acme.com' AS email", map { "$_ AS f$_" } 1 .. 1001), "'wide'"), '1 rows: 0 created, 0 duplicates, 1 failed; N rows/s', 'too many columns');
like(rejects(), qr/\|400\|\/contact_custom_fields_input too_many$/, 'too many columns: a fault');
for my $case ([ 'an index', 'CREATE INDEX an_index ON empty (email)', 'an_index', '"an_index" is an index at character 15' ], [ 'a composite type', 'CREATE TYPE composite AS (email text)', 'composite', '"composite" is a composite type at character 15' ])
{
	my ($name, $setup, $source, $error) = @$case;
	$error =~ s/"(\w+)" is an? .* at/cannot open relation "$1" at/ if $node->pg_version >= 16;
	is(import($setup, "'$source'"), "ERROR:  $error", $name);
	is($node->safe_psql('postgres', "SELECT count(*) FROM revyops.import_job WHERE client_id = $client"), '0', "$name: no job");
}

# large values, in the first batch and in later ones: from the table's TOAST, plain and compressed
my $told = import(q{CREATE TABLE large (email text, "Notes" text, spare jsonb); ALTER TABLE large ALTER "Notes" SET STORAGE EXTERNAL;
	INSERT INTO large SELECT 'l' || i || '@acme.com', repeat('é', CASE WHEN i % 2 = 0 THEN 2500 ELSE 20000 END), CASE WHEN i % 4 = 0 THEN to_jsonb(repeat('x', 2500)) END FROM generate_series(1, 8) i; ANALYZE large}, "'large', 3");
is($told, "3 of about 8 rows: 1 created, 0 duplicates, 2 failed; N rows/s\n6 of about 8 rows: 3 created, 0 duplicates, 3 failed; N rows/s\n8 rows: 4 created, 0 duplicates, 4 failed; N rows/s", 'large values: a line for each batch');
is($node->safe_psql('postgres', "SELECT string_agg(length(f->>'field_value')::text, ' ' ORDER BY id, f->>'field_name') FROM revyops.contact, jsonb_array_elements(custom_fields) f WHERE client_id = $client"), '2500 2500 2500 2500 2500 2500', 'large values: whole');
is($node->safe_psql('postgres', "SELECT string_agg(ordinal || ':' || length(source_row->>'Notes') || ':' || (errors->0->>'actual'), ' ' ORDER BY ordinal) FROM revyops.import_reject WHERE client_id = $client"), '1:20000:20000 3:20000:20000 5:20000:20000 7:20000:20000', 'large values: rejected whole');

is(import(q{CREATE TABLE noted (email text, "Notes" text); ALTER TABLE noted ALTER "Notes" SET STORAGE EXTERNAL;
	INSERT INTO noted SELECT 'l' || i || '@acme.com', repeat(chr(96 + i) || 'é', 1200) || E'\x01.' FROM generate_series(1, 3) i}, "'noted'"), '3 rows: 3 created, 0 duplicates, 0 failed, 3 values changed; N rows/s', 'large values that are cleaned');
is($node->safe_psql('postgres', "SELECT ordinal, member, code, value = repeat(chr(96 + ordinal::int) || 'é', 1200) || E'\\x01.' FROM revyops.import_note WHERE client_id = $client ORDER BY 1"),
	"1|Notes|cleaned|t\n2|Notes|cleaned|t\n3|Notes|cleaned|t", 'large values: each note has what stood in its row');

# ---- hosts that name no company: sql/company_hosts.sql has the kinds
$node->safe_psql('postgres', <<'EOS');
SELECT revyops_create_client('hosts') AS id \gset
SELECT revyops_set_client_setting(:id, 'on_unknown_domain', 'create'), revyops_set_client_setting(:id, 'infer_company', 'on');
CREATE TABLE of_hosts (email text, company_id text);
INSERT INTO of_hosts VALUES ('h1@acme.com', 'https://www.linkedin.com/company/acme'), ('h2@contoso.onmicrosoft.com', NULL), ('h3@privaterelay.appleid.com', NULL),
	('h4@initech.c0m', NULL), ('h5@acme.com', 'bit.ly/x'), ('h6@linkedin.com', NULL), ('h7@acme.com', 'fabrikam.sharepoint.com/sites/x'), ('h8@initech.c0m', 'initech.c0m');
SET revyops.client_id = :id;
CALL revyops_import_contacts('of_hosts', 3);
EOS
is($node->safe_psql('postgres', "SELECT split_part(email, '\@', 1), domain FROM revyops.contact c LEFT JOIN revyops.company o ON (o.client_id, o.id) = (c.client_id, c.company_id)
	WHERE c.client_id = (SELECT max(id) FROM revyops.client) ORDER BY 1"),
	"h2|contoso.onmicrosoft.com\nh3|\nh4|\nh6|linkedin.com\nh7|fabrikam.sharepoint.com", 'hosts: the companies of those that came in');
is($node->safe_psql('postgres', "SELECT ordinal, status, errors->0->>'pointer', errors->0->>'code' FROM revyops.import_reject WHERE client_id = (SELECT max(id) FROM revyops.client) ORDER BY 1"),
	join("\n", map { "$_|404|/company_id|not_found" } 1, 5, 8), 'hosts: the others');
is($node->safe_psql('postgres', "SELECT count(*) FROM revyops.company WHERE client_id = (SELECT max(id) FROM revyops.client)"), '3', 'hosts: no other company');

# ---- arguments
sub refused
{
	my ($call, $expected, $name) = @_;
	my $jobs = $node->safe_psql('postgres', 'SELECT count(*) FROM revyops.import_job');
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET revyops.client_id = 1;\n$call");
	$err =~ s/^psql:\S+ |"message":"[^"]+",?|^LOCATION:.*\n?//mg;
	$err =~ s/,\}/}/g;
	is($err, $expected, $name);
	is($node->safe_psql('postgres', 'SELECT count(*) FROM revyops.import_job'), $jobs, "$name: no job");
}
my $bad = "ERROR:  PT400: invalid request\nDETAIL:  ";
my $size = '{"parameter":"batch_size","code":"invalid_batch_size"}';
refused('CALL revyops_import_contacts(NULL);', "$bad" . '[{"parameter":"source","code":"required"}]' . "\n", 'source NULL');
refused('CALL revyops_import_contacts(4000000000);', "$bad" . '[{"parameter":"source","code":"required"}]' . "\n", 'a source that is none');
refused("CALL revyops_import_contacts('empty', $_);", "${bad}[$size]\n", "batch_size $_") for '0', '-1', '100001', 'NULL';
refused("CALL revyops_import_contacts('empty', origin => repeat('x', 256));", "$bad" . '[{"parameter":"origin","code":"too_long","limit":255,"actual":256}]' . "\n", 'origin too long');
refused("CALL revyops_import_contacts('empty', origin => E'a\\x01b');", "$bad" . '[{"parameter":"origin","code":"control_character"}]' . "\n", 'origin with a control character');
refused("CALL revyops_import_contacts(NULL, 0, E'a\\nb');", "$bad" . "[{\"parameter\":\"source\",\"code\":\"required\"},$size,{\"parameter\":\"origin\",\"code\":\"control_character\"}]\n", 'all arguments at once');
refused("SET revyops.client_id = 0; CALL revyops_import_contacts(NULL, 0);", "ERROR:  PT403: missing or invalid credentials\nDETAIL:  " . '[{"parameter":"X-API-Key","code":"missing_credentials"}]' . "\nHINT:  In SQL, set revyops.client_id or revyops.api_key for the session, or for the role by ALTER ROLE ... SET.\n", 'nobody: told before all else');
my $in_block = "ERROR:  25001: revyops_import_contacts cannot run inside a transaction block\nHINT:  It commits after each batch. Within a transaction use revyops_create_contacts.\n";
refused("BEGIN; CALL revyops_import_contacts('empty');", $in_block, 'in a transaction block');
refused("CREATE FUNCTION of_function() RETURNS void LANGUAGE plpgsql AS 'BEGIN CALL revyops_import_contacts(''empty''); END'; SELECT of_function();", "${in_block}CONTEXT:  SQL statement \"CALL revyops_import_contacts('empty')\"\nPL/pgSQL function of_function() line 1 at CALL\n", 'in a function');
refused("DO \$\$ BEGIN CALL revyops_import_contacts('empty'); EXCEPTION WHEN division_by_zero THEN NULL; END \$\$;", "${in_block}CONTEXT:  SQL statement \"CALL revyops_import_contacts('empty')\"\nPL/pgSQL function inline_code_block line 1 at CALL\n", 'in a block that catches errors');
is(import("CREATE PROCEDURE of_procedure() LANGUAGE plpgsql AS 'BEGIN CALL revyops_import_contacts(''a_view'', 2); INSERT INTO empty VALUES (''after''); END'; CALL of_procedure()", "'empty'"), '1 rows: 0 created, 0 duplicates, 1 failed; N rows/s', 'in a procedure');
is(contacts(), join("\n", map { "r$_\@acme.com|||f||" } 3, 2, 1), 'in a procedure: it commits, and the procedure goes on');
is(import('TRUNCATE empty; DO $$ BEGIN FOR i IN 1..2 LOOP CALL revyops_import_contacts(\'a_view\'); END LOOP; END $$', "'empty'"), '0 rows: 0 created, 0 duplicates, 0 failed; N rows/s', 'in a DO block');
is($node->safe_psql('postgres', "SELECT source, rows_seen, created, duplicates, failed, estimated_total, finished IS NOT NULL FROM revyops.import_job WHERE client_id = $client ORDER BY id"), "public.a_view|3|3|0|0|3|t\npublic.a_view|3|0|3|0|3|t\npublic.empty|0|0|0|0|0|t", 'in a DO block: one after the other');
for my $level ('repeatable read', 'serializable')
{
	is(import('SELECT', "'a_view', 1", "SET default_transaction_isolation = '$level';"), join("\n", map({ "$_ of about 3 rows: $_ created, 0 duplicates, 0 failed; N rows/s" } 1 .. 3), $three), "isolation level $level, and a last batch that is full");
}

# ---- the status line
sub status
{
	my ($argument) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET revyops.client_id = $client;\nSELECT revyops_import_status($argument)");
	return ($out . $err) =~ s/[\d,]+ rows\/s/N rows\/s/gr =~ s/^psql:\S+ |"message":"[^"]+"|^LOCATION:.*\n?//mgr;
}
$node->safe_psql('postgres', "UPDATE revyops.import_job SET rows_seen = 1234567, created = 1000, duplicates = 1, failed = 1000000 WHERE client_id = $client");
my $job = $node->safe_psql('postgres', "SELECT max(id) FROM revyops.import_job WHERE client_id = $client");
my $line = "import $job of public.a_view [####################] 100 %, 1,234,567 rows: 1,000 created, 1 duplicate, 1,000,000 failed; N rows/s; finished";
is(status($_), $line, "status($_): the last import, or the one named") for '', 'NULL', $job;
my $none = "ERROR:  PT404: import not found\nDETAIL:  [{\"parameter\":\"job\",\"code\":\"not_found\",}]\n";
is(status($_), $none, "status($_): there is none") for 0, -1, $job + 1, $job - 1;
$client = $node->safe_psql('postgres', "SELECT revyops_create_client('none')");
is(status(''), $none, 'status: a client without imports');

unlike(slurp_file($node->logfile), qr/PANIC|FATAL|TRAP|terminated by signal|XX000|WARNING/, 'nothing odd in the server\'s log');
done_testing();
