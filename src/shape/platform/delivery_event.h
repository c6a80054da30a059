/*
 * delivery_event.h
 *	  An item of a delivery as an event.
 */
#ifndef RVO_DELIVERY_EVENT_H
#define RVO_DELIVERY_EVENT_H

#include "shape/platform/interest_label.h"
#include "shape/platform/platform.h"

/* An event as a platform told it. */
typedef struct DeliveredEvent
{
	NeutralEvent event;			/* without contact_email, if only the object is known */
	NullableTime address_since; /* since when that is the object's; null = it is not known, or the event is not by object */
	Slice		account;		/* whose it is, at the platform; no value = not told */
	Slice		object_id;		/* the platform's id of the contact; no value = not told */
	bool		cut;			/* the end of a body was left out */
} DeliveredEvent;

extern Slice rvo_delivery_kind(const Platform *platform, JsonbContainer *item);
extern Slice rvo_delivery_address(Slice text);
extern Slice rvo_delivery_id(Slice text);
extern bool rvo_delivery_is_ignored(const Platform *platform, JsonbContainer *item);
extern DeliveredEvent *rvo_delivery_event(const Platform *platform, OwnLabels *labels, JsonbContainer *item, int item_length, Slice kind);

#endif							/* RVO_DELIVERY_EVENT_H */
