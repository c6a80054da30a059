/*
 * field_date.c
 *	  Days as values of defined custom fields, and their canonical form.
 *
 * People and programs write a day in many ways.  Those are taken that say one day
 * only: the year in front and in four digits, or the month by its English name.
 * 29/11/2026 is not: of 5/11/2026 nobody knows which is the month.  A time behind a
 * day is cut off, whatever its offset: the day is the one that was written.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "base/compat.h"
#include "value/field_date.h"
#include "value/iso_time.h"

#define YEAR_DIGITS 4

static const char *const months_in_full[MONTHS_PER_YEAR] = {
	"January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December"
};

static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* take_digits takes a number of some digits off the front. */
static bool
take_digits(Slice *s, int least, int most, int *number)
{
	int			n = 0;

	*number = 0;
	while (n < most && n < s->len && rvo_is_digit(s->data[n]))
		*number = *number * 10 + s->data[n++] - '0';
	s->data += n;
	s->len -= n;
	return n >= least;
}

/* take_blanks takes blanks off the front; false if there is none. */
static bool
take_blanks(Slice *s)
{
	bool		found = false;

	while (rvo_text_take(s, " "))
		found = true;
	return found;
}

/* is_short tells whether a month, from 0, has a short name of so many letters: three, and Sept. */
static bool
is_short(int len, int month)
{
	return len == 3 || (len == 4 && month == 8);
}

/* take_month takes the name of a month off the front: March, Mar, mar. or Sept. */
static bool
take_month(Slice *s, int *month)
{
	const char *name = s->data;
	int			len = 0;

	while (len < s->len && rvo_is_letter(name[len]))
		len++;
	s->data += len;
	s->len -= len;
	for (int i = 0; i < MONTHS_PER_YEAR; i++)
	{
		bool		in_full = len == (int) strlen(months_in_full[i]);

		if ((!in_full && !is_short(len, i)) || pg_strncasecmp(name, months_in_full[i], len) != 0)
			continue;
		*month = i + 1;
		if (!in_full)
			(void) rvo_text_take(s, ".");
		return true;
	}
	return false;
}

/* take_year_first takes 2026-1-5 or 2026/01/05 off the front. */
static bool
take_year_first(Slice *s, int *year, int *month, int *day)
{
	const char *separator;

	if (!take_digits(s, YEAR_DIGITS, YEAR_DIGITS, year))
		return false;
	separator = s->len > 0 && s->data[0] == '/' ? "/" : "-";
	return rvo_text_take(s, separator) && take_digits(s, 1, 2, month) && rvo_text_take(s, separator) && take_digits(s, 1, 2, day);
}

/* take_weekday takes the name of a day of the week off the front, if there is one: "Sun, " or "Sunday ". */
static void
take_weekday(Slice *s)
{
	int			len = 0;

	while (len < s->len && rvo_is_letter(s->data[len]))
		len++;
	for (size_t i = 0; i < lengthof(weekdays); i++)
	{
		Slice		rest = {s->data + len, s->len - len};

		if ((len != 3 && len != (int) strlen(weekdays[i])) || pg_strncasecmp(s->data, weekdays[i], len) != 0)
			continue;
		(void) rvo_text_take(&rest, ",");
		if (take_blanks(&rest))
			*s = rest;
		return;
	}
}

/* take_day takes a day of the month off the front, also as 1st, 2nd, 3rd or 4th. */
static bool
take_day(Slice *s, int *day)
{
	static const char *const endings[] = {"st", "nd", "rd", "th"};

	if (!take_digits(s, 1, 2, day))
		return false;
	for (size_t i = 0; i < lengthof(endings); i++)
		if (s->len >= 2 && pg_strncasecmp(s->data, endings[i], 2) == 0)
		{
			*s = (Slice) {s->data + 2, s->len - 2};
			break;
		}
	return true;
}

/* take_named takes 12 Mar 2024, 12-Mar-2024, or Mar 12, 2024, off the front, each also behind a day of the week. */
static bool
take_named(Slice *s, int *year, int *month, int *day)
{
	take_weekday(s);
	if (s->len > 0 && rvo_is_digit(s->data[0]))
	{
		if (!take_day(s, day))
			return false;
		if (rvo_text_take(s, "-"))
			return take_month(s, month) && rvo_text_take(s, "-") && take_digits(s, YEAR_DIGITS, YEAR_DIGITS, year);
		if (!take_blanks(s) || !take_month(s, month))
			return false;
	}
	else if (!take_month(s, month) || !take_blanks(s) || !take_day(s, day))
		return false;
	(void) rvo_text_take(s, ",");
	return take_blanks(s) && take_digits(s, YEAR_DIGITS, YEAR_DIGITS, year);
}

/* without_zone takes the name of a zone off a time: " UTC", the letters of " GMT+0100", and " (CET)" behind it. */
static Slice
without_zone(Slice s)
{
	int			at = s.len - 1;

	if (at > 0 && s.data[at] == ')')
	{
		while (at > 0 && s.data[at] != '(')
			at--;
		if (at > 0 && s.data[at - 1] == ' ')
			s.len = at - 1;
	}
	for (int i = 0; i + 4 <= s.len; i++)
		if (memcmp(s.data + i, " UTC", 4) == 0 || memcmp(s.data + i, " GMT", 4) == 0)
			return i + 4 == s.len ? (Slice) {s.data, i} : rvo_slice(psprintf("%.*s %.*s", i, s.data, s.len - i - 4, s.data + i + 4));
	return s;
}

/* is_clock_of_12 tells whether a text is a time with AM or PM behind it. */
static bool
is_clock_of_12(Slice s)
{
	int			hour;

	if (s.len < 2 || (pg_strncasecmp(s.data + s.len - 2, "am", 2) != 0 && pg_strncasecmp(s.data + s.len - 2, "pm", 2) != 0))
		return false;
	s.len -= 2;
	if (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	return take_blanks(&s) && take_digits(&s, 1, 2, &hour) && hour >= 1 && hour <= 12 &&
		rvo_iso_clock_is(rvo_slice(psprintf(" %02d%.*s", hour % 12, s.len, s.data)));
}

/* is_time tells whether a text is nothing, or a time that may stand behind a day. */
static bool
is_time(Slice s)
{
	if (s.len == 0)
		return true;
	s = without_zone(s);
	return rvo_iso_clock_is(s) || is_clock_of_12(s);
}

/* is_time_behind_named is the same behind a day whose month has its name: there may be a comma. */
static bool
is_time_behind_named(Slice s)
{
	if (s.len > 1)
		(void) rvo_text_take(&s, ",");
	return is_time(s);
}

/* rvo_field_date: a day of the calendar; 2026/1/5, 2026-01-05T10:00Z, 5 Jan 2026 and Mon, 5 Jan 2026 10:00 GMT are 2026-01-05. */
bool
rvo_field_date(Slice *value)
{
	Slice		named = *value;
	Slice		rest = *value;
	int			year;
	int			month;
	int			day;

	if (rvo_iso_day_is(*value))
		return true;
	if (!(take_year_first(&rest, &year, &month, &day) && is_time(rest)) &&
		!(take_named(&named, &year, &month, &day) && is_time_behind_named(named)))
		return false;
	if (!rvo_iso_day_exists(year, month, day))
		return false;
	*value = rvo_slice(psprintf("%04d-%02d-%02d", year, month, day));
	return true;
}
