/*
 * event_effect.c
 *	  What follows from events.
 *
 * An event that is new counts, and makes an e-mail.  All else (earliest and
 * latest times, what is empty) follows from one that was recorded before as well,
 * for what comes again may say more, or something else: so that it doesn't
 * matter which of them came first.  Without a time of its own it says nothing
 * of times when it comes again.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "work/activity/event_effect.h"
#include "work/activity/event_fill.h"

/* ---------------------------------------------------------------- what counts */

/* is_first tells whether this is the first event with a key. */
static bool
is_first(KeyState *key)
{
	bool		first = !key->key.found && !key->counted;

	key->counted = true;
	return first;
}

/* count tells of an event whether it is new, whether its campaign counts it, and whether it is the first to say `suppress`. */
static void
count(EventItem *item)
{
	item->is_new = is_first(item->key);
	item->counts = item->more_key != NULL ? is_first(item->more_key) : item->is_new && item->campaign != NULL;
	item->suppresses = item->suppress_key != NULL && is_first(item->suppress_key);
	if (item->counts && item->pair != NULL)
		item->pair->counts = true;
}

/* ---------------------------------------------------------------- e-mails */

/* longer returns the longer of two texts, of two as long as each other the greater. */
static Slice
longer(Slice a, Slice b)
{
	if (a.data == NULL || b.data == NULL)
		return a.data == NULL ? b : a;
	if (a.len != b.len)
		return a.len > b.len ? a : b;
	return memcmp(a.data, b.data, a.len) >= 0 ? a : b;
}

/* complete gives a text of an e-mail another, if that is the longer one. */
static bool
complete(Slice *text, Slice other)
{
	Slice		best = longer(*text, other);
	bool		differs = best.data != text->data && (text->data == NULL || !rvo_slice_equal(best, *text));

	*text = best;
	return differs;
}

/* complete_campaign does so with what belongs together. */
static bool
complete_campaign(EventEmail *email, const EventEmail *other)
{
	bool		same = email->campaign_id.data == NULL ? other->campaign_id.data == NULL :
		other->campaign_id.data != NULL && rvo_slice_equal(email->campaign_id, other->campaign_id);

	if (same)
		return complete(&email->campaign_name, other->campaign_name);
	if (!complete(&email->campaign_id, other->campaign_id))
		return false;
	email->campaign_name = other->campaign_name;
	return true;
}

/*
 * merge_mail adds to an e-mail what an event says of it that comes again; returns
 * whether that is more.  Its time is the earliest.
 */
static bool
merge_mail(EventEmail *email, const EventEmail *other, bool timed)
{
	bool		differs = complete_campaign(email, other);

	differs |= complete(&email->origin, other->origin);
	differs |= complete(&email->agent_email, other->agent_email);
	differs |= complete(&email->subject, other->subject);
	differs |= complete(&email->body_text, other->body_text);
	differs |= complete(&email->body_html, other->body_html);
	differs |= complete(&email->message_id, other->message_id);
	if (timed && (!email->email_timestamp.given || other->email_timestamp.time < email->email_timestamp.time))
	{
		email->email_timestamp = other->email_timestamp;
		differs = true;
	}
	return differs;
}

/* mail_of makes an e-mail of an event. */
static EventEmail
mail_of(const EventItem *item)
{
	const NeutralEvent *event = item->event;

	return (EventEmail) {
		.id = item->key->key.email_id,
		.contact_id = item->subject->person->contact.record.id,
		.email_type = rvo_event_kinds[event->kind],
		.origin = event->platform.data != NULL ? event->platform : CONST_SLICE(""),
		.email_timestamp = {true, item->at},
		.contact_email = item->address,
		.agent_email = event->agent_email,
		.subject = event->subject,
		.body_text = event->body_text,
		.body_html = event->body_html,
		.campaign_id = event->campaign_id,
		.campaign_name = event->campaign_name,
		.message_id = event->message_id,
	};
}

/* has_interest tells whether somebody may have said that a contact is interested, in what an event is of. */
static bool
has_interest(const EventItem *item)
{
	const InterestState *state = item->pair != NULL ? &item->pair->pair.interest : &item->subject->person->activity.interest;

	return state->interested != INTEREST_UNKNOWN;
}

