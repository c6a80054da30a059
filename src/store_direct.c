/*
 * store_direct.c
 *	  Plans of two simple shapes, run without an executor start.
 *
 * Floor 2, called by store.c only.  Starting and ending the executor for one
 * row of a table with six indexes costs more than the row itself: the CHECK
 * constraints and the expression of an index are parsed and compiled anew each
 * time.  Here they are compiled once in a backend's life, as a plan is kept,
 * and the row is inserted, or found, the way ModifyTable, IndexScan and
 * LockRows do it.
 *
 * The plan stays the truth.  What a state keeps is read off it, and only if it
 * is an insert of bare parameters that does nothing on conflict, or a search
 * for one row by all the columns of a unique index.  So whatever makes the
 * planner do more (a default, a cast, a view, row-level security, a distributed
 * table) makes the plan another shape, and the plan is run.  It also is run
 * for tables with triggers other than AFTER ROW, or generated columns, when a
 * row that was found is being changed by somebody else, and when a key is taken
 * under REPEATABLE READ.
 *
 * A state holds no reference to a relation: each run opens the table and its
 * indexes, which also brings in what others have changed.  Any change makes the
 * server call forget(), and the next run prepares anew.  After an error in a
 * compiled expression nothing is known about its inner state, so that too is
 * prepared anew.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "store_direct.h"

static DirectState *all_states = NULL;

/* ---------------------------------------------------------------- changes */

/* forget is called by the server when a relation has changed; InvalidOid is any. */
static void
forget(Datum arg pg_attribute_unused(), Oid relation)
{
	for (DirectState *state = all_states; state != NULL; state = state->next)
	{
		bool		concerned = relation == InvalidOid || relation == state->table || relation == state->index;

		for (int i = 0; i < state->nindexes && !concerned; i++)
			concerned = relation == state->indexes[i];
		if (concerned)
			state->prepared = false;
	}
}

/* forget_all is called when a function, operator or type has changed: expressions may use it. */
static void
forget_all(Datum arg pg_attribute_unused(), int cache pg_attribute_unused(), uint32 hash pg_attribute_unused())
{
	forget((Datum) 0, InvalidOid);
}

/* remember puts a state on the list that forget walks. */
static void
remember(DirectState *state)
{
	if (all_states == NULL)
	{
		CacheRegisterRelcacheCallback(forget, (Datum) 0);
		CacheRegisterSyscacheCallback(PROCOID, forget_all, (Datum) 0);
		CacheRegisterSyscacheCallback(OPEROID, forget_all, (Datum) 0);
		CacheRegisterSyscacheCallback(TYPEOID, forget_all, (Datum) 0);
	}
	if (state->context != NULL)
		return;
	state->context = AllocSetContextCreate(CacheMemoryContext, "revyops kept plan", ALLOCSET_SMALL_SIZES);
	state->next = all_states;
	all_states = state;
}

/* ---------------------------------------------------------------- reading plans */

/* parameter_number returns n for a bare $n, 0 for anything else. */
static int
parameter_number(const Node *expr)
{
	const Param *param = (const Param *) expr;

	return IsA(expr, Param) && param->paramkind == PARAM_EXTERN ? param->paramid : 0;
}

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

/* compile makes a stored expression ready to run, in the current context. */
static ExprState *
compile(Expr *expr)
{
	return ExecInitExpr(expression_planner(expr), NULL);
}

static void
compile_checks(DirectState *state, Relation table)
{
	TupleConstr *constr = table->rd_att->constr;
	int			n = constr != NULL ? constr->num_check : 0;

	state->checks = palloc(Max(n, 1) * sizeof(ExprState *));
	for (int i = 0; i < n; i++)
		state->checks[i] = compile(stringToNode(constr->check[i].ccbin));
}

/* compile_index describes an index as ExecOpenIndices does, with its expressions compiled. */
static IndexInfo *
compile_index(Oid oid)
{
	Relation	index = index_open(oid, RowExclusiveLock);
	IndexInfo  *info = BuildIndexInfo(index);
	ListCell   *cell;

	if (info->ii_Unique)
		BuildSpeculativeIndexInfo(index, info);
	foreach(cell, info->ii_Expressions)
		info->ii_ExpressionsState = lappend(info->ii_ExpressionsState, compile(lfirst(cell)));
	if (info->ii_Predicate != NIL)
		info->ii_PredicateState =
			ExecInitQual((List *) expression_planner((Expr *) info->ii_Predicate), NULL);
	index_close(index, NoLock);
	return info;
}

