/*
 * import_mend.c
 *	  A row of an import without what is wrong with it.
 *
 * What an import may leave out of a row is a member, or an entry of a list of custom
 * fields: each fault says by its pointer which.  Whether the row is good then is for whoever
 * reads it again: a contact needs one of its keys.  Of a company that is none, the next column's and
 * the name are not lost with it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_parse.h"
#include "shape/import/import_list.h"
#include "shape/record/record.h"
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

/* ---------------------------------------------------------------- what comes in its place */

/* A body being mended, unpacked. */
typedef struct Mending
{
	const ImportMapping *mapping;
	Places		places;
	JsonbValue *body;
	JsonbValue *fields;			/* its list of custom fields; NULL = it has none */
} Mending;

/* member_of returns a member of an unpacked object; NULL if there is none. */
static JsonbValue *
member_of(const JsonbValue *object, Slice name)
{
	for (int i = 0; object->type == jbvObject && i < object->val.object.nPairs; i++)
		if (rvo_slice_equal(rvo_json_string(&object->val.object.pairs[i].key), name))
			return &object->val.object.pairs[i].value;
	return NULL;
}

/* fields_of finds the list of custom fields under which a row's columns stand. */
static JsonbValue *
fields_of(const Mending *mending)
{
	const Slice names[] = {mending->mapping->fields_member, CONST_SLICE(CONTACT_FIELDS)};

	for (size_t i = 0; i < lengthof(names); i++)
	{
		JsonbValue *fields = member_of(mending->body, names[i]);

		if (fields != NULL && fields->type == jbvArray && !is_named(&mending->places, names[i], NO_SLICE))
			return fields;
	}
	return NULL;
}

/* find_field returns where a custom field of a name is in the list; -1 for nowhere. */
static int
find_field(const Mending *mending, Slice name)
{
	for (int i = 0; mending->fields != NULL && i < mending->fields->val.array.nElems; i++)
	{
		const JsonbValue *found = member_of(&mending->fields->val.array.elems[i], CONST_SLICE("field_name"));

		if (found != NULL && found->type == jbvString && rvo_slice_equal(rvo_json_string(found), name))
			return i;
	}
	return -1;
}

/* take_field takes a custom field out of the list, and returns its value. */
static JsonbValue
take_field(const Mending *mending, int place)
{
	JsonbValue *elems = mending->fields->val.array.elems;
	JsonbValue	value = *member_of(&elems[place], CONST_SLICE("field_value"));

	memmove(&elems[place], &elems[place + 1], (--mending->fields->val.array.nElems - place) * sizeof(JsonbValue));
	return value;
}

/* find_member returns the member of a name, or (no value) of a kind, that there are columns for; NULL for none. */
static const ImportMember *
find_member(const ImportMapping *mapping, Slice name, MemberKind kind)
{
	for (int i = 0; i < mapping->nmembers; i++)
		if (name.data != NULL ? rvo_slice_equal(mapping->members[i].member->name, name) : mapping->members[i].member->kind == kind)
			return &mapping->members[i];
	return NULL;
}

/* count_faults counts the faults of a member itself. */
static int
count_faults(const Places *places, Slice member)
{
	int			n = 0;

	for (int i = 0; i < places->count; i++)
		n += names(&places->items[i], member, NO_SLICE);
	return n;
}

/*
 * replace gives a member that is wrong the value of its next spare column, which is a custom field so far.  Of a company only:
 * that a host names none is not known when the row is read.  What was tried before, once for each fault, is skipped.
 */
static bool
replace(const Mending *mending, Slice name, JsonbValue *value)
{
	const ImportMember *member = find_member(mending->mapping, name, MEMBER_KEY);
	int			skipped = 0;

	if (member == NULL || (member->member->kind != MEMBER_COMPANY && mending->mapping->shape != &rvo_company_shape))
		return false;
	for (int i = 0; i < member->ncolumns; i++)
	{
		const ImportColumn *column = &mending->mapping->columns[member->columns[i]];
		int			place = column->spare ? find_field(mending, column->field) : -1;
		const JsonbValue *text = place >= 0 ? member_of(&mending->fields->val.array.elems[place], CONST_SLICE("field_value")) : NULL;

		if (text == NULL || text->type != jbvString || !rvo_import_is_valid(member->member, column, rvo_json_string(text)))
			continue;
		if (++skipped < count_faults(&mending->places, name))
			continue;
		*value = take_field(mending, place);
		return true;
	}
	return false;
}

/* add_field adds a custom field to the list, which may have to be made; body then gets it. */
static void
add_field(Mending *mending, JsonObject *body, Slice name, JsonbValue value)
{
	int			n = mending->fields != NULL ? mending->fields->val.array.nElems : 0;
	JsonbValue	list = rvo_json_array(n + 1);

	for (int i = 0; i < n; i++)
		rvo_json_append(&list, mending->fields->val.array.elems[i]);
	rvo_json_append(&list, rvo_import_list_entry(name, value));
	if (mending->fields != NULL)
		*mending->fields = list;
	else
		rvo_json_put(body, mending->mapping->fields_member, list);
}

