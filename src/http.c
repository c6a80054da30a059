/*
 * http.c
 *	  The adapters that PostgREST calls: one raw request in, one answer out.
 *
 * Floor 4.  nginx hands the body on as it came and names the content type and
 * the query string in headers.  The work is done in a subtransaction, so that
 * an error can be caught, undone and answered: PostgREST would show a raw
 * error's details, and repeat a serialization failure without end.  Status and
 * headers go into PostgREST's response.* settings, which it reads after the
 * commit: they are built from constants and numbers only.
 *
 * The only place with PG_TRY.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/resowner.h"

#include "auth.h"
#include "company.h"
#include "compat.h"
#include "contact.h"
#include "fault.h"
#include "http_body.h"
#include "request.h"

PG_FUNCTION_INFO_V1(revyops_http_contacts_v2_create);
PG_FUNCTION_INFO_V1(revyops_http_companies_v2_create);

#define BODY_MAX_OCTETS (1024 * 1024)

/* What tells one endpoint that creates from another. */
typedef struct Endpoint
{
	const char *path;			/* of what it creates, without the id */
	const char *list_member;	/* the body's list of custom fields */
	Jsonb	   *(*create) (int client_id, Jsonb *body, Slice structure, int64 *id);
} Endpoint;

typedef struct Answer
{
	int			status;
	int64		id;				/* of what was created */
	char	   *body;
} Answer;

/* fire_deferred_triggers runs now what would fail at COMMIT, out of our hands. */
static void
fire_deferred_triggers(void)
{
	ConstraintsSetStmt *all_immediate = makeNode(ConstraintsSetStmt);

	all_immediate->deferred = false;
	AfterTriggerSetState(all_immediate);
}

/*
 * work does what the request asks for.  *decoding is true while an error in
 * the data is one of the request's encoding.
 */
static void
work(const Endpoint *endpoint, Slice request_body, volatile bool *decoding, Answer *answer)
{
	Request		request = rvo_request_read();
	int			client_id = rvo_auth_client_id(&request);
	Slice		structure = rvo_http_query_parameter(request.query, "structure");
	Jsonb	   *body;
	Jsonb	   *created;

	if (request_body.len > BODY_MAX_OCTETS)
		rvo_fault_raise_one(FAILURE_TOO_LARGE, "", FAULT_TOO_LARGE);
	if (structure.data == NULL)
		structure = CONST_SLICE("NESTED");
	*decoding = true;
	body = rvo_http_body_decode(request.content_type, request_body, endpoint->list_member);
	*decoding = false;
	created = endpoint->create(client_id, body, structure, &answer->id);
	fire_deferred_triggers();
	answer->status = 201;
	answer->body = JsonbToCString(NULL, &created->root, VARSIZE(created));
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
	Slice		request_body = raw == NULL ? CONST_SLICE("") : rvo_slice_of_text((text *) raw);
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool decoding = false;
	Answer		answer = {0};

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(endpoint, request_body, &decoding, &answer);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (rvo_fault_is_cancel(error->sqlerrcode))
			ReThrowError(error);
		answer = answer_error(error, decoding);
	}
	PG_END_TRY();

	set_response("response.status", psprintf("%d", answer.status));
	set_response("response.headers", answer.status != 201 ? "[]" :
				 psprintf("[{\"Location\": \"%s" INT64_FORMAT "\"}]", endpoint->path, answer.id));
	PG_RETURN_TEXT_P(cstring_to_text(answer.body));
}

/* revyops_http.contacts_v2_create(bytea) returns json: POST /public/v2/contacts */
Datum
revyops_http_contacts_v2_create(PG_FUNCTION_ARGS)
{
	static const Endpoint endpoint = {
		"/public/v2/contacts/", "contact_custom_fields_input", rvo_contact_create
	};

	return respond(fcinfo, &endpoint);
}

/* revyops_http.companies_v2_create(bytea) returns json: POST /public/v2/companies */
Datum
revyops_http_companies_v2_create(PG_FUNCTION_ARGS)
{
	static const Endpoint endpoint = {
		"/public/v2/companies/", "company_custom_fields", rvo_company_create
	};

	return respond(fcinfo, &endpoint);
}
