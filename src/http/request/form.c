/*
 * form.c
 *	  A form as a JSON object.
 *
 * A form knows strings only.  The list of custom fields comes in it either as
 * one JSON text, or as an entry a part, the way HTML forms are sent to Django
 * REST Framework: list[0]field_name=…, which other clients write as
 * list[0].field_name or list[0][field_name], or without numbers: list[][field_name], and
 * list[field_name] of a single one.  Then an entry ends where a name comes again.  A list that is
 * given several times has the entries of all: so clients of OpenAPI send arrays.  An object of names and values comes as
 * list[Industry]=SaaS.  Of other equal names the last counts.
 */
#include "postgres.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/failure.h"
#include "base/fault.h"
#include "base/json_parse.h"
#include "base/jsonio.h"
#include "http/request/form.h"

#define FORM_MAX_PARTS 10000

/* The index of an entry that has a name in its place; they come first. */
#define NAMED_ENTRY -1

/* Indexes from here on are of entries that have no number. */
#define FIRST_UNNUMBERED (PG_INT32_MAX - FORM_MAX_PARTS)

/* rvo_form_malformed ends the call: the body is no form. */
void
rvo_form_malformed(void)
{
	rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "", FAULT_MALFORMED_BODY);
}

/* check_encoding lets only valid UTF-8 without NUL pass. */
static Slice
check_encoding(Slice s)
{
	if (!pg_verify_mbstr(PG_UTF8, s.data, s.len, true))
		rvo_form_malformed();
	return s;
}

/* rvo_form_add adds a part.  Raises FAILURE_INVALID_REQUEST for one that is not UTF-8, or one too many. */
void
rvo_form_add(Form *form, Slice name, Slice value)
{
	CHECK_FOR_INTERRUPTS();
	if (form->count >= FORM_MAX_PARTS)
	{
		FaultList	faults = {0};

		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, FORM_MAX_PARTS, form->count + 1);
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	}
	if (form->count == form->allocated)
	{
		form->allocated = Max(16, form->allocated * 2);
		form->parts = form->parts == NULL ?
			palloc(form->allocated * sizeof(FormPart)) :
			repalloc(form->parts, form->allocated * sizeof(FormPart));
	}
	form->parts[form->count] = (FormPart) {
		check_encoding(name), check_encoding(value), 0, 0, form->count
	};
	form->count++;
}

/*
 * read_index reads the number of an entry; false if it is none.  Raises
 * FAILURE_INVALID_REQUEST for one that is too large.
 */
static bool
read_index(Slice digits, int *index)
{
	*index = 0;
	if (!rvo_text_is_digits(digits))
		return false;
	for (int i = 0; i < digits.len; i++)
		if (pg_mul_s32_overflow(*index, 10, index) ||
			pg_add_s32_overflow(*index, digits.data[i] - '0', index) || *index >= FIRST_UNNUMBERED)
			rvo_form_malformed();
	return true;
}

/* is_field_member tells the members of an entry, which are no names of fields, although they stand in a name's place. */
static bool
is_field_member(Slice name)
{
	return rvo_slice_equal(name, CONST_SLICE("field_name")) || rvo_slice_equal(name, CONST_SLICE("field_value"));
}

/* member_of takes a member's name out of what stands behind an entry's brackets: .member, [member] or member. */
static Slice
member_of(Slice rest)
{
	if (rest.len > 0 && rest.data[0] == '.')
		return (Slice) {rest.data + 1, rest.len - 1};
	if (rest.len > 0 && rest.data[0] == '[' && rest.data[rest.len - 1] == ']')
		return (Slice) {rest.data + 1, rest.len - 2};
	return rest;
}

/*
 * read_list_name tells whether a part's name is list[index]member, and if so
 * leaves the list's number, the index and the member's name in the part.
 * list[index] alone leaves an empty name: the entry itself.  list[name], where that
 * is taken, leaves the name and NAMED_ENTRY for an index.  Without an index it is FIRST_UNNUMBERED.
 */
