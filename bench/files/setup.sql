-- What the benchmark of files needs beside that of batches: rows as exports have them, in a table of texts.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- Of 100 rows 6 have an address in another form, 4 a profile that is none, 5 a company that is none, 10 a note with quotes and
-- line breaks, 3 a name with one, 20 blanks.
CREATE TABLE bench.messy AS
SELECT initcap(first_name) AS "First Name", CASE WHEN i % 100 < 3 THEN E'Doe\nJunior' ELSE last_name END AS "Last Name", 'Acme Inc' AS "Company Name",
	CASE WHEN i % 50 = 7 THEN format('%s %s <%s>', first_name, last_name, upper(email)) WHEN i % 25 = 8 THEN 'mailto:' || email ELSE email END AS "Email",
	CASE WHEN i % 25 = 3 THEN 'N/A' ELSE linkedin_url || '/' END AS "Person Linkedin Url",
	CASE WHEN i % 20 = 1 THEN 'Acme Inc' WHEN i % 5 = 2 THEN NULL ELSE 'https://www.' || company_id || '/about' END AS "Website",
	'+1 555 ' || i AS "Corporate Phone", 'Industry ' || i % 100 AS "Industry", CASE WHEN i % 5 > 0 THEN (i % 97)::text END AS "# Employees", 'City ' || i % 1000 AS "City",
	CASE WHEN i % 10 = 0 THEN E'says "yes",\nthen "no"' END AS "Notes"
FROM generate_series(1, :rows) i, bench.staged(i);
CREATE VIEW bench.messy_in_order AS SELECT * FROM bench.messy;
