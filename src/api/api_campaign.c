/*
 * api_campaign.c
 *	  The SQL functions of campaigns.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "base/compat.h"
#include "work/activity/campaign.h"
#include "work/caller/auth.h"

PG_FUNCTION_INFO_V1(revyops_get_campaign);
PG_FUNCTION_INFO_V1(revyops_list_campaigns);
PG_FUNCTION_INFO_V1(revyops_list_campaign_contacts);

/* read_list reads (page integer, page_size integer, after text, count text), the first of which is the n-th. */
static ListRequest
read_list(FunctionCallInfo fcinfo, int n)
{
	return (ListRequest) {
		.page = rvo_argument_number(fcinfo, n),
		.page_size = rvo_argument_number(fcinfo, n + 1),
		.after = rvo_argument_text(fcinfo, n + 2),
		.count = rvo_argument_text(fcinfo, n + 3),
	};
}

/* revyops_get_campaign(id bigint) returns jsonb */
Datum
revyops_get_campaign(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();

	PG_RETURN_JSONB_P(rvo_campaign_get(client_id, rvo_argument_id(fcinfo, 0)));
}

/* revyops_list_campaigns(platform text, campaign_id text, page integer, page_size integer, after text, count text) returns json */
Datum
revyops_list_campaigns(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	CampaignQuery query = {rvo_argument_text(fcinfo, 0), rvo_argument_text(fcinfo, 1), read_list(fcinfo, 2)};

	PG_RETURN_TEXT_P(rvo_campaign_list(client_id, &query));
}

/* revyops_list_campaign_contacts(id bigint, page integer, page_size integer, after text, count text) returns json */
Datum
revyops_list_campaign_contacts(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	ListRequest list = read_list(fcinfo, 1);

	PG_RETURN_TEXT_P(rvo_campaign_list_contacts(client_id, rvo_argument_id(fcinfo, 0), &list));
}
