/*
 * base64url.c
 *	  Octets as text that needs no escape in a URL (RFC 4648, section 5).
 *
 * Their number is a multiple of three, so a text has no bit to spare and no padding:
 * no two texts are the same octets.
 */
#include "postgres.h"

#include "common/base64.h"

#include "base/compat.h"
#include "base/failure.h"
#include "value/base64url.h"

/* swap makes base64url of base64 or, with the pairs turned round, the reverse; what is of neither kind stays. */
static void
swap(char *text, int len, const char *from, const char *to)
{
	for (int i = 0; i < len; i++)
		if (text[i] == from[0])
			text[i] = to[0];
		else if (text[i] == from[1])
			text[i] = to[1];
}

/* rvo_base64url_encode returns octets as text, in the current context. */
Slice
rvo_base64url_encode(Slice octets)
{
	int			len = octets.len / 3 * 4;
	char	   *text = palloc(len);

	Assert(octets.len % 3 == 0);
	if (pg_b64_encode_compat(octets.data, octets.len, text, len) != len)
		rvo_failure_raise_bug("could not encode octets");
	swap(text, len, "+/", "-_");
	return (Slice) {text, len};
}

/* rvo_base64url_decode reads octets, into the current context; false for what is no such text. */
bool
rvo_base64url_decode(Slice text, Slice *octets)
{
	int			len = text.len / 4 * 3;
	char	   *base64;
	char	   *to;

	if (text.len == 0 || text.len % 4 != 0 || memchr(text.data, '+', text.len) != NULL ||
		memchr(text.data, '/', text.len) != NULL)
		return false;
	base64 = palloc(text.len);
	to = palloc(len);
	memcpy(base64, text.data, text.len);
	swap(base64, text.len, "-_", "+/");
	if (pg_b64_decode_compat(base64, text.len, to, len) != len)
		return false;
	*octets = (Slice) {to, len};
	return true;
}
