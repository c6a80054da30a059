/*
 * custom_field_input.c
 *	  Reads custom fields out of a body, and notes every fault in them.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/record/custom_field_input.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"

/* Characters of a number that zeros may be most of. */
#define NUMBER_MAX_LENGTH 100

/* What an entry of a list may have, in jsonb's order. */
static const Slice members[] = {
	CONST_SLICE("id"), CONST_SLICE("field_name"), CONST_SLICE("field_value"), CONST_SLICE("updated_time"),
};

/*
 * Where a custom field stands: an entry of a list, a member of an object of names
 * and values, or (all empty) the body itself.
 */
typedef struct FieldPlace
{
	const char *member;			/* of the body, that has the list or object */
	int			i;				/* from 0 */
	Slice		name;			/* no value = in a list */
} FieldPlace;

/*
 * place_pointer returns the JSON pointer of what is named so in the field, "" for the
 * field.  It is for a fault: one that is only counted needs none.
 */
static const char *
place_pointer(const FaultList *faults, const FieldPlace *place, const char *item_member)
{
	if (place->member == NULL || rvo_fault_is_full(faults))
		return item_member;
	if (place->name.data != NULL)
		return rvo_fault_member_pointer(psprintf("/%s", place->member), place->name);
	return psprintf("/%s/%d%s", place->member, place->i, item_member);
}

/* check_name trims the name of a field; no value if it has a fault. */
static Slice
check_name(Slice name, const FieldPlace *place, FaultList *faults)
{
	int			before = faults->count;

	name = rvo_text_trim(name);
	if (name.len == 0)
		rvo_fault_add(faults, place_pointer(faults, place, "/field_name"), FAULT_REQUIRED);
	else if (name.len > MEMBER_MAX_LENGTH || rvo_text_has_control(name, false))
		rvo_member_check_text(name, place_pointer(faults, place, "/field_name"), MEMBER_MAX_LENGTH, false, faults);
	return faults->count == before ? name : NO_SLICE;
}

/* read_name reads the field_name of a field; no value if it has a fault. */
static Slice
read_name(JsonbContainer *item, const FieldPlace *place, FaultList *faults)
{
	JsonbValue	value;
	FaultCode	fault;

	if (!rvo_json_get(item, CONST_SLICE("field_name"), &value))
		fault = FAULT_REQUIRED;
	else if (value.type == jbvNull)
		fault = FAULT_NULL_NOT_ALLOWED;
	else if (value.type != jbvString)
		fault = FAULT_NOT_A_STRING;
	else
		return check_name(rvo_json_string(&value), place, faults);
	rvo_fault_add(faults, place_pointer(faults, place, "/field_name"), fault);
	return NO_SLICE;
}

/*
 * read_number writes a number out, no value if that is too long: then *length is how
 * long it would be, and *limit how long it might.  jsonb doesn't tell 1e2499 from a 1 with as
 * many zeros, both of which it keeps in 12 octets; so a text that is longer
 * than NUMBER_MAX_LENGTH must have the digits itself.
 */
static Slice
read_number(const JsonbValue *value, int *length, int *limit)
{
	/* numeric has four digits in two octets, and no zeros at either end. */
	int			digits = 2 * (int) VARSIZE(value->val.numeric);

	*limit = Min(Max(NUMBER_MAX_LENGTH, digits), CUSTOM_FIELD_VALUE_MAX_LENGTH);
	return rvo_json_number_text(value, *limit, length);
}

/* check_value reads a value; a number or boolean gives its JSON text, null no value where it may stand. */
static Slice
check_value(const JsonbValue *value, const FieldPlace *place, bool allow_null, FaultList *faults)
{
	Slice		text = NO_SLICE;
	int			length = 0;
	int			limit = CUSTOM_FIELD_VALUE_MAX_LENGTH;
	FaultCode	fault = FAULT_NONE;

	if (value->type == jbvString)
		text = rvo_text_trim(rvo_json_string(value));
	else if (value->type == jbvBool)
		text = rvo_slice(value->val.boolean ? "true" : "false");
	else if (value->type == jbvNumeric)
		text = read_number(value, &length, &limit);
	else if (value->type != jbvNull)
		fault = FAULT_NOT_A_STRING;
	else if (!allow_null)
		fault = FAULT_NULL_NOT_ALLOWED;

	if (fault != FAULT_NONE)
		rvo_fault_add(faults, place_pointer(faults, place, "/field_value"), fault);
	else if (length > limit)
		rvo_fault_add_limit(faults, place_pointer(faults, place, "/field_value"), FAULT_TOO_LONG, limit, length);
	else if (text.len > CUSTOM_FIELD_VALUE_MAX_LENGTH || rvo_text_has_control(text, true))
		rvo_member_check_text(text, place_pointer(faults, place, "/field_value"),
							  CUSTOM_FIELD_VALUE_MAX_LENGTH, true, faults);
	return text;
}

