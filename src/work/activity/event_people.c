/*
 * event_people.c
 *	  Whose events are: contacts found, or made, and locked.
 *
 * A contact is found by its address or by that of one that was merged into it.  If there is none,
 * one is made, by the client's settings as any other, but not for events that
 * were recorded before: whoever deleted the contact does not want it back
 * because a platform repeats itself.  Nor is one made for somebody whose data was erased, or whom the client's
 * setting refuses: their campaigns count the events, and that is all.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_activity.h"
#include "store/record/store_contact.h"
#include "store/record/store_merged.h"
#include "work/activity/event_effect.h"
#include "work/activity/event_fill.h"
#include "work/activity/event_people.h"
#include "work/contact/contact.h"
#include "work/contact/contact_batch.h"
#include "work/contact/contact_kind.h"
#include "work/contact/contact_owner.h"
#include "work/contact/suppression.h"
#include "work/record/batch.h"
#include "work/record/change_feed.h"
#include "work/record/field_definition.h"
#include "work/record/retry.h"

/* rvo_event_people_begin makes a chunk ready for events of so many. */
void
rvo_event_people_begin(EventChunk *chunk, int expected)
{
	chunk->subjects = palloc(expected * sizeof(Subject *));
	chunk->nsubjects = 0;
	chunk->by_email = rvo_slice_map_create(expected);
	chunk->by_id = rvo_slice_map_create(64);
}

/* rvo_event_people_add adds an event; it goes to the subject whose others are. */
void
rvo_event_people_add(EventChunk *chunk, EventItem *item)
{
	const NeutralEvent *event = item->event;
	bool		found;
	int64	   *place = event->contact_id != 0 ? rvo_slice_map_put(chunk->by_id, rvo_octets_of_id(&event->contact_id), &found) :
		rvo_slice_map_put(chunk->by_email, event->contact_email, &found);
	Subject    *subject;

	if (!found)
	{
		subject = palloc0(sizeof(Subject));
		subject->id = event->contact_id;
		if (event->contact_id == 0)
			subject->email = event->contact_email;
		chunk->subjects[chunk->nsubjects++] = subject;
		*place = chunk->nsubjects;
	}
	subject = chunk->subjects[*place - 1];
	item->subject = subject;
	item->next = subject->items;
	subject->items = item;
}

/* ---------------------------------------------------------------- finding */

/* find_by_email fills whose the addresses of subjects are that nobody is known for. */
static void
find_by_email(EventChunk *chunk, bool only_unwanted)
{
	Subject   **subjects = palloc(chunk->nsubjects * sizeof(Subject *));
	Contact   **contacts = palloc(chunk->nsubjects * sizeof(Contact *));
	ContactOwners *owners;
	int			n = 0;

	for (int i = 0; i < chunk->nsubjects; i++)
	{
		Subject    *subject = chunk->subjects[i];

		if (subject->email.data == NULL || subject->contact_id != 0 || (only_unwanted && subject->wanted))
			continue;
		contacts[n] = palloc0(sizeof(Contact));
		contacts[n]->email = subject->email;
		subjects[n++] = subject;
	}
	if (n == 0)
		return;
	owners = palloc0(n * sizeof(ContactOwners));
	rvo_contact_find_many_owners(chunk->caller->client_id, contacts, n, false, owners);
	for (int i = 0; i < n; i++)
	{
		subjects[i]->contact_id = owners[i].of_email;
		subjects[i]->kept = owners[i].kept_for_email;
		subjects[i]->wanted &= owners[i].of_email == 0;
	}
}

/* refuse leaves the events of a subject alone, whose id is no contact of the client's. */
static void
refuse(const EventChunk *chunk, Subject *subject)
{
	bool		other_client = rvo_store_has_other_client(&rvo_contact_table, chunk->caller->client_id, subject->id);

	for (EventItem *item = subject->items; item != NULL; item = item->next)
	{
		if (item->outcome == NULL)
			continue;
		item->outcome->failure = other_client ? FAILURE_CONTACT_OF_OTHER_CLIENT : FAILURE_CONTACT_NOT_FOUND;
		rvo_fault_add(&item->outcome->faults, "/contact_id", other_client ? FAULT_OTHER_CLIENT : FAULT_NOT_FOUND);
	}
}

/* find_by_id fills which contacts the ids of subjects are of. */
static void
find_by_id(EventChunk *chunk)
{
	Subject   **subjects = palloc(chunk->nsubjects * sizeof(Subject *));
	int64	   *ids = palloc(chunk->nsubjects * sizeof(int64));
	int64	   *contacts = palloc(chunk->nsubjects * sizeof(int64));
	int			n = 0;

	for (int i = 0; i < chunk->nsubjects; i++)
	{
		if (chunk->subjects[i]->id == 0)
			continue;
		ids[n] = chunk->subjects[i]->id;
		subjects[n++] = chunk->subjects[i];
	}
	if (n > 0)
		rvo_store_find_contacts_of_ids(chunk->caller->client_id, ids, n, contacts);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		subjects[i]->contact_id = contacts[i];
		if (contacts[i] == 0)
			refuse(chunk, subjects[i]);
	}
}

