-- A client whose contacts have keys in no order, a domain of one in twenty, and three custom fields: one of 20 values, one of 1,000, one of
-- its own. Schema bench is the benchmark's.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
TRUNCATE revyops.contact, revyops.company CASCADE;
CREATE TABLE bench.client AS SELECT revyops_create_client('sizing') AS id;
SELECT revyops_set_client_setting(id, 'on_unknown_domain', 'create') FROM bench.client;

CREATE FUNCTION bench.document(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('email', format('%s@company%s.com', left(md5(i::text), 12), i / 20), 'linkedin_url', 'in/' || left(md5('l' || i), 16),
		'first_name', (ARRAY['Jane', 'Maximilian', 'Ana', 'Christopher'])[1 + i % 4], 'last_name', 'Doe' || i % 5000, 'company_id', format('company%s.com', i / 20),
		'contact_custom_fields_input', jsonb_build_array(
			jsonb_build_object('field_name', 'Industry', 'field_value', 'Industry ' || i % 20),
			jsonb_build_object('field_name', 'City', 'field_value', 'City ' || i % 1000),
			jsonb_build_object('field_name', 'Serial', 'field_value', md5('s' || i)))) $$;

-- load creates contacts by batches of 10,000, each committed
CREATE PROCEDURE bench.load(first bigint, last bigint) LANGUAGE plpgsql AS $$
DECLARE
	documents jsonb;
BEGIN
	FOR i IN first .. last BY 10000 LOOP
		SELECT jsonb_agg(bench.document(n)) INTO documents FROM generate_series(i, least(i + 9999, last)) n;
		PERFORM FROM revyops_create_contacts(documents) WHERE status <> 201;
		IF FOUND THEN
			RAISE 'a contact was not created';
		END IF;
		COMMIT;
	END LOOP;
END $$;

-- size tells octets a row of each part of a table, the table being what has the rows
CREATE FUNCTION bench.size() RETURNS TABLE (what text, octets numeric) LANGUAGE sql AS $$
	SELECT t || ' ' || part, round(size / greatest(rows, 1), 1) FROM (VALUES ('contact', (SELECT count(*) FROM revyops.contact)), ('company', (SELECT count(*) FROM revyops.company))) r (t, rows)
		CROSS JOIN LATERAL (
			SELECT 0 AS place, 'heap' AS part, pg_relation_size(('revyops.' || t)::regclass, 'main')::numeric AS size
			UNION ALL SELECT 1, 'TOAST', pg_total_relation_size(reltoastrelid) FROM pg_class WHERE oid = ('revyops.' || t)::regclass
			UNION ALL SELECT 2, indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index WHERE indrelid = ('revyops.' || t)::regclass
			UNION ALL SELECT 3, 'all', pg_total_relation_size(('revyops.' || t)::regclass)) p ORDER BY t DESC, place, part $$;
