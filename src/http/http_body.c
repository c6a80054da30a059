/*
 * http_body.c
 *	  Decodes a request's body, in any of the three content types, to jsonb.
 *
 * A form knows strings only.  The list of custom fields comes in it either as
 * one JSON text, or as an entry a part, the way HTML forms are sent to Django
 * REST Framework: list[0]field_name=…, which other clients write as
 * list[0].field_name or list[0][field_name].  Of equal names the last counts.
 *
 * What can't be decoded raises FAILURE_INVALID_REQUEST with
 * FAULT_MALFORMED_BODY here, or a data error in the server's JSON parser; the
 * caller treats the two alike.
 */
#include "postgres.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "base/fault.h"
#include "http/http_body.h"

#define FORM_MAX_PARTS 10000
#define BOUNDARY_MAX_LENGTH 70	/* RFC 2046 */

/* One name and value of a form, decoded. */
typedef struct FormPart
{
	Slice		name;
	Slice		value;
	int			list;			/* 1 or 2: the list that it belongs to, 0 = none */
	int			index;			/* position in that list */
	int			order;			/* position in the form */
} FormPart;

typedef struct Form
{
	int			count;
	int			allocated;
	FormPart   *parts;
} Form;

pg_noreturn static void malformed(void);

static void
malformed(void)
{
	rvo_fault_raise_one(FAILURE_INVALID_REQUEST, "", FAULT_MALFORMED_BODY);
}

/* check_encoding lets only valid UTF-8 without NUL pass. */
static Slice
check_encoding(Slice s)
{
	if (!pg_verify_mbstr(PG_UTF8, s.data, s.len, true))
		malformed();
	return s;
}

/* decode_json parses JSON text after a look at its extent. */
static Jsonb *
decode_json(Slice text)
{
	JsonExtent	extent = rvo_json_measure(text);
	FaultList	faults = {0};

	if (extent.depth > JSON_MAX_DEPTH)
		rvo_fault_add(&faults, "", FAULT_TOO_DEEP);
	else if (extent.containers > JSON_MAX_CONTAINERS)
		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, JSON_MAX_CONTAINERS, extent.containers);
	else if (extent.commas > JSON_MAX_COMMAS)
		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, JSON_MAX_COMMAS, extent.commas);
	if (faults.count > 0)
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	return rvo_json_parse(text);
}

static void
add_part(Form *form, Slice name, Slice value)
{
	CHECK_FOR_INTERRUPTS();
	if (form->count >= FORM_MAX_PARTS)
	{
		FaultList	faults = {0};

		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, FORM_MAX_PARTS, form->count + 1);
		rvo_fault_raise(FAILURE_INVALID_REQUEST, &faults);
	}
	if (form->count == form->allocated)
	{
		form->allocated = Max(16, form->allocated * 2);
		form->parts = form->parts == NULL ?
			palloc(form->allocated * sizeof(FormPart)) :
			repalloc(form->parts, form->allocated * sizeof(FormPart));
	}
	form->parts[form->count] = (FormPart) {
		check_encoding(name), check_encoding(value), 0, 0, form->count
	};
	form->count++;
}

/* ---------------------------------------------------------------- urlencoded */

/* url_decode turns + into a space and %XX into a byte; other % signs stay, as in a browser. */
static Slice
url_decode(Slice s)
{
	char	   *out = palloc(s.len + 1);
	int			len = 0;

	for (int i = 0; i < s.len; i++)
	{
		int			high = s.data[i] == '%' && i + 2 < s.len ? rvo_hex_digit(s.data[i + 1]) : -1;
		int			low = high >= 0 ? rvo_hex_digit(s.data[i + 2]) : -1;

		if (low >= 0)
		{
			out[len++] = high * 16 + low;
			i += 2;
		}
		else
			out[len++] = s.data[i] == '+' ? ' ' : s.data[i];
	}
	return (Slice) {out, len};
}

static void
read_urlencoded(Slice body, Form *form)
{
	while (body.len > 0)
	{
		Slice		value = rvo_text_split(&body, '&');
		Slice		name = rvo_text_split(&value, '=');

		if (name.len > 0)
			add_part(form, url_decode(name), url_decode(value));
	}
}

/* ---------------------------------------------------------------- multipart */

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

/* name_matches compares the names of headers and parameters: ASCII without case. */
static bool
name_matches(Slice s, const char *name)
{
	return s.len == (int) strlen(name) && pg_strncasecmp(s.data, name, s.len) == 0;
}

