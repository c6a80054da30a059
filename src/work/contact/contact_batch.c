/*
 * contact_batch.c
 *	  Contacts as items of a batch.
 *
 * On top of batch.c.  The companies that a chunk names are found by one query:
 * each domain with its parents, each id.  Those that are to be made are made
 * at once, for all; which of them nobody got in the end, because the contact
 * was a duplicate, are taken away again at the end of the chunk.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/slice_map.h"
#include "shape/record/record_render.h"
#include "store/record/store_company.h"
#include "store/record/store_merged_company.h"
#include "value/domain.h"
#include "work/company/company_domain.h"
#include "work/company/merged_company.h"
#include "work/contact/contact.h"
#include "work/contact/contact_batch.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_owner.h"
#include "work/contact/suppression.h"
#include "work/record/change_feed.h"
#include "work/record/host_lookup.h"
#include "work/record/retry.h"

/* What the companies are looked up by, and what was found. */
typedef struct Lookup
{
	SliceMap   *domains;		/* the company's id, 0 until found */
	SliceMap   *ids;			/* as below, keyed by the bytes of the id */
	SliceMap   *hosts;			/* what is said of the domains, of which anything is */
	SliceMap   *made;			/* companies that were made here, by their domains */
} Lookup;

/* Values of Lookup.ids; 0 is nobody's company. */
#define OWN_COMPANY 1
#define COMPANY_OF_OTHERS 2

/* In Lookup.domains of a check: one that would be made. */
#define FORESEEN_COMPANY (-1)

/* rows returns the contacts of the items. */
static Contact **
rows(BatchItem *const *items, int n)
{
	Contact   **contacts = palloc(n * sizeof(Contact *));

	for (int i = 0; i < n; i++)
		contacts[i] = &items[i]->row.contact;
	return contacts;
}

static void
read_item(const Caller *caller, BatchItem *item, JsonbContainer *body)
{
	item->row.contact = rvo_contact_read(caller, body, CONTACT_FIELDS_INPUT, &item->company, &item->faults);
	item->keys[0] = item->row.contact.email;
	item->keys[1] = item->row.contact.linkedin_url;
}

static Slice
id_slice(const int64 *id)
{
	return (Slice) {(const char *) id, sizeof(int64)};
}

static void
found_by_domain(void *arg, Slice domain, int64 id)
{
	int64	   *company = rvo_slice_map_find(((Lookup *) arg)->domains, domain);

	if (company != NULL)
		*company = id;
}

static void
found_by_id(void *arg, int64 id, bool other_client)
{
	int64	   *owner = rvo_slice_map_find(((Lookup *) arg)->ids, id_slice(&id));

	if (owner != NULL)
		*owner = other_client ? COMPANY_OF_OTHERS : OWN_COMPANY;
}

/* add_domain lists a domain and its parents to look up, those that are not listed yet. */
static int
add_domain(Lookup *lookup, Slice domain, Slice **domains, int n, int *capacity)
{
	Slice		list[DOMAIN_LIST_MAX];
	int			nlist;
	bool		found;

	/* What is listed has its parents listed, too. */
	if (rvo_slice_map_find(lookup->domains, domain) != NULL)
		return n;
	nlist = rvo_domain_with_parents(domain, list);
	for (int i = 0; i < nlist; i++)
	{
		(void) rvo_slice_map_put(lookup->domains, list[i], &found);
		if (found)
			break;
		if (n == *capacity)
		{
			*capacity *= 2;
			*domains = repalloc(*domains, *capacity * sizeof(Slice));
		}
		(*domains)[n++] = list[i];
	}
	return n;
}

/* is_found tells whether a company has just the domain that an item names. */
static bool
is_found(const Lookup *lookup, const CompanyReference *company)
{
	return !company->page && *rvo_slice_map_find(lookup->domains, company->domain) != 0;
}

/* look_up_hosts finds out about all domains, if it is of any interest. */
static void
look_up_hosts(Lookup *lookup, BatchItem *const *items, int n, const Slice *domains, int ndomains)
{
	bool		wanted = false;

	for (int i = 0; i < n && !wanted; i++)
	{
		const CompanyReference *company = &items[i]->company;

		CHECK_FOR_INTERRUPTS();
		wanted = company->domain.data != NULL && (company->inferred || !is_found(lookup, company));
	}
	lookup->hosts = rvo_hosts_look_up(domains, wanted ? ndomains : 0);
}

