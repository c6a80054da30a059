/*
 * plan_settings.c
 *	  Which planner settings kept plans are made by.
 *
 * Plans are kept for a backend's life, and behind a pooler the next client gets
 * the backend.  By the settings of whoever happened to make the first call, an index
 * may be what is dearest, for all that come after.  So while a statement of ours is planned, these are
 * the server's defaults, whatever the session, the role or the file says.  That
 * is done where a plan is made, a few times in a backend's life, and costs a call nothing.
 */
#include "postgres.h"

#include "optimizer/planner.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "hook/plan_settings.h"
#include "store/query/store_query.h"

/* All of a server up to 18 that decide about plans; what a server doesn't have is left out. */
static const struct
{
	const char *name;
	const char *value;
}			settings[] = {
	{"constraint_exclusion", "partition"},
	{"cpu_index_tuple_cost", "0.005"},
	{"cpu_operator_cost", "0.0025"},
	{"cpu_tuple_cost", "0.01"},
	{"cursor_tuple_fraction", "0.1"},
	{"effective_cache_size", "4GB"},
	{"enable_async_append", "on"},
	{"enable_bitmapscan", "on"},
	{"enable_distinct_reordering", "on"},
	{"enable_gathermerge", "on"},
	{"enable_group_by_reordering", "on"},
	{"enable_hashagg", "on"},
	{"enable_hashjoin", "on"},
	{"enable_incremental_sort", "on"},
	{"enable_indexonlyscan", "on"},
	{"enable_indexscan", "on"},
	{"enable_material", "on"},
	{"enable_memoize", "on"},
	{"enable_mergejoin", "on"},
	{"enable_nestloop", "on"},
	{"enable_parallel_append", "on"},
	{"enable_parallel_hash", "on"},
	{"enable_partition_pruning", "on"},
	{"enable_partitionwise_aggregate", "off"},
	{"enable_partitionwise_join", "off"},
	{"enable_presorted_aggregate", "on"},
	{"enable_self_join_elimination", "on"},
	{"enable_seqscan", "off"},
	{"enable_sort", "on"},
	{"enable_tidscan", "on"},
	{"from_collapse_limit", "8"},
	{"geqo", "off"},
	{"hash_mem_multiplier", "2"},
	{"jit", "off"},
	{"join_collapse_limit", "8"},
	{"max_parallel_workers_per_gather", "0"},
	{"random_page_cost", "4"},
	{"recursive_worktable_factor", "10"},
	{"seq_page_cost", "1"},
	{"work_mem", "4MB"},
};

static planner_hook_type next_hook = NULL;

static PlannedStmt *
call_next(PLANNER_PARAMETERS)
{
	if (next_hook != NULL)
		return next_hook(PLANNER_ARGUMENTS);
	return standard_planner(PLANNER_ARGUMENTS);
}

static PlannedStmt *
plan(PLANNER_PARAMETERS)
{
	PlannedStmt *result;
	int			level;

	/* A trigger's own statement has another text. */
	if (rvo_query_running == NULL || text == NULL || strcmp(text, rvo_query_running) != 0)
		return call_next(PLANNER_ARGUMENTS);
	level = NewGUCNestLevel();
	for (size_t i = 0; i < lengthof(settings); i++)
		if (GetConfigOption(settings[i].name, true, false) != NULL)
			(void) set_config_option(settings[i].name, settings[i].value, PGC_USERSET, PGC_S_SESSION,
									 GUC_ACTION_SAVE, true, 0, false);
	result = call_next(PLANNER_ARGUMENTS);
	AtEOXact_GUC(true, level);
	return result;
}

/* rvo_plan_settings_init hooks into the planner. */
void
rvo_plan_settings_init(void)
{
	next_hook = planner_hook;
	planner_hook = plan;
}
