/*
 * Addresses that are not to be contacted, with or without a contact.
 *
 * An entry is found by a hash, which is all that an erasure leaves of it.  The salt
 * is in a table that is dumped, so that a restored database still knows them, and that
 * nobody but the owner reads.
 */

/* What the list is looked up by: for the owner only. */
CREATE FUNCTION revyops.do_not_contact_digest(salt bytea, address text) RETURNS uuid
	AS 'MODULE_PATHNAME', 'revyops_do_not_contact_digest'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.do_not_contact_digest(bytea, text) IS
'Hash by which an e-mail address or a domain, in canonical form, is found on the do-not-contact list.';

CREATE TABLE revyops.do_not_contact_salt (
	client_id		integer PRIMARY KEY REFERENCES revyops.client,
	salt			bytea NOT NULL CHECK (pg_catalog.octet_length(salt) = 32)
);

ALTER TABLE revyops.do_not_contact_salt ENABLE ROW LEVEL SECURITY;

SELECT pg_catalog.pg_extension_config_dump('revyops.do_not_contact_salt', '');

COMMENT ON TABLE revyops.do_not_contact_salt IS 'What goes into the hashes of a client''s do-not-contact list; one without a row has no list.';
COMMENT ON COLUMN revyops.do_not_contact_salt.client_id IS 'The client.';
COMMENT ON COLUMN revyops.do_not_contact_salt.salt IS '32 random octets.';

CREATE SEQUENCE revyops.do_not_contact_id_seq;
CREATE TABLE revyops.do_not_contact (
	client_id		integer NOT NULL REFERENCES revyops.do_not_contact_salt,
	id				bigint NOT NULL DEFAULT pg_catalog.nextval('revyops.do_not_contact_id_seq'),
	digest			uuid NOT NULL,
	email			text COLLATE "C" CHECK (revyops.is_canonical_email(email)),
	domain			text COLLATE "C" CHECK (revyops.is_canonical_domain(domain)),
	subdomains		boolean NOT NULL DEFAULT false,
	reason			text COLLATE "C" NOT NULL CHECK (reason IN ('bounced', 'complaint', 'erased', 'manual', 'unsubscribed')),
	since			timestamptz NOT NULL,
	source			text NOT NULL CHECK (source IN ('api', 'erasure', 'event', 'file')),
	note			text CHECK (pg_catalog.char_length(note) <= 1000),
	removed_at		timestamptz,
	removal_note	text CHECK (pg_catalog.char_length(removal_note) <= 1000),
	CONSTRAINT do_not_contact_pkey PRIMARY KEY (client_id, id),
	CONSTRAINT do_not_contact_one_address CHECK (email IS NULL OR domain IS NULL),
	CONSTRAINT do_not_contact_subdomains CHECK (NOT subdomains OR domain IS NOT NULL),
	CONSTRAINT do_not_contact_erased CHECK (reason <> 'erased' OR (email IS NULL AND domain IS NULL)),
	CONSTRAINT do_not_contact_removed CHECK ((removed_at IS NULL) = (removal_note IS NULL))
);
ALTER SEQUENCE revyops.do_not_contact_id_seq OWNED BY revyops.do_not_contact.id;
CREATE UNIQUE INDEX do_not_contact_digest_key ON revyops.do_not_contact (digest, client_id, reason) WHERE removed_at IS NULL;
CREATE INDEX do_not_contact_removed_idx ON revyops.do_not_contact (digest, client_id) WHERE removed_at IS NOT NULL;
CREATE INDEX do_not_contact_removed_id_idx ON revyops.do_not_contact (client_id, id) WHERE removed_at IS NOT NULL;

ALTER TABLE revyops.do_not_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_client ON revyops.do_not_contact FOR SELECT
	USING (client_id = (SELECT revyops.current_client_id()));

SELECT pg_catalog.pg_extension_config_dump('revyops.do_not_contact', '');
SELECT pg_catalog.pg_extension_config_dump('revyops.do_not_contact_id_seq', '');

