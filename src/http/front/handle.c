/*
 * handle.c
 *	  One request in, one answer out.
 *
 * What the route decides comes first: whether there is such an endpoint, and
 * whether it takes such a body.  Then who is calling, the body, and the work.
 *
 * An error is caught, undone and answered: a front would show a raw error's
 * details, and PostgREST repeat a serialization failure without end.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/attempt.h"
#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "base/json_parse.h"
#include "base/jsonio.h"
#include "http/front/handle.h"
#include "http/front/route.h"
#include "http/request/answer.h"
#include "http/request/batch_body.h"
#include "http/request/body.h"
#include "http/request/broken_items.h"
#include "http/request/header.h"
#include "http/request/parameter.h"
#include "http/request/position.h"
#include "http/request/public_base.h"
#include "shape/activity/do_not_contact_entry.h"
#include "shape/record/known_member.h"
#include "store/service/store_lock.h"
#include "value/preference.h"
#include "work/caller/auth.h"
#include "work/caller/idempotency.h"

/* One request under way. */
typedef struct Call
{
	const RawRequest *raw;
	HttpRequest request;		/* as far as the path says it */
	HandleMode	mode;
	bool		again;			/* it was tried before */
	bool		decoding;		/* an error in the data is one of the request's encoding */
	bool		explaining;		/* the body could not be read: where it breaks is to be found */
	BrokenItems broken;			/* of a batch */
	Handling	handling;		/* that the request prefers */
	Caller		caller;			/* once that is known */
	Answer		answer;
} Call;

/* tell_suppressed tells that the address of a new contact is on the do-not-contact list, and why. */
static void
tell_suppressed(const Caller *caller, Answer *answer)
{
	Suppression suppression = {.reasons = caller->notes->suppressed};

	if (suppression.reasons != 0)
		rvo_answer_add_header(answer, "X-Revyops-Do-Not-Contact", rvo_suppression_names(&suppression));
}

/* tell_ignored names the members of the body that nobody knows. */
static void
tell_ignored(const Caller *caller, Answer *answer)
{
	const char *names = rvo_members_header(caller);

	if (names != NULL)
		rvo_answer_add_header(answer, "X-Revyops-Unknown-Members", names);
}

/* tell_handling tells which handling of unknown members was applied, if the request prefers one. */
static void
tell_handling(const Call *call, Answer *answer)
{
	if (call->handling != HANDLING_NOT_SAID)
		rvo_answer_add_header(answer, "Preference-Applied",
							  call->handling == HANDLING_STRICT ? "handling=strict" : "handling=lenient");
}

/* takes_body tells whether an endpoint looks at the body. */
static bool
takes_body(const Endpoint *endpoint)
{
	return endpoint->list_member != NULL || endpoint->takes_file || endpoint->takes_octets;
}

/* serve has the endpoint do its work. */
static void
serve(Call *call, const HttpRequest *request, bool again)
{
	Answer	   *answer = &call->answer;

	if (request->endpoint->creates_many)
		rvo_store_line_up(request->caller.client_id, again);
	*answer = (Answer) {0};
	request->endpoint->serve(request, answer);
	if (takes_body(request->endpoint) && request->caller.notes != NULL)
	{
		tell_ignored(&request->caller, answer);
		tell_suppressed(&request->caller, answer);
	}
	tell_handling(call, answer);
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
	rvo_answer_add_header(answer, "Idempotent-Replayed", "true");
}

/* is_one_line tells a header's value from several lines that a front has joined by ", ", where some may be empty. */
static bool
is_one_line(Slice value)
{
	for (int i = 0; i < value.len; i++)
		if (value.data[i] == ',' && (i + 1 == value.len || value.data[i + 1] == ' '))
			return false;
	return true;
}

