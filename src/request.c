/*
 * request.c
 *	  What PostgREST tells of an HTTP request: the setting request.headers.
 *
 * Floor 1.  Anyone may set it, so it proves nothing: a key in it counts for
 * what it is, and a setting that cannot be read counts as a bad key.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "compat.h"
#include "jsonio.h"
#include "request.h"

/*
 * rvo_request_header finds a header by its lower-case name.  False if the
 * headers are there but unreadable; *value is no value if there is no such
 * header, or no HTTP request at all.
 */
bool
rvo_request_header(const char *name, Slice *value)
{
	const char *headers = GetConfigOption("request.headers", true, false);

	*value = NO_SLICE;
	if (headers == NULL || headers[0] == '\0')
		return true;
	return rvo_json_find_string(rvo_slice(headers), name, value);
}
