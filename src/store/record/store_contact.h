/*
 * store_contact.h
 *	  Queries on contacts, one typed function each; those of lists are in store_contact_list.c.
 */
#ifndef RVO_STORE_CONTACT_H
#define RVO_STORE_CONTACT_H

#include "store/record/store_record.h"

/* The columns, those of a new contact first. */
#define CONTACT_INSERTED(X) X(email, text) ", " X(linkedin_url, text) ", " X(first_name, text) ", " X(last_name, text) \
	", " X(company_id, bigint) ", " X(origin, text) ", " X(contact_status, text) ", " X(previous_status, text) \
	", " X(status_changed_at, timestamptz)
#define CONTACT_COLUMNS(X) CONTACT_INSERTED(X) ", " X(first_campaign_email_sent, timestamptz) \
	", " X(last_campaign_email_sent, timestamptz) ", " X(last_reply_received, timestamptz)
#define READ_CONTACT "client_id, id, " CONTACT_COLUMNS(READ) ", custom_fields::jsonb, updated_time::timestamptz"

/* Who has a key that a contact wanted, or was kept when who had it was merged; 0 = nobody. */
typedef struct ContactOwners
{
	int64		of_email;
	int64		of_linkedin_url;
	bool		kept_for_email;	/* the latter */
	bool		kept_for_linkedin_url;
} ContactOwners;

/* What is called for each contact of many; its texts are in the current context. */
typedef bool (*ContactReader) (void *arg, const Contact *contact);

/* Of which keys two contacts have different ones. */
typedef struct OtherKeys
{
	bool		email;
	bool		linkedin_url;
} OtherKeys;

extern const RecordTable rvo_contact_table;

extern bool rvo_store_has_contact(int client_id, int64 id);
extern bool rvo_store_get_contact_with_key(int client_id, Slice email, Slice linkedin_url, Contact *contact);
extern ContactOwners rvo_store_find_contact_owners(int client_id, Slice email, Slice linkedin_url);
extern void rvo_store_delete_contact(int client_id, int64 id);

extern void rvo_store_lock_contacts(int client_id, const Slice *emails, const Slice *linkedin_urls, int n,
									const int64 *ids, int nids, ContactReader read, void *arg);
extern void rvo_store_read_contact_owners(void *arg, const Datum *values, const bool *nulls);
extern void rvo_store_find_contacts_owners(int client_id, Contact *const *contacts, int n,
										   bool read_only, ContactOwners *owners);
extern void rvo_store_compare_contacts_keys(int client_id, Contact *const *contacts, const int64 *ids, int n, bool read_only,
											OtherKeys *others);
extern void rvo_store_insert_whole_contacts(int client_id, Contact *const *contacts, int n, bool *inserted);
extern void rvo_store_update_contacts(int client_id, Contact *const *contacts, int n);
extern Datum rvo_store_move_contacts(int client_id, int64 company_id, int64 to_company_id);

#endif							/* RVO_STORE_CONTACT_H */
