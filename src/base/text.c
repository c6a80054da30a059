/*
 * text.c
 *	  Slices of UTF-8 text: trimming, counting, looking for control characters.
 *
 * Nothing here reports a fault.  What is not valid UTF-8 is read as bytes,
 * never beyond the slice.
 */
#include "postgres.h"

#include "common/int.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/text.h"

/* rvo_slice wraps a C string. */
Slice
rvo_slice(const char *string)
{
	return (Slice) {string, strlen(string)};
}

/* rvo_slice_of_text shows the bytes of a detoasted text; NULL gives no value. */
Slice
rvo_slice_of_text(const text *value)
{
	if (value == NULL)
		return NO_SLICE;
	return (Slice) {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

/* rvo_slice_cstring copies a slice to a C string in the current context. */
char *
rvo_slice_cstring(Slice s)
{
	return pnstrdup(s.data, s.len);
}

/* rvo_string_init is initStringInfo for one whose length is known, about, in the current context: many of these are in memory together. */
void
rvo_string_init(StringInfo string, int capacity)
{
	string->data = palloc(capacity);
	string->maxlen = capacity;
	resetStringInfo(string);
}

/* rvo_slice_compare compares slices by bytes, as qsort wants it. */
int
rvo_slice_compare(const void *a, const void *b)
{
	const Slice *x = a;
	const Slice *y = b;
	int			order = memcmp(x->data, y->data, Min(x->len, y->len));

	return order != 0 ? order : x->len - y->len;
}

/* rvo_same_secret compares octets, and takes the same time wherever they differ. */
bool
rvo_same_secret(const unsigned char *a, const unsigned char *b, int len)
{
	unsigned char difference = 0;

	for (int i = 0; i < len; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

/*
 * What is not to be seen, beyond ASCII: Unicode's White_Space, and the characters
 * that have no shape of their own.  Those of them that make the shape of a
 * neighbour are none: the selectors of variants, and the tags of a flag, which end
 * it.  In order.
 */
static const struct
{
	pg_wchar	first;
	pg_wchar	last;
}			unseen[] = {
	{0x0085, 0x0085}, {0x00a0, 0x00a0}, {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},
	{0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180e, 0x180e},
	{0x2000, 0x200f},			/* spaces; zero width; marks of direction */
	{0x2028, 0x202f},			/* separators; embeddings and overrides of direction */
	{0x205f, 0x206f},			/* a space; word joiner, invisible operators, isolates */
	{0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},	/* blanks that count as symbol, space, letter */
	{0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff9, 0xfffb},
	{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0001, 0xe0001},
};

/*
 * unseen_length returns the octets of the character that s starts with if it is
 * not to be seen, else 0.  Of ASCII that is white space with the separators 0x1C
 * to 0x1F, as Python's str.strip has it.
 */
static int
unseen_length(Slice s)
{
	const unsigned char *c = (const unsigned char *) s.data;
	pg_wchar	character;
	int			length;

	if (rvo_is_ascii(*s.data))
		return *c == ' ' || (*c >= 0x09 && *c <= 0x0d) || (*c >= 0x1c && *c <= 0x1f);
	length = pg_utf_mblen(c);
	if (length > s.len)
		return 0;
	character = utf8_to_unicode(c);
	for (size_t i = 0; i < lengthof(unseen) && character >= unseen[i].first; i++)
		if (character <= unseen[i].last)
			return length;
	return 0;
}

/* is_shown tells an octet that is a character to be seen; of characters past ASCII it does not know. */
static inline bool
is_shown(char c)
{
	return c > ' ' && c < 0x7f;
}

/* rvo_text_trim takes off both ends what is not to be seen there; no value stays none. */
Slice
rvo_text_trim(Slice s)
{
	int			length;

	/* nearly always there is nothing to take */
	if (s.len > 0 && is_shown(s.data[0]) && is_shown(s.data[s.len - 1]))
		return s;
	while (s.len > 0 && (length = unseen_length(s)) > 0)
	{
		s.data += length;
		s.len -= length;
	}
	while (s.len > 0)
	{
		int			start = s.len - 1;

		while (start > 0 && ((unsigned char) s.data[start] & 0xc0) == 0x80)
			start--;
		length = unseen_length((Slice) {s.data + start, s.len - start});
		if (length == 0)
			break;
		s.len -= length;
	}
	return s;
}

/* rvo_text_split takes the text up to a separator, or all, off the front of s. */
Slice
rvo_text_split(Slice *s, char separator)
{
	const char *found = memchr(s->data, separator, s->len);
	Slice		front = {s->data, found != NULL ? found - s->data : s->len};
	int			taken = front.len + (found != NULL ? 1 : 0);

	s->data += taken;
	s->len -= taken;
	return front;
}

/* rvo_text_take takes one octet of a set off the front; false if there is none. */
bool
rvo_text_take(Slice *s, const char *set)
{
	if (s->len == 0 || s->data[0] == '\0' || strchr(set, s->data[0]) == NULL)
		return false;
	s->data++;
	s->len--;
	return true;
}

/* rvo_text_is_digits tells whether there are ASCII digits only, and at least one. */
bool
rvo_text_is_digits(Slice s)
{
	for (int i = 0; i < s.len; i++)
		if (!rvo_is_digit(s.data[i]))
			return false;
	return s.len > 0;
}

/* rvo_text_to_id reads digits as an id; false if they are none: zero, or too many. */
bool
rvo_text_to_id(Slice s, int64 *id)
{
	*id = 0;
	if (!rvo_text_is_digits(s))
		return false;
	for (int i = 0; i < s.len; i++)
	{
		if (pg_mul_s64_overflow(*id, 10, id) ||
			pg_add_s64_overflow(*id, s.data[i] - '0', id))
			return false;
	}
	return *id > 0;
}

/* rvo_text_characters counts characters, not bytes. */
int
rvo_text_characters(Slice s)
{
	int			n = 0;

	for (int i = 0; i < s.len; i++)
		n += ((unsigned char) s.data[i] & 0xc0) != 0x80;
	return n;
}

/* rvo_text_clip returns how many octets to keep of a text, so that it ends with a whole character. */
int
rvo_text_clip(Slice s, int max_octets)
{
	int			len = Min(s.len, max_octets);

	while (len > 0 && len < s.len && ((unsigned char) s.data[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* rvo_text_shorten returns so many characters of a text at most. */
Slice
rvo_text_shorten(Slice s, int max_characters)
{
	int			characters = 0;

	for (int i = 0; i < s.len; i++)
		if (((unsigned char) s.data[i] & 0xc0) != 0x80 && ++characters > max_characters)
			return (Slice) {s.data, i};
	return s;
}

/*
 * rvo_text_has_control tells whether a control character (C0, DEL, C1) is in
 * the text.  allow_line_breaks lets tab, line feed and carriage return pass.
 */
bool
rvo_text_has_control(Slice s, bool allow_line_breaks)
{
	for (int i = 0; i < s.len; i++)
	{
		unsigned char c = s.data[i];

		if (c >= 0x20 && c != 0x7f && c != 0xc2)
			continue;
		if (c == 0xc2)
		{
			if (i + 1 < s.len && (unsigned char) s.data[i + 1] < 0xa0)
				return true;
			continue;
		}
		if (allow_line_breaks && (c == '\t' || c == '\n' || c == '\r'))
			continue;
		return true;
	}
	return false;
}

/* rvo_hex_digit returns the value of a hexadecimal digit, -1 for anything else. */
int
rvo_hex_digit(char c)
{
	if (rvo_is_digit(c))
		return c - '0';
	c = rvo_ascii_lower(c);
	return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}

/* rvo_percent_octet returns the octet that a place of a text has in percent form, "%40"; -1 if it has none. */
int
rvo_percent_octet(Slice text, int at)
{
	int			high = text.len - at >= 3 && text.data[at] == '%' ? rvo_hex_digit(text.data[at + 1]) : -1;
	int			low = high >= 0 ? rvo_hex_digit(text.data[at + 2]) : -1;

	return low >= 0 ? high * 16 + low : -1;
}

/* rvo_escaped_unit returns the UTF-16 unit that a place of a text has an escape of, as JSON has it; -1 if it has none. */
int
rvo_escaped_unit(Slice text, int at)
{
	int			unit = 0;

	if (text.len - at < ESCAPED_UNIT_LENGTH || text.data[at] != '\\' || text.data[at + 1] != 'u')
		return -1;
	for (int i = 2; i < ESCAPED_UNIT_LENGTH; i++)
	{
		int			digit = rvo_hex_digit(text.data[at + i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}
