/*
 * company_input.c
 *	  Reads the body that creates or changes a company, and notes every fault in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/company_input.h"
#include "shape/custom_field_input.h"
#include "shape/known_member.h"

/* read_members reads all but the custom fields; a company can't be without its domain. */
static void
read_members(JsonbContainer *body, CompanyInput *input, bool whole, FaultList *faults)
{
	Record	   *values = &input->values.record;
	int			before = faults->count;

	input->given = rvo_record_read_keys(&rvo_company_shape, body, values, faults);
	if ((whole || input->given != 0) && faults->count == before && !rvo_record_has_key(&rvo_company_shape, values))
		rvo_fault_add(faults, "/domain", FAULT_REQUIRED);
	input->given |= rvo_record_read_others(&rvo_company_shape, body, values, NULL, faults);
}

/* read_body reads a body; whole: all that a company can't be without must be there, and no custom field can go. */
static CompanyInput
read_body(const Caller *caller, JsonbContainer *body, bool whole, FaultList *faults)
{
	const MembersByName *members = rvo_members_by_name(&rvo_company_shape);
	CompanyInput input = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return input;
	}
	read_members(body, &input, whole, faults);
	input.values.record.custom_fields = whole ?
		rvo_custom_fields_read(caller, COMPANY_ENTITY, body, COMPANY_FIELDS, faults) :
		rvo_custom_fields_read_changes(caller, COMPANY_ENTITY, body, COMPANY_FIELDS, faults);
	rvo_members_check(caller, body, "", members->known, members->nknown, faults);
	return input;
}

/* rvo_company_input_read reads the body of a create; NULL stands for SQL's NULL. */
CompanyInput
rvo_company_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_body(caller, body, true, faults);
}

/* rvo_company_changes_read reads the body of a change; NULL stands for SQL's NULL. */
CompanyInput
rvo_company_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_body(caller, body, false, faults);
}
