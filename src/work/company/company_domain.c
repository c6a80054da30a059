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

/* A domain, and the company that has it, 0 for none. */
typedef struct Finding
{
	int			client_id;
	Slice		domain;
	int64		id;
} Finding;

/* try_to_find is false if the company that has the domain goes, perhaps into another, while we wait for it. */
static bool
try_to_find(void *arg)
{
	Finding    *finding = arg;
	int64		owner;

	finding->id = rvo_store_lock_company_of_domain(finding->client_id, finding->domain);
	if (finding->id != 0)
		return true;
	owner = rvo_store_find_company_of_other_domain(finding->client_id, finding->domain);
	finding->id = lock_owner(finding->client_id, owner);
	return finding->id == owner;
}

/* find looks for the company with this domain, be it the first or another of it.  Returns 0 for none. */
static int64
find(int client_id, Slice domain)
{
	Finding		finding = {client_id, domain, 0};

	if (!rvo_retry(try_to_find, &finding))
		rvo_failure_raise_serialization();	/* each time it was another one by then */
	return finding.id;
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
		making->company = (DomainCompany) {domain, rvo_store_lock_company_of_domain(making->caller->client_id, domain), false};
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
	DomainReach reach;
	int64		id = 0;

	if (reference->inferred && is_free_mail(list, n))
		return 0;
	if (!reference->page)
		id = find(caller->client_id, list[0]);
	if (id != 0)
		return id;				/* whatever the host is */
	reach = find_reach(reference, list, n);
	for (int i = reference->page ? 0 : 1; i < reach.nsearched && id == 0; i++)
		id = find(caller->client_id, list[i]);
	if (id == 0 && caller->settings.creates_companies && reach.made.data != NULL &&
		(reference->inferred || !is_free_mail(list, n)))
		id = make(caller, (NewCompany) {reach.made, reference->name}).id;
	return id;
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
