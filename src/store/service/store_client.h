/*
 * store_client.h
 *	  Queries on clients and their settings, one typed function each.
 */
#ifndef RVO_STORE_CLIENT_H
#define RVO_STORE_CLIENT_H

#include "shape/record/caller.h"
#include "store/query/store_query.h"

extern int	rvo_store_insert_client(Slice name);
extern bool rvo_store_has_client(int client_id);
extern int	rvo_store_current_client_id(void);
extern bool rvo_store_has_rows(bool clients);
extern void rvo_store_read_clients(RowReader read, void *arg);
extern bool rvo_store_find_client_state(int client_id, ClientState *state);
extern void rvo_store_set_client_state(int client_id, Slice state);
extern bool rvo_store_find_client(int client_id, ClientSettings *settings);
extern bool rvo_store_set_client(int client_id, Slice setting, Slice value);
extern bool rvo_store_tells_foreign_ids(int client_id);
extern void rvo_store_lock_client(int client_id);
extern void rvo_store_note_defined(int client_id, Entity entity);

#endif							/* RVO_STORE_CLIENT_H */
