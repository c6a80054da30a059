/*
 * webhook_deliver.c
 *	  A delivery over HTTP: checked, read, recorded and counted.
 *
 * All of it is one transaction, in which an item that can't be recorded keeps no other
 * from it.  Platforms switch a webhook off that answers with errors: what
 * could be read at all is answered with 200, whatever we make of it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/service/store_lock.h"
#include "store/service/store_webhook_object.h"
#include "value/sha256.h"
#include "work/activity/event_batch.h"
#include "work/activity/webhook_deliver.h"
#include "work/activity/webhook_note.h"
#include "work/activity/webhook_read.h"
#include "work/activity/webhook_route.h"
#include "work/caller/auth.h"
#include "work/caller/client_state.h"
#include "work/contact/suppression.h"

/* A delivery under way. */
typedef struct Work
{
	const Delivery *delivery;
	DeliveryClients clients;
	DeliveryCounts counts;
	WebhookResult *result;
	MemoryContext context;		/* of all these */
	int		   *items;			/* the events of the client whose turn it is, as positions of items */
	int			nitems;
} Work;

/* find_webhook finds the webhook of a path.  Raises FAILURE_WEBHOOK_NOT_FOUND, also for one of another platform. */
static Webhook
find_webhook(const WebhookRequest *request)
{
	uint8		sha256[PG_SHA256_DIGEST_LENGTH];
	Webhook		webhook;

	rvo_sha256(&request->token, 1, sha256);
	if (!rvo_store_find_webhook((Slice) {(const char *) sha256, sizeof(sha256)}, &webhook) ||
		!rvo_slice_equal(webhook.platform, request->platform) || (webhook.agency_id != 0) != request->global)
		rvo_failure_raise_one(FAILURE_WEBHOOK_NOT_FOUND, "token", FAULT_NOT_FOUND);
	return webhook;
}

/* refuse answers a delivery as a whole: not with an error, or it would not be counted. */
static void
refuse(const Webhook *webhook, int status, const char *outcome, WebhookResult *result)
{
	DeliveryCounts counts = {0};

	result->status = status;
	rvo_delivery_count(&counts, "delivery", NO_SLICE);
	rvo_delivery_count(&counts, outcome, NO_SLICE);
	rvo_delivery_counts_write(webhook, &counts);
}

/* deny answers a delivery that does not show the secret. */
static void
deny(const Webhook *webhook, const char *where, WebhookResult *result)
{
	rvo_fault_add(&result->faults, where, FAULT_INVALID_SIGNATURE);
	refuse(webhook, 401, "unauthorized", result);
}

static Slice
kind_of(const DeliveredEvent *read)
{
	return rvo_event_kinds[read->event.kind];
}

/* leave_erased leaves out objects whose address was erased, and returns how many are left. */
static int
leave_erased(const Caller *caller, WebhookObject **objects, int n)
{
	Slice	   *emails = palloc(n * sizeof(Slice));
	bool	   *erased = palloc(n * sizeof(bool));
	int			left = 0;

	for (int i = 0; i < n; i++)
		emails[i] = objects[i]->email;
	rvo_suppressions_by_erasure(caller, emails, n, erased);
	for (int i = 0; i < n; i++)
		if (!erased[i])
			objects[left++] = objects[i];
	return left;
}

/* note_addresses keeps the addresses that the platform told of contacts of a client. */
static void
note_addresses(const Work *work, const Caller *caller)
{
	const Delivery *delivery = work->delivery;
	WebhookObject **objects = palloc(Max(delivery->nobjects, 1) * sizeof(WebhookObject *));
	int			n = 0;

	for (int i = 0; i < delivery->nobjects; i++)
		if (work->clients.of_object[i] == caller->client_id)
		{
			WebhookObject *object = palloc0(sizeof(WebhookObject));

			object->account = delivery->objects[i].account;
			object->object_id = delivery->objects[i].object_id;
			object->email = delivery->objects[i].address;
			object->noted_at = (NullableTime) {true, delivery->objects[i].at};
			objects[n++] = object;
		}
	if (n == 0)
		return;
	rvo_store_line_up_addresses(caller->client_id, false);
	n = leave_erased(caller, objects, n);
	if (n > 0)
		rvo_store_note_webhook_objects(caller->client_id, objects, n);
}

/* gather_events lists the events of a client that are somebody's; the others are ignored. */
static void
gather_events(Work *work, int client_id)
{
	const Delivery *delivery = work->delivery;
	DeliveredEvent **events = palloc(Max(delivery->count, 1) * sizeof(DeliveredEvent *));
	int			n = 0;

	for (int i = 0; i < delivery->count; i++)
		if (work->clients.of_item[i] == client_id && delivery->items[i].event != NULL)
			events[n++] = delivery->items[i].event;
	rvo_webhook_find_contacts(client_id, events, n);
	work->nitems = 0;
	for (int i = 0; i < delivery->count; i++)
	{
		const DeliveredEvent *read = delivery->items[i].event;

		if (work->clients.of_item[i] != client_id || read == NULL)
			continue;
		if (read->event.contact_email.data != NULL)
			work->items[work->nitems++] = i;
		else
		{
			work->result->ignored++;
			rvo_delivery_count(&work->counts, "ignored", delivery->items[i].kind);
		}
	}
}

