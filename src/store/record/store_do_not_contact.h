/*
 * store_do_not_contact.h
 *	  The do-not-contact list, and what is asked of it.
 */
#ifndef RVO_STORE_DO_NOT_CONTACT_H
#define RVO_STORE_DO_NOT_CONTACT_H

#include "base/text.h"
#include "shape/activity/do_not_contact_entry.h"
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

/* What is read of an entry, and in SQL the digest that it is found by, of a client's salt. */
#define READ_ENTRY "id, email, domain, subdomains, reason, since, source, note, removed_at, removal_note"
#define DIGEST(address) "revyops.do_not_contact_digest(salt, " address ")"

/* The condition that an entry is of an address; $1 is the client's id. */
#define HAS_ADDRESS(address) "digest = (SELECT " DIGEST(address) " FROM revyops.do_not_contact_salt WHERE client_id = $1)"

extern void rvo_store_begin_do_not_contact(int client_id);
extern bool rvo_store_suppresses_since(const Caller *caller);
extern void rvo_store_add_do_not_contact(int client_id, const DoNotContactEntry *const *entries, int n, bool *added);
extern void rvo_store_find_do_not_contact(int client_id, const Slice *addresses, int n, ListedAddressReader read, void *arg);
extern bool rvo_store_get_do_not_contact(int client_id, Slice address, DoNotContactReason reason, DoNotContactRow *row);
extern bool rvo_store_remove_do_not_contact(int client_id, Slice address, DoNotContactReason reason, Slice note,
											DoNotContactRow *row);
extern DoNotContactRow rvo_do_not_contact_row(const Datum *values, const bool *nulls);

#endif							/* RVO_STORE_DO_NOT_CONTACT_H */
