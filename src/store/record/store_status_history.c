/*
 * store_status_history.c
 *	  Queries on the statuses that contacts had, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/query/store_sequence.h"
#include "store/record/store_status_history.h"

static KeptQuery insert_status = {
	.sql = "INSERT INTO revyops.contact_status_history (client_id, id, contact_id, changed_at, contact_status, previous_status, source)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)",
	.expected = SPI_OK_INSERT, .nparameters = 7,
	.types = {INT4OID, INT8OID, INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID},
};

static KeptQuery count_statuses = {
	.sql = "SELECT pg_catalog.count(*) FROM revyops.contact_status_history WHERE contact_id = $2 AND client_id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 2,
	.types = {INT4OID, INT8OID},
};

/*
 * The status before is that of the row before; who wrote the first one, or one behind a row with the same status (of an
 * event that came late, or of another contact before they were merged), may have known what was before it.
 */
static KeptQuery read_statuses = {
	.sql = "SELECT id, changed_at, contact_status, source, COALESCE(NULLIF(pg_catalog.lag(contact_status) OVER (ORDER BY changed_at, id), contact_status), previous_status)"
	" FROM revyops.contact_status_history WHERE contact_id = $2 AND client_id = $1 ORDER BY changed_at DESC, id DESC LIMIT $4 OFFSET $3",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 4,
	.types = {INT4OID, INT8OID, INT8OID, INT4OID},
};

static void
add_change(Execution *e, const void *arg, const void *row)
{
	const StatusChange *change = row;

	rvo_add_integer(e, *(const int *) arg);
	rvo_add_id(e, rvo_store_next_status_change_id());
	rvo_add_id(e, change->contact_id);
	rvo_add_time(e, change->changed_at);
	rvo_add_text(e, change->status);
	rvo_add_text(e, change->previous_status);
	rvo_add_text(e, CONST_SLICE("api"));
}

/* rvo_store_insert_status_changes adds changes that were made by callers, in this order. */
void
rvo_store_insert_status_changes(int client_id, const StatusChange *changes, int n)
{
	const void **rows = palloc(n * sizeof(void *));
	bool	   *inserted = palloc(n * sizeof(bool));

	for (int i = 0; i < n; i++)
		rows[i] = &changes[i];
	if (rvo_query_insert(&insert_status, rows, n, add_change, &client_id, inserted))
		return;
	for (int i = 0; i < n; i++)
	{
		Execution	e = {0};

		add_change(&e, &client_id, rows[i]);
		rvo_query_run(&insert_status, &e);
	}
}

/* rvo_store_count_statuses tells how many changes of a contact's status there were. */
int64
rvo_store_count_statuses(int client_id, int64 contact_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact_id);
	rvo_query_run(&count_statuses, &e);
	return DatumGetInt64(e.results[0]);
}

/* What show_status carries through rvo_query_read. */
typedef struct StatusReading
{
	StatusReader read;
	void	   *arg;
} StatusReading;

static void
show_status(void *arg, const Datum *values, const bool *nulls)
{
	const StatusReading *reading = arg;
	KeptStatus	status = {
		.id = DatumGetInt64(values[0]),
		.change = {
			.changed_at = DatumGetTimestampTz(values[1]),
			.status = rvo_result_text(values[2], nulls[2]),
			.previous_status = rvo_result_text(values[4], nulls[4]),
		},
		.source = rvo_result_text(values[3], nulls[3]),
	};

	reading->read(reading->arg, &status);
}

/* rvo_store_read_statuses shows the statuses that a contact had, the newest first. */
void
rvo_store_read_statuses(int client_id, int64 contact_id, int64 offset, int limit, StatusReader read, void *arg)
{
	Execution	e = {0};
	StatusReading reading = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact_id);
	rvo_add_datum(&e, Int64GetDatum(offset), false);
	rvo_add_integer(&e, limit);
	rvo_query_read(&read_statuses, &e, show_status, &reading);
}
