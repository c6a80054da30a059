/*
 * store_email_list.h
 *	  Lists of e-mails.
 */
#ifndef RVO_STORE_EMAIL_LIST_H
#define RVO_STORE_EMAIL_LIST_H

#include "store/list/store_list.h"

/* Which e-mails a list shows; no value = all.  The address is canonical, the id is digits, the rest compares as it is. */
typedef struct EmailFilter
{
	Slice		campaign_id;
	Slice		contact_email;
	Slice		origin;
	Slice		subject;
	Slice		contact_id;
} EmailFilter;

extern void rvo_store_list_emails(int client_id, const EmailFilter *filter, const ListPage *page, ListRows *list);
extern void rvo_store_list_thread(int client_id, int64 contact_id, const ListPage *page, ListRows *list);

#endif							/* RVO_STORE_EMAIL_LIST_H */
