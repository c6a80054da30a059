/*
 * import_beside.c
 *	  Whether a key that was found in a cell is all of the key that stands there.
 *
 * A typo cuts a key in two: in "john,smith@acme.com" there is smith@acme.com, in
 * "in/anna schmidt" in/anna.  Those are other people's, so nobody may be taken for them.
 * A key is whole if what stands beside it can't be a part of it.  Where nobody can know,
 * it isn't.
 */
#include "postgres.h"

#include <unictype.h>
#include <unistr.h>

#include "base/compat.h"
#include "shape/import/import_beside.h"
#include "shape/import/import_word.h"

static Slice
before_value(Slice text, Slice value)
{
	return (Slice) {text.data, value.data - text.data};
}

static Slice
behind_value(Slice text, Slice value)
{
	const char *end = value.data + value.len;

	return (Slice) {end, text.data + text.len - end};
}

static char
last_of(Slice s)
{
	return s.len > 0 ? s.data[s.len - 1] : '\0';
}

/* is_enclosed tells that brackets or quotes are around what stands between two texts. */
static bool
is_enclosed(Slice before, Slice behind)
{
	static const char *const pairs[] = {"<>", "()", "[]", "\"\"", "''"};

	for (size_t i = 0; i < lengthof(pairs); i++)
		if (behind.len > 0 && last_of(before) == pairs[i][0] && behind.data[0] == pairs[i][1])
			return true;
	return false;
}

/* is_letter tells that a text begins with a letter of any script. */
static bool
is_letter(Slice s)
{
	ucs4_t		c;

	return s.len > 0 && u8_mbtouc(&c, (const uint8_t *) s.data, s.len) > 0 &&
		uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L);
}

/* ---------------------------------------------------------------- e-mail addresses */

/* last_word gives the word with which a text ends; none if that is a separator. */
static Slice
last_word(Slice s)
{
	int			begin = s.len;

	while (begin > 0 && !is_in(s.data[begin - 1], EMAIL_SEPARATORS))
		begin--;
	return (Slice) {s.data + begin, s.len - begin};
}

/* is_name_part tells a word that could be a part of what stands before an @: it has letters or digits, and no @. */
static bool
is_name_part(Slice word)
{
	bool		found = false;

	for (int i = 0; i < word.len; i++)
	{
		if (word.data[i] == '@')
			return false;
		found |= rvo_is_digit(word.data[i]) || is_letter((Slice) {word.data + i, word.len - i});
	}
	return found;
}

/* is_announcement tells what stands before the colon of "mailto:", "E-Mail:", "SMTP:". */
static bool
is_announcement(Slice word)
{
	return contains(word, "mail") || contains(word, "smtp") || contains(word, "http") || begins(word, "sip") ||
		contains(word, "correo") || contains(word, "courriel");
}

/* breaks_line tells that white space has the end of a line in it. */
static bool
breaks_line(Slice blanks)
{
	for (int i = 0; i < blanks.len; i++)
		if (blanks.data[i] == '\n' || blanks.data[i] == '\r')
			return true;
	return false;
}

/* is_alone tells that nothing stands before the last word of a text which that could go with: names have several words. */
static bool
is_alone(Slice text, Slice word)
{
	Slice		before = strip((Slice) {text.data, word.data - text.data}, "", BLANKS);

	return before.len == 0 || is_in(last_of(before), ":;|");
}

/*
 * goes_on tells that the last word of a text goes on behind the blanks.  With "_" and "+" no word ends, with a hyphen none
 * but a name's that is longer, and not at the end of a line.  A dot ends what is short for something in a longer
 * name: "Smith Jr.", "Acme Inc.".  Numbers of a list and announcements end with either.
 */
static bool
goes_on(Slice before)
{
	Slice		line = strip(before, "", BLANKS);
	char		last = last_of(line);
	Slice		text = last == '-' ? line : strip(line, "", "._+" BLANKS);
	Slice		word = last_word(text);

	if (!is_name_part(word))
		return false;
	switch (last)
	{
		case '_':
		case '+':
			return true;
		case '-':
			return breaks_line(behind_value(before, line)) || (is_alone(text, word) && !is_announcement(word));
		case '.':
			return !rvo_text_is_digits(word) && !is_announcement(word) &&
				(is_alone(text, word) || (word.data[0] >= 'a' && word.data[0] <= 'z'));
		default:
			return false;
	}
}

/* is_rest tells that an address behind a word and a blank begins as none does, so that it goes on from the word: "jane _doe@acme.com". */
static bool
is_rest(Slice before, Slice value)
{
	return is_in(value.data[0], "_+-") && is_in(last_of(before), BLANKS) && is_name_part(last_word(strip(before, "", BLANKS)));
}

