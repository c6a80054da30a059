/*
 * keyed_digest.c
 *	  A hash of a text that nobody can compute without a key.
 *
 * Half of a SHA-256 over key and text.  Where all keys have one length no two pairs give
 * the same octets, and half a hash can't be gone on with from its end.
 */
#include "postgres.h"

#include "base/compat.h"
#include "value/keyed_digest.h"
#include "value/sha256.h"

StaticAssertDecl(UUID_LEN <= PG_SHA256_DIGEST_LENGTH, "a digest must fill a uuid");

/* rvo_keyed_digest returns the digest of a text, in the current context. */
pg_uuid_t *
rvo_keyed_digest(Slice key, Slice text)
{
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	pg_uuid_t  *digest = palloc(sizeof(pg_uuid_t));

	rvo_sha256((Slice[]) {key, text}, 2, sha256);
	memcpy(digest->data, sha256, UUID_LEN);
	return digest;
}
