/*
 * targets_http.c
 *	  The target that takes whole requests: every endpoint, down to the tables.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/json_parse.h"
#include "http/front/front_header.h"
#include "http/front/handle.h"
#include "http/request/header.h"
#include "fuzz.h"

#define REQUESTS_MAX 4

/* script/fuzz puts these keys into the database: master keys of client 1 and, with all that one can set, client 2. */
#define KEY "rvo_000000000000_0000000000000000000000000000000000000000000000000000000000000000"
#define OTHER_KEY "rvo_000000000001_0000000000000000000000000000000000000000000000000000000000000000"

static const int statuses[] = {200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 413, 415, 422};

/* put_header adds a line to the headers, unless it would have no value. */
static void
put_header(StringInfo headers, const char *name, Slice value)
{
	if (value.len > 0)
		appendStringInfo(headers, "%s: %.*s\n", name, value.len, value.data);
}

/* check_headers checks that an answer's headers are lines of printable ASCII. */
static void
check_headers(StringInfo headers)
{
	Slice		lines = headers != NULL ? (Slice) {headers->data, headers->len} : NO_SLICE;
	Slice		name;
	Slice		value;

	MUST(lines.len == 0 || lines.data[lines.len - 1] == '\n');
	while (rvo_header_next(&lines, &name, &value))
	{
		MUST(name.len > 0 && rvo_header_is_printable(name) && rvo_header_is_printable(value));
		MUST(memchr(name.data, ' ', name.len) == NULL);
	}
}

static void
check_answer(const Answer *answer)
{
	bool		documented = false;
	JsonbValue	detail;

	for (size_t i = 0; i < lengthof(statuses); i++)
		documented |= statuses[i] == answer->status;
	MUST(documented);
	check_headers(answer->headers);
	MUST((answer->body == NULL) == (answer->status == 204));
	if (answer->body == NULL)
		return;
	MUST(rvo_json_is_valid(rvo_slice_of_text(answer->body)));
	if (answer->status >= 400)
		MUST(rvo_json_get(&rvo_json_parse(rvo_slice_of_text(answer->body))->root, CONST_SLICE("detail"), &detail));
}

/* check_repeated expects the same answer again for a creation that has an idempotency key. */
static void
check_repeated(const RawRequest *raw, const Answer *first)
{
	Answer		again;

	if (first->status != 201 || !rvo_slice_equal(raw->method, CONST_SLICE("POST")) || raw->path.data[raw->path.len - 1] != 's' ||
		strstr(rvo_slice_cstring(raw->path), "custom-fields") != NULL)
		return;
	again = rvo_handle(raw, HANDLE_ANY);
	MUST(again.status == first->status);
	MUST(rvo_slice_equal(rvo_slice_of_text(first->body), rvo_slice_of_text(again.body)));
}

/*
 * request: a line "METHOD /path?query"; a line with the content type and,
 * behind tabs, an idempotency key, what is preferred, and whether it is client 2's;
 * and the body.
 */
static void
request(Slice input)
{
	Slice		target = fuzz_line(&input);
	Slice		more = fuzz_line(&input);
	Slice		type = rvo_text_split(&more, '\t');
	Slice		key = rvo_text_split(&more, '\t');
	Slice		prefer = rvo_text_split(&more, '\t');
	RawRequest	raw = {.method = rvo_text_split(&target, ' '), .path = rvo_text_split(&target, '?'), .query = target, .body = input};
	StringInfoData headers;
	Answer		answer;

	initStringInfo(&headers);
	put_header(&headers, "X-API-Key", more.len > 0 ? CONST_SLICE(OTHER_KEY) : CONST_SLICE(KEY));
	put_header(&headers, "Content-Type", type);
	put_header(&headers, "Idempotency-Key", key);
	put_header(&headers, "Prefer", prefer);
	rvo_front_headers((Slice) {headers.data, headers.len}, &raw);
	answer = rvo_handle(&raw, HANDLE_ANY);
	check_answer(&answer);
	if (raw.idempotency_key.len > 0)
		check_repeated(&raw, &answer);
}

/* The input: requests, with a byte 0x1e between them; all in one transaction. */
void
fuzz_http(Slice input)
{
	for (int i = 0; i < REQUESTS_MAX && input.len > 0; i++)
		request(rvo_text_split(&input, '\x1e'));
}
