/*
 * store_api_key.c
 *	  Queries on API keys, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/service/store_api_key.h"

static KeptQuery insert_api_key = {
	.sql = "INSERT INTO revyops.api_key (prefix, secret_sha256, client_id, name, expires_at, scope)"
	" VALUES ($1, $2, $3, $4, $5, $6)",
	.expected = SPI_OK_INSERT, .nparameters = 6,
	.types = {TEXTOID, BYTEAOID, INT4OID, TEXTOID, TIMESTAMPTZOID, TEXTOID},
};

static KeptQuery find_api_key = {
	.sql = "SELECT client_id, secret_sha256::bytea, expires_at::timestamptz, revoked_at, scope::text FROM revyops.api_key WHERE prefix = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .anywhere = true, .nparameters = 1,
	.types = {TEXTOID},
};

static KeptQuery list_api_keys = {
	.sql = "SELECT prefix::text, name::text, scope::text, created_time::timestamptz, expires_at::timestamptz, revoked_at::timestamptz FROM revyops.api_key"
	" WHERE client_id = $1 ORDER BY created_time, prefix",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery revoke_api_key = {
	.sql = "UPDATE revyops.api_key SET revoked_at = pg_catalog.now()"
	" WHERE prefix = $1 AND revoked_at IS NULL",
	.expected = SPI_OK_UPDATE, .nparameters = 1,
	.types = {TEXTOID},
};

/* rvo_store_insert_api_key adds a key of an existing client; it may never expire. */
void
rvo_store_insert_api_key(Slice prefix, const ApiKey *key, Slice name, const TimestampTz *expires_at)
{
	Execution	e = {0};

	rvo_add_text(&e, prefix);
	rvo_add_text(&e, (Slice) {(const char *) key->secret_sha256, PG_SHA256_DIGEST_LENGTH});
	rvo_add_integer(&e, key->client_id);
	rvo_add_text(&e, name);
	if (expires_at != NULL)
		rvo_add_time(&e, *expires_at);
	else
		rvo_add_datum(&e, (Datum) 0, true);
	rvo_add_text(&e, key->master ? CONST_SLICE("master") : CONST_SLICE("client"));
	rvo_query_run(&insert_api_key, &e);
}

/* rvo_store_find_api_key finds a key, dead or alive, by its public prefix. */
bool
rvo_store_find_api_key(Slice prefix, ApiKey *key)
{
	Execution	e = {0};
	Slice		secret;

	rvo_add_text(&e, prefix);
	if (rvo_query_run_now(&find_api_key, &e) == 0)
		return false;
	key->client_id = DatumGetInt32(e.results[0]);
	secret = rvo_result(&e, 1);
	if (secret.len != PG_SHA256_DIGEST_LENGTH)
		return false;
	memcpy(key->secret_sha256, secret.data, PG_SHA256_DIGEST_LENGTH);
	key->master = rvo_slice_equal(rvo_result(&e, 4), CONST_SLICE("master"));
	key->live = e.result_nulls[3] &&
		(e.result_nulls[2] || DatumGetTimestampTz(e.results[2]) > GetCurrentTimestamp());
	return true;
}

/* rvo_store_list_api_keys shows the keys of a client, dead or alive, to read. */
void
rvo_store_list_api_keys(int client_id, RowReader read, void *arg)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	(void) rvo_query_read(&list_api_keys, &e, read, arg);
}

/* rvo_store_revoke_api_key ends a key; false if there is no such key still valid. */
bool
rvo_store_revoke_api_key(Slice prefix)
{
	Execution	e = {0};

	rvo_add_text(&e, prefix);
	return rvo_query_run(&revoke_api_key, &e) > 0;
}
