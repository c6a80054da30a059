/*
 * hostname.c
 *	  The canonical form of a host name: dotted, lower case, A-labels.
 *
 * E-mail addresses and company domains share it.  A name of plain ASCII labels
 * is read here; anything else (U-labels, and A-labels, which must be ones that
 * a U-label really has) goes through libidn2, UTS #46 non-transitional, as
 * browsers do.
 */
#include "postgres.h"

#include <idn2.h>

#include "base/compat.h"
#include "value/hostname.h"

#define LABEL_MAX_LENGTH 63

/* label_is_valid: letters, digits and inner hyphens, 1 to 63 of them. */
static bool
label_is_valid(const char *label, int len)
{
	if (len < 1 || len > LABEL_MAX_LENGTH || label[0] == '-' || label[len - 1] == '-')
		return false;
	for (int i = 0; i < len; i++)
	{
		char		c = label[i];

		if (!((c >= 'a' && c <= 'z') || rvo_is_digit(c) || c == '-'))
			return false;
	}
	return true;
}

/*
 * name_is_valid checks a lower-case ASCII name: two labels or more, the last
 * one not a number, since that is an address.
 */
static bool
name_is_valid(Slice name)
{
	int			start = 0;

	for (int i = 0; i < name.len; i++)
	{
		if (name.data[i] != '.')
			continue;
		if (!label_is_valid(name.data + start, i - start))
			return false;
		start = i + 1;
	}
	return start > 0 &&
		label_is_valid(name.data + start, name.len - start) &&
		!rvo_text_is_digits((Slice) {name.data + start, name.len - start});
}

/* has_a_label finds labels that start with "xn--" in a lower-case name. */
static bool
has_a_label(Slice name)
{
	for (int i = 0; i + 4 <= name.len; i++)
		if ((i == 0 || name.data[i - 1] == '.') && memcmp(name.data + i, "xn--", 4) == 0)
			return true;
	return false;
}

/* convert runs the name through libidn2.  False if that finds it invalid. */
static bool
convert(Slice in, Hostname *out)
{
	char	   *input = rvo_slice_cstring(in);
	uint8_t    *output = NULL;
	size_t		len;

	if (idn2_lookup_u8((const uint8_t *) input, &output, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	len = strlen((char *) output);
	if (len > 0 && output[len - 1] == '.')
		len--;
	if (len <= HOSTNAME_MAX_LENGTH)
	{
		memcpy(out->data, output, len);
		out->data[len] = '\0';
		out->len = len;
	}
	idn2_free(output);
	return len <= HOSTNAME_MAX_LENGTH;
}

/* rvo_hostname_read writes the canonical form of a name; false if it has none. */
bool
rvo_hostname_read(Slice in, Hostname *out)
{
	bool		ascii = true;

	/* No name in UTF-8 is longer: 4 bytes a character, and a root dot. */
	if (in.len == 0 || in.len > 4 * (HOSTNAME_MAX_LENGTH + 1))
		return false;
	for (int i = 0; i < in.len && ascii; i++)
		ascii = rvo_is_ascii(in.data[i]);
	if (ascii)
	{
		if (in.data[in.len - 1] == '.')
			in.len--;
		if (in.len > HOSTNAME_MAX_LENGTH)
			return false;
		for (int i = 0; i < in.len; i++)
			out->data[i] = rvo_ascii_lower(in.data[i]);
		out->data[in.len] = '\0';
		out->len = in.len;
	}
	if (!ascii || has_a_label((Slice) {out->data, out->len}))
	{
		if (!convert(in, out))
			return false;
	}
	return name_is_valid((Slice) {out->data, out->len});
}

/*
 * rvo_hostname_readable returns a canonical name with the letters that people write in
 * place of "xn--...", in the current context; as it is, if libidn2 finds none.
 */
Slice
rvo_hostname_readable(Slice canonical)
{
	char	   *output = NULL;
	Slice		readable = canonical;

	if (idn2_to_unicode_8z8z(rvo_slice_cstring(canonical), &output, 0) != IDN2_OK)
		return canonical;
	if (strcmp(output, rvo_slice_cstring(canonical)) != 0)
		readable = rvo_slice(pstrdup(output));
	idn2_free(output);
	return readable;
}
