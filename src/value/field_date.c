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

/* take_named takes 12 Mar 2024, or Mar 12, 2024, off the front. */
static bool
take_named(Slice *s, int *year, int *month, int *day)
{
	if (s->len > 0 && rvo_is_digit(s->data[0]))
	{
		if (!take_digits(s, 1, 2, day) || !take_blanks(s) || !take_month(s, month))
			return false;
	}
	else if (!take_month(s, month) || !take_blanks(s) || !take_digits(s, 1, 2, day))
		return false;
	(void) rvo_text_take(s, ",");
	return take_blanks(s) && take_digits(s, YEAR_DIGITS, YEAR_DIGITS, year);
}

/* rvo_field_date: a day of the calendar; 2026/1/5, 2026-01-05T10:00Z and 5 Jan 2026 are 2026-01-05. */
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
	if (!(take_year_first(&rest, &year, &month, &day) && (rest.len == 0 || rvo_iso_clock_is(rest))) &&
		!(take_named(&named, &year, &month, &day) && named.len == 0))
		return false;
	if (!rvo_iso_day_exists(year, month, day))
		return false;
	*value = rvo_slice(psprintf("%04d-%02d-%02d", year, month, day));
	return true;
}
