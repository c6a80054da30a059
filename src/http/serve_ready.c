/*
 * serve_ready.c
 *	  Whether the database answers.
 *
 * For load balancers and the like, which have no key: what they see is that a
 * front reaches a database where the extension can read its own tables.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/compat.h"
#include "http/serve_ready.h"
#include "store/store_secret.h"

/* rvo_serve_ready reads a row without which there are no lists, and raises an error if it is not there. */
void
rvo_serve_ready(const HttpRequest *request pg_attribute_unused(), Answer *answer)
{
	(void) rvo_store_cursor_secret();
	answer->status = 200;
	answer->body = cstring_to_text("{\"status\": \"ready\"}");
}
