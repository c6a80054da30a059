/*
 * search.h
 *	  The use case of searching.
 */
#ifndef RVO_SEARCH_H
#define RVO_SEARCH_H

#include "base/fault.h"
#include "shape/list/page.h"
#include "work/record/entity_kind.h"

/* A search that is asked for. */
typedef struct SearchRequest
{
	Jsonb	   *body;
	Slice		structure;		/* the parameter beside it */
	FaultList	faults;			/* of how it is asked for, that are known by now */
	ListCount  *counted;		/* where to tell what was counted; NULL = nobody asks */
} SearchRequest;

extern void rvo_search_enable_text(void);
extern text *rvo_record_search(const EntityKind *kind, const Caller *caller, const SearchRequest *request);

#endif							/* RVO_SEARCH_H */
