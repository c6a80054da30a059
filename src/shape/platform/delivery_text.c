/*
 * delivery_text.c
 *	  The octets of a delivery as text that jsonb can hold.
 *
 * Bodies of e-mails have whatever their senders wrote: NUL, halves of characters
 * where a preview was cut, octets that are no UTF-8.  jsonb refuses these, and
 * the whole delivery with them.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "shape/platform/delivery_text.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define REPLACEMENT_LENGTH 3

/* How a text is cleaned: what is left of it, and where to put it. */
typedef struct Cleaning
{
	Slice		rest;
	char	   *to;
} Cleaning;

static void
copy(Cleaning *cleaning, int length)
{
	memmove(cleaning->to, cleaning->rest.data, length);
	cleaning->to += length;
	cleaning->rest.data += length;
	cleaning->rest.len -= length;
}

/* drop leaves octets out, with a character in their place or none. */
static void
drop(Cleaning *cleaning, int length, bool replaced)
{
	if (replaced)
	{
		memcpy(cleaning->to, REPLACEMENT, REPLACEMENT_LENGTH);
		cleaning->to += REPLACEMENT_LENGTH;
	}
	cleaning->rest.data += length;
	cleaning->rest.len -= length;
}

/* clean_escape takes an escape: one of NUL is left out, half of a pair is replaced. */
static void
clean_escape(Cleaning *cleaning)
{
	int			unit = rvo_escaped_unit(cleaning->rest, 0);
	int			next;

	if (unit < 0)
	{
		/* the next octet is no backslash that begins an escape */
		copy(cleaning, Min(cleaning->rest.len, cleaning->rest.len > 1 && rvo_is_ascii(cleaning->rest.data[1]) ? 2 : 1));
		return;
	}
	if (unit == 0)
		drop(cleaning, ESCAPED_UNIT_LENGTH, false);
	else if (unit < 0xd800 || unit > 0xdfff)
		copy(cleaning, ESCAPED_UNIT_LENGTH);
	else
	{
		next = unit <= 0xdbff ? rvo_escaped_unit(cleaning->rest, ESCAPED_UNIT_LENGTH) : -1;
		if (next >= 0xdc00 && next <= 0xdfff)
			copy(cleaning, 2 * ESCAPED_UNIT_LENGTH);
		else
			drop(cleaning, ESCAPED_UNIT_LENGTH, true);
	}
}

/* clean_character takes a character that is not ASCII. */
static void
clean_character(Cleaning *cleaning)
{
	int			length = pg_utf_mblen((const unsigned char *) cleaning->rest.data);

	if (length <= cleaning->rest.len && length > 1 && pg_utf8_islegal((const unsigned char *) cleaning->rest.data, length))
		copy(cleaning, length);
	else
		drop(cleaning, 1, true);
}

/* length_of tells how long what is left can become: octets that are no text become a character each. */
static Size
length_of(Slice body)
{
	Size		length = body.len;

	for (int i = 0; i < body.len; i++)
		if (!rvo_is_ascii(body.data[i]))
			length += REPLACEMENT_LENGTH - 1;
	return length;
}

/*
 * rvo_delivery_text returns a body as valid UTF-8, in the current context: without a byte order
 * mark, without NUL and escapes of it, with U+FFFD for what is no character.  An escaped
 * backslash before "u0000" stays what it is.
 */
Slice
rvo_delivery_text(Slice body)
{
	Cleaning	cleaning = {.rest = body};
	char	   *text = palloc_extended(length_of(body) + 1, MCXT_ALLOC_HUGE);

	cleaning.to = text;
	if (body.len >= 3 && memcmp(body.data, "\xef\xbb\xbf", 3) == 0)
		drop(&cleaning, 3, false);
	while (cleaning.rest.len > 0)
	{
		char		c = *cleaning.rest.data;

		if (c == '\0')
			drop(&cleaning, 1, false);
		else if (c == '\\')
			clean_escape(&cleaning);
		else if (rvo_is_ascii(c))
			copy(&cleaning, 1);
		else
			clean_character(&cleaning);
	}
	*cleaning.to = '\0';
	return (Slice) {text, cleaning.to - text};
}
