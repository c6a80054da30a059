/*
 * store_list.c
 *	  Reading pages of lists: what lists of contacts and companies share.
 *
 * Called by the other store files.  Lists are in the order of ids, of several
 * clients' rows with the same id in the order of clients; or of a time.  A page in the order of ids is read in
 * one of two ways.  A scan reads the rows in that order, stops behind the
 * page, and counts what follows up to a bound.  Where an index gives no more than so many
 * rows that fit, they are sorted, and counted.
 *
 * A page begins behind a row, so many rows further on.  One that a cursor leads
 * to has nothing in between: it costs what is on it, wherever it is.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "shape/record/custom_field_index.h"
#include "store/list/store_estimate.h"
#include "store/list/store_field_rows.h"
#include "store/list/store_list.h"
#include "store/query/store_kept_count.h"
#include "store/service/store_client.h"

/* ---------------------------------------------------------------- custom fields */

/* Hashes of one field for several clients. */
typedef struct Hashes
{
	const ListField *field;
	ArrayBuildState *array;
} Hashes;

static void
add_hash(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	Hashes	   *hashes = arg;
	int64		hash = rvo_custom_field_hash(DatumGetInt32(values[0]), hashes->field->name, hashes->field->value);

	hashes->array = accumArrayResult(hashes->array, Int64GetDatum(hash), false, INT8OID, CurrentMemoryContext);
}

/* hash_field makes what the index on custom fields has for a field, of a client or of each. */
static Datum
hash_field(const ListField *field)
{
	Hashes		hashes = {field, initArrayResult(INT8OID, CurrentMemoryContext, false)};
	Datum		client = Int32GetDatum(field->client_id);

	if (field->client_id == ALL_CLIENTS)
		rvo_store_read_clients(add_hash, &hashes);
	else
		add_hash(&hashes, &client, NULL);
	return makeArrayResult(hashes.array, CurrentMemoryContext);
}

/* ---------------------------------------------------------------- pages */


/* Reads rows into a list, up to its page's size, and notes where it ended. */
typedef struct Reading
{
	ListRows   *list;
	int			size;
	int64		octets;			/* of custom fields and long texts, about as an answer shows them */
	bool		timed;			/* a column behind those of the item is the time that the list is sorted by: */
	TimestampTz time;			/* of the last item */
} Reading;

/* long_text_octets returns how many octets the long texts of a record have. */
static int64
long_text_octets(const RecordShape *shape, const Record *record)
{
	int64		octets = 0;

	for (int i = 0; i < shape->ncolumns; i++)
		if (shape->members[i].kind == MEMBER_LONG_TEXT)
			octets += CONST_MEMBER_OF(record, &shape->members[i], Slice)->len;
	return octets;
}

/* rvo_list_octets_of tells about how many octets a record adds to what a page shows of custom fields and long texts. */
int64
rvo_list_octets_of(const RecordTable *table, const Record *record)
{
	return rvo_fields_shown_octets(&record->custom_fields) + long_text_octets(table->shape, record);
}

/* key_of_time writes a time as a cursor has it. */
static Slice
key_of_time(TimestampTz time)
{
	StringInfoData key;

	initStringInfo(&key);
	pq_sendint64(&key, time);
	return (Slice) {key.data, key.len};
}

static void
read_item(void *arg, const Datum *values, const bool *nulls)
{
	Reading    *reading = arg;
	ListRows   *list = reading->list;
	Record	   *record = (Record *) (list->items + list->count * list->table->size);

	/* A page that is full by its octets ends early; the cursor leads on. */
	list->has_more = list->count == reading->size || reading->octets >= PAGE_MAX_OCTETS;
	if (list->has_more)
		return;
	rvo_record_of_row(list->table, record, values, nulls);
	reading->octets += rvo_list_octets_of(list->table, record);
	list->count++;
	list->last_client_id = DatumGetInt32(values[0]);
	list->last_id = DatumGetInt64(values[1]);
	if (reading->timed)
		reading->time = DatumGetTimestampTz(values[RESULTS_OF_RECORD(list->table)]);
}

/* begin_reading makes a list ready to read a page into it. */
static Reading
begin_reading(ListRows *list, const ListPage *page)
{
	list->count = 0;
	list->has_more = false;
	list->items = palloc(page->size * list->table->size);
	return (Reading) {.list = list, .size = page->size};
}

/* read_rows reads a page by a query, all but whose LIMIT and OFFSET is at hand.  One row more tells whether that is all. */
static void
read_rows(Reading *reading, KeptQuery *query, Execution *e, const ListPage *page)
{
	rvo_add_datum(e, Int64GetDatum((int64) page->size + 1), false);
	rvo_add_datum(e, Int64GetDatum(page->offset), false);
	rvo_query_read(query, e, read_item, reading);
}

