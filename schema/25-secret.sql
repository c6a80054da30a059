/*
 * Random, and made anew wherever the extension is: a dump leaves it out, so that
 * nobody gets it with one.  244 bits of chance in a key of 256.
 */
CREATE TABLE revyops.secret (
	name			text COLLATE "C" PRIMARY KEY,
	secret			bytea NOT NULL CHECK (pg_catalog.octet_length(secret) = 32)
);
INSERT INTO revyops.secret
	SELECT name, pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) OPERATOR(pg_catalog.||) pg_catalog.uuid_send(pg_catalog.gen_random_uuid()))
	FROM (VALUES ('cursor'), ('changes')) AS use (name);

ALTER TABLE revyops.secret ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE revyops.secret IS 'Keys that only this database has. Not dumped: a restore makes new ones.';
COMMENT ON COLUMN revyops.secret.name IS 'What it is for: cursor and changes, the cursors of lists and of the change feed, which end when it changes.';
COMMENT ON COLUMN revyops.secret.secret IS 'The key, 32 random octets.';
