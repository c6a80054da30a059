/*
 * store_list.h
 *	  Reading pages of lists: what lists of contacts and companies share.
 */
#ifndef RVO_STORE_LIST_H
#define RVO_STORE_LIST_H

#include "base/text.h"
#include "shape/list/page.h"
#include "shape/record/custom_field.h"
#include "store/record/store_record.h"

/*
 * A value that so many rows have, by what ANALYZE found and what was changed since, has more than COUNT_MAX: the index
 * is not asked, which would take as long as it has rows.
 */
#define COMMON_FIELD_MIN (3 * COUNT_MAX)

/* In place of a LIMIT: all rows. */
#define NO_LIMIT PG_INT64_MAX

/*
 * The condition on a list of one hash that the index on custom fields serves.
 * Both operators mean the same here; together they make the planner's guess of
 * how many rows fit small enough that it does not read all of the client as well.
 */
#define HAS_HASH(hash) "revyops.custom_field_hashes(client_id, custom_fields) && " hash \
	" AND revyops.custom_field_hashes(client_id, custom_fields) @> " hash

/* What a page is read by: the id and client_id of the row in front, LIMIT, OFFSET. */
#define PAGE_TYPES INT8OID, INT4OID, INT8OID, INT8OID

/* What a count is made by: the id and client_id of the row in front, LIMIT. */
#define COUNT_TYPES INT8OID, INT4OID, INT8OID

/* The ids of rows that an index finds, in no order, up to a bound. */
#define RARE_IDS(table, rows, bound) "SELECT id, client_id FROM " table " WHERE " rows " LIMIT " bound

/* A page of a list that was read. */
typedef struct ListRows
{
	const RecordTable *table;
	char	   *items;			/* the array of contacts or companies, in the caller's context */
	int			count;
	ListCount	total;
	bool		scanned;		/* by rvo_list_scan */
	bool		has_more;		/* behind the last of them: */
	int			last_client_id;
	int64		last_id;
	Slice		last_key;		/* of a list in the order of a time: that, as a cursor has it; else none */
} ListRows;

/* How the rows of all conditions are read in the order of ids, and how they are counted. */
typedef struct ListScan
{
	KeptQuery  *page;			/* conditions, the id and client_id behind which to read, LIMIT, OFFSET */
	KeptQuery  *count;			/* conditions, the id and client_id behind which to count, LIMIT */
	KeptQuery  *last;			/* the largest id of the client, whatever the conditions */
	bool		is_many;		/* more than COUNT_MAX, as was found out before */
} ListScan;

/*
 * How rows are read in the order of a time, and of ids where it is the same.  Those that have no time
 * come last: theirs is 'infinity'.
 */
typedef struct ListByTime
{
	KeptQuery  *page;			/* conditions, the time and id behind which to read, LIMIT, OFFSET; the time is the column behind the record's */
	KeptQuery  *count;			/* conditions, LIMIT */
	KeptQuery  *last;			/* the largest id of the client, whatever the conditions */
} ListByTime;

/* How the rows with a custom field are found by the index. */
typedef struct ListField
{
	KeptQuery  *query;			/* RARE_IDS: conditions, hashes, bound */
	KeptQuery  *common;			/* a page by a look at no more rows than bound behind its place: conditions, hashes, bound, and
								 * what a page is read by; NULL = there is none */
	int			client_id;
	Slice		name;			/* no value = none is asked for */
	Slice		value;
	bool		any_case;		/* ASCII case of the name doesn't count */
	bool		narrowed;		/* there are other conditions */
} ListField;

extern int64 rvo_list_octets_of(const RecordTable *table, const Record *record);
extern int64 rvo_ids_between(int64 id, int64 last);
extern void rvo_list_scan(ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page);
extern void rvo_list_by_time(ListRows *list, const ListByTime *order, const Execution *conditions, const ListPage *page);
extern bool rvo_list_with_field(ListRows *list, const ListField *field, const Execution *conditions, const ListPage *page,
								bool *is_many);

#endif							/* RVO_STORE_LIST_H */