static void
keep_mail(EventItem *item)
{
	KeyState   *key = item->key;
	EventEmail	email;

	if (!MAKES_EMAIL(item->event->kind) || (key->mail == NULL && !item->is_new))
		return;
	email = mail_of(item);
	if (key->mail == NULL)
	{
		key->mail = palloc0(sizeof(Mail));
		key->mail->email = email;
		key->mail->differs = true;
	}
	else if (merge_mail(&key->mail->email, &email, item->timed))
		key->mail->differs = true;
	else
		return;
	if (IS_INBOUND(item->event->kind) && (key->mail->stored || has_interest(item)))
		item->subject->person->notes_differ = true;
}

/* ---------------------------------------------------------------- contacts */

static bool
set_earliest(NullableTime *time, TimestampTz at)
{
	NullableTime before = *time;

	rvo_earliest(time, at);
	return !before.given || time->time != before.time;
}

static bool
set_latest(NullableTime *time, TimestampTz at)
{
	NullableTime before = *time;

	rvo_latest(time, at);
	return !before.given || time->time != before.time;
}

/* rvo_event_date has the dates of a contact follow; returns whether they differ from before. */
bool
rvo_event_date(Contact *contact, const EventItem *item)
{
	bool		differ = false;

	if (item->event->kind == EVENT_SENT)
	{
		differ = set_earliest(&contact->first_campaign_email_sent, item->at);
		differ |= set_latest(&contact->last_campaign_email_sent, item->at);
	}
	else if (item->event->kind == EVENT_REPLIED)
		differ = set_latest(&contact->last_reply_received, item->at);
	return differ;
}

/* change_contact has dates and status of the contact follow. */
static void
change_contact(const EventItem *item)
{
	Person	   *person = item->subject->person;
	Contact    *contact = &person->contact;

	person->dates_differ |= rvo_event_date(contact, item);
	if ((item->event->kind == EVENT_BOUNCED || item->event->kind == EVENT_UNSUBSCRIBED) &&
		rvo_activity_note_status(&person->activity, contact, item->event->kind, item->at, item->is_new))
		person->dates_differ = person->activity_differs = person->status_noted = true;
}

/* ---------------------------------------------------------------- campaigns */

/* count_in_campaign adds an event to the counters. */
static void
count_in_campaign(EventItem *item)
{
	CampaignCounts *counts = &item->campaign->counts;

	switch (item->event->kind)
	{
		case EVENT_SENT:
			counts->sent++;
			break;
		case EVENT_REPLIED:
			counts->replied++;
			break;
		case EVENT_AUTO_REPLIED:
			counts->auto_replied++;
			break;
		case EVENT_BOUNCED:
			counts->bounced++;
			break;
		case EVENT_UNSUBSCRIBED:
			counts->unsubscribed++;
			break;
		default:
			break;
	}
	if (item->pair == NULL)
		return;
	item->pair->pair.sent += item->event->kind == EVENT_SENT;
	item->pair->pair.replied += item->event->kind == EVENT_REPLIED;
	item->pair->differs = true;
}

/* date_in_campaign has the times of the contact in the campaign follow. */
static void
date_in_campaign(EventItem *item)
{
	CampaignContact *pair = &item->pair->pair;
	bool		differs = false;

	switch (item->event->kind)
	{
		case EVENT_SENT:
			differs = set_earliest(&pair->first_sent_at, item->at);
			differs |= set_latest(&pair->last_sent_at, item->at);
			break;
		case EVENT_REPLIED:
			differs = set_latest(&pair->last_reply_at, item->at);
			break;
		case EVENT_BOUNCED:
			differs = set_earliest(&pair->bounced_at, item->at);
			break;
		case EVENT_UNSUBSCRIBED:
			differs = set_earliest(&pair->unsubscribed_at, item->at);
			break;
		default:
			break;
	}
	item->pair->differs |= differs;
}

/* name_campaign gives the campaign a name, if the event is the newest that has one, and the times of its events. */
static void
name_campaign(const EventItem *item)
{
	Campaign   *campaign = item->campaign;
	Slice		name = item->event->campaign_name;

	rvo_earliest(&campaign->first_event_at, item->at);
	rvo_latest(&campaign->last_event_at, item->at);
	if (name.data == NULL || (campaign->named_at.given &&
							  (item->at < campaign->named_at.time ||
							   (item->at == campaign->named_at.time && rvo_slice_compare(&name, &campaign->campaign_name) <= 0))))
		return;
	campaign->campaign_name = name;
	campaign->named_at = (NullableTime) {true, item->at};
}

