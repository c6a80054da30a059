-- The plans of the reads, as the functions run them: generic, with enable_seqscan off.  The
-- statements are those of src/store/record/store_contact.c.
SET enable_seqscan = off;
SET plan_cache_mode = force_generic_plan;
SET search_path = pg_catalog, pg_temp;
SELECT id AS client FROM bench.client WHERE n = 51 \gset
SELECT id AS contact FROM bench.contact WHERE n = 500050 \gset
\set columns 'client_id, id, email, linkedin_url, first_name, last_name, company_id, origin, contact_status, previous_status, status_changed_at, first_campaign_email_sent, last_campaign_email_sent, last_reply_received, custom_fields, updated_time'
\set filters ' AND ($2 IS NULL OR first_name = $2) AND ($3 IS NULL OR last_name = $3) AND ($4 IS NULL OR revyops.has_custom_field(custom_fields, $4, $5, false))'
\pset tuples_only on
\pset format unaligned
\echo -- by id
PREPARE by_id (integer, bigint) AS SELECT :columns FROM revyops.contact WHERE client_id = $1 AND id = $2;
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE by_id(:client, :contact);
\echo -- by e-mail
PREPARE by_email (text, integer) AS SELECT :columns FROM revyops.contact WHERE email = $1 AND client_id = $2;
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE by_email('user500050@acme.com', :client);
\echo -- by LinkedIn URL
PREPARE by_linkedin_url (text, integer) AS SELECT :columns FROM revyops.contact WHERE linkedin_url = $1 AND client_id = $2;
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE by_linkedin_url('https://www.linkedin.com/in/user500050', :client);
\echo -- the fifth page
PREPARE page_all (integer, bigint, bigint) AS SELECT :columns FROM revyops.contact WHERE client_id = $1 AND id >= (SELECT id FROM revyops.contact WHERE client_id = $1 ORDER BY id LIMIT 1 OFFSET $3) ORDER BY id LIMIT $2;
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE page_all(:client, 101, 400);
PREPARE page (integer, text, text, text, text, bigint, bigint) AS SELECT :columns FROM revyops.contact WHERE client_id = $1:filters ORDER BY id LIMIT $6 OFFSET $7;
\echo -- what is counted behind it
PREPARE count_behind (integer, bigint, bigint) AS SELECT count(*) FROM (SELECT FROM revyops.contact WHERE client_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS c;
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE count_behind(:client, :contact, 10001);
\echo -- a page of a company
PREPARE of_company (integer, text, text, text, text, text, bigint, bigint) AS SELECT :columns FROM revyops.contact WHERE client_id = $1 AND company_id = (SELECT id FROM revyops.company WHERE domain = $6 AND client_id = $1):filters ORDER BY id LIMIT $7 OFFSET $8;
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE of_company(:client, NULL, NULL, NULL, NULL, 'acme7.com', 101, 0);
\echo -- a rare custom field
PREPARE with_field (integer, text, text, text, text, bigint[], bigint, bigint, bigint) AS SELECT :columns, found FROM (SELECT id AS found_id, client_id AS found_client_id, count(*) OVER () AS found FROM (SELECT id, client_id FROM revyops.contact WHERE client_id = $1 AND revyops.custom_field_hashes(client_id, custom_fields) && $6 AND revyops.custom_field_hashes(client_id, custom_fields) @> $6:filters LIMIT $7) AS f ORDER BY id, client_id LIMIT $8 OFFSET $9) AS f JOIN revyops.contact ON client_id = found_client_id AND id = found_id ORDER BY id, client_id;
SELECT revyops.custom_field_hashes(:client, '[{"field_name": "Serial", "field_value": "500050"}]') AS rare, revyops.custom_field_hashes(:client, '[{"field_name": "Half", "field_value": "1"}]') AS half \gset
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE with_field(:client, NULL, NULL, 'Serial', '500050', :'rare', 10001, 100, 0);
\echo -- a custom field that half of the contacts have: the index says that it is common,
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE with_field(:client, NULL, NULL, 'Half', '1', :'half', 10001, 100, 0);
\echo -- so the page is read in the order of ids
EXPLAIN (ANALYZE, BUFFERS, COSTS off, SUMMARY off) EXECUTE page(:client, NULL, NULL, 'Half', '1', 101, 0);
