/*
 * custom_field_change.c
 *	  Adding, changing and deleting one custom field.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/custom_field_change.h"
#include "shape/record/custom_field_input.h"
#include "shape/record/known_member.h"

/*
 * rvo_field_change_read reads what a change asks for.  Raises
 * FAILURE_INVALID_REQUEST; owner names the parameter with the id of the contact
 * or company.
 */
CustomField
rvo_field_change_read(const Caller *caller, Entity entity, const FieldChange *change, const char *owner)
{
	FaultList	faults = {0};
	CustomField input = {0};

	if (change->owner_id == NULL)
		rvo_fault_add(&faults, owner, FAULT_REQUIRED);
	if (change->field_id == NULL && change->action != FIELD_ADD)
		rvo_fault_add(&faults, "field_id", FAULT_REQUIRED);
	if (change->action != FIELD_DELETE)
		input = rvo_custom_field_read(caller, entity, rvo_json_root(change->body), change->action == FIELD_ADD, &faults);
	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);
	return input;
}

/* check_name raises FAILURE_CUSTOM_FIELD_EXISTS if another field has the name. */
static void
check_name(const CustomFields *fields, Slice name, const CustomField *itself)
{
	const CustomField *other = name.data != NULL ? rvo_custom_fields_find(fields, name) : NULL;
	FaultList	faults = {0};

	if (other == NULL || other == itself)
		return;
	rvo_fault_add_existing(&faults, "/field_name", other->id);
	rvo_failure_raise(FAILURE_CUSTOM_FIELD_EXISTS, &faults);
}

/* check_rest checks a name with the value that was there, or a value with the name.  Raises FAILURE_INVALID_REQUEST. */
static void
check_rest(const FieldRules *rules, const CustomField *field, CustomField *input)
{
	FaultList	faults = {0};
	CustomField changed = *input;

	if (input->name.data != NULL && input->value.data != NULL)
		return;
	if (input->name.data == NULL)
		changed.name = field->name;
	else
		changed.value = field->value;
	rvo_custom_field_check(rules, &changed, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	input->value = changed.value;
}

/*
 * rvo_field_change_apply changes a list and returns the field in it, NULL if it
 * was deleted; *different tells whether anything is not as before.  Raises
 * FAILURE_CUSTOM_FIELD_NOT_FOUND, FAILURE_CUSTOM_FIELD_EXISTS, and
 * FAILURE_INVALID_REQUEST for what does not go with the rest of the field.
 */
CustomField *
rvo_field_change_apply(const FieldRules *rules, const FieldChange *change, CustomField input, CustomFields *fields,
					   bool *different)
{
	CustomField *field;

	*different = true;
	if (change->action == FIELD_ADD)
	{
		check_name(fields, input.name, NULL);
		field = rvo_custom_fields_add(fields, input);
		rvo_fields_check_excess(fields, "");
		return field;
	}
	field = rvo_custom_fields_find_id(fields, *change->field_id);
	if (field == NULL)
		rvo_failure_raise_one(FAILURE_CUSTOM_FIELD_NOT_FOUND, "field_id", FAULT_NOT_FOUND);
	if (change->action == FIELD_DELETE)
	{
		rvo_custom_fields_remove(fields, field);
		return NULL;
	}
	if (input.name.data != NULL || input.value.data != NULL)
		check_rest(rules, field, &input);
	check_name(fields, input.name, field);
	*different = rvo_custom_field_change(field, input.name, input.value);
	if (*different)
		rvo_fields_check_excess(fields, "");
	return field;
}