/* serve_once is serve for a request with an idempotency key.  A replay says what was applied to the request that did the work. */
static void
serve_once(Call *call, const HttpRequest *request, bool again)
{
	Slice		key = call->raw->idempotency_key;
	Answer	   *answer = &call->answer;
	KeyedRequest keyed = {
		.caller = &request->caller, .key = key, .key_name = "Idempotency-Key",
		.endpoint = psprintf("%s %s", request->endpoint->method, request->route->path),
		.structure = request->structure, .body = request->body
	};
	KeptAnswer	kept;

	if (request->upload != NULL)
	{
		keyed.options = rvo_upload_options(request->upload, request->query);
		keyed.content = request->upload->content;
	}
	if (request->broken != NULL && request->broken->count > 0)
		keyed.broken = rvo_slice(psprintf(UINT64_FORMAT "\n", request->broken->hash));
	if (!is_one_line(key))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, keyed.key_name, FAULT_INVALID_IDEMPOTENCY_KEY);
	if (rvo_idempotency_begin(&keyed, &kept))
	{
		replay(&kept, answer);
		return;
	}
	serve(call, request, again);
	kept.status = answer->status;
	if (answer->headers != NULL)
		kept.headers = (Slice) {answer->headers->data, answer->headers->len};
	kept.body = rvo_slice_of_text(answer->body);
	rvo_idempotency_end(&keyed, &kept);
}

/* check_caller finds out who is calling: by the request's key, and by no setting. */
static void
check_caller(const RawRequest *raw, HttpRequest *request)
{
	Claim		claim = request->claim;

	if (raw->api_key.data == NULL)
		rvo_failure_raise_nobody(false);
	if (request->endpoint->master)
	{
		rvo_auth_check_master(&claim);
		request->caller.strict = claim.strict;
	}
	else if (request->endpoint->key_alone)
		rvo_auth_check_key(&claim);
	else
		request->caller = rvo_endpoint_reads(request->endpoint) ? rvo_auth_reader(&claim) : rvo_auth_caller(&claim);
}

/* check_body raises a failure for a body that the endpoint doesn't take, whoever sends it; returns NULL for octets. */
static BodyDecoder
check_body(const RawRequest *raw, const Endpoint *endpoint)
{
	BodyDecoder decode = NULL;

	if (raw->encoded)
		rvo_failure_raise_one(FAILURE_UNSUPPORTED_MEDIA_TYPE, "Content-Encoding", FAULT_UNSUPPORTED_ENCODING);
	if (endpoint->takes_file)
		rvo_body_check_file_type(raw->content_type);
	else if (!endpoint->takes_octets)
		decode = rvo_body_decoder(raw->content_type);
	if (raw->body.len > endpoint->body_max)
		rvo_failure_raise_one(FAILURE_TOO_LARGE, "", FAULT_TOO_LARGE);
	return decode;
}

/* read_broken reads a JSON body that could not be read at once: all but broken items, or it says where it breaks. */
static Jsonb *
read_broken(Call *call, const Endpoint *endpoint)
{
	call->broken = (BrokenItems) {0};
	return rvo_broken_items_read(rvo_body_json_text(call->raw->body), endpoint->creates_many ? endpoint->list_member : NULL, HTTP_ITEMS_MAX,
								 &call->broken);
}

/* has_position tells of a read whether there is something that it has to see; a key alone is asked for by a front, also for what writes. */
static bool
has_position(const Call *call)
{
	const Endpoint *endpoint = call->request.endpoint;

	return call->raw->position.data != NULL && rvo_endpoint_reads(endpoint) && !endpoint->key_alone;
}

