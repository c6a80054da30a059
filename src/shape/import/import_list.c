/*
 * import_list.c
 *	  Custom fields that a row lists in a cell, before those that it has otherwise.
 *
 * A cell may have a list of entries, or an object of names and values, which becomes
 * such a list.  Anything else that is joined is an entry as it stands, so that whoever reads
 * the body finds fault with that entry and with no other.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/fault.h"
#include "base/slice_map.h"
#include "shape/import/import_list.h"

/* A list being joined to what stands behind it. */
typedef struct Joining
{
	JsonbValue	list;
	const JsonbValue *others;
	SliceMap   *places;			/* of the others by their names, from 1; NULL = all that is listed stays */
	int			row;
	ImportNotes *notes;
} Joining;

/* rvo_import_list_entry makes an entry of a name and a value. */
JsonbValue
rvo_import_list_entry(Slice name, JsonbValue value)
{
	JsonObject	field = rvo_json_open(2);

	rvo_json_put(&field, CONST_SLICE("field_name"), rvo_json_text(name));
	rvo_json_put(&field, CONST_SLICE("field_value"), value);
	return rvo_json_close(&field);
}

/* part_of returns a member of an unpacked object; NULL if there is none. */
static const JsonbValue *
part_of(const JsonbValue *object, Slice name)
{
	for (int i = 0; object->type == jbvObject && i < object->val.object.nPairs; i++)
		if (rvo_slice_equal(rvo_json_string(&object->val.object.pairs[i].key), name))
			return &object->val.object.pairs[i].value;
	return NULL;
}

/* name_of returns the name of an entry; no value if it has none. */
static Slice
name_of(const JsonbValue *entry)
{
	const JsonbValue *name = part_of(entry, CONST_SLICE("field_name"));

	return name != NULL && name->type == jbvString ? rvo_text_trim(rvo_json_string(name)) : NO_SLICE;
}

/* value_of returns the value of an entry as a text, or the entry itself if it has none. */
static Slice
value_of(const JsonbValue *entry)
{
	const JsonbValue *value = part_of(entry, CONST_SLICE("field_value"));

	return rvo_text_trim(rvo_import_note_text(value != NULL ? value : entry));
}

/* note_places notes where which name is. */
static SliceMap *
note_places(const JsonbValue *others)
{
	SliceMap   *places = rvo_slice_map_create(others->val.array.nElems);
	bool		found;

	for (int i = 0; i < others->val.array.nElems; i++)
	{
		Slice		name = name_of(&others->val.array.elems[i]);

		if (name.data != NULL)
			*rvo_slice_map_put(places, name, &found) = i + 1;
	}
	return places;
}

/* add adds an entry, unless another one counts, which is noted if it says something else. */
static void
add(Joining *joining, JsonbValue entry)
{
	Slice		name = joining->places != NULL ? name_of(&entry) : NO_SLICE;
	const int64 *place = name.data != NULL ? rvo_slice_map_find(joining->places, name) : NULL;
	Slice		value;

	if (place == NULL)
	{
		rvo_json_append(&joining->list, entry);
		return;
	}
	value = value_of(&entry);
	if (value.len > 0 && !rvo_slice_equal(value, value_of(&joining->others->val.array.elems[*place - 1])))
		rvo_import_note_add(joining->notes, (ImportNote) {joining->row, name, value, rvo_fault_code(FAULT_DUPLICATE)});
}

/* is_entry tells an entry that stands there without its list. */
static bool
is_entry(const JsonbValue *listed)
{
	return part_of(listed, CONST_SLICE("field_name")) != NULL && part_of(listed, CONST_SLICE("field_value")) != NULL;
}

/* rvo_import_list_is_one tells whether a value lists custom fields: as a list or, unless list_only, as an object of names and values. */
bool
rvo_import_list_is_one(const JsonbValue *value, bool list_only)
{
	return value->type == jbvArray || (value->type == jbvObject && !list_only && !is_entry(value));
}

/* entries_of returns what a cell lists as entries: an object of names and values as a list of them, what is no list as one entry. */
static JsonbValue
entries_of(const JsonbValue *listed)
{
	bool		pairs = listed->type == jbvObject && rvo_import_list_is_one(listed, false);
	JsonbValue	entries;

	if (listed->type == jbvArray)
		return *listed;
	entries = rvo_json_array(pairs ? listed->val.object.nPairs : 1);
	if (!pairs)
		rvo_json_append(&entries, *listed);
	for (int i = 0; pairs && i < listed->val.object.nPairs; i++)
		rvo_json_append(&entries, rvo_import_list_entry(rvo_json_string(&listed->val.object.pairs[i].key),
														listed->val.object.pairs[i].value));
	return entries;
}

/*
 * rvo_import_list_join makes one list, in the current context: what a cell lists, then the others.  Of a name that both
 * have the value of the others counts, and the one listed is noted.  Where the cell has a list, and not an object, both
 * stay if keeps_both, to be found fault with.
 */
JsonbValue
rvo_import_list_join(const JsonbValue *listed, JsonbValue others, bool keeps_both, int row, ImportNotes *notes)
{
	JsonbValue	entries = entries_of(listed);
	Joining		joining = {
		.list = rvo_json_array(entries.val.array.nElems + others.val.array.nElems),
		.others = &others,
		.places = keeps_both && listed->type == jbvArray ? NULL : note_places(&others),
		.row = row,
		.notes = notes,
	};

	for (int i = 0; i < entries.val.array.nElems; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add(&joining, entries.val.array.elems[i]);
	}
	for (int i = 0; i < others.val.array.nElems; i++)
		rvo_json_append(&joining.list, others.val.array.elems[i]);
	return joining.list;
}
