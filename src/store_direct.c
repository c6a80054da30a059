/*
 * store_direct.c
 *	  The hot queries without an executor start.
 *
 * Floor 2, called by store.c only.  Starting and ending the executor for one
 * row of a table with six indexes costs more than the row itself: the CHECK
 * constraints and the expression of an index are parsed and compiled anew each
 * time.  Here they are compiled once in a backend's life, as a kept plan is,
 * and a row is inserted, or found by a unique index, the way ModifyTable and
 * IndexScan do it.
 *
 * The SQL text in store.c stays the definition.  This file answers only where
 * there is nothing to decide, and says DIRECT_NOT_POSSIBLE otherwise: when the
 * planner's plan is not the plain one (a distributed or foreign table), when
 * the table has row-level security for us, is partitioned, has triggers other
 * than AFTER ROW, or columns with defaults that the query does not name; and
 * when a row that was found is being changed by somebody else, or a key is
 * taken under REPEATABLE READ.
 *
 * What is kept holds no reference to a relation: each call opens the table
 * and its indexes, which also brings in what others have changed.  Any change
 * to a table makes the server call forget(), and the next call prepares anew.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "compat.h"
#include "store_direct.h"

static DirectState *all_states = NULL;

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

/* forget_all is called by the server when a function has changed: a compiled expression may call it. */
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
	}
	for (DirectState *known = all_states; known != NULL; known = known->next)
		if (known == state)
			return;
	state->next = all_states;
	all_states = state;
}

/* index_of_plan returns the index that a plain search uses, InvalidOid if the plan is another. */
static Oid
index_of_plan(const Plan *plan)
{
	if (IsA(plan, LockRows))
		plan = outerPlan(plan);
	if (IsA(plan, IndexScan))
		return ((const IndexScan *) plan)->indexid;
	if (IsA(plan, IndexOnlyScan))
		return ((const IndexOnlyScan *) plan)->indexid;
	return InvalidOid;
}

/* is_parameter tells whether a query gives the value of a column. */
static bool
is_parameter(const DirectState *state, AttrNumber column)
{
	for (int i = 0; i < MAX_COLUMNS && state->attributes[i] != InvalidAttrNumber; i++)
		if (state->attributes[i] == column)
			return true;
	return false;
}

/* can_insert tells whether an insert is one of plain rows into a plain table. */
static bool
can_insert(const DirectState *state, const Plan *plan, Relation table)
{
	TriggerDesc *triggers = table->trigdesc;
	TupleDesc	columns = RelationGetDescr(table);

	if (!IsA(plan, ModifyTable) || !IsA(outerPlan(plan), Result) ||
		table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relispartition ||
		check_enable_rls(RelationGetRelid(table), InvalidOid, true) == RLS_ENABLED)
		return false;
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		/* What nobody gives a value must be null by itself. */
		if (!is_parameter(state, column->attnum) &&
			(column->atthasdef || column->attidentity || column->attgenerated))
			return false;
	}
	return triggers == NULL ||
		!(triggers->trig_insert_before_row || triggers->trig_insert_instead_row ||
		  triggers->trig_insert_before_statement || triggers->trig_insert_after_statement ||
		  triggers->trig_insert_new_table);
}

/*
 * can_find tells whether a search is one for all columns of a unique index,
 * and if so notes how its columns compare.
 */
static bool
can_find(DirectState *state, Relation table, Oid oid)
{
	Relation	index = index_open(oid, AccessShareLock);
	int			n = IndexRelationGetNumberOfKeyAttributes(index);
	bool		fits = index->rd_index->indisunique && index->rd_rel->relam == BTREE_AM_OID &&
		n < MAX_COLUMNS && state->attributes[n] == InvalidAttrNumber &&
		check_enable_rls(RelationGetRelid(table), InvalidOid, true) != RLS_ENABLED;

	for (int i = 0; i < n && fits; i++)
	{
		Oid			type = index->rd_opcintype[i];

		fits = index->rd_index->indkey.values[i] == state->attributes[i];
		state->equal[i] = get_opcode(get_opfamily_member(index->rd_opfamily[i], type, type,
														 BTEqualStrategyNumber));
	}
	state->index = oid;
	state->id_attribute = get_attnum(state->table, "id");
	index_close(index, NoLock);
	return fits;
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
	ListCell   *cell;
	int			n = 0;

	state->indexes = palloc(Max(list_length(oids), 1) * sizeof(Oid));
	state->index_infos = palloc(Max(list_length(oids), 1) * sizeof(IndexInfo *));
	foreach(cell, oids)
	{
		state->indexes[n] = lfirst_oid(cell);
		state->index_infos[n++] = compile_index(lfirst_oid(cell));
	}
	state->nindexes = n;
	state->keys = NIL;
	for (int i = 0; i < n; i++)
		if (state->index_infos[i]->ii_Unique && state->indexes[i] != RelationGetPrimaryKeyIndex(table))
			state->keys = lappend_oid(state->keys, state->indexes[i]);
}

