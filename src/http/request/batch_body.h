/*
 * batch_body.h
 *	  A body of many items: {"contacts": […], "mode": "partial"}.
 */
#ifndef RVO_BATCH_BODY_H
#define RVO_BATCH_BODY_H

#include "http/request/endpoint.h"
#include "work/record/batch.h"

/* Items of a batch over HTTP. */
#define HTTP_ITEMS_MAX 10000

extern JsonbContainer *rvo_batch_body_items(const HttpRequest *request, const char *list_name, FaultList *faults);
extern BatchMode rvo_batch_mode_of_body(const HttpRequest *request, FaultList *faults);
extern void rvo_batch_body_check(const HttpRequest *request, const char *list_name, FaultList *faults);

#endif							/* RVO_BATCH_BODY_H */
