/*
 * api_batch.h
 *	  What SQL functions that create or upsert many have in common.
 */
#ifndef RVO_API_BATCH_H
#define RVO_API_BATCH_H

#include "fmgr.h"

#include "work/record/batch.h"

extern Datum rvo_batch_call(FunctionCallInfo fcinfo, const BatchKind *kind);

#endif							/* RVO_API_BATCH_H */
