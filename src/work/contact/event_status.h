/*
 * event_status.h
 *	  What the history of statuses has of events.
 */
#ifndef RVO_EVENT_STATUS_H
#define RVO_EVENT_STATUS_H

#include "shape/activity/activity.h"
#include "store/record/store_activity.h"

extern int	rvo_event_statuses(Activity *activity, EventStatus **statuses, int64 *obsolete);

#endif							/* RVO_EVENT_STATUS_H */
