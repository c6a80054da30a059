/*
 * event_effect.h
 *	  What follows from events.
 */
#ifndef RVO_EVENT_EFFECT_H
#define RVO_EVENT_EFFECT_H

#include "work/activity/event_chunk.h"

extern bool rvo_event_date(Contact *contact, const EventItem *item);
extern void rvo_event_effects(EventChunk *chunk);

#endif							/* RVO_EVENT_EFFECT_H */
