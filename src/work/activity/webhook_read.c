/*
 * webhook_read.c
 *	  Reading a delivery, with what is known of the contacts in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/platform/delivery_show.h"
#include "store/service/store_webhook_object.h"
#include "work/activity/webhook_read.h"

/* rvo_webhook_platform finds a platform, or notes that there is none of the name. */
const Platform *
rvo_webhook_platform(Slice name, FaultList *faults)
{
	const Platform *platform = rvo_platform_find(rvo_text_trim(name));
	const Slice *names;
	int			n;

	if (platform == NULL && rvo_text_trim(name).len == 0)
		rvo_fault_add(faults, "platform", FAULT_REQUIRED);
	else if (platform == NULL)
	{
		n = rvo_platform_names(&names);
		rvo_fault_add_names(faults, "platform", FAULT_INVALID_OPTION, "allowed", names, n);
	}
	return platform;
}

/* lacks_address tells an event of which only the platform's id of the contact is known. */
static bool
lacks_address(const DeliveredEvent *read)
{
	return read->event.contact_email.data == NULL && read->object_id.data != NULL;
}

/* rvo_webhook_find_contacts gives events that have an id only the address that the client knows for it, if it does. */
void
rvo_webhook_find_contacts(int client_id, DeliveredEvent *const *events, int n)
{
	WebhookObject **objects = palloc(Max(n, 1) * sizeof(WebhookObject *));
	int			count = 0;

	for (int i = 0; i < n; i++)
		if (lacks_address(events[i]))
		{
			objects[count] = palloc0(sizeof(WebhookObject));
			objects[count]->account = events[i]->account.data != NULL ? events[i]->account : CONST_SLICE("");
			objects[count++]->object_id = events[i]->object_id;
		}
	if (count == 0)
		return;
	rvo_store_find_webhook_objects(client_id, objects, count);
	count = 0;
	for (int i = 0; i < n; i++)
		if (lacks_address(events[i]))
			events[i]->event.contact_email = objects[count++]->email;
}

/* leave_nobodys leaves out the events of contacts that the client does not know: a delivery to it ignores them. */
static void
leave_nobodys(Delivery *delivery)
{
	for (int i = 0; i < delivery->count; i++)
		if (delivery->items[i].event != NULL && delivery->items[i].event->event.contact_email.data == NULL)
			delivery->items[i].event = NULL;
}

/*
 * rvo_webhook_read shows the events that a body becomes, for a client, or for nobody if that is 0.
 * Raises FAILURE_INVALID_REQUEST for a platform that there is not, and a body that is not JSON.
 */
Jsonb *
rvo_webhook_read(int client_id, Slice platform_name, Slice body)
{
	FaultList	faults = {0};
	const Platform *platform = rvo_webhook_platform(platform_name, &faults);
	Delivery	delivery;
	DeliveredEvent **events;
	int			n = 0;

	if (body.data == NULL)
		rvo_fault_add(&faults, "body", FAULT_REQUIRED);
	if (faults.count > 0 || !rvo_delivery_read(platform, NULL, body, &delivery, &faults))
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	events = palloc(Max(delivery.count, 1) * sizeof(DeliveredEvent *));
	for (int i = 0; i < delivery.count; i++)
		if (delivery.items[i].event != NULL)
			events[n++] = delivery.items[i].event;
	if (client_id != 0)
	{
		rvo_webhook_find_contacts(client_id, events, n);
		leave_nobodys(&delivery);
	}
	return rvo_delivery_show(&delivery);
}
