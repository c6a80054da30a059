/*
 * serve_probe.h
 *	  What a front asks for itself: /ready and /key-check.
 */
#ifndef RVO_SERVE_PROBE_H
#define RVO_SERVE_PROBE_H

#include "http/request/endpoint.h"

extern void rvo_serve_ready(const HttpRequest *request, Answer *answer);
extern void rvo_serve_key_check(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_PROBE_H */
