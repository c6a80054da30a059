/*
 * event_chunk.h
 *	  Events that are recorded together, and what they are about.
 */
#ifndef RVO_EVENT_CHUNK_H
#define RVO_EVENT_CHUNK_H

#include "base/slice_map.h"
#include "shape/activity/activity.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/record/record.h"
#include "shape/record/record_input.h"
#include "store/record/store_campaign.h"
#include "store/record/store_email_event.h"
#include "store/record/store_event.h"
#include "work/activity/event_outcome.h"

/* A contact that was merged into another. */
typedef struct Former
{
	int64		id;
	Slice		email;
	struct Former *next;
} Former;

/* A contact, as it is by now, and what of it has to be written. */
typedef struct Person
{
	Contact		contact;
	Contact		before;			/* as it is stored, but for custom fields */
	Activity	activity;
	bool		dates_differ;	/* or the status */
	bool		members_differ;
	bool		activity_differs;
	bool		status_noted;	/* and with it the history of the status */
	bool		notes_differ;	/* which e-mail shows that they are interested */
	bool		needs_activity;
	bool		made;			/* just now, with what these events say of it */
	bool		by_id;			/* an event says so */
	Former	   *formers;		/* who were merged into it, if so */
	int			nformers;
} Person;

/* An e-mail that an event made, now or before. */
typedef struct Mail
{
	EventEmail	email;
	bool		stored;
	bool		differs;		/* from what is stored */
} Mail;

/* The key of one event or several, and what was found or made under it. */
typedef struct KeyState
{
	EventKey	key;
	struct KeyState *same;		/* which stands for this one; NULL = none does */
	bool		joined;			/* it is one of several of an event */
	bool		begun;			/* an event has filled it */
	bool		counted;		/* by the first of these events */
	Mail	   *mail;			/* NULL = none */
} KeyState;

typedef struct PairState
{
	CampaignContact pair;
	CampaignContact before;		/* as it is stored */
	Campaign   *campaign;
	bool		stored;
	bool		differs;
	bool		counts;			/* an event of it counts, so that it is to be there */
} PairState;

struct Subject;

/* One event. */
typedef struct EventItem
{
	const NeutralEvent *event;
	EventOutcome *outcome;
	struct Subject *subject;
	struct EventItem *next;		/* of the same subject */
	Slice		address;		/* of the e-mail; no value = it is by id, and the contact has none */
	pg_uuid_t	own_key;		/* of one by address */
	pg_uuid_t  *values;			/* its keys */
	int			nvalues;
	KeyState  **names;			/* these, while they are looked for */
	int			nnames;
	bool		is_new;			/* the first with its key */
	bool		counts;			/* in its campaign */
	KeyState   *key;
	KeyState   *more_key;		/* under which another campaign counts it; NULL = none */
	KeyState   *suppress_key;	/* under which it is noted that it says `suppress`; NULL = it doesn't */
	bool		suppresses;		/* the first with that one */
	Campaign   *campaign;		/* NULL = none */
	PairState  *pair;
	TimestampTz at;
	bool		timed;			/* it has a time of its own */
	int64		company_id;		/* that it names; 0 = none */
	Slice		company_domain;
	bool		hides_address;	/* what stands beside an id is of somebody who was erased */
	int64		linkedin_owner; /* who has the LinkedIn URL; 0 = nobody */
} EventItem;

/* Who events are of, by address or by id. */
typedef struct Subject
{
	Slice		email;			/* no value = by id */
	int64		id;				/* that was given; 0 = by address */
	EventItem  *items;
	int64		contact_id;		/* whose that is; 0 = nobody's */
	bool		kept;			/* that contact has another address: it was merged */
	bool		wanted;			/* a contact is to be made */
	bool		barred;			/* none is, because of the do-not-contact list */
	Person	   *person;			/* NULL = none */
} Subject;

/* Events that are recorded together, and one attempt at them. */
typedef struct EventChunk
{
	const Caller *caller;
	const EventSalt *salt;
	TimestampTz now;
	EventItem  *items;			/* those with faults have no subject */
	int			nitems;
	Subject   **subjects;
	int			nsubjects;
	SliceMap   *by_email;		/* a subject, counted from 1; likewise below */
	SliceMap   *by_id;
	Person	  **people;
	int			npeople;
	SliceMap   *people_by_id;
	KeyState  **keys;
	int			nkeys;
	Campaign  **campaigns;
	int			ncampaigns;
	PairState **pairs;
	int			npairs;
	DoNotContactEntry *suppressed;	/* addresses for the do-not-contact list */
	int			nsuppressed;
	SliceMap   *claimed_urls;	/* LinkedIn URLs that this chunk gives: the id of the contact */
	bool		overtaken;		/* somebody else was faster: it is to be done again */
} EventChunk;

/* rvo_event_person returns whose an event is; NULL if it is nobody's. */
static inline Person *
rvo_event_person(const EventItem *item)
{
	return item->subject != NULL ? item->subject->person : NULL;
}

/* rvo_event_counts tells whether an event can be recorded: it is somebody's, or of somebody who is to have no contact. */
static inline bool
rvo_event_counts(const EventItem *item)
{
	return item->subject != NULL && (item->subject->contact_id != 0 || item->subject->barred);
}

static inline Slice
rvo_octets_of_id(const int64 *id)
{
	return (Slice) {(const char *) id, sizeof(*id)};
}

#endif							/* RVO_EVENT_CHUNK_H */
