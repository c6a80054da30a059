/*
 * custom_field_input.c
 *	  Reads custom fields out of a body, and notes every fault in them.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/custom_field_input.h"
#include "shape/known_member.h"
#include "shape/member.h"

/* What an entry of a list may have, in jsonb's order. */
static const Slice members[] = {
	CONST_SLICE("id"), CONST_SLICE("field_name"), CONST_SLICE("field_value"), CONST_SLICE("updated_time"),
};

/* item_pointer returns the JSON pointer of a member of the list's i-th entry; no list, of the body itself. */
static const char *
item_pointer(const char *member, int i, const char *item_member)
{
	return member == NULL ? item_member : psprintf("/%s/%d%s", member, i, item_member);
}

/* read_name reads the field_name of the i-th entry; no value if it has a fault. */
static Slice
read_name(JsonbContainer *item, const char *member, int i, FaultList *faults)
{
	JsonbValue	value;
	Slice		name;
	int			before = faults->count;
	FaultCode	fault = FAULT_NONE;

	if (!rvo_json_get(item, CONST_SLICE("field_name"), &value))
		fault = FAULT_REQUIRED;
	else if (value.type == jbvNull)
		fault = FAULT_NULL_NOT_ALLOWED;
	else if (value.type != jbvString)
		fault = FAULT_NOT_A_STRING;
	else
	{
		name = rvo_text_trim(rvo_json_string(&value));
		if (name.len == 0)
			fault = FAULT_REQUIRED;
		else if (name.len > MEMBER_MAX_LENGTH || rvo_text_has_control(name, false))
			rvo_member_check_text(name, item_pointer(member, i, "/field_name"),
								  MEMBER_MAX_LENGTH, false, faults);
	}
	if (fault != FAULT_NONE)
		rvo_fault_add(faults, item_pointer(member, i, "/field_name"), fault);
	return faults->count == before ? name : NO_SLICE;
}

/* read_value reads the field_value; a number or boolean gives its JSON text, null no value where it may stand. */
static Slice
read_value(JsonbContainer *item, const char *member, int i, bool allow_null, FaultList *faults)
{
	JsonbValue	value;
	Slice		text = NO_SLICE;
	int			length = 0;
	FaultCode	fault = FAULT_NONE;

	if (!rvo_json_get(item, CONST_SLICE("field_value"), &value))
		fault = FAULT_REQUIRED;
	else if (value.type == jbvString)
		text = rvo_text_trim(rvo_json_string(&value));
	else if (value.type == jbvBool)
		text = rvo_slice(value.val.boolean ? "true" : "false");
	else if (value.type == jbvNumeric)
		text = rvo_json_number_text(&value, CUSTOM_FIELD_VALUE_MAX_LENGTH, &length);
	else if (value.type != jbvNull)
		fault = FAULT_NOT_A_STRING;
	else if (!allow_null)
		fault = FAULT_NULL_NOT_ALLOWED;

	if (fault != FAULT_NONE)
		rvo_fault_add(faults, item_pointer(member, i, "/field_value"), fault);
	else if (length > CUSTOM_FIELD_VALUE_MAX_LENGTH)
		rvo_fault_add_limit(faults, item_pointer(member, i, "/field_value"), FAULT_TOO_LONG,
							CUSTOM_FIELD_VALUE_MAX_LENGTH, length);
	else if (text.len > CUSTOM_FIELD_VALUE_MAX_LENGTH || rvo_text_has_control(text, true))
		rvo_member_check_text(text, item_pointer(member, i, "/field_value"),
							  CUSTOM_FIELD_VALUE_MAX_LENGTH, true, faults);
	return text;
}

/* check_canonical notes a value that is too long in its canonical form only: A-labels are longer than names. */
static void
check_canonical(Slice given, Slice canonical, const char *pointer, FaultList *faults)
{
	int			length = rvo_text_characters(canonical);

	if (length > CUSTOM_FIELD_VALUE_MAX_LENGTH && rvo_text_characters(given) <= CUSTOM_FIELD_VALUE_MAX_LENGTH)
		rvo_fault_add_limit(faults, pointer, FAULT_TOO_LONG, CUSTOM_FIELD_VALUE_MAX_LENGTH, length);
}

/*
 * rvo_custom_field_check gives the value of a field its canonical form, and notes
 * what is wrong with the i-th entry of a list by the client's definitions.  One
 * that has a fault already, or that is to go, is not looked at.
 */
