/*
 * store_query.c
 *	  Running a query: its text, its kept plan, its parameters and results.
 *
 * Called by the other store files.  Only store*.c call SPI.  Each query opens
 * and closes it for itself, and hands its results out as values in the
 * caller's memory context, so that nothing points into SPI and nobody has to
 * bracket anything.
 *
 * Plans are kept for the life of the backend and are generic: which index
 * serves a query is decided by its shape, not by the first values seen.  The
 * functions that come here run with enable_seqscan off, so that a plan made
 * while a table is small still fits when it is large.  Where Citus is they are
 * not forced to be generic: of statements that are not of the simplest it can
 * only plan those whose client it knows.
 */
#include "postgres.h"

#include "access/gin.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_distribution.h"
#include "store/query/store_query.h"

void
rvo_add_datum(Execution *e, Datum value, bool isnull)
{
	e->values[e->count] = value;
	e->nulls[e->count++] = isnull ? 'n' : ' ';
}

void
rvo_add_integer(Execution *e, int32 value)
{
	rvo_add_datum(e, Int32GetDatum(value), false);
}

/* rvo_add_id adds an id; 0 is null. */
void
rvo_add_id(Execution *e, int64 id)
{
	rvo_add_datum(e, Int64GetDatum(id), id == 0);
}

/* rvo_add_text adds a text; no value is null. */
void
rvo_add_text(Execution *e, Slice value)
{
	if (value.data == NULL)
		rvo_add_datum(e, (Datum) 0, true);
	else
		rvo_add_datum(e, PointerGetDatum(cstring_to_text_with_len(value.data, value.len)), false);
}

void
rvo_add_time(Execution *e, TimestampTz time)
{
	rvo_add_datum(e, TimestampTzGetDatum(time), false);
}

void
rvo_add_nullable_time(Execution *e, NullableTime time)
{
	rvo_add_datum(e, TimestampTzGetDatum(time.time), !time.given);
}

void
rvo_add_nullable_boolean(Execution *e, NullableBoolean boolean)
{
	rvo_add_datum(e, BoolGetDatum(boolean.value), !boolean.given);
}

void
rvo_add_json(Execution *e, JsonbValue value)
{
	rvo_add_datum(e, JsonbPGetDatum(rvo_json_encode(&value)), false);
}

/* rvo_result shows a text or bytea of the first row; null is no value. */
Slice
rvo_result(const Execution *e, int column)
{
	return rvo_slice_of_text(e->result_nulls[column] ? NULL : DatumGetTextPP(e->results[column]));
}

/* rvo_result_text copies a text, to the current context; null gives no value. */
Slice
rvo_result_text(Datum value, bool isnull)
{
	return isnull ? NO_SLICE : rvo_slice_of_text(DatumGetTextPCopy(value));
}

/* rvo_read_next_id puts the first column of a row, 0 for null, where arg, an int64 **, points, which goes on to the next. */
void
rvo_read_next_id(void *arg, const Datum *values, const bool *nulls)
{
	int64	  **next = arg;

	*(*next)++ = nulls[0] ? 0 : DatumGetInt64(values[0]);
}

/* rvo_read_id adds the first column of a row to an IdList. */
void
rvo_read_id(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	IdList	   *list = arg;

	if (list->count == list->capacity)
	{
		list->capacity = Max(2 * list->capacity, 64);
		list->ids = list->ids == NULL ? palloc(list->capacity * sizeof(int64)) :
			repalloc_huge(list->ids, list->capacity * sizeof(int64));
	}
	list->ids[list->count++] = DatumGetInt64(values[0]);
}

NullableTime
rvo_result_time(Datum value, bool isnull)
{
	return (NullableTime) {!isnull, isnull ? 0 : DatumGetTimestampTz(value)};
}

/* add_array adds an array of n elements as a parameter: of jsonb, or of a type of 8 octets. */
static void
add_array(Execution *e, Datum *values, bool *nulls, int n, Oid type)
{
	bool		by_value = type != JSONBOID;
	int			length = by_value ? (int) sizeof(int64) : -1;
	char		alignment = by_value ? TYPALIGN_DOUBLE : TYPALIGN_INT;
	int			lower_bound = 1;

	rvo_add_datum(e, PointerGetDatum(construct_md_array(values, nulls, 1, &n, &lower_bound, type, length,
														by_value, alignment)),
				  false);
}

