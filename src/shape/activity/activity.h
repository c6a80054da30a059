/*
 * activity.h
 *	  What events make of a contact, whatever their order.
 */
#ifndef RVO_ACTIVITY_H
#define RVO_ACTIVITY_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/activity/neutral_event.h"
#include "shape/record/record.h"

/* Whether somebody is interested, since when, and what that was called. */
typedef struct InterestState
{
	int64		interested;		/* Interest */
	NullableTime at;
	Slice		label;
} InterestState;

/* A member of a contact that an event filled. */
typedef struct FilledMember
{
	Slice		member;
	TimestampTz at;
	Slice		value;
	int64		id;				/* of a company, which the value is the domain of; else 0 */
} FilledMember;

typedef struct FilledMembers
{
	int			count;
	FilledMember *items;
} FilledMembers;

/* From what the status of a contact follows, and what else is kept of it. */
typedef struct Activity
{
	int64		contact_id;
	NullableTime bounced_at;	/* the earliest since the base */
	NullableTime unsubscribed_at;
	Slice		base_status;	/* no value = none was needed */
	Slice		made_status;	/* no value = as the base */
	int64		bounced_history;	/* 0 = none */
	int64		unsubscribed_history;
	FilledMembers filled;
	InterestState interest;		/* of events of no campaign */
} Activity;

/* Statuses that outrank others: what events and the do-not-contact list make of a contact. */
#define STATUS_BOUNCED CONST_SLICE("Bounced")
#define STATUS_UNSUBSCRIBED CONST_SLICE("Unsubscribed")

/* What stands before the name of a custom field that was filled, so that none is taken for a member. */
#define FILLED_FIELD "custom/"

/* The time of a filled member that no event has filled, and each may. */
#define FILLED_NEVER INT64CONST(252455615999999999)

/* What an event has to give a contact. */
typedef struct Filling
{
	Slice		member;
	Slice		value;
	int64		id;				/* of a company */
	TimestampTz at;
} Filling;

extern void rvo_earliest(NullableTime *time, TimestampTz other);
extern void rvo_latest(NullableTime *time, TimestampTz other);
extern bool rvo_interest_note(InterestState *state, Interest interested, TimestampTz at, Slice label);

extern int	rvo_status_rank(Slice status);
extern bool rvo_activity_note_status(Activity *activity, Contact *contact, EventKind kind, TimestampTz at, bool is_new);
extern bool rvo_activity_shows_unsubscription(const Activity *activity);
extern bool rvo_activity_shows_bounce(const Activity *activity);
extern Slice rvo_activity_before_unsubscription(const Activity *activity);
extern void rvo_activity_unmake(Activity *activity, Contact *contact);
extern bool rvo_activity_join(Activity *activity, const Activity *other, Contact *contact, int64 *obsolete);

extern bool rvo_activity_fills(Activity *activity, const Filling *filling, Slice current, int64 current_id);
extern FilledMember *rvo_activity_filled(const Activity *activity, Slice member);
extern void rvo_activity_set_filled(Activity *activity, const Filling *filling);
extern FilledMembers rvo_filled_read(Jsonb *filled);
extern JsonbValue rvo_filled_show(const FilledMembers *filled);

#endif							/* RVO_ACTIVITY_H */
