/*
 * import_cell.c
 *	  What a human reads in a cell: an address in a mail's form, the first of several, "n/a".
 *
 * The API takes a value as it is written.  A file was not written for us, so here
 * the value is looked for in what stands in the cell.  What is found is a part of
 * the cell, but for characters of other widths and those that are not to be seen; of a key it
 * is all that stands there (import_beside.c).  That it is valid is for the reader of bodies to
 * say.  A cell in which nothing is found stays as it is, and is found fault with there.
 *
 * Nearly all cells are plain: those are looked through once.
 */
#include "postgres.h"

#include <unictype.h>
#include <unistr.h>

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "shape/import/import_beside.h"
#include "shape/import/import_cell.h"
#include "shape/import/import_character.h"
#include "shape/import/import_placeholder.h"
#include "shape/import/import_word.h"
#include "value/domain.h"
#include "value/email_address.h"
#include "value/linkedin.h"
#include "value/linkedin_slug.h"

/* A longer cell of a key is not searched. */
#define SEARCHED_MAX_OCTETS 8192

/* So many words beside an address are a text that mentions one. */
#define WORDS_MAX 8

static ImportCell
cell(CellReading reading, Slice value)
{
	return (ImportCell) {reading, value};
}

/* ---------------------------------------------------------------- values */

/* What was found in a cell so far. */
typedef struct Finding
{
	FaultCode	(*normalize) (Slice in, Slice *out);
	bool		(*is_whole) (Slice text, Slice value);	/* NULL: each is */
	Slice		text;			/* what is_whole looks at */
	Slice		value;			/* as it stands there; no value = nothing yet */
	Slice		canonical;
	bool		broken;			/* it is a part of a value only, so it doesn't count, nor do others */
	bool		more;			/* another one was found, too, or a part of one */
	bool		nobody;			/* an address was found that is nobody's */
	const Slice *sought;		/* whether one of these is among them: rvo_import_has_profile */
	int			nsought;
	bool		met;
} Finding;

/* meet tells that a value is there. */
static void
meet(Finding *finding, Slice canonical)
{
	for (int i = 0; i < finding->nsought; i++)
		finding->met |= rvo_slice_equal(finding->sought[i], canonical);
}

/* try_value takes a text as a value, if it is one; it is of finding->text. */
static bool
try_value(Finding *finding, Slice text)
{
	Slice		canonical;
	bool		whole;

	text = rvo_text_trim(text);
	if (finding->normalize(text, &canonical) != FAULT_NONE || canonical.data == NULL)
		return false;
	whole = finding->is_whole == NULL || finding->is_whole(finding->text, text);
	if (whole)
		meet(finding, canonical);
	if (finding->value.data == NULL)
	{
		finding->value = text;
		finding->canonical = canonical;
		finding->broken = !whole;
	}
	else
		finding->more |= !whole || !rvo_slice_equal(finding->canonical, canonical);
	return true;
}

/* found_in says what became of a cell that was searched; text is the whole, without white space around it. */
static ImportCell
found_in(const Finding *finding, Slice text)
{
	if (finding->value.data == NULL || finding->broken)
		return cell(CELL_PLAIN, text);
	if (finding->more || finding->nobody)
		return cell(CELL_MORE_VALUES, finding->value);
	if (rvo_slice_equal(finding->value, text))
		return cell(CELL_PLAIN, text);
	return cell(CELL_CLEANED, finding->value);
}

/* ---------------------------------------------------------------- e-mail addresses */

/* is_plain_address tells an address without anything that could mean something else. */
static bool
is_plain_address(Slice s)
{
	int			ats = 0;

	for (int i = 0; i < s.len; i++)
	{
		char		c = s.data[i];

		if (c == '@')
			ats++;
		else if (!rvo_is_letter(c) && !rvo_is_digit(c) && c != '.' && c != '-' && c != '_' && c != '+')
			return false;
	}
	return ats == 1 && s.data[0] != '.' && s.data[s.len - 1] != '.';
}

