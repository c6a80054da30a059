/*
 * api_do_not_contact.c
 *	  The SQL functions of the do-not-contact list.
 *
 * Unpack the arguments and hand on.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

#include "api/argument.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/json_parse.h"
#include "shape/record/known_member.h"
#include "value/keyed_digest.h"
#include "work/caller/auth.h"
#include "work/contact/do_not_contact.h"
#include "work/contact/suppression.h"
#include "work/import/do_not_contact_csv.h"

PG_FUNCTION_INFO_V1(revyops_do_not_contact_digest);
PG_FUNCTION_INFO_V1(revyops_suppress);
PG_FUNCTION_INFO_V1(revyops_suppress_many);
PG_FUNCTION_INFO_V1(revyops_suppress_csv);
PG_FUNCTION_INFO_V1(revyops_unsuppress);
PG_FUNCTION_INFO_V1(revyops_check_do_not_contact);
PG_FUNCTION_INFO_V1(revyops_is_do_not_contact);
PG_FUNCTION_INFO_V1(revyops_list_do_not_contact);

/* revyops.do_not_contact_digest(salt bytea, address text) returns uuid */
Datum
revyops_do_not_contact_digest(PG_FUNCTION_ARGS)
{
	PG_RETURN_UUID_P(rvo_keyed_digest(rvo_slice_of_text((text *) PG_GETARG_BYTEA_PP(0)),
									  rvo_slice_of_text(PG_GETARG_TEXT_PP(1))));
}

/* revyops_suppress(entry jsonb) returns jsonb */
Datum
revyops_suppress(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	bool		added;

	PG_RETURN_JSONB_P(rvo_members_told(&caller, rvo_do_not_contact_create(&caller, rvo_argument_jsonb(fcinfo, 0), &added)));
}

/* revyops_suppress_many(entries jsonb, mode text) returns setof record */
Datum
revyops_suppress_many(PG_FUNCTION_ARGS)
{
	JsonbContainer *entries = rvo_json_root(rvo_argument_jsonb(fcinfo, 0));
	Caller		caller = rvo_auth_caller_of_call();
	FaultList	faults = {0};
	ManyEntries many = {
		.caller = &caller,
		.array = entries,
		.mode = rvo_batch_mode_read(rvo_argument_text(fcinfo, 1), "mode", &faults),
		.number_name = "ordinal",
		.first_number = 1,
	};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	if (!rvo_json_is_array(entries))
		rvo_fault_add(&faults, "", rvo_json_is_encoded_root(entries) ? FAULT_JSON_IN_STRING : FAULT_NOT_AN_ARRAY);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
	rvo_do_not_contact_create_many(&many);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < many.count; i++)
	{
		const EntryOutcome *outcome = &many.outcomes[i];
		Datum		values[3] = {Int32GetDatum(i + 1), Int32GetDatum(outcome->status)};
		bool		nulls[3] = {false, false, outcome->faults.count == 0};

		CHECK_FOR_INTERRUPTS();
		if (!nulls[2])
			values[2] = JsonbPGetDatum(rvo_json_parse(rvo_slice(rvo_fault_json(&outcome->faults))));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	rvo_members_tell(&caller);
	return (Datum) 0;
}

/*
 * revyops_suppress_csv(content bytea, reason text, note text, column_name text, encoding text,
 * delimiter text, header_line integer) returns jsonb
 */
Datum
revyops_suppress_csv(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	DoNotContactFile file = {
		.content = rvo_slice_of_text(PG_ARGISNULL(0) ? NULL : (text *) PG_GETARG_BYTEA_PP(0)),
		.reason = rvo_argument_text(fcinfo, 1),
		.note = rvo_argument_text(fcinfo, 2),
		.column = rvo_argument_text(fcinfo, 3),
		.encoding = rvo_argument_text(fcinfo, 4),
		.delimiter = rvo_argument_text(fcinfo, 5),
		.header_line = rvo_argument_line(fcinfo, 6),
	};

	PG_RETURN_JSONB_P(rvo_do_not_contact_csv(&caller, &file));
}

/* revyops_unsuppress(address text, reason text, note text, force boolean) returns jsonb */
Datum
revyops_unsuppress(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();
	Removal		removal = {
		.address = rvo_argument_text(fcinfo, 0), .address_name = "address",
		.reason = rvo_argument_text(fcinfo, 1), .reason_name = "reason",
		.note = rvo_argument_text(fcinfo, 2), .note_name = "note",
		.force = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3), .force_name = "force",
	};

	PG_RETURN_JSONB_P(rvo_do_not_contact_remove(&caller, &removal));
}

/* reasons_array returns the names of reasons as an array of text. */
static Datum
reasons_array(const Suppression *suppression)
{
	Datum		names[DO_NOT_CONTACT_REASONS];
	int			n = 0;

	for (int i = 0; i < DO_NOT_CONTACT_REASONS; i++)
		if (suppression->reasons & 1 << i)
			names[n++] = CStringGetTextDatum(rvo_do_not_contact_reasons[i].data);
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* revyops_check_do_not_contact(addresses text[]) returns setof record */
Datum
revyops_check_do_not_contact(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *elements;
	bool	   *element_nulls;
	int			n;
	Slice	   *addresses;
	Suppression *found;

	if (PG_ARGISNULL(0))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "addresses", FAULT_REQUIRED);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &elements, &element_nulls, &n);
	addresses = palloc_extended(Max(n, 1) * sizeof(Slice), MCXT_ALLOC_HUGE);
	found = palloc_extended(Max(n, 1) * sizeof(Suppression), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		addresses[i] = element_nulls[i] ? NO_SLICE :
			rvo_suppression_address(rvo_slice_of_text(DatumGetTextPP(elements[i])));
	}
	rvo_suppressions_find(client_id, addresses, n, found);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < n; i++)
	{
		bool		known = addresses[i].data != NULL;
		bool		listed = known && found[i].reasons != 0;
		Datum		values[5] = {Int32GetDatum(i + 1), elements[i], BoolGetDatum(listed)};
		bool		nulls[5] = {false, element_nulls[i], !known, !listed, !listed};

		CHECK_FOR_INTERRUPTS();
		if (listed)
		{
			values[3] = reasons_array(&found[i]);
			values[4] = TimestampTzGetDatum(found[i].since);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* revyops_is_do_not_contact(address text) returns boolean */
Datum
revyops_is_do_not_contact(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	Slice		address = PG_ARGISNULL(0) ? NO_SLICE : rvo_suppression_address(rvo_argument_text(fcinfo, 0));
	Suppression found;

	if (address.data == NULL)
		PG_RETURN_NULL();
	rvo_suppressions_find(client_id, &address, 1, &found);
	PG_RETURN_BOOL(found.reasons != 0);
}

/*
 * revyops_list_do_not_contact(address text, reason text, removed boolean, page integer,
 * page_size integer, after text, count text) returns json
 */
Datum
revyops_list_do_not_contact(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();
	DoNotContactQuery query = {
		.address = rvo_argument_text(fcinfo, 0),
		.reason = rvo_argument_text(fcinfo, 1),
		.removed = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2),
		.list = {
			.page = rvo_argument_number(fcinfo, 3),
			.page_size = rvo_argument_number(fcinfo, 4),
			.after = rvo_argument_text(fcinfo, 5),
			.count = rvo_argument_text(fcinfo, 6),
		},
	};

	PG_RETURN_TEXT_P(rvo_do_not_contact_list(client_id, &query));
}
