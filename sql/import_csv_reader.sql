\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/sql/setup.psql
SELECT plan(270);
SELECT test.two_clients() \gset

-- What the reader of CSV files makes of octets, seen by an import that is only checked.

-- read shows a file: what it is, its columns, the rows that could be read, and by line those that could not. Of nothing at all "~".
CREATE FUNCTION test.read(content bytea, encoding text DEFAULT NULL, delimiter text DEFAULT NULL) RETURNS text
	LANGUAGE sql AS $$
	SELECT concat_ws(E'\n', concat_ws(' ', r->>'encoding', r->>'delimiter', r->>'header_line', (SELECT string_agg(c, '|' ORDER BY n) FROM jsonb_array_elements_text(r->'columns') WITH ORDINALITY t(c, n))),
		(SELECT string_agg((SELECT string_agg(coalesce(f, '~'), '|' ORDER BY m) FROM jsonb_array_elements_text(p) WITH ORDINALITY u(f, m)), E'\n' ORDER BY n) FROM jsonb_array_elements(r->'preview') WITH ORDINALITY t(p, n)),
		(SELECT string_agg(concat_ws(' ', j->>'line', j->>'status', (SELECT string_agg(concat_ws(' ', e->>'code', e->>'limit', e->>'actual'), ', ') FROM jsonb_array_elements(j->'errors') e)), E'\n' ORDER BY n) FROM jsonb_array_elements(r->'rejects') WITH ORDINALITY t(j, n)))
	FROM public.revyops_import_csv(content, 'check', encoding => $2, delimiter => $3) r $$;
-- utf8 and utf16 make octets of a text of the Basic Multilingual Plane; the latter without a mark.
CREATE FUNCTION test.utf8(content text) RETURNS bytea LANGUAGE sql AS $$ SELECT convert_to(content, 'UTF8') $$;
CREATE FUNCTION test.utf16(content text, big boolean) RETURNS bytea
	LANGUAGE sql AS $$
	SELECT string_agg(decode(CASE WHEN big THEN h ELSE substr(h, 3) || left(h, 2) END, 'hex'), '' ORDER BY n)
	FROM regexp_split_to_table(content, '') WITH ORDINALITY t(c, n), lpad(to_hex(ascii(c)), 4, '0') h $$;
-- refused is the call of a file that is none, for test.fails_400.
CREATE FUNCTION test.refused(content bytea, encoding text DEFAULT NULL, delimiter text DEFAULT NULL) RETURNS text
	LANGUAGE sql AS $$ SELECT format('SELECT revyops_import_csv(%L, ''check'', encoding => %L, delimiter => %L)', content, encoding, delimiter) $$;