/* without_symbols takes signs that are no part of a word off its front: a tick, an envelope. */
static Slice
without_symbols(Slice word)
{
	ucs4_t		c;

	while (word.len > 0 && !rvo_is_ascii(word.data[0]))
	{
		int			length = Max(u8_mbtouc(&c, (const uint8_t *) word.data, word.len), 1);

		if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N))
			break;
		word = (Slice) {word.data + length, word.len - length};
	}
	return word;
}

/* address_of takes off a word what stands around an address: quotes, a full stop, the query of a mailto. */
static Slice
address_of(Slice word)
{
	const char *at = memchr(word.data, '@', word.len);
	const char *query;

	word = without_symbols(word);
	word = strip(word, "'`*=/.", "'`*=/.,!?");
	if (at == NULL || at >= word.data + word.len)
		return word;
	query = memchr(at, '?', word.data + word.len - at);
	if (query != NULL)
		word.len = query - word.data;
	return strip(word, "", "'`*=/.,!?");
}

/*
 * is_url_with_address tells a URL that an address is in, behind the colon of its scheme: "//acme.com/contact?email=ann@acme.com".
 * It would be an address itself, which nobody has.
 */
static bool
is_url_with_address(Slice word)
{
	Slice		local = rvo_text_split(&word, '@');

	return begins(local, "//") && strip(local, "/", "").len > 0 &&
		(memchr(local.data + 2, '/', local.len - 2) != NULL || memchr(local.data + 2, '?', local.len - 2) != NULL);
}

/* bracketed gives the address in angle brackets that a word stands before as the name: "b@acme.com" <a@acme.com>.  No value for none. */
static Slice
bracketed(Slice behind)
{
	Slice		word;

	behind = strip(behind, " \t\"'", "");
	if (behind.len == 0 || behind.data[0] != '<' || !next_word(&behind, EMAIL_SEPARATORS, &word))
		return NO_SLICE;
	return memchr(word.data, '@', word.len) != NULL ? word : NO_SLICE;
}

/* try_one_address takes a word as an address, or as one that is nobody's. */
static bool
try_one_address(Finding *finding, Slice word)
{
	Slice		rest = word;

	(void) rvo_text_split(&rest, '@');
	if (memchr(rest.data, '@', rest.len) != NULL || !rvo_is_address_placeholder(word))
		return try_value(finding, address_of(word));
	finding->nobody = true;
	return true;
}

/* try_address looks for addresses in a word: as one, or with slashes between them. */
static void
try_address(Finding *finding, Slice word)
{
	Slice		part;

	if (is_url_with_address(word) || try_one_address(finding, word))
		return;
	while (next_word(&word, "/", &part))
		if (memchr(part.data, '@', part.len) != NULL)
			(void) try_one_address(finding, part);
}

/* rvo_import_cell_email reads a cell that should have an e-mail address. */
ImportCell
rvo_import_cell_email(Slice text)
{
	Finding		finding = {.normalize = rvo_email_address_normalize, .is_whole = rvo_import_email_is_whole};
	Slice		rest;
	Slice		word;
	int			words = 0;

	text = rvo_text_trim(text);
	if (text.len == 0)
		return cell(CELL_BLANK, NO_SLICE);
	if (is_plain_address(text))
		return rvo_is_address_placeholder(text) ? cell(CELL_PLACEHOLDER, NO_SLICE) : cell(CELL_PLAIN, text);
	if (text.len > SEARCHED_MAX_OCTETS)
		return cell(CELL_PLAIN, text);
	finding.text = text;
	/* Excel's apostrophe before a text, the sign of a formula, or a blank of a link would be a part of the address. */
	if (!is_in(text.data[0], "'`=*/%") && !contains(text, "**") && try_value(&finding, text))
		return found_in(&finding, text);
	finding.text = rest = rvo_import_folded(text, true);
	while (next_word(&rest, EMAIL_SEPARATORS, &word))
	{
		Slice		address = bracketed(rest);

		if (memchr(word.data, '@', word.len) == NULL)
		{
			words++;
			continue;
		}
		if (address.data != NULL)
			try_address(&finding, address);
		try_address(&finding, word);
	}
	if (finding.value.data != NULL)
		return words <= WORDS_MAX ? found_in(&finding, text) : cell(CELL_PLAIN, text);
	if (finding.nobody || rvo_is_key_placeholder(text, false))
		return cell(CELL_PLACEHOLDER, NO_SLICE);
	return cell(CELL_PLAIN, text);
}

