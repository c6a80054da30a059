/*
 * company_upsert_batch.h
 *	  Companies as items of a batch that creates or changes them.
 */
#ifndef RVO_COMPANY_UPSERT_BATCH_H
#define RVO_COMPANY_UPSERT_BATCH_H

#include "work/record/batch.h"

extern const BatchKind rvo_company_upsert_batch;

#endif							/* RVO_COMPANY_UPSERT_BATCH_H */
