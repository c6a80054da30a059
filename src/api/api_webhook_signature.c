/*
 * api_webhook_signature.c
 *	  The SQL function that signs webhooks.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "api/argument.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "value/webhook_signature.h"

PG_FUNCTION_INFO_V1(revyops_sign_webhook);

/* unix_seconds returns the seconds since 1970, without fractions. */
static int64
unix_seconds(TimestampTz at)
{
	int64		seconds = at / USECS_PER_SEC - (at % USECS_PER_SEC < 0);

	return seconds + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
}

/* read_keys reads the secrets, and notes what is wrong with them. */
static Slice *
read_keys(FunctionCallInfo fcinfo, int n, int *count, FaultList *faults)
{
	Datum	   *texts;
	bool	   *nulls;
	Slice	   *keys;

	*count = 0;
	if (!PG_ARGISNULL(n))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, count);
	if (*count == 0)
	{
		rvo_fault_add(faults, "secrets", FAULT_REQUIRED);
		return NULL;
	}
	keys = palloc(*count * sizeof(Slice));
	for (int i = 0; i < *count; i++)
		if (nulls[i] || !rvo_webhook_secret_read(rvo_slice_of_text(DatumGetTextPP(texts[i])), &keys[i]))
			rvo_fault_add(faults, "secrets", FAULT_INVALID_SECRET);
	return keys;
}

/* revyops_sign_webhook(id text, at timestamptz, body text, secrets text[]) returns text */
Datum
revyops_sign_webhook(PG_FUNCTION_ARGS)
{
	FaultList	faults = {0};
	Slice		id = rvo_argument_text(fcinfo, 0);
	Slice		body = rvo_argument_text(fcinfo, 2);
	int			nkeys;
	Slice	   *keys;
	StringInfoData signatures;

	if (id.len == 0)
		rvo_fault_add(&faults, "id", FAULT_REQUIRED);
	if (PG_ARGISNULL(1))
		rvo_fault_add(&faults, "at", FAULT_REQUIRED);
	else if (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(1)))
		rvo_fault_add(&faults, "at", FAULT_INVALID_TIME);
	if (body.data == NULL)
		rvo_fault_add(&faults, "body", FAULT_REQUIRED);
	keys = read_keys(fcinfo, 3, &nkeys, &faults);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	initStringInfo(&signatures);
	for (int i = 0; i < nkeys; i++)
	{
		Slice		signature = rvo_webhook_sign(id, unix_seconds(PG_GETARG_TIMESTAMPTZ(1)), body, keys[i]);

		appendStringInfo(&signatures, "%s%.*s", i > 0 ? " " : "", signature.len, signature.data);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(signatures.data, signatures.len));
}
