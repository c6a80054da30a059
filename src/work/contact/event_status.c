/*
 * event_status.c
 *	  What the history of statuses has of events: one bounce and one unsubscription of a
 *	  contact at most, at their times.
 */
#include "postgres.h"

#include "base/compat.h"
#include "store/query/store_sequence.h"
#include "work/contact/event_status.h"

static EventStatus *
status_of(const Activity *activity, int64 *id, NullableTime at, Slice status, Slice previous)
{
	EventStatus *made = palloc(sizeof(EventStatus));

	if (*id == 0)
		*id = rvo_store_next_status_change_id();
	*made = (EventStatus) {*id, activity->contact_id, at.time, status, previous};
	return made;
}

/* rvo_event_statuses lists the rows of a contact, two at most, gives those that are new their ids, and returns how many there are. */
int
rvo_event_statuses(Activity *activity, EventStatus **statuses)
{
	int			n = 0;

	if (rvo_activity_shows_bounce(activity))
		statuses[n++] = status_of(activity, &activity->bounced_history, activity->bounced_at, STATUS_BOUNCED, activity->base_status);
	if (rvo_activity_shows_unsubscription(activity))
		statuses[n++] = status_of(activity, &activity->unsubscribed_history, activity->unsubscribed_at, STATUS_UNSUBSCRIBED,
								  rvo_activity_before_unsubscription(activity));
	return n;
}
