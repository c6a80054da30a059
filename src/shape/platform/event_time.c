/*
 * event_time.c
 *	  The time of an event, in whichever form a platform gives it.
 *
 * A time with its offset is shown as it was given.  One without is UTC, which
 * is what platforms mean; a number is seconds, milliseconds or microseconds
 * since 1970, by its size: in seconds, milliseconds of 2001 are of the year 33658.
 * E-mails and browsers write a day that has the name of its month.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "base/compat.h"
#include "shape/platform/event_time.h"
#include "value/field_date.h"
#include "value/iso_time.h"

#define EPOCH_MAX_DIGITS 16
#define EPOCH_MIN 100000000		/* seconds: what is less is some other number */
#define EPOCH_SHIFT (((int64) POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* Microseconds in 1, of numbers that are below a limit. */
static const struct
{
	int64		below;
	int64		unit;
}			epoch_units[] = {
	{INT64CONST(100000000000), USECS_PER_SEC},
	{INT64CONST(100000000000000), 1000},
	{INT64CONST(10000000000000000), 1},
};

/* read_digits reads digits as a number; false if they are none, or too many. */
static bool
read_digits(Slice digits, int max, int64 *number)
{
	if (digits.len > max || !rvo_text_is_digits(digits))
		return false;
	*number = 0;
	for (int i = 0; i < digits.len; i++)
		*number = *number * 10 + digits.data[i] - '0';
	return true;
}

/* read_epoch reads a number of seconds or parts of them since 1970, as microseconds; what is behind its point counts for seconds. */
static bool
read_epoch(Slice text, int64 *microseconds)
{
	Slice		fraction = text;
	Slice		whole = rvo_text_split(&fraction, '.');
	int64		number;
	int64		part = 0;

	if (!read_digits(whole, EPOCH_MAX_DIGITS, &number) || number < EPOCH_MIN)
		return false;
	fraction.len = Min(fraction.len, 6);
	if (fraction.len > 0 && !read_digits(fraction, 6, &part))
		return false;
	for (int i = fraction.len; i < 6; i++)
		part *= 10;
	for (size_t i = 0; i < lengthof(epoch_units); i++)
		if (number < epoch_units[i].below)
		{
			*microseconds = number * epoch_units[i].unit + (epoch_units[i].unit == USECS_PER_SEC ? part : 0);
			return true;
		}
	return false;
}

/* show_utc shows a time as ISO 8601 with as many decimals as it has: none, three or six. */
static Slice
show_utc(TimestampTz time)
{
	Slice		text = rvo_json_time(time);
	int64		part = ((time % USECS_PER_SEC) + USECS_PER_SEC) % USECS_PER_SEC;
	int			decimals = part == 0 ? 0 : part % 1000 == 0 ? 3 : 6;
	int			len = text.len - strlen(".000000Z") + (decimals > 0 ? decimals + 1 : 0);
	char	   *shown = pnstrdup(text.data, len + 1);

	shown[len] = 'Z';
	return (Slice) {shown, len + 1};
}

/* without_name returns a time without " UTC", the letters of " GMT+0100", or a blank before its offset, which some write. */
static Slice
without_name(Slice text)
{
	int			at = text.len - 1;
	Slice		end;

	while (at > 0 && text.data[at] != ' ')
		at--;
	end = (Slice) {text.data + at + 1, text.len - at - 1};
	if (at < (int) sizeof("2026-03-02"))
		return text;
	if (end.len >= 3 && (memcmp(end.data, "UTC", 3) == 0 || memcmp(end.data, "GMT", 3) == 0))
		end = (Slice) {end.data + 3, end.len - 3};
	return rvo_slice(psprintf("%.*s%.*s", at, text.data, end.len > 0 ? end.len : 1, end.len > 0 ? end.data : "Z"));
}

/* with_numbers returns "Mon, 4 May 2026 09:15:04 GMT" as ISO 8601, also with "(a name)" behind; no value for what has no such day. */
static Slice
with_numbers(Slice text)
{
	Slice		named = text;
	Slice		unnamed = rvo_text_split(&named, '(');
	Slice		behind = text;
	Slice		day = rvo_text_split(&behind, ':');
	Slice		clock;

	while (day.len > 0 && day.data[day.len - 1] != ' ')
		day.len--;
	clock = rvo_text_trim((Slice) {text.data + day.len, Max(unnamed.len - day.len, 0)});
	day = rvo_text_trim(day);
	if (day.len == 0 || !rvo_field_date(&day))
		return NO_SLICE;
	return without_name(rvo_slice(psprintf("%.*s %.*s", day.len, day.data, clock.len, clock.data)));
}

/* is_in_range tells whether a time can be one of an e-mail. */
static bool
is_in_range(TimestampTz time)
{
	return time >= -EPOCH_SHIFT && time < (date2j(10000, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/* read_iso reads ISO 8601, which is UTC if it has no offset. */
static bool
read_iso(Slice text, TimestampTz *time)
{
	return (text.len > 10 && rvo_iso_time_read(rvo_slice(psprintf("%.*sZ", text.len, text.data)), time)) || rvo_iso_time_read(text, time);
}

/* read_other reads a time that is shown in another form: without its offset, with the name of its month, or a number. */
static bool
read_other(Slice text, TimestampTz *time)
{
	int64		microseconds;

	if (read_iso(text, time) || read_iso(with_numbers(text), time))
		return true;
	if (!read_epoch(text, &microseconds))
		return false;
	*time = microseconds - EPOCH_SHIFT;
	return true;
}

/*
 * rvo_event_time_read reads a time, and how it is shown, in the current context; false for
 * anything else, and for what was before 1970.
 */
bool
rvo_event_time_read(Slice text, NullableTime *time, Slice *shown)
{
	Slice		joined = without_name(text);

	*time = (NullableTime) {0};
	*shown = NO_SLICE;
	if (joined.len > 10 && rvo_iso_time_read(joined, &time->time))
		*shown = joined;
	else if (!read_other(text, &time->time))
		return false;
	if (!is_in_range(time->time))
	{
		*time = (NullableTime) {0};
		*shown = NO_SLICE;
		return false;
	}
	time->given = true;
	if (shown->data == NULL)
		*shown = show_utc(time->time);
	return true;
}
