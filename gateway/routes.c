/*
 * routes.c
 *	  Which lane a request takes, and whether it says by a key who is calling:
 *	  the extension's table of endpoints.
 *
 * The table says how a request may be carried out, not whether: 404, 405 and
 * whatever else is answered come from the extension.  So a request that is in no
 * row, or comes before the table does, is carried out alone.
 */
#include <string.h>

#include "routes.h"

static PGresult * table;		/* NULL before the first connection */

/* routes_read takes the table: the result of ROUTES_QUERY. */
void
routes_read(PGresult * result)
{
	PQclear(table);
	table = result;
}

/*
 * find_end returns the end of a path that is of a pattern, whose {...} is anything
 * but a slash; NULL if none is.  Before it may be a prefix, so both are read from behind.
 */
static const char *
find_end(const char *path, const char *pattern)
{
	const char *at = path + strlen(path);
	const char *c = pattern + strlen(pattern);

	while (c > pattern)
	{
		const char *end = at;

		if (*--c == '}')
		{
			while (at > path && at[-1] != '/')
				at--;
			while (c > pattern && *c != '{')
				c--;
		}
		else if (at > path && at[-1] == *c)
			at--;
		if (at == end)
			return NULL;
	}
	return at;
}

/* says tells whether a column of the table is true. */
static bool
says(int row, int column)
{
	return *PQgetvalue(table, row, column) == 't';
}

/* routes_lane returns the lane of a request. */
LaneId
routes_lane(const char *method, const char *path)
{
	if (strcmp(method, "GET") == 0)
		return LANE_READ;
	for (int i = 0; i < routes_count(); i++)
		if (strcmp(PQgetvalue(table, i, 0), method) == 0 && find_end(path, PQgetvalue(table, i, 1)) != NULL)
			return says(i, 2) ? LANE_READ : says(i, 3) ? LANE_BATCH : says(i, 4) ? LANE_WRITE : LANE_SLOW;
	return LANE_SLOW;
}

/* routes_open returns the end of a path of an endpoint that asks for no key; NULL if it asks for one. */
const char *
routes_open(const char *method, const char *path)
{
	for (int i = 0; i < routes_count(); i++)
		if (!says(i, 5) && strcmp(PQgetvalue(table, i, 0), method) == 0)
		{
			const char *end = find_end(path, PQgetvalue(table, i, 1));

			if (end != NULL)
				return end;
		}
	return NULL;
}

/* routes_count returns how many endpoints are known. */
int
routes_count(void)
{
	return PQntuples(table);
}
