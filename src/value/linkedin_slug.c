/*
 * linkedin_slug.c
 *	  What names a profile in the path of its URL.
 *
 * A slug has letters, digits, marks, hyphens, underscores and emoji, in ASCII lower
 * case and Unicode NFC.  Format characters, which nobody sees, vanish.  The id of a
 * member, which scrapers and Sales Navigator put in its place, is base64: its case is
 * part of it.  libunistring knows which character is what.
 */
#include "postgres.h"

#include <unictype.h>

#include "common/unicode_norm.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "value/linkedin_slug.h"

/* "ACwAA", "ACoAA", "AEMAA" and the like: then come 34 characters, mostly. */
#define MEMBER_ID_MIN_LENGTH 10

/* What programs write where they have no profile, and what stands in a path for something else. */
static const char *const no_profile[] = {
	"http", "https", "in", "me", "n-a", "na", "nan", "nil", "none", "null", "undefined", "unknown", "false", "true"
};

/*
 * rvo_linkedin_unescape decodes percent sequences, in the current context.  False for
 * a broken sequence, or if they make something else than UTF-8 of the text, which is that itself.
 */
bool
rvo_linkedin_unescape(Slice text, Slice *plain)
{
	char	   *out = palloc(text.len + 1);

	*plain = (Slice) {out, 0};
	if (text.len > 0 && memchr(text.data, '%', text.len) == NULL)
	{
		memcpy(out, text.data, text.len);
		plain->len = text.len;
		return true;
	}
	for (int i = 0; i < text.len; i++)
	{
		int			c = (unsigned char) text.data[i];

		if (c == '%')
		{
			c = rvo_percent_octet(text, i);
			if (c < 0)
				return false;
			i += 2;
		}
		out[plain->len++] = (char) c;
	}
	return pg_verify_mbstr(PG_UTF8, out, plain->len, true);
}

/*
 * rvo_linkedin_is_member_id tells the id of a member from a name: "A", a capital, a letter, "AA", and base64 for URLs.  An
 * id has letters of both cases.  In capitals alone it is a name that somebody wrote so: ANNAAARONSON.
 */
bool
rvo_linkedin_is_member_id(Slice s)
{
	bool		has_small = false;

	if (s.len < MEMBER_ID_MIN_LENGTH || s.data[0] != 'A' || !(s.data[1] >= 'A' && s.data[1] <= 'Z') ||
		!rvo_is_letter(s.data[2]) || s.data[3] != 'A' || s.data[4] != 'A')
		return false;
	for (int i = 2; i < s.len; i++)
	{
		if (!rvo_is_letter(s.data[i]) && !rvo_is_digit(s.data[i]) && s.data[i] != '-' && s.data[i] != '_')
			return false;
		has_small |= s.data[i] >= 'a' && s.data[i] <= 'z';
	}
	return has_small;
}

/* is_ascii_slug tells whether all of a text is what a slug has in ASCII: most are. */
static bool
is_ascii_slug(Slice s)
{
	for (int i = 0; i < s.len; i++)
		if (!rvo_is_letter(s.data[i]) && !rvo_is_digit(s.data[i]) && s.data[i] != '-' && s.data[i] != '_')
			return false;
	return true;
}

static bool
is_format(pg_wchar c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cf);
}

static bool
is_of_slug(pg_wchar c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N) ||
		c == '-' || c == '_' || (c > 0x7f && uc_is_property_emoji(c));
}

/*
 * compose brings text into NFC without format characters, so that both forms of an
 * accent are one key.  The kelvin sign becomes an ASCII K by that.  False for a
 * character that no slug has.
 */
static bool
compose(Slice s, StringInfo out)
{
	pg_wchar   *wide = palloc((s.len + 1) * sizeof(pg_wchar));
	pg_wchar   *seen = wide;

	pg_mb2wchar_with_len(s.data, wide, s.len);
	for (pg_wchar *c = wide; *c; c++)
		if (!is_format(*c))
			*seen++ = *c;
	*seen = 0;
	for (pg_wchar *c = unicode_normalize(UNICODE_NFC, wide); *c; c++)
	{
		unsigned char utf8[4];

		if (!is_of_slug(*c))
			return false;
		unicode_to_utf8(*c, utf8);
		appendBinaryStringInfo(out, (char *) utf8, pg_utf_mblen(utf8));
	}
	return true;
}

/* names_nobody tells a slug of signs only, and the words of programs, from a name. */
static bool
names_nobody(Slice slug)
{
	bool		signs_only = true;

	for (size_t i = 0; i < lengthof(no_profile); i++)
		if (rvo_slice_equal(slug, rvo_slice(no_profile[i])))
			return true;
	for (int i = 0; i < slug.len && signs_only; i++)
		signs_only = slug.data[i] == '-' || slug.data[i] == '_';
	return signs_only;
}

/*
 * rvo_linkedin_slug_read reads one segment of a path as a slug, in the current
 * context; false if it is none.
 */
bool
rvo_linkedin_slug_read(Slice segment, Slice *slug)
{
	StringInfoData text;

	/* Even in percent form no character takes more than 12 octets. */
	if (segment.len > 12 * SLUG_MAX_CHARACTERS || !rvo_linkedin_unescape(segment, slug))
		return false;
	if (!is_ascii_slug(*slug))
	{
		*slug = rvo_text_trim(*slug);
		initStringInfo(&text);
		if (memchr(slug->data, '\0', slug->len) != NULL || !compose(*slug, &text))
			return false;
		/* a format character may have been behind what is not to be seen */
		*slug = rvo_text_trim((Slice) {text.data, text.len});
	}
	if (rvo_linkedin_is_member_id(*slug))
		return true;
	for (int i = 0; i < slug->len; i++)
		((char *) slug->data)[i] = rvo_ascii_lower(slug->data[i]);
	return !names_nobody(*slug);
}