/* keep_name makes the name of a company that the row does not name any more the custom field that it is in a row which names none. */
static void
keep_name(Mending *mending, JsonObject *body)
{
	const ImportMember *member = find_member(mending->mapping, NO_SLICE, MEMBER_COMPANY_NAME);
	const JsonbValue *name = member_of(mending->body, CONST_SLICE(COMPANY_NAME));

	if (member == NULL || name == NULL || name->type != jbvString || rvo_text_trim(rvo_json_string(name)).len == 0 ||
		is_named(&mending->places, CONST_SLICE(COMPANY_NAME), NO_SLICE))
		return;
	for (int i = 0; i < member->ncolumns; i++)
	{
		Slice		field = mending->mapping->columns[member->columns[i]].field;

		if (field.data == NULL || find_field(mending, field) >= 0)
			continue;
		add_field(mending, body, field, *name);
		return;
	}
}

/* ---------------------------------------------------------------- the whole */

/* settle_members marks the members that go, and says what comes in their place. */
static void
settle_members(Mending *mending, JsonObject *mended, bool *gone)
{
	bool		nameless = false;

	for (int i = 0; i < mending->body->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &mending->body->val.object.pairs[i];
		Slice		name = rvo_json_string(&pair->key);

		gone[i] = is_named(&mending->places, name, NO_SLICE) && (mending->mapping == NULL || !replace(mending, name, &pair->value));
		nameless |= gone[i] && mending->mapping != NULL && rvo_slice_equal(name, CONST_SLICE("company_id"));
	}
	if (nameless)
		keep_name(mending, mended);
}

/*
 * rvo_import_mend returns a body without the values that have faults, in the current context;
 * NULL if it is no object.  A company that is none gives way to that of the next column, and its name becomes a custom
 * field where there is no other; without mapping they only go.
 */
JsonbContainer *
rvo_import_mend(const ImportMapping *mapping, JsonbContainer *body, const FaultList *faults)
{
	Mending		mending = {.mapping = mapping, .places = read_places(faults)};
	JsonbValue	value;
	JsonObject	mended;
	bool	   *gone;

	if (!rvo_json_is_object(body))
		return NULL;
	value = rvo_json_unpack(body);
	mending.body = &value;
	for (int i = 0; i < value.val.object.nPairs; i++)
		if (has_entries(&mending.places, rvo_json_string(&value.val.object.pairs[i].key)))
			drop_entries(&mending.places, rvo_json_string(&value.val.object.pairs[i].key), &value.val.object.pairs[i].value);
	mending.fields = mapping != NULL ? fields_of(&mending) : NULL;
	mended = rvo_json_open(value.val.object.nPairs + 1);
	gone = palloc(Max(value.val.object.nPairs, 1) * sizeof(bool));
	settle_members(&mending, &mended, gone);
	for (int i = 0; i < value.val.object.nPairs; i++)
		if (!gone[i])
			rvo_json_put(&mended, rvo_json_string(&value.val.object.pairs[i].key), value.val.object.pairs[i].value);
	value = rvo_json_close(&mended);
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

/* is_kept tells whether a text is the value of a custom field in a body. */
static bool
is_kept(JsonbContainer *body, Slice text)
{
	JsonbValue	unpacked = rvo_json_unpack(body);

	for (int i = 0; i < unpacked.val.object.nPairs; i++)
	{
		const JsonbValue *list = &unpacked.val.object.pairs[i].value;

		for (int j = 0; list->type == jbvArray && j < list->val.array.nElems; j++)
		{
			const JsonbValue *value = member_of(&list->val.array.elems[j], CONST_SLICE("field_value"));

			if (value != NULL && value->type == jbvString && rvo_slice_equal(rvo_json_string(value), text))
				return true;
		}
	}
	return false;
}

/* fault_of_company returns what was wrong with the company that a row named; no value if that is nothing. */
static Slice
fault_of_company(const FaultList *faults)
{
	Places		places = read_places(faults);

	for (int i = 0; i < places.count; i++)
		if (names(&places.items[i], CONST_SLICE("company_id"), NO_SLICE))
			return places.items[i].code;
	return NO_SLICE;
}

/*
 * rvo_import_tell_name notes the company's name of a row that names none, or whose company was left out.  A company that it has all the
 * same may get the name of a row that named none.  Nothing is noted if the body, as it came or mended, has the name as a custom field:
 * then it is kept, or told as that.
 */
void
rvo_import_tell_name(JsonbContainer *body, JsonbContainer *mended, const FaultList *faults, bool has_company, int row, ImportNotes *notes)
{
	Slice		code = fault_of_company(faults);
	JsonbValue	value;

	if ((has_company && code.data == NULL) || !rvo_json_get(body, CONST_SLICE(COMPANY_NAME), &value) || value.type != jbvString ||
		is_kept(body, rvo_json_string(&value)) || is_kept(mended, rvo_json_string(&value)))
		return;
	if (code.data == NULL)
		code = rvo_fault_code(FAULT_NOT_FOUND);
	rvo_import_note_add(notes, (ImportNote) {row, CONST_SLICE(COMPANY_NAME), rvo_json_string(&value), code});
}
