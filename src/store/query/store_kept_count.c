/*
 * store_kept_count.c
 *	  Counts that a backend keeps for as long as it sees the same rows.
 *
 * To count a list takes many times as long as to read a page of it, and who reads pages asks for the
 * same count again.  It is the same as long as the same plan would make it, for the same parameters
 * and user, of the same rows.  Two snapshots see the same rows if the same transactions had begun by then, and the same of them
 * were under way: those that had ended stay as they ended.  That holds for a transaction that has
 * written nothing; one that has sees its own rows besides.
 *
 * What a snapshot doesn't tell changes the plan: a table that was emptied or rewritten, row-level security, a
 * function that was replaced.  The server then plans anew, and the next count is another's.  A plan with what
 * may give another result at any time keeps nothing: functions that are not immutable, tables of
 * another kind, other machines.  Nor does a serializable transaction, for which it counts what was read.
 *
 * It is a short way, like those of store_direct.c, and ends where they end, but for rights: a member of a role that
 * no longer is one may be told a number once more that they were told before.  Whoever asks for a count reads the page of
 * the same table, too, and that is refused.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "store/query/store_distribution.h"
#include "store/query/store_kept_count.h"
#include "store/query/store_snapshot.h"

#define KEPT_COUNTS 32

/* The counts that are kept, the oldest of which goes first. */
static struct KeptCount
{
	CountKey	key;
	int64		count;
}			kept_counts[KEPT_COUNTS];
static int	next_count = 0;

/* is_possible tells whether a count may take the place of another here and now. */
static bool
is_possible(void)
{
	return rvo_short_way_setting && !rvo_citus_is_loaded && ExecutorCheckPerms_hook == NULL && !IsolationIsSerializable() &&
		!TransactionIdIsValid(GetTopTransactionIdIfAny());
}

/* ---------------------------------------------------------------- what it depends on */

/* note_snapshot notes what is seen; false if that is too much, or not told by transactions. */
static bool
note_snapshot(CountKey *key)
{
	Snapshot	snapshot = GetActiveSnapshot();
	bool		standby = snapshot->takenDuringRecovery;
	int			n = standby ? snapshot->subxcnt : (int) snapshot->xcnt;

	if (snapshot->snapshot_type != SNAPSHOT_MVCC || n > COUNT_OPEN_MAX)
		return false;
	key->end = rvo_store_snapshot_end(snapshot);
	key->standby = standby;
	key->overflowed = snapshot->suboverflowed;
	key->nopen = n;
	for (int i = 0; i < n; i++)
		key->open[i] = standby ? snapshot->subxip[i] : snapshot->xip[i];
	return true;
}

/* note_octets adds octets to a key; false if there is no room. */
static bool
note_octets(CountKey *key, const void *octets, Size len)
{
	if (len > (Size) (COUNT_KEY_MAX - key->len))
		return false;
	memcpy(key->octets + key->len, octets, len);
	key->len += len;
	return true;
}

/* note_parameters notes what the conditions are compared with. */
static bool
note_parameters(CountKey *key, const KeptQuery *query, const Execution *conditions)
{
	for (int i = 0; i < conditions->count; i++)
	{
		Datum		value = conditions->values[i];
		int16		length;
		bool		by_value;
		bool		noted;

		get_typlenbyval(query->types[i], &length, &by_value);
		if (!note_octets(key, &conditions->nulls[i], 1))
			return false;
		if (conditions->nulls[i] == 'n')
			continue;
		if (by_value)
			noted = note_octets(key, &value, sizeof(value));
		else
			noted = note_octets(key, DatumGetPointer(value), datumGetSize(value, by_value, length));
		if (!noted)
			return false;
	}
	return true;
}

/* is_table tells an ordinary table, whose rows a snapshot tells. */
static bool
is_table(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_class) GETSTRUCT(tuple))->relkind == RELKIND_RELATION &&
		((Form_pg_class) GETSTRUCT(tuple))->relam == HEAP_TABLE_AM_OID;
	ReleaseSysCache(tuple);
	return result;
}

/* is_steady tells whether a plan gives the same for the same rows. */
static bool
is_steady(const CachedPlanSource *source, const PlannedStmt *plan)
{
	ListCell   *cell;

	foreach(cell, plan->relationOids)
		if (!is_table(lfirst_oid(cell)))
		return false;
	return !contain_mutable_functions((Node *) source->query_list);
}

/* note_plan notes which plan makes the count, if that is a steady one; that is found out once for each. */
static void
note_plan(void *arg, KeptQuery *query, const CachedPlanSource *source, const CachedPlan *plan)
{
	CountKey   *key = arg;

	if (query->generation != plan->generation)
	{
		query->steady = list_length(plan->stmt_list) == 1 && is_steady(source, linitial_node(PlannedStmt, plan->stmt_list));
		query->generation = plan->generation;
	}
	key->plan = query->steady ? query->number : 0;
	key->generation = plan->generation;
}

/* ---------------------------------------------------------------- keeping */

/* is_same compares two keys. */
static bool
is_same(const CountKey *a, const CountKey *b)
{
	return a->plan == b->plan && a->generation == b->generation && a->user == b->user && a->exact == b->exact &&
		a->end == b->end && a->standby == b->standby && a->overflowed == b->overflowed &&
		a->nopen == b->nopen && memcmp(a->open, b->open, a->nopen * sizeof(TransactionId)) == 0 &&
		a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

/*
 * rvo_kept_count_find finds what the rows that a query counts were counted to, for conditions that are
 * its first parameters, by rvo_kept_count_put for the key that is filled here.
 */
bool
rvo_kept_count_find(KeptQuery *query, const Execution *conditions, bool exact, CountKey *key, int64 *count)
{
	key->plan = 0;
	key->len = 0;
	key->user = GetUserId();
	key->exact = exact;
	if (!is_possible() || !note_parameters(key, query, conditions))
		return false;

	/* This locks the tables, so it learns of all that was done to them. */
	rvo_query_show_plan(query, note_plan, key);
	if (key->plan == 0)
		return false;
	if (!note_snapshot(key))
		key->plan = 0;
	for (int i = 0; i < KEPT_COUNTS && key->plan != 0; i++)
	{
		if (!is_same(key, &kept_counts[i].key))
			continue;
		*count = kept_counts[i].count;
		return true;
	}
	return false;
}

/* rvo_kept_count_put keeps a count that was not found, if it can be kept. */
void
rvo_kept_count_put(const CountKey *key, int64 count)
{
	if (key->plan == 0)
		return;
	kept_counts[next_count] = (struct KeptCount)
	{
		*key, count
	};
	next_count = (next_count + 1) % KEPT_COUNTS;
}
