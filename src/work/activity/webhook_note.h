/*
 * webhook_note.h
 *	  What is noted of deliveries: counters, and bodies that could not be read.
 */
#ifndef RVO_WEBHOOK_NOTE_H
#define RVO_WEBHOOK_NOTE_H

#include "base/fault.h"
#include "base/slice_map.h"
#include "store/service/store_webhook.h"
#include "store/service/store_webhook_count.h"

/* Counters of one delivery, as they grow.  Starts as {0}. */
typedef struct DeliveryCounts
{
	SliceMap   *places;
	int			count;
	WebhookCount **counts;
} DeliveryCounts;

extern void rvo_delivery_count(DeliveryCounts *counts, const char *outcome, Slice kind);
extern void rvo_delivery_counts_write(const Webhook *webhook, DeliveryCounts *counts);
extern void rvo_delivery_keep(const Webhook *webhook, Slice body, const FaultList *faults);

#endif							/* RVO_WEBHOOK_NOTE_H */
