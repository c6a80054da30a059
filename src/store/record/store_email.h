/*
 * store_email.h
 *	  Queries on e-mails, one typed function each; those of lists are in store_email_list.c.
 */
#ifndef RVO_STORE_EMAIL_H
#define RVO_STORE_EMAIL_H

#include "store/record/store_record.h"

/* The columns of the API; events write some more. */
#define EMAIL_COLUMNS(X) X(email_type, text) ", " X(origin, text) ", " X(email_timestamp, timestamptz) \
	", " X(contact_email, text) ", " X(contact_id, bigint) ", " X(agent_email, text) ", " X(subject, text) \
	", " X(body_text, text) ", " X(body_html, text) ", " X(campaign_id, text) ", " X(campaign_name, text) \
	", " X(interested, boolean)
#define READ_EMAIL "client_id, id, " EMAIL_COLUMNS(READ) ", custom_fields::jsonb, updated_time::timestamptz"

/* A contact that an e-mail is of: under which id it was asked for, its own, and its address, which may have no value. */
typedef struct LockedContact
{
	int64		asked_id;
	int64		id;
	Slice		email;
} LockedContact;

extern const RecordTable rvo_email_table;

extern int	rvo_store_lock_contacts_of_emails(int client_id, const int64 *ids, int n, bool merged, LockedContact *contacts);
extern bool rvo_store_lock_newest_email(int client_id, Slice address, int64 contact_id, Slice subject, Email *email);
extern bool rvo_store_set_interested(int client_id, int64 id, bool interested, TimestampTz time);
extern void rvo_store_delete_email(int client_id, int64 id);

#endif							/* RVO_STORE_EMAIL_H */
