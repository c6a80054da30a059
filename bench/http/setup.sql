-- What the benchmark of HTTP needs: a client with a company. Prints its API key.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT revyops_create_client('bench http') AS client_id \gset
-- SET by ALTER DATABASE, so that pgbench speaks for this client, too.
SELECT pg_catalog.format('ALTER DATABASE %I SET revyops.client_id = %s', current_database(), :client_id) \gexec
SET revyops.client_id = :client_id;
SELECT revyops_create_company('{"domain": "acme.com", "name": "Acme"}') \g /dev/null
SELECT revyops_create_api_key(:client_id, 'bench');
