/*
 * contact_batch.h
 *	  Contacts as items of a batch.
 */
#ifndef RVO_CONTACT_BATCH_H
#define RVO_CONTACT_BATCH_H

#include "batch.h"

extern const BatchKind rvo_contact_batch;
extern const BatchKind rvo_contact_check;	/* what rvo_contact_batch would do */

#endif							/* RVO_CONTACT_BATCH_H */
