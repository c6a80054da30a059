/*
 * contact_batch.c
 *	  Contacts as items of a batch.
 *
 * Floor 3, on top of batch.c.  The companies that a chunk names are found by
 * one query: each domain with its parents, each id.
 */
#include "postgres.h"

#include "compat.h"
#include "contact.h"
#include "contact_batch.h"
#include "domain.h"
#include "slice_map.h"
#include "store_batch.h"
#include "store_insert.h"

/* What the companies are looked up by, and what was found. */
typedef struct Lookup
{
	SliceMap   *domains;		/* the company's id, 0 until found */
	SliceMap   *ids;			/* as below, keyed by the bytes of the id */
} Lookup;

/* Values of Lookup.ids; 0 is nobody's company. */
#define OWN_COMPANY 1
#define COMPANY_OF_OTHERS 2

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
read_item(BatchItem *item, JsonbContainer *body)
{
	item->row.contact = rvo_contact_read(body, CONTACT_FIELDS_INPUT, &item->company, &item->faults);
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
	bool		found;

	do
	{
		(void) rvo_slice_map_put(lookup->domains, domain, &found);
		if (found)
			break;
		if (n == *capacity)
		{
			*capacity *= 2;
			*domains = repalloc(*domains, *capacity * sizeof(Slice));
		}
		(*domains)[n++] = domain;
	} while (rvo_domain_parent(&domain));
	return n;
}

/* look_up finds all companies that the items name. */
static Lookup
look_up(int client_id, BatchItem *const *items, int n, CompanyAccess access)
{
	Lookup		lookup = {rvo_slice_map_create(64), rvo_slice_map_create(64)};
	CompanyReader reader = {found_by_domain, found_by_id, &lookup};
	int			capacity = n;
	Slice	   *domains = palloc(capacity * sizeof(Slice));
	int64	   *ids = palloc(n * sizeof(int64));
	int			ndomains = 0;
	int			nids = 0;

	for (int i = 0; i < n; i++)
	{
		const CompanyReference *company = &items[i]->company;
		bool		found = true;

		if (company->domain.data != NULL)
			ndomains = add_domain(&lookup, company->domain, &domains, ndomains, &capacity);
		else if (company->id != 0)
			(void) rvo_slice_map_put(lookup.ids, id_slice(&company->id), &found);
		if (!found)
			ids[nids++] = company->id;
	}
	if (ndomains + nids > 0)
		rvo_store_find_companies_of_contacts(client_id, domains, ndomains, ids, nids, access, &reader);
	return lookup;
}

/* company_of_domain returns the company with this domain, or with its nearest parent; 0 for none. */
static int64
company_of_domain(const Lookup *lookup, Slice domain)
{
	int64		id;

	do
		id = *rvo_slice_map_find(lookup->domains, domain);
	while (id == 0 && rvo_domain_parent(&domain));
	return id;
}

/* resolve finds the items' companies, and notes what is wrong with those that are not the caller's. */
static void
resolve(const Caller *caller, BatchItem *const *items, int n, CompanyAccess access)
{
	Lookup		lookup = look_up(caller->client_id, items, n, access);

	for (int i = 0; i < n; i++)
	{
		const CompanyReference *company = &items[i]->company;
		int64		id = company->id;
		int64		owner = id != 0 ? *rvo_slice_map_find(lookup.ids, id_slice(&id)) : 0;

		if (company->domain.data != NULL)
			id = company_of_domain(&lookup, company->domain);
		else if (id == 0)
			continue;			/* none named */
		else if (owner != OWN_COMPANY)
			id = 0;
		items[i]->row.contact.company_id = id;
		if (id != 0)
			continue;
		items[i]->failure = owner == COMPANY_OF_OTHERS ? FAILURE_COMPANY_OF_OTHER_CLIENT : FAILURE_COMPANY_NOT_FOUND;
		rvo_fault_add(&items[i]->faults, "/company_id", owner == COMPANY_OF_OTHERS ? FAULT_OTHER_CLIENT : FAULT_NOT_FOUND);
	}
}

static void
lock_companies(const Caller *caller, BatchItem *const *items, int n)
{
	resolve(caller, items, n, COMPANIES_LOCKED);
}

static void
find_companies(const Caller *caller, BatchItem *const *items, int n)
{
	resolve(caller, items, n, COMPANIES_READ);
}

static void
number_item(BatchItem *item)
{
	rvo_contact_number(&item->row.contact);
	item->id = item->row.contact.id;
}

static void
insert_items(int client_id, BatchItem *const *items, int n, bool *inserted)
{
	rvo_store_insert_contacts(client_id, rows(items, n), n, inserted);
}

/* read_owners fills the items' owners; read_only: as the calling statement sees them. */
static void
read_owners(int client_id, BatchItem *const *items, int n, bool read_only)
{
	ContactOwners *owners = palloc(n * sizeof(ContactOwners));

	rvo_store_find_contacts_owners(client_id, rows(items, n), n, read_only, owners);
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

static Jsonb *
render_item(const BatchItem *item, Structure structure)
{
	return rvo_contact_render_created(&item->row.contact, structure);
}

const BatchKind rvo_contact_batch = {
	.key_pointers = {"/email", "/linkedin_url"},
	.taken = FAILURE_CONTACT_EXISTS,
	.read = read_item,
	.resolve = lock_companies,
	.number = number_item,
	.insert = insert_items,
	.find_owners = find_owners,
	.render = render_item,
};

const BatchKind rvo_contact_check = {
	.key_pointers = {"/email", "/linkedin_url"},
	.taken = FAILURE_CONTACT_EXISTS,
	.read = read_item,
	.resolve = find_companies,
	.find_owners = find_owners_read_only,
};
