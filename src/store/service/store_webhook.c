/*
 * store_webhook.c
 *	  Queries on agencies, their accounts and webhooks, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/service/store_webhook.h"

static KeptQuery insert_agency = {
	.sql = "INSERT INTO revyops.agency (name) VALUES ($1) RETURNING id",
	.expected = SPI_OK_INSERT_RETURNING, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery has_agency = {
	.sql = "SELECT id FROM revyops.agency WHERE id = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery route_account = {
	.sql = "INSERT INTO revyops.webhook_account (agency_id, platform, account, client_id) VALUES ($1, $2, $3, NULLIF($4, 0))"
	" ON CONFLICT (agency_id, platform, account) DO UPDATE SET client_id = excluded.client_id",
	.expected = SPI_OK_INSERT, .nparameters = 4,
	.types = {INT4OID, TEXTOID, TEXTOID, INT4OID},
};

/* By the account, or else, if nothing was said of that, by the campaign, if one of the agency's clients has it and no other. */
static KeptQuery find_routes = {
	.sql = "WITH b AS MATERIALIZED (SELECT client_id, platform, account FROM revyops.webhook_account WHERE agency_id = $1),"
	" c AS MATERIALIZED (SELECT campaign_id, pg_catalog.min(client_id) AS client_id FROM revyops.campaign"
	" WHERE campaign_id = ANY ($4) AND platform = $2 AND client_id IN (SELECT client_id FROM b)"
	" GROUP BY campaign_id HAVING pg_catalog.count(*) = 1)"
	" SELECT r.n::integer, COALESCE(CASE WHEN b.account IS NOT NULL THEN b.client_id"
	" ELSE (SELECT c.client_id FROM c WHERE c.campaign_id = r.campaign_id) END, 0)"
	" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) WITH ORDINALITY AS r (account, campaign_id, n)"
	" LEFT JOIN b ON b.platform = $2 AND b.account = r.account",
	.expected = SPI_OK_SELECT, .nparameters = 4,
	.types = {INT4OID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID},
};

static KeptQuery insert_webhook = {
	.sql = "INSERT INTO revyops.webhook (client_id, agency_id, platform, name, token_sha256)"
	" VALUES (NULLIF($1, 0), NULLIF($2, 0), $3, $4, $5)",
	.expected = SPI_OK_INSERT, .nparameters = 5,
	.types = {INT4OID, INT4OID, TEXTOID, TEXTOID, BYTEAOID},
};

static KeptQuery find_webhook = {
	.sql = "SELECT id, COALESCE(client_id, 0), COALESCE(agency_id, 0), platform::text, verify::text, secret::text, header::text, ring_size, labels::jsonb"
	" FROM revyops.webhook WHERE token_sha256 = $1 AND revoked_at IS NULL",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {BYTEAOID},
};

static KeptQuery find_platform = {
	.sql = "SELECT platform::text FROM revyops.webhook WHERE id = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery find_owner = {
	.sql = "SELECT client_id FROM revyops.webhook WHERE id = $1 AND client_id IS NOT NULL",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery list_webhooks = {
	.sql = "SELECT id, client_id, agency_id, platform::text, name::text, verify::text, ring_size, labels::jsonb, created_time::timestamptz, revoked_at::timestamptz"
	" FROM revyops.webhook WHERE ($1 = 0 OR client_id = $1) AND ($2 = 0 OR agency_id = $2) ORDER BY id",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT4OID},
};

static KeptQuery revoke_webhook = {
	.sql = "UPDATE revyops.webhook SET revoked_at = pg_catalog.now() WHERE id = $1 AND revoked_at IS NULL",
	.expected = SPI_OK_UPDATE, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery set_webhook_check = {
	.sql = "UPDATE revyops.webhook SET verify = $2, secret = $3, header = $4 WHERE id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 4,
	.types = {INT4OID, TEXTOID, TEXTOID, TEXTOID},
};

static KeptQuery set_webhook_labels = {
	.sql = "UPDATE revyops.webhook SET labels = $2 WHERE id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 2,
	.types = {INT4OID, JSONBOID},
};

static KeptQuery set_webhook_ring = {
	.sql = "WITH h AS (UPDATE revyops.webhook SET ring_size = $2 WHERE id = $1 RETURNING id),"
	" d AS (DELETE FROM revyops.webhook_ring WHERE webhook_id = $1 AND id NOT IN ("
	"SELECT r.id FROM revyops.webhook_ring AS r WHERE r.webhook_id = $1 ORDER BY r.id DESC LIMIT $2))"
	" SELECT id FROM h",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, INT4OID},
};

/* rvo_store_insert_agency adds an agency and returns its id. */
int
rvo_store_insert_agency(Slice name)
{
	Execution	e = {0};

	rvo_add_text(&e, name);
	(void) rvo_query_run(&insert_agency, &e);
	return DatumGetInt32(e.results[0]);
}

bool
rvo_store_has_agency(int agency_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, agency_id);
	return rvo_query_run(&has_agency, &e) > 0;
}

