/*
 * event_time.h
 *	  The time of an event, in whichever form a platform gives it.
 */
#ifndef RVO_EVENT_TIME_H
#define RVO_EVENT_TIME_H

#include "base/jsonio.h"
#include "base/text.h"

extern bool rvo_event_time_read(Slice text, NullableTime *time, Slice *shown);

#endif							/* RVO_EVENT_TIME_H */
