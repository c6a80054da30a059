/*
 * host_kind.c
 *	  What a host is, and which companies its name can stand for then.
 *
 * The table of hosts goes on from the public suffix list: that has the suffixes
 * whose holders had them listed.  doc/reference.md has the kinds, and
 * doc/decisions/companies-of-domains.md why they are these.
 */
#include "postgres.h"

#include "base/compat.h"
#include "value/domain.h"
#include "value/host_kind.h"

static const struct
{
	const char *name;
	HostKind	kind;
}			kinds_by_name[] = {
	{"company", HOST_COMPANY},
	{"page", HOST_PAGE},
	{"platform", HOST_PLATFORM},
	{"portal", HOST_PORTAL},
	{"suffix", HOST_SUFFIX},
	{"provider", HOST_PROVIDER},
};

/* rvo_host_kind_read returns the kind of a name in the table of hosts. */
HostKind
rvo_host_kind_read(Slice name)
{
	for (int i = 0; i < (int) lengthof(kinds_by_name); i++)
		if (rvo_slice_equal(name, rvo_slice(kinds_by_name[i].name)))
			return kinds_by_name[i].kind;
	return HOST_UNLISTED;
}

/* registered gives the part that somebody registered, which ends in a top-level domain that there is, unless the owner says so. */
static Slice
registered(Slice domain, bool vouched)
{
	Slice		registrable;

	if (!rvo_domain_registrable(domain, &registrable) || !(vouched || rvo_domain_has_known_end(domain)))
		return NO_SLICE;
	return registrable;
}

/*
 * rvo_domain_reach tells how far a domain reaches: list and n are what
 * rvo_domain_with_parents gives of it, kinds what each of those is.  website: it was
 * given as a company's, and is not just that of an address, which is a person's at
 * the host whatever pages that has; page: with a path behind it.
 */
DomainReach
rvo_domain_reach(const Slice *list, const HostKind *kinds, int n, bool website, bool page)
{
	for (int i = 0; i < n; i++)
	{
		bool		pages = kinds[i] == HOST_PAGE || kinds[i] == HOST_PLATFORM;
		bool		customers = kinds[i] == HOST_SUFFIX || kinds[i] == HOST_PROVIDER;

		if (kinds[i] == HOST_COMPANY)
			return (DomainReach) {n, registered(list[0], true)};
		if (pages && website && (i > 0 || page))
			return (DomainReach) {i, NO_SLICE};
		if (kinds[i] == HOST_PORTAL && website && i == 0 && page)
			return (DomainReach) {i, NO_SLICE};
		if (customers && i > 0)
			return (DomainReach) {i, rvo_domain_is_canonical(list[i - 1]) ? list[i - 1] : NO_SLICE};
		if (kinds[i] == HOST_SUFFIX || (kinds[i] == HOST_PAGE && website))
			return (DomainReach) {1, NO_SLICE};
	}
	return (DomainReach) {n, registered(list[0], false)};
}
