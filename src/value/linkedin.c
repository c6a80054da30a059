/*
 * linkedin.c
 *	  Which LinkedIn profile URLs are valid, and their canonical form, the other duplicate key.
 *
 * Only personal profiles: /in/<slug>, and the old form
 * /pub/<name>/<a>/<b>/<c>, which LinkedIn answers with the profile
 * /in/<name>-<c><b><a>, b and c filled up to three digits.  Canonical is
 * https://www.linkedin.com/in/<slug> with the slug in ASCII lower case and
 * Unicode NFC, everything outside RFC 3986's unreserved characters in percent
 * form.
 */
#include "postgres.h"

#include "common/unicode_norm.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "value/linkedin.h"

#define CANONICAL_PREFIX "https://www.linkedin.com/in/"

/*
 * Characters of the longest slug.  LinkedIn's own limit is 100; the rest is
 * room for old names.  In percent form it still fits a B-tree entry.
 */
#define SLUG_MAX_CHARACTERS 200
#define CANONICAL_MAX_OCTETS 2000

/* init_text is initStringInfo for a text that is known to be short: many of these stay in memory together. */
static void
init_text(StringInfo text, int capacity)
{
	text->data = palloc(capacity);
	text->maxlen = capacity;
	resetStringInfo(text);
}

/* skip_prefix steps over a prefix, compared as ASCII without case. */
static bool
skip_prefix(Slice *s, const char *prefix)
{
	int			len = strlen(prefix);

	if (s->len < len || pg_strncasecmp(s->data, prefix, len) != 0)
		return false;
	s->data += len;
	s->len -= len;
	return true;
}

/* host_is_linkedin: linkedin.com, www., m. or a country's two letters before it. */
static bool
host_is_linkedin(Slice host)
{
	if (host.len > 3 && host.data[2] == '.' && rvo_is_letter(host.data[0]) && rvo_is_letter(host.data[1]))
	{
		host.data += 3;
		host.len -= 3;
	}
	else if (!skip_prefix(&host, "www."))
		(void) skip_prefix(&host, "m.");
	return skip_prefix(&host, "linkedin.com") && host.len == 0;
}

/* split_path finds the path of a profile's URL, or of the short form "in/…". */
static bool
split_path(Slice url, Slice *path)
{
	bool		absolute = skip_prefix(&url, "https://") || skip_prefix(&url, "http://");
	Slice		bare = url;

	*path = url;
	for (int i = 0; i < path->len; i++)
		if (path->data[i] == '?' || path->data[i] == '#')
			path->len = i;
	if (!absolute && skip_prefix(&bare, "in/"))
		return true;
	return host_is_linkedin(rvo_text_split(path, '/'));
}

/*
 * unescape decodes percent sequences and ASCII upper case.  False for a broken
 * sequence or if the result is not UTF-8.
 */
