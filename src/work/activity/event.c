/*
 * event.c
 *	  The use cases of events: recording one, or those of a list.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/record/known_member.h"
#include "work/activity/event.h"

/* Events of a call: of as many contacts that are made, no array passes the 1 GB that palloc takes. */
#define EVENTS_MAX 1000000

/* ---------------------------------------------------------------- one */

/* One event, and what became of it. */
typedef struct OneEvent
{
	const Caller *caller;
	JsonbContainer *body;
	EventOutcome outcome;
} OneEvent;

static const NeutralEvent *
read_one(void *arg, int i pg_attribute_unused(), FaultList *faults)
{
	const OneEvent *one = arg;

	return rvo_neutral_event_read(one->caller, one->body, faults);
}

/* raise_or_keep keeps what became of the event.  Raises what is wrong with it: nothing was written for it. */
static void
raise_or_keep(void *arg, int i pg_attribute_unused(), const EventOutcome *outcome)
{
	OneEvent   *one = arg;

	rvo_members_refuse(one->caller, outcome->failure, &outcome->faults);
	one->outcome = *outcome;
}

/* rvo_event_answer makes what is shown of an event that was recorded, now or before. */
JsonbValue
rvo_event_answer(const EventOutcome *outcome)
{
	JsonObject	object = rvo_json_open(3);

	rvo_json_put(&object, CONST_SLICE("contact_id"),
				 outcome->contact_id != 0 ? rvo_json_integer(outcome->contact_id) : rvo_json_null());
	rvo_json_put(&object, CONST_SLICE("duplicate"), rvo_json_boolean(outcome->status == 200));
	rvo_json_put(&object, CONST_SLICE("email_id"),
				 outcome->email_id != 0 ? rvo_json_integer(outcome->email_id) : rvo_json_null());
	return rvo_json_close(&object);
}

/*
 * rvo_event_record records an event for a client and returns the answer, in the current
 * context; is_new, where it is not NULL, tells whether it had not been recorded before.  body is NULL for SQL's NULL.
 */
Jsonb *
rvo_event_record(const Caller *caller, Jsonb *body, bool *is_new)
{
	OneEvent	one = {.caller = caller, .body = rvo_json_root(body)};
	JsonbValue	answer;

	rvo_events_run(caller, &(EventSource) {1, read_one, raise_or_keep, &one});
	if (is_new != NULL)
		*is_new = one.outcome.status == 201;
	answer = rvo_event_answer(&one.outcome);
	return rvo_json_encode(&answer);
}

/* ---------------------------------------------------------------- many */

/* find_broken returns why an item could not be read; NULL if it could. */
static const BrokenItem *
find_broken(const BrokenItems *broken, int index)
{
	int			low = 0;
	int			high = broken->count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (broken->items[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < broken->count && broken->items[low].index == index ? &broken->items[low] : NULL;
}

/* body_of returns the body of an item; NULL if it is no object, and holds none as text. */
static JsonbContainer *
body_of(const EventList *list, int i)
{
	JsonbValue *item = getIthJsonbValueFromContainer(list->items, i);

	if (item->type == jbvBinary)
		return item->val.binary.data;
	return rvo_json_is_encoded(item) ? &JsonbValueToJsonb(item)->root : NULL;
}

static const NeutralEvent *
read_item(void *arg, int i, FaultList *faults)
{
	EventList  *list = arg;
	const BrokenItem *broken = find_broken(&list->broken, i);

	if (list->mode == BATCH_ATOMIC)
	{
		faults->number_name = list->number_name;
		faults->number = list->first_number + i;
	}
	if (broken == NULL)
		return rvo_neutral_event_read(list->caller, body_of(list, i), faults);
	rvo_batch_note_broken(broken, faults);
	return NULL;
}

/* gather adds the faults of an item to those of all. */
static void
gather(EventList *list, const EventOutcome *outcome)
{
	MemoryContext caller = MemoryContextSwitchTo(list->context);

	if (list->faults.count == 0 || outcome->status < rvo_failure_http_status(list->failure))
		list->failure = outcome->failure;
	rvo_fault_add_all(&list->faults, &outcome->faults);
	MemoryContextSwitchTo(caller);
}

static void
hand_out(void *arg, int i, const EventOutcome *outcome)
{
	EventList  *list = arg;

	if (list->mode == BATCH_ATOMIC && outcome->faults.count > 0)
		gather(list, outcome);
	list->sink(list->sink_arg, list->first_number + i, outcome);
}

/* check_count refuses a list that has too many. */
static void
check_count(const EventList *list)
{
	FaultList	faults = {0};
	int			n = JsonContainerSize(list->items);

	if (n > EVENTS_MAX)
		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, EVENTS_MAX, n);
	rvo_members_refuse(list->caller, FAILURE_INVALID_REQUEST, &faults);
}

/* rvo_event_record_list records the events of a list.  Raises, in BATCH_ATOMIC, if there is any fault. */
void
rvo_event_record_list(EventList *list)
{
	check_count(list);
	list->context = CurrentMemoryContext;
	rvo_events_run(list->caller, &(EventSource) {JsonContainerSize(list->items), read_item, hand_out, list});
	rvo_members_refuse(list->caller, list->failure, &list->faults);
}
