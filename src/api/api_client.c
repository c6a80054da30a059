/*
 * api_client.c
 *	  The SQL functions of clients and their API keys.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "base/compat.h"
#include "work/caller/auth.h"
#include "work/caller/client.h"
#include "work/caller/client_setting.h"
#include "work/caller/client_state.h"

PG_FUNCTION_INFO_V1(revyops_current_client_id);
PG_FUNCTION_INFO_V1(revyops_create_client);
PG_FUNCTION_INFO_V1(revyops_create_api_key);
PG_FUNCTION_INFO_V1(revyops_list_api_keys);
PG_FUNCTION_INFO_V1(revyops_revoke_api_key);
PG_FUNCTION_INFO_V1(revyops_set_client_setting);
PG_FUNCTION_INFO_V1(revyops_set_client_state);

/* revyops.current_client_id() returns integer: what the policies of the tables compare with. */
Datum
revyops_current_client_id(PG_FUNCTION_ARGS)
{
	Claim		claim = rvo_auth_claim_of_call();
	int			client_id = rvo_auth_find_client_id(&claim);

	if (client_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(client_id);
}

/* revyops_create_client(name text) returns integer */
Datum
revyops_create_client(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(rvo_client_create(rvo_argument_text(fcinfo, 0)));
}

/* revyops_create_api_key(client_id integer, name text, expires_at timestamptz, scope text) returns text */
Datum
revyops_create_api_key(PG_FUNCTION_ARGS)
{
	int			client_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);
	TimestampTz expires_at = PG_ARGISNULL(2) ? 0 : PG_GETARG_TIMESTAMPTZ(2);
	Slice		key = rvo_api_key_create(PG_ARGISNULL(0) ? NULL : &client_id,
											  rvo_argument_text(fcinfo, 1),
											  PG_ARGISNULL(2) ? NULL : &expires_at,
											  rvo_argument_text(fcinfo, 3));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(key.data, key.len));
}

/* put_row adds a row, as the query has it, to the result. */
static void
put_row(void *arg, const Datum *values, const bool *nulls)
{
	ReturnSetInfo *result = arg;

	tuplestore_putvalues(result->setResult, result->setDesc,
						 unconstify(Datum *, values), unconstify(bool *, nulls));
}

/* revyops_list_api_keys(client_id integer) returns setof record */
Datum
revyops_list_api_keys(PG_FUNCTION_ARGS)
{
	int			client_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

	InitMaterializedSRF(fcinfo, 0);
	rvo_api_key_list(PG_ARGISNULL(0) ? NULL : &client_id, put_row, fcinfo->resultinfo);
	return (Datum) 0;
}

/* revyops_revoke_api_key(prefix text) returns boolean */
Datum
revyops_revoke_api_key(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(rvo_api_key_revoke(rvo_argument_text(fcinfo, 0)));
}

/* revyops_set_client_setting(client_id integer, name text, value text) returns void */
Datum
revyops_set_client_setting(PG_FUNCTION_ARGS)
{
	int			client_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

	rvo_client_set(PG_ARGISNULL(0) ? NULL : &client_id, rvo_argument_text(fcinfo, 1), rvo_argument_text(fcinfo, 2));
	PG_RETURN_VOID();
}

/* revyops_set_client_state(client_id integer, state text) returns void */
Datum
revyops_set_client_state(PG_FUNCTION_ARGS)
{
	int			client_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT32(0);

	rvo_client_set_state(PG_ARGISNULL(0) ? NULL : &client_id, rvo_argument_text(fcinfo, 1));
	PG_RETURN_VOID();
}
