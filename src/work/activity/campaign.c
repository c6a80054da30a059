/*
 * campaign.c
 *	  The use cases of campaigns: getting one, listing, and listing the contacts of one.
 *
 * Events make campaigns (event_find.c) and count them; nobody else writes any.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "shape/list/filter.h"
#include "store/list/store_campaign_list.h"
#include "work/activity/campaign.h"
#include "work/record/list.h"

/* rvo_campaign_get returns a campaign, in the current context.  id is NULL for SQL's NULL. */
Jsonb *
rvo_campaign_get(int client_id, const int64 *id)
{
	Jsonb	   *campaign;

	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	campaign = rvo_store_show_campaign(client_id, *id);
	if (campaign == NULL)
		rvo_failure_raise_one(FAILURE_CAMPAIGN_NOT_FOUND, "id", FAULT_NOT_FOUND);
	return campaign;
}

/* write_page writes a page of what was read, as JSON text in the current context. */
static text *
write_page(const ListRequest *request, const ListScope *scope, const ListPage *page, const ShownRows *rows)
{
	ListEnd		end = {
		.place = {.id = rows->last_id, .client_id = scope->client_id, .total = rows->total},
		.count = rows->count, .has_more = rows->has_more
	};
	PageWriter	writer = rvo_list_open(request, scope, page, &end);

	for (int i = 0; i < rows->count; i++)
		rvo_page_put_jsonb(&writer, rows->items[i]);
	return rvo_page_end(&writer);
}

/* rvo_campaign_list returns a page of the campaigns that fit, as JSON text in the current context. */
text *
rvo_campaign_list(int client_id, const CampaignQuery *query)
{
	CampaignFilter filter = {rvo_filter_text(query->platform), rvo_filter_text(query->campaign_id)};
	FaultList	faults = query->list.faults;
	ListScope	scope = {.what = "campaigns", .client_id = client_id, .possible = true};
	ShownRows	rows = {.count = 0};
	ListPage	page = rvo_page_read(&query->list, &faults);

	scope.conditions = (const Slice *) &filter;
	scope.count = sizeof(filter) / sizeof(Slice);
	rvo_list_place(&query->list, &scope, &page, &faults);
	rvo_store_list_campaigns(client_id, &filter, &page, &rows);
	return write_page(&query->list, &scope, &page, &rows);
}

/*
 * rvo_campaign_list_contacts returns a page of the contacts of a campaign, as JSON text in
 * the current context.  id is NULL for SQL's NULL.  Raises FAILURE_CAMPAIGN_NOT_FOUND.
 */
text *
rvo_campaign_list_contacts(int client_id, const int64 *id, const ListRequest *request)
{
	FaultList	faults = request->faults;
	ListScope	scope = {.what = "campaign contacts", .client_id = client_id, .count = 1, .possible = true};
	ShownRows	rows = {.count = 0};
	Slice		name;
	ListPage	page;

	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	name = rvo_slice(psprintf(INT64_FORMAT, *id));
	scope.conditions = &name;
	page = rvo_page_read(request, &faults);
	rvo_list_place(request, &scope, &page, &faults);
	if (!rvo_store_list_campaign_contacts(client_id, *id, &page, &rows))
		rvo_failure_raise_one(FAILURE_CAMPAIGN_NOT_FOUND, "id", FAULT_NOT_FOUND);
	return write_page(request, &scope, &page, &rows);
}
