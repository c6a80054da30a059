/*
 * delivery.c
 *	  A delivery of a sending platform: its items, as events.
 *
 * An object is one item, an array has many; what of it is no object, or is of a
 * kind that we have no use for, is an item without an event.  No table is asked.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/json_flaw.h"
#include "base/json_parse.h"
#include "base/slice_map.h"
#include "shape/platform/delivery.h"
#include "shape/platform/delivery_text.h"
#include "shape/platform/event_time.h"
#include "shape/platform/item_path.h"

/* note_unreadable notes why a text can't be read as JSON. */
static void
note_unreadable(Slice text, FaultList *faults)
{
	int			offset;
	FaultCode	flaw = rvo_json_find_flaw(text, 0, &offset);
	TextPlace	place = rvo_text_place(text, offset);

	rvo_fault_add_place(faults, "", flaw, place.line, place.column, -1);
}

/* parse reads the JSON of a body; false if it is none, or neither object nor array, or too much. */
static bool
parse(Slice text, Delivery *delivery, FaultList *faults)
{
	JsonExtent	extent = rvo_json_measure(text, 0);

	if (extent.containers > JSON_MAX_CONTAINERS)
		rvo_fault_add_limit(faults, "", FAULT_TOO_MANY, JSON_MAX_CONTAINERS, extent.containers);
	else if (extent.commas > DELIVERY_COMMAS_MAX)
		rvo_fault_add_limit(faults, "", FAULT_TOO_MANY, DELIVERY_COMMAS_MAX, extent.commas);
	else if (extent.depth > JSON_MAX_DEPTH)
		rvo_fault_add(faults, "", FAULT_TOO_DEEP);
	else if (!rvo_json_is_loadable(text))
		note_unreadable(text, faults);
	else
		delivery->body = rvo_json_parse(text);
	if (delivery->body == NULL)
		return false;
	if (JB_ROOT_IS_SCALAR(delivery->body))
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
	else if (JB_ROOT_IS_ARRAY(delivery->body) && JB_ROOT_COUNT(delivery->body) > DELIVERY_ITEMS_MAX)
		rvo_fault_add_limit(faults, "", FAULT_TOO_MANY, DELIVERY_ITEMS_MAX, JB_ROOT_COUNT(delivery->body));
	return faults->count == 0;
}

/* rvo_object_key returns what an object is found by, in the current context. */
Slice
rvo_object_key(Slice account, Slice object_id)
{
	return rvo_slice(psprintf("%.*s %.*s", account.len, account.data != NULL ? account.data : "", object_id.len, object_id.data));
}

/* note_address notes the address of an object; of several the last in time counts. */
static void
note_address(Delivery *delivery, SliceMap *known, JsonbContainer *item)
{
	const Platform *platform = delivery->platform;
	PlatformAddress found = {0};
	NullableTime at = {0};
	Slice		shown;
	bool		was_known;
	int64	   *place;

	found.address = rvo_delivery_address(rvo_item_text(item, platform->value_path));
	for (const MemberRule *rule = platform->members; rule->member != FROM_END; rule++)
	{
		if (rule->member == FROM_OBJECT)
			found.object_id = rvo_item_text(item, rule->path);
		else if (rule->member == FROM_ACCOUNT)
			found.account = rvo_item_text(item, rule->path);
	}
	if (found.address.data == NULL || found.object_id.data == NULL)
		return;
	if (found.account.data == NULL)
		found.account = CONST_SLICE("");
	shown = rvo_item_text(item, platform->time_path);
	if (shown.data != NULL && rvo_event_time_read(shown, &at, &shown))
		found.at = at.time;
	place = rvo_slice_map_put(known, rvo_object_key(found.account, found.object_id), &was_known);
	if (!was_known)
		*place = delivery->nobjects++;
	else if (delivery->objects[*place].at > found.at)
		return;
	delivery->objects[*place] = found;
}

/* give_addresses gives events that have an object only the address that the delivery itself tells of it. */
static void
give_addresses(Delivery *delivery, SliceMap *known)
{
	for (int i = 0; i < delivery->count; i++)
	{
		DeliveredEvent *read = delivery->items[i].event;
		int64	   *place;

		if (read == NULL || read->event.contact_email.data != NULL || read->object_id.data == NULL)
			continue;
		place = rvo_slice_map_find(known, rvo_object_key(read->account, read->object_id));
		if (place != NULL)
			read->event.contact_email = delivery->objects[*place].address;
	}
}