/* work does what the request asks for. */
static void
work(void *arg)
{
	Call	   *call = arg;
	const RawRequest *raw = call->raw;
	HttpRequest request = call->request;
	Upload		upload;
	const Endpoint *endpoint = request.endpoint;
	BodyDecoder decode = NULL;

	if (call->mode == HANDLE_READING && !rvo_endpoint_reads(endpoint))
		rvo_failure_raise_bug("a function that only reads was given a request that writes");
	if (has_position(call) && !rvo_position_enter(raw->position, &call->answer))
		return;
	if (takes_body(endpoint))
		decode = check_body(raw, endpoint);
	if (takes_body(endpoint) || endpoint->checks_query)
		call->handling = rvo_preferred_handling(raw->prefer);
	if (!endpoint->open)
		check_caller(raw, &request);
	call->caller = request.caller;
	if (endpoint->has_structure)
	{
		Slice		structure = rvo_parameter(request.query, "structure");

		if (structure.data != NULL)
			request.structure = structure;
	}
	if (decode != NULL)
	{
		call->decoding = true;
		request.broken = &call->broken;
		request.body = call->explaining ? read_broken(call, endpoint) :
			decode(raw->content_type, raw->body,
				   &(FormLists) {endpoint->list_member, endpoint->other_list, !endpoint->creates_many, endpoint->list_of_texts});
		call->decoding = false;
	}
	if (endpoint->takes_file)
	{
		rvo_upload_read(raw->content_type, raw->body, &upload);
		request.upload = &upload;
	}
	if (endpoint->once && raw->idempotency_key.data != NULL)
		serve_once(call, &request, call->again);
	else
		serve(call, &request, call->again);
	if (endpoint->link != NULL)
		endpoint->link(&request, &call->answer);
	if (has_position(call))
		rvo_position_leave();
}

/*
 * work_as_caller does it as whom the request says; where no key is asked for, that is nobody.
 * It is the part of a call that can be undone.
 */
static void
work_as_caller(void *arg, bool again)
{
	Call	   *call = arg;
	Request		said = {.api_key = call->raw->api_key, .prefer = call->raw->prefer};

	call->again = again;
	if (!call->request.endpoint->open)
		call->request.claim = rvo_auth_claim(&said);
	rvo_auth_work_as(&call->request.claim, work, call);
}

/* point_at_kept adds the place of the contact that a merged one became, which is in the error's detail. */
static void
point_at_kept(const Route *route, const ErrorData *error, Answer *answer)
{
	JsonbContainer *faults = error->detail != NULL && rvo_json_is_loadable(rvo_slice(error->detail)) ?
		rvo_json_root(rvo_json_parse(rvo_slice(error->detail))) : NULL;
	JsonbValue *fault = rvo_json_is_array(faults) ? getIthJsonbValueFromContainer(faults, 0) : NULL;
	JsonbValue	kept;
	int64		id;

	if (fault != NULL && fault->type == jbvBinary &&
		rvo_json_is_object(fault->val.binary.data) &&
		rvo_json_get(fault->val.binary.data, CONST_SLICE("merged_into"), &kept) &&
		kept.type == jbvNumeric && rvo_json_to_id(&kept, &id))
		rvo_answer_add_location(answer, route, id);
}

/*
 * answer_error makes an answer of a caught error, and logs what is not the caller's
 * fault.  A trigger of the owner's may raise our codes with a text of its own.
 */
static Answer
answer_error(const Call *call, ErrorData *error)
{
	Answer		answer = {0};
	int			status = rvo_sqlstate_http_status(error->sqlerrcode);

	if (status == 500 && call->decoding && rvo_sqlstate_is_data(error->sqlerrcode))
	{
		FaultList	faults = {0};

		rvo_fault_add(&faults, "", FAULT_MALFORMED_BODY);
		status = 400;
		error->message = "invalid request";
		error->detail = rvo_fault_json(&faults);
	}
	if (status == 301)
		point_at_kept(call->request.route, error, &answer);
	if (rvo_sqlstate_is_held(error->sqlerrcode))
		rvo_answer_held(&answer, error->message, error->detail);
	else
		rvo_answer_error(&answer, status, error->message, error->detail);
	if (status < 500 && call->caller.notes != NULL)
		tell_ignored(&call->caller, &answer);
	if (status == 415 && call->raw->encoded)
		rvo_answer_add_header(&answer, "Accept-Encoding", "identity");
	if (status == 503)
		rvo_answer_add_header(&answer, "Retry-After", rvo_sqlstate_retry_after(error->sqlerrcode));
	if (status >= 500 && !rvo_sqlstate_is_held(error->sqlerrcode))
	{
		error->elevel = LOG;
		ThrowErrorData(error);
	}
	return answer;
}

/*
 * wait_no_more keeps the rest of a shared transaction from waiting as long again:
 * 64 requests for one locked row would otherwise take 64 times lock_timeout.
 */
