/*
 * delivery_show.h
 *	  The events of a delivery as jsonb.
 */
#ifndef RVO_DELIVERY_SHOW_H
#define RVO_DELIVERY_SHOW_H

#include "shape/platform/delivery.h"

extern Jsonb *rvo_delivery_show(const Delivery *delivery);

#endif							/* RVO_DELIVERY_SHOW_H */
