/*
 * request.h
 *	  One request, from its parameters to its answer.
 */
#ifndef GATEWAY_REQUEST_H
#define GATEWAY_REQUEST_H

#include <libpq-fe.h>
#include <sys/queue.h>

#include "config.h"
#include "loop.h"
#include "memory.h"

typedef struct Caller Caller;	/* caller.h */
typedef struct Request Request;

/* Where a request is; whoever has it frees it when its owner has gone. */
typedef enum RequestState
{
	REQUEST_COMING,				/* read from nginx's connection */
	REQUEST_WAITING,			/* in its lane's queue */
	REQUEST_RUNNING,			/* the database works on it */
	REQUEST_HELD,				/* it is to be asked again */
	REQUEST_ANSWERED			/* its answer goes out */
} RequestState;

struct Request
{
	TAILQ_ENTRY(Request) entry; /* of the queue that it waits in, or of those that a connection carries out */
	void	   *owner;			/* who waits for the answer; NULL = nobody any more */
	void		(*answered) (Request *request);
	Caller	   *caller;
	LaneId		lane;
	RequestState state;
	bool		repeated;		/* was begun before, in vain */
	bool		head;			/* a GET whose body is not wanted */
	Time		arrived;
	Time		queued;			/* when it began to wait for the database, if that is to count */
	Time		due;			/* when a held one is asked again */

	/* What the database is asked.  Texts of printable ASCII: see request.c. */
	Buffer		method;
	Buffer		path;
	Buffer		query;
	Buffer		headers;		/* lines "name: value\n" */
	Buffer		key;			/* who is calling, as they say; empty if they don't */
	Buffer		body;
	size_t		body_length;	/* that it is to have */

	/* What it answered. */
	int			status;			/* until it is asked, the one that it is refused with; 0 = none */
	Slice		answer_headers; /* lines "name: value\n" */
	Slice		answer_body;
	PGresult   *result;			/* that the two are parts of; NULL = they are constants */
};

TAILQ_HEAD(RequestList, Request);
typedef struct RequestList RequestList;

extern Request *request_new(Slice params);
extern void request_refuse(Request *request, int status);
extern void request_free(Request *request);

#endif							/* GATEWAY_REQUEST_H */
