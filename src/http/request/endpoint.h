/*
 * endpoint.h
 *	  What an endpoint is, and what goes through it: a request and its answer.
 */
#ifndef RVO_ENDPOINT_H
#define RVO_ENDPOINT_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "base/json_flaw.h"
#include "base/text.h"
#include "http/request/upload.h"
#include "shape/record/caller.h"

typedef struct RawRequest RawRequest;	/* raw_request.h */
typedef struct HttpRequest HttpRequest;
typedef struct Answer Answer;
typedef struct Resource Resource;	/* serve_record.h */

/* One method of a path. */
typedef struct Endpoint
{
	const char *method;			/* GET is what only reads, and HEAD with it; NULL = no endpoint */
	void		(*serve) (const HttpRequest *request, Answer *answer);
	void		(*link) (const HttpRequest *request, Answer *answer);	/* adds what begins with the service's address, which is not kept with an answer; NULL = nothing */
	const Resource *resource;	/* NULL = none that serve would ask */
	const char *list_member;	/* the member of the body that is a list; NULL = the body is not read */
	const char *other_list;		/* another such member; NULL = none */
	bool		list_of_texts;	/* are the entries of that list, in a form as well */
	bool		takes_file;		/* as body, whose octets stay as they are */
	bool		takes_octets;	/* of any content type as body: the endpoint reads the raw request */
	int			body_max;		/* octets */
	bool		has_structure;	/* as a parameter of the query */
	bool		checks_query;	/* for parameters that nobody knows */
	bool		master;			/* for master keys only */
	bool		open;			/* for whoever asks, without a key */
	bool		key_alone;		/* is asked for: also that of a client which was moved is good */
	bool		creates_many;	/* a batch: a front asks for the key before it takes the body */
	bool		reads;			/* nothing is changed, though it is no GET */
	bool		once;			/* a request with an idempotency key is carried out once */
	bool		may_share;		/* a transaction with others: it changes one record, and holds others up for a moment only */
} Endpoint;

#define ENDPOINTS_MAX 5			/* a path has one less at most */

/* A path and its endpoints. */
typedef struct Route
{
	const char *path;			/* octet by octet; {id} and {field_id} are digits, {platform} is letters, {token} both */
	Endpoint	endpoints[ENDPOINTS_MAX];
} Route;

/* One request, as far as an endpoint needs it. */
struct HttpRequest
{
	const Route *route;
	const Endpoint *endpoint;
	Slice		root;			/* what the paths of links stand behind; may be empty */
	Claim		claim;			/* by which the caller was found */
	Caller		caller;			/* of ALL_CLIENTS for an endpoint of the master list */
	int64		id;				/* of the path; 0 = none that can be one */
	int64		field_id;
	Slice		platform;
	Slice		token;
	const RawRequest *raw;
	Slice		query;
	Slice		structure;
	Jsonb	   *body;			/* NULL if the endpoint takes none */
	const Upload *upload;		/* NULL if the endpoint takes no file */
	const BrokenItems *broken;	/* of the items of a batch; NULL = none */
};

struct Answer
{
	int			status;
	StringInfo	headers;		/* lines "name: value\n"; NULL = none */
	const char *content_type;	/* of the body; NULL = JSON */
	text	   *body;			/* NULL for a status that has none */
};

#endif							/* RVO_ENDPOINT_H */