static void
read_list_name(FormPart *part, Slice list, int number, bool named)
{
	Slice		rest = part->name;
	Slice		inner;
	int			index;

	if (rest.len <= list.len || memcmp(rest.data, list.data, list.len) != 0 || rest.data[list.len] != '[')
		return;
	rest.data += list.len + 1;
	rest.len -= list.len + 1;
	inner = rvo_text_split(&rest, ']');
	if (inner.data + inner.len == part->name.data + part->name.len)
		return;
	if (inner.len == 0)
	{
		index = FIRST_UNNUMBERED;
		rest = member_of(rest);
	}
	else if (read_index(inner, &index))
		rest = member_of(rest);
	else
	{
		if (!named || rest.len > 0)
			return;
		index = is_field_member(inner) ? FIRST_UNNUMBERED : NAMED_ENTRY;
		rest = inner;
	}
	part->name = rest;
	part->list = number;
	part->index = index;
}

/* number_entries gives the entries of a list that have no number one behind the others: a new one begins with a name that the last one has, and before and behind one that is whole. */
static void
number_entries(Form *form, int list)
{
	int			index = FIRST_UNNUMBERED;
	int			first = 0;

	for (int i = 0; i < form->count; i++)
	{
		FormPart   *part = &form->parts[i];

		CHECK_FOR_INTERRUPTS();
		if (part->list != list || part->index != FIRST_UNNUMBERED)
			continue;
		for (int before = first; before < i; before++)
			if (form->parts[before].list == list && form->parts[before].index == index &&
				(part->name.len == 0 || form->parts[before].name.len == 0 || rvo_slice_equal(form->parts[before].name, part->name)))
			{
				index++;
				first = i;
				break;
			}
		part->index = index;
	}
}

/* by_index sorts the lists' parts behind the others, by list and entry, then as they came. */
static int
by_index(const void *a, const void *b)
{
	const FormPart *x = a;
	const FormPart *y = b;

	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return x->order - y->order;
}

/* named_entry makes the entry of a part that has its name. */
static JsonbValue
named_entry(const FormPart *part)
{
	JsonObject	entry = rvo_json_open(2);

	rvo_json_put(&entry, CONST_SLICE("field_name"), rvo_json_text(part->name));
	rvo_json_put(&entry, CONST_SLICE("field_value"), rvo_json_text(part->value));
	return rvo_json_close(&entry);
}

/* entry_itself makes the entry of a part without a member's name: JSON, if it has no number; else a text. */
static JsonbValue
entry_itself(const FormPart *part)
{
	return part->index >= FIRST_UNNUMBERED ? rvo_json_list(part->value) : rvo_json_text(part->value);
}

/* read_entry makes the entry of parts that are one. */
static JsonbValue
read_entry(const FormPart *parts, int count)
{
	JsonObject	entry = rvo_json_open(count);
	const FormPart *itself = NULL;

	if (parts[0].index == NAMED_ENTRY)
		return named_entry(&parts[0]);
	for (int i = 0; i < count; i++)
	{
		rvo_json_put(&entry, parts[i].name, rvo_json_text(parts[i].value));
		if (parts[i].name.len == 0)
			itself = &parts[i];
	}
	return itself != NULL ? entry_itself(itself) : rvo_json_close(&entry);
}

/* read_list makes the list of its parts, which are sorted. */
static JsonbValue
read_list(const FormPart *parts, int count)
{
	JsonbValue *entries = palloc(count * sizeof(JsonbValue));
	JsonbValue	list;
	int			n = 0;
	int			size = 0;

	for (int first = 0, next; first < count; first = next)
	{
		for (next = first + 1; next < count && parts[first].index != NAMED_ENTRY && parts[next].index == parts[first].index;)
			next++;
		entries[n] = read_entry(parts + first, next - first);
		size += entries[n].type == jbvArray ? entries[n].val.array.nElems : 1;
		n++;
	}
	list = rvo_json_array(size);
	for (int i = 0; i < n; i++)
	{
		/* an array stands for its entries */
		bool		several = entries[i].type == jbvArray;

		for (int e = 0; e < (several ? entries[i].val.array.nElems : 1); e++)
			rvo_json_append(&list, several ? entries[i].val.array.elems[e] : entries[i]);
	}
	return list;
}

