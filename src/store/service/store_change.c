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
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "base/compat.h"
#include "store/query/store_query.h"
#include "store/query/store_sequence.h"
#include "store/query/store_snapshot.h"
#include "store/service/store_change.h"

#define INTO_CHANGE "revyops.change (id, xid, record_id, merged_into, changed_at, client_id, entity, kind, members)"

static KeptQuery insert_change = {
	.sql = "INSERT INTO " INTO_CHANGE " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	.expected = SPI_OK_INSERT, .nparameters = 9,
	.types = {INT8OID, XID8OID, INT8OID, INT8OID, TIMESTAMPTZOID, INT4OID, TEXTOID, TEXTOID, TEXTARRAYOID},
};

static KeptQuery insert_changes_of = {
	.sql = "INSERT INTO " INTO_CHANGE " SELECT pg_catalog.nextval('revyops.change_id_seq'), $1, id, NULL, $2, $3, $4, $5, ARRAY[$6]"
	" FROM pg_catalog.unnest($7) AS r (id)",
	.expected = SPI_OK_INSERT, .nparameters = 7,
	.types = {XID8OID, TIMESTAMPTZOID, INT4OID, TEXTOID, TEXTOID, TEXTOID, INT8ARRAYOID},
};

#define READ_CHANGE "id, record_id, merged_into, changed_at, entity, kind, members"

/* Those of transactions that were seen since: each is found by its number. */
static KeptQuery read_changes_since = {
	.sql = "SELECT " READ_CHANGE " FROM (SELECT " READ_CHANGE " FROM revyops.change"
	" WHERE client_id = $1 AND xid = ANY ($2) AND pg_catalog.pg_visible_in_snapshot(xid, $5)"
	" UNION ALL SELECT " READ_CHANGE " FROM revyops.change"
	" WHERE client_id = $1 AND xid >= $3 AND xid < $4 AND pg_catalog.pg_visible_in_snapshot(xid, $5)) AS c ORDER BY id LIMIT $6",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 6,
	.types = {INT4OID, XID8ARRAYOID, XID8OID, XID8OID, PG_SNAPSHOTOID, INT4OID},
};

/* The same of those behind one: in the order of ids, so that a page costs what it shows. */
static KeptQuery read_changes_behind = {
	.sql = "SELECT " READ_CHANGE " FROM revyops.change WHERE client_id = $1 AND id > $2"
	" AND NOT pg_catalog.pg_visible_in_snapshot(xid, $3) AND pg_catalog.pg_visible_in_snapshot(xid, $4) ORDER BY id LIMIT $5",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 5,
	.types = {INT4OID, INT8OID, PG_SNAPSHOTOID, PG_SNAPSHOTOID, INT4OID},
};

static KeptQuery find_feed = {
	.sql = "SELECT generation, trimmed_before FROM revyops.change_feed WHERE client_id = $1",
	.expected = SPI_OK_SELECT, .read_only = true, .nparameters = 1,
	.types = {INT4OID},
};

static KeptQuery begin_feed = {
	.sql = "INSERT INTO revyops.change_feed (client_id, generation) SELECT id, pg_catalog.nextval('revyops.change_id_seq')"
	" FROM revyops.client WHERE id = $1 AND changes = 'off'"
	" ON CONFLICT (client_id) DO UPDATE SET generation = EXCLUDED.generation",
	.expected = SPI_OK_INSERT, .nparameters = 1,
	.types = {INT4OID},
};

/*
 * All of transactions before the first that is not over yet ($3), or that has a change of
 * then: so what is left is complete from a transaction on.
 */
static KeptQuery delete_changes = {
	.sql = "WITH gone AS (DELETE FROM revyops.change WHERE client_id = $1 AND xid < LEAST($3, COALESCE("
	"(SELECT xid FROM revyops.change WHERE client_id = $1 AND changed_at >= $2 ORDER BY xid LIMIT 1), $3)) RETURNING xid)"
	" SELECT pg_catalog.count(*), pg_catalog.max(xid) FROM gone",
	.expected = SPI_OK_SELECT, .nparameters = 3,
	.types = {INT4OID, TIMESTAMPTZOID, XID8OID},
};

