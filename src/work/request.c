/*
 * request.c
 *	  What PostgREST tells of an HTTP request: the setting request.headers.
 *
 * Anyone may set it, so it proves nothing: a key in it counts for what it is,
 * and a setting that cannot be read counts as a bad key.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "work/request.h"

/* rvo_request_read reads the request's headers; their values are in the current context. */
Request
rvo_request_read(void)
{
	const char *headers = GetConfigOption("request.headers", true, false);
	Request		request = {.readable = true};
	JsonStringMember members[] = {
		{"x-api-key", &request.api_key},
		{"x-revyops-content-type", &request.content_type},
		{"x-revyops-query", &request.query},
		{"x-revyops-id", &request.id},
		{"x-revyops-field-id", &request.field_id},
		{"x-revyops-prefer", &request.prefer},
		{"x-revyops-idempotency-key", &request.idempotency_key},
	};

	if (headers != NULL && headers[0] != '\0')
		request.readable = rvo_json_find_strings(rvo_slice(headers), members, lengthof(members));
	return request;
}
