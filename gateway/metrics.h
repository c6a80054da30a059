/*
 * metrics.h
 *	  What is counted, and the socket that shows it.
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include <stdint.h>

#include "config.h"

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
	uint64_t	answers[LANES][6];	/* by the first digit of the status */
	uint64_t	times[LANES][BUCKETS_OF_TIME];	/* by how long they took */
	uint64_t	milliseconds[LANES];
	uint64_t	refused[REFUSALS];
	uint64_t	packs;			/* transactions that were shared, */
	uint64_t	packed;			/* requests in them, */
	uint64_t	undone;			/* and those of them that were repeated alone */
	uint64_t	connects;
	uint64_t	losses;			/* connections lost, or given up */
	uint64_t	unknown;		/* requests answered 503 whose end in the database nobody knows */
	uint64_t	gone;			/* callers that did not wait for their answer */
	uint64_t	broken;			/* connections of the web server with something else than FastCGI */
} Metrics;

extern Metrics metrics;

extern void metrics_answer(LaneId lane, int status, int64_t milliseconds);
extern void metrics_listen(int fd);

#endif							/* GATEWAY_METRICS_H */
