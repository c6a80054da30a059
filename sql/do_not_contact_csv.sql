\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(68);
-- A file of addresses for the do-not-contact list: which column it is, and what becomes of the rows.
SELECT test.two_clients() \gset
CREATE FUNCTION test.taken(file text, VARIADIC options text[] DEFAULT '{NULL}') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', r->>'rows', r->>'added', r->>'there', r->>'failed', r->'column', r->'header_line', r->'delimiter',
		(SELECT string_agg((e->>'line') || ':' || (e #>> '{errors,0,code}'), ' ') FROM jsonb_array_elements(r->'rejects') e))
	FROM revyops_suppress_csv(convert_to(file, 'UTF8'), column_name => options[1]) r $$;

-- a list
SELECT is(test.taken(E'one@list.com\ntwo@list.com\nbad\ntwo@list.com\nthree.com\n\none@LIST.com\n'), '6 3 2 1 1 null "," 3:invalid_address', 'a list of addresses and domains');
SELECT is(test.taken('only@list.com'), '1 1 0 0 1 null ","', 'of one');
SELECT is(test.taken(E'one@list.com\r\ntwo@list.com\r\n'), '2 0 2 0 1 null ","', 'again');
SELECT is(test.taken(E'1,x,a@multi.com\n2,y,b@multi.com\n'), '2 2 0 0 3 null ","', 'among other values');
SELECT is((SELECT revyops_suppress_csv('\xfffe61004000750074006600310036002e0063006f006d000a00'::bytea)->>'encoding'), 'UTF16LE', 'in another encoding');
SELECT is(revyops_is_do_not_contact('a@utf16.com'), true, 'which was read');
SELECT is(test.taken(E'one@line.com, two@line.com,three@line.com\n'), '3 3 0 0 1 null ","', 'one line of e-mail addresses');
SELECT is(test.taken(E'one-line.com, two-line.com\n'), '2 2 0 0 1 null ","', 'one of domains');
SELECT is(test.taken(E'a@wide.com,wide-site.com,b@wide.com\nc@wide.com,x\nbad,d@wide.com\ne@wide.com,,f@wide.com,g@wide.com\n'), '8 7 0 1 1 null "," 3:invalid_address', 'rows that have several, too');
SELECT is((SELECT jsonb_agg(do_not_contact ORDER BY ordinal) FROM revyops_check_do_not_contact('{a@wide.com,b@wide.com,c@wide.com,d@wide.com,e@wide.com,f@wide.com,g@wide.com,x@wide-site.com}')), '[true, true, true, true, true, true, true, false]', 'but for the domain beside an e-mail address');
SELECT is(test.taken(E'*.below.com\nmailto:m@below.org\nM <n@below.org>\n'), '3 3 0 0 1 null ","', 'a list that begins with what a human reads');
-- a table
SELECT is(test.taken(E'bl_value\na@only.com\nonly-site.com\n'), '2 2 0 0 "bl_value" 1 ","', 'an only column, whatever it is called');
SELECT is(test.taken(E'Name,E-mail\nA,a@table.com\nB,\nC,c at table.com\nD,d@table.com\n'), '3 2 0 1 "E-mail" 1 "," 4:invalid_address', 'a column of e-mail addresses');
SELECT is(test.taken(E'Company;Website\nA;https://www.tab2.com/x\nB;tab3.com\n'), '2 2 0 0 "Website" 1 ";"', 'a column of domains');
SELECT is(test.taken(E'domain,email\ntab4.com,e@tab4.com\n'), '1 1 0 0 "email" 1 ","', 'of both the e-mail address');
SELECT is(revyops_is_do_not_contact('x@tab4.com'), false, 'and not the domain');
SELECT is(test.taken(E'To block,email\nf@tab5.com,g@tab5.com\n', 'to BLOCK'), '1 1 0 0 "To block" 1 ","', 'the column that is named');
SELECT is(revyops_is_do_not_contact('f@tab5.com') AND NOT revyops_is_do_not_contact('g@tab5.com'), true, 'and no other');
SELECT is(test.taken(E'Report of 2026\n\nName\tMail\nA\ta@tab6.com\n'), '1 1 0 0 "Mail" 3 "\t"', 'behind a title');
SELECT is(test.taken(E'email,x\na@tab7.com\nb@tab7.com,1,2\n"c@tab7.com,1\n'), '3 2 0 1 "email" 1 "," 4:broken_row', 'rows that are too short or too long have it, too; not one that is broken');
SELECT is(test.taken(E'email\n'), '0 0 0 0 "email" 1 ","', 'nothing but a header');
SELECT is(test.taken('email' || E'\n' || string_agg('bad' || i, E'\n') FILTER (WHERE true)), '12 0 0 12 "email" 1 "," ' || string_agg((i + 1) || ':invalid_address', ' ') FILTER (WHERE i <= 10), 'ten rejects are told') FROM generate_series(1, 12) i;
SELECT is(test.taken(E'email\nJane <h@Cell.com>\nmailto:i@cell.com\n<j@cell.com>;\nN/A\n-\nk@cell.com; l@cell.com\n*.cell.org\n*.*.cell.net\nwrite to @cell.net\n'), '7 4 0 3 "email" 1 "," 7:invalid_address 9:invalid_address 10:invalid_address',
	'what a human reads in a cell; of several addresses none is left out in silence');
SELECT is(test.taken(E'email\nm@mixed.com; cell2.com\n"n@mixed.com, @cell2.com"\n"*@cell2.com, o@mixed.com"\np@mixed.com / https://www.cell2.com/x\nq@mixed.com\u00a0cell2.com\nCell2.com <r@mixed.com>\ns@mixed.com (Acme Inc.)\n'), '7 2 0 5 "email" 1 "," 2:invalid_address 3:invalid_address 4:invalid_address 5:invalid_address 6:invalid_address',
	'nor is a domain beside an address');
SELECT is((SELECT string_agg(concat_ws(' ', email, domain, subdomains), ', ' ORDER BY id) FROM revyops.do_not_contact WHERE concat(email, domain) LIKE '%cell.%'), 'h@cell.com f, i@cell.com f, j@cell.com f, cell.org t', 'a domain with those below');
-- the reason and the note of all
SELECT is((SELECT revyops_suppress_csv(E'email\nr@opt.com\n', 'bounced', ' from the old system ')->>'added'), '1', 'a reason and a note');
SELECT is((SELECT concat_ws(' ', reason, source, note) FROM revyops.do_not_contact WHERE email = 'r@opt.com'), 'bounced file from the old system', 'which each entry has');
SELECT is((SELECT revyops_suppress_csv(E'email\ns@opt.com\nopt.com\n', 'erased', 'x') #>> '{rejects,0,errors,0,code}'), 'invalid_address', 'a domain is not erased');
SELECT is((SELECT count(*) FROM revyops.do_not_contact WHERE reason = 'erased' AND email IS NULL AND note IS NULL), 1::bigint, 'and of what is, nothing but a hash is kept');
-- what is wrong with it
SELECT test.fails_400('SELECT revyops_suppress_csv(NULL)', '[{"parameter": "content", "code": "required"}]', 'NULL');
SELECT test.fails_400($$SELECT revyops_suppress_csv('')$$, '[{"pointer": "", "code": "no_header"}]', 'nothing');
SELECT test.fails_400($$SELECT revyops_suppress_csv(E'a,b\nx,y\n', 'foo', repeat('x', 1001), delimiter => 'xx', header_line => 0)$$,
	'[{"parameter": "reason", "code": "invalid_option", "allowed": ["bounced", "complaint", "erased", "manual", "unsubscribed"]}, {"parameter": "note", "code": "too_long", "limit": 1000, "actual": 1001}, {"parameter": "delimiter", "code": "invalid_delimiter"}, {"parameter": "header_line", "code": "invalid_number"}]', 'each option');
SELECT test.fails_400($$SELECT revyops_suppress_csv(E'a,b\nx,y\n')$$, '[{"parameter": "content", "code": "no_key_column"}]', 'no such column');
SELECT test.fails_400($$SELECT revyops_suppress_csv(E'co.uk\na@left.com\n')$$, '[{"parameter": "content", "code": "no_key_column"}]', 'nor one that is called as a domain is');
SELECT test.fails_400($$SELECT revyops_suppress_csv(E'a,b\nx,y\n', column_name => 'c')$$, '[{"parameter": "column", "code": "unknown_column"}]', 'none of that name');
SELECT test.fails_code($$SELECT revyops_suppress_csv(convert_to(repeat('x', 16 * 1024 * 1024 + 1), 'UTF8'))$$, 'PT413', 'request body too large', 'too_large', 'too large');
SELECT is((SELECT count(*) FROM revyops_suppress_csv(convert_to((SELECT string_agg('n' || i || '@many.com', E'\n') FROM generate_series(1, 25000) i), 'UTF8')) r WHERE r @> '{"rows": 25000, "added": 25000, "there": 0}'), 1::bigint, 'many');
SELECT is(test.taken(E'Report for jane@title.com\nEmail,Name\na@title.com,A\n'), '1 1 0 0 "Email" 2 ","', 'a title that has an address in it is no row');
SELECT is(test.taken(E'a@beside.com,b@beside.com\n,c@beside.com\nN/A,d@beside.com\nnone at all,e@beside.com\n'), '5 5 0 0 1 null ","', 'an address beside a cell that has none');
SELECT is(test.taken(E'beside2.com,f@gmail.com\nbeside3.com,g@gmail.com\n'), '2 2 0 0 2 null ","', 'a domain before an address is not the one on the list');
SELECT is(test.taken(E'beside4.com,beside5.com\nbeside6.com,h@gmail.com\n'), '4 4 0 0 1 null ","', 'an address beside domains is');
SELECT is(test.taken(E'a@rag.com,b@rag.com\n,c@rag.com,d@rag.com\n,,x\n'), '5 4 0 1 1 null "," 3:ragged_row', 'beside nothing in a row that is too long; without any it is a reject');
SELECT is(test.taken(E'Jane,jane@rag.com\njoe@rag.com\n\nJim\n'), '3 2 0 1 2 null "," 4:ragged_row', 'in a row that is too short');
SELECT is(test.taken(E'email,x\n,e@rag.com,y\n'), '1 0 0 1 "email" 1 "," 2:ragged_row', 'not in a file with names of columns');
SELECT is(revyops_is_do_not_contact('d@rag.com') AND revyops_is_do_not_contact('joe@rag.com') AND NOT revyops_is_do_not_contact('e@rag.com'), true, 'which are on the list');
SELECT is(test.taken(E'"Email Address","First Name",Address\na@mc.com,A,\nb@mc.com,B,"1 Main St"\n'), '2 2 0 0 "Email Address" 1 ","', 'an address beside e-mail addresses is a street');
SELECT is(test.taken(E'Domain,Email Address\nrival5.com,jo@rival5.com\nrival5.com,\n'), '1 1 0 0 "Email Address" 1 ","', 'a domain beside them is where somebody works');
SELECT is(test.taken(E'Work Email,Email,Company Email\n,jo@two.com,x\nal@two.com,,y\nbo@two.com,N/A,\nbad,-,\ncy@two.com,cy@two.org,\n'), '5 5 0 0 "Email" 1 ","', 'all columns of e-mail addresses');
SELECT is(test.taken(E'Email,Work Email\nbad,ed@two.com\nfi@two.com,g@two.com; h@two.com\n'), '4 2 0 2 "Email" 1 "," 2:invalid_address 3:invalid_address', 'of which each cell counts');
SELECT is(test.taken(E'Email,Email\n,ann@twice.com\nben@twice.com,cat@twice.com\n'), '3 3 0 0 "Email" 1 ","', 'two of one name');
SELECT is(test.taken(E'jo@several.com, al@several.com; bo@several.com\n'), '2 1 0 1 1 null "," 1:invalid_address', 'several in a cell beside are not left out in silence');
SELECT is(test.taken(E'email\n*@star.com\n'), '1 1 0 0 "email" 1 ","', 'all at a domain');
SELECT is(revyops_is_do_not_contact('x@star.com') AND NOT revyops_is_do_not_contact('x@rival5.com'), true, 'which is on the list, and the other domain is not');
SELECT is((SELECT jsonb_build_array(r->'rows', r->'added', r->'failed') FROM revyops_suppress_csv(E'Domain\n@at.example.com\n @ \n') r), '[2, 1, 1]', 'a domain behind an @');
-- dots in names of columns, as R and Salesforce have them, make no domains of them
CREATE FUNCTION test.domains() RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(domain, ' ' ORDER BY domain), 'none') FROM revyops.do_not_contact WHERE domain LIKE '%dots_.com' OR domain ~ '[.](name|website|email|site|mail|csv)$' $$;
SELECT is(test.taken(E'First.Name,Email,Website\njane,jane@dots1.com,dots1.com\n'), '1 1 0 0 "Email" 1 ","', 'a dotted name beside a known one');
SELECT is(test.taken(E'E.mail,Web.Site\njane@dots2.com,dots2.com\n'), '1 1 0 0 "E.mail" 1 ","', 'dotted names as R writes them');
SELECT is(test.taken(E'ACCOUNT.NAME,EMAIL,ACCOUNT.WEBSITE\nA,jane@dots3.com,dots3.com\n'), '1 1 0 0 "EMAIL" 1 ","', 'and as Salesforce does');
SELECT is(test.taken(E'CONTACT.EMAIL\njane@dots4.com\n'), '1 1 0 0 "CONTACT.EMAIL" 1 ","', 'of an only column');
SELECT is(test.taken(E'unsubscribes.csv\nEmail,Website\njane@dots5.com,dots5.com\n'), '1 1 0 0 "Email" 2 ","', 'a title with a dot in it');
SELECT is(test.taken(E'acme.email\nName,Email,Website\nJane,jane@dots6.com,dots6.com\n'), '1 1 0 0 "Email" 2 ","', 'also one that could be a domain');
SELECT is(test.domains(), 'none', 'no domain is on the list by these');
SELECT is(test.taken(E'ACCOUNT.NAME,ACCOUNT.WEBSITE\nA,https://www.dots7.com/x\n'), '1 1 0 0 "ACCOUNT.WEBSITE" 1 ","', 'where there are websites only, they are meant');
SELECT test.fails_400($$SELECT revyops_suppress_csv(E'Kontakt.weg,Firma.seite\njane@dots8.com,dots8.com\n')$$, '[{"parameter": "content", "code": "no_key_column"}]', 'below no top-level domain nothing is a domain, so nothing is taken');
SELECT is(test.taken(E'https://www.dots9.com/x\nRivals\njane@dots9.com\n'), '3 2 0 1 1 null "," 2:invalid_address', 'a list that begins with a URL is no table');
SELECT is(test.taken(E'Acme,dots0.email\nB,dots0.com\n'), '2 2 0 0 2 null ","', 'nor is one with other values before it');
SELECT is(test.taken(E'title,url,website\nAda Bar,https://www.google.com/maps/x,maps1.site\n'), '1 1 0 0 "website" 1 ","', 'a page of a map before a website');
SELECT is(test.taken(E'title,url\nAda Bar,https://maps2.site/x\n'), '1 1 0 0 "url" 1 ","', 'a URL alone is one');
SELECT is(test.domains(), 'dots0.com dots0.email dots7.com dots9.com maps1.site maps2.site', 'which are on the list');
SELECT * FROM finish();
ROLLBACK;