/* read_page reads a page by a query: conditions, the id and client_id behind which to read, LIMIT, OFFSET. */
static void
read_page(ListRows *list, KeptQuery *query, const Execution *conditions, const ListPage *page)
{
	Execution	e = *conditions;
	Reading		reading = begin_reading(list, page);

	rvo_add_datum(&e, Int64GetDatum(page->place.id), false);
	rvo_add_integer(&e, page->place.client_id);
	read_rows(&reading, query, &e, page);
}

/* A count that no number of entries goes beyond; all who read JSON can hold it. */
#define ENTRIES_MAX INT64CONST(9007199254740991)

/* add_limit adds a LIMIT. */
static void
add_limit(Execution *e, int64 limit)
{
	rvo_add_datum(e, Int64GetDatum(limit), limit == NO_LIMIT);
}

/* count_rows counts rows that fit behind one, up to a limit. */
static int64
count_rows(KeptQuery *query, const Execution *conditions, int64 id, int client_id, int64 limit)
{
	Execution	e = *conditions;

	rvo_add_datum(&e, Int64GetDatum(id), false);
	rvo_add_integer(&e, client_id);
	add_limit(&e, limit);
	rvo_query_run(query, &e);
	return DatumGetInt64(e.results[0]);
}

/* rvo_ids_between returns how many ids there are behind one, up to another. */
int64
rvo_ids_between(int64 id, int64 last)
{
	int64		ids;

	return pg_sub_s64_overflow(last, id, &ids) ? ENTRIES_MAX : Min(ids, ENTRIES_MAX);
}

/* rows_at_most returns how many rows there can be behind an id, as each has one of its own, and all come from one sequence. */
static int64
rows_at_most(KeptQuery *last, const Execution *conditions, int64 id)
{
	Execution	e = {.count = 1, .values = {conditions->values[0]}, .nulls = {' '}};

	return rvo_ids_between(id, rvo_query_find_id(last, &e));
}

/* What is kept of a list that has more than COUNT_MAX. */
#define MANY (-1)

/*
 * following_rows counts what follows a page, up to a limit, or takes it from a count of the list that is
 * kept.  That is of all rows, so it serves each page that is found by its number.
 */
static int64
following_rows(const ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page, int64 limit)
{
	bool		numbered = page->place.id == PG_INT64_MIN;
	int64		shown = page->place.entries + list->count;
	CountKey	key;
	int64		count;

	if (numbered && rvo_kept_count_find(scan->count, conditions, page->exact, &key, &count) && (count == MANY || count > shown))
		return count == MANY ? limit : count - shown;
	count = count_rows(scan->count, conditions, list->last_id, list->last_client_id, limit);
	if (numbered)
		rvo_kept_count_put(&key, !page->exact && count == limit ? MANY : shown + count);
	return count;
}

/*
 * count_ahead counts what follows a page, behind so many entries, up to COUNT_MAX
 * of all.  What goes beyond is no more than there are ids.
 */
static ListCount
count_ahead(const ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page, int64 shown)
{
	bool		exact = page->exact;
	int64		limit = exact ? NO_LIMIT : Max(COUNT_MAX - shown, 0) + 1;
	int64		following = scan->is_many && !exact ? limit : following_rows(list, scan, conditions, page, limit);

	if (exact || following < limit)
		return (ListCount) {shown + following, true};
	following = Max(following, rows_at_most(scan->last, conditions, list->last_id));
	return (ListCount) {Min(shown + following, ENTRIES_MAX), false};
}

/* count_list counts a list of which a page was read by a scan. */
static ListCount
count_list(const ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page)
{
	const ListPlace *place = &page->place;
	int64		shown = place->entries + list->count;

	if (list->count == 0 && page->offset > 0)
		shown = count_rows(scan->count, conditions, PG_INT64_MIN, PG_INT32_MIN, NO_LIMIT);
	if (!list->has_more)
		return (ListCount) {shown, true};
	if (place->counted && place->total.entries > shown && (place->total.exact || !page->exact))
		return place->total;
	return count_ahead(list, scan, conditions, page, shown);
}

/* rvo_list_scan reads a page out of all rows in their order. */
void
rvo_list_scan(ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page)
{
	read_page(list, scan->page, conditions, page);
	list->scanned = true;
	if (!page->bare)
		list->total = count_list(list, scan, conditions, page);
}

/* count_by_time counts a list of which a page was read in the order of a time. */
static ListCount
count_by_time(const ListRows *list, const ListByTime *order, const Execution *conditions, const ListPage *page)
{
	const ListPlace *place = &page->place;
	int64		shown = place->entries + list->count;
	Execution	e = *conditions;
	int64		limit = page->exact ? NO_LIMIT : COUNT_MAX + 1;
	int64		found;

	if (!list->has_more && (list->count > 0 || page->offset == 0))
		return (ListCount) {shown, true};
	if (place->counted && place->total.entries > shown && (place->total.exact || !page->exact))
		return place->total;
	add_limit(&e, limit);
	rvo_query_run(order->count, &e);
	found = DatumGetInt64(e.results[0]);
	if (page->exact || found < limit)
		return (ListCount) {found, true};
	return (ListCount) {Max(found, rows_at_most(order->last, conditions, 0)), false};
}

