/*
 * host_lookup.c
 *	  What is said of the hosts that many items name.
 *
 * All are asked about by one query; what nothing is said of is not in the map.
 */
#include "postgres.h"

#include "base/compat.h"
#include "store/record/store_company_host.h"
#include "value/domain.h"
#include "work/record/host_lookup.h"

/* Beside a HostKind: anybody can get an address there. */
#define IS_FREE_MAIL 0x100

static void
found_host(void *arg, Slice host, bool is_free_mail, HostKind kind)
{
	bool		found;

	*rvo_slice_map_put(arg, host, &found) = kind | (is_free_mail ? IS_FREE_MAIL : 0);
}

/* rvo_hosts_look_up finds out about domains, in the current context.  Whoever asks below has listed a domain with its parents. */
SliceMap *
rvo_hosts_look_up(const Slice *domains, int n)
{
	SliceMap   *hosts = rvo_slice_map_create(64);

	if (n > 0)
		rvo_store_find_hosts(domains, n, found_host, hosts);
	return hosts;
}

/* rvo_host_is_free_mail tells whether anybody can get an address of a domain, or of a parent. */
bool
rvo_host_is_free_mail(SliceMap *hosts, Slice domain)
{
	Slice		list[DOMAIN_LIST_MAX];
	int			n = rvo_domain_with_parents(domain, list);

	for (int i = 0; i < n; i++)
	{
		const int64 *found = rvo_slice_map_find(hosts, list[i]);

		if (found != NULL && (*found & IS_FREE_MAIL) != 0)
			return true;
	}
	return false;
}

/* rvo_host_reach lists a domain and its parents, and tells which of them can be a company's, and of which one is made. */
DomainReach
rvo_host_reach(SliceMap *hosts, const NamedHost *named, Slice *list)
{
	int			n = rvo_domain_with_parents(named->domain, list);
	HostKind	kinds[DOMAIN_LIST_MAX];

	for (int i = 0; i < n; i++)
	{
		const int64 *found = rvo_slice_map_find(hosts, list[i]);

		kinds[i] = found != NULL ? *found & ~IS_FREE_MAIL : HOST_UNLISTED;
	}
	return rvo_domain_reach(list, kinds, n, named->website, named->page);
}
