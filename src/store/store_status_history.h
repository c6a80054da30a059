/*
 * store_status_history.h
 *	  Queries on the statuses that contacts had, one typed function each.
 */
#ifndef RVO_STORE_STATUS_HISTORY_H
#define RVO_STORE_STATUS_HISTORY_H

#include "datatype/timestamp.h"

#include "base/text.h"

/* A change of a contact's status that somebody made. */
typedef struct StatusChange
{
	int64		contact_id;
	TimestampTz changed_at;
	Slice		status;
	Slice		previous_status;	/* no value = not known */
} StatusChange;

extern void rvo_store_insert_status_changes(int client_id, const StatusChange *changes, int n);
extern void rvo_store_move_status_history(int client_id, int64 contact_id, int64 to_contact_id);

#endif							/* RVO_STORE_STATUS_HISTORY_H */
