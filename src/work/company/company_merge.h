/*
 * company_merge.h
 *	  Merging two companies that are one.
 */
#ifndef RVO_COMPANY_MERGE_H
#define RVO_COMPANY_MERGE_H

#include "base/jsonio.h"
#include "shape/record/caller.h"
#include "work/record/merge_request.h"

extern Jsonb *rvo_company_merge(const Caller *caller, const MergeRequest *merge);

#endif							/* RVO_COMPANY_MERGE_H */