/* rvo_add_ids adds a column of ids; 0 is null. */
void
rvo_add_ids(Execution *e, const void *const *rows, int n, size_t offset)
{
	Datum	   *values = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc(n * sizeof(bool));

	for (int i = 0; i < n; i++)
	{
		values[i] = Int64GetDatum(COLUMN(rows[i], offset, int64));
		nulls[i] = values[i] == 0;
	}
	add_array(e, values, nulls, n, INT8OID);
}

/* rvo_add_numbers adds a column of numbers. */
void
rvo_add_numbers(Execution *e, const void *const *rows, int n, size_t offset)
{
	Datum	   *values = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc0(n * sizeof(bool));

	for (int i = 0; i < n; i++)
		values[i] = Int64GetDatum(COLUMN(rows[i], offset, int64));
	add_array(e, values, nulls, n, INT8OID);
}

/* rvo_add_xids adds an array of numbers of transactions. */
void
rvo_add_xids(Execution *e, const uint64 *xids, int n)
{
	Datum	   *values = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		values[i] = UInt64GetDatum(xids[i]);
	add_array(e, values, NULL, n, XID8OID);
}

/* rvo_add_times adds a column of times. */
void
rvo_add_times(Execution *e, const void *const *rows, int n, size_t offset)
{
	Datum	   *values = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc0(n * sizeof(bool));

	for (int i = 0; i < n; i++)
		values[i] = TimestampTzGetDatum(COLUMN(rows[i], offset, TimestampTz));
	add_array(e, values, nulls, n, TIMESTAMPTZOID);
}

/* rvo_add_nullable_times adds a column of times that may be null. */
void
rvo_add_nullable_times(Execution *e, const void *const *rows, int n, size_t offset)
{
	Datum	   *values = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc(n * sizeof(bool));

	for (int i = 0; i < n; i++)
	{
		NullableTime time = COLUMN(rows[i], offset, NullableTime);

		values[i] = TimestampTzGetDatum(time.time);
		nulls[i] = !time.given;
	}
	add_array(e, values, nulls, n, TIMESTAMPTZOID);
}

/* rvo_add_nullable_booleans adds a column of truth values that may be null. */
void
rvo_add_nullable_booleans(Execution *e, const void *const *rows, int n, size_t offset)
{
	Datum	   *values = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc(n * sizeof(bool));
	int			lower_bound = 1;

	for (int i = 0; i < n; i++)
	{
		NullableBoolean boolean = COLUMN(rows[i], offset, NullableBoolean);

		values[i] = BoolGetDatum(boolean.value);
		nulls[i] = !boolean.given;
	}
	rvo_add_datum(e, PointerGetDatum(construct_md_array(values, nulls, 1, &n, &lower_bound, BOOLOID, 1, true, TYPALIGN_CHAR)), false);
}

/*
 * rvo_add_texts adds a column of texts; no value is null.  The array is written in
 * place: a datum for each text first would cost more than the text.
 */
