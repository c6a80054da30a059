\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(96);
-- A file imported in one transaction: what becomes of its rows, what is told of them, and what a check leaves.
SELECT test.two_clients() \gset
SELECT revyops_create_company('{"domain": "acme.com"}') \gset hidden_

-- import runs an import of a text and shows what came of it, without what only says how the file is written.
CREATE FUNCTION test.import(content text, VARIADIC options text[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	EXECUTE format('SELECT revyops_import_csv(convert_to($1, ''UTF8'')%s)', (SELECT string_agg(', ' || o, '') FROM unnest(options) o))
		INTO result USING content;
	RETURN format('%s rows: %s created, %s updated, %s duplicates, %s failed; %s notes', result->'rows', result->'created',
		result->'updated', result->'duplicates', result->'failed', result->'notes');
END
$$;
CREATE FUNCTION test.contacts() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', id, email, linkedin_url, nullif(first_name, ''), nullif(last_name, ''), company_id, nullif(contact_status, ''), nullif(origin, ''), (SELECT jsonb_object_agg(f->>'field_name', f->>'field_value') FROM jsonb_array_elements(custom_fields) f))
	FROM revyops.contact ORDER BY id $$;
CREATE FUNCTION test.wrong(parameter text, code text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('parameter', parameter, 'code', code)) $$;
CREATE FUNCTION test.rejects() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', ordinal, line, status, (SELECT string_agg((e->>'pointer') || ':' || (e->>'code'), ',') FROM jsonb_array_elements(errors) e), source_row)
	FROM revyops.import_reject WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY ordinal $$;
CREATE FUNCTION test.notes() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', number, ordinal, line, record_id, member, '"' || value || '"', code, source_row)
	FROM revyops.import_note WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY number $$;

-- ---- a file as it is
SELECT is(test.import(E'Email,First Name,Title\njane@acme.com,Jane,CEO\n\nnope,Nobody,\nJANE@acme.com,Again,\njoe@acme.com,Joe\nann@acme.com,Ann,"x, ""y""\n2"\n'),
	'6 rows: 2 created, 0 updated, 1 duplicates, 3 failed; 0 notes', 'every outcome is counted once');
SELECT results_eq('SELECT test.contacts()', ARRAY['1 jane@acme.com Jane {"Title": "CEO"}', E'2 ann@acme.com Ann {"Title": "x, \\"y\\"\\n2"}'], 'the contacts');
SELECT results_eq('SELECT test.rejects()', ARRAY['2 3 400 :blank_row {}', '3 4 400 /email:invalid_email {"Email": "nope", "Title": null, "First Name": "Nobody"}',
	'5 6 400 :ragged_row {"Email": "joe@acme.com", "First Name": "Joe"}'], 'the rejects, with their lines');
SELECT is((SELECT jsonb_build_object('source', source, 'mode', mode, 'mapping', mapping, 'columns', columns, 'finished', finished IS NOT NULL, 'seen', rows_seen) FROM revyops.import_job),
	'{"source": "csv", "mode": "create", "mapping": {"Email": "email", "First Name": "first_name", "Title": "Title"}, "columns": ["Email", "First Name", "Title"], "finished": true, "seen": 6}', 'the job');
SELECT is(regexp_replace(revyops_import_status(), '[\d,]+ rows/s', 'N rows/s'), 'import 1 of csv [####################] 100 %, 6 rows: 2 created, 1 duplicate, 3 failed; N rows/s; finished', 'its status');

-- ---- the whole result
SELECT is(revyops_import_csv('\xefbbbf456d61696c3b4e6f7465730d0a6e6f70653b780d0a'::bytea, columns => '{"Notes": null}') #- '{rejects,0,errors,0,message}',
	'{"job": 2, "mode": "create", "rows": 1, "created": 0, "updated": 0, "duplicates": 0, "failed": 1, "notes": 0, "mapping": {"Email": "email", "Notes": null},
	"columns": ["Email", "Notes"], "encoding": "UTF8", "delimiter": ";", "header_line": 1,
	"rejects": [{"line": 2, "status": 400, "errors": [{"pointer": "/email", "code": "invalid_email"}]}]}', 'the result');

-- ---- drop_value
SELECT is(test.import(E'Email,Linkedin,Website,First Name,Notes\nd1@acme.com,Acme Inc,,D1,\nnope,in/d2,nowhere.com,D2,\nnope,nope,,D3,\nd4@acme.com,,acme.com,D4,' || repeat('x', 2501) || E'\nd5@acme.com,,Acme Inc,' || repeat('y', 256) || E',ok\n',
	$$on_fault => 'drop_value'$$, $$columns => '{"Linkedin": "linkedin_url", "Website": "company_id"}'$$), '5 rows: 4 created, 0 updated, 0 duplicates, 1 failed; 6 notes', 'drop_value: who can be identified comes in');
SELECT results_eq('SELECT test.contacts() OFFSET 2', ARRAY['3 d1@acme.com D1', '4 https://www.linkedin.com/in/d2 D2', '5 d4@acme.com D4 1', '6 d5@acme.com {"Notes": "ok"}'], 'drop_value: the contacts');
SELECT results_eq($$SELECT regexp_replace(n, 'x{9,}|y{9,}', '…', 'g') FROM test.notes() n$$, ARRAY[
	'1 1 2 3 linkedin_url "Acme Inc" invalid_linkedin_url {"Email": "d1@acme.com", "Notes": null, "Website": null, "Linkedin": "Acme Inc", "First Name": "D1"}',
	'2 2 3 4 email "nope" invalid_email {"Email": "nope", "Notes": null, "Website": "nowhere.com", "Linkedin": "in/d2", "First Name": "D2"}',
	'3 2 3 4 company_id "nowhere.com" not_found',
	'4 4 5 5 Notes "…" too_long {"Email": "d4@acme.com", "Notes": "…", "Website": "acme.com", "Linkedin": null, "First Name": "D4"}',
	'5 5 6 6 first_name "…" too_long {"Email": "d5@acme.com", "Notes": "ok", "Website": "Acme Inc", "Linkedin": null, "First Name": "…"}',
	'6 5 6 6 company_id "Acme Inc" invalid_company'], 'drop_value: each value that was left out, with its row');
SELECT results_eq('SELECT test.rejects()', ARRAY['3 4 400 /email:invalid_email,/linkedin_url:invalid_linkedin_url {"Email": "nope", "Notes": null, "Website": null, "Linkedin": "nope", "First Name": "D3"}'],
	'drop_value: who can''t be identified is rejected with every fault');
SELECT is((SELECT concat_ws(' ', on_fault, notes) FROM revyops.import_job WHERE id = 3), 'drop_value 6', 'drop_value: the job counts them');
SELECT is(regexp_replace(revyops_import_status(), '[\d,]+ rows/s', 'N rows/s'), 'import 3 of csv [####################] 100 %, 5 rows: 4 created, 0 duplicates, 1 failed, 6 values changed; N rows/s; finished', 'drop_value: the status, too');
SELECT is(test.import(E'Email,Website\nd6@acme.com,Acme Inc\nd7@acme.com,nowhere.com\n'), '2 rows: 0 created, 0 updated, 0 duplicates, 2 failed; 0 notes', 'reject, the default');
SELECT results_eq('SELECT test.rejects()', ARRAY['1 2 400 /company_id:invalid_company {"Email": "d6@acme.com", "Website": "Acme Inc"}', '2 3 404 /company_id:not_found {"Email": "d7@acme.com", "Website": "nowhere.com"}'],
	'reject: the rows');

-- ---- upsert, blanks
SELECT is(test.import(E'email,first_name,contact_status,company_id,Title\njane@acme.com,"","",acme.com,""\nnew@acme.com,New,,nowhere.com,\n', $$mode => 'upsert'$$, $$on_fault => 'drop_value'$$),
	'2 rows: 1 created, 1 updated, 0 duplicates, 0 failed; 1 notes', 'upsert');
SELECT is((SELECT string_agg(c, E'\n') FROM test.contacts() c WHERE c ~ 'jane@|new@'), E'1 jane@acme.com Jane 1 {"Title": "CEO"}\n7 new@acme.com New', 'upsert: a blank is nothing');
SELECT is(test.import(E'email,company_id\njane@acme.com,nowhere.com\n', $$mode => 'upsert'$$, $$on_fault => 'drop_value'$$), '1 rows: 0 created, 1 updated, 0 duplicates, 0 failed; 1 notes', 'upsert: a company that is not there');
SELECT is((SELECT c FROM test.contacts() c WHERE c ~ 'jane@'), '1 jane@acme.com Jane 1 {"Title": "CEO"}', 'upsert: leaves the one that the contact has');
SELECT is(test.import(E'email,first_name,company_id,Title\njane@acme.com,"","",""\n', $$mode => 'upsert'$$, $$blanks => 'clear'$$), '1 rows: 0 created, 1 updated, 0 duplicates, 0 failed; 0 notes', 'upsert, blanks clear');
SELECT is((SELECT c FROM test.contacts() c WHERE c ~ 'jane@'), '1 jane@acme.com {"Title": ""}', 'upsert: a blank empties');

-- ---- a check
SELECT test.rows() AS before, (SELECT string_agg(concat_ws(' ', ctid, xmin, xmax), ',' ORDER BY ctid) FROM revyops.contact) AS versions,
	(SELECT string_agg(concat_ws(' ', sequencename, last_value), ',' ORDER BY sequencename) FROM pg_sequences WHERE schemaname = 'revyops' AND sequencename <> 'import_job_id_seq') AS ids \gset
SELECT is(revyops_import_csv(E'Email,Website\nc1@acme.com,Acme Inc\nC1@acme.com,\njane@acme.com,\nnope,\n'::bytea, mode => 'check', on_fault => 'drop_value') - '{mapping,columns,rejects,encoding}'::text[],
	'{"job": 8, "mode": "check", "rows": 4, "created": 1, "updated": 0, "duplicates": 2, "failed": 1, "notes": 1, "delimiter": ",", "header_line": 1,
	"preview": [["c1@acme.com", "Acme Inc"], ["C1@acme.com", null], ["jane@acme.com", null], ["nope", null]]}', 'check: what a create would do, with the first rows');
SELECT is(concat_ws('|', test.rows(), (SELECT string_agg(concat_ws(' ', ctid, xmin, xmax), ',' ORDER BY ctid) FROM revyops.contact),
	(SELECT string_agg(concat_ws(' ', sequencename, last_value), ',' ORDER BY sequencename) FROM pg_sequences WHERE schemaname = 'revyops' AND sequencename <> 'import_job_id_seq')),
	concat_ws('|', :'before', :'versions', :'ids'), 'check: no row, no lock, no id');
SELECT results_eq('SELECT test.notes()', ARRAY['1 1 2 company_id "Acme Inc" invalid_company {"Email": "c1@acme.com", "Website": "Acme Inc"}'], 'check: its notes, of no contact');
SELECT is(regexp_replace(revyops_import_status(), '[\d,]+ rows/s', 'N rows/s'), 'check 8 of csv [####################] 100 %, 4 rows: 1 created, 2 duplicates, 1 failed, 1 value changed; N rows/s; finished', 'check: its status');

-- ---- the report
SELECT results_eq('SELECT revyops_import_report()', ARRAY['Email,Website,import_line,import_outcome,import_faults', 'c1@acme.com,Acme Inc,2,changed,company_id: invalid_company (Acme Inc)',
	'nope,,5,rejected,/email: invalid_email'], 'report: the file''s own columns, and what there is to say');
SELECT results_eq($$SELECT revyops_import_report(outcome => 'rejected')$$, ARRAY['Email,Website,import_line,import_outcome,import_faults', 'nope,,5,rejected,/email: invalid_email'], 'report: rejected rows only');
SELECT results_eq($$SELECT revyops_import_report(8, 'changed')$$, ARRAY['Email,Website,import_line,import_outcome,import_faults', 'c1@acme.com,Acme Inc,2,changed,company_id: invalid_company (Acme Inc)'], 'report: changed rows only');
SELECT is(test.import(E'Email,"a ""b"", c"\nnope,"x ""y"", z\r\nw"\n'), '1 rows: 0 created, 0 updated, 0 duplicates, 1 failed; 0 notes', 'a file with quotes');
SELECT results_eq('SELECT revyops_import_report()', ARRAY['Email,"a ""b"", c",import_line,import_outcome,import_faults', E'nope,"x ""y"", z\r\nw",2,rejected,/email: invalid_email'], 'report: quoted as CSV is');
SELECT string_agg(l, E'\n') AS again FROM revyops_import_report() l \gset
SELECT is(test.import(replace(:'again', 'nope', 'again@acme.com')), '1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'report: put right, it is imported as it is');
SELECT is((SELECT c FROM test.contacts() c WHERE c ~ 'again@'), E'8 again@acme.com {"a \\"b\\", c": "x \\"y\\", z\\r\\nw"}', 'report: without the columns that it added');
SELECT test.fails_400($$SELECT revyops_import_report(outcome => 'all')$$, test.wrong('outcome', 'invalid_outcome'), 'report: of what is nothing');
SELECT test.fails_with('SELECT revyops_import_report(99)', 'PT404', 'import not found', test.wrong('job', 'not_found'), 'report: of no job');

-- ---- faults of the call
SELECT test.fails_400($$SELECT revyops_import_csv('Email', mode => 'x', on_fault => 'x', blanks => 'x')$$, '[{"parameter": "mode", "code": "invalid_mode"}, {"parameter": "on_fault", "code": "invalid_on_fault"}, {"parameter": "blanks", "code": "invalid_blanks"}]', 'options that are none');
SELECT test.fails_400('SELECT revyops_import_csv(NULL)', test.wrong('content', 'required'), 'no file');
SELECT test.fails_400($$SELECT revyops_import_csv(NULL, mode => 'x')$$, test.wrong('content', 'required') || test.wrong('mode', 'invalid_mode'), 'no file, and no mode');
SELECT test.fails_400($$SELECT revyops_import_csv('Email', mode => 'x', encoding => 'x', delimiter => 'xx', header_line => 0, columns => '7')$$,
	test.wrong('delimiter', 'invalid_delimiter') || test.wrong('header_line', 'invalid_number') || test.wrong('encoding', 'unknown_encoding') || test.wrong('mode', 'invalid_mode'),
	'what is wrong with the file, and all options; its columns are not looked at');
SELECT test.fails_400($$SELECT revyops_import_csv('Email', mode => 'x', columns => '{"Mail": "email"}')$$, test.wrong('mode', 'invalid_mode') || '[{"parameter": "columns", "code": "unknown_column", "column": "Mail", "nearest": ["Email"]}]', 'an option, and a column that is not there');
SELECT test.fails_with($$SELECT revyops_import_csv(convert_to(repeat('x', 16 * 1024 * 1024 + 1), 'UTF8'))$$, 'PT413', 'request body too large', test.wrong('content', 'too_large'), 'a file that is too large');
SELECT set_config('revyops.client_id', '2', true) AS "hidden" \gset
SELECT test.fails_with('SELECT revyops_import_report(1)', 'PT404', 'import not found', test.wrong('job', 'not_found'), 'another client''s job');

-- ---- companies
SELECT set_config('revyops.client_id', '1', true) AS "hidden" \gset
SELECT is(revyops_import_company_csv(E'Company Name,Website,Industry\nAcme,www.acme.com,\nNew Ltd,https://new.com/about,Tools\nNobody,,\n'::bytea, mode => 'check') - '{mapping,columns,rejects,encoding,delimiter,header_line,preview}'::text[],
	'{"job": 11, "mode": "check", "rows": 3, "created": 1, "updated": 0, "duplicates": 1, "failed": 1, "notes": 0}', 'companies: a check');
SELECT is(revyops_import_company_csv(E'Company Name,Website,Industry\nAcme,www.acme.com,\nNew Ltd,https://new.com/about,Tools\nNobody,,\n'::bytea, mode => 'upsert') - '{columns,rejects,encoding,delimiter,header_line}'::text[],
	'{"job": 12, "mode": "upsert", "rows": 3, "created": 1, "updated": 1, "duplicates": 0, "failed": 1, "notes": 0, "mapping": {"Company Name": "name", "Website": "domain", "Industry": "Industry"}}', 'companies: an upsert');
SELECT results_eq($$SELECT concat_ws(' ', id, domain, name, (SELECT jsonb_object_agg(f->>'field_name', f->>'field_value') FROM jsonb_array_elements(custom_fields) f)) COLLATE "default" FROM revyops.company ORDER BY id$$,
	ARRAY['1 acme.com Acme', '2 new.com New Ltd {"Industry": "Tools"}'], 'companies: what is there');
-- ---- a row with more values than columns
SELECT is(test.import(E'Email,Title\nmore@acme.com,CEO,,"a, b",c\n'), '1 rows: 0 created, 0 updated, 0 duplicates, 1 failed; 0 notes', 'a row with more values than columns');
SELECT results_eq('SELECT revyops_import_report()', ARRAY['Email,Title,import_line,import_outcome,import_faults', 'more@acme.com,CEO,2,rejected,"ragged_row (a, b, c)"'], 'report: those beyond the columns, too');

-- ---- more columns than are looked at: those beyond are none, and no row that has such loses them unseen
SELECT results_eq($$SELECT i, r->'rows', r->'created', (r #> '{rejects,0,errors,0}') - 'message'::text, jsonb_array_length(r->'columns'), r->'columns'->>-1 FROM generate_series(9999, 10002) i,
	revyops_import_csv(convert_to('Email' || repeat(',x', 9998) || repeat(',y', i - 9999) || E'\n' || 'wide' || i || '@acme.com,CEO' || repeat(',', i - 2) || E'\n', 'UTF8'), 'check') r$$,
	$$SELECT i, '1'::jsonb, to_jsonb((i <= 10000)::int), CASE WHEN i > 10000 THEN format('{"pointer": "", "code": "ragged_row", "limit": 10000, "actual": %s}', i)::jsonb END,
	least(i, 10000), CASE WHEN i = 9999 THEN 'x (9998)' ELSE 'y' END FROM generate_series(9999, 10002) i$$, '10,000 columns, and more');
SELECT test.fails_code($$SELECT revyops_import_csv(convert_to(repeat('x,', 10000) || E'Email\n' || repeat(',', 10000) || E'a@acme.com\n', 'UTF8'), 'check')$$, 'PT400', 'invalid request', 'no_key_column', 'a key beyond them');

-- ---- drop_value: an entry that is no custom field
SELECT is(test.import(E'email,contact_custom_fields_input\nlist@acme.com,"[[""field_name"", ""x""], {""field_name"": ""a"", ""field_value"": ""b""}]"\n', $$mode => 'check'$$, $$on_fault => 'drop_value'$$) || (SELECT string_agg(n, '') FROM test.notes() n),
	'1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 1 notes1 1 2 contact_custom_fields_input "["field_name", "x"]" not_an_object {"email": "list@acme.com", "contact_custom_fields_input": "[[\"field_name\", \"x\"], {\"field_name\": \"a\", \"field_value\": \"b\"}]"}', 'drop_value: an entry that is a list is shown as it is');
-- ---- cells that list custom fields: what is no list is told, and takes nothing else along
CREATE FUNCTION test.listed() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', email, (SELECT string_agg(concat(f->>'field_name', '=', f->>'field_value'), ', ') FROM jsonb_array_elements(custom_fields) f)) COLLATE "default"
	FROM revyops.contact WHERE email ~ '@lists[.]com$' ORDER BY id $$;
CREATE FUNCTION test.told() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', line, member, '"' || value || '"', code) COLLATE "default" FROM revyops.import_note WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY number $$;
SELECT is(test.import(E'email,contact_custom_fields,Title\na@lists.com,{\'Title\': \'CTO\'},CEO\nb@lists.com,Title=CTO,CEO\nc@lists.com,NaN,CEO\n'), '3 rows: 3 created, 0 updated, 0 duplicates, 0 failed; 3 notes', 'contact_custom_fields that is no list: a create does without, as the API has it');
SELECT results_eq('SELECT test.told()', ARRAY['2 contact_custom_fields "{''Title'': ''CTO''}" not_an_array', '3 contact_custom_fields "Title=CTO" not_an_array', '4 contact_custom_fields "NaN" placeholder'], 'and tells it');
SELECT is(test.import(E'email,contact_custom_fields\na@lists.com,Title=CTO\n', $$mode => 'upsert'$$), '1 rows: 0 created, 0 updated, 0 duplicates, 1 failed; 0 notes', 'an upsert rejects it');
SELECT is(test.import(E'email,contact_custom_fields,Title\na@lists.com,Title=CTO,CFO\n', $$mode => 'upsert'$$, $$on_fault => 'drop_value'$$), '1 rows: 0 created, 1 updated, 0 duplicates, 0 failed; 1 notes', 'or drops it, and nothing else');
SELECT is(test.import(E'email,contact_custom_fields_input,Title\nd@lists.com,true,CEO\ne@lists.com,{bad,CEO\nf@lists.com,"{""Plan"": ""Pro""}",CEO\ng@lists.com,-,CEO\nh@lists.com,"[[1], {""field_name"": ""B"", ""field_value"": 2}]",CEO\ni@lists.com,[],CEO\n', $$on_fault => 'drop_value'$$),
	'6 rows: 6 created, 0 updated, 0 duplicates, 0 failed; 5 notes', 'contact_custom_fields_input that is no list');
SELECT results_eq('SELECT test.listed()', ARRAY['a@lists.com Title=CFO', 'b@lists.com Title=CEO', 'c@lists.com Title=CEO', 'd@lists.com Title=CEO', 'e@lists.com Title=CEO', 'f@lists.com Title=CEO', 'g@lists.com Title=CEO', 'h@lists.com B=2, Title=CEO', 'i@lists.com Title=CEO'], 'the columns stay');
SELECT results_eq('SELECT test.told()', ARRAY['2 contact_custom_fields_input "true" not_an_array', '3 contact_custom_fields_input "{bad" not_an_array', '4 contact_custom_fields_input "{"Plan": "Pro"}" not_an_array', '5 contact_custom_fields_input "-" placeholder', '6 contact_custom_fields_input "[1]" not_an_object'], 'each cell is told');
SELECT is(test.import(E'email,contact_custom_fields,contact_custom_fields_input,Title\nd@lists.com,x,y,CFO\n', $$mode => 'upsert'$$, $$on_fault => 'drop_value'$$) || (SELECT string_agg(t, '; ') FROM test.told() t) || (SELECT l FROM test.listed() l WHERE l ~ '^d@'),
	'1 rows: 0 created, 1 updated, 0 duplicates, 0 failed; 2 notes2 contact_custom_fields "x" not_an_array; 2 contact_custom_fields_input "y" not_an_objectd@lists.com Title=CFO', 'both at once');
SELECT is(test.import(E'email,contact_custom_fields,Title\nj@lists.com,"{""Title"": ""x"", ""B"": ""y""}",CEO\nk@lists.com,"[{""field_name"": ""Title"", ""field_value"": 2}]",CEO\nl@lists.com,"{""Title"": ""CEO""}",CEO\nm@lists.com,"{""Title"": """"}",CEO\nn@lists.com,"{""Title"": ""x""}",\n'), '5 rows: 5 created, 0 updated, 0 duplicates, 0 failed; 2 notes', 'a column of a name that is listed, too');
SELECT results_eq('SELECT test.listed() OFFSET 9', ARRAY['j@lists.com B=y, Title=CEO', 'k@lists.com Title=CEO', 'l@lists.com Title=CEO', 'm@lists.com Title=CEO', 'n@lists.com Title=x'], 'the column counts');
SELECT results_eq('SELECT test.told()', ARRAY['2 Title "x" duplicate', '3 Title "2" duplicate'], 'and what was listed is told, unless it says the same or nothing');
-- ---- what forms and programs send
SELECT is(test.import(E'Email,Title\n'), '0 rows: 0 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'a header alone');
SELECT is(test.import(E'Email\nblank@acme.com', $$mode => ''$$, $$on_fault => ' '$$, $$blanks => ''$$, $$origin => ''$$, $$encoding => ''$$, $$delimiter => ''$$),
	'1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'blank options are the defaults');

-- ---- a typo that cuts a key in two
SELECT is(test.import(E'First Name,LinkedIn URL\nAnna S,https://www.linkedin.com/in/anna schmidt\nAnna W,https://www.linkedin.com/in/anna weber\n', $$mode => 'upsert'$$),
	'2 rows: 0 created, 0 updated, 0 duplicates, 2 failed; 0 notes', 'people whose profiles begin alike are not one');
SELECT results_eq('SELECT test.rejects()', ARRAY['1 2 400 /linkedin_url:invalid_linkedin_url {"First Name": "Anna S", "LinkedIn URL": "https://www.linkedin.com/in/anna schmidt"}',
	'2 3 400 /linkedin_url:invalid_linkedin_url {"First Name": "Anna W", "LinkedIn URL": "https://www.linkedin.com/in/anna weber"}'], 'both are rejects');
SELECT is(test.import(E'Email\n"first@acme.com; john,smith@acme.com"\n') || (SELECT string_agg(' ' || n, '') FROM test.notes() n),
	'1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 1 notes 1 1 2 24 email "first@acme.com; john,smith@acme.com" more_values {"Email": "first@acme.com; john,smith@acme.com"}', 'a part of a second address is one more');
-- ---- a company that a duplicate would have made, and that a row has which was mended
SELECT revyops_create_client('Three') AS three \gset
SELECT set_config('revyops.client_id', :'three', true) \g /dev/null
SELECT revyops_create_contact('{"email": "was@inferred.com"}'), revyops_set_client_setting(:three, 'infer_company', 'on'), revyops_set_client_setting(:three, 'on_unknown_domain', 'create') \g /dev/null
SELECT is(test.import(E'email,company_id\nwas@inferred.com,\nnew@inferred.com,999999\n', $$on_fault => 'drop_value'$$), '2 rows: 1 created, 0 updated, 1 duplicates, 0 failed; 1 notes', 'drop_value: a company of a duplicate and of one who was mended');
SELECT is((SELECT string_agg(concat_ws(' ', p.email, c.domain), ', ' ORDER BY p.id) FROM revyops.contact p LEFT JOIN revyops.company c ON c.id = p.company_id WHERE p.email LIKE '%@inferred.com'), 'was@inferred.com, new@inferred.com inferred.com', 'the company stays');
SELECT is(test.import(E'email,company_id\nwas@other.inferred.net,\nwas@inferred.com,999999\n', $$on_fault => 'drop_value'$$, $$mode => 'upsert'$$), '2 rows: 1 created, 1 updated, 0 duplicates, 0 failed; 1 notes', 'likewise in an upsert');
-- ---- report: of a file whose header no one would take for it
SELECT is(test.import(E'Name,"E-mail (e.g. jane@acme.com)"\nJane,nope\n', 'header_line => 1', $$columns => '{"E-mail (e.g. jane@acme.com)": "email"}'$$), '1 rows: 0 created, 0 updated, 0 duplicates, 1 failed; 0 notes', 'an address in the header');
SELECT string_agg(r, E'\n') AS report FROM revyops_import_report() r \gset
SELECT is(:'report'::text, E'Name,E-mail (e.g. jane@acme.com),import_line,import_outcome,import_faults\nJane,nope,2,rejected,/email: invalid_email', 'its report');
SELECT is(test.import(replace(:'report', 'nope', 'jane@header.com'), $$columns => '{"E-mail (e.g. jane@acme.com)": "email"}'$$), '1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'is imported as it is');
SELECT is(test.import(replace(replace(:'report', ',', ';'), 'nope', 'joe@header.com') || E'\n', $$columns => '{"E-mail (e.g. jane@acme.com)": "email"}'$$), '1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'and as a spreadsheet writes it');
-- ---- report: long values beside what is wrong with them are cut, so that the row can be imported again
CREATE FUNCTION test.report() RETURNS TABLE (n bigint, line text) LANGUAGE sql AS $$ SELECT n, r FROM revyops_import_report() WITH ORDINALITY t(r, n) $$;
SELECT is(test.import(E'Email,First Name,Title\nlong@cut.com,' || repeat('é', 300000) || E',CEO\nmore@cut.com,Jo,CEO,' || repeat('ü', 300000) || E',x\nok@cut.com,' || repeat('é', 1000) || E',\n', $$on_fault => 'drop_value'$$),
	'3 rows: 2 created, 0 updated, 0 duplicates, 1 failed; 2 notes', 'long values');
SELECT results_eq('SELECT line FROM test.report()', ARRAY['Email,First Name,Title,import_line,import_outcome,import_faults',
	'long@cut.com,' || repeat('é', 300000) || ',CEO,2,changed,first_name: too_long (' || repeat('é', 1000) || '…)', 'more@cut.com,Jo,CEO,3,rejected,"ragged_row (' || repeat('ü', 1000) || '…, x)"',
	'ok@cut.com,' || repeat('é', 1000) || ',,4,changed,first_name: too_long (' || repeat('é', 1000) || ')'], 'report: a value of 1,000 characters is whole, the cells of the row are all');
SELECT is(test.import((SELECT string_agg(line, E'\n' ORDER BY n) FROM test.report()), $$mode => 'upsert'$$, $$on_fault => 'drop_value'$$), '3 rows: 1 created, 2 updated, 0 duplicates, 0 failed; 2 notes', 'a report of long values is imported as it is');
SELECT is(test.import(E'Email\nmany@cut.com' || repeat(',' || repeat('x', 990), 1000) || E'\n'), '1 rows: 0 created, 0 updated, 0 duplicates, 1 failed; 0 notes', 'many values');
SELECT is((SELECT line FROM test.report() WHERE n = 2), 'many@cut.com,2,rejected,"' || left('ragged_row (' || repeat(repeat('x', 990) || ', ', 1000), 50000) || '…"', 'report: all of them together are cut, too');
SELECT is(test.import((SELECT string_agg(line, E'\n' ORDER BY n) FROM test.report())), '1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'and it is imported as it is');
-- ---- an address that a program gives to everybody
SELECT is(test.import(E'First Name,Email,Person Linkedin Url\nApo,email_not_unlocked@domain.com,in/apo-one\nAda,email_not_unlocked@domain.com,in/apo-two\nAnn,j***@apo.com,in/apo-three\nAl,email_not_unlocked@domain.com,\n', $$mode => 'upsert'$$),
	'4 rows: 3 created, 0 updated, 0 duplicates, 1 failed; 3 notes', 'an address of nobody');
SELECT results_eq($$SELECT concat_ws(' ', first_name, email, linkedin_url) COLLATE "default" FROM revyops.contact WHERE linkedin_url LIKE '%/in/apo-%' ORDER BY id$$,
	ARRAY['Apo https://www.linkedin.com/in/apo-one', 'Ada https://www.linkedin.com/in/apo-two', 'Ann https://www.linkedin.com/in/apo-three'], 'people with a profile come in by that');
SELECT results_eq('SELECT line FROM test.report()', ARRAY['First Name,Email,Person Linkedin Url,import_line,import_outcome,import_faults',
	'Apo,email_not_unlocked@domain.com,in/apo-one,2,changed,email: placeholder (email_not_unlocked@domain.com)', 'Ada,email_not_unlocked@domain.com,in/apo-two,3,changed,email: placeholder (email_not_unlocked@domain.com)',
	'Ann,j***@apo.com,in/apo-three,4,changed,email: placeholder (j***@apo.com)', 'Al,email_not_unlocked@domain.com,,5,rejected,identifier_required'], 'and are told of');
-- ---- URLs of profiles that have something behind them
SELECT is(test.import(E'First Name,Person Linkedin Url\nUla,https://www.linkedin.com/in/ula-one/https://www.linkedin.com/in/ula-two\nUlf,https://www.linkedin.com/in/https://www.linkedin.com/in/ulf-one\nNo,https://www.linkedin.com/in/N%2FA\nNone,https://www.linkedin.com/in/company/acme\n'
	'Uta,linkedin.com/in/uta-one/linkedin.com/in/uta-two\nUwe,in/uwe-one/in/uwe-two\nUdo,https://www.linkedin.com/in/udo-one/www.linkedin.com/pub/udo-two/1/2/3\nUma,de.linkedin.com/pub/uma/1/2/3/de.linkedin.com/in/uma-two\n'
	'Una,linkedin.com/in/una-one/linkedin.com/in/Una-One/\nUri,www.linkedin.com/in/in/uri-one/en\nUrs,linkedin.com/in/urs-onelinkedin.com/in/urs-two\n'),
	'11 rows: 8 created, 0 updated, 0 duplicates, 3 failed; 5 notes', 'URLs in URLs, and what is no profile');
SELECT results_eq('SELECT line FROM test.report()', ARRAY['First Name,Person Linkedin Url,import_line,import_outcome,import_faults',
	'Ula,https://www.linkedin.com/in/ula-one/https://www.linkedin.com/in/ula-two,2,changed,linkedin_url: more_values (https://www.linkedin.com/in/ula-one/https://www.linkedin.com/in/ula-two)',
	'No,https://www.linkedin.com/in/N%2FA,4,rejected,/linkedin_url: invalid_linkedin_url', 'None,https://www.linkedin.com/in/company/acme,5,rejected,/linkedin_url: invalid_linkedin_url',
	'Uta,linkedin.com/in/uta-one/linkedin.com/in/uta-two,6,changed,linkedin_url: more_values (linkedin.com/in/uta-one/linkedin.com/in/uta-two)', 'Uwe,in/uwe-one/in/uwe-two,7,changed,linkedin_url: more_values (in/uwe-one/in/uwe-two)',
	'Udo,https://www.linkedin.com/in/udo-one/www.linkedin.com/pub/udo-two/1/2/3,8,changed,linkedin_url: more_values (https://www.linkedin.com/in/udo-one/www.linkedin.com/pub/udo-two/1/2/3)',
	'Uma,de.linkedin.com/pub/uma/1/2/3/de.linkedin.com/in/uma-two,9,changed,linkedin_url: more_values (de.linkedin.com/pub/uma/1/2/3/de.linkedin.com/in/uma-two)',
	'Urs,linkedin.com/in/urs-onelinkedin.com/in/urs-two,12,rejected,/linkedin_url: invalid_linkedin_url'], 'are told of');
SELECT results_eq($$SELECT concat_ws(' ', first_name, linkedin_url) COLLATE "default" FROM revyops.contact WHERE first_name IN ('Ula', 'Ulf', 'Uta', 'Uwe', 'Udo', 'Uma', 'Una', 'Uri') ORDER BY id$$,
	ARRAY['Ula https://www.linkedin.com/in/ula-one', 'Ulf https://www.linkedin.com/in/ulf-one', 'Uta https://www.linkedin.com/in/uta-one', 'Uwe https://www.linkedin.com/in/uwe-one', 'Udo https://www.linkedin.com/in/udo-one',
	'Uma https://www.linkedin.com/in/uma-0030021', 'Una https://www.linkedin.com/in/una-one', 'Uri https://www.linkedin.com/in/uri-one'], 'the first profile counts');
-- ---- numbers with a dot that may be one between thousands
SELECT revyops_define_custom_field('contact', 'Revenue', 'number') \g /dev/null
SELECT is(test.import(E'Email;Revenue\nn1@num.com;1.234\nn2@num.com;987,5\nn3@num.com;1.234.567\nn4@num.com;1.5\nn5@num.com;0.125\nn6@num.com;-12.500\nn7@num.com;1234\nn8@num.com;1234.567\n', $$on_fault => 'drop_value'$$),
	'8 rows: 8 created, 0 updated, 0 duplicates, 0 failed; 4 notes', 'numbers of a file with semicolons');
SELECT results_eq($$SELECT concat_ws(' ', email, custom_fields->0->>'field_value') COLLATE "default" FROM revyops.contact WHERE email LIKE '%@num.com' ORDER BY id$$,
	ARRAY['n1@num.com', 'n2@num.com', 'n3@num.com', 'n4@num.com 1.5', 'n5@num.com 0.125', 'n6@num.com', 'n7@num.com 1234', 'n8@num.com 1234.567'], 'what may be a thousand and more is left out');
SELECT results_eq('SELECT line FROM test.report()', ARRAY['Email,Revenue,import_line,import_outcome,import_faults', 'n1@num.com,1.234,2,changed,Revenue: invalid_value (1.234)', 'n2@num.com,"987,5",3,changed,"Revenue: invalid_value (987,5)"',
	'n3@num.com,1.234.567,4,changed,Revenue: invalid_value (1.234.567)', 'n6@num.com,-12.500,7,changed,Revenue: invalid_value (-12.500)'], 'and told of');
SELECT is(test.import(E'Email,Revenue\nn9@num.com,1.234\n'), '1 rows: 1 created, 0 updated, 0 duplicates, 0 failed; 0 notes', 'with commas between the values it is a number');
-- ---- a duplicate by one key whose other key is not that of the contact
SELECT test.import(E'Email,LinkedIn\nbox@conf.com,in/conf-ann\nmail@conf.com,\n') \g /dev/null
SELECT E'Email,LinkedIn\nbox@conf.com,in/conf-bob\nBOX@conf.com,https://linkedin.com/in/Conf-Ann/\nother@conf.com,in/conf-ann\nbox@conf.com,\nmail@conf.com,in/conf-mia\nmail@conf.com,in/conf-ann\nnew@conf.com,in/conf-new\nnew@conf.com,in/conf-joe\nhalf@conf.com,\nhalf@conf.com,in/conf-half\n' AS conflicting \gset
CREATE FUNCTION test.conflicts() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', ordinal, status, (SELECT string_agg(concat_ws(':', e->>'pointer', e->>'code', (SELECT coalesce(email, linkedin_url) FROM revyops.contact WHERE id = (e->>'existing_id')::bigint)), ',' ORDER BY n) FROM jsonb_array_elements(errors) WITH ORDINALITY t(e, n))) COLLATE "default"
	FROM revyops.import_reject WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY ordinal $$;
SELECT is(test.import(:'conflicting', $$mode => 'check'$$), '10 rows: 2 created, 0 updated, 5 duplicates, 3 failed; 0 notes', 'a check tells of those that may be somebody else');
SELECT results_eq('SELECT test.conflicts()', ARRAY['1 409 /email:already_exists:box@conf.com,/linkedin_url:key_conflict:box@conf.com', '3 409 /email:key_conflict:box@conf.com,/linkedin_url:already_exists:box@conf.com',
	'8 409 /email:already_exists,/linkedin_url:key_conflict'], 'and whose keys they have');
SELECT is(test.import(:'conflicting'), '10 rows: 2 created, 0 updated, 5 duplicates, 3 failed; 0 notes', 'as does a create');
SELECT results_eq('SELECT test.conflicts()', ARRAY['1 409 /email:already_exists:box@conf.com,/linkedin_url:key_conflict:box@conf.com', '3 409 /email:key_conflict:box@conf.com,/linkedin_url:already_exists:box@conf.com',
	'8 409 /email:already_exists:new@conf.com,/linkedin_url:key_conflict:new@conf.com'], 'with the contact that is there');
SELECT is(test.import(:'conflicting'), '10 rows: 0 created, 0 updated, 7 duplicates, 3 failed; 0 notes', 'once more, rows that came in are duplicates');
SELECT results_eq($$SELECT concat_ws(' ', email, linkedin_url) COLLATE "default" FROM revyops.contact WHERE email LIKE '%@conf.com' ORDER BY id$$,
	ARRAY['box@conf.com https://www.linkedin.com/in/conf-ann', 'mail@conf.com', 'new@conf.com https://www.linkedin.com/in/conf-new', 'half@conf.com'], 'nobody who is there was changed');
SELECT revyops_set_client_setting(:three, 'on_key_conflict', 'update') \g /dev/null
SELECT is(test.import(:'conflicting'), '10 rows: 0 created, 0 updated, 10 duplicates, 0 failed; 0 notes', 'where another key is the same person''s they are duplicates');
SELECT is(test.import(:'conflicting', $$mode => 'check'$$), '10 rows: 0 created, 0 updated, 10 duplicates, 0 failed; 0 notes', 'in a check, too');
SELECT revyops_set_client_setting(:three, 'on_key_conflict', 'error') \g /dev/null
SELECT results_eq($$SELECT status, (SELECT string_agg((e->>'pointer') || ':' || (e->>'code'), ',') COLLATE "default" FROM jsonb_array_elements(errors) e) FROM revyops_create_contacts('[{"email": "box@conf.com", "linkedin_url": "in/conf-bob"}]')$$,
	$$VALUES (409, '/email:already_exists' COLLATE "default")$$, 'a batch answers as ever');

SELECT * FROM finish();
ROLLBACK;
