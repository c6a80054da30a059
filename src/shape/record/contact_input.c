/*
 * contact_input.c
 *	  Reads the body that creates or changes a contact, or both, and notes every fault in it.
 *
 * The faults come in the order of the contract's members, then custom fields,
 * then unknown members.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/record/contact_input.h"
#include "shape/record/custom_field_input.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "value/nearest.h"

/* read_company_name reads how a company is called that may have to be made; empty if it is not said. */
static Slice
read_company_name(JsonbContainer *body, FaultList *faults)
{
	const Slice name = CONST_SLICE(COMPANY_NAME);
	JsonbValue	value;

	return rvo_json_get(body, name, &value) ? rvo_member_text(name, &value, faults) : CONST_SLICE("");
}

/* is_known tells whether a body may have a member. */
static bool
is_known(Slice name)
{
	const MembersByName *members = rvo_members_by_name(&rvo_contact_shape);

	for (int i = 0; i < members->nknown; i++)
		if (rvo_slice_equal(members->known[i], name))
			return true;
	return false;
}

/* look_inside finds the keys that a contact within the body has: in an object, or the first one of a list. */
static int
look_inside(JsonbContainer *inside, Slice name, Slice *found, int max)
{
	const char *above = rvo_fault_pointer("", name).data;
	const JsonbValue *first;
	JsonbValue	value;
	int			n = 0;

	if (rvo_json_is_array(inside))
	{
		first = getIthJsonbValueFromContainer(inside, 0);
		inside = first != NULL && first->type == jbvBinary ? first->val.binary.data : NULL;
		above = psprintf("%s/0", above);
	}
	for (int i = 0; rvo_json_is_object(inside) && i < rvo_contact_shape.nkeys && n < max; i++)
		if (rvo_json_get(inside, rvo_contact_shape.members[i].name, &value))
			found[n++] = rvo_fault_pointer(above, rvo_contact_shape.members[i].name);
	return n;
}

/*
 * note_no_key notes that a body has no key, and where one is, should the contact
 * stand one level down: {"contact": {"email": ...}}.
 */
static void
note_no_key(JsonbContainer *body, FaultList *faults)
{
	JsonNames	names = {.object = body};
	Slice		nearest[NEAREST_MAX];
	Slice		name;
	JsonbValue	value;
	int			n = 0;

	while (!rvo_fault_is_full(faults) && n < NEAREST_MAX && rvo_json_next_name(&names, &name))
	{
		CHECK_FOR_INTERRUPTS();
		if (rvo_json_get(body, name, &value) && value.type == jbvBinary && !is_known(name))
			n += look_inside(value.val.binary.data, name, nearest + n, NEAREST_MAX - n);
	}
	if (n > 0)
		rvo_fault_add_names(faults, "", FAULT_IDENTIFIER_REQUIRED, "nearest", nearest, n);
	else
		rvo_fault_add(faults, "", FAULT_IDENTIFIER_REQUIRED);
}

/* read_members reads all but the custom fields; key_required: one of the keys must be given. */
static void
read_members(JsonbContainer *body, ContactInput *input, bool key_required, FaultList *faults)
{
	Record	   *values = &input->values.record;
	int			before = faults->count;

	input->given = rvo_record_read_keys(&rvo_contact_shape, body, values, faults);
	if (key_required && faults->count == before && !rvo_record_has_key(&rvo_contact_shape, values))
		note_no_key(body, faults);
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
