/*
 * event_keys.c
 *	  Which events are new: their keys are added.
 *
 * An event by address has one key.  One by the id of a contact has several: by the id as it was
 * given, by that of the contact, by its address, and by the ids and addresses of those that were merged into
 * it.  It is the same as before if it was recorded under any of these, and is recorded under
 * all: so it stays the same when the contact gets another address, or becomes
 * another, and is the same as the one by address.  The contact is locked, so that nobody adds any of these in between.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_do_not_contact.h"
#include "store/record/store_merged.h"
#include "work/activity/event_keys.h"
#include "work/contact/suppression.h"

/* Which keys an event may have beside its own, made of these. */
typedef enum MoreKeys
{
	NO_MORE_KEYS,
	IN_CAMPAIGN,				/* of one that was recorded, but not of the campaign that it names now: each that is named counts it once */
	OF_SUPPRESSION				/* of one that says `suppress`: a delivery before may not have said so */
} MoreKeys;

/* is_by_id tells whether an event says of whom it is by an id only. */
static bool
is_by_id(const EventItem *item)
{
	return item->event->contact_id != 0 && item->event->contact_email.data == NULL;
}

/* ---------------------------------------------------------------- who was merged */

static void
read_former(void *arg, int64 kept_id, int64 id, Slice email)
{
	EventChunk *chunk = arg;
	Person	   *person = chunk->people[*rvo_slice_map_find(chunk->people_by_id, rvo_octets_of_id(&kept_id)) - 1];
	Former	   *former = palloc(sizeof(Former));

	*former = (Former) {id, email, person->formers};
	person->formers = former;
	person->nformers++;
}

/* find_formers finds which contacts were merged into those that events by id are of. */
static void
find_formers(EventChunk *chunk)
{
	int64	   *ids = palloc((chunk->npeople + 1) * sizeof(int64));
	int			n = 0;

	for (int i = 0; i < chunk->nitems; i++)
	{
		Person	   *person = rvo_event_person(&chunk->items[i]);

		if (person == NULL || person->by_id || !is_by_id(&chunk->items[i]))
			continue;
		person->by_id = true;
		ids[n++] = person->contact.record.id;
	}
	if (n > 0 && rvo_store_has_merged(chunk->caller->client_id))
		rvo_store_read_merged_into(chunk->caller->client_id, ids, n, read_former, chunk);
}

/* ---------------------------------------------------------------- the keys of an event */

/* hide_erased has an address beside an id kept nowhere if its owner's data was erased. */
static void
hide_erased(EventChunk *chunk)
{
	EventItem **items = palloc(chunk->nitems * sizeof(EventItem *));
	Slice	   *emails = palloc(chunk->nitems * sizeof(Slice));
	bool	   *erased = palloc(chunk->nitems * sizeof(bool));
	int			n = 0;

	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		if (item->event->contact_id == 0 || item->event->contact_email.data == NULL)
			continue;
		emails[n] = item->event->contact_email;
		items[n++] = item;
	}
	rvo_suppressions_by_erasure(chunk->caller, emails, n, erased);
	for (int i = 0; i < n; i++)
		items[i]->hides_address = erased[i];
}

static void
add_value(const EventChunk *chunk, EventItem *item, Slice address)
{
	if (address.data != NULL)
		item->values[item->nvalues++] = rvo_event_key(chunk->salt, address, item->event);
}

/* add_id adds the key by an id; no address is like these. */
static void
add_id(const EventChunk *chunk, EventItem *item, int64 id)
{
	add_value(chunk, item, rvo_slice(psprintf("#" INT64_FORMAT, id)));
}

/*
 * address_of returns the address of an event by id: the one that it says, or that the contact of this id has, or had when it
 * was merged: the e-mail was sent there, whoever has the address by now.
 */
static Slice
address_of(const EventItem *item, const Person *person)
{
	if (!is_by_id(item))
		return item->event->contact_email;
	for (const Former *former = person->formers; former != NULL; former = former->next)
		if (former->id == item->event->contact_id && former->email.data != NULL)
			return former->email;
	return person->contact.email;
}

