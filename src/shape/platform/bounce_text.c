/*
 * bounce_text.c
 *	  What a mail server says of an e-mail that it did not take.
 *
 * That is a reply (RFC 5321), "452", a status (RFC 3463), "4.2.2", or both, alone or within what another server tells
 * of it.  The first one counts.  Such texts have numbers of other kinds, too: days, times, addresses, versions, how
 * many there were.  So a reply alone is one only where replies stand.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/platform/bounce_text.h"
#include "shape/platform/item_path.h"

/* How far back from a reply one looks for what is before it. */
#define TOKEN_MAX_OCTETS 40

/* Words that may stand before a reply without a status. */
#define BEFORE_REPLIES "code|error|esmtp|reply|replied|response|returned|said|smtp|status"

/* octet_at returns an octet of a text, 0 behind its end and before its beginning. */
static char
octet_at(Slice text, int i)
{
	return i >= 0 && i < text.len ? text.data[i] : '\0';
}

static bool
is_digit_at(Slice text, int i)
{
	return rvo_is_digit(octet_at(text, i));
}

static bool
is_word_at(Slice text, int i)
{
	return is_digit_at(text, i) || rvo_is_letter(octet_at(text, i));
}

static Slice
from(Slice text, int i)
{
	return (Slice) {text.data + i, text.len - i};
}

/* is_day tells of what looks like a status, up to end, whether it is a day, "4.5.24": that has a time behind it, or a year, which no status is like but those of security. */
static bool
is_day(Slice text, int end)
{
	if (end == 6 && (text.data[4] == '2' || text.data[4] == '3') && text.data[2] != '7')
		return true;
	while (octet_at(text, end) == ' ' || octet_at(text, end) == ',')
		end++;
	for (int digits = 0; digits < 2 && is_digit_at(text, end); digits++)
		end++;
	return octet_at(text, end) == ':' && is_digit_at(text, end - 1) && is_digit_at(text, end + 1);
}

/* is_status tells whether a text begins with a status, which is "5.1.1" to "5.7.999", and no day or part of an IP address. */
static bool
is_status(Slice text)
{
	int			end = 5;

	if ((octet_at(text, 0) != '4' && octet_at(text, 0) != '5') || octet_at(text, 1) != '.' || !is_digit_at(text, 2) || text.data[2] > '7' ||
		octet_at(text, 3) != '.' || !is_digit_at(text, 4))
		return false;
	while (is_digit_at(text, end))
		end++;
	return end <= 7 && !(octet_at(text, end) == '.' && is_digit_at(text, end + 1)) && !is_day(text, end);
}

/* has_status tells whether a text, which begins with three digits, has a status behind these: "550 5.1.1", "550-5.1.1", "550 #5.1.1". */
static bool
has_status(Slice text)
{
	int			i = 3;

	while (i < 6 && i < text.len && !is_word_at(text, i))
		i++;
	return i > 3 && i < text.len && is_status(from(text, i));
}

/* is_time_before tells whether a time is the last before an octet of a text. */
static bool
is_time_before(Slice text, int end)
{
	for (int i = end - 1; i > 0 && i > end - TOKEN_MAX_OCTETS && text.data[i] > ' '; i--)
		if (text.data[i] == ':' && is_digit_at(text, i - 1) && is_digit_at(text, i + 1))
			return true;
	return false;
}

/* is_word_before tells whether a word that replies follow is the last before an octet of a text. */
static bool
is_word_before(Slice text, int end)
{
	int			start = end;

	while (start > 0 && start > end - TOKEN_MAX_OCTETS && rvo_is_letter(text.data[start - 1]))
		start--;
	return start < end && rvo_loosely_among((Slice) {text.data + start, end - start}, BEFORE_REPLIES);
}

/* may_reply tells whether a reply without a status may stand at a place: where a text or line begins, and behind what leads to one. */
static bool
may_reply(Slice text, int place)
{
	int			end = place;
	char		before;

	while (end > 0 && (text.data[end - 1] == ' ' || text.data[end - 1] == '\t'))
		end--;
	if (end == 0)
		return true;
	before = text.data[end - 1];
	/* "[192.0.2.5]:465" is a port */
	if (before == ':' || before == '-')
		return end < place;
	return !rvo_is_ascii(before) || strchr("\r\n;'\"`([<=#", before) != NULL ||
		is_word_before(text, end) || (end < place && is_time_before(text, end));
}

/* is_reply tells whether three digits at a place of a text are a reply. */
static bool
is_reply(Slice text, int place)
{
	Slice		rest = from(text, place);
	char		next = octet_at(rest, 3);

	if (!is_digit_at(rest, 1) || !is_digit_at(rest, 2))
		return false;
	if (has_status(rest))
		return true;
	/* no part of another number, as in "450.50" */
	if (rest.data[1] > '7' || is_word_at(rest, 3) || (next != '\0' && strchr(".,:/-", next) != NULL && is_digit_at(rest, 4)))
		return false;
	return may_reply(text, place);
}

/* begins tells whether a code may begin at a place of a text: not within a word or a number, a version or an address. */
static bool
begins(Slice text, int place)
{
	char		before = octet_at(text, place - 1);

	return (text.data[place] == '4' || text.data[place] == '5') && !is_word_at(text, place - 1) &&
		(before == '\0' || strchr("./-_@+", before) == NULL);
}

/* rvo_bounce_is_temporary tells an answer that says to try again: "451 4.7.1 …", or "4.2.2" as the first code in a text. */
bool
rvo_bounce_is_temporary(Slice text)
{
	for (int i = 0; i < text.len; i++)
		if (begins(text, i) && (is_reply(text, i) || is_status(from(text, i))))
			return text.data[i] == '4';
	return false;
}
