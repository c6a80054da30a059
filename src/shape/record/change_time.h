/*
 * change_time.h
 *	  When a change was.
 */
#ifndef RVO_CHANGE_TIME_H
#define RVO_CHANGE_TIME_H

#include "datatype/timestamp.h"

extern TimestampTz rvo_time_of_change(TimestampTz before);

#endif							/* RVO_CHANGE_TIME_H */
