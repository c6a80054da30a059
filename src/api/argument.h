/*
 * argument.h
 *	  Arguments of SQL functions, where SQL's NULL is a value like any other.
 */
#ifndef RVO_ARGUMENT_H
#define RVO_ARGUMENT_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "base/text.h"
#include "shape/list/page.h"
#include "work/record/merge_request.h"

extern Slice rvo_argument_text(FunctionCallInfo fcinfo, int n);
extern Jsonb *rvo_argument_jsonb(FunctionCallInfo fcinfo, int n);
extern const int64 *rvo_argument_id(FunctionCallInfo fcinfo, int n);
extern int	rvo_argument_number(FunctionCallInfo fcinfo, int n);
extern int64 rvo_argument_line(FunctionCallInfo fcinfo, int n);
extern ListRequest rvo_argument_list(FunctionCallInfo fcinfo, int n);
extern ListRequest rvo_argument_lookup(FunctionCallInfo fcinfo);
extern MergeRequest rvo_argument_merge(FunctionCallInfo fcinfo);

#endif							/* RVO_ARGUMENT_H */
