/*
 * custom_field.c
 *	  The custom fields of a contact or company: reading, changing, storing, showing.
 *
 * They are stored as the NESTED list itself, so that what a caller gets is
 * what a SELECT shows.  Field names are unique within one row.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "shape/custom_field.h"
#include "shape/known_member.h"
#include "shape/member.h"

/* What an entry of a list may have, in jsonb's order. */
static const Slice members[] = {
	CONST_SLICE("id"), CONST_SLICE("field_name"), CONST_SLICE("field_value"), CONST_SLICE("updated_time"),
};

/* rvo_structure_read reads the parameter "structure"; it has a default, but may not be null. */
Structure
rvo_structure_read(Slice name, FaultList *faults)
{
	if (name.data != NULL && rvo_slice_equal(name, CONST_SLICE("FLAT")))
		return STRUCTURE_FLAT;
	if (name.data == NULL || !rvo_slice_equal(name, CONST_SLICE("NESTED")))
		rvo_fault_add(faults, "structure", FAULT_INVALID_STRUCTURE);
	return STRUCTURE_NESTED;
}

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

/* rvo_custom_fields_find finds a field by name, among some thousand at most; NULL for none. */
CustomField *
rvo_custom_fields_find(const CustomFields *fields, Slice name)
{
	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].name.data != NULL && rvo_slice_equal(fields->items[i].name, name))
			return &fields->items[i];
	return NULL;
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

/* ---------------------------------------------------------------- stored lists */

/* read_stored reads an entry of a stored list; false if it is no field. */
static bool
read_stored(JsonbContainer *item, CustomField *field)
{
	JsonbValue	id;
	JsonbValue	name;
	JsonbValue	value;
	JsonbValue	time;

	if (!rvo_json_is_object(item) ||
		!rvo_json_get(item, CONST_SLICE("id"), &id) || id.type != jbvNumeric ||
		!rvo_json_get(item, CONST_SLICE("field_name"), &name) || name.type != jbvString ||
		!rvo_json_get(item, CONST_SLICE("field_value"), &value) || value.type != jbvString ||
		!rvo_json_get(item, CONST_SLICE("updated_time"), &time) || time.type != jbvString)
		return false;
	*field = (CustomField) {
		.name = rvo_json_string(&name),
		.value = rvo_json_string(&value),
		.updated_time = rvo_json_string(&time),
	};
	return rvo_text_to_id(rvo_slice(DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(id.val.numeric)))),
						  &field->id);
}

/*
 * rvo_custom_fields_of_jsonb reads a stored list; names and values point into
 * it.  Entries that are no fields, which only a direct write leaves, are passed over.
 */
CustomFields
rvo_custom_fields_of_jsonb(Jsonb *nested)
{
	CustomFields fields = {0};
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	item;

	if (JB_ROOT_COUNT(nested) == 0)
		return fields;
	fields.items = palloc(JB_ROOT_COUNT(nested) * sizeof(CustomField));
	it = JsonbIteratorInit(&nested->root);
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
		if (token == WJB_ELEM && item.type == jbvBinary &&
			read_stored(item.val.binary.data, &fields.items[fields.count]))
			fields.count++;
	return fields;
}

/* rvo_custom_fields_find_id finds a field by id; NULL for none. */
CustomField *
rvo_custom_fields_find_id(const CustomFields *fields, int64 id)
{
	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].id == id)
			return &fields->items[i];
	return NULL;
}

/* make_room gives the list a memory of its own, for some fields more. */
static void
make_room(CustomFields *fields, int more)
{
	CustomField *items = palloc((fields->count + more) * sizeof(CustomField));

	if (fields->count > 0)
		memcpy(items, fields->items, fields->count * sizeof(CustomField));
	fields->items = items;
}

/* rvo_custom_fields_add puts a field at the end, and returns it. */
CustomField *
rvo_custom_fields_add(CustomFields *fields, CustomField field)
{
	make_room(fields, 1);
	fields->items[fields->count] = field;
	return &fields->items[fields->count++];
}

/* rvo_custom_fields_remove takes a field of the list out. */
void
rvo_custom_fields_remove(CustomFields *fields, CustomField *field)
{
	int			behind = fields->count - (field - fields->items) - 1;

	memmove(field, field + 1, behind * sizeof(CustomField));
	fields->count--;
}

/* rvo_custom_field_change gives a field another name or value, where there is one; false if it has them. */
bool
rvo_custom_field_change(CustomField *field, Slice name, Slice value)
{
	bool		renamed = name.data != NULL && !rvo_slice_equal(field->name, name);
	bool		changed = value.data != NULL && !rvo_slice_equal(field->value, value);

	if (renamed)
		field->name = name;
	if (changed)
		field->value = value;
	if (renamed || changed)
		field->updated_time = NO_SLICE;
	return renamed || changed;
}

/*
 * rvo_custom_fields_merge applies changes by name: a value changes or adds a
 * field, no value takes it away.  Returns whether that made a difference.
 */
