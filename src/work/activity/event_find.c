/*
 * event_find.c
 *	  What events are about beside contacts: what is there, and what is new.
 *
 * The contacts are locked.  Then come the campaigns, which are made if need be,
 * the keys, which tell what is new, and what was made of that which isn't: e-mails,
 * rows of contacts in campaigns, what is kept of contacts.  All by a query each.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_activity.h"
#include "store/record/store_contact.h"
#include "value/domain.h"
#include "work/activity/event_find.h"
#include "work/activity/event_keys.h"
#include "work/contact/contact_batch.h"
#include "work/record/batch.h"

/* ---------------------------------------------------------------- companies */

/*
 * rvo_event_find_companies finds the companies that events name, and locks them: before
 * the contacts, as everywhere.  One that isn't there is not made.
 */
void
rvo_event_find_companies(EventChunk *chunk)
{
	Caller		reader = *chunk->caller;
	BatchItem  *named = palloc0(chunk->nitems * sizeof(BatchItem));
	BatchItem **list = palloc(chunk->nitems * sizeof(BatchItem *));
	EventItem **items = palloc(chunk->nitems * sizeof(EventItem *));
	int			n = 0;

	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];
		Slice		domain;

		item->company_id = 0;
		if (item->subject == NULL || item->event->company.data == NULL ||
			rvo_domain_normalize(item->event->company, &domain) != FAULT_NONE || domain.data == NULL)
			continue;
		item->company_domain = domain;
		named[n].company = (CompanyReference) {.given = true, .domain = domain, .optional = true};
		list[n] = &named[n];
		items[n++] = item;
	}
	if (n == 0)
		return;
	reader.settings.creates_companies = false;
	rvo_contact_items_resolve(&reader, list, n);
	for (int i = 0; i < n; i++)
		items[i]->company_id = named[i].company.found;
}

/* ---------------------------------------------------------------- campaigns */

static int
by_names(const void *a, const void *b)
{
	const Campaign *x = *(Campaign *const *) a;
	const Campaign *y = *(Campaign *const *) b;
	int			order = rvo_slice_compare(&x->platform, &y->platform);

	return order != 0 ? order : rvo_slice_compare(&x->campaign_id, &y->campaign_id);
}

/* platform_of returns the platform of an event; empty for none. */
static Slice
platform_of(const NeutralEvent *event)
{
	return event->platform.data != NULL ? event->platform : CONST_SLICE("");
}

/* rvo_event_campaign_name makes one text of an event's platform and that one's id of the campaign. */
Slice
rvo_event_campaign_name(const NeutralEvent *event)
{
	Slice		platform = platform_of(event);
	Slice		campaign_id = event->campaign_id;
	char	   *name = palloc(platform.len + 1 + campaign_id.len);

	memcpy(name, platform.data, platform.len);
	name[platform.len] = '\0';
	memcpy(name + platform.len + 1, campaign_id.data, campaign_id.len);
	return (Slice) {name, platform.len + 1 + campaign_id.len};
}

/* list_campaigns gives each event its campaign, each campaign being there once. */
static void
list_campaigns(EventChunk *chunk)
{
	SliceMap   *by_name = rvo_slice_map_create(64);
	const EventItem *last = NULL;
	bool		found;

	chunk->campaigns = palloc(chunk->nitems * sizeof(Campaign *));
	chunk->ncampaigns = 0;
	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];
		Slice		platform = platform_of(item->event);
		int64	   *place;

		item->campaign = NULL;
		if (!rvo_event_counts(item) || item->event->campaign_id.data == NULL)
			continue;
		if (last != NULL && rvo_slice_equal(last->campaign->campaign_id, item->event->campaign_id) &&
			rvo_slice_equal(last->campaign->platform, platform))
		{
			item->campaign = last->campaign;
			continue;
		}
		place = rvo_slice_map_put(by_name, rvo_event_campaign_name(item->event), &found);
		if (!found)
		{
			Campaign   *campaign = palloc0(sizeof(Campaign));

			campaign->platform = platform;
			campaign->campaign_id = item->event->campaign_id;
			chunk->campaigns[chunk->ncampaigns++] = campaign;
			*place = chunk->ncampaigns;
		}
		item->campaign = chunk->campaigns[*place - 1];
		last = item;
	}
}

