/*
 * event_batch.c
 *	  Recording events: the order of steps.
 *
 * Events are recorded in chunks.  Of a chunk, the contacts are found or made, and locked in
 * the order of their ids; then what else there is is found (event_find.c), everything follows in memory
 * (event_effect.c), and what differs is written (event_write.c).  That is a
 * subtransaction; if somebody else was faster, it is undone and done again.
 *
 * Several chunks would lock the contacts of the first and wait for those of the second.  So if there
 * are several, the companies and contacts of all are locked before, and new campaigns made: the events are read
 * once more for that.  The rows of campaigns are what all calls share, so
 * their counters are written at the end; behind them only the do-not-contact list.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_violation.h"
#include "work/activity/event_batch.h"
#include "work/activity/event_effect.h"
#include "work/activity/event_find.h"
#include "work/activity/event_people.h"
#include "work/activity/event_write.h"
#include "work/contact/do_not_contact.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* Events that are worked on together. */
#define CHUNK 10000

/* A time that is further ahead than this is no time of an event: it counts as not given. */
#define AHEAD_MAX USECS_PER_DAY

/* All events of a call. */
typedef struct EventRun
{
	const Caller *caller;
	const EventSource *source;
	EventSalt	salt;
	TimestampTz now;
	SliceMap   *by_id;			/* campaigns of all chunks, counted from 1 */
	Campaign  **campaigns;
	int			ncampaigns;
	int			capacity;
	DoNotContactEntry *suppressed;	/* by all chunks */
	int			nsuppressed;
	int			suppressed_capacity;
	MemoryContext context;		/* of these */
} EventRun;

/* ---------------------------------------------------------------- events */

/* begin_item makes an item of an event. */
static void
begin_item(const EventRun *run, EventItem *item, const NeutralEvent *event, EventOutcome *outcome)
{
	*item = (EventItem) {.event = event, .outcome = outcome};
	item->timed = event->at.given && event->at.time <= run->now + AHEAD_MAX;
	item->at = item->timed ? event->at.time : run->now;
	if (event->contact_id != 0)
		return;
	item->address = event->contact_email;
	item->own_key = rvo_event_key(&run->salt, item->address, event);
}

/* ---------------------------------------------------------------- campaigns */

/* campaign_of returns the campaign of all chunks that one of a chunk is. */
static Campaign *
campaign_of(EventRun *run, const Campaign *campaign)
{
	bool		found;
	Campaign   *copy;
	int64	   *place = rvo_slice_map_find(run->by_id, rvo_octets_of_id(&campaign->id));

	if (place != NULL)
		return run->campaigns[*place - 1];
	if (run->ncampaigns == run->capacity)
	{
		run->capacity *= 2;
		run->campaigns = repalloc_huge(run->campaigns, run->capacity * sizeof(Campaign *));
	}
	copy = palloc0(sizeof(Campaign));
	copy->id = campaign->id;
	copy->platform = (Slice) {rvo_slice_cstring(campaign->platform), campaign->platform.len};
	copy->campaign_id = (Slice) {rvo_slice_cstring(campaign->campaign_id), campaign->campaign_id.len};
	run->campaigns[run->ncampaigns++] = copy;
	*rvo_slice_map_put(run->by_id, rvo_octets_of_id(&copy->id), &found) = run->ncampaigns;
	return copy;
}

/* add_counts adds counters. */
static void
add_counts(CampaignCounts *counts, const CampaignCounts *more)
{
	counts->contacts += more->contacts;
	counts->contacts_replied += more->contacts_replied;
	counts->contacts_interested += more->contacts_interested;
	counts->sent += more->sent;
	counts->replied += more->replied;
	counts->auto_replied += more->auto_replied;
	counts->bounced += more->bounced;
	counts->unsubscribed += more->unsubscribed;
}

/* keep_campaigns adds what a chunk counted to what is written at the end. */
static void
keep_campaigns(EventRun *run, const EventChunk *chunk)
{
	MemoryContext caller = MemoryContextSwitchTo(run->context);

	for (int i = 0; i < chunk->ncampaigns; i++)
	{
		const Campaign *more = chunk->campaigns[i];
		Campaign   *campaign;

		if (!more->first_event_at.given)
			continue;			/* nothing of it is new */
		campaign = campaign_of(run, more);
		add_counts(&campaign->counts, &more->counts);
		rvo_earliest(&campaign->first_event_at, more->first_event_at.time);
		rvo_latest(&campaign->last_event_at, more->last_event_at.time);
		if (more->named_at.given &&
			(!campaign->named_at.given || more->named_at.time > campaign->named_at.time ||
			 (more->named_at.time == campaign->named_at.time &&
			  rvo_slice_compare(&more->campaign_name, &campaign->campaign_name) > 0)))
		{
			campaign->named_at = more->named_at;
			campaign->campaign_name = (Slice) {rvo_slice_cstring(more->campaign_name), more->campaign_name.len};
		}
	}
	MemoryContextSwitchTo(caller);
}

