/*
 * event_keys.h
 *	  Which events are new.
 */
#ifndef RVO_EVENT_KEYS_H
#define RVO_EVENT_KEYS_H

#include "work/activity/event_chunk.h"

extern void rvo_event_find_keys(EventChunk *chunk);

#endif							/* RVO_EVENT_KEYS_H */
