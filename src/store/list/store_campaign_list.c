/*
 * store_campaign_list.c
 *	  Pages of campaigns and of their contacts, as they are shown.
 *
 * Both are in the order of ids.  A client has few campaigns, which are counted; a campaign
 * can have any number of contacts: they are counted up to a bound, beyond which
 * it is the campaign's own counter that says how many there are at most.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/list/store_campaign_list.h"
#include "store/query/store_query.h"

#define TIME(column) "pg_catalog.to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define RATE(part, whole) "CASE WHEN " whole " > 0 THEN pg_catalog.round(" part "::numeric / " whole ", 4) END"

#define CAMPAIGN "pg_catalog.jsonb_build_object('id', id, 'platform', platform, 'campaign_id', campaign_id, 'campaign_name', campaign_name," \
	" 'contacts', contacts, 'contacts_replied', contacts_replied, 'contacts_interested', contacts_interested, 'sent', sent," \
	" 'replied', replied, 'auto_replied', auto_replied, 'bounced', bounced, 'unsubscribed', unsubscribed," \
	" 'reply_rate', " RATE("contacts_replied", "contacts") ", 'interest_rate', " RATE("contacts_interested", "contacts") "," \
	" 'bounce_rate', " RATE("bounced", "sent") ", 'unsubscribe_rate', " RATE("unsubscribed", "contacts") "," \
	" 'first_event_at', " TIME("first_event_at") ", 'last_event_at', " TIME("last_event_at") ")"

#define FITS "client_id = $1 AND ($2 IS NULL OR platform = $2) AND ($3 IS NULL OR campaign_id = $3)"

static KeptQuery show_campaign = {
	.sql = "SELECT " CAMPAIGN " FROM revyops.campaign WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

static KeptQuery campaign_page = {
	.sql = "SELECT id::bigint, " CAMPAIGN " FROM revyops.campaign WHERE " FITS " AND id > $4 ORDER BY id LIMIT $5 OFFSET $6",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6,
	.types = {INT4OID, TEXTOID, TEXTOID, INT8OID, INT8OID, INT8OID},
};

static KeptQuery campaign_count = {
	.sql = "SELECT pg_catalog.count(*), pg_catalog.count(*) FROM revyops.campaign WHERE " FITS,
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, TEXTOID, TEXTOID},
};

static KeptQuery contact_page = {
	.sql = "SELECT p.contact_id::bigint, pg_catalog.jsonb_build_object('contact_id', p.contact_id, 'email', c.email, 'linkedin_url', c.linkedin_url,"
	" 'first_name', c.first_name, 'last_name', c.last_name, 'contact_status', c.contact_status, 'sent', p.sent, 'replied', p.replied,"
	" 'first_sent_at', " TIME("p.first_sent_at") ", 'last_sent_at', " TIME("p.last_sent_at") ", 'last_reply_at', " TIME("p.last_reply_at") ","
	" 'bounced_at', " TIME("p.bounced_at") ", 'unsubscribed_at', " TIME("p.unsubscribed_at") ", 'interested', p.interested,"
	" 'interest_at', " TIME("p.interest_at") ", 'interest_label', p.interest_label)"
	" FROM (SELECT * FROM revyops.campaign_contact WHERE client_id = $1 AND campaign = $2 AND contact_id > $3"
	" ORDER BY contact_id LIMIT $4 OFFSET $5) AS p, LATERAL (SELECT * FROM revyops.contact WHERE client_id = $1 AND id = p.contact_id) AS c"
	" ORDER BY p.contact_id",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 5,
	.types = {INT4OID, INT8OID, INT8OID, INT8OID, INT8OID},
};

static KeptQuery contact_count = {
	.sql = "SELECT (SELECT pg_catalog.count(*) FROM (SELECT 1 FROM revyops.campaign_contact WHERE client_id = $1 AND campaign = $2 LIMIT $3) AS n), contacts::bigint"
	" FROM revyops.campaign WHERE client_id = $1 AND id = $2",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
};

/* rvo_store_show_campaign returns a campaign, in the current context; NULL if there is none. */
Jsonb *
rvo_store_show_campaign(int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(&show_campaign, &e) > 0 ? DatumGetJsonbP(e.results[0]) : NULL;
}

/* Reads rows, up to a page's size. */
typedef struct ShownReading
{
	ShownRows  *rows;
	int			size;
} ShownReading;

static void
read_shown(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	ShownReading *reading = arg;
	ShownRows  *rows = reading->rows;

	rows->has_more = rows->count == reading->size;
	if (rows->has_more)
		return;
	rows->items[rows->count++] = DatumGetJsonbPCopy(values[1]);
	rows->last_id = DatumGetInt64(values[0]);
}

/* read_page reads a page by a query: conditions, the id behind which to read, LIMIT, OFFSET. */
static void
read_page(KeptQuery *query, const Execution *conditions, const ListPage *page, ShownRows *rows)
{
	Execution	e = *conditions;
	ShownReading reading = {rows, page->size};

	rvo_add_datum(&e, Int64GetDatum(page->place.id), false);
	rvo_add_datum(&e, Int64GetDatum((int64) page->size + 1), false);
	rvo_add_datum(&e, Int64GetDatum(page->offset), false);
	rvo_query_read(query, &e, read_shown, &reading);
}

/* rvo_store_list_campaigns reads a page of the campaigns that fit. */
void
rvo_store_list_campaigns(int client_id, const CampaignFilter *filter, const ListPage *page, ShownRows *rows)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, filter->platform);
	rvo_add_text(&e, filter->campaign_id);
	read_page(&campaign_page, &e, page, rows);
	rvo_query_run(&campaign_count, &e);
	rows->total = (ListCount) {DatumGetInt64(e.results[0]), true};
}

/* rvo_store_list_campaign_contacts reads a page of the contacts of a campaign; false if there is no such. */
bool
rvo_store_list_campaign_contacts(int client_id, int64 id, const ListPage *page, ShownRows *rows)
{
	Execution	e = {0};
	Execution	count;
	int64		counted;

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	count = e;
	rvo_add_datum(&count, Int64GetDatum(COUNT_MAX + 1), page->exact);
	if (rvo_query_run(&contact_count, &count) == 0)
		return false;
	read_page(&contact_page, &e, page, rows);
	counted = DatumGetInt64(count.results[0]);
	rows->total = (ListCount) {counted, page->exact || counted <= COUNT_MAX};
	if (!rows->total.exact)
		rows->total.entries = Max(counted, DatumGetInt64(count.results[1]));
	return true;
}
