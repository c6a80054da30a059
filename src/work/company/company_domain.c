/*
 * company_domain.c
 *	  The company that a domain stands for: found, or made.
 *
 * Under contact.c and contact_batch.c.  A company that is made has the domain
 * that somebody registered, which is where the search for the next contact's
 * company ends: one organisation, one company.  Nobody makes one of a public
 * suffix, or of a domain where anybody can get an address.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_sequence.h"
#include "store/query/store_snapshot.h"
#include "store/record/store_company.h"
#include "store/record/store_company_domain.h"
#include "store/record/store_company_host.h"
#include "store/record/store_free_mail.h"
#include "store/service/store_lock.h"
#include "value/domain.h"
#include "work/company/company_domain.h"
#include "work/record/change_feed.h"
#include "work/record/retry.h"

/* is_free_mail tells whether anybody can get an address of a domain, or of a parent; list has them all. */
static bool
is_free_mail(const Slice *list, int n)
{
	for (int i = 0; i < n; i++)
		if (rvo_store_is_free_mail(list[i]))
			return true;
	return false;
}

/* find_reach tells which of a domain and its parents can be a company's, and of which one is made. */
static DomainReach
find_reach(const CompanyReference *reference, const Slice *list, int n)
{
	HostKind	kinds[DOMAIN_LIST_MAX];

	for (int i = 0; i < n; i++)
		kinds[i] = rvo_store_host_kind(list[i]);
	return rvo_domain_reach(list, kinds, n, !reference->inferred, reference->page);
}

/* lock_owner locks the company that a domain leads to beside its first; returns 0 if there is none, or it is gone. */
static int64
lock_owner(int client_id, int64 id)
{
	return id != 0 && rvo_store_lock_company(client_id, id) ? id : 0;
}

/*
 * find looks for the company with this domain, be it the first or another of it, as the calling statement sees it; 0 for none.
 * False if the company goes, perhaps into another, or the domain to another, while we wait for it.
 */
static bool
find(int client_id, Slice domain, int64 *id)
{
	DomainOwner owner = rvo_store_lock_company_of_domain(client_id, domain);

	if (owner.lost)
		return false;
	*id = owner.locked ? owner.id : lock_owner(client_id, owner.id);
	return *id == owner.id;
}

/*
 * rvo_company_check_snapshot is for whoever is about to give a company a domain that is nobody's. Raises a serialization failure
 * if a company got it beside its first since the transaction's snapshot.
 */
void
rvo_company_check_snapshot(int client_id, Slice domain)
{
	if (IsolationUsesXactSnapshot() && rvo_store_is_other_domain_now(client_id, domain))
		rvo_failure_raise_serialization();
}

/*
 * rvo_company_claim_domain is for whoever is about to make a company of a domain: until the
 * transaction ends nobody gives that to a company beside its first.  Returns the company
 * that has it so already, 0 for none.
 */
int64
rvo_company_claim_domain(int client_id, Slice domain)
{
	int64		owner;

	rvo_store_line_up_domains(client_id, false);
	owner = rvo_store_find_company_of_other_domain(client_id, domain);
	if (owner == 0)
		rvo_company_check_snapshot(client_id, domain);
	return owner;
}

/* rvo_company_claim_domains does so for many. */
void
rvo_company_claim_domains(int client_id, const Slice *domains, int n, int64 *owners)
{
	rvo_store_line_up_domains(client_id, false);
	rvo_store_find_companies_of_other_domains(client_id, domains, n, owners);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (owners[i] == 0)
			rvo_company_check_snapshot(client_id, domains[i]);
	}
}

static Company
new_company(const NewCompany *wanted)
{
	return (Company) {
		.record.id = rvo_store_next_id(COMPANY_ENTITY),
		.domain = wanted->domain,
		.name = wanted->name,
		.company_status = CONST_SLICE(""),
		.record.updated_time = GetCurrentTransactionStartTimestamp(),
	};
}

/* A company to make, of a domain. */
typedef struct Making
{
	const Caller *caller;
	NewCompany	wanted;
	DomainCompany company;
} Making;

static bool
try_to_make(void *arg)
{
	Making	   *making = arg;
	Slice		domain = making->wanted.domain;
	int64		owner = rvo_company_claim_domain(making->caller->client_id, domain);
	Company		company;

	if (owner != 0)
	{
		making->company = (DomainCompany) {domain, lock_owner(making->caller->client_id, owner), false};
		return making->company.id != 0;
	}
	company = new_company(&making->wanted);
	if (rvo_store_insert(&rvo_company_table, making->caller->client_id, &company.record))
		making->company = (DomainCompany) {domain, company.record.id, true};
	else
	{
		making->company = (DomainCompany) {.domain = domain};
		rvo_store_take_snapshot();
		(void) find(making->caller->client_id, domain, &making->company.id);
		rvo_store_leave_snapshot();
	}
	return making->company.id != 0;
}

