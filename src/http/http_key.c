/*
 * http_key.c
 *	  Whether a request's key is good, for nginx.
 *
 * nginx asks before it takes the body of a batch: who has no key costs no more
 * than this.  The answer that counts is the batch's own.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/http.h"

static void
serve(const HttpRequest *request, Answer *answer)
{
	(void) request;				/* that it came so far is all */
	rvo_http_answer(answer, 204, NULL);
}

HTTP_ADAPTER(key_check, .serve = serve)
