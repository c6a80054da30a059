/*
 * store_list.c
 *	  Reading pages of lists: what lists of contacts and companies share.
 *
 * Called by the other store files.  Lists are in the order of ids, of several
 * clients' rows with the same id in the order of clients.  A page is read in
 * one of two ways.  A scan reads the rows in that order, stops behind the
 * page, and looks a few pages ahead to count.  Where an index gives the few
 * rows that fit, they are taken up to a bound, sorted, and counted.
 *
 * A page begins behind a row, so many rows further on.  One that a cursor leads
 * to has nothing in between: it costs what is on it, wherever it is.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"
#include "utils/array.h"

#include "base/compat.h"
#include "shape/custom_field_index.h"
#include "store/store_client.h"
#include "store/store_list.h"

/* ---------------------------------------------------------------- conditions */

/* rvo_add_pattern adds what a list of custom fields with this one contains; no name is null. */
void
rvo_add_pattern(Execution *e, Slice field_name, Slice field_value)
{
	if (field_name.data == NULL)
		rvo_add_datum(e, (Datum) 0, true);
	else
		rvo_add_json(e, rvo_custom_field_pattern(field_name, field_value));
}

/* Hashes of one field for several clients. */
typedef struct Hashes
{
	Slice		field_name;
	Slice		field_value;
	ArrayBuildState *array;
} Hashes;

static void
add_hash(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	Hashes	   *hashes = arg;
	int64		hash = rvo_custom_field_hash(DatumGetInt32(values[0]), hashes->field_name, hashes->field_value);

	hashes->array = accumArrayResult(hashes->array, Int64GetDatum(hash), false, INT8OID, CurrentMemoryContext);
}

/* rvo_add_hashes adds what the index on custom fields has for this one, of a client or of each. */
void
rvo_add_hashes(Execution *e, int client_id, Slice field_name, Slice field_value)
{
	Hashes		hashes = {field_name, field_value, initArrayResult(INT8OID, CurrentMemoryContext, false)};
	Datum		client = Int32GetDatum(client_id);

	if (client_id == ALL_CLIENTS)
		rvo_store_read_clients(add_hash, &hashes);
	else
		add_hash(&hashes, &client, NULL);
	rvo_add_datum(e, makeArrayResult(hashes.array, CurrentMemoryContext), false);
}

/* ---------------------------------------------------------------- pages */

/* Reads rows into a list, up to its page's size, and notes where it ended. */
typedef struct Reading
{
	ListRows   *list;
	int			size;
	bool		counts;			/* two columns behind those of the item: */
	int64		following;		/* rows behind the page's place */
	int64		found;			/* rows of all that fit */
} Reading;

static void
read_item(void *arg, const Datum *values, const bool *nulls)
{
	Reading    *reading = arg;
	ListRows   *list = reading->list;

	list->has_more = list->count == reading->size;
	if (list->has_more)
		return;
	rvo_record_of_row(list->table, (Record *) (list->items + list->count * list->table->size), values, nulls);
	list->count++;
	list->last_client_id = DatumGetInt32(values[0]);
	list->last_id = DatumGetInt64(values[1]);
	if (reading->counts)
	{
		reading->following = DatumGetInt64(values[RESULTS_OF_RECORD(list->table)]);
		reading->found = DatumGetInt64(values[RESULTS_OF_RECORD(list->table) + 1]);
	}
}

/*
 * read_page reads a page by a query: conditions, the id and client_id behind
 * which to read, LIMIT, OFFSET.  One row more tells whether that is all.
 */
static Reading
read_page(ListRows *list, KeptQuery *query, bool counts, const Execution *conditions, const ListPage *page)
{
	Execution	e = *conditions;
	Reading		reading = {.list = list, .size = page->size, .counts = counts};

	list->count = 0;
	list->has_more = false;
	list->items = palloc(page->size * list->table->size);
	rvo_add_datum(&e, Int64GetDatum(page->place.id), false);
	rvo_add_integer(&e, page->place.client_id);
	rvo_add_datum(&e, Int64GetDatum((int64) page->size + 1), false);
	rvo_add_datum(&e, Int64GetDatum(page->offset), false);
	rvo_query_read(query, &e, read_item, &reading);
	return reading;
}

/* count_rows counts rows that fit, among so many behind one. */
static int64
count_rows(KeptQuery *query, const Execution *conditions, int64 id, int client_id, int64 among)
{
	Execution	e = *conditions;

	rvo_add_datum(&e, Int64GetDatum(id), false);
	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, Int64GetDatum(among), false);
	rvo_query_run(query, &e);
	return DatumGetInt64(e.results[0]);
}

/* rvo_list_scan reads a page out of all rows in their order. */
void
rvo_list_scan(ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page)
{
	read_page(list, scan->page, false, conditions, page);
	list->scanned = true;
	list->total = page->place.entries + list->count;
	if (page->bare)
		return;
	if (list->has_more)
		list->total += !scan->count_ahead ? 1 :
			Max(1, count_rows(scan->count, conditions, list->last_id, list->last_client_id,
							  (int64) page->size * PAGES_AHEAD));
	else if (list->count == 0 && page->offset > 0)
		list->total = count_rows(scan->count, conditions, PG_INT64_MIN, PG_INT32_MIN, PG_INT64_MAX);
}

/*
 * rvo_list_rare reads a page out of the rows that an index finds, by a RARE_PAGE.  False if
 * more than RARE_FIELD_MAX fit; then the list is to be scanned.
 */
bool
rvo_list_rare(ListRows *list, KeptQuery *query, const Execution *conditions, const ListPage *page)
{
	Execution	e = *conditions;
	Reading		reading;

	rvo_add_datum(&e, Int64GetDatum((int64) RARE_FIELD_MAX + 1), false);
	reading = read_page(list, query, true, &e, page);
	list->total = page->place.entries - page->offset + reading.following;
	if (list->count == 0 && page->place.entries > 0)
	{
		/* Behind the end: the counts come with a row. */
		ListRows	first = *list;
		ListPage	one = {.place = {NO_ROW}, .size = 1};

		reading = read_page(&first, query, true, &e, &one);
		if (page->offset > 0)
			list->total = reading.found;
	}
	return reading.found <= RARE_FIELD_MAX;
}