/* kind_of returns what an item calls its kind, in either form; no value if it doesn't. */
static Slice
kind_of(const Platform *platform, JsonbContainer *item)
{
	Slice		kind = rvo_delivery_kind(platform, item);

	return kind.data == NULL && platform->otherwise != NULL ? rvo_delivery_kind(platform->otherwise, item) : kind;
}

/* unwrap returns what an item without a kind was sent on in, by a program in between: {"headers": …, "body": the item}. */
static JsonbValue
unwrap(const Platform *platform, JsonbValue item)
{
	static const Slice names[] = {CONST_SLICE("body"), CONST_SLICE("payload"), CONST_SLICE("data"), CONST_SLICE("event")};
	JsonbContainer *object = item.val.binary.data;
	JsonbValue	inner;

	if (!rvo_json_is_object(object) || kind_of(platform, object).data != NULL)
		return item;
	for (size_t i = 0; i < lengthof(names); i++)
		if (rvo_json_get(object, names[i], &inner) && inner.type == jbvBinary && rvo_json_is_object(inner.val.binary.data) &&
			kind_of(platform, inner.val.binary.data).data != NULL)
			return inner;
	return item;
}

/* item_at returns an item of a delivery: an element of an array, or all of it; false for what is no object or array. */
static bool
item_at(const Delivery *delivery, int at, JsonbValue *item)
{
	JsonbContainer *root = &delivery->body->root;

	*item = (JsonbValue) {.type = jbvBinary};
	item->val.binary.data = root;
	item->val.binary.len = VARSIZE(delivery->body) - VARHDRSZ;
	if (rvo_json_is_array(root))
	{
		JsonbValue *element = getIthJsonbValueFromContainer(root, at);

		if (element == NULL || element->type != jbvBinary)
			return false;
		*item = *element;
	}
	*item = unwrap(delivery->platform, *item);
	return true;
}

/* read_item reads one item; one that has no kind may be of another form. */
static void
read_item(Delivery *delivery, SliceMap *known, JsonbContainer *item, int length, DeliveryItem *read)
{
	const Platform *platform = delivery->platform;

	if (!rvo_json_is_object(item))
		return;
	read->kind = rvo_delivery_kind(platform, item);
	if (read->kind.data == NULL && platform->otherwise != NULL)
	{
		read->kind = rvo_delivery_kind(platform->otherwise, item);
		if (read->kind.data != NULL && (read->event = rvo_delivery_event(platform->otherwise, item, length, read->kind)) != NULL)
			read->event->event.platform = platform->name;
		return;
	}
	if (read->kind.data == NULL)
		return;
	if (platform->address_kind != NULL && rvo_loosely_equal(read->kind, rvo_slice(platform->address_kind)))
		note_address(delivery, known, item);
	else
		read->event = rvo_delivery_event(platform, item, length, read->kind);
}

/* read_items reads all that a body has. */
static void
read_items(Delivery *delivery)
{
	JsonbContainer *root = &delivery->body->root;
	SliceMap   *known;

	delivery->count = rvo_json_is_array(root) ? (int) JsonContainerSize(root) : 1;
	delivery->items = palloc0(Max(delivery->count, 1) * sizeof(DeliveryItem));
	delivery->objects = palloc0(Max(delivery->count, 1) * sizeof(PlatformAddress));
	known = rvo_slice_map_create(delivery->count);
	for (int i = 0; i < delivery->count; i++)
	{
		JsonbValue	item;

		CHECK_FOR_INTERRUPTS();
		if (item_at(delivery, i, &item))
			read_item(delivery, known, item.val.binary.data, item.val.binary.len, &delivery->items[i]);
	}
	give_addresses(delivery, known);
}

/*
 * rvo_delivery_read reads a body, in the current context.  False if it can't be read, with
 * the faults: what is no JSON, neither object nor array, or has too much in it.
 */
bool
rvo_delivery_read(const Platform *platform, Slice body, Delivery *delivery, FaultList *faults)
{
	*delivery = (Delivery) {.platform = platform};
	if (!parse(rvo_delivery_text(body), delivery, faults))
		return false;
	read_items(delivery);
	return true;
}

/* rvo_delivery_secret returns the secret that a delivery has in it, of the first item; no value if it has none. */
Slice
rvo_delivery_secret(const Delivery *delivery)
{
	JsonbValue	item;

	if (delivery->platform->secret_path == NULL || !item_at(delivery, 0, &item))
		return NO_SLICE;
	return rvo_item_text(item.val.binary.data, delivery->platform->secret_path);
}
