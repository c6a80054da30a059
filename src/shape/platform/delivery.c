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
	else if (!rvo_json_is_well_formed(text))
		note_unreadable(text, faults);
	if (faults->count > 0)
		return value;
	json = rvo_json_parse_what_fits(text);
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

/* object_key returns what an object is found by, in the current context. */
static Slice
object_key(Slice account, Slice object_id)
{
	return rvo_slice(psprintf("%.*s %.*s", account.len, account.data != NULL ? account.data : "", object_id.len, object_id.data));
}

/* add_address adds an address to those of its object; of several of one time the greatest counts. */
static void
add_address(Delivery *delivery, SliceMap *known, PlatformAddress *found)
{
	bool		was_known;
	int64	   *first = rvo_slice_map_put(known, object_key(found->account, found->object_id), &was_known);

	found->other = was_known ? *first : -1;
	for (int i = found->other; i >= 0; i = delivery->objects[i].other)
		if (delivery->objects[i].at == found->at)
		{
			if (rvo_slice_compare(&found->address, &delivery->objects[i].address) > 0)
				delivery->objects[i].address = found->address;
			return;
		}
	*first = delivery->nobjects;
	delivery->objects[delivery->nobjects++] = *found;
}

/* note_address notes the address of an object. */
static void
note_address(Delivery *delivery, SliceMap *known, JsonbContainer *item)
{
	const Platform *platform = delivery->platform;
	PlatformAddress found = {0};
	NullableTime at = {0};
	Slice		shown;

	found.address = rvo_delivery_address(rvo_item_text(item, platform->value_path));
	for (const MemberRule *rule = platform->members; rule->member != FROM_END; rule++)
	{
		if (rule->member == FROM_OBJECT)
			found.object_id = rvo_delivery_id(rvo_item_text(item, rule->path));
		else if (rule->member == FROM_ACCOUNT)
			found.account = rvo_delivery_id(rvo_item_text(item, rule->path));
	}
	if (found.address.data == NULL || found.object_id.data == NULL)
		return;
	if (found.account.data == NULL)
		found.account = CONST_SLICE("");
	shown = rvo_item_text(item, platform->time_path);
	if (shown.data != NULL && rvo_event_time_read(shown, &at, &shown))
		found.at = at.time;
	add_address(delivery, known, &found);
}

/*
 * rvo_address_is_nearer tells whether an address that its object has since a time is rather that of an event than the one
 * which the event has: the last before it, or else the first after it.  What has no time is now.
 */
bool
rvo_address_is_nearer(const DeliveredEvent *read, TimestampTz since)
{
	TimestampTz at = read->event.at.given ? read->event.at.time : DT_NOEND;
	TimestampTz other = read->address_since.time;

	if (!read->address_since.given)
		return true;
	if ((since <= at) != (other <= at))
		return since <= at;
	return since <= at ? since > other : since < other;
}

