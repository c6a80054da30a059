/*
 * import_mend.c
 *	  A row of an import without what is wrong with it.
 *
 * What an import may leave out of a row is a member, or an entry of a list of custom
 * fields: each fault says by its pointer which.  Whether the row is good then is for whoever
 * reads it again: a contact needs one of its keys.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_parse.h"
#include "work/import/import_mend.h"

/* A value that a fault is about. */
typedef struct Place
{
	Slice		member;			/* of the body; empty = the body itself */
	Slice		entry;			/* of that member: its place or name; no value = the member itself */
	Slice		code;
} Place;

typedef struct Places
{
	int			count;
	Place	   *items;
} Places;

/* token takes the next name off a JSON pointer; no value at its end. */
static Slice
token(Slice *pointer)
{
	char	   *name;
	int			len = 0;

	if (pointer->len == 0)
		return NO_SLICE;
	name = palloc(pointer->len);
	*pointer = (Slice) {pointer->data + 1, pointer->len - 1};
	while (pointer->len > 0 && pointer->data[0] != '/')
	{
		char		c = pointer->data[0];

		if (c == '~' && pointer->len > 1)
		{
			*pointer = (Slice) {pointer->data + 1, pointer->len - 1};
			c = pointer->data[0] == '0' ? '~' : '/';
		}
		name[len++] = c;
		*pointer = (Slice) {pointer->data + 1, pointer->len - 1};
	}
	return (Slice) {name, len};
}

static Slice
string_of(JsonbContainer *object, Slice name)
{
	JsonbValue	value;

	return rvo_json_get(object, name, &value) && value.type == jbvString ? rvo_json_string(&value) : CONST_SLICE("");
}

/* read_places reads which values faults are about. */
static Places
read_places(const FaultList *faults)
{
	JsonbContainer *list = rvo_json_root(rvo_json_parse(rvo_slice(rvo_fault_json(faults))));
	int			n = JsonContainerSize(list);
	Places		places = {.items = palloc(Max(n, 1) * sizeof(Place))};

	for (int i = 0; i < n; i++)
	{
		JsonbContainer *fault = getIthJsonbValueFromContainer(list, i)->val.binary.data;
		Slice		pointer = string_of(fault, CONST_SLICE("pointer"));
		Place	   *place = &places.items[places.count++];

		place->member = token(&pointer);
		place->entry = token(&pointer);
		place->code = string_of(fault, CONST_SLICE("code"));
	}
	return places;
}

/* names tells whether a place is a value of a member, or the member itself (entry has no value). */
static bool
names(const Place *place, Slice member, Slice entry)
{
	return rvo_slice_equal(place->member, member) && (place->entry.data == NULL) == (entry.data == NULL) &&
		(entry.data == NULL || rvo_slice_equal(place->entry, entry));
}

static bool
is_named(const Places *places, Slice member, Slice entry)
{
	for (int i = 0; i < places->count; i++)
		if (names(&places->items[i], member, entry))
			return true;
	return false;
}

/* has_entries tells whether any place is within a member. */
static bool
has_entries(const Places *places, Slice member)
{
	for (int i = 0; i < places->count; i++)
		if (rvo_slice_equal(places->items[i].member, member) && places->items[i].entry.data != NULL)
			return true;
	return false;
}

/* drop_entries takes the entries that have faults out of a list or an object. */
static void
drop_entries(const Places *places, Slice member, JsonbValue *value)
{
	int			kept = 0;

	if (value->type == jbvArray)
	{
		for (int i = 0; i < value->val.array.nElems; i++)
			if (!is_named(places, member, rvo_slice(psprintf("%d", i))))
				value->val.array.elems[kept++] = value->val.array.elems[i];
		value->val.array.nElems = kept;
	}
	else if (value->type == jbvObject)
	{
		for (int i = 0; i < value->val.object.nPairs; i++)
			if (!is_named(places, member, rvo_json_string(&value->val.object.pairs[i].key)))
				value->val.object.pairs[kept++] = value->val.object.pairs[i];
		value->val.object.nPairs = kept;
	}
}

/*
 * rvo_import_mend returns a body without the values that have faults, in the current context;
 * NULL if it is no object.
 */
JsonbContainer *
rvo_import_mend(JsonbContainer *body, const FaultList *faults)
{
	Places		places = read_places(faults);
	JsonbValue	value;
	int			kept = 0;

	if (!rvo_json_is_object(body))
		return NULL;
	value = rvo_json_unpack(body);
	for (int i = 0; i < value.val.object.nPairs; i++)
	{
		JsonbPair  *pair = &value.val.object.pairs[i];
		Slice		name = rvo_json_string(&pair->key);

		if (is_named(&places, name, NO_SLICE))
			continue;
		if (has_entries(&places, name))
			drop_entries(&places, name, &pair->value);
		value.val.object.pairs[kept++] = *pair;
	}
	value.val.object.nPairs = kept;
	return rvo_json_root(rvo_json_encode(&value));
}

/* ---------------------------------------------------------------- what was left out */

/* find_entry finds an entry of a list or an object. */
static bool
find_entry(JsonbContainer *in, Slice entry, JsonbValue *value)
{
	const JsonbValue *found;
	int64		place;

	if (!rvo_json_is_array(in))
		return rvo_json_get(in, entry, value);
	if (!rvo_text_is_digits(entry) || (place = strtoll(rvo_slice_cstring(entry), NULL, 10)) >= JsonContainerSize(in))
		return false;
	found = getIthJsonbValueFromContainer(in, place);
	*value = *found;
	return true;
}

/* part_of finds a member of a value that is an object. */
static bool
part_of(const JsonbValue *value, Slice name, JsonbValue *part)
{
	return value->type == jbvBinary && rvo_json_is_object(value->val.binary.data) &&
		rvo_json_get(value->val.binary.data, name, part);
}

/* note_of makes the note of a place: of an entry that is a custom field by its name, of another one by its member. */
static ImportNote
note_of(JsonbContainer *body, const Place *place)
{
	ImportNote	note = {.member = place->member, .value = CONST_SLICE(""), .code = place->code};
	JsonbValue	value;
	JsonbValue	part;

	if (!rvo_json_get(body, place->member, &value))
		return note;
	if (place->entry.data != NULL && value.type == jbvBinary && find_entry(value.val.binary.data, place->entry, &part))
	{
		if (rvo_json_is_object(value.val.binary.data))
			note.member = place->entry;
		value = part;
		if (part_of(&value, CONST_SLICE("field_name"), &part))
			note.member = rvo_import_note_text(&part);
		if (part_of(&value, CONST_SLICE("field_value"), &part))
			value = part;
	}
	note.value = rvo_import_note_text(&value);
	return note;
}

/* rvo_import_tell_dropped notes what was left out of a body because of faults, each value once, in the current context. */
void
rvo_import_tell_dropped(JsonbContainer *body, const FaultList *faults, int row, ImportNotes *notes)
{
	Places		places = read_places(faults);

	for (int i = 0; i < places.count; i++)
	{
		Places		before = {i, places.items};
		ImportNote	note;

		if (is_named(&before, places.items[i].member, places.items[i].entry))
			continue;
		note = note_of(body, &places.items[i]);
		note.row = row;
		rvo_import_note_add(notes, note);
	}
}
