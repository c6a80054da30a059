/*
 * company_website.c
 *	  Companies by websites that are no company's.
 *
 * For imports.  Who creates a company by a call means the domain that they write; a column
 * of websites has pages at Facebook, addresses' domains and top-level domains that don't exist.
 * Such a row is refused by what would keep a contact's company from being made (company_domain.c).  And
 * as there, a company that is there is found by its domain, whatever host that is.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "store/record/store_company.h"
#include "value/domain.h"
#include "work/company/company_website.h"
#include "work/record/host_lookup.h"

/* is_page tells whether an item's domain was given as a URL with a path; elsewhere than at hosts of which something is said that means nothing. */
static bool
is_page(const BatchItem *item)
{
	JsonbValue	value;
	Slice		domain;
	bool		page;

	return rvo_json_is_object(item->body) && rvo_json_get(item->body, CONST_SLICE("domain"), &value) &&
		value.type == jbvString && rvo_domain_read(rvo_json_string(&value), &domain, &page) == FAULT_NONE && page;
}

/* look_up finds out about the items' domains, and their parents. */
static SliceMap *
look_up(BatchItem *const *items, int n)
{
	SliceMap   *listed = rvo_slice_map_create(n);
	Slice	   *domains = palloc_extended((Size) n * DOMAIN_LIST_MAX * sizeof(Slice), MCXT_ALLOC_HUGE);
	int			ndomains = 0;

	for (int i = 0; i < n; i++)
	{
		Slice		list[DOMAIN_LIST_MAX];
		int			nlist = rvo_domain_with_parents(items[i]->keys[0], list);
		bool		found = false;

		CHECK_FOR_INTERRUPTS();
		/* What is listed has its parents listed, too. */
		for (int p = 0; p < nlist && !found; p++)
		{
			(void) rvo_slice_map_put(listed, list[p], &found);
			if (!found)
				domains[ndomains++] = list[p];
		}
	}
	return rvo_hosts_look_up(domains, ndomains);
}

/* names_company tells whether a company would be made of a website on the way. */
static bool
names_company(SliceMap *hosts, Slice domain, bool page)
{
	Slice		list[DOMAIN_LIST_MAX];

	return !rvo_host_is_free_mail(hosts, domain) &&
		rvo_host_reach(hosts, &(NamedHost) {domain, true, page}, list).made.data != NULL;
}

/* refuse_unknown refuses those of the items whose domain no company has. */
static void
refuse_unknown(int client_id, BatchItem *const *items, int n)
{
	int64	   *ids = palloc(n * sizeof(int64));

	rvo_store_find_companies(client_id, rvo_batch_keys(items, n, 0), n, ids);
	for (int i = 0; i < n; i++)
		if (ids[i] == 0)
			rvo_fault_add(&items[i]->faults, "/domain", FAULT_INVALID_DOMAIN);
}

/* rvo_company_websites_refuse notes a fault in companies whose website names none. */
void
rvo_company_websites_refuse(const Caller *caller, BatchItem *const *items, int n)
{
	SliceMap   *hosts = look_up(items, n);
	BatchItem **bare = palloc(n * sizeof(BatchItem *));
	int			nbare = 0;

	for (int i = 0; i < n; i++)
	{
		bool		listed = rvo_slice_map_find(hosts, items[i]->keys[0]) != NULL;
		bool		page = listed && is_page(items[i]);

		CHECK_FOR_INTERRUPTS();
		if (names_company(hosts, items[i]->keys[0], page))
			continue;
		if (page)
			rvo_fault_add(&items[i]->faults, "/domain", FAULT_INVALID_DOMAIN);
		else
			bare[nbare++] = items[i];
	}
	if (nbare > 0)
		refuse_unknown(caller->client_id, bare, nbare);
}
