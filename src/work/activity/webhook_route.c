/*
 * webhook_route.c
 *	  Which clients the items of a delivery are of: all of the webhook's, or, where an agency has it, each by
 *	  the account that it names, or else, if nothing was said of that, by its campaign.
 */
#include "postgres.h"

#include "base/compat.h"
#include "work/activity/webhook_route.h"

static int
compare_ids(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

/* list_clients lists the clients that there are, in the order in which rows of theirs are locked. */
static void
list_clients(DeliveryClients *clients, int nitems, int nobjects)
{
	int			n = 0;
	int			kept = 0;

	clients->ids = palloc(Max(nitems + nobjects, 1) * sizeof(int));
	for (int i = 0; i < nitems; i++)
		if (clients->of_item[i] != 0)
			clients->ids[n++] = clients->of_item[i];
	for (int i = 0; i < nobjects; i++)
		if (clients->of_object[i] != 0)
			clients->ids[n++] = clients->of_object[i];
	qsort(clients->ids, n, sizeof(int), compare_ids);
	for (int i = 0; i < n; i++)
		if (kept == 0 || clients->ids[kept - 1] != clients->ids[i])
			clients->ids[kept++] = clients->ids[i];
	clients->count = kept;
}

/* text_or_empty returns a text that may have no value as one that has: an empty one is nobody's account and campaign. */
static Slice
text_or_empty(Slice text)
{
	return text.data != NULL ? text : CONST_SLICE("");
}

/* find_clients looks up what an agency's accounts and campaigns say of each item. */
static void
find_clients(const Webhook *webhook, const Delivery *delivery, DeliveryClients *clients)
{
	int			n = delivery->count + delivery->nobjects;
	WebhookRoute *rows = palloc0(Max(n, 1) * sizeof(WebhookRoute));
	WebhookRoute **routes = palloc(Max(n, 1) * sizeof(WebhookRoute *));

	for (int i = 0; i < n; i++)
	{
		const DeliveredEvent *read = i < delivery->count ? delivery->items[i].event : NULL;

		routes[i] = &rows[i];
		rows[i].account = text_or_empty(i >= delivery->count ? delivery->objects[i - delivery->count].account :
										read != NULL ? read->account : NO_SLICE);
		rows[i].campaign_id = text_or_empty(read != NULL ? read->event.campaign_id : NO_SLICE);
	}
	rvo_store_find_routes(webhook->agency_id, webhook->platform, routes, n);
	for (int i = 0; i < n; i++)
		*(i < delivery->count ? &clients->of_item[i] : &clients->of_object[i - delivery->count]) = rows[i].client_id;
}

/* rvo_webhook_route finds out whose each item is, in the current context. */
DeliveryClients
rvo_webhook_route(const Webhook *webhook, const Delivery *delivery)
{
	DeliveryClients clients = {0};

	clients.of_item = palloc0(Max(delivery->count, 1) * sizeof(int));
	clients.of_object = palloc0(Max(delivery->nobjects, 1) * sizeof(int));
	if (webhook->agency_id != 0)
		find_clients(webhook, delivery, &clients);
	else
	{
		for (int i = 0; i < delivery->count; i++)
			clients.of_item[i] = webhook->client_id;
		for (int i = 0; i < delivery->nobjects; i++)
			clients.of_object[i] = webhook->client_id;
	}
	list_clients(&clients, delivery->count, delivery->nobjects);
	return clients;
}
