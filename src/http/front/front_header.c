/*
 * front_header.c
 *	  The headers of a request, as the lines of a front.
 *
 * Of a header that may stand once the first counts, an empty one being none.
 * nginx.conf does the same for PostgREST, which takes no header that is not UTF-8.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/front/front_header.h"
#include "http/request/body.h"
#include "http/request/header.h"

/* Octets of a header that may come in several lines.  One that is longer counts for none. */
#define JOINED_MAX_LENGTH 256

/* The headers that say who is calling. */
typedef struct KeyHeaders
{
	Slice		api_key;
	Slice		master_api_key;
	Slice		authorization;
} KeyHeaders;

/* note takes the value of a header, if it is the first that has one. */
static void
note(Slice *first, Slice value)
{
	if (first->len == 0 && value.len > 0)
		*first = value;
}

/* add joins the value of a header that may come in several lines; more than can count of it is left out. */
static void
add(Slice *all, Slice value)
{
	if (all->data == NULL)
		*all = value;
	else if (all->len <= JOINED_MAX_LENGTH)
		*all = rvo_slice(psprintf("%.*s, %.*s", all->len, all->data, value.len, value.data));
}

/* bearer returns the token of a header Authorization, nothing for another scheme. */
static Slice
bearer(Slice authorization)
{
	Slice		token = authorization;

	if (!rvo_header_is(rvo_text_split(&token, ' '), "Bearer"))
		return CONST_SLICE("");
	while (token.len > 0 && token.data[0] == ' ')
		(void) rvo_text_split(&token, ' ');
	return token;
}

/* key_of returns the key of a request: of the first header that is there, whether or not it can be one. */
static Slice
key_of(const KeyHeaders *headers)
{
	if (headers->api_key.len > 0)
		return headers->api_key;
	if (headers->master_api_key.len > 0)
		return headers->master_api_key;
	return headers->authorization.len > 0 ? bearer(headers->authorization) : NO_SLICE;
}

/* rvo_front_headers reads those that count into a request, which shows parts of lines. */
void
rvo_front_headers(Slice lines, RawRequest *raw)
{
	KeyHeaders	keys = {NO_SLICE, NO_SLICE, NO_SLICE};
	Slice		name;
	Slice		value;

	raw->header_lines = lines;
	while (rvo_header_next(&lines, &name, &value))
	{
		if (rvo_header_is(name, "X-API-Key"))
			note(&keys.api_key, value);
		else if (rvo_header_is(name, "X-Master-API-Key"))
			note(&keys.master_api_key, value);
		else if (rvo_header_is(name, "Authorization"))
			note(&keys.authorization, value);
		else if (rvo_header_is(name, "X-Revyops-Base"))
			note(&raw->base, value);
		else if (rvo_header_is(name, "Content-Type"))
			note(&raw->content_type, value);
		else if (rvo_header_is(name, "Content-Encoding"))
			raw->encoded |= rvo_body_is_encoded(value);
		else if (rvo_header_is(name, "Prefer"))
			add(&raw->prefer, value);
		else if (rvo_header_is(name, "X-Revyops-Position"))
			note(&raw->position, value);
		else if (rvo_header_is(name, "Idempotency-Key"))
			add(&raw->idempotency_key, value);
	}
	raw->api_key = key_of(&keys);
	if (raw->prefer.len > JOINED_MAX_LENGTH || !rvo_header_is_printable(raw->prefer))
		raw->prefer = NO_SLICE;
	if (raw->idempotency_key.len == 0)
		raw->idempotency_key = NO_SLICE;
}
