/*
 * idempotency.h
 *	  Requests that may be repeated: each is carried out once.
 */
#ifndef RVO_IDEMPOTENCY_H
#define RVO_IDEMPOTENCY_H

#include "base/jsonio.h"
#include "base/text.h"
#include "shape/record/caller.h"
#include "store/service/store_idempotency.h"

/* A request with a key.  What follows the key tells the request from others. */
typedef struct KeyedRequest
{
	const Caller *caller;
	Slice		key;
	const char *key_name;		/* what its parameter or header is called */
	const char *endpoint;
	Slice		structure;
	Jsonb	   *body;			/* NULL for SQL's NULL */
	Slice		broken;			/* tells texts of items that could not be read, and are not in the body; no value = none */
	Slice		options;		/* of a file; no value = it is none */
	Slice		content;		/* of a file */
} KeyedRequest;

extern bool rvo_idempotency_begin(const KeyedRequest *request, KeptAnswer *answer);
extern void rvo_idempotency_end(const KeyedRequest *request, KeptAnswer *answer);
extern Jsonb *rvo_idempotency_find(const KeyedRequest *request, KeptAnswer *answer);
extern Jsonb *rvo_idempotency_keep(const KeyedRequest *request, KeptAnswer *answer, JsonbValue created);
extern int64 rvo_idempotency_expire(void);

#endif							/* RVO_IDEMPOTENCY_H */
