/*
 * company_input.c
 *	  Reads the body that creates a company, and notes every fault in it.
 *
 * Floor 1, on top of its other files.  Read-only and unknown members are not
 * looked at.
 */
#include "postgres.h"

#include "company_input.h"
#include "compat.h"
#include "domain.h"
#include "member.h"

/* rvo_company_input_read reads the body; NULL stands for SQL's NULL. */
CompanyInput
rvo_company_input_read(JsonbContainer *body, FaultList *faults)
{
	CompanyInput input = {0};
	int			before = faults->count;

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return input;
	}
	input.domain = rvo_member_key(body, "domain", rvo_domain_normalize, 0, faults);
	if (input.domain.data == NULL && faults->count == before)
		rvo_fault_add(faults, "/domain", FAULT_REQUIRED);
	input.name = rvo_member_text(body, "name", faults);
	input.company_status = rvo_member_text(body, "company_status", faults);
	input.custom_fields = rvo_custom_fields_read(body, "company_custom_fields", faults);
	return input;
}
