/*
 * campaign.h
 *	  The use cases of campaigns: getting one, listing, and listing the contacts of one.
 */
#ifndef RVO_CAMPAIGN_H
#define RVO_CAMPAIGN_H

#include "utils/jsonb.h"

#include "shape/list/page.h"

/* What campaigns are listed by. */
typedef struct CampaignQuery
{
	Slice		platform;
	Slice		campaign_id;
	ListRequest list;
} CampaignQuery;

extern Jsonb *rvo_campaign_get(int client_id, const int64 *id);
extern text *rvo_campaign_list(int client_id, const CampaignQuery *query);
extern text *rvo_campaign_list_contacts(int client_id, const int64 *id, const ListRequest *request);

#endif							/* RVO_CAMPAIGN_H */