COMMENT ON TABLE revyops.do_not_contact IS 'The do-not-contact list: one row for each e-mail address or domain and reason, and those that were removed.';
COMMENT ON COLUMN revyops.do_not_contact.client_id IS 'The client whose list it is on.';
COMMENT ON COLUMN revyops.do_not_contact.id IS 'Id.';
COMMENT ON COLUMN revyops.do_not_contact.digest IS 'Hash of the address or domain, by which it is found.';
COMMENT ON COLUMN revyops.do_not_contact.email IS 'The e-mail address; null for a domain, and after an erasure.';
COMMENT ON COLUMN revyops.do_not_contact.domain IS 'The domain, all of whose addresses are meant; null for an e-mail address.';
COMMENT ON COLUMN revyops.do_not_contact.subdomains IS 'Whether the domains below it are meant as well.';
COMMENT ON COLUMN revyops.do_not_contact.reason IS 'Why: bounced, complaint, erased, manual or unsubscribed.';
COMMENT ON COLUMN revyops.do_not_contact.since IS 'Since when, the earliest that was said.';
COMMENT ON COLUMN revyops.do_not_contact.source IS 'Who added it: api, erasure, event or file.';
COMMENT ON COLUMN revyops.do_not_contact.note IS 'A note; null if there is none.';
COMMENT ON COLUMN revyops.do_not_contact.removed_at IS 'When it was taken off the list; null while it is on it.';
COMMENT ON COLUMN revyops.do_not_contact.removal_note IS 'Why it was.';
COMMENT ON SEQUENCE revyops.do_not_contact_id_seq IS 'Ids of entries, of all clients together.';

CREATE FUNCTION @extschema@.revyops_suppress(entry jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_suppress(jsonb) IS
'Puts an e-mail address or a domain on the do-not-contact list of the calling client, and returns the entry.';

CREATE FUNCTION @extschema@.revyops_suppress_many(entries jsonb, mode text DEFAULT 'partial')
	RETURNS TABLE (ordinal integer, status integer, errors jsonb)
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_suppress_many(jsonb, text) IS
'Puts many on the do-not-contact list; returns a row for each.';

CREATE FUNCTION @extschema@.revyops_suppress_csv(content bytea, reason text DEFAULT 'manual', note text DEFAULT NULL, column_name text DEFAULT NULL, encoding text DEFAULT NULL, delimiter text DEFAULT NULL, header_line integer DEFAULT NULL) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_suppress_csv(bytea, text, text, text, text, text, integer) IS
'Puts the addresses of a CSV file on the do-not-contact list, and returns what came of it.';

CREATE FUNCTION @extschema@.revyops_unsuppress(address text, reason text, note text, force boolean DEFAULT false) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_unsuppress(text, text, text, boolean) IS
'Takes an e-mail address or a domain off the do-not-contact list, for one reason, and returns the entry as it is kept.';

CREATE FUNCTION @extschema@.revyops_check_do_not_contact(addresses text[])
	RETURNS TABLE (ordinal integer, address text, do_not_contact boolean, reasons text[], since timestamptz)
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_check_do_not_contact(text[]) IS
'Tells which of many e-mail addresses and domains are on the do-not-contact list, and why.';

CREATE FUNCTION @extschema@.revyops_is_do_not_contact(address text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER COST 1000
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_is_do_not_contact(text) IS
'Whether an e-mail address or a domain is on the do-not-contact list; NULL for what is neither.';

CREATE FUNCTION @extschema@.revyops_list_do_not_contact(address text DEFAULT NULL, reason text DEFAULT NULL, removed boolean DEFAULT false, page integer DEFAULT 1, page_size integer DEFAULT 100, after text DEFAULT NULL, count text DEFAULT NULL) RETURNS json
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off;
COMMENT ON FUNCTION @extschema@.revyops_list_do_not_contact(text, text, boolean, integer, integer, text, text) IS
'Returns a page of the do-not-contact list of the calling client, in the order of ids.';