/* choose_wanted finds out for whom contacts are to be made: those of whom an event is new. */
static void
choose_wanted(EventChunk *chunk)
{
	EventKey  **keys = palloc(chunk->nitems * sizeof(EventKey *));
	Subject   **subjects = palloc(chunk->nitems * sizeof(Subject *));
	int			n = 0;
	bool		any_old = false;

	for (int i = 0; i < chunk->nsubjects; i++)
	{
		Subject    *subject = chunk->subjects[i];

		if (subject->id != 0 || subject->contact_id != 0)
			continue;
		for (EventItem *item = subject->items; item != NULL; item = item->next)
		{
			keys[n] = palloc0(sizeof(EventKey));
			keys[n]->key = item->own_key;
			subjects[n++] = subject;
		}
	}
	if (n == 0)
		return;
	rvo_store_find_event_keys(chunk->caller->client_id, keys, n);
	for (int i = 0; i < n; i++)
		subjects[i]->wanted |= !keys[i]->found;
	for (int i = 0; i < n && !any_old; i++)
		any_old = !subjects[i]->wanted;

	/* Who has recorded these in between has made the contact. */
	if (any_old)
		find_by_email(chunk, true);
}

/* bar keeps contacts from being made for addresses that are on the do-not-contact list, as far as that goes. */
static void
bar(EventChunk *chunk)
{
	Subject   **subjects = palloc(chunk->nsubjects * sizeof(Subject *));
	Slice	   *emails = palloc(chunk->nsubjects * sizeof(Slice));
	bool	   *barred = palloc(chunk->nsubjects * sizeof(bool));
	int			n = 0;

	for (int i = 0; i < chunk->nsubjects; i++)
	{
		if (!chunk->subjects[i]->wanted)
			continue;
		emails[n] = chunk->subjects[i]->email;
		subjects[n++] = chunk->subjects[i];
	}
	if (n > 0)
		rvo_suppressions_of_events(chunk->caller, emails, n, barred);
	for (int i = 0; i < n; i++)
	{
		subjects[i]->barred = barred[i];
		subjects[i]->wanted = !barred[i];
	}
}

/* rvo_event_people_find finds out whose the events are, and for whom contacts are to be made. */
void
rvo_event_people_find(EventChunk *chunk)
{
	find_by_id(chunk);
	find_by_email(chunk, false);
	choose_wanted(chunk);
	bar(chunk);
}

/* ---------------------------------------------------------------- making */

/* resolve_companies finds the companies that are inferred from the addresses of new contacts, or makes them. */
static void
resolve_companies(const Caller *caller, BatchItem *items, const ContactInput *inputs, int n)
{
	BatchItem **named = palloc(n * sizeof(BatchItem *));
	int			nnamed = 0;

	for (int i = 0; i < n; i++)
	{
		rvo_contact_infer_company(caller, &inputs[i], &items[i].company);
		if (items[i].company.domain.data != NULL)
			named[nnamed++] = &items[i];
	}
	if (nnamed > 0)
		rvo_contact_items_resolve(caller, named, nnamed);
}

static int
by_email(const void *a, const void *b)
{
	return rvo_slice_compare(&(*(Subject *const *) a)->email, &(*(Subject *const *) b)->email);
}

/* insert_missing adds those contacts that nobody has added by now; returns how many are left. */
static int
insert_missing(EventChunk *chunk, Subject **subjects, Contact **contacts, int n)
{
	bool	   *inserted = palloc(n * sizeof(bool));
	int			left = 0;

	for (int i = 0; i < n; i++)
		rvo_record_number(&rvo_contact_kind, &contacts[i]->record);
	rvo_store_insert_whole_contacts(chunk->caller->client_id, contacts, n, inserted);
	for (int i = 0; i < n; i++)
	{
		if (inserted[i])
			subjects[i]->contact_id = contacts[i]->record.id;
		subjects[i]->wanted = !inserted[i];
	}
	find_by_email(chunk, false);
	for (int i = 0; i < n; i++)
		if (!inserted[i] && subjects[i]->contact_id == 0)
		{
			subjects[left] = subjects[i];
			contacts[left++] = contacts[i];
		}
	return left;
}

