/*
 * api_change.c
 *	  The SQL functions of changes: those of records, and of contacts' statuses.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/timestamp.h"

#include "api/argument.h"
#include "base/compat.h"
#include "work/caller/auth.h"
#include "work/contact/status_history_read.h"
#include "work/record/change_list.h"

PG_FUNCTION_INFO_V1(revyops_changes);
PG_FUNCTION_INFO_V1(revyops_trim_changes);
PG_FUNCTION_INFO_V1(revyops_contact_status_history);

/* revyops_changes(after text, "limit" integer) returns jsonb */
Datum
revyops_changes(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_reader_of_call();
	FaultList	faults = {0};
	bool		can_wait;

	PG_RETURN_JSONB_P(rvo_changes_list(&caller, rvo_argument_text(fcinfo, 0), rvo_argument_number(fcinfo, 1), &faults, &can_wait));
}

/* revyops_trim_changes(before timestamptz, client_id integer) returns bigint */
Datum
revyops_trim_changes(PG_FUNCTION_ARGS)
{
	NullableTime before = {!PG_ARGISNULL(0), PG_ARGISNULL(0) ? 0 : PG_GETARG_TIMESTAMPTZ(0)};
	int			client_id = rvo_argument_number(fcinfo, 1);

	PG_RETURN_INT64(rvo_changes_trim(before, PG_ARGISNULL(1) ? NULL : &client_id));
}

/* revyops_contact_status_history(contact_id bigint, page integer, page_size integer) returns json */
Datum
revyops_contact_status_history(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	ListRequest request = {.page = rvo_argument_number(fcinfo, 1), .page_size = rvo_argument_number(fcinfo, 2)};

	PG_RETURN_TEXT_P(rvo_status_history_list(client_id, rvo_argument_id(fcinfo, 0), "contact_id", &request));
}
