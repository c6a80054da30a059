/*
 * store_idempotency.c
 *	  Idempotency keys and the answers kept under them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_distribution.h"
#include "store/query/store_query.h"
#include "store/service/store_client.h"
#include "store/service/store_idempotency.h"

static KeptQuery find_answer = {
	.sql = "SELECT request_sha256::bytea, status::integer, headers::text, body::text, created_time::timestamptz FROM revyops.idempotency_key"
	" WHERE client_id = $1 AND key = $2",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, TEXTOID},
};

static KeptQuery insert_answer = {
	.sql = "INSERT INTO revyops.idempotency_key (client_id, key, request_sha256, status, headers, body, created_time)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 7,
	.types = {INT4OID, TEXTOID, BYTEAOID, INT4OID, TEXTOID, TEXTOID, TIMESTAMPTZOID},
};

static KeptQuery delete_answer = {
	.sql = "DELETE FROM revyops.idempotency_key WHERE client_id = $1 AND key = $2",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, TEXTOID},
};

/* Of all clients.  What somebody is about to take over is theirs to delete. */
static KeptQuery expire_answers = {
	.sql = "DELETE FROM revyops.idempotency_key WHERE (client_id, key) IN (SELECT client_id, key"
	" FROM revyops.idempotency_key WHERE created_time <= $1 FOR UPDATE SKIP LOCKED)",
	.expected = SPI_OK_DELETE, .nparameters = 1,
	.types = {TIMESTAMPTZOID},
};

/* Of one, where a statement on all clients can't lock. */
static KeptQuery expire_answers_of_client = {
	.sql = "DELETE FROM revyops.idempotency_key WHERE client_id = $1 AND key IN (SELECT key"
	" FROM revyops.idempotency_key WHERE client_id = $1 AND created_time <= $2 FOR UPDATE SKIP LOCKED)",
	.expected = SPI_OK_DELETE, .nparameters = 2,
	.types = {INT4OID, TIMESTAMPTZOID},
};

/* rvo_store_find_answer reads what is kept under a key; false if nothing is. */
bool
rvo_store_find_answer(int client_id, Slice key, KeptAnswer *answer)
{
	Execution	e = {0};
	Slice		sha256;

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, key);
	if (rvo_query_run(&find_answer, &e) == 0)
		return false;
	sha256 = rvo_result(&e, 0);
	if (sha256.len != PG_SHA256_DIGEST_LENGTH)
		rvo_failure_raise_bug("a kept answer has no hash");
	memcpy(answer->request_sha256, sha256.data, PG_SHA256_DIGEST_LENGTH);
	answer->status = DatumGetInt32(e.results[1]);
	answer->headers = rvo_result(&e, 2);
	answer->body = rvo_result(&e, 3);
	answer->created_time = DatumGetTimestampTz(e.results[4]);
	return true;
}

/* rvo_store_insert_answer keeps an answer under a key; false if the key has one. */
bool
rvo_store_insert_answer(int client_id, Slice key, const KeptAnswer *answer)
{
	Execution	e = {0};
	Slice		sha256 = {(const char *) answer->request_sha256, PG_SHA256_DIGEST_LENGTH};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, key);
	rvo_add_text(&e, sha256);
	rvo_add_integer(&e, answer->status);
	rvo_add_text(&e, answer->headers);
	rvo_add_text(&e, answer->body);
	rvo_add_time(&e, answer->created_time);
	return rvo_query_run(&insert_answer, &e) > 0;
}

/* rvo_store_delete_answer deletes what is kept under a key, if anything is. */
void
rvo_store_delete_answer(int client_id, Slice key)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, key);
	rvo_query_run(&delete_answer, &e);
}

/* Who has answers expire, client by client. */
typedef struct Expiring
{
	TimestampTz until;
	int64		deleted;
} Expiring;

static void
expire_of_client(void *arg, const Datum *values, const bool *nulls pg_attribute_unused())
{
	Expiring   *expiring = arg;
	Execution	e = {0};

	rvo_add_integer(&e, DatumGetInt32(values[0]));
	rvo_add_time(&e, expiring->until);
	expiring->deleted += rvo_query_run(&expire_answers_of_client, &e);
}

/* rvo_store_expire_answers deletes what was kept until then, and returns how many they were. */
int64
rvo_store_expire_answers(TimestampTz until)
{
	Expiring	expiring = {until, 0};
	Execution	e = {0};

	if (rvo_is_distributed("idempotency_key"))
	{
		rvo_store_read_clients(expire_of_client, &expiring);
		return expiring.deleted;
	}
	rvo_add_time(&e, until);
	return rvo_query_run(&expire_answers, &e);
}