/* rvo_store_route_account says which client an account is of; 0 for nobody's. */
void
rvo_store_route_account(int agency_id, Slice platform, Slice account, int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, agency_id);
	rvo_add_text(&e, platform);
	rvo_add_text(&e, account);
	rvo_add_integer(&e, client_id);
	(void) rvo_query_run(&route_account, &e);
}

/* read_route takes the client to the route that leads to it. */
static void
read_route(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	WebhookRoute **routes = arg;

	routes[DatumGetInt32(values[0]) - 1]->client_id = DatumGetInt32(values[1]);
}

/* rvo_store_find_routes finds the clients that parts of a delivery to an agency are of. */
void
rvo_store_find_routes(int agency_id, Slice platform, WebhookRoute **routes, int n)
{
	Execution	e = {0};

	rvo_add_integer(&e, agency_id);
	rvo_add_text(&e, platform);
	rvo_add_texts(&e, (const void *const *) routes, n, offsetof(WebhookRoute, account));
	rvo_add_texts(&e, (const void *const *) routes, n, offsetof(WebhookRoute, campaign_id));
	(void) rvo_query_read(&find_routes, &e, read_route, routes);
}

/* rvo_store_insert_webhook adds a webhook of an existing client or agency. */
void
rvo_store_insert_webhook(const Webhook *webhook)
{
	Execution	e = {0};

	rvo_add_integer(&e, webhook->client_id);
	rvo_add_integer(&e, webhook->agency_id);
	rvo_add_text(&e, webhook->platform);
	rvo_add_text(&e, webhook->name);
	rvo_add_text(&e, webhook->token_sha256);
	(void) rvo_query_run(&insert_webhook, &e);
}

/* rvo_store_find_webhook finds one that is not revoked by the hash of its token, in the current context. */
bool
rvo_store_find_webhook(Slice token_sha256, Webhook *webhook)
{
	Execution	e = {0};

	rvo_add_text(&e, token_sha256);
	if (rvo_query_run(&find_webhook, &e) == 0)
		return false;
	*webhook = (Webhook) {
		.id = DatumGetInt32(e.results[0]),
		.client_id = DatumGetInt32(e.results[1]),
		.agency_id = DatumGetInt32(e.results[2]),
		.platform = rvo_result(&e, 3),
		.verify = rvo_result(&e, 4),
		.secret = rvo_result(&e, 5),
		.header = rvo_result(&e, 6),
		.ring_size = DatumGetInt32(e.results[7]),
		.labels = e.result_nulls[8] ? NULL : DatumGetJsonbP(e.results[8]),
	};
	return true;
}

/* rvo_store_webhook_platform returns the platform of a webhook, no value if there is no such. */
Slice
rvo_store_webhook_platform(int id)
{
	Execution	e = {0};

	rvo_add_integer(&e, id);
	return rvo_query_run(&find_platform, &e) > 0 ? rvo_result(&e, 0) : NO_SLICE;
}

/* rvo_store_webhook_client returns the client of a webhook, 0 if it has none, or there is no such. */
int
rvo_store_webhook_client(int id)
{
	Execution	e = {0};

	rvo_add_integer(&e, id);
	return rvo_query_run(&find_owner, &e) > 0 ? DatumGetInt32(e.results[0]) : 0;
}

/* rvo_store_list_webhooks shows webhooks, also revoked ones; 0 is any client, or agency. */
void
rvo_store_list_webhooks(int client_id, int agency_id, RowReader read, void *arg)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_integer(&e, agency_id);
	(void) rvo_query_read(&list_webhooks, &e, read, arg);
}

/* rvo_store_revoke_webhook ends a webhook; false if there is no such still valid. */
bool
rvo_store_revoke_webhook(int id)
{
	Execution	e = {0};

	rvo_add_integer(&e, id);
	return rvo_query_run(&revoke_webhook, &e) > 0;
}

/* rvo_store_set_webhook_check says how deliveries are checked. */
void
rvo_store_set_webhook_check(const Webhook *webhook)
{
	Execution	e = {0};

	rvo_add_integer(&e, webhook->id);
	rvo_add_text(&e, webhook->verify);
	rvo_add_text(&e, webhook->secret);
	rvo_add_text(&e, webhook->header);
	(void) rvo_query_run(&set_webhook_check, &e);
}

/* rvo_store_set_webhook_labels says what labels say. */
void
rvo_store_set_webhook_labels(int id, Jsonb *labels)
{
	Execution	e = {0};

	rvo_add_integer(&e, id);
	rvo_add_datum(&e, JsonbPGetDatum(labels), false);
	(void) rvo_query_run(&set_webhook_labels, &e);
}

/* rvo_store_set_webhook_ring says how many bodies are kept, and deletes the others. */
void
rvo_store_set_webhook_ring(int id, int size)
{
	Execution	e = {0};

	rvo_add_integer(&e, id);
	rvo_add_integer(&e, size);
	(void) rvo_query_run(&set_webhook_ring, &e);
}
