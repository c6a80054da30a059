/*
 * iso_time.h
 *	  Times as texts: ISO 8601.
 */
#ifndef RVO_ISO_TIME_H
#define RVO_ISO_TIME_H

#include "datatype/timestamp.h"

#include "base/text.h"

extern bool rvo_iso_day_exists(int year, int month, int day);
extern bool rvo_iso_day_is(Slice text);
extern bool rvo_iso_clock_is(Slice text);
extern bool rvo_iso_time_is_in_range(TimestampTz time);
extern bool rvo_iso_time_read(Slice text, TimestampTz *time);

#endif							/* RVO_ISO_TIME_H */
