/*
 * front_header.h
 *	  The headers of a request, as the lines of a front.
 */
#ifndef RVO_FRONT_HEADER_H
#define RVO_FRONT_HEADER_H

#include "http/front/handle.h"

extern void rvo_front_headers(Slice lines, RawRequest *raw);

#endif							/* RVO_FRONT_HEADER_H */