static void
compile_indexes(DirectState *state, Relation table)
{
	List	   *oids = RelationGetIndexList(table);
	Oid			primary_key = RelationGetPrimaryKeyIndex(table);
	ListCell   *cell;

	state->indexes = palloc(Max(list_length(oids), 1) * sizeof(Oid));
	state->index_infos = palloc(Max(list_length(oids), 1) * sizeof(IndexInfo *));
	state->unique = NIL;
	foreach(cell, oids)
	{
		int			i = state->nindexes;
		IndexInfo  *info;

		/* forget must know the index before it is opened. */
		state->indexes[i] = lfirst_oid(cell);
		state->nindexes++;
		info = state->index_infos[i] = compile_index(state->indexes[i]);
		if (info->ii_Unique && info->ii_ReadyForInserts && state->indexes[i] != primary_key)
			state->unique = lappend_oid(state->unique, state->indexes[i]);
	}
}

/* read_row notes which parameter each column gets; false if one gets anything else. */
static bool
read_row(DirectState *state, List *targetlist)
{
	ListCell   *cell;
	int			i = 0;

	if (list_length(targetlist) != state->natts)
		return false;
	state->sources = palloc(state->natts * sizeof(int));
	foreach(cell, targetlist)
	{
		Node	   *expr = (Node *) lfirst_node(TargetEntry, cell)->expr;

		state->sources[i] = parameter_number(expr);
		if (state->sources[i] == 0 && !(IsA(expr, Const) && ((Const *) expr)->constisnull))
			return false;
		i++;
	}
	return true;
}

/* table_is_plain tells whether a row of it can be written without more ado. */
static bool
table_is_plain(Relation table)
{
	TriggerDesc *triggers = table->trigdesc;

	if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relispartition ||
		(table->rd_att->constr != NULL && table->rd_att->constr->has_generated_stored))
		return false;
	return triggers == NULL ||
		!(triggers->trig_insert_before_row || triggers->trig_insert_instead_row ||
		  triggers->trig_insert_before_statement || triggers->trig_insert_after_statement ||
		  triggers->trig_insert_new_table);
}

/* read_insert prepares for an insert; false if it is not the simple one. */
static bool
read_insert(DirectState *state, const PlannedStmt *stmt)
{
	const ModifyTable *plan = (const ModifyTable *) stmt->planTree;
	const Plan *row = outerPlan(plan);
	Relation	table;
	bool		simple;

	if (plan->operation != CMD_INSERT || plan->onConflictAction != ONCONFLICT_NOTHING ||
		plan->arbiterIndexes != NIL || plan->returningLists != NIL || plan->withCheckOptionLists != NIL ||
		list_length(plan->resultRelations) != 1 ||
		!IsA(row, Result) || outerPlan(row) != NULL || ((const Result *) row)->resconstantqual != NULL)
		return false;

	state->inserts = true;
	state->table = rt_fetch(linitial_int(plan->resultRelations), stmt->rtable)->relid;
	table = table_open(state->table, RowExclusiveLock);
	state->natts = RelationGetNumberOfAttributes(table);
	simple = table_is_plain(table) && read_row(state, row->targetlist);
	if (simple)
	{
		compile_checks(state, table);
		compile_indexes(state, table);
	}
	table_close(table, NoLock);
	return simple;
}

/* read_keys makes scan keys of the conditions; false unless each column of the index = a parameter. */
static bool
read_keys(DirectState *state, Relation index, List *conditions)
{
	state->nkeys = IndexRelationGetNumberOfKeyAttributes(index);
	if (list_length(conditions) != state->nkeys || state->nkeys > DIRECT_MAX_KEYS)
		return false;
	for (int i = 0; i < state->nkeys; i++)
	{
		const OpExpr *condition = list_nth(conditions, i);
		const Var  *column;
		int			strategy;
		Oid			left;
		Oid			right;

		if (!IsA(condition, OpExpr) || list_length(condition->args) != 2)
			return false;
		column = linitial(condition->args);
		state->key_sources[i] = parameter_number(lsecond(condition->args));
		if (!IsA(column, Var) || column->varattno != i + 1 || state->key_sources[i] == 0)
			return false;
		get_op_opfamily_properties(condition->opno, index->rd_opfamily[i], false, &strategy, &left, &right);
		if (strategy != BTEqualStrategyNumber)
			return false;
		ScanKeyEntryInitialize(&state->keys[i], 0, i + 1, strategy, right, condition->inputcollid,
							   condition->opfuncid, (Datum) 0);
	}
	return true;
}

