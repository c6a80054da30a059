/*
 * company.c
 *	  The use cases of companies: the order of steps.
 *
 * The order of checks is the API's: the body (400), the duplicate key (409).
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/company_input.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "work/company/company.h"
#include "work/company/company_domain.h"
#include "work/company/company_kind.h"
#include "work/record/field_definition.h"

/* rvo_company_read reads a body to a company without ids; NULL stands for SQL's NULL. */
Company
rvo_company_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	CompanyInput input;

	rvo_field_rules_load(caller, COMPANY_ENTITY);
	input = rvo_company_input_read(caller, body, faults);
	input.values.record.updated_time = GetCurrentTransactionStartTimestamp();
	return input.values;
}

/* check_domain raises FAILURE_COMPANY_EXISTS if a company has the domain beside its first; the index knows first ones only. */
static void
check_domain(int client_id, const Company *company)
{
	FaultList	faults = {0};
	int64		owner = rvo_company_claim_domain(client_id, company->domain);

	if (owner == 0)
		return;
	rvo_fault_add_existing(&faults, "/domain", owner);
	rvo_failure_raise(FAILURE_COMPANY_EXISTS, &faults);
}

/*
 * rvo_company_create adds a company for a client and returns the
 * answer, in the current context, and the new id where id is not NULL.  body is NULL and
 * structure_name no value for SQL's NULL.
 */
JsonbValue
rvo_company_create(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id)
{
	FaultList	faults = {0};
	Structure	structure = rvo_structure_read(structure_name, &faults);
	Company		company = rvo_company_read(caller, rvo_json_root(body), &faults);

	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);
	check_domain(caller->client_id, &company);
	rvo_record_insert(&rvo_company_kind, caller, &company.record);
	rvo_field_names_record(caller, COMPANY_ENTITY, &company.record.custom_fields);
	if (id != NULL)
		*id = company.record.id;
	return rvo_record_render_new(&rvo_company_shape, &company.record, structure);
}
