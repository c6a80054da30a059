/*
 * metrics.h
 *	  What is counted, and the socket that shows it.
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include <stdint.h>

#include "config.h"
#include "loop.h"

/* Why a request was refused without the database. */
typedef enum Refusal
{
	REFUSED_ALL,				/* too many under way, or too many octets */
	REFUSED_KEY,				/* the same of one key */
	REFUSED_LATE,				/* not begun in time */
	REFUSED_DOWN,				/* no connection to the database */
	REFUSALS
} Refusal;

#define BUCKETS_OF_TIME 8

typedef struct Metrics
{
	/* What there is: the program itself goes by these. */
	int64_t		waiting[LANES];
	int64_t		connections[LANES]; /* to the database, that are up */
	int64_t		under_way;		/* requests being read, waiting, running or held */
	int64_t		held;
	int64_t		body_octets;	/* of those that are under way */

	/* What there was. */
	int64_t		answers[LANES][6];	/* by the first digit of the status */
	int64_t		times[LANES][BUCKETS_OF_TIME];	/* by how long they took */
	int64_t		milliseconds[LANES];
	int64_t		refused[REFUSALS];
	int64_t		packs;			/* transactions that were shared, */
	int64_t		packed;			/* requests in them, */
	int64_t		undone;			/* and those of them that were repeated alone */
	int64_t		connects;
	int64_t		losses;			/* connections lost, or given up */
	int64_t		unknown;		/* requests answered 503 whose end in the database nobody knows */
	int64_t		gone;			/* callers that did not wait for their answer */
	int64_t		broken;			/* connections of the web server with something else than FastCGI */
} Metrics;

extern Metrics metrics;
extern const char *const lane_names[LANES];

extern void metrics_answer(LaneId lane, int status, Time time);
extern void metrics_listen(int fd);

#endif							/* GATEWAY_METRICS_H */
