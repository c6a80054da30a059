/*
 * request_headers.c
 *	  The HTTP headers of a call of an SQL function: PostgREST's setting request.headers.
 *
 * Anyone may set it, so it proves nothing: a key in it counts for what it is,
 * and a setting that cannot be read counts as a bad key.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "work/caller/request_headers.h"

/* rvo_request_read reads the request's headers; their values are in the current context. */
Request
rvo_request_read(void)
{
	const char *headers = GetConfigOption("request.headers", true, false);
	Request		request = {0};
	Slice		own_prefer = NO_SLICE;	/* of a PostgREST without an nginx that knows us */
	JsonStringMember members[] = {
		{"x-api-key", &request.api_key},
		{"x-revyops-prefer", &request.prefer},
		{"prefer", &own_prefer},
	};

	if (headers != NULL && headers[0] != '\0' &&
		!rvo_json_find_strings(rvo_slice(headers), members, lengthof(members)))
		return (Request) {.api_key = CONST_SLICE("")};
	if (request.prefer.data == NULL)
		request.prefer = own_prefer;
	return request;
}
