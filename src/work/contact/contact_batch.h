/*
 * contact_batch.h
 *	  Contacts as items of a batch.
 */
#ifndef RVO_CONTACT_BATCH_H
#define RVO_CONTACT_BATCH_H

#include "work/record/batch.h"

extern const BatchKind rvo_contact_batch;
extern const BatchKind rvo_contact_check;	/* what rvo_contact_batch would do */

extern void rvo_contact_item_refuse(BatchItem *item);
extern void rvo_contact_item_suppress(const Caller *caller, BatchItem *item, Contact *contact);
extern void rvo_contact_items_find_suppressions(const Caller *caller, BatchItem *const *items, int n);
extern void rvo_contact_items_resolve(const Caller *caller, BatchItem *const *items, int n);
extern void rvo_contact_items_settle(const Caller *caller, const BatchItem *items, int n);
extern Jsonb *rvo_contact_item_render(const BatchItem *item, Structure structure);

#endif							/* RVO_CONTACT_BATCH_H */
