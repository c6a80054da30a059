/*
 * argument.c
 *	  Arguments of SQL functions, where SQL's NULL is a value like any other.
 *
 * Called by api_*.c.  No function is STRICT: what NULL means is decided by the
 * use case.
 */
#include "postgres.h"

#include "api/argument.h"
#include "base/compat.h"

/* rvo_argument_text shows a text; no value for NULL. */
Slice
rvo_argument_text(FunctionCallInfo fcinfo, int n)
{
	return rvo_slice_of_text(PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n));
}

Jsonb *
rvo_argument_jsonb(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : PG_GETARG_JSONB_P(n);
}

/* rvo_argument_id points to a bigint; NULL for NULL. */
const int64 *
rvo_argument_id(FunctionCallInfo fcinfo, int n)
{
	int64	   *id;

	if (PG_ARGISNULL(n))
		return NULL;
	id = palloc(sizeof(int64));
	*id = PG_GETARG_INT64(n);
	return id;
}

/* rvo_argument_number gives an integer, 0 for NULL. */
int
rvo_argument_number(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? 0 : PG_GETARG_INT32(n);
}
