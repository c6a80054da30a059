/*
 * webhook_route.h
 *	  Which clients the items of a delivery are of.
 */
#ifndef RVO_WEBHOOK_ROUTE_H
#define RVO_WEBHOOK_ROUTE_H

#include "shape/platform/delivery.h"
#include "store/service/store_webhook.h"

/* The clients of a delivery's events and addresses: 0 = of none, or of none that is known. */
typedef struct DeliveryClients
{
	int		   *of_item;
	int		   *of_object;
	int			count;
	int		   *ids;			/* each once, ascending */
} DeliveryClients;

extern DeliveryClients rvo_webhook_route(const Webhook *webhook, const Delivery *delivery);

#endif							/* RVO_WEBHOOK_ROUTE_H */
