/*
 * serve_batch.h
 *	  The endpoint that creates or upserts many.
 */
#ifndef RVO_SERVE_BATCH_H
#define RVO_SERVE_BATCH_H

#include "http/request/batch_body.h"
#include "http/request/endpoint.h"

extern void rvo_serve_batch(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_BATCH_H */