/*
 * rvo_direct_prepare makes the state fit for use, or notes that the query must
 * be asked itself.  plan is the server's plan for the same query.
 */
void
rvo_direct_prepare(DirectState *state, const DirectQuery *query, const PlannedStmt *plan)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid			index = index_of_plan(plan->planTree);
	Relation	table;

	remember(state);
	if (state->context == NULL)
		state->context = AllocSetContextCreate(CacheMemoryContext, "revyops direct query",
											   ALLOCSET_SMALL_SIZES);
	MemoryContextReset(state->context);
	state->nindexes = 0;
	state->index = InvalidOid;
	memset(state->attributes, 0, sizeof(state->attributes));

	/* From here on a change that comes in while we look sets prepared back. */
	state->prepared = true;
	state->table = get_relname_relid(query->table, get_namespace_oid("revyops", false));
	table = table_open(state->table, OidIsValid(index) ? RowShareLock : RowExclusiveLock);
	for (int i = 0; i < MAX_COLUMNS && query->columns[i] != NULL; i++)
		state->attributes[i] = get_attnum(state->table, query->columns[i]);
	if (OidIsValid(index))
		state->possible = can_find(state, table, index);
	else if ((state->possible = can_insert(state, plan->planTree, table)))
	{
		MemoryContextSwitchTo(state->context);
		state->natts = RelationGetNumberOfAttributes(table);
		compile_checks(state, table);
		compile_indexes(state, table);
		MemoryContextSwitchTo(caller);
	}
	table_close(table, NoLock);
}

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

		/* A copy: what an access method keeps in it lives no longer than this call. */
		*info = *state->index_infos[i];
		info->ii_Context = context;
		target->ri_IndexRelationDescs[i] = index_open(state->indexes[i], RowExclusiveLock);
		target->ri_IndexRelationInfo[i] = info;
	}
}

