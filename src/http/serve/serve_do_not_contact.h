/*
 * serve_do_not_contact.h
 *	  The endpoints of the do-not-contact list.
 */
#ifndef RVO_SERVE_DO_NOT_CONTACT_H
#define RVO_SERVE_DO_NOT_CONTACT_H

#include "http/request/endpoint.h"

extern const Resource rvo_do_not_contact;

extern void rvo_serve_suppress(const HttpRequest *request, Answer *answer);
extern void rvo_serve_suppress_batch(const HttpRequest *request, Answer *answer);
extern void rvo_serve_suppress_file(const HttpRequest *request, Answer *answer);
extern void rvo_serve_unsuppress(const HttpRequest *request, Answer *answer);
extern void rvo_serve_check_suppressed(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_DO_NOT_CONTACT_H */
