/*
 * import_key.c
 *	  What is compared of the header of a column: its letters, marks and digits, in lower case.
 *
 * So "E-mail 1 - Value", "Email1Value" and "e_mail_1_value" are one.  Letters of
 * other widths are those they stand for; an accent counts, however it is written.  It belongs to
 * the letter that comes before it in the key.  An example in brackets at the end is no part of
 * the name: "Email (e.g. you@company.com)" is "Email".
 */
#include "postgres.h"

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/compat.h"
#include "value/import_key.h"

/* A longer header is compared by its beginning. */
#define HEADER_MAX_OCTETS 1024

/* key_of_ascii is the key of a text that is ASCII; no value if it isn't. */
static Slice
key_of_ascii(Slice header)
{
	char	   *key = palloc(header.len + 1);
	int			len = 0;

	for (int i = 0; i < header.len; i++)
	{
		if (!rvo_is_ascii(header.data[i]))
			return NO_SLICE;
		if (rvo_is_letter(header.data[i]) || rvo_is_digit(header.data[i]))
			key[len++] = rvo_ascii_lower(header.data[i]);
	}
	return (Slice) {key, len};
}

/* keep_word takes all but letters, marks and digits out of a text; returns how long it is then. */
static int
keep_word(uint8_t * text, int len)
{
	int			kept = 0;
	int			length;

	for (int i = 0; i < len; i += length)
	{
		ucs4_t		character;

		length = u8_mbtouc(&character, text + i, len - i);
		if (length < 1)
			break;
		if (!uc_is_general_category_withtable(character, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N))
			continue;
		/* selectors of emoji are marks, and no part of a word */
		if (uc_is_property_variation_selector(character))
			continue;
		memmove(text + kept, text + i, length);
		kept += length;
	}
	return kept;
}

/* No word below is longer, with white space before it. */
#define EXAMPLE_MAX_OCTETS 32

/* begins_with_example tells a text that says of itself that it is an example, in one of several languages. */
static bool
begins_with_example(Slice text)
{
	static const char *const words[] = {"e.g", "eg.", "eg:", "ex.", "ex:", "for example", "example", "z.b", "z. b", "zum beispiel",
	"beispiel", "p.ex", "p. ex", "par ex", "por ex", "exemple", "exemplo", "p.ej", "p. ej", "por ej", "ejemplo", "ad es", "esempio", "bijv", "voorbeeld"};

	text.len = rvo_text_clip(text, EXAMPLE_MAX_OCTETS);
	text = rvo_text_trim(text);
	for (size_t i = 0; i < lengthof(words); i++)
		if ((size_t) text.len > strlen(words[i]) && pg_strncasecmp(text.data, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* rvo_import_header_name returns a header without an example in brackets behind the name. */
Slice
rvo_import_header_name(Slice header)
{
	for (int i = 1; i < Min(header.len, HEADER_MAX_OCTETS); i++)
		if ((header.data[i] == '(' || header.data[i] == '[') &&
			begins_with_example((Slice) {header.data + i + 1, header.len - i - 1}))
			return (Slice) {header.data, i};
	return header;
}

/* rvo_import_header_key makes the key of a header, in the current context; empty if it has no letter and no digit. */
Slice
rvo_import_header_key(Slice header)
{
	return rvo_import_key(rvo_import_header_name(header));
}

/* rvo_import_key makes the key of a text that is no header. */
Slice
rvo_import_key(Slice text)
{
	Slice		key;
	uint8_t    *plain;
	uint8_t    *lower;
	uint8_t    *composed;
	size_t		length;
	char	   *copy;

	text.len = rvo_text_clip(text, HEADER_MAX_OCTETS);
	key = key_of_ascii(text);
	if (key.data != NULL)
		return key;
	/* first of all, since what stands for a letter may have no lower case of its own */
	plain = u8_normalize(UNINORM_NFKC, (const uint8_t *) text.data, text.len, NULL, &length);
	if (plain == NULL)
		return CONST_SLICE("");
	lower = u8_tolower(plain, length, NULL, UNINORM_NFKC, NULL, &length);
	free(plain);
	if (lower == NULL)
		return CONST_SLICE("");
	composed = u8_normalize(UNINORM_NFC, lower, keep_word(lower, length), NULL, &length);
	free(lower);
	if (composed == NULL)
		return CONST_SLICE("");
	copy = pnstrdup((const char *) composed, length);
	free(composed);
	return (Slice) {copy, length};
}