/* read_value reads the field_value of a field. */
static Slice
read_value(JsonbContainer *item, const FieldPlace *place, bool allow_null, FaultList *faults)
{
	JsonbValue	value;

	if (rvo_json_get(item, CONST_SLICE("field_value"), &value))
		return check_value(&value, place, allow_null, faults);
	rvo_fault_add(faults, place_pointer(faults, place, "/field_value"), FAULT_REQUIRED);
	return NO_SLICE;
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
 * check_rules gives the value of a field its canonical form, and notes what is wrong
 * with it by the client's definitions.  One that has a fault already, or that is to
 * go, is not looked at.
 */
static void
check_rules(const FieldRules *rules, CustomField *field, const FieldPlace *place, FaultList *faults)
{
	Slice		given = field->value;
	FaultCode	code;

	if (rules == NULL || field->name.data == NULL || field->value.data == NULL)
		return;
	code = rvo_field_rules_check(rules, field->name, &field->value);
	if (code != FAULT_NONE)
		rvo_field_rules_explain(rules, field->name, code,
								place_pointer(faults, place, code == FAULT_UNKNOWN_FIELD ? "/field_name" : "/field_value"),
								faults);
	else if (field->value.len > CUSTOM_FIELD_VALUE_MAX_LENGTH)
		check_canonical(given, field->value, place_pointer(faults, place, "/field_value"), faults);
}

/* rvo_custom_field_check is check_rules for a field that is the body itself. */
void
rvo_custom_field_check(const FieldRules *rules, CustomField *field, FaultList *faults)
{
	check_rules(rules, field, &(FieldPlace) {0}, faults);
}

static void
check_members(const Caller *caller, JsonbContainer *item, const char *pointer, FaultList *faults)
{
	rvo_members_check(caller, item, pointer, members, lengthof(members), faults);
}

/* How the custom fields of a member are read. */
typedef struct FieldsReading
{
	const Caller *caller;
	Entity		entity;
	const char *member;
	bool		allow_null;
	bool		list_only;
} FieldsReading;

/* add_field adds a field whose name and value were read. */
static void
add_field(const FieldsReading *reading, CustomField field, const FieldPlace *place, CustomFields *fields, FaultList *faults)
{
	check_rules(reading->caller->notes->rules[reading->entity], &field, place, faults);
	fields->items[fields->count++] = field;
}

/* check_name_is_new notes a field whose name an earlier one has. */
static void
check_name_is_new(const CustomFields *fields, Slice name, const FieldPlace *place, FaultList *faults)
{
	if (name.data != NULL && rvo_custom_fields_find(fields, name) != NULL)
		rvo_fault_add(faults, place_pointer(faults, place, "/field_name"), FAULT_DUPLICATE);
}

/* read_entry reads an entry of a list. */
static void
read_entry(const FieldsReading *reading, JsonbValue *item, CustomFields *fields, FaultList *faults)
{
	FieldPlace	place = {reading->member, fields->count, NO_SLICE};
	JsonbContainer *object = item->type == jbvBinary ? item->val.binary.data : NULL;
	CustomField field = {0};

	if (!rvo_json_is_object(object))
	{
		rvo_fault_add(faults, place_pointer(faults, &place, ""), rvo_member_wrong(item, FAULT_NOT_AN_OBJECT));
		fields->items[fields->count++] = field;
		return;
	}
	field.name = read_name(object, &place, faults);
	check_name_is_new(fields, field.name, &place, faults);
	field.value = read_value(object, &place, reading->allow_null, faults);
	add_field(reading, field, &place, fields, faults);

	/* Nearly all have just these two. */
	if (JsonContainerSize(object) != 2 || field.name.data == NULL || field.value.data == NULL)
		check_members(reading->caller, object, place_pointer(faults, &place, ""), faults);
}

/* read_pair reads a member of an object of names and values. */
static void
read_pair(const FieldsReading *reading, const JsonbValue *name, const JsonbValue *value, CustomFields *fields,
		  FaultList *faults)
{
	FieldPlace	place = {reading->member, 0, rvo_json_string(name)};
	CustomField field = {0};

	field.name = check_name(place.name, &place, faults);
	check_name_is_new(fields, field.name, &place, faults);
	field.value = check_value(value, &place, reading->allow_null, faults);
	add_field(reading, field, &place, fields, faults);
}

/* note_octets notes custom fields that no record has room for. */
static void
note_octets(const FieldsReading *reading, const CustomFields *fields, FaultList *faults)
{
	if (rvo_fields_octets(fields) > CUSTOM_FIELDS_MAX_OCTETS)
		rvo_fields_note_octets(fields, psprintf("/%s", reading->member), faults);
}

/* is_entry tells an entry of a list that stands there without the list. */
static bool
is_entry(JsonbContainer *object)
{
	JsonbValue	value;

	return rvo_json_get(object, CONST_SLICE("field_name"), &value) &&
		rvo_json_get(object, CONST_SLICE("field_value"), &value);
}

/* read_all reads a list, or an object of names and values. */
static CustomFields
read_all(const FieldsReading *reading, JsonbContainer *list, FaultList *faults)
{
	CustomFields fields = {0};
	JsonbIterator *it = JsonbIteratorInit(list);
	JsonbIteratorToken token;
	JsonbValue	item;
	JsonbValue	name;

	fields.items = palloc(Max(JsonContainerSize(list), 1) * sizeof(CustomField));
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM)
			read_entry(reading, &item, &fields, faults);
		else if (token == WJB_KEY)
			name = item;
		else if (token == WJB_VALUE)
			read_pair(reading, &name, &item, &fields, faults);
	}
	if (fields.count > 0)
		note_octets(reading, &fields, faults);
	return fields;
}

