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

done_testing();
