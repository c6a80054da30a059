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

/* is_by_object tells an event of which the platform tells its own id of the contact only. */
static bool
is_by_object(const DeliveredEvent *read)
{
	return read->object_id.data != NULL && (read->event.contact_email.data == NULL || read->address_since.given);
}

/* take_known gives an event the address that is known, if that is nearer to its time than what the delivery tells. */
static void
take_known(DeliveredEvent *read, const WebhookObject *object)
{
	if (object->email.data == NULL)
		return;
	if (object->noted_at.given ? !rvo_address_is_nearer(read, object->noted_at.time) : read->event.contact_email.data != NULL)
		return;
	read->event.contact_email = object->email;
	read->address_since = object->noted_at;
}

/* find_known looks up what the client knows of the objects of events. */
static void
find_known(int client_id, DeliveredEvent *const *events, int n)
{
	WebhookObject **objects = palloc(n * sizeof(WebhookObject *));

	for (int i = 0; i < n; i++)
	{
		objects[i] = palloc0(sizeof(WebhookObject));
		objects[i]->account = events[i]->account.data != NULL ? events[i]->account : CONST_SLICE("");
		objects[i]->object_id = events[i]->object_id;
		objects[i]->at = events[i]->event.at.given ? events[i]->event.at.time : DT_NOEND;
	}
	rvo_store_find_webhook_objects(client_id, objects, n);
	for (int i = 0; i < n; i++)
		take_known(events[i], objects[i]);
}

/*
 * rvo_webhook_find_contacts gives events that have an id only the address that it had at their time, as far as the delivery and the
 * client, or nobody if that is 0, know it.  A bounce says nothing of an address that came later: it is of one that nobody knows.
 */
void
rvo_webhook_find_contacts(int client_id, DeliveredEvent *const *events, int n)
{
	DeliveredEvent **by_object = palloc(Max(n, 1) * sizeof(DeliveredEvent *));
	int			count = 0;

	for (int i = 0; i < n; i++)
		if (is_by_object(events[i]))
			by_object[count++] = events[i];
	if (client_id != 0 && count > 0)
		find_known(client_id, by_object, count);
	for (int i = 0; i < count; i++)
	{
		DeliveredEvent *read = by_object[i];

		if (read->event.kind == EVENT_BOUNCED && read->address_since.given && read->event.at.given && read->address_since.time > read->event.at.time)
			read->event.contact_email = NO_SLICE;
	}
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
	rvo_webhook_find_contacts(client_id, events, n);
	if (client_id != 0)
		leave_nobodys(&delivery);
	return rvo_delivery_show(&delivery);
}
