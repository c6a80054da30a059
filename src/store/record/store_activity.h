/*
 * store_activity.h
 *	  What events make of contacts: dates, status, and from what it follows.
 */
#ifndef RVO_STORE_ACTIVITY_H
#define RVO_STORE_ACTIVITY_H

#include "shape/activity/activity.h"
#include "shape/record/record.h"
#include "store/record/store_campaign.h"

/* A change of a contact's status that an event made. */
typedef struct EventStatus
{
	int64		id;
	int64		contact_id;
	TimestampTz changed_at;
	Slice		contact_status;
	Slice		previous_status;
} EventStatus;

extern void rvo_store_lock_contact_ids(int client_id, const int64 *ids, int n);
extern void rvo_store_update_contact_dates(int client_id, Contact *const *contacts, int n);
extern void rvo_store_find_activities(int client_id, const int64 *contacts, int n, void (*read) (void *arg, const Activity *activity),
									  void *arg);
extern void rvo_store_insert_activities(int client_id, Activity *const *activities, int n);
extern void rvo_store_write_activities(int client_id, Activity *const *activities, int n);
extern void rvo_store_rename_filled(int client_id, Datum contacts, Slice name, Slice new_name);
extern void rvo_store_delete_filled(int client_id, Datum contacts, Slice name);
extern void rvo_store_move_filled(int client_id, Datum contacts, int64 company_id, int64 to_company_id);
extern void rvo_store_write_event_statuses(int client_id, EventStatus *const *statuses, int n);
extern void rvo_store_delete_event_statuses(int client_id, const int64 *ids, int n);
extern void rvo_store_join_campaign_contacts(int client_id, int64 contact_id, int64 to_contact_id);

#endif							/* RVO_STORE_ACTIVITY_H */
