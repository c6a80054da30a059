/*
 * store_change.c
 *	  Queries on the changes that the change feed tells, one typed function each.
 *
 * A change is noted by the transaction that makes it, while the record is locked:
 * so of one record the ids, which a sequence gives, go on as its changes are
 * committed.  xid is the transaction, by which a reader can tell whether it had
 * ended when the last one read.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/xid8.h"

#include "base/compat.h"
#include "store/store_change.h"
#include "store/store_query.h"
#include "store/store_sequence.h"

#define INTO_CHANGE "revyops.change (id, xid, record_id, merged_into, changed_at, client_id, entity, kind, members)"

/* On conflict only for the short way: an id is there once. */
static KeptQuery insert_change = {
	.sql = "INSERT INTO " INTO_CHANGE " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
	.expected = SPI_OK_INSERT, .nparameters = 9,
	.types = {INT8OID, XID8OID, INT8OID, INT8OID, TIMESTAMPTZOID, INT4OID, TEXTOID, TEXTOID, TEXTARRAYOID},
};

static KeptQuery insert_changes_of = {
	.sql = "INSERT INTO " INTO_CHANGE " SELECT pg_catalog.nextval('revyops.change_id_seq'), $1, id, NULL, $2, $3, $4, $5, ARRAY[$6]"
	" FROM pg_catalog.unnest($7) AS r (id)",
	.expected = SPI_OK_INSERT, .nparameters = 7,
	.types = {XID8OID, TIMESTAMPTZOID, INT4OID, TEXTOID, TEXTOID, TEXTOID, INT8ARRAYOID},
};

/* What add_change is told of the list. */
typedef struct ChangeInsert
{
	int			client_id;
	Entity		entity;
	ChangeKind	kind;
} ChangeInsert;

static Datum
own_transaction(void)
{
	return FullTransactionIdGetDatum(GetTopFullTransactionId());
}

static void
add_change(Execution *e, const void *arg, const void *row)
{
	const ChangeInsert *insert = arg;
	const NewChange *change = row;

	rvo_add_id(e, rvo_store_next_change_id());
	rvo_add_datum(e, own_transaction(), false);
	rvo_add_id(e, change->record_id);
	rvo_add_id(e, change->merged_into);
	rvo_add_time(e, GetCurrentTransactionStartTimestamp());
	rvo_add_integer(e, insert->client_id);
	rvo_add_text(e, rvo_entity_names[insert->entity]);
	rvo_add_text(e, rvo_change_kind_names[insert->kind]);
	if (change->nmembers > 0)
		rvo_add_slices(e, change->members, change->nmembers);
	else
		rvo_add_datum(e, (Datum) 0, true);
}

/* rvo_store_insert_changes notes changes of one kind, in this order. */
void
rvo_store_insert_changes(int client_id, Entity entity, ChangeKind kind, const NewChange *changes, int n)
{
	ChangeInsert insert = {client_id, entity, kind};
	const void **rows = palloc(n * sizeof(void *));
	bool	   *inserted = palloc(n * sizeof(bool));

	for (int i = 0; i < n; i++)
		rows[i] = &changes[i];
	if (rvo_query_insert(&insert_change, rows, n, add_change, &insert, inserted))
		return;
	for (int i = 0; i < n; i++)
	{
		Execution	e = {0};

		add_change(&e, &insert, rows[i]);
		rvo_query_run(&insert_change, &e);
	}
}

/* rvo_store_insert_changes_of notes that one member of records with these ids, a bigint[], is another. */
void
rvo_store_insert_changes_of(int client_id, Entity entity, Datum ids, Slice member)
{
	Execution	e = {0};

	rvo_add_datum(&e, own_transaction(), false);
	rvo_add_time(&e, GetCurrentTransactionStartTimestamp());
	rvo_add_integer(&e, client_id);
	rvo_add_text(&e, rvo_entity_names[entity]);
	rvo_add_text(&e, rvo_change_kind_names[CHANGE_UPDATED]);
	rvo_add_text(&e, member);
	rvo_add_datum(&e, ids, false);
	rvo_query_run(&insert_changes_of, &e);
}
