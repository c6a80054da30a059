/*
 * store_estimate.c
 *	  How many rows have a custom field, by what ANALYZE found.
 *
 * ANALYZE looks at what the index on custom fields holds, and keeps the hashes that
 * are most common, in order, with how many of the rows have each.  They are in the
 * server's caches, and unpacked here, so a look costs nothing beside a query.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "pgstat.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/record/custom_field_index.h"
#include "store/list/store_estimate.h"

/*
 * The hashes that are most common, and what share of the rows has each.  Statistics are kept compressed: to unpack
 * them took longer than a search for one row.  So they are kept unpacked, for as long as their row in the catalogue is the same.
 */
typedef struct CommonHashes
{
	int			count;
	const int64 *hashes;
	const float4 *shares;
	MemoryContext context;		/* which has both; NULL = nothing is kept */
	Oid			index;
	ItemPointerData place;		/* of the row, and which transaction wrote it */
	TransactionId writer;
} CommonHashes;

static CommonHashes kept_hashes[ENTITIES];

/* rvo_index_on_fields returns the index on custom fields; nothing if its owner has none. */
Oid
rvo_index_on_fields(Entity entity)
{
	static const char *const names[ENTITIES] = {
#define INDEX_NAME(constant, name) [constant] = name "_custom_fields_idx",
		ENTITY_LIST(INDEX_NAME)
	};

	return get_relname_relid(names[entity], get_namespace_oid("revyops", true));
}

/* rows_of_table returns how many rows the table of an index has. */
static double
rows_of_table(Oid index)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(IndexGetRelation(index, false)));
	double		rows;

	if (!HeapTupleIsValid(tuple))
		return 0;
	rows = Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, 0);
	ReleaseSysCache(tuple);
	return rows;
}

/* read_slot reads a slot of the statistics, in the current context, if it has most common elements. */
static void
read_slot(CommonHashes *common, HeapTuple statistics, int slot)
{
	bool		isnull;
	ArrayType  *values;
	ArrayType  *numbers;
	Datum		datum;

	if (common->count > 0 || (&((Form_pg_statistic) GETSTRUCT(statistics))->stakind1)[slot] != STATISTIC_KIND_MCELEM)
		return;
	datum = SysCacheGetAttr(STATRELATTINH, statistics, Anum_pg_statistic_stavalues1 + slot, &isnull);
	if (isnull)
		return;
	values = DatumGetArrayTypePCopy(datum);
	datum = SysCacheGetAttr(STATRELATTINH, statistics, Anum_pg_statistic_stanumbers1 + slot, &isnull);
	if (isnull || ARR_ELEMTYPE(values) != INT8OID)
		return;
	numbers = DatumGetArrayTypePCopy(datum);
	common->hashes = (const int64 *) ARR_DATA_PTR(values);
	common->shares = (const float4 *) ARR_DATA_PTR(numbers);
	common->count = Min(ARR_DIMS(values)[0], ARR_DIMS(numbers)[0]);
}

/* keep_hashes returns the most common hashes of statistics; they are unpacked if they are others than those that are kept. */
static const CommonHashes *
keep_hashes(Entity entity, Oid index, HeapTuple statistics)
{
	CommonHashes *kept = &kept_hashes[entity];
	CommonHashes fresh = {.index = index, .place = statistics->t_self, .writer = HeapTupleHeaderGetRawXmin(statistics->t_data)};
	MemoryContext caller;

	if (kept->context != NULL && kept->index == index && kept->writer == fresh.writer && ItemPointerEquals(&kept->place, &fresh.place))
		return kept;
	fresh.context = AllocSetContextCreate(CurrentMemoryContext, "revyops common fields", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(fresh.context);
	for (int slot = 0; slot < STATISTIC_NUM_SLOTS; slot++)
		read_slot(&fresh, statistics, slot);
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(fresh.context, CacheMemoryContext);
	if (kept->context != NULL)
		MemoryContextDelete(kept->context);
	*kept = fresh;
	return kept;
}

static int
compare_hashes(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/* share_of adds up what share of the rows has one of these hashes. */
static double
share_of(const CommonHashes *common, ArrayType *hashes)
{
	int			n = ArrayGetNItems(ARR_NDIM(hashes), ARR_DIMS(hashes));
	const int64 *hash = (const int64 *) ARR_DATA_PTR(hashes);
	double		share = 0;

	for (int i = 0; i < n; i++)
	{
		const int64 *found = bsearch(&hash[i], common->hashes, common->count, sizeof(int64), compare_hashes);

		if (found != NULL)
			share += common->shares[found - common->hashes];
	}
	return share;
}

/* rvo_estimate_with_field returns about how many rows have one of some hashes; 0 if they are not among the most common. */
double
rvo_estimate_with_field(Entity entity, ArrayType *hashes)
{
	Oid			index = rvo_index_on_fields(entity);
	HeapTuple	statistics;
	double		share;

	if (!OidIsValid(index))
		return 0;
	statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(index), Int16GetDatum(1), BoolGetDatum(false));
	if (!HeapTupleIsValid(statistics))
		return 0;
	share = share_of(keep_hashes(entity, index, statistics), hashes);
	ReleaseSysCache(statistics);
	return share > 0 ? share * rows_of_table(index) : 0;
}

/*
 * changes_since returns how many rows of a table were changed since ANALYZE, as far as that was reported.  Where nobody
 * knows when that was, as after a crash, all of them may have been; a standby is told of no change.
 */
static double
changes_since(Oid table)
{
	PgStat_StatTabEntry *entry;

	if (RecoveryInProgress())
		return 0;
	entry = pgstat_fetch_stat_tabentry(table);
	return entry != NULL && analyzes_reported(entry) > 0 ? changes_reported(entry) : HUGE_VAL;
}

/*
 * rvo_many_have_field tells that more than bound rows have one of some hashes: by what ANALYZE found, if so many are left
 * even if each change since took one away.
 */
bool
rvo_many_have_field(Entity entity, ArrayType *hashes, double bound)
{
	double		found = rvo_estimate_with_field(entity, hashes);

	return found > bound && found - changes_since(IndexGetRelation(rvo_index_on_fields(entity), false)) > bound;
}
