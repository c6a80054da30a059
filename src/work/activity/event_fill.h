/*
 * event_fill.h
 *	  What events know of a contact fills what is empty there.
 */
#ifndef RVO_EVENT_FILL_H
#define RVO_EVENT_FILL_H

#include "work/activity/event_chunk.h"

extern void rvo_event_fill_new(EventChunk *chunk, EventItem *item);
extern void rvo_event_fill(EventChunk *chunk, EventItem *item);

#endif							/* RVO_EVENT_FILL_H */
