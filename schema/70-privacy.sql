/* All that is held about a person. */

/* What finds the documents that a person is mentioned in, for the owner only. */
CREATE FUNCTION revyops.mentions(document jsonb, keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_mentions'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.mentions(jsonb, text[]) IS
'Whether a string in a document has one of these e-mail addresses and LinkedIn URLs in it, in any form.';

CREATE FUNCTION revyops.octets_mention(octets bytea, keys text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'revyops_octets_mention'
	LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION revyops.octets_mention(bytea, text[]) IS
'Whether the octets of a delivery have one of these e-mail addresses and LinkedIn URLs in them, in any form.';

CREATE FUNCTION @extschema@.revyops_export_contact(id bigint) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c STABLE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_export_contact(bigint) IS
'Returns all that is held about the person of a contact.';

CREATE FUNCTION @extschema@.revyops_erase_contact(id bigint, suppress boolean DEFAULT false) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE c VOLATILE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET enable_seqscan = off;
COMMENT ON FUNCTION @extschema@.revyops_erase_contact(bigint, boolean) IS
'Removes all that is held about the person of a contact, and returns how much that was; with suppress, their addresses are kept off as hashes.';
