/*
 * Domains where anybody can get an address: the list that comes with the
 * extension, and what the owner says of a domain, which counts first.  Only the
 * latter is dumped: a restore, and an upgrade, has the list of its own version.
 */

CREATE TABLE revyops.free_mail_domain (
	domain			text COLLATE "C" PRIMARY KEY
);

ALTER TABLE revyops.free_mail_domain ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.free_mail_domain', 'WHERE false');

COMMENT ON TABLE revyops.free_mail_domain IS 'Domains where anybody can get an e-mail address, as shipped; not to be edited.';
COMMENT ON COLUMN revyops.free_mail_domain.domain IS 'Canonical domain.';

CREATE TABLE revyops.free_mail_exception (
	domain			text COLLATE "C" PRIMARY KEY
					CONSTRAINT free_mail_exception_domain_canonical CHECK (revyops.is_canonical_domain(domain)),
	is_free_mail	boolean NOT NULL DEFAULT true
);

ALTER TABLE revyops.free_mail_exception ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.free_mail_exception', '');

COMMENT ON TABLE revyops.free_mail_exception IS 'What the owner says of a domain, beside or against the list that is shipped.';
COMMENT ON COLUMN revyops.free_mail_exception.domain IS 'Canonical domain.';
COMMENT ON COLUMN revyops.free_mail_exception.is_free_mail IS 'Whether anybody can get an address there: then it is nobody''s company.';

/*
@free-mail.LICENSE@
 */

INSERT INTO revyops.free_mail_domain
SELECT d FROM pg_catalog.string_to_table(pg_catalog.btrim($list$
@free-mail.txt@
$list$, E'\n'), E'\n') AS d;

/* Ours: relays, paid mail and others that the list above has not. */
INSERT INTO revyops.free_mail_domain
SELECT d FROM pg_catalog.string_to_table(pg_catalog.btrim($list$
@more-free-mail.txt@
$list$, E'\n'), E'\n') AS d;
