/*
 * foreign_letter.c
 *	  Letters that stand where no language of Windows-1252 has them.
 *
 * Windows-1250, 1254 and 1257 have other letters in the places of some: Polish names, read as Windows-1252, are
 * still letters only.  But they stand elsewhere: no language that is written in Windows-1252 has n with tilde before s,
 * as in Gdansk.  Here is where each such letter never stands, or next to never.
 *
 * Found by lists of words of sixteen languages of Windows-1252 and of names in ten others (doc/decisions/files.md).
 * Each line there is of no more than six words in a thousand of any of the sixteen, of names hardly any.
 */
#include "postgres.h"

#include "shape/file/foreign_letter.h"

/* Letters with accents stand apart, so that none is taken for a part of an escape. */
#define CONSONANTS "bcdfghjklmnpqrstvwxz"
#define VOWELS_BUT_Y "aeiou" "\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf2\xf3\xf4\xf5\xf6\xf8\xf9\xfa\xfb\xfc\xfd\x9c"
#define VOWELS "y" VOWELS_BUT_Y
#define LETTERS "abcdefghijklmnopqrstuvwxyz"

/* So far from a letter others of its word are looked for: no word is longer, but text may be without an end. */
#define REACH 40

/* What stands before a word, and behind it. */
#define BEGIN '^'
#define END '$'

/* Where a letter is foreign: all holds that is said.  Small letters of Windows-1252. */
static const struct
{
	char		letter;
	const char *before;			/* one of these */
	const char *after;			/* one of these */
	const char *with;			/* the word has one of these */
	bool		later;			/* not in the word's first syllable: another vowel stands before it */
}			foreign[] = {
	/* thorn: Turkish and Romanian letters, and the Baltic z with caron */
	{'\xfe', .after = "bcdfghklmnpqstxz$" "\xf0"},
	{'\xfe', .with = "\xe7\xfc"},
	/* eth: Turkish, the Baltic s with caron, the d of Croatian */
	{'\xf0', .before = "^bcdhjklmnpqstxz" "\xe7"},
	{'\xf0', .with = "\xe7\xfc"},
	/* y with acute: the dotless i of Turkish; Icelandic, Faroese and Czech have one */
	{'\xfd', .before = "cy"},
	{'\xfd', .with = "\xe7\xfc"},
	{'\xfd', .before = "bcdfghjklmnpqrtvxz" "\xf0\xfe", .after = "klmnz" "\xf0\xfe", .later = true},
	/* o with tilde: Hungarian; Estonian has it in the first syllable, Portuguese before e */
	{'\xf5', .after = "$"},
	{'\xf5', .after = CONSONANTS, .later = true},
	{'\xf5', .after = CONSONANTS, .with = "\xe1\xe9\xed\xf3\xfa"},
	/* u with circumflex: Hungarian and Baltic */
	{'\xfb', .before = "gjtvyz"},
	{'\xfb', .after = "bdgjkpvz" "\xf0\xfe"},
	/* o with stroke: Czech; Norwegian islands have it between vowels before y */
	{'\xf8', .before = VOWELS, .after = VOWELS_BUT_Y},
	{'\xf8', .after = "\xe1\xe9\xed\xfd\xec\xf9\xe8\x9e"},
	/* e with grave: the c with caron of Czech, Slovak, Slovenian, Croatian and Baltic */
	{'\xe8', .after = "k" VOWELS},
	{'\xe8', .before = "ae" "\xe1\xe5\xe9\xeb\xed\xec\xf9\xfb\xfd"},
	/* e with circumflex: Polish */
	{'\xea', .after = "bgk"},
	/* c with cedilla: Latvian */
	{'\xe7', .after = CONSONANTS},
	/* n with tilde: Polish; Breton has it before other consonants */
	{'\xf1', .after = "bdkps"},
	/* o with grave: Czech, Slovak, Latvian */
	{'\xf2', .after = "k" VOWELS "\xf0"},
	/* i with grave: Czech */
	{'\xec', .before = "bdfnptv", .after = LETTERS},
	/* u with grave: Czech */
	{'\xf9', .before = "abdefghijkmnoprstuvxyz", .after = LETTERS},
	/* ae: Croatian */
	{'\xe6', .before = "aeiou", .after = "$"},
	/* a with tilde: Romanian */
	{'\xe3', .after = "bcdfghjklmnpqrtuvx"},
	/* oe: Polish */
	{'\x9c', .before = VOWELS},
	{'\x9c', .after = "bghjkmprvwz"},
};

/* letter_at returns the small letter that stands somewhere, or otherwise what is given. */
static char
letter_at(Slice text, int i, char otherwise)
{
	unsigned char c = i >= 0 && i < text.len ? text.data[i] : '\0';

	if (rvo_is_ascii(c))
		return rvo_is_letter(c) ? rvo_ascii_lower(c) : otherwise;
	switch (c)
	{
		case 0x8a:
		case 0x8c:
		case 0x8e:
			return c + 0x10;
		case 0x9a:
		case 0x9c:
		case 0x9e:
			return c;
		case 0x9f:
			return '\xff';
		case 0xd7:
		case 0xf7:
			return otherwise;
		default:
			return c < 0xc0 ? otherwise : c < 0xdf ? c + 0x20 : c;
	}
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* has_vowel_before tells that a vowel other than the letter itself stands before it in the word. */
static bool
has_vowel_before(Slice text, int i)
{
	char		letter = letter_at(text, i, '\0');
	char		c;

	for (int n = 1; n <= REACH && (c = letter_at(text, i - n, '\0')) != '\0'; n++)
		if (c != letter && is_one_of(c, VOWELS))
			return true;
	return false;
}

/* has_one_of tells that the word around a place has one of some letters. */
static bool
has_one_of(Slice text, int i, const char *set)
{
	for (int step = -1; step <= 1; step += 2)
	{
		char		c;

		for (int n = 1; n <= REACH && (c = letter_at(text, i + n * step, '\0')) != '\0'; n++)
			if (is_one_of(c, set))
				return true;
	}
	return false;
}

/* rvo_is_foreign_letter tells that a letter of Windows-1252 stands where none of its languages has it. */
bool
rvo_is_foreign_letter(Slice text, int i)
{
	char		letter = letter_at(text, i, '\0');
	char		before = letter_at(text, i - 1, BEGIN);
	char		after = letter_at(text, i + 1, END);

	for (size_t f = 0; f < lengthof(foreign); f++)
		if (foreign[f].letter == letter &&
			(foreign[f].before == NULL || is_one_of(before, foreign[f].before)) &&
			(foreign[f].after == NULL || is_one_of(after, foreign[f].after)) &&
			(foreign[f].with == NULL || has_one_of(text, i, foreign[f].with)) &&
			(!foreign[f].later || has_vowel_before(text, i)))
			return true;
	return false;
}
