/*
 * store_found.c
 *	  Ids of rows that are found in no order, of which those of a page are wanted.
 *
 * To sort them in a query, and to count them there, took as long as to find them.  So they are
 * counted as they come, and no more are kept than twice what is wanted of them, or a few.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "store/list/store_found.h"

/* So many rows are kept without a thought. */
#define KEPT_MIN 1024

static int
compare_rows(const void *a, const void *b)
{
	const FoundRow *x = a;
	const FoundRow *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->client_id > y->client_id) - (x->client_id < y->client_id);
}

static int
compare_rows_descending(const void *a, const void *b)
{
	return compare_rows(b, a);
}

/* rvo_found_begin makes ready to find rows, of which so many behind a place are wanted. */
FoundRows
rvo_found_begin(FoundRow place, bool descending, int64 wanted)
{
	return (FoundRows) {
		.place = place, .descending = descending, .compare = descending ? compare_rows_descending : compare_rows, .wanted = wanted
	};
}

/* sort_rows sorts what is kept, and gives up what is not wanted. */
static void
sort_rows(FoundRows *found)
{
	qsort(found->rows, found->count, sizeof(FoundRow), found->compare);
	found->count = Min(found->count, found->wanted);
}

/* make_room makes room for one more row: in what is not wanted, once there is as much of it as of what is. */
static void
make_room(FoundRows *found)
{
	if (found->count >= KEPT_MIN && found->count / 2 >= found->wanted)
		sort_rows(found);
	if (found->count < found->capacity)
		return;
	found->capacity = Max(2 * found->capacity, KEPT_MIN);
	found->rows = found->rows == NULL ? palloc(found->capacity * sizeof(FoundRow)) :
		repalloc_huge(found->rows, found->capacity * sizeof(FoundRow));
}

/* rvo_found_add counts a row, and keeps it if it may be on the page. */
void
rvo_found_add(FoundRows *found, FoundRow row)
{
	found->found++;
	if (found->compare(&row, &found->place) <= 0)
		return;
	found->following++;
	if (found->count == found->capacity)
		make_room(found);
	found->rows[found->count++] = row;
}

/* rvo_found_read adds a row of a query: its id, and its client's. */
void
rvo_found_read(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	rvo_found_add(arg, (FoundRow) {DatumGetInt64(values[0]), DatumGetInt32(values[1])});
}

/* rvo_found_show reads the rows that are wanted, but for the first so many, of a client or of all, and shows them in their order. */
void
rvo_found_show(FoundRows *found, const RecordTable *table, int client_id, int64 offset, RowReader read, void *arg)
{
	Execution	e = {0};
	const void **rows;
	int			n;

	sort_rows(found);
	if (found->count <= offset)
		return;
	n = found->count - offset;
	rows = palloc(n * sizeof(void *));
	for (int i = 0; i < n; i++)
		rows[i] = &found->rows[offset + i];
	if (client_id == ALL_CLIENTS)
		rvo_add_numbers(&e, rows, n, offsetof(FoundRow, client_id));
	else
		rvo_add_integer(&e, client_id);
	rvo_add_numbers(&e, rows, n, offsetof(FoundRow, id));
	rvo_query_read(client_id == ALL_CLIENTS ? table->get_many_of_any : found->descending ? table->get_many_descending : table->get_many,
				   &e, read, arg);
}