/* ---------------------------------------------------------------- LinkedIn URLs */

/* is_plain_profile tells a URL without anything that could mean something else. */
static bool
is_plain_profile(Slice s)
{
	static const char *const kinds[] = {"/in/", "/pub/"};
	int			profiles = begins(s, "in/");

	if (!begins(s, "http") && !begins(s, "www.") && !begins(s, "linkedin.com/") && !begins(s, "in/"))
		return false;
	/* a colon only behind its scheme: another one could be that of a second URL */
	for (int i = 0; i < s.len; i++)
	{
		if (!rvo_is_letter(s.data[i]) && !rvo_is_digit(s.data[i]) && !is_in(s.data[i], "-_./~") && (s.data[i] != ':' || i > 5))
			return false;
		profiles += s.data[i] == '/' && begins_with_one((Slice) {s.data + i, s.len - i}, kinds, lengthof(kinds));
	}
	return profiles <= 1 && (rvo_is_letter(s.data[s.len - 1]) || rvo_is_digit(s.data[s.len - 1]) || s.data[s.len - 1] == '/');
}

/* How a URL begins that another one stands before, and what else may begin one that stands in its path. */
static const char *const url_beginnings[] = {"http://", "https://", "/in/", "/linkedin.", "/www.linkedin."};

#define SCHEMES 2

/* next_part takes the next part off a word: up to a comma, or to where a URL begins, by the first n of its beginnings, that another one stands before. */
static bool
next_part(Slice *rest, int n, Slice *part)
{
	int			end = 0;

	*rest = strip(*rest, ",", "");
	while (end < rest->len && rest->data[end] != ',' &&
		   (end == 0 || !begins_with_one((Slice) {rest->data + end, rest->len - end}, url_beginnings, n)))
		end++;
	*part = (Slice) {rest->data, end};
	*rest = (Slice) {rest->data + end, rest->len - end};
	return end > 0;
}

/*
 * try_url takes a URL as a value, if it is one.  Another profile that stands in its path, behind the first, is a further value:
 * "in/ann/https://www.linkedin.com/in/bob", "in/ann/linkedin.com/in/bob".  One that stands in place of the slug is the value itself.
 */
static bool
try_url(Finding *finding, Slice url)
{
	Slice		path = url;
	Slice		part;
	Slice		canonical;

	if (!try_value(finding, url))
		return false;
	path = rvo_text_split(&path, '?');
	path = rvo_text_split(&path, '#');
	while (next_part(&path, lengthof(url_beginnings), &part))
	{
		part = strip(part, "/", "");
		if (finding->normalize(part, &canonical) == FAULT_NONE && canonical.data != NULL)
		{
			if (rvo_import_linkedin_is_whole(finding->text, part))
				meet(finding, canonical);
			finding->more |= !rvo_slice_equal(finding->canonical, canonical);
		}
	}
	return true;
}

/* is_path tells that what goes on behind a slug with a slash in percent form is a profile's path, as the URL without percent form is. */
static bool
is_path(const Finding *finding, Slice url)
{
	Slice		plain;
	Slice		canonical;

	return rvo_linkedin_unescape(url, &plain) && finding->normalize(plain, &canonical) == FAULT_NONE && canonical.data != NULL;
}

/* try_cut tries a URL without what was put behind it by one who took the slug for all of it: "&trk=x", "%3Ftrk%3Dx". */
static bool
try_cut(Finding *finding, Slice url)
{
	static const char *const ends[] = {"&", "%3f", "%2f", "%23", "%26"};

	for (int i = 1; i < url.len && !begins(url, "http%3a") && !begins(url, "https%3a"); i++)
		for (size_t j = 0; j < lengthof(ends); j++)
			if (begins((Slice) {url.data + i, url.len - i}, ends[j]))
				return (!begins((Slice) {url.data + i, url.len - i}, "%2f") || is_path(finding, url)) &&
					try_value(finding, (Slice) {url.data, i});
	return false;
}

