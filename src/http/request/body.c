/*
 * body.c
 *	  Decodes a request's body, in any of the content types, to jsonb.
 *
 * What can't be decoded raises FAILURE_INVALID_REQUEST with
 * FAULT_MALFORMED_BODY here, or a data error in the server's JSON parser; the
 * caller treats the two alike.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/failure.h"
#include "base/fault.h"
#include "base/json_parse.h"
#include "base/jsonio.h"
#include "http/request/body.h"
#include "http/request/header.h"
#include "http/request/multipart.h"
#include "http/request/urlencoded.h"

/* rvo_body_json_text returns JSON text without a byte order mark before it, which is none of it (RFC 8259). */
Slice
rvo_body_json_text(Slice body)
{
	if (body.len >= 3 && memcmp(body.data, "\xef\xbb\xbf", 3) == 0)
		return (Slice) {body.data + 3, body.len - 3};
	return body;
}

/* rvo_body_check_extent raises FAILURE_INVALID_REQUEST for JSON text that has more in it than a body may have. */
void
rvo_body_check_extent(const JsonExtent *extent)
{
	FaultList	faults = {0};

	if (extent->containers > JSON_MAX_CONTAINERS)
		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, JSON_MAX_CONTAINERS, extent->containers);
	else if (extent->commas > JSON_MAX_COMMAS)
		rvo_fault_add_limit(&faults, "", FAULT_TOO_MANY, JSON_MAX_COMMAS, extent->commas);
	if (faults.count > 0)
		rvo_failure_raise(FAILURE_INVALID_REQUEST, &faults);
}

/* decode_json parses JSON text after a look at its extent. */
static Jsonb *
decode_json(Slice content_type pg_attribute_unused(), Slice body, const FormLists *lists pg_attribute_unused())
{
	Slice		text = rvo_body_json_text(body);
	JsonExtent	extent;

	if (!pg_verify_mbstr(PG_UTF8, text.data, text.len, true))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "", FAULT_MALFORMED_BODY);
	extent = rvo_json_measure(text, 0);
	if (extent.depth > JSON_MAX_DEPTH)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "", FAULT_TOO_DEEP);
	rvo_body_check_extent(&extent);
	return rvo_json_parse(text);
}

static Jsonb *
decode_urlencoded(Slice content_type pg_attribute_unused(), Slice body, const FormLists *lists)
{
	Form		form = {0};

	rvo_urlencoded_read(body, lists, &form);
	return rvo_form_to_jsonb(&form, lists);
}

static Jsonb *
decode_multipart(Slice content_type, Slice body, const FormLists *lists)
{
	Form		form = {0};

	rvo_multipart_read(content_type, body, &form);
	return rvo_form_to_jsonb(&form, lists);
}

/* The first is that of a body without a content type. */
const BodyType rvo_body_types[BODY_TYPES] = {
	{"application/json", decode_json},
	{"application/x-www-form-urlencoded", decode_urlencoded},
	{"multipart/form-data", decode_multipart},
};

/*
 * rvo_body_decoder returns the decoder of a content type, which may have parameters in
 * printable ASCII.  Raises FAILURE_UNSUPPORTED_MEDIA_TYPE.
 */
BodyDecoder
rvo_body_decoder(Slice content_type)
{
	Slice		rest = content_type;
	Slice		type;

	if (content_type.len == 0)
		return rvo_body_types[0].decode;
	type = rvo_text_trim(rvo_text_split(&rest, ';'));
	for (int i = 0; i < BODY_TYPES; i++)
		if (rvo_header_is(type, rvo_body_types[i].name) && rvo_header_is_printable(rest))
			return rvo_body_types[i].decode;
	rvo_failure_raise_one(FAILURE_UNSUPPORTED_MEDIA_TYPE, "Content-Type", FAULT_UNSUPPORTED_MEDIA_TYPE);
}

/* Whoever sends a file may call it what it is, or nothing. */
const char *const rvo_file_types[FILE_TYPES] = {"text/csv", "application/octet-stream", "multipart/form-data"};

/* rvo_body_check_file_type raises FAILURE_UNSUPPORTED_MEDIA_TYPE for a content type that no file has; it is none of a file without one. */
void
rvo_body_check_file_type(Slice content_type)
{
	Slice		rest = content_type;
	Slice		type = rvo_text_trim(rvo_text_split(&rest, ';'));

	if (content_type.len == 0)
		return;
	for (int i = 0; i < FILE_TYPES; i++)
		if (rvo_header_is(type, rvo_file_types[i]) && rvo_header_is_printable(rest))
			return;
	rvo_failure_raise_one(FAILURE_UNSUPPORTED_MEDIA_TYPE, "Content-Type", FAULT_UNSUPPORTED_FILE_TYPE);
}

/* rvo_body_is_json tells whether a body of a content type that is taken is JSON. */
bool
rvo_body_is_json(Slice content_type)
{
	return rvo_body_decoder(content_type) == decode_json;
}

/* rvo_body_is_encoded tells whether a list of content codings names any but the one that does nothing. */
bool
rvo_body_is_encoded(Slice content_encoding)
{
	while (content_encoding.len > 0)
	{
		Slice		coding = rvo_text_trim(rvo_text_split(&content_encoding, ','));

		if (coding.len > 0 && !rvo_header_is(coding, "identity"))
			return true;
	}
	return false;
}
