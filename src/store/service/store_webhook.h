/*
 * store_webhook.h
 *	  Queries on agencies, their accounts and webhooks, one typed function each.
 */
#ifndef RVO_STORE_WEBHOOK_H
#define RVO_STORE_WEBHOOK_H

#include "base/text.h"
#include "store/query/store_query.h"

/* A webhook: a client's or an agency's, the other being 0. */
typedef struct Webhook
{
	int			id;
	int			client_id;
	int			agency_id;
	Slice		platform;
	Slice		name;
	Slice		token_sha256;
	Slice		verify;
	Slice		secret;			/* no value = none */
	Slice		header;			/* no value = the usual ones */
	Jsonb	   *labels;			/* somebody's own, with true, false or null for what they say of interest; NULL = none */
	int			ring_size;
} Webhook;

/* What a delivery says of whose it is, and whose that is: 0 = it is not known. */
typedef struct WebhookRoute
{
	Slice		account;
	Slice		campaign_id;
	int			client_id;
} WebhookRoute;

extern int	rvo_store_insert_agency(Slice name);
extern bool rvo_store_has_agency(int agency_id);
extern void rvo_store_route_account(int agency_id, Slice platform, Slice account, int client_id);
extern void rvo_store_find_routes(int agency_id, Slice platform, WebhookRoute **routes, int n);
extern void rvo_store_insert_webhook(const Webhook *webhook);
extern bool rvo_store_find_webhook(Slice token_sha256, Webhook *webhook);
extern Slice rvo_store_webhook_platform(int id);
extern int	rvo_store_webhook_client(int id);
extern void rvo_store_list_webhooks(int client_id, int agency_id, RowReader read, void *arg);
extern bool rvo_store_revoke_webhook(int id);
extern void rvo_store_set_webhook_check(const Webhook *webhook);
extern void rvo_store_set_webhook_labels(int id, Jsonb *labels);
extern void rvo_store_set_webhook_ring(int id, int size);

#endif							/* RVO_STORE_WEBHOOK_H */
