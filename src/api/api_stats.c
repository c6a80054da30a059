/*
 * api_stats.c
 *	  The SQL functions of statistics.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/create_outcome.h"
#include "work/caller/client.h"

PG_FUNCTION_INFO_V1(revyops_create_outcomes);
PG_FUNCTION_INFO_V1(revyops_reset_stats);

/*
 * revyops.create_outcomes(client_id integer) returns record: how its creates ended, and since when they are counted; nulls
 * where none are, or where the caller may not see the client.
 */
Datum
revyops_create_outcomes(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	int64		counts[CREATE_OUTCOMES];
	Datum		values[CREATE_OUTCOMES + 1];
	bool		nulls[CREATE_OUTCOMES + 1];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	memset(nulls, true, sizeof(nulls));
	if (!PG_ARGISNULL(0) && rvo_client_is_shown(PG_GETARG_INT32(0)) && rvo_create_outcomes_read(PG_GETARG_INT32(0), counts))
	{
		memset(nulls, false, sizeof(nulls));
		for (int o = 0; o < CREATE_OUTCOMES; o++)
			values[o] = Int64GetDatum(counts[o]);
		values[CREATE_OUTCOMES] = TimestampTzGetDatum(rvo_create_outcomes_reset_time());
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* revyops_reset_stats() returns void */
Datum
revyops_reset_stats(PG_FUNCTION_ARGS)
{
	rvo_create_outcomes_reset();
	PG_RETURN_VOID();
}
