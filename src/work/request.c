/*
 * request.c
 *	  What PostgREST tells of an HTTP request: the setting request.headers.
 *
 * Anyone may set it, so it proves nothing: a key in it counts for what it is,
 * and a setting that cannot be read counts as a bad key.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "base/compat.h"
#include "base/jsonio.h"
#include "work/request.h"

/* rvo_request_read reads the request's headers; their values are in the current context. */
Request
rvo_request_read(void)
{
	const char *headers = GetConfigOption("request.headers", true, false);
	Request		request = {.readable = true};
	JsonStringMember members[] = {
		{"x-api-key", &request.api_key},
		{"x-revyops-content-type", &request.content_type},
		{"x-revyops-query", &request.query},
		{"x-revyops-id", &request.id},
		{"x-revyops-field-id", &request.field_id},
		{"x-revyops-prefer", &request.prefer},
		{"x-revyops-idempotency-key", &request.idempotency_key},
	};

	if (headers != NULL && headers[0] != '\0')
		request.readable = rvo_json_find_strings(rvo_slice(headers), members, lengthof(members));
	return request;
}

/* split_unquoted is rvo_text_split that passes over quoted strings; one without an end goes to the end. */
static Slice
split_unquoted(Slice *s, char separator)
{
	Slice		front = {s->data, 0};
	bool		quoted = false;

	while (front.len < s->len && (quoted || s->data[front.len] != separator))
	{
		char		c = s->data[front.len++];

		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && quoted && front.len < s->len)
			front.len++;
	}
	s->data += front.len;
	s->len -= front.len;
	(void) rvo_text_split(s, separator);
	return front;
}

/* preference reads one preference, without its parameters; true if it is one of handling. */
static bool
preference(Slice text, Handling *handling)
{
	Slice		value = rvo_text_trim(split_unquoted(&text, ';'));
	Slice		name = rvo_text_trim(rvo_text_split(&value, '='));

	value = rvo_text_trim(value);
	if (name.len != strlen("handling") || pg_strncasecmp(name.data, "handling", name.len) != 0)
		return false;
	if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
		value = (Slice) {value.data + 1, value.len - 2};
	if (rvo_slice_equal(value, CONST_SLICE("strict")))
		*handling = HANDLING_STRICT;
	else if (rvo_slice_equal(value, CONST_SLICE("lenient")))
		*handling = HANDLING_LENIENT;
	return true;
}

/* rvo_request_handling reads the header Prefer; of several the first counts, one that is no such is none. */
Handling
rvo_request_handling(const Request *request)
{
	Slice		rest = request->prefer;
	Handling	handling = HANDLING_NOT_SAID;

	while (rest.len > 0 && !preference(split_unquoted(&rest, ','), &handling))
		;
	return handling;
}
