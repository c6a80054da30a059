/*
 * page.h
 *	  A page of a list: which one is asked for, and how it is shown.
 */
#ifndef RVO_PAGE_H
#define RVO_PAGE_H

#include "base/fault.h"
#include "base/jsonio.h"

#define PAGE_MAX_SIZE 100

/* How many entries are counted, unless the caller wants to know it exactly; what more there can be takes their place. */
#define COUNT_MAX 10000

/* How many entries a list has. */
typedef struct ListCount
{
	int64		entries;
	bool		exact;			/* else there are no more */
} ListCount;

/* Octets of custom fields from which on no entry follows on a page; escaped they are twice as many. */
#define PAGE_MAX_OCTETS (8 * 1024 * 1024)

/* A place in a list: the row that it is behind, and how many pages and entries it is behind. */
typedef struct ListPlace
{
	int64		id;
	int			client_id;
	int64		pages;
	int64		entries;
	bool		scanned;		/* no index on custom fields was of use, so it is not asked again */
	bool		counted;		/* on an earlier page: */
	ListCount	total;
	Slice		key;			/* of a list that is not in the order of ids: the value that it is sorted by, as its store file writes it; else none */
} ListPlace;

/* Before every row. */
#define NO_ROW .id = PG_INT64_MIN, .client_id = PG_INT32_MIN

typedef struct ListPage
{
	ListPlace	place;			/* where it begins; NO_ROW for a page that is found by its number */
	int64		offset;			/* rows between that row and the page */
	int			size;			/* from 1 to PAGE_MAX_SIZE */
	bool		bare;			/* is shown as an array, with nothing around it */
	bool		exact;			/* is counted to the end */
} ListPage;

/* What is asked of any list, beside the conditions that are its own. */
typedef struct ListRequest
{
	bool		by_field;		/* entries with this custom field, whose name and value must be given */
	Slice		field_name;
	Slice		field_value;
	int			page;			/* 0 = no such number */
	bool		page_given;		/* though it may be the first, as it is without one */
	int			page_size;
	Slice		after;			/* a cursor, in place of the page's number */
	Slice		link;			/* what the cursor of the next page is shown behind */
	bool		bare;			/* an array of the first, instead of a page */
	Slice		structure;
	Slice		count;			/* "exact", or no value */
	FaultList	faults;			/* of how it is asked for, that are known by now */
	ListCount  *counted;		/* where to tell what was counted; NULL = nobody asks */
} ListRequest;

/* A page being written, as a text datum.  rvo_page_begin starts it. */
typedef struct PageWriter
{
	const ListPage *page;
	bool		is_search;		/* whose page has no number */
	bool		exact;			/* that the total is */
	bool		complete;		/* a search looked at all rows that it had to */
	StringInfoData text;		/* with room for a datum's header in front */
	int64		total;
	int			written;		/* entries */
	MemoryContext entry;		/* what one entry is made of */
} PageWriter;

extern ListPage rvo_page_read(const ListRequest *request, FaultList *faults);
extern PageWriter rvo_page_begin(const ListPage *page, Slice next, int64 total, int count);
extern void rvo_page_put(PageWriter *writer, const JsonbValue *entry);
extern void rvo_page_put_jsonb(PageWriter *writer, Jsonb *entry);
extern text *rvo_page_end(PageWriter *writer);

#endif							/* RVO_PAGE_H */
