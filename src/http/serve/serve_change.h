/*
 * serve_change.h
 *	  The endpoints of changes: those of records, and of a contact's status.
 */
#ifndef RVO_SERVE_CHANGE_H
#define RVO_SERVE_CHANGE_H

#include "http/request/endpoint.h"

extern void rvo_serve_changes(const HttpRequest *request, Answer *answer);
extern void rvo_serve_status_history(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_CHANGE_H */
