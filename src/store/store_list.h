/*
 * store_list.h
 *	  Reading pages of lists: what lists of contacts and companies share.
 */
#ifndef RVO_STORE_LIST_H
#define RVO_STORE_LIST_H

#include "base/text.h"
#include "shape/custom_field.h"
#include "shape/page.h"
#include "store/store_record.h"

/*
 * A value that more rows have than this is looked for by reading all of them
 * in order, instead of by the index on custom fields.
 */
#define RARE_FIELD_MAX 300

/*
 * The condition on a list of one hash that the index on custom fields serves.
 * Both operators mean the same here; together they make the planner's guess of
 * how many rows fit small enough that it does not read all of the client as well.
 */
#define HAS_HASH(hash) "revyops.custom_field_hashes(client_id, custom_fields) && " hash \
	" AND revyops.custom_field_hashes(client_id, custom_fields) @> " hash

/* What a page is read by: the id and client_id of the row in front, LIMIT, OFFSET. */
#define PAGE_TYPES INT8OID, INT4OID, INT8OID, INT8OID

/*
 * Rows that an index finds, up to a bound: a page of them, how many there are
 * behind its place, and in all.  The place does not narrow what is found, or a
 * common value would look rare near its end.
 */
#define RARE_PAGE(columns, rows, bound, place, limit, offset) \
	"SELECT " columns ", pg_catalog.count(*) OVER (), found FROM (SELECT " columns ", pg_catalog.count(*) OVER () AS found" \
	" FROM (SELECT " columns " FROM " rows " LIMIT " bound ") AS f) AS f" \
	" WHERE (id, client_id) > " place " ORDER BY id, client_id LIMIT " limit " OFFSET " offset

/* A page of a list that was read. */
typedef struct ListRows
{
	const RecordTable *table;
	char	   *items;			/* the array of contacts or companies, in the caller's context */
	int			count;
	int64		total;			/* entries of the whole list, as page.c counts them */
	bool		scanned;		/* by rvo_list_scan */
	bool		has_more;		/* behind the last of them: */
	int			last_client_id;
	int64		last_id;
} ListRows;

/* How the rows of all conditions are read in the order of ids, and how they are counted. */
typedef struct ListScan
{
	KeptQuery  *page;			/* conditions, the id and client_id behind which to read, LIMIT, OFFSET */
	bool		count_ahead;	/* a few pages; else only whether there is one more, as rows must be looked at */
	KeptQuery  *count;			/* conditions, the id and client_id behind which to count, how many rows to look at */
} ListScan;

extern void rvo_add_pattern(Execution *e, Slice field_name, Slice field_value);
extern void rvo_add_hashes(Execution *e, int client_id, Slice field_name, Slice field_value);

extern void rvo_list_scan(ListRows *list, const ListScan *scan, const Execution *conditions, const ListPage *page);
extern bool rvo_list_rare(ListRows *list, KeptQuery *query, const Execution *conditions, const ListPage *page);

#endif							/* RVO_STORE_LIST_H */
