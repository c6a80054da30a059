/*
 * email_read.h
 *	  The use cases of e-mails: reading.
 */
#ifndef RVO_EMAIL_READ_H
#define RVO_EMAIL_READ_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/list/page.h"

/* Which e-mails are asked for.  No value, and blank, is no condition. */
typedef struct EmailQuery
{
	Slice		campaign_id;
	Slice		contact_email;
	Slice		origin;
	Slice		subject;
	Slice		contact_id;		/* digits */
	ListRequest list;
} EmailQuery;

extern JsonbValue rvo_email_get(int client_id, const int64 *id, Slice structure_name);
extern text *rvo_email_list(int client_id, const EmailQuery *query);
extern text *rvo_email_thread(int client_id, const int64 *contact_id, const char *where, const ListRequest *request);

#endif							/* RVO_EMAIL_READ_H */