/* make_row puts the parameters into a slot of the table; other columns are null. */
static TupleTableSlot *
make_row(const DirectState *state, EState *estate, Relation table, const Datum *values, const char *nulls)
{
	TupleTableSlot *row = table_slot_create(table, &estate->es_tupleTable);

	memset(row->tts_isnull, true, state->natts * sizeof(bool));
	for (int i = 0; i < MAX_COLUMNS && state->attributes[i] != InvalidAttrNumber; i++)
	{
		int			column = state->attributes[i] - 1;

		row->tts_values[column] = values[i];
		row->tts_isnull[column] = nulls[i] == 'n';
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
insert_unless_taken(ResultRelInfo *target, TupleTableSlot *row, EState *estate, List *keys)
{
	Relation	table = target->ri_RelationDesc;
	TransactionId xid = GetCurrentTransactionId();
	ItemPointerData conflict;
	bool		withdrawn = true;

	while (withdrawn)
	{
		uint32		token;

		CHECK_FOR_INTERRUPTS();
		if (!ExecCheckIndexConstraints(target, row, estate, &conflict, keys))
			return false;
		keys = NIL;				/* from now on, all */
		token = SpeculativeInsertionLockAcquire(xid);
		table_tuple_insert_speculative(table, row, estate->es_output_cid, 0, NULL, token);
		withdrawn = false;
		(void) rvo_insert_index_tuples(target, row, estate, &withdrawn);
		table_tuple_complete_speculative(table, row, token, !withdrawn);
		SpeculativeInsertionLockRelease(xid);
	}
	return true;
}

/*
 * insert_row inserts within an executor state of its own, and fires the AFTER
 * triggers, the foreign keys' among them.
 */
static bool
insert_row(const DirectState *state, Relation table, const Datum *values, const char *nulls)
{
	EState	   *estate = CreateExecutorState();
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *row = make_row(state, estate, table, values, nulls);
	bool		inserted;

	InitResultRelInfo(target, table, 0, NULL, 0);
	target->ri_ConstraintExprs = state->checks;
	open_indexes(state, target, estate->es_query_cxt);
	estate->es_opened_result_relations = list_make1(target);
	estate->es_output_cid = GetCurrentCommandId(true);
	estate->es_snapshot = GetActiveSnapshot();

	AfterTriggerBeginQuery();
	if (table->rd_att->constr != NULL)
		ExecConstraints(target, row, estate);
	inserted = insert_unless_taken(target, row, estate, state->keys);
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

/* rvo_direct_insert inserts a row unless a unique key is taken. */
DirectResult
rvo_direct_insert(DirectState *state, const Datum *values, const char *nulls)
{
	Relation	table;
	DirectResult result = DIRECT_NOT_POSSIBLE;

	PreventCommandIfReadOnly("INSERT");
	table = table_open(state->table, RowExclusiveLock);

	/* Opening the table may have brought a change to light. */
	if (state->prepared)
	{
		if (insert_row(state, table, values, nulls))
			result = DIRECT_ONE_ROW;
		else if (!IsolationUsesXactSnapshot())
			result = DIRECT_NO_ROW;
	}
	table_close(table, NoLock);
	return result;
}

/* lock_row takes the lock of FOR KEY SHARE if the row is just as we found it. */
static bool
lock_row(Relation table, TupleTableSlot *row)
{
	TM_FailureData failure;

	return table_tuple_lock(table, &row->tts_tid, GetActiveSnapshot(), row,
							GetCurrentCommandId(false), LockTupleKeyShare, LockWaitBlock,
							0, &failure) == TM_Ok;
}

/* scan finds the row with these keys and gives its column "id". */
static DirectResult
scan(const DirectState *state, bool lock, Relation table, Relation index,
	 const Datum *values, Datum *id)
{
	int			nkeys = IndexRelationGetNumberOfKeyAttributes(index);
	ScanKeyData keys[MAX_COLUMNS];
	IndexScanDesc search;
	TupleTableSlot *row = table_slot_create(table, NULL);
	DirectResult result = DIRECT_NO_ROW;
	bool		isnull;

	for (int i = 0; i < nkeys; i++)
		ScanKeyEntryInitialize(&keys[i], 0, i + 1, BTEqualStrategyNumber,
							   index->rd_opcintype[i], index->rd_indcollation[i],
							   state->equal[i], values[i]);
	search = index_beginscan(table, index, GetActiveSnapshot(), nkeys, 0);
	index_rescan(search, keys, nkeys, NULL, 0);
	if (index_getnext_slot(search, ForwardScanDirection, row))
	{
		*id = slot_getattr(row, state->id_attribute, &isnull);
		result = !lock || lock_row(table, row) ? DIRECT_ONE_ROW : DIRECT_NOT_POSSIBLE;
	}
	index_endscan(search);
	ExecDropSingleTupleTableSlot(row);
	return result;
}

/*
 * rvo_direct_find finds the row whose values of the index's columns are these,
 * which may not be null, and gives its id.
 */
DirectResult
rvo_direct_find(DirectState *state, const DirectQuery *query, const Datum *values, Datum *id)
{
	Relation	table;
	DirectResult result = DIRECT_NOT_POSSIBLE;

	if (query->lock)
		PreventCommandIfReadOnly("SELECT FOR KEY SHARE");
	table = table_open(state->table, query->lock ? RowShareLock : AccessShareLock);
	if (state->prepared)
	{
		Relation	index = index_open(state->index, AccessShareLock);

		begin_query();
		result = scan(state, query->lock, table, index, values, id);
		PopActiveSnapshot();
		index_close(index, NoLock);
	}
	table_close(table, NoLock);
	return result;
}