/*
 * try_profile looks for profiles in a word: as it is, without punctuation or what was put behind it, or in parts, with commas
 * between them or nothing.
 */
static void
try_profile(Finding *finding, Slice word)
{
	Slice		bare = strip(word, ".,:!?'`*=@", ".,:!?'`*");
	Slice		part;

	if (try_url(finding, bare) || try_cut(finding, bare))
		return;
	while (next_part(&bare, SCHEMES, &part))
	{
		part = strip(part, ".,:!?'`*=@", ".,:!?'`*");
		if (!try_value(finding, part))
			(void) try_cut(finding, part);
	}
}

/* try_parameters looks for profiles in the parameters of a link that leads there: a search engine's, a mail filter's, a login's. */
static void
try_parameters(Finding *finding, Slice word)
{
	Slice		rest = word;
	Slice		part;

	(void) rvo_text_split(&rest, '?');
	while (next_word(&rest, "&#", &part))
	{
		(void) rvo_text_split(&part, '=');
		if (contains(part, "linkedin.com") && begins(part, "http"))
			(void) try_value(finding, part);
	}
}

/* search_profiles looks for profiles among the words of a text. */
static void
search_profiles(Finding *finding, Slice text)
{
	Slice		whole = rvo_import_folded(text, false);
	Slice		rest = whole;
	Slice		word;
	bool		has_spaces = contains(whole, " ");

	finding->text = whole;
	while (next_word(&rest, URL_SEPARATORS, &word))
	{
		if (contains(word, "linkedin.") || word.len == whole.len || !has_spaces)
			try_profile(finding, word);
		if (finding->value.data == NULL || finding->nsought > 0)
			try_parameters(finding, word);
	}
}

/* rvo_import_cell_linkedin reads a cell that should have the URL of a LinkedIn profile. */
ImportCell
rvo_import_cell_linkedin(Slice text)
{
	Finding		finding = {.normalize = rvo_linkedin_normalize, .is_whole = rvo_import_linkedin_is_whole};

	text = rvo_text_trim(text);
	if (text.len == 0)
		return cell(CELL_BLANK, NO_SLICE);
	if (is_plain_profile(text) || text.len > SEARCHED_MAX_OCTETS)
		return cell(CELL_PLAIN, text);
	finding.text = text;
	if (try_url(&finding, text))
		return found_in(&finding, text);
	search_profiles(&finding, text);
	if (finding.value.data != NULL)
		return found_in(&finding, text);
	return rvo_is_key_placeholder(text, false) ? cell(CELL_PLACEHOLDER, NO_SLICE) : cell(CELL_PLAIN, text);
}

/* rvo_import_has_profile tells whether one of these profiles, which are canonical, is read in a text, be it one of many, and long. */
bool
rvo_import_has_profile(Slice text, const Slice *profiles, int n)
{
	Finding		finding = {.normalize = rvo_linkedin_normalize, .is_whole = rvo_import_linkedin_is_whole,
	.sought = profiles, .nsought = n};

	finding.text = text = rvo_text_trim(text);
	if (!try_url(&finding, text))
		search_profiles(&finding, text);
	return finding.met;
}

/* ---------------------------------------------------------------- companies */

/* skip_schemes takes "http://" off, however often it stands there, also without its colon, and with backslashes. */
static Slice
skip_schemes(Slice s)
{
	for (;;)
	{
		int			len = begins(s, "https") ? 5 : begins(s, "http") ? 4 : 0;
		Slice		rest = {s.data + len, s.len - len};

		if (!begins(rest, "//") && (len == 0 || (!begins(rest, ":") && !begins(rest, "\\\\"))))
			return s;
		while (rest.len > 0 && is_in(rest.data[0], ":/\\"))
			rest = (Slice) {rest.data + 1, rest.len - 1};
		s = rest;
	}
}

