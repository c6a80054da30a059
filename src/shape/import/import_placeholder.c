/*
 * import_placeholder.c
 *	  Cells that say that there is nothing: "N/A", "-", "❌ No email found".
 *
 * What is asked is no valid value.  So of keys and companies, more words say nothing than
 * of names: Na, Nan, None and Null are people, written so.  In capitals NA is what R writes
 * for no value.  Of other texts, which name no person, what programs write says nothing in any case.
 */
#include "postgres.h"

#include <unictype.h>
#include <unistr.h>

#include "base/compat.h"
#include "shape/import/import_placeholder.h"
#include "shape/import/import_word.h"
#include "value/import_key.h"

/* Octets of the longest cell that says nothing. */
#define PLACEHOLDER_MAX_OCTETS 120

/* What says nothing in place of a key, as rvo_import_key has it. */
static const Slice words[] = {
	CONST_SLICE(""), CONST_SLICE("na"), CONST_SLICE("nan"), CONST_SLICE("nat"), CONST_SLICE("null"), CONST_SLICE("none"), CONST_SLICE("nil"),
	CONST_SLICE("undefined"), CONST_SLICE("unknown"), CONST_SLICE("nodata"), CONST_SLICE("noresult"), CONST_SLICE("noresults"), CONST_SLICE("noemail"),
	CONST_SLICE("nolinkedin"), CONST_SLICE("nowebsite"), CONST_SLICE("nodomain"), CONST_SLICE("novalue"), CONST_SLICE("no"), CONST_SLICE("false"), CONST_SLICE("0"),
	CONST_SLICE("tbd"), CONST_SLICE("tba"), CONST_SLICE("tbc"), CONST_SLICE("blank"), CONST_SLICE("empty"), CONST_SLICE("missing"), CONST_SLICE("invalid"),
	CONST_SLICE("error"), CONST_SLICE("void"), CONST_SLICE("notapplicable"), CONST_SLICE("unavailable"), CONST_SLICE("objectobject"), CONST_SLICE("x"), CONST_SLICE("xx"), CONST_SLICE("xxx"),
	/* German */
	CONST_SLICE("ka"), CONST_SLICE("nv"), CONST_SLICE("nb"), CONST_SLICE("keine"), CONST_SLICE("kein"), CONST_SLICE("keiner"), CONST_SLICE("keineangabe"), CONST_SLICE("keineangaben"),
	CONST_SLICE("ohne"), CONST_SLICE("unbekannt"), CONST_SLICE("leer"), CONST_SLICE("fehlt"), CONST_SLICE("nein"), CONST_SLICE("entf\303\244llt"), CONST_SLICE("nichtvorhanden"), CONST_SLICE("nichtbekannt"),
	/* French */
	CONST_SLICE("inconnu"), CONST_SLICE("inconnue"), CONST_SLICE("aucun"), CONST_SLICE("aucune"), CONST_SLICE("nc"), CONST_SLICE("nd"), CONST_SLICE("nr"), CONST_SLICE("so"), CONST_SLICE("vide"),
	CONST_SLICE("n\303\251ant"), CONST_SLICE("non"), CONST_SLICE("nonrenseign\303\251"), CONST_SLICE("nonrenseign\303\251e"), CONST_SLICE("nondisponible"), CONST_SLICE("sansobjet"),
	/* Spanish, Portuguese */
	CONST_SLICE("ninguno"), CONST_SLICE("ninguna"), CONST_SLICE("desconocido"), CONST_SLICE("desconocida"), CONST_SLICE("sincorreo"), CONST_SLICE("sindatos"), CONST_SLICE("sindato"),
	CONST_SLICE("noaplica"), CONST_SLICE("nodisponible"), CONST_SLICE("sd"), CONST_SLICE("sn"), CONST_SLICE("vac\303\255o"), CONST_SLICE("nulo"), CONST_SLICE("notiene"), CONST_SLICE("nohay"),
	CONST_SLICE("nenhum"), CONST_SLICE("nenhuma"), CONST_SLICE("desconhecido"), CONST_SLICE("sememail"), CONST_SLICE("n\303\243o"), CONST_SLICE("n\303\243oinformado"),
	/* Italian, Dutch, Polish */
	CONST_SLICE("nessuno"), CONST_SLICE("nessuna"), CONST_SLICE("sconosciuto"), CONST_SLICE("nondisponibile"), CONST_SLICE("assente"),
	CONST_SLICE("geen"), CONST_SLICE("onbekend"), CONST_SLICE("nvt"), CONST_SLICE("leeg"), CONST_SLICE("brak"), CONST_SLICE("nieznany"),
};

