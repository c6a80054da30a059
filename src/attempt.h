/*
 * attempt.h
 *	  Work whose error can be caught and undone.
 */
#ifndef RVO_ATTEMPT_H
#define RVO_ATTEMPT_H

#include "utils/elog.h"

extern ErrorData *rvo_attempt(void (*work) (void *arg), void *arg);

#endif							/* RVO_ATTEMPT_H */
