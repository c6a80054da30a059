-- What the benchmark of upserts needs on top of that of batches: the same 100,000 contacts as they
-- were before (another last name, status and city), and the statement that upserts rows by itself.
\ir ../batch/setup.sql
SET revyops.client_id = :client_id;

CREATE FUNCTION bench.document_before(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT bench.document(i) || jsonb_build_object('last_name', 'Roe ' || i, 'contact_status', 'New',
		'contact_custom_fields_input', jsonb_set(bench.document(i)->'contact_custom_fields_input', '{2,field_value}', '"Nowhere"')) $$;
BEGIN;
SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(bench.document_before(i) ORDER BY i) FROM generate_series(1, 100000) i));
CREATE TABLE bench.row_before AS SELECT * FROM revyops.contact WHERE client_id = :client_id ORDER BY id;
COMMIT;
TRUNCATE revyops.contact CASCADE;

-- fill loads the first so many of them into both tables.
CREATE PROCEDURE bench.fill(n int) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE revyops.contact, bench.contact CASCADE;
	INSERT INTO revyops.contact SELECT * FROM bench.row_before ORDER BY id LIMIT n;
	INSERT INTO bench.contact SELECT * FROM bench.row_before ORDER BY id LIMIT n;
END
$$;

CREATE PROCEDURE bench.upsert() LANGUAGE sql AS $$
	INSERT INTO bench.contact SELECT * FROM bench.row ON CONFLICT (email, client_id) DO UPDATE SET
		linkedin_url = EXCLUDED.linkedin_url, first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
		company_id = EXCLUDED.company_id, origin = EXCLUDED.origin, contact_status = EXCLUDED.contact_status,
		custom_fields = EXCLUDED.custom_fields, updated_time = EXCLUDED.updated_time $$;
VACUUM (ANALYZE);
