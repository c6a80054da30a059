/*
 * answer.c
 *	  Filling an answer: status, headers, and a body, which is JSON unless it says what it is.
 *
 * Headers are lines "name: value\n".  Their values are built from constants,
 * numbers and names that are percent-encoded; rvo_answer_add_header lets
 * nothing through that would end a line.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "http/request/answer.h"
#include "http/request/header.h"

/* rvo_answer fills an answer.  NULL is for a status that has no body. */
void
rvo_answer(Answer *answer, int status, Jsonb *body)
{
	answer->status = status;
	answer->body = body == NULL ? NULL : cstring_to_text(JsonbToCString(NULL, &body->root, VARSIZE(body)));
}

/* rvo_answer_value is rvo_answer for a value that was built here, which needs not become jsonb first. */
void
rvo_answer_value(Answer *answer, int status, const JsonbValue *body)
{
	StringInfoData octets;

	initStringInfo(&octets);
	octets.len = VARHDRSZ;
	rvo_json_write(&octets, body);
	SET_VARSIZE(octets.data, octets.len);
	answer->status = status;
	answer->body = (text *) octets.data;
}

/* fill makes RevyOps' error body: a sentence, and the faults, if detail is JSON. */
static void
fill(Answer *answer, int status, const char *sentence, const char *detail)
{
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"detail\": ");
	escape_json(&body, sentence);
	if (detail != NULL && rvo_json_is_valid(rvo_slice(detail)))
		appendStringInfo(&body, ", \"errors\": %s", detail);
	appendStringInfoChar(&body, '}');
	answer->status = status;
	answer->body = cstring_to_text_with_len(body.data, body.len);
}

/* sentence_of makes a sentence of a message. */
static char *
sentence_of(const char *message)
{
	char	   *sentence = psprintf("%s.", message);

	sentence[0] = pg_toupper((unsigned char) sentence[0]);
	return sentence;
}

/*
 * rvo_answer_error fills an answer with RevyOps' error body: a sentence, made of a
 * message, and the faults, if detail is JSON.  What is not the caller's fault stays inside.
 */
void
rvo_answer_error(Answer *answer, int status, const char *message, const char *detail)
{
	if (status == 500)
		fill(answer, status, "Internal server error.", NULL);
	else if (status == 503)
		fill(answer, status, "Service unavailable, try again.", NULL);
	else
		fill(answer, status, sentence_of(message), detail);
}

/* rvo_answer_held is rvo_answer_error for a client that is being moved, or was: no fault of anybody's, but to be told. */
void
rvo_answer_held(Answer *answer, const char *message, const char *detail)
{
	fill(answer, 503, sentence_of(message), detail);
}

/* rvo_answer_add_header adds a header; name is a constant.  Of value, what is not printable ASCII becomes a "?". */
void
rvo_answer_add_header(Answer *answer, const char *name, const char *value)
{
	int			start;

	if (answer->headers == NULL)
		answer->headers = makeStringInfo();
	appendStringInfoString(answer->headers, name);
	appendStringInfoString(answer->headers, ": ");
	start = answer->headers->len;
	appendStringInfoString(answer->headers, value);
	for (char *c = answer->headers->data + start; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	appendStringInfoChar(answer->headers, '\n');
}

/* rvo_answer_add_content_type says what the body is, if there is one. */
void
rvo_answer_add_content_type(Answer *answer)
{
	if (answer->body != NULL)
		rvo_answer_add_header(answer, "Content-Type",
							  answer->content_type != NULL ? answer->content_type : "application/json; charset=utf-8");
}

/* rvo_answer_path returns the path of the one with this id: the route's, with the id at the place of {id}, or behind it. */
const char *
rvo_answer_path(const Route *route, int64 id)
{
	const char *place = strchr(route->path, '{');
	int			len = place != NULL ? place - route->path : (int) strlen(route->path);
	const char *rest = place != NULL ? strchr(place, '}') + 1 : "";

	return psprintf("%.*s%s" INT64_FORMAT "%s", len, route->path, place != NULL ? "" : "/", id, rest);
}

/* rvo_answer_add_location points at the one with this id. */
void
rvo_answer_add_location(Answer *answer, const Route *route, int64 id)
{
	rvo_answer_add_header(answer, "Location", rvo_answer_path(route, id));
}

/* rvo_answer_set_root puts root in front of the path that an answer points at, if it does. */
void
rvo_answer_set_root(Answer *answer, Slice root)
{
	StringInfo	headers;
	Slice		lines;
	Slice		name;
	Slice		value;

	if (root.len == 0 || answer->headers == NULL)
		return;
	headers = makeStringInfo();
	lines = (Slice) {answer->headers->data, answer->headers->len};
	while (rvo_header_next(&lines, &name, &value))
		appendStringInfo(headers, "%.*s: %.*s%.*s\n", name.len, name.data,
						 rvo_header_is(name, "Location") ? root.len : 0, root.data, value.len, value.data);
	answer->headers = headers;
}
