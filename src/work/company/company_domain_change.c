/*
 * company_domain_change.c
 *	  The use cases of a company's domains: listing, adding, removing one.
 *
 * All that gives a domain to a company beside its first, or takes one away, holds
 * the lock on the client's domains alone: see company_domain.c.
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "store/record/store_company.h"
#include "store/service/store_lock.h"
#include "value/domain.h"
#include "work/company/company_domain_change.h"
#include "work/company/company_kind.h"

/* read_arguments returns the canonical domain.  Raises FAILURE_INVALID_REQUEST. */
static Slice
read_arguments(const int64 *id, Slice text)
{
	FaultList	faults = {0};
	Slice		domain = NO_SLICE;
	FaultCode	fault = FAULT_NONE;

	if (id == NULL)
		rvo_fault_add(&faults, "company_id", FAULT_REQUIRED);
	if (text.data != NULL)
		fault = rvo_domain_normalize(text, &domain);
	if (fault != FAULT_NONE)
		rvo_fault_add(&faults, "domain", fault);
	else if (domain.data == NULL)
		rvo_fault_add(&faults, "domain", FAULT_REQUIRED);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	return domain;
}

/* lock keeps everybody off the client's domains, and off the company. */
static void
lock(int client_id, int64 id)
{
	Company		company;

	rvo_store_line_up_domains(client_id, true);
	rvo_record_lock(&rvo_company_kind, client_id, id, "company_id", &company.record);
}

/* rvo_company_list_domains shows the domains of a company.  id is NULL for SQL's NULL. */
void
rvo_company_list_domains(int client_id, const int64 *id, DomainReader read, void *arg)
{
	Company		company;

	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "company_id", FAULT_REQUIRED);
	if (!rvo_store_get(&rvo_company_table, client_id, *id, &company.record))
		rvo_record_raise_missing(&rvo_company_kind, client_id, *id, "company_id");
	rvo_store_list_company_domains(client_id, *id, read, arg);
}

/*
 * rvo_company_add_domain gives a company a domain beside those that it has.  Raises
 * FAILURE_COMPANY_EXISTS if another company has it.
 */
void
rvo_company_add_domain(int client_id, const int64 *id, Slice text)
{
	Slice		domain = read_arguments(id, text);
	FaultList	faults = {0};
	int64		owner;

	lock(client_id, *id);
	owner = rvo_store_find_company(client_id, domain);
	if (owner == 0 && IsolationUsesXactSnapshot() && rvo_store_has_company_now(client_id, domain))
		rvo_failure_raise_serialization();
	if (owner == *id)
		return;
	if (owner != 0)
	{
		rvo_fault_add_existing(&faults, "domain", owner);
		rvo_failure_raise(FAILURE_COMPANY_EXISTS, &faults);
	}
	rvo_store_insert_company_domain(client_id, domain, *id);
}

/* rvo_company_remove_domain takes a domain, but for the first, from a company.  Raises FAILURE_DOMAIN_NOT_FOUND. */
void
rvo_company_remove_domain(int client_id, const int64 *id, Slice text)
{
	Slice		domain = read_arguments(id, text);

	lock(client_id, *id);
	if (!rvo_store_delete_company_domain(client_id, domain, *id))
		rvo_failure_raise_one(FAILURE_DOMAIN_NOT_FOUND, "domain", FAULT_NOT_FOUND);
}
