/*
 * fuzz.c
 *	  The framing of FastCGI against hostile octets: script/fuzz fcgi.
 *
 * Whatever comes must be read the same however it is cut into pieces, and
 * parameters that make a request must make a whole one.  The first octet of an
 * input says how long the pieces are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi.h"
#include "request.h"

Config		config;

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
demand(bool holds)
{
	if (!holds)
		abort();
}

/* is_clean tells whether a text is printable, as the database needs it. */
static bool
is_clean(const Buffer *text, bool lines)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char) text->data[i] > 127 ||
			(text->data[i] < ' ' && text->data[i] != '\t' && !(lines && text->data[i] == '\n')))
			return false;
	return true;
}

/* skip_length returns the place behind a parameter's length; beyond the end if it is not whole. */
static size_t
skip_length(const Buffer *params, size_t at, uint64_t *length)
{
	const uint8_t *octets = (const uint8_t *) params->data + at;

	*length = 0;
	if (at < params->len && octets[0] < 128)
		*length = octets[0];
	else if (at + 4 <= params->len)
		*length = (uint64_t) (octets[0] - 128) << 24 | octets[1] << 16 | octets[2] << 8 | octets[3];
	return at + (at < params->len && octets[0] < 128 ? 1 : 4);
}

/* is_whole tells whether a stream of parameters ends where the last of them does. */
static bool
is_whole(const Buffer *params)
{
	size_t		at = 0;
	uint64_t	name;
	uint64_t	value;

	while (at < params->len)
	{
		at = skip_length(params, at, &name);
		at = skip_length(params, at, &value);
		if (at > params->len || name + value > params->len - at)
			return false;
		at += name + value;
	}
	return true;
}

/* check_params reads a stream of parameters as the gateway does. */
static void
check_params(const Buffer *params)
{
	Request    *request = request_new((Slice) {params->data, params->len});

	if (request == NULL)
		return;
	demand(is_whole(params));
	demand(request->method.len > 0 && request->path.len > 0);
	demand(is_clean(&request->method, false) && is_clean(&request->path, false));
	demand(is_clean(&request->query, false) && is_clean(&request->key, false));
	demand(is_clean(&request->headers, true));
	demand(memchr(request->path.data, '?', request->path.len) == NULL);
	request_free(request);
}

/* read_pieces reads octets in pieces, and writes down what they said. */
static void
read_pieces(const uint8_t *data, size_t size, size_t piece, Buffer *told)
{
	FcgiReader	reader = {0};
	Buffer		in = {0};
	Buffer		params = {0};
	FcgiEvent	event = FCGI_MORE;
	FcgiEvent	last = FCGI_MORE;

	for (size_t at = 0; at < size && event != FCGI_BROKEN; at += piece)
	{
		char	   *copy;			/* of its own, so that reading beyond is seen */
		Slice		octets;
		Slice		part = {0};

		buffer_add(&in, data + at, size - at < piece ? size - at : piece);
		copy = malloc(in.len);
		octets = (Slice) {memcpy(copy, in.data, in.len), in.len};
		while ((event = fcgi_next(&reader, &octets, &part)) != FCGI_MORE && event != FCGI_BROKEN)
		{
			bool		stream = event == FCGI_PARAMS || event == FCGI_STDIN;

			if (!stream || event != last)
				buffer_print(told, "<%d %d>", event, reader.id);
			if (stream)
				buffer_add(told, part.data, part.len);
			if (event == FCGI_PARAMS)
				buffer_add(&params, part.data, part.len);
			if (event == FCGI_PARAMS_END)
			{
				check_params(&params);
				params.len = 0;
			}
			if (event == FCGI_STDIN_END || event == FCGI_ABORT)
				fcgi_ended(&reader);
			last = event;
		}
		in.len = 0;
		buffer_add(&in, octets.data, octets.len);
		free(copy);
	}
	if (event == FCGI_BROKEN)
		buffer_print(told, "<broken>");
	buffer_free(&in);
	buffer_free(&params);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buffer		whole = {0};
	Buffer		cut = {0};

	if (size == 0)
		return 0;
	read_pieces(data + 1, size - 1, size, &whole);
	read_pieces(data + 1, size - 1, 1 + data[0] % 64, &cut);
	demand(whole.len == cut.len && (whole.len == 0 || memcmp(whole.data, cut.data, whole.len) == 0));
	buffer_free(&whole);
	buffer_free(&cut);
	return 0;
}
