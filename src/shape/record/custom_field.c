/*
 * custom_field.c
 *	  The custom fields of a record: a list, as it is stored, changed and shown.
 *
 * They are stored as the NESTED list itself, so that what a caller gets is
 * what a SELECT shows.  Field names are unique within one row.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/custom_field.h"

/* ---------------------------------------------------------------- the list */

/* rvo_custom_fields_find finds a field by name, among some thousand at most; NULL for none. */
CustomField *
rvo_custom_fields_find(const CustomFields *fields, Slice name)
{
	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].name.data != NULL && rvo_slice_equal(fields->items[i].name, name))
			return &fields->items[i];
	return NULL;
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

/* rvo_custom_fields_join makes one list of changes of two: of one name the later one counts. */
void
rvo_custom_fields_join(CustomFields *changes, const CustomFields *later)
{
	make_room(changes, later->count);
	for (int i = 0; i < later->count; i++)
	{
		CustomField *field = rvo_custom_fields_find(changes, later->items[i].name);

		CHECK_FOR_INTERRUPTS();
		if (field != NULL)
			*field = later->items[i];
		else
			changes->items[changes->count++] = later->items[i];
	}
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

/* rvo_fields_octets counts the octets of all names and values; what a change takes away has none. */
int64
rvo_fields_octets(const CustomFields *fields)
{
	int64		octets = 0;

	for (int i = 0; i < fields->count; i++)
		if (fields->items[i].value.data != NULL)
			octets += fields->items[i].name.len + fields->items[i].value.len;
	return octets;
}

/* rvo_fields_shown_octets tells about how many octets they have in an answer; half as many as with all escaped. */
int64
rvo_fields_shown_octets(const CustomFields *fields)
{
	return rvo_fields_octets(fields) + (int64) fields->count * CUSTOM_FIELD_SHOWN_OCTETS;
}

/* rvo_fields_note_octets notes that names and values have too many octets, if they do. */
void
rvo_fields_note_octets(const CustomFields *fields, const char *pointer, FaultList *faults)
{
	int64		octets = rvo_fields_octets(fields);

	if (octets > CUSTOM_FIELDS_MAX_OCTETS)
		rvo_fault_add_limit(faults, pointer, FAULT_FIELDS_TOO_LARGE, CUSTOM_FIELDS_MAX_OCTETS, (int) Min(octets, PG_INT32_MAX));
}

/* rvo_fields_note_excess notes that a change leaves too many custom fields, or too much in them, if it does. */
void
rvo_fields_note_excess(const CustomFields *fields, const char *pointer, FaultList *faults)
{
	if (fields->count > CUSTOM_FIELDS_MAX)
		rvo_fault_add_limit(faults, pointer, FAULT_TOO_MANY, CUSTOM_FIELDS_MAX, fields->count);
	rvo_fields_note_octets(fields, pointer, faults);
}

/* rvo_fields_check_excess raises FAILURE_INVALID_REQUEST if it does. */
void
rvo_fields_check_excess(const CustomFields *fields, const char *pointer)
{
	FaultList	faults = {0};

	rvo_fields_note_excess(fields, pointer, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
}

/* ---------------------------------------------------------------- stored and shown */

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
