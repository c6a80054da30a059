/*
 * store_do_not_contact_list.h
 *	  Pages of the do-not-contact list.
 */
#ifndef RVO_STORE_DO_NOT_CONTACT_LIST_H
#define RVO_STORE_DO_NOT_CONTACT_LIST_H

#include "shape/list/page.h"
#include "store/record/store_do_not_contact.h"

/* What a list is asked for by. */
typedef struct DoNotContactFilter
{
	Slice		address;		/* no value = any */
	Slice		reason;			/* no value = any */
	bool		removed;		/* those that were removed, in place of those that are on it */
} DoNotContactFilter;

/* A page that was read. */
typedef struct DoNotContactRows
{
	DoNotContactRow *rows;		/* in the caller's context */
	int			count;
	bool		has_more;
	ListCount	total;
} DoNotContactRows;

extern void rvo_store_list_do_not_contact(int client_id, const DoNotContactFilter *filter, const ListPage *page,
										  DoNotContactRows *rows);

#endif							/* RVO_STORE_DO_NOT_CONTACT_LIST_H */
