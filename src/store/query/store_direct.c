/*
 * store_direct.c
 *	  Plans of two simple shapes, run without an executor start.
 *
 * Called by store_query.c only.  Starting and ending the executor for one row
 * of a table with six indexes costs more than the row itself: the CHECK
 * constraints and the expression of an index are parsed and compiled anew each
 * time.  Here they are compiled once in a backend's life, as a plan is kept,
 * and the row is inserted, or found, the way ModifyTable, IndexScan and
 * LockRows do it.  doc/architecture.md has the server's functions that this
 * follows, and the versions that were compared.
 *
 * The plan stays the truth.  What a state keeps is read off it, and only if it
 * is an insert of bare parameters that does nothing on conflict, or a search
 * for one row by all the columns of a unique index.  So whatever makes the
 * planner do more (a default, a cast, a view, row-level security, a distributed
 * table) makes the plan another shape, and the plan is run.  It also is run
 * for tables with triggers other than AFTER ROW, or generated columns, when a
 * row that was found is being changed by somebody else, when a key is taken
 * under REPEATABLE READ, when an extension such as pgaudit or sepgsql hooks into
 * the check of rights, and when revyops.short_way is off.
 *
 * A state holds no reference to a relation: each run opens the table and its
 * indexes, which also brings in what others have changed.  After an error in a
 * compiled expression nothing is known about its inner state, so it is prepared
 * anew.
 *
 * An insert of many rows asks the foreign key once for each row that they refer
 * to.  The first check locks it; the others would find just that again.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/slice_map.h"
#include "store/query/store_direct.h"

bool		rvo_short_way_setting = true;

/*
 * is_allowed tells whether the user has the rights that the plan needs, on the
 * whole table.  Asked each time: rights by membership change without a notice.
 */
static bool
is_allowed(const DirectState *state)
{
	Oid			user = GetUserId();

	if (state->inserts)
		return pg_class_aclcheck(state->table, user, ACL_INSERT) == ACLCHECK_OK;
	return pg_class_aclcheck(state->table, user, ACL_SELECT) == ACLCHECK_OK &&
		(!state->lock || pg_class_aclcheck(state->table, user, ACL_UPDATE) == ACLCHECK_OK);
}

/*
 * is_possible tells whether a prepared plan can be run here and now, as far as
 * that can be told before its table is opened.  ExecCheckPermissions would call
 * the hook, with all that a plan says of its tables.
 */
static bool
is_possible(const DirectState *state)
{
	return rvo_short_way_setting && state->possible && state->run == 0 && ExecutorCheckPerms_hook == NULL &&
		is_allowed(state);
}

/* ---------------------------------------------------------------- insert */

/* open_indexes does what ExecOpenIndices does, with what was kept. */
static void
open_indexes(const DirectState *state, ResultRelInfo *target, MemoryContext context)
{
	int			n = state->nindexes;

	target->ri_NumIndices = n;
	target->ri_IndexRelationDescs = palloc(n * sizeof(Relation));
	target->ri_IndexRelationInfo = palloc(n * sizeof(IndexInfo *));
	for (int i = 0; i < n; i++)
	{
		IndexInfo  *info = palloc(sizeof(IndexInfo));

		/* A copy: what an access method keeps in it lives no longer than this run. */
		*info = *state->index_infos[i];
		info->ii_Context = context;
		target->ri_IndexRelationDescs[i] = index_open(state->indexes[i], RowExclusiveLock);
		target->ri_IndexRelationInfo[i] = info;
	}
}

/* fill_row puts parameters into a slot of the table. */
static void
fill_row(const DirectState *state, TupleTableSlot *row, const Datum *values, const char *nulls)
{
	ExecClearTuple(row);
	for (int i = 0; i < state->natts; i++)
	{
		int			source = state->sources[i] - 1;

		row->tts_isnull[i] = source < 0 || nulls[source] == 'n';
		row->tts_values[i] = row->tts_isnull[i] ? (Datum) 0 : values[source];
	}
	ExecStoreVirtualTuple(row);
}

/*
 * insert_unless_taken is ModifyTable's ON CONFLICT DO NOTHING: look, insert
 * speculatively, withdraw and look again if somebody was faster.  False if a
 * unique key is taken; waits for whoever is about to take it.
 *
 * The first look leaves out the primary key, whose value is fresh from a
 * sequence; should it be taken all the same, the insert finds that out.
 */
static bool
insert_unless_taken(ResultRelInfo *target, TupleTableSlot *row, EState *estate, List *unique)
{
	Relation	table = target->ri_RelationDesc;
	TransactionId xid = GetCurrentTransactionId();
	ItemPointerData conflict;
	bool		withdrawn = true;

	while (withdrawn)
	{
		uint32		token;

		CHECK_FOR_INTERRUPTS();
		if (!ExecCheckIndexConstraints_compat(target, row, estate, &conflict, unique))
			return false;
		unique = NIL;			/* from now on, all */
		token = SpeculativeInsertionLockAcquire(xid);
		table_tuple_insert_speculative(table, row, estate->es_output_cid, 0, NULL, token);
		withdrawn = false;
		(void) ExecInsertIndexTuples_compat(target, row, estate, true, &withdrawn);
		table_tuple_complete_speculative(table, row, token, !withdrawn);
		SpeculativeInsertionLockRelease(xid);
	}
	return true;
}

