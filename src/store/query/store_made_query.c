/*
 * store_made_query.c
 *	  Queries whose text is made for a call, found again by it.
 *
 * Others are static variables, each with its kept plan.  Texts that are made can be any number,
 * so a backend keeps the plans of some.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "store/query/store_made_query.h"

/* Kept plans, by their text.  A text that comes back finds its own, unless another has taken its slot. */
#define KEPT_QUERIES 64
static KeptQuery *kept_queries[KEPT_QUERIES];

/* Those that have lost their slot, and are running around the call, if it comes from a function of the user's. */
static List *former_queries;

/* forget_former frees those that are running no more. */
static void
forget_former(void)
{
	ListCell   *cell;

	foreach(cell, former_queries)
	{
		KeptQuery  *query = lfirst(cell);

		if (query->running > 0)
			continue;
		former_queries = foreach_delete_current(former_queries, cell);
		rvo_query_forget(query);
		pfree(unconstify(char *, query->sql));
		pfree(query);
	}
}

/* rvo_made_query returns the kept query of a text that only rvo_query_read runs; form is what it has beside it. */
KeptQuery *
rvo_made_query(const char *sql, const KeptQuery *form)
{
	KeptQuery **slot = &kept_queries[hash_bytes((const unsigned char *) sql, strlen(sql)) % KEPT_QUERIES];
	KeptQuery  *former = *slot;
	KeptQuery  *query;
	MemoryContext caller;

	if (former != NULL && strcmp(former->sql, sql) == 0)
		return former;

	if (former != NULL)
	{
		caller = MemoryContextSwitchTo(TopMemoryContext);
		former_queries = lappend(former_queries, former);
		MemoryContextSwitchTo(caller);
		*slot = NULL;
	}
	forget_former();
	query = MemoryContextAllocZero(TopMemoryContext, sizeof(KeptQuery));
	*query = *form;
	query->sql = MemoryContextStrdup(TopMemoryContext, sql);
	*slot = query;
	return query;
}
