/*
 * Hosts whose name doesn't stand for the company that a website or an address
 * seems to name: the list that comes with the extension, and what the owner says,
 * which counts first, as for free mail.
 */

CREATE TABLE revyops.company_host (
	host			text COLLATE "C" PRIMARY KEY,
	kind			text COLLATE "C" NOT NULL
					CONSTRAINT company_host_kind_known CHECK (kind IN ('page', 'platform', 'portal', 'suffix', 'provider'))
);

ALTER TABLE revyops.company_host ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.company_host', 'WHERE false');

COMMENT ON TABLE revyops.company_host IS 'Hosts that have pages or customers below their name, as shipped; not to be edited.';
COMMENT ON COLUMN revyops.company_host.host IS 'Canonical domain.';
COMMENT ON COLUMN revyops.company_host.kind IS 'Below it are pages of nobody (page, platform), or customers with a name of their own (suffix, provider); itself it is nobody''s (page, suffix), or the company that runs it (platform, provider). Of a portal the pages are nobody''s, and the names below it its own.';

CREATE TABLE revyops.company_host_exception (
	host			text COLLATE "C" PRIMARY KEY
					CONSTRAINT company_host_exception_host_canonical CHECK (revyops.is_canonical_domain(host)),
	kind			text COLLATE "C" NOT NULL
					CONSTRAINT company_host_exception_kind_known CHECK (kind IN ('company', 'page', 'platform', 'portal', 'suffix', 'provider'))
);

ALTER TABLE revyops.company_host_exception ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.company_host_exception', '');

COMMENT ON TABLE revyops.company_host_exception IS 'What the owner says of a host, beside or against the list that is shipped.';
COMMENT ON COLUMN revyops.company_host_exception.host IS 'Canonical domain.';
COMMENT ON COLUMN revyops.company_host_exception.kind IS 'As in revyops.company_host; company: a host like others, whatever the lists say, and its top-level domain counts as one.';

INSERT INTO revyops.company_host
SELECT pg_catalog.split_part(line, E'\t', 1), pg_catalog.split_part(line, E'\t', 2)
FROM pg_catalog.string_to_table(pg_catalog.btrim($list$
@company-host.txt@
$list$, E'\n'), E'\n') AS line;
