/*
 * activity_merge.h
 *	  Merging what events made of two contacts that are one.
 */
#ifndef RVO_ACTIVITY_MERGE_H
#define RVO_ACTIVITY_MERGE_H

#include "shape/activity/activity.h"
#include "shape/record/record.h"

/* What is kept of two contacts to be merged, and the status that the one that is kept had. */
typedef struct ActivityMerge
{
	Activity	keep;
	Activity	other;
	Contact		before;
} ActivityMerge;

extern void rvo_activity_merge_begin(int client_id, Contact *keep, Contact *other, ActivityMerge *merge);
extern void rvo_activity_merge_end(const Caller *caller, Contact *keep, const Contact *other, ActivityMerge *merge);

#endif							/* RVO_ACTIVITY_MERGE_H */
