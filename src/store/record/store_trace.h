/*
 * store_trace.h
 *	  What is held about a person beside their contact.
 */
#ifndef RVO_STORE_TRACE_H
#define RVO_STORE_TRACE_H

#include "base/jsonio.h"
#include "store/query/store_query.h"

extern int	rvo_store_trace_kinds(void);
extern void rvo_store_show_traces(int client_id, int64 contact_id, JsonObject *answer);
extern void rvo_store_read_person_emails(int client_id, int64 contact_id, RowReader read, void *arg);
extern IdList rvo_store_delete_traces(int client_id, int64 contact_id, JsonObject *answer);
extern IdList rvo_store_move_traces(int client_id, int64 contact_id, int64 to_contact_id);

#endif							/* RVO_STORE_TRACE_H */
