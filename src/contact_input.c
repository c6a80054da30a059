/*
 * contact_input.c
 *	  Reads the body that creates a contact, and notes every fault in it.
 *
 * Floor 1, on top of its other files.  The faults come in the order of the
 * contract's members, custom fields last.  Read-only and unknown members are
 * not looked at.
 */
#include "postgres.h"

#include "common/int.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "compat.h"
#include "contact_input.h"
#include "domain.h"
#include "email.h"
#include "linkedin.h"
#include "member.h"

#define CUSTOM_FIELDS_MEMBER "contact_custom_fields_input"

/* read_number accepts a whole number that is an id. */
static bool
read_number(Numeric number, int64 *id)
{
	Numeric		zero = int64_to_numeric(0);
	Numeric		max = int64_to_numeric(PG_INT64_MAX);
	bool		in_range;

	if (numeric_is_nan(number) || numeric_is_inf(number))
		return false;
	in_range = DatumGetBool(DirectFunctionCall2(numeric_gt, NumericGetDatum(number), NumericGetDatum(zero))) &&
		DatumGetBool(DirectFunctionCall2(numeric_le, NumericGetDatum(number), NumericGetDatum(max)));
	if (!in_range)
		return false;
	*id = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(number)));
	return DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(number),
											NumericGetDatum(int64_to_numeric(*id))));
}

/* read_digits accepts a string of digits; false means that it is not an id. */
static bool
read_digits(Slice s, int64 *id)
{
	*id = 0;
	for (int i = 0; i < s.len; i++)
	{
		if (pg_mul_s64_overflow(*id, 10, id) ||
			pg_add_s64_overflow(*id, s.data[i] - '0', id))
			return false;
	}
	return *id > 0;
}

/* read_company reads company_id: an integer or digits are an id, any other string a domain. */
static CompanyReference
read_company(JsonbContainer *body, FaultList *faults)
{
	CompanyReference company = {0};
	JsonbValue	value;
	Slice		s;
	bool		valid = false;

	if (!rvo_json_get(body, CONST_SLICE("company_id"), &value) || value.type == jbvNull)
		return company;
	if (value.type == jbvNumeric)
		valid = read_number(value.val.numeric, &company.id);
	else if (value.type == jbvString)
	{
		s = rvo_text_trim(rvo_json_string(&value));
		if (rvo_text_is_digits(s))
			valid = read_digits(s, &company.id);
		else
			valid = rvo_domain_normalize(s, &company.domain) == FAULT_NONE;
	}
	if (!valid)
		rvo_fault_add(faults, "/company_id", FAULT_INVALID_COMPANY);
	return company;
}

/* rvo_contact_input_read reads the body; NULL stands for SQL's NULL. */
ContactInput
rvo_contact_input_read(JsonbContainer *body, FaultList *faults)
{
	ContactInput input = {0};
	int			before = faults->count;

	if (!rvo_json_is_object(body))
	{
		rvo_fault_add(faults, "", FAULT_NOT_AN_OBJECT);
		return input;
	}
	input.email = rvo_member_key(body, "email", rvo_email_normalize, EMAIL_MAX_LENGTH, faults);
	input.linkedin_url = rvo_member_key(body, "linkedin_url", rvo_linkedin_normalize, 0, faults);
	if (input.email.data == NULL && input.linkedin_url.data == NULL && faults->count == before)
		rvo_fault_add(faults, "", FAULT_IDENTIFIER_REQUIRED);
	input.first_name = rvo_member_text(body, "first_name", faults);
	input.last_name = rvo_member_text(body, "last_name", faults);
	input.company = read_company(body, faults);
	input.origin = rvo_member_text(body, "origin", faults);
	input.contact_status = rvo_member_text(body, "contact_status", faults);
	input.custom_fields = rvo_custom_fields_read(body, CUSTOM_FIELDS_MEMBER, faults);
	return input;
}
