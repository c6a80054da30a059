/*
 * email_address.c
 *	  Which e-mail addresses are valid, and their canonical form, a contact's duplicate key.
 *
 * The syntax is the one of HTML's <input type=email> (WHATWG), with a dotted
 * domain and without dots at the ends of the local part or two in a row.
 * Canonical is ASCII lower case with the domain as A-labels; neither plus tags
 * nor dots are folded.
 */
#include "postgres.h"

#include "base/compat.h"
#include "value/email_address.h"
#include "value/hostname.h"

#define LOCAL_MAX_LENGTH 64

/* The characters that may stand before the @, RFC 5322's atext and the dot. */
static const bool local_characters[256] = {
	['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true,
	['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['/'] = true, ['0' ... '9'] = true,
	['='] = true, ['?'] = true, ['A' ... 'Z'] = true, ['^'] = true, ['_'] = true, ['`'] = true,
	['a' ... 'z'] = true, ['{'] = true, ['|'] = true, ['}'] = true, ['~'] = true,
};

static bool
local_is_valid(Slice local)
{
	if (local.len < 1 || local.len > LOCAL_MAX_LENGTH ||
		local.data[0] == '.' || local.data[local.len - 1] == '.')
		return false;
	for (int i = 0; i < local.len; i++)
	{
		if (!local_characters[(unsigned char) local.data[i]])
			return false;
		if (local.data[i] == '.' && local.data[i + 1] == '.')
			return false;
	}
	return true;
}

/*
 * rvo_email_address_normalize gives the canonical form, in the current context, or no
 * value for blank.  Faults: FAULT_INVALID_EMAIL, and FAULT_TOO_LONG with *out
 * still set, so that the caller can tell how long it is.
 */
FaultCode
rvo_email_address_normalize(Slice in, Slice *out)
{
	Slice		email = rvo_text_trim(in);
	const char *at;
	Slice		local;
	Hostname	domain;
	char	   *canonical;

	*out = NO_SLICE;
	if (email.len == 0)
		return FAULT_NONE;
	at = memchr(email.data, '@', email.len);
	if (at == NULL)
		return FAULT_INVALID_EMAIL;
	local = (Slice) {email.data, at - email.data};
	if (!local_is_valid(local) ||
		!rvo_hostname_read((Slice) {at + 1, email.len - local.len - 1}, &domain))
		return FAULT_INVALID_EMAIL;

	canonical = palloc(local.len + 1 + domain.len);
	for (int i = 0; i < local.len; i++)
		canonical[i] = rvo_ascii_lower(local.data[i]);
	canonical[local.len] = '@';
	memcpy(canonical + local.len + 1, domain.data, domain.len);
	*out = (Slice) {canonical, local.len + 1 + domain.len};
	return out->len > EMAIL_MAX_LENGTH ? FAULT_TOO_LONG : FAULT_NONE;
}
