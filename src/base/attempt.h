/*
 * attempt.h
 *	  Work whose error can be caught and undone.
 */
#ifndef RVO_ATTEMPT_H
#define RVO_ATTEMPT_H

#include "utils/elog.h"

/* Work that may be done several times; again is true for all but the first. */
typedef void (*Work) (void *arg, bool again);

extern ErrorData *rvo_attempt(Work work, void *arg);
extern ErrorData *rvo_attempt_once(Work work, void *arg);

#endif							/* RVO_ATTEMPT_H */
