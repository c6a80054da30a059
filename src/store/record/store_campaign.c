/*
 * store_campaign.c
 *	  Campaigns and their contacts, as events count them.
 *
 * A row of a contact in a campaign is written by those only who have locked the
 * contact.  A campaign's row is what all who record its events share: it is
 * locked as late as can be.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_query.h"
#include "store/record/store_campaign.h"

static KeptQuery find_campaigns = {
	.sql = "SELECT (SELECT id::bigint FROM revyops.campaign WHERE campaign_id = k.campaign_id AND platform = k.platform AND client_id = $1)"
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS k (platform, campaign_id)",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID},
};

static KeptQuery insert_campaigns = {
	.sql = "INSERT INTO revyops.campaign (client_id, platform, campaign_id)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 3,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID},
};

#define ADDED(column) column " = c." column " OPERATOR(pg_catalog.+) EXCLUDED." column

/* As an INSERT that finds the id taken; see store_contact.c. */
static KeptQuery add_to_campaigns = {
	.sql = "INSERT INTO revyops.campaign AS c (client_id, id, platform, campaign_id, campaign_name, named_at, contacts, contacts_replied,"
	" contacts_interested, sent, replied, auto_replied, bounced, unsubscribed, first_event_at, last_event_at)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), "
	"pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), pg_catalog.unnest($13)" ", "
	"pg_catalog.unnest($14)" ", pg_catalog.unnest($15), pg_catalog.unnest($16)"
	" ON CONFLICT (client_id, id) DO UPDATE SET "
	ADDED("contacts") ", " ADDED("contacts_replied") ", " ADDED("contacts_interested") ", " ADDED("sent") ", " ADDED("replied") ", "
	ADDED("auto_replied") ", " ADDED("bounced") ", " ADDED("unsubscribed")
	", first_event_at = LEAST(c.first_event_at, EXCLUDED.first_event_at), last_event_at = GREATEST(c.last_event_at, EXCLUDED.last_event_at)"
	", campaign_name = CASE WHEN c.named_at IS NULL OR EXCLUDED.named_at > c.named_at OR (EXCLUDED.named_at = c.named_at"
	" AND EXCLUDED.campaign_name COLLATE pg_catalog.\"C\" > c.campaign_name COLLATE pg_catalog.\"C\")"
	" THEN EXCLUDED.campaign_name ELSE c.campaign_name END, named_at = GREATEST(c.named_at, EXCLUDED.named_at)",
	.expected = SPI_OK_INSERT, .nparameters = 16,
	.types = {INT4OID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID},
};

#define PAIR_COLUMNS "campaign, contact_id, sent, replied, first_sent_at, last_sent_at, last_reply_at, bounced_at, unsubscribed_at," \
	" interested, interest_at, interest_label"

static KeptQuery find_pairs = {
	.sql = "SELECT c.* FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) AS k (campaign, contact_id), LATERAL (SELECT "
	PAIR_COLUMNS " FROM revyops.campaign_contact WHERE client_id = $1 AND campaign = k.campaign AND contact_id = k.contact_id OFFSET 0) AS c",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, INT8ARRAYOID, INT8ARRAYOID},
};

static KeptQuery insert_pair = {
	.sql = "INSERT INTO revyops.campaign_contact (client_id, " PAIR_COLUMNS ")"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
	.expected = SPI_OK_INSERT, .nparameters = 13,
	.types = {INT4OID, INT8OID, INT8OID, INT4OID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, BOOLOID, TIMESTAMPTZOID, TEXTOID},
};

