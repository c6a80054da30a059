/*
 * domain.c
 *	  Which domains a company can have, their canonical form, and how far up the parents go.
 *
 * A domain may come bare, in a URL or in an e-mail address.  Canonical is
 * lower case, A-labels, no root dot, no leading "www.".
 *
 * The public suffix list is used in two ways.  Nobody owns a suffix of ICANN's
 * part ("co.uk"), so that is refused.  A suffix of the private part
 * ("github.io", "wordpress.com") is some company's own domain and accepted,
 * but the search for a parent never climbs from a customer's name to it.
 *
 * A name may have 127 labels.  No rule of the list has more than six, so what
 * somebody registered is looked for in the last ten.
 */
#include "postgres.h"

#include <libpsl.h>

#include "common/hashfn.h"

#include "base/compat.h"
#include "value/domain.h"
#include "value/hostname.h"

static const char *
find_first_of(Slice s, const char *set)
{
	for (int i = 0; i < s.len; i++)
		if (s.data[i] != '\0' && strchr(set, s.data[i]) != NULL)
			return s.data + i;
	return NULL;
}

/* skip_scheme steps over "scheme://" or "//"; false if there is neither. */
static bool
skip_scheme(Slice *s)
{
	int			i = 0;

	while (i < s->len && (rvo_is_letter(s->data[i]) || rvo_is_digit(s->data[i]) ||
						  strchr("+-.", s->data[i]) != NULL))
		i++;
	if (i > 0 && i < s->len && s->data[i] == ':')
		i++;
	else
		i = 0;
	if (i + 2 > s->len || s->data[i] != '/' || s->data[i + 1] != '/')
		return false;
	s->data += i + 2;
	s->len -= i + 2;
	return true;
}

/* What neither user information nor an address's local part has: more than one name stands there. */
#define NOT_IN_URL " \t\n\r\\"
#define NOT_IN_ADDRESS NOT_IN_URL ",;"

/* after_last_at steps over user information, or over an address's local part; empty if one of these is in it. */
static Slice
after_last_at(Slice s, const char *no)
{
	for (int i = s.len - 1; i >= 0; i--)
		if (s.data[i] == '@')
			return find_first_of((Slice) {s.data, i}, no) != NULL ? (Slice) {s.data, 0} : (Slice) {s.data + i + 1, s.len - i - 1};
	return s;
}

/* without_port takes ":8080" off the end, if a number stands there. */
static Slice
without_port(Slice s)
{
	int			i = s.len;

	while (i > 0 && rvo_is_digit(s.data[i - 1]))
		i--;
	if (i > 0 && s.data[i - 1] == ':')
		s.len = i - 1;
	return s;
}

/* read_authority reads the name in front of a path, query or fragment; page: whether there is a path.  no: see after_last_at. */
static bool
read_authority(Slice s, const char *no, Hostname *out, bool *page)
{
	const char *end = find_first_of(s, "/?#");
	const char *path = end;

	while (path != NULL && path < s.data + s.len && *path == '/')
		path++;
	*page = path != end && path < s.data + s.len && *path != '?' && *path != '#';
	if (end != NULL)
		s.len = end - s.data;
	return rvo_hostname_read(without_port(after_last_at(s, no)), out);
}

/*
 * is_public_suffix tells whether nobody owns a name.  The answers are kept for the rest of a
 * backend's life, each until another name takes its place: rows that come one after the other
 * are often of one company, and a search of the list costs as much as a row's insert into an index.
 */
static bool
is_public_suffix(const char *domain)
{
	static struct
	{
		char		domain[31];
		bool		is_suffix;
	}			kept[4096];
	int			len = strlen(domain);
	int			i = hash_bytes((const unsigned char *) domain, len) % lengthof(kept);

	if (len == 0 || len >= (int) sizeof(kept[i].domain))
		return psl_is_public_suffix2(psl_builtin(), domain, PSL_TYPE_ICANN);
	if (strcmp(kept[i].domain, domain) != 0)
	{
		kept[i].is_suffix = psl_is_public_suffix2(psl_builtin(), domain, PSL_TYPE_ICANN);
		memcpy(kept[i].domain, domain, len + 1);
	}
	return kept[i].is_suffix;
}

/* has_spare_www tells whether "www." stands in front of a name; "www.com" is a name of its own. */
static bool
has_spare_www(const char *domain)
{
	return strncmp(domain, "www.", 4) == 0 && strchr(domain + 4, '.') != NULL &&
		!is_public_suffix(domain + 4);
}

