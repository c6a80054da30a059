/*
 * activity.c
 *	  What events make of a contact, whatever their order.
 *
 * All of it is a minimum or a maximum, so that it doesn't matter in which order events
 * come, how they are split into calls, and how often.
 *
 * The status follows from the earliest bounce, the earliest unsubscription, and
 * from the status before these: the base.  An unsubscription outranks a bounce, and
 * both outrank anything else; a base that has the rank already stays as it is.  A contact with another
 * status than events made of it was changed by somebody: that is a new base,
 * and what was before doesn't count any more.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/activity/activity.h"
#include "value/iso_time.h"

/* rvo_earliest makes a time that of another, if that is earlier. */
void
rvo_earliest(NullableTime *time, TimestampTz other)
{
	if (!time->given || other < time->time)
		*time = (NullableTime) {true, other};
}

/* rvo_latest makes a time that of another, if that is later. */
void
rvo_latest(NullableTime *time, TimestampTz other)
{
	if (!time->given || other > time->time)
		*time = (NullableTime) {true, other};
}

/* ---------------------------------------------------------------- interest */

/*
 * counts tells whether what is said now counts: the newest does, of two at one time the greater label, then the
 * interest.  A label that says neither counts as long as nothing else is known.
 */
static bool
counts(const InterestState *state, Interest interested, TimestampTz at, Slice label)
{
	bool		is_known = interested != INTEREST_UNKNOWN;
	int			order;

	if (state->at.given && is_known != (state->interested != INTEREST_UNKNOWN))
		return is_known;
	if (!state->at.given || at != state->at.time)
		return !state->at.given || at > state->at.time;
	if (label.data == NULL || state->label.data == NULL)
		order = (label.data != NULL) - (state->label.data != NULL);
	else
		order = rvo_slice_compare(&label, &state->label);
	return order > 0 || (order == 0 && (int64) interested > state->interested);
}

/* rvo_interest_note takes down that somebody is interested, or is not, or has a label; returns whether that makes a difference. */
bool
rvo_interest_note(InterestState *state, Interest interested, TimestampTz at, Slice label)
{
	if ((interested == INTEREST_UNKNOWN && label.data == NULL) || !counts(state, interested, at, label))
		return false;
	*state = (InterestState) {interested, {true, at}, label};
	return true;
}

/* ---------------------------------------------------------------- status */

/* is_called tells whether a status is this one, in whichever case. */
static bool
is_called(Slice status, Slice name)
{
	if (status.len != name.len)
		return false;
	for (int i = 0; i < name.len; i++)
		if (rvo_ascii_lower(status.data[i]) != rvo_ascii_lower(name.data[i]))
			return false;
	return true;
}

/* rvo_status_rank tells how much a status outranks others. */
int
rvo_status_rank(Slice status)
{
	return is_called(status, STATUS_UNSUBSCRIBED) ? 2 : is_called(status, STATUS_BOUNCED) ? 1 : 0;
}

/* is_based tells whether the contact has the status that follows from the base. */
static bool
is_based(const Activity *activity, const Contact *contact)
{
	Slice		expected = activity->made_status.data != NULL ? activity->made_status : activity->base_status;

	return expected.data != NULL && rvo_slice_equal(expected, contact->contact_status);
}

/* start_anew takes the contact's status for the base. */
static void
start_anew(Activity *activity, const Contact *contact)
{
	activity->bounced_at = activity->unsubscribed_at = (NullableTime) {0};
	activity->base_status = contact->contact_status;
	activity->made_status = NO_SLICE;
	activity->bounced_history = activity->unsubscribed_history = 0;
}

/* rvo_activity_shows_unsubscription tells whether an unsubscription changed the status, and so is part of its history. */
bool
rvo_activity_shows_unsubscription(const Activity *activity)
{
	return activity->unsubscribed_at.given && rvo_status_rank(activity->base_status) < 2;
}

