/*
 * front.c
 *	  The SQL functions for a front that serves HTTP itself.
 *
 * Nothing goes by settings: a request is the arguments, an answer the result.
 * Headers are lines "name: value\n" both ways, those of an answer as they are
 * to be sent.  A front adds what it knows alone: date, length, connection.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "base/failure.h"
#include "http/front/front_header.h"
#include "http/front/handle.h"
#include "http/front/route.h"
#include "http/request/answer.h"
#include "http/request/body.h"

PG_FUNCTION_INFO_V1(revyops_http_handle);
PG_FUNCTION_INFO_V1(revyops_http_handle_read);
PG_FUNCTION_INFO_V1(revyops_http_handle_shared);
PG_FUNCTION_INFO_V1(revyops_http_endpoints);

static Slice
argument(FunctionCallInfo fcinfo, int n)
{
	return rvo_slice_of_text(PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n));
}

/* result_type returns the type of (status, headers, body), which all functions here have: it is looked up at the first call of a session. */
static TupleDesc
result_type(FunctionCallInfo fcinfo)
{
	static TupleDesc type = NULL;
	MemoryContext context;
	TupleDesc	desc;

	if (type == NULL)
	{
		context = MemoryContextSwitchTo(TopMemoryContext);
		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			rvo_failure_raise_bug("handle is declared without its result");
		type = BlessTupleDesc(desc);
		MemoryContextSwitchTo(context);
	}
	return type;
}

/* complete adds the headers that every answer has, unless there is no answer. */
static void
complete(Answer *answer)
{
	if (answer->status == 0)
	{
		answer->headers = makeStringInfo();
		return;
	}
	rvo_answer_add_content_type(answer);
	rvo_answer_add_header(answer, "Cache-Control", "no-store");		/* people's data, and an answer is of its moment */
}

/* result_of makes the row (status, headers, body) of an answer. */
static Datum
result_of(FunctionCallInfo fcinfo, Answer *answer, bool without_body)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	complete(answer);
	values[0] = Int32GetDatum(answer->status);
	values[1] = PointerGetDatum(cstring_to_text_with_len(answer->headers->data, answer->headers->len));
	values[2] = PointerGetDatum(answer->body != NULL && !without_body ? answer->body : cstring_to_text(""));
	return HeapTupleGetDatum(heap_form_tuple(result_type(fcinfo), values, nulls));
}

/* handle carries out the request that the arguments are. */
static Datum
handle(FunctionCallInfo fcinfo, HandleMode mode)
{
	RawRequest	raw = {.method = argument(fcinfo, 0), .path = argument(fcinfo, 1), .query = argument(fcinfo, 2)};
	Answer		answer;

	rvo_front_headers(argument(fcinfo, 3), &raw);
	raw.body = rvo_slice_of_text(PG_ARGISNULL(4) ? NULL : (text *) PG_GETARG_BYTEA_PP(4));
	answer = rvo_handle(&raw, mode);
	return result_of(fcinfo, &answer, rvo_slice_equal(raw.method, CONST_SLICE("HEAD")));
}

/*
 * revyops_http.handle(method text, path text, query text, headers text, body bytea,
 * OUT status integer, OUT headers text, OUT body text): any request.
 */
Datum
revyops_http_handle(PG_FUNCTION_ARGS)
{
	return handle(fcinfo, HANDLE_ANY);
}

/* revyops_http.handle_read is handle for what only reads. */
Datum
revyops_http_handle_read(PG_FUNCTION_ARGS)
{
	return handle(fcinfo, HANDLE_READING);
}

/* revyops_http.handle_shared is handle for one of several requests that share a transaction. */
Datum
revyops_http_handle_shared(PG_FUNCTION_ARGS)
{
	return handle(fcinfo, HANDLE_SHARED);
}

/* body_types returns what an endpoint takes as body, as an array. */
static Datum
body_types(const Endpoint *endpoint)
{
	Datum		names[BODY_TYPES + FILE_TYPES + 1];
	int			count = 0;

	for (int i = 0; endpoint->list_member != NULL && i < BODY_TYPES; i++)
		names[count++] = PointerGetDatum(cstring_to_text(rvo_body_types[i].name));
	if (endpoint->takes_octets)
		names[count++] = PointerGetDatum(cstring_to_text("*/*"));
	for (int i = 0; endpoint->takes_file && i < FILE_TYPES; i++)
		names[count++] = PointerGetDatum(cstring_to_text(rvo_file_types[i]));
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * revyops_http.endpoints(OUT method text, OUT path text, OUT reads_only boolean,
 * OUT body_types text[], OUT body_max integer, OUT key_first boolean, OUT once boolean,
 * OUT master boolean, OUT may_share boolean, OUT asks_key boolean) returns setof record: the table of route.c.
 */
Datum
revyops_http_endpoints(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			count;
	const Route *routes = rvo_routes(&count);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
		for (const Endpoint *endpoint = routes[i].endpoints; endpoint->method != NULL; endpoint++)
		{
			bool		nulls[10] = {false};
			Datum		values[] = {
				PointerGetDatum(cstring_to_text(endpoint->method)),
				PointerGetDatum(cstring_to_text(routes[i].path)),
				BoolGetDatum(rvo_endpoint_reads(endpoint)),
				body_types(endpoint),
				Int32GetDatum(endpoint->body_max),
				BoolGetDatum(endpoint->creates_many),
				BoolGetDatum(endpoint->once),
				BoolGetDatum(endpoint->master),
				BoolGetDatum(endpoint->may_share),
				BoolGetDatum(!endpoint->open),
			};

			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}
