/*
 * event_find.h
 *	  What events are about beside contacts: what is there, and what is new.
 */
#ifndef RVO_EVENT_FIND_H
#define RVO_EVENT_FIND_H

#include "work/activity/event_chunk.h"

extern void rvo_event_find_companies(EventChunk *chunk);
extern Slice rvo_event_campaign_name(const NeutralEvent *event);
extern void rvo_event_find_campaigns(EventChunk *chunk);
extern void rvo_event_find_all(EventChunk *chunk);

#endif							/* RVO_EVENT_FIND_H */
