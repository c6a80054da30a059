/*
 * store_email_event.h
 *	  The e-mails that events make.
 */
#ifndef RVO_STORE_EMAIL_EVENT_H
#define RVO_STORE_EMAIL_EVENT_H

#include "base/jsonio.h"
#include "base/text.h"
#include "store/query/store_query.h"

/* An e-mail as far as events tell of it; a text without a value is null. */
typedef struct EventEmail
{
	int64		id;
	int64		contact_id;
	Slice		email_type;
	Slice		origin;
	NullableTime email_timestamp;
	Slice		contact_email;
	Slice		agent_email;
	Slice		subject;
	Slice		body_text;
	Slice		body_html;
	Slice		campaign_id;
	Slice		campaign_name;
	Slice		message_id;
	TimestampTz updated_time;	/* when it was last changed, of one that was locked */
} EventEmail;

extern int64 rvo_store_next_email_id(void);
extern void rvo_store_insert_event_emails(int client_id, EventEmail *const *emails, int n, TimestampTz updated_time);
extern void rvo_store_lock_event_emails(int client_id, EventEmail *const *ids, int n, void (*read) (void *arg, const EventEmail *email), void *arg);
extern void rvo_store_update_event_emails(int client_id, EventEmail *const *emails, int n, TimestampTz updated_time);
extern IdList rvo_store_note_interest(int client_id, const int64 *contacts, int n, TimestampTz updated_time);

#endif							/* RVO_STORE_EMAIL_EVENT_H */
