/*
 * company_input.c
 *	  Reads the body that creates or changes a company, and notes every fault in it.
 *
 * Read-only members are not looked at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/company_input.h"
#include "shape/known_member.h"
#include "shape/member.h"
#include "value/domain.h"

/* What a body may have, in jsonb's order. */
static const Slice members[] = {
	CONST_SLICE("id"), CONST_SLICE("name"), CONST_SLICE("domain"), CONST_SLICE("updated_time"),
	CONST_SLICE("company_status"), CONST_SLICE("previous_status"), CONST_SLICE("status_changed_at"),
	CONST_SLICE(COMPANY_FIELDS),
};

/* read_domain reads the domain, which a company can't be without. */
static Slice
read_domain(JsonbContainer *body, FaultList *faults)
{
	int			before = faults->count;
	Slice		domain = rvo_member_key(body, "domain", rvo_domain_normalize, 0, faults);

	if (domain.data == NULL && faults->count == before)
		rvo_fault_add(faults, "/domain", FAULT_REQUIRED);
	return domain;
}

/* rvo_company_input_read reads the body of a create; NULL stands for SQL's NULL. */
CompanyInput
rvo_company_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	CompanyInput input = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return input;
	}
	input.domain = read_domain(body, faults);
	input.name = rvo_member_text(body, "name", faults);
	input.company_status = rvo_member_text(body, "company_status", faults);
	input.custom_fields = rvo_custom_fields_read(caller, COMPANY_ENTITY, body, COMPANY_FIELDS, faults);
	rvo_members_check(caller, body, "", members, lengthof(members), faults);
	return input;
}

/* rvo_company_changes_read reads the body of a change; NULL stands for SQL's NULL. */
CompanyChanges
rvo_company_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	CompanyChanges changes = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return changes;
	}
	changes.has_domain = rvo_member_is_given(body, "domain");
	changes.has_name = rvo_member_is_given(body, "name");
	changes.has_company_status = rvo_member_is_given(body, "company_status");
	if (changes.has_domain)
		changes.values.domain = read_domain(body, faults);
	changes.values.name = rvo_member_text(body, "name", faults);
	changes.values.company_status = rvo_member_text(body, "company_status", faults);
	changes.values.custom_fields = rvo_custom_fields_read_changes(caller, COMPANY_ENTITY, body, COMPANY_FIELDS, faults);
	rvo_members_check(caller, body, "", members, lengthof(members), faults);
	return changes;
}
