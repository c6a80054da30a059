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
	const char *columns[MAX_COLUMNS];	/* of the parameters; to find, in the index's order */
	bool		lock;			/* find FOR KEY SHARE */
} DirectQuery;

/* What a backend keeps for one such query; only store_direct.c looks inside. */
typedef struct DirectState
{
	bool		prepared;		/* and nothing has changed since */
	bool		possible;
	MemoryContext context;		/* of all that follows */
	Oid			table;
	AttrNumber	attributes[MAX_COLUMNS];	/* of the parameters; 0 after the last */
	Oid			index;			/* to find: the index, */
	RegProcedure equal[MAX_COLUMNS];	/* how its columns compare, */
	AttrNumber	id_attribute;	/* and where the id is */
	int			natts;			/* to insert: how many columns the table has, */
	ExprState **checks;			/* its CHECK constraints, compiled, */
	List	   *keys;			/* its unique indexes but the primary key's, */
	int			nindexes;		/* and all its indexes */
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
