/*
 * email_batch.h
 *	  E-mails as items of a batch.
 */
#ifndef RVO_EMAIL_BATCH_H
#define RVO_EMAIL_BATCH_H

#include "work/record/batch.h"

extern const BatchKind rvo_email_batch;

#endif							/* RVO_EMAIL_BATCH_H */
