/*
 * handle.h
 *	  One request in, one answer out.
 */
#ifndef RVO_HANDLE_H
#define RVO_HANDLE_H

#include "http/endpoint.h"

/* A request as a front hands it on.  No value: not sent. */
typedef struct RawRequest
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
	Slice		body;
} RawRequest;

/* What a caller of rvo_handle promises of a request. */
typedef enum HandleMode
{
	HANDLE_ANY,
	HANDLE_READING,				/* nothing may be changed */
	HANDLE_SHARED				/* others share the transaction, so it must not wait long, or try again */
} HandleMode;

extern Answer rvo_handle(const RawRequest *raw, HandleMode mode);

#endif							/* RVO_HANDLE_H */
