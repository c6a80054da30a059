/*
 * merge_request.h
 *	  Which two records are to be merged into one.
 */
#ifndef RVO_MERGE_REQUEST_H
#define RVO_MERGE_REQUEST_H

#include "base/fault.h"
#include "base/text.h"
#include "shape/record/structure.h"

/* What is to be merged; NULL for SQL's NULL, and where errors say that an id comes from. */
typedef struct MergeRequest
{
	const int64 *keep;
	const char *keep_name;
	const int64 *other;
	const char *other_name;
	Slice		structure;
} MergeRequest;

extern Structure rvo_merge_check(const MergeRequest *request, FaultCode same);

#endif							/* RVO_MERGE_REQUEST_H */