/* rvo_domain_normalize gives the canonical form, as rvo_domain_read does, whatever path there is. */
FaultCode
rvo_domain_normalize(Slice in, Slice *out)
{
	bool		page;

	return rvo_domain_read(in, out, &page);
}

/*
 * rvo_domain_read gives the canonical form, in the current context, or no
 * value for blank, and whether it stands in the URL of a page with a path.
 * Fault: FAULT_INVALID_DOMAIN.
 */
FaultCode
rvo_domain_read(Slice in, Slice *out, bool *page)
{
	Slice		s = rvo_text_trim(in);
	Hostname	name;
	char	   *domain = name.data;

	*out = NO_SLICE;
	*page = false;
	if (s.len == 0)
		return FAULT_NONE;

	/* An address's local part may hold a slash, hence the second attempt. */
	if (skip_scheme(&s))
	{
		if (!read_authority(s, NOT_IN_URL, &name, page))
			return FAULT_INVALID_DOMAIN;
	}
	else if (!read_authority(s, NOT_IN_ADDRESS, &name, page))
	{
		*page = false;
		if (!rvo_hostname_read(after_last_at(s, NOT_IN_ADDRESS), &name))
			return FAULT_INVALID_DOMAIN;
	}

	while (has_spare_www(domain))
		domain += 4;
	if (is_public_suffix(domain))
		return FAULT_INVALID_DOMAIN;
	*out = rvo_slice(pstrdup(domain));
	return FAULT_NONE;
}

/*
 * rvo_domain_is_canonical tells whether a domain is written in canonical form.
 * That it is no public suffix is not asked: the list changes, and a name that
 * joins it must not make a dump unloadable.
 */
bool
rvo_domain_is_canonical(Slice domain)
{
	Hostname	name;

	return rvo_hostname_read(domain, &name) && !has_spare_www(name.data) &&
		rvo_slice_equal(domain, (Slice) {name.data, name.len});
}

/* tail returns the last labels of a name, as many as matter. */
static const char *
tail(Slice domain)
{
	int			dots = 0;
	int			i = domain.len;

	while (i > 0 && (domain.data[i - 1] != '.' || ++dots < DOMAIN_LABELS_MAX))
		i--;
	return rvo_slice_cstring((Slice) {domain.data + i, domain.len - i});
}

/* end_of shows the end of a domain that is as long as a text. */
static Slice
end_of(Slice domain, const char *end)
{
	int			len = strlen(end);

	return (Slice) {domain.data + domain.len - len, len};
}

/*
 * rvo_domain_with_parents lists a canonical domain and, down to what somebody registered, those of
 * its parents that have DOMAIN_LABELS_MAX labels at most.  Each is the end of it.  Returns
 * how many they are.
 */
int
rvo_domain_with_parents(Slice domain, Slice *list)
{
	const char *name = tail(domain);
	const char *registrable = psl_registrable_domain(psl_builtin(), name);
	int			n = 0;

	list[n++] = domain;
	if (registrable == NULL)
		return n;
	if ((int) strlen(name) == domain.len)
		name = name < registrable ? strchr(name, '.') + 1 : NULL;
	for (; name != NULL && name <= registrable; name = strchr(name, '.') + 1)
		list[n++] = end_of(domain, name);
	return n;
}

/*
 * rvo_domain_registrable gives the part of a canonical domain that somebody
 * registered, which is the end of it.  False for a suffix of either part of the
 * list, and for a name that is not canonical without what stands before it.
 */
bool
rvo_domain_registrable(Slice domain, Slice *registrable)
{
	const char *found = psl_registrable_domain(psl_builtin(), tail(domain));

	if (found == NULL)
		return false;
	*registrable = end_of(domain, found);
	return rvo_domain_is_canonical(*registrable);
}

/* The top-level domains that RFC 2606 reserves for tests and examples: those have companies as real ones do. */
static const char *const made_up[] = {"example", "test"};

/*
 * rvo_domain_has_known_end tells whether the top-level domain of a name is there: in the
 * public suffix list by a rule of its own, or made up for tests and examples.
 */
bool
rvo_domain_has_known_end(Slice domain)
{
	const char *name = rvo_slice_cstring(domain);
	const char *dot = strrchr(name, '.');
	const char *end = dot != NULL ? dot + 1 : name;

	for (int i = 0; i < (int) lengthof(made_up); i++)
		if (strcmp(end, made_up[i]) == 0)
			return true;
	return psl_is_public_suffix2(psl_builtin(), end, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}
