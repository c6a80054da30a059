/*
 * multipart.h
 *	  Forms as multipart/form-data.
 */
#ifndef RVO_MULTIPART_H
#define RVO_MULTIPART_H

#include "http/request/form.h"

/* What is called for each part. */
typedef void (*MultipartReader) (void *arg, Slice name, Slice value);

extern void rvo_multipart_each(Slice content_type, Slice body, MultipartReader read, void *arg);
extern void rvo_multipart_read(Slice content_type, Slice body, Form *form);

#endif							/* RVO_MULTIPART_H */