static KeptQuery note_trimmed = {
	.sql = "INSERT INTO revyops.change_feed AS f (client_id, generation, trimmed_before) VALUES ($1, 0, $2)"
	" ON CONFLICT (client_id) DO UPDATE SET trimmed_before = GREATEST(f.trimmed_before, EXCLUDED.trimmed_before)",
	.expected = SPI_OK_INSERT, .nparameters = 2,
	.types = {INT4OID, XID8OID},
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

/* ---------------------------------------------------------------- reading */

static void
add_xid(Execution *e, uint64 xid)
{
	rvo_add_datum(e, FullTransactionIdGetDatum(FullTransactionIdFromU64(xid)), false);
}

/* What show_change carries through rvo_query_read. */
typedef struct ChangeReading
{
	ChangeReader read;
	void	   *arg;
} ChangeReading;

/* read_members reads a text[], into the current context. */
static void
read_members(NotedChange *change, Datum array)
{
	Datum	   *texts;

	deconstruct_array(DatumGetArrayTypePCopy(array), TEXTOID, -1, false, TYPALIGN_INT, &texts, NULL, &change->nmembers);
	change->members = palloc((change->nmembers + 1) * sizeof(Slice));
	for (int i = 0; i < change->nmembers; i++)
		change->members[i] = rvo_result_text(texts[i], false);
}

static void
show_change(void *arg, const Datum *values, const bool *nulls)
{
	const ChangeReading *reading = arg;
	NotedChange change = {
		.id = DatumGetInt64(values[0]),
		.record_id = DatumGetInt64(values[1]),
		.merged_into = nulls[2] ? 0 : DatumGetInt64(values[2]),
		.changed_at = DatumGetTimestampTz(values[3]),
		.entity = rvo_result_text(values[4], false),
		.kind = rvo_result_text(values[5], false),
		.nmembers = -1,
	};

	if (!nulls[6])
		read_members(&change, values[6]);
	reading->read(reading->arg, &change);
}

/* rvo_store_read_changes_since shows the first changes of transactions that are seen next, and were not before. */
void
rvo_store_read_changes_since(int client_id, const Seen *seen, const Seen *next, int limit, ChangeReader read, void *arg)
{
	Execution	e = {0};
	ChangeReading reading = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_xids(&e, seen->open, seen->nopen);
	add_xid(&e, seen->end);
	add_xid(&e, next->end);
	rvo_add_datum(&e, rvo_store_snapshot_of(next), false);
	rvo_add_integer(&e, limit);
	rvo_query_read(&read_changes_since, &e, show_change, &reading);
}

/* rvo_store_read_changes_behind shows the first of those behind one. */
void
rvo_store_read_changes_behind(int client_id, int64 id, const Seen *seen, const Seen *next, int limit, ChangeReader read, void *arg)
{
	Execution	e = {0};
	ChangeReading reading = {read, arg};

	rvo_add_integer(&e, client_id);
	rvo_add_datum(&e, Int64GetDatum(id), false);
	rvo_add_datum(&e, rvo_store_snapshot_of(seen), false);
	rvo_add_datum(&e, rvo_store_snapshot_of(next), false);
	rvo_add_integer(&e, limit);
	rvo_query_read(&read_changes_behind, &e, show_change, &reading);
}

/* ---------------------------------------------------------------- the feed */

/* rvo_store_change_feed reads from where on the changes of a client are complete. */
ChangeFeed
rvo_store_change_feed(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	if (rvo_query_run(&find_feed, &e) == 0)
		return (ChangeFeed) {0};
	return (ChangeFeed) {DatumGetInt64(e.results[0]), U64FromFullTransactionId(DatumGetFullTransactionId(e.results[1]))};
}

/* rvo_store_begin_changes begins another generation of a client's feed, if no changes are noted now. */
void
rvo_store_begin_changes(int client_id)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_query_run(&begin_feed, &e);
}

/*
 * rvo_store_trim_changes deletes changes of a client from before a time, of transactions
 * before the first that may be under way; returns how many.
 */
int64
rvo_store_trim_changes(int client_id, TimestampTz before, uint64 first_open)
{
	Execution	e = {0};
	Execution	note = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_time(&e, before);
	add_xid(&e, first_open);
	rvo_query_run(&delete_changes, &e);
	if (e.result_nulls[1])
		return 0;
	rvo_add_integer(&note, client_id);
	add_xid(&note, U64FromFullTransactionId(DatumGetFullTransactionId(e.results[1])) + 1);
	rvo_query_run(&note_trimmed, &note);
	return DatumGetInt64(e.results[0]);
}
