/*
 * raw_request.c
 *	  A request as a front hands it on.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/request/header.h"
#include "http/request/raw_request.h"

/* rvo_raw_header returns the first header of a name that has a value; no value if there is none.  raw is a RawRequest. */
Slice
rvo_raw_header(const void *raw, const char *name)
{
	Slice		lines = ((const RawRequest *) raw)->header_lines;
	Slice		found;
	Slice		value;

	while (rvo_header_next(&lines, &found, &value))
		if (value.len > 0 && rvo_header_is(found, name))
			return value;
	return NO_SLICE;
}
