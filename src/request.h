/*
 * request.h
 *	  What PostgREST tells of an HTTP request.
 */
#ifndef RVO_REQUEST_H
#define RVO_REQUEST_H

#include "text.h"

extern bool rvo_request_header(const char *name, Slice *value);

#endif							/* RVO_REQUEST_H */
