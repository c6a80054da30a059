/*
 * record_input.c
 *	  What a body gives for the members of a record, and what that makes of one.
 *
 * Members are read in the contract's order, so that their faults come in that.
 * Read-only members are not looked at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/change_time.h"
#include "shape/record/record_input.h"
#include "value/domain.h"
#include "value/iso_time.h"

/* read_company reads a company: an integer or digits are an id, any other string a domain. */
static CompanyReference
read_company(const RecordMember *member, const JsonbValue *value, FaultList *faults)
{
	CompanyReference company = {.given = true};
	Slice		s;
	bool		valid = false;

	if (value->type == jbvNull)
		return company;
	if (value->type == jbvNumeric)
		valid = rvo_json_to_id(value, &company.id);
	else if (value->type == jbvString)
	{
		s = rvo_text_trim(rvo_json_string(value));
		if (rvo_text_is_digits(s))
			valid = rvo_text_to_id(s, &company.id);
		else
			valid = rvo_domain_read(s, &company.domain, &company.page) == FAULT_NONE;
	}
	if (!valid)
		rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_INVALID_COMPANY);
	return company;
}

/* read_id reads the id of another record: an integer, or digits; 0 for null, and for blank, as a form has it. */
static int64
read_id(const RecordMember *member, const JsonbValue *value, FaultList *faults)
{
	int64		id = 0;

	if (!rvo_member_is_blank(value) && !(value->type == jbvNumeric && rvo_json_to_id(value, &id)) &&
		!(value->type == jbvString && rvo_text_to_id(rvo_text_trim(rvo_json_string(value)), &id)))
		rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_INVALID_NUMBER);
	return id;
}

/* read_time reads a time, which is one of the years 1 to 9999 in UTC as well; none for null, and for blank, as a form has it. */
static NullableTime
read_time(const RecordMember *member, const JsonbValue *value, FaultList *faults)
{
	Slice		text = value->type == jbvString ? rvo_text_trim(rvo_json_string(value)) : NO_SLICE;
	NullableTime time = {.given = value->type != jbvNull && (text.data == NULL || text.len > 0)};

	if (time.given && (text.data == NULL || !rvo_iso_time_read(text, &time.time) || !rvo_iso_time_is_in_range(time.time)))
		rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_INVALID_TIME);
	return time;
}

/* is_word tells whether a text is a word in small letters, ASCII case apart. */
static bool
is_word(Slice text, Slice word)
{
	return text.len == word.len && pg_strncasecmp(text.data, word.data, word.len) == 0;
}

/* read_boolean reads a truth value, of a form as its text; none for null, and for blank, as a form has it. */
static NullableBoolean
read_boolean(const RecordMember *member, const JsonbValue *value, FaultList *faults)
{
	Slice		text;

	if (value->type == jbvNull)
		return (NullableBoolean) {false, false};
	if (value->type == jbvBool)
		return (NullableBoolean) {true, value->val.boolean};
	text = value->type == jbvString ? rvo_text_trim(rvo_json_string(value)) : NO_SLICE;
	if (text.data != NULL && text.len == 0)
		return (NullableBoolean) {false, false};
	if (text.data != NULL && is_word(text, CONST_SLICE("true")))
		return (NullableBoolean) {true, true};
	if (text.data == NULL || !is_word(text, CONST_SLICE("false")))
		rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_NOT_A_BOOLEAN);
	return (NullableBoolean) {true, false};
}

/* read_text reads a member that is a text; value is NULL for one that the body doesn't have. */
static Slice
read_text(const RecordMember *member, const JsonbValue *value, FaultList *faults)
{
	Slice		text;
	int			before = faults->count;

	switch (member->kind)
	{
		case MEMBER_KEY:
		case MEMBER_ADDRESS:
			return value == NULL ? NO_SLICE :
				rvo_member_key(member->name, value, member->normalize, member->max_length, faults);
		case MEMBER_OPTIONAL_TEXT:
			return value == NULL ? NO_SLICE : rvo_member_optional_text(member->name, value, member->max_length, faults);
		case MEMBER_LONG_TEXT:
			return value == NULL ? NO_SLICE : rvo_member_long_text(member->name, value, member->max_length, faults);
		case MEMBER_REQUIRED_TEXT:
			text = value == NULL ? CONST_SLICE("") : rvo_member_text(member->name, value, faults);
			if (text.len == 0 && faults->count == before)
				rvo_fault_add(faults, rvo_member_pointer(member->name), FAULT_REQUIRED);
			return text;
		default:
			return value == NULL ? CONST_SLICE("") : rvo_member_text(member->name, value, faults);
	}
}

