-- 10,000 contacts to read. Prints the first id and the last.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
TRUNCATE revyops.contact CASCADE;
SELECT count(*) FROM revyops_create_contacts((SELECT jsonb_agg(jsonb_build_object(
	'email', 'g' || i || '@acme.com', 'first_name', 'Jane', 'last_name', 'Doe', 'company_id', 'acme.com',
	'contact_custom_fields_input', '[{"field_name": "Industry", "field_value": "SaaS"},
		{"field_name": "Score", "field_value": "87"}, {"field_name": "City", "field_value": "Oslo"}]'::jsonb))
	FROM generate_series(1, 10000) i)) WHERE status = 201 \g /dev/null
VACUUM (ANALYZE) revyops.contact;
\pset fieldsep ' '
SELECT min(id), max(id) FROM revyops.contact HAVING count(*) = 10000 AND max(id) - min(id) = 9999;
