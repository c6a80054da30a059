/*
 * caller.h
 *	  Who is calling, and how he wants it.
 */
#ifndef RVO_CALLER_H
#define RVO_CALLER_H

/* A client; what changes data gets one, what only reads a client's id. */
typedef struct Caller
{
	int			client_id;
} Caller;

#endif							/* RVO_CALLER_H */
