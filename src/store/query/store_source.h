/*
 * store_source.h
 *	  Reading somebody's table or view, batch by batch across transactions.
 */
#ifndef RVO_STORE_SOURCE_H
#define RVO_STORE_SOURCE_H

#include "access/htup.h"
#include "access/tupdesc.h"

/* A source under way.  Only store_source.c looks inside, but for the descriptor. */
typedef struct Source
{
	TupleDesc	descriptor;
	double		estimate;		/* rows, as the planner has it */
	struct PortalData *portal;
	struct SPITupleTable *rows;
} Source;

extern const char *rvo_source_name(Oid relation);
extern void rvo_source_connect(void);
extern void rvo_source_disconnect(void);
extern Source rvo_source_open(const char *name);
extern int	rvo_source_fetch(Source *source, int n, HeapTuple **rows);
extern void rvo_source_commit(void);
extern void rvo_source_close(Source *source);

#endif							/* RVO_STORE_SOURCE_H */