/* With these such a cell ends, as "No email found". */
static const Slice endings[] = {
	CONST_SLICE("notfound"), CONST_SLICE("notavailable"), CONST_SLICE("notprovided"), CONST_SLICE("notset"), CONST_SLICE("notknown"), CONST_SLICE("notspecified"), CONST_SLICE("notdisclosed"),
	CONST_SLICE("notgiven"), CONST_SLICE("notmet"), CONST_SLICE("missing"), CONST_SLICE("nichtgefunden"), CONST_SLICE("nichtvorhanden"), CONST_SLICE("nichtbekannt"), CONST_SLICE("nichtverf\303\274gbar"),
	CONST_SLICE("unbekannt"), CONST_SLICE("noencontrado"), CONST_SLICE("noencontrada"), CONST_SLICE("nodisponible"), CONST_SLICE("nontrouv\303\251"), CONST_SLICE("nontrouv\303\251e"),
	CONST_SLICE("introuvable"), CONST_SLICE("nondisponible"), CONST_SLICE("unavailable"), CONST_SLICE("unknown"),
};

/* With one of the first such a cell begins that ends with one of the second. */
static const Slice beginnings[] = {
	CONST_SLICE("no"), CONST_SLICE("kein"), CONST_SLICE("aucun"), CONST_SLICE("ning"), CONST_SLICE("nessun"), CONST_SLICE("geen"), CONST_SLICE("nenhum"), CONST_SLICE("couldnot"), CONST_SLICE("unableto"),
};
static const Slice verbs[] = {
	CONST_SLICE("found"), CONST_SLICE("available"), CONST_SLICE("provided"), CONST_SLICE("given"), CONST_SLICE("find"), CONST_SLICE("gefunden"), CONST_SLICE("vorhanden"), CONST_SLICE("verf\303\274gbar"),
	CONST_SLICE("trouv\303\251"), CONST_SLICE("trouv\303\251e"), CONST_SLICE("disponible"), CONST_SLICE("encontrado"), CONST_SLICE("encontrada"), CONST_SLICE("trovato"), CONST_SLICE("trovata"),
	CONST_SLICE("gevonden"), CONST_SLICE("bekend"), CONST_SLICE("input"), CONST_SLICE("data"), CONST_SLICE("result"), CONST_SLICE("results"),
};

/* Of keys of people: words with which a sentence begins that gives none. */
static const Slice first_words[] = {
	CONST_SLICE("no"), CONST_SLICE("not"), CONST_SLICE("none"), CONST_SLICE("without"), CONST_SLICE("unknown"), CONST_SLICE("kein"), CONST_SLICE("keine"), CONST_SLICE("nicht"), CONST_SLICE("ohne"),
	CONST_SLICE("pas"), CONST_SLICE("sans"), CONST_SLICE("aucun"), CONST_SLICE("aucune"), CONST_SLICE("non"), CONST_SLICE("sin"), CONST_SLICE("ning\303\272n"), CONST_SLICE("ninguno"), CONST_SLICE("ninguna"),
	CONST_SLICE("senza"), CONST_SLICE("nessun"), CONST_SLICE("nessuna"), CONST_SLICE("geen"), CONST_SLICE("niet"), CONST_SLICE("sem"), CONST_SLICE("nenhum"), CONST_SLICE("n\303\243o"), CONST_SLICE("brak"), CONST_SLICE("error"),
};