void
rvo_add_texts(Execution *e, const void *const *rows, int n, size_t offset)
{
	Size		header = ARR_OVERHEAD_WITHNULLS(1, n);
	Size		size = header;
	ArrayType  *array;
	uint8	   *valid;
	char	   *to;

	for (int i = 0; i < n; i++)
		if (COLUMN(rows[i], offset, Slice).data != NULL)
			size += INTALIGN(VARHDRSZ + COLUMN(rows[i], offset, Slice).len);
	array = palloc0(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = header;
	array->elemtype = TEXTOID;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	valid = ARR_NULLBITMAP(array);
	to = ARR_DATA_PTR(array);
	for (int i = 0; i < n; i++)
	{
		Slice		text = COLUMN(rows[i], offset, Slice);

		if (text.data == NULL)
			continue;
		valid[i / 8] |= 1 << i % 8;
		SET_VARSIZE(to, VARHDRSZ + text.len);
		memcpy(VARDATA(to), text.data, text.len);
		to += INTALIGN(VARHDRSZ + text.len);
	}
	rvo_add_datum(e, PointerGetDatum(array), false);
}

/* rvo_add_slices adds an array of texts that is at hand as one as a parameter. */
void
rvo_add_slices(Execution *e, const Slice *texts, int n)
{
	const void **rows = palloc(n * sizeof(void *));

	for (int i = 0; i < n; i++)
		rows[i] = &texts[i];
	rvo_add_texts(e, rows, n, 0);
}

/*
 * rvo_add_jsons adds a column of jsonb, which value makes of each row.  What a value is
 * built of is many times as large as itself, so that is freed row by row.
 */
void
rvo_add_jsons(Execution *e, const void *const *rows, int n, JsonbValue (*value) (const void *row))
{
	Datum	   *values = palloc(n * sizeof(Datum));
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext parts = AllocSetContextCreate(caller, "revyops jsonb", ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < n; i++)
	{
		JsonbValue	json;
		Jsonb	   *encoded;

		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(parts);
		json = value(rows[i]);
		encoded = rvo_json_encode(&json);
		MemoryContextSwitchTo(caller);
		values[i] = datumCopy(JsonbPGetDatum(encoded), false, -1);
		MemoryContextReset(parts);
	}
	MemoryContextDelete(parts);
	add_array(e, values, NULL, n, JSONBOID);
}

const char *rvo_query_running = NULL;

/* What is called when SPI is closed: which query it was open for, and what was running before. */
typedef struct Connection
{
	MemoryContextCallback callback;
	KeptQuery  *query;
	const char *was_running;
} Connection;

static void
disconnected(void *arg)
{
	const Connection *connection = arg;

	connection->query->running--;
	rvo_query_running = connection->was_running;
}

/*
 * connect_spi opens SPI for a statement of ours; that ends with SPI's own memory, also by an
 * error.  Others of ours may be around it, by a function of a rule, a trigger or a constraint.
 */
static void
connect_spi(KeptQuery *query)
{
	Connection *connection;

	SPI_connect();
	connection = palloc(sizeof(Connection));
	*connection = (Connection) {.callback = {.func = disconnected, .arg = connection}, .query = query, .was_running = rvo_query_running};
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &connection->callback);
	query->running++;
	rvo_query_running = query->sql;
}

/* drop_plan has a query planned anew. */
static void
drop_plan(KeptQuery *query)
{
	SPIPlanPtr	plan = query->plan;

	query->plan = NULL;
	query->stale = false;
	query->generation = 0;
	query->direct.prepared = false;
	SPI_freeplan(plan);
}

/*
 * keep_plan prepares a query once in a backend's life; SPI is open.  A stale plan goes,
 * unless the query is running around this call as well.
 */
