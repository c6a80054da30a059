/*
 * postgrest.c
 *	  The SQL functions for nginx and PostgREST.
 *
 * PostgREST hands the body on as it came, and the headers in the setting
 * request.headers: nginx has named the method, the path and what it found of
 * the caller's own in some of its own.  Anyone may set it, so it proves
 * nothing: a key in it counts for what it is, and a setting that can't be read
 * has no path.  Status and headers go into PostgREST's response.* settings,
 * which it reads after the commit.
 */
#include "postgres.h"

#include "common/base64.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "http/front/handle.h"
#include "http/request/answer.h"
#include "http/request/body.h"
#include "http/request/header.h"

#define OUR_503 598

PG_FUNCTION_INFO_V1(revyops_http_postgrest);
PG_FUNCTION_INFO_V1(revyops_http_postgrest_read);

/* decode_lines returns the lines of headers that nginx has encoded as base64, so that they fit into one; no value for what is none. */
static Slice
decode_lines(Slice encoded)
{
	int			size = pg_b64_dec_len(encoded.len);
	char	   *lines;
	int			length;

	if (encoded.len == 0)
		return NO_SLICE;
	lines = palloc(size);
	length = pg_b64_decode_compat(encoded.data, encoded.len, lines, size);
	return length < 0 ? NO_SLICE : (Slice) {lines, length};
}

/* read_request reads a request; its parts are in the current context. */
static RawRequest
read_request(FunctionCallInfo fcinfo)
{
	const char *headers = GetConfigOption("request.headers", true, false);
	RawRequest	raw = {0};
	Slice		content_encoding = NO_SLICE;
	Slice		lines = NO_SLICE;
	JsonStringMember members[] = {
		{"x-revyops-method", &raw.method},
		{"x-revyops-path", &raw.path},
		{"x-revyops-query", &raw.query},
		{"x-revyops-base", &raw.base},
		{"x-revyops-content-type", &raw.content_type},
		{"x-revyops-content-encoding", &content_encoding},
		{"x-api-key", &raw.api_key},
		{"x-revyops-prefer", &raw.prefer},
		{"x-revyops-idempotency-key", &raw.idempotency_key},
		{"x-revyops-position", &raw.position},
		{"x-revyops-lines", &lines},
	};

	if (headers != NULL && headers[0] != '\0' &&
		!rvo_json_find_strings(rvo_slice(headers), members, lengthof(members)))
		raw = (RawRequest) {.api_key = CONST_SLICE("")};
	raw.header_lines = decode_lines(lines);
	raw.encoded = rvo_body_is_encoded(content_encoding);
	raw.body = rvo_slice_of_text(PG_ARGISNULL(0) ? NULL : (text *) PG_GETARG_BYTEA_PP(0));
	return raw;
}

static void
set_response(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* headers_as_json makes of the lines of an answer what PostgREST takes: an array of objects of one member. */
static const char *
headers_as_json(const Answer *answer)
{
	Slice		lines = {answer->headers->data, answer->headers->len};
	Slice		name;
	Slice		value;
	StringInfoData json;

	initStringInfo(&json);
	while (rvo_header_next(&lines, &name, &value))
	{
		if (rvo_header_is(name, "Revyops-Hold"))	/* PostgREST can't */
			continue;
		appendStringInfoString(&json, json.len == 0 ? "[{" : ", {");
		escape_json(&json, rvo_slice_cstring(name));
		appendStringInfoString(&json, ": ");
		escape_json(&json, rvo_slice_cstring(value));
		appendStringInfoChar(&json, '}');
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

/*
 * respond gives PostgREST an answer.  It takes any 503 for a lost server: it drops its connections
 * and reads the catalog.  So ours has a number that nobody else uses, of which nginx makes the 503.
 */
static Datum
respond(Answer answer)
{
	set_response("response.status", psprintf("%d", answer.status == 503 ? OUR_503 : answer.status));
	rvo_answer_add_content_type(&answer);
	rvo_answer_add_header(&answer, "X-Revyops-Answer", "1");	/* nginx tells it from PostgREST's own by this */
	set_response("response.headers", headers_as_json(&answer));
	PG_RETURN_BYTEA_P(answer.body != NULL ? (bytea *) answer.body : (bytea *) cstring_to_text(""));
}

/* revyops_http.postgrest(bytea) returns octets: any request.  The body of a HEAD is nginx's to keep back. */
Datum
revyops_http_postgrest(PG_FUNCTION_ARGS)
{
	RawRequest	raw = read_request(fcinfo);

	return respond(rvo_handle(&raw, HANDLE_ANY));
}

/* revyops_http.postgrest_read(bytea) returns the same: what only reads, so that a standby can answer. */
Datum
revyops_http_postgrest_read(PG_FUNCTION_ARGS)
{
	RawRequest	raw = read_request(fcinfo);

	return respond(rvo_handle(&raw, HANDLE_READING));
}
