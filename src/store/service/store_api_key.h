/*
 * store_api_key.h
 *	  Queries on API keys, one typed function each.
 */
#ifndef RVO_STORE_API_KEY_H
#define RVO_STORE_API_KEY_H

#include "common/sha2.h"
#include "datatype/timestamp.h"

#include "base/text.h"
#include "store/query/store_query.h"

/* A stored key, as far as it takes to judge one that a caller shows. */
typedef struct ApiKey
{
	int			client_id;
	uint8		secret_sha256[PG_SHA256_DIGEST_LENGTH];
	bool		master;			/* also reads the master lists */
	bool		live;			/* neither expired nor revoked */
} ApiKey;

extern void rvo_store_insert_api_key(Slice prefix, const ApiKey *key, Slice name, const TimestampTz *expires_at);
extern bool rvo_store_find_api_key(Slice prefix, ApiKey *key);
extern void rvo_store_list_api_keys(int client_id, RowReader read, void *arg);
extern bool rvo_store_revoke_api_key(Slice prefix);

#endif							/* RVO_STORE_API_KEY_H */
