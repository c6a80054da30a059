/*
 * http.c
 *	  The adapters that PostgREST calls: one raw request in, one answer out.
 *
 * Floor 4.  nginx hands the body on as it came and names the content type and
 * the query string in headers.  An error is caught, undone and answered: PostgREST
 * would show a raw error's details, and repeat a serialization failure without
 * end.  Status and headers go into PostgREST's response.* settings, which it
 * reads after the commit: they are built from constants and numbers only.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "attempt.h"
#include "auth.h"
#include "company.h"
#include "company_batch.h"
#include "compat.h"
#include "contact.h"
#include "contact_batch.h"
#include "fault.h"
#include "http_batch.h"
#include "http_body.h"
#include "request.h"
#include "store_lock.h"

PG_FUNCTION_INFO_V1(revyops_http_contacts_v2_create);
PG_FUNCTION_INFO_V1(revyops_http_companies_v2_create);
PG_FUNCTION_INFO_V1(revyops_http_contacts_v2_batch);
PG_FUNCTION_INFO_V1(revyops_http_companies_v2_batch);

#define BODY_MAX_OCTETS (1024 * 1024)

typedef struct Answer
{
	int			status;
	const char *path;			/* of what was created, without the id; NULL = nothing to point at */
	int64		id;
	char	   *body;
} Answer;

/* What tells one endpoint from another. */
typedef struct Endpoint
{
	const char *list_member;	/* the member of the body that is a list */
	int			body_max;		/* octets */
	bool		creates_many;
	void		(*serve) (int client_id, Jsonb *body, Slice structure, Answer *answer);
} Endpoint;

/* One call of an endpoint. */
typedef struct Call
{
	const Endpoint *endpoint;
	Slice		body;
	bool		decoding;		/* an error in the data is one of the request's encoding */
	Answer		answer;
} Call;

/* fire_deferred_triggers runs now what would fail at COMMIT, out of our hands. */
static void
fire_deferred_triggers(void)
{
	ConstraintsSetStmt *all_immediate = makeNode(ConstraintsSetStmt);

	all_immediate->deferred = false;
	AfterTriggerSetState(all_immediate);
}

/* work does what the request asks for: the part of a call that can be undone. */
static void
work(void *arg, bool again)
{
	Call	   *call = arg;
	Request		request = rvo_request_read();
	int			client_id = rvo_auth_client_id(&request);
	Slice		structure = rvo_http_query_parameter(request.query, "structure");
	Jsonb	   *body;

	if (call->body.len > call->endpoint->body_max)
		rvo_fault_raise_one(FAILURE_TOO_LARGE, "", FAULT_TOO_LARGE);
	if (structure.data == NULL)
		structure = CONST_SLICE("NESTED");
	call->decoding = true;
	body = rvo_http_body_decode(request.content_type, call->body, call->endpoint->list_member);
	call->decoding = false;
	if (call->endpoint->creates_many)
		rvo_store_line_up(client_id, again);
	call->endpoint->serve(client_id, body, structure, &call->answer);
	fire_deferred_triggers();
}

/*
 * error_body returns RevyOps' error body: a sentence, and the faults.  A
 * trigger of the owner's may raise our codes with a text of its own; any other
 * error stays inside.
 */
static char *
error_body(int status, const ErrorData *error)
{
	StringInfoData body;
	char	   *sentence = psprintf("%s.", error->message);

	if (status == 500)
		return "{\"detail\": \"Internal server error.\"}";
	sentence[0] = pg_toupper((unsigned char) sentence[0]);
	initStringInfo(&body);
	appendStringInfoString(&body, "{\"detail\": ");
	escape_json(&body, sentence);
	if (error->detail != NULL && rvo_json_is_valid(rvo_slice(error->detail)))
		appendStringInfo(&body, ", \"errors\": %s", error->detail);
	appendStringInfoChar(&body, '}');
	return body.data;
}

