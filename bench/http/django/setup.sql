-- What the baseline needs: a client with a company and the key that the environment has in REVYOPS_KEY.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\getenv key REVYOPS_KEY
TRUNCATE crm_client CASCADE;
WITH client AS (INSERT INTO crm_client (name) VALUES ('bench') RETURNING id),
	company AS (INSERT INTO crm_company (client_id, domain, name) SELECT id, 'acme.com', 'Acme' FROM client)
INSERT INTO crm_apikey (client_id, prefix, sha256)
	SELECT id, left(:'key', 16), sha256(convert_to(:'key', 'UTF8')) FROM client;
