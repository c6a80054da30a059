/*
 * serve_event.h
 *	  The endpoints of events and of campaigns.
 */
#ifndef RVO_SERVE_EVENT_H
#define RVO_SERVE_EVENT_H

#include "http/serve/serve_record.h"

extern const Resource rvo_campaigns;
extern const Resource rvo_campaign_contacts;

extern void rvo_serve_event(const HttpRequest *request, Answer *answer);
extern void rvo_serve_events(const HttpRequest *request, Answer *answer);
extern void rvo_serve_campaign(const HttpRequest *request, Answer *answer);

#endif							/* RVO_SERVE_EVENT_H */
