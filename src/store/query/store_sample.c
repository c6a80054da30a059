/*
 * store_sample.c
 *	  Whether more rows fit than so many, by what an index finds and a look at some of them.
 *
 * To count ten thousand rows that are spread over a table is to read nearly as many pages.  The
 * index alone finds them in a tenth of the time, but doesn't know which of them the statement
 * sees, and which only share a hash.  So rows are drawn by lot out of those that it finds, and
 * looked at as an index scan does.  If they are so many, and nearly all fit, then more than so many of
 * all fit: that this is wrong has a probability of less than 10^-18, whatever is in the table,
 * as the lot is drawn anew each time.  In every other case nothing is said, and rows have to be counted.
 *
 * It is a short way, like those of store_direct.c, and ends where they end.
 */
#include "postgres.h"

#include <math.h>

#include "access/amapi.h"
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/tidbitmap.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "store/query/store_direct.h"
#include "store/query/store_distribution.h"
#include "store/query/store_sample.h"

/* -ln(10^-18) */
#define SURENESS 41.4465

/* How many times as many rows are drawn as it takes if all of them fit: so some may not. */
#define DRAWS_SPARE 3

/* More rows are not looked at. */
#define DRAWS_MAX 1000

/* Of what an index finds, no more than so many times the bound is drawn from. */
#define PLACES_PER_BOUND 16

/* Where rows are that an index finds. */
typedef struct Places
{
	ItemPointerData *places;
	int64		count;
	int64		max;
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

/* read_places notes where the rows are that a bitmap has, but for those of which it has only the page. */
static void
read_places(TIDBitmap *bitmap, Places *found)
{
	TBMPageIterator *iterator = tbm_begin_pages(bitmap);
	TBMIterateResult result;
	TBMIterateResult *page = &result;
	OffsetNumber offsets[MaxHeapTuplesPerPage];
	int64		capacity = 0;

	while (found->count < found->max && tbm_next_page(iterator, page))
	{
		int			n = tbm_rows_of_page(page, offsets);

		CHECK_FOR_INTERRUPTS();
		if (found->count + n > capacity)
		{
			capacity = Max(2 * capacity, 16384);
			found->places = found->places == NULL ? palloc(capacity * sizeof(ItemPointerData)) :
				repalloc_huge(found->places, capacity * sizeof(ItemPointerData));
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

/* look draws rows and returns how many of them are seen, and fit. */
static int
look(const IndexedRows *rows, Relation table, const Places *found, int draws)
{
	IndexFetchTableData *fetch = table_index_fetch_begin(table);
	TupleTableSlot *row = table_slot_create(table, NULL);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext once = AllocSetContextCreate(caller, "revyops sampled row", ALLOCSET_DEFAULT_SIZES);
	int			fitting = 0;

	for (int i = 0; i < draws; i++)
	{
		ItemPointerData place = found->places[pg_prng_uint64_range(&pg_global_prng_state, 0, found->count - 1)];
		bool		again = false;

		CHECK_FOR_INTERRUPTS();
		if (!table_index_fetch_tuple(fetch, &place, GetActiveSnapshot(), row, &again, NULL))
			continue;
		MemoryContextSwitchTo(once);
		fitting += rows->fits(rows->arg, row);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(once);
	}
	MemoryContextDelete(once);
	ExecDropSingleTupleTableSlot(row);
	table_index_fetch_end(fetch);
	return fitting;
}

/* is_possible tells whether a table can be read without a plan; a plan would know of all this. */
static bool
is_possible(Oid table)
{
	return rvo_short_way_setting && !rvo_citus_is_loaded && ExecutorCheckPerms_hook == NULL && !IsolationIsSerializable() &&
		get_rel_relkind(table) == RELKIND_RELATION &&
		pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK && check_enable_rls(table, InvalidOid, true) != RLS_ENABLED;
}

/* sample does what rvo_more_rows_fit promises, with both open. */
static bool
sample(const IndexedRows *rows, Relation table, Relation index, int64 bound)
{
	Places		found = {NULL, 0, bound * PLACES_PER_BOUND};
	int			draws;

	if (!index->rd_index->indisvalid || !rows->begins(rows->arg, table))
		return false;
	find_places(index, rows->numbers, &found);
	draws = draws_needed(found.count, bound);
	return draws > 0 && is_sure(found.count, bound, draws, look(rows, table, &found, draws));
}

/* rvo_more_rows_fit tells that more than bound rows fit; false if that isn't sure.  There must be a snapshot. */
bool
rvo_more_rows_fit(const IndexedRows *rows, int64 bound)
{
	Oid			oid = IndexGetRelation(rows->index, true);
	Relation	table;
	Relation	index;
	bool		result;

	if (!OidIsValid(oid) || !is_possible(oid))
		return false;

	/* either may have gone since its name was looked up */
	table = try_table_open(oid, AccessShareLock);
	if (table == NULL)
		return false;
	index = try_relation_open(rows->index, AccessShareLock);
	result = index != NULL && sample(rows, table, index, bound);
	if (index != NULL)
		relation_close(index, NoLock);
	table_close(table, NoLock);
	return result;
}
