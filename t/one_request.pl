# What one request may take, of memory, time and octets answered, however it is made up: each of these
# bodies once took minutes or gigabytes.  Limits of time are such that what is meant to end within them
# does so many times over, and what once was took many times longer.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib 't';
use patience;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'fsync = off');
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
SET revyops.client_id = 1;
SELECT revyops_define_custom_field('contact', 'Defined', 'text'), revyops_define_custom_field('company', 'Defined', 'text');
EOS

# answer runs statements as the client, within so many seconds, and undoes them; an error gives its SQLSTATE.
sub answer
{
	my ($seconds, $statements) = @_;
	my ($out, $err);

	$node->psql('postgres', "\\set VERBOSITY sqlstate\nSET revyops.client_id = 1;\nBEGIN;\nSET LOCAL statement_timeout = '" . $seconds * patience::FACTOR . "s';\n$statements;",
		stdout => \$out, stderr => \$err, on_error_stop => 1);
	return $out . join(' ', $err =~ /ERROR: +(\w+)/g);
}

# statuses gives a call of many that says how many items got which status.
sub statuses
{
	my ($call) = @_;
	return "SELECT string_agg(DISTINCT status || ' ' || n, ', ') FROM (SELECT status, count(*) AS n FROM $call GROUP BY status) AS t";
}