/* rvo_form_is_json_text tells whether a text begins as JSON does: no address begins so. */
bool
rvo_form_is_json_text(Slice text)
{
	text = rvo_text_trim(text);
	return text.len > 0 && (text.data[0] == '[' || text.data[0] == '"');
}

/*
 * whole_list reads a part that is a list itself; a single entry as JSON is a list of one, and so is a text, if
 * texts are listed.  One that begins as JSON is none of these: it stays a text, which is no list.
 */
static JsonbValue
whole_list(Slice text, bool texts)
{
	JsonbValue	value = rvo_json_list(text);
	JsonbValue	list = rvo_json_array(1);

	if (texts && value.type == jbvString && !rvo_form_is_json_text(text))
	{
		rvo_json_append(&list, value);
		return list;
	}
	for (int i = 0; value.type == jbvObject && i < value.val.object.nPairs; i++)
		if (is_field_member(rvo_json_string(&value.val.object.pairs[i].key)))
		{
			rvo_json_append(&list, value);
			return list;
		}
	return value;
}

/* is_whole tells whether a part is a list itself, and not an empty input of an HTML form. */
static bool
is_whole(const FormPart *part, Slice list)
{
	return part->list == 0 && rvo_slice_equal(part->name, list) && rvo_text_trim(part->value).len > 0;
}

/* join_wholes makes entries of the parts that are a list itself, if it has other parts, too: then none of them is all of it. */
static void
join_wholes(Form *form, Slice list, int number)
{
	int			wholes = 0;
	int			parts = 0;

	for (int i = 0; i < form->count; i++)
	{
		wholes += is_whole(&form->parts[i], list);
		parts += form->parts[i].list == number;
	}
	for (int i = 0; wholes + parts > 1 && i < form->count; i++)
		if (is_whole(&form->parts[i], list))
		{
			form->parts[i].name.len = 0;
			form->parts[i].list = number;
			form->parts[i].index = FIRST_UNNUMBERED;
		}
}

/* find_lists finds what belongs to the lists, and sorts it behind the other parts. */
static void
find_lists(Form *form, const Slice *lists, int nlists, bool named)
{
	for (int i = 0; i < form->count; i++)
		for (int list = 1; list <= nlists && form->parts[i].list == 0; list++)
			read_list_name(&form->parts[i], lists[list - 1], list, named);
	for (int list = 1; list <= nlists; list++)
	{
		join_wholes(form, lists[list - 1], list);
		number_entries(form, list);
	}
	qsort(form->parts, form->count, sizeof(FormPart), by_index);
}

/* rvo_form_to_jsonb makes one object of the parts of a form. */
Jsonb *
rvo_form_to_jsonb(Form *form, const FormLists *names)
{
	const Slice lists[] = {rvo_slice(names->list), names->other != NULL ? rvo_slice(names->other) : NO_SLICE};
	int			nlists = names->other != NULL ? 2 : 1;
	JsonObject	object = rvo_json_open(form->count + nlists);
	JsonbValue	value;
	int			i;

	find_lists(form, lists, nlists, names->named);
	for (i = 0; i < form->count && form->parts[i].list == 0; i++)
	{
		FormPart   *part = &form->parts[i];

		if (!rvo_slice_equal(part->name, lists[0]) && !(nlists > 1 && rvo_slice_equal(part->name, lists[1])))
			rvo_json_put(&object, part->name, rvo_json_text(part->value));
		else if (rvo_text_trim(part->value).len > 0)	/* an empty input of an HTML form is no list */
			rvo_json_put(&object, part->name, whole_list(part->value, names->texts));
	}
	for (int list = 1; list <= nlists; list++)
	{
		int			first = i;

		while (i < form->count && form->parts[i].list == list)
			i++;
		if (i > first)
			rvo_json_put(&object, lists[list - 1], read_list(form->parts + first, i - first));
	}
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}
