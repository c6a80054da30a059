/*
 * attempt.h
 *	  Work whose error can be caught and undone.
 */
#ifndef RVO_ATTEMPT_H
#define RVO_ATTEMPT_H

#include "utils/elog.h"

/* Work that may be done several times; again is true for all but the first. */
typedef void (*Work) (void *arg, bool again);

/* Work that may turn out to be in vain: false if it is to be undone. */
typedef bool (*Trial) (void *arg);

extern ErrorData *rvo_attempt(Work work, void *arg);
extern ErrorData *rvo_attempt_once(Work work, void *arg);
extern bool rvo_attempt_kept(Trial work, void *arg);
extern void rvo_attempt_watched(Work work, void (*failed) (void *arg, int sqlstate), void *arg);

#endif							/* RVO_ATTEMPT_H */