void
rvo_custom_field_check(const FieldRules *rules, CustomField *field, const char *member, int i, FaultList *faults)
{
	Slice		given = field->value;
	FaultCode	code;

	if (rules == NULL || field->name.data == NULL || field->value.data == NULL)
		return;
	code = rvo_field_rules_check(rules, field->name, &field->value);
	if (code != FAULT_NONE)
		rvo_field_rules_explain(rules, field->name, code,
								item_pointer(member, i, code == FAULT_UNKNOWN_FIELD ? "/field_name" : "/field_value"),
								faults);
	else if (field->value.len > CUSTOM_FIELD_VALUE_MAX_LENGTH)
		check_canonical(given, field->value, item_pointer(member, i, "/field_value"), faults);
}

static void
check_members(const Caller *caller, JsonbContainer *item, const char *pointer, FaultList *faults)
{
	rvo_members_check(caller, item, pointer, members, lengthof(members), faults);
}

/* How the entries of a list are read. */
typedef struct ListReading
{
	const Caller *caller;
	Entity		entity;
	const char *member;
	bool		allow_null;
} ListReading;

static void
read_item(const ListReading *reading, JsonbValue *item, CustomFields *fields, FaultList *faults)
{
	const char *member = reading->member;
	int			i = fields->count;
	CustomField *field = &fields->items[i];

	*field = (CustomField) {0};
	if (item->type != jbvBinary || !rvo_json_is_object(item->val.binary.data))
		rvo_fault_add(faults, item_pointer(member, i, ""), FAULT_NOT_AN_OBJECT);
	else
	{
		field->name = read_name(item->val.binary.data, member, i, faults);
		if (field->name.data != NULL && rvo_custom_fields_find(fields, field->name) != NULL)
			rvo_fault_add(faults, item_pointer(member, i, "/field_name"), FAULT_DUPLICATE);
		field->value = read_value(item->val.binary.data, member, i, reading->allow_null, faults);
		rvo_custom_field_check(reading->caller->notes->rules[reading->entity], field, member, i, faults);

		/* Nearly all have just these two. */
		if (JsonContainerSize(item->val.binary.data) != 2 || field->name.data == NULL || field->value.data == NULL)
			check_members(reading->caller, item->val.binary.data, item_pointer(member, i, ""), faults);
	}
	fields->count++;
}

static CustomFields
read_list(const ListReading *reading, JsonbContainer *body, FaultList *faults)
{
	const char *member = reading->member;
	CustomFields fields = {0};
	JsonbValue	list;
	JsonbValue	item;
	JsonbIterator *it;
	JsonbIteratorToken token;
	int			size;

	if (!rvo_json_get(body, rvo_slice(member), &list))
		return fields;
	if (list.type != jbvBinary || !JsonContainerIsArray(list.val.binary.data))
	{
		rvo_fault_add(faults, psprintf("/%s", member),
					  list.type == jbvNull ? FAULT_NULL_NOT_ALLOWED : FAULT_NOT_AN_ARRAY);
		return fields;
	}
	size = JsonContainerSize(list.val.binary.data);
	if (size > CUSTOM_FIELDS_MAX)
	{
		rvo_fault_add_limit(faults, psprintf("/%s", member), FAULT_TOO_MANY, CUSTOM_FIELDS_MAX, size);
		return fields;
	}
	fields.items = palloc(Max(size, 1) * sizeof(CustomField));
	it = JsonbIteratorInit(list.val.binary.data);
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM)
			read_item(reading, &item, &fields, faults);
	}
	return fields;
}

/*
 * rvo_custom_fields_read reads a list of custom fields from a member of the
 * body; an absent one is an empty list.  Names and values point into the body.
 */
CustomFields
rvo_custom_fields_read(const Caller *caller, Entity entity, JsonbContainer *body, const char *member, FaultList *faults)
{
	ListReading reading = {caller, entity, member, false};

	return read_list(&reading, body, faults);
}

/* rvo_custom_fields_read_changes is the same for a change, where null takes a field away. */
CustomFields
rvo_custom_fields_read_changes(const Caller *caller, Entity entity, JsonbContainer *body, const char *member,
							   FaultList *faults)
{
	ListReading reading = {caller, entity, member, true};

	return read_list(&reading, body, faults);
}

/*
 * rvo_custom_field_read reads a body that is one custom field.  whole says that
 * both members must be there; else one that is not has no value.  NULL stands
 * for SQL's NULL.
 */
CustomField
rvo_custom_field_read(const Caller *caller, Entity entity, JsonbContainer *body, bool whole, FaultList *faults)
{
	CustomField field = {0};
	JsonbValue	value;

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return field;
	}
	if (whole || rvo_json_get(body, CONST_SLICE("field_name"), &value))
		field.name = read_name(body, NULL, 0, faults);
	if (whole || rvo_json_get(body, CONST_SLICE("field_value"), &value))
		field.value = read_value(body, NULL, 0, false, faults);
	rvo_custom_field_check(caller->notes->rules[entity], &field, NULL, 0, faults);
	check_members(caller, body, "", faults);
	return field;
}
