/*
 * fcgi.c
 *	  The framing of FastCGI: records in, records out.
 *
 * https://fastcgi-archives.github.io/FastCGI_Specification.html, as far as a web
 * server needs it of a responder: one request at a time on a connection.
 * Whatever else comes ends the connection.  Nothing here waits, allocates (but
 * for what is to be sent) or knows of sockets; fuzz/gateway feeds it octets.
 */
#include <string.h>

#include "fcgi.h"

/* Types of records. */
enum
{
	BEGIN_REQUEST = 1,
	ABORT_REQUEST = 2,
	END_REQUEST = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6
};

#define VERSION 1
#define BEGIN_LENGTH 8			/* octets of BEGIN_REQUEST's content */
#define ROLE_RESPONDER 1
#define KEEP_CONNECTION 1

static unsigned
two_octets(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* take cuts up to so many octets off the front. */
static Slice
take(Slice *octets, size_t len)
{
	Slice		taken = {octets->data, len < octets->len ? len : octets->len};

	octets->data += taken.len;
	octets->len -= taken.len;
	return taken;
}

/* take_header reads more of a record's header; returns whether it is whole. */
static bool
take_header(FcgiReader *reader, Slice *octets)
{
	Slice		part = take(octets, FCGI_HEADER - reader->header_len);

	if (part.len > 0)
		memcpy(reader->header + reader->header_len, part.data, part.len);
	reader->header_len += part.len;
	return reader->header_len == FCGI_HEADER;
}

/* begin_record looks at a whole header; returns what kind of record it is. */
static FcgiEvent
begin_record(FcgiReader *reader)
{
	int			type = reader->header[1];
	uint16_t	id = two_octets(reader->header + 2);

	reader->content_left = two_octets(reader->header + 4);
	reader->padding_left = reader->header[6];
	if (reader->header[0] != VERSION || id == 0)
		return FCGI_BROKEN;
	if (type == BEGIN_REQUEST)
	{
		if (reader->id != 0 || reader->content_left != BEGIN_LENGTH)
			return FCGI_BROKEN;
		reader->id = id;
		reader->stream_end = FCGI_PARAMS_END;
		return FCGI_BEGIN;
	}
	if (id != reader->id)
		return FCGI_BROKEN;
	if (type == ABORT_REQUEST && reader->content_left == 0)
		return FCGI_ABORT;
	if (type == (reader->stream_end == FCGI_PARAMS_END ? PARAMS : STDIN) && reader->stream_end != FCGI_MORE)
		return reader->stream_end;
	return FCGI_BROKEN;
}

/* end_stream goes on to the next stream of the request. */
static FcgiEvent
end_stream(FcgiReader *reader)
{
	FcgiEvent	ended = reader->kind;

	if (ended == FCGI_PARAMS_END)
		reader->stream_end = FCGI_STDIN_END;
	else if (ended == FCGI_STDIN_END)
		reader->stream_end = FCGI_MORE;		/* none */
	return ended;
}

/* take_begin reads more of what begins a request. */
static FcgiEvent
take_begin(FcgiReader *reader, Slice part)
{
	unsigned	at = BEGIN_LENGTH - reader->content_left - (unsigned) part.len;

	memcpy(reader->begin + at, part.data, part.len);
	if (reader->content_left > 0)
		return FCGI_MORE;
	reader->keep = (reader->begin[2] & KEEP_CONNECTION) != 0;
	return two_octets(reader->begin) == ROLE_RESPONDER ? FCGI_BEGIN : FCGI_BROKEN;
}

/* take_content reads more of a record's content; *part is of octets. */
static FcgiEvent
take_content(FcgiReader *reader, Slice *octets, Slice *part)
{
	if (octets->len == 0)
		return FCGI_MORE;
	*part = take(octets, reader->content_left);
	reader->content_left -= part->len;
	if (reader->kind == FCGI_BEGIN)
		return take_begin(reader, *part);
	return reader->kind == FCGI_PARAMS_END ? FCGI_PARAMS : FCGI_STDIN;
}

/*
 * fcgi_next takes octets off the front, up to the next event, and returns that;
 * *part is its content, a part of octets.  After FCGI_BROKEN it must not be called
 * again.
 */
FcgiEvent
fcgi_next(FcgiReader *reader, Slice *octets, Slice *part)
{
	for (;;)
	{
		if (reader->header_len < FCGI_HEADER)
		{
			if (!take_header(reader, octets))
				return FCGI_MORE;
			reader->kind = begin_record(reader);
			if (reader->kind == FCGI_BROKEN)
				return FCGI_BROKEN;
			if (reader->content_left == 0)
				return end_stream(reader);
		}
		if (reader->content_left > 0)
			return take_content(reader, octets, part);
		reader->padding_left -= take(octets, reader->padding_left).len;
		if (reader->padding_left > 0)
			return FCGI_MORE;
		reader->header_len = 0;
	}
}

/* fcgi_ended says that the request was answered: the next may begin. */
void
fcgi_ended(FcgiReader *reader)
{
	reader->id = 0;
}

/* take_length reads a length of a parameter: one octet, or four. */
static bool
take_length(Slice *params, size_t *length)
{
	const uint8_t *at = (const uint8_t *) params->data;
	size_t		octets = params->len > 0 && at[0] >> 7 ? 4 : 1;

	if (params->len < octets)
		return false;
	*length = octets == 1 ? at[0] :
		(size_t) (at[0] & 0x7f) << 24 | (size_t) at[1] << 16 | (size_t) at[2] << 8 | at[3];
	(void) take(params, octets);
	return true;
}

/* fcgi_next_param takes a parameter off the front of a whole stream of them; false if what is there is none. */
bool
fcgi_next_param(Slice *params, Slice *name, Slice *value)
{
	Slice		left = *params;
	size_t		name_length;
	size_t		value_length;

	if (!take_length(&left, &name_length) || !take_length(&left, &value_length))
		return false;
	if (name_length > left.len || value_length > left.len - name_length)
		return false;
	*name = take(&left, name_length);
	*value = take(&left, value_length);
	*params = left;
	return true;
}

static void
add_header(Buffer *to, int type, uint16_t id, size_t length)
{
	uint8_t		header[FCGI_HEADER] = {VERSION, type, id >> 8, id & 0xff, length >> 8, length & 0xff};

	buffer_add(to, header, sizeof(header));
}

/* fcgi_add_stdout adds a record of an answer: one part and another, FCGI_CONTENT_MAX octets together at most. */
void
fcgi_add_stdout(Buffer *to, uint16_t id, Slice first, Slice second)
{
	add_header(to, STDOUT, id, first.len + second.len);
	buffer_add(to, first.data, first.len);
	buffer_add(to, second.data, second.len);
}

/* fcgi_add_end adds the records that end an answer. */
void
fcgi_add_end(Buffer *to, uint16_t id)
{
	static const uint8_t complete[8] = {0};

	add_header(to, STDOUT, id, 0);
	add_header(to, END_REQUEST, id, sizeof(complete));
	buffer_add(to, complete, sizeof(complete));
}