/* check_made has the chunk done again if an address of a contact that was made leads to another by now. */
static void
check_made(EventChunk *chunk, Contact *const *contacts, int n)
{
	const ContactOwners *kept = n > 0 ? rvo_contact_find_many_kept(chunk->caller->client_id, contacts, n) : NULL;

	for (int i = 0; i < n && kept != NULL; i++)
		chunk->overtaken |= kept[i].of_email != 0;
	if (chunk->overtaken)
		rvo_failure_raise_serialization();
}

/* keep_made notes of subjects which were made; the others' person was never there. */
static void
keep_made(const EventChunk *chunk, Subject *const *subjects, int n)
{
	for (int i = 0; i < n; i++)
	{
		Person	   *person = subjects[i]->person;

		person->made = subjects[i]->contact_id == person->contact.record.id;
		if (!person->made)
		{
			subjects[i]->person = NULL;
			continue;
		}
		person->activity.contact_id = person->contact.record.id;
		rvo_field_names_note(chunk->caller, CONTACT_ENTITY, &person->contact.record.custom_fields);
	}
}

/* insert_contacts adds contacts, in the order of their addresses, unless others do so at the same time. */
static void
insert_contacts(EventChunk *chunk, Subject **subjects, Contact **contacts, int n)
{
	Subject   **all = palloc(n * sizeof(Subject *));
	Contact   **made = palloc(n * sizeof(Contact *));
	int			nmade = 0;
	int			left = n;

	for (int i = 0; i < n; i++)
		all[i] = subjects[i];
	for (int round = 0; round < RETRIES && left > 0; round++)
		left = insert_missing(chunk, subjects, contacts, left);
	for (int i = 0; i < left; i++)
	{
		rvo_store_insert_or_raise(&rvo_contact_table, chunk->caller->client_id, &contacts[i]->record);
		subjects[i]->contact_id = contacts[i]->record.id;
	}
	keep_made(chunk, all, n);
	for (int i = 0; i < n; i++)
		if (all[i]->person != NULL)
			made[nmade++] = &all[i]->person->contact;
	check_made(chunk, made, nmade);
	rvo_changes_note_many(chunk->caller, CONTACT_ENTITY, CHANGE_CREATED, (Record *const *) made, nmade);
}

/* mark_suppressed gives contacts the status that the do-not-contact list says; none is refused, since what happened has happened. */
static void
mark_suppressed(const Caller *caller, Contact **contacts, int n)
{
	Slice	   *emails = palloc(n * sizeof(Slice));
	Suppression *found = palloc0(n * sizeof(Suppression));

	for (int i = 0; i < n; i++)
		emails[i] = contacts[i]->email;
	rvo_suppressions_of_new(caller, emails, n, found);
	for (int i = 0; i < n; i++)
		if (found[i].reasons != 0)
			rvo_suppression_mark(&found[i], contacts[i]);
}

/*
 * foresee has a contact that is about to be added have what follows from its events anyway, so that it
 * needn't be written again: dates, and what they fill, of events with a time of their own.
 */
static void
foresee(EventChunk *chunk, Subject *subject)
{
	for (EventItem *item = subject->items; item != NULL; item = item->next)
	{
		if (!item->timed)
			continue;
		(void) rvo_event_date(&subject->person->contact, item);
		rvo_event_fill_new(chunk, item);
	}
}

/* begin_person makes whom a contact is about to be added for.  Each event may say where it came from, if the client doesn't. */
static Person *
begin_person(const Caller *caller, const ContactInput *input)
{
	Person	   *person = palloc0(sizeof(Person));

	person->contact = rvo_contact_make(caller, input);
	if (caller->settings.default_origin.len == 0)
		rvo_activity_set_filled(&person->activity, &(Filling) {CONST_SLICE("origin"), CONST_SLICE(""), 0, FILLED_NEVER});
	return person;
}

/* make_people adds the contacts that are wanted; complete: their events are at hand. */
static void
make_people(EventChunk *chunk, bool complete)
{
	Subject   **subjects = palloc(chunk->nsubjects * sizeof(Subject *));
	Contact   **contacts = palloc(chunk->nsubjects * sizeof(Contact *));
	BatchItem  *items;
	ContactInput *inputs;
	int			n = 0;

	for (int i = 0; i < chunk->nsubjects; i++)
		if (chunk->subjects[i]->wanted)
			subjects[n++] = chunk->subjects[i];
	if (n == 0)
		return;
	qsort(subjects, n, sizeof(Subject *), by_email);
	items = palloc0(n * sizeof(BatchItem));
	inputs = palloc0(n * sizeof(ContactInput));
	for (int i = 0; i < n; i++)
	{
		inputs[i].values.email = subjects[i]->email;
		inputs[i].values.first_name = inputs[i].values.last_name = inputs[i].values.origin = CONST_SLICE("");
		inputs[i].values.contact_status = CONST_SLICE("");
		items[i].company.name = CONST_SLICE("");
	}
	resolve_companies(chunk->caller, items, inputs, n);
	for (int i = 0; i < n; i++)
	{
		subjects[i]->person = begin_person(chunk->caller, &inputs[i]);
		contacts[i] = &subjects[i]->person->contact;
		contacts[i]->company_id = items[i].company.found;
	}
	mark_suppressed(chunk->caller, contacts, n);
	for (int i = 0; i < n && complete; i++)
		foresee(chunk, subjects[i]);
	insert_contacts(chunk, subjects, contacts, n);
}

