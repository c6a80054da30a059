/*
 * contact_input.c
 *	  Reads the body that creates or changes a contact, or both, and notes every fault in it.
 *
 * The faults come in the order of the contract's members, then custom fields,
 * then unknown members.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/contact_input.h"
#include "shape/custom_field_input.h"
#include "shape/known_member.h"
#include "shape/member.h"

/* read_company_name reads how a company is called that may have to be made; empty if it is not said. */
static Slice
read_company_name(JsonbContainer *body, FaultList *faults)
{
	const Slice name = CONST_SLICE(COMPANY_NAME);
	JsonbValue	value;

	return rvo_json_get(body, name, &value) ? rvo_member_text(name, &value, faults) : CONST_SLICE("");
}

/* read_members reads all but the custom fields; key_required: one of the keys must be given. */
static void
read_members(JsonbContainer *body, ContactInput *input, bool key_required, FaultList *faults)
{
	Record	   *values = &input->values.record;
	int			before = faults->count;

	input->given = rvo_record_read_keys(&rvo_contact_shape, body, values, faults);
	if (key_required && faults->count == before && !rvo_record_has_key(&rvo_contact_shape, values))
		rvo_fault_add(faults, "", FAULT_IDENTIFIER_REQUIRED);
	input->given |= rvo_record_read_others(&rvo_contact_shape, body, values, &input->company, faults);
	input->company.name = read_company_name(body, faults);
}

/*
 * read_fields reads the custom fields of a create, which both members may have: of
 * equal names the second one's value counts, as in a change.  Where fields_member is
 * CONTACT_FIELDS_INPUT, the other one is a string in the contract: what is neither
 * list nor object there is not looked at.  CONTACT_FIELDS_INPUT is a list in the
 * contract, and nothing else.
 */
static CustomFields
read_fields(const Caller *caller, JsonbContainer *body, const char *fields_member, FaultList *faults)
{
	CustomFields fields = {0};
	CustomFields more = rvo_custom_fields_read_list(caller, CONTACT_ENTITY, body, CONTACT_FIELDS_INPUT, faults);
	JsonbValue	other;

	if (rvo_json_get(body, CONST_SLICE(CONTACT_FIELDS), &other) &&
		(other.type == jbvBinary || strcmp(fields_member, CONTACT_FIELDS) == 0))
		fields = rvo_custom_fields_read(caller, CONTACT_ENTITY, body, CONTACT_FIELDS, faults);
	if (fields.count == 0)
		return more;
	if (rvo_custom_fields_merge(&fields, &more))
		rvo_fields_note_excess(&fields, "/" CONTACT_FIELDS_INPUT, faults);
	return fields;
}

/*
 * rvo_contact_input_read reads the body of a create; NULL stands for SQL's
 * NULL.  fields_member names the list of custom fields that this create has in the
 * contract.
 */
ContactInput
rvo_contact_input_read(const Caller *caller, JsonbContainer *body, const char *fields_member, FaultList *faults)
{
	const MembersByName *members = rvo_members_by_name(&rvo_contact_shape);
	ContactInput input = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return input;
	}
	read_members(body, &input, true, faults);
	input.values.record.custom_fields = read_fields(caller, body, fields_member, faults);
	rvo_members_check(caller, body, "", members->known, members->nknown, faults);
	return input;
}

/* read_changes reads the body of a change, or (key_required) of an upsert. */
static ContactInput
read_changes(const Caller *caller, JsonbContainer *body, bool key_required, FaultList *faults)
{
	const MembersByName *members = rvo_members_by_name(&rvo_contact_shape);
	ContactInput input = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return input;
	}
	read_members(body, &input, key_required, faults);
	input.values.record.custom_fields = rvo_custom_fields_read_changes(caller, CONTACT_ENTITY, body, CONTACT_FIELDS,
																	   faults);
	input.more_fields = rvo_custom_fields_read_changes(caller, CONTACT_ENTITY, body, CONTACT_FIELDS_INPUT, faults);
	rvo_members_check(caller, body, "", members->known, members->nknown, faults);
	return input;
}

/* rvo_contact_changes_read reads the body of a change; NULL stands for SQL's NULL. */
ContactInput
rvo_contact_changes_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	return read_changes(caller, body, false, faults);
}

/*
 * rvo_contact_upsert_read reads the body of an upsert: that of a change, which
 * must have a key to find the contact by.  A key without a value takes none away.
 */
ContactInput
rvo_contact_upsert_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	ContactInput input = read_changes(caller, body, true, faults);

	for (int i = 0; i < rvo_contact_shape.nkeys; i++)
		if (CONST_MEMBER_OF(&input.values, &rvo_contact_shape.members[i], Slice)->data == NULL)
			input.given &= ~((GivenMembers) 1 << i);
	return input;
}
