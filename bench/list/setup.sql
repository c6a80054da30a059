-- 1,000,000 contacts of one client, of 100 companies; each with one custom field that half of them
-- have, one that 10,000 have, all over the table, and one of its own.  Schema bench is the benchmark's.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.client AS SELECT revyops_create_client('list') AS id;
INSERT INTO revyops.company (client_id, domain, name)
	SELECT c.id, format('list%s.com', i), 'Acme' FROM bench.client c, generate_series(1, 100) i;
ALTER TABLE revyops.contact DISABLE TRIGGER ALL;		-- the companies are there
INSERT INTO revyops.contact (client_id, email, linkedin_url, first_name, last_name, company_id, origin, contact_status, custom_fields)
	SELECT o.client_id, format('user%s@acme.com', i), 'https://www.linkedin.com/in/user' || i, 'Jane', 'Doe', o.id, 'bench', 'Active',
		format('[{"id": %1$s1, "field_name": "Half", "field_value": "%2$s", "updated_time": "2026-11-23T20:23:39.061879Z"}, {"id": %1$s3, "field_name": "Hundredth", "field_value": "%3$s", "updated_time": "2026-11-23T20:23:39.061879Z"}, {"id": %1$s2, "field_name": "Serial", "field_value": "%1$s", "updated_time": "2026-11-23T20:23:39.061879Z"}]', i, i % 2, i * 7919::bigint % 1000003 % 100)::jsonb
	FROM generate_series(1, 1000000) i JOIN (SELECT o.client_id, o.id, row_number() OVER (ORDER BY o.id) AS n FROM revyops.company o JOIN bench.client c ON c.id = o.client_id) o ON o.n = 1 + i % 100
	ORDER BY i;
ALTER TABLE revyops.contact ENABLE TRIGGER ALL;
VACUUM (ANALYZE) revyops.contact, revyops.company;
CREATE TABLE bench.hundredth AS
	SELECT revyops.custom_field_hashes(id, '[{"field_name": "Hundredth", "field_value": "7"}]') AS hashes FROM bench.client;
