/*
 * multipart.h
 *	  Forms as multipart/form-data.
 */
#ifndef RVO_MULTIPART_H
#define RVO_MULTIPART_H

#include "http/request/form.h"

/* A part as it came. */
typedef struct MultipartPart
{
	Slice		name;
	Slice		content_type;	/* no value = it says none */
	Slice		value;
} MultipartPart;

/* What is called for each part. */
typedef void (*MultipartReader) (void *arg, const MultipartPart *part);

extern void rvo_multipart_each(Slice content_type, Slice body, MultipartReader read, void *arg);
extern void rvo_multipart_read(Slice content_type, Slice body, Form *form);

#endif							/* RVO_MULTIPART_H */
