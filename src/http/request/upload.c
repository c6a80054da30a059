/*
 * upload.c
 *	  A file as a request's body: as it is, or the part "file" of a form.
 *
 * Its octets are not looked at here: which encoding they are in is part of
 * what an import finds out.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/compat.h"
#include "base/failure.h"
#include "http/request/header.h"
#include "http/request/multipart.h"
#include "http/request/upload.h"

/* charset_of returns the charset that a content type names; no value if it names none. */
static Slice
charset_of(Slice content_type)
{
	Slice		charset;

	return rvo_header_parameter(content_type, "charset", &charset) && charset.len > 0 ? charset : NO_SLICE;
}

/* read_part takes the file, or an option; of equal options the last counts. A second file would be lost unseen. */
static void
read_part(void *arg, const MultipartPart *part)
{
	Upload	   *upload = arg;

	if (!rvo_slice_equal(part->name, CONST_SLICE("file")))
	{
		rvo_form_add(&upload->options, part->name, part->value);
		return;
	}
	if (upload->content.data != NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "/file", FAULT_DUPLICATE);
	upload->content = part->value;
	upload->charset = charset_of(part->content_type);
}

/* rvo_upload_read reads a body of a content type that is a file's.  Raises FAILURE_INVALID_REQUEST for a broken form, and for a second file. */
void
rvo_upload_read(Slice content_type, Slice body, Upload *upload)
{
	Slice		rest = content_type;

	*upload = (Upload) {0};
	if (rvo_header_is(rvo_text_trim(rvo_text_split(&rest, ';')), "multipart/form-data"))
	{
		rvo_multipart_each(content_type, body, read_part, upload);
		return;
	}
	upload->content = body.data != NULL ? body : CONST_SLICE("");
	upload->charset = charset_of(content_type);
}

/* rvo_upload_option returns an option that came beside the file; no value if it did not. */
Slice
rvo_upload_option(const Upload *upload, const char *name)
{
	for (int i = upload->options.count - 1; i >= 0; i--)
		if (rvo_slice_equal(upload->options.parts[i].name, rvo_slice(name)))
			return upload->options.parts[i].value;
	return NO_SLICE;
}

/* rvo_upload_options returns all that tells a request from one with the same file. */
Slice
rvo_upload_options(const Upload *upload, Slice query)
{
	StringInfoData options;

	initStringInfo(&options);
	appendStringInfo(&options, "%.*s\n%.*s\n", query.len, query.data, upload->charset.len, upload->charset.data);
	for (int i = 0; i < upload->options.count; i++)
	{
		const FormPart *part = &upload->options.parts[i];

		appendStringInfo(&options, "%d %.*s %d ", part->name.len, part->name.len, part->name.data, part->value.len);
		appendBinaryStringInfo(&options, part->value.data, part->value.len);
	}
	return (Slice) {options.data, options.len};
}
