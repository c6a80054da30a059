/*
 * member.c
 *	  String members of a request body.
 *
 * What a contact and a company share: plain text members, which are "" when
 * absent and may not be null, and key members, for which absent, null and
 * blank are the same.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/member.h"

/* pointer_to returns the JSON pointer of a top-level member. */
static const char *
pointer_to(const char *name)
{
	return psprintf("/%s", name);
}

/* rvo_member_check_text notes what is wrong with a trimmed text. */
void
rvo_member_check_text(Slice text, const char *pointer, int max_length,
					  bool allow_line_breaks, FaultList *faults)
{
	int			length;

	if (rvo_text_has_control(text, allow_line_breaks))
		rvo_fault_add(faults, pointer, FAULT_CONTROL_CHARACTER);

	/* No text has more characters than bytes. */
	if (text.len > max_length && (length = rvo_text_characters(text)) > max_length)
		rvo_fault_add_limit(faults, pointer, FAULT_TOO_LONG, max_length, length);
}

/* rvo_member_is_given tells whether the body has a member, be it null. */
bool
rvo_member_is_given(JsonbContainer *body, const char *name)
{
	JsonbValue	value;

	return rvo_json_get(body, rvo_slice(name), &value);
}

/* rvo_member_text reads a plain text member; points into the body. */
Slice
rvo_member_text(JsonbContainer *body, const char *name, FaultList *faults)
{
	JsonbValue	value;
	Slice		text = CONST_SLICE("");

	if (!rvo_json_get(body, rvo_slice(name), &value))
		return text;
	if (value.type != jbvString)
	{
		rvo_fault_add(faults, pointer_to(name),
					  value.type == jbvNull ? FAULT_NULL_NOT_ALLOWED : FAULT_NOT_A_STRING);
		return text;
	}
	text = rvo_text_trim(rvo_json_string(&value));
	if (text.len > 0)
		rvo_member_check_text(text, pointer_to(name), MEMBER_MAX_LENGTH, false, faults);
	return text;
}

/*
 * rvo_member_key reads a key member in its canonical form; no value if absent,
 * null or blank.  max_length, in octets, is what the normaliser's
 * FAULT_TOO_LONG speaks of.
 */
Slice
rvo_member_key(JsonbContainer *body, const char *name, Normalizer normalize,
			   int max_length, FaultList *faults)
{
	JsonbValue	value;
	Slice		key;
	FaultCode	fault;

	if (!rvo_json_get(body, rvo_slice(name), &value) || value.type == jbvNull)
		return NO_SLICE;
	if (value.type != jbvString)
	{
		rvo_fault_add(faults, pointer_to(name), FAULT_NOT_A_STRING);
		return NO_SLICE;
	}
	fault = normalize(rvo_json_string(&value), &key);
	if (fault == FAULT_TOO_LONG)
		rvo_fault_add_limit(faults, pointer_to(name), fault, max_length, key.len);
	else if (fault != FAULT_NONE)
		rvo_fault_add(faults, pointer_to(name), fault);
	return key;
}