/* ---------------------------------------------------------------- locking */

static int
by_number(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* list_ids lists the ids of the contacts, each once, in their order. */
static int64 *
list_ids(const EventChunk *chunk, int *n)
{
	int64	   *ids = palloc((chunk->nsubjects + 1) * sizeof(int64));
	int			nids = 0;

	for (int i = 0; i < chunk->nsubjects; i++)
		if (chunk->subjects[i]->contact_id != 0)
			ids[nids++] = chunk->subjects[i]->contact_id;
	qsort(ids, nids, sizeof(int64), by_number);
	*n = 0;
	for (int i = 0; i < nids; i++)
		if (*n == 0 || ids[i] != ids[*n - 1])
			ids[(*n)++] = ids[i];
	return ids;
}

/* note_origins keeps of contacts that were made that each event may say where they came from. */
static void
note_origins(const EventChunk *chunk)
{
	Activity  **activities = palloc((chunk->nsubjects + 1) * sizeof(Activity *));
	int			n = 0;

	for (int i = 0; i < chunk->nsubjects; i++)
		if (chunk->subjects[i]->person != NULL && chunk->subjects[i]->person->activity.filled.count > 0)
			activities[n++] = &chunk->subjects[i]->person->activity;
	if (n > 0)
		rvo_store_write_activities(chunk->caller->client_id, activities, n);
}

/* rvo_event_people_lock makes the contacts that are wanted, and locks all, in the order of their ids. */
void
rvo_event_people_lock(EventChunk *chunk)
{
	int64	   *ids;
	int			n;

	make_people(chunk, false);
	note_origins(chunk);
	ids = list_ids(chunk, &n);
	if (n > 0)
		rvo_store_lock_contact_ids(chunk->caller->client_id, ids, n);
}

static bool
add_person(void *arg, const Contact *contact)
{
	EventChunk *chunk = arg;
	Person	   *person = palloc0(sizeof(Person));
	bool		found;

	person->contact = person->before = *contact;
	person->activity.contact_id = contact->record.id;
	chunk->people[chunk->npeople++] = person;
	*rvo_slice_map_put(chunk->people_by_id, rvo_octets_of_id(&person->contact.record.id), &found) = chunk->npeople;
	return true;
}

/* read_made gives what was read of a contact that was just made what it was made with. */
static void
read_made(Person *person, const Person *made)
{
	person->made = true;
	person->activity = made->activity;
	person->activity_differs = made->activity.filled.count > 0;
}

/* is_same tells whether a contact that is locked is still the one that was found. */
static bool
is_same(const Subject *subject)
{
	return subject->person != NULL &&
		(subject->email.data == NULL || subject->kept || rvo_slice_equal(subject->person->contact.email, subject->email));
}

/*
 * rvo_event_people_read makes the contacts that are wanted, reads all, and locks them, in the order
 * of their ids.  Raises, and says that the chunk was overtaken, if one has gone.
 */
void
rvo_event_people_read(EventChunk *chunk)
{
	int64	   *ids;
	int			n;

	make_people(chunk, true);
	ids = list_ids(chunk, &n);
	chunk->people = palloc((n + 1) * sizeof(Person *));
	chunk->npeople = 0;
	chunk->people_by_id = rvo_slice_map_create(n + 1);
	if (n > 0)
		rvo_store_lock_contacts(chunk->caller->client_id, NULL, NULL, 0, ids, n, add_person, chunk);
	for (int i = 0; i < chunk->nsubjects; i++)
	{
		Subject    *subject = chunk->subjects[i];
		const Person *made = subject->person;
		const int64 *person;

		if (subject->contact_id == 0)
			continue;
		person = rvo_slice_map_find(chunk->people_by_id, rvo_octets_of_id(&subject->contact_id));
		subject->person = person != NULL ? chunk->people[*person - 1] : NULL;
		if (made != NULL && subject->person != NULL)
			read_made(subject->person, made);
		if (!is_same(subject))
		{
			chunk->overtaken = true;
			rvo_failure_raise_serialization();
		}
	}
}