/* Addresses that programs, and those who must fill a field, give to everybody.  Apollo's is the first. */
static const char *const nobodys_addresses[] = {
	"email_not_unlocked@domain.com", "noemail@noemail.com", "none@none.com", "na@na.com",
};

static bool
is_among(Slice key, const Slice *list, int n)
{
	for (int i = 0; i < n; i++)
		if (rvo_slice_equal(key, list[i]))
			return true;
	return false;
}

static bool
begins_with_any(Slice key, const Slice *list, int n)
{
	for (int i = 0; i < n; i++)
		if (key.len >= list[i].len && memcmp(key.data, list[i].data, list[i].len) == 0)
			return true;
	return false;
}

static bool
ends_with_any(Slice key, const Slice *list, int n)
{
	for (int i = 0; i < n; i++)
		if (key.len >= list[i].len && memcmp(key.data + key.len - list[i].len, list[i].data, list[i].len) == 0)
			return true;
	return false;
}

/* is_spreadsheet_error tells what a spreadsheet shows in place of a value: #N/A, #REF!, #¿NOMBRE? */
static bool
is_spreadsheet_error(Slice text)
{
	if (text.len < 3 || text.len > 20 || text.data[0] != '#')
		return false;
	for (int i = 1; i < text.len; i++)
		if (rvo_is_ascii(text.data[i]) && !rvo_is_digit(text.data[i]) && !(text.data[i] >= 'A' && text.data[i] <= 'Z') &&
			text.data[i] != '/' && text.data[i] != '!' && text.data[i] != '?' && text.data[i] != '_')
			return false;
	return true;
}

/* rvo_is_null_of_dump tells whether a trimmed text is what MySQL, PostgreSQL and their tools write for no value. */
bool
rvo_is_null_of_dump(Slice text)
{
	static const Slice nulls[] = {
		CONST_SLICE("\\N"), CONST_SLICE("(null)"), CONST_SLICE("(NULL)"), CONST_SLICE("[NULL]"), CONST_SLICE("[null]"), CONST_SLICE("<null>"), CONST_SLICE("<NULL>"),
	};

	return is_among(text, nulls, lengthof(nulls));
}

/* begins_with_symbol tells a text that a sign such as a red cross stands before: what follows is a message. */
static bool
begins_with_symbol(Slice text)
{
	ucs4_t		character;

	return !rvo_is_ascii(text.data[0]) && u8_mbtouc(&character, (const uint8_t *) text.data, text.len) > 0 &&
		uc_is_general_category_withtable(character, UC_CATEGORY_MASK_So);
}

/* has_dotted_word tells a text that could be a domain: a dot within it, beside more than single letters. */
static bool
has_dotted_word(Slice text)
{
	int			run = 0;
	bool		dot = false;
	bool		word = false;

	for (int i = 0; i < text.len; i++)
	{
		bool		inside = rvo_is_letter(text.data[i]) || rvo_is_digit(text.data[i]) || !rvo_is_ascii(text.data[i]);

		run = inside ? run + 1 : 0;
		word |= run > 1;
		dot |= text.data[i] == '.' && i + 1 < text.len && text.data[i + 1] != '.' && text.data[i + 1] != ' ' && i > 0;
	}
	return dot && word;
}

/* first_word_of returns the key of the first of several words; empty if there is one only. */
static Slice
first_word_of(Slice text)
{
	Slice		word = rvo_text_split(&text, ' ');

	return text.len > 0 ? rvo_import_key(word) : CONST_SLICE("");
}

/*
 * rvo_is_key_placeholder tells whether a trimmed text in which no key was found, or (is_company)
 * no company was looked for, says that there is none.
 */
