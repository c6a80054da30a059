/*
 * form.c
 *	  A form as a JSON object.
 *
 * A form knows strings only.  The list of custom fields comes in it either as
 * one JSON text, or as an entry a part, the way HTML forms are sent to Django
 * REST Framework: list[0]field_name=…, which other clients write as
 * list[0].field_name or list[0][field_name].  An object of names and values comes as
 * list[Industry]=SaaS.  Of equal names the last counts.
 */
#include "postgres.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/fault.h"
#include "base/json_parse.h"
#include "base/jsonio.h"
#include "http/request/form.h"

#define FORM_MAX_PARTS 10000

/* The index of an entry that has a name in its place; they come first. */
#define NAMED_ENTRY -1

/* rvo_form_malformed ends the call: the body is no form. */
void
rvo_form_malformed(void)
{
	rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "", FAULT_MALFORMED_BODY);
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
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
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
			pg_add_s32_overflow(*index, digits.data[i] - '0', index))
			rvo_form_malformed();
	return true;
}

/*
 * read_list_name tells whether a part's name is list[index]member, and if so
 * leaves the list's number, the index and the member's name in the part.
 * list[index] alone leaves an empty name: the entry itself.  list[name], where that
 * is taken, leaves the name and NAMED_ENTRY for an index.
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
	if (inner.len < 1 || inner.data + inner.len == part->name.data + part->name.len)
		return;
	if (!read_index(inner, &index))
	{
		if (!named || rest.len > 0)
			return;
		rest = inner;
		index = NAMED_ENTRY;
	}
	else if (rest.len > 0 && rest.data[0] == '.')
		(void) rvo_text_split(&rest, '.');
	else if (rest.len > 0 && rest.data[0] == '[' && rest.data[rest.len - 1] == ']')
		rest = (Slice) {rest.data + 1, rest.len - 2};
	part->name = rest;
	part->list = number;
	part->index = index;
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

/* read_list makes the list of its parts, which are sorted. */
static JsonbValue
read_list(const FormPart *parts, int count)
{
	JsonbValue	list = rvo_json_array(count);
	int			first;

	for (first = 0; first < count && parts[first].index == NAMED_ENTRY; first++)
		rvo_json_append(&list, named_entry(&parts[first]));
	for (int next; first < count; first = next)
	{
		JsonObject	entry;
		const FormPart *itself = NULL;

		for (next = first; next < count && parts[next].index == parts[first].index;)
			next++;
		entry = rvo_json_open(next - first);
		for (int i = first; i < next; i++)
		{
			rvo_json_put(&entry, parts[i].name, rvo_json_text(parts[i].value));
			if (parts[i].name.len == 0)
				itself = &parts[i];
		}
		rvo_json_append(&list, itself != NULL ? rvo_json_text(itself->value) : rvo_json_close(&entry));
	}
	return list;
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

	for (i = 0; i < form->count; i++)
		for (int list = 1; list <= nlists && form->parts[i].list == 0; list++)
			read_list_name(&form->parts[i], lists[list - 1], list, names->named);
	qsort(form->parts, form->count, sizeof(FormPart), by_index);

	for (i = 0; i < form->count && form->parts[i].list == 0; i++)
	{
		FormPart   *part = &form->parts[i];

		if (!rvo_slice_equal(part->name, lists[0]) && !(nlists > 1 && rvo_slice_equal(part->name, lists[1])))
			rvo_json_put(&object, part->name, rvo_json_text(part->value));
		else if (rvo_text_trim(part->value).len > 0)	/* an empty input of an HTML form is no list */
			rvo_json_put(&object, part->name, rvo_json_list(part->value));
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
