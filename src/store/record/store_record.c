/*
 * store_record.c
 *	  Reading and writing records, one or many, whatever their table.
 *
 * A row that meets any row with the same value in a unique index, ours or the
 * user's, is not inserted.  If it is not about our keys, the caller has the
 * same without ON CONFLICT tell.
 *
 * Many are inserted by the query for one, run for each of them within
 * one execution.  Where its plan does not allow that (store_direct.c), a
 * set-based statement does it, with an array for each column.  What that has
 * inserted is told by RETURNING within a CTE.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_record.h"
#include "store/service/store_client.h"

/* ---------------------------------------------------------------- rows */

/* read_column takes a column into a record; texts are copied to the current context. */
static void
read_column(const RecordMember *member, Record *record, Datum value, bool isnull)
{
	switch (rvo_member_value(member->kind))
	{
		case VALUE_TEXT:
			*MEMBER_OF(record, member, Slice) = rvo_result_text(value, isnull);
			break;
		case VALUE_ID:
			*MEMBER_OF(record, member, int64) = isnull ? 0 : DatumGetInt64(value);
			break;
		case VALUE_TIME:
			*MEMBER_OF(record, member, NullableTime) = rvo_result_time(value, isnull);
			break;
		case VALUE_BOOLEAN:
			*MEMBER_OF(record, member, NullableBoolean) = (NullableBoolean) {!isnull, !isnull && DatumGetBool(value)};
			break;
	}
}

/* rvo_record_of_row fills a record from a row of a result; its texts are in the current context. */
void
rvo_record_of_row(const RecordTable *table, Record *record, const Datum *values, const bool *nulls)
{
	int			ncolumns = table->shape->ncolumns;
	int			fields = ncolumns + 2;

	memset(record, 0, table->size);
	record->client_id = DatumGetInt32(values[0]);
	record->id = DatumGetInt64(values[1]);
	for (int i = 0; i < ncolumns; i++)
		read_column(&table->shape->members[i], record, values[i + 2], nulls[i + 2]);
	if (!nulls[fields])
		record->custom_fields = rvo_custom_fields_of_jsonb(DatumGetJsonbPCopy(values[fields]));
	record->updated_time = DatumGetTimestampTz(values[fields + 1]);
}

static JsonbValue
fields_of(const void *row)
{
	const Record *record = row;

	return rvo_custom_fields_nested(&record->custom_fields, record->updated_time);
}

static void
add_column(Execution *e, const RecordMember *member, const Record *record)
{
	switch (rvo_member_value(member->kind))
	{
		case VALUE_TEXT:
			rvo_add_text(e, *CONST_MEMBER_OF(record, member, Slice));
			break;
		case VALUE_ID:
			rvo_add_id(e, *CONST_MEMBER_OF(record, member, int64));
			break;
		case VALUE_TIME:
			rvo_add_nullable_time(e, *CONST_MEMBER_OF(record, member, NullableTime));
			break;
		case VALUE_BOOLEAN:
			rvo_add_nullable_boolean(e, *CONST_MEMBER_OF(record, member, NullableBoolean));
			break;
	}
}

/* add_record gives the parameters of a statement that writes a record, with the first of its columns. */
static void
add_record(Execution *e, const RecordTable *table, int ncolumns, int client_id, const Record *record)
{
	rvo_add_integer(e, client_id);
	rvo_add_id(e, record->id);
	for (int i = 0; i < ncolumns; i++)
		add_column(e, &table->shape->members[i], record);
	rvo_add_json(e, fields_of(record));
	rvo_add_time(e, record->updated_time);
}

static void
add_column_of_many(Execution *e, const RecordMember *member, const void *const *rows, int n)
{
	switch (rvo_member_value(member->kind))
	{
		case VALUE_TEXT:
			rvo_add_texts(e, rows, n, member->offset);
			break;
		case VALUE_ID:
			rvo_add_ids(e, rows, n, member->offset);
			break;
		case VALUE_TIME:
			rvo_add_nullable_times(e, rows, n, member->offset);
			break;
		case VALUE_BOOLEAN:
			rvo_add_nullable_booleans(e, rows, n, member->offset);
			break;
	}
}

/* rvo_add_records gives those of a statement that writes many, with an array for each column that is inserted. */
void
rvo_add_records(Execution *e, const RecordTable *table, int client_id, Record *const *records, int n)
{
	const void *const *rows = (const void *const *) records;

	rvo_add_integer(e, client_id);
	rvo_add_ids(e, rows, n, offsetof(Record, id));
	for (int i = 0; i < table->shape->ninserted; i++)
		add_column_of_many(e, &table->shape->members[i], rows, n);
	rvo_add_jsons(e, rows, n, fields_of);
	rvo_add_times(e, rows, n, offsetof(Record, updated_time));
}

/* ---------------------------------------------------------------- queries */

/* rvo_store_find runs a query for one record, with its parameters at hand; false if there is none. */
bool
rvo_store_find(const RecordTable *table, KeptQuery *query, Execution *e, Record *record)
{
	if (rvo_query_run(query, e) == 0)
		return false;
	rvo_record_of_row(table, record, e->results, e->result_nulls);
	return true;
}

