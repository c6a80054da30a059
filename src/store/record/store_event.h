/*
 * store_event.h
 *	  Which events were recorded: their keys.
 */
#ifndef RVO_STORE_EVENT_H
#define RVO_STORE_EVENT_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "shape/activity/event_key.h"

/* The key of an event, and what was made when it was recorded. */
typedef struct EventKey
{
	pg_uuid_t	key;
	int64		email_id;		/* 0 = none */
	int64		campaign;		/* by its id in revyops.campaign; 0 = none */
	TimestampTz time;
	bool		found;			/* it was there, with the others as they are now */
} EventKey;

extern EventSalt rvo_store_event_salt(int client_id);
extern void rvo_store_find_event_keys(int client_id, EventKey *const *keys, int n);
extern void rvo_store_insert_event_keys(int client_id, EventKey *const *keys, int n);

#endif							/* RVO_STORE_EVENT_H */
