/*
 * http_batch.h
 *	  The envelope in which many are created or upserted over HTTP.
 */
#ifndef RVO_HTTP_BATCH_H
#define RVO_HTTP_BATCH_H

#include "shape/caller.h"
#include "work/batch.h"

#define BATCH_BODY_MAX_OCTETS (16 * 1024 * 1024)

/* A kind of items, and what the envelope calls them. */
typedef struct BatchEnvelope
{
	const BatchKind *kind;
	const char *list;			/* member of the request: "contacts" */
	const char *item;			/* member of a result: "contact" */
} BatchEnvelope;

extern char *rvo_http_batch(const BatchEnvelope *envelope, const Caller *caller, Jsonb *body, Slice structure);

#endif							/* RVO_HTTP_BATCH_H */
