\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(58);
-- Companies from a file: what is read in a cell of a domain, which websites are no company's, and what becomes of rows and values.
SELECT test.two_clients() \gset

-- import runs an import of a text and shows what came of it.
CREATE FUNCTION test.import(content text, VARIADIC options text[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	EXECUTE format('SELECT revyops_import_company_csv(convert_to($1, ''UTF8'')%s)', (SELECT string_agg(', ' || o, '') FROM unnest(options) o))
		INTO result USING content;
	RETURN format('%s rows: %s created, %s updated, %s duplicates, %s failed; %s notes', result->'rows', result->'created',
		result->'updated', result->'duplicates', result->'failed', result->'notes');
END
$$;
CREATE FUNCTION test.companies(after text DEFAULT '') RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', domain, nullif(name, ''), nullif(company_status, ''), (SELECT jsonb_object_agg(f->>'field_name', f->>'field_value') FROM jsonb_array_elements(custom_fields) f))
	FROM revyops.company WHERE client_id = 1 AND id > COALESCE((SELECT id FROM revyops.company WHERE client_id = 1 AND domain = after), 0) ORDER BY id $$;
CREATE FUNCTION test.rejects() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', line, status, (SELECT string_agg((e->>'pointer') || ':' || (e->>'code'), ',') FROM jsonb_array_elements(errors) e), source_row->>'Website')
	FROM revyops.import_reject WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY ordinal $$;
CREATE FUNCTION test.notes() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', line, (SELECT domain FROM revyops.company c WHERE c.id = record_id), member, '"' || value || '"', code)
	FROM revyops.import_note WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY number $$;

-- ---- an export as it is
SELECT is(revyops_import_company_csv(E'\uFEFFRecord ID;Company name;Company Domain Name;Industry;company_status\r\n1;Acme;www.acme.example;Tools;lead\r\n2;Acme;http://acme.example/;;\r\n3;Globex;;;\r\n'::text::bytea) #- '{rejects,0,errors,0,message}',
	'{"job": 1, "mode": "create", "rows": 3, "created": 1, "updated": 0, "duplicates": 1, "failed": 1, "notes": 0, "encoding": "UTF8", "delimiter": ";", "header_line": 1,
	"columns": ["Record ID", "Company name", "Company Domain Name", "Industry", "company_status"],
	"mapping": {"Record ID": "Record ID", "Company name": "name", "Company Domain Name": "domain", "Industry": "Industry", "company_status": "company_status"},
	"rejects": [{"line": 4, "status": 400, "errors": [{"pointer": "/domain", "code": "required"}]}]}', 'the whole result');
SELECT results_eq('SELECT test.companies()', ARRAY['acme.example Acme lead {"Industry": "Tools", "Record ID": "1"}'], 'the company');
SELECT is((SELECT jsonb_build_object('entity', entity, 'source', source, 'mode', mode, 'mapping', mapping) FROM revyops.import_job),
	'{"entity": "company", "source": "csv", "mode": "create", "mapping": {"Record ID": "Record ID", "Company name": "name", "Company Domain Name": "domain", "Industry": "Industry", "company_status": "company_status"}}', 'the job');
SELECT is(regexp_replace(revyops_import_status(), '[\d,]+ rows/s', 'N rows/s'), 'import 1 of csv [####################] 100 %, 3 rows: 1 created, 1 duplicate, 1 failed; N rows/s; finished', 'its status');

-- ---- what programs and languages call the columns; LinkedIn pages and ids are none
CREATE FUNCTION test.mapping(headers text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(revyops_import_company_csv(convert_to(headers || E'\nx\n', 'UTF8'), mode => 'check')->'mapping') m WHERE m.value IN ('"domain"', '"name"') $$;
SELECT is(test.mapping('Account ID,Account Name,Account Site,Website,Type,Parent Account'), '{"Website": "domain", "Account Name": "name"}', 'Salesforce');
SELECT is(test.mapping('Company,Company Name for Emails,Account Stage,# Employees,Website,Company Linkedin Url,Facebook Url,Apollo Account Id'), '{"Company": "name", "Website": "domain"}', 'Apollo');
SELECT is(test.mapping('Organization - Name,Organization - Website,Organization - ID,Organization - LinkedIn profile'), '{"Organization - Name": "name", "Organization - Website": "domain"}', 'Pipedrive');
SELECT is(test.mapping(E'Organiza\u00e7\u00e3o - Nome,Organiza\u00e7\u00e3o - Site,Organiza\u00e7\u00e3o - ID'), E'{"Organiza\u00e7\u00e3o - Nome": "name", "Organiza\u00e7\u00e3o - Site": "domain"}', 'Pipedrive in Portuguese');
SELECT is(test.mapping('Organization Name,Organization Name URL,Website,LinkedIn,CB Rank (Company)'), '{"Website": "domain", "Organization Name": "name"}', 'Crunchbase');
SELECT is(test.mapping('ZoomInfo Company ID,Company Name,Website,LinkedIn Company Profile URL,ZoomInfo Company Profile URL'), '{"Website": "domain", "Company Name": "name"}', 'ZoomInfo');
SELECT is(test.mapping('Company Name,Company LinkedIn URL,Company Domain,Sales Navigator URL'), '{"Company Name": "name", "Company Domain": "domain"}', 'Sales Navigator, by a scraper');
SELECT is(test.mapping('Firmenbezeichnung,Organisation - Webseite,Branche'), '{"Firmenbezeichnung": "name", "Organisation - Webseite": "domain"}', 'German');
SELECT is(test.mapping(E'D\u00e9nomination sociale,Site web de l''organisation,Secteur'), E'{"D\u00e9nomination sociale": "name", "Site web de l''organisation": "domain"}', 'French');
SELECT is(test.mapping(E'Nombre comercial,P\u00e1gina web,Sector'), E'{"Nombre comercial": "name", "P\u00e1gina web": "domain"}', 'Spanish');
SELECT is(test.mapping('title,website,phone,url'), '{"website": "domain"}', 'Google Maps, by a scraper: a page there is no website');
SELECT is(test.mapping('url,title,website,URL'), '{"website": "domain"}', 'nor is it where it stands before, or twice');
SELECT is(test.mapping('Name,URL,Email Domain'), '{"Name": "name", "Email Domain": "domain"}', 'beside a domain of any name');
SELECT is(test.mapping('Name,URL'), '{"Name": "name", "URL": "domain"}', 'but alone it is one');
SELECT is(test.mapping('Name,URL,URL'), '{"Name": "name", "URL": "domain", "URL (2)": "domain"}', 'and so are several');
SELECT is((SELECT jsonb_agg(revyops_import_company_csv(convert_to(E'website,url,Seite\nx,y,z\n', 'UTF8'), mode => 'check', columns => c)->'mapping' ORDER BY n)
	FROM unnest('{"{\"url\": \"domain\"}", "{\"Seite\": \"domain\", \"website\": null}"}'::jsonb[]) WITH ORDINALITY t(c, n)),
	'[{"url": "domain", "Seite": "Seite", "website": "domain"}, {"url": "url", "Seite": "domain", "website": null}]', 'what the caller says counts before that, also of another column');
SELECT test.fails_code($$SELECT revyops_import_company_csv('Company Name,Email')$$, 'PT400', 'invalid request', 'no_key_column', 'a file without a domain');
SELECT is((SELECT count(*) FROM revyops.company), 1::bigint, 'a check makes no company');

-- ---- cells
SELECT is(test.import(E'Name,Website,Industry\nA,[a.example](https://a.example),N/A\nB,"b.example, other.example",\nC,http://http://c.example,\nD,HTTPS://WWW.D.example/about?x=1,\n"E\nF",e.example,"x\x0by"\nG,N/A,\nH,-,\n'),
	'7 rows: 5 created, 0 updated, 0 duplicates, 2 failed; 5 notes', 'cells as a human reads them');
SELECT results_eq($$SELECT test.companies('acme.example')$$, ARRAY['a.example A {"Industry": "N/A"}', 'b.example B', 'c.example C', 'd.example D', E'e.example E F {"Industry": "x\\ny"}'], 'the companies');
SELECT results_eq('SELECT test.notes()', ARRAY['2 a.example domain "[a.example](https://a.example)" cleaned', '3 b.example domain "b.example, other.example" more_values',
	'4 c.example domain "http://http://c.example" cleaned', E'6 e.example name "E\nF" cleaned', E'6 e.example Industry "x\x0by" cleaned'], 'the notes');
SELECT results_eq('SELECT test.rejects()', ARRAY['8 400 /domain:required N/A', '9 400 /domain:required -'], 'a company needs a domain');

-- ---- websites that are no company's; a company that is there is found whatever its host is, but not by a page of it
SELECT revyops_create_company('{"domain": "instagram.com"}') \gset hidden_
SET revyops.client_id = 2;
SELECT revyops_create_company('{"domain": "medium.com"}') \gset hidden_
SET revyops.client_id = 1;
SELECT is(test.import(E'Website\nfacebook.com/acme\nhttps://linktr.ee/x\nlinkedin.com\nonmicrosoft.com\ngmail.com\nmail.gmx.de\nacme.con\ninitech.c0m\nacme.invalid\netsy.com/shop/acme\nacme.etsy.com\nmedium.com\ninstagram.com/acme\ninstagram.com\ncontoso.onmicrosoft.com\nacme.zendesk.com/hc\netsy.com\nshop.acme.example\n'),
	'18 rows: 4 created, 0 updated, 1 duplicates, 13 failed; 0 notes', 'websites');
SELECT results_eq('SELECT test.rejects()', ARRAY['2 400 /domain:invalid_domain facebook.com/acme', '3 400 /domain:invalid_domain https://linktr.ee/x', '4 400 /domain:invalid_domain linkedin.com', '5 400 /domain:invalid_domain onmicrosoft.com',
	'6 400 /domain:invalid_domain gmail.com', '7 400 /domain:invalid_domain mail.gmx.de', '8 400 /domain:invalid_domain acme.con', '9 400 /domain:invalid_domain initech.c0m', '10 400 /domain:invalid_domain acme.invalid',
	'11 400 /domain:invalid_domain etsy.com/shop/acme', '12 400 /domain:invalid_domain acme.etsy.com', '13 400 /domain:invalid_domain medium.com', '14 400 /domain:invalid_domain instagram.com/acme'], 'those that are no company''s');
SELECT results_eq($$SELECT test.companies('instagram.com')$$, ARRAY['contoso.onmicrosoft.com', 'acme.zendesk.com', 'etsy.com', 'shop.acme.example'], 'those that are');
INSERT INTO revyops.company_host_exception (host, kind) VALUES ('linkedin.com', 'company'), ('initech.c0m', 'company'), ('acme.example', 'page');
SELECT is(test.import(E'Website\nlinkedin.com/company/linkedin\ninitech.c0m\nacme.example/x\nnew.acme.example\n', $$mode => 'check'$$), '4 rows: 2 created, 0 updated, 0 duplicates, 2 failed; 0 notes', 'the owner says otherwise');
DELETE FROM revyops.company_host_exception;

-- ---- drop_value: the domain is what a company is found by
SELECT is(test.import(E'Website,Name,company_status,Notes\ni.example,' || repeat('n', 256) || ',' || repeat('s', 256) || E',ok\nfacebook.com/j,J,,\nj.example,J,,' || repeat('x', 2501) || E'\n', $$on_fault => 'drop_value'$$), '3 rows: 2 created, 0 updated, 0 duplicates, 1 failed; 3 notes', 'drop_value');
SELECT results_eq($$SELECT regexp_replace(n, 'n{9,}|s{9,}|x{9,}', '…') FROM test.notes() n$$, ARRAY['2 i.example name "…" too_long', '2 i.example company_status "…" too_long', '4 j.example Notes "…" too_long'], 'drop_value: what was left out');
SELECT results_eq('SELECT test.rejects()', ARRAY['3 400 /domain:invalid_domain facebook.com/j'], 'drop_value: a website that is no company''s');
SELECT results_eq($$SELECT * FROM revyops_import_report(outcome => 'rejected')$$, ARRAY['Website,Name,company_status,Notes,import_line,import_outcome,import_faults', 'facebook.com/j,J,,,3,rejected,/domain: invalid_domain'], 'the report');

-- ---- upsert, blanks
SELECT is(test.import(E'Website,Name,Industry\nacme.example,"",""\nk.example,K,\ninstagram.com,Instagram,\ninstagram.com/k,No,\nK.EXAMPLE,"K, again",\n', $$mode => 'upsert'$$), '5 rows: 1 created, 3 updated, 0 duplicates, 1 failed; 0 notes', 'upsert');
SELECT results_eq($$SELECT c FROM test.companies() c WHERE c ~ '^(acme|k|instagram)[.](example|com) '$$, ARRAY['acme.example Acme lead {"Industry": "Tools", "Record ID": "1"}', 'instagram.com Instagram', 'k.example K, again'], 'a blank is nothing');
SELECT is(test.import(E'Website,Name,Industry\nacme.example,"",""\n', $$mode => 'upsert'$$, $$blanks => 'clear'$$), '1 rows: 0 created, 1 updated, 0 duplicates, 0 failed; 0 notes', 'blanks clear');

-- ---- a cell that is to list custom fields, and does not
SELECT is(test.import(E'domain,company_custom_fields,Title\nlists.example,{bad,A\nlists2.example,"{""Title"": ""B"", ""C"": 1}",A\nlists3.example,null,A\n', $$on_fault => 'drop_value'$$) || (SELECT string_agg(n, ';') FROM test.notes() n),
	'3 rows: 3 created, 0 updated, 0 duplicates, 0 failed; 3 notes2 lists.example company_custom_fields "{bad" not_an_object;3 lists2.example Title "B" duplicate;4 lists3.example company_custom_fields "null" placeholder', 'a list that is none is told');
SELECT results_eq($$SELECT c FROM test.companies() c WHERE c ~ '^lists'$$, ARRAY['lists.example {"Title": "A"}', 'lists2.example {"C": "1", "Title": "A"}', 'lists3.example {"Title": "A"}'], 'and takes no column along');

-- ---- an export of Google Maps, whose own pages stand in a column, too
SELECT is(test.import(E'title,website,phone,url\nAda Bar,,1,https://www.google.com/maps/search/?api=1&query=Ada\nBob Grill,bob.example,2,https://www.google.com/maps/search/?api=1&query=Bob\n', $$on_fault => 'drop_value'$$)
	|| (SELECT string_agg(r, ';') FROM test.rejects() r) || (SELECT string_agg(c, ';') FROM test.companies() c WHERE c ~ 'Grill|google'),
	'2 rows: 1 created, 0 updated, 0 duplicates, 1 failed; 0 notes2 400 /domain:requiredbob.example {"url": "https://www.google.com/maps/search/?api=1&query=Bob", "phone": "2", "title": "Bob Grill"}', 'a shop without a website is told');

SELECT is(test.import(E'Name,Website\nAda Bar,https://www.google.com/maps/search/?api=1&query=Ada\nBob Grill,google.fr/maps/place/x\nGoogle,google.com\n', $$mode => 'upsert'$$) || (SELECT string_agg(r, ';') FROM test.rejects() r),
	'3 rows: 1 created, 0 updated, 0 duplicates, 2 failed; 0 notes2 400 /domain:invalid_domain https://www.google.com/maps/search/?api=1&query=Ada;3 400 /domain:invalid_domain google.fr/maps/place/x', 'nor does one whose website is such a page become Google');

-- ---- contacts: a company that is made gets its name from the first row that says one
SELECT revyops_set_client_setting(1, 'on_unknown_domain', 'create') \gset hidden_
SELECT revyops_import_csv(convert_to(E'Email,Website,Company\nc1@x.example,named.example,\nc2@x.example,http://www.named.example/,"Named\n Ltd"\nc3@x.example,named.example,Other\nc4@x.example,shop.named.example,Third\nc5@x.example,etsy.com/shop/x,Shop\nc6@x.example,acme.example,Not Acme\nc7@x.example,Seventh Inc,Seventh\n', 'UTF8'), on_fault => 'drop_value') AS result \gset
SELECT results_eq($$SELECT concat_ws(' ', split_part(email, '@', 1), domain, nullif(name, ''), (SELECT string_agg(f->>'field_name' || '=' || (f->>'field_value'), ',') FROM jsonb_array_elements(c.custom_fields) f)) COLLATE "default"
	FROM revyops.contact c LEFT JOIN revyops.company o ON o.id = c.company_id ORDER BY c.id$$, ARRAY['c1 named.example Named Ltd', 'c2 named.example Named Ltd', 'c3 named.example Named Ltd', 'c4 named.example Named Ltd', 'c5 Company=Shop', 'c6 acme.example', 'c7 Company=Seventh'], 'the name of the company that contacts have');
SELECT results_eq($$SELECT concat_ws(' ', line, member, '"' || value || '"', code) FROM revyops.import_note WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY number$$,
	ARRAY[E'3 company_name "Named\n Ltd" cleaned', '7 company_id "etsy.com/shop/x" not_found', '9 company_id "Seventh Inc" invalid_company'], 'the name of one that is none is not lost in silence');

-- ---- websites that name no company: the next column counts, and the name is not lost
CREATE FUNCTION test.contacts(addresses text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', split_part(email, '@', 1), domain, nullif(name, ''), (SELECT string_agg(f->>'field_name' || '=' || (f->>'field_value'), ',') FROM jsonb_array_elements(c.custom_fields) f)) COLLATE "default"
	FROM revyops.contact c LEFT JOIN revyops.company o ON o.id = c.company_id WHERE email ~ addresses ORDER BY c.id $$;
CREATE FUNCTION test.told() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', line, member, '"' || value || '"', code) COLLATE "default" FROM revyops.import_note WHERE job = (SELECT max(id) FROM revyops.import_job) ORDER BY number $$;
SELECT revyops_import_csv(convert_to(E'Email,Website,Company Domain,Domain,Company\nc1@y.example,https://www.facebook.com/p,p.example,,P\nc2@y.example,gmail.com,bit.ly/q,www.q.example,Q\nc3@y.example,gmail.com,bit.ly/r,,R\nc4@y.example,s.example,s2.example,,S\nc5@y.example,facebook.com/t,"t.example, t2.example",7,T\n', 'UTF8'), on_fault => 'drop_value') AS hidden_result \gset
SELECT results_eq($$SELECT test.contacts('@y[.]example')$$, ARRAY['c1 p.example P', 'c2 q.example Q Company Domain=bit.ly/q', 'c3 Company Domain=bit.ly/r,Company=R', 'c4 s.example S Company Domain=s2.example', 'c5 Company Domain=t.example, t2.example,Company=T'], 'contacts: the first website that names a company; those that are none stay custom fields');
SELECT results_eq('SELECT test.told()', ARRAY['2 company_id "https://www.facebook.com/p" not_found', '3 company_id "gmail.com" not_found', '4 company_id "gmail.com" not_found', '6 company_id "7" invalid_company', '6 company_id "facebook.com/t" not_found'], 'what named none is told');
SELECT revyops_import_csv(convert_to(E'Email,Website,Company Domain,Company\nc1@y.example,facebook.com/p,v.example,V\nc2@y.example,facebook.com/p,,W\n', 'UTF8'), on_fault => 'drop_value', mode => 'upsert') AS hidden_result \gset
SELECT results_eq($$SELECT test.contacts('c[12]@y[.]example')$$, ARRAY['c1 v.example V', 'c2 q.example Q Company Domain=bit.ly/q,Company=W'], 'an upsert: likewise, and leaves the company of a row that names none');
SELECT is(revyops_import_csv(convert_to(E'Email,Website,Company Domain\nc1@z.example,facebook.com/p,new.example\n', 'UTF8'), on_fault => 'drop_value', mode => 'check') - '{mapping,columns,rejects,encoding,delimiter,header_line,preview,job}'::text[],
	'{"mode": "check", "rows": 1, "notes": 1, "failed": 0, "created": 1, "updated": 0, "duplicates": 0}', 'a check says so');
SELECT is(test.import(E'Website,Domain,Name\nfacebook.com/x,u.example,U\nfacebook.com/y,gmail.com,No\n', $$on_fault => 'drop_value'$$) || (SELECT string_agg(n, ';') FROM test.notes() n), '2 rows: 1 created, 0 updated, 0 duplicates, 1 failed; 1 notes2 u.example domain "facebook.com/x" invalid_domain', 'companies: the next column, too');
-- ---- a name in a row that names no company: nobody may keep it, unless it is a custom field
SELECT revyops_create_company('{"domain": "there.example"}') \gset hidden_
CREATE FUNCTION test.notes_of(file text, mode text DEFAULT 'create') RETURNS text LANGUAGE sql AS $$ SELECT r->>'notes' FROM revyops_import_csv(convert_to(file, 'UTF8'), mode => $2, on_fault => 'drop_value') r $$;
SELECT is(test.notes_of(E'email,first_name,company_name\njane@v.example,Jane,Acme\njoe@v.example,Joe,\nann@v.example,Ann,N/A\n', 'check'), '2', 'a check tells it');
SELECT is(test.notes_of(E'email,first_name,company_name,company_id\njane@v.example,Jane,Acme,\njoe@v.example,Joe,,\nann@v.example,Ann,N/A,\nbo@v.example,Bo,There,there.example\n'), '2', 'company_name without a company');
SELECT results_eq('SELECT test.told()', ARRAY['2 company_name "Acme" not_found', '4 company_name "N/A" placeholder'], 'is told; that of a company which is there is not');
SELECT is(test.notes_of(E'email,Company Name,Firma\ncy@v.example,Acme,Acme Inc\n'), '0', 'another name of the column is a custom field');
SELECT is(test.notes_of(E'email,company_name\njane@v.example,Acme 2\nnew@v.example,Acme 3\n', 'upsert'), '2', 'an upsert tells it, too');
SELECT revyops_set_client_setting(1, 'infer_company', 'on') \gset hidden_
SELECT is(test.notes_of(E'email,company_name\njane@inferred.example,Inferred\njane@gmail.com,Lost\n') || test.notes_of(E'email,company_name\njane@v.example,V\n', 'upsert'), '11', 'a company that is inferred gets it; that of one who was there does not');
SELECT revyops_set_client_setting(1, 'infer_company', 'off') \gset hidden_
SELECT results_eq($$SELECT concat_ws(' ', value, code) COLLATE "default" FROM revyops.import_note WHERE job > (SELECT max(id) - 2 FROM revyops.import_job) ORDER BY job, number$$, ARRAY['Lost not_found', 'V not_found'], 'which are told');
SELECT results_eq($$SELECT test.contacts('(@v|@inferred)[.]example|jane@gmail')$$, ARRAY['jane', 'joe', 'ann', 'bo there.example', 'cy Company Name=Acme,Firma=Acme Inc', 'new', 'jane inferred.example Inferred', 'jane'], 'the contacts');
SELECT revyops_define_custom_field('contact', 'Title', 'text') AS hidden_field, revyops_set_client_setting(1, 'custom_fields', 'strict') AS hidden_setting \gset
SELECT revyops_import_csv(convert_to(E'email,company_id,Company\nc1@w.example,facebook.com/x,X\n', 'UTF8'), on_fault => 'drop_value') AS hidden_result \gset
SELECT results_eq($$SELECT test.contacts('@w[.]example')$$, ARRAY['c1'], 'a name that can be no custom field does not keep the contact out');
SELECT results_eq('SELECT test.told()', ARRAY['2 company_id "facebook.com/x" not_found', '2 company_name "X" not_found'], 'and is told');
SELECT * FROM finish();
ROLLBACK;
