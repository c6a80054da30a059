/*
 * http_body.h
 *	  Decoding a request's body and query string.
 */
#ifndef RVO_HTTP_BODY_H
#define RVO_HTTP_BODY_H

#include "base/jsonio.h"
#include "base/text.h"

/* The members of a form that are lists. */
typedef struct FormLists
{
	const char *list;
	const char *other;			/* NULL = no other */
} FormLists;

extern Jsonb *rvo_http_body_decode(Slice content_type, Slice body, const FormLists *lists);
extern void rvo_http_query_copy(StringInfo to, Slice query, const char *const *except);
extern Slice rvo_http_query_parameter(Slice query, const char *name);

#endif							/* RVO_HTTP_BODY_H */
