/*
 * delivery_show.c
 *	  The events of a delivery as jsonb: members without a value are left out, but for the time.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "shape/platform/delivery_show.h"

/* show_event makes an object of an event: without the platform, which whoever asks has named. */
static JsonbValue
show_event(const DeliveredEvent *read)
{
	NeutralEvent event = read->event;
	JsonbValue	shown;
	JsonObject	object;

	event.platform = NO_SLICE;
	shown = rvo_neutral_event_show(&event);
	object = rvo_json_open(shown.val.object.nPairs + 2);
	for (int i = 0; i < shown.val.object.nPairs; i++)
		rvo_json_put(&object, rvo_json_string(&shown.val.object.pairs[i].key), shown.val.object.pairs[i].value);
	if (event.contact_email.data == NULL && read->object_id.data != NULL)
		rvo_json_put(&object, CONST_SLICE("object_id"), rvo_json_text(read->object_id));
	if (read->cut)
		rvo_json_put(&object, CONST_SLICE("cut"), rvo_json_boolean(true));
	return rvo_json_close(&object);
}

/* rvo_delivery_show makes an array of the events, in the order of the delivery. */
Jsonb *
rvo_delivery_show(const Delivery *delivery)
{
	JsonbValue	events = rvo_json_array(delivery->count);

	for (int i = 0; i < delivery->count; i++)
		if (delivery->items[i].event != NULL)
			rvo_json_append(&events, show_event(delivery->items[i].event));
	return rvo_json_encode(&events);
}
