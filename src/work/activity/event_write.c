/*
 * event_write.c
 *	  Writing what follows from events: a statement for each table.
 *
 * But for the counters of campaigns, which come last of all (event_batch.c).
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/change_time.h"
#include "shape/record/record_difference.h"
#include "store/record/store_activity.h"
#include "store/record/store_contact.h"
#include "work/activity/event_write.h"
#include "work/contact/event_status.h"
#include "work/record/change_feed.h"
#include "work/record/entity_kind.h"
#include "work/record/field_definition.h"

/* Octets of bodies that are written together. */
#define BODIES_AT_ONCE (64 * 1024 * 1024)

/* tell_changes tells the change feed of contacts that differ; those that were made it has been told of. */
static void
tell_changes(EventChunk *chunk)
{
	Record	  **records = palloc((chunk->npeople + 1) * sizeof(Record *));
	int			n = 0;

	for (int i = 0; i < chunk->npeople && chunk->caller->settings.notes_changes; i++)
	{
		Person	   *person = chunk->people[i];

		if (person->made || !(person->members_differ || person->dates_differ))
			continue;
		person->contact.record.changed |= rvo_record_difference(&rvo_contact_shape, &person->contact.record, &person->before.record);
		records[n++] = &person->contact.record;
	}
	if (n > 0)
		rvo_changes_note_many(chunk->caller, CONTACT_ENTITY, CHANGE_UPDATED, records, n);
}

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

/* write_history writes what the history of statuses has of events. */
static void
write_history(EventChunk *chunk)
{
	EventStatus **statuses = palloc((2 * chunk->npeople + 1) * sizeof(EventStatus *));
	int64	   *obsolete = palloc0((2 * chunk->npeople + 1) * sizeof(int64));
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
		if (chunk->people[i]->status_noted)
			n += rvo_event_statuses(&chunk->people[i]->activity, statuses + n, obsolete + 2 * i);
	rvo_store_delete_event_statuses(chunk->caller->client_id, obsolete, 2 * chunk->npeople);
	if (n > 0)
		rvo_store_write_event_statuses(chunk->caller->client_id, statuses, n);
}

static void
write_activities(EventChunk *chunk)
{
	int			client_id = chunk->caller->client_id;
	Activity  **known = palloc((chunk->npeople + 1) * sizeof(Activity *));
	Activity  **made = palloc((chunk->npeople + 1) * sizeof(Activity *));
	int			nknown = 0;
	int			nmade = 0;

	for (int i = 0; i < chunk->npeople; i++)
	{
		Person	   *person = chunk->people[i];

		if (person->activity_differs && person->made)
			made[nmade++] = &person->activity;
		else if (person->activity_differs)
			known[nknown++] = &person->activity;
	}
	if (nknown > 0)
		rvo_store_write_activities(client_id, known, nknown);
	if (nmade > 0)
		rvo_store_insert_activities(client_id, made, nmade);
}

/* tell_mails tells the change feed of e-mails. */
static void
tell_mails(const EventChunk *chunk, EventEmail *const *emails, int n, ChangeKind kind)
{
	int64	   *ids = palloc((n + 1) * sizeof(int64));

	for (int i = 0; i < n; i++)
		ids[i] = emails[i]->id;
	rvo_changes_note(chunk->caller, EMAIL_ENTITY, kind, ids, n, NULL);
}

/* write_some_mails adds or writes e-mails. */
static void
write_some_mails(EventChunk *chunk, EventEmail **emails, int n, bool stored)
{
	if (n > 0 && stored)
		rvo_store_update_event_emails(chunk->caller->client_id, emails, n, chunk->now);
	else if (n > 0)
		rvo_store_insert_event_emails(chunk->caller->client_id, emails, n, chunk->now);
	tell_mails(chunk, emails, n, stored ? CHANGE_UPDATED : CHANGE_CREATED);
}

/*
 * write_mails adds e-mails, or writes those that say more by now.  What is stored may be longer than
 * what the events say, and an array has a limit: so as many go together as their bodies allow.
 */
static void
write_mails(EventChunk *chunk)
{
	EventEmail **emails = palloc((chunk->nkeys + 1) * sizeof(EventEmail *));

	for (int stored = 0; stored <= 1; stored++)
	{
		int			n = 0;
		int64		octets = 0;

		for (int i = 0; i < chunk->nkeys; i++)
		{
			Mail	   *mail = chunk->keys[i]->mail;

			if (mail == NULL || !mail->differs || mail->stored != (bool) stored)
				continue;
			mail->differs = false;	/* other keys may have it, too */
			emails[n++] = &mail->email;
			octets += mail->email.body_text.len + mail->email.body_html.len;
			if (octets < BODIES_AT_ONCE)
				continue;
			write_some_mails(chunk, emails, n, stored);
			n = 0;
			octets = 0;
		}
		write_some_mails(chunk, emails, n, stored);
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
	IdList		changed;
	int			n = 0;

	for (int i = 0; i < chunk->npeople; i++)
		if (chunk->people[i]->notes_differ)
			contacts[n++] = chunk->people[i]->contact.record.id;
	if (n == 0)
		return;
	changed = rvo_store_note_interest(chunk->caller->client_id, contacts, n, chunk->now);
	rvo_changes_note(chunk->caller, EMAIL_ENTITY, CHANGE_UPDATED, changed.ids, changed.count, NULL);
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
	tell_changes(chunk);
}
