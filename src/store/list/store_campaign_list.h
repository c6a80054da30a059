/*
 * store_campaign_list.h
 *	  Pages of campaigns and of their contacts, as they are shown.
 */
#ifndef RVO_STORE_CAMPAIGN_LIST_H
#define RVO_STORE_CAMPAIGN_LIST_H

#include "utils/jsonb.h"

#include "base/text.h"
#include "shape/list/page.h"

/* Conditions on campaigns; no value = any. */
typedef struct CampaignFilter
{
	Slice		platform;
	Slice		campaign_id;
} CampaignFilter;

/* A page of what is shown. */
typedef struct ShownRows
{
	Jsonb	   *items[PAGE_MAX_SIZE];
	int			count;
	int64		last_id;
	bool		has_more;
	ListCount	total;
} ShownRows;

extern Jsonb *rvo_store_show_campaign(int client_id, int64 id);
extern void rvo_store_list_campaigns(int client_id, const CampaignFilter *filter, const ListPage *page, ShownRows *rows);
extern bool rvo_store_list_campaign_contacts(int client_id, int64 id, const ListPage *page, ShownRows *rows);

#endif							/* RVO_STORE_CAMPAIGN_LIST_H */
