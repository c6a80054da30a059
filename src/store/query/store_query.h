/*
 * store_query.h
 *	  Running a query: its text, its kept plan, its parameters and results.
 */
#ifndef RVO_STORE_QUERY_H
#define RVO_STORE_QUERY_H

#include "datatype/timestamp.h"
#include "executor/spi.h"
#include "utils/plancache.h"

#include "base/jsonio.h"
#include "base/text.h"
#include "store/query/store_direct.h"

#define QUERY_MAX_PARAMETERS 18
#define QUERY_MAX_RESULTS 20

/*
 * A query, and the result code that it must end with.  A static variable of
 * whoever runs it; what follows the types is filled on the way.
 */
typedef struct KeptQuery
{
	const char *sql;
	int			expected;
	bool		read_only;		/* sees what the calling statement sees, and works on a standby */
	bool		of_snapshot;	/* it locks a row, and sees what the calling statement sees all the same */
	bool		strays;			/* one row at most; if that fits no more once it was waited for, its lock is let go */
	bool		anywhere;		/* also on machines that are not the coordinator */
	int			nparameters;
	Oid			types[QUERY_MAX_PARAMETERS];
	SPIPlanPtr	plan;			/* kept for the backend's life */
	uint64		number;			/* of the plan, which no other has in this backend */
	int			running;		/* how often it is being planned or executed, one within the other */
	bool		stale;			/* it is to be made anew, once nobody can be running it */
	int			generation;		/* which planning of it store_kept_count.c has looked at, 0 = none: */
	bool		steady;			/* it gives the same for the same rows */
	DirectState direct;
} KeptQuery;

/* One execution: its parameters, filled in the order of $1, $2, …, and its first row. */
typedef struct Execution
{
	int			count;
	Datum		values[QUERY_MAX_PARAMETERS];
	char		nulls[QUERY_MAX_PARAMETERS];	/* as SPI has it: ' ' or 'n' */
	Datum		results[QUERY_MAX_RESULTS];
	bool		result_nulls[QUERY_MAX_RESULTS];
	bool		unsure;			/* of a query that strays: there is no row now, but there may have been one */
} Execution;

/* A column of many rows is a member of their struct, named by its offset. */
#define COLUMN(row, offset, type) (*(const type *) ((const char *) (row) + (offset)))

/* What is called for each row of a result; by-reference values live as long as the call. */
typedef void (*RowReader) (void *arg, const Datum *values, const bool *nulls);

/* Ids of rows, as rvo_read_id reads them.  Starts as {0}. */
typedef struct IdList
{
	int64	   *ids;
	int			count;
	int			capacity;
} IdList;

/* What gives the parameters of one of many rows, in the current context. */
typedef void (*RowWriter) (Execution *e, const void *arg, const void *row);

/* What is shown the plan of a query. */
typedef void (*PlanReader) (void *arg, KeptQuery *query, const CachedPlanSource *source, const CachedPlan *plan);

/* The statement of ours that is being planned or executed; NULL = none. */
extern const char *rvo_query_running;

extern void rvo_add_datum(Execution *e, Datum value, bool isnull);
extern void rvo_add_integer(Execution *e, int32 value);
extern void rvo_add_id(Execution *e, int64 id);
extern void rvo_add_text(Execution *e, Slice value);
extern void rvo_add_time(Execution *e, TimestampTz time);
extern void rvo_add_nullable_time(Execution *e, NullableTime time);
extern void rvo_add_nullable_boolean(Execution *e, NullableBoolean boolean);
extern void rvo_add_json(Execution *e, JsonbValue value);
extern void rvo_add_ids(Execution *e, const void *const *rows, int n, size_t offset);
extern void rvo_add_numbers(Execution *e, const void *const *rows, int n, size_t offset);
extern void rvo_add_xids(Execution *e, const uint64 *xids, int n);
extern void rvo_add_times(Execution *e, const void *const *rows, int n, size_t offset);
extern void rvo_add_nullable_times(Execution *e, const void *const *rows, int n, size_t offset);
extern void rvo_add_nullable_booleans(Execution *e, const void *const *rows, int n, size_t offset);
extern void rvo_add_texts(Execution *e, const void *const *rows, int n, size_t offset);
extern void rvo_add_slices(Execution *e, const Slice *texts, int n);
extern void rvo_add_jsons(Execution *e, const void *const *rows, int n, JsonbValue (*value) (const void *row));

extern Slice rvo_result(const Execution *e, int column);
extern Slice rvo_result_text(Datum value, bool isnull);
extern NullableTime rvo_result_time(Datum value, bool isnull);

extern void rvo_query_show_plan(KeptQuery *query, PlanReader read, void *arg);
extern uint64 rvo_query_run(KeptQuery *query, Execution *e);
extern uint64 rvo_query_run_now(KeptQuery *query, Execution *e);
extern int64 rvo_query_find_id(KeptQuery *query, Execution *e);
extern bool rvo_query_insert(KeptQuery *query, const void *const *rows, int n, RowWriter write, const void *arg,
							 bool *inserted);
extern void rvo_query_run_utility(const char *sql);
extern void rvo_query_forget(KeptQuery *query);
extern uint64 rvo_query_read(KeptQuery *query, Execution *e, RowReader read, void *arg);
extern void rvo_read_next_id(void *arg, const Datum *values, const bool *nulls);
extern void rvo_read_id(void *arg, const Datum *values, const bool *nulls);

#endif							/* RVO_STORE_QUERY_H */
