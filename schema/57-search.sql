/* Searching contacts and companies. */

CREATE FUNCTION @extschema@.revyops_search_contacts(query jsonb) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_search_contacts(jsonb) IS
'Returns a page of the contacts of the calling client that fit the filters, in the order that is asked for.';

CREATE FUNCTION @extschema@.revyops_search_companies(query jsonb) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_search_companies(jsonb) IS
'Returns a page of the companies of the calling client that fit the filters, in the order that is asked for.';

CREATE FUNCTION @extschema@.revyops_enable_text_search() RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_enable_text_search() IS
'Makes the indexes that serve contains and starts_with; needs the extension pg_trgm.';
