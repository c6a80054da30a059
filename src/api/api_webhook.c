/*
 * api_webhook.c
 *	  The SQL functions of webhooks.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "base/compat.h"
#include "store/service/store_webhook.h"
#include "store/service/store_webhook_count.h"
#include "work/activity/webhook.h"
#include "work/activity/webhook_read.h"
#include "work/caller/auth.h"

PG_FUNCTION_INFO_V1(revyops_read_webhook);
PG_FUNCTION_INFO_V1(revyops_create_agency);
PG_FUNCTION_INFO_V1(revyops_create_webhook);
PG_FUNCTION_INFO_V1(revyops_create_agency_webhook);
PG_FUNCTION_INFO_V1(revyops_route_webhook_account);
PG_FUNCTION_INFO_V1(revyops_set_webhook_secret);
PG_FUNCTION_INFO_V1(revyops_list_webhooks);
PG_FUNCTION_INFO_V1(revyops_revoke_webhook);
PG_FUNCTION_INFO_V1(revyops_webhook_status);
PG_FUNCTION_INFO_V1(revyops_set_webhook_labels);
PG_FUNCTION_INFO_V1(revyops_set_webhook_ring);
PG_FUNCTION_INFO_V1(revyops_webhook_ring);

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

/* argument_integer points to an integer; NULL for NULL. */
static const int *
argument_integer(FunctionCallInfo fcinfo, int n)
{
	int		   *number;

	if (PG_ARGISNULL(n))
		return NULL;
	number = palloc(sizeof(int));
	*number = PG_GETARG_INT32(n);
	return number;
}

/* put_row adds a row, as the query has it, to the result. */
static void
put_row(void *arg, const Datum *values, const bool *nulls)
{
	ReturnSetInfo *result = arg;

	tuplestore_putvalues(result->setResult, result->setDesc, unconstify(Datum *, values), unconstify(bool *, nulls));
}

/* revyops_create_agency(name text) returns integer */
Datum
revyops_create_agency(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(rvo_agency_create(rvo_argument_text(fcinfo, 0)));
}

/* revyops_create_webhook(client_id integer, platform text, name text) returns text */
Datum
revyops_create_webhook(PG_FUNCTION_ARGS)
{
	Slice		path = rvo_webhook_create(argument_integer(fcinfo, 0), rvo_argument_text(fcinfo, 1), rvo_argument_text(fcinfo, 2));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(path.data, path.len));
}

/* revyops_create_agency_webhook(agency_id integer, platform text, name text) returns text */
Datum
revyops_create_agency_webhook(PG_FUNCTION_ARGS)
{
	Slice		path = rvo_webhook_create_for_agency(argument_integer(fcinfo, 0), rvo_argument_text(fcinfo, 1), rvo_argument_text(fcinfo, 2));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(path.data, path.len));
}

/* revyops_route_webhook_account(agency_id integer, platform text, account text, client_id integer) returns void */
Datum
revyops_route_webhook_account(PG_FUNCTION_ARGS)
{
	rvo_webhook_route_account(argument_integer(fcinfo, 0), rvo_argument_text(fcinfo, 1), rvo_argument_text(fcinfo, 2), argument_integer(fcinfo, 3));
	PG_RETURN_VOID();
}

/* revyops_set_webhook_secret(webhook integer, verify text, secret text, header text) returns void */
Datum
revyops_set_webhook_secret(PG_FUNCTION_ARGS)
{
	rvo_webhook_set_secret(argument_integer(fcinfo, 0), rvo_argument_text(fcinfo, 1), rvo_argument_text(fcinfo, 2), rvo_argument_text(fcinfo, 3));
	PG_RETURN_VOID();
}

/* revyops_list_webhooks(client_id integer, agency_id integer) returns setof record */
Datum
revyops_list_webhooks(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	rvo_store_list_webhooks(rvo_argument_number(fcinfo, 0), rvo_argument_number(fcinfo, 1), put_row, fcinfo->resultinfo);
	return (Datum) 0;
}

/* revyops_revoke_webhook(webhook integer) returns boolean */
Datum
revyops_revoke_webhook(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(rvo_webhook_revoke(argument_integer(fcinfo, 0)));
}

/* revyops_webhook_status() returns setof record */
Datum
revyops_webhook_status(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	rvo_store_webhook_status(put_row, fcinfo->resultinfo);
	return (Datum) 0;
}

/* revyops_set_webhook_labels(webhook integer, labels jsonb) returns void */
Datum
revyops_set_webhook_labels(PG_FUNCTION_ARGS)
{
	rvo_webhook_set_labels(argument_integer(fcinfo, 0), rvo_argument_jsonb(fcinfo, 1));
	PG_RETURN_VOID();
}

/* revyops_set_webhook_ring(webhook integer, size integer) returns void */
Datum
revyops_set_webhook_ring(PG_FUNCTION_ARGS)
{
	rvo_webhook_set_ring(argument_integer(fcinfo, 0), argument_integer(fcinfo, 1));
	PG_RETURN_VOID();
}

/* revyops_webhook_ring(webhook integer) returns setof record */
Datum
revyops_webhook_ring(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	rvo_webhook_ring(argument_integer(fcinfo, 0), put_row, fcinfo->resultinfo);
	return (Datum) 0;
}
