/*
 * store_webhook_count.h
 *	  What became of deliveries: counters, and bodies that are kept.
 */
#ifndef RVO_STORE_WEBHOOK_COUNT_H
#define RVO_STORE_WEBHOOK_COUNT_H

#include "base/text.h"
#include "store/query/store_query.h"

/* So many of a kind that one thing became of. */
typedef struct WebhookCount
{
	Slice		outcome;
	Slice		kind;			/* empty = it has none */
	int64		count;
} WebhookCount;

extern void rvo_store_count_webhook(int webhook_id, WebhookCount **counts, int n);
extern void rvo_store_webhook_status(RowReader read, void *arg);
extern void rvo_store_keep_delivery(int webhook_id, int ring_size, Slice body, int octets, Slice errors);
extern void rvo_store_list_kept_deliveries(int webhook_id, RowReader read, void *arg);

#endif							/* RVO_STORE_WEBHOOK_COUNT_H */
