/*
 * email.c
 *	  The use cases of e-mails: adding.
 *
 * The order of checks is the API's: the body (400), the contact (404, 401).
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/compat.h"
#include "base/failure.h"
#include "base/fault.h"
#include "shape/record/email_input.h"
#include "shape/record/known_member.h"
#include "shape/record/record_render.h"
#include "work/activity/email.h"
#include "work/activity/email_contact.h"
#include "work/activity/email_kind.h"
#include "work/record/field_definition.h"

/* rvo_email_read reads a body to an e-mail without ids; NULL stands for SQL's NULL. */
Email
rvo_email_read(const Caller *caller, JsonbContainer *body, FaultList *faults)
{
	Email		email;

	rvo_field_rules_load(caller, EMAIL_ENTITY);
	email = rvo_email_input_read(caller, body, faults);
	email.record.updated_time = GetCurrentTransactionStartTimestamp();
	return email;
}

/*
 * rvo_email_create adds an e-mail of a client's contact and returns the answer, in the
 * current context, and the new id where id is not NULL.  body is NULL and structure_name no
 * value for SQL's NULL.
 */
JsonbValue
rvo_email_create(const Caller *caller, Jsonb *body, Slice structure_name, int64 *id)
{
	FaultList	faults = {0};
	Structure	structure = rvo_structure_read(structure_name, &faults);
	Email		email = rvo_email_read(caller, rvo_json_root(body), &faults);
	EmailOfContact of = {&email, &faults, FAILURE_INVALID_REQUEST};

	rvo_members_refuse(caller, FAILURE_INVALID_REQUEST, &faults);
	rvo_email_find_contacts(caller, &of, 1);
	rvo_members_refuse(caller, of.failure, &faults);
	rvo_record_insert(&rvo_email_kind, caller, &email.record);
	rvo_field_names_record(caller, EMAIL_ENTITY, &email.record.custom_fields);
	if (id != NULL)
		*id = email.record.id;
	return rvo_record_render_new(&rvo_email_shape, &email.record, structure);
}
