/*
 * multipart.c
 *	  Forms as multipart/form-data (RFC 7578).
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "http/request/header.h"
#include "http/request/multipart.h"

#define BOUNDARY_MAX_LENGTH 70	/* RFC 2046 */

/* find returns the position of a string in s, or -1. */
static int
find(Slice s, const char *string, int len)
{
	const char *found = s.len > 0 ? memmem(s.data, s.len, string, len) : NULL;

	return found != NULL ? found - s.data : -1;
}

/* behind returns what comes after the first n bytes. */
static Slice
behind(Slice s, int n)
{
	return (Slice) {s.data + n, s.len - n};
}

/* next_line takes a line off the front; false if no CRLF ends it. */
static bool
next_line(Slice *s, Slice *line)
{
	int			end = find(*s, "\r\n", 2);

	if (end < 0)
		return false;
	*line = (Slice) {s->data, end};
	*s = behind(*s, end + 2);
	return true;
}

/* read_part_headers reads up to the empty line and finds the part's name, and its content type, if it has one. */
static MultipartPart
read_part_headers(Slice *body)
{
	MultipartPart part = {NO_SLICE, NO_SLICE, NO_SLICE};
	Slice		line;

	for (;;)
	{
		Slice		value;
		Slice		header;

		if (!next_line(body, &line))
			rvo_form_malformed();
		if (line.len == 0)
			break;
		value = line;
		header = rvo_text_split(&value, ':');
		if (rvo_header_is(header, "Content-Type"))
			part.content_type = value;
		else if (rvo_header_is(header, "Content-Disposition") && !rvo_header_parameter(value, "name", &part.name))
			rvo_form_malformed();
	}
	if (part.name.data == NULL)
		rvo_form_malformed();
	return part;
}

/*
 * rvo_multipart_each shows the parts between the boundary's lines up to the closing
 * one, octets as they came.  Raises FAILURE_INVALID_REQUEST.
 */
void
rvo_multipart_each(Slice content_type, Slice body, MultipartReader read, void *arg)
{
	Slice		boundary;
	Slice		line;
	char	   *delimiter;
	int			delimiter_len;
	int			next;

	if (!rvo_header_parameter(content_type, "boundary", &boundary) ||
		boundary.len < 1 || boundary.len > BOUNDARY_MAX_LENGTH)
		rvo_form_malformed();
	delimiter = psprintf("\r\n--%.*s", boundary.len, boundary.data);
	delimiter_len = strlen(delimiter);

	/* The first delimiter may stand at the very start, without its CRLF. */
	if (body.len >= delimiter_len - 2 && memcmp(body.data, delimiter + 2, delimiter_len - 2) == 0)
		body = behind(body, delimiter_len - 2);
	else if ((next = find(body, delimiter, delimiter_len)) >= 0)
		body = behind(body, next + delimiter_len);
	else
		rvo_form_malformed();

	while (body.len < 2 || memcmp(body.data, "--", 2) != 0)
	{
		MultipartPart part;

		if (!next_line(&body, &line) || rvo_text_trim(line).len > 0)
			rvo_form_malformed();
		part = read_part_headers(&body);

		/* An empty part's delimiter may use the CRLF that ended its headers. */
		next = find((Slice) {body.data - 2, body.len + 2}, delimiter, delimiter_len) - 2;
		if (next < -2)
			rvo_form_malformed();
		part.value = (Slice) {body.data, Max(next, 0)};
		read(arg, &part);
		body = behind(body, next + delimiter_len);
	}
}

static void
add_part(void *arg, const MultipartPart *part)
{
	rvo_form_add(arg, part->name, part->value);
}

/* rvo_multipart_read reads the parts, which are texts, into a form.  Raises FAILURE_INVALID_REQUEST. */
void
rvo_multipart_read(Slice content_type, Slice body, Form *form)
{
	rvo_multipart_each(content_type, body, add_part, form);
}
