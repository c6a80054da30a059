/*
 * store_merged.h
 *	  Contacts that were merged into others.
 */
#ifndef RVO_STORE_MERGED_H
#define RVO_STORE_MERGED_H

#include "shape/record/caller.h"
#include "shape/record/record.h"
#include "store/record/store_contact.h"

/* In a statement: into whom those were merged that had a key of a client's, by now; whoever had it last. */
#define KEPT_BY(key, value, client) "(SELECT kept_id FROM revyops.merged_contact WHERE " key " = " value \
	" AND client_id = " client " ORDER BY merged_time DESC, id DESC LIMIT 1)"

/* Likewise whose a key is: the contact's that has it, or else that contact's. */
#define OWNER(key, value, client) "COALESCE((SELECT id FROM revyops.contact WHERE " key " = " value \
	" AND client_id = " client "), " KEPT_BY(key, value, client) ")"

extern int64 rvo_store_find_kept_contact(int client_id, int64 id);
extern void rvo_store_find_contacts_of_ids(int client_id, const int64 *ids, int n, int64 *contacts);
extern int64 rvo_store_find_kept_contact_of_any(int64 id);
extern void rvo_store_read_merged_into(int client_id, const int64 *kept_ids, int n,
									   void (*read) (void *arg, int64 kept_id, int64 id, Slice email), void *arg);
extern bool rvo_store_has_merged(int client_id);
extern bool rvo_store_has_merged_since(const Caller *caller);
extern void rvo_store_note_merged(int client_id);
extern ContactOwners rvo_store_find_kept_by_keys(int client_id, Slice email, Slice linkedin_url);
extern ContactOwners rvo_store_find_owners_to_list(int client_id, Slice email, Slice linkedin_url);
extern void rvo_store_find_many_kept_by_keys(int client_id, const Slice *emails, const Slice *linkedin_urls, int n,
											 bool read_only, ContactOwners *owners);
extern void rvo_store_insert_merged_contact(int client_id, const Contact *merged, int64 kept_id);

#endif							/* RVO_STORE_MERGED_H */
