/*
 * contact_input.c
 *	  Reads the body that creates or changes a contact, or both, and notes every fault in it.
 *
 * The faults come in the order of the contract's members, then custom fields,
 * then unknown members.  Read-only members are not looked at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/contact_input.h"
#include "shape/known_member.h"
#include "shape/member.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/linkedin.h"

/* What a body may have, in jsonb's order; the last one not in v1, whose list has the other name. */
static const Slice members[] = {
	CONST_SLICE("id"), CONST_SLICE("email"), CONST_SLICE("origin"), CONST_SLICE("last_name"),
	CONST_SLICE("company_id"), CONST_SLICE("first_name"), CONST_SLICE("linkedin_url"), CONST_SLICE("updated_time"),
	CONST_SLICE("contact_status"), CONST_SLICE("previous_status"), CONST_SLICE("status_changed_at"),
	CONST_SLICE("last_reply_received"), CONST_SLICE(CONTACT_FIELDS), CONST_SLICE("last_campaign_email_sent"),
	CONST_SLICE("first_campaign_email_sent"), CONST_SLICE(CONTACT_FIELDS_INPUT),
};

/* read_company reads company_id: an integer or digits are an id, any other string a domain. */
static CompanyReference
read_company(JsonbContainer *body, FaultList *faults)
{
	CompanyReference company = {0};
	JsonbValue	value;
	Slice		s;
	bool		valid = false;

	if (!rvo_json_get(body, CONST_SLICE("company_id"), &value) || value.type == jbvNull)
		return company;
	if (value.type == jbvNumeric)
		valid = rvo_json_to_id(&value, &company.id);
	else if (value.type == jbvString)
	{
		s = rvo_text_trim(rvo_json_string(&value));
		if (rvo_text_is_digits(s))
			valid = rvo_text_to_id(s, &company.id);
		else
			valid = rvo_domain_normalize(s, &company.domain) == FAULT_NONE;
	}
	if (!valid)
		rvo_fault_add(faults, "/company_id", FAULT_INVALID_COMPANY);
	return company;
}

/* read_keys reads what makes two contacts the same; required: one of them must be given. */
static void
read_keys(JsonbContainer *body, ContactInput *input, bool required, FaultList *faults)
{
	int			before = faults->count;

	input->email = rvo_member_key(body, "email", rvo_email_normalize, EMAIL_MAX_LENGTH, faults);
	input->linkedin_url = rvo_member_key(body, "linkedin_url", rvo_linkedin_normalize, 0, faults);
	if (required && input->email.data == NULL && input->linkedin_url.data == NULL && faults->count == before)
		rvo_fault_add(faults, "", FAULT_IDENTIFIER_REQUIRED);
}

/* read_others reads all else but the custom fields. */
static void
read_others(JsonbContainer *body, ContactInput *input, FaultList *faults)
{
	input->first_name = rvo_member_text(body, "first_name", faults);
	input->last_name = rvo_member_text(body, "last_name", faults);
	input->company = read_company(body, faults);
	input->origin = rvo_member_is_given(body, "origin") ? rvo_member_text(body, "origin", faults) : NO_SLICE;
	input->contact_status = rvo_member_text(body, "contact_status", faults);
}

/*
 * rvo_contact_input_read reads the body of a create; NULL stands for SQL's
 * NULL.  fields_member names the list of custom fields.
 */
ContactInput
rvo_contact_input_read(const Caller *caller, JsonbContainer *body, const char *fields_member, FaultList *faults)
{
	ContactInput input = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return input;
	}
	read_keys(body, &input, true, faults);
	read_others(body, &input, faults);
	input.custom_fields = rvo_custom_fields_read(caller, CONTACT_ENTITY, body, fields_member, faults);
	rvo_members_check(caller, body, "", members,
					  lengthof(members) - (strcmp(fields_member, CONTACT_FIELDS) == 0 ? 1 : 0), faults);
	return input;
}

/* read_changes reads the body of a change, or (keys_required) of an upsert. */
static ContactChanges
read_changes(const Caller *caller, JsonbContainer *body, bool keys_required, FaultList *faults)
{
	ContactChanges changes = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return changes;
	}
	read_keys(body, &changes.values, keys_required, faults);
	changes.has_email = rvo_member_is_given(body, "email");
	changes.has_linkedin_url = rvo_member_is_given(body, "linkedin_url");
	changes.has_first_name = rvo_member_is_given(body, "first_name");
	changes.has_last_name = rvo_member_is_given(body, "last_name");
	changes.has_company = rvo_member_is_given(body, "company_id");
	changes.has_origin = rvo_member_is_given(body, "origin");
	changes.has_contact_status = rvo_member_is_given(body, "contact_status");
	read_others(body, &changes.values, faults);
	changes.values.custom_fields = rvo_custom_fields_read_changes(caller, CONTACT_ENTITY, body, CONTACT_FIELDS,
																		faults);
	changes.more_fields = rvo_custom_fields_read_changes(caller, CONTACT_ENTITY, body, CONTACT_FIELDS_INPUT, faults);
	rvo_members_check(caller, body, "", members, lengthof(members), faults);
	return changes;
}

/* rvo_contact_changes_read reads the body of a change; NULL stands for SQL's NULL. */
ContactChanges
rvo_contact_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_changes(caller, body, false, faults);
}

/*
 * rvo_contact_upsert_read reads the body of an upsert: that of a change, which
 * must have a key to find the contact by.  A key without a value takes none away.
 */
ContactChanges
rvo_contact_upsert_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	ContactChanges changes = read_changes(caller, body, true, faults);

	changes.has_email = changes.values.email.data != NULL;
	changes.has_linkedin_url = changes.values.linkedin_url.data != NULL;
	return changes;
}
