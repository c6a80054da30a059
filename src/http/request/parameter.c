/*
 * parameter.c
 *	  The parameters of a query string.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "http/request/parameter.h"
#include "http/request/urlencoded.h"

/* rvo_query_encode percent-encodes what is not ASCII in a query: so it may stand in a link to the next page. */
Slice
rvo_query_encode(Slice query)
{
	StringInfoData encoded;
	int			i = 0;

	while (i < query.len && !IS_HIGHBIT_SET(query.data[i]))
		i++;
	if (i == query.len)
		return query;
	initStringInfo(&encoded);
	for (i = 0; i < query.len; i++)
		if (IS_HIGHBIT_SET(query.data[i]))
			appendStringInfo(&encoded, "%%%02X", (unsigned char) query.data[i]);
		else
			appendStringInfoChar(&encoded, query.data[i]);
	return (Slice) {encoded.data, encoded.len};
}

/* read_last returns the last value of a parameter, which has two names, and which decode reads. */
static Slice
read_last(Slice query, const char *name, const char *other_name, Slice (*decode) (Slice value))
{
	Slice		found = NO_SLICE;

	while (query.len > 0)
	{
		Slice		value = rvo_text_split(&query, '&');
		Slice		parameter = rvo_url_decode(rvo_text_split(&value, '='));

		if (rvo_slice_equal(parameter, rvo_slice(name)) || rvo_slice_equal(parameter, rvo_slice(other_name)))
			found = decode(value);
	}
	if (found.data != NULL && !pg_verify_mbstr(PG_UTF8, found.data, found.len, true))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, name, FAULT_MALFORMED_QUERY);
	return found;
}

/*
 * rvo_parameter_named returns the last value of a parameter of a query string, which has
 * two names, in the current context; no value if there is none.  Raises
 * FAILURE_INVALID_REQUEST if its value is not UTF-8.
 */
Slice
rvo_parameter_named(Slice query, const char *name, const char *other_name)
{
	return read_last(query, name, other_name, rvo_url_decode);
}

/* rvo_parameter is rvo_parameter_named for one that has one name. */
Slice
rvo_parameter(Slice query, const char *name)
{
	return rvo_parameter_named(query, name, name);
}

/* rvo_parameter_address is rvo_parameter for an e-mail address. */
Slice
rvo_parameter_address(Slice query, const char *name)
{
	return read_last(query, name, name, rvo_url_decode_address);
}

/* rvo_parameter_number returns a parameter that is a number from 1 on, 0 for one that is no such number. */
int
rvo_parameter_number(Slice query, const char *name, int absent)
{
	Slice		digits = rvo_parameter(query, name);
	int64		number;

	if (digits.data == NULL)
		return absent;
	return rvo_text_to_id(digits, &number) && number <= PG_INT32_MAX ? (int) number : 0;
}

/* rvo_parameters_copy copies the parameters of a query string, each with a & behind it, but for those named, up to NULL. */
void
rvo_parameters_copy(StringInfo to, Slice query, const char *const *except)
{
	while (query.len > 0)
	{
		Slice		parameter = rvo_text_split(&query, '&');
		Slice		rest = parameter;
		Slice		name = rvo_url_decode(rvo_text_split(&rest, '='));
		bool		copied = parameter.len > 0;

		for (int i = 0; copied && except[i] != NULL; i++)
			copied = !rvo_slice_equal(name, rvo_slice(except[i]));
		if (copied)
		{
			appendBinaryStringInfo(to, parameter.data, parameter.len);
			appendStringInfoChar(to, '&');
		}
	}
}
