-- What the benchmark of batches needs: a client with 1,000 companies, 100,000 documents in three
-- forms, the rows that they become, and a table like revyops.contact for what goes round the rules.
-- Schema bench is the benchmark's own.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.client AS SELECT revyops_create_client('batch') AS id;
SELECT id AS client_id FROM bench.client \gset
-- SET by ALTER DATABASE, so that every session of the benchmark speaks for this client.
SELECT pg_catalog.format('ALTER DATABASE %I SET revyops.client_id = %s', current_database(), :client_id) \gexec
SET revyops.client_id = :client_id;
SELECT count(*) FROM revyops_create_companies(
	(SELECT jsonb_agg(jsonb_build_object('domain', 'company' || i || '.com')) FROM generate_series(0, 999) i));

-- document is the i-th contact: a domain, three custom fields, keys in no order.
CREATE FUNCTION bench.document(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object(
		'email', 'p' || left(md5(i::text), 12) || '@company' || i % 1000 || '.com',
		'linkedin_url', 'https://www.linkedin.com/in/' || left(md5((-i)::text), 12),
		'first_name', 'Jane', 'last_name', 'Doe ' || i, 'company_id', 'company' || i % 1000 || '.com',
		'origin', 'bench', 'contact_status', 'Active',
		'contact_custom_fields_input', jsonb_build_array(
			jsonb_build_object('field_name', 'Industry', 'field_value', 'Industry ' || i % 100),
			jsonb_build_object('field_name', 'Score', 'field_value', (i % 97)::text),
			jsonb_build_object('field_name', 'City', 'field_value', 'City ' || i % 1000))) $$;

-- the same with keys that follow each other, as those of one company or one source often do
CREATE FUNCTION bench.document_in_order(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT bench.document(i) || jsonb_build_object('email', 'user' || i || '@company' || i % 1000 || '.com',
		'linkedin_url', 'https://www.linkedin.com/in/user' || i) $$;

CREATE TABLE bench.document AS SELECT i, bench.document(i) AS document FROM generate_series(1, 100000) i;

-- as one argument
CREATE TABLE bench.documents AS SELECT jsonb_agg(document ORDER BY i) AS documents FROM bench.document;

-- as the columns of a staging table
CREATE FUNCTION bench.staged(i bigint,
	OUT email text, OUT linkedin_url text, OUT first_name text, OUT last_name text, OUT company_id text,
	OUT origin text, OUT contact_status text, OUT "Industry" text, OUT "Score" text, OUT "City" text)
	LANGUAGE sql IMMUTABLE AS $$
	SELECT d->>'email', d->>'linkedin_url', d->>'first_name', d->>'last_name', d->>'company_id', d->>'origin',
		d->>'contact_status', 'Industry ' || i % 100, (i % 97)::text, 'City ' || i % 1000
	FROM bench.document(i) d $$;
CREATE TABLE bench.staging AS SELECT s.* FROM generate_series(1, 100000) i, bench.staged(i) s;

-- as bodies of HTTP requests: 100 of 1,000
CREATE TABLE bench.request AS
	SELECT n, jsonb_build_object('contacts', jsonb_agg(document ORDER BY i))::text AS body
	FROM (SELECT (i - 1) / 1000 AS n, i, document FROM bench.document) d GROUP BY n;

-- as the rows that they become, with ids that the sequences never reach
BEGIN;
SELECT count(*) FROM bench.documents, revyops_create_contacts(documents);
CREATE TABLE bench.row AS SELECT * FROM revyops.contact WHERE client_id = :client_id ORDER BY id;
COMMIT;
TRUNCATE revyops.contact CASCADE;

-- the same table once more: indexes, checks, foreign key
CREATE TABLE bench.contact (LIKE revyops.contact INCLUDING ALL,
	FOREIGN KEY (client_id, company_id) REFERENCES revyops.company (client_id, id));

-- rows as those of revyops.contact, for COPY
CREATE FUNCTION bench.row_of(first bigint, last bigint) RETURNS SETOF revyops.contact LANGUAGE sql STABLE AS $$
	SELECT c.id, 1000000000000 + i, d->>'email', d->>'linkedin_url', d->>'first_name', d->>'last_name', company.id,
		d->>'origin', d->>'contact_status', NULL::text, NULL::timestamptz, NULL::timestamptz, NULL::timestamptz,
		NULL::timestamptz, fields.list, now()
	FROM bench.client c, generate_series(first, last) i, bench.document(i) d,
		LATERAL (SELECT jsonb_agg(jsonb_build_object('id', i, 'field_name', f->>'field_name', 'field_value', f->>'field_value',
			'updated_time', '2026-11-23T20:23:39.061879Z')) AS list FROM jsonb_array_elements(d->'contact_custom_fields_input') f) fields,
		revyops.company company WHERE company.domain = d->>'company_id' AND company.client_id = c.id $$;

-- A loop with an exception block per row, as it is written today: the function of the first
-- benchmark, which keeps most of the rules, and one that checks next to nothing.
\ir ../create/plpgsql.sql
CREATE PROCEDURE bench.load() LANGUAGE plpgsql AS $$
DECLARE
	d jsonb;
BEGIN
	FOR d IN SELECT document FROM bench.document ORDER BY i LOOP
		BEGIN
			PERFORM bench.create_contact(d);
		EXCEPTION WHEN OTHERS THEN
			RAISE NOTICE 'row refused: %', SQLERRM;
		END;
	END LOOP;
END
$$;
CREATE PROCEDURE bench.load_unchecked() LANGUAGE plpgsql AS $$
DECLARE
	d jsonb;
	company bigint;
	fields jsonb;
BEGIN
	FOR d IN SELECT document FROM bench.document ORDER BY i LOOP
		BEGIN
			SELECT c.id INTO STRICT company FROM revyops.company c
				WHERE c.domain = lower(d->>'company_id') AND c.client_id = (SELECT id FROM bench.client);
			SELECT jsonb_agg(jsonb_build_object('id', nextval('revyops.custom_field_id_seq'),
					'field_name', f->>'field_name', 'field_value', f->>'field_value', 'updated_time', now()))
				INTO fields FROM jsonb_array_elements(d->'contact_custom_fields_input') f;
			INSERT INTO bench.contact (client_id, email, linkedin_url, first_name, last_name, company_id, origin,
					contact_status, custom_fields)
				SELECT id, lower(d->>'email'), d->>'linkedin_url', d->>'first_name', d->>'last_name', company,
					d->>'origin', d->>'contact_status', fields FROM bench.client;
		EXCEPTION WHEN OTHERS THEN
			RAISE NOTICE 'row refused: %', SQLERRM;
		END;
	END LOOP;
END
$$;
VACUUM (ANALYZE);