static SPIPlanPtr
keep_plan(KeptQuery *query)
{
	if (query->stale && query->running == 1)
		drop_plan(query);
	if (query->plan == NULL)
	{
		static uint64 last_number = 0;
		SPIPlanPtr	plan = SPI_prepare_cursor(query->sql, query->nparameters, query->types,
											  rvo_citus_is_loaded ? 0 : CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			rvo_failure_raise_bug("could not prepare a query");
		query->plan = plan;
		query->number = ++last_number;
	}
	return query->plan;
}

/* parameters_of makes an execution's parameters those of a plan; for no parameters no list, as SPI does: Citus takes no empty one. */
static ParamListInfo
parameters_of(const KeptQuery *query, const Execution *e)
{
	ParamListInfo parameters;

	if (query->nparameters == 0)
		return NULL;
	parameters = makeParamList(query->nparameters);
	for (int i = 0; i < query->nparameters; i++)
		parameters->params[i] = (ParamExternData) {
			.value = e->values[i], .isnull = e->nulls[i] == 'n', .pflags = PARAM_FLAG_CONST, .ptype = query->types[i]
		};
	return parameters;
}

/* start_plan runs a query by a plan; its rows go to a receiver, or to SPI where there is none. */
static int
start_plan(SPIPlanPtr plan, const KeptQuery *query, Execution *e, DestReceiver *receiver)
{
	SPIExecuteOptions options = {.read_only = query->read_only, .dest = receiver};

	if (query->of_snapshot)
	{
		Assert(receiver == NULL);
		return SPI_execute_snapshot(plan, e->values, e->nulls, GetActiveSnapshot(), InvalidSnapshot, false, true, 0);
	}
	options.params = parameters_of(query, e);
	return SPI_execute_plan_extended(plan, &options);
}

/*
 * execute_plan runs a query by a plan, and finds all rows: gin_fuzzy_search_limit, of whatever
 * session or role, has an index on custom fields leave out some at random.
 */
static int
execute_plan(SPIPlanPtr plan, const KeptQuery *query, Execution *e, DestReceiver *receiver)
{
	int			level;
	int			result;

	if (GinFuzzySearchLimit == 0)
		return start_plan(plan, query, e, receiver);
	/* An error ends the transaction, or a subtransaction, which puts the setting back. */
	level = NewGUCNestLevel();
	(void) set_config_option("gin_fuzzy_search_limit", "0", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	result = start_plan(plan, query, e, receiver);
	AtEOXact_GUC(true, level);
	return result;
}

/* execute runs a query by its plan and returns the number of rows; SPI is open, and has the rows if no receiver has. */
static uint64
execute(KeptQuery *query, Execution *e, DestReceiver *receiver)
{
	int			result;

	if (rvo_citus_is_loaded && !query->anywhere)
		rvo_check_entry();
	result = execute_plan(keep_plan(query), query, e, receiver);
	if (result == SPI_OK_REWRITTEN)
	{
		/* Of what a rule made nothing of, no plan notices when the rule goes. */
		query->stale = true;
		query->direct.prepared = false;
		rvo_failure_raise_rewritten(query->sql);
	}
	if (result != query->expected)
		rvo_failure_raise_bug("unexpected result of a query");
	return SPI_processed;
}

/* take_results copies the first row's columns into the caller's memory context. */
static void
take_results(Execution *e)
{
	TupleDesc	columns = SPI_tuptable->tupdesc;

	Assert(columns->natts <= QUERY_MAX_RESULTS);
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], columns, i + 1, &e->result_nulls[i]);

		e->results[i] = e->result_nulls[i] ? (Datum) 0 :
			SPI_datumTransfer(value, column->attbyval, column->attlen);
	}
}

/* run_plan runs a query by its plan and returns the number of rows. */
static uint64
run_plan(KeptQuery *query, Execution *e)
{
	uint64		rows;

	connect_spi(query);
	rows = execute(query, e, NULL);
	if (rows > 0 && SPI_tuptable != NULL)
		take_results(e);
	SPI_finish();
	return rows;
}

/* A query to run in a subtransaction. */
typedef struct Running
{
	KeptQuery  *query;
	Execution  *e;
} Running;

/* finds_row runs a query by its plan; false without a row, for which its locks are let go. */
static bool
finds_row(void *arg)
{
	const Running *running = arg;

	return run_plan(running->query, running->e) > 0;
}

/* rvo_query_show_plan shows a query's plan to read, as it is now, with its tables locked. */
void
rvo_query_show_plan(KeptQuery *query, PlanReader read, void *arg)
{
	SPIPlanPtr	kept;
	CachedPlan *plan;

	connect_spi(query);
	kept = keep_plan(query);
	plan = SPI_plan_get_cached_plan(kept);
	read(arg, query, linitial(SPI_plan_get_plan_sources(kept)), plan);
	ReleaseCachedPlan(plan, CurrentResourceOwner);
	SPI_finish();
}

/* read_direct shows a plan to store_direct.c; rules may have made none or several of it. */
static void
read_direct(void *arg pg_attribute_unused(), KeptQuery *query, const CachedPlanSource *source pg_attribute_unused(),
			const CachedPlan *plan)
{
	rvo_direct_prepare(&query->direct,
					   list_length(plan->stmt_list) == 1 ? linitial_node(PlannedStmt, plan->stmt_list) : NULL);
}

/*
 * rvo_query_run executes a query, by the short way where there is one, and
 * returns the number of rows; the first one's columns are in e.  Unless it is
 * read_only or of_snapshot, a query sees what its own transaction did before, and in READ
 * COMMITTED what others have committed by now.  The short way waits for nobody:
 * what may lock a row that fits no more is done here, and undone without a row.
 * The executor does not tell whether there was one.
 */
