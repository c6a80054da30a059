/*
 * store_snapshot.h
 *	  What the calling statement sees, and where the server is.
 */
#ifndef RVO_STORE_SNAPSHOT_H
#define RVO_STORE_SNAPSHOT_H

#include "utils/snapshot.h"

#include "shape/list/change_cursor.h"
#include "shape/list/seen.h"

/* Whether a reader sees what was written. */
typedef enum Sight
{
	SIGHT_SEEN,
	SIGHT_BEHIND,				/* not yet */
	SIGHT_LOST					/* it is not in the past of this server */
} Sight;

extern void rvo_store_take_snapshot(void);
extern void rvo_store_leave_snapshot(void);
extern uint64 rvo_store_snapshot_end(Snapshot snapshot);
extern Seen rvo_store_seen_now(void);
extern LogPlace rvo_store_log_place(void);
extern bool rvo_store_log_has(LogPlace place);
extern bool rvo_store_log_is_near(LogPlace place);
extern LogPlace rvo_store_log_later(LogPlace a, LogPlace b);
extern bool rvo_store_is_behind(void);
extern bool rvo_store_log_end(LogPlace *end);
extern uint64 rvo_store_own_transaction(void);
extern Sight rvo_store_enter_place(LogPlace place, uint64 xid);
extern void rvo_store_leave_place(void);
extern Datum rvo_store_snapshot_of(const Seen *seen);

#endif							/* RVO_STORE_SNAPSHOT_H */
