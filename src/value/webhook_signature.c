/*
 * webhook_signature.c
 *	  Signatures of webhooks that are sent, as Standard Webhooks has them.
 *
 * That is "v1," and the base64 of an HMAC-SHA-256 over "id.timestamp.body"; the key is
 * what the base64 behind "whsec_" stands for.
 */
#include "postgres.h"

#include "common/base64.h"
#include "common/sha2.h"

#include "base/compat.h"
#include "base/failure.h"
#include "value/sha256.h"
#include "value/webhook_signature.h"

#define PREFIX "whsec_"
#define KEY_MIN_OCTETS 24
#define KEY_MAX_OCTETS 64

/* rvo_webhook_secret_read reads a key, into the current context; false for what is none. */
bool
rvo_webhook_secret_read(Slice text, Slice *key)
{
	int			prefix = strlen(PREFIX);
	char	   *octets;

	if (text.len >= prefix && memcmp(text.data, PREFIX, prefix) == 0)
		text = (Slice) {text.data + prefix, text.len - prefix};
	if (text.len > pg_b64_enc_len(KEY_MAX_OCTETS))
		return false;
	octets = palloc(pg_b64_dec_len(text.len) + 1);
	*key = (Slice) {octets, pg_b64_decode_compat(text.data, text.len, octets, pg_b64_dec_len(text.len))};
	return key->len >= KEY_MIN_OCTETS && key->len <= KEY_MAX_OCTETS;
}

/* rvo_webhook_sign returns the signature of a message, in the current context. */
Slice
rvo_webhook_sign(Slice id, int64 seconds, Slice body, Slice key)
{
	uint8		code[PG_SHA256_DIGEST_LENGTH];
	Slice		time = rvo_slice(psprintf("." INT64_FORMAT ".", seconds));
	int			room = pg_b64_enc_len(PG_SHA256_DIGEST_LENGTH);
	char	   *text = palloc(room + 3);
	int			len;

	rvo_hmac_sha256(key, (Slice[]) {id, time, body}, 3, code);
	memcpy(text, "v1,", 3);
	len = pg_b64_encode_compat(code, PG_SHA256_DIGEST_LENGTH, text + 3, room);
	if (len < 0)
		rvo_failure_raise_bug("could not encode a signature");
	return (Slice) {text, len + 3};
}
