/*
 * store_activity.h
 *	  What events make of contacts: dates, status, and from what it follows.
 */
#ifndef RVO_STORE_ACTIVITY_H
#define RVO_STORE_ACTIVITY_H

#include "shape/activity.h"
#include "shape/record.h"
#include "store/store_campaign.h"

/* A change of a contact's status that an event made. */
typedef struct StatusChange
{
	int64		id;
	int64		contact_id;
	TimestampTz changed_at;
	Slice		contact_status;
} StatusChange;

extern void rvo_store_lock_contact_ids(int client_id, const int64 *ids, int n);
extern void rvo_store_update_contact_dates(int client_id, Contact *const *contacts, int n);
extern void rvo_store_find_activities(int client_id, const int64 *contacts, int n, void (*read) (void *arg, const Activity *activity),
									  void *arg);
extern void rvo_store_write_activities(int client_id, Activity *const *activities, int n);
extern void rvo_store_write_status_changes(int client_id, StatusChange *const *changes, int n);

#endif							/* RVO_STORE_ACTIVITY_H */
