/*
 * import_character.c
 *	  What a human reads in the characters of a cell: other widths, other quotes, entities of HTML.
 */
#include "postgres.h"

#include <unistr.h>

#include "base/compat.h"
#include "shape/import/import_character.h"

/* is_format tells a character that has no shape and no width. */
static bool
is_format(ucs4_t c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
		(c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
		(c >= 0xfff9 && c <= 0xfffb) || (c >= 0xfe00 && c <= 0xfe0f);
}

static bool
is_space(ucs4_t c)
{
	return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
		c == 0x202f || c == 0x205f || c == 0x3000;
}

/* ascii_of gives the character of ASCII that another one stands for; 0 = none. */
static char
ascii_of(ucs4_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xfee0;
	if (is_space(c))
		return ' ';
	if (c == 0xfe6b)
		return '@';
	if (c == 0x3001 || c == 0xfe50)
		return ',';
	if (c == 0x3002 || c == 0xff61)
		return '.';
	if ((c >= 0x201c && c <= 0x201f) || c == 0xab || c == 0xbb || c == 0x2039 || c == 0x203a || (c >= 0x3008 && c <= 0x3011))
		return '"';
	if (c >= 0x2018 && c <= 0x201b)
		return '\'';
	/* bullets, of which one may be a letter: "gal·la" */
	if (c == 0x2022 || c == 0xb7)
		return '|';
	return '\0';
}

/* take_entity takes an HTML entity off the front of a text; '\0' if there is none. */
static char
take_entity(Slice *s)
{
	static const struct
	{
		const char *name;
		char		character;
	}			entities[] = {
		{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&amp;", '&'}, {"&nbsp;", ' '},
		{"&#39;", '\''}, {"&apos;", '\''}, {"&#64;", '@'}, {"&commat;", '@'}, {"%40", '@'}, {"%20", ' '},
	};

	for (size_t i = 0; i < lengthof(entities); i++)
	{
		int			len = strlen(entities[i].name);

		if (s->len < len || memcmp(s->data, entities[i].name, len) != 0)
			continue;
		s->data += len;
		s->len -= len;
		return entities[i].character;
	}
	return '\0';
}

/*
 * rvo_import_folded gives a text without what is not to be seen, with characters of ASCII in
 * place of those that look so, and entities of HTML resolved, if asked for.
 */
Slice
rvo_import_folded(Slice s, bool entities)
{
	char	   *out = palloc(s.len + 1);
	int			len = 0;

	while (s.len > 0)
	{
		ucs4_t		c;
		int			length;
		char		ascii;

		if (entities && (s.data[0] == '&' || s.data[0] == '%') && (ascii = take_entity(&s)) != '\0')
		{
			out[len++] = ascii;
			continue;
		}
		length = Max(u8_mbtouc(&c, (const uint8_t *) s.data, s.len), 1);
		if (length > 1 && (ascii = ascii_of(c)) != '\0')
			out[len++] = ascii;
		else if (length == 1 || !is_format(c))
		{
			memcpy(out + len, s.data, length);
			len += length;
		}
		s.data += length;
		s.len -= length;
	}
	return (Slice) {out, len};
}
