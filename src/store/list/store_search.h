/*
 * store_search.h
 *	  Searching records.
 */
#ifndef RVO_STORE_SEARCH_H
#define RVO_STORE_SEARCH_H

#include "shape/list/search_query.h"
#include "store/list/store_list.h"

/* How many rows are looked at for one page, and to count, where no index serves the conditions; of many conditions fewer. */
#define SEARCH_MAX_ROWS 100000
#define SEARCH_COUNT_ROWS 20000

/* A page of a search that was read; it goes on behind the last row that was shown, or looked at. */
typedef struct SearchRows
{
	ListRows	rows;
	bool		complete;		/* all rows were looked at that can be on this page */
	Slice		last_key;		/* what the last is sorted by */
} SearchRows;

extern void rvo_store_search(Entity entity, int client_id, const SearchQuery *query, SearchRows *found);
extern void rvo_store_enable_text_search(void);

#endif							/* RVO_STORE_SEARCH_H */
