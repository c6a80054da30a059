/*
 * plan_size.c
 *	  What the planner is told of the tables' size.
 *
 * Plans are kept, and nothing makes a backend plan anew because a table has
 * grown.  For a table that VACUUM found empty all indexes cost the same, so a
 * look-up by e-mail address may be planned as a walk through all contacts of
 * the client; a load in one transaction is quadratic then.  So no table of
 * ours is ever planned for as a small one.
 * That is for statements of ours only: what users plan, and what EXPLAIN shows
 * them, goes by the server's own estimate.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "nodes/pathnodes.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "hook/plan_size.h"
#include "store/query/store_query.h"

/* At least; an index has so many entries, too. */
#define ROWS 10000
#define PAGES 200
#define INDEX_PAGES 40

static table_size_hook_type next_hook = NULL;

static void
enlarge(TABLE_SIZE_HOOK_PARAMETERS)
{
	Oid			table = TABLE_SIZE_HOOK_TABLE;
	ListCell   *cell;

	if (next_hook != NULL)
		next_hook(TABLE_SIZE_HOOK_ARGUMENTS);
	if (rvo_query_running == NULL || !OidIsValid(table) || info->tuples >= ROWS || get_rel_namespace(table) != get_namespace_oid("revyops", true))
		return;
	info->tuples = ROWS;
	info->pages = Max(info->pages, PAGES);
	foreach(cell, info->indexlist)
	{
		IndexOptInfo *index = lfirst_node(IndexOptInfo, cell);

		index->tuples = ROWS;
		index->pages = Max(index->pages, INDEX_PAGES);
	}
}

/* rvo_plan_size_init hooks into the planner. */
void
rvo_plan_size_init(void)
{
	next_hook = table_size_hook;
	table_size_hook = enlarge;
}
