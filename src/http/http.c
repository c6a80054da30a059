/*
 * http.c
 *	  What the adapters share: one raw request in, one answer out.
 *
 * Under http_contact.c and http_company.c.  nginx hands the body on as it came
 * and names the content type, the query string and the ids of the path in
 * headers.  An error is caught, undone and answered: PostgREST would show a
 * raw error's details, and repeat a serialization failure without end.  Status
 * and headers go into PostgREST's response.* settings, which it reads after
 * the commit: they are built from constants, numbers, and names that are
 * percent-encoded.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/fault.h"
#include "base/jsonio.h"
#include "http/body.h"
#include "http/http.h"
#include "http/parameter.h"
#include "shape/known_member.h"
#include "store/store_lock.h"
#include "value/preference.h"
#include "work/auth.h"
#include "work/idempotency.h"
#include "work/request.h"

/* One call of an endpoint. */
typedef struct Call
{
	const Endpoint *endpoint;
	Slice		body;
	bool		decoding;		/* an error in the data is one of the request's encoding */
	Handling	handling;		/* that the request prefers */
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

/* path_id reads an id of the path; 0, which nothing has, for one that is too long. */
static int64
path_id(Slice digits)
{
	int64		id;

	return rvo_text_to_id(digits, &id) ? id : 0;
}

/* tell_ignored names the members of the body that nobody knows. */
static void
tell_ignored(const Caller *caller, Answer *answer)
{
	const char *names = rvo_members_header(caller);

	if (names != NULL)
		rvo_http_add_header(answer, "X-Revyops-Unknown-Members", names);
}

/* serve has the endpoint do its work. */
static void
serve(const HttpRequest *request, bool again, Answer *answer)
{
	if (request->endpoint->creates_many)
		rvo_store_line_up(request->caller.client_id, again);
	*answer = (Answer) {0};
	request->endpoint->serve(request, answer);
	if (request->endpoint->list_member != NULL)
		tell_ignored(&request->caller, answer);
}

/* replay gives the answer that was kept of the same request. */
static void
replay(const KeptAnswer *kept, Answer *answer)
{
	*answer = (Answer) {.status = kept->status, .body = cstring_to_text_with_len(kept->body.data, kept->body.len)};
	if (kept->headers.data != NULL)
	{
		answer->headers = makeStringInfo();
		appendBinaryStringInfo(answer->headers, kept->headers.data, kept->headers.len);
	}
	rvo_http_add_header(answer, "Idempotent-Replayed", "true");
}

/* serve_once is serve for a request with an idempotency key. */
static void
serve_once(const HttpRequest *request, Slice key, bool again, Answer *answer)
{
	KeyedRequest keyed = {
		&request->caller, key, "Idempotency-Key", request->endpoint->name, request->structure, request->body
	};
	KeptAnswer	kept;

	if (rvo_idempotency_begin(&keyed, &kept))
	{
		replay(&kept, answer);
		return;
	}
	serve(request, again, answer);
	kept.status = answer->status;
	if (answer->headers != NULL)
		kept.headers = (Slice) {answer->headers->data, answer->headers->len};
	kept.body = rvo_slice_of_text(answer->body);
	rvo_idempotency_end(&keyed, &kept);
}

/* work does what the request asks for: the part of a call that can be undone. */
static void
work(void *arg, bool again)
{
	Call	   *call = arg;
	const Endpoint *endpoint = call->endpoint;
	Request		headers = rvo_request_read();
	Claim		claim = rvo_auth_claim(&headers);
	HttpRequest request = {.endpoint = endpoint, .query = headers.query, .structure = CONST_SLICE("NESTED")};

	call->handling = endpoint->list_member != NULL ? rvo_preferred_handling(headers.prefer) : HANDLING_NOT_SAID;
	if (endpoint->master)
		rvo_auth_check_master(&claim);
	else
		request.caller = rvo_auth_caller(&claim);
	request.id = path_id(headers.id);
	request.field_id = path_id(headers.field_id);
	if (endpoint->has_structure)
	{
		Slice		structure = rvo_parameter(request.query, "structure");

		if (structure.data != NULL)
			request.structure = structure;
	}
	if (endpoint->list_member != NULL)
	{
		if (call->body.len > endpoint->body_max)
			rvo_fault_raise_one(FAILURE_TOO_LARGE, "", FAULT_TOO_LARGE);
		call->decoding = true;
		request.body = rvo_body_decoder(headers.content_type) (headers.content_type, call->body,
															   &(FormLists) {endpoint->list_member, endpoint->other_list});
		call->decoding = false;
	}
	if (endpoint->once && headers.idempotency_key.data != NULL)
		serve_once(&request, headers.idempotency_key, again, &call->answer);
	else
		serve(&request, again, &call->answer);
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
	if (status == 503)
		return "{\"detail\": \"Service unavailable, try again.\"}";
	sentence[0] = pg_toupper((unsigned char) sentence[0]);
	initStringInfo(&body);
	appendStringInfoString(&body, "{\"detail\": ");
	escape_json(&body, sentence);
	if (error->detail != NULL && rvo_json_is_valid(rvo_slice(error->detail)))
		appendStringInfo(&body, ", \"errors\": %s", error->detail);
	appendStringInfoChar(&body, '}');
	return body.data;
}

/* point_at_kept adds the place of the contact that a merged one became, which is in the error's detail. */
static void
point_at_kept(const Endpoint *endpoint, const ErrorData *error, Answer *answer)
{
	JsonbContainer *faults = error->detail != NULL && rvo_json_is_loadable(rvo_slice(error->detail)) ?
		rvo_json_root(rvo_json_parse(rvo_slice(error->detail))) : NULL;
	JsonbValue *fault = rvo_json_is_array(faults) ? getIthJsonbValueFromContainer(faults, 0) : NULL;
	JsonbValue	kept;
	int64		id;

	if (endpoint->kept_path != NULL && fault != NULL && fault->type == jbvBinary &&
		rvo_json_is_object(fault->val.binary.data) &&
		rvo_json_get(fault->val.binary.data, CONST_SLICE("merged_into"), &kept) &&
		kept.type == jbvNumeric && rvo_json_to_id(&kept, &id))
		rvo_http_add_header(answer, "Location", psprintf("%s" INT64_FORMAT, endpoint->kept_path, id));
}

/* answer_error makes an answer of a caught error, and logs what is not the caller's fault. */
static Answer
answer_error(const Endpoint *endpoint, ErrorData *error, bool decoding)
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
	if (answer.status == 301)
		point_at_kept(endpoint, error, &answer);
	answer.body = cstring_to_text(error_body(answer.status, error));
	if (answer.status == 503)
		rvo_http_add_header(&answer, "Retry-After", "1");
	if (answer.status >= 500)
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

/* rvo_http_respond runs one request and returns the answer's body. */
Datum
rvo_http_respond(FunctionCallInfo fcinfo, const Endpoint *endpoint)
{
	bytea	   *raw = PG_ARGISNULL(0) ? NULL : PG_GETARG_BYTEA_PP(0);
	Call		call = {
		.endpoint = endpoint,
		.handling = HANDLING_NOT_SAID,
		.body = raw == NULL ? CONST_SLICE("") : rvo_slice_of_text((text *) raw),
	};
	ErrorData  *error = rvo_attempt(work, &call);
	const Answer *answer = &call.answer;

	if (error != NULL)
		call.answer = answer_error(endpoint, error, call.decoding);
	if (call.handling != HANDLING_NOT_SAID)
		rvo_http_add_header(&call.answer, "Preference-Applied",
							call.handling == HANDLING_STRICT ? "handling=strict" : "handling=lenient");
	/* PostgREST takes any 503 for a lost server: it drops its connections and reads the catalog.  nginx makes one of a 504. */
	set_response("response.status", psprintf("%d", answer->status == 503 ? 504 : answer->status));
	rvo_http_add_header(&call.answer, "X-Revyops-Answer", "1"); /* nginx tells it from PostgREST's own by this */
	set_response("response.headers", psprintf("[%s]", answer->headers->data));
	PG_RETURN_TEXT_P(answer->body);
}

/* rvo_http_add_header adds a header to an answer; name is a constant. */
void
rvo_http_add_header(Answer *answer, const char *name, const char *value)
{
	if (answer->headers == NULL)
		answer->headers = makeStringInfo();
	else
		appendStringInfoString(answer->headers, ", ");
	appendStringInfo(answer->headers, "{\"%s\": ", name);
	escape_json(answer->headers, value);
	appendStringInfoChar(answer->headers, '}');
}

/* rvo_http_add_location points at what was created; path is a constant. */
void
rvo_http_add_location(Answer *answer, const char *path, int64 id)
{
	rvo_http_add_header(answer, "Location", psprintf("%s" INT64_FORMAT, path, id));
}

/* rvo_http_answer fills an answer.  NULL is for a status that has no body. */
void
rvo_http_answer(Answer *answer, int status, Jsonb *body)
{
	answer->status = status;
	answer->body = cstring_to_text(body == NULL ? "null" : JsonbToCString(NULL, &body->root, VARSIZE(body)));
}
