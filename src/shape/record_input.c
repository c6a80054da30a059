/*
 * record_input.c
 *	  What a body gives for the members of a record, and what that makes of one.
 *
 * Members are read in the contract's order, so that their faults come in that.
 * Read-only members are not looked at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/change_time.h"
#include "shape/record_input.h"
#include "value/domain.h"

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
		else if (!found)
			*MEMBER_OF(record, member, Slice) = member->kind == MEMBER_KEY ? NO_SLICE : CONST_SLICE("");
		else if (member->kind == MEMBER_KEY)
			*MEMBER_OF(record, member, Slice) = rvo_member_key(member->name, &value, member->normalize,
															   member->max_length, faults);
		else
			*MEMBER_OF(record, member, Slice) = rvo_member_text(member->name, &value, faults);
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
