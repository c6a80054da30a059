/*
 * serve_email.h
 *	  What the endpoints of e-mails have of their own.
 */
#ifndef RVO_SERVE_EMAIL_H
#define RVO_SERVE_EMAIL_H

#include "http/serve/serve_record.h"

extern const Resource rvo_emails;
extern const Resource rvo_contact_emails;

extern void rvo_serve_set_interested(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_EMAIL_H */
