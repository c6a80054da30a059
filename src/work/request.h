/*
 * request.h
 *	  What PostgREST tells of an HTTP request.
 */
#ifndef RVO_REQUEST_H
#define RVO_REQUEST_H

#include "base/text.h"

/* The headers that count.  No value: not sent, or no HTTP request at all. */
typedef struct Request
{
	bool		readable;		/* false if there are headers that can't be read */
	Slice		api_key;
	Slice		content_type;
	Slice		query;
	Slice		id;				/* the digits of the path: of the contact or company */
	Slice		field_id;		/* and of its custom field */
	Slice		prefer;
	Slice		idempotency_key;
} Request;

extern Request rvo_request_read(void);

#endif							/* RVO_REQUEST_H */
