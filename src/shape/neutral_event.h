/*
 * neutral_event.h
 *	  What happened to an e-mail, said the same whichever platform told it.
 */
#ifndef RVO_NEUTRAL_EVENT_H
#define RVO_NEUTRAL_EVENT_H

#include "utils/jsonb.h"

#include "base/jsonio.h"
#include "base/text.h"

typedef enum EventKind
{
	EVENT_SENT,
	EVENT_REPLIED,
	EVENT_AUTO_REPLIED,
	EVENT_BOUNCED,
	EVENT_UNSUBSCRIBED,
	EVENT_INTEREST,
	EVENT_KINDS					/* how many there are */
} EventKind;

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
	Slice		body_hash;		/* in place of that and of the time if there is neither */
	Slice		agent_email;
	Slice		subject;
	Slice		body_text;
	Slice		body_html;
	Slice		message_id;
	Interest	interested;
	Slice		label;			/* what the platform calls it */
	Slice		first_name;		/* those from here on fill what is empty */
	Slice		last_name;
	Slice		linkedin_url;
	Slice		company;
	JsonbContainer *custom;		/* an object of texts; NULL = none */
} NeutralEvent;

#endif							/* RVO_NEUTRAL_EVENT_H */
