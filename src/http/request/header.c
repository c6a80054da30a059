/*
 * header.c
 *	  Headers: their lines, their values, the parameters of these.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "http/request/header.h"

/* skip_blanks steps over spaces and tabs. */
static void
skip_blanks(Slice *s)
{
	while (s->len > 0 && (s->data[0] == ' ' || s->data[0] == '\t'))
	{
		s->data++;
		s->len--;
	}
}

/* rvo_header_next takes a line "name: value" off the front; false if there is none left.  A line without a colon has no name. */
bool
rvo_header_next(Slice *lines, Slice *name, Slice *value)
{
	if (lines->len == 0)
		return false;
	*value = rvo_text_split(lines, '\n');
	*name = rvo_text_split(value, ':');
	skip_blanks(value);
	while (value->len > 0 && (value->data[value->len - 1] == ' ' || value->data[value->len - 1] == '\t'))
		value->len--;
	return true;
}

/* rvo_header_is compares the names of headers and parameters: ASCII without case. */
bool
rvo_header_is(Slice name, const char *expected)
{
	return name.len == (int) strlen(expected) && pg_strncasecmp(name.data, expected, name.len) == 0;
}

/* rvo_header_is_printable tells whether a value is ASCII without control characters. */
bool
rvo_header_is_printable(Slice value)
{
	for (int i = 0; i < value.len; i++)
		if (value.data[i] < ' ' || value.data[i] > '~')
			return false;
	return true;
}

/* read_quoted reads a quoted-string; *s starts behind the opening quote. */
static Slice
read_quoted(Slice *s)
{
	char	   *out;
	int			end = 0;
	int			len = 0;

	while (end < s->len && s->data[end] != '"')
		end += s->data[end] == '\\' && end + 1 < s->len ? 2 : 1;
	out = palloc(end + 1);
	for (int i = 0; i < end; i++)
	{
		if (s->data[i] == '\\' && i + 1 < end)
			i++;
		out[len++] = s->data[i];
	}
	end = Min(end + 1, s->len);
	s->data += end;
	s->len -= end;
	return (Slice) {out, len};
}

/* rvo_header_parameter finds a parameter ("; name=value") of a header's value. */
bool
rvo_header_parameter(Slice header, const char *name, Slice *value)
{
	(void) rvo_text_split(&header, ';');
	while (header.len > 0)
	{
		const char *start;
		Slice		parameter;

		CHECK_FOR_INTERRUPTS();
		skip_blanks(&header);
		start = header.data;
		while (header.len > 0 && header.data[0] != '=' && header.data[0] != ';')
		{
			header.data++;
			header.len--;
		}
		parameter = rvo_text_trim((Slice) {start, header.data - start});
		*value = CONST_SLICE("");
		if (header.len > 0 && header.data[0] == '=')
		{
			(void) rvo_text_split(&header, '=');
			skip_blanks(&header);
			if (header.len > 0 && header.data[0] == '"')
			{
				(void) rvo_text_split(&header, '"');
				*value = read_quoted(&header);
				(void) rvo_text_split(&header, ';');
			}
			else
				*value = rvo_text_trim(rvo_text_split(&header, ';'));
		}
		else
			(void) rvo_text_split(&header, ';');
		if (rvo_header_is(parameter, name))
			return true;
	}
	return false;
}
