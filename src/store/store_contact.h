/*
 * store_contact.h
 *	  Queries that read, change and delete contacts, one typed function each.
 */
#ifndef RVO_STORE_CONTACT_H
#define RVO_STORE_CONTACT_H

#include "shape/record.h"
#include "store/store_list.h"

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

/* What is called for each contact of many; its texts are in the current context. */
typedef void (*ContactReader) (void *arg, const Contact *contact);

extern bool rvo_store_get_contact(int client_id, int64 id, Contact *contact);
extern bool rvo_store_has_contact(int client_id, int64 id);
extern bool rvo_store_get_contact_of_any(int64 id, Contact *contact);
extern bool rvo_store_lock_contact(int client_id, int64 id, Contact *contact);
extern void rvo_store_lock_contacts(int client_id, const Slice *emails, const Slice *linkedin_urls, int n,
									ContactReader read, void *arg);
extern bool rvo_store_has_contact_of_others(int client_id, int64 id);
extern void rvo_store_list_contacts(int client_id, const ContactFilter *filter, const ListPage *page, ListRows *list);
extern void rvo_store_update_contact(int client_id, const Contact *contact);
extern void rvo_store_update_contacts(int client_id, Contact *const *contacts, int n);
extern void rvo_store_delete_contact(int client_id, int64 id);
extern void rvo_store_detach_contacts(int client_id, int64 company_id);

#endif							/* RVO_STORE_CONTACT_H */