/* rvo_event_find_campaigns finds the campaigns, and makes those that are not there, in the order of their names. */
void
rvo_event_find_campaigns(EventChunk *chunk)
{
	int			client_id = chunk->caller->client_id;
	Campaign  **sorted;
	Campaign  **missing;
	int			nmissing = 0;

	list_campaigns(chunk);
	if (chunk->ncampaigns == 0)
		return;
	sorted = palloc(chunk->ncampaigns * sizeof(Campaign *));
	missing = palloc(chunk->ncampaigns * sizeof(Campaign *));
	memcpy(sorted, chunk->campaigns, chunk->ncampaigns * sizeof(Campaign *));
	qsort(sorted, chunk->ncampaigns, sizeof(Campaign *), by_names);
	rvo_store_find_campaigns(client_id, sorted, chunk->ncampaigns);
	for (int i = 0; i < chunk->ncampaigns; i++)
		if (sorted[i]->id == 0)
			missing[nmissing++] = sorted[i];
	if (nmissing == 0)
		return;
	rvo_store_insert_campaigns(client_id, missing, nmissing);
	rvo_store_find_campaigns(client_id, missing, nmissing);
	for (int i = 0; i < nmissing; i++)
		if (missing[i]->id == 0)
			rvo_failure_raise_serialization();
}

/* ---------------------------------------------------------------- what was made before */

/* The e-mails that are being read, by their ids. */
typedef struct MailReading
{
	KeyState  **states;
	int			next;
} MailReading;

static void
read_mail(void *arg, const EventEmail *email)
{
	MailReading *reading = arg;

	while (reading->states[reading->next]->key.email_id != email->id)
		reading->next++;
	reading->states[reading->next]->mail = palloc0(sizeof(Mail));
	reading->states[reading->next]->mail->email = *email;
	reading->states[reading->next]->mail->stored = true;
}

static int
by_email_id(const void *a, const void *b)
{
	int64		x = (*(KeyState *const *) a)->key.email_id;
	int64		y = (*(KeyState *const *) b)->key.email_id;

	return (x > y) - (x < y);
}

/*
 * find_mails reads the e-mails of events that were recorded before, as far as nobody has deleted them.  Several keys
 * have the same one if contacts were merged: the event was recorded by the addresses of all of them.
 */
static void
find_mails(EventChunk *chunk)
{
	KeyState  **states = palloc((chunk->nkeys + 1) * sizeof(KeyState *));
	EventEmail **ids = palloc((chunk->nkeys + 1) * sizeof(EventEmail *));
	MailReading reading = {states, 0};
	int			nstates = 0;
	int			nids = 0;

	for (int i = 0; i < chunk->nkeys; i++)
		if (chunk->keys[i]->key.found && chunk->keys[i]->same == NULL && chunk->keys[i]->key.email_id != 0)
			states[nstates++] = chunk->keys[i];
	if (nstates == 0)
		return;
	qsort(states, nstates, sizeof(KeyState *), by_email_id);
	for (int i = 0; i < nstates; i++)
	{
		if (i > 0 && states[i]->key.email_id == states[i - 1]->key.email_id)
			continue;
		ids[nids] = palloc0(sizeof(EventEmail));
		ids[nids++]->id = states[i]->key.email_id;
	}
	rvo_store_lock_event_emails(chunk->caller->client_id, ids, nids, read_mail, &reading);
	for (int i = 1; i < nstates; i++)
		if (states[i]->key.email_id == states[i - 1]->key.email_id)
			states[i]->mail = states[i - 1]->mail;
}

/* What a row of a contact in a campaign is found by. */
typedef struct PairName
{
	int64		campaign;
	int64		contact_id;
} PairName;

static void
read_pair(void *arg, const CampaignContact *pair)
{
	PairState ***next = arg;

	while ((**next)->pair.campaign != pair->campaign || (**next)->pair.contact_id != pair->contact_id)
		(*next)++;
	(**next)->pair = *pair;
	(**next)->before = *pair;
	(**next)->stored = true;
}

static int
by_pair(const void *a, const void *b)
{
	const CampaignContact *x = &(*(PairState *const *) a)->pair;
	const CampaignContact *y = &(*(PairState *const *) b)->pair;

	if (x->campaign != y->campaign)
		return x->campaign < y->campaign ? -1 : 1;
	return (x->contact_id > y->contact_id) - (x->contact_id < y->contact_id);
}

