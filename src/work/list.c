/*
 * list.c
 *	  The use cases of lists: where a page begins, what is on it, and what leads to the next.
 *
 * For contact_read.c and company_read.c.  The key of cursors is read only
 * where a cursor is: most lists fit on a page.
 */
#include "postgres.h"

#include "base/compat.h"
#include "store/store_secret.h"
#include "work/list.h"

/* rvo_list_find_place has the first page begin where a cursor says, if there is one, and notes one that is not of this list. */
void
rvo_list_find_place(const ListScope *scope, Slice after, ListPage *page, FaultList *faults)
{
	if (after.data == NULL)
		return;
	if (!rvo_cursor_read(rvo_store_cursor_secret(), scope, after, &page->place))
		rvo_fault_add(faults, "after", FAULT_INVALID_CURSOR);
}

/* next_page returns the cursor of the page behind this one, with link in front; no value if this is the last. */
static Slice
next_page(const ListScope *scope, Slice link, const ListPage *page, const ListRows *list)
{
	ListPlace	place = {
		list->last_id, list->last_client_id, page->place.pages + 1, page->place.entries + list->count, list->scanned
	};
	StringInfoData next;
	Slice		cursor;

	if (page->bare || !list->has_more)
		return NO_SLICE;
	cursor = rvo_cursor_write(rvo_store_cursor_secret(), scope, &place);
	initStringInfo(&next);
	if (link.len > 0)
		appendBinaryStringInfo(&next, link.data, link.len);
	appendBinaryStringInfo(&next, cursor.data, cursor.len);
	return (Slice) {next.data, next.len};
}

/* rvo_list_write writes a page of what was read, as JSON text in the current context. */
text *
rvo_list_write(const ListScope *scope, const ListRequest *request, const ListPage *page,
			   const ListRows *list, EntryRenderer render, Structure structure)
{
	PageWriter	writer = rvo_page_begin(page, next_page(scope, request->link, page, list), list->total, list->count);

	for (int i = 0; i < list->count; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer.entry);
		JsonbValue	entry = render(list->items + i * list->table->size, structure, scope->client_id == ALL_CLIENTS);

		MemoryContextSwitchTo(caller);
		rvo_page_put(&writer, &entry);
	}
	return rvo_page_end(&writer);
}
