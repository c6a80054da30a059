/*
 * store_found.h
 *	  Ids of rows that are found in no order, of which those of a page are wanted.
 */
#ifndef RVO_STORE_FOUND_H
#define RVO_STORE_FOUND_H

#include "shape/list/page.h"
#include "store/record/store_record.h"

typedef struct FoundRow
{
	int64		id;
	int64		client_id;
} FoundRow;

/* Rows being found.  rvo_found_begin starts it. */
typedef struct FoundRows
{
	FoundRow	place;			/* behind which the page begins, in the order that is wanted: */
	bool		descending;
	int			(*compare) (const void *, const void *);
	int64		wanted;			/* rows behind the place; others are not kept */
	FoundRow   *rows;			/* of those behind it, the first so many and some more */
	int64		count;
	int64		capacity;
	int64		found;			/* all rows */
	int64		following;		/* those behind the place */
} FoundRows;

extern FoundRows rvo_found_begin(FoundRow place, bool descending, int64 wanted);
extern void rvo_found_add(FoundRows *found, FoundRow row);
extern void rvo_found_read(void *arg, const Datum *values, const bool *nulls);
extern void rvo_found_show(FoundRows *found, const RecordTable *table, int client_id, int64 offset, RowReader read, void *arg);

#endif							/* RVO_STORE_FOUND_H */
