/*
 * linkedin.c
 *	  Which LinkedIn profile URLs are valid, and their canonical form, the other duplicate key.
 *
 * Only personal profiles: /in/<slug>; the same in mails and old apps, with /comm or
 * /mwlite in front; /sales/lead/<id>,..., /sales/people/<id>,... and /sales/profile/<id>,... of Sales
 * Navigator, and /talent/profile/<id> of Recruiter, where the id must be a member's; and the old form /pub/<name>/<a>/<b>/<c>, which LinkedIn answers with the
 * profile /in/<name>-<c><b><a>, b and c filled up to three digits.  Canonical is
 * https://www.linkedin.com/in/<slug>, the slug in percent form where it is not ASCII.
 *
 * What programs do to a URL is undone first: another scheme in front, a slash with
 * the backslash of JSON, all of it in percent form, or as the slug of another one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "value/linkedin.h"
#include "value/linkedin_slug.h"

#define CANONICAL_PREFIX "https://www.linkedin.com/in/"
#define CANONICAL_MAX_OCTETS 2000

/* How often a URL can stand within a URL. */
#define NESTED_MAX 3

/* skip_prefix steps over a prefix, which is in lower case; ASCII without case. */
static inline bool
skip_prefix(Slice *s, const char *prefix)
{
	int			len = strlen(prefix);

	if (s->len < len || rvo_ascii_lower(s->data[0]) != prefix[0] || pg_strncasecmp(s->data, prefix, len) != 0)
		return false;
	s->data += len;
	s->len -= len;
	return true;
}

static bool
is_word(Slice s, const char *word)
{
	return skip_prefix(&s, word) && s.len == 0;
}

/* skip_scheme steps over http:// and https://, however often and with however many slashes, and over the // of no scheme. */
static bool
skip_scheme(Slice *url)
{
	bool		found = false;

	while (skip_prefix(url, "https:") || skip_prefix(url, "http:") || skip_prefix(url, "//"))
	{
		found = true;
		while (skip_prefix(url, "/"))
			 /* nothing else */ ;
	}
	return found;
}

/* host_is_linkedin: linkedin.com, with www, m, touch or a country's two letters before it. */
static bool
host_is_linkedin(Slice host)
{
	while (host.len > (int) strlen("linkedin.com"))
	{
		Slice		label = rvo_text_split(&host, '.');

		if (!is_word(label, "www") && !is_word(label, "m") && !is_word(label, "touch") &&
			!(label.len == 2 && rvo_is_letter(label.data[0]) && rvo_is_letter(label.data[1])))
			return false;
	}
	return is_word(host, "linkedin.com");
}

/* split_path finds the path of a profile's URL, or of the short form "in/...". */
static bool
split_path(Slice url, Slice *path)
{
	bool		absolute = skip_scheme(&url);
	Slice		bare = url;

	*path = url;
	for (int i = 0; i < path->len; i++)
		if (path->data[i] == '?' || path->data[i] == '#')
			path->len = i;
	if (!absolute)
		(void) skip_prefix(&bare, "/");
	if (!absolute && skip_prefix(&bare, "in/"))
		return true;
	return host_is_linkedin(rvo_text_split(path, '/'));
}

/* next_segment takes the next segment off a path, but for empty ones. */
static Slice
next_segment(Slice *path)
{
	while (path->len > 0 && path->data[0] == '/')
		*path = (Slice) {path->data + 1, path->len - 1};
	return rvo_text_split(path, '/');
}

/* is_url tells that a text begins as a URL of LinkedIn's does, or any. */
static bool
is_url(Slice s)
{
	Slice		host = s;

	return skip_scheme(&s) || host_is_linkedin(rvo_text_split(&host, '/'));
}

/* without_backslashes takes away those that JSON puts before slashes. */
static Slice
without_backslashes(Slice url)
{
	char	   *out;
	int			len = 0;

	if (url.len == 0 || memchr(url.data, '\\', url.len) == NULL)
		return url;
	out = palloc(url.len);
	for (int i = 0; i < url.len; i++)
		if (url.data[i] != '\\' || i + 1 == url.len || url.data[i + 1] != '/')
			out[len++] = url.data[i];
	return (Slice) {out, len};
}

/* is_encoded tells that a URL is in percent form as a whole. */
static bool
is_encoded(Slice url)
{
	if (!skip_prefix(&url, "https"))
		(void) skip_prefix(&url, "http");
	return skip_prefix(&url, "%3a") || skip_prefix(&url, ":%2f");
}

/* decoded takes a URL that is in percent form as a whole out of it; false if it is broken. */
static bool
decoded(Slice *url)
{
	if (!is_encoded(*url))
		return true;
	return url->len <= 12 * CANONICAL_MAX_OCTETS && rvo_linkedin_unescape(*url, url);
}