/* read_columns notes the columns that are selected; false if one is not a plain column. */
static bool
read_columns(DirectState *state, Relation index, List *targetlist)
{
	ListCell   *cell;

	state->nresults = 0;
	foreach(cell, targetlist)
	{
		const TargetEntry *entry = lfirst(cell);
		const Var  *column = (const Var *) entry->expr;
		AttrNumber	number;

		if (entry->resjunk)
			continue;
		if (!IsA(column, Var) || column->varattno <= 0 || state->nresults == DIRECT_MAX_RESULTS)
			return false;
		number = column->varattno;
		if (column->varno == INDEX_VAR)
			number = index->rd_index->indkey.values[number - 1];
		state->results[state->nresults++] = number;
	}
	return true;
}

/* read_lock notes whether the row is locked; false if not as a foreign key does. */
static bool
read_lock(DirectState *state, const Plan **plan)
{
	const PlanRowMark *mark;

	state->lock = IsA(*plan, LockRows);
	if (!state->lock)
		return true;
	mark = linitial_node(PlanRowMark, ((const LockRows *) *plan)->rowMarks);
	*plan = outerPlan(*plan);
	return mark->strength == LCS_FORKEYSHARE && mark->waitPolicy == LockWaitBlock;
}

/* read_search prepares for a search by a unique index; false if it is not the simple one. */
static bool
read_search(DirectState *state, const PlannedStmt *stmt)
{
	const Plan *plan = stmt->planTree;
	const Scan *scan;
	List	   *conditions;
	Relation	table;
	Relation	index;
	bool		simple;

	state->inserts = false;
	if (!read_lock(state, &plan) || plan->qual != NIL)
		return false;
	if (IsA(plan, IndexScan))
	{
		state->index = ((const IndexScan *) plan)->indexid;
		conditions = ((const IndexScan *) plan)->indexqual;
	}
	else if (IsA(plan, IndexOnlyScan))
	{
		state->index = ((const IndexOnlyScan *) plan)->indexid;
		conditions = ((const IndexOnlyScan *) plan)->indexqual;
	}
	else
		return false;
	scan = (const Scan *) plan;

	state->table = rt_fetch(scan->scanrelid, stmt->rtable)->relid;
	table = table_open(state->table, state->lock ? RowShareLock : AccessShareLock);
	index = index_open(state->index, AccessShareLock);
	simple = table->rd_rel->relkind == RELKIND_RELATION &&
		index->rd_index->indisunique && index->rd_rel->relam == BTREE_AM_OID &&
		read_keys(state, index, conditions) && read_columns(state, index, plan->targetlist);
	index_close(index, NoLock);
	table_close(table, NoLock);
	return simple;
}

/* rvo_direct_is_prepared tells whether a plan has been looked at and nothing has changed since. */
bool
rvo_direct_is_prepared(const DirectState *state)
{
	return state->run != 0 || (state->prepared && state->user == GetUserId());
}

/* rvo_direct_prepare reads a plan, and notes whether it can be run here. */
void
rvo_direct_prepare(DirectState *state, const PlannedStmt *plan)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		possible;

	remember(state);
	MemoryContextReset(state->context);
	state->possible = false;
	state->nindexes = 0;
	state->table = InvalidOid;
	state->index = InvalidOid;
	state->user = GetUserId();

	/* From here on a change that comes in while we look sets prepared back. */
	state->prepared = true;
	MemoryContextSwitchTo(state->context);
	if (IsA(plan->planTree, ModifyTable))
		possible = read_insert(state, plan);
	else
		possible = read_search(state, plan);
	MemoryContextSwitchTo(caller);
	state->possible = possible;
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