/* give_addresses gives events that have an object only the address that the delivery itself tells of it. */
static void
give_addresses(Delivery *delivery, SliceMap *known)
{
	for (int i = 0; i < delivery->count; i++)
	{
		DeliveredEvent *read = delivery->items[i].event;
		const int64 *first;

		if (read == NULL || read->event.contact_email.data != NULL || read->object_id.data == NULL)
			continue;
		first = rvo_slice_map_find(known, object_key(read->account, read->object_id));
		for (int k = first != NULL ? *first : -1; k >= 0; k = delivery->objects[k].other)
			if (rvo_address_is_nearer(read, delivery->objects[k].at))
			{
				read->event.contact_email = delivery->objects[k].address;
				read->address_since = (NullableTime) {true, delivery->objects[k].at};
			}
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
	static const char *const names[] = {"body", "payload", "data", "event", "json"};
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
		if (!rvo_item_find(object, names[i], &inner))
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

/* add_item adds an item; what is no object stays one without any. */
static void
add_item(Delivery *delivery, const JsonbValue *value, int *capacity)
{
	DeliveryItem *item;

	if (delivery->count == *capacity)
	{
		*capacity = Max(*capacity * 2, 8);
		delivery->items = delivery->items == NULL ? palloc(*capacity * sizeof(DeliveryItem)) :
			repalloc(delivery->items, *capacity * sizeof(DeliveryItem));
	}
	item = &delivery->items[delivery->count++];
	*item = (DeliveryItem) {0};
	if (value->type == jbvBinary && rvo_json_is_object(value->val.binary.data))
	{
		item->object = value->val.binary.data;
		item->length = value->val.binary.len;
	}
}

/* add_each adds an item, or each that an array has. */
static void
add_each(Delivery *delivery, const JsonbValue *value, int *capacity)
{
	JsonbContainer *array = value->type == jbvBinary ? value->val.binary.data : NULL;

	if (array == NULL || !rvo_json_is_array(array))
		add_item(delivery, value, capacity);
	else
		for (uint32 i = 0; i < JsonContainerSize(array); i++)
			add_item(delivery, getIthJsonbValueFromContainer(array, i), capacity);
}

/* add_items adds what a body has; an element of an array may be what items, too, were sent on in. */
static void
add_items(Delivery *delivery, JsonbValue body)
{
	JsonbContainer *root = body.val.binary.data;
	int			capacity = 0;

	if (!rvo_json_is_array(root))
		add_item(delivery, &body, &capacity);
	else
		for (uint32 i = 0; i < JsonContainerSize(root); i++)
		{
			JsonbValue	element = *getIthJsonbValueFromContainer(root, i);

			CHECK_FOR_INTERRUPTS();
			if (element.type != jbvBinary || !rvo_json_is_object(element.val.binary.data))
				add_item(delivery, &element, &capacity);
			else
			{
				element = unwrap(delivery->platform, element, WRAPPERS_MAX);
				add_each(delivery, &element, &capacity);
			}
		}
}

/* read_item reads one item; one that has no kind may be of another form. */
static void
read_item(Delivery *delivery, SliceMap *known, DeliveryItem *item)
{
	const Platform *platform = delivery->platform;

	item->kind = rvo_delivery_kind(platform, item->object);
	if (item->kind.data == NULL && platform->otherwise != NULL)
	{
		item->kind = rvo_delivery_kind(platform->otherwise, item->object);
		if (item->kind.data != NULL && (item->event = rvo_delivery_event(platform->otherwise, delivery->labels, item->object, item->length, item->kind)) != NULL)
			item->event->event.platform = platform->name;
		return;
	}
	if (item->kind.data == NULL)
		return;
	if (platform->address_kind != NULL && rvo_slice_equal(item->kind, rvo_slice(platform->address_kind)))
	{
		if (!rvo_delivery_is_ignored(platform, item->object))
			note_address(delivery, known, item->object);
	}
	else
		item->event = rvo_delivery_event(platform, delivery->labels, item->object, item->length, item->kind);
}

/* read_items reads all that a body has. */
static void
read_items(Delivery *delivery)
{
	SliceMap   *known = rvo_slice_map_create(delivery->count);

	delivery->objects = palloc0(Max(delivery->count, 1) * sizeof(PlatformAddress));
	for (int i = 0; i < delivery->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (delivery->items[i].object != NULL)
			read_item(delivery, known, &delivery->items[i]);
	}
	give_addresses(delivery, known);
}

/*
 * rvo_delivery_read reads a body, in the current context.  False if it can't be read, with
 * the faults: what is no JSON, neither object nor array, or has too much in it.
 */
bool
rvo_delivery_read(const Platform *platform, OwnLabels *labels, Slice body, Delivery *delivery, FaultList *faults)
{
	JsonbValue	value = parse(rvo_delivery_text(body), faults);

	*delivery = (Delivery) {.platform = platform, .labels = labels};
	if (faults->count > 0)
		return false;
	add_items(delivery, unwrap(platform, value, WRAPPERS_MAX));
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
	if (delivery->platform->secret_path == NULL || delivery->count == 0 || delivery->items[0].object == NULL)
		return NO_SLICE;
	return rvo_item_text(delivery->items[0].object, delivery->platform->secret_path);
}
