/*
 * store_event.c
 *	  Which events were recorded: their keys, and with what these begin.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/query/store_query.h"
#include "store/record/store_event.h"

static KeptQuery find_salt = {
	.sql = "SELECT salt::bytea FROM revyops.event_salt WHERE client_id = $1",
	.expected = SPI_OK_SELECT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery insert_salt = {
	.sql = "INSERT INTO revyops.event_salt (client_id) VALUES ($1) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery find_keys = {
	.sql = "SELECT e.* FROM pg_catalog.unnest($2) AS k (key), LATERAL (SELECT key::uuid, email_id::bigint, campaign::bigint, event_time::timestamptz"
	" FROM revyops.event_key WHERE client_id = $1 AND key = k.key OFFSET 0) AS e",
	.expected = SPI_OK_SELECT, .nparameters = 2,
	.types = {INT4OID, UUIDARRAYOID},
};

static KeptQuery insert_key = {
	.sql = "INSERT INTO revyops.event_key (client_id, key, email_id, campaign, event_time) VALUES ($1, $2, $3, $4, $5)"
	" ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 5,
	.types = {INT4OID, UUIDOID, INT8OID, INT8OID, TIMESTAMPTZOID},
};

static KeptQuery insert_keys = {
	.sql = "WITH inserted AS (INSERT INTO revyops.event_key (client_id, key, email_id, campaign, event_time)"
	" SELECT $1, pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)"
	" ON CONFLICT DO NOTHING RETURNING key) SELECT key::uuid FROM inserted",
	.expected = SPI_OK_SELECT, .nparameters = 5,
	.types = {INT4OID, UUIDARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID},
};

/* rvo_store_event_salt returns with what the hashes of a client's events begin; it is made by the first. */
EventSalt
rvo_store_event_salt(int client_id)
{
	Execution	e = {0};
	Execution	find = {0};

	rvo_add_integer(&find, client_id);
	rvo_add_integer(&e, client_id);
	if (rvo_query_run(&find_salt, &find) == 0)
	{
		rvo_query_run(&insert_salt, &e);
		if (rvo_query_run(&find_salt, &find) == 0)
			rvo_failure_raise_serialization();	/* somebody else's, which this snapshot doesn't have */
	}
	return (EventSalt) {client_id, rvo_result(&find, 0)};
}

/* add_uuids adds the keys as an array. */
static void
add_uuids(Execution *e, EventKey *const *keys, int n)
{
	Datum	   *values = palloc(n * sizeof(Datum));

	for (int i = 0; i < n; i++)
		values[i] = UUIDPGetDatum(&keys[i]->key);
	rvo_add_datum(e, PointerGetDatum(construct_array(values, n, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR)), false);
}

/* The keys of a result, which are some of these, in their order. */
typedef struct KeyReading
{
	EventKey   *const *keys;
	int			count;
	int			next;
	bool		whole;			/* a row has more than the key */
	bool		value;			/* what found is of those in the result */
} KeyReading;

static void
read_key(void *arg, const Datum *values, const bool *nulls)
{
	KeyReading *reading = arg;
	const pg_uuid_t *key = DatumGetUUIDP(values[0]);
	EventKey   *place;

	while (reading->next < reading->count && memcmp(&reading->keys[reading->next]->key, key, UUID_LEN) != 0)
		reading->next++;
	if (reading->next == reading->count)
		rvo_failure_raise_bug("keys of events came back in another order");
	place = reading->keys[reading->next++];
	place->found = reading->value;
	if (!reading->whole)
		return;
	place->email_id = nulls[1] ? 0 : DatumGetInt64(values[1]);
	place->campaign = nulls[2] ? 0 : DatumGetInt64(values[2]);
	place->time = DatumGetTimestampTz(values[3]);
}

/* rvo_store_find_event_keys finds out which keys are there by now, and fills what these have. */
void
rvo_store_find_event_keys(int client_id, EventKey *const *keys, int n)
{
	KeyReading	reading = {.keys = keys, .count = n, .whole = true, .value = true};
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_uuids(&e, keys, n);
	for (int i = 0; i < n; i++)
		keys[i]->found = false;
	rvo_query_read(&find_keys, &e, read_key, &reading);
}

static void
add_key(Execution *e, const void *arg, const void *row)
{
	const EventKey *key = row;

	rvo_add_integer(e, *(const int *) arg);
	rvo_add_datum(e, UUIDPGetDatum(&key->key), false);
	rvo_add_id(e, key->email_id);
	rvo_add_id(e, key->campaign);
	rvo_add_time(e, key->time);
}

/* insert_set inserts keys by a set-based statement. */
static void
insert_set(int client_id, EventKey *const *keys, int n)
{
	const void *const *rows = (const void *const *) keys;
	KeyReading	reading = {.keys = keys, .count = n, .value = false};
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	add_uuids(&e, keys, n);
	rvo_add_ids(&e, rows, n, offsetof(EventKey, email_id));
	rvo_add_ids(&e, rows, n, offsetof(EventKey, campaign));
	rvo_add_times(&e, rows, n, offsetof(EventKey, time));
	for (int i = 0; i < n; i++)
		keys[i]->found = true;
	rvo_query_read(&insert_keys, &e, read_key, &reading);
}

/*
 * rvo_store_insert_event_keys adds keys, which are in their order and all different.  Of
 * those that were there it fills what they have, and found.
 */
void
rvo_store_insert_event_keys(int client_id, EventKey *const *keys, int n)
{
	bool	   *inserted = palloc(n * sizeof(bool));
	EventKey  **old = palloc(n * sizeof(EventKey *));
	int			nold = 0;

	if (rvo_query_insert(&insert_key, (const void *const *) keys, n, add_key, &client_id, inserted))
		for (int i = 0; i < n; i++)
			keys[i]->found = !inserted[i];
	else
		insert_set(client_id, keys, n);
	for (int i = 0; i < n; i++)
		if (keys[i]->found)
			old[nold++] = keys[i];
	if (nold == 0)
		return;
	rvo_store_find_event_keys(client_id, old, nold);
	for (int i = 0; i < nold; i++)
		if (!old[i]->found)
			rvo_failure_raise_serialization();
}
