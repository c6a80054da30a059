/*
 * store_status_history.c
 *	  Queries on the statuses that contacts had, one typed function each.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "base/compat.h"
#include "store/store_query.h"
#include "store/store_sequence.h"
#include "store/store_status_history.h"

/* On conflict only for the short way: an id is there once. */
static KeptQuery insert_status = {
	.sql = "INSERT INTO revyops.contact_status_history (client_id, id, contact_id, changed_at, contact_status, previous_status, source)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 7,
	.types = {INT4OID, INT8OID, INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID},
};

static KeptQuery move_history = {
	.sql = "UPDATE revyops.contact_status_history SET contact_id = $3 WHERE contact_id = $2 AND client_id = $1",
	.expected = SPI_OK_UPDATE, .nparameters = 3,
	.types = {INT4OID, INT8OID, INT8OID},
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

/* rvo_store_move_status_history gives a contact the statuses that another one had, which is merged into it. */
void
rvo_store_move_status_history(int client_id, int64 contact_id, int64 to_contact_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, contact_id);
	rvo_add_id(&e, to_contact_id);
	rvo_query_run(&move_history, &e);
}
