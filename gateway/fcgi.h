/*
 * fcgi.h
 *	  The framing of FastCGI: records in, records out.
 */
#ifndef GATEWAY_FCGI_H
#define GATEWAY_FCGI_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

/* What a connection said next. */
typedef enum FcgiEvent
{
	FCGI_MORE,					/* nothing whole: more octets are needed */
	FCGI_BEGIN,					/* a request begins */
	FCGI_PARAMS,				/* a part of its parameters, */
	FCGI_PARAMS_END,			/* and that was all of them */
	FCGI_STDIN,					/* a part of its body, */
	FCGI_STDIN_END,
	FCGI_ABORT,					/* the caller is gone */
	FCGI_BROKEN					/* what no server sends: nothing more can be read */
} FcgiEvent;

/* Where a connection is.  All zeros is the beginning. */
typedef struct FcgiReader
{
	uint16_t	id;				/* of the request under way; 0 = none */
	FcgiEvent	stream;			/* what its parts are now */
	bool		keep;			/* the connection stays after the request */
} FcgiReader;

extern FcgiEvent fcgi_next(FcgiReader *reader, Slice *octets, Slice *part);
extern void fcgi_ended(FcgiReader *reader);
extern bool fcgi_next_param(Slice *params, Slice *name, Slice *value);
extern void fcgi_add_answer(Buffer *to, uint16_t id, Slice head, Slice body);

#endif							/* GATEWAY_FCGI_H */
