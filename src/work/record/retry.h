/*
 * retry.h
 *	  Doing again what others were in the way of.
 */
#ifndef RVO_RETRY_H
#define RVO_RETRY_H

/*
 * How often something is tried whose obstacle is gone when it is looked for:
 * somebody deleted that row in between, or the id is taken, because rows were
 * copied in ahead of the sequence.
 */
#define RETRIES 10

/* What can be tried again; returns whether it is done. */
typedef bool (*Try) (void *arg);

extern bool rvo_retry(Try attempt, void *arg);

#endif							/* RVO_RETRY_H */
