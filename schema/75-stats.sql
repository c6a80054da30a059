/* What each client has and does, for whoever looks after the server. */

/*
 * Whoever reads the view calls it, so it is left to PUBLIC, and looks itself whether row-level
 * security shows them the client.
 */
CREATE FUNCTION revyops.create_outcomes(client_id integer, OUT created bigint, OUT invalid bigint,
		OUT company_not_found bigint, OUT duplicate bigint, OUT suppressed bigint, OUT counted_since timestamptz)
	AS 'MODULE_PATHNAME', 'revyops_create_outcomes' LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION revyops.create_outcomes(integer) IS
'How the creates of contacts of a client ended. Nulls where they are not counted: the library has to be in shared_preload_libraries.';

CREATE FUNCTION @extschema@.revyops_reset_stats() RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.revyops_reset_stats() IS
'Sets the counts of creates in revyops_stats to zero, for all clients.';

/*
 * With the rights of who reads it, so row-level security holds.  A client that has more than 30,000 rows
 * of a table by what ANALYZE found is not counted, nobody is beyond 10,001: so that the view costs as many
 * clients as there are, not as many rows.  ORDER BY keeps the planner to the primary key; else it would
 * read the whole table for a client that has few rows.
 */
CREATE VIEW @extschema@.revyops_stats WITH (security_invoker = true) AS
WITH common AS (
	SELECT s.tablename AS of_table, v.client_id, pg_catalog.int8(v.share * r.reltuples) AS n
	FROM pg_catalog.pg_stats s
		JOIN pg_catalog.pg_class r ON r.relname = s.tablename
		JOIN pg_catalog.pg_namespace a ON a.oid = r.relnamespace AND a.nspname = s.schemaname
		CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(s.most_common_vals::pg_catalog.text::pg_catalog.int4[]),
			pg_catalog.unnest(s.most_common_freqs)) AS v(client_id, share)
	WHERE s.schemaname = 'revyops' AND s.attname = 'client_id' AND s.tablename IN ('contact', 'company', 'email')
)
SELECT c.id AS client_id, c.name,
	CASE WHEN common_contact.n > 30000 OR contact.n > 10000 THEN GREATEST(common_contact.n, contact.n) ELSE contact.n END AS contacts,
	COALESCE(common_contact.n > 30000, false) OR contact.n > 10000 AS contacts_estimated,
	CASE WHEN common_company.n > 30000 OR company.n > 10000 THEN GREATEST(common_company.n, company.n) ELSE company.n END AS companies,
	COALESCE(common_company.n > 30000, false) OR company.n > 10000 AS companies_estimated,
	CASE WHEN common_email.n > 30000 OR email.n > 10000 THEN GREATEST(common_email.n, email.n) ELSE email.n END AS emails,
	COALESCE(common_email.n > 30000, false) OR email.n > 10000 AS emails_estimated,
	(SELECT pg_catalog.count(*) FROM revyops.api_key k
		WHERE k.client_id = c.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > pg_catalog.now())) AS api_keys,
	import.finished AS imports_finished, import.open AS imports_open,
	outcome.created AS creates_done, outcome.invalid AS creates_invalid, outcome.company_not_found AS creates_company_not_found,
	outcome.duplicate AS creates_duplicate, outcome.suppressed AS creates_suppressed, outcome.counted_since AS creates_since
FROM revyops.client c
	CROSS JOIN LATERAL revyops.create_outcomes(c.id) AS outcome
	LEFT JOIN common AS common_contact ON common_contact.of_table = 'contact' AND common_contact.client_id = c.id
	CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS n
		FROM (SELECT FROM revyops.contact t WHERE t.client_id = c.id ORDER BY t.id
			LIMIT CASE WHEN common_contact.n > 30000 THEN 0 ELSE 10001 END) AS t) AS contact
	LEFT JOIN common AS common_company ON common_company.of_table = 'company' AND common_company.client_id = c.id
	CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS n
		FROM (SELECT FROM revyops.company t WHERE t.client_id = c.id ORDER BY t.id
			LIMIT CASE WHEN common_company.n > 30000 THEN 0 ELSE 10001 END) AS t) AS company
	LEFT JOIN common AS common_email ON common_email.of_table = 'email' AND common_email.client_id = c.id
	CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS n
		FROM (SELECT FROM revyops.email t WHERE t.client_id = c.id ORDER BY t.id
			LIMIT CASE WHEN common_email.n > 30000 THEN 0 ELSE 10001 END) AS t) AS email
	CROSS JOIN LATERAL (SELECT pg_catalog.count(j.finished) AS finished, pg_catalog.count(*) - pg_catalog.count(j.finished) AS open
		FROM revyops.import_job j WHERE j.client_id = c.id) AS import;

COMMENT ON VIEW @extschema@.revyops_stats IS
'What each client has, and how its creates ended: a row for each that the reader may see.';
COMMENT ON COLUMN @extschema@.revyops_stats.client_id IS 'Id of the client.';
COMMENT ON COLUMN @extschema@.revyops_stats.name IS 'Its name.';
COMMENT ON COLUMN @extschema@.revyops_stats.contacts IS 'Its contacts: exact up to 10,000, unless ANALYZE found more than 30,000; beyond that what it found, or 10,001 if that says nothing.';
COMMENT ON COLUMN @extschema@.revyops_stats.contacts_estimated IS 'Whether contacts is not exact.';
COMMENT ON COLUMN @extschema@.revyops_stats.companies IS 'Its companies, likewise.';
COMMENT ON COLUMN @extschema@.revyops_stats.companies_estimated IS 'Whether companies is not exact.';
COMMENT ON COLUMN @extschema@.revyops_stats.emails IS 'Its e-mails, likewise.';
COMMENT ON COLUMN @extschema@.revyops_stats.emails_estimated IS 'Whether emails is not exact.';
COMMENT ON COLUMN @extschema@.revyops_stats.api_keys IS 'Its API keys that are valid now.';
COMMENT ON COLUMN @extschema@.revyops_stats.imports_finished IS 'Its imports that have ended.';
COMMENT ON COLUMN @extschema@.revyops_stats.imports_open IS 'Its imports that run, or were broken off.';
COMMENT ON COLUMN @extschema@.revyops_stats.creates_done IS 'Contacts that were created, by a call, a batch or an import; not by upserts or events. Null, as the next ones, where creates are not counted.';
COMMENT ON COLUMN @extschema@.revyops_stats.creates_invalid IS 'Creates whose body had faults.';
COMMENT ON COLUMN @extschema@.revyops_stats.creates_company_not_found IS 'Creates that named a company that is not there, or another client''s.';
COMMENT ON COLUMN @extschema@.revyops_stats.creates_duplicate IS 'Creates of a contact that was there.';
COMMENT ON COLUMN @extschema@.revyops_stats.creates_suppressed IS 'Creates that were refused by the do-not-contact list.';
COMMENT ON COLUMN @extschema@.revyops_stats.creates_since IS 'Since when they are counted: the server''s start, or the last revyops_reset_stats.';