/* make adds a company, unless somebody else has added it first. */
static DomainCompany
make(const Caller *caller, NewCompany wanted)
{
	Making		making = {.caller = caller, .wanted = wanted};
	Company		company;

	if (!rvo_retry(try_to_make, &making))
	{
		if (rvo_company_claim_domain(caller->client_id, wanted.domain) != 0)
			rvo_failure_raise_serialization();	/* each time it was another one by then */
		company = new_company(&wanted);
		rvo_store_insert_or_raise(&rvo_company_table, caller->client_id, &company.record);
		making.company = (DomainCompany) {wanted.domain, company.record.id, true};
	}
	if (making.company.made)
		rvo_changes_note(caller, COMPANY_ENTITY, CHANGE_CREATED, &making.company.id, 1, NULL);
	return making.company;
}

/* A search for the company that a contact names by domain. */
typedef struct Search
{
	int			client_id;
	const CompanyReference *reference;
	const Slice *list;			/* the domain and its parents */
	int			n;
	DomainReach reach;			/* once it is known that nobody has the domain itself */
	int64		id;				/* 0 = none */
} Search;

/* search_list is false if a company was in reach that goes, or gets another domain, while we wait for it. */
static bool
search_list(Search *search)
{
	bool		page = search->reference->page;

	search->id = 0;
	if (!page && !find(search->client_id, search->list[0], &search->id))
		return false;
	if (search->id != 0)
		return true;			/* whatever the host is */
	search->reach = find_reach(search->reference, search->list, search->n);
	for (int i = page ? 0 : 1; i < search->reach.nsearched && search->id == 0; i++)
		if (!find(search->client_id, search->list[i], &search->id))
			return false;
	return true;
}

/*
 * try_to_find searches as of one moment: a company that gets another domain between two looks, be it its other one
 * or that of a parent, would be missed by both.
 */
static bool
try_to_find(void *arg)
{
	bool		done;

	rvo_store_take_snapshot();
	done = search_list(arg);
	rvo_store_leave_snapshot();
	return done;
}

/*
 * rvo_company_of_domain returns the id of the company that a contact names by
 * domain, or 0, and keeps it from being deleted: the one that has the domain, or its nearest
 * parent as far as it reaches.  Where the client wants it, one that is not there is made.
 */
int64
rvo_company_of_domain(const Caller *caller, const CompanyReference *reference)
{
	Slice		list[DOMAIN_LIST_MAX];
	int			n = rvo_domain_with_parents(reference->domain, list);
	Search		search = {.client_id = caller->client_id, .reference = reference, .list = list, .n = n};

	if (reference->inferred && is_free_mail(list, n))
		return 0;
	if (!rvo_retry(try_to_find, &search))
		rvo_failure_raise_serialization();	/* each time it was another one by then */
	if (search.id == 0 && caller->settings.creates_companies && search.reach.made.data != NULL &&
		(reference->inferred || !is_free_mail(list, n)))
		search.id = make(caller, (NewCompany) {search.reach.made, reference->name}).id;
	return search.id;
}

static int
by_domain(const void *a, const void *b)
{
	return rvo_slice_compare(&((const NewCompany *) a)->domain, &((const NewCompany *) b)->domain);
}

/*
 * rvo_companies_make adds companies of domains that had none a moment ago, and
 * returns them, one a domain.  It sorts the domains, so that two who make the
 * same wait for each other in one direction.
 */
DomainCompany *
rvo_companies_make(const Caller *caller, NewCompany *wanted, int n)
{
	int			client_id = caller->client_id;
	Company    *companies = palloc(n * sizeof(Company));
	Record	  **rows = palloc(n * sizeof(Record *));
	bool	   *inserted = palloc0(n * sizeof(bool));
	Slice	   *domains = palloc(n * sizeof(Slice));
	int64	   *owners = palloc(n * sizeof(int64));
	DomainCompany *made = palloc(n * sizeof(DomainCompany));
	bool		claimed = true;

	qsort(wanted, n, sizeof(NewCompany), by_domain);
	for (int i = 0; i < n; i++)
		domains[i] = wanted[i].domain;
	rvo_company_claim_domains(client_id, domains, n, owners);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		claimed &= owners[i] == 0;
		companies[i] = new_company(&wanted[i]);
		rows[i] = &companies[i].record;
	}
	/* Somebody gave one of them to another company this moment: then each is made by itself. */
	if (claimed)
		rvo_store_insert_many(&rvo_company_table, client_id, rows, n, inserted);
	for (int i = 0; i < n; i++)
		if (inserted[i])
			rvo_changes_note_one(caller, COMPANY_ENTITY, CHANGE_CREATED, rows[i]);
	for (int i = 0; i < n; i++)
		made[i] = inserted[i] ? (DomainCompany) {domains[i], companies[i].record.id, true} : make(caller, wanted[i]);
	return made;
}
