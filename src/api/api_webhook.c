/*
 * api_webhook.c
 *	  The SQL functions of webhooks.
 */
#include "postgres.h"

#include "fmgr.h"

#include "api/argument.h"
#include "base/compat.h"
#include "work/auth.h"
#include "work/webhook_read.h"

PG_FUNCTION_INFO_V1(revyops_read_webhook);

/* argument_octets shows a bytea; no value for NULL. */
static Slice
argument_octets(FunctionCallInfo fcinfo, int n)
{
	return rvo_slice_of_text(PG_ARGISNULL(n) ? NULL : (text *) PG_GETARG_BYTEA_PP(n));
}

/* revyops_read_webhook(platform text, body bytea) returns jsonb: also for who is nobody, who owns no contacts. */
Datum
revyops_read_webhook(PG_FUNCTION_ARGS)
{
	Claim		claim = rvo_auth_claim_of_call();

	PG_RETURN_JSONB_P(rvo_webhook_read(rvo_auth_find_client_id(&claim), rvo_argument_text(fcinfo, 0), argument_octets(fcinfo, 1)));
}
