/*
 * store_direct.h
 *	  Plans of two simple shapes, run without an executor start.
 */
#ifndef RVO_STORE_DIRECT_H
#define RVO_STORE_DIRECT_H

#include "access/skey.h"
#include "nodes/execnodes.h"
#include "nodes/plannodes.h"

#define DIRECT_MAX_KEYS 4
#define DIRECT_MAX_RESULTS 20

/* What a backend keeps of a kept plan.  Starts as {0}; only store_direct.c looks inside. */
typedef struct DirectState
{
	bool		prepared;		/* and nothing has changed since */
	bool		possible;		/* the plan has one of the two shapes */
	uint64		run;			/* the run that evaluates the compiled expressions, 0 = none */
	Oid			user;			/* for whom that holds */
	MemoryContext context;		/* of all that was compiled or allocated */
	Oid			table;
	struct DirectState *next;	/* all states of this backend */

	/* INSERT … VALUES ($1, …) ON CONFLICT DO NOTHING */
	bool		inserts;
	int			natts;			/* of the table */
	int		   *sources;		/* parameter of each column, from 1; 0 is null */
	ExprState **checks;			/* CHECK constraints */
	int			nindexes;
	Oid		   *indexes;
	IndexInfo **index_infos;	/* with compiled expressions */
	List	   *unique;			/* the unique ones but the primary key */

	/* SELECT columns … WHERE all columns of a unique index = parameters [FOR KEY SHARE] */
	Oid			index;
	int			nkeys;
	ScanKeyData keys[DIRECT_MAX_KEYS];
	int			key_sources[DIRECT_MAX_KEYS];
	int			nresults;
	AttrNumber	results[DIRECT_MAX_RESULTS];
	bool		lock;
} DirectState;

/* One run: parameters in, the columns of the row found out, in the caller's context. */
typedef struct DirectRun
{
	const Datum *values;
	const char *nulls;			/* as SPI has it: ' ' or 'n' */
	Datum	   *results;
	bool	   *result_nulls;
} DirectRun;

typedef enum DirectResult
{
	DIRECT_NOT_POSSIBLE,		/* nothing lasting was done: run the plan itself */
	DIRECT_NO_ROW,
	DIRECT_ONE_ROW
} DirectResult;

extern bool rvo_direct_is_prepared(const DirectState *state);
extern void rvo_direct_prepare(DirectState *state, const PlannedStmt *plan);
extern DirectResult rvo_direct_run(DirectState *state, const DirectRun *run);

#endif							/* RVO_STORE_DIRECT_H */
