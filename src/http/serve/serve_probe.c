/*
 * serve_probe.c
 *	  What a front asks for itself: /ready and /key-check.
 *
 * /ready is for load balancers and the like, which have no key: what they see
 * is that a front reaches a database where the extension can read its own
 * tables.  /key-check tells nginx whether a key is good, before it takes the
 * body of a batch; no front shows it to callers.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/compat.h"
#include "http/request/answer.h"
#include "http/serve/serve_probe.h"
#include "store/service/store_secret.h"

/* rvo_serve_ready reads a row without which there are no lists, and raises an error if it is not there. */
void
rvo_serve_ready(const HttpRequest *request pg_attribute_unused(), Answer *answer)
{
	(void) rvo_store_secret();
	answer->status = 200;
	answer->body = cstring_to_text("{\"status\": \"ready\"}");
}

/* rvo_serve_key_check is for what is answered by having come so far. */
void
rvo_serve_key_check(const HttpRequest *request pg_attribute_unused(), Answer *answer)
{
	rvo_answer(answer, 204, NULL);
}
