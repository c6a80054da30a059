/*
 * email_change.c
 *	  The use cases of e-mails: deleting, and custom fields one by one.
 *
 * What an e-mail says is not changed: it was sent.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_email.h"
#include "work/activity/email_change.h"
#include "work/activity/email_kind.h"
#include "work/record/change_feed.h"

/* rvo_email_delete deletes an e-mail.  id is NULL for SQL's NULL. */
void
rvo_email_delete(const Caller *caller, const int64 *id)
{
	Email		email;

	if (id == NULL)
		rvo_failure_raise_one(FAILURE_INVALID_REQUEST, "id", FAULT_REQUIRED);
	rvo_record_lock(&rvo_email_kind, caller->client_id, *id, "id", &email.record);
	rvo_store_delete_email(caller->client_id, *id);
	rvo_changes_note_one(caller, EMAIL_ENTITY, CHANGE_DELETED, &email.record);
}

/* rvo_email_change_field changes one custom field and returns it, in the current context; NULL if it was deleted. */
Jsonb *
rvo_email_change_field(const Caller *caller, const FieldChange *change)
{
	return rvo_record_change_field(&rvo_email_kind, caller, change);
}
