/*
 * store_size.c
 *	  What the planner is told of the tables' size.
 *
 * Floor 2.  Plans are kept, and nothing makes a backend plan anew because a table
 * has grown.  For a table that VACUUM found empty all indexes cost the same, so
 * a look-up by e-mail address may be planned as a walk through all contacts of
 * the client; a load in one transaction is quadratic then.  So no table of ours
 * is ever planned for as a small one.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "nodes/pathnodes.h"
#include "optimizer/plancat.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "store_size.h"

/* At least; an index has so many entries, too. */
#define ROWS 10000
#define PAGES 200
#define INDEX_PAGES 40

static get_relation_info_hook_type next_hook = NULL;

static void
enlarge(PlannerInfo *root, Oid relation, bool inherited, RelOptInfo *info)
{
	ListCell   *cell;

	if (next_hook != NULL)
		next_hook(root, relation, inherited, info);
	if (info->tuples >= ROWS || get_rel_namespace(relation) != get_namespace_oid("revyops", true))
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

/* rvo_size_init hooks into the planner. */
void
rvo_size_init(void)
{
	next_hook = get_relation_info_hook;
	get_relation_info_hook = enlarge;
}
