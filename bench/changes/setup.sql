-- What the benchmark of the change feed needs: a client with a company, documents, and a reader.
-- Schema bench is the benchmark's own.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.client AS SELECT revyops_create_client('bench changes') AS id;
SELECT id AS client_id FROM bench.client \gset
SELECT pg_catalog.format('ALTER DATABASE %I SET revyops.client_id = %s', current_database(), :client_id) \gexec
SET revyops.client_id = :client_id;
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme"}') \g /dev/null
CREATE TABLE bench.document AS
	SELECT i, jsonb_build_object(
		'email', 'user' || i || '@acme.com', 'linkedin_url', 'https://www.linkedin.com/in/user' || i,
		'first_name', 'Jane', 'last_name', 'Doe ' || i, 'company_id', 'acme.com', 'origin', 'bench', 'contact_status', 'Active',
		'contact_custom_fields_input', jsonb_build_array(
			jsonb_build_object('field_name', 'Industry', 'field_value', 'Industry ' || i % 100),
			jsonb_build_object('field_name', 'Score', 'field_value', (i % 97)::text),
			jsonb_build_object('field_name', 'City', 'field_value', 'City ' || i % 1000))) AS document
	FROM generate_series(1, 50000) i;
CREATE TABLE bench.batch AS SELECT (i - 1) / 1000 AS n, jsonb_agg(document ORDER BY i) AS documents FROM bench.document GROUP BY 1;
VACUUM (ANALYZE) bench.document, bench.batch;

-- A backlog, of transactions with 100 changes each.
CREATE PROCEDURE bench.fill(changes integer) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE revyops.change;
	FOR i IN 1 .. changes / 100 LOOP
		INSERT INTO revyops.change (id, xid, record_id, changed_at, client_id, entity, kind)
			SELECT nextval('revyops.change_id_seq'), pg_current_xact_id(), g, now(), (SELECT id FROM bench.client), 'contact', 'created' FROM generate_series(1, 100) g;
		COMMIT;
	END LOOP;
END
$$;
-- read reads so many pages from a cursor on, and gives the next; NULL is the beginning.
CREATE PROCEDURE bench.read(pages integer, INOUT place text) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. pages LOOP
		place := revyops_changes(place, 1000)->>'cursor';
	END LOOP;
END
$$;
