/*
 * store_contact_list.h
 *	  Lists of contacts.
 */
#ifndef RVO_STORE_CONTACT_LIST_H
#define RVO_STORE_CONTACT_LIST_H

#include "store/list/store_list.h"

/* Which contacts a list shows; no value = all.  Keys are canonical, the rest compares as it is. */
typedef struct ContactFilter
{
	Slice		domain;			/* of the company */
	Slice		email;
	Slice		linkedin_url;
	Slice		first_name;
	Slice		last_name;
	Slice		field_name;		/* has this custom field */
	Slice		field_value;
} ContactFilter;

extern void rvo_store_list_contacts(int client_id, const ContactFilter *filter, const ListPage *page, ListRows *list);

#endif							/* RVO_STORE_CONTACT_LIST_H */
