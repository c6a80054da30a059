/*
 * sha256.c
 *	  SHA-256 of texts.
 */
#include "postgres.h"

#include "common/cryptohash.h"

#include "base/compat.h"
#include "base/fault.h"
#include "value/sha256.h"

/* rvo_sha256 hashes parts as if they were one text; digest has PG_SHA256_DIGEST_LENGTH bytes. */
void
rvo_sha256(const Slice *parts, int count, uint8 *digest)
{
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);
	bool		done = pg_cryptohash_init(ctx) >= 0;

	for (int i = 0; i < count; i++)
		done = done && pg_cryptohash_update(ctx, (const uint8 *) parts[i].data, parts[i].len) >= 0;
	if (!done || pg_cryptohash_final(ctx, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		rvo_fault_raise_bug("could not compute a SHA-256");
	pg_cryptohash_free(ctx);
}