/* keep_missing keeps those of the domains of which no company was found, and, with ids, of which one is known by now; returns how many. */
static int
keep_missing(const Lookup *lookup, Slice *domains, int n, const int64 *ids)
{
	int			kept = 0;

	for (int i = 0; i < n; i++)
		if (ids != NULL ? ids[i] != 0 : *rvo_slice_map_find(lookup->domains, domains[i]) == 0)
			domains[kept++] = domains[i];
	return kept;
}

/*
 * look_again is for companies that were merged, or given another first domain, while
 * the first look waited for them, so that it found none.  What a later one doesn't know
 * either is not there.
 */
static void
look_again(int client_id, const Lookup *lookup, const CompanyReader *reader, const Slice *domains, int n)
{
	Slice	   *missing = memcpy(palloc(n * sizeof(Slice)), domains, n * sizeof(Slice));
	int64	   *ids = palloc(n * sizeof(int64));

	for (int i = 0; i < RETRIES; i++)
	{
		n = keep_missing(lookup, missing, n, NULL);
		if (n == 0)
			return;
		rvo_store_find_companies(client_id, missing, n, ids);
		n = keep_missing(lookup, missing, n, ids);
		if (n == 0)
			return;
		rvo_store_find_companies_of_contacts(client_id, missing, n, NULL, 0, COMPANIES_LOCKED, reader);
	}
	rvo_failure_raise_serialization();	/* each time it was another one by then */
}

/* look_up finds all companies that the items name. */
static Lookup
look_up(const Caller *caller, BatchItem *const *items, int n, CompanyAccess access)
{
	Lookup		lookup = {
		.domains = rvo_slice_map_create(64), .ids = rvo_slice_map_create(64), .made = rvo_slice_map_create(64)
	};
	CompanyReader reader = {found_by_domain, found_by_id, &lookup};
	int			capacity = n;
	Slice	   *domains = palloc(capacity * sizeof(Slice));
	int64	   *ids = palloc(n * sizeof(int64));
	int			ndomains = 0;
	int			nids = 0;
	uint64		ended = ended_transactions();

	for (int i = 0; i < n; i++)
	{
		const CompanyReference *company = &items[i]->company;
		bool		found = true;

		CHECK_FOR_INTERRUPTS();
		if (company->domain.data != NULL)
			ndomains = add_domain(&lookup, company->domain, &domains, ndomains, &capacity);
		else if (company->id != 0)
			(void) rvo_slice_map_put(lookup.ids, id_slice(&company->id), &found);
		if (!found)
			ids[nids++] = company->id;
	}
	if (ndomains + nids > 0)
		rvo_store_find_companies_of_contacts(caller->client_id, domains, ndomains, ids, nids, access, &reader);
	if (ndomains > 0 && access == COMPANIES_LOCKED && ended != ended_transactions())
		look_again(caller->client_id, &lookup, &reader, domains, ndomains);
	look_up_hosts(&lookup, items, n, domains, ndomains);
	return lookup;
}

/* find_reach lists a domain and its parents, and tells which of them can be a company's, and of which one is made. */
static DomainReach
find_reach(const Lookup *lookup, const CompanyReference *company, Slice *list)
{
	return rvo_host_reach(lookup->hosts, &(NamedHost) {company->domain, !company->inferred, company->page}, list);
}

/* company_of_domain returns the company with this domain, or with its nearest parent as far as it reaches; 0 for none. */
static int64
company_of_domain(const Lookup *lookup, const CompanyReference *company)
{
	Slice		list[DOMAIN_LIST_MAX];
	DomainReach reach;
	int64		id = 0;

	if (company->inferred && rvo_host_is_free_mail(lookup->hosts, company->domain))
		return 0;
	if (is_found(lookup, company))
		return *rvo_slice_map_find(lookup->domains, company->domain);
	reach = find_reach(lookup, company, list);
	for (int i = 0; i < reach.nsearched && id == 0; i++)
		id = *rvo_slice_map_find(lookup->domains, list[i]);
	return id;
}

