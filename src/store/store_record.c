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

#include "utils/array.h"

#include "base/compat.h"
#include "base/fault.h"
#include "store/store_record.h"

/* rvo_result_fields copies custom fields; null is none. */
CustomFields
rvo_result_fields(Datum value, bool isnull)
{
	return isnull ? (CustomFields) {0} : rvo_custom_fields_of_jsonb(DatumGetJsonbPCopy(value));
}

/* rvo_record_fields makes the custom fields of a record as they are stored. */
JsonbValue
rvo_record_fields(const void *row)
{
	const Record *record = row;

	return rvo_custom_fields_nested(&record->custom_fields, record->updated_time);
}

/* rvo_store_find runs a query for one record, with its parameters at hand; false if there is none. */
bool
rvo_store_find(const RecordTable *table, KeptQuery *query, Execution *e, Record *record)
{
	if (rvo_query_run(query, e) == 0)
		return false;
	table->read(record, e->results, e->result_nulls);
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

/* rvo_store_has_other_client tells another client's record from none. */
bool
rvo_store_has_other_client(const RecordTable *table, int client_id, int64 id)
{
	Execution	e = {0};

	rvo_add_id(&e, id);
	rvo_add_integer(&e, client_id);
	return rvo_query_run(table->find_other_client, &e) > 0;
}

/* rvo_store_insert adds a record; false if one of its keys is taken. */
bool
rvo_store_insert(const RecordTable *table, int client_id, const Record *record)
{
	Execution	e = {0};

	table->write(&e, client_id, record);
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

	table->write(&e, client_id, record);
	if (rvo_query_run(table->insert_or_raise, &e) != 1)
		rvo_fault_raise_bug(table->not_inserted);
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
		rvo_fault_raise_bug("an insert of many told nothing");
	if (e->result_nulls[0])
		return;
	ids = (const int64 *) ARR_DATA_PTR(DatumGetArrayTypeP(e->results[0]));
	nids = ARR_DIMS(DatumGetArrayTypeP(e->results[0]))[0];
	for (int i = 0; i < n && next < nids; i++)
	{
		inserted[i] = ids[next] == records[i]->id;
		next += inserted[i];
	}
	if (next < nids)
		rvo_fault_raise_bug("an insert of many returned rows that were not in it");
}

/*
 * rvo_store_insert_many adds records, in this order; inserted tells for each
 * whether it was, or a key of it is taken.
 */
void
rvo_store_insert_many(const RecordTable *table, int client_id, Record *const *records, int n, bool *inserted)
{
	const void *const *rows = (const void *const *) records;
	Execution	e = {0};

	if (rvo_query_insert(table->insert, client_id, rows, n, table->write, inserted))
		return;
	table->write_many(&e, client_id, rows, n);
	run_many(table->insert_many, &e, records, n, inserted);
}

/* rvo_store_update writes all of a record that was locked.  Raises a unique violation if a key is taken. */
void
rvo_store_update(const RecordTable *table, int client_id, const Record *record)
{
	Execution	e = {0};

	table->write_all(&e, client_id, record);
	if (rvo_query_run(table->update, &e) != 1)
		rvo_fault_raise_bug(psprintf("a locked %s was not updated", rvo_slice_cstring(rvo_entity_names[table->entity])));
}
