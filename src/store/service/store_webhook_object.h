/*
 * store_webhook_object.h
 *	  Addresses of contacts that a platform knows by an id.
 */
#ifndef RVO_STORE_WEBHOOK_OBJECT_H
#define RVO_STORE_WEBHOOK_OBJECT_H

#include "base/jsonio.h"

/* An object, and its address at a time. */
typedef struct WebhookObject
{
	Slice		account;		/* empty = not told */
	Slice		object_id;
	TimestampTz at;				/* the time that is asked for */
	Slice		email;			/* no value = not known */
	NullableTime noted_at;		/* since when it was so; null = it is a contact's that has the id in its custom field */
	int64		hash;			/* of the custom field that has the id */
} WebhookObject;

extern void rvo_store_find_webhook_objects(int client_id, WebhookObject **objects, int n);
extern void rvo_store_note_webhook_objects(int client_id, WebhookObject **objects, int n);

#endif							/* RVO_STORE_WEBHOOK_OBJECT_H */
