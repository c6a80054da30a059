/*
 * serve_event.c
 *	  The endpoints of events and of campaigns.
 *
 * Many events are asked for as many contacts are (serve_batch.c): {"events": […],
 * "mode": "partial"}, answered by {"results": [{"index", "status", "contact_id",
 * "duplicate", "email_id" or "errors"}], "summary": {"total", "recorded", "duplicates",
 * "failed"}}.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "http/request/answer.h"
#include "http/request/batch_body.h"
#include "http/request/parameter.h"
#include "http/serve/serve_event.h"
#include "shape/record/known_member.h"
#include "work/activity/campaign.h"
#include "work/activity/event.h"

/* ---------------------------------------------------------------- events */

/* rvo_serve_event records one event: 201, or 200 if it had been recorded. */
void
rvo_serve_event(const HttpRequest *request, Answer *answer)
{
	bool		is_new;
	Jsonb	   *body = rvo_event_record(&request->caller, request->body, &is_new);

	rvo_answer(answer, is_new ? 201 : 200, body);
}

/* The answer, as it grows. */
typedef struct OutcomeSink
{
	StringInfoData results;
	int			recorded;
	int			duplicates;
	int			failed;
} OutcomeSink;

/* put_outcome appends what became of an event. */
static void
put_outcome(void *arg, int number, const EventOutcome *outcome)
{
	OutcomeSink *sink = arg;
	StringInfo	to = &sink->results;

	appendStringInfo(to, "%s{\"index\": %d, \"status\": %d, ", number > 0 ? ", " : "", number, outcome->status);
	if (outcome->faults.count > 0)
	{
		appendStringInfo(to, "\"errors\": %s}", rvo_fault_json(&outcome->faults));
		sink->failed++;
		return;
	}
	sink->recorded += outcome->status == 201;
	sink->duplicates += outcome->status == 200;
	appendStringInfo(to, "\"duplicate\": %s, \"contact_id\": ", outcome->status == 200 ? "true" : "false");
	if (outcome->contact_id != 0)
		appendStringInfo(to, INT64_FORMAT, outcome->contact_id);
	else
		appendStringInfoString(to, "null");
	appendStringInfoString(to, ", \"email_id\": ");
	if (outcome->email_id != 0)
		appendStringInfo(to, INT64_FORMAT "}", outcome->email_id);
	else
		appendStringInfoString(to, "null}");
}

/* rvo_serve_events records many, each with a status of its own in the answer. */
void
rvo_serve_events(const HttpRequest *request, Answer *answer)
{
	FaultList	faults = {0};
	OutcomeSink sink = {.recorded = 0};
	EventList	list = {
		.caller = &request->caller,
		.items = rvo_batch_body_items(request, "events", &faults),
		.mode = rvo_batch_mode_of_body(request, &faults),
		.number_name = "index",
		.first_number = 0,
		.broken = request->broken != NULL ? *request->broken : (BrokenItems) {0},
		.sink = put_outcome,
		.sink_arg = &sink,
	};

	rvo_batch_body_check(request, "events", &faults);
	initStringInfo(&sink.results);
	sink.results.len = VARHDRSZ;	/* it becomes a text where it is */
	appendStringInfoString(&sink.results, "{\"results\": [");
	rvo_event_record_list(&list);
	appendStringInfo(&sink.results, "], \"summary\": {\"total\": %d, \"recorded\": %d, \"duplicates\": %d, \"failed\": %d}}",
					 sink.recorded + sink.duplicates + sink.failed, sink.recorded, sink.duplicates, sink.failed);
	SET_VARSIZE(sink.results.data, sink.results.len);
	answer->status = 200;
	answer->body = (text *) sink.results.data;
}

/* ---------------------------------------------------------------- campaigns */

void
rvo_serve_campaign(const HttpRequest *request, Answer *answer)
{
	rvo_answer(answer, 200, rvo_campaign_get(request->caller.client_id, &request->id));
}

static text *
list_campaigns(const HttpRequest *request, const ListRequest *list)
{
	CampaignQuery query = {
		rvo_parameter(request->query, "platform"), rvo_parameter(request->query, "campaign_id"), *list
	};

	return rvo_campaign_list(request->caller.client_id, &query);
}

static text *
list_contacts(const HttpRequest *request, const ListRequest *list)
{
	return rvo_campaign_list_contacts(request->caller.client_id, &request->id, list);
}

static const Slice conditions[] = {CONST_SLICE("platform"), CONST_SLICE("campaign_id")};

/* Campaigns can't be asked for by these; "name" is what callers say for the last. */
static const ListedMember campaign_members[] = {
	LISTED("id"), LISTED("contacts"), LISTED("contacts_replied"), LISTED("contacts_interested"),
	LISTED("sent"), LISTED("replied"), LISTED("auto_replied"), LISTED("bounced"), LISTED("unsubscribed"),
	LISTED("reply_rate"), LISTED("interest_rate"), LISTED("bounce_rate"), LISTED("unsubscribe_rate"),
	LISTED("first_event_at"), LISTED("last_event_at"), LISTED("campaign_name"), LISTED("name")
};

const Resource rvo_campaigns = {
	.listed = campaign_members,
	.nlisted = lengthof(campaign_members),
	.conditions = conditions,
	.nconditions = lengthof(conditions),
	.list = list_campaigns,
};

/* What a contact of a campaign has beside a contact's members, and what other lists are asked for by. */
static const ListedMember contact_members[] = {
	LISTED("contact_id"), LISTED("sent"), LISTED("replied"), LISTED("first_sent_at"),
	LISTED("last_sent_at"), LISTED("last_reply_at"), LISTED("bounced_at"), LISTED("unsubscribed_at"),
	LISTED("interested"), LISTED("interest_at"), LISTED("interest_label"),
	LISTED("domain"), LISTED("platform"), LISTED("campaign_id")
};

const Resource rvo_campaign_contacts = {
	.shape = &rvo_contact_shape,
	.listed = contact_members,
	.nlisted = lengthof(contact_members),
	.list = list_contacts,
};