/* read_member reads one that is no company; value is NULL for one that the body doesn't have. */
static void
read_member(const RecordMember *member, const JsonbValue *value, Record *record, FaultList *faults)
{
	switch (rvo_member_value(member->kind))
	{
		case VALUE_TEXT:
			*MEMBER_OF(record, member, Slice) = read_text(member, value, faults);
			break;
		case VALUE_ID:
			*MEMBER_OF(record, member, int64) = value != NULL ? read_id(member, value, faults) : 0;
			break;
		case VALUE_TIME:
			*MEMBER_OF(record, member, NullableTime) = value != NULL ? read_time(member, value, faults) : (NullableTime) {0};
			break;
		case VALUE_BOOLEAN:
			*MEMBER_OF(record, member, NullableBoolean) =
				value != NULL ? read_boolean(member, value, faults) : (NullableBoolean) {0};
			break;
	}
}

/* read_members reads some of the members; what is not given is blank, or has no value. */
static GivenMembers
read_members(const RecordShape *shape, int from, int to, JsonbContainer *body, Record *record,
			 CompanyReference *company, FaultList *faults)
{
	GivenMembers given = 0;

	for (int i = from; i < to; i++)
	{
		const RecordMember *member = &shape->members[i];
		JsonbValue	value;
		bool		found = rvo_json_get(body, member->name, &value);

		if (found)
			given |= (GivenMembers) 1 << i;
		if (member->kind == MEMBER_COMPANY)
			*company = found ? read_company(member, &value, faults) : (CompanyReference) {0};
		else
			read_member(member, found ? &value : NULL, record, faults);
	}
	return given;
}

/* rvo_record_read_keys reads what makes two records the same, in canonical form. */
GivenMembers
rvo_record_read_keys(const RecordShape *shape, JsonbContainer *body, Record *record, FaultList *faults)
{
	return read_members(shape, 0, shape->nkeys, body, record, NULL, faults);
}

/*
 * rvo_record_read_others reads all else but the custom fields; texts are trimmed.
 * company is for a member that names one, which the record itself has no value for then.
 */
GivenMembers
rvo_record_read_others(const RecordShape *shape, JsonbContainer *body, Record *record, CompanyReference *company,
					   FaultList *faults)
{
	return read_members(shape, shape->nkeys, shape->nwritable, body, record, company, faults);
}

/* rvo_record_has_key tells whether any key has a value. */
bool
rvo_record_has_key(const RecordShape *shape, const Record *record)
{
	for (int i = 0; i < shape->nkeys; i++)
		if (CONST_MEMBER_OF(record, &shape->members[i], Slice)->data != NULL)
			return true;
	return false;
}

/* set_text gives a text another value; returns whether that makes a difference. */
static bool
set_text(Slice *text, Slice value)
{
	if ((text->data == NULL) == (value.data == NULL) && rvo_slice_equal(*text, value))
		return false;
	*text = value;
	return true;
}

/* note_status keeps the status that was there before, and notes when it was changed. */
static void
note_status(const RecordMember *status, Record *record, Slice before)
{
	Assert(status[1].kind == MEMBER_PREVIOUS_STATUS && status[2].kind == MEMBER_STATUS_TIME);
	*MEMBER_OF(record, &status[1], Slice) = before;
	*MEMBER_OF(record, &status[2], NullableTime) = (NullableTime) {true, rvo_time_of_change(record->updated_time)};
}

/*
 * rvo_record_apply gives a record the values of the given members, but for one that
 * names a company.  Returns whether that makes a difference, and whether to a key.
 */
bool
rvo_record_apply(const RecordShape *shape, Record *record, const Record *values, GivenMembers given, bool *other_keys)
{
	bool		different = false;

	*other_keys = false;
	for (int i = 0; i < shape->nwritable; i++)
	{
		const RecordMember *member = &shape->members[i];
		Slice	   *text = MEMBER_OF(record, member, Slice);
		Slice		before;

		if (!IS_GIVEN(given, i) || member->kind == MEMBER_COMPANY)
			continue;
		Assert(rvo_member_value(member->kind) == VALUE_TEXT);
		before = *text;
		if (!set_text(text, *CONST_MEMBER_OF(values, member, Slice)))
			continue;
		different = true;
		record->changed |= (ChangedMembers) 1 << i;
		*other_keys |= member->kind == MEMBER_KEY;
		if (member->kind == MEMBER_STATUS)
			note_status(member, record, before);
	}
	return different;
}
