/*
 * body.h
 *	  Decoding a request's body.
 */
#ifndef RVO_BODY_H
#define RVO_BODY_H

#include "base/jsonio.h"
#include "http/request/form.h"

/* Decodes a body to jsonb in the current context; lists names the members that are lists. */
typedef Jsonb *(*BodyDecoder) (Slice content_type, Slice body, const FormLists *lists);

/* A content type and its decoder. */
typedef struct BodyType
{
	const char *name;
	BodyDecoder decode;
} BodyType;

#define BODY_TYPES 3

extern const BodyType rvo_body_types[BODY_TYPES];

/* The content types of a file. */
#define FILE_TYPES 3

extern const char *const rvo_file_types[FILE_TYPES];

extern BodyDecoder rvo_body_decoder(Slice content_type);
extern void rvo_body_check_file_type(Slice content_type);
extern bool rvo_body_is_json(Slice content_type);
extern Slice rvo_body_json_text(Slice body);
extern void rvo_body_check_extent(const JsonExtent *extent);
extern bool rvo_body_is_encoded(Slice content_encoding);

#endif							/* RVO_BODY_H */
