/*
 * serve_webhook.h
 *	  The endpoints that sending platforms call.
 */
#ifndef RVO_SERVE_WEBHOOK_H
#define RVO_SERVE_WEBHOOK_H

#include "http/request/endpoint.h"

extern void rvo_serve_webhook(const HttpRequest *request, Answer *answer);
extern void rvo_serve_global_webhook(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_WEBHOOK_H */
