/*
 * event_write.h
 *	  Writing what follows from events.
 */
#ifndef RVO_EVENT_WRITE_H
#define RVO_EVENT_WRITE_H

#include "work/activity/event_chunk.h"

extern void rvo_event_write(EventChunk *chunk);

#endif							/* RVO_EVENT_WRITE_H */
