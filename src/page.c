/*
 * page.c
 *	  A page of a list: which one is asked for, and how it is shown.
 *
 * Floor 1.  What lists count is exact as long as no more than PAGES_AHEAD pages
 * follow; else it is the entries up to there, so that whoever turns the pages
 * always gets to the end.
 */
#include "postgres.h"

#include "compat.h"
#include "page.h"

/* rvo_page_read takes a page's number and size; 0 or less stands for what is no such number. */
ListPage
rvo_page_read(int number, int size, FaultList *faults)
{
	if (number < 1)
		rvo_fault_add(faults, "page", FAULT_INVALID_NUMBER);
	if (size < 1)
		rvo_fault_add(faults, "page_size", FAULT_INVALID_NUMBER);
	return (ListPage) {number, Min(size, PAGE_MAX_SIZE), false};
}

/* rvo_page_render returns a page, in the current context; results is an array. */
Jsonb *
rvo_page_render(const ListPage *page, int64 total, JsonbValue results)
{
	JsonObject	envelope = rvo_json_open(5);
	JsonbValue	value = results;

	if (!page->bare)
	{
		/* In jsonb's own order. */
		rvo_json_put(&envelope, CONST_SLICE("count"), rvo_json_integer(total));
		rvo_json_put(&envelope, CONST_SLICE("results"), results);
		rvo_json_put(&envelope, CONST_SLICE("page_size"), rvo_json_integer(page->size));
		rvo_json_put(&envelope, CONST_SLICE("total_pages"),
					 rvo_json_integer((total + page->size - 1) / page->size));
		rvo_json_put(&envelope, CONST_SLICE("current_page"), rvo_json_integer(page->number));
		value = rvo_json_close(&envelope);
	}
	return rvo_json_encode(&value);
}
