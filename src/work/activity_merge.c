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
#include "shape/record_member.h"
#include "store/store_activity.h"
#include "store/store_email_event.h"
#include "work/activity_merge.h"
#include "work/event_status.h"

static void
read_activity(void *arg, const Activity *activity)
{
	ActivityMerge *merge = arg;

	*(activity->contact_id == merge->keep.contact_id ? &merge->keep : &merge->other) = *activity;
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
}

/* restore_status gives the contact its times of the status back, if that is what it was before. */
static void
restore_status(Contact *contact, const ActivityMerge *merge)
{
	ChangedMembers status = rvo_member_bit(&rvo_contact_shape, MEMBER_STATUS);

	if (!rvo_slice_equal(contact->contact_status, merge->before.contact_status))
		contact->record.changed |= status;
	else
	{
		contact->record.changed &= ~status;
		if (merge->keep.made_status.data == NULL)
		{
			contact->previous_status = merge->before.previous_status;
			contact->status_changed_at = merge->before.status_changed_at;
		}
	}
}

/*
 * rvo_activity_merge_end joins what is kept, and has the status of the contact, which has been
 * filled and is yet to be written, follow.  The history and the e-mails of both are its by now, the other
 * contact is not yet deleted.
 */
void
rvo_activity_merge_end(int client_id, Contact *keep, const Contact *other, ActivityMerge *merge)
{
	EventStatus *statuses[2];
	Activity   *activity = &merge->keep;
	int64		obsolete[2];
	int			n;

	if (rvo_activity_join(activity, &merge->other, keep, obsolete))
	{
		for (int i = 0; i < 2; i++)
			if (obsolete[i] != 0)
				rvo_store_delete_event_status(client_id, obsolete[i]);
		n = rvo_event_statuses(activity, statuses);
		if (n > 0)
			rvo_store_write_event_statuses(client_id, statuses, n);
		rvo_store_write_activities(client_id, &activity, 1);
	}
	restore_status(keep, merge);
	rvo_store_join_campaign_contacts(client_id, other->record.id, keep->record.id);
	rvo_store_note_interest(client_id, &keep->record.id, 1, keep->record.updated_time);
}