static bool
unescape(Slice segment, StringInfo out)
{
	for (int i = 0; i < segment.len; i++)
	{
		int			c = (unsigned char) segment.data[i];

		if (c == '%')
		{
			int			high = i + 2 < segment.len ? rvo_hex_digit(segment.data[i + 1]) : -1;
			int			low = i + 2 < segment.len ? rvo_hex_digit(segment.data[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = high * 16 + low;
			i += 2;
		}
		appendStringInfoCharMacro(out, rvo_ascii_lower((char) c));
	}
	return pg_verify_mbstr(PG_UTF8, out->data, out->len, true);
}

/*
 * compose brings text into NFC, so that both forms of an accent are one key.
 * The kelvin sign becomes an ASCII K by that.
 */
static Slice
compose(Slice s)
{
	pg_wchar   *wide;
	pg_wchar   *composed;
	StringInfoData out;
	bool		ascii = true;

	for (int i = 0; i < s.len && ascii; i++)
		ascii = rvo_is_ascii(s.data[i]);
	if (ascii)
		return s;

	wide = palloc((s.len + 1) * sizeof(pg_wchar));
	pg_mb2wchar_with_len(s.data, wide, s.len);
	composed = unicode_normalize(UNICODE_NFC, wide);
	initStringInfo(&out);
	for (; *composed; composed++)
	{
		unsigned char utf8[4];

		unicode_to_utf8(*composed, utf8);
		utf8[0] = rvo_ascii_lower(utf8[0]);
		appendBinaryStringInfo(&out, (char *) utf8, pg_utf_mblen(utf8));
	}
	return (Slice) {out.data, out.len};
}

/*
 * read_slug decodes one path segment to a slug, without what is not to be seen at
 * its ends.  Refused are what no profile has and a browser would not send as it
 * stands: control characters, blanks, slashes, quotes, brackets, percent signs,
 * and dots only.
 */
static bool
read_slug(Slice segment, Slice *slug)
{
	StringInfoData text;
	bool		dots_only = true;

	/* Even in percent form no character takes more than 12 octets. */
	if (segment.len > 12 * SLUG_MAX_CHARACTERS)
		return false;
	init_text(&text, segment.len + 1);
	if (!unescape(segment, &text))
		return false;
	*slug = compose((Slice) {text.data, text.len});
	for (int i = 0; i < slug->len; i++)
	{
		char		c = slug->data[i];

		if (rvo_is_ascii(c) && (c <= ' ' || c == 0x7f || strchr("\"#%/<>?[\\]^`{|}", c) != NULL))
			return false;
		dots_only = dots_only && c == '.';
	}
	if (dots_only || rvo_text_has_control(*slug, false))
		return false;
	*slug = rvo_text_trim(*slug);
	return slug->len > 0;
}

/* append_escaped writes a slug in percent form. */
static void
append_escaped(StringInfo out, Slice slug)
{
	for (int i = 0; i < slug.len; i++)
	{
		char		c = slug.data[i];

		if ((c >= 'a' && c <= 'z') || rvo_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~')
			appendStringInfoCharMacro(out, c);
		else
			appendStringInfo(out, "%%%02X", (unsigned char) c);
	}
}

/* append_old_id writes the end of an old profile's slug: "-", then c, b and a. */
static bool
append_old_id(StringInfo out, Slice path)
{
	Slice		part[3];

	for (int i = 0; i < 3; i++)
	{
		part[i] = rvo_text_split(&path, '/');
		if (part[i].len < 1 || part[i].len > 3)
			return false;
		for (int j = 0; j < part[i].len; j++)
			if (rvo_hex_digit(part[i].data[j]) < 0)
				return false;
	}
	appendStringInfoChar(out, '-');
	for (int i = 2; i >= 0; i--)
	{
		for (int fill = part[i].len; i > 0 && fill < 3; fill++)
			appendStringInfoChar(out, '0');
		for (int j = 0; j < part[i].len; j++)
			appendStringInfoChar(out, rvo_ascii_lower(part[i].data[j]));
	}
	return true;
}

/*
 * rvo_linkedin_normalize gives the canonical form, in the current context, or
 * no value for blank.  Fault: FAULT_INVALID_LINKEDIN_URL.
 */
FaultCode
rvo_linkedin_normalize(Slice in, Slice *out)
{
	Slice		url = rvo_text_trim(in);
	Slice		path;
	Slice		kind;
	Slice		slug;
	StringInfoData canonical;
	int			slug_end;

	*out = NO_SLICE;
	if (url.len == 0)
		return FAULT_NONE;
	if (!split_path(url, &path))
		return FAULT_INVALID_LINKEDIN_URL;
	kind = rvo_text_split(&path, '/');
	if (!read_slug(rvo_text_split(&path, '/'), &slug))
		return FAULT_INVALID_LINKEDIN_URL;

	init_text(&canonical, strlen(CANONICAL_PREFIX) + slug.len + 1);
	appendStringInfoString(&canonical, CANONICAL_PREFIX);
	append_escaped(&canonical, slug);
	slug_end = canonical.len;
	if (kind.len == 3 && pg_strncasecmp(kind.data, "pub", 3) == 0)
	{
		if (!append_old_id(&canonical, path))
			return FAULT_INVALID_LINKEDIN_URL;
	}
	else if (kind.len != 2 || pg_strncasecmp(kind.data, "in", 2) != 0)
		return FAULT_INVALID_LINKEDIN_URL;
	if (rvo_text_characters(slug) + canonical.len - slug_end > SLUG_MAX_CHARACTERS ||
		canonical.len > CANONICAL_MAX_OCTETS)
		return FAULT_INVALID_LINKEDIN_URL;
	*out = (Slice) {canonical.data, canonical.len};
	return FAULT_NONE;
}
