/*
 * store_indexed.c
 *	  The rows that an index finds, read without a plan.
 *
 * The index knows where rows are, but not which of them the statement sees, nor which only share
 * a hash.  So each is looked at, as an index scan does it, in the order of the table's pages.
 *
 * To read ten thousand rows that are spread over a table is to read nearly as many pages.  If the
 * index finds more rows than are to be counted, some are drawn by lot first.  If nearly all of these
 * fit, then more than so many of all fit: that this is wrong has a probability of less than 10^-18,
 * whatever is in the table, as the lot is drawn anew each time.  In every other case all are read.
 *
 * It is a short way, like those of store_direct.c, and ends where they end.
 */
#include "postgres.h"

#include <math.h>

#include "access/amapi.h"
#include "access/genam.h"
#include "access/gin.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/tidbitmap.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "store/query/store_direct.h"
#include "store/query/store_distribution.h"
#include "store/query/store_indexed.h"

/* -ln(10^-18) */
#define SURENESS 41.4465

/* How many times as many rows are drawn as it takes if all of them fit: so some may not. */
#define DRAWS_SPARE 3

/* More rows are not looked at. */
#define DRAWS_MAX 1000

/* Of what an index finds, no more than so many rows are drawn from, or read. */
#define PLACES_MAX 160000

/* Where rows are that an index finds, in the order of the table. */
typedef struct Places
{
	ItemPointerData *places;
	int64		count;
	bool		complete;
} Places;

/*
 * draws_needed tells how many of n rows are to be looked at, with replacement, to know that more
 * than bound of them fit; 0 = it can't be known by so few.
 */
static int
draws_needed(int64 n, int64 bound)
{
	double		draws;

	if (n <= bound)
		return 0;
	draws = ceil(DRAWS_SPARE * SURENESS / log((double) n / bound));
	return draws > DRAWS_MAX ? 0 : (int) draws;
}

/* part_of_divergence is a term of the divergence of two distributions; one of nothing is nothing. */
static double
part_of_divergence(double p, double from)
{
	return p > 0 ? p * log(p / from) : 0;
}

/*
 * is_sure tells whether more than bound of n rows fit, if of so many draws so many fit.  If no more did, each
 * draw would fit with a probability of bound / n at most, and so many of them with less than
 * exp(-draws * divergence): the bound of Chernoff and Hoeffding.
 */
static bool
is_sure(int64 n, int64 bound, int draws, int fitting)
{
	double		share = (double) fitting / draws;
	double		most = (double) bound / n;

	return share > most &&
		draws * (part_of_divergence(share, most) + part_of_divergence(1 - share, 1 - most)) >= SURENESS;
}

/* read_places notes where the rows are that a bitmap has.  Of some it may have only the page; these are left out. */
static void
read_places(TIDBitmap *bitmap, Places *found)
{
	TBMPageIterator *iterator = tbm_begin_pages(bitmap);
	TBMIterateResult result;
	TBMIterateResult *page = &result;
	OffsetNumber offsets[MaxHeapTuplesPerPage];
	int64		capacity = 0;

	found->complete = true;
	while (tbm_next_page(iterator, page))
	{
		int			n = tbm_rows_of_page(page, offsets);

		CHECK_FOR_INTERRUPTS();
		if (found->count >= PLACES_MAX || n == 0)
		{
			found->complete = false;
			if (n > 0)
				break;
		}
		if (found->count + n > capacity)
		{
			capacity = Max(2 * capacity, 16384);
			found->places = found->places == NULL ? palloc(capacity * sizeof(ItemPointerData)) :
				repalloc(found->places, capacity * sizeof(ItemPointerData));
		}
		for (int i = 0; i < n; i++)
			ItemPointerSet(&found->places[found->count + i], page->blockno, offsets[i]);
		found->count += n;
	}
	tbm_end_pages(iterator);
}

/* find_places asks the index; it can be any that has numbers. */
static void
find_places(Relation index, Datum numbers, Places *found)
{
	int			strategy = get_op_opfamily_strategy(OID_ARRAY_OVERLAP_OP, index->rd_opfamily[0]);
	TIDBitmap  *bitmap;
	IndexScanDesc scan;
	ScanKeyData key;

	if (strategy == 0 || index->rd_indam->amgetbitmap == NULL || TupleDescAttr(RelationGetDescr(index), 0)->atttypid != INT8OID)
		return;
	ScanKeyEntryInitialize(&key, 0, 1, strategy, InvalidOid, index->rd_indcollation[0], get_opcode(OID_ARRAY_OVERLAP_OP), numbers);
	bitmap = tbm_create(work_mem * INT64CONST(1024), NULL);
	scan = index_beginscan_bitmap_compat(index, GetActiveSnapshot(), 1);
	index_rescan(scan, &key, 1, NULL, 0);
	(void) index_getbitmap(scan, bitmap);
	index_endscan(scan);
	read_places(bitmap, found);
	tbm_free(bitmap);
}

