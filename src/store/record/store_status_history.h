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

/* One that was kept. */
typedef struct KeptStatus
{
	int64		id;
	StatusChange change;
	Slice		source;			/* api or event */
} KeptStatus;

/* What is called for each; its texts are in the current context. */
typedef void (*StatusReader) (void *arg, const KeptStatus *status);

extern int64 rvo_store_count_statuses(int client_id, int64 contact_id);
extern void rvo_store_read_statuses(int client_id, int64 contact_id, int64 offset, int limit, StatusReader read, void *arg);
extern void rvo_store_insert_status_changes(int client_id, const StatusChange *changes, int n);

#endif							/* RVO_STORE_STATUS_HISTORY_H */
