/*
 * Only the owner may call a function until it is granted to others.  Left to PUBLIC are
 * those that run with the rights of whoever writes a row, for constraints and indexes, or reads a view.
 *
 * The functions are found as members of the extension, not by schema: the API's schema
 * may hold functions of the user.  This file comes last, when all are there.  The
 * policies of row-level security are in the files of their tables.
 */

DO $$
BEGIN
	EXECUTE (
		SELECT pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC',
			pg_catalog.string_agg(p.oid::pg_catalog.regprocedure::pg_catalog.text, ', '))
		FROM pg_catalog.pg_extension e
			JOIN pg_catalog.pg_depend d ON d.refobjid OPERATOR(pg_catalog.=) e.oid
			JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid
		WHERE e.extname OPERATOR(pg_catalog.=) 'revyops'
			AND d.deptype OPERATOR(pg_catalog.=) 'e'
			AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
			AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
			AND p.proname OPERATOR(pg_catalog.<>) ALL (ARRAY[
				'revyops_normalize_email', 'revyops_normalize_linkedin_url', 'revyops_normalize_domain',
				'is_canonical_email', 'is_canonical_linkedin_url', 'is_canonical_domain',
				'custom_field_hashes', 'import_header_key', 'create_outcomes'
			]::pg_catalog.name[]));
END
$$;
