/*
 * raw_request.h
 *	  A request as a front hands it on.
 */
#ifndef RVO_RAW_REQUEST_H
#define RVO_RAW_REQUEST_H

#include "http/request/endpoint.h"

/* A request as a front hands it on.  No value: not sent. */
struct RawRequest
{
	Slice		method;
	Slice		path;			/* as it came, without the query */
	Slice		query;			/* behind the "?" */
	Slice		base;			/* that callers know the front by, as it says */
	Slice		content_type;
	bool		encoded;		/* the body, in whichever way */
	Slice		api_key;		/* whichever header it came in */
	Slice		prefer;			/* all its lines, with commas between */
	Slice		idempotency_key;	/* all its lines, with commas between: more than one is no key */
	Slice		position;		/* that the caller has, or "new"; no value: they don't ask for one */
	Slice		body;
	Slice		header_lines;	/* all headers: lines "name: value\n" */
};

extern Slice rvo_raw_header(const void *raw, const char *name);

#endif							/* RVO_RAW_REQUEST_H */
