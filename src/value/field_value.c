/*
 * field_value.c
 *	  Which values a type of custom field takes, and their canonical forms.
 *
 * Values are trimmed and not blank.  field_date.c has days.  custom_field_rules.c has the names of the
 * types, and which field has which.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/compat.h"
#include "value/field_value.h"
#include "value/hostname.h"

/* What numeric has room for by far, and nobody writes out. */
#define NUMBER_MAX_LENGTH 1000

/* How long a number may become that is written with an exponent: a few octets are not to be many. */
#define WRITTEN_OUT_MAX_LENGTH 100
#define EXPONENT_MAX_DIGITS 3

/* skip_digits steps over digits and returns how many there were. */
static int
skip_digits(Slice *s)
{
	int			n = 0;

	while (n < s->len && rvo_is_digit(s->data[n]))
		n++;
	s->data += n;
	s->len -= n;
	return n;
}

/* is_number tells whether a text is a decimal number that numeric has room for. */
static bool
is_number(Slice s)
{
	int			digits;

	if (s.len > NUMBER_MAX_LENGTH)
		return false;
	(void) rvo_text_take(&s, "+-");
	digits = skip_digits(&s);
	if (rvo_text_take(&s, "."))
		digits += skip_digits(&s);
	if (digits == 0)
		return false;
	if (rvo_text_take(&s, "eE"))
	{
		(void) rvo_text_take(&s, "+-");
		digits = skip_digits(&s);
		if (digits == 0 || digits > EXPONENT_MAX_DIGITS)
			return false;
	}
	return s.len == 0;
}

/* rvo_field_number: 1.50, +1.5 and 15e-1 are 1.5. */
bool
rvo_field_number(Slice *value)
{
	Numeric		number;
	Slice		canonical;

	if (!is_number(*value))
		return false;
	number = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(rvo_slice_cstring(*value)),
												 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	canonical = rvo_slice(numeric_normalize(number));
	if (canonical.len > Max(value->len, WRITTEN_OUT_MAX_LENGTH))
		return false;
	*value = canonical;
	return true;
}

/*
 * rvo_field_number_is_unclear tells a number whose dot may be one between thousands, where decimals have commas: 1.234 and
 * -12.500, but not 0.125 and 1.5.
 */
bool
rvo_field_number_is_unclear(Slice value)
{
	int			digits;

	(void) rvo_text_take(&value, "+-");
	if (value.len == 0 || value.data[0] == '0')
		return false;
	digits = skip_digits(&value);
	return digits >= 1 && digits <= 3 && rvo_text_take(&value, ".") && skip_digits(&value) == 3 && value.len == 0;
}

/* rvo_field_boolean: what PostgreSQL reads as a boolean is true or false. */
bool
rvo_field_boolean(Slice *value)
{
	bool		result;

	if (!parse_bool_with_len(value->data, value->len, &result))
		return false;
	*value = result ? CONST_SLICE("true") : CONST_SLICE("false");
	return true;
}

/* starts_with tells whether a text begins with a scheme, in whatever case. */
static bool
starts_with(Slice s, const char *scheme)
{
	int			len = strlen(scheme);

	return s.len > len && pg_strncasecmp(s.data, scheme, len) == 0;
}

/* has_blank looks for white space and control characters. */
static bool
has_blank(Slice s)
{
	for (int i = 0; i < s.len; i++)
		if ((unsigned char) s.data[i] <= ' ' || s.data[i] == 0x7f)
			return true;
	return rvo_text_has_control(s, false);
}

/*
 * rvo_field_url: http or https and a dotted host, both in lower case, the host as
 * A-labels; what follows stays as it is.  No user name stands in it.
 */
bool
rvo_field_url(Slice *value)
{
	const char *scheme = starts_with(*value, "https://") ? "https://" : "http://";
	Slice		rest = *value;
	Slice		host;
	Hostname	name;
	int			end = 0;
	int			port;

	if (!starts_with(rest, scheme) || has_blank(rest))
		return false;
	rest.data += strlen(scheme);
	rest.len -= strlen(scheme);
	while (end < rest.len && strchr("/?#", rest.data[end]) == NULL)
		end++;
	for (port = end; port > 0 && rvo_is_digit(rest.data[port - 1]);)
		port--;
	host = (Slice) {rest.data, port > 0 && port < end && rest.data[port - 1] == ':' ? port - 1 : end};
	if (memchr(host.data, '@', host.len) != NULL || !rvo_hostname_read(host, &name))
		return false;
	*value = rvo_slice(psprintf("%s%s%.*s", scheme, name.data, rest.len - host.len, rest.data + host.len));
	return true;
}

/* rvo_field_choice: one of the choices; if not exactly, then but for ASCII case. */
bool
rvo_field_choice(const Slice *choices, int n, Slice *value)
{
	for (int i = 0; i < n; i++)
		if (choices[i].len == value->len && pg_strncasecmp(choices[i].data, value->data, value->len) == 0)
		{
			*value = choices[i];
			return true;
		}
	return false;
}