/* A look at rows of a table, one after the other. */
typedef struct Look
{
	const IndexedRows *rows;
	Relation	table;
	IndexFetchTableData *fetch;
	TupleTableSlot *row;
	MemoryContext once;			/* what a comparison needs */
} Look;

/* begin_look makes all ready to look at rows; end_look must follow, or an error. */
static Look
begin_look(const IndexedRows *rows, Relation table)
{
	return (Look) {
		.rows = rows, .table = table, .fetch = table_index_fetch_begin(table), .row = table_slot_create(table, NULL),
		.once = AllocSetContextCreate(CurrentMemoryContext, "revyops indexed row", ALLOCSET_DEFAULT_SIZES)
	};
}

static void
end_look(Look *look)
{
	MemoryContextDelete(look->once);
	ExecDropSingleTupleTableSlot(look->row);
	table_index_fetch_end(look->fetch);
}

/* fits_at tells whether there is a row at a place that is seen, and fits; then look has it. */
static bool
fits_at(const Look *look, const ItemPointerData *at)
{
	ItemPointerData place = *at;
	MemoryContext caller;
	bool		again = false;
	bool		fits;

	CHECK_FOR_INTERRUPTS();
	if (!table_index_fetch_tuple(look->fetch, &place, GetActiveSnapshot(), look->row, &again, NULL))
		return false;
	pgstat_count_heap_fetch(look->table);
	caller = MemoryContextSwitchTo(look->once);
	fits = look->rows->fits(look->rows->arg, look->row);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(look->once);
	return fits;
}

/* draw draws rows and returns how many of them fit. */
static int
draw(const Look *look, const Places *found, int draws)
{
	int			fitting = 0;

	for (int i = 0; i < draws; i++)
		fitting += fits_at(look, &found->places[pg_prng_uint64_range(&pg_global_prng_state, 0, found->count - 1)]);
	return fitting;
}

/* take_all takes the rows that fit; false if they are more than bound. */
static bool
take_all(const Look *look, const Places *found, int64 bound)
{
	int64		taken = 0;

	for (int64 i = 0; i < found->count; i++)
	{
		if (!fits_at(look, &found->places[i]))
			continue;
		if (taken++ == bound)
			return false;
		look->rows->take(look->rows->arg, look->row);
	}
	return true;
}

/* is_possible tells whether a table can be read without a plan; a plan would know of all this. */
static bool
is_possible(Oid table)
{
	return rvo_short_way_setting && !rvo_citus_is_loaded && ExecutorCheckPerms_hook == NULL && !IsolationIsSerializable() &&
		GinFuzzySearchLimit == 0 &&
		get_rel_relkind(table) == RELKIND_RELATION &&
		pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK && check_enable_rls(table, InvalidOid, true) != RLS_ENABLED;
}

/* is_usable tells whether all rows of a table that a snapshot sees are in an index, if its predicate doesn't leave them out. */
static bool
is_usable(Relation table, Relation index)
{
	return !table->rd_rel->relhassubclass && index->rd_index != NULL && index->rd_index->indrelid == RelationGetRelid(table) && index->rd_index->indisvalid &&
		(!index->rd_index->indcheckxmin || TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data), TransactionXmin));
}

/* read_indexed does what rvo_read_indexed_rows promises, with both open. */
static IndexedAnswer
read_indexed(const IndexedRows *rows, Relation table, Relation index, int64 bound)
{
	Places		found = {0};
	IndexedAnswer answer = INDEXED_NOT_POSSIBLE;
	Look		look;
	int			draws;

	if (!is_usable(table, index) || !rows->begins(rows->arg, table, index))
		return INDEXED_NOT_POSSIBLE;
	find_places(index, rows->numbers, &found);
	draws = draws_needed(found.count, bound);
	look = begin_look(rows, table);
	if (draws > 0 && is_sure(found.count, bound, draws, draw(&look, &found, draws)))
		answer = INDEXED_MANY;
	else if (found.complete)
		answer = take_all(&look, &found, bound) ? INDEXED_ALL : INDEXED_MANY;
	end_look(&look);
	return answer;
}

/* rvo_read_indexed_rows takes the rows that fit, unless they are more than bound.  There must be a snapshot. */
IndexedAnswer
rvo_read_indexed_rows(const IndexedRows *rows, int64 bound)
{
	Relation	table;
	Relation	index;
	IndexedAnswer answer = INDEXED_NOT_POSSIBLE;

	if (!is_possible(rows->table))
		return INDEXED_NOT_POSSIBLE;

	/* either may have gone, or got another name, since its name was looked up */
	table = try_table_open(rows->table, AccessShareLock);
	if (table == NULL)
		return INDEXED_NOT_POSSIBLE;
	index = try_relation_open(rows->index, AccessShareLock);
	if (index != NULL)
	{
		answer = read_indexed(rows, table, index, bound);
		relation_close(index, NoLock);
	}
	table_close(table, NoLock);
	return answer;
}
