-- What the benchmark of idempotency keys needs: a client with a company.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT revyops_create_client('bench idempotency') AS client_id \gset
SELECT pg_catalog.format('ALTER DATABASE %I SET revyops.client_id = %s', current_database(), :client_id) \gexec
SET revyops.client_id = :client_id;
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme"}') \g /dev/null
SELECT revyops_create_api_key(:client_id, 'bench');
