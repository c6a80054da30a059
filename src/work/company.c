/*
 * company.c
 *	  The use cases of companies: the order of steps.
 *
 * The order of checks is the API's: the body (400), the duplicate key (409).
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/compat.h"
#include "base/fault.h"
#include "shape/company_input.h"
#include "shape/company_render.h"
#include "store/store_company.h"
#include "store/store_record.h"
#include "store/store_sequence.h"
#include "work/company.h"
#include "work/field_definition.h"

/* rvo_company_read reads a body to a company without ids; NULL stands for SQL's NULL. */
Company
rvo_company_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	CompanyInput input;

	rvo_field_rules_load(caller, COMPANY_ENTITY);
	input = rvo_company_input_read(caller, body, faults);
	return (Company) {
		.domain = input.domain,
		.name = input.name,
		.company_status = input.company_status,
		.record.custom_fields = input.custom_fields,
		.record.updated_time = GetCurrentTransactionStartTimestamp(),
	};
}

/* rvo_company_number gives a company and its custom fields new ids. */
void
rvo_company_number(Company *company)
{
	company->record.id = rvo_store_next_id(COMPANY_IDS);
	rvo_store_number_fields(&company->record.custom_fields);
}

/* insert gives the company ids and adds it.  Raises FAILURE_COMPANY_EXISTS, naming who has the domain; else as for a contact. */
static void
insert(int client_id, Company *company)
{
	for (int attempt = 0; attempt < INSERT_ATTEMPTS; attempt++)
	{
		FaultList	faults = {0};
		int64		owner;

		rvo_company_number(company);
		if (rvo_store_insert_company(client_id, company))
			return;
		owner = rvo_store_find_company(client_id, company->domain);
		if (owner != 0)
		{
			rvo_fault_add_existing(&faults, "/domain", owner);
			rvo_fault_raise(FAILURE_COMPANY_EXISTS, &faults);
		}
	}
	rvo_store_insert_company_or_raise(client_id, company);
}

/*
 * rvo_company_create adds a company for a client and returns the
 * answer, in the current context, and the new id.  body is NULL and
 * structure_name no value for SQL's NULL.
 */
Jsonb *
rvo_company_create(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id)
{
	FaultList	faults = {0};
	Structure	structure = rvo_structure_read(structure_name, &faults);
	Company		company = rvo_company_read(caller, rvo_json_root(body), &faults);

	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	insert(caller->client_id, &company);
	rvo_field_names_record(caller, COMPANY_ENTITY, &company.record.custom_fields);
	*id = company.record.id;
	return rvo_company_render_created(&company, structure);
}