static void
wait_no_more(void)
{
	(void) set_config_option("lock_timeout", "1", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
}

/* attempt does the work of a call, or returns the error that ended it. */
static ErrorData *
attempt(Call *call)
{
	return call->mode == HANDLE_SHARED ? rvo_attempt_once(work_as_caller, call) : rvo_attempt(work_as_caller, call);
}

/* is_unread tells an error that came of a JSON body. */
static bool
is_unread(const Call *call, const ErrorData *error)
{
	return call->decoding && rvo_body_is_json(call->raw->content_type) &&
		(rvo_sqlstate_is_data(error->sqlerrcode) || rvo_sqlstate_http_status(error->sqlerrcode) == 400);
}

/*
 * carry_out does the work of a call and returns the answer.  In a shared transaction
 * what others were in the way of is given back undone, as status 0: the locks that
 * the transaction holds already may be what they wait for.  That the server only
 * reads is raised again: a front can look for another one.
 */
static Answer
carry_out(Call *call)
{
	ErrorData  *error = attempt(call);

	if (error != NULL && is_unread(call, error))
	{
		call->explaining = true;
		call->decoding = false;
		error = attempt(call);
	}
	if (error != NULL && rvo_sqlstate_is_read_only(error->sqlerrcode))
		ReThrowError(error);
	if (error != NULL && call->mode == HANDLE_SHARED && rvo_sqlstate_is_transient(error->sqlerrcode))
	{
		wait_no_more();
		return (Answer) {0};
	}
	if (error != NULL)
	{
		call->answer = answer_error(call, error);
		tell_handling(call, &call->answer);
	}
	rvo_answer_set_root(&call->answer, call->request.root);
	if (call->raw->position.data != NULL && !rvo_endpoint_reads(call->request.endpoint))
		rvo_position_tell(&call->answer);
	return call->answer;
}

/* refuse answers what is no request of an endpoint. */
static Answer
refuse(int status, const char *message)
{
	Answer		answer = {0};

	rvo_answer_error(&answer, status, message, NULL);
	return answer;
}

/* refuse_query answers a query with control characters. */
static Answer
refuse_query(void)
{
	Answer		answer = {0};
	FaultList	faults = {0};

	rvo_fault_add(&faults, "query", FAULT_MALFORMED_QUERY);
	rvo_answer_error(&answer, 400, "invalid request", rvo_fault_json(&faults));
	return answer;
}

/* root_of returns what the paths of links stand behind. */
static Slice
root_of(const RawRequest *raw, Slice prefix)
{
	Slice		base = rvo_public_base(raw->base);

	if (prefix.len == 0)
		return base;
	return rvo_slice(psprintf("%.*s%.*s", base.len, base.data, prefix.len, prefix.data));
}

/*
 * rvo_handle carries out a request and returns the answer, in the current context.
 * Status 0, of HANDLE_SHARED only: it was undone, or may not share, and is to be
 * carried out alone.
 */
Answer
rvo_handle(const RawRequest *raw, HandleMode mode)
{
	Call		call = {
		.raw = raw,
		.request = {.structure = CONST_SLICE("NESTED")},
		.mode = mode,
		.handling = HANDLING_NOT_SAID,
	};
	HttpRequest *request = &call.request;
	PathParts	parts = {0};
	Slice		prefix;

	request->route = rvo_route_find(raw->path, &prefix, &parts);
	if (request->route == NULL)
		return refuse(404, "not found");
	request->id = parts.id;
	request->field_id = parts.field_id;
	request->platform = parts.platform;
	request->token = parts.token;
	request->raw = raw;
	request->root = root_of(raw, prefix);
	request->endpoint = rvo_route_endpoint(request->route, raw->method);
	if (request->endpoint == NULL)
	{
		Answer		answer = refuse(405, "method not allowed");

		rvo_answer_add_header(&answer, "Allow", rvo_route_methods(request->route));
		return answer;
	}
	if (mode == HANDLE_SHARED && !request->endpoint->may_share)
		return (Answer) {0};
	request->query = rvo_query_encode(raw->query);
	if (!rvo_header_is_printable(request->query))
		return refuse_query();
	return carry_out(&call);
}
