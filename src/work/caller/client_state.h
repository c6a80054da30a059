/*
 * client_state.h
 *	  Whether a client is served here: active, moving to another server, or moved there.
 */
#ifndef RVO_CLIENT_STATE_H
#define RVO_CLIENT_STATE_H

#include "shape/record/caller.h"

extern void rvo_client_check_readable(ClientState state);
extern void rvo_client_check_writable(ClientState state);
extern void rvo_client_begin_write(int client_id);
extern void rvo_client_set_state(const int *client_id, Slice state);

#endif							/* RVO_CLIENT_STATE_H */
