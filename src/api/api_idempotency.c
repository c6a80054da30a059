/*
 * api_idempotency.c
 *	  The SQL function that ends what is kept for a time.
 */
#include "postgres.h"

#include "fmgr.h"

#include "base/compat.h"
#include "work/caller/idempotency.h"

PG_FUNCTION_INFO_V1(revyops_expire);

/* revyops_expire() returns bigint */
Datum
revyops_expire(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(rvo_idempotency_expire());
}
