/*
 * serve_ready.h
 *	  Whether the database answers.
 */
#ifndef RVO_SERVE_READY_H
#define RVO_SERVE_READY_H

#include "http/endpoint.h"

extern void rvo_serve_ready(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_READY_H */
