/*
 * store_direct_plan.c
 *	  Reads plans for store_direct.c, and notes when they no longer hold.
 *
 * What a state keeps is read off a plan, and only if that is an insert of bare
 * parameters, which may do nothing on conflict, or a search for one row by all the
 * columns of a unique index.  Any change makes the server call forget(), and
 * the next run prepares anew.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "store/query/store_direct_plan.h"

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

/* ---------------------------------------------------------------- runs */

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

/*
 * rvo_direct_begin_run marks what a state keeps as in use until the run ends, however it
 * ends: with run set to 0, or with the memory context.  Meanwhile a function of the owner's
 * that calls us back finds a plan that can't be run here, and is not prepared anew.
 */
void
rvo_direct_begin_run(DirectState *state, MemoryContext context)
{
	static uint64 last_run = 0;
	RunEnd	   *end = MemoryContextAlloc(context, sizeof(RunEnd));

	state->run = ++last_run;
	*end = (RunEnd) {.callback = {.func = end_of_run, .arg = end}, .state = state, .run = state->run};
	MemoryContextRegisterResetCallback(context, &end->callback);
}

/* ---------------------------------------------------------------- reading plans */

/* parameter_number returns n for a bare $n, 0 for anything else. */
static int
parameter_number(const Node *expr)
{
	const Param *param = (const Param *) expr;

	return IsA(expr, Param) && param->paramkind == PARAM_EXTERN ? param->paramid : 0;
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
		state->checks[i] = check_is_enforced(&constr->check[i]) ? compile(stringToNode(constr->check[i].ccbin)) : NULL;
}

/* compile_index describes an index as ExecOpenIndices does, with its expressions compiled. */
static IndexInfo *
compile_index(Oid oid)
{
	Relation	index = index_open(oid, RowExclusiveLock);
	IndexInfo  *info = BuildIndexInfo(index);
	ListCell   *cell;

	if (info->ii_Unique && !index->rd_index->indisexclusion)
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
	Oid			primary_key = RelationGetPrimaryKeyIndex_compat(table);
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
		if ((info->ii_Unique || info->ii_ExclusionOps != NULL) && info->ii_ReadyForInserts && state->indexes[i] != primary_key)
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
		(table->rd_att->constr != NULL && has_generated_columns(table->rd_att->constr)))
		return false;
	return triggers == NULL ||
		!(triggers->trig_insert_before_row || triggers->trig_insert_instead_row ||
		  triggers->trig_insert_before_statement || triggers->trig_insert_after_statement ||
		  triggers->trig_insert_new_table);
}

/*
 * read_foreign_key notes the columns of the foreign key, if the only AFTER ROW
 * trigger is its check, and equal bytes are equal values.
 */
static void
read_foreign_key(DirectState *state, Relation table)
{
	List	   *keys = RelationGetFKeyList(table);
	TriggerDesc *triggers = table->trigdesc;	/* looking for the keys may have brought another */
	const ForeignKeyCacheInfo *key;

	state->nreferring = 0;
	if (triggers == NULL || keys == NIL)
		return;
	key = linitial(keys);
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_INSERT(trigger->tgtype) &&
			(trigger->tgconstraint != key->conoid || trigger->tgdeferrable ||
			 RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_FK))
			return;
	}
	for (int i = 0; i < key->nkeys; i++)
		if (!TupleDescAttr(table->rd_att, key->conkey[i] - 1)->attbyval)
			return;
	state->referring = palloc(key->nkeys * sizeof(AttrNumber));
	memcpy(state->referring, key->conkey, key->nkeys * sizeof(AttrNumber));
	state->nreferring = key->nkeys;
}

/* read_insert prepares for an insert; false if it is not the simple one. */
static bool
read_insert(DirectState *state, const PlannedStmt *stmt)
{
	const ModifyTable *plan = (const ModifyTable *) stmt->planTree;
	const Plan *row = outerPlan(plan);
	Relation	table;
	bool		simple;

	if (plan->operation != CMD_INSERT || plan->onConflictAction == ONCONFLICT_UPDATE ||
		plan->arbiterIndexes != NIL || plan->returningLists != NIL || plan->withCheckOptionLists != NIL ||
		list_length(plan->resultRelations) != 1 ||
		!IsA(row, Result) || outerPlan(row) != NULL || ((const Result *) row)->resconstantqual != NULL)
		return false;

	state->inserts = true;
	state->unless_taken = plan->onConflictAction == ONCONFLICT_NOTHING;
	state->table = rt_fetch(linitial_int(plan->resultRelations), stmt->rtable)->relid;
	table = table_open(state->table, RowExclusiveLock);
	state->natts = RelationGetNumberOfAttributes(table);
	simple = table_is_plain(table) && read_row(state, row->targetlist);
	if (simple)
	{
		compile_checks(state, table);
		compile_indexes(state, table);
		read_foreign_key(state, table);
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

/*
 * rvo_direct_prepare reads a plan, and notes whether it can be run here; no plan cannot.
 * Reading evaluates constant calls within constraints, of functions that may be the owner's:
 * it is a run.
 */
void
rvo_direct_prepare(DirectState *state, const PlannedStmt *plan)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		possible;

	remember(state);
	rvo_direct_begin_run(state, caller);
	MemoryContextReset(state->context);
	state->possible = false;
	state->nindexes = 0;
	state->table = InvalidOid;
	state->index = InvalidOid;
	state->user = GetUserId();

	/* From here on a change that comes in while we look sets prepared back. */
	state->prepared = true;
	MemoryContextSwitchTo(state->context);
	if (plan == NULL || plan->planTree == NULL)
		possible = false;
	else if (IsA(plan->planTree, ModifyTable))
		possible = read_insert(state, plan);
	else
		possible = read_search(state, plan);
	MemoryContextSwitchTo(caller);
	state->possible = possible;
	state->run = 0;
}
