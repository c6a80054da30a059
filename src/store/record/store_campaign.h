/*
 * store_campaign.h
 *	  Campaigns and their contacts, as events count them.
 */
#ifndef RVO_STORE_CAMPAIGN_H
#define RVO_STORE_CAMPAIGN_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/activity/activity.h"

/* What a campaign counts. */
typedef struct CampaignCounts
{
	int64		contacts;
	int64		contacts_replied;
	int64		contacts_interested;
	int64		sent;
	int64		replied;
	int64		auto_replied;
	int64		bounced;
	int64		unsubscribed;
} CampaignCounts;

/* A campaign; or what is to be added to one. */
typedef struct Campaign
{
	int64		id;
	Slice		platform;
	Slice		campaign_id;
	Slice		campaign_name;	/* no value = none */
	NullableTime named_at;
	CampaignCounts counts;
	NullableTime first_event_at;
	NullableTime last_event_at;
} Campaign;

/* A contact of a campaign. */
typedef struct CampaignContact
{
	int64		campaign;
	int64		contact_id;
	int64		sent;
	int64		replied;
	NullableTime first_sent_at;
	NullableTime last_sent_at;
	NullableTime last_reply_at;
	NullableTime bounced_at;
	NullableTime unsubscribed_at;
	InterestState interest;
} CampaignContact;

extern void rvo_store_find_campaigns(int client_id, Campaign *const *campaigns, int n);
extern void rvo_store_insert_campaigns(int client_id, Campaign *const *campaigns, int n);
extern void rvo_store_add_to_campaigns(int client_id, Campaign *const *campaigns, int n);

extern void rvo_store_find_campaign_contacts(int client_id, CampaignContact *const *pairs, int n,
											 void (*read) (void *arg, const CampaignContact *pair), void *arg);
extern void rvo_store_insert_campaign_contacts(int client_id, CampaignContact *const *pairs, int n);
extern void rvo_store_write_campaign_contacts(int client_id, CampaignContact *const *pairs, int n);

#endif							/* RVO_STORE_CAMPAIGN_H */
