/*
 * list.c
 *	  The use cases of lists: where a page begins, what is on it, and what leads to the next.
 *
 * For contact_read.c and company_read.c.  The key of cursors is read only
 * where a cursor is: most lists fit on a page.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/filter.h"
#include "shape/record_render.h"
#include "store/store_secret.h"
#include "work/list.h"

/* rvo_list_begin reads what all lists are asked for; what is wrong with it is noted. */
Listing
rvo_list_begin(const EntityKind *kind, int client_id, const ListRequest *request)
{
	Listing		list = {
		.kind = kind,
		.request = request,
		.rows = {.total = {0, true}},
		.faults = request->faults,
		.scope = {.what = kind->plural, .client_id = client_id, .by_field = request->by_field, .possible = true},
	};

	list.page = rvo_page_read(request, &list.faults);
	list.structure = rvo_structure_read(request->structure, &list.faults);
	return list;
}

/* rvo_list_read_field reads the custom field that a look-up is for. */
void
rvo_list_read_field(Listing *list, Slice *name, Slice *value)
{
	if (!list->request->by_field)
		return;
	*name = rvo_filter_required(list->request->field_name, "field_name", false, &list->faults);
	*value = rvo_filter_required(list->request->field_value, "field_value", true, &list->faults);
}

/*
 * rvo_list_find_place has the first page begin where a cursor says, if there is one;
 * false if nothing can fit the conditions.  Raises FAILURE_INVALID_REQUEST for
 * all that was noted, and for a cursor that is not of this list.
 */
bool
rvo_list_find_place(Listing *list, const Slice *conditions, int nconditions)
{
	list->scope.conditions = conditions;
	list->scope.count = nconditions;
	if (list->request->after.data != NULL &&
		!rvo_cursor_read(rvo_store_secret(), &list->scope, list->request->after, &list->page.place))
		rvo_fault_add(&list->faults, "after", FAULT_INVALID_CURSOR);
	if (list->faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &list->faults);
	return list->scope.possible;
}

/* rvo_list_link returns the cursor of a place, with link in front. */
Slice
rvo_list_link(const ListScope *scope, Slice link, const ListPlace *place)
{
	Slice		cursor = rvo_cursor_write(rvo_store_secret(), scope, place);
	StringInfoData next;

	initStringInfo(&next);
	if (link.len > 0)
		appendBinaryStringInfo(&next, link.data, link.len);
	appendBinaryStringInfo(&next, cursor.data, cursor.len);
	return (Slice) {next.data, next.len};
}

/* next_page returns the cursor of the page behind this one, with link in front; no value if this is the last. */
static Slice
next_page(const Listing *list)
{
	const ListPage *page = &list->page;
	const ListRows *rows = &list->rows;
	ListPlace	place = {
		rows->last_id, rows->last_client_id, page->place.pages + 1, page->place.entries + rows->count, rows->scanned,
		true, rows->total, rows->last_key
	};

	if (page->bare || !rows->has_more)
		return NO_SLICE;
	return rvo_list_link(&list->scope, list->request->link, &place);
}

/* rvo_list_write writes a page of what was read, as JSON text in the current context. */
text *
rvo_list_write(const Listing *list)
{
	const ListRows *rows = &list->rows;
	PageWriter	writer = rvo_page_begin(&list->page, next_page(list), rows->total.entries, rows->count);

	if (list->request->counted != NULL)
		*list->request->counted = rows->total;
	for (int i = 0; i < rows->count; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer.entry);
		const void *item = rows->items + i * rows->table->size;
		JsonbValue	entry = rvo_record_render(list->kind->shape, item, list->structure,
											  list->scope.client_id == ALL_CLIENTS);

		MemoryContextSwitchTo(caller);
		rvo_page_put(&writer, &entry);
	}
	return rvo_page_end(&writer);
}
