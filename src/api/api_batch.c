/*
 * api_batch.c
 *	  The SQL functions that create or upsert many at once, or tell what that would do.
 *
 * Unpack the arguments and hand on.  The check of many is one of them in all
 * but writing.  The result is a set, one row an item; it is complete before
 * the caller sees the first row, so that a LIMIT does not decide what is
 * written.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/tuplestore.h"

#include "api/api_batch.h"
#include "api/argument.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/json_parse.h"
#include "shape/record/known_member.h"
#include "work/caller/auth.h"
#include "work/company/company_batch.h"
#include "work/company/company_upsert_batch.h"
#include "work/contact/contact_batch.h"
#include "work/contact/contact_upsert_batch.h"
#include "work/record/batch.h"

PG_FUNCTION_INFO_V1(revyops_create_contacts);
PG_FUNCTION_INFO_V1(revyops_create_companies);
PG_FUNCTION_INFO_V1(revyops_upsert_contacts);
PG_FUNCTION_INFO_V1(revyops_upsert_companies);
PG_FUNCTION_INFO_V1(revyops_check_contacts);

/* Where the rows of the result go. */
typedef struct RowSink
{
	const BatchKind *kind;
	Structure	structure;
	ReturnSetInfo *result;
	int			nsuppressed;	/* contacts whose address is on the do-not-contact list */
	StringInfoData suppressed;	/* their ordinals */
} RowSink;

/* Ordinals that a NOTICE names. */
#define SUPPRESSED_NOTED 20

/* note_suppressed notes an item that was created though its address is on the do-not-contact list. */
static void
note_suppressed(RowSink *sink, int number)
{
	sink->nsuppressed++;
	if (sink->nsuppressed <= SUPPRESSED_NOTED)
		appendStringInfo(&sink->suppressed, "%s%d", sink->nsuppressed > 1 ? ", " : "", number);
	else if (sink->nsuppressed == SUPPRESSED_NOTED + 1)
		appendStringInfoString(&sink->suppressed, ", ...");
}

/* put_row adds (ordinal, status, contact or company, errors); a check has nothing to show in third place. */
static void
put_row(void *arg, const BatchItem *item)
{
	RowSink    *sink = arg;
	bool		done = item->faults.count == 0;
	Datum		values[4] = {Int32GetDatum(item->number)};
	bool		nulls[4] = {false, false, true, true};
	int			last = sink->kind->render != NULL ? 3 : 2;

	values[1] = Int32GetDatum(rvo_batch_item_status(item));
	if (!done)
		values[last] = JsonbPGetDatum(rvo_json_parse(rvo_slice(rvo_fault_json(&item->faults))));
	else if (sink->kind->render != NULL)
		values[2] = JsonbPGetDatum(item->bare ? rvo_batch_item_id(item) : sink->kind->render(item, sink->structure));
	nulls[2] = last == 2 ? done : !done;
	nulls[3] = done;
	tuplestore_putvalues(sink->result->setResult, sink->result->setDesc, values, nulls);
	if (done && item->suppressed)
		note_suppressed(sink, item->number);
}

/* run runs a batch of the first argument's items; faults are those of the other arguments. */
static Datum
run(FunctionCallInfo fcinfo, Batch *batch, RowSink *sink, FaultList *faults)
{
	JsonbContainer *items = rvo_json_root(rvo_argument_jsonb(fcinfo, 0));
	Caller		caller = sink->kind->only_checks ? rvo_auth_reader_of_call() : rvo_auth_caller_of_call();

	if (!rvo_json_is_array(items))
		rvo_fault_add(faults, "", rvo_json_is_encoded_root(items) ? FAULT_JSON_IN_STRING : FAULT_NOT_AN_ARRAY);
	if (faults->count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, faults);
	InitMaterializedSRF(fcinfo, 0);
	sink->result = (ReturnSetInfo *) fcinfo->resultinfo;
	batch->kind = sink->kind;
	batch->caller = &caller;
	batch->number_name = "ordinal";
	batch->first_number = 1;
	batch->sink = put_row;
	batch->sink_arg = sink;
	initStringInfo(&sink->suppressed);
	rvo_batch_begin(batch);
	rvo_batch_add_array(batch, items);
	rvo_batch_end(batch);
	rvo_members_tell(&caller);
	if (sink->nsuppressed > 0)
		rvo_notice_items_do_not_contact(sink->nsuppressed, sink->suppressed.data);
	return (Datum) 0;
}

/* rvo_batch_call is all that write: (items jsonb, structure text, mode text) returns setof record. */
Datum
rvo_batch_call(FunctionCallInfo fcinfo, const BatchKind *kind)
{
	FaultList	faults = {0};
	RowSink		sink = {.kind = kind, .structure = rvo_structure_read(rvo_argument_text(fcinfo, 1), &faults)};
	Batch		batch = {.mode = rvo_batch_mode_read(rvo_argument_text(fcinfo, 2), "mode", &faults)};

	return run(fcinfo, &batch, &sink, &faults);
}

/* revyops_create_contacts(contacts jsonb, structure text, mode text) returns setof record */
Datum
revyops_create_contacts(PG_FUNCTION_ARGS)
{
	return rvo_batch_call(fcinfo, &rvo_contact_batch);
}

/* revyops_create_companies(companies jsonb, structure text, mode text) returns setof record */
Datum
revyops_create_companies(PG_FUNCTION_ARGS)
{
	return rvo_batch_call(fcinfo, &rvo_company_batch);
}

/* revyops_upsert_contacts(contacts jsonb, structure text, mode text) returns setof record */
Datum
revyops_upsert_contacts(PG_FUNCTION_ARGS)
{
	return rvo_batch_call(fcinfo, &rvo_contact_upsert_batch);
}

/* revyops_upsert_companies(companies jsonb, structure text, mode text) returns setof record */
Datum
revyops_upsert_companies(PG_FUNCTION_ARGS)
{
	return rvo_batch_call(fcinfo, &rvo_company_upsert_batch);
}

/* revyops_check_contacts(contacts jsonb) returns setof record */
Datum
revyops_check_contacts(PG_FUNCTION_ARGS)
{
	FaultList	faults = {0};
	RowSink		sink = {.kind = &rvo_contact_check};
	Batch		batch = {.mode = BATCH_PARTIAL};

	return run(fcinfo, &batch, &sink, &faults);
}