/* make_row puts the parameters into a slot of the table. */
static TupleTableSlot *
make_row(const DirectState *state, EState *estate, Relation table, const DirectRun *run)
{
	TupleTableSlot *row = table_slot_create(table, &estate->es_tupleTable);

	for (int i = 0; i < state->natts; i++)
	{
		int			source = state->sources[i] - 1;

		row->tts_isnull[i] = source < 0 || run->nulls[source] == 'n';
		row->tts_values[i] = row->tts_isnull[i] ? (Datum) 0 : run->values[source];
	}
	ExecStoreVirtualTuple(row);
	row->tts_tableOid = RelationGetRelid(table);
	return row;
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
		if (!ExecCheckIndexConstraints(target, row, estate, &conflict, unique))
			return false;
		unique = NIL;			/* from now on, all */
		token = SpeculativeInsertionLockAcquire(xid);
		table_tuple_insert_speculative(table, row, estate->es_output_cid, 0, NULL, token);
		withdrawn = false;
		(void) ExecInsertIndexTuples(target, row, estate, false, true, &withdrawn, NIL);
		table_tuple_complete_speculative(table, row, token, !withdrawn);
		SpeculativeInsertionLockRelease(xid);
	}
	return true;
}

/* What is told at the end of a run: which it was, and of which plan. */
typedef struct RunEnd
{
	MemoryContextCallback callback;
	DirectState *state;
	uint64		run;
} RunEnd;

/* end_of_run is called when a run's memory goes; if an error ended it, all is prepared anew. */
static void
end_of_run(void *arg)
{
	const RunEnd *end = arg;

	if (end->state->run != end->run)
		return;
	end->state->run = 0;
	end->state->prepared = false;
}

/* begin_run marks the compiled expressions as in use until the run ends, however it ends. */
static void
begin_run(DirectState *state, EState *estate)
{
	static uint64 last_run = 0;
	RunEnd	   *end = MemoryContextAlloc(estate->es_query_cxt, sizeof(RunEnd));

	state->run = ++last_run;
	end->callback.func = end_of_run;
	end->callback.arg = end;
	end->state = state;
	end->run = state->run;
	MemoryContextRegisterResetCallback(estate->es_query_cxt, &end->callback);

	/* What an expression sets up on its first evaluation lives as long as it. */
	GetPerTupleExprContext(estate)->ecxt_per_query_memory = state->context;
}

/*
 * insert_row inserts within an executor state of its own, and fires the AFTER
 * triggers, the foreign keys' among them.
 */
static bool
insert_row(DirectState *state, Relation table, const DirectRun *run)
{
	EState	   *estate = CreateExecutorState();
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *row = make_row(state, estate, table, run);
	bool		inserted;

	InitResultRelInfo(target, table, 0, NULL, 0);
	target->ri_ConstraintExprs = state->checks;
	open_indexes(state, target, estate->es_query_cxt);
	estate->es_opened_result_relations = list_make1(target);
	estate->es_output_cid = GetCurrentCommandId(true);
	estate->es_snapshot = GetActiveSnapshot();

	AfterTriggerBeginQuery();
	begin_run(state, estate);
	if (table->rd_att->constr != NULL)
		ExecConstraints(target, row, estate);
	inserted = insert_unless_taken(target, row, estate, state->unique);
	state->run = 0;
	if (inserted)
		ExecARInsertTriggers(estate, target, row, NIL, NULL);
	AfterTriggerEndQuery(estate);

	MemoryContextSwitchTo(caller);
	ExecResetTupleTable(estate->es_tupleTable, false);
	ExecCloseResultRelations(estate);	/* and their indexes */
	FreeExecutorState(estate);
	return inserted;
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
		begin_query();
		if (insert_row(state, table, run))
			result = DIRECT_ONE_ROW;
		else if (!IsolationUsesXactSnapshot())
			result = DIRECT_NO_ROW;
		PopActiveSnapshot();
	}
	table_close(table, NoLock);
	return result;
}

/* ---------------------------------------------------------------- search */

/* lock_row takes the lock of FOR KEY SHARE if the row is just as we found it. */
static bool
lock_row(Relation table, TupleTableSlot *row)
{
	TM_FailureData failure;

	return table_tuple_lock(table, &row->tts_tid, GetActiveSnapshot(), row,
							GetCurrentCommandId(false), LockTupleKeyShare, LockWaitBlock,
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
	search = index_beginscan(table, index, GetActiveSnapshot(), state->nkeys, 0);
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

		begin_query();
		result = search_row(state, table, index, run);
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
	if (!state->possible || state->run != 0 || !is_allowed(state))
		return DIRECT_NOT_POSSIBLE;
	return state->inserts ? run_insert(state, run) : run_search(state, run);
}