/* read_member reads the custom fields of a member of the body. */
static CustomFields
read_member(const FieldsReading *reading, JsonbContainer *body, FaultList *faults)
{
	const char *member = reading->member;
	JsonbValue	list;
	JsonbContainer *container;

	if (!rvo_json_get(body, rvo_slice(member), &list))
		return (CustomFields) {0};
	container = list.type == jbvBinary ? list.val.binary.data : NULL;
	if (!rvo_json_is_array(container) &&
		(reading->list_only || !rvo_json_is_object(container) || is_entry(container)))
	{
		rvo_fault_add(faults, psprintf("/%s", member),
					  list.type == jbvNull ? FAULT_NULL_NOT_ALLOWED : rvo_member_wrong(&list, FAULT_NOT_AN_ARRAY));
		return (CustomFields) {0};
	}
	if (JsonContainerSize(container) > CUSTOM_FIELDS_MAX)
	{
		rvo_fault_add_limit(faults, psprintf("/%s", member), FAULT_TOO_MANY, CUSTOM_FIELDS_MAX,
							JsonContainerSize(container));
		return (CustomFields) {0};
	}
	return read_all(reading, container, faults);
}

/*
 * rvo_custom_fields_read reads custom fields from a member of the body: a list, or
 * an object of names and values, as a FLAT answer has it.  An absent one is an empty
 * list.  Names and values point into the body.
 */
CustomFields
rvo_custom_fields_read(const Caller *caller, Entity entity, JsonbContainer *body, const char *member, FaultList *faults)
{
	FieldsReading reading = {caller, entity, member, false, false};

	return read_member(&reading, body, faults);
}

/* rvo_custom_fields_read_list is the same for a member that is a list only. */
CustomFields
rvo_custom_fields_read_list(const Caller *caller, Entity entity, JsonbContainer *body, const char *member,
							FaultList *faults)
{
	FieldsReading reading = {caller, entity, member, false, true};

	return read_member(&reading, body, faults);
}

/* rvo_custom_fields_read_changes is the same for a change, where null takes a field away. */
CustomFields
rvo_custom_fields_read_changes(const Caller *caller, Entity entity, JsonbContainer *body, const char *member,
							   FaultList *faults)
{
	FieldsReading reading = {caller, entity, member, true, false};

	return read_member(&reading, body, faults);
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
	FieldPlace	place = {0};
	JsonbValue	value;

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return field;
	}
	if (whole || rvo_json_get(body, CONST_SLICE("field_name"), &value))
		field.name = read_name(body, &place, faults);
	if (whole || rvo_json_get(body, CONST_SLICE("field_value"), &value))
		field.value = read_value(body, &place, false, faults);
	check_rules(caller->notes->rules[entity], &field, &place, faults);
	check_members(caller, body, "", faults);
	return field;
}
