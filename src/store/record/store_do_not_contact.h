/*
 * store_do_not_contact.h
 *	  The do-not-contact list, and what is asked of it.
 */
#ifndef RVO_STORE_DO_NOT_CONTACT_H
#define RVO_STORE_DO_NOT_CONTACT_H

#include "base/text.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/list/page.h"
#include "shape/record/caller.h"
#include "store/query/store_query.h"

/* An entry of the list that many addresses are looked up on. */
typedef struct ListedAddress
{
	int			number;			/* of the address, from 0 */
	DoNotContactReason reason;
	TimestampTz since;
	bool		subdomains;
} ListedAddress;

typedef void (*ListedAddressReader) (void *arg, const ListedAddress *listed);

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

extern void rvo_store_begin_do_not_contact(int client_id);
extern bool rvo_store_suppresses_since(const Caller *caller);
extern void rvo_store_add_do_not_contact(int client_id, const DoNotContactEntry *const *entries, int n, bool *added);
extern void rvo_store_find_do_not_contact(int client_id, const Slice *addresses, int n, ListedAddressReader read, void *arg);
extern bool rvo_store_get_do_not_contact(int client_id, Slice address, DoNotContactReason reason, DoNotContactRow *row);
extern bool rvo_store_remove_do_not_contact(int client_id, Slice address, DoNotContactReason reason, Slice note,
											DoNotContactRow *row);
extern void rvo_store_list_do_not_contact(int client_id, const DoNotContactFilter *filter, const ListPage *page,
										  DoNotContactRows *rows);

#endif							/* RVO_STORE_DO_NOT_CONTACT_H */