-- encoding_of tells what encoding is found of some words in a file, or by which code it is refused.
CREATE FUNCTION test.encoding_of(octets bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN public.revyops_import_csv(E'email,n\na@acme.com,x '::bytea || octets, 'check', delimiter => ',')->>'encoding';
EXCEPTION WHEN SQLSTATE 'PT400' THEN
	RETURN (test.try(test.refused(E'email,n\na@acme.com,x '::bytea || octets, NULL, ','))->>'detail')::jsonb->0->>'code';
END
$$;

-- encodings
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,J\u00fcr\n')), E'UTF8 , 1 email|n\na@acme.com|J\u00fcr', 'UTF-8');
SELECT is(test.read('\xefbbbf'::bytea || test.utf8(E'email,n\na@acme.com,J\u00fcr\n')), E'UTF8 , 1 email|n\na@acme.com|J\u00fcr', 'UTF-8 with a mark');
SELECT is(test.read('\xefbbbf'::bytea || test.utf8(E'"email","n"\n"a@acme.com","x"\n')), E'UTF8 , 1 email|n\na@acme.com|x', 'a mark before a quote');
SELECT is(test.read('\xfffe'::bytea || test.utf16(E'email\tn\r\na@acme.com\tJ\u00fcr\u4e2d\r\n', false)), E'UTF16LE \t 1 email|n\na@acme.com|J\u00fcr\u4e2d', 'UTF-16, the low octet first');
SELECT is(test.read('\xfeff'::bytea || test.utf16(E'email\tn\r\na@acme.com\tJ\u00fcr\u4e2d\r\n', true)), E'UTF16BE \t 1 email|n\na@acme.com|J\u00fcr\u4e2d', 'UTF-16, the high octet first');
SELECT is(test.read(test.utf16(E'email;n\na@acme.com;J\u00fcr', big)), CASE WHEN big THEN 'UTF16BE' ELSE 'UTF16LE' END || E' ; 1 email|n\na@acme.com|J\u00fcr', 'UTF-16 without a mark, big ' || big) FROM (VALUES (false), (true)) v(big);
SELECT is(test.read('\xfffe'::bytea || test.utf16(E'email,n\na@acme.com,', false) || '\x3dd800de'), E'UTF16LE , 1 email|n\na@acme.com|\U0001F600', 'UTF-16, a pair');
SELECT is(test.read('\xfffe'::bytea || test.utf16(E'email,n\na@acme.com,', false) || '\x3dd8' || test.utf16(E'\nb@acme.com,x', false)), E'UTF16LE , 1 email|n\nb@acme.com|x\n2 400 invalid_encoding', 'UTF-16, half a pair');
SELECT is(test.read('\xfffe'::bytea || test.utf16(E'email,n\na@acme.com,x\nb@acme.com,y', false) || '\x00'), E'UTF16LE , 1 email|n\na@acme.com|x\n3 400 invalid_encoding', 'UTF-16, half a unit');
SELECT is(test.read(convert_to(E'email;n\na@acme.com;J\u00fcr \u20ac \u201cq\u201d\n', 'WIN1252')), E'WIN1252 ; 1 email|n\na@acme.com|J\u00fcr \u20ac \u201cq\u201d', 'Windows-1252');
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,J\u00fcr\n') || 'b@acme.com,J'::bytea || '\xfc' || E'r\nc@acme.com,x'::bytea), E'UTF8 , 1 email|n\na@acme.com|J\u00fcr\nc@acme.com|x\n3 400 invalid_encoding', 'UTF-8 with a row that is none');
SELECT is(test.read('\xefbbbf'::bytea || E'email,n\na@acme.com,J'::bytea || '\xfc' || E'r\nc@acme.com,x'::bytea), E'UTF8 , 1 email|n\nc@acme.com|x\n2 400 invalid_encoding', 'a mark is believed');
SELECT is(test.read(E'email,n\na@acme.com,J'::bytea || '\x00' || E'r\nc@acme.com,x'::bytea), E'UTF8 , 1 email|n\nc@acme.com|x\n2 400 invalid_encoding', 'NUL');
SELECT is(test.read(E'email,n\na@acme.com,J'::bytea || '\xfc81' || E'r\nc@acme.com,x'::bytea, 'WIN1252'), E'WIN1252 , 1 email|n\nc@acme.com|x\n2 400 invalid_encoding', 'said to be Windows-1252, an octet that it does not have');
SELECT is(test.read(convert_to(E'email,n\na@acme.com,' || repeat(E'J\u00fcr ', 11), 'WIN1252') || E'\nb@acme.com,J\\201r\nc@acme.com,x'::bytea) ~ E'^WIN1252 , 1 email\\|n\na@acme.com\\|.*\nc@acme.com\\|x\n3 400 invalid_encoding$', true, 'Windows-1252, an octet that it does not have, in one word of many');
SELECT is(revyops_import_csv((E'email,n\n' || (SELECT string_agg(i || '@acme.com,x', E'\n') FROM generate_series(1, 20000) i))::bytea || E'\nlast@acme.com,J\\374r'::bytea, 'check') - '{job,mapping,columns,preview,notes,updated,duplicates}'::text[],
	'{"mode": "check", "rows": 20001, "created": 20001, "failed": 0, "encoding": "WIN1252", "delimiter": ",", "header_line": 1, "rejects": []}', 'an umlaut after 300 KiB tells, too');
SELECT is(test.read(convert_to(content, of), encoding), shown, format('said to be "%s"', encoding)) FROM (VALUES
	(E'email,n\na@acme.com,\u041f\u0440', 'WIN1251', 'WIN1251', E'WIN1251 , 1 email|n\na@acme.com|\u041f\u0440'), (E'email,n\na@acme.com,\u041f\u0440', 'WIN1251', 'cp1251', E'WIN1251 , 1 email|n\na@acme.com|\u041f\u0440'),
	(E'email,n\na@acme.com,\u8868', 'SJIS', 'Shift_JIS', E'SJIS , 1 email|n\na@acme.com|\u8868'), (E'email,n\na@acme.com,\u20ac', 'WIN1252', 'ISO-8859-1', E'WIN1252 , 1 email|n\na@acme.com|\u20ac'),
	(E'email,n\na@acme.com,\u20ac', 'LATIN9', 'iso-8859-15', E'LATIN9 , 1 email|n\na@acme.com|\u20ac'), (E'email,n\na@acme.com,\u00fc', 'WIN1252', 'utf-8', E'UTF8 , 1 email|n\n2 400 invalid_encoding'),
	(E'email,n\na@acme.com,x', 'UTF8', 'us-ascii', E'UTF8 , 1 email|n\na@acme.com|x'), (E'email,n\na@acme.com,x', 'UTF8', '', E'UTF8 , 1 email|n\na@acme.com|x')) v(content, of, encoding, shown);
SELECT is(test.read(test.utf16(E'email,n\na@acme.com,\u4e2d', true), 'utf-16be'), E'UTF16BE , 1 email|n\na@acme.com|\u4e2d', 'said to be UTF-16');
SELECT is(test.read(convert_to(E'email|n\na@acme.com|\u8868', 'SJIS') || '\x95', 'SJIS', '|'), E'SJIS | 1 email|n\n2 400 invalid_encoding', 'the last character is cut off');
SELECT test.fails_400(test.refused('email', encoding), '[{"parameter": "encoding", "code": "unknown_encoding"}]', 'no encoding: ' || left(encoding, 20)) FROM (VALUES ('klingon'), ('SQL_ASCII'), ('MULE_INTERNAL'), ('-'), (repeat('utf8', 100))) v(encoding);

-- what is no UTF-8: Windows-1252, or refused
SELECT is(test.encoding_of(octets), 'WIN1252', 'may be Windows-1252: ' || what) FROM (VALUES
	('English, quotes and dashes', convert_to('“Best” in class – it’s O’Brien’s—really…;rock‘n’roll • 50% ™', 'WIN1252')),
	('prices and degrees', convert_to('£5, £5m, £m, k€, M€, 5 €, €5, 20°C, 12 m², m³, ½, 3×4, ±5, ¢', 'WIN1252')),
	('a unit in the header', convert_to('Umsatz in T€', 'WIN1252')),
	('signs behind a name', convert_to('Acme™ Acme® Acme© Über®', 'WIN1252')),
	('French', convert_to('«Œuvre» « cœur » L’Église d’Été ; Noël, œil, garçon, L''HAŸ-LES-ROSES, L''Haÿ', 'WIN1252')),
	('French in capitals', convert_to('FRANÇOIS LEFÈVRE CRÉATIONS ÉNERGÉTIQUES SàRL', 'WIN1252')),
	('German', convert_to('„Größe“ §5, § 12, Straße, GROßE, Öl, Äpfel, MÜLLER, Über', 'WIN1252')),
	('Spanish', convert_to('¿Qué? ¡Olé! MªJosé Mª Nº1 nº 3ª Muñoz MUÑOZ Peñalver', 'WIN1252')),
	('Catalan', convert_to('col·lecció Gal·la L’Hospitalet çà', 'WIN1252')),
	('Portuguese', convert_to('João Conceição São Gonçalves ações Não', 'WIN1252')),
	('Italian', convert_to('Nicolò Perché è città più', 'WIN1252')),
	('Danish, Norwegian, Swedish', convert_to('Søren Ærø Ångström Åse blåøyd håøre Østergård Björk', 'WIN1252')),
	('Icelandic', convert_to('þýðing þæði Þórður Guðmundsdóttir Ísafjörður', 'WIN1252')),
	('Estonian, Finnish', convert_to('jäääär töööö Öö hääyö Väinö', 'WIN1252')),
	('Czech and Slovene names', convert_to('Šimon Žižek Škoda Miloš Žan', 'WIN1252')),
	('Dutch', convert_to('Daniël coördinator Ÿ IJsland café’s', 'WIN1252')),
	('accents that were typed alone', convert_to('O´Brien ´quoted´ L´Oréal', 'WIN1252')),
	('hard blanks and hyphens', convert_to(E'Anna\u00a0Maria\u00a0Müller Donau\u00addampf', 'WIN1252')),
	('one mishap of more than ten', convert_to('Jos¨ Müller Groß Bär Möller Jürgen Köln Straße Größe Käse Früh Öl', 'WIN1252')),
	('French names', convert_to('Hélène Lefèvre Benoît Brûlé Françoise Crête Noëlle Legoût Zoé Forêt Anaïs Genêt Lætitia Bœuf Gaëlle Dumaître', 'WIN1252')),
	('Breton names', convert_to('Fañch Kergoat Añjela Hemoñ Loïc Péron Roparzh Lañchon Gwénaël', 'WIN1252')),
	('Spanish and Basque names', convert_to('Iñaki Peña Íñigo Muñoz Begoña Ibáñez Núñez Avilés Güell Ñíguez Zúñiga', 'WIN1252')),
	('Catalan names', convert_to('Òscar Solé Núria Gisbert-Solà Mònica Ferrer i Bòria Àngels Sòria Èric Ponç Agnès Güell', 'WIN1252')),
	('Portuguese names', convert_to('Simões Guimarães Camões Assunção Magalhães Estêvão Zêzere Mêda Inês Conceição Lourenço Simão João Ângela Patrícia', 'WIN1252')),
	('Italian names', convert_to('Nicolò Dalmò Niccolò Forlì Cantù Pagò Sanità Dessì Salomè Mosè Orrù', 'WIN1252')),
	('Danish names', convert_to('Søren Sørensen Jørgen Høeg Kirsten Bøe Søe Bjørn Nørgård Læsø Mønsted Kjær Påskeøen Ølgod Ærøskøbing', 'WIN1252')),
	('Norwegian names', convert_to('Øystein Røed Bjørnøy Sauøya Tromsø Øyvind Bråten Håkon Næss Gråbøl Sørbø Ågot Ødegård Kanariøyene', 'WIN1252')),
	('Icelandic names', convert_to('Þórhallur Þráinsson Guðrún Sigurðardóttir Davíð Ýmir Þorgnýr Týr Hlíðkvist Valtýr Þorvaldsdóttir Sýrusson Alþýðuson Dýrfinna Kristbjörg Æsa Sæþór Friðþjófur Ragnheiður Dagný Oddnýjar Ísbjörg Ólöf Þjóðólfur Hjörtþór', 'WIN1252')),
	('Faroese names', convert_to('Bjørghild Jákupsdóttir Høgni Reistrup Tórshavn Sørvágur Óluva Eyðfinnur Jóannes Rógvi Mohr Rúni Brattaberg Súsanna Páll á Høvdanum Ragnvør Fríðgerð Týri Heðin Sólrún Øssur Vágsýslu', 'WIN1252')),
	('Estonian names', convert_to('Õnne Rõõm Kõiv Võrk Jõgi Tõnu Põld Sõrmus Šults Žanna Jõerüüt Mõttus Rõuk Ülo Kärt', 'WIN1252')),
	('Gaelic and Welsh names', convert_to('Mìcheal Dòmhnall Màiri Lùcas Ùna Catrìona Sìne Seòras Eòghan Siân Séamus Ó Súilleabháin Nóirín Gráinne Llêr', 'WIN1252')),
	('Albanian names', convert_to('Çela Koçi Përparim Gjonçaj Blerçe Shpëtim Gëzim Kuçi Demçe', 'WIN1252')),
	('Turkish names that have no letter of their own', convert_to('Özgür Çelik Gökçe Yücel Öztürk Akçay Koçak', 'WIN1254')),
	('letters far apart: a word without an end is not gone through for each', convert_to('þ' || repeat('a', 60) || 'ç', 'WIN1252')),
	('Czech names that have no letter of their own', convert_to('Tomáš Novotný Lukáš Veselý Božena Procházková Sýkora Malý', 'WIN1250')),
	('one Hungarian among ten others', convert_to('Gergő Müller Groß Bär Möller Jürgen Köln Straße Größe Käse Früh Öl', 'WIN1250')),
	('only signs', convert_to('– — … • “ ” €', 'WIN1252'))) v(what, octets);
SELECT is(test.encoding_of(octets), 'unknown_encoding', 'no Windows-1252: ' || what) FROM (VALUES
	('Japanese, CP932', convert_to('一郎 鈴木 太郎 山田 健 渡辺', 'SJIS')),
	('Japanese, EUC-JP', convert_to('一郎 鈴木 太郎 山田 健 渡辺', 'EUC_JP')),
	('Japanese, half-width, CP932', convert_to('ﾀﾅｶ ｽｽﾞｷ ﾔﾏﾀﾞ', 'SJIS')),
	('Chinese, GBK', convert_to('张伟 王芳 李娜 刘洋 陈静 杨帆', 'GBK')),
	('Chinese, Big5', convert_to('陳怡君 林志明 王淑芬 張家豪', 'BIG5')),
	('Korean, CP949', convert_to('김철수 이영희 박민준 최지우', 'UHC')),
	('Russian, KOI8-R', convert_to('Иван Петров Анна Смирнова', 'KOI8R')),
	('Russian, CP1251', convert_to('Иван Петров Анна Смирнова', 'WIN1251')),
	('Russian, CP866', convert_to('Иван Петров Анна Смирнова', 'WIN866')),
	('Russian, ISO-8859-5', convert_to('Иван Петров Анна Смирнова', 'ISO_8859_5')),
	('Greek, CP1253', convert_to('Νίκος Παπαδόπουλος Μαρία', 'WIN1253')),
	('Hebrew, CP1255', convert_to('משה כהן שרה לוי אברהם', 'WIN1255')),
	('Arabic, CP1256', convert_to('محمد أحمد فاطمة', 'WIN1256')),
	('Thai, CP874', convert_to('สมชาย ใจดี', 'WIN874')),
	('German, MacRoman', '\x4a9f7267656e2047726fa7204a9a726720428a636b657220866e616c204d9f6c6c6572'::bytea),
	('one word, MacRoman', '\x4a9f7267656e'::bytea),
	('French, MacRoman', '\x488e6c8f6e65204c65668f767265204672616e8d6f6973204e6f916c2052656e8e204399748e'::bytea),
	('Spanish, MacRoman', '\x4a6f738e20476172639261204d61729261204d75966f7a20416e64728e7320508e72657a'::bytea),
	('Portuguese, MacRoman', '\x4a6f8b6f20436f6e6365698d8b6f'::bytea),
	('quotes, MacRoman', '\xd242657374d3206974d573204fd5427269656e'::bytea),
	('German, CP437', '\x4a817267656e2047726fe1204a947267204284636b6572'::bytea),
	('Spanish, CP850', '\x4a6f73822047617263a161204d6172a161204d75a46f7a'::bytea),
	('Polish, CP1250', convert_to('Łukasz Wiśniewski Michał Wałęsa Grażyna Dąbrowska', 'WIN1250')),
	('one name, CP1250', convert_to('Łukasz', 'WIN1250')),
	('Polish, ISO-8859-2', convert_to('Łukasz Wiśniewski Michał Wałęsa Grażyna Dąbrowska', 'LATIN2')),
	('Czech, ISO-8859-2', convert_to('Jiří Dvořák Aleš Růžička Božena Němcová Tomáš Doležal', 'LATIN2')),
	('Polish without its signs, CP1250', convert_to('Zieliński Jędrzejczak Krysiński Maćkowiak Gdańsk Bębenek', 'WIN1250')),
	('Polish, one name', convert_to('Michał', 'WIN1250')),
	('Czech, CP1250', convert_to('Jiří Dvořák Tomáš Petr Němec Jan Černý', 'WIN1250')),
	('Czech women, CP1250', convert_to('Kateřina Horáčková Zdeňka Němcová Božena Růžičková Markéta Kučerová', 'WIN1250')),
	('Czech in capitals, CP1250', convert_to('JIŘÍ DVOŘÁK KATEŘINA HORÁČKOVÁ NĚMEC', 'WIN1250')),
	('Slovak, CP1250', convert_to('Ľubomír Kováčik Zuzana Hudáková Lukáš Šafárik Jozef Horňák', 'WIN1250')),
	('Hungarian, CP1250', convert_to('Gergő Szabó Dezső Kovács László Nagy Erdős Pál Jenő Mezőfi István Molnár', 'WIN1250')),
	('Hungarian, one name in twelve', convert_to('Szabó Gergő Kovács László Péter Mária Éva Zoltán Dezső Kálmán András György Tóth Németh Szűcs Ágnes Bálint Ádám Győr Jenő Vörös Béla', 'WIN1250')),
	('Romanian, CP1250', convert_to('Ştefan Mureşan Mădălina Stănescu Ionuţ Răzvan Bălan Constanţa', 'WIN1250')),
	('Croatian, CP1250', convert_to('Ivić Kovačević Marković Đurđica Horvatić Božić', 'WIN1250')),
	('Slovene, CP1250', convert_to('Boštjan Kovačič Matjaž Zupančič Aleš Černe', 'WIN1250')),
	('Serbian, CP1250', convert_to('Đorđe Jovanović Nikolić Milošević', 'WIN1250')),
	('Turkish, CP1254', convert_to('Şükrü Yıldız Çağlar Öztürk', 'WIN1254')),
	('Turkish surnames, CP1254', convert_to('Yılmaz Yıldırım Aydın Kılıç Erdoğan Şahin Güneş Barış Işık Ateş', 'WIN1254')),
	('Turkish, ISO-8859-9', convert_to('Ayşe Yıldız Mustafa Güneş Tuğba Aydın', 'LATIN5')),
	('Lithuanian, CP1257', convert_to('Šarūnas Žukauskas', 'WIN1257')),
	('Lithuanian names, CP1257', convert_to('Žydrūnas Petrauskas Gintarė Butkevičius Rūta Mažeika Jurgita Kazlauskaitė', 'WIN1257')),
	('Latvian, CP1257', convert_to('Jānis Bērziņš Kārlis Kalniņš Pēteris Ozoliņš Zane Liepiņa', 'WIN1257')),
	('letters that lost their case', convert_to('garcÍa pÉrez', 'WIN1252'))) v(what, octets);
SELECT is(test.encoding_of(convert_to('陈静 李娜', 'GBK')), 'unknown_encoding', 'characters of two octets, some of which are UTF-8 by chance');
SELECT test.fails_400(test.refused(convert_to(E'Email,n\na@acme.com,J\u00fcrgen', 'UTF8') || '\x9f', NULL, 'ab'), '[{"parameter": "delimiter", "code": "invalid_delimiter"}]', 'an encoding that is not looked for');
SELECT test.fails_400(test.refused(E'Email,n\na@acme.com,J\\237rgen'::bytea), '[{"parameter": "encoding", "code": "unknown_encoding"}]', 'the fault of a file in none that is found');
SELECT is((test.try(test.refused(E'Email,n\na@acme.com,J\\237rgen'::bytea))->>'detail')::jsonb->0->>'message', 'This file is neither UTF-8 nor Windows-1252. Say its encoding, such as SJIS, GBK, WIN1250, WIN1251, WIN1254 or MACINTOSH.', 'and what it says');
SELECT is(test.read(E'email,n\na@acme.com,J\\237rgen'::bytea, 'WIN1252'), E'WIN1252 , 1 email|n\na@acme.com|J\u0178rgen', 'what the caller says is not questioned');
SELECT test.fails_400(format('SELECT revyops_import_csv(%L, ''check'')', (E'email,n\n' || (SELECT string_agg(i || '@acme.com,x', E'\n') FROM generate_series(1, 20000) i))::bytea || E'\nlast@acme.com,J\\237rgen\n'::bytea), '[{"parameter": "encoding", "code": "unknown_encoding"}]', 'refused after 300 KiB, too');
SELECT is(test.read(convert_to(E'email,n\na@acme.com,', 'UTF8') || octets, encoding), shown || E' , 1 email|n\na@acme.com|' || word, format('said to be "%s"', encoding)) FROM (VALUES
	('\x88ea9859'::bytea, 'windows-31j', 'SJIS', '一郎'), ('\x88ea9859', 'MS932', 'SJIS', '一郎'), ('\x88ea9859', 'cp932', 'SJIS', '一郎'), ('\x88ea9859', 'x-sjis', 'SJIS', '一郎'),
	('\xd5c5ceb0', 'gb2312', 'GBK', '张伟'), ('\xd5c5ceb0', 'cp936', 'GBK', '张伟'), ('\xd5c5ceb0', 'MS936', 'GBK', '张伟'), ('\xd5c5ceb0', 'gb18030', 'GB18030', '张伟'),
	('\xb1e8', 'cp949', 'UHC', '김'), ('\xb1e8', 'ks_c_5601-1987', 'UHC', '김'), ('\xb3af', 'cp950', 'BIG5', '陳'), ('\xb3af', 'Big5-HKSCS', 'BIG5', '陳'),
	('\x4a9f7267656e2047726fa7', 'macintosh', 'MACINTOSH', 'Jürgen Groß'), ('\x4a9f72', 'mac_roman', 'MACINTOSH', 'Jür'), ('\x4a9f72', 'x-mac-roman', 'MACINTOSH', 'Jür'), ('\x4a9f72', 'MacRoman', 'MACINTOSH', 'Jür'),
	('\xd242657374d3206974d573dbca80ff', 'macintosh', 'MACINTOSH', E'“Best” it’s€\u00a0Äˇ')) v(octets, encoding, shown, word);

-- a report's row that had such octets has U+FFFD in their place; as long as it has, it is a reject again
SELECT is(test.read(test.utf8(E'email,n,m\na@acme.com,\u00fc,\u00fc\nb@acme.com,H') || E'\\351l\\350ne,x\nnope,\\357\\277\\275,x\n'::bytea), E'UTF8 , 1 email|n|m\na@acme.com|\u00fc|\u00fc\nnope|\uFFFD|x\n3 400 invalid_encoding\n4 400 invalid_email', 'octets that are none, and U+FFFD itself');
SELECT string_agg(l, E'\n') AS report FROM revyops_import_report() l \gset
SELECT is(:'report'::text, E'email,n,m,import_line,import_outcome,import_faults\nb@acme.com,H\uFFFDl\uFFFDne,x,3,rejected,invalid_encoding\nnope,\uFFFD,x,4,rejected,/email: invalid_email', 'the report');
SELECT is(regexp_replace(test.read(test.utf8(replace(:'report', 'nope', 'c@acme.com'))), '^[^\n]*\n', ''), E'c@acme.com|\uFFFD|x|4|rejected|/email: invalid_email\n2 400 invalid_encoding', 'unchanged, the row is a reject');
SELECT is(regexp_replace(test.read(test.utf8(replace(:'report', E'H\uFFFDl\uFFFDne', E'H\u00e9l\u00e8ne'))), '^[^\n]*\n', ''), E'b@acme.com|H\u00e9l\u00e8ne|x|3|rejected|invalid_encoding\nnope|\uFFFD|x|4|rejected|/email: invalid_email\n3 400 invalid_email', 'mended, it comes in');
SELECT is(regexp_replace(test.read(test.utf8(:'report' || E'\nd@acme.com,\uFFFD')), '^[^\n]*\n', '') ~ E'\n4 400 ragged_row 6 2$', true, 'a row that is not whole');
SELECT is(test.read(test.utf8(E'email,n,import_faults\na@acme.com,\uFFFD,invalid_encoding\n')), E'UTF8 , 1 email|n|import_faults\na@acme.com|\uFFFD|invalid_encoding', 'a file that is no report');

-- delimiters
SELECT is(test.read(test.utf8(replace(E'email^first^more,of;it\n1@acme.com^a,b^c d\n2@acme.com^1,5^"x^y"\n', '^', delimiter))), concat('UTF8 ', delimiter, E' 1 email|first|more,of;it\n1@acme.com|a,b|c d\n2@acme.com|1,5|x', delimiter, 'y'), 'found: ' || CASE delimiter WHEN E'\t' THEN 'tab' ELSE delimiter END)
	FROM (VALUES (E'\t'), ('|')) v(delimiter);
SELECT is(test.read(test.utf8(E'email;n;m\na@acme.com;1,5;2,5\nb@acme.com;3,5;4,5\n')), E'UTF8 ; 1 email|n|m\na@acme.com|1,5|2,5\nb@acme.com|3,5|4,5', 'found: semicolon, beside decimal commas');
SELECT is(test.read(test.utf8(E'email,tags\na@acme.com,x;y\nb@acme.com,z;y\n')), E'UTF8 , 1 email|tags\na@acme.com|x;y\nb@acme.com|z;y', 'found: comma, beside lists');
SELECT is(test.read(test.utf8(E'email|city\na@acme.com|Bonn, DE\nb@acme.com|Rome, IT\n')), E'UTF8 | 1 email|city\na@acme.com|Bonn, DE\nb@acme.com|Rome, IT', 'found: pipe, beside addresses');
SELECT is(test.read(test.utf8(content)), shown, 'found beside inner delimiters: ' || what) FROM (VALUES
	('a row without an address', E'Name;E-Mail;Skills\nJo;jo@acme.com;"SQL, C, Go, Perl, R, Lua"\nAl;;"SQL, C, Go, Perl, R, Lua"\n', E'UTF8 ; 1 Name|E-Mail|Skills\nJo|jo@acme.com|SQL, C, Go, Perl, R, Lua\nAl|~|SQL, C, Go, Perl, R, Lua\n3 400 identifier_required'),
	('no address at all', E'LinkedIn;Note\nin/jo;a, b, c\nin/al;d, e, f\n', E'UTF8 ; 1 LinkedIn|Note\nin/jo|a, b, c\nin/al|d, e, f'),
	('pipes in lists', E'Email,Tags\njo@acme.com,a|b|c|d\n,a|b|c|d\n', E'UTF8 , 1 Email|Tags\njo@acme.com|a|b|c|d\n~|a|b|c|d\n3 400 identifier_required'),
	('a title with commas above', E'People, May 2026\nName;E-Mail;Skills\nJo;;"a, b, c, d, e, f"\nAl;al@acme.com;"a, b, c, d, e, f"\n', E'UTF8 ; 2 Name|E-Mail|Skills\nJo|~|a, b, c, d, e, f\nAl|al@acme.com|a, b, c, d, e, f\n3 400 identifier_required'),
	('a ragged row', E'LinkedIn;Note\nin/jo;a, b, c\nin/al;d, e, f\nin/bo;d;, e, f\nin/cy;d, e, f\nin/di;d, e, f\n', E'UTF8 ; 1 LinkedIn|Note\nin/jo|a, b, c\nin/al|d, e, f\nin/cy|d, e, f\nin/di|d, e, f\n4 400 ragged_row 2 3'),
	('the first row is ragged', E'LinkedIn,Name,Tags\nin/jo,Jo\nin/al,Al,x;y\nin/bo,Bo,x;y\n', E'UTF8 , 1 LinkedIn|Name|Tags\nin/al|Al|x;y\nin/bo|Bo|x;y\n2 400 ragged_row 3 2'),
	('a title has them', E'People; May\nLinkedIn,Tags\nin/jo,x;y\nin/al,x;y\n', E'UTF8 , 2 LinkedIn|Tags\nin/jo|x;y\nin/al|x;y'),
	('one column', E'Email\na@acme.com;b@acme.com\nc@acme.com;d@acme.com\n', E'UTF8 , 1 Email\na@acme.com;b@acme.com\nc@acme.com;d@acme.com')) v(what, content, shown);
SELECT is((SELECT concat_ws(' ', r->>'delimiter', r->'columns', r->>'created') FROM revyops_import_company_csv(test.utf8(E'Firma;Website;Adresse\n' || string_agg(format(E'Firma%s GmbH;firma%1$s.com;Weg 1, 10115 Berlin, BE, Deutschland\n', i), '')), 'check') r),
	'; ["Firma", "Website", "Adresse"] ' || count(*), format('found beside inner delimiters: %s companies', count(*))) FROM generate_series(1, 150) i GROUP BY i <= 5 ORDER BY i <= 5;
-- lists of addresses, for the do-not-contact list: they have no header
SELECT is((SELECT concat_ws(' ', r->>'delimiter', r->'header_line', r->>'rows', r->>'added', r->>'failed') FROM revyops_suppress_csv(test.utf8(content)) r), shown, 'found in a list without a header: ' || what) FROM (VALUES
	('as Outlook pastes it', E'a1@acme.com; a2@acme.com; a3@acme.com\n', '; null 3 3 0'),
	('with names', E'Jo <b1@acme.com>; Al <b2@acme.com>', '; null 2 2 0'),
	('several lines', E'c1@acme.com;c2@acme.com\nc3@acme.com;c4@acme.com\n', '; null 4 4 0'),
	('tabs', E'Jo\td1@acme.com\nAl\td2@acme.com\n', E'\t null 2 2 0'),
	('commas, and inner semicolons', E'e1@acme.com,a; b; c\ne2@acme.com,a; b; c\n', ', null 2 2 0'),
	('commas, and a name', E'"Q, Jo" <f1@acme.com>,f2@acme.com\n', ', null 2 2 0'),
	('one column', E'g1@acme.com\ng2@acme.com\n', ', null 2 2 0'),
	('not below a header', E'Email\nh1@acme.com;x\n', ', 1 1 1 0')) v(what, content, shown);
SELECT is(test.read(test.utf8(E'email;n\na@acme.com;x\n'), encoding, delimiter), E'UTF8 ; 1 email|n\na@acme.com|x', format('blanks say nothing: "%s", "%s"', encoding, delimiter)) FROM (VALUES (' ', '  '), (E' \t', ''), (' utf8 ', ' ; ')) v(encoding, delimiter);
SELECT is(test.read(test.utf8(E'email n\na@acme.com x\n'), ' ', ' '), E'UTF8   1 email|n\na@acme.com|x', 'but one is the delimiter');
SELECT is(test.read(test.utf8(E'email\tn,m\na@acme.com\tx,y\n'), NULL, E'\t'), E'UTF8 \t 1 email|n,m\na@acme.com|x,y', 'and so is a tab');
SELECT is(test.read(test.utf8(E'sep=;\r\nemail;a,b\r\na@acme.com;1,2\r\n')), E'UTF8 ; 2 email|a,b\na@acme.com|1,2', 'a line for Excel');
SELECT is(test.read(test.utf8(E'"SEP=|"\nemail|a,b\na@acme.com|1,2\n')), E'UTF8 | 2 email|a,b\na@acme.com|1,2', 'a line for Excel in quotes');
SELECT is(test.read(test.utf8(E'sep=,\nemail;a,b\na@acme.com;1,2\n'), NULL, ';'), E'UTF8 ; 2 email|a,b\na@acme.com|1,2', 'what the caller says counts more');
SELECT is(test.read(test.utf8(E'email^a,b\na@acme.com^1,2\n'), NULL, '^'), E'UTF8 ^ 1 email|a,b\na@acme.com|1,2', 'any character');
SELECT is(test.read(test.utf8(E'email\ta,b\na@acme.com\t1,2\n'), NULL, 'Tab'), E'UTF8 \t 1 email|a,b\na@acme.com|1,2', 'by its name');
SELECT test.fails_400(test.refused('email', NULL, delimiter), '[{"parameter": "delimiter", "code": "invalid_delimiter"}]', 'no delimiter: ' || delimiter) FROM (VALUES ('ab'), ('"'), (E'ü'), ('x'), ('1')) v(delimiter);
SELECT test.fails_400(test.refused('email', 'klingon', 'ab'), '[{"parameter": "delimiter", "code": "invalid_delimiter"}, {"parameter": "encoding", "code": "unknown_encoding"}]', 'both at once');

-- quotes and lines
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,5" pipe\nb@acme.com,"5"" pipe"\nc@acme.com,"5" pipe"\nd@acme.com,"Acme" Inc\ne@acme.com,"the "Best" one"\nf@acme.com,""\ng@acme.com,\nh@acme.com,""""\n')),
	E'UTF8 , 1 email|n\na@acme.com|5" pipe\nb@acme.com|5" pipe\nc@acme.com|5" pipe\nd@acme.com|Acme Inc\ne@acme.com|the "Best" one\nf@acme.com|\ng@acme.com|~\nh@acme.com|"', 'quotes');
SELECT is(test.read(test.utf8(E'email, n\n"a@acme.com", "Doe, Jane" \nb@acme.com, x\n')), E'UTF8 , 1 email|n\na@acme.com|Doe, Jane\nb@acme.com| x', 'spaces around quotes');
SELECT is(test.read(test.utf8(E'email,n\r\na@acme.com,1\nb@acme.com,2\rc@acme.com,"3\r\n4\r5\n6"\r\nd@acme.com,7,8\ne@acme.com,9')), E'UTF8 , 1 email|n\na@acme.com|1\nb@acme.com|2\nc@acme.com|3\r\n4\r5\n6\ne@acme.com|9\n8 400 ragged_row 2 3', 'all line breaks, and those in quotes count');
SELECT is(test.read(test.utf8(E'email,n\ra@acme.com,1\rb@acme.com,2')), E'UTF8 , 1 email|n\na@acme.com|1\nb@acme.com|2', 'CR alone');
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,"oops\nb@acme.com,x\nc@acme.com,y\n')), E'UTF8 , 1 email|n\nb@acme.com|x\nc@acme.com|y\n2 400 broken_row', 'a quote that never ends');
SELECT is(test.read(test.utf8(E'"email","n"\n"a@acme.com","oops\n"b@acme.com","x"\n"c@acme.com","y"\n')), E'UTF8 , 1 email|n\nb@acme.com|x\nc@acme.com|y\n2 400 broken_row', 'a quote that ends where the next field begins');
SELECT is(test.read(test.utf8(E'email,n,m\na@acme.com,"1\n2","oops\nb@acme.com,x,z\n')), E'UTF8 , 1 email|n|m\nb@acme.com|x|z\n2 400 broken_row', 'a quote that never ends, in the second line of its row');
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,x\nb@acme.com,"oops')), E'UTF8 , 1 email|n\na@acme.com|x\n3 400 broken_row', 'a quote that never ends, in the last line');
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,' || repeat('x', 1048576) || E'\nb@acme.com,"' || repeat('y', 1048576) || E'"\nc@acme.com,"oops' || repeat(E'\nx', 600000) || E'\nd@acme.com,y'), NULL, ',') ~ E'^UTF8 , 1 email\\|n\nd@acme.com\\|y\n2 400 broken_row\n3 400 broken_row\n4 400 broken_row\n5 400 ragged_row 2 1\n', true, 'rows of more than 1 MiB');
SELECT is(replace(test.read(test.utf8(E'email,n\na@acme.com,' || repeat('x', 1048576 - 11) || E'\r\nb@acme.com,x')), repeat('x', 1048565), '…'), E'UTF8 , 1 email|n\na@acme.com|…\nb@acme.com|x\n2 400 too_long 2500 1048565, too_large 262144 1048566', 'a row of 1 MiB');

-- rows
SELECT is(test.read(test.utf8(E'email,n,m\na@acme.com,1\nb@acme.com,1,2,3\nc@acme.com,1,2,, ,""\nd@acme.com,1,2\n')), E'UTF8 , 1 email|n|m\nc@acme.com|1|2\nd@acme.com|1|2\n2 400 ragged_row 3 2\n3 400 ragged_row 3 4', 'too few, too many, too many that are empty');
SELECT is(test.read(test.utf8(E'email,n,\na@acme.com,1\nb@acme.com,1,\nc@acme.com,1,2\nd@acme.com\n')), E'UTF8 , 1 email|n|column 3\na@acme.com|1|~\nb@acme.com|1|~\nc@acme.com|1|2\n5 400 ragged_row 3 1', 'a last column without a name may be left out');
SELECT is(test.read(test.utf8(E'email,n\na@acme.com,1,\nb@acme.com,2,\nc@acme.com,3,\n')), E'UTF8 , 1 email|n\na@acme.com|1\nb@acme.com|2\nc@acme.com|3', 'a delimiter at the end of each row');
SELECT is(test.read(test.utf8(E'email,n\n\na@acme.com,1\n,\n"",""\n  ,\t\nb@acme.com,2\n\n,,\n\r\n')), E'UTF8 , 1 email|n\na@acme.com|1\nb@acme.com|2\n2 400 blank_row\n4 400 blank_row\n5 400 blank_row\n6 400 blank_row', 'blank rows in the middle, not at the end');
SELECT is(test.read(test.utf8(E'email\na@acme.com\n\nb@acme.com\n')), E'UTF8 , 1 email\na@acme.com\nb@acme.com\n3 400 blank_row', 'one column');
SELECT is(test.read(test.utf8(E'email\na@acme.com\nb@acme.com\nc@acme.com\nd@acme.com|d\n')), E'UTF8 , 1 email\na@acme.com\nb@acme.com\nc@acme.com\nd@acme.com|d', 'one column, something odd in one row');

-- the header
SELECT is(test.read(test.utf8(E'Exported by Jane\nOn 2026-01-01\n\nemail,n\na@acme.com,1\nb@acme.com,2\n\nTotal: 2\n')), E'UTF8 , 4 email|n\na@acme.com|1\nb@acme.com|2\n7 400 blank_row\n8 400 ragged_row 2 1', 'lines before and after the table');
SELECT is(test.read(test.utf8(E'Exported by Jane;;;\nDatum;2026;;\n;;;\nemail;n;m;o\na@acme.com;1;2;3\nb@acme.com;;;\n')), E'UTF8 ; 4 email|n|m|o\na@acme.com|1|2|3\nb@acme.com|~|~|~', 'lines before it, as a spreadsheet fills them up');
SELECT is(test.read(test.utf8(E'Exported by "Jane"\n\nemail,n\na@acme.com,1\n')), E'UTF8 , 3 email|n\na@acme.com|1', 'one row only');
SELECT is(test.read(test.utf8(E'\n\r\nemail,n\na@acme.com,1')), E'UTF8 , 3 email|n\na@acme.com|1', 'blank lines before it');
SELECT is(test.read(test.utf8(E',email,n\n0,a@acme.com,1\n1,b@acme.com,2\n')), E'UTF8 , 1 column 1|email|n\n0|a@acme.com|1\n1|b@acme.com|2', 'the first column without a name');
SELECT is(test.read(test.utf8(E'email,Title, Title ,Title,"",Title (2),"First\r\nName"\na@acme.com,1,2,3,4,5,6\n')), E'UTF8 , 1 email|Title|Title (2)|Title (3)|column 5|Title (2) (2)|First Name\na@acme.com|1|2|3|4|5|6', 'names that are there twice, empty, or in two lines');
SELECT is(test.read(test.utf8(E'email,' || repeat('n', 100) || E'\na@acme.com,1\n')), E'UTF8 , 1 email|' || repeat('n', 100) || E'\na@acme.com|1', 'a long name');
SELECT is(test.read(test.utf8(E'email,J\u00fcr\u00fc\na@acme.com,1\n') || E'b@acme.com,\\374\n'::bytea), E'UTF8 , 1 email|J\u00fcr\u00fc\na@acme.com|1\n3 400 invalid_encoding', 'an umlaut in it');
SELECT is(test.read(test.utf8('email,n')), 'UTF8 , 1 email|n', 'and nothing else');
SELECT is(test.read(test.utf8(content)), shown, 'below a line that could be it, which names no key: ' || what) FROM (VALUES
	('a title with commas', E'Leads export, generated 2026-05-01, by Jane\n\nEmail,First Name,Last Name\na@acme.com,Jo,Q\n', E'UTF8 , 3 Email|First Name|Last Name\na@acme.com|Jo|Q'),
	('some lines', E'List: Leads, Q2, Jane\nExported, today, UTC\nStand,1,2\n;\nEmail,First Name,Last Name\n,Al,R\na@acme.com,Jo,Q\n', E'UTF8 , 5 Email|First Name|Last Name\n~|Al|R\na@acme.com|Jo|Q\n6 400 identifier_required'),
	('pairs', E'Report name,My Leads\nCreated,2026-01-01\nEmail,First Name\na@acme.com,Jo\n', E'UTF8 , 3 Email|First Name\na@acme.com|Jo'),
	('one column', E'Contacts\nMay\nEmail\na@acme.com\n', E'UTF8 , 3 Email\na@acme.com'),
	('profiles', E'People,May\nName,LinkedIn\nJo,linkedin.com/in/jo\n', E'UTF8 , 2 Name|LinkedIn\nJo|linkedin.com/in/jo'),
	('in UTF-8', E'Kontakte,f\u00fcr,Mai\nE-Mail,Vorname,Ort\na@acme.com,J\u00fcr,B\n', E'UTF8 , 2 E-Mail|Vorname|Ort\na@acme.com|J\u00fcr|B')) v(what, content, shown);
SELECT is(r->'columns', '["Kontakt", "Name"]', 'below a line that could be it: a key that the caller names') FROM revyops_import_csv(E'Stand,Mai\nKontakt,Name\na@acme.com,Jo\n', 'check', columns => '{"Kontakt": "email"}') r;
SELECT is(r->'columns', '["Name", "Domain"]', 'below a line that could be it: companies') FROM revyops_import_company_csv(E'Companies,May\nName,Domain\nAcme,acme.com\n', 'check') r;
SELECT is(test.read(test.utf8(E'Leads,May\nEmail,Note\na@acme.com,Jo\n')), E'UTF8 , 2 Email|Note\na@acme.com|Jo', 'below a line that could be it: two columns');
SELECT is(columns::text || mapping, '{Email,Note}{"Note": "Note", "Email": "email"}', 'below a line that could be it: what the job keeps') FROM revyops.import_job ORDER BY id DESC LIMIT 1;
SELECT test.fails_400(test.refused(test.utf8(content)), format('[{"parameter": "columns", "code": "no_key_column", "nearest": %s}]', nearest)::jsonb, 'no later row: ' || what) FROM (VALUES
	('a value that is called like a key', E'Name,Phone,Source\nJo,1,LinkedIn\nAl,2,Website\nBo,3,LinkedIn\n', '[]'),
	('likewise, with addresses elsewhere', E'Name,Contact,Source\nJo,-,Email\nAl,al@acme.com,Web\n', '[]'),
	('behind the first address', E'Name,Contact\nJo,jo@acme.com\nName,Email\nAl,al@acme.com\n', '[]'),
	('there is none', E'Leads,Mails,May\nName,City,Note\nJo,Bonn,http://acme.com\n', '["Mails"]')) v(what, content, nearest);
SELECT is(test.read(test.utf8(E'Email,Name\nEmail,Name\nx,Jo\na@acme.com,Al\n')), E'UTF8 , 1 Email|Name\nEmail|Name\nx|Jo\na@acme.com|Al\n2 400 invalid_email\n3 400 identifier_required', 'no later row: the first names a key');
SELECT test.fails_400($$SELECT revyops_import_csv(E'Leads,May\nEmail,Name\na@acme.com,Jo\n', 'check', header_line => 1)$$, '[{"parameter": "columns", "code": "no_key_column", "nearest": []}]', 'no later row: the caller says where it is');

-- what is no CSV
SELECT test.fails_400(test.refused(content), '[{"pointer": "", "code": "is_spreadsheet"}]', 'no CSV: ' || what) FROM (VALUES
	('xlsx, ods, numbers', '\x504b0304140006000800'::bytea), ('xls', '\xd0cf11e0a1b11ae10000'), ('gzip', '\x1f8b0800'), ('what is called xls', '<html><table><tr>'), ('XML', '\xefbbbf' || '<?xml version="1.0"?>'::bytea),
	('behind a blank line', '\xefbbbf' || E'\r\n <HTML xmlns:o="x"><table>'::bytea), ('XML behind one', E'\n<?xml version="1.0"?>'::bytea), ('a tag with a line break', E'<Table\nborder=1>'::bytea), ('in UTF-16', '\xfffe' || test.utf16(E'\r\n<table><tr>', false)),
	('bzip2', '\x425a6839314159265359'), ('xz', '\xfd377a585a000004'), ('zstd', '\x28b52ffd0400'), ('rar', '\x526172211a0701'), ('7z', '\x377abcaf271c'), ('pdf', E'%PDF-1.7\n'::bytea), ('rtf', E'{\\\\rtf1\\\\ansi'::bytea),
	('png', '\x89504e470d0a1a0a'), ('jpeg', '\xffd8ffe0'), ('sqlite', 'SQLite format 3'::bytea || '\x00'), ('parquet', '\x504152311504')) v(what, content);
SELECT is(r->>'added', '1', 'an address between brackets is no markup') FROM revyops_suppress_csv('<table@acme.com>') r;
SELECT test.fails_400(test.refused(content), '[{"pointer": "", "code": "no_header"}]', 'no header: ' || what) FROM (VALUES
	('empty', ''::bytea), ('a mark', '\xefbbbf'), ('blank lines', E'\n\n \r\n'::bytea), ('only delimiters', E',,,\n,,,\n'::bytea), ('only values', E'a@acme.com,Jane\nb@acme.com,Joe\n'::bytea)) v(what, content);
-- the line of the header, where the caller says it
CREATE FUNCTION test.read_from(content text, header_line integer) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', r->>'header_line', r->>'delimiter', r->'columns', r->'preview', r->'rows')
	FROM public.revyops_import_csv(test.utf8(content), 'check', header_line => $2) r $$;
SELECT is(test.read_from(E'email,a,b,c\nx@acme.com,1,2,3\nemail;n\ny@acme.com;1\n', 3), '3 ; ["email", "n"] [["y@acme.com", "1"]] 1', 'header_line: what stands above does not count');
SELECT is(test.read_from(E'email\r\n"1\n2@acme.com",x\r\n', 1), '1 , ["email"] [] 1', 'header_line: the first');
SELECT is(test.read_from(E'a\n\n\nemail,jane@acme.com\nz@acme.com,1\n', 2), '4 , ["email", "jane@acme.com"] [["z@acme.com", "1"]] 1', 'header_line: the next row after blank ones; names may be anything');
SELECT is(test.read_from(E'sep=|\nx\nemail|a,b\nz@acme.com|1,2\n', 3), '3 | ["email", "a,b"] [["z@acme.com", "1,2"]] 1', 'header_line: beside a line that tells the delimiter');
-- people above the names, as a sheet has them that was sorted with its header: nobody is skipped
SELECT test.fails_400(test.refused(test.utf8(content)), '[{"pointer": "", "code": "no_header"}]', 'people above the names: ' || what) FROM (VALUES
	('many', (SELECT string_agg(format(E'p%s@acme.com,Jo,Q\n', n), '') FROM generate_series(1, 150) n) || E'Email,First Name,Last Name\nq@acme.com,Al,R\n'),
	('one', E'a@acme.com,Jo,Q\nEmail,First Name,Last Name\nb@acme.com,Al,R\n'),
	('below a title', E'Leads of May\na@acme.com,Jo,Q\nEmail,First Name,Last Name\nb@acme.com,Al,R\n'),
	('some with less', E'a@acme.com,Jo,\nb@acme.com,Al,R\nEmail,First Name,Last Name\nc@acme.com,Bo,S\n'),
	('one without an address', E'a@acme.com,Jo,Q\n,Al,R\nEmail,First Name,Last Name\nc@acme.com,Bo,S\n'),
	('semicolons', E'Jo;a@acme.com\nAl;b@acme.com\nFirst Name;Email\nBo;c@acme.com\n'),
	('one column', E'a@acme.com\nb@acme.com\nEmail\nc@acme.com\n'),
	('with names', E'Jo Q <a@acme.com>\nEmail\nAl R <b@acme.com>\n')) v(what, content);
SELECT is(test.read(test.utf8(content)), shown, 'who exported it, above the names: ' || what) FROM (VALUES
	('a narrow line', E'Exported by,jane@acme.com\nEmail,First Name,Last Name\na@acme.com,Jo,Q\n', E'UTF8 , 2 Email|First Name|Last Name\na@acme.com|Jo|Q'),
	('filled up', E'jane@acme.com;;\n;;\nEmail;First Name;Last Name\na@acme.com;Jo;Q\n', E'UTF8 ; 3 Email|First Name|Last Name\na@acme.com|Jo|Q'),
	('a line as wide', E'Exported by,jane@acme.com\nEmail,First Name\na@acme.com,Jo\nb@acme.com,Al\n', E'UTF8 , 2 Email|First Name\na@acme.com|Jo\nb@acme.com|Al'),
	('a sentence above one column', E'Exported by jane@acme.com\nEmail\na@acme.com\nb@acme.com\n', E'UTF8 , 2 Email\na@acme.com\nb@acme.com')) v(what, content, shown);
SELECT is(test.read_from(E'a@acme.com,Jo\nEmail,Name\nb@acme.com,Al\n', 2), '2 , ["Email", "Name"] [["b@acme.com", "Al"]] 1', 'people above the names: the caller says where these are');
SELECT test.fails_400($$SELECT revyops_suppress_csv(E'Opt-outs\ns1@acme.com,Jo\nEmail,Name\ns2@acme.com,Al\n')$$, '[{"pointer": "", "code": "no_header"}]', 'people above the names: nor does the do-not-contact list skip them');
SELECT test.fails_400($$SELECT revyops_import_csv('email', header_line => 2)$$, test.one('', 'no_header'), 'header_line: beyond the end');
SELECT test.fails_400(format($$SELECT revyops_import_csv('email', header_line => %s)$$, n), '[{"parameter": "header_line", "code": "invalid_number"}]', 'header_line: no line: ' || n) FROM (VALUES (0), (-1)) v(n);
SELECT * FROM finish();
ROLLBACK;
