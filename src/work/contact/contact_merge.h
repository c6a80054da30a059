/*
 * contact_merge.h
 *	  Merging two contacts of one person.
 */
#ifndef RVO_CONTACT_MERGE_H
#define RVO_CONTACT_MERGE_H

#include "base/jsonio.h"
#include "shape/record/caller.h"
#include "work/record/merge_request.h"

extern Jsonb *rvo_contact_merge(const Caller *caller, const MergeRequest *merge);

#endif							/* RVO_CONTACT_MERGE_H */
