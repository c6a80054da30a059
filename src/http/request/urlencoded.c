/*
 * urlencoded.c
 *	  Forms and queries whose octets are written %XX.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "http/request/urlencoded.h"

/* next_octet takes an octet off the front, decoded: %XX is one; other % signs stay, as in a browser.  *plus = it is a + that was not encoded. */
static char
next_octet(Slice *s, bool *plus)
{
	int			encoded = rvo_percent_octet(*s, 0);
	char		octet = encoded >= 0 ? encoded : s->data[0];
	int			len = encoded >= 0 ? 3 : 1;

	*plus = encoded < 0 && octet == '+';
	*s = (Slice) {s->data + len, s->len - len};
	return octet;
}

/* decode turns %XX into a byte, and + into another character. */
static Slice
decode(Slice s, char plus)
{
	char	   *out = palloc(s.len + 1);
	int			len = 0;

	while (s.len > 0)
	{
		bool		is_plus;
		char		octet = next_octet(&s, &is_plus);

		out[len++] = is_plus ? plus : octet;
	}
	return (Slice) {out, len};
}

/* rvo_url_decode decodes a name or value, in which + is a blank. */
Slice
rvo_url_decode(Slice s)
{
	return decode(s, ' ');
}

/* at_sign returns where an @ stands in encoded text; its length if none does. */
static int
at_sign(Slice s)
{
	for (int i = 0; i < s.len; i++)
		if (s.data[i] == '@' || (s.len - i >= 3 && memcmp(s.data + i, "%40", 3) == 0))
			return i;
	return s.len;
}

/*
 * rvo_url_decode_address decodes an e-mail address.  None has a blank, so a + before
 * the @ is one that its sender did not encode.  At the beginning and behind the @ it is a blank, as in what is no address.
 */
Slice
rvo_url_decode_address(Slice s)
{
	int			at = at_sign(s);
	char	   *raw;
	Slice		address;
	bool		inside = false;

	if (at == s.len)
		return rvo_url_decode(s);
	raw = palloc(s.len + 1);
	for (int i = 0; i < s.len; i++)
	{
		inside |= s.data[i] != '+';
		raw[i] = s.data[i] == '+' && (i > at || !inside) ? ' ' : s.data[i];
	}
	address = decode((Slice) {raw, s.len}, '+');
	pfree(raw);
	return address;
}

/* split_string takes what stands before a JSON text's next quote off the front, as rvo_text_split does; one behind a \ ends no string. */
static Slice
split_string(Slice *s)
{
	Slice		rest = *s;
	bool		escaped = false;

	while (rest.len > 0)
	{
		Slice		before = {s->data, rest.data - s->data};
		bool		is_plus;
		char		octet = next_octet(&rest, &is_plus);

		if (octet == '"' && !escaped)
		{
			*s = rest;
			return before;
		}
		escaped = octet == '\\' && !escaped;
	}
	rest = *s;
	*s = NO_SLICE;
	return rest;
}

/*
 * decode_addresses decodes e-mail addresses: one, or a JSON text of many.  Of JSON what stands between
 * quotes is decoded as an address is; outside of them a + is a blank, by which the text was laid out.
 */
static Slice
decode_addresses(Slice s)
{
	StringInfoData text;
	bool		in_string = false;

	if (!rvo_form_is_json_text(rvo_url_decode(s)))
		return rvo_url_decode_address(s);
	rvo_string_init(&text, s.len + 1);
	while (s.data != NULL)
	{
		Slice		encoded = split_string(&s);
		Slice		piece = in_string ? rvo_url_decode_address(encoded) : rvo_url_decode(encoded);

		appendBinaryStringInfo(&text, piece.data, piece.len);
		if (s.data != NULL)
			appendStringInfoChar(&text, '"');
		pfree(unconstify(char *, piece.data));
		in_string = !in_string;
	}
	return (Slice) {text.data, text.len};
}

/* is_address_list tells whether the name of a part is that of the do-not-contact list's addresses: address, addresses, addresses[0]. */
static bool
is_address_list(Slice name)
{
	Slice		member = rvo_text_split(&name, '[');

	return rvo_slice_equal(member, CONST_SLICE("address")) || rvo_slice_equal(member, CONST_SLICE("addresses"));
}

/* is_custom_field tells whether a part belongs to a list of the form's in which a name in brackets is that of a custom field. */
static bool
is_custom_field(Slice name, const FormLists *lists)
{
	Slice		member = rvo_text_split(&name, '[');

	return lists->named && (rvo_slice_equal(member, rvo_slice(lists->list)) ||
							(lists->other != NULL && rvo_slice_equal(member, rvo_slice(lists->other))));
}

/* is_address tells whether the name of a part is that of an e-mail address: email, contact_email, contacts[0][email]. */
static bool
is_address(Slice name)
{
	static const char word[] = "email";
	int			rest;

	if (name.len > 0 && name.data[name.len - 1] == ']')
		name.len--;
	rest = name.len - (int) strlen(word);
	return rest >= 0 && memcmp(name.data + rest, word, strlen(word)) == 0 && (rest == 0 || strchr("_[].", name.data[rest - 1]) != NULL);
}

/* decode_value decodes the value of a part by what its name is that of.  A custom field is text, whatever it is called. */
static Slice
decode_value(Slice name, Slice value, const FormLists *lists)
{
	if (is_address_list(name))
		return decode_addresses(value);
	return is_address(name) && !is_custom_field(name, lists) ? rvo_url_decode_address(value) : rvo_url_decode(value);
}

/*
 * check_no_json raises FAILURE_INVALID_REQUEST for JSON that is labelled as a form, also if it was
 * encoded twice: no member's name begins like that.
 */
static void
check_no_json(Slice body)
{
	Slice		part = rvo_text_split(&body, '&');
	Slice		name = rvo_text_trim(rvo_url_decode(rvo_text_split(&part, '=')));

	if (name.len > 1 && name.data[0] == '"')
		name = (Slice) {name.data + 1, name.len - 1};
	if (name.len > 0 && (name.data[0] == '{' || name.data[0] == '['))
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "Content-Type", FAULT_JSON_AS_FORM);
}

/* rvo_urlencoded_read reads name=value&name=value.  Raises what rvo_form_add raises, and FAILURE_INVALID_REQUEST for JSON. */
void
rvo_urlencoded_read(Slice body, const FormLists *lists, Form *form)
{
	check_no_json(body);
	while (body.len > 0)
	{
		Slice		value = rvo_text_split(&body, '&');
		Slice		name = rvo_text_split(&value, '=');

		if (name.len == 0)
			continue;
		name = rvo_url_decode(name);
		rvo_form_add(form, name, decode_value(name, value, lists));
	}
}