/* rvo_activity_shows_bounce tells the same of a bounce: one that came behind an unsubscription did not. */
bool
rvo_activity_shows_bounce(const Activity *activity)
{
	return activity->bounced_at.given && rvo_status_rank(activity->base_status) < 1 &&
		!(rvo_activity_shows_unsubscription(activity) && activity->unsubscribed_at.time <= activity->bounced_at.time);
}

/* rvo_activity_before_unsubscription returns the status that an unsubscription ended. */
Slice
rvo_activity_before_unsubscription(const Activity *activity)
{
	return rvo_activity_shows_bounce(activity) ? STATUS_BOUNCED : activity->base_status;
}

/* derive_status gives the contact the status that follows. */
static void
derive_status(Activity *activity, Contact *contact)
{
	if (rvo_activity_shows_unsubscription(activity))
	{
		contact->contact_status = STATUS_UNSUBSCRIBED;
		contact->status_changed_at = activity->unsubscribed_at;
		contact->previous_status = rvo_activity_before_unsubscription(activity);
	}
	else if (rvo_activity_shows_bounce(activity))
	{
		contact->contact_status = STATUS_BOUNCED;
		contact->status_changed_at = activity->bounced_at;
		contact->previous_status = activity->base_status;
	}
	else
		return;
	activity->made_status = contact->contact_status;
}

/*
 * rvo_activity_note_status has a bounce or an unsubscription change the status of a
 * contact; returns whether it made a difference.  One that was recorded before (not
 * is_new) can be earlier than it was then, and nothing else: its time would come again
 * after somebody has changed the status since.
 */
bool
rvo_activity_note_status(Activity *activity, Contact *contact, EventKind kind, TimestampTz at, bool is_new)
{
	NullableTime *time = kind == EVENT_BOUNCED ? &activity->bounced_at : &activity->unsubscribed_at;

	if (!is_based(activity, contact))
	{
		if (!is_new)
			return false;
		start_anew(activity, contact);
	}
	if (time->given ? at >= time->time : !is_new)
		return false;
	*time = (NullableTime) {true, at};
	derive_status(activity, contact);
	return true;
}

/* ---------------------------------------------------------------- merging */

/* rvo_activity_unmake gives a contact the status that it had before events changed it: the base. */
void
rvo_activity_unmake(Activity *activity, Contact *contact)
{
	if (!is_based(activity, contact))
		start_anew(activity, contact);
	contact->contact_status = activity->base_status;
	activity->made_status = NO_SLICE;
}

/* join_time makes a time the earlier of two, and its row in the history that one's; returns the row of the other, 0 for none. */
static int64
join_time(NullableTime *time, int64 *row, NullableTime other, int64 other_row)
{
	int64		obsolete = other_row;

	if (!other.given)
		return 0;
	if (!time->given || other.time < time->time)
	{
		*time = other;
		obsolete = *row;
		*row = other_row != 0 ? other_row : *row;
	}
	else if (*row == 0)
		*row = other_row;
	return obsolete != *row ? obsolete : 0;
}

/*
 * rvo_activity_join adds what is kept of a contact to what is of another, into which it
 * is merged, but for what was filled, and has that one's status follow; both have been unmade.  obsolete gets the rows of the
 * history, two at most and 0 for none, that are not true any more.  Returns whether anything is to be kept.
 */
bool
rvo_activity_join(Activity *activity, const Activity *other, Contact *contact, int64 *obsolete)
{
	activity->base_status = contact->contact_status;
	obsolete[0] = join_time(&activity->bounced_at, &activity->bounced_history, other->bounced_at, other->bounced_history);
	obsolete[1] = join_time(&activity->unsubscribed_at, &activity->unsubscribed_history, other->unsubscribed_at,
							other->unsubscribed_history);
	if (other->interest.at.given)
		(void) rvo_interest_note(&activity->interest, other->interest.interested, other->interest.at.time, other->interest.label);
	derive_status(activity, contact);
	return activity->bounced_at.given || activity->unsubscribed_at.given || activity->filled.count > 0 || activity->interest.at.given;
}

/* ---------------------------------------------------------------- what was empty */