/* keep_suppressed adds the addresses that a chunk has for the do-not-contact list. */
static void
keep_suppressed(EventRun *run, const EventChunk *chunk)
{
	MemoryContext caller = MemoryContextSwitchTo(run->context);

	for (int i = 0; i < chunk->nsuppressed; i++)
	{
		DoNotContactEntry entry = chunk->suppressed[i];

		if (run->nsuppressed == run->suppressed_capacity)
		{
			run->suppressed_capacity *= 2;
			run->suppressed = repalloc_huge(run->suppressed, run->suppressed_capacity * sizeof(DoNotContactEntry));
		}
		entry.email.data = rvo_slice_cstring(entry.email);
		run->suppressed[run->nsuppressed++] = entry;
	}
	MemoryContextSwitchTo(caller);
}

static int
by_id(const void *a, const void *b)
{
	int64		x = (*(Campaign *const *) a)->id;
	int64		y = (*(Campaign *const *) b)->id;

	return (x > y) - (x < y);
}

/* write_campaigns writes the counters, in the order of ids. */
static void
write_campaigns(EventRun *run)
{
	qsort(run->campaigns, run->ncampaigns, sizeof(Campaign *), by_id);
	if (run->ncampaigns > 0)
		rvo_store_add_to_campaigns(run->caller->client_id, run->campaigns, run->ncampaigns);
}

/* ---------------------------------------------------------------- a chunk */

/* reset makes a chunk as it was before an attempt. */
static void
reset(EventChunk *chunk)
{
	rvo_event_people_begin(chunk, chunk->nitems);
	chunk->overtaken = false;
	chunk->nkeys = chunk->npairs = chunk->npeople = chunk->ncampaigns = chunk->nsuppressed = 0;
	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		item->subject = NULL;
		item->key = NULL;
		item->pair = NULL;
		*item->outcome = (EventOutcome) {
			.status = 200,
			.faults = {.number_name = item->outcome->faults.number_name, .number = item->outcome->faults.number},
		};
		rvo_event_people_add(chunk, item);
	}
}

/* attempt records a chunk, in a subtransaction. */
static void
attempt(void *arg, bool again pg_attribute_unused())
{
	EventChunk *chunk = arg;

	reset(chunk);
	rvo_event_people_find(chunk);
	rvo_event_find_companies(chunk);
	rvo_event_people_read(chunk);
	rvo_event_find_all(chunk);
	rvo_event_effects(chunk);
	rvo_event_write(chunk);
}

/* What try_chunk tries. */
typedef struct Recording
{
	EventChunk *chunk;
	ErrorData  *error;
} Recording;

static bool
try_chunk(void *arg)
{
	Recording  *recording = arg;

	recording->error = rvo_attempt_once(attempt, recording->chunk);
	if (recording->error == NULL)
		return true;
	if (!recording->chunk->overtaken || IsolationUsesXactSnapshot())
		rvo_store_check_repeatable(recording->error);
	return false;
}

/* record records events, of which there is one at least, in the current context. */
static void
record(EventRun *run, EventItem *items, int n)
{
	EventChunk	chunk = {.caller = run->caller, .salt = &run->salt, .now = run->now, .items = items, .nitems = n};
	Recording	recording = {&chunk, NULL};

	if (!rvo_retry(try_chunk, &recording))
		ReThrowError(recording.error);
	keep_campaigns(run, &chunk);
	keep_suppressed(run, &chunk);
	for (int i = 0; i < n; i++)
		if (items[i].outcome->faults.count > 0)
			items[i].outcome->status = rvo_failure_http_status(items[i].outcome->failure);
}

/* read_event reads an event; NULL if it has faults, which the outcome tells then. */
static const NeutralEvent *
read_event(const EventRun *run, int i, EventOutcome *outcome)
{
	const NeutralEvent *event;

	*outcome = (EventOutcome) {.failure = FAILURE_INVALID_REQUEST, .status = 400};
	event = run->source->read(run->source->arg, i, &outcome->faults);
	return outcome->faults.count > 0 ? NULL : event;
}

