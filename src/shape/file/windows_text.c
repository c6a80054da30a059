/*
 * windows_text.c
 *	  Whether octets may be text in Windows-1252.
 *
 * Nearly every octet is a character there, so text in any other encoding can be read as Windows-1252, as gibberish.
 * But there letters stand where no language has them: a capital Y in Jürgen, a currency sign in Muñoz.  A
 * word is odd if it has an octet that is no character, a sign beside a letter where it does not go, a capital behind a
 * small letter, four letters in a row that are not ASCII, or a letter where no language has it (foreign_letter.c), which
 * tells Windows-1250, 1254 and 1257.  Text in which a tenth of the words are odd is none: of
 * what people write in Windows-1252 they are less than a hundredth.  Hungarian has but two letters of its own, so of more
 * than one word with a foreign letter a twentieth is enough.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/text.h"
#include "shape/file/foreign_letter.h"
#include "shape/file/windows_text.h"

/* One word in so many is odd: then the text is none. */
#define ODD_SHARE 10

/* Or one in so many, and some with foreign letters among them. */
#define FOREIGN_SHARE 20
#define FOREIGN_MIN 2

/* So many letters in a row that are not ASCII are odd: Icelandic has three. */
#define RUN_MAX 3

/* Letters of a word that may have a currency sign at one end, or a power behind it: kEUR, Mio, km. */
#define UNIT_MAX 3

/* What a character is, and, of a sign, where it may stand beside letters. */
typedef enum Kind
{
	CAPITAL = 'A',
	SMALL = 'a',
	NONE = '!',					/* no character */
	ANYWHERE = 'o',				/* also between letters: apostrophes, dashes, the dot of Catalan */
	OUTSIDE = 'q',				/* before a word or behind it: quotes */
	BEFORE = 'b',
	BEHIND = 'e',
	POWER = 'p',				/* behind a short word */
	CURRENCY = 'c',				/* before a short word or behind it */
	APART = 'x',				/* not beside a letter */
	ASCII = ' '					/* that is no letter */
} Kind;

/* The characters from 0x80 to 0xbf, eight a line. */
static const char signs[] =
	"c!bxboqq"
	"xxAqA!A!"
	"!ooqqooo"
	"xeaqa!aA"
	"obccxcxb"
	"xqoqxoex"
	"obepoaxo"
	"xeqqbbbb";

static Kind
kind_of(unsigned char c)
{
	if (rvo_is_ascii(c))
		return !rvo_is_letter(c) ? ASCII : c >= 'a' ? SMALL : CAPITAL;
	if (c < 0xc0)
		return signs[c - 0x80];
	if (c == 0xd7 || c == 0xf7)
		return c == 0xd7 ? OUTSIDE : APART;	/* signs of multiplication and division */
	return c < 0xdf ? CAPITAL : SMALL;
}

static bool
is_letter(Kind kind)
{
	return kind == CAPITAL || kind == SMALL;
}

/* kind_at returns the kind of what stands somewhere, or beyond an end. */
static Kind
kind_at(Slice text, int i)
{
	return i >= 0 && i < text.len ? kind_of(text.data[i]) : ASCII;
}

/* letters_from counts letters in one direction, up to one more than a unit has. */
static int
letters_from(Slice text, int i, int step)
{
	int			n = 0;

	while (n <= UNIT_MAX && is_letter(kind_at(text, i + n * step)))
		n++;
	return n;
}

/* is_odd_capital tells a capital within small letters. The y with dots never begins a word, so of it one behind is enough. */
static bool
is_odd_capital(char c, Kind before, Kind after)
{
	return before == SMALL || (after == SMALL && (before == CAPITAL || (unsigned char) c == 0x9f));
}

/* is_odd tells that a character that is not ASCII doesn't go where it stands. */
static bool
is_odd(Slice text, int i)
{
	Kind		before = kind_at(text, i - 1);
	Kind		after = kind_at(text, i + 1);

	switch (kind_at(text, i))
	{
		case NONE:
			return true;
		case CAPITAL:
			return is_odd_capital(text.data[i], before, after);
		case OUTSIDE:
			return is_letter(before) && is_letter(after);
		case BEFORE:
			return is_letter(before);
		case BEHIND:
			return is_letter(after);
		case POWER:
			return is_letter(after) || letters_from(text, i - 1, -1) > UNIT_MAX;
		case APART:
			return is_letter(before) || is_letter(after);
		case CURRENCY:
			return letters_from(text, i - 1, -1) + letters_from(text, i + 1, 1) > UNIT_MAX ||
				(is_letter(before) && is_letter(after));
		default:
			return false;
	}
}

/* is_long_run tells that too many letters in a row that are not ASCII end here; the same one again and again is one: Estonian has such words. */
static bool
is_long_run(Slice text, int i)
{
	bool		differs = false;

	for (int n = 0; n <= RUN_MAX; n++)
	{
		if (i - n < 0 || rvo_is_ascii(text.data[i - n]) || !is_letter(kind_of(text.data[i - n])))
			return false;
		differs |= text.data[i - n] != text.data[i];
	}
	return differs;
}

/* What was found of words with octets that are not ASCII. */
typedef struct WordCount
{
	int64		words;
	int64		odd;			/* of those */
	int64		foreign;		/* of the odd ones, those with a foreign letter */
} WordCount;

/* count_word counts the word that begins somewhere, and returns what is behind it. */
static int
count_word(Slice text, int i, WordCount *count)
{
	bool		counts = false;		/* it has letters, and not of ASCII alone */
	bool		has_letter = false;
	bool		has_odd = false;
	bool		has_foreign = false;

	for (; i < text.len && kind_of(text.data[i]) != ASCII; i++)
	{
		has_letter |= is_letter(kind_of(text.data[i]));
		if (rvo_is_ascii(text.data[i]))
			continue;
		counts = true;
		has_odd |= is_odd(text, i) || is_long_run(text, i);
		has_foreign |= rvo_is_foreign_letter(text, i);
	}
	count->words += counts && (has_letter || has_odd);
	count->odd += has_odd || has_foreign;
	count->foreign += has_foreign;
	return i;
}

/* rvo_text_may_be_windows tells that octets may be text in Windows-1252. */
bool
rvo_text_may_be_windows(Slice text)
{
	WordCount	count = {0};

	for (int i = 0; i < text.len; i++)
		i = count_word(text, i, &count);
	if (count.odd == 0)
		return true;
	return count.odd * ODD_SHARE < count.words && (count.foreign < FOREIGN_MIN || count.odd * FOREIGN_SHARE < count.words);
}
