/*
 * routes.h
 *	  Which lane a request takes, and whether it says by a key who is calling:
 *	  the extension's table of endpoints.
 */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include <libpq-fe.h>

#include "config.h"

#define ROUTES_QUERY "SELECT method, path, reads_only, key_first, may_share, asks_key FROM revyops_http.endpoints()"

extern void routes_read(PGresult * result);
extern LaneId routes_lane(const char *method, const char *path);
extern const char *routes_open(const char *method, const char *path);
extern int	routes_count(void);

#endif							/* GATEWAY_ROUTES_H */