/* make_companies makes those that the items name by domain and that are not there; a check foresees them. */
static void
make_companies(const Caller *caller, Lookup *lookup, BatchItem *const *items, int n, CompanyAccess access)
{
	SliceMap   *places = rvo_slice_map_create(64);	/* in wanted, of domains */
	NewCompany *wanted = palloc(n * sizeof(NewCompany));
	int			nwanted = 0;
	DomainCompany *companies;

	for (int i = 0; i < n; i++)
	{
		const CompanyReference *company = &items[i]->company;
		bool		found;
		Slice		list[DOMAIN_LIST_MAX];
		Slice		domain;
		int64	   *place;

		CHECK_FOR_INTERRUPTS();
		if (company->domain.data == NULL || company_of_domain(lookup, company) != 0 ||
			rvo_host_is_free_mail(lookup->hosts, company->domain))
			continue;
		domain = find_reach(lookup, company, list).made;
		if (domain.data == NULL)
			continue;
		place = rvo_slice_map_put(places, domain, &found);
		if (!found)
		{
			*place = nwanted;
			wanted[nwanted++] = (NewCompany) {domain, CONST_SLICE("")};
		}
		if (wanted[*place].name.len == 0)
			wanted[*place].name = company->name;	/* of the first that says one */
	}
	if (access == COMPANIES_READ)
	{
		for (int i = 0; i < nwanted; i++)
			*rvo_slice_map_find(lookup->domains, wanted[i].domain) = FORESEEN_COMPANY;
		return;
	}
	companies = nwanted > 0 ? rvo_companies_make(caller, wanted, nwanted) : NULL;
	for (int i = 0; i < nwanted; i++)
	{
		bool		found;

		*rvo_slice_map_find(lookup->domains, companies[i].domain) = companies[i].id;
		if (companies[i].made)
			*rvo_slice_map_put(lookup->made, companies[i].domain, &found) = companies[i].id;
	}
}

/* is_made tells whether the company that was found for a domain was made just now, by whichever item. */
static bool
is_made(const Lookup *lookup, Slice domain, int64 id)
{
	Slice		list[DOMAIN_LIST_MAX];
	int			n = id != 0 ? rvo_domain_with_parents(domain, list) : 0;

	for (int i = 0; i < n; i++)
	{
		const int64 *made = rvo_slice_map_find(lookup->made, list[i]);

		if (made != NULL && *made == id)
			return true;
	}
	return false;
}

/* kept_company returns the company that one which is not there was merged into, locked if others are; 0 for none. */
static int64
kept_company(int client_id, int64 id, CompanyAccess access)
{
	CHECK_FOR_INTERRUPTS();
	return access == COMPANIES_READ ? rvo_store_find_kept_company(client_id, id) : rvo_company_lock_kept(client_id, id);
}

/* resolve finds the items' companies, and notes what is wrong with those that are not the caller's. */
static void
resolve(const Caller *caller, BatchItem *const *items, int n, CompanyAccess access)
{
	Lookup		lookup = look_up(caller, items, n, access);

	if (caller->settings.creates_companies)
		make_companies(caller, &lookup, items, n, access);
	for (int i = 0; i < n; i++)
	{
		CompanyReference *company = &items[i]->company;
		int64		id = company->id;
		int64		owner = id != 0 ? *rvo_slice_map_find(lookup.ids, id_slice(&id)) : 0;

		CHECK_FOR_INTERRUPTS();
		if (company->domain.data != NULL)
		{
			id = company_of_domain(&lookup, company);
			company->made = caller->settings.creates_companies && is_made(&lookup, company->domain, id);
		}
		else if (id == 0)
			continue;			/* none named */
		else if (owner == 0)
			id = kept_company(caller->client_id, id, access);
		else if (owner == COMPANY_OF_OTHERS)
			id = 0;
		items[i]->row.contact.company_id = id;
		company->found = id;
		if (id != 0 || company->inferred || company->optional)
			continue;
		items[i]->failure = owner == COMPANY_OF_OTHERS ? FAILURE_COMPANY_OF_OTHER_CLIENT : FAILURE_COMPANY_NOT_FOUND;
		rvo_fault_add(&items[i]->faults, "/company_id", owner == COMPANY_OF_OTHERS ? FAULT_OTHER_CLIENT : FAULT_NOT_FOUND);
	}
}

