/*
 * custom_field.c
 *	  The custom fields of a contact or company: reading, storing, showing.
 *
 * Floor 1.  They are stored as the NESTED list itself, so that what a caller
 * gets is what a SELECT shows.  Field names are unique within one row.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "custom_field.h"
#include "member.h"

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

/* item_pointer returns the JSON pointer of a member of the list's i-th entry. */
static const char *
item_pointer(const char *member, int i, const char *item_member)
{
	return psprintf("/%s/%d%s", member, i, item_member);
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

/* read_value reads the field_value; a number or boolean gives its JSON text. */
static Slice
read_value(JsonbContainer *item, const char *member, int i, FaultList *faults)
{
	JsonbValue	value;
	Slice		text = NO_SLICE;
	FaultCode	fault = FAULT_NONE;

	if (!rvo_json_get(item, CONST_SLICE("field_value"), &value))
		fault = FAULT_REQUIRED;
	else if (value.type == jbvString)
		text = rvo_text_trim(rvo_json_string(&value));
	else if (value.type == jbvBool)
		text = rvo_slice(value.val.boolean ? "true" : "false");
	else if (value.type == jbvNumeric)
		text = rvo_slice(DatumGetCString(DirectFunctionCall1(numeric_out,
															 NumericGetDatum(value.val.numeric))));
	else
		fault = value.type == jbvNull ? FAULT_NULL_NOT_ALLOWED : FAULT_NOT_A_STRING;

	if (fault != FAULT_NONE)
		rvo_fault_add(faults, item_pointer(member, i, "/field_value"), fault);
	else if (text.len > CUSTOM_FIELD_VALUE_MAX_LENGTH || rvo_text_has_control(text, true))
		rvo_member_check_text(text, item_pointer(member, i, "/field_value"),
							  CUSTOM_FIELD_VALUE_MAX_LENGTH, true, faults);

	/* A number may have 131,072 digits, and a body a thousand of them. */
	if (fault == FAULT_NONE && value.type == jbvNumeric && text.len > CUSTOM_FIELD_VALUE_MAX_LENGTH)
	{
		pfree(unconstify(char *, text.data));
		text = NO_SLICE;
	}
	return text;
}

/* is_taken looks for a name among the fields read so far; at most CUSTOM_FIELDS_MAX. */
static bool
is_taken(const CustomFields *fields, Slice name)
{
	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].name.data != NULL && rvo_slice_equal(fields->items[i].name, name))
			return true;
	return false;
}

static void
read_item(JsonbValue *item, const char *member, CustomFields *fields, FaultList *faults)
{
	int			i = fields->count;
	CustomField *field = &fields->items[i];

	*field = (CustomField) {0};
	if (item->type != jbvBinary || !rvo_json_is_object(item->val.binary.data))
		rvo_fault_add(faults, item_pointer(member, i, ""), FAULT_NOT_AN_OBJECT);
	else
	{
		field->name = read_name(item->val.binary.data, member, i, faults);
		if (field->name.data != NULL && is_taken(fields, field->name))
			rvo_fault_add(faults, item_pointer(member, i, "/field_name"), FAULT_DUPLICATE);
		field->value = read_value(item->val.binary.data, member, i, faults);
	}
	fields->count++;
}

/*
 * rvo_custom_fields_read reads a list of custom fields from a member of the
 * body; an absent one is an empty list.  Names and values point into the body.
 */
CustomFields
rvo_custom_fields_read(JsonbContainer *body, const char *member, FaultList *faults)
{
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
			read_item(&item, member, &fields, faults);
	}
	return fields;
}

/* rvo_custom_fields_nested makes the list that is stored and shown. */
JsonbValue
rvo_custom_fields_nested(const CustomFields *fields, TimestampTz updated_time)
{
	JsonbValue	list = rvo_json_array(fields->count);
	JsonbValue	time = rvo_json_text(rvo_json_time(updated_time));

	for (int i = 0; i < fields->count; i++)
	{
		JsonObject	field = rvo_json_open(4);

		rvo_json_put(&field, CONST_SLICE("id"), rvo_json_integer(fields->items[i].id));
		rvo_json_put(&field, CONST_SLICE("field_name"), rvo_json_text(fields->items[i].name));
		rvo_json_put(&field, CONST_SLICE("field_value"), rvo_json_text(fields->items[i].value));
		rvo_json_put(&field, CONST_SLICE("updated_time"), time);
		rvo_json_append(&list, rvo_json_close(&field));
	}
	return list;
}

/* rvo_custom_fields_flat makes the object that FLAT shows. */
JsonbValue
rvo_custom_fields_flat(const CustomFields *fields)
{
	JsonObject	object = rvo_json_open(fields->count);

	for (int i = 0; i < fields->count; i++)
		rvo_json_put(&object, fields->items[i].name, rvo_json_text(fields->items[i].value));
	return rvo_json_close(&object);
}

/* hash_field hashes one field of one client, so that equal values of two do not meet. */
static int64
hash_field(int client_id, Slice name, Slice value)
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
		(*hashes)[n++] = hash_field(client_id, rvo_json_string(&name), rvo_json_string(&value));
	}
	return n;
}
