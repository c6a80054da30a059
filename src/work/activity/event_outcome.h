/*
 * event_outcome.h
 *	  What became of an event.
 */
#ifndef RVO_EVENT_OUTCOME_H
#define RVO_EVENT_OUTCOME_H

#include "base/failure.h"
#include "base/fault.h"

typedef struct EventOutcome
{
	int			status;			/* 201 it was recorded, 200 it had been; else that of the failure */
	FaultList	faults;			/* none if it was recorded, now or before */
	Failure		failure;		/* if there are faults */
	int64		contact_id;		/* 0 = none: of one that had been recorded, the contact is gone, or the do-not-contact list allows none */
	int64		email_id;		/* 0 = it makes none */
} EventOutcome;

#endif							/* RVO_EVENT_OUTCOME_H */
