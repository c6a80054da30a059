/*
 * event_status.c
 *	  What the history of statuses has of events: one bounce and one unsubscription of a
 *	  contact at most, at their times, if they changed the status.
 */
#include "postgres.h"

#include "base/compat.h"
#include "store/query/store_sequence.h"
#include "work/contact/event_status.h"

/* take_row takes the id of a row, which the history has no longer; 0 if it had none. */
static int64
take_row(int64 *id)
{
	int64		taken = *id;

	*id = 0;
	return taken;
}

static EventStatus *
status_of(const Activity *activity, int64 *id, NullableTime at, Slice status, Slice previous)
{
	EventStatus *made = palloc(sizeof(EventStatus));

	if (*id == 0)
		*id = rvo_store_next_status_change_id();
	*made = (EventStatus) {*id, activity->contact_id, at.time, status, previous};
	return made;
}

/*
 * rvo_event_statuses lists the rows of a contact, two at most, gives those that are new their ids, and returns how many
 * there are.  obsolete gets those, two at most and 0 for none, that the history had and has no longer.
 */
int
rvo_event_statuses(Activity *activity, EventStatus **statuses, int64 *obsolete)
{
	bool		bounced = rvo_activity_shows_bounce(activity);
	bool		unsubscribed = rvo_activity_shows_unsubscription(activity);
	int			n = 0;

	obsolete[0] = bounced ? 0 : take_row(&activity->bounced_history);
	obsolete[1] = unsubscribed ? 0 : take_row(&activity->unsubscribed_history);
	if (bounced)
		statuses[n++] = status_of(activity, &activity->bounced_history, activity->bounced_at, STATUS_BOUNCED, activity->base_status);
	if (unsubscribed)
		statuses[n++] = status_of(activity, &activity->unsubscribed_history, activity->unsubscribed_at, STATUS_UNSUBSCRIBED,
								  rvo_activity_before_unsubscription(activity));
	return n;
}
