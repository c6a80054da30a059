/*
 * handle.h
 *	  One request in, one answer out.
 */
#ifndef RVO_HANDLE_H
#define RVO_HANDLE_H

#include "http/request/endpoint.h"
#include "http/request/raw_request.h"

/* What a caller of rvo_handle promises of a request. */
typedef enum HandleMode
{
	HANDLE_ANY,
	HANDLE_READING,				/* nothing may be changed */
	HANDLE_SHARED				/* others share the transaction, so it must not wait long, or try again */
} HandleMode;

extern Answer rvo_handle(const RawRequest *raw, HandleMode mode);

#endif							/* RVO_HANDLE_H */