/* append_escaped writes a slug in percent form. */
static void
append_escaped(StringInfo out, Slice slug)
{
	for (int i = 0; i < slug.len; i++)
	{
		char		c = slug.data[i];

		if (rvo_is_letter(c) || rvo_is_digit(c) || c == '-' || c == '_')
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

/* split_id takes the id off a segment of Sales Navigator: what stands before a comma, which may be in percent form. */
static Slice
split_id(Slice segment)
{
	Slice		id = segment;

	id = rvo_text_split(&id, ',');
	for (int i = 0; i + 3 <= id.len; i++)
		if (pg_strncasecmp(id.data + i, "%2c", 3) == 0)
			id.len = i;
	return id;
}

/* find_member_id finds the id of a member in the path behind /sales or /talent; false if there is none. */
static bool
find_member_id(Slice *path, bool talent, Slice *segment)
{
	Slice		kind = next_segment(path);

	if (!is_word(kind, "profile") && (talent || (!is_word(kind, "lead") && !is_word(kind, "people"))))
		return false;
	*segment = split_id(next_segment(path));
	return rvo_linkedin_is_member_id(*segment);
}

/*
 * find_slug finds the segment that names the profile, and what stands behind it; old:
 * in the old form.  False if the path is not that of a profile.
 */
static bool
find_slug(Slice *path, Slice *segment, bool *old)
{
	Slice		kind = next_segment(path);

	while (is_word(kind, "comm") || is_word(kind, "mwlite"))
		kind = next_segment(path);
	*old = is_word(kind, "pub");
	if (is_word(kind, "sales") || is_word(kind, "talent"))
		return find_member_id(path, is_word(kind, "talent"), segment);
	if (!*old && !is_word(kind, "in"))
		return false;
	*segment = next_segment(path);
	if (*old && is_word(*segment, "dir"))	/* people of a name */
		return false;
	/* "/in/in/name" */
	while (!*old && is_word(*segment, "in") && path->len > 0)
		*segment = next_segment(path);
	return true;
}

/* inner_url makes a URL that stands as the slug of another the one to read; false if none does. */
static bool
inner_url(Slice *url, Slice segment)
{
	Slice		inside = {segment.data, (int) (url->data + url->len - segment.data)};

	if (segment.len == 0 || (!is_url(inside) && !is_encoded(inside)))
		return false;
	*url = inside;
	return true;
}

/* is_other_path tells the slug of a path that somebody has put "in" before: "/in/company/acme", "/in/n/a". */
static bool
is_other_path(Slice slug, Slice path)
{
	static const char *const kinds[] = {"company", "school", "showcase", "groups", "sales", "talent", "pub"};
	Slice		next = next_segment(&path);

	if (is_word(slug, "n") && is_word(next, "a"))
		return true;
	for (size_t i = 0; next.len > 0 && i < lengthof(kinds); i++)
		if (is_word(slug, kinds[i]))
			return true;
	return false;
}

/* write_canonical writes the canonical form of a profile; path is what stands behind its segment.  False if it is none. */
static bool
write_canonical(Slice segment, Slice path, bool old, StringInfo canonical)
{
	Slice		slug;
	int			slug_end;

	if (!rvo_linkedin_slug_read(segment, &slug))
		return false;
	if (!old && is_other_path(slug, path))
		return false;
	rvo_string_init(canonical, strlen(CANONICAL_PREFIX) + slug.len + 1);
	appendStringInfoString(canonical, CANONICAL_PREFIX);
	append_escaped(canonical, slug);
	slug_end = canonical->len;
	if (old && !append_old_id(canonical, path))
		return false;
	return rvo_text_characters(slug) + canonical->len - slug_end <= SLUG_MAX_CHARACTERS &&
		canonical->len <= CANONICAL_MAX_OCTETS;
}

/*
 * rvo_linkedin_normalize gives the canonical form, in the current context, or
 * no value for blank.  Fault: FAULT_INVALID_LINKEDIN_URL.
 */
FaultCode
rvo_linkedin_normalize(Slice in, Slice *out)
{
	Slice		url = without_backslashes(rvo_text_trim(in));
	Slice		path;
	Slice		segment;
	bool		old;
	StringInfoData canonical;

	*out = NO_SLICE;
	if (url.len == 0)
		return FAULT_NONE;
	for (int nested = 0;; nested++)
	{
		if (nested > NESTED_MAX || !decoded(&url) || !split_path(url, &path) || !find_slug(&path, &segment, &old))
			return FAULT_INVALID_LINKEDIN_URL;
		if (!inner_url(&url, segment))
			break;
	}
	if (!write_canonical(segment, path, old, &canonical))
		return FAULT_INVALID_LINKEDIN_URL;
	*out = (Slice) {canonical.data, canonical.len};
	return FAULT_NONE;
}
