/*
 * batch_owner.h
 *	  Whose the keys of a batch's items are.
 */
#ifndef RVO_BATCH_OWNER_H
#define RVO_BATCH_OWNER_H

#include "work/record/batch_state.h"

extern void rvo_batch_begin_owners(Batch *batch);
extern void rvo_batch_find_owners(const Batch *batch, BatchItem *const *items, int n);
extern void rvo_batch_pretend(Batch *batch, BatchItem *const *items, int n, bool *inserted);
extern void rvo_batch_note_created(Batch *batch, const BatchItem *item);
extern bool rvo_batch_is_owned(const Batch *batch, const BatchItem *item, int k);
extern void rvo_batch_complete_owners(const Batch *batch, BatchItem *all, int count);
extern void rvo_batch_note_conflicts(const Batch *batch, BatchItem *all, int count);
extern void rvo_batch_explain(const Batch *batch, BatchItem *item);

#endif							/* RVO_BATCH_OWNER_H */
