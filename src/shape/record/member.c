/*
 * member.c
 *	  String members of a request body: how they are trimmed, and how long they can be.
 *
 * What a contact and a company share: plain text members, which are "" when
 * absent and may not be null, and key members, for which absent, null and
 * blank are the same.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/member.h"

/* rvo_member_pointer returns the JSON pointer of a top-level member. */
const char *
rvo_member_pointer(Slice name)
{
	return psprintf("/%.*s", name.len, name.data);
}

/* rvo_member_wrong returns what is wrong with a value that should be an object or array: code, or that it holds one as text. */
FaultCode
rvo_member_wrong(const JsonbValue *value, FaultCode code)
{
	return rvo_json_is_encoded(value) ? FAULT_JSON_IN_STRING : code;
}

/* rvo_member_is_blank tells a value that says nothing, where one may be absent: null, and a text of which nothing is to be seen. */
bool
rvo_member_is_blank(const JsonbValue *value)
{
	return value->type == jbvNull || (value->type == jbvString && rvo_text_trim(rvo_json_string(value)).len == 0);
}

/* rvo_member_note_no_object notes what is wrong with a whole body that is no object; NULL stands for SQL's NULL. */
void
rvo_member_note_no_object(JsonbContainer *body, FaultList *faults)
{
	rvo_fault_add(faults, "", rvo_json_is_encoded_root(body) ? FAULT_JSON_IN_STRING : FAULT_NOT_AN_OBJECT);
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

/* rvo_member_text reads a plain text member; points into the body. */
Slice
rvo_member_text(Slice name, const JsonbValue *value, FaultList *faults)
{
	Slice		text = CONST_SLICE("");

	if (value->type != jbvString)
	{
		rvo_fault_add(faults, rvo_member_pointer(name),
					  value->type == jbvNull ? FAULT_NULL_NOT_ALLOWED : FAULT_NOT_A_STRING);
		return text;
	}
	text = rvo_text_trim(rvo_json_string(value));
	if (text.len > MEMBER_MAX_LENGTH || rvo_text_has_control(text, false))
		rvo_member_check_text(text, rvo_member_pointer(name), MEMBER_MAX_LENGTH, false, faults);
	return text;
}

/* rvo_member_optional_text reads a text that there may be none of: null and blank are no value. */
Slice
rvo_member_optional_text(Slice name, const JsonbValue *value, int max_length, FaultList *faults)
{
	Slice		text;

	if (value->type == jbvNull)
		return NO_SLICE;
	if (value->type != jbvString)
	{
		rvo_fault_add(faults, rvo_member_pointer(name), FAULT_NOT_A_STRING);
		return NO_SLICE;
	}
	text = rvo_text_trim(rvo_json_string(value));
	rvo_member_check_text(text, rvo_member_pointer(name), max_length, false, faults);
	return text.len > 0 ? text : NO_SLICE;
}

/* rvo_member_long_text reads a text of several lines, as it is but for what is no text at all: null and "" are no value. */
Slice
rvo_member_long_text(Slice name, const JsonbValue *value, int max_octets, FaultList *faults)
{
	Slice		text = NO_SLICE;

	if (value->type == jbvString)
		text = rvo_json_string(value);
	else if (value->type != jbvNull)
		rvo_fault_add(faults, rvo_member_pointer(name), FAULT_NOT_A_STRING);
	if (text.len > max_octets)
		rvo_fault_add_limit(faults, rvo_member_pointer(name), FAULT_TOO_LONG, max_octets, text.len);
	return text.len > 0 ? text : NO_SLICE;
}

/*
 * rvo_member_key reads a key member in its canonical form; no value if null or
 * blank.  max_length, in octets, is what the normaliser's FAULT_TOO_LONG speaks of.
 */
Slice
rvo_member_key(Slice name, const JsonbValue *value, Normalizer normalize, int max_length, FaultList *faults)
{
	Slice		key;
	FaultCode	fault;

	if (value->type == jbvNull)
		return NO_SLICE;
	if (value->type != jbvString)
	{
		rvo_fault_add(faults, rvo_member_pointer(name), FAULT_NOT_A_STRING);
		return NO_SLICE;
	}
	fault = normalize(rvo_json_string(value), &key);
	if (fault == FAULT_TOO_LONG)
		rvo_fault_add_limit(faults, rvo_member_pointer(name), fault, max_length, key.len);
	else if (fault != FAULT_NONE)
		rvo_fault_add(faults, rvo_member_pointer(name), fault);
	return key;
}

/* rvo_member_string returns a member that is a string, as it is; no value if it is absent or null. */
Slice
rvo_member_string(JsonbContainer *body, const char *name, FaultList *faults)
{
	JsonbValue	value;

	if (!rvo_json_get(body, rvo_slice(name), &value) || value.type == jbvNull)
		return NO_SLICE;
	if (value.type == jbvString)
		return rvo_json_string(&value);
	rvo_fault_add(faults, rvo_member_pointer(rvo_slice(name)), FAULT_NOT_A_STRING);
	return NO_SLICE;
}

/* rvo_member_flag reads a member that is true or false, which a form has as text; false if it is absent, null or blank. */
bool
rvo_member_flag(JsonbContainer *body, const char *name, FaultList *faults)
{
	JsonbValue	value;
	Slice		text;

	if (!rvo_json_get(body, rvo_slice(name), &value) || value.type == jbvNull)
		return false;
	if (value.type == jbvBool)
		return value.val.boolean;
	text = value.type == jbvString ? rvo_text_trim(rvo_json_string(&value)) : NO_SLICE;
	if (text.data == NULL || (text.len > 0 && !rvo_slice_equal(text, CONST_SLICE("true")) && !rvo_slice_equal(text, CONST_SLICE("false"))))
		rvo_fault_add(faults, psprintf("/%s", name), FAULT_NOT_A_BOOLEAN);
	return text.len > 0 && rvo_slice_equal(text, CONST_SLICE("true"));
}