/* rvo_list_by_time reads a page out of rows in the order of a time. */
void
rvo_list_by_time(ListRows *list, const ListByTime *order, const Execution *conditions, const ListPage *page)
{
	Execution	e = *conditions;
	Reading		reading = begin_reading(list, page);
	Slice		key = page->place.key;
	TimestampTz behind = DT_NOBEGIN;

	if (key.len == sizeof(int64))
	{
		StringInfoData octets = {.data = unconstify(char *, key.data), .len = key.len, .maxlen = key.len};

		behind = pq_getmsgint64(&octets);
	}
	rvo_add_time(&e, behind);
	rvo_add_datum(&e, Int64GetDatum(page->place.id), false);
	reading.timed = true;
	read_rows(&reading, order->page, &e, page);
	list->last_key = key_of_time(reading.time);
	if (!page->bare)
		list->total = count_by_time(list, order, conditions, page);
}

/*
 * find_rows finds the rows that have a custom field by the index, up to one more than bound, without a plan
 * if these have no other conditions; if there are more than bound, it may have left some out.
 */
static FoundRows
find_rows(const ListRows *list, const ListField *field, const Execution *conditions, ArrayType *hashes, int64 bound, const ListPage *page)
{
	FieldRows	rows = {
		.entity = list->table->entity, .client_id = field->client_id, .name = field->name, .value = field->value,
		.any_case = field->any_case, .hashes = hashes
	};
	FoundRows	found = rvo_found_begin((FoundRow) {page->place.id, page->place.client_id}, false, page->offset + page->size + 1);
	Execution	e = *conditions;

	if (!field->narrowed && field->client_id != ALL_CLIENTS && rvo_find_with_field(&rows, bound, &found))
		return found;
	add_limit(&e, bound == NO_LIMIT ? NO_LIMIT : bound + 1);
	rvo_query_read(field->query, &e, rvo_found_read, &found);
	return found;
}

/*
 * list_rare reads a page out of the rows that the index finds, and returns how many these are.  If
 * they are more than are counted, the list is to be scanned.
 */
static int64
list_rare(ListRows *list, const ListField *field, const Execution *conditions, ArrayType *hashes, const ListPage *page)
{
	FoundRows	found = find_rows(list, field, conditions, hashes, page->exact ? NO_LIMIT : COUNT_MAX, page);
	Reading		reading = begin_reading(list, page);

	if (!page->exact && found.found > COUNT_MAX)
		return found.found;
	rvo_found_show(&found, list->table, field->client_id, page->offset, read_item, &reading);
	list->total = (ListCount) {page->place.entries - page->offset + found.following, true};
	return found.found;
}

/* A scan looks at half as many rows as an index would find, and is tried if half of those looked at would fill the page. */
#define SCAN_PART 2

/*
 * list_common reads a page, of a list that is known to have so many rows, by looking at a part as many in their order.  Where
 * many rows fit that is enough, and the index need not find all of them; false if it is not.
 */
static bool
list_common(ListRows *list, const ListField *field, const Execution *conditions, const ListPage *page, int64 rows)
{
	Execution	e = *conditions;

	if (field->common == NULL || page->place.id != PG_INT64_MIN || page->offset + page->size >= rows / SCAN_PART / 2)
		return false;
	add_limit(&e, rows / SCAN_PART);
	read_page(list, field->common, &e, page);
	list->total = (ListCount) {rows, true};
	return list->has_more;
}

/*
 * rvo_list_with_field reads a page by the index on custom fields, if it is of use: that gives its rows in
 * no order, all of them.  False if the list is to be scanned; *is_many tells that it has more than COUNT_MAX.
 */
bool
rvo_list_with_field(ListRows *list, const ListField *field, const Execution *conditions, const ListPage *page, bool *is_many)
{
	Execution	e = *conditions;
	CountKey	key;
	Datum		hashes;
	bool		known;
	int64		rows = 0;

	*is_many = false;
	if (field->name.data == NULL || page->place.scanned)
		return false;
	hashes = hash_field(field);
	rvo_add_datum(&e, hashes, false);
	known = rvo_kept_count_find(field->query, &e, page->exact, &key, &rows);

	/* That is not kept: the same rows may be fewer than ANALYZE found, once it is reported that they were changed. */
	if (!known && !field->narrowed && rvo_many_have_field(list->table->entity, DatumGetArrayTypeP(hashes), COMMON_FIELD_MIN))
	{
		*is_many = true;
		return false;
	}
	*is_many = known && rows == MANY;
	if (known && !*is_many && list_common(list, field, &e, page, rows))
		return true;
	if (!*is_many)
	{
		rows = list_rare(list, field, &e, DatumGetArrayTypeP(hashes), page);
		*is_many = !page->exact && rows > COUNT_MAX;
	}
	if (!known)
		rvo_kept_count_put(&key, *is_many ? MANY : rows);
	return !*is_many;
}