/* list_values lists the keys of an event. */
static void
list_values(const EventChunk *chunk, EventItem *item)
{
	const Person *person = rvo_event_person(item);

	if (item->event->contact_id == 0)
	{
		item->values = &item->own_key;
		item->nvalues = 1;
		return;
	}
	item->address = address_of(item, person);
	item->values = palloc((3 + 2 * person->nformers) * sizeof(pg_uuid_t));
	item->nvalues = 0;
	if (!is_by_id(item))
	{
		add_value(chunk, item, item->address);
		if (item->hides_address)
			item->address = NO_SLICE;
		return;
	}
	add_id(chunk, item, item->event->contact_id);
	if (person->contact.record.id != item->event->contact_id)
		add_id(chunk, item, person->contact.record.id);
	add_value(chunk, item, person->contact.email);
	for (const Former *former = person->formers; former != NULL; former = former->next)
	{
		add_id(chunk, item, former->id);
		add_value(chunk, item, former->email);
	}
}

static Slice
octets_of(const pg_uuid_t *value)
{
	return (Slice) {(const char *) value->data, UUID_LEN};
}

/* add_key returns the state of a key, which there is once. */
static KeyState *
add_key(EventChunk *chunk, SliceMap *by_value, const pg_uuid_t *value)
{
	const int64 *known = rvo_slice_map_find(by_value, octets_of(value));
	KeyState   *state;
	bool		found;

	if (known != NULL)
		return chunk->keys[*known - 1];
	state = palloc0(sizeof(KeyState));
	state->key.key = *value;
	chunk->keys[chunk->nkeys++] = state;
	*rvo_slice_map_put(by_value, octets_of(&state->key.key), &found) = chunk->nkeys;	/* which stay as long as the map */
	return state;
}

/* add_keys adds the keys of an event, or what is made of each. */
static void
add_keys(EventChunk *chunk, SliceMap *by_value, EventItem *item, MoreKeys more)
{
	item->names = palloc(item->nvalues * sizeof(KeyState *));
	item->nnames = item->nvalues;
	for (int i = 0; i < item->nvalues; i++)
	{
		pg_uuid_t	value = item->values[i];

		if (more == IN_CAMPAIGN)
			value = rvo_event_key_in_campaign(chunk->salt, &value, item->campaign->platform, item->campaign->campaign_id);
		else if (more == OF_SUPPRESSION)
			value = rvo_event_key_of_suppression(chunk->salt, &value);
		item->names[i] = add_key(chunk, by_value, &value);
	}
}

/* ---------------------------------------------------------------- one of several */

/* first_of returns the key that stands for those that are the same. */
static KeyState *
first_of(KeyState *state)
{
	while (state->same != NULL)
		state = state->same;
	return state;
}

/* join makes two keys the same, unless two events were recorded under them. */
static void
join(KeyState *a, KeyState *b)
{
	a = first_of(a);
	b = first_of(b);
	if (a == b || (a->key.found && b->key.found && (a->key.email_id == 0 || a->key.email_id != b->key.email_id)))
		return;
	if (b->key.found && !a->key.found)
		a->same = b;
	else
		b->same = a;
}

/* join_all joins the keys of each event; what was recorded has to be known before. */
static void
join_all(EventChunk *chunk)
{
	EventKey  **keys = palloc((chunk->nkeys + 1) * sizeof(EventKey *));
	int			n = 0;

	for (int i = 0; i < chunk->nitems; i++)
		for (int k = 0; k < chunk->items[i].nnames && chunk->items[i].nnames > 1; k++)
		{
			KeyState   *state = chunk->items[i].names[k];

			if (state->joined)
				continue;
			state->joined = true;
			keys[n++] = &state->key;
		}
	if (n == 0)
		return;
	rvo_store_find_event_keys(chunk->caller->client_id, keys, n);
	for (int i = 0; i < chunk->nitems; i++)
		for (int k = 1; k < chunk->items[i].nnames; k++)
			join(chunk->items[i].names[0], chunk->items[i].names[k]);
}