# ---------------------------------------------------------------- names with one hash
# Five pieces, of ten texts each, which leave hash_bytes in the same state: 100,000 names of 120 octets, made for
# tables that hash by that and no secret.
$node->safe_psql('postgres', <<'EOS');
CREATE TABLE piece (place int, texts text[]);
INSERT INTO piece SELECT n, string_to_array(texts, ' ') FROM string_to_table($pieces$
fTr@;p+tg)>#^)Hw:v+4n^Dz /{F~;H^-)-Kv1Pl~){+1&W,L jR/dcO@L&#N^a0F?WLA-k:pf ,ADB2Bq>|<MHNi;g&kEW)nVc /+#q1Bm).w_splb+~!wX~Vq< 57msP-HM%}gl2Z>vk5!G|D{w ~?C8VNl&ZZ2rfN#,KtBS-JZ9 V}4S:Og23ea6IJ;.41,bLAFW mWJ4=JHS.GMh=.i#(Jgjorl! o/~uOQfqdg|;L-S{#8s1ov8&
gj<?J)|pk9sS.!IDaFD>v46E ,v.Dql&]zoHfccB6pu]l&U{n 6)/d:{jiLHJ<BhGR^m+Umk11 SDg@dcWi^vzG#!{I!Gdi8o&. mU|!bgrb*6<D8L6Egyy2VBWR ZOMw9pZeg&5]8v5RM-eKZJtm 8<&]i=W{N(qfMly<%}WJ_o{: ;tzwVke#iDexV6V7k9YIhRu< {Ln)TgkUwjSJU([y0OA_G,E@ rg]RAaP5uM]jx(6U%_SsX*d+
otjGG+oA1>O4MR,Y[cHul+>s _vcJ92Mf}=]1!|_@tPeD)UZk HPJ;.fYw:5g4I=0K^6#t0#*+ b>idY<OK)M-dPGP8kKCfE9+d _X7;hXs:Pv_FJP9^Ck9f~6[] !?Ys}r]Ke)j^(7S=4uKB;q(c Z2>=UAbVkcO{/rdQtL]_h0AJ 0>1M}+TPzT/pTtv32cFbhn|b LcV&dSe;ni7w,F!=QZ>M2,-E M[Kv90[{4I!KOu//7ZI8EDk%
sU>LX0Y^.X8|OEWrk6luIsk/ u3^/PBUNSNH(A%sBiUTV7EEu zR5;d-]q}9~j(pgijjBWK(=x g7j|K7&HI1[JEeLE/R^]fc]G kg3IfUf^.8zXZ7rHu_^dYOp+ 1.1wJ||pCg/<Ed,+9TSW:;9b EFXLtD46{|A[t-<0UN0hgOIe zIq*6YP2dfjB+ri^>T;OSv1t 5/yiz~?h&SvR(:J2jhd7B@O& GTJW,/qxsZ?Y#%9<F%HqjxT.
d6NkRCww7D5N%0uz)onqR=jJ MlC1d%acjiRt?%#DCP#CPhre }t~eTtQPdiBwVt@eKwmq:5!; vo~ga|[kar|bNIxzf>~:K9PK PR{>B9Zq^s3^4O8x+iIV[h!m ,jb3yG:!Vw6EA~<*B8>5.{)s 2L}57lV3e%pQ};6,O|VL@8b+ ,RSF>jFugtHoO_1@L1eV?mKX bSAv[?rq&~Z%]v=oJSYZBh#Z =~BtUiq)v%*^*kGtqxJr7|Cn$pieces$, E'\n') WITH ORDINALITY AS t (texts, n) WHERE texts <> '';
CREATE FUNCTION name_with_one_hash(i int) RETURNS text LANGUAGE sql AS
	'SELECT string_agg(texts[1 + i / (10 ^ (place - 2))::int % 10], '''' ORDER BY place) FROM piece';
CREATE TABLE named AS SELECT i, name_with_one_hash(i) AS name FROM generate_series(0, 79999) AS i;
CREATE FUNCTION items(key text, of text, list text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(item) FROM (SELECT jsonb_build_object(key, format(of, i / 1000), list, jsonb_agg(jsonb_build_object('field_name', name, 'field_value', '1') ORDER BY i)) AS item
		FROM named GROUP BY i / 1000) AS t $$;
EOS
is($node->safe_psql('postgres', 'SELECT count(DISTINCT name), count(DISTINCT hashtext(name)) FROM named'), '80000|1', '80,000 names, and the server has one hash for them');
my $contacts = "items('email', 'a%s\@x.example', 'contact_custom_fields_input')";
my $companies = "items('domain', 'a%s.example', 'company_custom_fields')";
is(answer(25, statuses("revyops_create_contacts($contacts)") . "; SELECT count(*) FROM revyops.custom_field_seen"), "201 80\n1000", 'creates: names are hashed by a secret; of new ones, 1,000 a call are kept for review');
is(answer(25, statuses("revyops_upsert_contacts($contacts)") . "; SELECT count(*) FROM revyops.custom_field_seen"), "201 80\n1000", 'upserts');
is(answer(25, statuses("revyops_create_companies($companies)") . "; SELECT count(*) FROM revyops.custom_field_seen"), "201 80\n1000", 'companies');


# ---------------------------------------------------------------- octets of memory, and of an answer
my $key = $node->safe_psql('postgres', "SELECT revyops_create_api_key(1, 'x')");
my $dir = $node->basedir;

# taken sends a request in a process of its own, and says how the statuses of its items are, or its own if it has none, how
# many octets of MiB are answered, rounded up, and whether the process grew by less than 256 MiB.
sub taken
{
	my ($method, $path, $body, $prefer) = @_;
	my $headers = "E'X-API-Key: $key\\nContent-Type: application/json" . ($prefer ? "\\nPrefer: $prefer" : '') . "'";
	append_to_file("$dir/body", $body);
	my ($out, $err);
	$node->psql('postgres', <<"EOS", stdout => \$out, stderr => \$err);
CREATE FUNCTION pg_temp.peak() RETURNS int LANGUAGE sql AS \$\$ SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+) kB')::int \$\$;
SELECT status AS hidden FROM revyops_http.handle('POST', '/public/v2/contacts/batch', '', $headers, '{"contacts": [{"email": "warm\@x.example"}]}') \\gset
SELECT pg_temp.peak() AS before \\gset
BEGIN;
CREATE TEMPORARY TABLE answer ON COMMIT DROP AS SELECT * FROM revyops_http.handle('$method', '$path', '', $headers, pg_read_binary_file('$dir/body'));
SELECT CASE WHEN (pg_temp.peak() - :before) / 1024 < 256 THEN 'little' ELSE (pg_temp.peak() - :before) / 1024 || ' MiB' END AS grown \\gset
SELECT concat_ws(' ', status, (SELECT string_agg(DISTINCT n || ' ' || s, ', ') FROM (SELECT r->>'status' AS s, count(*) AS n FROM jsonb_array_elements(body::jsonb->'results') AS r GROUP BY 1) AS t),
	'in', 1 + octet_length(body) / 1048576, :'grown') FROM answer;
ROLLBACK;
EOS
	unlink "$dir/body";
	return $out . $err;
}

# batch gives a body with so many contacts; fields are theirs.
sub batch
{
	my ($n, $fields, $list) = @_;
	$list //= 'contact_custom_fields_input';
	return '{"contacts":[' . join(',', map { qq({"email":"a$_\@x.example","$list":[$fields]}) } 1 .. $n) . ']}';
}

# fields gives so many, with a value as JSON
sub fields
{
	my ($n, $value) = @_;
	return join(',', map { qq({"field_name":"f$_","field_value":$value}) } 1 .. $n);
}

my $batch = '/public/v2/contacts/batch';
is(taken('POST', $batch, batch(390, fields(1000, '1e2499'))), '200 390 400 in 1 little', 'numbers whose digits are zeros');
is(taken('POST', $batch, batch(390, fields(1000, '1e99'))), '200 390 201 in 17 little', 'those that are as long as they may be');
is(taken('POST', $batch, batch(10000, fields(37, '"b"'))), '200 10000 201 in 17 little', '370,000 custom fields; where the answer is long, ids are left');
is(taken('PUT', $batch, batch(10000, fields(37, '"b"'))), '200 10000 201 in 17 little', 'the same as an upsert');
is(taken('POST', $batch, batch(62, fields(104, '"' . 'x' x 2450 . '"'))), '200 62 201 in 16 little', '15 MiB of values');
is(taken('POST', $batch, batch(400, fields(110, '"' . 'x' x 2450 . '"'))), '413 in 1 little', 'more than 16 MiB');
is(taken('POST', $batch, batch(60, fields(110, '"' . 'x' x 2450 . '"'))), '200 60 400 in 1 little', 'contacts of more than 256 KiB');
is(taken('POST', $batch, batch(32, fields(104, '"x' . '\t' x 2400 . 'x"'))), '200 32 201 in 16 little', 'values that are escaped');
is(taken('POST', $batch, '{"contacts":[{"email":"a@x.example","x":[' . join(',', (123456789) x 1_499_990) . ']}]}'), '200 1 201 in 1 little', '1,500,000 numbers');
is(taken('POST', $batch, '{"contacts":[{"email":"a@x.example",' . join(',', map { sprintf '"%05x":1', $_ } 1 .. 1_499_990) . '}]}'), '200 1 201 in 1 little', '1,500,000 members');
is(taken('POST', $batch, '{"contacts":[{"email":"a@x.example","x":[' . join(',', ('{}') x 399_990) . ']}]}'), '200 1 201 in 1 little', '400,000 objects');
is(taken('POST', $batch, batch(10000, join(',', ('{"field_value":1}') x 37))), '200 10000 400 in 4 little', '370,000 faults');
my $unknown = '{"email":"x@y.example",' . join(',', map { "\"$_\":0" } ('aa' .. 'dv')) . '}';
is(taken('POST', $batch, '{"contacts":[' . join(',', ($unknown) x 10000) . ']}', 'handling=strict'), '200 10000 400 in 4 little', '1,000,000 unknown members');
is(taken('POST', $batch, '{"mode":"atomic","contacts":[' . join(',', ($unknown) x 10000) . ']}', 'handling=strict'), '400 in 1 little', 'which are told together');
my $large = '{"email":"ups@n.example","contact_custom_fields_input":[' . fields(1000, '"' . 'x' x 200 . '"') . ']}';
is(taken('PUT', $batch, "{\"contacts\":[$large," . join(',', map { "{\"email\":\"ups\@n.example\",\"origin\":\"$_\"}" } 1 .. 9999) . ']}'), '200 1 201, 9999 200 in 16 little', 'one large contact, changed 9,999 times');
is(taken('PUT', $batch, "{\"contacts\":[$large," . join(',', map { "{\"email\":\"ups\@n.example\",\"contact_custom_fields\":[" . fields(1, "\"$_\"") . '],"contact_custom_fields_input":[' . fields(2, "\"$_\"") . ']}' } 1 .. 9999) . ']}'),
	'200 1 201, 9999 200 in 16 little', 'by custom fields, in two lists');
is(taken('PUT', $batch, "{\"contacts\":[$large," . join(',', map { "{\"email\":\"ups\@n.example\",\"contact_custom_fields\":[{\"field_name\":\"more$_\",\"field_value\":\"x\"}]}" } 1 .. 9999) . ']}'),
	'200 1 201, 9999 400 in 2 little', 'by one custom field too many');

my $large_company = '{"domain":"ups.example","company_custom_fields":[' . fields(1000, '"' . 'x' x 200 . '"') . ']}';
is(taken('PUT', '/public/v2/companies/batch', "{\"companies\":[$large_company," . join(',', map { "{\"domain\":\"ups.example\",\"company_custom_fields\":[" . fields(2, "\"$_\"") . ']}' } 1 .. 9999) . ']}'),
	'200 1 201, 9999 200 in 16 little', 'one large company, changed 9,999 times');
is(taken('PUT', '/public/v2/companies/batch', '{"companies":[' . join(',', map { "{\"domain\":\"c$_.example\",\"company_custom_fields\":[" . fields(37, '"b"') . ']}' } 1 .. 10000) . ']}'), '200 10000 201 in 17 little', '370,000 custom fields of companies');

# what is stored: 600 contacts of nearly 256 KiB
$node->safe_psql('postgres', <<'EOS');
SET revyops.client_id = 1;
SELECT count(*) FROM generate_series(0, 19) AS n, LATERAL revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object('email', 'stored' || n || '-' || i || '@x.example', 'contact_custom_fields_input',
	(SELECT jsonb_agg(jsonb_build_object('field_name', 'f' || j, 'field_value', repeat('x', 2490))) FROM generate_series(1, 104) AS j))) FROM generate_series(1, 30) AS i)) AS c;
EOS
is(taken('PUT', $batch, '{"contacts":[' . join(',', map { my $n = $_; map { "{\"email\":\"stored$n-$_\@x.example\",\"origin\":\"x\"}" } 1 .. 30 } 0 .. 19) . ']}'), '200 600 200 in 16 little', 'an upsert of 600 large contacts');

# turned gives how the pages of a list are that its cursors lead through: entries, of how many, in how many MiB; and how many entries there were.
sub turned
{
	my ($path, $query) = @_;
	my ($pages, $entries, $next) = ('', 0, $query);
	for my $page (1 .. 3)
	{
		my $out = $node->safe_psql('postgres', <<"EOS");
CREATE FUNCTION pg_temp.peak() RETURNS int LANGUAGE sql AS \$\$ SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+) kB')::int \$\$;
SELECT status AS hidden FROM revyops_http.handle('GET', '/public/v2/contacts', 'page_size=1', 'X-API-Key: $key', '') \\gset
SELECT pg_temp.peak() AS before \\gset
CREATE TEMPORARY TABLE answer AS SELECT body::jsonb AS page, 1 + octet_length(body) / 1048576 AS mib FROM revyops_http.handle('GET', '$path', '$next', 'X-API-Key: $key', '');
SELECT (pg_temp.peak() - :before) / 1024 < 256 AS little \\gset
SELECT jsonb_array_length(page->'results') || ' of ' || (page->>'count') || ' in ' || mib || CASE WHEN :'little' THEN '' ELSE ' much' END, page->>'next', jsonb_array_length(page->'results') FROM answer;
EOS
		my ($what, $following, $n) = split /\|/, $out;
		$pages .= "$what, ";
		$entries += $n;
		($next) = $following =~ /\?(.*)/ or last;
	}
	return "$pages$entries";
}
is(turned('/public/v2/contacts', ''), '32 of 601 in 8, 31 of 601 in 8, 31 of 601 in 8, 94', 'pages end by their octets, and lead on');
is(turned('/public/v2/contacts', 'page_size=20'), '20 of 601 in 5, 20 of 601 in 6, 20 of 601 in 6, 60', 'shorter ones don\'t');

# ---------------------------------------------------------------- files of addresses
# suppressed puts a file on the do-not-contact list in a process of its own, and says what came of it, and whether the process
# grew by less than 256 MiB.
sub suppressed
{
	my ($content) = @_;
	append_to_file("$dir/file", $content);
	my $out = $node->safe_psql('postgres', <<"EOS");
CREATE FUNCTION pg_temp.peak() RETURNS int LANGUAGE sql AS \$\$ SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+) kB')::int \$\$;
SET revyops.client_id = 1;
SELECT revyops_suppress_csv('x\@small.example') AS hidden \\gset
SELECT pg_temp.peak() AS before \\gset
SELECT concat_ws(' ', r->'rows', r->'added', r->'failed', CASE WHEN (pg_temp.peak() - :before) / 1024 < 256 THEN 'little' ELSE (pg_temp.peak() - :before) / 1024 || ' MiB' END)
	FROM (SELECT revyops_suppress_csv(pg_read_binary_file('$dir/file')) AS r OFFSET 0) AS t;
EOS
	unlink "$dir/file";
	return $out;
}
is(suppressed("Email\n" . "y\n" x 8_000_000), '8000000 0 8000000 little', 'addresses: 8,000,000 rows without one');
is(suppressed('x@wide.example,' . 'a,' x 9998 . "a\n" . ('a,' x 9999 . "a\n") x 800), '801 1 800 little', '8,000,000 cells beside');

# ---------------------------------------------------------------- domains of 121 labels
$node->safe_psql('postgres', <<'EOS');
CREATE TABLE deep AS SELECT repeat('a.', 118) || i % 10 || '.d' || i || '.com' AS domain FROM generate_series(1, 40000) AS i;
EOS
my $deep = sub { my ($n, $member, $of) = @_; return "(SELECT jsonb_agg(jsonb_build_object('email', 'd' || row_number || '\@x.example') || jsonb_build_object('$member', '$of' || domain)) FROM (SELECT *, row_number() OVER () FROM deep LIMIT $n) AS d)" };
my $creates = "SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create') AS hidden \\gset\n";
my $infers = "SELECT revyops_set_client_setting(1, 'infer_company', 'on') AS hidden \\gset\n";
is(answer(30, statuses('revyops_create_contacts(' . $deep->(40000, 'company_id', '') . ')')), '404 40000', 'companies of 40,000 domains that nobody has');
is(answer(30, $creates . statuses('revyops_create_contacts(' . $deep->(15000, 'company_id', '') . ')') . '; SELECT count(*), min(length(domain)) FROM revyops.company'), "201 15000\n15000|6", '15,000 that are made');
is(answer(30, $creates . $infers . statuses('revyops_upsert_contacts(' . $deep->(15000, 'email', 'u@') . ')') . '; SELECT count(*) FROM revyops.company'), "201 15000\n15000", 'that e-mail addresses name, in upserts');
is(answer(30, $creates . statuses('revyops_check_contacts(' . $deep->(15000, 'company_id', '') . ')')), '201 15000', 'in checks');

# parents of ten labels count, longer ones only if they are named
my $ten = join('.', ('b') x 8) . '.acme.com';
my $found = sub { my ($domain) = @_; return "SELECT revyops_create_contact('{\"linkedin_url\": \"in/a\", \"company_id\": \"$domain\"}')->>'company_id' AS id \\gset\nSELECT domain FROM revyops.company WHERE id = :id" };
my $company = sub { my ($domain) = @_; return "SELECT revyops_create_company('{\"domain\": \"$domain\"}') AS hidden \\gset\n" };
is(answer(5, $company->($ten) . $company->('acme.com') . $found->('a.' x 30 . $ten)), $ten, 'a parent of ten labels');
is(answer(5, $company->("c.$ten") . $company->('acme.com') . $found->("a.c.$ten")), 'acme.com', 'one of eleven is passed over');
is(answer(5, $company->("c.$ten") . $company->('acme.com') . $found->("c.$ten")), "c.$ten", 'unless it is the name itself');
is(answer(5, $company->('acme.com') . statuses("revyops_create_contacts('[{\"email\": \"a\@acme.com\", \"company_id\": \"" . 'a.' x 118 . "acme.com\"}]')")), '201 1', 'in a batch');

done_testing();
