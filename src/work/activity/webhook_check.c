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
#include "shape/platform/event_time.h"
#include "value/sha256.h"
#include "work/activity/webhook_check.h"

#define HUBSPOT_HEADER "X-HubSpot-Signature-v3"
#define HUBSPOT_TIME_HEADER "X-HubSpot-Request-Timestamp"
#define HUBSPOT_UNDOES ":/?@!$'()*,;"
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

/* read_hex reads a digest in hexadecimal digits; false if it is none. */
static bool
read_hex(Slice text, uint8 *digest)
{
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

/* read_digest reads a digest in hexadecimal digits or base64, behind "sha256=" or alone; false if it is none. */
static bool
read_digest(Slice text, uint8 *digest)
{
	const Slice start = CONST_SLICE("sha256=");
	char		octets[PG_SHA256_DIGEST_LENGTH + 4];

	text = rvo_text_trim(text);
	if (text.len > start.len && pg_strncasecmp(text.data, start.data, start.len) == 0)
		text = (Slice) {text.data + start.len, text.len - start.len};
	if (read_hex(text, digest))
		return true;
	if (pg_b64_dec_len(text.len) > (int) sizeof(octets) ||
		pg_b64_decode_compat(text.data, text.len, octets, sizeof(octets)) != PG_SHA256_DIGEST_LENGTH)
		return false;
	memcpy(digest, octets, PG_SHA256_DIGEST_LENGTH);
	return true;
}

/* has_digest tells whether a header has this digest. */
static bool
has_digest(const WebhookRequest *request, const char *header, const uint8 *expected)
{
	uint8		sent[PG_SHA256_DIGEST_LENGTH];
	Slice		value = request->header(request->arg, header);

	return value.data != NULL && read_digest(value, sent) && rvo_same_secret(sent, expected, PG_SHA256_DIGEST_LENGTH);
}

/* has_hmac tells whether a header has the HMAC of the body. */
static bool
has_hmac(const Webhook *webhook, const WebhookRequest *request)
{
	uint8		expected[PG_SHA256_DIGEST_LENGTH];

	rvo_hmac_sha256(webhook->secret, &request->body, 1, expected);
	if (webhook->header.data != NULL)
		return has_digest(request, rvo_slice_cstring(webhook->header), expected);
	for (size_t i = 0; i < lengthof(signature_headers); i++)
		if (has_digest(request, signature_headers[i], expected))
			return true;
	return false;
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

/* as_hubspot_signs returns a URI without the escapes that HubSpot undoes before it signs. */
static Slice
as_hubspot_signs(Slice uri)
{
	char	   *decoded = palloc(uri.len + 1);
	int			len = 0;

	for (int i = 0; i < uri.len; i++)
	{
		int			octet = rvo_percent_octet(uri, i);
		bool		undone = octet > 0 && strchr(HUBSPOT_UNDOES, octet) != NULL;

		decoded[len++] = undone ? octet : uri.data[i];
		i += undone ? 2 : 0;
	}
	return (Slice) {decoded, len};
}

/* is_signed_by_hubspot tells whether a request has HubSpot's signature, version 3, of the URI as it is or as HubSpot signs it. */
static bool
is_signed_by_hubspot(const Webhook *webhook, const WebhookRequest *request)
{
	Slice		timestamp = request->header(request->arg, HUBSPOT_TIME_HEADER);
	Slice		parts[] = {request->method, request->uri, request->body, timestamp};
	uint8		expected[PG_SHA256_DIGEST_LENGTH];

	if (request->uri.data == NULL || !is_recent(timestamp))
		return false;
	rvo_hmac_sha256(webhook->secret, parts, lengthof(parts), expected);
	if (has_digest(request, HUBSPOT_HEADER, expected))
		return true;
	parts[1] = as_hubspot_signs(request->uri);
	rvo_hmac_sha256(webhook->secret, parts, lengthof(parts), expected);
	return has_digest(request, HUBSPOT_HEADER, expected);
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
