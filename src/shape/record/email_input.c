/*
 * email_input.c
 *	  Reads the body that adds an e-mail, and notes every fault in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "shape/record/custom_field_input.h"
#include "shape/record/email_input.h"
#include "shape/record/known_member.h"
#include "shape/record/member.h"
#include "shape/record/record_input.h"

/* read_fields reads the custom fields; none for null and blank, which say nothing here. */
static CustomFields
read_fields(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	JsonbValue	value;

	if (!rvo_json_get(body, CONST_SLICE(EMAIL_FIELDS), &value) || rvo_member_is_blank(&value))
		return (CustomFields) {0};
	return rvo_custom_fields_read(caller, EMAIL_ENTITY, body, EMAIL_FIELDS, faults);
}

/* rvo_email_input_read reads the body of a create; NULL stands for SQL's NULL. */
Email
rvo_email_input_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	const MembersByName *members = rvo_members_by_name(&rvo_email_shape);
	Email		email = {0};

	if (!rvo_json_is_object(body))
	{
		rvo_member_note_no_object(body, faults);
		return email;
	}
	(void) rvo_record_read_others(&rvo_email_shape, body, &email.record, NULL, faults);
	email.record.custom_fields = read_fields(caller, body, faults);
	rvo_members_check(caller, body, "", members->known, members->nknown, faults);
	return email;
}
