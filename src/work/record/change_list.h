/*
 * change_list.h
 *	  The change feed as it is read, and trimmed.
 */
#ifndef RVO_CHANGE_LIST_H
#define RVO_CHANGE_LIST_H

#include "utils/jsonb.h"

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"

#define CHANGES_MAX 1000		/* that are told at once */
#define CHANGES_LIMIT 100		/* unless more are asked for */

extern Jsonb *rvo_changes_list(const Caller *caller, Slice after, int limit, FaultList *faults, bool *can_wait);
extern int64 rvo_changes_trim(NullableTime before, const int *client_id);

#endif							/* RVO_CHANGE_LIST_H */
