# A backend may be told at any moment that what it has cached of the catalogue is old. Here it is told so whenever it
# looks: with debug_discard_caches, every function gives the same answers as without. What is freed is overwritten, so
# that its use ends the server or changes an answer. Only a server with --enable-cassert can do it: script/test --asserts.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', "track_functions = 'all'\nautovacuum = off");
$node->start;

plan skip_all => 'this server cannot discard caches'
	unless $node->safe_psql('postgres', q{SELECT max_val FROM pg_settings WHERE name = 'debug_discard_caches'}) > 0;

my $setup = <<'EOS';
CREATE EXTENSION revyops;
SELECT revyops_create_client('One');
SELECT revyops_create_api_key(1, 'master', NULL, 'master') AS master, revyops_create_api_key(1, 'client') AS key \gset
CREATE TABLE said (master text, key text);
INSERT INTO said VALUES (:'master', :'key');
-- try gives what a statement answers, or its error.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text; state text; message text; detail text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', state, message, detail);
END
$$;
-- http sends a request, and says body and status.
CREATE FUNCTION http(request text, body text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT a.body || ' ' || a.status FROM said, revyops_http.handle(split_part(request, ' ', 1), substring(request FROM ' ([^?]*)'), substring(request FROM '\?(.*)$'),
		format(E'X-API-Key: %s\nContent-Type: %s\n', CASE WHEN request LIKE '%master%' THEN master ELSE key END,
			CASE WHEN body LIKE '{%' OR body LIKE '[%' THEN 'application/json' ELSE 'application/x-www-form-urlencoded' END), convert_to(body, 'UTF8')) a
$$;
CREATE FUNCTION own_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER own_before BEFORE UPDATE ON revyops.company FOR EACH ROW EXECUTE FUNCTION own_trigger();
CREATE UNIQUE INDEX own_index ON revyops.contact (client_id, last_name, first_name) WHERE last_name <> '';
-- From its first row on a statement goes on with other caches: what was prepared for it is in use by then.
CREATE FUNCTION midway(text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN PERFORM set_config('debug_discard_caches', current_setting('test.midway'), false); RETURN true; END $$;
ALTER TABLE revyops.contact ADD CONSTRAINT own_check CHECK (midway(email));
ALTER TABLE revyops.company ADD CONSTRAINT own_check CHECK (midway(domain));
CREATE TABLE own_row (client_id integer, contact_id bigint, FOREIGN KEY (client_id, contact_id) REFERENCES revyops.contact (client_id, id) ON DELETE CASCADE);
CREATE TABLE source (email text, linkedin_url text, company_id text, "Tier" text);
INSERT INTO source VALUES ('i1@acme.com', 'in/i1', 'acme.com', 'a'), ('i2@acme.com', NULL, 'nowhere.example', 'a'), ('nope', NULL, NULL, 'a'), ('i3@acme.com', NULL, '1', 'c'), ('i4@acme.com', NULL, '', 'b');
CREATE ROLE :role;
GRANT USAGE ON SCHEMA revyops TO :role;
GRANT SELECT, INSERT, UPDATE, DELETE ON revyops.contact TO :role;
GRANT USAGE ON SEQUENCE revyops.contact_id_seq TO :role;
GRANT EXECUTE ON FUNCTION revyops.is_canonical_email, revyops.is_canonical_linkedin_url, revyops.current_client_id, revyops.custom_field_hashes TO :role;
EOS

my @calls = split /\n/, <<'EOS';
SELECT revyops_normalize_email(' ANN@Acme.com '), revyops_normalize_linkedin_url('in/ann'), revyops_normalize_domain('www.Acme.com')
SELECT revyops_create_client('Two')
SELECT length(revyops_create_api_key(2, 'x'))
SELECT string_agg(concat_ws(' ', name, scope), ', ' ORDER BY name) FROM revyops_list_api_keys(1)
SELECT revyops_set_client_setting(1, n, v) FROM (VALUES ('on_unknown_domain', 'create'), ('infer_company', 'on'), ('default_status', 'New')) s(n, v)
SELECT revyops_define_custom_field('contact', 'Score', 'number')
SELECT revyops_define_custom_field('contact', 'Tier', 'choice', '{"choices": ["a", "b"]}')
SELECT revyops_define_custom_field('company', 'Size', 'number')
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme", "company_custom_fields": [{"field_name": "Size", "field_value": "1"}, {"field_name": "own", "field_value": "x"}]}', 'FLAT', 'k1')
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme", "company_custom_fields": [{"field_name": "Size", "field_value": "1"}, {"field_name": "own", "field_value": "x"}]}', 'FLAT', 'k1')
SELECT revyops_create_company('{"domain": "acme.com"}')
SELECT revyops_create_contact('{"email": "ann@acme.com", "last_name": "A", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "1"}, {"field_name": "Tier", "field_value": "a"}]}', 'NESTED', 'k2')
SELECT revyops_create_contact('{"email": "ann@acme.com", "last_name": "A", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "1"}, {"field_name": "Tier", "field_value": "a"}]}', 'NESTED', 'k2')
SELECT revyops_create_contact('{"email": "ann@acme.com", "linkedin_url": "in/ann"}')
SELECT revyops_create_contact('{"email": "bob@beta.com", "linkedin_url": "in/bob", "company_id": "beta.com"}')
SELECT revyops_create_contact('{"email": "cid@acme.com", "company_id": 99}')
SELECT revyops_create_contact('{"email": "cid@acme.com", "last_name": "A"}')
SELECT revyops_create_contact('{"email": "nope", "contact_custom_fields_input": [{"field_name": "Tier", "field_value": "z"}]}')
SELECT jsonb_agg(r) FROM revyops_create_companies('[{"domain": "gamma.com"}, {"domain": "acme.com"}, {"domain": "gamma.com"}, {"domain": "?"}]') r
SELECT jsonb_agg(r) FROM revyops_create_companies('[{"domain": "delta.com"}, {"domain": "acme.com"}]', 'FLAT', 'atomic') r
SELECT jsonb_agg(r) FROM revyops_create_contacts('[{"email": "b1@acme.com"}, {"email": "b1@acme.com"}, {"email": "b2@new.example", "linkedin_url": "in/b2", "contact_custom_fields_input": [{"field_name": "Score", "field_value": "7"}]}, {"email": "ann@acme.com"}, 7]') r
SELECT jsonb_agg(r) FROM revyops_create_contacts('[{"email": "b3@acme.com"}, {"email": "b4@acme.com", "last_name": "A"}]') r
SELECT jsonb_agg(r) FROM revyops_create_contacts('[{"email": "b4@acme.com"}, {"email": "ann@acme.com"}]', 'FLAT', 'atomic') r
SELECT jsonb_agg(r) FROM revyops_check_contacts('[{"email": "b4@acme.com"}, {"email": "ann@acme.com", "company_id": "acme.com"}]') r
SELECT revyops_upsert_contact('{"email": "ann@acme.com", "linkedin_url": "in/ann", "contact_status": "Active", "contact_custom_fields_input": [{"field_name": "Tier", "field_value": "b"}]}')
SELECT revyops_upsert_contact('{"email": "u1@acme.com", "linkedin_url": "in/u1"}', 'FLAT')
SELECT revyops_upsert_contact('{"email": "ann@acme.com", "linkedin_url": "in/u1"}')
SELECT jsonb_agg(r) FROM revyops_upsert_contacts('[{"email": "b1@acme.com", "first_name": "B"}, {"email": "u2@acme.com"}, {"email": "u2@acme.com", "linkedin_url": "in/u2"}, {"linkedin_url": "in/u1", "contact_custom_fields_input": [{"field_name": "own", "field_value": "x"}]}, {"email": "ann@acme.com", "linkedin_url": "in/u1"}]') r
SELECT jsonb_agg(r) FROM revyops_upsert_contacts('[{"email": "b1@acme.com", "first_name": "C"}, {"email": "nope"}]', 'FLAT', 'atomic') r
SELECT revyops_update_contact(1, '{"email": "ann2@acme.com", "contact_status": "Won", "company_id": "beta.com", "contact_custom_fields": [{"field_name": "Tier", "field_value": null}]}')
SELECT revyops_update_contact(1, '{"email": "b1@acme.com"}')
SELECT revyops_update_contact(99, '{"first_name": "x"}')
SELECT revyops_update_company(1, '{"name": "Acme Inc.", "company_status": "Won", "domain": "acme.example"}', 'FLAT')
SELECT revyops_update_company(1, '{"domain": "beta.com"}')
SELECT revyops_add_company_custom_field(1, '{"field_name": "more", "field_value": "1"}')
SELECT revyops_update_company_custom_field(1, (revyops_get_company(1)->'company_custom_fields'->-1->>'id')::bigint, '{"field_value": "2"}')
SELECT revyops_delete_company_custom_field(1, (revyops_get_company(1)->'company_custom_fields'->-1->>'id')::bigint)
SELECT revyops_add_contact_custom_field(1, '{"field_name": "more", "field_value": "1"}')
SELECT revyops_update_contact_custom_field(1, (f->>'id')::bigint, '{"field_value": "5"}') FROM jsonb_array_elements(revyops_get_contact(1)->'contact_custom_fields') f WHERE f->>'field_name' = 'Score'
SELECT revyops_delete_contact_custom_field(1, (f->>'id')::bigint) FROM jsonb_array_elements(revyops_get_contact(1)->'contact_custom_fields') f WHERE f->>'field_name' = 'more'
SELECT revyops_get_contact(1, 'FLAT')
SELECT revyops_get_company(1)
SELECT revyops_list_contacts(email => 'b1@acme.com')
SELECT revyops_list_contacts(domain => 'acme.example', page_size => 2)
SELECT revyops_list_contacts(lastname => 'A', firstname => '', linkedin_url => 'in/ann')
SELECT revyops_list_contacts(page => 2, page_size => 2, structure => 'FLAT')
SELECT revyops_lookup_contacts('Score', '7')
SELECT revyops_search_contacts('{"filters": [{"custom_field": "Score", "operator": "in", "value": [7, "8"]}, {"member": "email", "operator": "starts_with", "value": "b"}], "sort": {"member": "updated_time"}}')
SELECT revyops_search_companies('{}')
SELECT revyops_list_companies(name => 'Acme Inc.', domain => 'acme.example')
SELECT revyops_list_companies(page_size => 1)
SELECT revyops_lookup_companies('own', 'x', structure => 'FLAT')
SELECT jsonb_agg(f) FROM revyops_list_custom_fields('contact') f
SELECT revyops_rename_custom_field('contact', 'Score', 'Points')
SELECT revyops_remove_custom_field('contact', 'Tier', 'delete')
SELECT revyops_merge_contacts(1, (SELECT id FROM revyops.contact WHERE email = 'u1@acme.com'))
SELECT revyops_merge_contacts(1, 1)
SELECT revyops_export_contact(1)
SELECT revyops_erase_contact(id) FROM revyops.contact WHERE email = 'b1@acme.com'
SELECT revyops_delete_contact(id) FROM revyops.contact WHERE email = 'u2@acme.com'
SELECT revyops_delete_company(id) FROM revyops.company WHERE domain = 'beta.com'
SELECT revyops_delete_company(id) FROM revyops.company WHERE domain = 'gamma.com'
SELECT revyops_import_status()
SELECT revyops_expire()
SELECT jsonb_agg(c ORDER BY id) FROM revyops.contact c
SELECT jsonb_agg(c ORDER BY id) FROM revyops.company c
SELECT http('POST /public/v2/contacts?structure=FLAT', '{"email": "h1@acme.com", "company_id": "acme.example"}')
SELECT http('POST /public/contacts', 'email=h2@acme.com&first_name=H')
SELECT http('POST /public/v2/contacts/batch', '{"contacts": [{"email": "h3@acme.com"}, {"email": "h1@acme.com"}]}')
SELECT http('PUT /public/v2/contacts', '{"email": "h1@acme.com", "first_name": "H"}')
SELECT http('PUT /public/v2/contacts/batch', '{"contacts": [{"email": "h4@acme.com"}, {"email": "h1@acme.com", "first_name": "I"}]}')
SELECT http('PATCH /public/v2/contacts/1', '{"first_name": "J"}')
SELECT http('PATCH /public/contacts/1', 'first_name=K')
SELECT http('GET /public/v2/contacts/1?structure=FLAT')
SELECT http('GET /public/contacts/1')
SELECT http('GET /public/v2/contacts?page_size=1')
SELECT http('GET /public/contacts?page_size=1&page=2')
SELECT http('GET /public/v2/contacts/lookup-by-custom-field?field_name=Points&field_value=7')
SELECT http('GET /public/contacts/lookup-by-custom-field?field_name=Points&field_value=7')
SELECT http('GET /public/v2/contacts-master-list?page_size=1')
SELECT http('GET /public/contacts-master-list?page_size=1')
SELECT http('GET /public/v2/contacts-master-list/1')
SELECT http('GET /public/contacts-master-list/1')
SELECT http('GET /public/v2/contacts-master-list/lookup-by-custom-field?field_name=Points&field_value=7')
SELECT http('GET /public/contacts-master-list/lookup-by-custom-field?field_name=Points&field_value=7')
SELECT http('POST /public/contacts/1/custom-fields', '{"field_name": "h", "field_value": "1"}')
SELECT http('PATCH /public/contacts/1/custom-fields/' || (f->>'id'), '{"field_value": "2"}') FROM jsonb_array_elements(revyops_get_contact(1)->'contact_custom_fields') f WHERE f->>'field_name' = 'h'
SELECT http('DELETE /public/contacts/1/custom-fields/' || (f->>'id')) FROM jsonb_array_elements(revyops_get_contact(1)->'contact_custom_fields') f WHERE f->>'field_name' = 'h'
SELECT http('POST /public/v2/contacts/1/merge', format('{"other_id": %s}', id)) FROM revyops.contact WHERE email = 'h3@acme.com'
SELECT http('DELETE /public/contacts/' || id) FROM revyops.contact WHERE email = 'h4@acme.com'
SELECT http('POST /public/v2/companies', '{"domain": "h.example"}')
SELECT http('POST /public/companies', 'domain=i.example')
SELECT http('POST /public/v2/companies/batch', '{"companies": [{"domain": "j.example"}, {"domain": "h.example"}]}')
SELECT http('PATCH /public/v2/companies/1', '{"name": "H"}')
SELECT http('PATCH /public/companies/1', 'name=I')
SELECT http('GET /public/v2/companies/1')
SELECT http('GET /public/companies/1')
SELECT http('GET /public/v2/companies?name=I')
SELECT http('GET /public/companies?page_size=1')
SELECT http('GET /public/v2/companies/lookup-by-custom-field?field_name=own&field_value=x')
SELECT http('GET /public/v2/companies-master-list?page_size=1')
SELECT http('GET /public/companies-master-list?page_size=1')
SELECT http('GET /public/v2/companies-master-list/1')
SELECT http('GET /public/companies-master-list/1')
SELECT http('GET /public/v2/companies-master-list/lookup-by-custom-field?field_name=own&field_value=x')
SELECT http('POST /public/companies/1/custom-fields', '{"field_name": "h", "field_value": "1"}')
SELECT http('PATCH /public/companies/1/custom-fields/' || (f->>'id'), '{"field_value": "2"}') FROM jsonb_array_elements(revyops_get_company(1)->'company_custom_fields') f WHERE f->>'field_name' = 'h'
SELECT http('DELETE /public/companies/1/custom-fields/' || (f->>'id')) FROM jsonb_array_elements(revyops_get_company(1)->'company_custom_fields') f WHERE f->>'field_name' = 'h'
SELECT http('DELETE /public/companies/' || id) FROM revyops.company WHERE domain = 'h.example'
SELECT http('GET /key-check')
SELECT revyops_revoke_api_key(prefix) FROM revyops.api_key WHERE name = 'client'
SELECT http('GET /public/v2/contacts/1')
EOS

# A tenant's own statements, with the policies and constraints.
my @own = split /\n/, <<'EOS';
INSERT INTO revyops.contact (client_id, email) VALUES (1, 'direct@acme.com')
INSERT INTO revyops.contact (client_id, email) VALUES (2, 'direct@acme.com')
UPDATE revyops.contact SET email = 'DIRECT@acme.com' WHERE email = 'direct@acme.com'
DELETE FROM revyops.contact WHERE email = 'direct@acme.com'
SELECT string_agg(email, ' ' ORDER BY id) FROM revyops.contact
EOS

# An import commits by itself, so it cannot be tried by a function.
my @imports = split /\n/, <<'EOS';
CALL revyops_import_contacts('source', 2)
CALL revyops_import_contacts('source', mode => 'upsert')
SELECT string_agg(concat_ws(' ', mode, rows_seen, created, updated_rows, duplicates, failed), ', ' ORDER BY id) FROM revyops.import_job
SELECT string_agg(concat_ws(' ', job, ordinal, status, errors), ', ' ORDER BY job, ordinal) FROM revyops.import_reject
SELECT revyops_import_status(2) LIKE '%'
EOS

# outcome: what all of it says, in a database of its own. Caches are discarded from the beginning of each statement, and
# from its first row on.
sub outcome
{
	my ($name, $discard, $midway) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, $setup, extra_params => [ '-v', "role=$name" ]);
	my $each = "SET debug_discard_caches = $discard;\n";
	my $script = "\\set VERBOSITY sqlstate\nSET revyops.client_id = 1;\nSET test.midway = $midway;\n";
	my $n = 0;
	$script .= "\\echo @{[ $n++ ]}\n$each$_;\n" for
		(map { /http\('/ ? $_ : "SELECT try(\$call\$$_\$call\$)" } @calls),
		"SELECT set_config('request.headers', '', false)", @imports, "SET ROLE $name";
	$script .= "\\echo own\n$_;\n" for @own;
	my ($rc, $out, $err) = $node->psql($name, $script, on_error_stop => 0, timeout => 3600);
	is($rc, 0, "$name: the server stays");
	$out .= "\n$err";
	$out =~ s/\bAQ[\w-]{62}/CURSOR/g;
	$out =~ s/\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)/TIME/g;
	return $out;
}

my $kept = outcome('kept', 0, 0);
is(outcome('discarded_midway', 0, 1), $kept, 'the same answers when caches are discarded from the first row on');
is(outcome('discarded', 1, 1), $kept, 'and always');

is($node->safe_psql('kept', q{
	SELECT string_agg(p.oid::regproc::text, ' ' ORDER BY 1) FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
	LEFT JOIN pg_stat_user_functions s ON s.funcid = p.oid WHERE d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'revyops') AND coalesce(s.calls, 0) = 0 AND p.prorettype <> 'event_trigger'::regtype}),
	'', 'and every function was called');

done_testing();
