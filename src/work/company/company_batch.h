/*
 * company_batch.h
 *	  Companies as items of a batch.
 */
#ifndef RVO_COMPANY_BATCH_H
#define RVO_COMPANY_BATCH_H

#include "work/record/batch.h"

extern const BatchKind rvo_company_batch;
extern const BatchKind rvo_company_check;	/* what rvo_company_batch would do */

#endif							/* RVO_COMPANY_BATCH_H */
