/*
 * event_write.c
 *	  Writing what follows from events: a statement for each table.
 *
 * But for the counters of campaigns, which come last of all (event_batch.c).
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/change_time.h"
#include "store/store_activity.h"
#include "store/store_contact.h"
#include "store/store_sequence.h"
#include "work/entity_kind.h"
#include "work/event_write.h"
#include "work/field_definition.h"

/* write_members writes contacts of which more than dates is different. */
static void
write_members(EventChunk *chunk)
{
	Contact   **contacts = palloc((chunk->npeople + 1) * sizeof(Contact *));
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
	{
		Person	   *person = chunk->people[i];

		if (!person->members_differ)
			continue;
		rvo_record_stamp(&person->contact.record);
		rvo_field_names_note(chunk->caller, CONTACT_ENTITY, &person->contact.record.custom_fields);
		contacts[n++] = &person->contact;
	}
	if (n > 0)
		rvo_store_update_contacts(chunk->caller->client_id, contacts, n);
}

/* write_dates writes dates and status of contacts. */
static void
write_dates(EventChunk *chunk)
{
	Contact   **contacts = palloc((chunk->npeople + 1) * sizeof(Contact *));
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
	{
		Person	   *person = chunk->people[i];
		TimestampTz *time = &person->contact.record.updated_time;

		if (!person->dates_differ)
			continue;
		if (!person->members_differ)
			*time = rvo_time_of_change(*time);
		contacts[n++] = &person->contact;
	}
	if (n > 0)
		rvo_store_update_contact_dates(chunk->caller->client_id, contacts, n);
}

/* add_change lists a change of status, and gives it an id if it is new. */
static void
add_change(StatusChange **changes, int *n, const Activity *activity, int64 *id, NullableTime at, Slice status)
{
	StatusChange *change = palloc(sizeof(StatusChange));

	if (*id == 0)
		*id = rvo_store_next_status_change_id();
	*change = (StatusChange) {*id, activity->contact_id, at.time, status};
	changes[(*n)++] = change;
}

/* write_history writes what the history of statuses has of events. */
static void
write_history(EventChunk *chunk)
{
	StatusChange **changes = palloc((2 * chunk->npeople + 1) * sizeof(StatusChange *));
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
	{
		Activity   *activity = &chunk->people[i]->activity;

		if (!chunk->people[i]->status_noted)
			continue;
		if (rvo_activity_shows_bounce(activity))
			add_change(changes, &n, activity, &activity->bounced_history, activity->bounced_at, STATUS_BOUNCED);
		if (rvo_activity_shows_unsubscription(activity))
			add_change(changes, &n, activity, &activity->unsubscribed_history, activity->unsubscribed_at, STATUS_UNSUBSCRIBED);
	}
	if (n > 0)
		rvo_store_write_status_changes(chunk->caller->client_id, changes, n);
}

static void
write_activities(EventChunk *chunk)
{
	Activity  **activities = palloc((chunk->npeople + 1) * sizeof(Activity *));
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
		if (chunk->people[i]->activity_differs)
			activities[n++] = &chunk->people[i]->activity;
	if (n > 0)
		rvo_store_write_activities(chunk->caller->client_id, activities, n);
}

/* write_mails adds e-mails, or writes those that say more by now. */
static void
write_mails(EventChunk *chunk)
{
	EventEmail **emails = palloc((chunk->nkeys + 1) * sizeof(EventEmail *));

	for (int stored = 0; stored <= 1; stored++)
	{
		int			n = 0;

		for (int i = 0; i < chunk->nkeys; i++)
		{
			Mail	   *mail = chunk->keys[i]->mail;

			if (mail != NULL && mail->differs && mail->stored == (bool) stored)
				emails[n++] = &mail->email;
		}
		if (n > 0 && stored)
			rvo_store_update_event_emails(chunk->caller->client_id, emails, n, chunk->now);
		else if (n > 0)
			rvo_store_insert_event_emails(chunk->caller->client_id, emails, n, chunk->now);
	}
}

/* write_pairs adds contacts to their campaigns, or writes those that are there and differ. */
static void
write_pairs(EventChunk *chunk)
{
	CampaignContact **pairs = palloc((chunk->npairs + 1) * sizeof(CampaignContact *));

	for (int stored = 0; stored <= 1; stored++)
	{
		int			n = 0;

		for (int i = 0; i < chunk->npairs; i++)
			if (chunk->pairs[i]->differs && chunk->pairs[i]->stored == (bool) stored)
				pairs[n++] = &chunk->pairs[i]->pair;
		if (n > 0 && stored)
			rvo_store_write_campaign_contacts(chunk->caller->client_id, pairs, n);
		else if (n > 0)
			rvo_store_insert_campaign_contacts(chunk->caller->client_id, pairs, n);
	}
}

/* write_notes has the newest e-mails of contacts show that they are interested, or are not. */
static void
write_notes(EventChunk *chunk)
{
	int64	   *contacts = palloc((chunk->npeople + 1) * sizeof(int64));
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
		if (chunk->people[i]->notes_differ)
			contacts[n++] = chunk->people[i]->contact.record.id;
	if (n > 0)
		rvo_store_note_interest(chunk->caller->client_id, contacts, n, chunk->now);
}

/* rvo_event_write writes all that is new or differs. */
void
rvo_event_write(EventChunk *chunk)
{
	write_members(chunk);
	write_dates(chunk);
	write_history(chunk);
	write_activities(chunk);
	write_mails(chunk);
	write_pairs(chunk);
	write_notes(chunk);
}
