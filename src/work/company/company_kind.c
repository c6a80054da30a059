/*
 * company_kind.c
 *	  Companies as a kind of records.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_company.h"
#include "store/record/store_merged_company.h"
#include "work/company/company_kind.h"

/* raise_taken raises FAILURE_COMPANY_EXISTS if another company has the domain, naming it. */
static void
raise_taken(int client_id, const Record *record, int64 id)
{
	FaultList	faults = {0};
	int64		owner = rvo_store_find_company(client_id, ((const Company *) record)->domain);

	if (owner == 0 || owner == id)
		return;
	rvo_fault_add_existing(&faults, "/domain", owner);
	rvo_failure_raise(FAILURE_COMPANY_EXISTS, &faults);
}

/* raise_gone raises FAILURE_COMPANY_MERGED, naming the one that was kept. */
static void
raise_gone(int client_id, int64 id, const char *where)
{
	int64		kept_id = rvo_store_find_kept_company(client_id, id);
	FaultList	faults = {0};

	if (kept_id == 0)
		return;
	rvo_fault_add_merged(&faults, where, kept_id);
	rvo_failure_raise(FAILURE_COMPANY_MERGED, &faults);
}

const EntityKind rvo_company_kind = {
	.entity = COMPANY_ENTITY,
	.shape = &rvo_company_shape,
	.table = &rvo_company_table,
	.plural = "companies",
	.id_name = "company_id",
	.key_pointers = {"/domain"},
	.taken = FAILURE_COMPANY_EXISTS,
	.not_found = FAILURE_COMPANY_NOT_FOUND,
	.of_other_client = FAILURE_COMPANY_OF_OTHER_CLIENT,
	.raise_taken = raise_taken,
	.raise_gone = raise_gone,
};
