-- 1,000,000 contacts of 100 clients, 1,000 companies a client; each contact with three custom
-- fields, of which Half has two values and Serial one of its own. Schema bench is the benchmark's.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.client AS SELECT i AS n, revyops_create_client('read ' || i) AS id FROM generate_series(1, 100) i;
-- n of a row says whose it is, and its keys
INSERT INTO revyops.company (client_id, domain, name)
	SELECT c.id, format('acme%s.com', i), 'Acme' FROM bench.client c, generate_series(1, 1000) i;
CREATE TABLE bench.contact AS
	SELECT i AS n, c.id AS client_id, nextval('revyops.contact_id_seq') AS id FROM generate_series(1, 1000000) i JOIN bench.client c ON c.n = 1 + i % 100 ORDER BY i;
ALTER TABLE revyops.contact DISABLE TRIGGER ALL;		-- the companies are there
INSERT INTO revyops.contact (client_id, id, email, linkedin_url, first_name, last_name, company_id, origin, contact_status, custom_fields)
	SELECT b.client_id, b.id, format('user%s@acme.com', b.n), 'https://www.linkedin.com/in/user' || b.n, 'Jane', 'Doe', o.id, 'bench', 'Active',
		format('[{"id": %1$s1, "field_name": "Half", "field_value": "%2$s", "updated_time": "2026-11-23T20:23:39.061879Z"}, {"id": %1$s2, "field_name": "Serial", "field_value": "%1$s", "updated_time": "2026-11-23T20:23:39.061879Z"}, {"id": %1$s3, "field_name": "City", "field_value": "Oslo", "updated_time": "2026-11-23T20:23:39.061879Z"}]', b.n, b.n / 100 % 2)::jsonb
	FROM bench.contact b JOIN revyops.company o ON o.client_id = b.client_id AND o.domain = format('acme%s.com', 1 + b.n / 100 % 1000)
	ORDER BY b.n;
ALTER TABLE revyops.contact ENABLE TRIGGER ALL;
VACUUM (ANALYZE) revyops.contact, revyops.company, bench.contact;
