/*
 * request_headers.h
 *	  The HTTP headers of a call of an SQL function.
 */
#ifndef RVO_REQUEST_HEADERS_H
#define RVO_REQUEST_HEADERS_H

#include "base/text.h"

/* The headers that count.  No value: not sent, or no HTTP request at all. */
typedef struct Request
{
	Slice		api_key;
	Slice		prefer;
} Request;

extern Request rvo_request_read(void);

#endif							/* RVO_REQUEST_HEADERS_H */
