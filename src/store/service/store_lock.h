/*
 * store_lock.h
 *	  Locks on what is not a row, held until the transaction ends.
 */
#ifndef RVO_STORE_LOCK_H
#define RVO_STORE_LOCK_H

#include "base/text.h"

extern void rvo_store_line_up(int client_id, bool alone);
extern void rvo_store_begin_write(int client_id);
extern void rvo_store_wait_for_writers(int client_id);
extern void rvo_store_line_up_domains(int client_id, bool alone);
extern void rvo_store_line_up_addresses(int client_id, bool erases);
extern void rvo_store_mark_import_running(int64 job);
extern void rvo_store_wait_for_twin(int client_id, Slice key);

#endif							/* RVO_STORE_LOCK_H */
