/*
 * batch.h
 *	  Creating or upserting many at once, each with an outcome of its own.
 */
#ifndef RVO_BATCH_H
#define RVO_BATCH_H

#include "work/record/batch_state.h"

extern Jsonb *rvo_batch_item_id(const BatchItem *item);
extern int	rvo_batch_item_status(const BatchItem *item);
extern Slice *rvo_batch_keys(BatchItem *const *items, int n, int key);
extern int	rvo_batch_compare_keys(const Slice *a, const Slice *b);
extern void rvo_batch_note_broken(const BrokenItem *broken, FaultList *faults);
extern BatchMode rvo_batch_mode_read(Slice mode, const char *where, FaultList *faults);
extern void rvo_batch_begin(Batch *batch);
extern void rvo_batch_add(Batch *batch, JsonbContainer *body, int octets);
extern void rvo_batch_add_array(Batch *batch, JsonbContainer *array);
extern void rvo_batch_flush(Batch *batch);
extern void rvo_batch_end(Batch *batch);

#endif							/* RVO_BATCH_H */
