/*
 * event_batch.h
 *	  The use cases of events: recording many.
 */
#ifndef RVO_EVENT_BATCH_H
#define RVO_EVENT_BATCH_H

#include "shape/activity/neutral_event.h"
#include "shape/record/caller.h"
#include "work/activity/event_outcome.h"

/*
 * Events that are read one by one: the first time to see whose they are, should they be more than are worked on
 * at once, and once more to record them.
 */
typedef struct EventSource
{
	int			count;

	/* read returns the i-th event, in the current context; NULL if faults, which it fills, keep it from being one. */
	const NeutralEvent *(*read) (void *arg, int i, FaultList *faults);

	/* Told of each event, in their order; what is needed later must be copied. */
	void		(*sink) (void *arg, int i, const EventOutcome *outcome);
	void	   *arg;
} EventSource;

extern void rvo_events_run(const Caller *caller, const EventSource *source);
extern void rvo_events_record(const Caller *caller, NeutralEvent *const *events, int n, EventOutcome *outcomes);

#endif							/* RVO_EVENT_BATCH_H */
