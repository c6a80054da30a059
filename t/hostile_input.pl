# Bytes that nobody meant well: the server lives on, and every answer is one
# of ours.  Mutations of the vectors, with a fixed seed, in one backend.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'log_error_verbosity = verbose');	# SQLSTATEs
$node->start;

my $lines = join('', map { slurp_file("t/vectors/$_.jsonl") } qw(email linkedin_url domain create_contact));
utf8::decode($lines);
my @lines = grep { $_ ne '' } split /\n/, $lines;

$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
CREATE TABLE seed (n int PRIMARY KEY, line text);
CREATE FUNCTION text_seed(i int) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(line::jsonb->>'in', line::jsonb->>'body', 'x') FROM seed WHERE n = i $$;

-- mutate changes a text in a few places: cuts, doubles, swaps in odd characters.
CREATE FUNCTION mutate(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	odd text[] := ARRAY['@', '.', '/', '%', '%00', '%ff', '%C3', '-', 'xn--', 'www.', E'\u00a0', E'\u200b', E'\u0301', 'İ', '🙂', E'\x01', E'\n', '"', '\', '\u0000', '\ud800',
		'{', '}', '[', ']', '1e400', 'null', E'\uFEFF', E'\uFFFF', ':', '&', '=', '+', E'\r\n', '--', ';', 'https://', E'\U0010FFFF'];
	at int;
BEGIN
	FOR i IN 1..1 + (random() * 4)::int LOOP
		at := 1 + (random() * length(value))::int;
		value := CASE (random() * 5)::int
			WHEN 0 THEN left(value, at)
			WHEN 1 THEN substr(value, at)
			WHEN 2 THEN overlay(value PLACING odd[1 + (random() * (cardinality(odd) - 1))::int] FROM at FOR 1)
			WHEN 3 THEN left(value, at) || repeat(odd[1 + (random() * (cardinality(odd) - 1))::int], (random() * 300)::int) || substr(value, at)
			WHEN 4 THEN left(value, at) || odd[1 + (random() * (cardinality(odd) - 1))::int] || substr(value, at)
			ELSE value || value END;
		value := left(value, 20000);
	END LOOP;
	RETURN value;
END
$$;

-- bytes damages a body below the level of characters
CREATE FUNCTION damage(value bytea) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..(random() * 3)::int LOOP
		EXIT WHEN length(value) = 0;
		value := CASE WHEN random() < 0.2 THEN substr(value, 1, (random() * length(value))::int)
			ELSE set_byte(value, (random() * (length(value) - 1))::int, (random() * 255)::int) END;
	END LOOP;
	RETURN value;
END
$$;

-- odd_outcomes runs calls and gives what is neither a success nor one of ours.
CREATE FUNCTION odd_outcomes(rounds int, seeds int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	value text;
	call text;
	once text;
	twice text;
	ok int := 0;
BEGIN
	PERFORM setseed(0.5);
	FOR i IN 1..rounds LOOP
		value := mutate(text_seed(1 + (random() * (seeds - 1))::int));
		FOREACH call IN ARRAY ARRAY['email', 'linkedin_url', 'domain'] LOOP
			BEGIN
				EXECUTE format('SELECT revyops_normalize_%s($1)', call) INTO once USING value;
				EXECUTE format('SELECT revyops_normalize_%s($1)', call) INTO twice USING once;
				IF once IS DISTINCT FROM twice THEN
					RETURN NEXT format('%s %L becomes %L, that %L', call, value, once, twice);
				END IF;
				ok := ok + (once IS NOT NULL)::int;
			EXCEPTION WHEN OTHERS THEN
				IF SQLSTATE <> 'PT400' THEN RETURN NEXT format('%s %L: %s %s', call, value, SQLSTATE, SQLERRM); END IF;
			END;
		END LOOP;
		BEGIN
			PERFORM revyops_create_contact(value::jsonb);
			ok := ok + 1;
		EXCEPTION WHEN invalid_text_representation OR untranslatable_character THEN NULL;	-- of the cast
			WHEN OTHERS THEN
				IF SQLSTATE !~ '^PT40[0149]$' THEN RETURN NEXT format('contact %L: %s %s', value, SQLSTATE, SQLERRM); END IF;
		END;
		BEGIN
			PERFORM revyops_create_contact(jsonb_build_object('email', value, 'linkedin_url', mutate('in/jane'), 'company_id', mutate('acme.com')));
			ok := ok + 1;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE !~ '^PT40[0149]$' THEN RETURN NEXT format('contact of %L: %s %s', value, SQLSTATE, SQLERRM); END IF;
		END;
	END LOOP;
	RETURN NEXT format('%s succeeded', CASE WHEN ok > rounds / 20 THEN 'enough' ELSE ok::text END);
END
$$;

-- odd_answers sends requests, which must never raise and never be answered by 500.
CREATE FUNCTION odd_answers(rounds int, seeds int, key text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	types text[] := ARRAY['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b', 'multipart/form-data; boundary="b"; charset=utf-8',
		'multipart/form-data', 'text/plain', '', 'application/json; charset="', 'multipart/form-data; boundary=' || repeat('x', 200), 'multipart/form-data; boundary='];
	body text;
	bytes bytea;
	type text;
	query text;
	answer json;
	status int;
	ok int := 0;
BEGIN
	PERFORM setseed(0.25);
	FOR i IN 1..rounds LOOP
		type := types[1 + least((random() * (cardinality(types) + 6))::int % cardinality(types), 9)];
		body := CASE WHEN random() < 0.3 THEN format('u%s@acme.com', i) ELSE text_seed(1 + (random() * (seeds - 1))::int) END;
		body := CASE
			WHEN type LIKE '%urlencoded' THEN 'email=' || body || '&contact_custom_fields_input[0]field_name=A&contact_custom_fields_input[0]field_value=' || body
			WHEN type LIKE 'multipart%' THEN E'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n' || body || E'\r\n--b\r\nContent-Disposition: form-data; name="first_name"\r\n\r\nx\r\n--b--\r\n'
			WHEN random() < 0.5 THEN jsonb_build_object('email', body)::text
			ELSE body END;
		IF random() < 0.6 THEN body := mutate(body); END IF;
		bytes := convert_to(body, 'UTF8');
		IF random() < 0.6 THEN bytes := damage(bytes); END IF;
		query := CASE WHEN random() < 0.2 THEN mutate('structure=FLAT&a=b') ELSE 'structure=NESTED' END;
		BEGIN
			SELECT a.status, a.body INTO status, answer FROM revyops_http.handle('POST', '/public/v2/' || CASE WHEN random() < 0.8 THEN 'contacts' ELSE 'companies' END, query,
				concat('X-API-Key: ', key, E'\n', 'Content-Type: ', CASE WHEN random() < 0.1 THEN mutate(type) ELSE type END), bytes) a;
			ok := ok + (status IN (201, 409))::int;
			IF status <> 201 AND (status NOT IN (400, 401, 404, 409, 415) OR answer->>'detail' IS NULL OR json_typeof(answer->'errors') <> 'array') THEN
				RETURN NEXT format('%s: %s to %L with query %L and body %s', status, answer, type, query, encode(bytes, 'escape'));
			END IF;
		EXCEPTION WHEN OTHERS THEN
			RETURN NEXT format('%s %s: %L with query %L and body %s', SQLSTATE, SQLERRM, type, query, encode(bytes, 'escape'));
		END;
	END LOOP;
	RETURN NEXT format('%s succeeded', CASE WHEN ok > rounds / 50 THEN 'enough' ELSE ok::text END);
END
$$;
EOS
my $values = join(',', map { (my $l = $lines[$_]) =~ s/'/''/g; "(" . ($_ + 1) . ", '$l')" } 0 .. $#lines);
utf8::encode($values);
$node->safe_psql('postgres', "INSERT INTO seed VALUES $values");
my $seeds = @lines;
my $key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(revyops_create_client('One'), 'x')");

is($node->safe_psql('postgres', "SET revyops.client_id = 1; SELECT * FROM odd_outcomes(10000, $seeds) LIMIT 20"), 'enough succeeded', 'the SQL functions');
is($node->safe_psql('postgres', "SELECT * FROM odd_answers(15000, $seeds, '$key') LIMIT 20"), 'enough succeeded', 'HTTP requests');

# what the parsers must not fall over
my %bodies = (
	'arrays 10,000 deep' => [ 'application/json', "'{\"email\":' || repeat('[', 10000) || repeat(']', 10000) || '}'" ],
	'objects 100,000 deep' => [ 'application/json', "repeat('{\"a\":', 100000) || '1' || repeat('}', 100000)" ],
	'arrays 500,000 deep and not closed' => [ 'application/json', "repeat('[', 500000)" ],
	'40,000 custom fields' => [ 'application/json', "'{\"email\":\"a\@b.co\",\"contact_custom_fields_input\":[' || repeat('{\"field_name\":\"a\"},', 40000) || '1]}'" ],
	'100,000 keys of a form' => [ 'application/x-www-form-urlencoded', "repeat('a=b&', 100000)" ],
	'25,000 custom fields of a form' => [ 'application/x-www-form-urlencoded', "(SELECT string_agg('contact_custom_fields_input[' || i || ']=', '&') FROM generate_series(1, 25000) i)" ],
	'1 MB of %' => [ 'application/x-www-form-urlencoded', "repeat('%', 1000000)" ],
	'1 MB of &' => [ 'application/x-www-form-urlencoded', "repeat('&', 1000000)" ],
	'1 MB of boundaries' => [ 'multipart/form-data; boundary=b', "repeat('--b' || E'\\r\\n', 200000)" ],
	'20,000 parts' => [ 'multipart/form-data; boundary=b', "repeat(E'--b\\r\\nContent-Disposition: form-data; name=\"a\"\\r\\n\\r\\n\\r\\n', 20000) || '--b--'" ],
	'a header that never ends' => [ 'multipart/form-data; boundary=b', "E'--b\\r\\nContent-Disposition: form-data; name=\"' || repeat('a', 1000000)" ],
	'1 MB of header lines' => [ 'multipart/form-data; boundary=b', "E'--b\\r\\n' || repeat(E'a: b\\r\\n', 160000)" ],
	'a number of a million digits' => [ 'application/json', "'{\"email\":\"a\@b.co\",\"company_id\":1' || repeat('0', 1000000) || '}'" ],
	'a number beyond numeric' => [ 'application/json', "'{\"email\":\"a\@b.co\",\"company_id\":1e200000}'" ],
	'100,000 custom fields' => [ 'application/json', "'{\"email\":\"a\@b.co\",\"contact_custom_fields_input\":[' || repeat('{\"field_name\":\"a\",\"field_value\":\"b\"},', 99999) || '{\"field_name\":\"a\",\"field_value\":\"b\"}]}'", 413 ],
	'10 MB of %' => [ 'application/x-www-form-urlencoded', "repeat('%', 10000000)", 413 ],
	'an empty body' => [ 'application/json', "''" ],
);
for my $name (sort keys %bodies)
{
	my ($type, $body, $status) = @{ $bodies{$name} };
	is($node->safe_psql('postgres', <<"EOS"), $status // 400, "HTTP: $name");
SELECT status FROM revyops_http.handle('POST', '/public/v2/contacts', '', E'X-API-Key: $key\nContent-Type: $type', convert_to($body, 'UTF8'));
EOS
}

# what a body may make a backend allocate; each in a backend of its own
my %amplifiers = (
	'1,000 numbers of 131,072 digits' => [ 'application/json', 1000, 'too_long',
		"(SELECT '{\"email\":\"a\@b.co\",\"contact_custom_fields_input\":[' || string_agg('{\"field_name\":\"a' || i || '\",\"field_value\":1e131071}', ',') || ']}' FROM generate_series(1, 1000) i)" ],
	'1 MB of quoted parameters' => [ 'multipart/form-data; boundary=b', 1, 'malformed_body',
		"E'--b\\r\\nContent-Disposition: form-data; ' || repeat('a=\"\";', 209000) || E'\\r\\n\\r\\nx\\r\\n--b--'" ],
	'1 MB of quoted parameters before the name' => [ 'multipart/form-data; boundary=b', 1, 'identifier_required',
		"E'--b\\r\\nContent-Disposition: form-data; ' || repeat('a=\"\";', 209000) || E'name=\"x\"\\r\\n\\r\\nx\\r\\n--b--'" ]);
for my $name (sort keys %amplifiers)
{
	my ($type, $count, $code, $body) = @{ $amplifiers{$name} };
	is($node->safe_psql('postgres', <<"EOS"), "400 $count $code\nlittle", "HTTP, memory: $name");
CREATE FUNCTION pg_temp.peak() RETURNS int LANGUAGE sql AS \$\$ SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+) kB')::int \$\$;
SELECT E'X-API-Key: $key\nContent-Type: $type' AS headers, convert_to($body, 'UTF8') AS body \\gset
SELECT status AS hidden FROM revyops_http.handle('POST', '/public/v2/contacts', '', :'headers', '{}') \\gset
SELECT pg_temp.peak() AS before \\gset
BEGIN;
SELECT status, body AS answer FROM revyops_http.handle('POST', '/public/v2/contacts', '', :'headers', :'body') \\gset
SELECT concat_ws(' ', :status, count(*), string_agg(DISTINCT e->>'code', ' ')) FROM json_array_elements(:'answer'::json->'errors') e;
SELECT CASE WHEN grown < 100000 THEN 'little' ELSE grown || ' kB' END FROM (SELECT pg_temp.peak() - :before) t(grown);
EOS
}

# memory of a long session
is($node->safe_psql('postgres', <<'EOS'), 't', 'a backend does not grow with its calls');
SET revyops.client_id = 1;
CREATE FUNCTION calls(n int, at int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE ok bigint := 0;
BEGIN
	FOR i IN 1..n LOOP
		BEGIN
			PERFORM revyops_create_contact(jsonb_build_object('email', format('m%s@acme.com', at + i / 2), 'contact_custom_fields_input', '[{"field_name": "A", "field_value": "1"}]'::jsonb));
			ok := ok + 1;
		EXCEPTION WHEN SQLSTATE 'PT409' THEN NULL;
		END;
	END LOOP;
	RETURN ok;
END $$;
DO $$ BEGIN PERFORM calls(2000, 0); END $$;
CREATE TEMPORARY TABLE memory AS SELECT sum(total_bytes) AS bytes FROM pg_backend_memory_contexts;
DO $$ BEGIN PERFORM calls(10000, 10000); END $$;
SELECT (SELECT sum(total_bytes) FROM pg_backend_memory_contexts) < bytes + 1000000 FROM memory;
EOS

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal|server process|XX000/, 'no backend was lost and no bug of ours reported');
done_testing();
