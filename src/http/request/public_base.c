/*
 * public_base.c
 *	  The address that callers know a front by: "https://host[:port][/prefix]".
 *
 * A front that knows it says so in a header, and links in answers begin with
 * it.  It ends up in headers and in JSON as it is, so what could end either is
 * no address.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/request/public_base.h"

#define BASE_MAX_LENGTH 512

/* take_scheme takes the scheme off the front of an address; false if it is not HTTP's. */
static bool
take_scheme(Slice *address)
{
	static const Slice schemes[] = {CONST_SLICE("https://"), CONST_SLICE("http://")};

	for (size_t i = 0; i < lengthof(schemes); i++)
	{
		if (address->len < schemes[i].len || memcmp(address->data, schemes[i].data, schemes[i].len) != 0)
			continue;
		*address = (Slice) {address->data + schemes[i].len, address->len - schemes[i].len};
		return true;
	}
	return false;
}

/* is_base_character tells what may stand in an address: printable ASCII without a query, and nothing that quotes. */
static bool
is_base_character(char c)
{
	return c > ' ' && c <= '~' && strchr("\"'\\?#", c) == NULL;
}

/* rvo_public_base returns the address if it is one, else an empty text: then links are paths. */
Slice
rvo_public_base(Slice sent)
{
	Slice		rest = sent;

	if (sent.len > BASE_MAX_LENGTH || !take_scheme(&rest) || rest.len == 0 ||
		rest.data[0] == '/' || rest.data[0] == ':' || rest.data[rest.len - 1] == '/')
		return CONST_SLICE("");
	for (int i = 0; i < rest.len; i++)
		if (!is_base_character(rest.data[i]))
			return CONST_SLICE("");
	return sent;
}
