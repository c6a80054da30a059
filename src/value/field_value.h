/*
 * field_value.h
 *	  Canonical forms of the values of defined custom fields.
 */
#ifndef RVO_FIELD_VALUE_H
#define RVO_FIELD_VALUE_H

#include "base/text.h"

/* Each is false for what is no such value, and leaves that as it is. */
extern bool rvo_field_number(Slice *value);
extern bool rvo_field_number_is_unclear(Slice value);
extern bool rvo_field_boolean(Slice *value);
extern bool rvo_field_url(Slice *value);
extern bool rvo_field_choice(const Slice *choices, int n, Slice *value);

#endif							/* RVO_FIELD_VALUE_H */
