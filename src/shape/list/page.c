/*
 * page.c
 *	  A page of a list: which one is asked for, and how it is shown.
 *
 * What lists count is exact up to COUNT_MAX, or if the caller says so.  Else it is
 * as many as there can be at most, so that whoever turns the pages until the last
 * one always gets to the end.  A page that a cursor leads to says what the one
 * before said.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "shape/list/page.h"

#define PAGE_ENTRY_OCTETS 768	/* about; what a page gets room for at once */

/* read_count reads the parameter "count": whether it is to be exact. */
static bool
read_count(Slice count, FaultList *faults)
{
	const Slice allowed[] = {CONST_SLICE("exact")};

	if (count.data == NULL)
		return false;
	if (!rvo_slice_equal(count, allowed[0]))
		rvo_fault_add_names(faults, "count", FAULT_INVALID_OPTION, "allowed", allowed, lengthof(allowed));
	return true;
}

/* rvo_page_read tells which page is asked for by its number, and notes what is no number of one. */
ListPage
rvo_page_read(const ListRequest *request, FaultList *faults)
{
	ListPage	page = {.place = {NO_ROW}, .size = PAGE_MAX_SIZE, .bare = request->bare};

	if (page.bare)
		return page;
	if (request->page < 1)
		rvo_fault_add(faults, "page", FAULT_INVALID_NUMBER);
	else if (request->after.data != NULL && (request->page_given || request->page != 1))
		rvo_fault_add(faults, "page", FAULT_AMBIGUOUS_PAGE);
	if (request->page_size < 1)
		rvo_fault_add(faults, "page_size", FAULT_INVALID_NUMBER);
	page.size = Min(request->page_size, PAGE_MAX_SIZE);
	page.place.pages = request->page - 1;
	page.place.entries = page.place.pages * page.size;
	page.offset = page.place.entries;
	page.exact = read_count(request->count, faults);
	return page;
}

/*
 * rvo_page_begin starts a page of count entries, as text: made as jsonb it would be unmade again
 * for whoever reads it, at the cost of all the rest.  next is what leads on; no value is the end.
 */
PageWriter
rvo_page_begin(const ListPage *page, Slice next, int64 total, int count)
{
	PageWriter	writer = {.page = page, .total = total};

	initStringInfo(&writer.text);
	enlargeStringInfo(&writer.text, count * PAGE_ENTRY_OCTETS);
	writer.text.len = VARHDRSZ;
	if (!page->bare)
	{
		JsonbValue	shown = rvo_json_text(next);

		appendStringInfoString(&writer.text, "{\"next\": ");
		rvo_json_write(&writer.text, &shown);
		appendStringInfo(&writer.text, ", \"count\": " INT64_FORMAT ", \"results\": ", total);
	}
	appendStringInfoChar(&writer.text, '[');
	writer.entry = AllocSetContextCreate(CurrentMemoryContext, "revyops page entry", ALLOCSET_DEFAULT_SIZES);
	return writer;
}

/* rvo_page_put writes an entry, and frees what was allocated in the writer's context for it. */
void
rvo_page_put(PageWriter *writer, const JsonbValue *entry)
{
	MemoryContext caller = MemoryContextSwitchTo(writer->entry);

	if (writer->written++ > 0)
		appendStringInfoString(&writer->text, ", ");
	rvo_json_write(&writer->text, entry);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(writer->entry);
}

/* rvo_page_put_jsonb writes an entry that is there as jsonb. */
void
rvo_page_put_jsonb(PageWriter *writer, Jsonb *entry)
{
	if (writer->written++ > 0)
		appendStringInfoString(&writer->text, ", ");
	(void) JsonbToCString(&writer->text, &entry->root, VARSIZE(entry));
}

/* count_pages returns how many pages there are: those before this one, as they were, and of its size from there on. */
static int64
count_pages(const ListPage *page, int64 total)
{
	ListPlace	from = page->place;

	if (from.entries > total)
		from = (ListPlace) {0};
	return from.pages + (total - from.entries + page->size - 1) / page->size;
}

/* rvo_page_end returns the page: the envelope, or a bare array. */
text *
rvo_page_end(PageWriter *writer)
{
	const ListPage *page = writer->page;

	appendStringInfoChar(&writer->text, ']');
	if (writer->is_search)
		appendStringInfo(&writer->text, ", \"page_size\": %d, \"count_exact\": %s, \"complete\": %s}",
						 page->size, writer->exact ? "true" : "false", writer->complete ? "true" : "false");
	else if (!page->bare)
		appendStringInfo(&writer->text, ", \"page_size\": %d, \"total_pages\": " INT64_FORMAT ", \"current_page\": " INT64_FORMAT "}",
						 page->size, count_pages(page, writer->total), page->place.pages + 1);
	SET_VARSIZE(writer->text.data, writer->text.len);
	return (text *) writer->text.data;
}