/* rvo_store_get reads a record of the client, or of anybody for ALL_CLIENTS; false if there is none with this id. */
bool
rvo_store_get(const RecordTable *table, int client_id, int64 id, Record *record)
{
	Execution	e = {0};

	if (client_id != ALL_CLIENTS)
		rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_store_find(table, client_id != ALL_CLIENTS ? table->get : table->get_of_any, &e, record);
}

/* rvo_store_lock is rvo_store_get, and keeps others from changing the record until the transaction ends. */
bool
rvo_store_lock(const RecordTable *table, int client_id, int64 id, Record *record)
{
	Execution	e = {0};

	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_store_find(table, table->lock, &e, record);
}

/* rvo_store_has_other_client tells another client's record from none, if the client may know. */
bool
rvo_store_has_other_client(const RecordTable *table, int client_id, int64 id)
{
	Execution	e = {0};

	if (!rvo_store_tells_foreign_ids(client_id))
		return false;
	rvo_add_id(&e, id);
	rvo_add_integer(&e, client_id);
	return rvo_query_run(table->find_other_client, &e) > 0;
}

/* rvo_store_insert adds a record; false if one of its keys is taken. */
bool
rvo_store_insert(const RecordTable *table, int client_id, const Record *record)
{
	Execution	e = {0};

	add_record(&e, table, table->shape->ninserted, client_id, record);
	return rvo_query_run(table->insert, &e) > 0;
}

/*
 * rvo_store_insert_or_raise adds a record that was not added, though
 * nobody has its keys: what is in the way says so itself.
 */
void
rvo_store_insert_or_raise(const RecordTable *table, int client_id, const Record *record)
{
	Execution	e = {0};

	add_record(&e, table, table->shape->ninserted, client_id, record);
	if (rvo_query_run(table->insert_or_raise, &e) != 1)
		rvo_failure_raise_bug(table->not_inserted);
}

/* run_many runs a set-based insert and notes which rows came back; they do in their order. */
static void
run_many(KeptQuery *query, Execution *e, Record *const *records, int n, bool *inserted)
{
	const int64 *ids;
	int			nids;
	int			next = 0;

	memset(inserted, false, n * sizeof(bool));
	if (rvo_query_run(query, e) != 1)
		rvo_failure_raise_bug("an insert of many told nothing");
	if (e->result_nulls[0])
		return;
	ids = (const int64 *) ARR_DATA_PTR(DatumGetArrayTypeP(e->results[0]));
	nids = ARR_DIMS(DatumGetArrayTypeP(e->results[0]))[0];
	for (int i = 0; i < n && next < nids; i++)
	{
		CHECK_FOR_INTERRUPTS();
		inserted[i] = ids[next] == records[i]->id;
		next += inserted[i];
	}
	if (next < nids)
		rvo_failure_raise_bug("an insert of many returned rows that were not in it");
}

/* What add_inserted is told of the table. */
typedef struct RecordInsert
{
	const RecordTable *table;
	int			ncolumns;
	int			client_id;
} RecordInsert;

static void
add_inserted(Execution *e, const void *arg, const void *row)
{
	const RecordInsert *insert = arg;

	add_record(e, insert->table, insert->ncolumns, insert->client_id, row);
}

/*
 * rvo_store_insert_many adds records, in this order; inserted tells for each
 * whether it was, or a key of it is taken.
 */
void
rvo_store_insert_many(const RecordTable *table, int client_id, Record *const *records, int n, bool *inserted)
{
	RecordInsert insert = {table, table->shape->ninserted, client_id};
	Execution	e = {0};

	if (rvo_query_insert(table->insert, (const void *const *) records, n, add_inserted, &insert, inserted))
		return;
	rvo_add_records(&e, table, client_id, records, n);
	run_many(table->insert_many, &e, records, n, inserted);
}

/*
 * rvo_store_insert_many_whole does so with all columns, by a query for one, if that goes by the short
 * way; else those are null that are not inserted.
 */
void
rvo_store_insert_many_whole(const RecordTable *table, KeptQuery *query, int client_id, Record *const *records, int n, bool *inserted)
{
	RecordInsert insert = {table, table->shape->ncolumns, client_id};

	if (!rvo_query_insert(query, (const void *const *) records, n, add_inserted, &insert, inserted))
		rvo_store_insert_many(table, client_id, records, n, inserted);
}

/* rvo_store_update writes all of a record that was locked.  Raises a unique violation if a key is taken. */
void
rvo_store_update(const RecordTable *table, int client_id, const Record *record)
{
	Execution	e = {0};

	add_record(&e, table, table->shape->ncolumns, client_id, record);
	if (rvo_query_run(table->update, &e) != 1)
		rvo_failure_raise_bug(psprintf("a locked %s was not updated", rvo_slice_cstring(rvo_entity_names[table->entity])));
}

/*
 * rvo_store_delete deletes a record by a query, and with it what refers to it: the foreign keys see to that.
 * So it is refused where the server follows none.  Returns how many it deleted.
 */
uint64
rvo_store_delete(KeptQuery *query, int client_id, int64 id)
{
	Execution	e = {0};

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		rvo_failure_raise_replica();
	rvo_add_integer(&e, client_id);
	rvo_add_id(&e, id);
	return rvo_query_run(query, &e);
}
