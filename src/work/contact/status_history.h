/*
 * status_history.h
 *	  What statuses contacts had.
 */
#ifndef RVO_STATUS_HISTORY_H
#define RVO_STATUS_HISTORY_H

#include "shape/record/record.h"
#include "store/record/store_status_history.h"

extern bool rvo_status_is_changed(const Contact *contact);
extern StatusChange rvo_status_change_of(const Contact *contact);
extern void rvo_status_note(int client_id, const Contact *contact);

#endif							/* RVO_STATUS_HISTORY_H */