/* run_chunk reads and records events from the first-th on, and shows what became of them. */
static void
run_chunk(EventRun *run, int first, int n)
{
	EventOutcome *outcomes = palloc(n * sizeof(EventOutcome));
	EventItem  *items = palloc(n * sizeof(EventItem));
	int			nitems = 0;

	for (int i = 0; i < n; i++)
	{
		const NeutralEvent *event = read_event(run, first + i, &outcomes[i]);

		CHECK_FOR_INTERRUPTS();
		if (event != NULL)
			begin_item(run, &items[nitems++], event, &outcomes[i]);
	}
	if (nitems > 0)
		record(run, items, nitems);
	for (int i = 0; i < n; i++)
		run->source->sink(run->source->arg, first + i, &outcomes[i]);
}

/* ---------------------------------------------------------------- several chunks */

/* The first events of all contacts, companies and campaigns. */
typedef struct Gathering
{
	EventRun   *run;
	MemoryContext context;		/* of these */
	SliceMap   *seen;			/* ids, addresses, companies and campaigns, each behind a letter for what it is */
	EventItem  *items;
	int			count;
	int			capacity;
	EventChunk	chunk;			/* these as events that are locked together */
	ErrorData  *error;			/* that undid it */
} Gathering;

/* is_first tells whether nothing of this name was there before, and keeps it. */
static bool
is_first(Gathering *gathering, char kind, Slice name)
{
	char	   *octets = palloc(name.len + 1);
	Slice		key = {octets, name.len + 1};
	char	   *kept;
	bool		found;

	octets[0] = kind;
	memcpy(octets + 1, name.data, name.len);
	if (rvo_slice_map_find(gathering->seen, key) != NULL)
		return false;
	kept = MemoryContextAlloc(gathering->context, key.len);
	memcpy(kept, octets, key.len);
	(void) rvo_slice_map_put(gathering->seen, (Slice) {kept, key.len}, &found);
	return true;
}

/* copy copies a text of an event, if it has it. */
static Slice
copy(Slice text)
{
	return text.data != NULL ? (Slice) {rvo_slice_cstring(text), text.len} : NO_SLICE;
}

/* gather keeps what an event says of whom it is, of their company and its campaign, if one of these was not there before. */
static void
gather(Gathering *gathering, const NeutralEvent *event)
{
	bool		first = event->contact_id != 0 ? is_first(gathering, 'i', rvo_slice(psprintf(INT64_FORMAT, event->contact_id))) :
		is_first(gathering, 'a', event->contact_email);
	MemoryContext caller;
	NeutralEvent *kept;
	EventItem  *item;

	if (event->company.data != NULL)
		first |= is_first(gathering, 'c', event->company);
	if (event->campaign_id.data != NULL)
		first |= is_first(gathering, 'k', rvo_event_campaign_name(event));
	if (!first)
		return;
	caller = MemoryContextSwitchTo(gathering->context);
	if (gathering->count == gathering->capacity)
	{
		gathering->capacity *= 2;
		gathering->items = repalloc_huge(gathering->items, gathering->capacity * sizeof(EventItem));
	}
	item = &gathering->items[gathering->count++];
	begin_item(gathering->run, item, event, NULL);
	kept = palloc(sizeof(NeutralEvent));
	*kept = (NeutralEvent) {.contact_id = event->contact_id, .company = copy(event->company), .platform = copy(event->platform), .campaign_id = copy(event->campaign_id)};
	if (event->contact_id == 0)
		kept->contact_email = copy(event->contact_email);
	item->event = kept;
	item->address = kept->contact_email;
	MemoryContextSwitchTo(caller);
}

