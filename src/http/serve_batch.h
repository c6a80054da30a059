/*
 * serve_batch.h
 *	  The endpoint that creates or upserts many.
 */
#ifndef RVO_SERVE_BATCH_H
#define RVO_SERVE_BATCH_H

#include "http/endpoint.h"
#include "work/batch.h"

/* Items of a batch over HTTP. */
#define HTTP_ITEMS_MAX 10000

extern BatchMode rvo_batch_mode_of_body(Jsonb *body, FaultList *faults);
extern void rvo_serve_batch(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_BATCH_H */
