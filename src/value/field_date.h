/*
 * field_date.h
 *	  Days as values of defined custom fields.
 */
#ifndef RVO_FIELD_DATE_H
#define RVO_FIELD_DATE_H

#include "base/text.h"

/* False for what is no day, or not clearly one, and leaves that as it is. */
extern bool rvo_field_date(Slice *value);

#endif							/* RVO_FIELD_DATE_H */