static void
change_campaign(EventItem *item)
{
	if (item->campaign == NULL || (item->pair != NULL && !(item->pair->stored || item->pair->counts)))
		return;
	if (item->counts)
		count_in_campaign(item);
	if (!item->counts && !item->timed)
		return;
	if (item->pair != NULL)
		date_in_campaign(item);
	name_campaign(item);
}

/* note_interest takes down that the contact is interested, in the campaign or in general, or is not. */
static void
note_interest(EventItem *item)
{
	Person	   *person = item->subject->person;
	const NeutralEvent *event = item->event;

	if (item->pair == NULL)
	{
		if (!rvo_interest_note(&person->activity.interest, event->interested, item->at, event->label))
			return;
		person->activity_differs = true;
	}
	else
	{
		if (!(item->pair->stored || item->pair->counts) ||
			!rvo_interest_note(&item->pair->pair.interest, event->interested, item->at, event->label))
			return;
		item->pair->differs = true;
	}
	person->notes_differ = true;
}

/* ---------------------------------------------------------------- the do-not-contact list */

/*
 * list_address has the address of an event go onto the list, if it is the first with this key.  One that comes again
 * makes an entry earlier at most: somebody may have taken the address off the list since.
 */
static void
list_address(EventChunk *chunk, const EventItem *item, DoNotContactReason reason, const KeyState *key, bool first)
{
	if (!first && !(item->timed && item->at < key->key.time))
		return;
	chunk->suppressed[chunk->nsuppressed++] = (DoNotContactEntry) {
		.email = item->address, .reason = reason, .since = item->at, .source = DO_NOT_CONTACT_BY_EVENT,
		.only_earlier = !first
	};
}

/* suppress has the address go onto the list if the event says so; that it is not to be contacted, a later delivery may be the first to say. */
static void
suppress(EventChunk *chunk, const EventItem *item)
{
	if (item->address.data == NULL)
		return;
	if (item->event->kind == EVENT_BOUNCED)
		list_address(chunk, item, DO_NOT_CONTACT_BOUNCED, item->key, item->is_new);
	if (item->event->kind == EVENT_UNSUBSCRIBED)
		list_address(chunk, item, DO_NOT_CONTACT_UNSUBSCRIBED, item->key, item->is_new);
	if (item->suppress_key != NULL)
		list_address(chunk, item, DO_NOT_CONTACT_MANUAL, item->suppress_key, item->suppresses);
}

/* ---------------------------------------------------------------- all */

/* change_person has all that is of the contact follow. */
static void
change_person(EventChunk *chunk, EventItem *item)
{
	if (item->is_new || item->timed)
	{
		note_interest(item);
		change_contact(item);
		rvo_event_fill(chunk, item);
	}
	keep_mail(item);
}

/* tell says what became of an event. */
static void
tell(const EventItem *item)
{
	EventOutcome *outcome = item->outcome;

	outcome->status = item->is_new ? 201 : 200;
	outcome->contact_id = item->subject->person != NULL ? item->subject->person->contact.record.id : 0;
	outcome->email_id = item->key->mail != NULL ? item->key->mail->email.id : 0;
}

/* settle_counts counts contacts of campaigns by what has become of their rows. */
static void
settle_counts(EventChunk *chunk)
{
	for (int i = 0; i < chunk->npairs; i++)
	{
		const PairState *pair = chunk->pairs[i];
		CampaignCounts *counts = &pair->campaign->counts;

		if (!pair->stored && !pair->counts)
			continue;
		counts->contacts += !pair->stored;
		counts->contacts_replied += (pair->pair.replied > 0) - (pair->before.replied > 0);
		counts->contacts_interested += (pair->pair.interest.interested == INTEREST_YES) -
			(pair->before.interest.interested == INTEREST_YES);
	}
}

/* rvo_event_effects has everything follow from the events, in memory. */
void
rvo_event_effects(EventChunk *chunk)
{
	/* Each has two reasons at most. */
	chunk->suppressed = palloc(2 * chunk->nitems * sizeof(DoNotContactEntry));
	for (int i = 0; i < chunk->nitems; i++)
		if (chunk->items[i].key != NULL)
			count(&chunk->items[i]);
	for (int i = 0; i < chunk->nitems; i++)
	{
		EventItem  *item = &chunk->items[i];

		CHECK_FOR_INTERRUPTS();
		if (item->key == NULL)
			continue;
		change_campaign(item);
		suppress(chunk, item);
		if (item->subject->person != NULL)
			change_person(chunk, item);
		tell(item);
	}
	settle_counts(chunk);
}