static KeptQuery write_pairs = {
	.sql = "INSERT INTO revyops.campaign_contact (client_id, " PAIR_COLUMNS ") SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), "
	"pg_catalog.unnest($4)::integer, pg_catalog.unnest($5)::integer, pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8), pg_catalog.unnest($9),"
	" pg_catalog.unnest($10), pg_catalog.unnest($11) = 2, pg_catalog.unnest($12), pg_catalog.unnest($13)"
	" ON CONFLICT (client_id, campaign, contact_id) DO UPDATE SET sent = EXCLUDED.sent, replied = EXCLUDED.replied,"
	" first_sent_at = EXCLUDED.first_sent_at, last_sent_at = EXCLUDED.last_sent_at, last_reply_at = EXCLUDED.last_reply_at,"
	" bounced_at = EXCLUDED.bounced_at, unsubscribed_at = EXCLUDED.unsubscribed_at, interested = EXCLUDED.interested,"
	" interest_at = EXCLUDED.interest_at, interest_label = EXCLUDED.interest_label",
	.expected = SPI_OK_INSERT, .nparameters = 13,
	.types = {INT4OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID,
		TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, TIMESTAMPTZARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTARRAYOID},
};

/* ---------------------------------------------------------------- campaigns */

static void
add_names(Execution *e, int client_id, Campaign *const *campaigns, int n)
{
	const void *const *rows = (const void *const *) campaigns;

	rvo_add_integer(e, client_id);
	rvo_add_texts(e, rows, n, offsetof(Campaign, platform));
	rvo_add_texts(e, rows, n, offsetof(Campaign, campaign_id));
}

static void
read_id(void *arg, const Datum *values, const bool *nulls)
{
	Campaign *const **next = arg;

	(**next)->id = nulls[0] ? 0 : DatumGetInt64(values[0]);
	(*next)++;
}

/* rvo_store_find_campaigns fills the ids of campaigns by the platforms' ids, 0 for one that is not there. */
void
rvo_store_find_campaigns(int client_id, Campaign *const *campaigns, int n)
{
	Execution	e = {0};

	add_names(&e, client_id, campaigns, n);
	rvo_query_read(&find_campaigns, &e, read_id, &campaigns);
}

/* rvo_store_insert_campaigns adds those of the campaigns that are not there, in this order. */
void
rvo_store_insert_campaigns(int client_id, Campaign *const *campaigns, int n)
{
	Execution	e = {0};

	add_names(&e, client_id, campaigns, n);
	rvo_query_run(&insert_campaigns, &e);
}

/* rvo_store_add_to_campaigns adds counts to campaigns, which are in the order of their ids. */
void
rvo_store_add_to_campaigns(int client_id, Campaign *const *campaigns, int n)
{
	static const size_t counts[] = {
		offsetof(Campaign, counts.contacts), offsetof(Campaign, counts.contacts_replied), offsetof(Campaign, counts.contacts_interested),
		offsetof(Campaign, counts.sent), offsetof(Campaign, counts.replied), offsetof(Campaign, counts.auto_replied),
		offsetof(Campaign, counts.bounced), offsetof(Campaign, counts.unsubscribed)
	};
	const void *const *rows = (const void *const *) campaigns;
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(Campaign, id));
	rvo_add_texts(&e, rows, n, offsetof(Campaign, platform));
	rvo_add_texts(&e, rows, n, offsetof(Campaign, campaign_id));
	rvo_add_texts(&e, rows, n, offsetof(Campaign, campaign_name));
	rvo_add_nullable_times(&e, rows, n, offsetof(Campaign, named_at));
	for (size_t i = 0; i < lengthof(counts); i++)
		rvo_add_numbers(&e, rows, n, counts[i]);
	rvo_add_nullable_times(&e, rows, n, offsetof(Campaign, first_event_at));
	rvo_add_nullable_times(&e, rows, n, offsetof(Campaign, last_event_at));
	if (rvo_query_run(&add_to_campaigns, &e) != (uint64) n)
		rvo_failure_raise_bug("some campaigns were not written");
}

/* ---------------------------------------------------------------- their contacts */

/* What show_pair carries through rvo_query_read. */
typedef struct PairReading
{
	void		(*read) (void *arg, const CampaignContact *pair);
	void	   *arg;
} PairReading;

