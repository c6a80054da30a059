/*
 * multipart.h
 *	  Forms as multipart/form-data.
 */
#ifndef RVO_MULTIPART_H
#define RVO_MULTIPART_H

#include "http/form.h"

extern void rvo_multipart_read(Slice content_type, Slice body, Form *form);

#endif							/* RVO_MULTIPART_H */
