/*
 * store_source.c
 *	  Reading somebody's table or view, batch by batch across transactions.
 *
 * Unlike all other queries this one is the caller's: it runs with the caller's rights,
 * and as part of a procedure that commits.  It is a cursor, so all of it is of
 * one snapshot; at the first commit the server sets the rows aside that are
 * not read yet, in memory and then on disk.  The cursor is pinned, as
 * PL/pgSQL's loops have it, so that an error takes it away.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/portal.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_source.h"

/* rvo_source_name returns a relation's name as SQL has it, in the current context; NULL if there is none. */
const char *
rvo_source_name(Oid relation)
{
	const char *name = get_rel_name(relation);

	if (name == NULL)
		return NULL;
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
}

/* estimate_rows asks the planner how many rows a plan gives. */
static double
estimate_rows(SPIPlanPtr plan)
{
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);
	double		rows = linitial_node(PlannedStmt, cached->stmt_list)->planTree->plan_rows;

	ReleaseCachedPlan(cached, NULL);	/* as for a plan that is not kept */
	return rows;
}

/*
 * rvo_source_connect begins what reads a source.  From here to rvo_source_disconnect the
 * session is connected to SPI, and transactions may end by rvo_source_commit only.
 */
void
rvo_source_connect(void)
{
	SPI_connect_ext(SPI_OPT_NONATOMIC);
}

void
rvo_source_disconnect(void)
{
	SPI_finish();
}

/* rvo_source_open begins to read. */
Source
rvo_source_open(const char *name)
{
	char	   *sql = psprintf("SELECT * FROM %s", name);
	SPIPlanPtr	plan;
	Source		source = {0};

	plan = SPI_prepare_cursor(sql, 0, NULL, CURSOR_OPT_NO_SCROLL);
	if (plan == NULL)
		rvo_failure_raise_bug("could not prepare to read a source");
	source.estimate = estimate_rows(plan);
	source.portal = SPI_cursor_open(NULL, plan, NULL, NULL, false);
	PinPortal(source.portal);
	source.descriptor = CreateTupleDescCopy(source.portal->tupDesc);
	return source;
}

/* rvo_source_fetch reads up to n rows, which live until the next fetch. */
int
rvo_source_fetch(Source *source, int n, HeapTuple **rows)
{
	MemoryContext caller = CurrentMemoryContext;

	if (source->rows != NULL)
		SPI_freetuptable(source->rows);
	SPI_cursor_fetch(source->portal, true, n);
	MemoryContextSwitchTo(caller);	/* SPI leaves its own behind */
	source->rows = SPI_tuptable;
	*rows = source->rows->vals;
	return (int) SPI_processed;
}

/* rvo_source_commit ends the transaction and begins the next. */
void
rvo_source_commit(void)
{
	SPI_commit();
}

void
rvo_source_close(Source *source)
{
	UnpinPortal(source->portal);
	SPI_cursor_close(source->portal);
}