/* insert_or_raise is ModifyTable's insert without ON CONFLICT; returns the indexes whose deferred constraints are to be checked. */
static List *
insert_or_raise(ResultRelInfo *target, TupleTableSlot *row, EState *estate)
{
	table_tuple_insert(target->ri_RelationDesc, row, estate->es_output_cid, 0, NULL);
	return target->ri_NumIndices > 0 ? ExecInsertIndexTuples_compat(target, row, estate, false, NULL) : NIL;
}

/* One execution of the insert: an executor state for all its rows. */
typedef struct Insertion
{
	DirectState *state;
	EState	   *estate;
	ResultRelInfo *target;
	TupleTableSlot *row;
	SliceMap   *checked;		/* what a foreign key has been asked for; NULL = asked for each row */
} Insertion;

/* begin_insertion makes all ready for rows; end_insertion must follow, or an error. */
static Insertion
begin_insertion(DirectState *state, Relation table)
{
	EState	   *estate = CreateExecutorState();
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	Insertion	insertion = {.state = state, .estate = estate, .target = makeNode(ResultRelInfo)};

	InitResultRelInfo(insertion.target, table, 0, NULL, 0);
	insertion.target->ri_CheckConstraintExprs = state->checks;
	open_indexes(state, insertion.target, estate->es_query_cxt);
	insertion.row = table_slot_create(table, &estate->es_tupleTable);
	insertion.row->tts_tableOid = RelationGetRelid(table);
	estate->es_opened_result_relations = list_make1(insertion.target);
	estate->es_output_cid = GetCurrentCommandId(true);
	estate->es_snapshot = GetActiveSnapshot();
	AfterTriggerBeginQuery();
	rvo_direct_begin_run(state, estate->es_query_cxt);

	/* What an expression sets up on its first evaluation lives as long as it. */
	GetPerTupleExprContext(estate)->ecxt_per_query_memory = state->context;
	MemoryContextSwitchTo(caller);
	return insertion;
}

/* end_insertion fires the AFTER triggers, the foreign keys' among them. */
static void
end_insertion(Insertion *insertion)
{
	EState	   *estate = insertion->estate;

	insertion->state->run = 0;
	AfterTriggerEndQuery(estate);
	ExecResetTupleTable(estate->es_tupleTable, false);
	ExecCloseResultRelations(estate);	/* and their indexes */
	FreeExecutorState(estate);
}

/*
 * is_checked tells whether the table's only foreign key has been asked for the
 * values of this row before.  The first check has locked the row referred to,
 * so that all others of the same execution would find what it found.
 */
static bool
is_checked(Insertion *insertion)
{
	const DirectState *state = insertion->state;
	Datum	   *key;
	bool		found;

	if (insertion->checked == NULL)
		return false;
	key = MemoryContextAlloc(insertion->estate->es_query_cxt, state->nreferring * sizeof(Datum));
	for (int i = 0; i < state->nreferring; i++)
	{
		int			column = state->referring[i] - 1;

		/* MATCH SIMPLE: a null refers to nothing. */
		if (insertion->row->tts_isnull[column])
			return true;
		key[i] = insertion->row->tts_values[column];
	}
	(void) rvo_slice_map_put(insertion->checked,
							 (Slice) {(const char *) key, state->nreferring * sizeof(Datum)}, &found);
	if (found)
		pfree(key);
	return found;
}

/* insert_row inserts one row, in the memory context of its expressions; false if a unique key is taken. */
static bool
insert_row(Insertion *insertion, const Datum *values, const char *nulls)
{
	EState	   *estate = insertion->estate;
	ResultRelInfo *target = insertion->target;
	TupleTableSlot *row = insertion->row;
	List	   *recheck = NIL;

	fill_row(insertion->state, row, values, nulls);
	if (target->ri_RelationDesc->rd_att->constr != NULL)
		ExecConstraints(target, row, estate);
	if (!insertion->state->unless_taken)
		recheck = insert_or_raise(target, row, estate);
	else if (!insert_unless_taken(target, row, estate, insertion->state->unique))
		return false;
	if (!is_checked(insertion))
		ExecARInsertTriggers(estate, target, row, recheck, NULL);
	return true;
}

