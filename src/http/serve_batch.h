/*
 * serve_batch.h
 *	  The envelope in which many are created or upserted over HTTP.
 */
#ifndef RVO_SERVE_BATCH_H
#define RVO_SERVE_BATCH_H

#include "shape/caller.h"
#include "work/batch.h"

/* A kind of items, and what the envelope calls them. */
typedef struct BatchEnvelope
{
	const BatchKind *kind;
	const char *list;			/* member of the request: "contacts" */
	const char *item;			/* member of a result: "contact" */
} BatchEnvelope;

extern char *rvo_serve_items(const BatchEnvelope *envelope, const Caller *caller, Jsonb *body, Slice structure);

#endif							/* RVO_SERVE_BATCH_H */