bool
rvo_is_key_placeholder(Slice text, bool is_company)
{
	Slice		key;

	if (text.len == 0 || text.len > PLACEHOLDER_MAX_OCTETS)
		return false;
	if (is_spreadsheet_error(text) || rvo_is_null_of_dump(text))
		return true;
	if (memchr(text.data, '@', text.len) != NULL || has_dotted_word(text))
		return false;
	if (begins_with_symbol(text))
		return true;
	key = rvo_import_key(text);
	if (is_among(key, words, lengthof(words)) || ends_with_any(key, endings, lengthof(endings)) ||
		(begins_with_any(key, beginnings, lengthof(beginnings)) && ends_with_any(key, verbs, lengthof(verbs))))
		return true;
	if (key.len >= 7 && memcmp(key.data, "missing", 7) == 0)
		return true;
	return !is_company && is_among(first_word_of(text), first_words, lengthof(first_words)) &&
		first_word_of(text).len > 0;
}

/*
 * is_masked tells an address of which a part is hidden: "j***@acme.com".  At both of its ends asterisks are those of bold
 * text, which hide nothing.
 */
static bool
is_masked(Slice address)
{
	while (begins(address, "**") && address.len > 4 && memcmp(address.data + address.len - 2, "**", 2) == 0)
		address = (Slice) {address.data + 2, address.len - 4};
	return contains(address, "**");
}

/* rvo_is_address_placeholder tells whether a word with an @ is no address of anybody's, although it may look like one. */
bool
rvo_is_address_placeholder(Slice word)
{
	word = strip(word, "'`=", "'`.");
	for (size_t i = 0; i < lengthof(nobodys_addresses); i++)
		if (word.len == (int) strlen(nobodys_addresses[i]) && begins(word, nobodys_addresses[i]))
			return true;
	return is_masked(word);
}

/* is_filler tells what is written where something must be written: ".", "?", "--". */
static bool
is_filler(Slice text)
{
	for (int i = 0; i < text.len; i++)
		if (strchr(".?-_*/", text.data[i]) == NULL)
			return false;
	return text.len > 0;
}

/* is_bracketed_word tells a word that says nothing, where brackets show that it is no name: "(blank)", "[not provided]". */
static bool
is_bracketed_word(Slice text)
{
	char		first = text.len > 1 ? text.data[0] : '\0';
	char		last = first != '\0' ? text.data[text.len - 1] : '\0';
	Slice		key;

	if (!(first == '(' && last == ')') && !(first == '[' && last == ']') && !(first == '<' && last == '>'))
		return false;
	key = rvo_import_key((Slice) {text.data + 1, text.len - 2});
	return is_among(key, words, lengthof(words)) || is_among(key, endings, lengthof(endings));
}

/* rvo_is_name_placeholder tells whether a trimmed text that should be a name says that there is none. */
bool
rvo_is_name_placeholder(Slice text)
{
	static const Slice names[] = {
		CONST_SLICE("NA"), CONST_SLICE("nan"), CONST_SLICE("NaN"), CONST_SLICE("N/A"), CONST_SLICE("n/a"),
		CONST_SLICE("\342\200\223"), CONST_SLICE("\342\200\224"), CONST_SLICE("undefined"), CONST_SLICE("NULL"), CONST_SLICE("null"),
	};

	if (text.len > 20)
		return false;
	return is_among(text, names, lengthof(names)) || is_filler(text) || is_bracketed_word(text) || rvo_is_null_of_dump(text) ||
		is_spreadsheet_error(text);
}

/*
 * rvo_is_text_placeholder tells it of a text that is no person's name: a status, a company's name.  Words of people such as
 * "unknown" or "invalid" may be a status.
 */
bool
rvo_is_text_placeholder(Slice text)
{
	static const Slice of_programs[] = {
		CONST_SLICE("na"), CONST_SLICE("nan"), CONST_SLICE("nat"), CONST_SLICE("null"), CONST_SLICE("none"), CONST_SLICE("undefined"), CONST_SLICE("notapplicable"), CONST_SLICE("notavailable"),
	};

	if (text.len > 20)
		return false;
	return rvo_is_name_placeholder(text) || is_among(rvo_import_header_key(text), of_programs, lengthof(of_programs));
}
