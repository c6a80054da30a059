/*
 * request.c
 *	  One request, from its parameters to its answer.
 *
 * The database takes texts in its encoding only, and whatever it should refuse it
 * must get to see.  So an octet that is not printable ASCII becomes DEL, which is
 * in no path, no key and no header that counts.  In a query those beyond ASCII are
 * percent-encoded instead: so they are what the caller means.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi.h"
#include "request.h"

#define DEL '\177'

/* The headers that say who is calling, the first of which counts. */
static const char *const key_headers[] = {"HTTP_X_API_KEY", "HTTP_X_MASTER_API_KEY", "HTTP_AUTHORIZATION"};

#define KEY_HEADERS 3
#define AUTHORIZATION 2

/* add_clean appends a text whose octets are printable. */
static void
add_clean(Buffer *to, Slice text)
{
	size_t		start = to->len;

	buffer_add(to, text.data, text.len);
	for (char *c = to->data + start; c < to->data + to->len; c++)
		if ((*c < ' ' && *c != '\t') || *c > '~')
			*c = DEL;
}

/* add_query appends a query, with what is not ASCII percent-encoded. */
static void
add_query(Buffer *to, Slice text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t		start = 0;

	for (size_t i = 0; i < text.len; i++)
	{
		unsigned char octet = (unsigned char) text.data[i];
		char		encoded[] = {'%', digits[octet >> 4], digits[octet & 15]};

		if (octet < 0x80)
			continue;
		add_clean(to, (Slice) {text.data + start, i - start});
		buffer_add(to, encoded, sizeof(encoded));
		start = i + 1;
	}
	add_clean(to, (Slice) {text.data + start, text.len - start});
}

/* set_target splits "/path?query". */
static void
set_target(Request *request, Slice target)
{
	add_clean(&request->path, slice_cut(&target, '?'));
	add_query(&request->query, target);
}

/* set_length reads the length of the body; "" is none. */
static bool
set_length(Request *request, Slice digits)
{
	if (digits.len > 10)
		return false;
	request->body_length = 0;	/* the last one counts */
	for (size_t i = 0; i < digits.len; i++)
	{
		if (!isdigit((unsigned char) digits.data[i]))
			return false;
		request->body_length = request->body_length * 10 + (size_t) (digits.data[i] - '0');
	}
	return true;
}

/* add_header appends a line: HTTP_X_API_KEY is x-api-key. */
static void
add_header(Request *request, Slice name, Slice value)
{
	size_t		start = request->headers.len;

	add_clean(&request->headers, name);
	for (char *c = request->headers.data + start; *c != '\0'; c++)
		*c = *c == '_' ? '-' : (char) tolower((unsigned char) *c);
	buffer_add(&request->headers, ": ", 2);
	add_clean(&request->headers, value);
	buffer_add(&request->headers, "\n", 1);
}

/* trim leaves out blanks and tabs at both ends, as the extension does. */
static Slice
trim(Slice value)
{
	while (value.len > 0 && isblank((unsigned char) value.data[0]))
		value = (Slice) {value.data + 1, value.len - 1};
	while (value.len > 0 && isblank((unsigned char) value.data[value.len - 1]))
		value.len--;
	return value;
}

/* token returns what follows the scheme Bearer of a header Authorization; nothing for another scheme. */
static Slice
token(Slice value)
{
	value = trim(value);
	if (value.len < 7 || strncasecmp(value.data, "Bearer ", 7) != 0)
		return (Slice) {"", 0};
	return trim((Slice) {value.data + 7, value.len - 7});
}

/* note_key keeps what a header says of who is calling: the first of its lines that says something. */
static void
note_key(Slice *keys, Slice name, Slice value)
{
	for (int i = 0; i < KEY_HEADERS; i++)
		if (slice_is(name, key_headers[i]) && keys[i].len == 0)
			keys[i] = i == AUTHORIZATION ? token(value) : trim(value);
}

/* set_key takes the first of these headers that says something. */
static void
set_key(Request *request, const Slice *keys)
{
	int			i = 0;

	while (i < KEY_HEADERS && keys[i].len == 0)
		i++;
	if (i < KEY_HEADERS)
		add_clean(&request->key, keys[i]);
}

/* read_params reads all parameters; false if they are not those of a request. */
static bool
read_params(Request *request, Slice params)
{
	Slice		name;
	Slice		value;
	Slice		keys[KEY_HEADERS] = {{0}};

	while (fcgi_next_param(&params, &name, &value))
	{
		if (slice_is(name, "REQUEST_METHOD"))
		{
			request->head = slice_is(value, "HEAD");
			add_clean(&request->method, request->head ? (Slice) {"GET", 3} : value);
		}
		else if (slice_is(name, "REQUEST_URI"))
			set_target(request, value);
		else if (slice_is(name, "CONTENT_LENGTH") && !set_length(request, value))
			return false;
		else if (name.len > 5 && slice_begins(name, "HTTP_"))
		{
			add_header(request, (Slice) {name.data + 5, name.len - 5}, value);
			note_key(keys, name, value);
		}
	}
	set_key(request, keys);
	return params.len == 0 && request->method.len > 0 && request->path.len > 0;
}

/* request_new makes a request of a whole stream of parameters; NULL if they are not those of one. */
Request *
request_new(Slice params)
{
	Request    *request = memory_new(sizeof(Request));

	request->arrived = request->queued = loop_now();
	if (read_params(request, params))
		return request;
	request_free(request);
	return NULL;
}

/* request_refuse answers without the database. */
void
request_refuse(Request *request, int status)
{
	static const char headers[] = "Content-Type: application/json; charset=utf-8\nCache-Control: no-store\n";
	static const char later[] = "Content-Type: application/json; charset=utf-8\nCache-Control: no-store\nRetry-After: 1\n";
	static const char unavailable[] = "{\"detail\": \"Service unavailable, try again.\"}";
	static const char failed[] = "{\"detail\": \"Internal server error.\"}";
	static const char large[] = "{\"detail\": \"Request body too large.\"}";
	const char *body = status == 503 ? unavailable : status == 413 ? large : failed;
	const char *lines = status == 503 ? later : headers;

	request->status = status;
	request->answer_headers = (Slice) {lines, strlen(lines)};
	request->answer_body = (Slice) {body, strlen(body)};
	request->answered(request);
}

/* request_free frees a request that no queue and no connection has any more. */
void
request_free(Request *request)
{
	buffer_free(&request->method);
	buffer_free(&request->path);
	buffer_free(&request->query);
	buffer_free(&request->headers);
	buffer_free(&request->key);
	buffer_free(&request->body);
	PQclear(request->result);
	free(request);
}
