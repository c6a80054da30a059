/*
 * store_record.c
 *	  What the tables of records share.
 *
 * Called by the other store files.
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

/* rvo_query_insert_many runs a set-based insert and notes which rows came back; they do in their order. */
void
rvo_query_insert_many(KeptQuery *query, Execution *e, const void *const *rows, int n, bool *inserted)
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
		inserted[i] = ids[next] == ((const Record *) rows[i])->id;
		next += inserted[i];
	}
	if (next < nids)
		rvo_fault_raise_bug("an insert of many returned rows that were not in it");
}
