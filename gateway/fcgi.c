/*
 * fcgi.c
 *	  The framing of FastCGI: records in, records out.
 *
 * https://fastcgi-archives.github.io/FastCGI_Specification.html, as far as a web
 * server needs it of a responder: one request at a time on a connection.
 * Whatever else comes ends the connection.  Nothing here waits, allocates (but
 * for what is to be sent) or knows of sockets; fuzz/gateway feeds it octets.
 */
#include <sys/param.h>

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
#define HEADER 8				/* octets before a record's content */
#define CONTENT_MAX 65535		/* of them */
#define BEGIN_LENGTH 8			/* octets of BEGIN_REQUEST's content */
#define ROLE_RESPONDER 1
#define KEEP_CONNECTION 1

static unsigned
two_octets(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* take cuts so many octets off the front. */
static Slice
take(Slice *octets, size_t len)
{
	Slice		taken = {octets->data, len};

	*octets = (Slice) {octets->data + len, octets->len - len};
	return taken;
}

/* event_of tells by its header what a record says. */
static FcgiEvent
event_of(const FcgiReader *reader, const uint8_t *header)
{
	unsigned	id = two_octets(header + 2);
	unsigned	length = two_octets(header + 4);

	if (header[0] != VERSION || id == 0)
		return FCGI_BROKEN;
	if (header[1] == BEGIN_REQUEST)
		return reader->id == 0 && length == BEGIN_LENGTH ? FCGI_BEGIN : FCGI_BROKEN;
	if (id != reader->id)
		return FCGI_BROKEN;
	if (header[1] == ABORT_REQUEST && length == 0)
		return FCGI_ABORT;
	if (header[1] == PARAMS && reader->stream == FCGI_PARAMS)
		return length > 0 ? FCGI_PARAMS : FCGI_PARAMS_END;
	if (header[1] == STDIN && reader->stream == FCGI_STDIN)
		return length > 0 ? FCGI_STDIN : FCGI_STDIN_END;
	return FCGI_BROKEN;
}

/* begin reads what begins a request. */
static FcgiEvent
begin(FcgiReader *reader, unsigned id, const uint8_t *content)
{
	reader->id = (uint16_t) id;
	reader->stream = FCGI_PARAMS;
	reader->keep = (content[2] & KEEP_CONNECTION) != 0;
	return two_octets(content) == ROLE_RESPONDER ? FCGI_BEGIN : FCGI_BROKEN;
}

/*
 * fcgi_next takes a record off the front, if it is there as a whole, and returns what it
 * says; *part is its content, a part of octets.  After FCGI_BROKEN it must not be
 * called again.
 */
FcgiEvent
fcgi_next(FcgiReader *reader, Slice *octets, Slice *part)
{
	const uint8_t *header = (const uint8_t *) octets->data;
	FcgiEvent	event;

	if (octets->len < HEADER)
		return FCGI_MORE;
	event = event_of(reader, header);
	if (event == FCGI_BROKEN)
		return FCGI_BROKEN;
	if (octets->len < HEADER + two_octets(header + 4) + header[6])
		return FCGI_MORE;
	(void) take(octets, HEADER);
	*part = take(octets, two_octets(header + 4));
	(void) take(octets, header[6]);
	if (event == FCGI_BEGIN)
		return begin(reader, two_octets(header + 2), header + HEADER);
	if (event == FCGI_PARAMS_END)
		reader->stream = FCGI_STDIN;
	else if (event == FCGI_STDIN_END)
		reader->stream = FCGI_MORE; /* none */
	return event;
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
	*length = octets == 1 ? at[0] : (size_t) (at[0] & 0x7f) << 24 | (size_t) at[1] << 16 | two_octets(at + 2);
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
	uint8_t		header[HEADER] = {VERSION, type, id >> 8, id & 0xff, length >> 8, length & 0xff};

	buffer_add(to, header, sizeof(header));
}

/* add_stdout adds records of a part of an answer: none, if it is empty. */
static void
add_stdout(Buffer *to, uint16_t id, Slice part)
{
	while (part.len > 0)
	{
		Slice		content = take(&part, MIN(part.len, CONTENT_MAX));

		add_header(to, STDOUT, id, content.len);
		buffer_add(to, content.data, content.len);
	}
}

/* fcgi_add_answer adds the records of a whole answer. */
void
fcgi_add_answer(Buffer *to, uint16_t id, Slice head, Slice body)
{
	static const uint8_t complete[8] = {0};

	add_stdout(to, id, head);
	add_stdout(to, id, body);
	add_header(to, STDOUT, id, 0);
	add_header(to, END_REQUEST, id, sizeof(complete));
	buffer_add(to, complete, sizeof(complete));
}
