/*
 * event_key.h
 *	  What makes two events the same.
 */
#ifndef RVO_EVENT_KEY_H
#define RVO_EVENT_KEY_H

#include "utils/uuid.h"

#include "shape/activity/neutral_event.h"

/* With what the hashes of a client's events begin. */
typedef struct EventSalt
{
	int			client_id;
	Slice		salt;
} EventSalt;

extern pg_uuid_t rvo_event_key(const EventSalt *salt, Slice address, const NeutralEvent *event);
extern pg_uuid_t rvo_event_key_in_campaign(const EventSalt *salt, const pg_uuid_t *key, Slice platform, Slice campaign_id);
extern pg_uuid_t rvo_event_key_of_suppression(const EventSalt *salt, const pg_uuid_t *key);

#endif							/* RVO_EVENT_KEY_H */
