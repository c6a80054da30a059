/*
 * serve_batch.h
 *	  The endpoint that creates or upserts many.
 */
#ifndef RVO_SERVE_BATCH_H
#define RVO_SERVE_BATCH_H

#include "http/endpoint.h"

/* Items of a batch over HTTP. */
#define HTTP_ITEMS_MAX 10000

extern void rvo_serve_batch(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_BATCH_H */
