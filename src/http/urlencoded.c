/*
 * urlencoded.c
 *	  Forms and queries whose octets are written %XX.
 */
#include "postgres.h"

#include "base/compat.h"
#include "http/urlencoded.h"

/* rvo_url_decode turns + into a space and %XX into a byte; other % signs stay, as in a browser. */
Slice
rvo_url_decode(Slice s)
{
	char	   *out = palloc(s.len + 1);
	int			len = 0;

	for (int i = 0; i < s.len; i++)
	{
		int			high = s.data[i] == '%' && i + 2 < s.len ? rvo_hex_digit(s.data[i + 1]) : -1;
		int			low = high >= 0 ? rvo_hex_digit(s.data[i + 2]) : -1;

		if (low >= 0)
		{
			out[len++] = high * 16 + low;
			i += 2;
		}
		else
			out[len++] = s.data[i] == '+' ? ' ' : s.data[i];
	}
	return (Slice) {out, len};
}

/* rvo_urlencoded_read reads name=value&name=value.  Raises what rvo_form_add raises. */
void
rvo_urlencoded_read(Slice body, Form *form)
{
	while (body.len > 0)
	{
		Slice		value = rvo_text_split(&body, '&');
		Slice		name = rvo_text_split(&value, '=');

		if (name.len > 0)
			rvo_form_add(form, rvo_url_decode(name), rvo_url_decode(value));
	}
}
