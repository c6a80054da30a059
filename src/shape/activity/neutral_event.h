/*
 * neutral_event.h
 *	  What happened to an e-mail, said the same whichever platform told it.
 */
#ifndef RVO_NEUTRAL_EVENT_H
#define RVO_NEUTRAL_EVENT_H

#include "utils/jsonb.h"

#include "base/fault.h"
#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"

typedef enum EventKind
{
	EVENT_SENT,					/* the names are in neutral_event.c */
	EVENT_REPLIED,
	EVENT_AUTO_REPLIED,
	EVENT_BOUNCED,
	EVENT_UNSUBSCRIBED,
	EVENT_INTEREST,
	EVENT_KINDS					/* how many there are */
} EventKind;

/* Those kinds come first that make an e-mail. */
#define MAKES_EMAIL(kind) ((kind) <= EVENT_BOUNCED)
#define IS_INBOUND(kind) ((kind) == EVENT_REPLIED || (kind) == EVENT_AUTO_REPLIED)

/* Whether a contact is interested, as far as an event tells. */
typedef enum Interest
{
	INTEREST_UNKNOWN,
	INTEREST_NO,
	INTEREST_YES
} Interest;

/* A text without a value was not given; none is empty. */
typedef struct NeutralEvent
{
	EventKind	kind;
	Slice		contact_email;	/* canonical; no value if contact_id tells whose it is */
	int64		contact_id;		/* 0 = by contact_email */
	Slice		platform;
	Slice		campaign_id;
	Slice		campaign_name;
	NullableTime at;			/* null = when it was received */
	Slice		at_given;		/* the time as the text that was given */
	Slice		external_id;	/* one that is the event's own: makes it the same event when it comes again */
	Slice		id_parts;		/* what belongs to that id, where it is another event's elsewhere, or later */
	Slice		body_hash;		/* in place of that and of the time if there is neither */
	Slice		agent_email;
	Slice		subject;
	Slice		body_text;
	Slice		body_html;
	Slice		message_id;
	Interest	interested;
	Slice		label;			/* what the platform calls it */
	bool		suppress;		/* they are not to be contacted any more, as somebody has decided */
	Slice		first_name;		/* those from here on fill what is empty */
	Slice		last_name;
	Slice		linkedin_url;
	Slice		company;
	JsonbContainer *custom;		/* an object of texts; NULL = none */
} NeutralEvent;

/* Octets of a body that is kept, and characters of what is not a name. */
#define EVENT_BODY_MAX_LENGTH (1024 * 1024)
#define EVENT_TEXT_MAX_LENGTH 2500

/* The first moment of the year 1, in UTC: nothing was earlier. */
#define EVENT_TIME_MIN (INT64CONST(-730119) * USECS_PER_DAY)

extern const Slice rvo_event_kinds[EVENT_KINDS];

extern NeutralEvent *rvo_neutral_event_read(const Caller *caller, JsonbContainer *body, FaultList *faults);
extern JsonbValue rvo_neutral_event_show(const NeutralEvent *event);
extern void rvo_neutral_event_fit(NeutralEvent *event, FaultList *faults);

#endif							/* RVO_NEUTRAL_EVENT_H */
