/*
 * client.h
 *	  The use cases of clients and their API keys: making, listing, ending.
 */
#ifndef RVO_CLIENT_H
#define RVO_CLIENT_H

#include "datatype/timestamp.h"

#include "base/fault.h"
#include "base/text.h"
#include "store/query/store_query.h"

/* How much of a key is public: what it is found by. */
#define API_KEY_PREFIX_LENGTH 16

extern Slice rvo_client_check_name(Slice name, FaultList *faults);
extern int	rvo_client_create(Slice name);
extern bool rvo_client_is_shown(int client_id);
extern Slice rvo_api_key_create(const int *client_id, Slice name, const TimestampTz *expires_at, Slice scope_name);
extern void rvo_api_key_list(const int *client_id, RowReader read, void *arg);
extern bool rvo_api_key_revoke(Slice prefix);

#endif							/* RVO_CLIENT_H */