/* rvo_activity_filled finds what filled a member; NULL if no event did. */
FilledMember *
rvo_activity_filled(const Activity *activity, Slice member)
{
	for (int i = 0; i < activity->filled.count; i++)
		if (rvo_slice_equal(activity->filled.items[i].member, member))
			return &activity->filled.items[i];
	return NULL;
}

/* rvo_activity_set_filled takes down what a member is filled with. */
void
rvo_activity_set_filled(Activity *activity, const Filling *filling)
{
	FilledMembers *filled = &activity->filled;
	FilledMember *entry = rvo_activity_filled(activity, filling->member);

	if (entry == NULL)
	{
		FilledMember *items = palloc((filled->count + 1) * sizeof(FilledMember));

		if (filled->count > 0)
			memcpy(items, filled->items, filled->count * sizeof(FilledMember));
		filled->items = items;
		entry = &items[filled->count++];
	}
	*entry = (FilledMember) {filling->member, filling->at, filling->value, filling->id};
}

/*
 * rvo_activity_fills tells whether a value is to be the contact's: if that is empty,
 * or has by now what a later event filled in, of two at one time the one with the greater value.
 * If so, it is taken down.  current_id is of a company.
 */
bool
rvo_activity_fills(Activity *activity, const Filling *filling, Slice current, int64 current_id)
{
	FilledMember *entry = rvo_activity_filled(activity, filling->member);
	bool		is_empty = current.len == 0 && current_id == 0;

	if (entry == NULL && !is_empty)
		return false;
	if (entry != NULL && (entry->id != 0 ? entry->id == current_id : rvo_slice_equal(entry->value, current)))
	{
		if (filling->at > entry->at ||
			(filling->at == entry->at && rvo_slice_compare(&filling->value, &entry->value) >= 0))
			return false;
	}
	else if (!is_empty)
		return false;
	rvo_activity_set_filled(activity, filling);
	return true;
}

/* rvo_filled_read reads what is stored of filled members; names and values point into it. */
FilledMembers
rvo_filled_read(Jsonb *filled)
{
	JsonNames	names = {.object = &filled->root};
	FilledMembers members = {.items = palloc((JB_ROOT_COUNT(filled) + 1) * sizeof(FilledMember))};
	Slice		name;
	JsonbValue	object;
	JsonbValue	at;
	JsonbValue	value;
	JsonbValue	id;

	while (rvo_json_next_name(&names, &name))
	{
		FilledMember *entry = &members.items[members.count];

		CHECK_FOR_INTERRUPTS();
		*entry = (FilledMember) {.member = name};
		(void) rvo_json_get(&filled->root, name, &object);
		if (object.type != jbvBinary || !rvo_json_is_object(object.val.binary.data) ||
			!rvo_json_get(object.val.binary.data, CONST_SLICE("at"), &at) || at.type != jbvString ||
			!rvo_iso_time_read(rvo_json_string(&at), &entry->at) ||
			!rvo_json_get(object.val.binary.data, CONST_SLICE("value"), &value) || value.type != jbvString)
			continue;			/* somebody else's writing */
		entry->value = rvo_json_string(&value);
		if (rvo_json_get(object.val.binary.data, CONST_SLICE("id"), &id) && id.type == jbvNumeric)
			(void) rvo_json_to_id(&id, &entry->id);
		members.count++;
	}
	return members;
}

/* rvo_filled_show makes what is stored: {member: {at, value}}. */
JsonbValue
rvo_filled_show(const FilledMembers *filled)
{
	JsonObject	object = rvo_json_open(filled->count);

	for (int i = 0; i < filled->count; i++)
	{
		const FilledMember *entry = &filled->items[i];
		JsonObject	one = rvo_json_open(3);

		rvo_json_put(&one, CONST_SLICE("at"), rvo_json_text(rvo_json_time(entry->at)));
		rvo_json_put(&one, CONST_SLICE("value"), rvo_json_text(entry->value));
		if (entry->id != 0)
			rvo_json_put(&one, CONST_SLICE("id"), rvo_json_integer(entry->id));
		rvo_json_put(&object, entry->member, rvo_json_close(&one));
	}
	return rvo_json_close(&object);
}
