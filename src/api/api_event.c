/*
 * api_event.c
 *	  The SQL functions that record events.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/tuplestore.h"

#include "api/argument.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/json_parse.h"
#include "shape/record/known_member.h"
#include "work/activity/event.h"
#include "work/caller/auth.h"

PG_FUNCTION_INFO_V1(revyops_record_event);
PG_FUNCTION_INFO_V1(revyops_record_events);

/* revyops_record_event(event jsonb) returns jsonb */
Datum
revyops_record_event(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	Jsonb	   *answer = rvo_event_record(&caller, rvo_argument_jsonb(fcinfo, 0), NULL);

	PG_RETURN_JSONB_P(rvo_members_told(&caller, answer));
}

/* put_row adds (ordinal, status, contact_id, email_id, errors). */
static void
put_row(void *arg, int number, const EventOutcome *outcome)
{
	ReturnSetInfo *result = arg;
	bool		failed = outcome->faults.count > 0;
	Datum		values[5] = {
		Int32GetDatum(number), Int32GetDatum(outcome->status), Int64GetDatum(outcome->contact_id), Int64GetDatum(outcome->email_id)
	};
	bool		nulls[5] = {false, false, outcome->contact_id == 0, outcome->email_id == 0, !failed};

	if (failed)
		values[4] = JsonbPGetDatum(rvo_json_parse(rvo_slice(rvo_fault_json(&outcome->faults))));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* revyops_record_events(events jsonb, mode text) returns setof record */
Datum
revyops_record_events(PG_FUNCTION_ARGS)
{
	FaultList	faults = {0};
	JsonbContainer *items = rvo_json_root(rvo_argument_jsonb(fcinfo, 0));
	Caller		caller = rvo_auth_caller_of_call();
	EventList	list = {
		.caller = &caller,
		.items = items,
		.mode = rvo_batch_mode_read(rvo_argument_text(fcinfo, 1), "mode", &faults),
		.number_name = "ordinal",
		.first_number = 1,
		.sink = put_row,
		.sink_arg = fcinfo->resultinfo,
	};

	if (!rvo_json_is_array(items))
		rvo_fault_add(&faults, "", rvo_json_is_encoded_root(items) ? FAULT_JSON_IN_STRING : FAULT_NOT_AN_ARRAY);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	InitMaterializedSRF(fcinfo, 0);
	rvo_event_record_list(&list);
	rvo_members_tell(&caller);
	return (Datum) 0;
}
