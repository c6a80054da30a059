/*
 * list.c
 *	  The use cases of lists: where a page begins, what is on it, and what leads to the next.
 *
 * Of records for contact_read.c, company_read.c and email_read.c; where a page begins
 * and how it is opened, for all other lists as well.  The key of cursors is read only
 * where a cursor is: most lists fit on a page.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/list/filter.h"
#include "shape/record/record_render.h"
#include "store/service/store_secret.h"
#include "work/record/list.h"

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
 * rvo_list_place has a page begin where a cursor says, if there is one.  Raises
 * FAILURE_INVALID_REQUEST for all that was noted, and for a cursor that is not of this list.
 */
void
rvo_list_place(const ListRequest *request, const ListScope *scope, ListPage *page, FaultList *faults)
{
	if (request->after.data != NULL && !rvo_cursor_read(rvo_store_secret(), scope, request->after, &page->place))
		rvo_fault_add(faults, "after", FAULT_INVALID_CURSOR);
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
}

/* rvo_list_find_place is rvo_list_place for records; false if nothing can fit the conditions. */
bool
rvo_list_find_place(Listing *list, const Slice *conditions, int nconditions)
{
	list->scope.conditions = conditions;
	list->scope.count = nconditions;
	rvo_list_place(list->request, &list->scope, &list->page, &list->faults);
	return list->scope.possible;
}

/* next_page returns the cursor of the page behind this one, with link in front; no value if this is the last. */
static Slice
next_page(const ListRequest *request, const ListScope *scope, const ListPage *page, const ListEnd *end)
{
	ListPlace	place = end->place;
	Slice		cursor;

	if (page->bare || !end->has_more)
		return NO_SLICE;
	place.pages = page->place.pages + 1;
	place.entries = page->place.entries + end->count;
	place.counted = true;
	cursor = rvo_cursor_write(rvo_store_secret(), scope, &place);
	return rvo_slice(psprintf("%.*s%.*s", request->link.len, request->link.data != NULL ? request->link.data : "",
							  cursor.len, cursor.data));
}

/* rvo_list_open begins to write a page, whose entries are still to be put, and says how many there are in all. */
PageWriter
rvo_list_open(const ListRequest *request, const ListScope *scope, const ListPage *page, const ListEnd *end)
{
	if (request->counted != NULL)
		*request->counted = end->place.total;
	return rvo_page_begin(page, next_page(request, scope, page, end), end->place.total.entries, end->count);
}

/* rvo_list_write writes a page of what was read, as JSON text in the current context. */
text *
rvo_list_write(const Listing *list)
{
	const ListRows *rows = &list->rows;
	ListEnd		end = {
		.place = {
			.id = rows->last_id, .client_id = rows->last_client_id, .scanned = rows->scanned, .total = rows->total, .key = rows->last_key
		},
		.count = rows->count, .has_more = rows->has_more
	};
	PageWriter	writer = rvo_list_open(list->request, &list->scope, &list->page, &end);

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
