-- What sqlsmith sees: the extension's functions, and a few to make arguments with. Of pg_proc's
-- thousands it would hardly ever pick one of ours, so here a view stands in front of it.
CREATE EXTENSION revyops;
SELECT revyops_create_client('sqlsmith') AS id \gset
SELECT set_config('revyops.client_id', :'id', false);
SELECT revyops_create_company('{"domain": "acme.com", "company_custom_fields": [{"field_name": "a", "field_value": "1"}]}');
SELECT revyops_create_contact('{"email": "jane@acme.com", "company_id": "acme.com"}');
CREATE SCHEMA smith;
CREATE VIEW smith.pg_proc AS
	SELECT * FROM pg_catalog.pg_proc
	WHERE oid IN (SELECT objid FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = refobjid AND extname = 'revyops' WHERE d.deptype = 'e')
		OR proname IN ('jsonb_build_object', 'jsonb_build_array', 'to_jsonb', 'concat', 'repeat', 'upper', 'convert_to', 'int4', 'int8', 'count', 'max', 'min');
SELECT format('ALTER DATABASE %I SET %s', current_database(), setting)
	FROM unnest(ARRAY['search_path = smith, pg_catalog, public', 'track_functions = ''all''', 'statement_timeout = ''2s''', 'revyops.client_id = ' || :'id']) AS setting \gexec