/* is_plain_domain tells a domain or URL without anything that could mean something else. */
static bool
is_plain_domain(Slice s)
{
	bool		dot = false;
	bool		letter = false;
	int			i = begins(s, "https://") ? 8 : begins(s, "http://") ? 7 : 0;

	if (i < s.len && s.data[i] == '.')
		return false;
	for (; i < s.len && s.data[i] != '/'; i++)
	{
		dot |= s.data[i] == '.';
		letter |= rvo_is_letter(s.data[i]);
		if (!rvo_is_letter(s.data[i]) && !rvo_is_digit(s.data[i]) && s.data[i] != '.' && s.data[i] != '-')
			return false;
	}
	for (; i < s.len; i++)
		if (!rvo_is_letter(s.data[i]) && !rvo_is_digit(s.data[i]) && !is_in(s.data[i], "-_./?=&%#~+"))
			return false;
	/* "n.a." */
	return dot && letter && s.len > 5;
}

/* domain_of takes off a word what stands around a domain. */
static Slice
domain_of(Slice word)
{
	return strip(skip_schemes(strip(word, ".'`*=-", ".'`*!?-:")), "", "/");
}

/* is_name tells a word that is no domain from signs alone, and from what a domain is announced with: "Website:". */
static bool
is_name(Slice word)
{
	return word.data[word.len - 1] != ':' && (word.len > 1 || rvo_is_letter(word.data[0]) || rvo_is_digit(word.data[0]));
}

/* is_marked tells a word that can be nothing but a domain. */
static bool
is_marked(Slice word, Slice whole)
{
	return contains(word, "://") || begins(word, "www.") ||
		(word.data > whole.data && is_in(word.data[-1], BRACKETS));
}

/*
 * try_domains looks for domains among the words of a text.  Beside other words, only those that are
 * marked as such are taken: "Inc.berlin" is a name.
 */
static void
try_domains(Finding *finding, Slice whole)
{
	for (int marked = 0; marked <= 1 && finding->value.data == NULL; marked++)
	{
		Finding		found = {.normalize = finding->normalize};
		Slice		rest = whole;
		Slice		word;
		bool		names = false;

		while (next_word(&rest, DOMAIN_SEPARATORS, &word))
			if ((marked && !is_marked(word, whole)) || memchr(word.data, '.', word.len) == NULL ||
				!try_value(&found, domain_of(word)))
				names |= is_name(word);
		if (marked || !names)
			*finding = found;
	}
}

/* rvo_import_cell_domain reads a cell that should have a domain. */
ImportCell
rvo_import_cell_domain(Slice text)
{
	Finding		finding = {.normalize = rvo_domain_normalize};

	text = rvo_text_trim(text);
	if (text.len == 0)
		return cell(CELL_BLANK, NO_SLICE);
	if (is_plain_domain(text) || text.len > SEARCHED_MAX_OCTETS)
		return cell(CELL_PLAIN, text);
	if (rvo_is_key_placeholder(text, true))
		return cell(CELL_PLACEHOLDER, NO_SLICE);
	if (memchr(text.data, '<', text.len) == NULL && try_value(&finding, text))
		return found_in(&finding, text);
	try_domains(&finding, rvo_import_folded(text, true));
	return found_in(&finding, text);
}

/* number_of takes the ".0" off a whole number that was written as one with decimals; no value for anything else. */
static Slice
number_of(Slice text)
{
	Slice		rest = text;
	Slice		number = rvo_text_split(&rest, '.');

	if (!rvo_text_is_digits(number))
		return NO_SLICE;
	for (int i = 0; i < rest.len; i++)
		if (rest.data[i] != '0')
			return NO_SLICE;
	return number;
}

/* rvo_import_cell_company reads a cell that should have the id or the domain of a company. */
ImportCell
rvo_import_cell_company(Slice text)
{
	Slice		number;

	text = rvo_text_trim(text);
	if (text.len == 0 || !rvo_is_digit(text.data[0]))
		return rvo_import_cell_domain(text);
	number = number_of(text);
	if (number.data == NULL)
		return rvo_import_cell_domain(text);
	if (number.len == 1 && number.data[0] == '0')
		return cell(CELL_PLACEHOLDER, NO_SLICE);
	return cell(number.len == text.len ? CELL_PLAIN : CELL_CLEANED, number);
}

/* ---------------------------------------------------------------- texts */

