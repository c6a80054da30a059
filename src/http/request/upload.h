/*
 * upload.h
 *	  A file as a request's body.
 */
#ifndef RVO_UPLOAD_H
#define RVO_UPLOAD_H

#include "http/request/form.h"

/* A file, and what came with it. */
typedef struct Upload
{
	Slice		content;		/* no value = there is no file */
	Slice		charset;		/* that the content type of the file names, also as a part; no value = none */
	Form		options;		/* parts beside the file */
} Upload;

extern void rvo_upload_read(Slice content_type, Slice body, Upload *upload);
extern Slice rvo_upload_option(const Upload *upload, const char *name);
extern Slice rvo_upload_options(const Upload *upload, Slice query);

#endif							/* RVO_UPLOAD_H */
