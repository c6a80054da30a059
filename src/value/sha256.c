/*
 * sha256.c
 *	  SHA-256 of texts, and HMAC with it.
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "common/hmac.h"

#include "base/compat.h"
#include "base/failure.h"
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
		rvo_failure_raise_bug("could not compute a SHA-256");
	pg_cryptohash_free(ctx);
}

/* rvo_hmac_sha256 computes HMAC-SHA-256 over parts as if they were one text; code has PG_SHA256_DIGEST_LENGTH bytes. */
void
rvo_hmac_sha256(Slice key, const Slice *parts, int count, uint8 *code)
{
	pg_hmac_ctx *ctx = pg_hmac_create(PG_SHA256);
	bool		done = ctx != NULL && pg_hmac_init(ctx, (const uint8 *) key.data, key.len) >= 0;

	for (int i = 0; i < count; i++)
		done = done && pg_hmac_update(ctx, (const uint8 *) parts[i].data, parts[i].len) >= 0;
	if (!done || pg_hmac_final(ctx, code, PG_SHA256_DIGEST_LENGTH) < 0)
		rvo_failure_raise_bug("could not compute an HMAC");
	pg_hmac_free(ctx);
}
