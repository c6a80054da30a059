/*
 * routes.c
 *	  Which lane a request takes, by the extension's table of endpoints.
 *
 * The table says how a request may be carried out, not whether: 404, 405 and
 * whatever else is answered come from the extension.  So a request that is in no
 * row, or comes before the table does, is carried out alone.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "routes.h"

typedef struct Endpoint
{
	char	   *method;
	char	   *path;			/* {…} is digits */
	LaneId		lane;
} Endpoint;

static Endpoint *endpoints;
static int	count;

static void
forget(void)
{
	for (int i = 0; i < count; i++)
	{
		free(endpoints[i].method);
		free(endpoints[i].path);
	}
	free(endpoints);
}

/* routes_read takes the table from the result of ROUTES_QUERY. */
void
routes_read(const PGresult *result)
{
	forget();
	count = PQntuples(result);
	endpoints = memory_new((size_t) count * sizeof(Endpoint) + 1);
	for (int i = 0; i < count; i++)
	{
		bool		may_share = *PQgetvalue(result, i, 2) == 't';
		bool		key_first = *PQgetvalue(result, i, 3) == 't';
		bool		reads = *PQgetvalue(result, i, 4) == 't';

		endpoints[i].method = memory_copy(PQgetvalue(result, i, 0));
		endpoints[i].path = memory_copy(PQgetvalue(result, i, 1));
		endpoints[i].lane = reads ? LANE_READ : key_first ? LANE_BATCH : may_share ? LANE_WRITE : LANE_SLOW;
	}
}

/* matches tells whether a path, or what is left of it, is of a pattern. */
static bool
matches(const char *pattern, const char *path)
{
	for (; *pattern != '\0'; pattern++)
	{
		if (*pattern != '{')
		{
			if (*path++ != *pattern)
				return false;
			continue;
		}
		if (!isdigit((unsigned char) *path))
			return false;
		while (isdigit((unsigned char) *path))
			path++;
		pattern = strchr(pattern, '}');
		if (pattern == NULL)
			return false;
	}
	return *path == '\0';
}

/* ends_with tells whether a path is of a pattern from one of its slashes on: a prefix changes no lane. */
static bool
ends_with(const char *pattern, const char *path)
{
	for (; path != NULL; path = strchr(path + 1, '/'))
		if (matches(pattern, path))
			return true;
	return false;
}

/* routes_lane returns the lane of a request. */
LaneId
routes_lane(const char *method, const char *path)
{
	if (strcmp(method, "GET") == 0)
		return LANE_READ;
	for (int i = 0; i < count; i++)
		if (strcmp(endpoints[i].method, method) == 0 && ends_with(endpoints[i].path, path))
			return endpoints[i].lane;
	return LANE_SLOW;
}

/* routes_count returns how many endpoints are known; 0 before the first connection. */
int
routes_count(void)
{
	return count;
}
