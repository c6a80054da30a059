/*
 * webhook_check.h
 *	  Whether a delivery shows the secret that its webhook expects.
 */
#ifndef RVO_WEBHOOK_CHECK_H
#define RVO_WEBHOOK_CHECK_H

#include "shape/platform/delivery.h"
#include "store/service/store_webhook.h"

/* A delivery as it came over HTTP. */
typedef struct WebhookRequest
{
	Slice		platform;		/* of the path */
	Slice		token;
	bool		global;			/* the path is one of an agency's */
	Slice		method;
	Slice		uri;			/* whole, as the platform knows it; no value = not known */
	Slice		body;
	Slice		(*header) (const void *arg, const char *name);	/* no value = not sent */
	const void *arg;
} WebhookRequest;

extern const char *rvo_webhook_check_octets(const Webhook *webhook, const WebhookRequest *request);
extern const char *rvo_webhook_check_body(const Webhook *webhook, const Delivery *delivery);

#endif							/* RVO_WEBHOOK_CHECK_H */
