/*
 * header.h
 *	  Headers: their lines, their values, the parameters of these.
 */
#ifndef RVO_HEADER_H
#define RVO_HEADER_H

#include "base/text.h"

extern bool rvo_header_next(Slice *lines, Slice *name, Slice *value);
extern bool rvo_header_is(Slice name, const char *expected);
extern bool rvo_header_is_printable(Slice value);
extern bool rvo_header_parameter(Slice value, const char *name, Slice *parameter);

#endif							/* RVO_HEADER_H */
