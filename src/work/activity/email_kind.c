/*
 * email_kind.c
 *	  E-mails as a kind of records.
 *
 * Nothing makes two of them the same: whoever adds one twice has two, but for who
 * gives an idempotency key.  Events have keys of their own.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "store/record/store_email.h"
#include "work/activity/email_kind.h"

const EntityKind rvo_email_kind = {
	.entity = EMAIL_ENTITY,
	.shape = &rvo_email_shape,
	.table = &rvo_email_table,
	.plural = "emails",
	.id_name = "email_id",
	.not_found = FAILURE_EMAIL_NOT_FOUND,
	.of_other_client = FAILURE_EMAIL_OF_OTHER_CLIENT,
};
