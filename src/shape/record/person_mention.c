/*
 * person_mention.c
 *	  Whether a document mentions a person: rejected rows, stored answers.
 *
 * A person is known by e-mail addresses and LinkedIn URLs.  Who the columns of
 * somebody's table belong to, nobody knows, so any string counts, however
 * deep, that has one of those as its canonical form, or an address of them
 * somewhere within: "Jane <jane@example.com>".
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "shape/record/person_mention.h"
#include "value/email_address.h"
#include "value/linkedin.h"

/* is_part tells whether a character could be part of an address that is longer. */
static bool
is_part(char c)
{
	return rvo_is_letter(c) || rvo_is_digit(c) || !rvo_is_ascii(c) || memchr("._%+-@", c, 6) != NULL;
}

/* ends_at tells whether an address may end in front of a place: a full stop may come behind it. */
static bool
ends_at(Slice text, int place)
{
	if (place < text.len && text.data[place] == '.')
		place++;
	return place == text.len || !is_part(text.data[place]);
}

/* is_at tells whether a key, which is in lower case, stands at a place of a text. */
static bool
is_at(Slice text, int place, Slice key)
{
	for (int i = 0; i < key.len; i++)
		if (rvo_ascii_lower(text.data[place + i]) != key.data[i])
			return false;
	return (place == 0 || !is_part(text.data[place - 1])) && ends_at(text, place + key.len);
}

/* contains_address tells whether an address stands somewhere in a text. */
static bool
contains_address(Slice text, Slice address)
{
	const char *at = memchr(address.data, '@', address.len);
	const char *end = text.data + text.len;

	if (at == NULL)
		return false;
	for (const char *next = text.data; (next = memchr(next, '@', end - next)) != NULL; next++)
	{
		int			place = (next - text.data) - (at - address.data);

		if (place >= 0 && place + address.len <= text.len && is_at(text, place, address))
			return true;
	}
	return false;
}

/* is_key tells whether a text is one of the keys, once it is in canonical form, or has an address of them in it. */
static bool
is_key(Slice text, const Slice *keys, int nkeys)
{
	Slice		email;
	Slice		linkedin_url;
	bool		maybe_email = rvo_email_address_normalize(text, &email) == FAULT_NONE && email.data != NULL;
	bool		maybe_linkedin = rvo_linkedin_normalize(text, &linkedin_url) == FAULT_NONE && linkedin_url.data != NULL;

	for (int i = 0; i < nkeys; i++)
		if ((maybe_email && rvo_slice_equal(keys[i], email)) ||
			(maybe_linkedin && rvo_slice_equal(keys[i], linkedin_url)) || contains_address(text, keys[i]))
			return true;
	return false;
}

/* rvo_person_is_mentioned tells whether a string of a document is one of a person's keys, which are canonical. */
bool
rvo_person_is_mentioned(JsonbContainer *document, const Slice *keys, int nkeys)
{
	JsonbIterator *it = JsonbIteratorInit(document);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if ((token == WJB_VALUE || token == WJB_ELEM) && value.type == jbvString &&
			is_key(rvo_json_string(&value), keys, nkeys))
			return true;
	}
	return false;
}
