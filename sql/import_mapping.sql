\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
-- What a caller says of the columns of an import, and what a blank does.  The rest of it: t/import_mapping.pl, t/import_cells.pl.
SELECT plan(53);
SELECT test.two_clients() \gset hidden_
-- import imports a text, and gives what its columns are.
CREATE FUNCTION test.import(file text, columns jsonb DEFAULT NULL, mode text DEFAULT 'create', blanks text DEFAULT 'keep') RETURNS jsonb LANGUAGE sql AS $$
	SELECT r->'mapping' FROM public.revyops_import_csv(convert_to(file, 'UTF8'), mode => mode, blanks => blanks, columns => columns) r $$;
-- wrong tells what is wrong with columns.
CREATE FUNCTION test.wrong(file text, columns jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM test.import(file, columns);
	RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN (SELECT string_agg(concat_ws(' ', e->>'parameter', e->>'code', e->>'column', e->>'nearest'), ', ' ORDER BY n) FROM jsonb_array_elements(detail::jsonb) WITH ORDINALITY t(e, n));
END
$$;
CREATE FUNCTION test.contact(address text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws('|', first_name, last_name, (SELECT string_agg((f->>'field_name') || '=' || (f->>'field_value'), ', ' ORDER BY n) FROM jsonb_array_elements(custom_fields) WITH ORDINALITY t(f, n)))
	FROM revyops.contact WHERE email = address $$;

-- ---- columns
SELECT is(test.import(E'Email,Job Title,Notes,Rufname,Company\na@x.com,CEO,secret,Al,Acme\n', '{"Job Title": "Title", "notes": null, "RUF-NAME": "last_name"}'),
	'{"Email": "email", "Job Title": "Title", "Notes": null, "Rufname": "last_name", "Company": "company_name"}', 'a member, a custom field, left out');
SELECT is(test.contact('a@x.com'), '|Al|Title=CEO, Company=Acme', 'as the caller says');
SELECT is(test.import(E'Email,EMAIL,Work Email\nb1@x.com,b2@x.com,b3@x.com\n', '{"EMAIL": "Second", "Work Email": "email"}'),
	'{"Email": "email", "EMAIL": "Second", "Work Email": "email"}', 'headers as they are before those that are alike');
SELECT is(test.contact('b3@x.com'), '||Email=b1@x.com, Second=b2@x.com', 'what the caller says counts before aliases') ;
SELECT is(test.import(E'Email,Name\nc@x.com,N\n', '{"Email": "email", "Name": "Name"}'), '{"Email": "email", "Name": "Name"}', 'what is shown can be said');
SELECT is(test.import(E'Firma,E-Mail\nAcme,d@x.com\n', '{"Firma": "company_name", "E-Mail": "email"}'), '{"Firma": "company_name", "E-Mail": "email"}', 'also of a company''s name');
SELECT is(test.contact('d@x.com'), '||Firma=Acme', 'which is kept where no company is named');
-- again imports a text with what a check of it tells, and what the caller changes in that.
CREATE FUNCTION test.again(file text, changed jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$ SELECT test.import(file, test.import(file, mode => 'check') || changed) $$;
SELECT is(test.again(E'Work Email,Notes,email\nm1@x.com,x,m2@x.com\n'), '{"Work Email": "email", "Notes": "Notes", "email": "email"}', 'what a check tells, given back');
SELECT is(test.contact('m2@x.com'), '||Work Email=m1@x.com, Notes=x', 'gives the same import: a column counts first that is called so');
SELECT is(test.again(E'Work Email,Notes,email\nn1@x.com,x,n2@x.com\n', '{"Notes": null}'), '{"Work Email": "email", "Notes": null, "email": "email"}', 'with something changed in it');
SELECT is(test.contact('n2@x.com'), '||Work Email=n1@x.com', 'the others stay the same');
SELECT is(test.again(E'email,Notes,Work Email\no1@x.com,o2@x.com,o3@x.com\n', '{"Notes": "email"}'), '{"email": "email", "Notes": "email", "Work Email": "email"}', 'with one more e-mail address');
SELECT is(test.contact('o1@x.com'), '||Notes=o2@x.com, Work Email=o3@x.com', 'which counts behind one that is called so and stands before it');
SELECT is(test.again(E'Work Email,Notes\np1@x.com,p2@x.com\n', '{"Notes": "email"}'), '{"Work Email": "email", "Notes": "email"}', 'likewise, beside an alias');
SELECT is(test.contact('p2@x.com'), '||Work Email=p1@x.com', 'which counts before it, as if nothing else was said');
SELECT is(test.again(E'Email,Website\nq@x.com,12\n'), '{"Email": "email", "Website": "company_id"}', 'a number that is no id of a company');
SELECT is(test.contact('q@x.com'), '|', 'is none when it is given back');
SELECT is(test.again(E'Email,Vorname,Name,Nachname\nr@x.com,Al,A,B\n', '{"Nachname": null}'), '{"Email": "email", "Vorname": "first_name", "Name": "Name", "Nachname": null}', 'what is no last name beside another one');
SELECT is(test.contact('r@x.com'), 'Al||Name=A', 'stays what was told');
SELECT is(test.import(E',Email,Email,id\n1,e@x.com,e2@x.com,7\n'), '{"column 1": "column 1", "Email": "email", "Email (2)": "email", "id": null}', 'empty headers, and headers twice');
SELECT is(test.contact('e@x.com'), '||column 1=1, Email (2)=e2@x.com', 'load');

SELECT test.import('Email,' || repeat('é', 300) || 'a,' || repeat('é', 300) || E'b\nl@x.com,1,2\n') \g /dev/null
SELECT is(test.contact('l@x.com'), '||' || repeat('é', 255) || '=1, ' || repeat('é', 247) || '=2', 'headers that begin alike and are longer than a name can be');

-- ---- an example in the header is no part of the name
SELECT is(test.import(E'Email (e.g. you@company.com),First Name (e.g. Jane),Website [Ex: https://acme.com],Notes (e.g. x)\ns@x.com,Al,,n\n'),
	'{"Email (e.g. you@company.com)": "email", "First Name (e.g. Jane)": "first_name", "Website [Ex: https://acme.com]": "company_id", "Notes (e.g. x)": "Notes (e.g. x)"}', 'a header with examples');
SELECT is(test.contact('s@x.com'), 'Al||Notes (e.g. x)=n', 'whose rows load; a custom field keeps it');
SELECT is((SELECT jsonb_agg(test.import(h || E'\nx\n', mode => 'check') ORDER BY n) FROM unnest('{E-Mail (z. B. max@firma.de),Adresse e-mail (par ex. : moi@societe.fr),Correo electrónico (p. ej. yo@empresa.es),email ( For example you@company.com )}'::text[]) WITH ORDINALITY t(h, n)),
	'[{"E-Mail (z. B. max@firma.de)": "email"}, {"Adresse e-mail (par ex. : moi@societe.fr)": "email"}, {"Correo electrónico (p. ej. yo@empresa.es)": "email"}, {"email ( For example you@company.com )": "email"}]', 'in other languages, too');
SELECT is(test.import(E'Email,"(e.g. x)",Email (exact)\nx,y,z\n', mode => 'check'), '{"Email": "email", "(e.g. x)": "(e.g. x)", "Email (exact)": "Email (exact)"}', 'nothing but an example is a name, and other brackets are part of it');

-- ---- Pipedrive, in each of its languages
SELECT is(test.import(content, mode => 'check'), wanted::jsonb, 'Pipedrive: ' || language) FROM (VALUES
	('German', E'Person - Name,Person - E-Mail-Adresse - Arbeit,Person - E-Mail-Adresse - Privat,Person - Telefon - Arbeit,Organisation - Name\nx,,,,\n',
		'{"Person - Name": "Person - Name", "Person - E-Mail-Adresse - Arbeit": "email", "Person - E-Mail-Adresse - Privat": "email", "Person - Telefon - Arbeit": "Person - Telefon - Arbeit", "Organisation - Name": "company_name"}'),
	('French', E'Personne - Nom,Personne - Adresse e-mail - Travail,Personne - E-mail - Travail,Organisation - Nom,Organisation - Site Web\nx,,,,\n',
		'{"Personne - Nom": "Personne - Nom", "Personne - Adresse e-mail - Travail": "email", "Personne - E-mail - Travail": "email", "Organisation - Nom": "company_name", "Organisation - Site Web": "company_id"}'),
	('Spanish', E'Persona - Nombre,Persona - Correo electrónico - Trabajo,Persona - Dirección de correo electrónico - Casa,Organización - Nombre\nx,,,\n',
		'{"Persona - Nombre": "Persona - Nombre", "Persona - Correo electrónico - Trabajo": "email", "Persona - Dirección de correo electrónico - Casa": "email", "Organización - Nombre": "company_name"}'),
	('Portuguese', E'Pessoa - Sobrenome,Pessoa - E-mail,Pessoa - E-mail - Trabalho,Pessoa - E-mail - Outro,Organização - Nome,Organização - Site\nx,,,,,\n',
		'{"Pessoa - Sobrenome": "last_name", "Pessoa - E-mail": "email", "Pessoa - E-mail - Trabalho": "email", "Pessoa - E-mail - Outro": "email", "Organização - Nome": "company_name", "Organização - Site": "company_id"}'),
	('Dutch', E'Persoon - Voornaam,Persoon - Achternaam,Persoon - E-mail - Werk,Persoon - E-mailadres - Thuis,Organisatie - Naam\nx,,,,\n',
		'{"Persoon - Voornaam": "first_name", "Persoon - Achternaam": "last_name", "Persoon - E-mail - Werk": "email", "Persoon - E-mailadres - Thuis": "email", "Organisatie - Naam": "company_name"}'),
	('Italian', E'Persona - Cognome,Persona - E-mail - Lavoro,Persona - E-mail - Altro,Organizzazione - Nome,Organizzazione - Sito web\nx,,,,\n',
		'{"Persona - Cognome": "last_name", "Persona - E-mail - Lavoro": "email", "Persona - E-mail - Altro": "email", "Organizzazione - Nome": "company_name", "Organizzazione - Sito web": "company_id"}')) v (language, content, wanted);

-- ---- faults
SELECT is(test.wrong(E'Email,Title\n', '{"Titel": "x", "email ": null}'), 'columns unknown_column Titel ["Title"], columns no_key_column ["Email"]', 'a header that is not there; no key left');
SELECT is(test.wrong(E'Email,A,B\n', '{"A": 1, "B": " "}'), 'columns not_a_string A, columns required B', 'what is no name');
SELECT is(test.wrong(E'Email,A,B\n', '{"A": "x", "B": "x"}'), 'columns duplicate B', 'two of one name');
SELECT is(test.wrong(E'Email,A,B\n', '[]') || ', ' || test.wrong(E'Email\n', '"{}"'), 'columns not_an_object, columns json_in_string', 'no object');

-- ---- blanks
SELECT is(test.import(E'"email","first_name","Title"\n"f@x.com","F","CEO"\n'), '{"email": "email", "first_name": "first_name", "Title": "Title"}', 'a contact');
SELECT test.import(E'"email","first_name","Title"\n"f@x.com"," ",""\n', mode => 'upsert') \g /dev/null
SELECT is(test.contact('f@x.com'), 'F||Title=CEO', 'blanks keep what is there');
SELECT test.import(E'"email","first_name","Title"\n"f@x.com"," ",""\n', mode => 'upsert', blanks => 'clear') \g /dev/null
SELECT is(test.contact('f@x.com'), '||Title=', 'or clear it');
-- spare columns, and a company's name, are custom fields only where they have a value
SELECT test.import(E'Email,Email 2,Company,Website,Note\nm@x.com,n@x.com,Acme,,N\n') \g /dev/null
SELECT is(test.contact('m@x.com'), '||Email 2=n@x.com, Company=Acme, Note=N', 'a spare column and a company''s name are custom fields');
SELECT test.import(E'Email,Email 2,Company,Website\nm@x.com,"",""," "\n', mode => 'upsert') \g /dev/null
SELECT is(test.contact('m@x.com'), '||Email 2=n@x.com, Company=Acme, Note=N', 'which blanks keep');
SELECT test.import(E'Email,Website\nm@x.com," "\n', mode => 'upsert', blanks => 'clear') \g /dev/null
SELECT test.import(E'Email,Email 2,Company\nm@x.com,n/a,-\n', mode => 'upsert', blanks => 'clear') \g /dev/null
SELECT is(test.contact('m@x.com'), '||Email 2=n@x.com, Company=Acme, Note=N', 'as do a column that is not there, and a placeholder');
SELECT test.import(E'Email,Email 2,Company,Website\nm@x.com,"",," "\no@x.com,"",""," "\n', mode => 'upsert', blanks => 'clear') \g /dev/null
SELECT is(test.contact('m@x.com'), '||Note=N', 'or take away');
SELECT is(test.contact('o@x.com'), '|', 'and nobody gets an empty one');

-- ---- what repeats a column that is left out, is left out
SELECT is(test.import(E'id,Email,id,id\n1,g@x.com,2,3\n'), '{"id": null, "Email": "email", "id (2)": null, "id (3)": null}', 'a member that only answers have');
INSERT INTO revyops.import_alias (entity, header, member) VALUES ('contact', 'Interne Notiz', NULL), ('contact', 'Stellung', 'Title');
SELECT is(test.import(E'Email,Interne Notiz,Interne Notiz,Stellung,Stellung\nh@x.com,a,b,c,d\n'), '{"Email": "email", "Interne Notiz": null, "Interne Notiz (2)": null, "Stellung": "Title", "Stellung (2)": "Stellung (2)"}', 'what an alias leaves out; not a custom field');
SELECT is(test.contact('g@x.com') || test.contact('h@x.com'), '|||Title=c, Stellung (2)=d', 'which contacts have');
-- report is the last import's report as a file, with something put right.
CREATE FUNCTION test.report(wrong text DEFAULT '', good text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT replace(string_agg(r, E'\n'), wrong, good) FROM public.revyops_import_report() r $$;
SELECT test.import(E'Email,Name\nnope,Jane\n') \g /dev/null
SELECT is(test.report(), E'Email,Name,import_line,import_outcome,import_faults\nnope,Jane,2,rejected,/email: invalid_email', 'a report');
SELECT is(test.import(test.report()), '{"Email": "email", "Name": "Name", "import_line": null, "import_outcome": null, "import_faults": null}', 'which is imported');
SELECT is(test.report(), E'Email,Name,import_line,import_outcome,import_faults\nnope,Jane,2,rejected,/email: invalid_email', 'has the same columns in its own report');
SELECT test.import(test.report('nope', 'jane@x.com')) \g /dev/null
SELECT is(test.contact('jane@x.com'), '||Name=Jane', 'and is imported without them');
SELECT test.import(E'Email,import_line,import_faults\nnope,7,x\n', '{"import_line": "Line"}') \g /dev/null
SELECT is(test.report(), E'Email,import_line,import_line,import_outcome,import_faults\nnope,7,2,rejected,/email: invalid_email', 'but for one that the caller made something of');
SELECT is(test.import(test.report('nope', 'joe@x.com'), '{"import_line": "Line"}'), '{"Email": "email", "import_line": "Line", "import_line (2)": null, "import_outcome": null, "import_faults": null}', 'which is the first of that name then');
SELECT * FROM finish();
ROLLBACK;
