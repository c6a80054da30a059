/*
 * preference.c
 *	  What a caller prefers: the value of the header Prefer (RFC 7240).
 */
#include "postgres.h"

#include "base/compat.h"
#include "value/preference.h"

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

/* rvo_preferred_handling reads preferences; of several the first counts, one that is no such is none. */
Handling
rvo_preferred_handling(Slice prefer)
{
	Handling	handling = HANDLING_NOT_SAID;

	while (prefer.len > 0 && !preference(split_unquoted(&prefer, ','), &handling))
		;
	return handling;
}
