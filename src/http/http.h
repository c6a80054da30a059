/*
 * http.h
 *	  What the adapters of all endpoints share.
 */
#ifndef RVO_HTTP_H
#define RVO_HTTP_H

#include "fmgr.h"
#include "utils/jsonb.h"

#include "base/text.h"
#include "shape/caller.h"

#define BODY_MAX_OCTETS (1024 * 1024)

typedef struct Endpoint Endpoint;
typedef struct Resource Resource;	/* http_resource.h */

/* One request, as far as an endpoint needs it. */
typedef struct HttpRequest
{
	const Endpoint *endpoint;
	Caller		caller;			/* of ALL_CLIENTS for an endpoint of the master list */
	int64		id;				/* of the path; 0 = none that can be one */
	int64		field_id;
	Slice		query;
	Slice		structure;
	Jsonb	   *body;			/* NULL if the endpoint takes none */
} HttpRequest;

typedef struct Answer
{
	int			status;
	StringInfo	headers;		/* entries of a JSON array; NULL = none */
	text	   *body;
} Answer;

/* What tells one endpoint from another. */
struct Endpoint
{
	const char *name;			/* of the adapter */
	const Resource *resource;
	void		(*serve) (const HttpRequest *request, Answer *answer);
	const char *list_member;	/* the member of the body that is a list; NULL = the body is not read */
	const char *other_list;		/* another such member; NULL = none */
	int			body_max;		/* octets */
	bool		has_structure;	/* as a parameter of the query */
	bool		master;			/* for master keys only */
	bool		creates_many;
	bool		once;			/* a request with an idempotency key is carried out once */
	const char *created_path;	/* of what it creates, without the id */
	const char *kept_path;		/* of what was kept in place of a merged one, without the id */
	const char *list_path;		/* of the list that it shows, in pages */
};

extern Datum rvo_http_respond(FunctionCallInfo fcinfo, const Endpoint *endpoint);
extern void rvo_http_add_header(Answer *answer, const char *name, const char *value);
extern void rvo_http_add_location(Answer *answer, const char *path, int64 id);
extern void rvo_http_answer(Answer *answer, int status, Jsonb *body);

/* An adapter: revyops_http.NAME(bytea) returns json.  The rest fills its Endpoint. */
#define HTTP_ADAPTER(adapter, ...) \
PG_FUNCTION_INFO_V1(revyops_http_##adapter); \
Datum \
revyops_http_##adapter(PG_FUNCTION_ARGS) \
{ \
	static const Endpoint endpoint = {.name = #adapter, __VA_ARGS__}; \
\
	return rvo_http_respond(fcinfo, &endpoint); \
}

/* What the endpoints are made of. */
#define TAKES(member) .list_member = (member), .body_max = BODY_MAX_OCTETS
#define TAKES_BOTH(list, other) TAKES(list), .other_list = (other)
#define TAKES_BATCH(list) .list_member = (list), .body_max = BATCH_BODY_MAX_OCTETS, .creates_many = true
#define V2 .has_structure = true
#define MASTER .master = true
#define ONCE .once = true

#endif							/* RVO_HTTP_H */
