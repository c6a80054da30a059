/*
 * event.h
 *	  The use cases of events: recording one, or those of a list.
 */
#ifndef RVO_EVENT_H
#define RVO_EVENT_H

#include "base/failure.h"
#include "base/json_flaw.h"
#include "work/activity/event_batch.h"
#include "work/record/batch.h"

/* A list of events under way. */
typedef struct EventList
{
	const Caller *caller;
	JsonbContainer *items;		/* an array */
	BatchMode	mode;
	const char *number_name;	/* what callers call an item's place: "ordinal" or "index" */
	int			first_number;
	BrokenItems broken;

	/* Told of each item, in their order; what is needed later must be copied. */
	void		(*sink) (void *arg, int number, const EventOutcome *outcome);
	void	   *sink_arg;

	/* ---- only event.c looks here */
	MemoryContext context;
	FaultList	faults;			/* BATCH_ATOMIC: of all items */
	Failure		failure;
} EventList;

extern Jsonb *rvo_event_record(const Caller *caller, Jsonb *body, bool *is_new);
extern JsonbValue rvo_event_answer(const EventOutcome *outcome);
extern void rvo_event_record_list(EventList *list);

#endif							/* RVO_EVENT_H */
