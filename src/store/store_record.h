/*
 * store_record.h
 *	  What the tables of records share.
 */
#ifndef RVO_STORE_RECORD_H
#define RVO_STORE_RECORD_H

#include "shape/record.h"
#include "store/store_query.h"

/*
 * How often an insert is tried whose obstacle no key explains: somebody deleted
 * that row in between, or the id is taken, because rows were copied in ahead of
 * the sequence.
 */
#define INSERT_ATTEMPTS 10

/* How a row of a table is read. */
typedef struct RecordTable
{
	size_t		size;			/* of a record */
	int			ncolumns;		/* its client_id and id come first */
	void		(*read) (void *record, const Datum *values, const bool *nulls);
} RecordTable;

extern CustomFields rvo_result_fields(Datum value, bool isnull);
extern JsonbValue rvo_record_fields(const void *row);
extern void rvo_query_insert_many(KeptQuery *query, Execution *e, const void *const *rows, int n, bool *inserted);

#endif							/* RVO_STORE_RECORD_H */
