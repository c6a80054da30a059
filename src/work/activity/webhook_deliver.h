/*
 * webhook_deliver.h
 *	  A delivery over HTTP: checked, read, recorded and counted.
 */
#ifndef RVO_WEBHOOK_DELIVER_H
#define RVO_WEBHOOK_DELIVER_H

#include "work/activity/webhook_check.h"

/* What became of a delivery. */
typedef struct WebhookResult
{
	int			status;			/* 200, or 400 or 401 with faults */
	FaultList	faults;
	int			processed;
	int			duplicates;
	int			ignored;
	FaultList	errors;			/* of items, each with its index */
} WebhookResult;

extern void rvo_webhook_deliver(const WebhookRequest *request, WebhookResult *result);

#endif							/* RVO_WEBHOOK_DELIVER_H */