/* header_parameter finds a parameter ("; name=value") of a header's value. */
static bool
header_parameter(Slice header, const char *name, Slice *value)
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
		if (name_matches(parameter, name))
			return true;
	}
	return false;
}

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

/* read_part_headers reads up to the empty line and finds the part's name. */
static Slice
read_part_headers(Slice *body)
{
	Slice		name = NO_SLICE;
	Slice		line;

	for (;;)
	{
		Slice		value;

		if (!next_line(body, &line))
			malformed();
		if (line.len == 0)
			break;
		value = line;
		if (name_matches(rvo_text_split(&value, ':'), "Content-Disposition") &&
			!header_parameter(value, "name", &name))
			malformed();
	}
	if (name.data == NULL)
		malformed();
	return name;
}

/* read_multipart reads the parts between the boundary's lines up to the closing one. */
static void
read_multipart(Slice content_type, Slice body, Form *form)
{
	Slice		boundary;
	Slice		line;
	char	   *delimiter;
	int			delimiter_len;
	int			next;

	if (!header_parameter(content_type, "boundary", &boundary) ||
		boundary.len < 1 || boundary.len > BOUNDARY_MAX_LENGTH)
		malformed();
	delimiter = psprintf("\r\n--%.*s", boundary.len, boundary.data);
	delimiter_len = strlen(delimiter);

	/* The first delimiter may stand at the very start, without its CRLF. */
	if (body.len >= delimiter_len - 2 && memcmp(body.data, delimiter + 2, delimiter_len - 2) == 0)
		body = behind(body, delimiter_len - 2);
	else if ((next = find(body, delimiter, delimiter_len)) >= 0)
		body = behind(body, next + delimiter_len);
	else
		malformed();

	while (body.len < 2 || memcmp(body.data, "--", 2) != 0)
	{
		Slice		name;

		if (!next_line(&body, &line) || rvo_text_trim(line).len > 0)
			malformed();
		name = read_part_headers(&body);

		/* An empty part's delimiter may use the CRLF that ended its headers. */
		next = find((Slice) {body.data - 2, body.len + 2}, delimiter, delimiter_len) - 2;
		if (next < -2)
			malformed();
		add_part(form, name, (Slice) {body.data, Max(next, 0)});
		body = behind(body, next + delimiter_len);
	}
}

/* ---------------------------------------------------------------- forms */

/*
 * read_list_name tells whether a part's name is list[index]member, and if so
 * leaves the list's number, the index and the member's name in the part.
 * list[index] alone leaves an empty name: the entry itself.
 */
static void
read_list_name(FormPart *part, Slice list, int number)
{
	Slice		rest = part->name;
	Slice		digits;
	int			index = 0;

	if (rest.len <= list.len || memcmp(rest.data, list.data, list.len) != 0 || rest.data[list.len] != '[')
		return;
	rest.data += list.len + 1;
	rest.len -= list.len + 1;
	digits = rvo_text_split(&rest, ']');
	if (digits.len < 1 || digits.data + digits.len == part->name.data + part->name.len)
		return;
	for (int i = 0; i < digits.len; i++)
	{
		if (!rvo_is_digit(digits.data[i]))
			return;
		if (pg_mul_s32_overflow(index, 10, &index) ||
			pg_add_s32_overflow(index, digits.data[i] - '0', &index))
			malformed();
	}
	if (rest.len > 0 && rest.data[0] == '.')
		(void) rvo_text_split(&rest, '.');
	else if (rest.len > 0 && rest.data[0] == '[' && rest.data[rest.len - 1] == ']')
		rest = (Slice) {rest.data + 1, rest.len - 2};
	part->name = rest;
	part->list = number;
	part->index = index;
}

/* by_index sorts the lists' parts behind the others, by list and entry, then as they came. */
static int
by_index(const void *a, const void *b)
{
	const FormPart *x = a;
	const FormPart *y = b;

	if (x->list != y->list)
		return x->list < y->list ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return x->order - y->order;
}

/* read_list makes the list of its parts, which are sorted. */
static JsonbValue
read_list(const FormPart *parts, int count)
{
	JsonbValue	list = rvo_json_array(count);

	for (int first = 0, next; first < count; first = next)
	{
		JsonObject	entry;
		const FormPart *itself = NULL;

		for (next = first; next < count && parts[next].index == parts[first].index;)
			next++;
		entry = rvo_json_open(next - first);
		for (int i = first; i < next; i++)
		{
			rvo_json_put(&entry, parts[i].name, rvo_json_text(parts[i].value));
			if (parts[i].name.len == 0)
				itself = &parts[i];
		}
		rvo_json_append(&list, itself != NULL ? rvo_json_text(itself->value) : rvo_json_close(&entry));
	}
	return list;
}