/* gather_all reads all events to see whose they are. */
static void
gather_all(Gathering *gathering)
{
	const EventRun *run = gathering->run;
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext event_context = AllocSetContextCreate(caller, "revyops event", ALLOCSET_DEFAULT_SIZES);

	MemoryContextSwitchTo(event_context);
	for (int i = 0; i < run->source->count; i++)
	{
		EventOutcome outcome;
		const NeutralEvent *event = read_event(run, i, &outcome);

		CHECK_FOR_INTERRUPTS();
		if (event != NULL)
			gather(gathering, event);
		MemoryContextReset(event_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(event_context);
}

/* lock_gathered makes and locks the contacts, before them the companies, and behind them campaigns that are new, in a subtransaction. */
static void
lock_gathered(void *arg, bool again pg_attribute_unused())
{
	Gathering  *gathering = arg;
	EventChunk *chunk = &gathering->chunk;

	*chunk = (EventChunk) {.caller = gathering->run->caller, .items = gathering->items, .nitems = gathering->count};
	rvo_event_people_begin(chunk, gathering->count);
	for (int i = 0; i < gathering->count; i++)
	{
		gathering->items[i].subject = NULL;
		gathering->items[i].next = NULL;
		rvo_event_people_add(chunk, &gathering->items[i]);
	}
	rvo_event_people_find(chunk);
	rvo_event_find_companies(chunk);
	rvo_event_people_lock(chunk);
	rvo_event_find_campaigns(chunk);
}

static bool
try_lock(void *arg)
{
	Gathering  *gathering = arg;

	gathering->error = rvo_attempt_once(lock_gathered, gathering);
	if (gathering->error != NULL && !(gathering->chunk.overtaken && !IsolationUsesXactSnapshot()))
		rvo_store_check_repeatable(gathering->error);
	return gathering->error == NULL;
}

/*
 * lock_all locks the contacts of all events, and the companies and new campaigns that they name.  One that changes
 * hands meanwhile is found again by its chunk.
 */
static void
lock_all(EventRun *run)
{
	MemoryContext caller = CurrentMemoryContext;
	Gathering	gathering = {
		.run = run,
		.context = AllocSetContextCreate(caller, "revyops contacts of events", ALLOCSET_DEFAULT_SIZES),
		.capacity = CHUNK,
	};

	MemoryContextSwitchTo(gathering.context);
	gathering.seen = rvo_slice_map_create(CHUNK);
	gathering.items = palloc(CHUNK * sizeof(EventItem));
	gather_all(&gathering);
	if (gathering.count > 0 && !rvo_retry(try_lock, &gathering))
		ReThrowError(gathering.error);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(gathering.context);
}

/* ---------------------------------------------------------------- from outside */

/* rvo_events_run records events for a client, and shows the source what became of each. */
void
rvo_events_run(const Caller *caller, const EventSource *source)
{
	MemoryContext context = CurrentMemoryContext;
	MemoryContext chunk_context;
	EventRun	run = {
		.caller = caller,
		.source = source,
		.now = GetCurrentTransactionStartTimestamp(),
		.context = context,
		.capacity = 64,
		.suppressed_capacity = 64,
	};

	if (source->count == 0)
		return;
	rvo_field_rules_load(caller, CONTACT_ENTITY);
	run.salt = rvo_store_event_salt(caller->client_id);
	run.by_id = rvo_slice_map_create(64);
	run.campaigns = palloc(run.capacity * sizeof(Campaign *));
	run.suppressed = palloc(run.suppressed_capacity * sizeof(DoNotContactEntry));
	chunk_context = AllocSetContextCreate(context, "revyops events", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(chunk_context);
	if (source->count > CHUNK)
		lock_all(&run);
	for (int done = 0; done < source->count; done += CHUNK)
	{
		run_chunk(&run, done, Min(CHUNK, source->count - done));
		MemoryContextReset(chunk_context);
	}
	MemoryContextSwitchTo(context);
	write_campaigns(&run);
	if (run.nsuppressed > 0)
		rvo_do_not_contact_add(caller, run.suppressed, run.nsuppressed);
	rvo_field_names_record_noted(caller);
	MemoryContextDelete(chunk_context);
}

/* Events that are at hand. */
typedef struct ListedEvents
{
	NeutralEvent *const *events;
	EventOutcome *outcomes;
	MemoryContext context;		/* of the outcomes */
} ListedEvents;

static const NeutralEvent *
read_listed(void *arg, int i, FaultList *faults)
{
	const ListedEvents *list = arg;
	NeutralEvent *event = palloc(sizeof(NeutralEvent));

	*event = *list->events[i];
	rvo_neutral_event_fit(event, faults);
	return event;
}

static void
keep_outcome(void *arg, int i, const EventOutcome *outcome)
{
	const ListedEvents *list = arg;
	MemoryContext caller = MemoryContextSwitchTo(list->context);

	list->outcomes[i] = *outcome;
	rvo_fault_keep(&list->outcomes[i].faults);
	MemoryContextSwitchTo(caller);
}

/* rvo_events_record records events that are at hand, and are made to fit first; outcomes has one for each. */
void
rvo_events_record(const Caller *caller, NeutralEvent *const *events, int n, EventOutcome *outcomes)
{
	ListedEvents	list = {events, outcomes, CurrentMemoryContext};

	rvo_events_run(caller, &(EventSource) {n, read_listed, keep_outcome, &list});
}
