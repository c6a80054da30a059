/*
 * store_direct.h
 *	  Plans of two simple shapes, run without an executor start.
 */
#ifndef RVO_STORE_DIRECT_H
#define RVO_STORE_DIRECT_H

#include "store/query/store_direct_plan.h"

/* One run: parameters in, the columns of the row found out, in the caller's context. */
typedef struct DirectRun
{
	const Datum *values;
	const char *nulls;			/* as SPI has it: ' ' or 'n' */
	bool		read_only;		/* a search that sees what the calling statement sees */
	Datum	   *results;
	bool	   *result_nulls;
} DirectRun;

/* Many rows to insert. */
typedef struct DirectRows
{
	int			count;

	/* parameters gives those of the i-th row, in the current context; they live until the next call. */
	void		(*parameters) (void *arg, int i, const Datum **values, const char **nulls);
	void	   *arg;
	bool	   *inserted;		/* out: for each, false if a unique key of it is taken */
} DirectRows;

typedef enum DirectResult
{
	DIRECT_NOT_POSSIBLE,		/* nothing lasting was done: run the plan itself */
	DIRECT_NO_ROW,
	DIRECT_ONE_ROW
} DirectResult;

extern bool rvo_short_way_setting;

extern DirectResult rvo_direct_run(DirectState *state, const DirectRun *run);
extern bool rvo_direct_insert(DirectState *state, const DirectRows *rows);

#endif							/* RVO_STORE_DIRECT_H */
