/*
 * store_direct_plan.h
 *	  What a plan of one of two simple shapes needs to be run without an executor start.
 */
#ifndef RVO_STORE_DIRECT_PLAN_H
#define RVO_STORE_DIRECT_PLAN_H

#include "access/skey.h"
#include "nodes/execnodes.h"
#include "nodes/plannodes.h"

#define DIRECT_MAX_KEYS 4
#define DIRECT_MAX_RESULTS 20

/* What a backend keeps of a kept plan.  Starts as {0}; only store_direct*.c look inside. */
typedef struct DirectState
{
	bool		prepared;		/* and nothing has changed since */
	bool		possible;		/* the plan has one of the two shapes */
	uint64		run;			/* the run that compiles or evaluates the expressions, 0 = none */
	Oid			user;			/* for whom that holds */
	MemoryContext context;		/* of all that was compiled or allocated */
	Oid			table;
	struct DirectState *next;	/* all states of this backend */

	/* INSERT … VALUES ($1, …) [ON CONFLICT DO NOTHING] */
	bool		inserts;
	bool		unless_taken;	/* ON CONFLICT DO NOTHING */
	int			natts;			/* of the table */
	int		   *sources;		/* parameter of each column, from 1; 0 is null */
	ExprState **checks;			/* CHECK constraints */
	int			nindexes;
	Oid		   *indexes;
	IndexInfo **index_infos;	/* with compiled expressions */
	List	   *unique;			/* the unique and exclusion ones but the primary key */
	int			nreferring;		/* columns of the only foreign key, if checks of it may be left out */
	AttrNumber *referring;

	/* SELECT columns … WHERE all columns of a unique index = parameters [FOR KEY SHARE] */
	Oid			index;
	int			nkeys;
	ScanKeyData keys[DIRECT_MAX_KEYS];
	int			key_sources[DIRECT_MAX_KEYS];
	int			nresults;
	AttrNumber	results[DIRECT_MAX_RESULTS];
	bool		lock;
} DirectState;

extern bool rvo_direct_is_prepared(const DirectState *state);
extern void rvo_direct_begin_run(DirectState *state, MemoryContext context);
extern void rvo_direct_prepare(DirectState *state, const PlannedStmt *plan);

#endif							/* RVO_STORE_DIRECT_PLAN_H */