uint64
rvo_query_run(KeptQuery *query, Execution *e)
{
	DirectRun	direct = {e->values, e->nulls, query->read_only || query->of_snapshot, e->results, e->result_nulls};

	if (!rvo_direct_is_prepared(&query->direct))
		rvo_query_show_plan(query, read_direct, NULL);
	switch (rvo_direct_run(&query->direct, &direct))
	{
		case DIRECT_NO_ROW:
			return 0;
		case DIRECT_ONE_ROW:
			return 1;
		case DIRECT_NOT_POSSIBLE:
			break;
	}
	if (!query->strays)
		return run_plan(query, e);
	e->unsure = !rvo_attempt_kept(finds_row, &(Running) {query, e});
	return e->unsure ? 0 : 1;
}

/*
 * rvo_query_run_now runs a read_only query on what is committed by now, or was done by this
 * transaction, whatever its isolation level.  Who calls is asked like this: a
 * key that was revoked is none, however old the snapshot of what it reads.
 */
uint64
rvo_query_run_now(KeptQuery *query, Execution *e)
{
	uint64		rows;

	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	rows = rvo_query_run(query, e);
	PopActiveSnapshot();
	return rows;
}

/* rvo_query_find_id runs a query that selects an id; 0 if there is no row. */
int64
rvo_query_find_id(KeptQuery *query, Execution *e)
{
	return rvo_query_run(query, e) > 0 ? DatumGetInt64(e->results[0]) : 0;
}

/* What next_row carries through store_direct.c. */
typedef struct RowSource
{
	Execution	e;
	const void *const *rows;
	RowWriter	write;
	const void *arg;
} RowSource;

static void
next_row(void *arg, int i, const Datum **values, const char **nulls)
{
	RowSource  *source = arg;

	source->e.count = 0;
	source->write(&source->e, source->arg, source->rows[i]);
	*values = source->e.values;
	*nulls = source->e.nulls;
}

/*
 * rvo_query_insert runs an insert of one row for many rows, as one statement;
 * inserted tells for each whether it was.  False if there is no short way to
 * do that; then nothing was done.
 */
bool
rvo_query_insert(KeptQuery *query, const void *const *rows, int n, RowWriter write, const void *arg, bool *inserted)
{
	RowSource	source = {.rows = rows, .write = write, .arg = arg};
	DirectRows	direct = {n, next_row, &source, inserted};

	if (!rvo_direct_is_prepared(&query->direct))
		rvo_query_show_plan(query, read_direct, NULL);
	return rvo_direct_insert(&query->direct, &direct);
}

/* What shows each row of a result, as the executor gives it. */
typedef struct RowReceiver
{
	DestReceiver receiver;
	RowReader	read;
	void	   *arg;
	MemoryContext caller;
} RowReceiver;

static bool
receive_row(TupleTableSlot *row, DestReceiver *receiver)
{
	const RowReceiver *to = (const RowReceiver *) receiver;
	MemoryContext executor = MemoryContextSwitchTo(to->caller);

	CHECK_FOR_INTERRUPTS();
	slot_getallattrs(row);
	to->read(to->arg, row->tts_values, row->tts_isnull);
	MemoryContextSwitchTo(executor);
	return true;
}

static void
start_receiving(DestReceiver *receiver pg_attribute_unused(), int operation pg_attribute_unused(), TupleDesc columns pg_attribute_unused())
{
}

static void
end_receiving(DestReceiver *receiver pg_attribute_unused())
{
}

/*
 * rvo_query_read executes a query and shows each row of its result to read, in the caller's memory
 * context, while it is being executed: so no row is copied.  Returns the number of rows.
 */
uint64
rvo_query_read(KeptQuery *query, Execution *e, RowReader read, void *arg)
{
	RowReceiver to = {
		.receiver = {receive_row, start_receiving, end_receiving, end_receiving, DestTransientRel},
		.read = read, .arg = arg, .caller = CurrentMemoryContext
	};
	uint64		rows;

	connect_spi(query);
	rows = execute(query, e, &to.receiver);
	SPI_finish();
	return rows;
}

/* rvo_query_run_utility runs a statement that has no plan, once. */
void
rvo_query_run_utility(const char *sql)
{
	static KeptQuery query;

	query.sql = sql;
	connect_spi(&query);
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		rvo_failure_raise_bug("unexpected result of a utility statement");
	SPI_finish();
}

/* rvo_query_forget gives up what is kept of a query that only rvo_query_read has run, and that nobody is running. */
void
rvo_query_forget(KeptQuery *query)
{
	if (query->plan != NULL)
		SPI_freeplan(query->plan);
	query->plan = NULL;
}
