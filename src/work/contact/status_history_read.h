/*
 * status_history_read.h
 *	  What statuses a contact had, as a list.
 */
#ifndef RVO_STATUS_HISTORY_READ_H
#define RVO_STATUS_HISTORY_READ_H

#include "base/text.h"
#include "shape/list/page.h"

extern text *rvo_status_history_list(int client_id, const int64 *contact_id, const char *where, const ListRequest *request);

#endif							/* RVO_STATUS_HISTORY_READ_H */
