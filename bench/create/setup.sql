-- What the benchmark of creating contacts needs: a client with a company, documents, and the
-- rows that they become.  Schema bench is the benchmark's own.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.client AS SELECT revyops_create_client('bench') AS id;
SELECT id AS client_id FROM bench.client \gset
-- SET by ALTER DATABASE, so that every session of the benchmark speaks for this client.
SELECT pg_catalog.format('ALTER DATABASE %I SET revyops.client_id = %s', current_database(), :client_id) \gexec
SET revyops.client_id = :client_id;
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme"}') ->> 'id' AS company_id \gset

CREATE TABLE bench.document AS
	SELECT i, jsonb_build_object(
		'email', 'user' || i || '@acme.com', 'linkedin_url', 'https://www.linkedin.com/in/user' || i,
		'first_name', 'Jane', 'last_name', 'Doe ' || i, 'company_id', 'acme.com', 'origin', 'bench',
		'contact_status', 'Active',
		'contact_custom_fields_input', jsonb_build_array(
			jsonb_build_object('field_name', 'Industry', 'field_value', 'Industry ' || i % 100),
			jsonb_build_object('field_name', 'Score', 'field_value', (i % 97)::text),
			jsonb_build_object('field_name', 'City', 'field_value', 'City ' || i % 1000))) AS document
	FROM generate_series(1, 100000) i;

-- The rows that the documents become, with ids that the sequences never reach.
BEGIN;
SELECT count(revyops_create_contact(document)) FROM (SELECT document FROM bench.document ORDER BY i) d;
CREATE TABLE bench.row AS SELECT * FROM revyops.contact WHERE client_id = :client_id ORDER BY id;
DELETE FROM revyops.contact WHERE client_id = :client_id;
COMMIT;
VACUUM (ANALYZE) revyops.contact, revyops.company, bench.document, bench.row;

-- What a request says of itself.
CREATE TABLE bench.request AS SELECT 'X-API-Key: ' || revyops_create_api_key(:client_id, 'bench') AS headers;
