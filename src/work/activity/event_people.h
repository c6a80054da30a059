/*
 * event_people.h
 *	  Whose events are: contacts found, or made, and locked.
 */
#ifndef RVO_EVENT_PEOPLE_H
#define RVO_EVENT_PEOPLE_H

#include "work/activity/event_chunk.h"

extern void rvo_event_people_begin(EventChunk *chunk, int expected);
extern void rvo_event_people_add(EventChunk *chunk, EventItem *item);
extern void rvo_event_people_find(EventChunk *chunk);
extern void rvo_event_people_lock(EventChunk *chunk);
extern void rvo_event_people_read(EventChunk *chunk);

#endif							/* RVO_EVENT_PEOPLE_H */
