/*
 * iso_time.c
 *	  Times as texts: ISO 8601.
 *
 * A day, 2026-11-25, which is its first moment in UTC; or a day and a time with
 * its offset: 2026-11-25T09:30Z, 2026-11-25 09:30:00.5+01:00.  Without an offset
 * nobody knows which time is meant.
 */
#include "postgres.h"

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "value/iso_time.h"

#define DAY_LENGTH 10
#define FRACTION_MAX_DIGITS 9	/* more than six are cut off */

/* take_number takes two digits, up to max, off the front. */
static bool
take_number(Slice *s, int max, int *number)
{
	if (s->len < 2 || !rvo_is_digit(s->data[0]) || !rvo_is_digit(s->data[1]))
		return false;
	*number = (s->data[0] - '0') * 10 + s->data[1] - '0';
	s->data += 2;
	s->len -= 2;
	return *number <= max;
}

/* take_fraction takes the digits behind a point, if there is one, as microseconds. */
static bool
take_fraction(Slice *s, int64 *microseconds)
{
	int			digits = 0;

	*microseconds = 0;
	if (!rvo_text_take(s, ".,"))
		return true;
	for (; s->len > 0 && rvo_is_digit(s->data[0]); s->data++, s->len--)
		if (++digits <= 6)
			*microseconds = *microseconds * 10 + s->data[0] - '0';
	for (int i = digits; i < 6; i++)
		*microseconds *= 10;
	return digits > 0 && digits <= FRACTION_MAX_DIGITS;
}

/* take_offset takes Z, +01:00, +0100 or +01, as minutes east of UTC. */
static bool
take_offset(Slice *s, int *minutes)
{
	int			sign = s->len > 0 && s->data[0] == '-' ? -1 : 1;
	int			hour;
	int			minute = 0;

	*minutes = 0;
	if (rvo_text_take(s, "Zz"))
		return true;
	if (!rvo_text_take(s, "+-") || !take_number(s, 15, &hour))
		return false;
	if (s->len > 0 && ((void) rvo_text_take(s, ":"), !take_number(s, 59, &minute)))
		return false;
	*minutes = sign * (hour * MINS_PER_HOUR + minute);
	return true;
}

/* take_clock takes a time of the day off the front, behind what parts it from the day: T09:30, 09:30:00.5. */
static bool
take_clock(Slice *s, int64 *microseconds)
{
	int			hour;
	int			minute;
	int			second = 0;
	int64		fraction = 0;

	if (!rvo_text_take(s, "Tt ") || !take_number(s, 23, &hour) || !rvo_text_take(s, ":") || !take_number(s, 59, &minute))
		return false;
	if (rvo_text_take(s, ":") && !(take_number(s, 59, &second) && take_fraction(s, &fraction)))
		return false;
	*microseconds = ((int64) hour * SECS_PER_HOUR + minute * SECS_PER_MINUTE + second) * USECS_PER_SEC + fraction;
	return true;
}

/* number_at reads the digits at a place; -1 if they are none. */
static int
number_at(Slice s, int at, int width)
{
	int			number = 0;

	for (int i = at; i < at + width; i++)
	{
		if (!rvo_is_digit(s.data[i]))
			return -1;
		number = number * 10 + s.data[i] - '0';
	}
	return number;
}

/* rvo_iso_day_exists tells whether there is such a day, from the year 1 on. */
bool
rvo_iso_day_exists(int year, int month, int day)
{
	return year >= 1 && month >= 1 && month <= MONTHS_PER_YEAR && day >= 1 && day <= day_tab[isleap(year)][month - 1];
}

/* rvo_iso_day_is tells whether a text is a day as 2026-11-25. */
bool
rvo_iso_day_is(Slice text)
{
	return text.len == DAY_LENGTH && text.data[4] == '-' && text.data[7] == '-' &&
		rvo_iso_day_exists(number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2));
}

/* rvo_iso_clock_is tells whether a text is what may stand behind a day: a time, with or without its offset. */
bool
rvo_iso_clock_is(Slice text)
{
	int64		microseconds;
	int			offset;

	if (!take_clock(&text, &microseconds))
		return false;
	if (text.len == 0)
		return true;
	(void) rvo_text_take(&text, " ");
	return take_offset(&text, &offset) && text.len == 0;
}

/* rvo_iso_time_read reads a time; false for anything else. */
bool
rvo_iso_time_read(Slice text, TimestampTz *time)
{
	Slice		day = {text.data, DAY_LENGTH};
	Slice		rest;
	int64		microseconds = 0;
	int			offset = 0;
	int			julian;

	if (text.len < DAY_LENGTH || !rvo_iso_day_is(day))
		return false;
	rest = (Slice) {text.data + DAY_LENGTH, text.len - DAY_LENGTH};
	if (rest.len > 0 && !(take_clock(&rest, &microseconds) && take_offset(&rest, &offset) && rest.len == 0))
		return false;
	julian = date2j(number_at(day, 0, 4), number_at(day, 5, 2), number_at(day, 8, 2));
	*time = (julian - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY - offset * SECS_PER_MINUTE * USECS_PER_SEC + microseconds;
	return true;
}

/* midnight returns the first moment of a year, in UTC. */
static TimestampTz
midnight(int year)
{
	return (TimestampTz) (date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/* rvo_iso_time_is_in_range tells whether a time is one of the years 1 to 9999, which all can read. */
bool
rvo_iso_time_is_in_range(TimestampTz time)
{
	return time >= midnight(1) && time < midnight(10000);
}
