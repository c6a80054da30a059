/*
 * webhook_read.h
 *	  Reading a delivery, with what is known of the contacts in it.
 */
#ifndef RVO_WEBHOOK_READ_H
#define RVO_WEBHOOK_READ_H

#include "shape/platform/delivery.h"

extern const Platform *rvo_webhook_platform(Slice name, FaultList *faults);
extern void rvo_webhook_find_contacts(int client_id, DeliveredEvent *const *events, int n);
extern Jsonb *rvo_webhook_read(int client_id, Slice platform, Slice body);

#endif							/* RVO_WEBHOOK_READ_H */