/* find_pairs finds what there is of the contacts in their campaigns. */
static void
find_pairs(EventChunk *chunk)
{
	SliceMap   *by_name = rvo_slice_map_create(chunk->nitems);
	PairName   *names = palloc(chunk->nitems * sizeof(PairName));
	CampaignContact **rows;
	PairState **next;
	bool		found;

	chunk->pairs = palloc(chunk->nitems * sizeof(PairState *));
	chunk->npairs = 0;
	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];
		int64	   *place;

		item->pair = NULL;
		if (item->campaign == NULL || rvo_event_person(item) == NULL)
			continue;
		names[i] = (PairName) {item->campaign->id, rvo_event_person(item)->contact.record.id};
		place = rvo_slice_map_put(by_name, (Slice) {(const char *) &names[i], sizeof(PairName)}, &found);
		if (!found)
		{
			PairState  *pair = palloc0(sizeof(PairState));

			pair->pair.campaign = names[i].campaign;
			pair->pair.contact_id = names[i].contact_id;
			pair->campaign = item->campaign;
			chunk->pairs[chunk->npairs++] = pair;
			*place = chunk->npairs;
		}
		item->pair = chunk->pairs[*place - 1];
	}
	if (chunk->npairs == 0)
		return;
	StaticAssertStmt(offsetof(PairState, pair) == 0, "a list of these is a list of rows");
	qsort(chunk->pairs, chunk->npairs, sizeof(PairState *), by_pair);
	rows = (CampaignContact **) chunk->pairs;
	next = chunk->pairs;
	rvo_store_find_campaign_contacts(chunk->caller->client_id, rows, chunk->npairs, read_pair, &next);
}

static void
read_activity(void *arg, const Activity *activity)
{
	EventChunk *chunk = arg;

	chunk->people[*rvo_slice_map_find(chunk->people_by_id, rvo_octets_of_id(&activity->contact_id)) - 1]->activity = *activity;
}

/* needs_activity tells whether it matters to an event what events before it have made of the contact. */
static bool
needs_activity(const NeutralEvent *event)
{
	return event->kind == EVENT_BOUNCED || event->kind == EVENT_UNSUBSCRIBED || event->platform.data != NULL ||
		event->first_name.data != NULL || event->last_name.data != NULL || event->linkedin_url.data != NULL ||
		event->company.data != NULL || event->custom != NULL || event->campaign_id.data == NULL;
}

/* find_activities reads what is kept of contacts. */
static void
find_activities(EventChunk *chunk)
{
	int64	   *ids = palloc((chunk->npeople + 1) * sizeof(int64));
	int			n = 0;

	for (int i = 0; i < chunk->nitems; i++)
		if (rvo_event_person(&chunk->items[i]) != NULL)
			rvo_event_person(&chunk->items[i])->needs_activity |= needs_activity(chunk->items[i].event);
	for (int i = 0; i < chunk->npeople; i++)
		if (chunk->people[i]->needs_activity && !chunk->people[i]->made)
			ids[n++] = chunk->people[i]->contact.record.id;
	if (n > 0)
		rvo_store_find_activities(chunk->caller->client_id, ids, n, read_activity, chunk);
}

/* find_linkedin_owners finds out who has the LinkedIn URLs that events give. */
static void
find_linkedin_owners(EventChunk *chunk)
{
	Contact   **contacts = palloc(chunk->nitems * sizeof(Contact *));
	EventItem **items = palloc(chunk->nitems * sizeof(EventItem *));
	ContactOwners *owners;
	int			n = 0;

	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		if (rvo_event_person(item) == NULL || item->event->linkedin_url.data == NULL)
			continue;
		contacts[n] = palloc0(sizeof(Contact));
		contacts[n]->linkedin_url = item->event->linkedin_url;
		items[n++] = item;
	}
	chunk->claimed_urls = rvo_slice_map_create(64);
	if (n == 0)
		return;
	owners = palloc0(n * sizeof(ContactOwners));
	rvo_store_find_contacts_owners(chunk->caller->client_id, contacts, n, false, owners);
	for (int i = 0; i < n; i++)
		items[i]->linkedin_owner = owners[i].of_linkedin_url;
}

/* rvo_event_find_all finds all that events of contacts, which are locked, are about. */
void
rvo_event_find_all(EventChunk *chunk)
{
	rvo_event_find_campaigns(chunk);
	rvo_event_find_keys(chunk);
	find_mails(chunk);
	find_pairs(chunk);
	find_activities(chunk);
	find_linkedin_owners(chunk);
}
