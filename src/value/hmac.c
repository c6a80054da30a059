/*
 * hmac.c
 *	  HMAC-SHA256 of texts.
 */
#include "postgres.h"

#include "common/hmac.h"

#include "base/compat.h"
#include "base/fault.h"
#include "value/hmac.h"

/* rvo_hmac_sha256 authenticates parts as if they were one text; digest has PG_SHA256_DIGEST_LENGTH bytes. */
void
rvo_hmac_sha256(Slice key, const Slice *parts, int count, uint8 *digest)
{
	pg_hmac_ctx *ctx = pg_hmac_create(PG_SHA256);
	bool		done = pg_hmac_init(ctx, (const uint8 *) key.data, key.len) >= 0;

	for (int i = 0; i < count; i++)
		done = done && pg_hmac_update(ctx, (const uint8 *) parts[i].data, parts[i].len) >= 0;
	if (!done || pg_hmac_final(ctx, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		rvo_fault_raise_bug("could not compute an HMAC");
	pg_hmac_free(ctx);
}
