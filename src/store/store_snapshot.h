/*
 * store_snapshot.h
 *	  Which transactions the calling statement sees, and where the server is.
 */
#ifndef RVO_STORE_SNAPSHOT_H
#define RVO_STORE_SNAPSHOT_H

#include "shape/change_cursor.h"
#include "shape/seen.h"

extern Seen rvo_store_seen_now(void);
extern LogPlace rvo_store_log_place(void);
extern bool rvo_store_log_has(LogPlace place);
extern bool rvo_store_log_is_near(LogPlace place);
extern LogPlace rvo_store_log_later(LogPlace a, LogPlace b);
extern bool rvo_store_is_behind(void);
extern Datum rvo_store_snapshot_of(const Seen *seen);

#endif							/* RVO_STORE_SNAPSHOT_H */
