/*
 * store_search_sql.h
 *	  A search as SQL text and parameters.
 */
#ifndef RVO_STORE_SEARCH_SQL_H
#define RVO_STORE_SEARCH_SQL_H

#include "shape/list/search_query.h"
#include "shape/record/record.h"
#include "store/query/store_query.h"

/* Each statement has these: the client's id, values by their types, hashes, and what differs from step to step. */
#define SEARCH_TYPES INT4OID, TEXTARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, NUMERICARRAYOID, INT8ARRAYOID, INT8OID, INT8OID, INT8OID
#define SEARCH_PARAMETERS 9
#define SEARCH_HASHES "$6"
#define SEARCH_PLACE "$7"		/* the id behind which to read */
#define SEARCH_LIMIT "$8"
#define SEARCH_BOUND "$9"		/* rows to look at, or to find */

/* The values of a search, as they are collected; a statement names them by their numbers. */
typedef struct SearchValues
{
	int			ntexts;
	int			nids;
	int			ntimes;
	int			nnumbers;
	Slice	   *texts;
	Datum	   *ids;
	Datum	   *times;
	Datum	   *numbers;
} SearchValues;

extern SearchValues rvo_search_values(const SearchQuery *query);
extern const char *rvo_search_conditions(const SearchQuery *query, SearchValues *values);
extern const char *rvo_search_given(const RecordMember *member);
extern const char *rvo_search_behind(const SearchQuery *query, const char *key, SearchValues *values);
extern const char *rvo_search_order(const SearchQuery *query, const char *key);
extern void rvo_add_search_values(Execution *e, const SearchValues *values);
extern Slice rvo_search_key(const SearchQuery *query, const Record *record);

#endif							/* RVO_STORE_SEARCH_SQL_H */
