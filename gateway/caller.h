/*
 * caller.h
 *	  Those who call: what each has under way, and waiting.
 */
#ifndef GATEWAY_CALLER_H
#define GATEWAY_CALLER_H

#include "request.h"

/* What a caller has in one lane. */
typedef struct CallerLane
{
	RequestList waiting;
	int			running;
	bool		in_turn;		/* in the lane's list of callers that have something waiting */
	TAILQ_ENTRY(Caller) turn;
} CallerLane;

struct Caller
{
	TAILQ_ENTRY(Caller) entry;	/* of those with a good key */
	char	   *key;			/* NULL for strangers */
	int			requests;		/* under way: being read, waiting or running */
	int			held;			/* of these: see hold.c */
	size_t		octets;			/* of their bodies */
	CallerLane	lanes[LANES];
};

TAILQ_HEAD(CallerList, Caller);
typedef struct CallerList CallerList;

extern void caller_open(void);
extern Caller *caller_of(const char *key);
extern void caller_is_good(const char *key);

#endif							/* GATEWAY_CALLER_H */
