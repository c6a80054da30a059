/*
 * store_webhook_count.c
 *	  What became of deliveries: counters, and bodies that are kept.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/service/store_webhook_count.h"

/* Kinds are the platform's words, so there are only so many of them; in the order of the key, since all deliveries of a webhook meet here. */
#define KINDS_MAX "200"

static KeptQuery count_webhook = {
	.sql = "INSERT INTO revyops.webhook_count AS w (webhook_id, outcome, kind, count, last_time)"
	" SELECT $1, c.outcome, c.shown, pg_catalog.sum(c.count)::bigint, pg_catalog.now() FROM ("
	"SELECT g.outcome, g.count, CASE WHEN EXISTS (SELECT FROM revyops.webhook_count AS h"
	" WHERE h.webhook_id = $1 AND h.outcome = g.outcome AND h.kind = g.kind)"
	" OR (SELECT pg_catalog.count(*) FROM revyops.webhook_count AS h WHERE h.webhook_id = $1) < " KINDS_MAX " THEN g.kind ELSE '' END AS shown"
	" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) AS g (outcome, kind, count)) AS c"
	" GROUP BY c.outcome, c.shown ORDER BY c.outcome COLLATE \"C\", c.shown COLLATE \"C\""
	" ON CONFLICT (webhook_id, outcome, kind) DO UPDATE SET count = w.count + excluded.count, last_time = GREATEST(w.last_time, excluded.last_time)",
	.expected = SPI_OK_INSERT, .nparameters = 4,
	.types = {INT4OID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID},
};

#define SUM(outcome) "COALESCE(pg_catalog.sum(c.count) FILTER (WHERE c.outcome = '" outcome "'), 0)::bigint"
#define LAST(outcomes) "pg_catalog.max(c.last_time) FILTER (WHERE c.outcome IN (" outcomes "))"

static KeptQuery webhook_status = {
	.sql = "SELECT w.id, w.client_id, w.agency_id, w.platform::text, w.name::text, w.revoked_at::timestamptz, "
	SUM("delivery") ", " SUM("processed") ", " SUM("duplicate") ", " SUM("ignored") ", " SUM("unrouted") ", " SUM("error") ", "
	SUM("unreadable") ", " SUM("unauthorized") ","
	" (SELECT COALESCE(pg_catalog.jsonb_object_agg(k.outcome, k.kinds), '{}') FROM (SELECT d.outcome, pg_catalog.jsonb_object_agg(d.kind, d.count) AS kinds"
	" FROM revyops.webhook_count AS d WHERE d.webhook_id = w.id AND d.outcome NOT IN ('delivery', 'unreadable', 'unauthorized') GROUP BY d.outcome) AS k),"
	" " LAST("'delivery'") ", " LAST("'processed'") ", " LAST("'error', 'unreadable', 'unauthorized'")
	" FROM revyops.webhook AS w LEFT JOIN revyops.webhook_count AS c ON c.webhook_id = w.id GROUP BY w.id ORDER BY w.id",
	.expected = SPI_OK_SELECT, .read_only = true,
};

static KeptQuery keep_delivery = {
	.sql = "WITH k AS (INSERT INTO revyops.webhook_ring (webhook_id, body, octets, errors) VALUES ($1, $3, $4, $5::jsonb))"
	" DELETE FROM revyops.webhook_ring WHERE webhook_id = $1 AND id NOT IN ("
	"SELECT r.id FROM revyops.webhook_ring AS r WHERE r.webhook_id = $1 ORDER BY r.id DESC LIMIT $2 - 1)",
	.expected = SPI_OK_DELETE, .nparameters = 5,
	.types = {INT4OID, INT4OID, BYTEAOID, INT4OID, TEXTOID},
};

static KeptQuery list_kept_deliveries = {
	.sql = "SELECT received_at::timestamptz, octets, errors::jsonb, body::bytea FROM revyops.webhook_ring WHERE webhook_id = $1 ORDER BY id DESC",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

/* rvo_store_count_webhook adds to the counters of a webhook. */
void
rvo_store_count_webhook(int webhook_id, WebhookCount **counts, int n)
{
	Execution	e = {0};
	const void *const *rows = (const void *const *) counts;

	rvo_add_integer(&e, webhook_id);
	rvo_add_texts(&e, rows, n, offsetof(WebhookCount, outcome));
	rvo_add_texts(&e, rows, n, offsetof(WebhookCount, kind));
	rvo_add_ids(&e, rows, n, offsetof(WebhookCount, count));
	(void) rvo_query_run(&count_webhook, &e);
}

/* rvo_store_webhook_status shows what became of the deliveries of each webhook. */
void
rvo_store_webhook_status(RowReader read, void *arg)
{
	Execution	e = {0};

	(void) rvo_query_read(&webhook_status, &e, read, arg);
}

/* rvo_store_keep_delivery keeps a body, and no more than ring_size of them, which is not 0. */
void
rvo_store_keep_delivery(int webhook_id, int ring_size, Slice body, int octets, Slice errors)
{
	Execution	e = {0};

	rvo_add_integer(&e, webhook_id);
	rvo_add_integer(&e, ring_size);
	rvo_add_text(&e, body);
	rvo_add_integer(&e, octets);
	rvo_add_text(&e, errors);
	(void) rvo_query_run(&keep_delivery, &e);
}

/* rvo_store_list_kept_deliveries shows the bodies that are kept, newest first. */
void
rvo_store_list_kept_deliveries(int webhook_id, RowReader read, void *arg)
{
	Execution	e = {0};

	rvo_add_integer(&e, webhook_id);
	(void) rvo_query_read(&list_kept_deliveries, &e, read, arg);
}