bool
rvo_custom_fields_merge(CustomFields *fields, const CustomFields *changes)
{
	bool		different = false;

	/* Many items of a batch change one large contact, and no custom field of it. */
	if (changes->count == 0)
		return false;
	make_room(fields, changes->count);
	for (int i = 0; i < changes->count; i++)
	{
		const CustomField *change = &changes->items[i];
		CustomField *field = rvo_custom_fields_find(fields, change->name);

		CHECK_FOR_INTERRUPTS();
		if (field != NULL && change->value.data != NULL)
			different |= rvo_custom_field_change(field, NO_SLICE, change->value);
		else if (field != NULL || change->value.data != NULL)
		{
			if (field != NULL)
				rvo_custom_fields_remove(fields, field);
			else
				fields->items[fields->count++] = *change;
			different = true;
		}
	}
	return different;
}

/* rvo_custom_fields_fill adds the fields of another list whose names are not there, as they are. */
void
rvo_custom_fields_fill(CustomFields *fields, const CustomFields *more)
{
	make_room(fields, more->count);
	for (int i = 0; i < more->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (rvo_custom_fields_find(fields, more->items[i].name) == NULL)
			fields->items[fields->count++] = more->items[i];
	}
}

/* ---------------------------------------------------------------- showing */

/* rvo_custom_field_nested makes one entry of the list; updated_time is of one that has none yet. */
JsonbValue
rvo_custom_field_nested(const CustomField *field, Slice updated_time)
{
	JsonObject	object = rvo_json_open(4);

	rvo_json_put(&object, CONST_SLICE("id"), rvo_json_integer(field->id));
	rvo_json_put(&object, CONST_SLICE("field_name"), rvo_json_text(field->name));
	rvo_json_put(&object, CONST_SLICE("field_value"), rvo_json_text(field->value));
	rvo_json_put(&object, CONST_SLICE("updated_time"),
				 rvo_json_text(field->updated_time.data != NULL ? field->updated_time : updated_time));
	return rvo_json_close(&object);
}

/* rvo_custom_fields_nested makes the list that is stored and shown; updated_time is of fields that have none yet. */
JsonbValue
rvo_custom_fields_nested(const CustomFields *fields, TimestampTz updated_time)
{
	JsonbValue	list = rvo_json_array(fields->count);
	Slice		time = rvo_json_time(updated_time);

	for (int i = 0; i < fields->count; i++)
		rvo_json_append(&list, rvo_custom_field_nested(&fields->items[i], time));
	return list;
}

/* rvo_custom_fields_show makes what an answer shows. */
JsonbValue
rvo_custom_fields_show(const CustomFields *fields, Structure structure, TimestampTz updated_time)
{
	JsonObject	object;

	if (structure == STRUCTURE_NESTED)
		return rvo_custom_fields_nested(fields, updated_time);
	object = rvo_json_open(fields->count);
	for (int i = 0; i < fields->count; i++)
		rvo_json_put(&object, fields->items[i].name, rvo_json_text(fields->items[i].value));
	return rvo_json_close(&object);
}

/* ---------------------------------------------------------------- the index */

/* rvo_custom_field_pattern makes what a stored list with this field contains. */
JsonbValue
rvo_custom_field_pattern(Slice name, Slice value)
{
	JsonbValue	list = rvo_json_array(1);
	JsonObject	field = rvo_json_open(2);

	rvo_json_put(&field, CONST_SLICE("field_name"), rvo_json_text(name));
	rvo_json_put(&field, CONST_SLICE("field_value"), rvo_json_text(value));
	rvo_json_append(&list, rvo_json_close(&field));
	return list;
}

/* rvo_custom_field_hash hashes one field of one client, so that equal values of two do not meet. */
int64
rvo_custom_field_hash(int client_id, Slice name, Slice value)
{
	uint64		h = hash_bytes_uint32_extended(client_id, 0);

	h = hash_bytes_extended((const unsigned char *) name.data, name.len, h);
	return (int64) hash_bytes_extended((const unsigned char *) value.data, value.len, h);
}

/*
 * rvo_custom_fields_hash gives one hash a field of a stored list: what the
 * index holds.  Returns how many; entries that are no fields count for nothing.
 */
int
rvo_custom_fields_hash(int client_id, JsonbContainer *nested, int64 **hashes)
{
	JsonbIterator *it = JsonbIteratorInit(nested);
	JsonbIteratorToken token;
	JsonbValue	item;
	JsonbValue	name;
	JsonbValue	value;
	int			n = 0;

	*hashes = palloc(Max(JsonContainerSize(nested), 1) * sizeof(int64));
	while ((token = JsonbIteratorNext(&it, &item, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM || item.type != jbvBinary ||
			!rvo_json_is_object(item.val.binary.data) ||
			!rvo_json_get(item.val.binary.data, CONST_SLICE("field_name"), &name) ||
			!rvo_json_get(item.val.binary.data, CONST_SLICE("field_value"), &value) ||
			name.type != jbvString || value.type != jbvString)
			continue;
		(*hashes)[n++] = rvo_custom_field_hash(client_id, rvo_json_string(&name), rvo_json_string(&value));
	}
	return n;
}
