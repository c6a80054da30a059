/*
 * change_feed.h
 *	  Noting changes of records, for those who follow them.
 */
#ifndef RVO_CHANGE_FEED_H
#define RVO_CHANGE_FEED_H

#include "shape/record/caller.h"
#include "shape/record/change.h"
#include "shape/record/record_member.h"

extern void rvo_changes_note(const Caller *caller, Entity entity, ChangeKind kind, const int64 *ids, int n,
							 const ChangedMembers *members);
extern void rvo_changes_note_one(const Caller *caller, Entity entity, ChangeKind kind, const Record *record);
extern void rvo_changes_note_many(const Caller *caller, Entity entity, ChangeKind kind, Record *const *records, int n);
extern void rvo_changes_note_merged(const Caller *caller, Entity entity, int64 id, int64 merged_into);
extern void rvo_changes_note_member(const Caller *caller, Entity entity, Datum ids, MemberKind member);

#endif							/* RVO_CHANGE_FEED_H */