/* uses_company tells whether an item left a contact with its company; who was there infers none. */
static bool
uses_company(const BatchItem *item)
{
	return item->faults.count == 0 && !(item->found && item->company.inferred);
}

/*
 * rvo_contact_items_settle deletes the companies that were made for this chunk and
 * that no contact has: alone, none of those items would have left one.
 */
void
rvo_contact_items_settle(const Caller *caller, const BatchItem *items, int n)
{
	SliceMap   *used;
	bool		found;

	if (!caller->settings.creates_companies)
		return;
	used = rvo_slice_map_create(64);
	for (int i = 0; i < n; i++)
		if (items[i].company.found != 0 && uses_company(&items[i]))	/* made in an earlier round, perhaps */
			(void) rvo_slice_map_put(used, id_slice(&items[i].company.found), &found);
	for (int i = 0; i < n; i++)
	{
		const int64 *id = &items[i].company.found;

		CHECK_FOR_INTERRUPTS();
		if (!items[i].company.made || uses_company(&items[i]))
			continue;
		(void) rvo_slice_map_put(used, id_slice(id), &found);
		if (!found && rvo_store_delete_company(caller->client_id, *id))	/* a trigger may keep it */
			rvo_changes_note(caller, COMPANY_ENTITY, CHANGE_DELETED, id, 1, NULL);
	}
}

/* rvo_contact_items_find_suppressions asks the do-not-contact list about the items' addresses. */
void
rvo_contact_items_find_suppressions(const Caller *caller, BatchItem *const *items, int n)
{
	Slice	   *emails = palloc(n * sizeof(Slice));
	Suppression *found = palloc(n * sizeof(Suppression));

	for (int i = 0; i < n; i++)
		emails[i] = items[i]->keys[0];
	rvo_suppressions_of_new(caller, emails, n, found);
	for (int i = 0; i < n; i++)
		items[i]->suppression = found[i];
}

/* rvo_contact_item_refuse notes that the address of an item is on the do-not-contact list, and that the client takes none that is. */
void
rvo_contact_item_refuse(BatchItem *item)
{
	item->failure = FAILURE_DO_NOT_CONTACT;
	rvo_fault_add(&item->faults, "/email", FAULT_DO_NOT_CONTACT);
}

/* rvo_contact_item_suppress marks or refuses a contact that is new, as the do-not-contact list says and the client has set it. */
void
rvo_contact_item_suppress(const Caller *caller, BatchItem *item, Contact *contact)
{
	if (rvo_suppression_refuses(caller, &item->suppression))
	{
		rvo_contact_item_refuse(item);
		return;
	}
	rvo_suppression_mark(&item->suppression, contact);
	item->suppressed = item->suppression.reasons != 0;
}

static void
suppress_items(const Caller *caller, BatchItem *const *items, int n)
{
	rvo_contact_items_find_suppressions(caller, items, n);
	for (int i = 0; i < n; i++)
		if (items[i]->faults.count == 0 && items[i]->suppression.reasons != 0)
			rvo_contact_item_suppress(caller, items[i], &items[i]->row.contact);
}

/* rvo_contact_items_resolve finds the companies that items name, notes what is not there, and looks at the do-not-contact list. */
void
rvo_contact_items_resolve(const Caller *caller, BatchItem *const *items, int n)
{
	resolve(caller, items, n, COMPANIES_LOCKED);
	rvo_contact_items_find_suppressions(caller, items, n);
}

/* resolve_new does so for items that can only be new. */
static void
resolve_new(const Caller *caller, BatchItem *const *items, int n)
{
	resolve(caller, items, n, COMPANIES_LOCKED);
	suppress_items(caller, items, n);
}

static void
find_companies(const Caller *caller, BatchItem *const *items, int n)
{
	resolve(caller, items, n, COMPANIES_READ);
	suppress_items(caller, items, n);
}

