/*
 * delivery.h
 *	  A delivery of a sending platform: its items, as events.
 */
#ifndef RVO_DELIVERY_H
#define RVO_DELIVERY_H

#include "base/fault.h"
#include "shape/platform/delivery_event.h"

#define DELIVERY_ITEMS_MAX 10000

/* Commas of all that it has, 40 for each of so many items: what has more would take seconds to be parsed. */
#define DELIVERY_COMMAS_MAX 400000

/* One thing that a platform tells. */
typedef struct DeliveryItem
{
	JsonbContainer *object;		/* without what was put around it; NULL = it is none */
	int			length;			/* of it */
	Slice		kind;			/* as the platform calls it; no value = it doesn't */
	DeliveredEvent *event;		/* NULL = it is ignored */
} DeliveryItem;

/* The address of a contact that the platform knows by an id. */
typedef struct PlatformAddress
{
	Slice		account;
	Slice		object_id;
	Slice		address;
	TimestampTz at;				/* since when it was so */
	int			other;			/* the position of another address of the same object; -1 = there is no more */
} PlatformAddress;

typedef struct Delivery
{
	const Platform *platform;
	OwnLabels  *labels;			/* of its webhook */
	int			count;
	DeliveryItem *items;		/* in the order of the delivery */
	int			nobjects;
	PlatformAddress *objects;		/* each with all addresses that are told, of a time one */
} Delivery;

extern bool rvo_delivery_read(const Platform *platform, OwnLabels *labels, Slice body, Delivery *delivery, FaultList *faults);
extern bool rvo_address_is_nearer(const DeliveredEvent *read, TimestampTz since);
extern Slice rvo_delivery_secret(const Delivery *delivery);

#endif							/* RVO_DELIVERY_H */
