/*
 * store_sample.h
 *	  Whether more rows fit than so many, by what an index finds and a look at some of them.
 */
#ifndef RVO_STORE_SAMPLE_H
#define RVO_STORE_SAMPLE_H

#include "executor/tuptable.h"
#include "utils/rel.h"

/* The rows of a table that an index on bigint[] has with one of some numbers, and which of them fit. */
typedef struct IndexedRows
{
	Oid			index;
	Datum		numbers;		/* bigint[] */

	/* begins looks at the table; false if its rows can't be looked at. */
	bool		(*begins) (void *arg, Relation table);
	bool		(*fits) (void *arg, TupleTableSlot *row);
	void	   *arg;
} IndexedRows;

extern bool rvo_more_rows_fit(const IndexedRows *rows, int64 bound);

#endif							/* RVO_STORE_SAMPLE_H */
