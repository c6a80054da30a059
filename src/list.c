/*
 * list.c
 *	  The use cases of lists: where a page begins, and what leads to the next.
 *
 * Floor 3, for contact_read.c and company_read.c.  The key of cursors is read
 * only where a cursor is: most lists fit on a page.
 */
#include "postgres.h"

#include "compat.h"
#include "list.h"
#include "store.h"

/* rvo_list_find_place has the first page begin where a cursor says, if there is one, and notes one that is not of this list. */
void
rvo_list_find_place(const ListScope *scope, Slice after, ListPage *page, FaultList *faults)
{
	if (after.data == NULL)
		return;
	if (!rvo_cursor_read(rvo_store_cursor_secret(), scope, after, &page->place))
		rvo_fault_add(faults, "after", FAULT_INVALID_CURSOR);
}

/* rvo_list_next returns the cursor of the page behind this one, with link in front; no value if this is the last. */
Slice
rvo_list_next(const ListScope *scope, Slice link, const ListPage *page, const ListRows *list)
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