/* form_to_jsonb makes one object of the parts of a form. */
static Jsonb *
form_to_jsonb(Form *form, const FormLists *names)
{
	const Slice lists[] = {rvo_slice(names->list), names->other != NULL ? rvo_slice(names->other) : NO_SLICE};
	int			nlists = names->other != NULL ? 2 : 1;
	JsonObject	object = rvo_json_open(form->count + nlists);
	JsonbValue	value;
	int			i;

	for (i = 0; i < form->count; i++)
		for (int list = 1; list <= nlists && form->parts[i].list == 0; list++)
			read_list_name(&form->parts[i], lists[list - 1], list);
	qsort(form->parts, form->count, sizeof(FormPart), by_index);

	for (i = 0; i < form->count && form->parts[i].list == 0; i++)
	{
		FormPart   *part = &form->parts[i];

		if (!rvo_slice_equal(part->name, lists[0]) && !(nlists > 1 && rvo_slice_equal(part->name, lists[1])))
			rvo_json_put(&object, part->name, rvo_json_text(part->value));
		else if (rvo_text_trim(part->value).len > 0)	/* an empty input of an HTML form is no list */
			rvo_json_put(&object, part->name, rvo_json_list(part->value));
	}
	for (int list = 1; list <= nlists; list++)
	{
		int			first = i;

		while (i < form->count && form->parts[i].list == list)
			i++;
		if (i > first)
			rvo_json_put(&object, lists[list - 1], read_list(form->parts + first, i - first));
	}
	value = rvo_json_close(&object);
	return rvo_json_encode(&value);
}

/*
 * rvo_http_body_decode decodes a body.  No content type at all means JSON.
 * lists names the members that are lists.  Raises FAILURE_UNSUPPORTED_MEDIA_TYPE, FAILURE_INVALID_REQUEST, and what jsonb_in
 * raises.  The result is in the current context.
 */
Jsonb *
rvo_http_body_decode(Slice content_type, Slice body, const FormLists *lists)
{
	Form		form = {0};
	Slice		rest = content_type;
	Slice		type = content_type.len > 0 ? rvo_text_trim(rvo_text_split(&rest, ';')) : NO_SLICE;

	if (type.len == 0 || name_matches(type, "application/json"))
		return decode_json(check_encoding(body));
	if (name_matches(type, "application/x-www-form-urlencoded"))
		read_urlencoded(body, &form);
	else if (name_matches(type, "multipart/form-data"))
		read_multipart(content_type, body, &form);
	else
		rvo_fault_raise_one(FAILURE_UNSUPPORTED_MEDIA_TYPE, "Content-Type", FAULT_UNSUPPORTED_MEDIA_TYPE);
	return form_to_jsonb(&form, lists);
}

/*
 * rvo_http_query_parameter returns the last value of a parameter of a query
 * string, in the current context; no value if there is none.  Raises
 * FAILURE_INVALID_REQUEST if its value is not UTF-8.
 */
Slice
rvo_http_query_parameter(Slice query, const char *name)
{
	Slice		found = NO_SLICE;

	while (query.len > 0)
	{
		Slice		value = rvo_text_split(&query, '&');
		Slice		parameter = url_decode(rvo_text_split(&value, '='));

		if (rvo_slice_equal(parameter, rvo_slice(name)))
			found = url_decode(value);
	}
	if (found.data != NULL && !pg_verify_mbstr(PG_UTF8, found.data, found.len, true))
		rvo_fault_raise_one(FAILURE_INVALID_REQUEST, name, FAULT_MALFORMED_QUERY);
	return found;
}

/* rvo_http_query_copy copies the parameters of a query string, each with a & behind it, but for those named, up to NULL. */
void
rvo_http_query_copy(StringInfo to, Slice query, const char *const *except)
{
	while (query.len > 0)
	{
		Slice		parameter = rvo_text_split(&query, '&');
		Slice		rest = parameter;
		Slice		name = url_decode(rvo_text_split(&rest, '='));
		bool		copied = parameter.len > 0;

		for (int i = 0; copied && except[i] != NULL; i++)
			copied = !rvo_slice_equal(name, rvo_slice(except[i]));
		if (copied)
		{
			appendBinaryStringInfo(to, parameter.data, parameter.len);
			appendStringInfoChar(to, '&');
		}
	}
}
