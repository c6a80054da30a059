/*
 * person_mention.c
 *	  Whether a document mentions a person: rejected rows, stored answers, deliveries.
 *
 * A person is known by e-mail addresses and LinkedIn URLs.  Who the columns of
 * somebody's table belong to, nobody knows, so any string counts, however
 * deep, in which an import would read one of those.  An address counts in a longer
 * text, too, whatever is written beside it: "Jane <jane@example.com> called".
 */
#include "postgres.h"

#include <unictype.h>
#include <unistr.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "shape/import/import_cell.h"
#include "shape/import/import_character.h"
#include "shape/import/import_word.h"
#include "shape/import/person_mention.h"
#include "value/email_address.h"
#include "value/hostname.h"

/* is_word_character tells what words consist of, in any script. */
static bool
is_word_character(ucs4_t c)
{
	return c < 0x80 ? rvo_is_letter(c) || rvo_is_digit(c) :
		uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

/*
 * begins_at tells whether an address may begin at a place: what stands before it can't be a part of a longer one.  An
 * apostrophe may be a quote, or that of "o'brien".
 */
static bool
begins_at(Slice text, int place)
{
	int			start;
	ucs4_t		c;

	while (place > 0 && text.data[place - 1] == '\'')
		place--;
	if (place == 0)
		return true;
	for (start = place - 1; start > 0 && ((unsigned char) text.data[start] & 0xc0) == 0x80; start--)
		 /* to where the character begins */ ;
	(void) u8_mbtouc(&c, (const uint8_t *) text.data + start, place - start);
	return !is_word_character(c) && (c >= 0x80 || !is_in(c, "._%+-@"));
}

/* domain_at gives what may be the domain of an address from a place on, without the punctuation at its end; empty if it goes on. */
static Slice
domain_at(Slice text, int place)
{
	int			end = place;
	ucs4_t		c;

	while (end < text.len)
	{
		int			length = Max(u8_mbtouc(&c, (const uint8_t *) text.data + end, text.len - end), 1);

		if (!is_word_character(c) && c != '.' && c != '-')
			break;
		end += length;
	}
	if (end < text.len && is_in(text.data[end], "_%+@"))
		end = place;
	return strip((Slice) {text.data + place, end - place}, "", ".-");
}

/* is_around tells whether an address of a person, which is canonical, stands around the @ at a place of a text. */
static bool
is_around(Slice text, int place, Slice address)
{
	const char *at = address.data == NULL ? NULL : memchr(address.data, '@', address.len);
	int			start;
	Hostname	domain;

	if (at == NULL)
		return false;
	start = place - (int) (at - address.data);
	if (start < 0)
		return false;
	for (int i = 0; start + i < place; i++)
		if (rvo_ascii_lower(text.data[start + i]) != address.data[i])
			return false;
	return begins_at(text, start) && rvo_hostname_read(domain_at(text, place + 1), &domain) &&
		rvo_slice_equal((Slice) {at + 1, address.data + address.len - at - 1}, (Slice) {domain.data, domain.len});
}

/* has_address tells whether one of the addresses stands somewhere in a text. */
static bool
has_address(Slice text, const Slice *keys, int nkeys)
{
	Slice		folded = rvo_import_folded(text, true);
	const char *end = folded.data + folded.len;

	for (const char *at = folded.data; (at = memchr(at, '@', end - at)) != NULL; at++)
		for (int i = 0; i < nkeys; i++)
			if (is_around(folded, at - folded.data, keys[i]))
				return true;
	return false;
}

/* is_address tells whether a text is one of the addresses. */
static bool
is_address(Slice text, const Slice *keys, int nkeys)
{
	Slice		email;

	if (rvo_email_address_normalize(text, &email) != FAULT_NONE || email.data == NULL)
		return false;
	for (int i = 0; i < nkeys; i++)
		if (rvo_slice_equal(keys[i], email))
			return true;
	return false;
}

/* has_one tells whether one of these octets is in a text. */
static bool
has_one(Slice text, const char *octets)
{
	for (; *octets != '\0'; octets++)
		if (text.len > 0 && memchr(text.data, *octets, text.len) != NULL)
			return true;
	return false;
}

/*
 * has_key tells whether one of the keys is read in a text.  Most texts have nothing that an @ or a slash could be
 * written with: as it is, as an entity or in percent form, in another width, which begins with the octet 0xEF.
 */
static bool
has_key(Slice text, const Slice *keys, int nkeys)
{
	if (has_one(text, "@&%\xef") &&
		(is_address(text, keys, nkeys) || is_address(rvo_import_cell_email(text).value, keys, nkeys) ||
		 has_address(text, keys, nkeys)))
		return true;
	return has_one(text, "/%\xef") && rvo_import_has_profile(text, keys, nkeys);
}

/* rvo_person_is_mentioned tells whether one of a person's keys, which are canonical, is in a string of a document. */
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
			has_key(rvo_json_string(&value), keys, nkeys))
			return true;
	}
	return false;
}

/* unescaped gives octets with the characters that JSON has escapes for, also where it is a string in other JSON. */
static Slice
unescaped(Slice s)
{
	StringInfoData out;
	int			unit;

	rvo_string_init(&out, s.len + 1);
	for (int i = 0; i < s.len; i++)
	{
		appendStringInfoCharMacro(&out, s.data[i]);
		if (s.data[i] != '\\')
			continue;
		while (i + 1 < s.len && s.data[i + 1] == '\\')
			i++;
		if ((unit = rvo_escaped_unit(s, i)) >= 0)
		{
			unsigned char utf8[4];

			unicode_to_utf8(unit, utf8);
			out.len--;
			appendBinaryStringInfo(&out, (char *) utf8, pg_utf_mblen(utf8));
			i += ESCAPED_UNIT_LENGTH - 1;
		}
		else if (i + 1 < s.len && is_in(s.data[i + 1], "/\"nrtbf"))
			out.data[out.len - 1] = is_in(s.data[++i], "/\"") ? s.data[i] : ' ';
	}
	return (Slice) {out.data, out.len};
}

/* is_form tells what may be a form: those have neither blanks nor what JSON and XML have. */
static bool
is_form(Slice s)
{
	return has_one(s, "=") && !has_one(s, " \"<{");
}

/* decoded gives a form with the characters that it has in percent form; a plus is a blank. */
static Slice
decoded(Slice s)
{
	StringInfoData out;

	rvo_string_init(&out, s.len + 1);
	for (int i = 0; i < s.len; i++)
	{
		int			octet = rvo_percent_octet(s, i);

		appendStringInfoCharMacro(&out, octet >= 0 ? (char) octet : s.data[i] == '+' ? ' ' : s.data[i]);
		i += octet >= 0 ? 2 : 0;
	}
	return (Slice) {out.data, out.len};
}

/*
 * rvo_person_is_in_octets tells likewise whether one is in octets that nobody could read, a delivery, which may be JSON, a
 * form, or anything else.
 */
bool
rvo_person_is_in_octets(Slice octets, const Slice *keys, int nkeys)
{
	return has_key(unescaped(octets), keys, nkeys) ||
		(is_form(octets) && has_key(unescaped(decoded(octets)), keys, nkeys));
}
