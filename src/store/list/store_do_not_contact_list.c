/*
 * store_do_not_contact_list.c
 *	  Pages of the do-not-contact list.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/list/store_do_not_contact_list.h"
#include "store/list/store_list.h"

/* What is asked for by are $1 to $3, an id behind which to read $4. */
#define FILTERS "client_id = $1 AND ($3 IS NULL OR reason = $3) AND id > $4"
#define FILTER_TYPES INT4OID, TEXTOID, TEXTOID, INT8OID
#define PAGE(filters) { \
	.sql = "SELECT " READ_ENTRY " FROM revyops.do_not_contact WHERE " filters " AND " FILTERS " ORDER BY id LIMIT $5 OFFSET $6", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6, \
	.types = {FILTER_TYPES, INT8OID, INT8OID}, \
}
#define COUNT(filters) { \
	.sql = "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM revyops.do_not_contact WHERE " filters " AND " FILTERS " ORDER BY id LIMIT $5) AS c", \
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 5, \
	.types = {FILTER_TYPES, INT8OID}, \
}
#define LISTED "removed_at IS NULL"
#define REMOVED "removed_at IS NOT NULL"
#define OF_ANY "$2 IS NULL AND "
#define OF_ADDRESS HAS_ADDRESS("$2") " AND "

/* By whether those that were removed are wanted, and whether those of one address. */
static KeptQuery pages[2][2] = {{PAGE(OF_ANY LISTED), PAGE(OF_ADDRESS LISTED)}, {PAGE(OF_ANY REMOVED), PAGE(OF_ADDRESS REMOVED)}};
static KeptQuery counts[2][2] = {{COUNT(OF_ANY LISTED), COUNT(OF_ADDRESS LISTED)}, {COUNT(OF_ANY REMOVED), COUNT(OF_ADDRESS REMOVED)}};

static KeptQuery last_id = {
	.sql = "SELECT id FROM revyops.do_not_contact WHERE client_id = $1 ORDER BY id DESC LIMIT 1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* What a page is read into. */
typedef struct Reading
{
	DoNotContactRows *rows;
	int			size;
} Reading;

static void
read_row(void *arg, const Datum *values, const bool *nulls)
{
	Reading    *reading = arg;
	DoNotContactRows *rows = reading->rows;

	rows->has_more = rows->count == reading->size;
	if (!rows->has_more)
		rows->rows[rows->count++] = rvo_do_not_contact_row(values, nulls);
}

/* filter_by begins the parameters of a page or a count. */
static Execution
filter_by(int client_id, const DoNotContactFilter *filter, int64 behind)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, filter->address);
	rvo_add_text(&e, filter->reason);
	rvo_add_datum(&e, Int64GetDatum(behind), false);
	return e;
}

/* count_behind counts entries behind an id, up to a limit. */
static int64
count_behind(int client_id, const DoNotContactFilter *filter, int64 id, int64 limit)
{
	Execution	e = filter_by(client_id, filter, id);

	rvo_add_datum(&e, Int64GetDatum(limit), limit == NO_LIMIT);
	rvo_query_run(&counts[filter->removed][filter->address.data != NULL], &e);
	return DatumGetInt64(e.results[0]);
}

/* count_all counts a list of which a page was read, up to COUNT_MAX; what goes beyond is no more than there are ids. */
static ListCount
count_all(int client_id, const DoNotContactFilter *filter, const ListPage *page, const DoNotContactRows *rows)
{
	int64		shown = page->place.entries + rows->count;
	int64		limit = page->exact ? NO_LIMIT : Max(COUNT_MAX - shown, 0) + 1;
	int64		following;
	Execution	e = {0};

	if (rows->count == 0 && page->offset > 0)
		return (ListCount) {count_behind(client_id, filter, PG_INT64_MIN, NO_LIMIT), true};
	if (!rows->has_more)
		return (ListCount) {shown, true};
	if (page->place.counted && page->place.total.entries > shown && (page->place.total.exact || !page->exact))
		return page->place.total;
	following = count_behind(client_id, filter, rows->rows[rows->count - 1].id, limit);
	if (page->exact || following < limit)
		return (ListCount) {shown + following, true};
	rvo_add_integer(&e, client_id);
	following = Max(following, rvo_ids_between(rows->rows[rows->count - 1].id, rvo_query_find_id(&last_id, &e)));
	return (ListCount) {shown + following, false};
}

/* rvo_store_list_do_not_contact reads a page of the entries that fit, in the order of ids. */
void
rvo_store_list_do_not_contact(int client_id, const DoNotContactFilter *filter, const ListPage *page, DoNotContactRows *rows)
{
	Execution	e = filter_by(client_id, filter, page->place.id);
	Reading		reading = {rows, page->size};

	*rows = (DoNotContactRows) {.rows = palloc(page->size * sizeof(DoNotContactRow))};
	rvo_add_datum(&e, Int64GetDatum((int64) page->size + 1), false);
	rvo_add_datum(&e, Int64GetDatum(page->offset), false);
	rvo_query_read(&pages[filter->removed][filter->address.data != NULL], &e, read_row, &reading);
	rows->total = count_all(client_id, filter, page, rows);
}
