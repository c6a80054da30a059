/*
 * The domains of a company beside the first, which is company.domain, and companies
 * that were merged into others.  No domain is both of these and company.domain of any
 * company of the client: src/store/service/store_lock.c has the lock that sees to it.
 */

CREATE TABLE revyops.company_domain (
	client_id	integer NOT NULL,
	domain		text COLLATE "C" NOT NULL
				CONSTRAINT company_domain_domain_canonical CHECK (revyops.is_canonical_domain(domain)),
	company_id	bigint NOT NULL,
	CONSTRAINT company_domain_pkey PRIMARY KEY (domain, client_id),
	CONSTRAINT company_domain_company_fkey FOREIGN KEY (client_id, company_id) REFERENCES revyops.company (client_id, id) ON DELETE CASCADE
);
CREATE INDEX company_domain_company_id_idx ON revyops.company_domain (company_id, client_id);

ALTER TABLE revyops.company_domain ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.company_domain FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.company_domain', '');

COMMENT ON TABLE revyops.company_domain IS 'Domains of companies beside the first, which is in revyops.company.';
COMMENT ON COLUMN revyops.company_domain.client_id IS 'The client that owns the company.';
COMMENT ON COLUMN revyops.company_domain.domain IS 'Canonical domain; no company of the client has it as the first.';
COMMENT ON COLUMN revyops.company_domain.company_id IS 'The company that it leads to.';

CREATE TABLE revyops.merged_company (
	client_id	integer NOT NULL,
	id			bigint NOT NULL,
	kept_id		bigint NOT NULL,
	merged_time	timestamptz NOT NULL DEFAULT pg_catalog.now(),
	CONSTRAINT merged_company_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT merged_company_kept_fkey FOREIGN KEY (client_id, kept_id) REFERENCES revyops.company (client_id, id) ON DELETE CASCADE
);
CREATE INDEX merged_company_kept_id_idx ON revyops.merged_company (kept_id, client_id);
CREATE INDEX merged_company_id_idx ON revyops.merged_company (id) WHERE client_id > 0;

ALTER TABLE revyops.merged_company ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.merged_company FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.merged_company', '');

COMMENT ON TABLE revyops.merged_company IS 'Companies that were merged into others.';
COMMENT ON COLUMN revyops.merged_company.client_id IS 'The client that owned it.';
COMMENT ON COLUMN revyops.merged_company.id IS 'The id that it had.';
COMMENT ON COLUMN revyops.merged_company.kept_id IS 'The company that was kept; never one that was merged itself.';
COMMENT ON COLUMN revyops.merged_company.merged_time IS 'When it was merged.';

CREATE FUNCTION @extschema@.revyops_merge_companies(keep bigint, other bigint, structure text DEFAULT 'NESTED') RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_merge_companies(bigint, bigint, text) IS
'Fills what one company lacks from another, gives it the other''s contacts and domains, deletes that, and returns the first.';

CREATE FUNCTION @extschema@.revyops_list_company_domains(company_id bigint)
	RETURNS TABLE (domain text, readable_domain text, is_first boolean)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 2
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_list_company_domains(bigint) IS
'Lists the domains of a company, the first one first, each also with the letters that people write.';

CREATE FUNCTION @extschema@.revyops_add_company_domain(company_id bigint, domain text) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_add_company_domain(bigint, text) IS
'Gives a company a domain beside those that it has.';

CREATE FUNCTION @extschema@.revyops_remove_company_domain(company_id bigint, domain text) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_remove_company_domain(bigint, text) IS
'Takes a domain, but for the first, from a company.';
