/*
 * webhook.h
 *	  The use cases of agencies and webhooks: making, checking, listing, ending.
 */
#ifndef RVO_WEBHOOK_H
#define RVO_WEBHOOK_H

#include "base/text.h"
#include "store/query/store_query.h"

extern int	rvo_agency_create(Slice name);
extern void rvo_webhook_route_account(const int *agency_id, Slice platform, Slice account, const int *client_id);
extern Slice rvo_webhook_create(const int *client_id, Slice platform, Slice name);
extern Slice rvo_webhook_create_for_agency(const int *agency_id, Slice platform, Slice name);
extern void rvo_webhook_set_secret(const int *id, Slice verify, Slice secret, Slice header);
extern void rvo_webhook_set_labels(const int *id, Jsonb *labels);
extern void rvo_webhook_set_ring(const int *id, const int *size);
extern void rvo_webhook_ring(const int *id, RowReader read, void *arg);
extern bool rvo_webhook_revoke(const int *id);

#endif							/* RVO_WEBHOOK_H */
