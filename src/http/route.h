/*
 * route.h
 *	  Which paths and methods there are.
 */
#ifndef RVO_ROUTE_H
#define RVO_ROUTE_H

#include "http/endpoint.h"

extern const Route *rvo_routes(int *count);
extern const Route *rvo_route_find(Slice path, Slice *prefix, int64 *id, int64 *field_id);
extern const Endpoint *rvo_route_endpoint(const Route *route, Slice method);
extern const char *rvo_route_methods(const Route *route);
extern bool rvo_endpoint_reads(const Endpoint *endpoint);

#endif							/* RVO_ROUTE_H */
