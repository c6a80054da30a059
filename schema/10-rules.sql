/*
 * Pure functions that constraints and index expressions stand on.  They run
 * with the rights of whoever writes the row, so PUBLIC may execute them.
 */

CREATE FUNCTION @extschema@.revyops_normalize_email(email text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.revyops_normalize_email(text) IS
'Canonical form of an e-mail address; NULL for blank, an error for an invalid one.';

CREATE FUNCTION @extschema@.revyops_normalize_linkedin_url(linkedin_url text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.revyops_normalize_linkedin_url(text) IS
'Canonical form of the URL of a personal LinkedIn profile; NULL for blank, an error for an invalid one.';

CREATE FUNCTION @extschema@.revyops_normalize_domain(domain text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE c IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.revyops_normalize_domain(text) IS
'Canonical domain of a bare domain, a URL or an e-mail address; NULL for blank, an error for an invalid one.';

CREATE FUNCTION revyops.is_canonical_email(email text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_is_canonical_email'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.is_canonical_email(text) IS
'Whether an e-mail address is in the form that revyops_normalize_email gives.';

CREATE FUNCTION revyops.is_canonical_linkedin_url(linkedin_url text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_is_canonical_linkedin_url'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.is_canonical_linkedin_url(text) IS
'Whether a LinkedIn URL is in the form that revyops_normalize_linkedin_url gives.';

CREATE FUNCTION revyops.is_canonical_domain(domain text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_is_canonical_domain'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.is_canonical_domain(text) IS
'Whether a domain is written in canonical form: dotted, lower case, A-labels.';