/* begin_query makes visible what this transaction did, and what others have committed by now. */
static void
begin_query(void)
{
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static DirectResult
run_insert(DirectState *state, const DirectRun *run)
{
	Relation	table;
	DirectResult result = DIRECT_NOT_POSSIBLE;

	PreventCommandIfReadOnly("INSERT");
	table = table_open(state->table, RowExclusiveLock);

	/* Opening the table may have brought a change to light. */
	if (state->prepared)
	{
		Insertion	insertion;

		begin_query();
		insertion = begin_insertion(state, table);
		if (insert_row(&insertion, run->values, run->nulls))
			result = DIRECT_ONE_ROW;
		else if (!IsolationUsesXactSnapshot())
			result = DIRECT_NO_ROW;
		end_insertion(&insertion);
		PopActiveSnapshot();
	}
	table_close(table, NoLock);
	return result;
}

/* insert_rows inserts rows within one execution. */
static void
insert_rows(DirectState *state, Relation table, const DirectRows *rows)
{
	Insertion	insertion = begin_insertion(state, table);
	EState	   *estate = insertion.estate;

	if (state->nreferring > 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);

		insertion.checked = rvo_slice_map_create(64);
		MemoryContextSwitchTo(caller);
	}
	for (int i = 0; i < rows->count; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(estate));
		const Datum *values;
		const char *nulls;

		CHECK_FOR_INTERRUPTS();
		rows->parameters(rows->arg, i, &values, &nulls);
		rows->inserted[i] = insert_row(&insertion, values, nulls);
		MemoryContextSwitchTo(caller);
		ResetPerTupleExprContext(estate);
	}
	end_insertion(&insertion);
}

/*
 * rvo_direct_insert runs a prepared insert for many rows as one statement.
 * False if that is not possible here and now; then nothing was done.
 */
bool
rvo_direct_insert(DirectState *state, const DirectRows *rows)
{
	Relation	table;
	bool		possible;

	/* Who is in the way of a row, under these levels, takes the executor to tell. */
	if (!state->inserts || (state->unless_taken && IsolationUsesXactSnapshot()) || !is_possible(state))
		return false;
	PreventCommandIfReadOnly("INSERT");
	table = table_open(state->table, RowExclusiveLock);
	possible = state->prepared;
	if (possible)
	{
		begin_query();
		insert_rows(state, table, rows);
		PopActiveSnapshot();
	}
	table_close(table, NoLock);
	return possible;
}

/* ---------------------------------------------------------------- search */

/* lock_row takes the lock of FOR KEY SHARE if the row is just as we found it, and nobody is to be waited for. */
static bool
lock_row(Relation table, TupleTableSlot *row)
{
	TM_FailureData failure;

	return table_tuple_lock(table, &row->tts_tid, GetActiveSnapshot(), row,
							GetCurrentCommandId(false), LockTupleKeyShare, LockWaitSkip,
							TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS, &failure) == TM_Ok;
}

/* take_results copies the selected columns into the caller's memory context. */
static void
take_results(const DirectState *state, TupleTableSlot *row, const DirectRun *run)
{
	for (int i = 0; i < state->nresults; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row->tts_tupleDescriptor, state->results[i] - 1);
		Datum		value = slot_getattr(row, state->results[i], &run->result_nulls[i]);

		run->results[i] = run->result_nulls[i] ? (Datum) 0 : datumCopy(value, column->attbyval, column->attlen);
	}
}

/* search_row finds the row, locks it if asked to, and gives its columns. */
static DirectResult
search_row(const DirectState *state, Relation table, Relation index, const DirectRun *run)
{
	ScanKeyData keys[DIRECT_MAX_KEYS];
	TupleTableSlot *row = table_slot_create(table, NULL);
	IndexScanDesc search;
	DirectResult result = DIRECT_NO_ROW;

	memcpy(keys, state->keys, state->nkeys * sizeof(ScanKeyData));
	for (int i = 0; i < state->nkeys; i++)
		keys[i].sk_argument = run->values[state->key_sources[i] - 1];
	search = index_beginscan_compat(table, index, GetActiveSnapshot(), state->nkeys);
	index_rescan(search, keys, state->nkeys, NULL, 0);
	if (index_getnext_slot(search, ForwardScanDirection, row))
	{
		result = !state->lock || lock_row(table, row) ? DIRECT_ONE_ROW : DIRECT_NOT_POSSIBLE;
		if (result == DIRECT_ONE_ROW)
			take_results(state, row, run);
	}
	index_endscan(search);
	ExecDropSingleTupleTableSlot(row);
	return result;
}

static DirectResult
run_search(DirectState *state, const DirectRun *run)
{
	Relation	table;
	DirectResult result = DIRECT_NOT_POSSIBLE;

	for (int i = 0; i < state->nkeys; i++)
		if (run->nulls[state->key_sources[i] - 1] == 'n')
			return DIRECT_NO_ROW;
	if (state->lock)
		PreventCommandIfReadOnly("SELECT FOR KEY SHARE");
	table = table_open(state->table, state->lock ? RowShareLock : AccessShareLock);
	if (state->prepared)
	{
		Relation	index = index_open(state->index, AccessShareLock);

		if (!run->read_only)
			begin_query();
		result = search_row(state, table, index, run);
		if (!run->read_only)
			PopActiveSnapshot();
		index_close(index, NoLock);
	}
	table_close(table, NoLock);
	return result;
}

/* rvo_direct_run runs a prepared plan, if that is possible here and now. */
DirectResult
rvo_direct_run(DirectState *state, const DirectRun *run)
{
	if (!is_possible(state))
		return DIRECT_NOT_POSSIBLE;
	return state->inserts ? run_insert(state, run) : run_search(state, run);
}
