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
	TAILQ_ENTRY(Caller) turn;	/* of the lane's list, while it has something waiting */
} CallerLane;

struct Caller
{
	char	   *key;			/* or path; "" of strangers */
	int			requests;		/* under way: being read, waiting or running */
	int			held;			/* of these: see hold.c */
	int64_t		octets;			/* of their bodies */
	CallerLane	lanes[LANES];
};

TAILQ_HEAD(CallerList, Caller);
typedef struct CallerList CallerList;

extern void caller_open(void);
extern Caller *caller_of(const char *key);
extern void caller_is_good(const char *key);

#endif							/* GATEWAY_CALLER_H */
