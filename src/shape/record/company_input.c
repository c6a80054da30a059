/*
 * company_input.c
 *	  Reads the body that creates or changes a company, and notes every fault in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/company_input.h"
#include "shape/record/custom_field_input.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"

/* read_members reads all but the custom fields; a company can't be without its domain, which is its key. */
static void
read_members(JsonbContainer *body, CompanyInput *input, bool key_required, FaultList *faults)
{
	Record	   *values = &input->values.record;
	int			before = faults->count;

	input->given = rvo_record_read_keys(&rvo_company_shape, body, values, faults);
	if ((key_required || input->given != 0) && faults->count == before && !rvo_record_has_key(&rvo_company_shape, values))
		rvo_fault_add(faults, "/domain", FAULT_REQUIRED);
	input->given |= rvo_record_read_others(&rvo_company_shape, body, values, NULL, faults);
}

/* How custom fields are read: all of a create's, or those of a change, where one can go. */
typedef CustomFields (*FieldsReader) (const Caller *caller, Entity entity, JsonbContainer *body, const char *member,
									  FaultList *faults);

static CompanyInput
read_body(const Caller *caller, JsonbContainer *body, bool key_required, FieldsReader read_fields, FaultList *faults)
{
	const MembersByName *members = rvo_members_by_name(&rvo_company_shape);
	CompanyInput input = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return input;
	}
	read_members(body, &input, key_required, faults);
	input.values.record.custom_fields = read_fields(caller, COMPANY_ENTITY, body, COMPANY_FIELDS, faults);
	rvo_members_check(caller, body, "", members->known, members->nknown, faults);
	return input;
}

/* rvo_company_input_read reads the body of a create; NULL stands for SQL's NULL. */
CompanyInput
rvo_company_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_body(caller, body, true, rvo_custom_fields_read, faults);
}

/* rvo_company_changes_read reads the body of a change; NULL stands for SQL's NULL. */
CompanyInput
rvo_company_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_body(caller, body, false, rvo_custom_fields_read_changes, faults);
}

/*
 * rvo_company_upsert_read reads the body of an upsert: that of a change, which must have
 * the domain to find the company by.
 */
CompanyInput
rvo_company_upsert_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_body(caller, body, true, rvo_custom_fields_read_changes, faults);
}
