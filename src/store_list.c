/*
 * store_list.c
 *	  Reading pages of lists: what lists of contacts and companies share.
 *
 * Floor 2, called by the other store files.  Lists are in the order of ids.  A
 * page is read in one of two ways.  A scan reads the rows in that order, stops
 * behind the page, and looks a few pages ahead to count.  Where an index gives
 * the few rows that fit, they are taken up to a bound, sorted, and counted.
 * Either way costs what is before the page and on it, not the whole list.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"
#include "utils/array.h"

#include "compat.h"
#include "custom_field.h"
#include "store_list.h"

/* ---------------------------------------------------------------- values */

/* rvo_result_text copies a text, to the current context; null gives no value. */
Slice
rvo_result_text(Datum value, bool isnull)
{
	return isnull ? NO_SLICE : rvo_slice_of_text(DatumGetTextPCopy(value));
}

/* rvo_result_fields copies custom fields. */
CustomFields
rvo_result_fields(Datum value)
{
	return rvo_custom_fields_of_jsonb(DatumGetJsonbPCopy(value));
}

NullableTime
rvo_result_time(Datum value, bool isnull)
{
	return (NullableTime) {!isnull, isnull ? 0 : DatumGetTimestampTz(value)};
}

/* rvo_add_pattern adds what a list of custom fields with this one contains; no name is null. */
void
rvo_add_pattern(Execution *e, Slice field_name, Slice field_value)
{
	if (field_name.data == NULL)
		rvo_add_datum(e, (Datum) 0, true);
	else
		rvo_add_json(e, rvo_custom_field_pattern(field_name, field_value));
}

static KeptQuery all_clients = {
	.sql = "SELECT id FROM revyops.client",
	.expected = SPI_OK_SELECT, .read_only = true,
};

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
	Execution	none = {0};

	if (client_id == ALL_CLIENTS)
		rvo_query_read(&all_clients, &none, add_hash, &hashes);
	else
		add_hash(&hashes, &client, NULL);
	rvo_add_datum(e, makeArrayResult(hashes.array, CurrentMemoryContext), false);
}

/* ---------------------------------------------------------------- pages */

/* Reads rows into a list, up to its page's size, and notes where it ended. */
typedef struct Reading
{
	ListRows	   *list;
	int			size;
	int			last_client_id;
	int64		last_id;
	int64		counted;		/* the column behind those of the item, where there is one */
	bool		has_count;
	bool		has_more;
} Reading;

static void
read_item(void *arg, const Datum *values, const bool *nulls)
{
	Reading    *reading = arg;
	ListRows	   *list = reading->list;

	reading->has_more = list->count == reading->size;
	if (reading->has_more)
		return;
	list->kind->read(list->items + list->count * list->kind->item_size, values, nulls);
	list->count++;
	reading->last_client_id = DatumGetInt32(values[0]);
	reading->last_id = DatumGetInt64(values[1]);
	if (reading->has_count)
		reading->counted = DatumGetInt64(values[list->kind->ncolumns]);
}

static Reading
begin_reading(ListRows *list, int size, bool has_count)
{
	list->count = 0;
	list->items = palloc(size * list->kind->item_size);
	return (Reading) {.list = list, .size = size, .has_count = has_count};
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
	Execution	e = *conditions;
	Reading		reading = begin_reading(list, page->size, false);

	rvo_add_datum(&e, Int64GetDatum((int64) page->size + 1), false);
	rvo_add_datum(&e, Int64GetDatum(PAGE_OFFSET(page)), false);
	rvo_query_read(scan->page, &e, read_item, &reading);

	list->total = PAGE_OFFSET(page) + list->count;
	if (page->bare)
		return;
	if (reading.has_more)
		list->total += !scan->count_ahead ? 1 :
			Max(1, count_rows(scan->count, conditions, reading.last_id, reading.last_client_id,
							  (int64) page->size * PAGES_AHEAD));
	else if (list->count == 0 && page->number > 1)
		list->total = count_rows(scan->count, conditions, PG_INT64_MIN, PG_INT32_MIN, PG_INT64_MAX);
}

/* rvo_list_bound returns how many rows a page and what is counted behind it are made of. */
int64
rvo_list_bound(const ListPage *page)
{
	return PAGE_OFFSET(page) + (int64) page->size * (1 + PAGES_AHEAD);
}

/*
 * rvo_list_few reads a page out of rows that an index finds, bound at most:
 * conditions, bound, LIMIT, OFFSET.
 */
void
rvo_list_few(ListRows *list, KeptQuery *query, const Execution *conditions, int64 bound, const ListPage *page)
{
	Execution	e = *conditions;
	Reading		reading = begin_reading(list, page->size, true);

	rvo_add_datum(&e, Int64GetDatum(bound), false);
	rvo_add_datum(&e, Int64GetDatum(page->size), false);
	rvo_add_datum(&e, Int64GetDatum(PAGE_OFFSET(page)), false);
	rvo_query_read(query, &e, read_item, &reading);
	list->total = reading.counted;
	if (list->count == 0 && page->number > 1)
	{
		/* Behind the end: the count comes with a row. */
		ListRows	first = *list;
		ListPage	one = {.number = 1, .size = 1};

		rvo_list_few(&first, query, conditions, bound, &one);
		list->total = first.total;
	}
}