static void
show_pair(void *arg, const Datum *values, const bool *nulls)
{
	PairReading *reading = arg;
	CampaignContact pair = {
		.campaign = DatumGetInt64(values[0]),
		.contact_id = DatumGetInt64(values[1]),
		.sent = DatumGetInt32(values[2]),
		.replied = DatumGetInt32(values[3]),
		.first_sent_at = rvo_result_time(values[4], nulls[4]),
		.last_sent_at = rvo_result_time(values[5], nulls[5]),
		.last_reply_at = rvo_result_time(values[6], nulls[6]),
		.bounced_at = rvo_result_time(values[7], nulls[7]),
		.unsubscribed_at = rvo_result_time(values[8], nulls[8]),
		.interest = {
			nulls[9] ? 0 : DatumGetBool(values[9]) ? 2 : 1, rvo_result_time(values[10], nulls[10]), rvo_result_text(values[11], nulls[11])
		},
	};

	reading->read(reading->arg, &pair);
}

/* rvo_store_find_campaign_contacts reads what there is of contacts in campaigns, in this order. */
void
rvo_store_find_campaign_contacts(int client_id, CampaignContact *const *pairs, int n,
								 void (*read) (void *arg, const CampaignContact *pair), void *arg)
{
	const void *const *rows = (const void *const *) pairs;
	PairReading reading = {read, arg};
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(CampaignContact, campaign));
	rvo_add_ids(&e, rows, n, offsetof(CampaignContact, contact_id));
	rvo_query_read(&find_pairs, &e, show_pair, &reading);
}

static void
add_pair(Execution *e, const void *arg, const void *row)
{
	const CampaignContact *pair = row;

	rvo_add_integer(e, *(const int *) arg);
	rvo_add_id(e, pair->campaign);
	rvo_add_id(e, pair->contact_id);
	rvo_add_integer(e, pair->sent);
	rvo_add_integer(e, pair->replied);
	rvo_add_nullable_time(e, pair->first_sent_at);
	rvo_add_nullable_time(e, pair->last_sent_at);
	rvo_add_nullable_time(e, pair->last_reply_at);
	rvo_add_nullable_time(e, pair->bounced_at);
	rvo_add_nullable_time(e, pair->unsubscribed_at);
	rvo_add_datum(e, BoolGetDatum(pair->interest.interested == INTEREST_YES), pair->interest.interested == INTEREST_UNKNOWN);
	rvo_add_nullable_time(e, pair->interest.at);
	rvo_add_text(e, pair->interest.label);
}

/* rvo_store_insert_campaign_contacts adds contacts to campaigns, which are locked and not there. */
void
rvo_store_insert_campaign_contacts(int client_id, CampaignContact *const *pairs, int n)
{
	bool	   *inserted = palloc(n * sizeof(bool));

	if (!rvo_query_insert(&insert_pair, (const void *const *) pairs, n, add_pair, &client_id, inserted))
		rvo_store_write_campaign_contacts(client_id, pairs, n);
}

/* rvo_store_write_campaign_contacts adds or changes contacts in campaigns; the contacts are locked. */
void
rvo_store_write_campaign_contacts(int client_id, CampaignContact *const *pairs, int n)
{
	static const size_t times[] = {
		offsetof(CampaignContact, first_sent_at), offsetof(CampaignContact, last_sent_at), offsetof(CampaignContact, last_reply_at),
		offsetof(CampaignContact, bounced_at), offsetof(CampaignContact, unsubscribed_at)
	};
	const void *const *rows = (const void *const *) pairs;
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_ids(&e, rows, n, offsetof(CampaignContact, campaign));
	rvo_add_ids(&e, rows, n, offsetof(CampaignContact, contact_id));
	rvo_add_numbers(&e, rows, n, offsetof(CampaignContact, sent));
	rvo_add_numbers(&e, rows, n, offsetof(CampaignContact, replied));
	for (size_t i = 0; i < lengthof(times); i++)
		rvo_add_nullable_times(&e, rows, n, times[i]);
	rvo_add_ids(&e, rows, n, offsetof(CampaignContact, interest.interested));
	rvo_add_nullable_times(&e, rows, n, offsetof(CampaignContact, interest.at));
	rvo_add_texts(&e, rows, n, offsetof(CampaignContact, interest.label));
	if (rvo_query_run(&write_pairs, &e) != (uint64) n)
		rvo_failure_raise_bug("some contacts of campaigns were not written");
}
