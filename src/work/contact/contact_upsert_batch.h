/*
 * contact_upsert_batch.h
 *	  Contacts as items of a batch that creates or changes them.
 */
#ifndef RVO_CONTACT_UPSERT_BATCH_H
#define RVO_CONTACT_UPSERT_BATCH_H

#include "work/record/batch.h"

extern const BatchKind rvo_contact_upsert_batch;

#endif							/* RVO_CONTACT_UPSERT_BATCH_H */
