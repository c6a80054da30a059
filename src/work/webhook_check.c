/*
 * webhook_check.c
 *	  Whether a delivery shows the secret that its webhook expects.
 *
 * The token in the path is the check of all; most platforms have no other.  What is
 * compared are hashes, so that the time it takes tells nothing of the secret.
 */
#include "postgres.h"

#include "common/base64.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "platform/event_time.h"
#include "value/sha256.h"
#include "work/webhook_check.h"

#define HUBSPOT_HEADER "X-HubSpot-Signature-v3"
#define HUBSPOT_TIME_HEADER "X-HubSpot-Request-Timestamp"
#define HUBSPOT_MAX_AGE (5 * USECS_PER_MINUTE)

/* Where a signature may be that nobody has named. */
static const char *const signature_headers[] = {"X-Webhook-Signature", "X-PlusVibe-Signature", "X-Signature"};

/* is_same tells whether a text is the secret. */
static bool
is_same(Slice text, Slice secret)
{
	uint8		of_text[PG_SHA256_DIGEST_LENGTH];
	uint8		of_secret[PG_SHA256_DIGEST_LENGTH];

	if (text.data == NULL)
		return false;
	rvo_sha256(&text, 1, of_text);
	rvo_sha256(&secret, 1, of_secret);
	return rvo_same_secret(of_text, of_secret, PG_SHA256_DIGEST_LENGTH);
}

/* read_hex reads a digest in hexadecimal digits, behind "sha256=" or alone; false if it is none. */
static bool
read_hex(Slice text, uint8 *digest)
{
	const Slice start = CONST_SLICE("sha256=");

	text = rvo_text_trim(text);
	if (text.len > start.len && memcmp(text.data, start.data, start.len) == 0)
		text = (Slice) {text.data + start.len, text.len - start.len};
	if (text.len != 2 * PG_SHA256_DIGEST_LENGTH)
		return false;
	for (int i = 0; i < PG_SHA256_DIGEST_LENGTH; i++)
	{
		int			high = rvo_hex_digit(text.data[2 * i]);
		int			low = rvo_hex_digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = high * 16 + low;
	}
	return true;
}

/* has_hmac tells whether a header has the HMAC of the body. */
static bool
has_hmac(const Webhook *webhook, const WebhookRequest *request)
{
	uint8		expected[PG_SHA256_DIGEST_LENGTH];
	uint8		sent[PG_SHA256_DIGEST_LENGTH];
	Slice		header = NO_SLICE;

	if (webhook->header.data != NULL)
		header = request->header(request->arg, rvo_slice_cstring(webhook->header));
	for (size_t i = 0; webhook->header.data == NULL && header.data == NULL && i < lengthof(signature_headers); i++)
		header = request->header(request->arg, signature_headers[i]);
	rvo_hmac_sha256(webhook->secret, &request->body, 1, expected);
	return header.data != NULL && read_hex(header, sent) && rvo_same_secret(sent, expected, PG_SHA256_DIGEST_LENGTH);
}

/* is_recent tells whether HubSpot's timestamp is of now: a delivery that somebody has kept is refused. */
static bool
is_recent(Slice timestamp)
{
	NullableTime sent;
	Slice		shown;
	TimestampTz now = GetCurrentTimestamp();

	return timestamp.data != NULL && rvo_event_time_read(timestamp, &sent, &shown) &&
		sent.time >= now - HUBSPOT_MAX_AGE && sent.time <= now + HUBSPOT_MAX_AGE;
}

/* is_signed_by_hubspot tells whether a request has HubSpot's signature, version 3. */
static bool
is_signed_by_hubspot(const Webhook *webhook, const WebhookRequest *request)
{
	Slice		header = request->header(request->arg, HUBSPOT_HEADER);
	Slice		timestamp = request->header(request->arg, HUBSPOT_TIME_HEADER);
	Slice		parts[] = {request->method, request->uri, request->body, timestamp};
	uint8		expected[PG_SHA256_DIGEST_LENGTH];
	char		encoded[2 * PG_SHA256_DIGEST_LENGTH];
	int			length;

	if (request->uri.data == NULL || !is_recent(timestamp))
		return false;
	rvo_hmac_sha256(webhook->secret, parts, lengthof(parts), expected);
	length = pg_b64_encode_compat(expected, PG_SHA256_DIGEST_LENGTH, encoded, sizeof(encoded));
	return is_same(header, (Slice) {encoded, length});
}

/*
 * rvo_webhook_check_octets checks what does not need the body to be read: returns NULL if nothing is
 * wrong with that, else the name of what is missing or wrong.
 */
const char *
rvo_webhook_check_octets(const Webhook *webhook, const WebhookRequest *request)
{
	const char *header = webhook->header.data != NULL ? rvo_slice_cstring(webhook->header) : NULL;

	if (rvo_slice_equal(webhook->verify, CONST_SLICE("header")))
		return is_same(request->header(request->arg, header), webhook->secret) ? NULL : header;
	if (rvo_slice_equal(webhook->verify, CONST_SLICE("hmac")))
		return has_hmac(webhook, request) ? NULL : header != NULL ? header : signature_headers[0];
	if (rvo_slice_equal(webhook->verify, CONST_SLICE("hubspot")))
		return is_signed_by_hubspot(webhook, request) ? NULL : HUBSPOT_HEADER;
	return NULL;
}

/* rvo_webhook_check_body checks the secret in the body likewise. */
const char *
rvo_webhook_check_body(const Webhook *webhook, const Delivery *delivery)
{
	if (!rvo_slice_equal(webhook->verify, CONST_SLICE("body")) || is_same(rvo_delivery_secret(delivery), webhook->secret))
		return NULL;
	return psprintf("/%s", delivery->platform->secret_path);
}