/* read_owners fills the items' owners; read_only: as the calling statement sees them. */
static void
read_owners(int client_id, BatchItem *const *items, int n, bool read_only)
{
	ContactOwners *owners = palloc(n * sizeof(ContactOwners));

	rvo_contact_find_many_owners(client_id, rows(items, n), n, read_only, owners);
	for (int i = 0; i < n; i++)
	{
		items[i]->owners[0] = owners[i].of_email;
		items[i]->owners[1] = owners[i].of_linkedin_url;
	}
}

static void
find_owners(int client_id, BatchItem *const *items, int n)
{
	read_owners(client_id, items, n, false);
}

static void
find_owners_read_only(int client_id, BatchItem *const *items, int n)
{
	read_owners(client_id, items, n, true);
}

/* mark_conflicts marks keys that nobody has of which the owner of the other key has another. */
static void
mark_conflicts(int client_id, BatchItem *const *items, int n, bool read_only)
{
	OtherKeys  *others = palloc(n * sizeof(OtherKeys));
	int64	   *ids = palloc(n * sizeof(int64));

	for (int i = 0; i < n; i++)
		ids[i] = items[i]->owners[0] != 0 ? items[i]->owners[0] : items[i]->owners[1];
	rvo_store_compare_contacts_keys(client_id, rows(items, n), ids, n, read_only, others);
	for (int i = 0; i < n; i++)
	{
		if (others[i].email && items[i]->owners[0] == 0)
			items[i]->conflicts |= CONTACT_EMAIL_GIVEN;
		if (others[i].linkedin_url && items[i]->owners[1] == 0)
			items[i]->conflicts |= CONTACT_LINKEDIN_URL_GIVEN;
	}
}

static void
find_conflicts(int client_id, BatchItem *const *items, int n)
{
	mark_conflicts(client_id, items, n, false);
}

static void
find_conflicts_read_only(int client_id, BatchItem *const *items, int n)
{
	mark_conflicts(client_id, items, n, true);
}

/* take_back_merged deletes those of items that were created whose keys lead to a kept contact by now. */
static void
take_back_merged(int client_id, BatchItem *const *items, int n)
{
	ContactOwners *kept = rvo_contact_find_many_kept(client_id, rows(items, n), n);

	for (int i = 0; i < n && kept != NULL; i++)
	{
		BatchItem  *item = items[i];

		if (item->id == 0 || (kept[i].of_email == 0 && kept[i].of_linkedin_url == 0))
			continue;
		rvo_store_delete_contact(client_id, item->id);
		item->id = 0;
		item->taken = true;
		item->owners[0] = kept[i].of_email;
		item->owners[1] = kept[i].of_linkedin_url;
	}
}

/* take_back_suppressed deletes those of items that were created which the do-not-contact list has by now: after an erasure. */
static void
take_back_suppressed(const Caller *caller, BatchItem *const *items, int n)
{
	const Suppression *missed = rvo_suppressions_missed(caller, rows(items, n), n);

	for (int i = 0; i < n && missed != NULL; i++)
	{
		BatchItem  *item = items[i];

		if (item->id == 0 || missed[i].reasons == 0)
			continue;
		rvo_store_delete_contact(caller->client_id, item->id);
		item->id = 0;
		item->suppression = missed[i];
		rvo_contact_item_suppress(caller, item, &item->row.contact);
	}
}

static void
take_back(const Caller *caller, BatchItem *const *items, int n)
{
	take_back_merged(caller->client_id, items, n);
	take_back_suppressed(caller, items, n);
}

/* rvo_contact_item_render returns the answer to the create or upsert of an item. */
Jsonb *
rvo_contact_item_render(const BatchItem *item, Structure structure)
{
	return rvo_record_render_created(&rvo_contact_shape, &item->row.record, structure);
}

const BatchKind rvo_contact_batch = {
	.kind = &rvo_contact_kind,
	.is_counted = true,
	.read = read_item,
	.resolve = resolve_new,
	.settle = rvo_contact_items_settle,
	.find_owners = find_owners,
	.find_conflicts = find_conflicts,
	.take_back = take_back,
	.render = rvo_contact_item_render,
};

const BatchKind rvo_contact_check = {
	.kind = &rvo_contact_kind,
	.only_checks = true,
	.read = read_item,
	.resolve = find_companies,
	.find_owners = find_owners_read_only,
	.find_conflicts = find_conflicts_read_only,
};