static int
by_key(const void *a, const void *b)
{
	return memcmp(&(*(KeyState *const *) a)->key.key, &(*(KeyState *const *) b)->key.key, UUID_LEN);
}

/* insert_keys adds the keys from the first-th on that are not known to be there. */
static void
insert_keys(EventChunk *chunk, int first)
{
	KeyState  **sorted = palloc((chunk->nkeys - first + 1) * sizeof(KeyState *));
	int			n = 0;

	StaticAssertStmt(offsetof(KeyState, key) == 0, "a list of these is a list of keys");
	for (int i = first; i < chunk->nkeys; i++)
	{
		KeyState   *state = chunk->keys[i];
		const EventKey *same = &first_of(state)->key;

		if (state->key.found)
			continue;
		state->key.email_id = same->email_id;
		state->key.campaign = same->campaign;
		state->key.time = same->time;
		sorted[n++] = state;
	}
	qsort(sorted, n, sizeof(KeyState *), by_key);
	if (n > 0)
		rvo_store_insert_event_keys(chunk->caller->client_id, (EventKey *const *) sorted, n);
	for (int i = 0; i < n; i++)
		if (sorted[i]->joined && sorted[i]->key.found)
		{
			chunk->overtaken = true;	/* what the others were joined with is not what is there */
			rvo_failure_raise_serialization();
		}
}

/* ---------------------------------------------------------------- all */

/* begin_key gives a key what its event has, unless an event before has done so. */
static KeyState *
begin_key(KeyState *state, const EventItem *item, bool makes_email)
{
	KeyState   *first = first_of(state);

	if (first->key.found || first->begun)
		return first;
	first->begun = true;
	first->key.email_id = makes_email ? rvo_store_next_email_id() : 0;
	first->key.campaign = item->campaign != NULL ? item->campaign->id : 0;
	first->key.time = item->at;
	return first;
}

/* find_keys finds out which events are new. */
static void
find_keys(EventChunk *chunk)
{
	SliceMap   *by_value = rvo_slice_map_create(chunk->nitems);
	int64		count = 0;

	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		item->nvalues = item->nnames = 0;
		if (rvo_event_counts(item))
			list_values(chunk, item);
		count += item->nvalues;
	}
	/* Each has as many of the campaign, and of what it suppresses. */
	chunk->keys = palloc_extended((3 * count + 1) * sizeof(KeyState *), MCXT_ALLOC_HUGE);
	chunk->nkeys = 0;
	for (int i = 0; i < chunk->nitems; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_keys(chunk, by_value, &chunk->items[i], NO_MORE_KEYS);
	}
	join_all(chunk);
	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		if (item->nnames > 0)
			item->key = begin_key(item->names[0], item, MAKES_EMAIL(item->event->kind) && rvo_event_person(item) != NULL);
	}
	insert_keys(chunk, 0);
}

/* needs_more tells whether an event has such keys. */
static bool
needs_more(const EventItem *item, MoreKeys more)
{
	if (item->key == NULL)
		return false;
	if (more == IN_CAMPAIGN)
		return item->campaign != NULL && item->key->key.campaign != item->campaign->id;
	return item->event->suppress && item->address.data != NULL;
}

/* find_more_keys adds keys that events have beside their own. */
static void
find_more_keys(EventChunk *chunk, MoreKeys more)
{
	SliceMap   *by_value = rvo_slice_map_create(64);
	int			first = chunk->nkeys;

	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		item->nnames = 0;
		if (needs_more(item, more))
			add_keys(chunk, by_value, item, more);
	}
	join_all(chunk);
	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];
		KeyState  **key = more == IN_CAMPAIGN ? &item->more_key : &item->suppress_key;

		*key = item->nnames > 0 ? begin_key(item->names[0], item, false) : NULL;
	}
	insert_keys(chunk, first);
}

/* rvo_event_find_keys finds out which events are new, and adds their keys. */
void
rvo_event_find_keys(EventChunk *chunk)
{
	find_formers(chunk);
	hide_erased(chunk);
	find_keys(chunk);
	find_more_keys(chunk, IN_CAMPAIGN);
	find_more_keys(chunk, OF_SUPPRESSION);
}
