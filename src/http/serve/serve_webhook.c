/*
 * serve_webhook.c
 *	  The endpoints that sending platforms call.
 *
 * Who calls is shown by the token in the path, and by whatever check the webhook
 * has beside that; an API key counts for nothing here.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/fault.h"
#include "http/request/answer.h"
#include "http/request/public_base.h"
#include "http/request/raw_request.h"
#include "http/serve/serve_webhook.h"
#include "work/activity/webhook_deliver.h"

/* uri_of returns the URI that the platform called, as far as the front tells where it is; no value if it doesn't. */
static Slice
uri_of(const RawRequest *raw)
{
	Slice		base = rvo_public_base(raw->base);

	if (base.len == 0)
		return NO_SLICE;
	return rvo_slice(psprintf("%.*s%.*s%s%.*s", base.len, base.data, raw->path.len, raw->path.data,
							  raw->query.len > 0 ? "?" : "", raw->query.len, raw->query.len > 0 ? raw->query.data : ""));
}

/* answer_taken tells what became of the items of a delivery. */
static void
answer_taken(Answer *answer, const WebhookResult *result)
{
	answer->status = 200;
	answer->body = cstring_to_text(psprintf("{\"processed\": %d, \"duplicates\": %d, \"ignored\": %d, \"errors\": %s}",
											result->processed, result->duplicates, result->ignored,
											rvo_fault_json(&result->errors)));
}

/* serve takes a delivery. */
static void
serve(const HttpRequest *request, bool global, Answer *answer)
{
	const RawRequest *raw = request->raw;
	WebhookRequest delivered = {
		.platform = request->platform, .token = request->token, .global = global,
		.method = raw->method, .uri = uri_of(raw), .body = raw->body.data != NULL ? raw->body : CONST_SLICE(""),
		.header = rvo_raw_header, .arg = raw,
	};
	WebhookResult result;

	rvo_webhook_deliver(&delivered, &result);
	if (result.status == 200)
		answer_taken(answer, &result);
	else
		rvo_answer_error(answer, result.status, result.status == 401 ? "invalid signature" : "invalid request",
						 rvo_fault_json(&result.faults));
}

/* rvo_serve_webhook takes a delivery to a client. */
void
rvo_serve_webhook(const HttpRequest *request, Answer *answer)
{
	serve(request, false, answer);
}

/* rvo_serve_global_webhook takes a delivery to an agency, whose clients share the webhook. */
void
rvo_serve_global_webhook(const HttpRequest *request, Answer *answer)
{
	serve(request, true, answer);
}