/* text_of_formula gives the text that a formula is, ="0123", as spreadsheets are made to keep digits; no value for anything else. */
static Slice
text_of_formula(Slice s)
{
	if (s.len < 3 || memcmp(s.data, "=\"", 2) != 0 || s.data[s.len - 1] != '"')
		return NO_SLICE;
	s = (Slice) {s.data + 2, s.len - 3};
	return memchr(s.data, '"', s.len) == NULL ? rvo_text_trim(s) : NO_SLICE;
}

/* control_length returns the octets of a control character at a place: 0 if there is none. */
static int
control_length(Slice s, int at)
{
	unsigned char c = s.data[at];

	if (c < 0x20 || c == 0x7f)
		return 1;
	return c == 0xc2 && at + 1 < s.len && (unsigned char) s.data[at + 1] < 0xa0 ? 2 : 0;
}

/* name_cleaned writes a name with one space in place of control characters and the white space around them. */
static Slice
name_cleaned(Slice s)
{
	StringInfoData out;
	int			length;

	initStringInfo(&out);
	for (int i = 0; i < s.len; i += Max(length, 1))
	{
		length = control_length(s, i);
		if (length == 0)
		{
			if (s.data[i] != ' ' || out.len == 0 || out.data[out.len - 1] != ' ')
				appendStringInfoChar(&out, s.data[i]);
			continue;
		}
		if (out.len > 0 && out.data[out.len - 1] != ' ')
			appendStringInfoChar(&out, ' ');
	}
	return rvo_text_trim((Slice) {out.data, out.len});
}

/* field_cleaned writes line breaks in place of vertical tabs and their like, and spaces in place of other control characters. */
static Slice
field_cleaned(Slice s)
{
	char	   *out = palloc(s.len);
	int			len = 0;
	int			length;

	for (int i = 0; i < s.len; i += Max(length, 1))
	{
		char		c = s.data[i];

		length = control_length(s, i);
		if (length == 0 || c == '\t' || c == '\n' || c == '\r')
			out[len++] = c;
		else if (c == '\v' || c == '\f' || (length == 2 && (unsigned char) s.data[i + 1] == 0x85))
			out[len++] = '\n';
		else
			out[len++] = ' ';
	}
	return rvo_text_trim((Slice) {out, len});
}

/* How a kind of text is read. */
typedef struct TextRules
{
	bool		(*is_placeholder) (Slice text);
	bool		allows_line_breaks;
	Slice		(*clean) (Slice text);
} TextRules;

/* read_text reads a cell that is a text: what a formula gives, without control characters. */
static ImportCell
read_text(Slice text, const TextRules *rules)
{
	Slice		inside;
	CellReading plain = CELL_PLAIN;

	text = rvo_text_trim(text);
	inside = text_of_formula(text);
	if (inside.data != NULL)
	{
		text = inside;
		plain = CELL_CLEANED;
	}
	if (text.len == 0)
		return cell(CELL_BLANK, NO_SLICE);
	if (rules->is_placeholder(text))
		return cell(CELL_PLACEHOLDER, NO_SLICE);
	if (!rvo_text_has_control(text, rules->allows_line_breaks))
		return cell(plain, text);
	text = rules->clean(text);
	return cell(text.len > 0 ? CELL_CLEANED : CELL_BLANK, text.len > 0 ? text : NO_SLICE);
}

/* rvo_import_cell_name reads a cell that should have a person's name. */
ImportCell
rvo_import_cell_name(Slice text)
{
	static const TextRules rules = {rvo_is_name_placeholder, false, name_cleaned};

	return read_text(text, &rules);
}

/* rvo_import_cell_text reads a cell that should have another text of one line: a status, a company's name. */
ImportCell
rvo_import_cell_text(Slice text)
{
	static const TextRules rules = {rvo_is_text_placeholder, false, name_cleaned};

	return read_text(text, &rules);
}

/* rvo_import_cell_field reads a cell that is the value of a custom field. */
ImportCell
rvo_import_cell_field(Slice text)
{
	static const TextRules rules = {rvo_is_null_of_dump, true, field_cleaned};

	return read_text(text, &rules);
}
