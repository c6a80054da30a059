/*
 * store_indexed.h
 *	  The rows that an index finds, read without a plan.
 */
#ifndef RVO_STORE_INDEXED_H
#define RVO_STORE_INDEXED_H

#include "executor/tuptable.h"
#include "utils/rel.h"

/* The rows of a table that an index on bigint[] has with one of some numbers, and which of them fit. */
typedef struct IndexedRows
{
	Oid			table;
	Oid			index;			/* if it is of another table, a plan is needed */
	Datum		numbers;		/* bigint[] */

	/* begins looks at both; false if rows can't be looked at, or the index may not have all that fit. */
	bool		(*begins) (void *arg, Relation table, Relation index);
	bool		(*fits) (void *arg, TupleTableSlot *row);

	/* take takes a row that fits. */
	void		(*take) (void *arg, TupleTableSlot *row);
	void	   *arg;
} IndexedRows;

typedef enum IndexedAnswer
{
	INDEXED_NOT_POSSIBLE,		/* a plan must find out; some rows may have been taken */
	INDEXED_MANY,				/* more rows fit than the bound; some may have been taken */
	INDEXED_ALL					/* all rows that fit were taken */
} IndexedAnswer;

extern IndexedAnswer rvo_read_indexed_rows(const IndexedRows *rows, int64 bound);

#endif							/* RVO_STORE_INDEXED_H */