/* begins_address tells that an address can begin behind a text.  Before a blank is a name, which is read on purpose. */
static bool
begins_address(Slice before)
{
	char		last;
	Slice		word;

	before = strip(before, "", "'`*=/");
	last = last_of(before);
	if (last == '.')
		return strip(before, "", ".").len == 0;
	if (is_in(last, BLANKS))
		return !goes_on(before);
	if (!is_in(last, ":,;|\\{}()[]\""))
		return true;
	word = last_word((Slice) {before.data, before.len - 1});
	return !is_name_part(word) || (last == ':' && is_announcement(word));
}

/* is_fragment tells that a text begins with a word that could be the rest of a domain: no address, no URL, no "Tel:". */
static bool
is_fragment(Slice text)
{
	Slice		word;
	Slice		next;

	if (text.len == 0 || is_in(text.data[0], EMAIL_SEPARATORS) || !next_word(&text, EMAIL_SEPARATORS, &word))
		return false;
	if (!is_letter(strip(word, ".-_", "")) || begins(word, "www.") || memchr(word.data, '@', word.len) != NULL)
		return false;
	if (text.len > 0 && text.data[0] == ':')
		return false;
	/* "jane@acme.com or joe@acme.com" */
	text = strip(text, BLANKS, "");
	return text.len == 0 || is_in(text.data[0], EMAIL_SEPARATORS) || !next_word(&text, EMAIL_SEPARATORS, &next) ||
		memchr(next.data, '@', next.len) == NULL;
}

/*
 * ends_address tells that an address can end before a text.  Behind a comma or a semicolon are other values, as in a
 * row of a file that is all in one cell.
 */
static bool
ends_address(Slice behind)
{
	behind = strip(behind, "'`*.!", "");
	return behind.len == 0 || !is_in(behind.data[0], BLANKS) || !is_fragment(strip(behind, BLANKS, ""));
}

/* rvo_import_email_is_whole tells whether an address that is a part of a text is all of one that is meant there. */
bool
rvo_import_email_is_whole(Slice text, Slice value)
{
	Slice		before = before_value(text, value);
	Slice		behind = behind_value(text, value);

	return is_enclosed(before, behind) || (begins_address(before) && !is_rest(before, value) && ends_address(behind));
}

/* ---------------------------------------------------------------- LinkedIn URLs */

/* is_url tells that a text begins with a URL, of whatever site. */
static bool
is_url(Slice text)
{
	static const char *const beginnings[] = {"http://", "https://", "http%3a", "https%3a", "www.", "in/"};
	Slice		host;

	if (begins_with_one(text, beginnings, lengthof(beginnings)))
		return true;
	return text.len > 0 && !is_in(text.data[0], URL_SEPARATORS) && next_word(&text, URL_SEPARATORS ",/", &host) &&
		contains(host, "linkedin.");
}

/* is_parameter tells that a text begins as the parameters of a URL do: "&trk=x", ";jsessionid=1". */
static bool
is_parameter(Slice text)
{
	static const char *const signs[] = {"&amp;", "&", "%26", ";"};
	int			begin = 0;
	int			end;

	for (size_t i = 0; begin == 0 && i < lengthof(signs); i++)
		if (begins(text, signs[i]))
			begin = strlen(signs[i]);
	if (begin == 0)
		return false;
	for (end = begin; end < text.len && (rvo_is_letter(text.data[end]) || rvo_is_digit(text.data[end]) || text.data[end] == '_'); end++)
		 /* the name */ ;
	text = (Slice) {text.data + end, text.len - end};
	return end > begin && (begins(text, "=") || begins(text, "%3d"));
}

/* is_closed tells that a URL goes on behind its slug, so that the slug is all there. */
static bool
is_closed(Slice url)
{
	return last_of(url) == '/' || memchr(url.data, '?', url.len) != NULL || memchr(url.data, '#', url.len) != NULL;
}

/* ends_slug tells that a slug can end before a text. */
static bool
ends_slug(Slice behind)
{
	static const char *const ends[] = {"%3f", "%2f", "%23", "#", "</", "<br"};

	if (begins_with_one(behind, ends, lengthof(ends)) || is_parameter(behind))
		return true;
	/* cut off by who showed it */
	if (begins(behind, ".."))
		return false;
	behind = strip(behind, ".,:;!?'`*|" BRACKETS, "");
	if (behind.len == 0 || is_url(behind))
		return true;
	if (!is_in(behind.data[0], BLANKS))
		return false;
	behind = strip(behind, BLANKS, "");
	if (behind.len > 0 && is_in(behind.data[0], "<([\"|;"))
		return true;
	behind = strip(behind, BLANKS ",.:/&+-", "");
	return behind.len == 0 || is_url(behind);
}

/* rvo_import_linkedin_is_whole tells likewise whether the URL of a profile is whole. */
bool
rvo_import_linkedin_is_whole(Slice text, Slice value)
{
	Slice		behind = behind_value(text, value);

	return is_enclosed(before_value(text, value), behind) || is_closed(value) || ends_slug(behind);
}
