/*
 * activity_merge.c
 *	  Merging what events made of two contacts that are one.
 *
 * It is what would be there if the contacts had been one before the events: times
 * are the earliest or latest of both, counters sums, and the status follows from
 * the one that the merge gives them without events.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/record_difference.h"
#include "shape/record/record_member.h"
#include "store/record/store_activity.h"
#include "store/record/store_email_event.h"
#include "work/contact/activity_merge.h"
#include "work/contact/event_status.h"
#include "work/record/change_feed.h"
#include "work/record/entity_kind.h"

static void
read_activity(void *arg, const Activity *activity)
{
	ActivityMerge *merge = arg;

	*(activity->contact_id == merge->keep.contact_id ? &merge->keep : &merge->other) = *activity;
}

/* What a contact has of a member that can be filled: a text, a custom field, or the company. */
typedef struct Place
{
	Slice	   *text;			/* NULL = it is none of these, or a custom field that is not there */
	int64	   *company_id;
	CustomField *field;
	Slice		field_name;		/* no value = it is no custom field */
} Place;

/* find_place finds a member of a contact. */
static Place
find_place(Contact *contact, Slice member)
{
	const Slice custom = CONST_SLICE("custom/");
	Place		place = {.text = NULL};

	if (member.len > custom.len && memcmp(member.data, custom.data, custom.len) == 0)
	{
		place.field_name = (Slice) {member.data + custom.len, member.len - custom.len};
		place.field = rvo_custom_fields_find(&contact->record.custom_fields, place.field_name);
		place.text = place.field != NULL ? &place.field->value : NULL;
		return place;
	}
	for (int i = 0; i < rvo_contact_shape.ninserted; i++)
	{
		const RecordMember *other = &rvo_contact_shape.members[i];

		if (!rvo_slice_equal(other->name, member))
			continue;
		if (other->kind == MEMBER_COMPANY)
			place.company_id = MEMBER_OF(contact, other, int64);
		else if (other->kind <= MEMBER_TEXT)
			place.text = MEMBER_OF(contact, other, Slice);
	}
	return place;
}

/* has_value tells whether a contact still has what an event filled in. */
static bool
has_value(const Place *place, const FilledMember *filled)
{
	if (place->company_id != NULL)
		return *place->company_id == filled->id;
	return place->text != NULL && rvo_slice_equal(*place->text, filled->value);
}

/* take_value has a contact get what the other was filled with, if that is the one that an event would have filled in. */
static void
take_value(Contact *keep, Activity *activity, const FilledMember *filled)
{
	Place		place = find_place(keep, filled->member);
	Filling		filling = {filled->member, filled->value, filled->id, filled->at};
	CustomFields *fields = &keep->record.custom_fields;

	if (!rvo_activity_fills(activity, &filling, place.text != NULL ? *place.text : NO_SLICE,
							place.company_id != NULL ? *place.company_id : 0))
		return;
	if (place.company_id != NULL)
		*place.company_id = filled->id;
	else if (place.field_name.data == NULL)
		*place.text = filled->value;
	else
	{
		if (place.field != NULL)
			(void) rvo_custom_field_change(place.field, NO_SLICE, filled->value);
		else
			(void) rvo_custom_fields_add(fields, (CustomField) {.name = place.field_name, .value = filled->value});
		keep->record.changed |= rvo_member_bit(&rvo_contact_shape, MEMBER_FIELDS);
	}
}

/* take_filled has it get all that. */
static void
take_filled(Contact *keep, Contact *other, ActivityMerge *merge)
{
	for (int i = 0; i < merge->other.filled.count; i++)
	{
		const FilledMember *filled = &merge->other.filled.items[i];
		Place		place = find_place(other, filled->member);

		if (has_value(&place, filled) && (place.text != NULL || place.company_id != NULL))
			take_value(keep, &merge->keep, filled);
	}
}

/*
 * rvo_activity_merge_begin reads what is kept of two contacts, which are locked, and gives
 * them the status that they had without events, so that they can be filled from each other.
 */
void
rvo_activity_merge_begin(int client_id, Contact *keep, Contact *other, ActivityMerge *merge)
{
	int64		ids[2] = {keep->record.id, other->record.id};

	*merge = (ActivityMerge) {.keep = {.contact_id = ids[0]}, .other = {.contact_id = ids[1]}, .before = *keep};
	rvo_store_find_activities(client_id, ids, 2, read_activity, merge);
	rvo_activity_unmake(&merge->keep, keep);
	rvo_activity_unmake(&merge->other, other);
	take_filled(keep, other, merge);
}

/* restore_status gives the contact its times of the status back, if that is what it was before, and notes in which members it differs. */
static void
restore_status(Contact *contact, const ActivityMerge *merge)
{
	ChangedMembers fields = rvo_member_bit(&rvo_contact_shape, MEMBER_FIELDS);

	if (merge->keep.made_status.data == NULL && rvo_slice_equal(contact->contact_status, merge->before.contact_status))
	{
		contact->previous_status = merge->before.previous_status;
		contact->status_changed_at = merge->before.status_changed_at;
	}
	contact->record.changed = (contact->record.changed & fields) |
		rvo_record_difference(&rvo_contact_shape, &contact->record, &merge->before.record);
}

/*
 * rvo_activity_merge_end joins what is kept, and has the status of the contact, which has been
 * filled and is yet to be written, follow.  The history and the e-mails of both are its by now, the other
 * contact is not yet deleted.
 */
void
rvo_activity_merge_end(const Caller *caller, Contact *keep, const Contact *other, ActivityMerge *merge)
{
	int			client_id = caller->client_id;
	IdList		changed;
	EventStatus *statuses[2];
	Activity   *activity = &merge->keep;
	int64		obsolete[4];
	int			n;

	if (rvo_activity_join(activity, &merge->other, keep, obsolete))
	{
		n = rvo_event_statuses(activity, statuses, obsolete + 2);
		rvo_store_delete_event_statuses(client_id, obsolete, lengthof(obsolete));
		if (n > 0)
			rvo_store_write_event_statuses(client_id, statuses, n);
		rvo_store_write_activities(client_id, &activity, 1);
	}
	restore_status(keep, merge);
	rvo_store_join_campaign_contacts(client_id, other->record.id, keep->record.id);
	changed = rvo_store_note_interest(client_id, &keep->record.id, 1, keep->record.updated_time);
	rvo_changes_note(caller, EMAIL_ENTITY, CHANGE_UPDATED, changed.ids, changed.count, NULL);
}
