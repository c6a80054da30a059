/*
 * delivery.c
 *	  A delivery of a sending platform: its items, as events.
 *
 * An object is one item, an array has many; what of it is no object, or is of a
 * kind that we have no use for, is an item without an event.  What a program in between
 * put around it is taken off first.  No table is asked.
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

/* So many programs in between are looked through. */
#define WRAPPERS_MAX 3

/* note_unreadable notes why a text can't be read as JSON. */
static void
note_unreadable(Slice text, FaultList *faults)
{
	int			offset;
	FaultCode	flaw = rvo_json_find_flaw(text, 0, &offset);
	TextPlace	place = rvo_text_place(text, offset);

	rvo_fault_add_place(faults, "", flaw, place.line, place.column, -1);
}

/* parse reads JSON, as a value; no value, with the faults, for what is none, neither object nor array, or too much. */
static JsonbValue
parse(Slice text, FaultList *faults)
{
	JsonExtent	extent = rvo_json_measure(text, 0);
	JsonbValue	value = {.type = jbvNull};
	Jsonb	   *json;

	if (extent.containers > JSON_MAX_CONTAINERS)
		rvo_fault_add_limit(faults, "", FAULT_TOO_MANY, JSON_MAX_CONTAINERS, extent.containers);
	else if (extent.commas > DELIVERY_COMMAS_MAX)
		rvo_fault_add_limit(faults, "", FAULT_TOO_MANY, DELIVERY_COMMAS_MAX, extent.commas);
	else if (extent.depth > JSON_MAX_DEPTH)
		rvo_fault_add(faults, "", FAULT_TOO_DEEP);
	else if (!rvo_json_is_loadable(text))
		note_unreadable(text, faults);
	if (faults->count > 0)
		return value;
	json = rvo_json_parse(text);
	if (JB_ROOT_IS_SCALAR(json))
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
	else
	{
		value.type = jbvBinary;
		value.val.binary.data = &json->root;
		value.val.binary.len = VARSIZE(json) - VARHDRSZ;
	}
	return value;
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

/* has_kind tells whether an object, or the first of an array, calls its kind. */
static bool
has_kind(const Platform *platform, JsonbContainer *container)
{
	JsonbValue *first = rvo_json_is_array(container) ? getIthJsonbValueFromContainer(container, 0) : NULL;

	if (first != NULL && first->type == jbvBinary)
		container = first->val.binary.data;
	return rvo_json_is_object(container) && kind_of(platform, container).data != NULL;
}

/* read_text reads the JSON that a text is, as a value; the text itself if it is none. */
static JsonbValue
read_text(const JsonbValue *text)
{
	FaultList	faults = {0};
	JsonbValue	value = parse(rvo_json_string(text), &faults);

	return value.type == jbvBinary ? value : *text;
}

/*
 * unwrap returns what a value without a kind was sent on in, by programs in between: {"headers": …, "body": it}, which
 * may be JSON or a text of it; up to depth of them.  Of an array that is looked for in an only object.
 */
static JsonbValue
unwrap(const Platform *platform, JsonbValue value, int depth)
{
	static const Slice names[] = {CONST_SLICE("body"), CONST_SLICE("payload"), CONST_SLICE("data"), CONST_SLICE("event")};
	JsonbContainer *object = value.val.binary.data;
	JsonbValue	inner;

	if (depth == 0 || has_kind(platform, object))
		return value;
	if (rvo_json_is_array(object) && JsonContainerSize(object) == 1)
	{
		inner = *getIthJsonbValueFromContainer(object, 0);
		object = inner.type == jbvBinary ? inner.val.binary.data : NULL;
	}
	for (size_t i = 0; object != NULL && rvo_json_is_object(object) && i < lengthof(names); i++)
	{
		if (!rvo_json_get(object, names[i], &inner))
			continue;
		if (inner.type == jbvString)
			inner = read_text(&inner);
		if (inner.type == jbvBinary)
			inner = unwrap(platform, inner, depth - 1);
		if (inner.type == jbvBinary && has_kind(platform, inner.val.binary.data))
			return inner;
	}
	return value;
}

/* item_at returns an item of a delivery: an element of an array, or all of it; false for what is no object or array. */
static bool
item_at(const Delivery *delivery, int at, JsonbValue *item)
{
	*item = delivery->body;
	if (rvo_json_is_array(item->val.binary.data))
	{
		JsonbValue *element = getIthJsonbValueFromContainer(item->val.binary.data, at);

		if (element == NULL || element->type != jbvBinary)
			return false;
		*item = unwrap(delivery->platform, *element, WRAPPERS_MAX);
	}
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
	SliceMap   *known;

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
	JsonbContainer *root;

	*delivery = (Delivery) {.platform = platform, .body = parse(rvo_delivery_text(body), faults)};
	if (faults->count > 0)
		return false;
	delivery->body = unwrap(platform, delivery->body, WRAPPERS_MAX);
	root = delivery->body.val.binary.data;
	delivery->count = rvo_json_is_array(root) ? (int) JsonContainerSize(root) : 1;
	if (delivery->count > DELIVERY_ITEMS_MAX)
	{
		rvo_fault_add_limit(faults, "", FAULT_TOO_MANY, DELIVERY_ITEMS_MAX, delivery->count);
		return false;
	}
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
