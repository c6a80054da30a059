/*
 * What columns of imports are called: by the programs that are known, which comes with
 * the extension, and by the owner, which counts first.  Only the latter is dumped: a
 * restore, and an upgrade, has the list of its own version.
 */

CREATE FUNCTION revyops.import_header_key(header text) RETURNS text
	AS 'MODULE_PATHNAME', 'revyops_import_header_key'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.import_header_key(text) IS
'What is compared of the header of a column: its letters and digits, in lower case.';

CREATE TABLE revyops.import_alias (
	entity			text COLLATE "C" NOT NULL CHECK (entity IN ('contact', 'company')),
	header			text COLLATE "C" NOT NULL,
	member			text COLLATE "C",
	beside			text COLLATE "C" NOT NULL DEFAULT '',
	shipped			boolean NOT NULL DEFAULT false,
	key				text COLLATE "C" NOT NULL GENERATED ALWAYS AS (revyops.import_header_key(header)) STORED
					CONSTRAINT import_alias_header_has_key CHECK (key <> ''),
	beside_key		text COLLATE "C" NOT NULL GENERATED ALWAYS AS (revyops.import_header_key(beside)) STORED,
	CONSTRAINT import_alias_pkey PRIMARY KEY (entity, key, beside_key, shipped)
);

ALTER TABLE revyops.import_alias ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.import_alias', 'WHERE NOT shipped');

COMMENT ON TABLE revyops.import_alias IS 'What columns of imports are called; the owner''s rows count before those that are shipped.';
COMMENT ON COLUMN revyops.import_alias.entity IS 'What the import is of: contact or company.';
COMMENT ON COLUMN revyops.import_alias.header IS 'Header of the column; case, spaces and punctuation do not count.';
COMMENT ON COLUMN revyops.import_alias.member IS 'The member that the column is; another text is the name of a custom field, null leaves the column out.';
COMMENT ON COLUMN revyops.import_alias.beside IS 'Header that the source must have as well for this to hold; empty: it holds always; the same header: only where no other column is that member.';
COMMENT ON COLUMN revyops.import_alias.shipped IS 'Whether it came with the extension; such rows are not dumped, and not to be edited.';
COMMENT ON COLUMN revyops.import_alias.key IS 'What is compared of the header.';
COMMENT ON COLUMN revyops.import_alias.beside_key IS 'What is compared of the other header.';

/* A line has the entity, the member or - to leave the column out, the header, and the header that must be beside it. */
INSERT INTO revyops.import_alias (entity, member, header, beside, shipped)
SELECT column_of[1], NULLIF(column_of[2], '-'), column_of[3], COALESCE(column_of[4], ''), true
FROM pg_catalog.string_to_table(pg_catalog.btrim($list$
@import-alias.txt@
$list$, E'\n'), E'\n') AS line, pg_catalog.string_to_array(line, E'\t') AS column_of;
