/*
 * store.h
 *	  Every query of the extension, one typed function each.
 */
#ifndef RVO_STORE_H
#define RVO_STORE_H

#include "common/sha2.h"
#include "datatype/timestamp.h"

#include "base/text.h"
#include "shape/caller.h"
#include "shape/record.h"
#include "store/store_query.h"

/*
 * How often an insert is tried whose obstacle no key explains: somebody deleted
 * that row in between, or the id is taken, because rows were copied in ahead of
 * the sequence.
 */
#define INSERT_ATTEMPTS 10

typedef enum IdSequence
{
	COMPANY_IDS,
	CONTACT_IDS,
	CUSTOM_FIELD_IDS
} IdSequence;

/* A stored key, as far as it takes to judge one that a caller shows. */
typedef struct ApiKey
{
	int			client_id;
	uint8		secret_sha256[PG_SHA256_DIGEST_LENGTH];
	bool		master;			/* also reads the master lists */
	bool		live;			/* neither expired nor revoked */
} ApiKey;

/* Who has a key that a contact wanted; 0 = nobody. */
typedef struct ContactOwners
{
	int64		of_email;
	int64		of_linkedin_url;
} ContactOwners;

extern int64 rvo_store_next_id(IdSequence sequence);
extern void rvo_store_number_fields(CustomFields *fields);

extern int	rvo_store_insert_client(Slice name);
extern bool rvo_store_has_client(int client_id);
extern bool rvo_store_find_client(int client_id, ClientSettings *settings);
extern bool rvo_store_set_client(int client_id, Slice setting, Slice value);
extern void rvo_store_insert_api_key(Slice prefix, const ApiKey *key, Slice name, const TimestampTz *expires_at);
extern bool rvo_store_find_api_key(Slice prefix, ApiKey *key);
extern void rvo_store_list_api_keys(int client_id, RowReader read, void *arg);
extern bool rvo_store_revoke_api_key(Slice prefix);

extern Slice rvo_store_cursor_secret(void);

extern int64 rvo_store_find_company(int client_id, Slice domain);
extern int64 rvo_store_lock_company_of_domain(int client_id, Slice domain);
extern bool rvo_store_lock_company(int client_id, int64 id);
extern bool rvo_store_has_company_of_others(int client_id, int64 id);
extern bool rvo_store_is_free_mail(Slice domain);

extern ContactOwners rvo_store_find_contact_owners(int client_id, Slice email, Slice linkedin_url);

#endif							/* RVO_STORE_H */