/* read_event gives an event to whoever records it. */
static const NeutralEvent *
read_event(void *arg, int i, FaultList *faults)
{
	const Work *work = arg;
	NeutralEvent *event = palloc(sizeof(NeutralEvent));

	faults->number_name = "index";
	faults->number = work->items[i];
	*event = work->delivery->items[work->items[i]].event->event;
	rvo_neutral_event_fit(event, faults);
	return event;
}

/* note_outcome notes what became of an event. */
static void
note_outcome(void *arg, int i, const EventOutcome *outcome)
{
	Work	   *work = arg;
	MemoryContext caller = MemoryContextSwitchTo(work->context);
	Slice		kind = kind_of(work->delivery->items[work->items[i]].event);

	if (outcome->faults.count > 0)
	{
		rvo_fault_add_all(&work->result->errors, &outcome->faults);
		rvo_delivery_count(&work->counts, "error", kind);
	}
	else if (outcome->status == 201)
	{
		work->result->processed++;
		rvo_delivery_count(&work->counts, "processed", kind);
	}
	else
	{
		work->result->duplicates++;
		rvo_delivery_count(&work->counts, "duplicate", kind);
	}
	MemoryContextSwitchTo(caller);
}

/* record_events records the events of the client as whom it works. */
static void
record_events(void *arg)
{
	Work	   *work = arg;
	Claim		claim = rvo_auth_claim_of_call();
	Caller		caller = rvo_auth_caller(&claim);

	note_addresses(work, &caller);
	gather_events(work, caller.client_id);
	if (work->nitems > 0)
		rvo_events_run(&caller, &(EventSource) {work->nitems, read_event, note_outcome, work});
}

/* count_others counts the items that are no event, or of no client. */
static void
count_others(Work *work)
{
	const Delivery *delivery = work->delivery;

	for (int i = 0; i < delivery->count; i++)
	{
		if (delivery->items[i].event != NULL && work->clients.of_item[i] != 0)
			continue;
		work->result->ignored++;
		if (delivery->items[i].event != NULL)
			rvo_delivery_count(&work->counts, "unrouted", kind_of(delivery->items[i].event));
		else
			rvo_delivery_count(&work->counts, "ignored", delivery->items[i].kind);
	}
}

/* record does what a delivery says, and counts it. */
static void
record(const Webhook *webhook, const WebhookRequest *request, const Delivery *delivery, WebhookResult *result)
{
	Work		work = {
		.delivery = delivery, .result = result, .context = CurrentMemoryContext,
		.clients = rvo_webhook_route(webhook, delivery),
		.items = palloc(Max(delivery->count, 1) * sizeof(int)),
	};

	for (int i = 0; i < work.clients.count; i++)
	{
		Claim		claim = {.client_id = work.clients.ids[i]};

		rvo_auth_work_as(&claim, record_events, &work);
	}
	count_others(&work);
	rvo_delivery_count(&work.counts, "delivery", NO_SLICE);
	if (result->errors.count > 0)
		rvo_delivery_keep(webhook, request->body, &result->errors);
	rvo_delivery_counts_write(webhook, &work.counts);
	result->status = 200;
}

/*
 * rvo_webhook_deliver takes a delivery, and tells what became of it.  Raises
 * FAILURE_WEBHOOK_NOT_FOUND for a token that is none, FAILURE_CLIENT_MOVING and FAILURE_CLIENT_MOVED,
 * and what recording events raises.
 */
void
rvo_webhook_deliver(const WebhookRequest *request, WebhookResult *result)
{
	Webhook		webhook = find_webhook(request);
	Delivery	delivery;
	const char *missing = rvo_webhook_check_octets(&webhook, request);

	*result = (WebhookResult) {0};
	if (webhook.client_id != 0)
		rvo_client_begin_write(webhook.client_id);	/* what is refused is counted, too */
	if (missing == NULL && !rvo_delivery_read(rvo_platform_find(webhook.platform), rvo_json_root(webhook.labels), request->body, &delivery, &result->faults))
	{
		rvo_delivery_keep(&webhook, request->body, &result->faults);
		refuse(&webhook, 400, "unreadable", result);
		return;
	}
	if (missing == NULL)
		missing = rvo_webhook_check_body(&webhook, &delivery);
	if (missing != NULL)
		deny(&webhook, missing, result);
	else
		record(&webhook, request, &delivery, result);
}
