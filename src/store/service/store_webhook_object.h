/*
 * store_webhook_object.h
 *	  Addresses of contacts that a platform knows by an id.
 */
#ifndef RVO_STORE_WEBHOOK_OBJECT_H
#define RVO_STORE_WEBHOOK_OBJECT_H

#include "datatype/timestamp.h"

#include "base/text.h"

/* An object, and its address. */
typedef struct WebhookObject
{
	Slice		account;		/* empty = not told */
	Slice		object_id;
	Slice		email;			/* no value = not known */
	TimestampTz noted_at;
	int64		hash;			/* of the custom field that has the id */
} WebhookObject;

extern void rvo_store_find_webhook_objects(int client_id, WebhookObject **objects, int n);
extern void rvo_store_note_webhook_objects(int client_id, WebhookObject **objects, int n);

#endif							/* RVO_STORE_WEBHOOK_OBJECT_H */