/* answer_error makes an answer of a caught error, and logs what is not the caller's fault. */
static Answer
answer_error(ErrorData *error, bool decoding)
{
	Answer		answer = {.status = rvo_fault_http_status(error->sqlerrcode)};

	if (answer.status == 500 && decoding && rvo_fault_is_data(error->sqlerrcode))
	{
		FaultList	faults = {0};

		rvo_fault_add(&faults, "", FAULT_MALFORMED_BODY);
		answer.status = 400;
		error->message = "invalid request";
		error->detail = rvo_fault_json(&faults);
	}
	answer.body = error_body(answer.status, error);
	if (answer.status == 500)
	{
		error->elevel = LOG;
		ThrowErrorData(error);
	}
	return answer;
}

static void
set_response(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* respond runs one request and returns the answer's body. */
static Datum
respond(FunctionCallInfo fcinfo, const Endpoint *endpoint)
{
	bytea	   *raw = PG_ARGISNULL(0) ? NULL : PG_GETARG_BYTEA_PP(0);
	Call		call = {
		.endpoint = endpoint,
		.body = raw == NULL ? CONST_SLICE("") : rvo_slice_of_text((text *) raw),
	};
	ErrorData  *error = rvo_attempt(work, &call);
	const Answer *answer = &call.answer;

	if (error != NULL)
		call.answer = answer_error(error, call.decoding);
	set_response("response.status", psprintf("%d", answer->status));
	set_response("response.headers", answer->path == NULL ? "[]" :
				 psprintf("[{\"Location\": \"%s" INT64_FORMAT "\"}]", answer->path, answer->id));
	PG_RETURN_TEXT_P(cstring_to_text(answer->body));
}

/* answer_created fills the answer to a create. */
static void
answer_created(Answer *answer, const char *path, Jsonb *created)
{
	answer->status = 201;
	answer->path = path;
	answer->body = JsonbToCString(NULL, &created->root, VARSIZE(created));
}

static void
create_contact(int client_id, Jsonb *body, Slice structure, Answer *answer)
{
	answer_created(answer, "/public/v2/contacts/",
				   rvo_contact_create(client_id, body, structure, &answer->id));
}

static void
create_company(int client_id, Jsonb *body, Slice structure, Answer *answer)
{
	answer_created(answer, "/public/v2/companies/",
				   rvo_company_create(client_id, body, structure, &answer->id));
}

static void
create_contacts(int client_id, Jsonb *body, Slice structure, Answer *answer)
{
	static const BatchEnvelope envelope = {&rvo_contact_batch, "contacts", "contact"};

	answer->status = 200;
	answer->body = rvo_http_batch(&envelope, client_id, body, structure);
}

static void
create_companies(int client_id, Jsonb *body, Slice structure, Answer *answer)
{
	static const BatchEnvelope envelope = {&rvo_company_batch, "companies", "company"};

	answer->status = 200;
	answer->body = rvo_http_batch(&envelope, client_id, body, structure);
}

/* revyops_http.contacts_v2_create(bytea) returns json: POST /public/v2/contacts */
Datum
revyops_http_contacts_v2_create(PG_FUNCTION_ARGS)
{
	static const Endpoint endpoint = {"contact_custom_fields_input", BODY_MAX_OCTETS, false, create_contact};

	return respond(fcinfo, &endpoint);
}

/* revyops_http.companies_v2_create(bytea) returns json: POST /public/v2/companies */
Datum
revyops_http_companies_v2_create(PG_FUNCTION_ARGS)
{
	static const Endpoint endpoint = {"company_custom_fields", BODY_MAX_OCTETS, false, create_company};

	return respond(fcinfo, &endpoint);
}

/* revyops_http.contacts_v2_batch(bytea) returns json: POST /public/v2/contacts/batch */
Datum
revyops_http_contacts_v2_batch(PG_FUNCTION_ARGS)
{
	static const Endpoint endpoint = {"contacts", BATCH_BODY_MAX_OCTETS, true, create_contacts};

	return respond(fcinfo, &endpoint);
}

/* revyops_http.companies_v2_batch(bytea) returns json: POST /public/v2/companies/batch */
Datum
revyops_http_companies_v2_batch(PG_FUNCTION_ARGS)
{
	static const Endpoint endpoint = {"companies", BATCH_BODY_MAX_OCTETS, true, create_companies};

	return respond(fcinfo, &endpoint);
}
