/*
 * api_field.c
 *	  The SQL functions of custom-field definitions.
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
#include "work/record/field_definition.h"

PG_FUNCTION_INFO_V1(revyops_define_custom_field);
PG_FUNCTION_INFO_V1(revyops_rename_custom_field);
PG_FUNCTION_INFO_V1(revyops_remove_custom_field);
PG_FUNCTION_INFO_V1(revyops_list_custom_fields);

/* revyops_define_custom_field(entity text, name text, type text, options jsonb) returns void */
Datum
revyops_define_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	rvo_field_define(&caller, rvo_argument_text(fcinfo, 0), rvo_argument_text(fcinfo, 1),
					 rvo_argument_text(fcinfo, 2), rvo_argument_jsonb(fcinfo, 3));
	PG_RETURN_VOID();
}

/* revyops_rename_custom_field(entity text, name text, new_name text) returns bigint */
Datum
revyops_rename_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	PG_RETURN_INT64(rvo_field_rename(&caller, rvo_argument_text(fcinfo, 0), rvo_argument_text(fcinfo, 1),
									 rvo_argument_text(fcinfo, 2)));
}

/* revyops_remove_custom_field(entity text, name text, mode text) returns bigint */
Datum
revyops_remove_custom_field(PG_FUNCTION_ARGS)
{
	Caller		caller = rvo_auth_caller_of_call();

	PG_RETURN_INT64(rvo_field_remove(&caller, rvo_argument_text(fcinfo, 0), rvo_argument_text(fcinfo, 1),
									 rvo_argument_text(fcinfo, 2)));
}

static Datum
text_datum(Slice text)
{
	return text.data == NULL ? (Datum) 0 : PointerGetDatum(cstring_to_text_with_len(text.data, text.len));
}

/* put_field adds (name, state, type, options, created_time) to the result. */
static void
put_field(void *arg, const ListedField *field)
{
	ReturnSetInfo *result = arg;
	Datum		values[] = {
		text_datum(field->name), text_datum(field->state), text_datum(field->type),
		JsonbPGetDatum(field->options), TimestampTzGetDatum(field->created_time),
	};
	bool		nulls[] = {false, false, field->type.data == NULL, field->options == NULL, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* revyops_list_custom_fields(entity text) returns setof record */
Datum
revyops_list_custom_fields(PG_FUNCTION_ARGS)
{
	int			client_id = rvo_auth_client_id_of_call();

	InitMaterializedSRF(fcinfo, 0);
	rvo_field_list(client_id, rvo_argument_text(fcinfo, 0), put_field, fcinfo->resultinfo);
	return (Datum) 0;
}
