/*
 * contact_owner.h
 *	  Whose a key is.
 */
#ifndef RVO_CONTACT_OWNER_H
#define RVO_CONTACT_OWNER_H

#include "shape/record/caller.h"
#include "store/record/store_contact.h"

extern void rvo_contact_complete_owners(int client_id, Slice email, Slice linkedin_url, ContactOwners *owners);
extern ContactOwners rvo_contact_find_owners(const Caller *caller, Slice email, Slice linkedin_url);
extern void rvo_contact_find_many_owners(int client_id, Contact *const *contacts, int n, bool read_only,
										 ContactOwners *owners);
extern ContactOwners *rvo_contact_find_many_kept(int client_id, Contact *const *contacts, int n);
extern bool rvo_contact_is_kept(const Caller *caller, Slice email, Slice linkedin_url);

#endif							/* RVO_CONTACT_OWNER_H */
