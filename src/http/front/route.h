/*
 * route.h
 *	  Which paths and methods there are.
 */
#ifndef RVO_ROUTE_H
#define RVO_ROUTE_H

#include "http/request/endpoint.h"

/* What a path has at the places of a pattern that are in braces. */
typedef struct PathParts
{
	int64		id;				/* 0, which nothing has, for one that is too long */
	int64		field_id;
	Slice		platform;
	Slice		token;
} PathParts;

extern const Route *rvo_routes(int *count);
extern const Route *rvo_route_find(Slice path, Slice *prefix, PathParts *parts);
extern const Endpoint *rvo_route_endpoint(const Route *route, Slice method);
extern const char *rvo_route_methods(const Route *route);
extern bool rvo_endpoint_reads(const Endpoint *endpoint);

#endif							/* RVO_ROUTE_H */
