/*
 * store_direct.h
 *	  The hot queries without an executor start.
 */
#ifndef RVO_STORE_DIRECT_H
#define RVO_STORE_DIRECT_H

#include "nodes/execnodes.h"
#include "nodes/plannodes.h"

#define MAX_COLUMNS 12

/*
 * What a query does, for those that do no more than this: insert a row unless
 * a unique key is taken, or find a row by all the columns of a unique index.
 */
typedef struct DirectQuery
{
	const char *table;			/* in schema revyops */
	const char *index;			/* NULL = it inserts */
	bool		lock;			/* find FOR KEY SHARE */
	const char *columns[MAX_COLUMNS];	/* for an insert: of the parameters */
} DirectQuery;

/* What a backend keeps for one such query; only store_direct.c looks inside. */
typedef struct DirectState
{
	bool		prepared;		/* and nothing has changed since */
	bool		possible;
	MemoryContext context;		/* of all that follows */
	Oid			table;
	Oid			index;			/* for a find: it, and how its columns compare */
	RegProcedure equal[INDEX_MAX_KEYS];
	AttrNumber	id_attribute;
	int			natts;			/* for an insert: of the table */
	AttrNumber	attributes[MAX_COLUMNS];	/* of the parameters */
	ExprState **checks;			/* CHECK constraints, compiled */
	int			nindexes;
	Oid		   *indexes;
	IndexInfo **index_infos;	/* with compiled expressions */
	struct DirectState *next;	/* all states of this backend */
} DirectState;

typedef enum DirectResult
{
	DIRECT_NOT_POSSIBLE,		/* nothing was done: ask the query itself */
	DIRECT_NO_ROW,
	DIRECT_ONE_ROW
} DirectResult;

extern void rvo_direct_prepare(DirectState *state, const DirectQuery *query, const PlannedStmt *plan);
extern DirectResult rvo_direct_insert(DirectState *state, const Datum *values, const char *nulls);
extern DirectResult rvo_direct_find(DirectState *state, const DirectQuery *query,
									const Datum *values, Datum *id);

#endif							/* RVO_STORE_DIRECT_H */
